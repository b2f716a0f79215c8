#include <config.h>

#include "manager/judge/judge_path.h"

#include <stdlib.h>
#include <string.h>

#define NOT_REACHED UINT32_MAX

/*
 * The floor of a software on the unit: the highest that any of its banks says
 * about this software; what stands in a bank of another software says nothing.
 */
static uint32_t
route_floor(const struct judge_shape *shape, const struct judge_unit *u, uint32_t software)
{
	uint32_t floor_seq = 0;

	for (uint32_t i = 0; i < u->bank_count; i++) {
		const struct judge_bank *b = &shape->banks[u->first_bank + i];

		if (b->software == software && b->floor_seq > floor_seq)
			floor_seq = b->floor_seq;
	}
	return floor_seq;
}

void
judge_route_init(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, uint32_t unit, uint32_t bank, uint32_t software,
	struct judge_route *ret)
{
	const struct judge_bank *b = &shape->banks[bank];

	*ret = (struct judge_route){
		.set = set,
		.shape = shape,
		.policy = policy,
		.unit = unit,
		.bank = bank,
		.software = software,
		.running = CATALOGUE_NONE,
		.floor_seq = route_floor(shape, &shape->units[unit], software),
	};
	/* A wrong digest, another creator's, an empty bank: nothing that <from> could mean. */
	if (b->label == JUDGE_LISTED && b->software == software)
		ret->running = b->release;
}

enum judge_no_path
judge_route_permits(const struct judge_route *w, uint32_t release)
{
	const struct catalogue_release *r = &w->set->releases[release];

	switch (r->state) {
	case CATALOGUE_QUALIFIED:
		break;
	case CATALOGUE_DRAFT:
		if (!w->policy->drafts)
			return JUDGE_PATH_STATE;
		break;
	case CATALOGUE_WITHDRAWN:
		return JUDGE_PATH_STATE;
	}
	if (r->seq < w->floor_seq && !w->policy->tickets)
		return JUDGE_PATH_FLOOR;
	return JUDGE_PATH_FOUND;
}

uint32_t
judge_install_minutes(const struct catalogue_set *set, uint32_t release)
{
	uint32_t minutes = set->releases[release].minutes;

	return minutes != 0 ? minutes : JUDGE_INSTALL_MINUTES;
}

/*
 * The fallback bank that holds the release, or CATALOGUE_NONE.  Where several
 * banks run, whose fallback it is shows only in the software.
 */
static uint32_t
route_fallback(const struct judge_route *w, uint32_t release)
{
	const struct judge_unit *u = &w->shape->units[w->unit];
	uint32_t active = 0, found = CATALOGUE_NONE;

	for (uint32_t i = 0; i < u->bank_count; i++) {
		const struct judge_bank *b = &w->shape->banks[u->first_bank + i];

		if (judge_bank_active(b))
			active++;
		else if (b->state == SOFTWARE_FALLBACK && b->label == JUDGE_LISTED
		    && b->release == release && found == CATALOGUE_NONE)
			found = u->first_bank + i;
	}
	if (active > 1 && w->shape->banks[w->bank].software != w->software)
		return CATALOGUE_NONE;
	return found;
}

uint32_t
judge_route_minutes(const struct judge_route *w, bool first, uint32_t running, uint32_t release)
{
	if (!catalogue_from_allows(w->set, release, running))
		return UINT32_MAX;
	if (first && route_fallback(w, release) != CATALOGUE_NONE)
		return JUDGE_SWITCH_MINUTES;
	return judge_install_minutes(w->set, release);
}

/* Whether one of the <from> that allow the way down keeps the settings. */
static bool
route_keeps_settings(const struct judge_route *w, const struct catalogue_release *running,
	const struct catalogue_release *r)
{
	for (uint32_t i = 0; i < r->from_count; i++) {
		const struct catalogue_from *f = &w->set->froms[r->first_from + i];
		const char *branch = f->branch != NULL ? f->branch : r->branch;

		if (!f->down || !f->keep_settings || running->seq < f->min_seq
		    || running->seq > f->max_seq)
			continue;
		if (branch == running->branch || (branch != NULL && running->branch != NULL
		    && strcmp(branch, running->branch) == 0))
			return true;
	}
	return false;
}

void
judge_route_hop(const struct judge_route *w, bool first, uint32_t running, uint32_t release,
	struct judge_hop *ret)
{
	const struct catalogue_release *r = &w->set->releases[release];
	uint32_t fallback = first ? route_fallback(w, release) : CATALOGUE_NONE;

	*ret = (struct judge_hop){
		.release = release,
		.ticket = r->seq < w->floor_seq,
	};
	if (fallback != CATALOGUE_NONE) {
		ret->by_switch = true;
		ret->bank = w->shape->banks[fallback].bank;
		ret->minutes = JUDGE_SWITCH_MINUTES;
	} else {
		ret->minutes = judge_install_minutes(w->set, release);
	}
	if (running == CATALOGUE_NONE)
		return;
	ret->down = w->set->releases[running].seq > r->seq;
	ret->keep_settings = ret->down && route_keeps_settings(w, &w->set->releases[running], r);
}

static bool
avoided(const uint64_t *avoid, uint32_t i)
{
	return avoid != NULL && (avoid[i / 64] >> (i % 64) & 1) != 0;
}

/*
 * Go from `running`, hops installations away with minutes spent, to every
 * release not reached in fewer.  Returns whether one is new.
 */
static bool
route_spread(const struct judge_route *w, const struct catalogue_software *s, bool first,
	uint32_t running, uint32_t hops, uint32_t minutes, uint32_t *ret_hops,
	uint32_t *ret_minutes)
{
	bool found = false;

	for (uint32_t i = 0; i < s->release_count; i++) {
		uint32_t release = s->first_release + i, more;

		if (ret_hops[i] <= hops || judge_route_permits(w, release) != JUDGE_PATH_FOUND)
			continue;
		more = judge_route_minutes(w, first, running, release);
		if (more == UINT32_MAX)
			continue;
		if (ret_hops[i] == NOT_REACHED)
			found = true;
		else if (ret_minutes[i] <= minutes + more)
			continue;
		ret_hops[i] = hops + 1;
		ret_minutes[i] = minutes + more;
	}
	return found;
}

/* Layer by layer: of each release the fewest hops, and of those the fewest minutes. */
static void
route_all(const struct judge_route *w, const uint64_t *avoid, uint32_t *ret_hops,
	uint32_t *ret_minutes)
{
	const struct catalogue_software *s = &w->set->software[w->software];
	bool found;

	for (uint32_t i = 0; i < s->release_count; i++)
		ret_hops[i] = ret_minutes[i] = NOT_REACHED;
	if (w->running != CATALOGUE_NONE) {
		ret_hops[w->running - s->first_release] = 0;
		ret_minutes[w->running - s->first_release] = 0;
	}
	found = route_spread(w, s, true, w->running, 0, 0, ret_hops, ret_minutes);
	for (uint32_t hops = 1; found; hops++) {
		found = false;
		for (uint32_t i = 0; i < s->release_count; i++) {
			if (ret_hops[i] == hops && !avoided(avoid, i)
			    && route_spread(w, s, false, s->first_release + i, hops,
				ret_minutes[i], ret_hops, ret_minutes))
				found = true;
		}
	}
}

void
judge_path_all(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, uint32_t unit, uint32_t bank, uint32_t software,
	uint32_t *ret_hops, uint32_t *ret_minutes)
{
	struct judge_route w;

	judge_route_init(set, shape, policy, unit, bank, software, &w);
	route_all(&w, NULL, ret_hops, ret_minutes);
	for (uint32_t i = 0; i < set->software[software].release_count; i++) {
		if (ret_hops[i] != NOT_REACHED && ret_hops[i] > JUDGE_PATH_MAX)
			ret_hops[i] = ret_minutes[i] = NOT_REACHED;
	}
}

/* --- one path -------------------------------------------------------------------- */

/* What route_all() found, and which releases lie on a best path to the target. */
struct route_map {
	uint32_t *hops, *minutes;	/* of the i-th release of the software */
	bool *best;
	uint32_t count;
};

/* Whether the hop from the i-th release to the j-th is one of a best path to the j-th. */
static bool
map_hop(const struct judge_route *w, const struct route_map *m, uint32_t first_release, uint32_t i,
	uint32_t j)
{
	uint32_t more;

	if (m->hops[i] + 1 != m->hops[j] || m->minutes[i] >= m->minutes[j])
		return false;
	more = judge_route_minutes(w, false, first_release + i, first_release + j);
	return more != UINT32_MAX && m->minutes[i] + more == m->minutes[j];
}

/* Mark, from the target back, what lies on a best path; the start is not marked. */
static void
map_mark(const struct judge_route *w, const uint64_t *avoid, uint32_t target, struct route_map *m)
{
	uint32_t first_release = w->set->software[w->software].first_release;

	m->best[target] = true;
	for (uint32_t hops = m->hops[target]; hops > 1; hops--) {
		for (uint32_t j = 0; j < m->count; j++) {
			if (!m->best[j] || m->hops[j] != hops)
				continue;
			for (uint32_t i = 0; i < m->count; i++) {
				if (m->hops[i] == hops - 1 && !m->best[i] && !avoided(avoid, i)
				    && map_hop(w, m, first_release, i, j))
					m->best[i] = true;
			}
		}
	}
}

/* From the start the lowest that is marked, and from there again, to the target. */
static void
map_walk(const struct judge_route *w, const struct route_map *m, uint32_t target,
	struct judge_path *ret)
{
	uint32_t first_release = w->set->software[w->software].first_release;
	uint32_t running = w->running;

	*ret = (struct judge_path){ .minutes = m->minutes[target] };
	while (ret->count < m->hops[target]) {
		struct judge_hop *hop = &ret->hops[ret->count];
		uint32_t j = 0;

		/* The first layer is one hop from the start whatever it is; marked, it is best. */
		while (!m->best[j] || m->hops[j] != ret->count + 1 || (ret->count > 0
		    && !map_hop(w, m, first_release, running - first_release, j)))
			j++;
		judge_route_hop(w, ret->count == 0, running, first_release + j, hop);
		ret->count++;
		ret->downs += hop->down;
		ret->tickets += hop->ticket;
		running = first_release + j;
	}
}

/* Why the target (i-th of the software) was not reached, or was too far. */
static enum judge_no_path
map_why(const struct judge_route *w, const uint64_t *avoid, uint32_t target, struct route_map *m)
{
	struct judge_policy with_tickets = *w->policy;
	struct judge_route below = *w;

	if (m->hops[target] != NOT_REACHED)
		return m->hops[target] > JUDGE_PATH_MAX ? JUDGE_PATH_LONG : JUDGE_PATH_FOUND;
	if (w->policy->tickets)
		return JUDGE_PATH_NO_FROM;
	with_tickets.tickets = true;
	below.policy = &with_tickets;
	route_all(&below, avoid, m->hops, m->minutes);
	return m->hops[target] != NOT_REACHED ? JUDGE_PATH_FLOOR : JUDGE_PATH_NO_FROM;
}

enum judge_no_path
judge_path_find(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, uint32_t unit, uint32_t bank, uint32_t release,
	const uint64_t *avoid, struct judge_path *ret)
{
	uint32_t software = set->releases[release].software;
	const struct catalogue_software *s = &set->software[software];
	uint32_t target = release - s->first_release;
	struct route_map m = { .count = s->release_count };
	enum judge_no_path why;
	struct judge_route w;

	judge_route_init(set, shape, policy, unit, bank, software, &w);
	if (w.running == release) {
		*ret = (struct judge_path){ 0 };
		return JUDGE_PATH_FOUND;
	}
	why = judge_route_permits(&w, release);
	if (why != JUDGE_PATH_FOUND)
		return why;
	m.hops = calloc(m.count, sizeof(*m.hops));
	m.minutes = calloc(m.count, sizeof(*m.minutes));
	m.best = calloc(m.count, sizeof(*m.best));
	if (m.hops == NULL || m.minutes == NULL || m.best == NULL) {
		why = JUDGE_PATH_MEMORY;
		goto out;
	}
	route_all(&w, avoid, m.hops, m.minutes);
	why = map_why(&w, avoid, target, &m);
	if (why == JUDGE_PATH_FOUND) {
		map_mark(&w, avoid, target, &m);
		map_walk(&w, &m, target, ret);
	}
out:
	free(m.hops);
	free(m.minutes);
	free(m.best);
	return why;
}

#include <config.h>

#include "manager/judge/judge_plan_world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- tracks -------------------------------------------------------------------------- */

/* What an active bank of a variable runs in a value; CATALOGUE_NONE = not listed. */
static uint32_t
value_release(const struct judge_problem *p, uint32_t variable, uint32_t value, uint32_t active)
{
	return p->value_releases[judge_problem_value(p, variable, value)->first_release + active];
}

/* Banks that nothing runs from; a unit that does not say how many it has is asked of its type. */
static bool
unit_has_spare_bank(const struct judge_problem *p, uint32_t variable)
{
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_unit *u = &p->shape->units[v->unit];
	uint32_t banks = u->banks;

	if (banks == 0 && u->unit_type != CATALOGUE_NONE)
		banks = p->set->unit_types[u->unit_type].banks;
	return banks > v->active_count;
}

uint32_t
plan_value_find(const struct judge_problem *p, uint32_t variable, const uint32_t *releases)
{
	const struct judge_variable *v = &p->variables[variable];

	for (uint32_t i = 0; i < v->value_count; i++) {
		const struct judge_value *value = judge_problem_value(p, variable, i);

		if ((value->move == JUDGE_AS_IS || value->move == JUDGE_RELEASE)
		    && memcmp(p->value_releases + value->first_release, releases,
			v->active_count * sizeof(*releases)) == 0)
			return i;
	}
	return CATALOGUE_NONE;
}

/* --- positions ------------------------------------------------------------------------- */

/* Releases of the target's software that the track may stop at, marked; -ENOENT, -ENOMEM. */
static int
positions_mark(const struct plan_world *w, const struct plan_track *t, uint32_t release,
	bool *marks)
{
	const struct catalogue_set *set = w->p->set;
	const struct catalogue_software *s = &set->software[t->route.software];
	uint32_t seq = set->releases[release].seq, low = 0, high = seq;
	struct judge_path path;
	enum judge_no_path why;

	if (t->route.running != CATALOGUE_NONE) {
		uint32_t now = set->releases[t->route.running].seq;

		low = now < seq ? now : seq;
		high = now < seq ? seq : now;
	}
	why = judge_path_find(set, w->p->shape, w->p->policy, t->route.unit, t->route.bank,
		release, NULL, &path);
	if (why != JUDGE_PATH_FOUND)
		return why == JUDGE_PATH_MEMORY ? -ENOMEM : -ENOENT;
	for (uint32_t i = 0; i < s->release_count; i++) {
		uint32_t at = s->first_release + i;

		marks[i] = at != t->route.running && set->releases[at].seq >= low
		    && set->releases[at].seq <= high
		    && judge_route_permits(&t->route, at) == JUDGE_PATH_FOUND;
	}
	for (uint32_t i = 0; i < path.count; i++)
		marks[path.hops[i].release - s->first_release] = true;
	return 0;
}

/* The values of a track's positions, where no other track has a say in them. */
static void
positions_values(const struct plan_world *w, struct plan_track *t, uint32_t count)
{
	uint32_t releases[STRUCTURE_BANKS_MAX];

	for (uint32_t n = 0; n < w->p->variables[t->variable].active_count; n++)
		releases[n] = value_release(w->p, t->variable, 0, n);
	for (uint32_t i = 1; i < count && t->alone; i++) {
		releases[t->active] = t->releases[i];
		t->values[i] = plan_value_find(w->p, t->variable, releases);
	}
}

/* A bank's positions: the start, then the marked releases by seq. -ENOENT, -E2BIG, -ENOMEM. */
static int
track_positions(const struct plan_world *w, struct plan_track *t, uint32_t release,
	struct search_track *ret)
{
	const struct catalogue_software *s = &w->p->set->software[t->route.software];
	bool *marks = calloc(s->release_count, sizeof(*marks));
	uint32_t count = 1;
	int rc = -ENOMEM;

	if (marks == NULL)
		return -ENOMEM;
	rc = positions_mark(w, t, release, marks);
	if (rc < 0)
		goto out;
	for (uint32_t i = 0; i < s->release_count; i++)
		count += marks[i];
	if (count > SEARCH_POSITIONS_MAX) {
		rc = -E2BIG;
		goto out;
	}
	rc = -ENOMEM;
	t->releases = calloc(count, sizeof(*t->releases));
	t->values = calloc(count, sizeof(*t->values));
	t->places = calloc(s->release_count, sizeof(*t->places));
	if (t->releases == NULL || t->values == NULL || t->places == NULL)
		goto out;
	t->releases[0] = value_release(w->p, t->variable, 0, t->active);
	count = 1;
	for (uint32_t i = 0; i < s->release_count; i++) {
		if (!marks[i])
			continue;
		if (s->first_release + i == release)
			ret->target = count;
		t->places[i] = (uint16_t)count;
		t->releases[count++] = s->first_release + i;
	}
	positions_values(w, t, count);
	ret->position_count = count;
	rc = 0;
out:
	free(marks);
	return rc;
}

static int
track_add_bank(struct plan_world *w, uint32_t variable, uint32_t active, uint32_t changes)
{
	const struct judge_problem *p = w->p;
	uint32_t release = value_release(p, variable, w->target[variable], active);
	struct plan_track *t = &w->tracks[w->track_count];
	struct search_track *st = &w->search[w->track_count++];
	bool spare = unit_has_spare_bank(p, variable);

	*t = (struct plan_track){ .variable = variable, .active = active, .alone = changes == 1 };
	*st = (struct search_track){ .stops = !spare, .groupable = spare };
	judge_route_init(p->set, p->shape, p->policy, p->variables[variable].unit,
		judge_problem_bank(p, variable, active), p->set->releases[release].software,
		&t->route);
	return track_positions(w, t, release, st);
}

static int
track_add_standby(struct plan_world *w, uint32_t variable)
{
	struct plan_track *t = &w->tracks[w->track_count];

	*t = (struct plan_track){ .variable = variable, .standby = true, .alone = true };
	w->search[w->track_count++] = (struct search_track){ .position_count = 2, .target = 1 };
	t->releases = calloc(2, sizeof(*t->releases));
	t->values = calloc(2, sizeof(*t->values));
	if (t->releases == NULL || t->values == NULL)
		return -ENOMEM;
	t->releases[0] = t->releases[1] = CATALOGUE_NONE;
	t->values[1] = w->target[variable];
	return 0;
}

/* Active banks of a variable that end with another release. */
static uint32_t
variable_changes(const struct plan_world *w, uint32_t variable)
{
	uint32_t changes = 0;

	for (uint32_t n = 0; n < w->p->variables[variable].active_count; n++)
		changes += value_release(w->p, variable, w->target[variable], n)
		    != value_release(w->p, variable, 0, n);
	return changes;
}

/* Software first, by symbol; then what is taken out of service. */
static int
world_tracks(struct plan_world *w, uint32_t *ret_unit)
{
	const struct judge_problem *p = w->p;
	int rc = 0;

	for (uint32_t v = 0; v < p->variable_count; v++) {
		uint32_t changes;

		w->visit |= judge_problem_value(p, v, w->target[v])->move == JUDGE_REPLACE;
		if (judge_problem_value(p, v, w->target[v])->move != JUDGE_RELEASE)
			continue;
		changes = variable_changes(w, v);
		for (uint32_t n = 0; n < p->variables[v].active_count && rc == 0; n++) {
			if (value_release(p, v, w->target[v], n) != value_release(p, v, 0, n))
				rc = track_add_bank(w, v, n, changes);
		}
		if (rc < 0) {
			*ret_unit = p->variables[v].unit;
			return rc;
		}
	}
	for (uint32_t v = 0; v < p->variable_count && rc == 0; v++) {
		if (judge_problem_value(p, v, w->target[v])->move == JUDGE_STANDBY)
			rc = track_add_standby(w, v);
	}
	return rc;
}

/* --- which instances are asked --------------------------------------------------------- */

/* Whether a step may change what carriers of the software there are. */
static bool
software_moves(const struct plan_world *w, uint32_t software)
{
	for (uint32_t i = 0; i < w->track_count; i++) {
		const struct plan_track *t = &w->tracks[i];
		uint32_t from = t->releases[0];

		/* Out of service, or of a label that the catalogues do not know. */
		if (t->standby || w->search[i].stops || from == CATALOGUE_NONE
		    || t->route.software == software
		    || w->p->set->releases[from].software == software)
			return true;
	}
	return false;
}

/* Recursion is bounded: no catalogue is deeper than CATALOGUE_DEPTH_MAX. */
static bool
condition_moves(const struct plan_world *w, uint32_t at)
{
	const struct catalogue_node *node = &w->p->set->nodes[at];

	switch (node->kind) {
	case CATALOGUE_AND:
	case CATALOGUE_OR:
		for (uint32_t i = 0; i < node->child_count; i++) {
			if (condition_moves(w, node->first_child + i))
				return true;
		}
		return false;
	case CATALOGUE_NEEDS_SOFTWARE:
	case CATALOGUE_FORBIDS_SOFTWARE:
		return software_moves(w, node->software);
	case CATALOGUE_NEEDS_UNIT:
	case CATALOGUE_FORBIDS_UNIT:
		break;
	}
	for (uint32_t i = 0; i < w->track_count; i++) {
		if (w->tracks[i].standby || w->search[i].stops)
			return true;
	}
	return false;
}

/* Whether a step may change what the instance is. */
static bool
instance_moves(const struct plan_world *w, const struct judge_instance *in)
{
	for (uint32_t i = 0; i < w->track_count; i++) {
		if (w->tracks[i].variable == in->anchor)
			return true;
	}
	switch (in->kind) {
	case JUDGE_BY_RELATION:
		return condition_moves(w, w->p->set->relations[in->relation].root);
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
		for (uint32_t i = 0; i < w->track_count; i++) {
			if (w->tracks[i].standby || w->search[i].stops)
				return true;
		}
		return false;
	case JUDGE_BY_CLOSED:
	case JUDGE_BY_WITHDRAWN:
	case JUDGE_BY_SOFTWARE:
		break;
	}
	return false;
}

/* The release that the instance's bank has to run for it to be asked; CATALOGUE_NONE: any. */
static uint32_t
instance_release(const struct judge_problem *p, const struct judge_instance *in)
{
	uint32_t release = CATALOGUE_NONE;

	if (in->kind == JUDGE_BY_WITHDRAWN)
		release = in->release;
	else if (in->kind == JUDGE_BY_RELATION
	    && p->set->relations[in->relation].owner == CATALOGUE_OF_RELEASE)
		release = p->set->relations[in->relation].owner_at;
	/* A label that is not listed may be any of them. */
	if (release == CATALOGUE_NONE || in->anchor == CATALOGUE_NONE || in->bank == CATALOGUE_NONE
	    || value_release(p, in->anchor, 0, in->bank) == CATALOGUE_NONE)
		return CATALOGUE_NONE;
	return release;
}

/* The track of an active bank; SEARCH_NONE. */
static uint32_t
bank_track(const struct plan_world *w, uint32_t variable, uint32_t active)
{
	for (uint32_t i = 0; i < w->track_count; i++) {
		if (w->tracks[i].variable == variable && !w->tracks[i].standby
		    && w->tracks[i].active == active)
			return i;
	}
	return SEARCH_NONE;
}

/* The position at which a track runs a release; SEARCH_NONE: it never does. */
static uint32_t
track_position(const struct plan_world *w, const struct plan_track *t, uint32_t release)
{
	const struct catalogue_software *s = &w->p->set->software[t->route.software];

	if (release == t->releases[0])
		return 0;
	if (release < s->first_release || release - s->first_release >= s->release_count
	    || t->places[release - s->first_release] == 0)
		return SEARCH_NONE;
	return t->places[release - s->first_release];
}

enum asked_when { NEVER, ALWAYS, OWNED };

/* When an instance is asked; OWNED: at that position of that track. */
static enum asked_when
instance_when(const struct plan_world *w, uint32_t instance, uint32_t *ret_track,
	uint32_t *ret_position)
{
	const struct judge_instance *in = &w->p->instances[instance];
	uint32_t release = instance_release(w->p, in);

	if (release != CATALOGUE_NONE) {
		uint32_t track = bank_track(w, in->anchor, in->bank);

		if (track != SEARCH_NONE) {
			*ret_track = track;
			*ret_position = track_position(w, &w->tracks[track], release);
			return *ret_position != SEARCH_NONE ? OWNED : NEVER;
		}
		if (value_release(w->p, in->anchor, 0, in->bank) != release)
			return NEVER;
	}
	return instance_moves(w, in) ? ALWAYS : NEVER;
}

/* Into always, or into the place of its position: counted first, then filled in. */
static int
world_instances(struct plan_world *w)
{
	const struct judge_problem *p = w->p;
	uint32_t track = 0, position = 0, owned = 0;

	w->always = calloc(p->instance_count + 1, sizeof(*w->always));
	w->owned = calloc(p->instance_count + 1, sizeof(*w->owned));
	w->asked = calloc(p->instance_count + 1, sizeof(*w->asked));
	w->state = calloc(p->variable_count + 1, sizeof(*w->state));
	if (w->always == NULL || w->owned == NULL || w->asked == NULL || w->state == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < w->track_count; i++) {
		struct plan_track *t = &w->tracks[i];

		t->first_owned = calloc(w->search[i].position_count, sizeof(*t->first_owned));
		t->owned_count = calloc(w->search[i].position_count, sizeof(*t->owned_count));
		if (t->first_owned == NULL || t->owned_count == NULL)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum asked_when when = instance_when(w, i, &track, &position);

		w->asked[i] = when != NEVER;
		if (when == ALWAYS)
			w->always[w->always_count++] = i;
		else if (when == OWNED)
			w->tracks[track].owned_count[position]++;
	}
	for (uint32_t i = 0; i < w->track_count; i++) {
		for (uint32_t n = 0; n < w->search[i].position_count; n++) {
			w->tracks[i].first_owned[n] = owned;
			owned += w->tracks[i].owned_count[n];
			w->tracks[i].owned_count[n] = 0;
		}
	}
	for (uint32_t i = 0; i < p->instance_count && owned > 0; i++) {
		if (w->asked[i] && instance_when(w, i, &track, &position) == OWNED) {
			struct plan_track *t = &w->tracks[track];

			w->owned[t->first_owned[position] + t->owned_count[position]++] = i;
		}
	}
	return 0;
}

/* --- making -------------------------------------------------------------------------------- */

static void
world_orders(struct plan_world *w)
{
	for (uint32_t i = 0; i < w->track_count; i++) {
		for (uint32_t n = 1; n < w->search[i].position_count; n++) {
			if (!w->tracks[i].standby
			    && w->p->set->releases[w->tracks[i].releases[n]].order_count > 0)
				w->orders = true;
		}
	}
}

int
plan_world_make(const struct judge_problem *p, const uint32_t *target, struct plan_world *ret,
	uint32_t *ret_unit)
{
	struct plan_world w = { .p = p, .target = target };
	uint32_t room = 1;
	int rc = -ENOMEM;

	for (uint32_t v = 0; v < p->variable_count; v++)
		room += target[v] != 0 ? p->variables[v].active_count + 1 : 0;
	w.tracks = calloc(room, sizeof(*w.tracks));
	w.search = calloc(room, sizeof(*w.search));
	if (w.tracks != NULL && w.search != NULL)
		rc = world_tracks(&w, ret_unit);
	if (rc == 0)
		rc = world_instances(&w);
	if (rc < 0) {
		plan_world_release(&w);
		return rc;
	}
	world_orders(&w);
	*ret = w;
	return 0;
}

void
plan_world_release(struct plan_world *w)
{
	for (uint32_t i = 0; i < w->track_count; i++) {
		free(w->tracks[i].releases);
		free(w->tracks[i].values);
		free(w->tracks[i].places);
		free(w->tracks[i].first_owned);
		free(w->tracks[i].owned_count);
	}
	free(w->tracks);
	free(w->search);
	free(w->always);
	free(w->owned);
	free(w->asked);
	free(w->state);
	*w = (struct plan_world){ 0 };
}

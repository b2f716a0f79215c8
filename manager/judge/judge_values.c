/*
 * Variables and their values: what each unit may be.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "manager/judge/judge_path.h"

enum {
	/* As is, standby, releases, boards: SOLVE_VALUES_MAX in all. */
	RELEASES_MAX = 3072,
	BOARDS_MAX = 1000,
	NO_HOPS = UINT32_MAX,
};

/* What one active bank may hold; option 0 is what it holds now. */
struct option {
	uint32_t release;
	struct judge_toll toll;
	bool selectable;
};
struct options {
	struct option *list;	/* own */
	uint32_t count, room;
};

/* What is needed while the values of one variable are made. */
struct making {
	struct judge_problem *p;
	struct judge_variable *v;
	uint32_t variable;
	const struct judge_unit *unit;
	const uint32_t *active;	/* places in shape->banks, v->active_count of them */
	struct options banks[STRUCTURE_BANKS_MAX];
	uint32_t *hops, *minutes;	/* own; of the releases of a software */
	uint32_t hops_room, minutes_room;
};

/* --- one value ----------------------------------------------------------- */

static void
run_of_bank(const struct judge_problem *p, const struct judge_bank *bank,
	struct judge_run *ret)
{
	switch (bank->label) {
	case JUDGE_UNLISTED:
	case JUDGE_WRONG_DIGEST:
		ret->carry = JUDGE_CARRY_LABEL;
		ret->software = bank->software;
		return;
	case JUDGE_OTHER_CREATOR:
		ret->carry = JUDGE_CARRY_CREATOR;
		judge_software_of_id(p->set, bank->id, &ret->software, &ret->software_end);
		return;
	case JUDGE_EMPTY:
	case JUDGE_LISTED:
	case JUDGE_FOREIGN:
		return;
	}
}

static void
make_run(const struct making *m, const struct judge_value *value, uint32_t n,
	uint32_t release, struct judge_run *ret)
{
	const struct catalogue_set *set = m->p->set;

	*ret = (struct judge_run){
		.software = CATALOGUE_NONE, .release = CATALOGUE_NONE,
	};
	if (release != CATALOGUE_NONE) {
		const struct catalogue_release *r = &set->releases[release];

		*ret = (struct judge_run){
			.carry = JUDGE_CARRY_LISTED, .software = r->software,
			.release = release, .seq = r->seq, .branch = r->branch,
		};
	} else if (value->move == JUDGE_REPLACE) {
		if (set->unit_types[value->unit_type].software_count > 0) {
			ret->carry = JUDGE_CARRY_ANY;
			judge_parts(m->p)->homes[m->variable].has_any = true;
		}
	} else {
		run_of_bank(m->p, &m->p->shape->banks[m->active[n]], ret);
	}
}

/* releases and tolls: one an active bank; tolls NULL = nothing is installed. */
static int
add_value(struct making *m, const struct judge_value *value, const uint32_t *releases,
	const struct judge_toll *tolls)
{
	static const struct judge_toll none[STRUCTURE_BANKS_MAX];
	struct judge_problem *p = m->p;
	struct judge_parts *parts = p->parts;
	uint32_t actives = m->v->active_count, at = m->v->first_value + m->v->value_count;
	uint32_t first = at == 0 ? 0 : p->values[at - 1].first_release;
	struct judge_value *made;

	if (at > 0)
		first += at == m->v->first_value ?
		    p->variables[m->variable - 1].active_count : actives;
	if (!judge_grow(&p->values, &parts->value_room, at + 1, sizeof(*p->values)) ||
	    !judge_grow(&parts->prices, &parts->price_room, at + 1,
	    sizeof(*parts->prices)) ||
	    !judge_grow(&p->value_releases, &parts->release_room, first + actives + 1,
	    sizeof(*p->value_releases)) ||
	    !judge_grow(&parts->runs, &parts->run_room, first + actives + 1,
	    sizeof(*parts->runs)))
		return -ENOMEM;
	made = &p->values[at];
	*made = *value;
	made->first_release = first;
	for (uint32_t n = 0; n < actives; n++) {
		p->value_releases[first + n] = releases[n];
		make_run(m, made, n, releases[n], &parts->runs[first + n]);
	}
	m->v->value_count++;
	p->value_count = at + 1;
	judge_price_value(p, m->variable, tolls != NULL ? tolls : none, &parts->prices[at]);
	return 0;
}

/* --- what a bank may hold ------------------------------------------------ */

static int
add_option(struct options *o, const struct option *option)
{
	if (!judge_grow(&o->list, &o->room, o->count + 1, sizeof(*o->list)))
		return -ENOMEM;
	o->list[o->count++] = *option;
	return 0;
}

/* What can be reached is permitted by its state and the floor. */
static bool
may_choose(const struct making *m, uint32_t release)
{
	return m->unit->owner == JUDGE_OWNER_CENTRE &&
	    judge_software_for(m->p->set, m->p->set->releases[release].software,
	    m->unit->unit_type);
}

/* Looking for the path itself takes long: only where it may lead below the floor. */
static uint32_t
tickets_to(const struct making *m, uint32_t bank, uint32_t release, uint32_t hops)
{
	const struct catalogue_set *set = m->p->set;
	uint32_t software = set->releases[release].software;
	struct judge_route route;
	struct judge_path path;

	if (!m->p->policy->tickets)
		return 0;
	judge_route_init(set, m->p->shape, m->p->policy, m->v->unit, bank, software, &route);
	/* Releases stand by seq. */
	if (set->releases[set->software[software].first_release].seq >= route.floor_seq)
		return 0;
	if (hops <= 1)
		return hops == 1 && set->releases[release].seq < route.floor_seq;
	if (judge_path_find(set, m->p->shape, m->p->policy, m->v->unit, bank, release, NULL,
	    &path) != JUDGE_PATH_FOUND)
		return 0;
	return path.tickets;
}

/* The releases of a software that can get into the bank. */
static int
software_options(struct making *m, uint32_t n, uint32_t software)
{
	const struct catalogue_software *sw = &m->p->set->software[software];
	uint32_t place = m->active[n];
	const struct judge_bank *bank = &m->p->shape->banks[place];
	int rc = 0;

	if (!judge_grow(&m->hops, &m->hops_room, sw->release_count, sizeof(*m->hops)) ||
	    !judge_grow(&m->minutes, &m->minutes_room, sw->release_count,
	    sizeof(*m->minutes)))
		return -ENOMEM;
	judge_path_all(m->p->set, m->p->shape, m->p->policy, m->v->unit, place, software,
	    m->hops, m->minutes);
	for (uint32_t i = 0; rc == 0 && i < sw->release_count; i++) {
		uint32_t release = sw->first_release + i;
		bool reached = m->hops[i] != NO_HOPS && m->hops[i] <= JUDGE_PATH_MAX;
		struct option o = {
			.release = release, .selectable = reached && may_choose(m, release),
		};

		if (release == bank->release ||
		    (!reached && release != m->unit->unconfirmed_release))
			continue;
		if (reached) {
			o.toll = (struct judge_toll){
				.hops = m->hops[i], .minutes = m->minutes[i],
				.tickets = tickets_to(m, place, release, m->hops[i]),
			};
		}
		rc = add_option(&m->banks[n], &o);
	}
	return rc;
}

/* Whether an active bank of the unit holds the software now. */
static bool
held(const struct making *m, uint32_t software)
{
	for (uint32_t n = 0; n < m->v->active_count; n++) {
		if (m->p->shape->banks[m->active[n]].software == software)
			return true;
	}
	return false;
}

static int
bank_options(struct making *m, uint32_t n)
{
	const struct catalogue_set *set = m->p->set;
	const struct judge_bank *bank = &m->p->shape->banks[m->active[n]];
	const struct option now = {.release = bank->release, .selectable = true};
	const struct catalogue_unit_type *type;
	int rc;

	m->banks[n].count = 0;
	rc = add_option(&m->banks[n], &now);
	if (rc == 0 && bank->software != CATALOGUE_NONE)
		rc = software_options(m, n, bank->software);
	if (m->unit->unit_type == CATALOGUE_NONE)
		return rc;
	type = &set->unit_types[m->unit->unit_type];
	for (uint32_t i = 0; rc == 0 && i < type->software_count; i++) {
		uint32_t software = set->type_software[type->first_software + i];

		if (!held(m, software))
			rc = software_options(m, n, software);
	}
	return rc;
}

/* --- releases in banks --------------------------------------------------- */

/* Two banks are not both given the same software. */
static bool
twice(const struct making *m, const uint32_t *at)
{
	const struct catalogue_release *r = m->p->set->releases;

	for (uint32_t a = 0; a < m->v->active_count; a++) {
		for (uint32_t b = 0; b < a; b++) {
			if (at[a] != 0 && at[b] != 0 &&
			    r[m->banks[a].list[at[a]].release].software ==
			    r[m->banks[b].list[at[b]].release].software)
				return true;
		}
	}
	return false;
}

static int
add_combination(struct making *m, const uint32_t *at)
{
	uint32_t releases[STRUCTURE_BANKS_MAX];
	struct judge_toll tolls[STRUCTURE_BANKS_MAX];
	struct judge_value value = {
		.move = JUDGE_RELEASE, .in_service = true, .unit_type = m->unit->unit_type,
		.rev = m->unit->rev, .selectable = true,
	};

	for (uint32_t n = 0; n < m->v->active_count; n++) {
		const struct option *o = &m->banks[n].list[at[n]];

		releases[n] = o->release;
		tolls[n] = o->toll;
		value.selectable = value.selectable && o->selectable;
	}
	return add_value(m, &value, releases, tolls);
}

/* Every combination of what the banks may hold, but the one that is there. */
static int
all_combinations(struct making *m)
{
	uint32_t at[STRUCTURE_BANKS_MAX] = {0}, n;
	int rc = 0;

	while (rc == 0) {
		for (n = m->v->active_count; n > 0; n--) {
			if (++at[n - 1] < m->banks[n - 1].count)
				break;
			at[n - 1] = 0;
		}
		if (n == 0)
			break;
		if (!twice(m, at))
			rc = add_combination(m, at);
	}
	return rc;
}

/* Too many: one bank at a time, the newest releases. */
static int
some_combinations(struct making *m)
{
	uint32_t each = RELEASES_MAX / m->v->active_count;
	int rc = 0;

	m->v->cut = true;
	for (uint32_t n = 0; n < m->v->active_count; n++) {
		uint32_t count = m->banks[n].count;
		uint32_t i = count > each + 1 ? count - each : 1;

		for (; rc == 0 && i < count; i++) {
			uint32_t at[STRUCTURE_BANKS_MAX] = {0};

			at[n] = i;
			rc = add_combination(m, at);
		}
	}
	return rc;
}

static int
add_releases(struct making *m)
{
	uint64_t combinations = 1;

	if (m->v->active_count == 0)
		return 0;
	for (uint32_t n = 0; n < m->v->active_count; n++) {
		int rc = bank_options(m, n);

		if (rc != 0)
			return rc;
		if (combinations <= RELEASES_MAX)
			combinations *= m->banks[n].count;
	}
	return combinations - 1 <= RELEASES_MAX ? all_combinations(m) : some_combinations(m);
}

/* --- other boards -------------------------------------------------------- */

static bool
supplied(const struct judge_problem *p, enum catalogue_supply supply)
{
	switch (supply) {
	case CATALOGUE_ENDED:
		return false;
	case CATALOGUE_ORDER:
		return p->policy->hardware == JUDGE_HARDWARE_ANY;
	case CATALOGUE_STOCK:
		return p->policy->hardware != JUDGE_HARDWARE_NONE;
	}
	return false;
}

/* What a new board has in the bank: of the first software of its type that has that seq. */
static uint32_t
shipped(const struct making *m, uint32_t type, uint32_t rev, const uint32_t *taken,
	uint32_t taken_count)
{
	const struct catalogue_set *set = m->p->set;
	const struct catalogue_unit_type *t = &set->unit_types[type];

	if (rev == CATALOGUE_NONE || set->revs[rev].ships_seq == CATALOGUE_NONE)
		return CATALOGUE_NONE;
	for (uint32_t i = 0; i < t->software_count; i++) {
		uint32_t software = set->type_software[t->first_software + i], k = 0;
		uint32_t release = catalogue_release_seq(set, software,
		    set->revs[rev].ships_seq);

		while (k < taken_count && taken[k] != release)
			k++;
		if (release != CATALOGUE_NONE && k == taken_count)
			return release;
	}
	return CATALOGUE_NONE;
}

static int
add_board(struct making *m, uint32_t type, uint32_t rev)
{
	uint32_t releases[STRUCTURE_BANKS_MAX];
	const struct judge_value value = {
		.move = JUDGE_REPLACE, .in_service = true, .unit_type = type, .rev = rev,
		.selectable = true,
	};

	for (uint32_t n = 0; n < m->v->active_count; n++)
		releases[n] = shipped(m, type, rev, releases, n);
	return add_value(m, &value, releases, NULL);
}

static int
add_boards_of(struct making *m, uint32_t type, uint32_t *count)
{
	const struct catalogue_set *set = m->p->set;
	const struct catalogue_unit_type *t = &set->unit_types[type];
	int rc = 0;

	if (t->rev_count == 0 && type != m->unit->unit_type &&
	    supplied(m->p, CATALOGUE_ORDER) && (*count)++ < BOARDS_MAX)
		rc = add_board(m, type, CATALOGUE_NONE);
	for (uint32_t i = 0; rc == 0 && i < t->rev_count; i++) {
		uint32_t rev = t->first_rev + i;

		if (rev == m->unit->rev || !supplied(m->p, set->revs[rev].supply))
			continue;
		if ((*count)++ < BOARDS_MAX)
			rc = add_board(m, type, rev);
	}
	return rc;
}

static bool
replaces(const struct catalogue_set *set, uint32_t type, uint32_t other)
{
	const struct catalogue_unit_type *t = &set->unit_types[type];

	for (uint32_t i = 0; i < t->replaces_count; i++) {
		if (set->replaces[t->first_replaces + i] == other)
			return true;
	}
	return false;
}

static int
add_boards(struct making *m)
{
	const struct judge_parts *parts = judge_parts(m->p);
	uint32_t own = m->unit->unit_type, count = 0;
	int rc;

	if (own == CATALOGUE_NONE || m->p->policy->hardware == JUDGE_HARDWARE_NONE)
		return 0;
	rc = add_boards_of(m, own, &count);
	for (uint32_t i = 0; rc == 0 && i < parts->replacer_count; i++) {
		uint32_t type = parts->replacers[i];

		if (type != own && replaces(m->p->set, type, own))
			rc = add_boards_of(m, type, &count);
	}
	if (count > BOARDS_MAX)
		m->v->cut = true;
	return rc;
}

/* --- a variable ---------------------------------------------------------- */

static int
add_now_and_standby(struct making *m, bool standby)
{
	uint32_t releases[STRUCTURE_BANKS_MAX];
	const struct judge_value value = {
		.move = standby ? JUDGE_STANDBY : JUDGE_AS_IS,
		.in_service = m->unit->in_service && !standby,
		.unit_type = m->unit->unit_type, .rev = m->unit->rev, .selectable = true,
	};

	for (uint32_t n = 0; n < m->v->active_count; n++)
		releases[n] = m->p->shape->banks[m->active[n]].release;
	return add_value(m, &value, releases, NULL);
}

static int
make_masks(struct making *m)
{
	struct judge_parts *parts = m->p->parts;
	struct judge_home *home = &parts->homes[m->variable];

	home->words = (m->v->value_count + 63) / 64;
	home->counts = judge_arena_take(&parts->arena, home->words * sizeof(uint64_t));
	home->allowed = judge_arena_take(&parts->arena, home->words * sizeof(uint64_t));
	if (home->counts == NULL || home->allowed == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->v->value_count; i++) {
		const struct judge_value *value = judge_value_of(m->p, m->variable, i);

		if (value->in_service && !m->unit->absent)
			judge_mask_add(home->counts, i);
		if (value->selectable)
			judge_mask_add(home->allowed, i);
	}
	return 0;
}

/* A unit that does not count is left as it is. */
static int
make_values(struct making *m)
{
	bool counts = m->unit->in_service && !m->unit->absent;
	int rc = add_now_and_standby(m, false);

	if (rc == 0 && counts)
		rc = add_releases(m);
	if (rc == 0 && counts && !m->unit->chassis)
		rc = add_now_and_standby(m, true);
	if (rc == 0 && counts)
		rc = add_boards(m);
	return rc == 0 ? make_masks(m) : rc;
}

static void
begin_variable(struct making *m, uint32_t unit, uint32_t *active_count)
{
	struct judge_problem *p = m->p;
	struct judge_parts *parts = p->parts;
	uint32_t first = *active_count;

	m->variable = p->variable_count;
	m->v = &p->variables[p->variable_count++];
	m->unit = &p->shape->units[unit];
	m->active = &parts->active[first];
	*m->v = (struct judge_variable){.unit = unit, .first_value = p->value_count};
	parts->variable_of[unit] = m->variable;
	parts->homes[m->variable].first_active = first;
	for (uint32_t i = 0; i < m->unit->bank_count; i++) {
		uint32_t bank = m->unit->first_bank + i;

		if (judge_bank_active(&p->shape->banks[bank]) &&
		    m->v->active_count < STRUCTURE_BANKS_MAX) {
			parts->active[(*active_count)++] = bank;
			m->v->active_count++;
		}
	}
}

/* --- all of them --------------------------------------------------------- */

static int
find_replacers(struct judge_problem *p)
{
	struct judge_parts *parts = p->parts;
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->set->unit_type_count; i++)
		count += p->set->unit_types[i].replaces_count > 0;
	parts->replacers = judge_arena_take(&parts->arena, count * sizeof(uint32_t) + 1);
	if (parts->replacers == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->set->unit_type_count; i++) {
		if (p->set->unit_types[i].replaces_count > 0)
			parts->replacers[parts->replacer_count++] = i;
	}
	return 0;
}

static int
make_rooms(struct judge_problem *p)
{
	struct judge_parts *parts = p->parts;
	uint32_t units = p->shape->unit_count, releases = p->set->release_count;

	p->variables = calloc(units + 1, sizeof(*p->variables));
	parts->homes = calloc(units + 1, sizeof(*parts->homes));
	parts->variable_of = calloc(units + 1, sizeof(*parts->variable_of));
	parts->active = calloc(p->shape->bank_count + 1, sizeof(*parts->active));
	parts->standing = calloc(releases + 1, sizeof(*parts->standing));
	if (p->variables == NULL || parts->homes == NULL || parts->variable_of == NULL ||
	    parts->active == NULL || parts->standing == NULL)
		return -ENOMEM;
	return find_replacers(p);
}

int
judge_values_make(struct judge_problem *p, struct err *e)
{
	struct judge_parts *parts = p->parts;
	struct making m = {.p = p};
	uint32_t active_count = 0;
	int rc;

	if (p->shape->unit_count > SOLVE_VARIABLES_MAX) {
		return err_set(e, -E2BIG, "cannot judge a device of %u units: at most %u",
		    (unsigned)p->shape->unit_count, (unsigned)SOLVE_VARIABLES_MAX);
	}
	rc = make_rooms(p);
	for (uint32_t i = 0; rc == 0 && i < p->shape->unit_count; i++) {
		parts->variable_of[i] = CATALOGUE_NONE;
		if (p->shape->units[i].class == UNIT_UNIT) {
			begin_variable(&m, i, &active_count);
			rc = make_values(&m);
		}
	}
	for (uint32_t n = 0; n < STRUCTURE_BANKS_MAX; n++)
		free(m.banks[n].list);
	free(m.hops);
	free(m.minutes);
	if (rc == 0)
		rc = judge_carriers_make(p);
	return rc == 0 ? 0 : err_set(e, rc, "out of memory");
}

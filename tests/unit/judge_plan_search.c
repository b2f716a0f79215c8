/*
 * judge_plan_search: held against going through every state, on random worlds.
 *
 * A world's rules are tables over the positions of one to three tracks.  The
 * oracle knows what a legal step is, and nothing of A*.  (Over 600 lines, since
 * the worlds and their oracle are one thing.)
 */
#include <config.h>

#include "manager/judge/judge_plan_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"

enum {
	TRACKS = 4, POSITIONS = 4, RULES = 8,
	STATES = 4 * 4 * 4 * 4,
	WORLDS = 24000,
};

enum truth { MET, UNKNOWN, VIOLATED };

struct rule {
	uint32_t tracks[3], count;
	uint8_t truth[POSITIONS * POSITIONS * POSITIONS];
	uint8_t stopped[POSITIONS * POSITIONS * POSITIONS];
	uint8_t after[POSITIONS * POSITIONS * POSITIONS];
	bool excused;
};

struct world {
	struct search_track tracks[TRACKS];
	uint32_t track_count, rule_count;
	uint32_t minutes[TRACKS][POSITIONS][POSITIONS];	/* UINT32_MAX: no hop */
	/* The hop of a track to its target only when the other has reached its own. */
	uint32_t after_track[TRACKS];
	struct rule rules[RULES];
};

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 11) % n);
}

static uint8_t
random_truth(uint32_t met_of_16)
{
	return below(16) < met_of_16 ? MET : below(4) == 0 ? UNKNOWN : VIOLATED;
}

static void
random_rule(struct world *w, struct rule *r)
{
	r->count = 1 + below(3);
	r->excused = below(2) == 0;
	for (uint32_t i = 0; i < r->count; i++)
		r->tracks[i] = below(w->track_count);
	for (uint32_t i = 0; i < sizeof(r->truth); i++) {
		r->truth[i] = random_truth(11);
		r->stopped[i] = random_truth(13);
		r->after[i] = random_truth(13);
	}
}

static void
random_world(struct world *w)
{
	*w = (struct world){ .track_count = 1 + below(TRACKS), .rule_count = below(RULES + 1) };
	for (uint32_t t = 0; t < w->track_count; t++) {
		struct search_track *k = &w->tracks[t];

		k->position_count = 2 + below(POSITIONS - 1);
		k->target = 1 + below(k->position_count - 1);
		k->stops = below(4) == 0;
		k->groupable = !k->stops && below(8) > 0;
		w->after_track[t] = below(8) == 0 ? below(w->track_count) : t;
		for (uint32_t i = 0; i < POSITIONS; i++) {
			for (uint32_t j = 0; j < POSITIONS; j++)
				w->minutes[t][i][j] = below(5) > 1 ? 1 + below(9) : UINT32_MAX;
		}
		/* Else most worlds have no path at all. */
		if (below(4) > 0)
			w->minutes[t][0][k->target] = 5;
	}
	for (uint32_t i = 0; i < w->rule_count; i++)
		random_rule(w, &w->rules[i]);
}

static uint32_t
world_minutes(void *data, uint32_t track, uint32_t from, uint32_t to)
{
	struct world *w = data;

	ck_assert_uint_ne(to, 0);
	ck_assert_uint_ne(from, to);
	return w->minutes[track][from][to];
}

static bool
world_in_order(void *data, const uint16_t *at, uint32_t track, uint32_t to)
{
	struct world *w = data;
	uint32_t other = w->after_track[track];

	return other == track || to != w->tracks[track].target
	    || at[other] == w->tracks[other].target;
}

static uint32_t
rule_place(const struct rule *r, const uint16_t *at)
{
	uint32_t place = 0;

	for (uint32_t i = 0; i < r->count; i++)
		place = place * POSITIONS + at[r->tracks[i]];
	return place;
}

static bool
rule_has(const struct rule *r, uint32_t track)
{
	for (uint32_t i = 0; i < r->count; i++) {
		if (r->tracks[i] == track)
			return true;
	}
	return false;
}

static enum truth
rule_truth(const struct rule *r, const uint16_t *at, uint32_t stopped)
{
	uint32_t place = rule_place(r, at);

	return stopped != SEARCH_NONE && rule_has(r, stopped) ? r->stopped[place]
	    : r->truth[place];
}

static uint32_t
world_bad(void *data, const uint16_t *at, uint32_t stopped, struct search_bad *ret)
{
	struct world *w = data;
	uint32_t count = 0;

	for (uint32_t i = 0; i < w->rule_count; i++) {
		enum truth t = rule_truth(&w->rules[i], at, stopped);

		if (t != MET)
			ret[count++] = (struct search_bad){ i, t == VIOLATED };
	}
	return count;
}

static uint32_t
world_bad_after(void *data, const uint16_t *at, struct search_bad *ret)
{
	struct world *w = data;
	uint32_t count = 0;

	for (uint32_t i = 0; i < w->rule_count; i++) {
		enum truth t = w->rules[i].after[rule_place(&w->rules[i], at)];

		if (t != MET)
			ret[count++] = (struct search_bad){ i, t == VIOLATED };
	}
	return count;
}

static bool
world_excused(void *data, uint32_t rule)
{
	const struct world *w = data;

	return w->rules[rule].excused;
}

static struct search_world
world_search(struct world *w, uint32_t detour, bool visit)
{
	return (struct search_world){
		.tracks = w->tracks, .track_count = w->track_count,
		.rule_max = RULES, .nodes = 100000, .detour = detour, .data = w,
		.minutes = world_minutes, .in_order = world_in_order, .bad = world_bad,
		.excused = world_excused, .bad_after = visit ? world_bad_after : NULL,
	};
}

/* --- what is legal, said once more ------------------------------------------------- */

/* SEARCH_NONE, or the first rule that gets worse. */
static uint32_t
worse(const struct world *w, const uint16_t *before, const uint16_t *after)
{
	for (uint32_t i = 0; i < w->rule_count; i++) {
		if (rule_truth(&w->rules[i], after, SEARCH_NONE)
		    > rule_truth(&w->rules[i], before, SEARCH_NONE))
			return i;
	}
	return SEARCH_NONE;
}

static bool
hop_legal(const struct world *w, const uint16_t *before, const uint16_t *after,
	uint32_t track)
{
	if (worse(w, before, after) != SEARCH_NONE)
		return false;
	for (uint32_t i = 0; i < w->rule_count && w->tracks[track].stops; i++) {
		if (!w->rules[i].excused && rule_truth(&w->rules[i], before, track)
		    > rule_truth(&w->rules[i], before, SEARCH_NONE))
			return false;
	}
	return true;
}

static bool
visit_is_legal(const struct world *w, const uint16_t *at)
{
	for (uint32_t i = 0; i < w->rule_count; i++) {
		if (w->rules[i].after[rule_place(&w->rules[i], at)]
		    > rule_truth(&w->rules[i], at, SEARCH_NONE))
			return false;
	}
	return true;
}

static void
state_of(uint32_t number, uint16_t *ret)
{
	for (uint32_t t = 0; t < TRACKS; t++, number /= POSITIONS)
		ret[t] = (uint16_t)(number % POSITIONS);
}

static uint32_t
number_of(const uint16_t *at)
{
	uint32_t number = 0;

	for (uint32_t t = TRACKS; t-- > 0;)
		number = number * POSITIONS + at[t];
	return number;
}

/* Hops << 32 | minutes of the cheapest way to each state, before and after a group. */
struct oracle {
	uint64_t cost[2][STATES];
};

static bool
lower(uint64_t *cost, uint64_t sum)
{
	if (sum >= *cost)
		return false;
	*cost = sum;
	return true;
}

/* The group of tracks in `members` from a state; whether a cost fell. */
static bool
oracle_group(struct world *w, struct oracle *o, const uint16_t *at, uint32_t members)
{
	uint16_t after[TRACKS];
	uint64_t sum = o->cost[0][number_of(at)];

	memcpy(after, at, sizeof(after));
	for (uint32_t t = 0; t < w->track_count; t++) {
		uint32_t target = w->tracks[t].target;
		uint16_t alone[TRACKS];

		if ((members >> t & 1) == 0)
			continue;
		memcpy(alone, at, sizeof(alone));
		alone[t] = (uint16_t)target;
		if (!w->tracks[t].groupable || at[t] == target
		    || w->minutes[t][at[t]][target] == UINT32_MAX
		    || worse(w, at, alone) == SEARCH_NONE)
			return false;
		sum += (UINT64_C(1) << 32) + w->minutes[t][at[t]][target];
		after[t] = (uint16_t)target;
	}
	for (uint32_t t = 0; t < w->track_count; t++) {
		if ((members >> t & 1) != 0 && !(world_in_order(w, at, t, after[t])
		    && world_in_order(w, after, t, after[t])))
			return false;
	}
	return worse(w, at, after) == SEARCH_NONE && lower(&o->cost[1][number_of(after)], sum);
}

static bool
oracle_groups(struct world *w, struct oracle *o, const uint16_t *at, uint32_t group_size)
{
	bool fell = false;

	for (uint32_t m = 1; m < 1u << w->track_count; m++) {
		if ((uint32_t)__builtin_popcount(m) == group_size)
			fell |= oracle_group(w, o, at, m);
	}
	return fell;
}

static bool
oracle_hops(struct world *w, struct oracle *o, uint32_t grouped, const uint16_t *at)
{
	uint64_t spent = o->cost[grouped][number_of(at)];
	bool fell = false;

	for (uint32_t t = 0; t < w->track_count; t++) {
		for (uint32_t to = 1; to < w->tracks[t].position_count; to++) {
			uint16_t after[TRACKS];

			memcpy(after, at, sizeof(after));
			after[t] = (uint16_t)to;
			if (to != at[t] && w->minutes[t][at[t]][to] != UINT32_MAX
			    && world_in_order(w, at, t, to) && hop_legal(w, at, after, t)
			    && lower(&o->cost[grouped][number_of(after)],
				spent + (UINT64_C(1) << 32) + w->minutes[t][at[t]][to]))
				fell = true;
		}
	}
	return fell;
}

static void
oracle(struct world *w, uint32_t group_size, struct oracle *o)
{
	bool fell = true;

	memset(o->cost, 0xff, sizeof(o->cost));
	o->cost[0][0] = 0;
	while (fell) {
		fell = false;
		for (uint32_t i = 0; i < 2 * STATES; i++) {
			uint32_t grouped = i / STATES;
			uint16_t at[TRACKS];

			state_of(i % STATES, at);
			if (o->cost[grouped][i % STATES] == UINT64_MAX)
				continue;
			fell |= oracle_hops(w, o, grouped, at);
			if (group_size > 0 && grouped == 0)
				fell |= oracle_groups(w, o, at, group_size);
		}
	}
}

/* The fewest hops that the tracks need alone; UINT32_MAX: one has no way. */
static uint32_t
fewest_hops(const struct world *w)
{
	uint32_t sum = 0;

	for (uint32_t t = 0; t < w->track_count; t++) {
		uint32_t hops[POSITIONS] = { 0, UINT32_MAX, UINT32_MAX, UINT32_MAX };

		for (uint32_t round = 0; round < POSITIONS; round++) {
			for (uint32_t i = 0; i < w->tracks[t].position_count; i++) {
				for (uint32_t j = 1; j < w->tracks[t].position_count; j++) {
					if (i != j && hops[i] != UINT32_MAX
					    && w->minutes[t][i][j] != UINT32_MAX
					    && hops[i] + 1 < hops[j])
						hops[j] = hops[i] + 1;
				}
			}
		}
		if (hops[w->tracks[t].target] == UINT32_MAX)
			return UINT32_MAX;
		sum += hops[w->tracks[t].target];
	}
	return sum;
}

/* --- the answers ------------------------------------------------------------------------ */

/* Walk the moves: each is legal. Returns what they cost; ret_at is where they end. */
static uint64_t
walk(struct world *w, const struct search_result *r, uint32_t group_size, uint16_t *ret_at)
{
	uint16_t at[TRACKS] = { 0 };
	uint64_t cost = 0;
	uint32_t grouped = 0;

	for (uint32_t i = 0; i < r->count;) {
		uint16_t after[TRACKS];
		uint32_t first = i;

		memcpy(after, at, sizeof(after));
		do {
			const struct search_move *m = &r->moves[i];

			ck_assert_uint_eq(m->from, at[m->track]);
			ck_assert_uint_ne(w->minutes[m->track][m->from][m->to], UINT32_MAX);
			ck_assert(world_in_order(w, at, m->track, m->to));
			cost += (UINT64_C(1) << 32) + w->minutes[m->track][m->from][m->to];
			after[m->track] = m->to;
			grouped += m->grouped;
			i++;
		} while (i < r->count && r->moves[first].grouped && r->moves[i].grouped);
		if (r->moves[first].grouped) {
			ck_assert_uint_eq(worse(w, at, after), SEARCH_NONE);
			for (uint32_t k = first; k < i; k++)
				ck_assert(w->tracks[r->moves[k].track].groupable);
		} else {
			ck_assert(hop_legal(w, at, after, r->moves[first].track));
		}
		memcpy(at, after, sizeof(at));
	}
	ck_assert_uint_eq(grouped, group_size);
	memcpy(ret_at, at, sizeof(at));
	return cost;
}

static struct { uint32_t found, blocked, no_path, grouped, detours, partial; } seen;

static void
compare(struct world *w, uint32_t group_size, uint32_t detour, bool visit)
{
	struct search_world sw = world_search(w, detour, visit);
	uint16_t goal[TRACKS] = { 0 }, end[TRACKS];
	uint32_t fewest = fewest_hops(w);
	struct search_result r, again;
	struct oracle o;
	uint64_t best;

	ck_assert_int_eq(judge_plan_search(&sw, group_size, false, &r), 0);
	if (fewest == UINT32_MAX) {
		ck_assert_int_eq(r.end, SEARCH_NO_PATH);
		seen.no_path++;
		return;
	}
	oracle(w, group_size, &o);
	for (uint32_t t = 0; t < w->track_count; t++)
		goal[t] = (uint16_t)w->tracks[t].target;
	best = o.cost[group_size > 0][number_of(goal)];
	if (best == UINT64_MAX || best >> 32 > fewest + detour
	    || (visit && !visit_is_legal(w, goal))) {
		ck_assert_int_eq(r.end, SEARCH_BLOCKED);
		seen.blocked++;
		return;
	}
	ck_assert_int_eq(r.end, SEARCH_FOUND);
	ck_assert_uint_eq(walk(w, &r, group_size, end), best);
	ck_assert_mem_eq(end, goal, sizeof(end));
	seen.found++;
	seen.grouped += group_size > 0;
	seen.detours += best >> 32 > fewest;
	ck_assert_int_eq(judge_plan_search(&sw, group_size, false, &again), 0);
	ck_assert_mem_eq(again.moves, r.moves, r.count * sizeof(r.moves[0]));
}

/* As far as can be before a visit: each track at its start or its target. */
static void
compare_partial(struct world *w)
{
	struct search_world sw = world_search(w, 2 * TRACKS * POSITIONS, true);
	uint32_t most = UINT32_MAX, done = 0;
	struct search_result r;
	uint16_t end[TRACKS];
	struct oracle o;

	if (fewest_hops(w) == UINT32_MAX)
		return;
	ck_assert_int_eq(judge_plan_search(&sw, 0, true, &r), 0);
	oracle(w, 0, &o);
	for (uint32_t i = 0; i < STATES; i++) {
		uint16_t at[TRACKS];
		uint32_t count = 0;
		bool tidy = true;

		state_of(i, at);
		for (uint32_t t = 0; t < TRACKS; t++) {
			count += at[t] != 0;
			tidy &= at[t] == 0 || (t < w->track_count && at[t] == w->tracks[t].target);
		}
		if (tidy && o.cost[0][i] != UINT64_MAX && visit_is_legal(w, at)
		    && (most == UINT32_MAX || count > most))
			most = count;
	}
	if (most == UINT32_MAX) {
		ck_assert_int_eq(r.end, SEARCH_BLOCKED);
		return;
	}
	ck_assert_int_eq(r.end, SEARCH_FOUND);
	(void)walk(w, &r, 0, end);
	ck_assert(visit_is_legal(w, end));
	for (uint32_t t = 0; t < w->track_count; t++) {
		ck_assert(end[t] == 0 || end[t] == w->tracks[t].target);
		done += end[t] != 0;
	}
	/* Counted in hops, not in tracks: none are left when all can be done. */
	ck_assert_int_eq(done == w->track_count, most == w->track_count);
	ck_assert_int_eq(done == 0, most == 0);
	seen.partial += done > 0 && done < w->track_count;
}

static uint64_t
first_seed(void)
{
	const char *given = getenv("JUDGE_SEED");

	return given != NULL ? strtoull(given, NULL, 0) : UINT64_C(20261122);
}

START_TEST(random_worlds)
{
	uint64_t first = first_seed();

	memset(&seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < WORLDS; i++) {
		struct world w;

		seed = (first + i) * UINT64_C(0x9e3779b97f4a7c15) | 1;
		(void)below(2);
		random_world(&w);
		compare(&w, 0, i % 4 == 0 ? 0 : i % 4, false);
		compare(&w, 0, 2, true);
		if (i % 4 == 0) {
			compare(&w, 2, i % 8 / 4, false);
			compare(&w, 3, 0, i % 8 == 0);
			compare_partial(&w);
		}
	}
	printf("# seed %llu: %u found (%u in a group, %u with detours), %u blocked, "
		"%u without a path, %u in part\n", (unsigned long long)first, seen.found,
		seen.grouped, seen.detours, seen.blocked, seen.no_path, seen.partial);
	ck_assert_uint_gt(seen.found, WORLDS / 8);
	ck_assert_uint_gt(seen.blocked, WORLDS / 8);
	ck_assert_uint_gt(seen.grouped, 30);
	ck_assert_uint_gt(seen.detours, 100);
	ck_assert_uint_gt(seen.partial, 100);
}
END_TEST

static uint32_t
one_minute(void *data, uint32_t track, uint32_t from, uint32_t to)
{
	(void)data; (void)track; (void)from; (void)to;
	return 1;
}

/* data: pairs of tracks 0 and 1 both or neither; the rest has no rules. */
static uint32_t
pair_bad(void *data, const uint16_t *at, uint32_t stopped, struct search_bad *ret)
{
	(void)data; (void)stopped;
	ret[0] = (struct search_bad){ 0, true };
	return at[0] != at[1];
}

static bool
never_excused(void *data, uint32_t rule)
{
	(void)data; (void)rule;
	return false;
}

START_TEST(many_free_tracks)
{
	enum { MANY = 40 };
	struct search_track tracks[MANY];
	struct search_world w = { .tracks = tracks, .track_count = MANY, .rule_max = 1,
		.nodes = 2000, .minutes = one_minute, .bad = pair_bad,
		.excused = never_excused };
	struct search_result r;

	for (uint32_t t = 0; t < MANY; t++)
		tracks[t] = (struct search_track){ .position_count = 2, .target = 1,
			.groupable = true };
	ck_assert_int_eq(judge_plan_search(&w, 2, false, &r), 0);
	ck_assert_int_eq(r.end, SEARCH_FOUND);
	ck_assert_uint_eq(r.count, MANY);
	/* What goes by itself goes first, in the tracks' order. */
	for (uint32_t i = 0; i + 2 < MANY; i++) {
		ck_assert_uint_eq(r.moves[i].track, i + 2);
		ck_assert(!r.moves[i].grouped);
	}
	ck_assert(r.moves[MANY - 1].grouped && r.moves[MANY - 2].grouped);
	/* Without a group there are 2^38 states to go through: it says so in time. */
	ck_assert_int_eq(judge_plan_search(&w, 0, false, &r), 0);
	ck_assert_int_eq(r.end, SEARCH_GAVE_UP);
	ck_assert_uint_le(r.nodes, 2000 + MANY);
	ck_assert_uint_eq(r.rule, 0);
}
END_TEST

/* The last track can never hop, and all others wait for it. */
static bool
after_the_last(void *data, const uint16_t *at, uint32_t track, uint32_t to)
{
	const struct search_world *w = data;

	(void)to;
	return track == w->track_count - 1 || at[w->track_count - 1] != 0;
}

/* Two neighbours are at odds; beside the last, which nothing may change. */
static bool
beside_a_neighbour(void *data, const uint16_t *at, uint32_t track, uint32_t to)
{
	(void)data; (void)to;
	return at[track ^ 1] == 0;
}

static uint32_t
all_or_none_bad(void *data, const uint16_t *at, uint32_t stopped, struct search_bad *ret)
{
	const struct search_world *w = data;
	uint32_t moved = 0;

	(void)stopped;
	for (uint32_t t = 0; t < w->track_count; t++)
		moved += at[t] != 0;
	if (moved == 0 || moved == w->track_count)
		return 0;
	ret[0] = (struct search_bad){ 0, true };
	return 1;
}

/* No group may go; that there are 10^14 of sixteen is not found out one by one. */
START_TEST(groups_out_of_order)
{
	struct search_track tracks[SEARCH_GROUPABLE_MAX];
	struct search_world w = { .tracks = tracks, .track_count = SEARCH_GROUPABLE_MAX,
		.rule_max = 1, .nodes = 2000, .minutes = one_minute, .bad = all_or_none_bad,
		.in_order = after_the_last, .excused = never_excused, .data = &w };
	struct search_result r;

	for (uint32_t t = 0; t < w.track_count; t++)
		tracks[t] = (struct search_track){ .position_count = 2, .target = 1,
			.groupable = true };
	ck_assert_int_eq(judge_plan_search(&w, 16, false, &r), 0);
	ck_assert_int_eq(r.end, SEARCH_BLOCKED);
	w.in_order = beside_a_neighbour;
	ck_assert_int_eq(judge_plan_search(&w, 34, false, &r), 0);
	ck_assert_int_eq(r.end, SEARCH_GAVE_UP);
}
END_TEST

START_TEST(limits)
{
	struct search_track track = { .position_count = 2, .target = 2 };
	struct search_world w = { .tracks = &track, .track_count = 1, .rule_max = 1,
		.nodes = 100, .minutes = one_minute, .bad = pair_bad,
		.excused = never_excused };
	struct search_result r;

	ck_assert_int_lt(judge_plan_search(&w, 0, false, &r), 0);
	w.track_count = SEARCH_TRACKS_MAX + 1;
	ck_assert_int_lt(judge_plan_search(&w, 0, false, &r), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_plan_search");
	TCase *tc = tcase_create("judge_plan_search");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, random_worlds);
	tcase_add_test(tc, many_free_tracks);
	tcase_add_test(tc, groups_out_of_order);
	tcase_add_test(tc, limits);
	suite_add_tcase(s, tc);
	return support_run(s);
}

/*
 * judge_world: catalogues and devices for tests of the judge, from short texts
 * and at random.
 *
 * A device is lines (or parts between ';') of words, the first is the chassis:
 *   SYMBOL class model [hw=REV] [in=SYMBOL] [standby] [absent] [serial=TEXT]
 *   [sw=ID/VERSION | sw=CREATOR:ID/VERSION, with @state and/or #byte behind]...
 * Makers are "Acme", creators "acme" where none is said; each sw is another
 * bank, running unless @state says so; #ab: its digest is 32 octets of 0xab.
 * class "function": a function (of type print).
 */
#ifndef IMGADM_TESTS_UNIT_JUDGE_WORLD_H
#define IMGADM_TESTS_UNIT_JUDGE_WORLD_H

#include <check.h>

#include "lib/base/buf.h"
#include "manager/judge/judge_problem.h"

/* ck_assert_msg() writes a file each time, also when all is well: too slow for random tests. */
#define world_assert(what, ...) \
	do { \
		if (!(what)) \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

/* Everything that a problem stands on; own. */
struct world {
	struct catalogue_set *set;
	struct structure device;
	struct judge_shape shape;
	struct judge_names names;
	struct judge_policy policy;
	int64_t now_utc_s;
	struct judge_problem *p;
};

/* The device of a text; fails the test where the text is wrong. */
void world_device(struct structure *s, const char *text);

/*
 * A world of catalogues (as fixture_set() takes them; b may be NULL) and a
 * device, with the default policy.  world_problem() makes the problem: change
 * shape and policy before it.
 */
void world_begin(struct world *w, const char *a, const char *b, const char *device);
void world_problem(struct world *w);
/* All but the set. */
void world_end_device(struct world *w);
void world_end(struct world *w);

/* The instance of this id with the anchor (NULL = the device); CATALOGUE_NONE. */
uint32_t world_instance(const struct world *w, const char *id, const char *symbol);
/* The value of a variable in which a bank runs this version, or the kind of move; fails. */
uint32_t world_value(const struct world *w, const char *symbol, const char *version);
uint32_t world_move(const struct world *w, const char *symbol, enum judge_move move);

/* --- at random ------------------------------------------------------------------- */

/* The next of a xorshift sequence; below(): 0..n-1.  seed is never 0. */
uint64_t world_random(uint64_t *seed);
uint32_t world_below(uint64_t *seed, uint32_t n);

/*
 * A catalogue file at random (without the <?xml): unit types of few classes with
 * revisions, software of one or two creators with releases of every state,
 * relations of every kind everywhere, slots, profiles.  And a device that it is
 * about, more or less; max_units without the chassis.
 */
void world_random_catalogue(uint64_t *seed, struct buf *b);
void world_random_device(uint64_t *seed, uint32_t max_units, struct structure *s);
/* Owners and a policy. */
void world_random_rest(uint64_t *seed, struct world *w);
/* Moments of the catalogues lie around it. */
enum { WORLD_NOW = 1800000000 };

/*
 * Worlds of a few hundred states: the n-th of a sequence; the catalogue stays for
 * a while.  w is empty or the one before; world_end() after the last.
 */
void world_next(uint64_t *seed, uint32_t n, struct world *w);

/* How many worlds a test takes: `usual` times IMGADM_TEST_SCALE (1 where it is not set). */
uint32_t world_count(uint32_t usual);

/*
 * The next state of those that may be chosen (all: of all values), as an
 * odometer whose last variable turns first; false after the last.  Begins at 0s.
 */
bool world_next_state(const struct judge_problem *p, bool all, uint32_t *state);
/* How many there are; stops at `most`. */
uint64_t world_states(const struct judge_problem *p, uint64_t most);

#endif

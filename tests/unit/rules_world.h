/*
 * rules_world: a device of units with releases, and rules between them, made
 * at random from a seed; as a problem for judge_solve, as a catalogue, as a
 * structure.
 *
 * Every ordered pair of units is related with `pairs` percent; then each release
 * of the one, with `rules` percent, either requires a range of the other's
 * releases or conflicts with one.  Planted: a state obeys all rules, and the
 * device is in it but for `moved` units that run any release.  Else it runs
 * anything.
 */
#ifndef IMGADM_TESTS_UNIT_RULES_WORLD_H
#define IMGADM_TESTS_UNIT_RULES_WORLD_H

#include "lib/structure/structure.h"
#include "tests/unit/solve_world.h"

struct rules_spec {
	uint32_t units, releases, pairs, rules, moved;
	bool planted;
};

/* The release of the unit requires (or forbids) low..high of the other. */
struct rules_rule {
	uint32_t unit, release, other, low, high;
	bool forbids;
};

struct rules_world {
	struct rules_spec spec;
	uint32_t *now, *planted;	/* releases, from 0; planted: NULL = none */
	struct rules_rule *rules;
	uint32_t rule_count, rule_room;
};

/* No memory: abort, as in all of it. */
void rules_world_make(struct rules_world *w, uint64_t seed, const struct rules_spec *spec);
void rules_world_release(struct rules_world *w);
/* Of a rule, for a state of releases. */
bool rules_world_holds(const struct rules_rule *r, const uint32_t *state);

/*
 * Values 0..releases-1 of a variable are its releases; where standby, one more:
 * out of service.  Costs as the judge has them.
 */
void rules_world_problem(const struct rules_world *w, bool standby, struct solve_world *ret);
/* The XML of a catalogue: unit types U00..., their software S00..., versions 1...; free it. */
char *rules_world_xml(const struct rules_world *w);
/* The device; each unit has two banks, the second empty.  Release it. */
void rules_world_structure(const struct rules_world *w, struct structure *ret);

#endif

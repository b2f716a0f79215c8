/*
 * judge_problem: the rules of the catalogues, asked of one shape.
 *
 * Every unit of the shape is a variable.  Its values are what it may be: as it
 * is now, with another release in its active bank, on standby, replaced by
 * another revision or type; and in between, releases that are only passed
 * through.  Every relation is asked once for each unit that is its anchor: a
 * *rule instance*; beside them stand the instances that need no relation:
 * slots, withdrawn releases, software that is not listed for the unit.  An
 * instance has a value in each state (values of all variables): true, unknown,
 * violated or not applicable, as imgadm-catalogue(5) says (Kleene's logic).
 *
 * Invariants
 * - value 0 of a variable is what it is now.
 * - The masks and clauses given to judge_solve say the same as judge_instance_hope():
 *   tests/unit/judge_clauses holds one against the other at random.
 * - Instances stand in the order of the anchor's symbol (the device first), then
 *   the rule's id; values by kind, then seq: the same input gives the same bytes.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PROBLEM_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PROBLEM_H

#include "manager/judge/judge_shape.h"
#include "manager/judge/judge_solve.h"

/*
 * Cost positions, in the order in which they are compared.  What is unknown or
 * withdrawn comes after functions lost and visits: nobody takes a finisher out of
 * service, or sends a technician, only because a label is not listed.
 */
enum judge_cost {
	JUDGE_COST_VIOLATED,	/* instances violated, or that were and are not known to be met */
	JUDGE_COST_FUNCTIONS, JUDGE_COST_VISITS, JUDGE_COST_PARTS, JUDGE_COST_PRICE,
	JUDGE_COST_UNKNOWN, JUDGE_COST_WITHDRAWN,
	JUDGE_COST_UNITS, JUDGE_COST_TICKETS, JUDGE_COST_DOWNGRADES,
	JUDGE_COST_RESTARTS, JUDGE_COST_MINUTES, JUDGE_COST_DISTANCE, JUDGE_COST_AGE,
	JUDGE_COSTS,
	/*
	 * With policy trendy the solver sees AGE before UNITS;
	 * judge_problem_cost() puts it back in this order.
	 */
};
/* "violated", "unknown", ... as in --json. */
const char *judge_cost_name(enum judge_cost c);

enum judge_truth { JUDGE_NOT_APPLICABLE, JUDGE_TRUE, JUDGE_UNKNOWN, JUDGE_VIOLATED };

/* imgCenterVerdict; the values of the MIB and of enum store_verdict. */
enum judge_verdict {
	JUDGE_COMPATIBLE = 1, JUDGE_INCOMPATIBLE, JUDGE_VERDICT_UNKNOWN,
	JUDGE_VERDICT_NOT_APPLICABLE,
};
const char *judge_verdict_name(enum judge_verdict v);

/* What a unit may be. */
enum judge_move {
	JUDGE_AS_IS,		/* value 0 */
	JUDGE_RELEASE,		/* other releases in active banks */
	JUDGE_STANDBY,		/* taken out of service, software as it is */
	JUDGE_REPLACE,		/* another board; plan ends at the visit */
};

struct judge_value {
	enum judge_move move;
	bool in_service;
	uint32_t unit_type, rev;	/* places; CATALOGUE_NONE = unlisted */
	/*
	 * Of each active bank of the unit, in their order: what runs there; place
	 * of a release, or CATALOGUE_NONE: what the shape says where that is not
	 * listed, or not known (a new board without `ships`).  In
	 * problem->value_releases.
	 */
	uint32_t first_release;
	bool selectable;	/* may be recommended; else only passed through */
};

struct judge_variable {
	uint32_t unit;		/* place in the shape; variables and judged units are one */
	uint32_t first_value, value_count;
	uint32_t active_count;	/* active banks */
	bool cut;		/* too many combinations: not all are there, never proven */
};

enum judge_instance_kind {
	JUDGE_BY_RELATION = 1,
	JUDGE_BY_SLOT_MIN, JUDGE_BY_SLOT_MAX, JUDGE_BY_CLOSED,
	JUDGE_BY_WITHDRAWN,	/* runs one that has to go, or has to go by `due` */
	JUDGE_BY_SOFTWARE,	/* runs what is not listed for the unit */
};

struct judge_instance {
	enum judge_instance_kind kind;
	uint32_t relation;	/* place in the set; BY_RELATION */
	uint32_t slot;		/* place in the set; SLOT */
	uint32_t anchor;	/* variable; CATALOGUE_NONE = the device */
	/*
	 * Of the anchor's active banks which (from 0; judge_problem_bank()), for
	 * rules of software, releases and made ones about them; else CATALOGUE_NONE.
	 */
	uint32_t bank;
	uint32_t release;	/* place in the set; BY_WITHDRAWN */
	enum judge_truth now;
	bool during_stop;
	/*
	 * "R-101"; made ones: "slot.finisher", "closed.finisher",
	 * "software.engine-fw", "withdrawn.engine-fw.G00-28".  Borrowed from p.
	 */
	const char *id;
};

/* Opaque parts (clauses, masks) are private to judge_problem*.c. */
struct judge_problem {
	const struct catalogue_set *set;	/* borrowed, all three */
	const struct judge_shape *shape;
	const struct judge_policy *policy;
	int64_t now_utc_s;
	struct judge_variable *variables;
	uint32_t variable_count;
	struct judge_value *values;
	uint32_t value_count;
	uint32_t *value_releases;
	struct judge_instance *instances;
	uint32_t instance_count;
	uint32_t profile;	/* place in the set; CATALOGUE_NONE */
	void *parts;		/* private */
};

/*
 * -ENOMEM; -E2BIG: more units or rules than the limits of judge_solve.h, or more
 * rules times units than a device should have: it would take gigabytes.
 */
int judge_problem_new(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, int64_t now_utc_s, struct judge_problem **ret,
	struct err *e);
void judge_problem_free(struct judge_problem *p);

/* A state is values[variable_count]: of each variable the number of its value. */
enum judge_truth judge_instance_value(const struct judge_problem *p, uint32_t instance,
	const uint32_t *state);
/*
 * The same while a variable is out of service because it is being changed
 * (CATALOGUE_NONE: none).
 */
enum judge_truth judge_instance_value_without(const struct judge_problem *p,
	uint32_t instance, const uint32_t *state, uint32_t stopped);
/*
 * The same, where software of a new board that is not known counts as what
 * fits: a board is not refused because nobody said what it comes with.  This is
 * what may be recommended goes by, and what costs; a verdict never does.
 */
enum judge_truth judge_instance_hope(const struct judge_problem *p, uint32_t instance,
	const uint32_t *state);
/*
 * Which units the instance is about in this state, beside its anchor: those that
 * match or may match, and for a need that is not met those of the type or
 * software it names.  ret has room for variable_count; returns how many,
 * ascending.
 */
uint32_t judge_instance_about(const struct judge_problem *p, uint32_t instance,
	const uint32_t *state, uint32_t *ret);

/* Of the device; and of a unit: over the instances whose anchor it is or that are about it. */
enum judge_verdict judge_problem_verdict(const struct judge_problem *p, const uint32_t *state);
/* Of all at once: variable_count of them. */
void judge_problem_unit_verdicts(const struct judge_problem *p, const uint32_t *state,
	enum judge_verdict *ret);
enum judge_verdict judge_problem_unit_verdict(const struct judge_problem *p,
	uint32_t variable, const uint32_t *state);

/*
 * What judge_solve takes; borrowed from p, and as judge_instance_hope().  Group i
 * belongs to instance i / 2.
 * The even one is hard: an instance that is true (or not applicable) now stays so,
 * one that is unknown does not become violated, one that is violated becomes true
 * (stage 2: or stays as it is).  The odd one is soft, and there only for what is
 * unknown now: it becomes true.
 */
const struct solve_problem *judge_problem_solve(const struct judge_problem *p);
/*
 * The cost of a state, in the order of enum judge_cost.  Each bank of a new board
 * of which nobody knows what it comes with is one unknown.
 */
void judge_problem_cost(const struct judge_problem *p, const uint32_t *state,
	struct solve_cost *ret);

/* The value-th of the variable. */
const struct judge_value *judge_problem_value(const struct judge_problem *p,
	uint32_t variable, uint32_t value);
/* The place in shape->banks of the variable's n-th active bank. */
uint32_t judge_problem_bank(const struct judge_problem *p, uint32_t variable, uint32_t n);
/*
 * The instance's rule for a text: "R-101", or "acme:R-101" where another catalogue
 * of the set has an R-101 too.
 */
void judge_problem_rule(const struct judge_problem *p, uint32_t instance, char *dst,
	size_t size);
/* The variable of a symbol, CATALOGUE_NONE. */
uint32_t judge_problem_variable(const struct judge_problem *p, const char *symbol);

#endif

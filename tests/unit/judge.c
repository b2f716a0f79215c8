/*
 * judge: verdicts over what nobody knows, conflicts, what is recommended and what it
 * costs, case by case; and the same input gives the same bytes.
 */
#include <config.h>

#include "manager/judge/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/judge_case.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

/* --- what is recommended ------------------------------------------------- */

START_TEST(a_release_cures)
{
	struct case_of c;

	case_begin_lobby(&c, "c");
	case_run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert(c.j.proven);
	ck_assert_str_eq(case_recommended(&c), "CTL 12");
	ck_assert_str_eq(case_conflict(&c), "R-7");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_UNITS), 1);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_RESTARTS), 1);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_MINUTES), 9);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_VISITS), 0);
	ck_assert_int_eq(c.j.cost_now.at[JUDGE_COST_VIOLATED], 1);
	ck_assert_int_eq(c.j.plan.end, JUDGE_PLAN_READY);
	ck_assert_uint_eq(c.j.plan.count, 1);
	case_end(&c);
}
END_TEST

START_TEST(a_new_board_goes_before_a_lost_function)
{
	struct case_of c;

	case_begin_lobby(&c, "b");
	case_run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert_str_eq(case_recommended(&c), "CTL C");
	/* Why no release does: the need, and what keeps the release off the board. */
	ck_assert_str_eq(case_conflict(&c), "R-7 R-3");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_VISITS), 1);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_PARTS), 1);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_PRICE), 310);
	/* Nobody said what the new board comes with. */
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_UNKNOWN), 1);
	ck_assert_int_eq(c.j.plan.end, JUDGE_PLAN_READY);
	ck_assert(c.j.plan.visit);
	case_end(&c);
}
END_TEST

START_TEST(without_hardware_a_function_is_lost)
{
	struct case_of c;

	case_begin_lobby(&c, "b");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "FIN standby");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_FUNCTIONS), 1);
	case_end(&c);
}
END_TEST

START_TEST(functions_lost_are_counted_through_units)
{
	struct case_of c;

	case_begin(&c, CONTROLLER FINISHER, "CHS device D;CTL controller CTL in=CHS hw=b sw=cfw/11;"
	    "FIN finisher FIN in=CHS;A function a in=FIN;B other b in=FIN;C function c in=B;"
	    "E function e in=CHS");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "FIN standby");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_FUNCTIONS), 2);
	case_end(&c);
}
END_TEST

START_TEST(a_slot_that_needs_the_unit_keeps_it)
{
	struct case_of c;

	case_begin(&c, CONTROLLER FINISHER "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<slot class='finisher' min='1'/></device-type>",
	    "CHS device D;CTL controller CTL in=CHS hw=b sw=cfw/11;FIN finisher FIN in=CHS");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	case_run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_NO_ANSWER);
	ck_assert(c.j.proven);
	ck_assert_ptr_null(c.j.recommended);
	ck_assert_str_eq(case_conflict(&c), "R-7 R-3");
	ck_assert_uint_eq(c.j.plan.count, 0);
	case_end(&c);
}
END_TEST

START_TEST(software_of_a_unit_that_is_not_ours_stays)
{
	struct case_of c;

	case_begin_lobby(&c, "c");
	case_unit(&c, "CTL")->owner = JUDGE_OWNER_LOCAL;
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "FIN standby");
	case_end(&c);
	case_begin_lobby(&c, "c");
	case_unit(&c, "CTL")->owner = JUDGE_OWNER_LOCKED;
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "FIN standby");
	case_end(&c);
}
END_TEST

/* --- what is worth a change ---------------------------------------------- */

#define PLAIN "<unit-type id='U' class='fax' manufacturer='Acme' model='U'/>"
#define TWO "<release version='1' seq='1'/><release version='2' seq='2'/>"

START_TEST(age_alone_moves_nothing_unless_trendy)
{
	struct case_of c;

	case_begin(&c, PLAIN SOFTWARE(TWO), "CHS device D;U fax U sw=ufw/1");
	case_run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_COMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_uint_eq(c.j.nodes, 0);
	ck_assert_str_eq(case_recommended(&c), "");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_AGE), 1);
	case_end(&c);
	case_begin(&c, PLAIN SOFTWARE(TWO), "CHS device D;U fax U sw=ufw/1");
	c.w.policy.trendy = true;
	case_run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert_str_eq(case_recommended(&c), "U 2");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_AGE), 0);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_UNITS), 1);
	case_end(&c);
}
END_TEST

START_TEST(the_profile_alone_moves_nothing_but_is_kept_near)
{
	const char *xml = PLAIN "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<requires id='R'><software id='ufw' min-seq='2'/></requires></device-type>"
	    SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'/>"
	    "<release version='3' seq='3'/><release version='4' seq='4'/>")
	    "<profile id='p1' device-type='D'><software id='ufw' seq='4'/></profile>"
	    "<profile id='p2' device-type='D'><software id='ufw' seq='3'/></profile>";
	struct case_of c;

	case_begin(&c, xml, "CHS device D;U fax U sw=ufw/2");
	case_run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_DISTANCE), 1);
	case_end(&c);
	case_begin(&c, xml, "CHS device D;U fax U sw=ufw/1");
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "U 3");
	case_end(&c);
	case_begin(&c, xml, "CHS device D;U fax U sw=ufw/1");
	(void)snprintf(c.w.policy.profile, sizeof(c.w.policy.profile), "p1");
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "U 4");
	case_end(&c);
}
END_TEST

START_TEST(what_is_withdrawn_or_overdue_is_left)
{
	struct case_of c;

	case_begin(&c, PLAIN SOFTWARE("<release version='1' seq='1' state='withdrawn' because='b'/>"
	    "<release version='2' seq='2'/>"), "CHS device D;U fax U sw=ufw/1");
	case_run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_COMPATIBLE);
	ck_assert_str_eq(case_recommended(&c), "U 2");
	case_end(&c);
	case_begin(&c, PLAIN SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2' "
	    "urgency='critical'/>"), "CHS device D;U fax U sw=ufw/1");
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "U 2");
	case_end(&c);
}
END_TEST

START_TEST(nobody_is_sent_and_nothing_switched_off_for_what_is_only_unknown)
{
	struct case_of c;

	/* The label is not listed; new boards and standby are there to be had. */
	case_begin(&c, UNIT SOFTWARE(TWO), "CHS device D;U fax U hw=a sw=ufw/9");
	case_run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(c.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_str_eq(case_conflict(&c), "software.ufw");
	case_end(&c);
	case_begin(&c, UNIT SOFTWARE("<release version='1' seq='1'><from fresh='yes'/></release>"),
	    "CHS device D;U fax U hw=a sw=ufw/9");
	case_run(&c);
	ck_assert_str_eq(case_recommended(&c), "U 1");
	case_end(&c);
}
END_TEST

START_TEST(a_change_breaks_nothing_else)
{
	struct case_of c;

	/* Only 3 fits the device, and breaks the other unit's rule. */
	case_begin(&c, PLAIN "<unit-type id='W' class='engine' manufacturer='Acme' model='W'>"
	    "<conflicts id='R-1'><software id='ufw' seq='3'/></conflicts></unit-type>"
	    "<device-type id='D' manufacturer='Acme' model='D'><requires id='R-2'>"
	    "<software id='ufw' min-seq='3'/></requires>"
	    "<slot class='engine' min='1'/><slot class='fax' min='1'/></device-type>"
	    SOFTWARE(TWO "<release version='3' seq='3'/>"),
	    "CHS device D;U fax U sw=ufw/1;W engine W");
	case_run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_NO_ANSWER);
	/* Of three that cannot hold together no two suffice. */
	ck_assert_uint_eq(c.j.conflict_count, 2);
	ck_assert_str_eq(case_conflict(&c), "R-2 R-1");
	case_end(&c);
}
END_TEST

START_TEST(stage_two_leaves_as_few_violated_as_can_be)
{
	struct case_of c;

	case_begin(&c, PLAIN "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<requires id='R-1'><software id='ufw' min-seq='2'/></requires>"
	    "<requires id='R-2'><unit class='engine'/></requires></device-type>"
	    SOFTWARE(TWO), "CHS device D;U fax U sw=ufw/1");
	case_run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert_str_eq(case_recommended(&c), "U 2");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_VIOLATED), 1);
	ck_assert_str_eq(case_conflict(&c), "R-2");
	case_end(&c);
}
END_TEST

/* --- outcomes that nobody knows ------------------------------------------ */

/* Units U1.. run 1, or perhaps 2; the device wants `rule`. */
static void
begin_open(struct case_of *c, const char *rule, uint32_t open)
{
	char xml[2048], device[512];
	size_t length = (size_t)snprintf(device, sizeof(device), "CHS device D");

	(void)snprintf(xml, sizeof(xml), PLAIN SOFTWARE(TWO) "<device-type id='D' "
	    "manufacturer='Acme' model='D'><requires id='R'>%s</requires></device-type>", rule);
	for (uint32_t i = 1; i <= open; i++) {
		length += (size_t)snprintf(device + length, sizeof(device) - length,
		    ";U%u fax U in=CHS sw=ufw/1", (unsigned)i);
	}
	case_begin(c, xml, device);
	for (uint32_t i = 0; i < c->w.shape.unit_count; i++) {
		if (!c->w.shape.units[i].chassis) {
			c->w.shape.units[i].unconfirmed_release =
			    c->w.set->software[0].first_release + 1;
		}
	}
	case_run(c);
}

START_TEST(compatible_in_every_state_is_compatible)
{
	struct case_of c;

	begin_open(&c, "<software id='ufw'/>", 2);
	ck_assert_int_eq(c.j.verdict, JUDGE_COMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_FIRST_CONFIRM);
	ck_assert_ptr_null(c.j.failing_state);
	ck_assert_int_eq(c.j.plan.end, JUDGE_PLAN_UNCONFIRMED);
	ck_assert_ptr_null(c.j.recommended);
	case_end(&c);
}
END_TEST

START_TEST(incompatible_in_every_state_is_incompatible)
{
	struct case_of c;

	begin_open(&c, "<unit class='engine'/>", 4);
	ck_assert_int_eq(c.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_FIRST_CONFIRM);
	case_end(&c);
}
END_TEST

START_TEST(else_unknown_and_the_state_that_fails_is_named)
{
	struct case_of c;
	uint32_t one, two;

	begin_open(&c, "<software id='ufw' seq='1' match='some'/>", 2);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(c.j.end, JUDGE_FIRST_CONFIRM);
	ck_assert_ptr_nonnull(c.j.failing_state);
	/* Both were updated: none has 1 any more. */
	one = judge_problem_variable(c.w.p, "U1");
	two = judge_problem_variable(c.w.p, "U2");
	ck_assert_uint_eq(c.j.failing_state[one], world_value(&c.w, "U1", "2"));
	ck_assert_uint_eq(c.j.failing_state[two], world_value(&c.w, "U2", "2"));
	ck_assert_int_eq(judge_problem_verdict(c.w.p, c.j.failing_state), JUDGE_INCOMPATIBLE);
	case_end(&c);
}
END_TEST

START_TEST(more_than_four_are_unknown)
{
	struct case_of c;

	begin_open(&c, "<software id='ufw'/>", 5);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(c.j.end, JUDGE_FIRST_CONFIRM);
	ck_assert_ptr_null(c.j.failing_state);
	case_end(&c);
}
END_TEST

START_TEST(an_outcome_that_cannot_be_reached_is_a_state_too)
{
	struct case_of c;

	/* Down to 1 leads no <from>: but an order may have been under way. */
	case_begin(&c, PLAIN SOFTWARE(TWO) "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<requires id='R'><software id='ufw' seq='2'/></requires></device-type>",
	    "CHS device D;U fax U sw=ufw/2");
	case_unit(&c, "U")->unconfirmed_release = c.w.set->software[0].first_release;
	case_run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_str_eq(case_values(&c, "U"), "now, 1*, standby");
	case_end(&c);
}
END_TEST

/* --- the same input, the same bytes -------------------------------------- */

static void
assert_same_plan(const struct judge_plan *a, const struct judge_plan *b, uint64_t seed)
{
	world_assert(a->end == b->end && a->count == b->count && a->unit == b->unit &&
	    a->instance == b->instance && a->minutes == b->minutes, "seed %" PRIu64, seed);
	for (uint32_t i = 0; i < a->count; i++) {
		world_assert(a->steps[i].kind == b->steps[i].kind &&
		    a->steps[i].unit == b->steps[i].unit && a->steps[i].bank == b->steps[i].bank &&
		    a->steps[i].hop.release == b->steps[i].hop.release &&
		    a->steps[i].group == b->steps[i].group, "seed %" PRIu64 ": step %u", seed, i);
	}
}

static void
assert_same(const struct judge_problem *p, const struct judgement *a,
	const struct judgement *b, uint64_t seed)
{
	world_assert(a->verdict == b->verdict && a->end == b->end && a->proven == b->proven &&
	    a->nodes == b->nodes && a->conflict_count == b->conflict_count &&
	    memcmp(a->cost.at, b->cost.at, sizeof(a->cost.at)) == 0 &&
	    memcmp(a->cost_now.at, b->cost_now.at, sizeof(a->cost_now.at)) == 0,
	    "seed %" PRIu64, seed);
	world_assert(memcmp(a->units, b->units, p->shape->unit_count * sizeof(*a->units)) == 0,
	    "seed %" PRIu64, seed);
	world_assert(a->conflict_count == 0 || memcmp(a->conflict, b->conflict,
	    a->conflict_count * sizeof(*a->conflict)) == 0, "seed %" PRIu64, seed);
	world_assert((a->recommended == NULL) == (b->recommended == NULL), "seed %" PRIu64, seed);
	world_assert(a->recommended == NULL || memcmp(a->recommended, b->recommended,
	    p->variable_count * sizeof(uint32_t)) == 0, "seed %" PRIu64, seed);
	assert_same_plan(&a->plan, &b->plan, seed);
}

/* Before a conflict is called one: no rule of it can be left out. */
static void
assert_conflict(const struct world *w, const struct judgement *j, uint64_t seed)
{
	if (j->verdict == JUDGE_INCOMPATIBLE || j->verdict == JUDGE_VERDICT_UNKNOWN)
		world_assert(j->conflict_count > 0, "seed %" PRIu64 ": no conflict", seed);
	else
		world_assert(j->conflict_count == 0, "seed %" PRIu64 ": a conflict", seed);
	for (uint32_t i = 0; i < j->conflict_count; i++)
		world_assert(j->conflict[i] < w->p->instance_count, "seed %" PRIu64, seed);
	world_assert(j->conflict_count == 0 ||
	    w->p->instances[j->conflict[0]].now >= JUDGE_UNKNOWN,
	    "seed %" PRIu64 ": a conflict of what is met", seed);
}

START_TEST(the_same_input_gives_the_same_judgement)
{
	uint64_t seed = 0x73616d65, before;
	struct world w = {0};

	printf("# seed %" PRIu64 "\n", seed);
	for (uint32_t n = 0; n < world_count(8000); n++) {
		struct judge_problem *again;
		struct judgement a, b;
		struct err e;

		before = seed;
		world_next(&seed, n, &w);
		world_assert(judge(w.p, &a, &e) == 0, "%s", e.text);
		world_assert(judge_problem_new(w.set, &w.shape, &w.policy, w.now_utc_s, &again,
		    &e) == 0, "%s", e.text);
		world_assert(judge(again, &b, &e) == 0, "%s", e.text);
		assert_same(w.p, &a, &b, before);
		assert_conflict(&w, &a, before);
		judge_problem_free(again);
		judgement_release(&a);
		judgement_release(&b);
	}
	world_end(&w);
}
END_TEST

/* What a device may say it consists of takes no gigabytes: such a one is not judged. */
START_TEST(too_many_rules_of_too_many_units_are_refused)
{
	enum { UNITS = 1000, LINE = 32 };
	static const char kinds[] = "<requires id='R%c'><unit class='fax'/></requires>";
	char xml[1024] = "<unit-type id='U' class='fax' manufacturer='Acme' model='U'>";
	char *device = malloc(UNITS * LINE);
	size_t length = (size_t)snprintf(device, LINE, "DEV device D");
	struct judge_problem *problem;
	struct case_of c;
	struct err e;

	for (char id = '0'; id < '8'; id++)
		(void)snprintf(xml + strlen(xml), sizeof(xml) - strlen(xml), kinds, id);
	(void)snprintf(xml + strlen(xml), sizeof(xml) - strlen(xml), "</unit-type>");
	for (int i = 1; i < UNITS; i++)
		length += (size_t)snprintf(device + length, LINE, ";U%d fax U", i);
	case_begin(&c, xml, device);
	ck_assert_int_eq(judge_problem_new(c.w.set, &c.w.shape, &c.w.policy, c.w.now_utc_s,
	    &problem, &e), -E2BIG);
	ck_assert_ptr_ne(strstr(e.text, "7992 rules of 1000 units"), NULL);
	case_end(&c);
	free(device);
}
END_TEST

static Suite *
suite(void)
{
	const TTest *const cases[] = {
		a_release_cures, a_new_board_goes_before_a_lost_function,
		without_hardware_a_function_is_lost, functions_lost_are_counted_through_units,
		a_slot_that_needs_the_unit_keeps_it, software_of_a_unit_that_is_not_ours_stays,
		age_alone_moves_nothing_unless_trendy,
		the_profile_alone_moves_nothing_but_is_kept_near,
		what_is_withdrawn_or_overdue_is_left,
		nobody_is_sent_and_nothing_switched_off_for_what_is_only_unknown,
		a_change_breaks_nothing_else, stage_two_leaves_as_few_violated_as_can_be,
		compatible_in_every_state_is_compatible,
		incompatible_in_every_state_is_incompatible,
		else_unknown_and_the_state_that_fails_is_named, more_than_four_are_unknown,
		an_outcome_that_cannot_be_reached_is_a_state_too,
		the_same_input_gives_the_same_judgement,
		too_many_rules_of_too_many_units_are_refused,
	};
	Suite *s = suite_create("judge");
	TCase *t = tcase_create("cases");

	tcase_set_timeout(t, 600);
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tcase_add_test(t, cases[i]);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

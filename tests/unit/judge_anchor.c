/*
 * judge_anchor: of whom a rule is asked, what is asked without a rule (slots, what is
 * withdrawn or due), and whom a rule is about.
 */
#include <config.h>

#include "manager/judge/judge_problem.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/judge_rule.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

/* --- anchors ------------------------------------------------------------- */

#define DEVICE(rules) "<about device-type='D'>" rules "</about>"
#define OF_ENG(rev, rules) "<about unit-type='ENG' rev='" rev "'>" rules "</about>"
#define OF_CFW(seq, rules) "<about software='cfw'" seq ">" rules "</about>"
#define R_NEEDS_SD "<requires id='R'><unit type='SD'/></requires>"

START_TEST(a_device_type_is_asked_once_where_it_is_listed)
{
	const char *rule = DEVICE(R_NEEDS_SD);

	ck_assert_int_eq(rule_truth_at(rule, "CHS device D1;" ENGA, "R", NULL), F);
	ck_assert_int_eq(rule_truth_at(rule, "CHS device D1;SD finisher SD", "R", NULL), T);
	ck_assert_int_eq(rule_truth_at(rule, "CHS device Z1;" ENGA, "R", NULL), NA);
}
END_TEST

START_TEST(a_unit_type_is_asked_of_each_unit_that_counts)
{
	const char *rule = "<about unit-type='ENG'>" R_NEEDS_SD "</about>";
	const char *device = "CHS device D1;E1 engine ENG hw=a;E2 engine ENG hw=x;"
	    "E3 engine ENG standby;E4 engine ENG absent;E5 engine ODD";

	ck_assert_int_eq(rule_truth_at(rule, device, "R", "E1"), F);
	ck_assert_int_eq(rule_truth_at(rule, device, "R", "E2"), F);
	ck_assert_int_eq(rule_truth_at(rule, device, "R", "E3"), NA);
	ck_assert_int_eq(rule_truth_at(rule, device, "R", "E4"), NA);
	ck_assert_int_eq(rule_truth_at(rule, device, "R", "E5"), NA);
}
END_TEST

START_TEST(a_revision_is_asked_of_its_units_and_unknown_of_unlisted_ones)
{
	const char *device = "CHS device D1;E1 engine ENG hw=a;E2 engine ENG hw=b;"
	    "E3 engine ENG hw=x;SD finisher SD";

	ck_assert_int_eq(rule_truth_at(OF_ENG("A", "<conflicts id='R'><unit type='SD'/></conflicts>"),
	    device, "R", "E1"), F);
	ck_assert_int_eq(rule_truth_at(OF_ENG("A", "<conflicts id='R'><unit type='SD'/></conflicts>"),
	    device, "R", "E2"), NA);
	ck_assert_int_eq(rule_truth_at(OF_ENG("A", "<conflicts id='R'><unit type='SD'/></conflicts>"),
	    device, "R", "E3"), U);
	/* True and not applicable stay what they are. */
	ck_assert_int_eq(rule_truth_at(OF_ENG("A", R_NEEDS_SD), device, "R", "E3"), T);
	ck_assert_int_eq(rule_truth_at(OF_ENG("A", "<requires id='R'><unit type='CTL' "
	    "if-present='yes'/></requires>"), device, "R", "E3"), NA);
}
END_TEST

START_TEST(a_software_is_asked_of_each_bank_that_runs_it)
{
	const char *device = "CHS device D1;C1 controller CTL sw=cfw/c1;"
	    "C2 controller CTL sw=cfw/zz;C3 controller CTL sw=cfw/c2#cd;"
	    "C4 controller CTL sw=other:cfw/c1;C5 controller CTL sw=cfw/c1@fallback;"
	    "C6 controller CTL sw=cfw/c1 standby";
	static const enum judge_truth are[] = {F, F, F, U, NA, NA};

	for (uint32_t i = 0; i < 6; i++) {
		const char symbol[] = {'C', (char)('1' + i), '\0'};

		ck_assert_int_eq(rule_truth_at(OF_CFW("", R_NEEDS_SD), device, "R", symbol), are[i]);
	}
}
END_TEST

START_TEST(a_release_is_asked_of_banks_with_it_and_unknown_of_unlisted_ones)
{
	const char *device = "CHS device D1;C1 controller CTL sw=cfw/c1;"
	    "C2 controller CTL sw=cfw/c2;C3 controller CTL sw=cfw/zz;"
	    "C4 controller CTL sw=cfw/c2#cd;C5 controller CTL sw=other:cfw/c1;"
	    "C6 controller CTL sw=efw/zz";
	static const enum judge_truth are[] = {F, NA, U, U, U, NA};

	for (uint32_t i = 0; i < 6; i++) {
		const char symbol[] = {'C', (char)('1' + i), '\0'};

		ck_assert_int_eq(rule_truth_at(OF_CFW(" seq='100'", R_NEEDS_SD), device, "R",
		    symbol), are[i]);
	}
}
END_TEST

START_TEST(an_anchor_that_does_not_count_is_not_asked)
{
	struct world w;
	uint32_t state[8] = {0}, fin;

	world_begin(&w, TYPES NEEDS("<unit type='ENG'/>"), NULL,
	    "CHS device D1;FIN finisher FIN;SD finisher SD");
	world_problem(&w);
	fin = judge_problem_variable(w.p, "FIN");
	ck_assert_int_eq(judge_instance_value(w.p, world_instance(&w, "R", "FIN"), state), F);
	state[fin] = world_move(&w, "FIN", JUDGE_STANDBY);
	ck_assert_int_eq(judge_instance_value(w.p, world_instance(&w, "R", "FIN"), state), NA);
	state[fin] = 0;
	ck_assert_int_eq(judge_instance_value_without(w.p, world_instance(&w, "R", "FIN"), state,
	    fin), NA);
	world_end(&w);
}
END_TEST

START_TEST(a_unit_that_is_stopped_does_not_count)
{
	struct world w;
	uint32_t state[8] = {0}, i;

	world_begin(&w, TYPES NEEDS("<unit type='ENG'/>"), NULL,
	    "CHS device D1;FIN finisher FIN;" ENGA);
	world_problem(&w);
	i = world_instance(&w, "R", "FIN");
	ck_assert_int_eq(judge_instance_value(w.p, i, state), T);
	ck_assert_int_eq(judge_instance_value_without(w.p, i, state,
	    judge_problem_variable(w.p, "ENG")), F);
	world_end(&w);
}
END_TEST

/* --- made instances ------------------------------------------------------ */

/* Device type S with the slots given. */
static enum judge_truth
slot_is(const char *slots, const char *units, const char *id, const char *symbol)
{
	char rules[1024], device[1024];

	(void)snprintf(rules, sizeof(rules), "<device-type id='S' manufacturer='Acme' "
	    "model='S'%s</device-type>" FIN(""), slots);
	(void)snprintf(device, sizeof(device), "CHS device S;%s", units);
	return rule_truth_at(rules, device, id, symbol);
}

START_TEST(below_the_least_of_a_slot_is_violated)
{
	const char *one = "><slot class='engine' min='1'/>";
	const char *two = "><slot class='engine' min='2'/>";

	ck_assert_int_eq(slot_is(one, CTL1, "slot.engine", NULL), F);
	ck_assert_int_eq(slot_is(one, ENGA, "slot.engine", NULL), T);
	ck_assert_int_eq(slot_is(one, ENGA " standby", "slot.engine", NULL), F);
	ck_assert_int_eq(slot_is(one, ENGA " absent", "slot.engine", NULL), F);
	ck_assert_int_eq(slot_is(one, ODD, "slot.engine", NULL), T);
	ck_assert_int_eq(slot_is(two, ENGA, "slot.engine", NULL), F);
}
END_TEST

START_TEST(above_the_most_of_a_slot_is_violated)
{
	const char *most = "><slot class='engine' max='1'/>";

	ck_assert_int_eq(slot_is(most, ENGA, "slot.engine", NULL), T);
	ck_assert_int_eq(slot_is(most, ENGA ";E2 engine ENG hw=a", "slot.engine", NULL), F);
	ck_assert_int_eq(slot_is(most, ENGA ";E2 engine ENG standby", "slot.engine", NULL), T);
}
END_TEST

START_TEST(an_empty_optional_slot_is_fine)
{
	ck_assert_int_eq(slot_is("><slot class='engine' max='1'/>", CTL1, "slot.engine", NULL), T);
}
END_TEST

START_TEST(a_class_without_a_slot_is_open_unless_closed)
{
	const char *open = "><slot class='engine'/>";
	const char *closed = " closed='yes'><slot class='engine'/>";

	ck_assert_int_eq(slot_is(open, CTL1, "closed.controller", "CTL"), NA);
	ck_assert_int_eq(slot_is(closed, CTL1, "closed.controller", "CTL"), F);
	ck_assert_int_eq(slot_is(closed, ENGA, "closed.engine", "ENG"), NA);
	ck_assert_int_eq(slot_is(closed, CTL1 " standby", "closed.controller", "CTL"), NA);
	/* The device is not in itself. */
	ck_assert_int_eq(slot_is(closed, ENGA, "closed.device", "CHS"), NA);
}
END_TEST

#define W(state) "<unit-type id='W' class='fax' manufacturer='Acme' model='W'/>" \
	"<software id='wfw' unit-type='W'><release version='w1' seq='100' " state "/>" \
	"<release version='w2' seq='200'/></software>"

static int64_t
withdrawn_cost(const char *release, const char *others)
{
	uint32_t state[8] = {0};
	struct solve_cost cost;
	char xml[4096];
	struct world w;

	(void)snprintf(xml, sizeof(xml), "<unit-type id='W' class='fax' manufacturer='Acme' "
	    "model='W'/><software id='wfw' unit-type='W'><release version='w1' seq='100' %s/>"
	    "%s</software>", release, others);
	world_begin(&w, xml, NULL, "CHS device D1;W fax W sw=wfw/w1");
	world_problem(&w);
	judge_problem_cost(w.p, state, &cost);
	world_end(&w);
	return cost.at[JUDGE_COST_WITHDRAWN];
}

START_TEST(to_run_what_must_leave_is_violated)
{
	const char *must = W("state='withdrawn' because='b' severity='must'");

	ck_assert_int_eq(rule_truth_at(must, "CHS device D1;W fax W sw=wfw/w1", "withdrawn.wfw.w1", "W"),
	    F);
	ck_assert_int_eq(rule_truth_at(must, "CHS device D1;W fax W sw=wfw/w2", "withdrawn.wfw.w1", "W"),
	    NA);
	ck_assert_int_eq(rule_verdict(must, "CHS device D1;W fax W sw=wfw/w1"), JUDGE_INCOMPATIBLE);
}
END_TEST

START_TEST(to_run_what_should_leave_is_a_cost)
{
	const char *should = W("state='withdrawn' because='b'");

	ck_assert_int_eq(rule_verdict(should, "CHS device D1;W fax W sw=wfw/w1"), JUDGE_COMPATIBLE);
	ck_assert_int_eq(withdrawn_cost("state='withdrawn' because='b'", ""), 1);
	ck_assert_int_eq(withdrawn_cost("", ""), 0);
}
END_TEST

START_TEST(to_run_what_is_below_a_critical_one_that_is_due_is_a_cost)
{
	ck_assert_int_eq(withdrawn_cost("", "<release version='w2' seq='200' urgency='critical' "
	    "due='2026-01-01'/>"), 1);
	ck_assert_int_eq(withdrawn_cost("", "<release version='w2' seq='200' "
	    "urgency='critical'/>"), 1);
	ck_assert_int_eq(withdrawn_cost("", "<release version='w2' seq='200' urgency='critical' "
	    "due='2040-01-01'/>"), 0);
	ck_assert_int_eq(withdrawn_cost("", "<release version='w2' seq='200' urgency='critical' "
	    "branch='y'/>"), 0);
	ck_assert_int_eq(withdrawn_cost("", "<release version='w2' seq='200' urgency='critical' "
	    "state='draft'/>"), 0);
	ck_assert_int_eq(withdrawn_cost("urgency='critical'", "<release version='w2' seq='200'/>"),
	    0);
}
END_TEST

START_TEST(software_is_listed_for_the_unit)
{
	static const struct { const char *unit, *id; enum judge_truth is; } lines[] = {
		{"C controller CTL sw=cfw/c1", "software.cfw", T},
		{"C controller CTL sw=efw/e1", "software.efw", F},
		{"C controller CTL sw=cfw/zz", "software.cfw", U},
		{"C controller CTL sw=cfw/c2#cd", "software.cfw", U},
		{"C controller CTL sw=zfw/z1", "software.zfw", U},
		{"C controller CTL sw=other:cfw/c1", "software.cfw", U},
		{"C controller CTL sw=cfw/c1@fallback", "software.cfw", NA},
		{"C controller CTL sw=cfw/zz standby", "software.cfw", NA},
		{"C controller ZZZ sw=cfw/zz", "software.cfw", NA},
		/* The set has none for it. */
		{"C finisher SD sw=zfw/z1", "software.zfw", NA},
	};

	for (uint32_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char device[128];

		(void)snprintf(device, sizeof(device), "CHS device D1;%s", lines[i].unit);
		ck_assert_msg(rule_truth_at("", device, lines[i].id, "C") == lines[i].is, "%s",
		    lines[i].unit);
	}
}
END_TEST

/* --- who it is about ----------------------------------------------------- */

/* The symbols that rule R of FIN is about, "ENG SD". */
static void
about_is(const char *rules, const char *others, const char *expected)
{
	char xml[8192], device[1024], text[256] = "";
	uint32_t state[16] = {0}, list[16], count;
	struct world w;

	(void)snprintf(xml, sizeof(xml), "%s%s", TYPES, rules);
	(void)snprintf(device, sizeof(device), "CHS device D1;FIN finisher FIN in=CHS;%s",
	    others);
	world_begin(&w, xml, NULL, device);
	world_problem(&w);
	count = judge_instance_about(w.p, world_instance(&w, "R", "FIN"), state, list);
	for (uint32_t i = 0; i < count; i++) {
		size_t length = strlen(text);

		(void)snprintf(text + length, sizeof(text) - length, "%s%s", i > 0 ? " " : "",
		    w.shape.units[w.p->variables[list[i]].unit].symbol);
	}
	ck_assert_str_eq(text, expected);
	world_end(&w);
}

START_TEST(a_rule_is_about_those_that_match_or_may)
{
	about_is(NEEDS("<unit type='ENG' rev='A'/>"), ENGA ";E2 engine ENG hw=b", "ENG");
	about_is(NEEDS("<unit type='ENG' rev='A'/>"), ENGA ";E2 engine ENG hw=x", "E2 ENG");
	about_is(CONFLICTS("<unit type='ENG'/>"), ENGA, "ENG");
	about_is(CONFLICTS("<unit type='ENG' rev='B'/>"), ENGA, "");
	about_is(NEEDS("<unit type='FIN'/>"), ENGA, "");
}
END_TEST

START_TEST(a_need_that_is_not_met_is_about_those_it_names)
{
	about_is(NEEDS("<unit type='ENG' rev='B'/>"), ENGA ";" CTL1, "ENG");
	about_is(NEEDS("<software id='cfw' seq='200'/>"), ENGA ";" CTL1, "CTL");
	about_is(NEEDS("<unit type='SD'/>"), ENGA, "");
}
END_TEST

START_TEST(a_unit_is_judged_by_rules_that_are_about_it)
{
	uint32_t state[8] = {0};
	struct world w;

	world_begin(&w, TYPES NEEDS("<unit type='ENG' rev='B'/>"), NULL,
	    "CHS device D1;FIN finisher FIN;" ENGA ";SD finisher SD");
	world_problem(&w);
	ck_assert_int_eq(judge_problem_unit_verdict(w.p, judge_problem_variable(w.p, "FIN"),
	    state), JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(judge_problem_unit_verdict(w.p, judge_problem_variable(w.p, "ENG"),
	    state), JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(judge_problem_unit_verdict(w.p, judge_problem_variable(w.p, "SD"),
	    state), JUDGE_VERDICT_NOT_APPLICABLE);
	world_end(&w);
}
END_TEST

static Suite *
suite(void)
{
	const TTest *const lines[] = {
		a_device_type_is_asked_once_where_it_is_listed,
		a_unit_type_is_asked_of_each_unit_that_counts,
		a_revision_is_asked_of_its_units_and_unknown_of_unlisted_ones,
		a_software_is_asked_of_each_bank_that_runs_it,
		a_release_is_asked_of_banks_with_it_and_unknown_of_unlisted_ones,
		an_anchor_that_does_not_count_is_not_asked,
		a_unit_that_is_stopped_does_not_count, below_the_least_of_a_slot_is_violated,
		above_the_most_of_a_slot_is_violated, an_empty_optional_slot_is_fine,
		a_class_without_a_slot_is_open_unless_closed,
		to_run_what_must_leave_is_violated, to_run_what_should_leave_is_a_cost,
		to_run_what_is_below_a_critical_one_that_is_due_is_a_cost,
		software_is_listed_for_the_unit, a_rule_is_about_those_that_match_or_may,
		a_need_that_is_not_met_is_about_those_it_names,
		a_unit_is_judged_by_rules_that_are_about_it,
	};
	Suite *s = suite_create("judge_anchor");
	TCase *t = tcase_create("lines");

	tcase_set_timeout(t, 120);
	for (uint32_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		tcase_add_test(t, lines[i]);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

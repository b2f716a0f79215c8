/*
 * judge_truth: what a rule is of a device, line by line as imgadm-catalogue(5)
 * and the headers say it: Matching, Place, Instances, Three values.
 */
#include <config.h>

#include "manager/judge/judge_problem.h"

#include <stdio.h>

#include "tests/unit/judge_rule.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

/* --- matching ------------------------------------------------------------ */

START_TEST(a_type_matches_units_of_it)
{
	IS(T, NEEDS("<unit type='ENG'/>"), ENGA);
	IS(F, NEEDS("<unit type='ENG'/>"), CTL1);
}
END_TEST

START_TEST(a_class_matches_every_unit_of_it_listed_or_not)
{
	IS(T, NEEDS("<unit class='engine'/>"), ENGA);
	IS(T, NEEDS("<unit class='engine'/>"), ODD);
	IS(F, CONFLICTS("<unit class='engine'/>"), ODD);
	IS(F, NEEDS("<unit class='engine'/>"), CTL1);
}
END_TEST

START_TEST(bounds_of_a_revision_are_inclusive)
{
	IS(T, NEEDS("<unit type='ENG' min-rev='B'/>"), ENGB);
	IS(F, NEEDS("<unit type='ENG' min-rev='B'/>"), ENGA);
	IS(T, NEEDS("<unit type='ENG' max-rev='B'/>"), ENGB);
	IS(F, NEEDS("<unit type='ENG' max-rev='A'/>"), ENGB);
	IS(T, NEEDS("<unit type='ENG' rev='B'/>"), ENGB);
	IS(F, NEEDS("<unit type='ENG' rev='C'/>"), ENGB);
}
END_TEST

START_TEST(bounds_of_a_seq_are_inclusive)
{
	IS(T, NEEDS("<software id='cfw' min-seq='200'/>"), CTL2);
	IS(F, NEEDS("<software id='cfw' min-seq='201'/>"), CTL2);
	IS(T, NEEDS("<software id='cfw' max-seq='200'/>"), CTL2);
	IS(F, NEEDS("<software id='cfw' max-seq='199'/>"), CTL2);
	IS(T, NEEDS("<software id='cfw' seq='200'/>"), CTL2);
	IS(F, NEEDS("<software id='cfw' seq='100'/>"), CTL2);
}
END_TEST

START_TEST(a_branch_matches_only_its_own)
{
	IS(T, NEEDS("<software id='cfw' branch='x'/>"), CTL3);
	IS(F, NEEDS("<software id='cfw' branch='x'/>"), CTL2);
}
END_TEST

/* --- place --------------------------------------------------------------- */

START_TEST(units_on_standby_neither_satisfy_nor_violate)
{
	IS(F, NEEDS("<unit type='ENG'/>"), ENGA " standby");
	IS(T, CONFLICTS("<unit type='ENG'/>"), ENGA " standby");
	IS(F, NEEDS("<software id='cfw'/>"), CTL1 " standby");
	IS(T, CONFLICTS("<software id='cfw'/>"), CTL1 " standby");
}
END_TEST

START_TEST(absent_units_neither_satisfy_nor_violate)
{
	IS(F, NEEDS("<unit type='ENG'/>"), ENGA " absent");
	IS(T, CONFLICTS("<unit type='ENG'/>"), ENGA " absent");
	IS(F, NEEDS("<software id='cfw'/>"), CTL1 " absent");
}
END_TEST

START_TEST(only_banks_that_run_count)
{
	IS(F, NEEDS("<software id='cfw' seq='200'/>"), CTL1 " sw=cfw/c2@fallback");
	IS(F, NEEDS("<software id='cfw' seq='200'/>"), CTL1 " sw=cfw/c2@staged");
	IS(T, NEEDS("<software id='cfw' seq='200'/>"), "CTL controller CTL sw=cfw/c2@trial");
	IS(T, NEEDS("<software id='cfw' seq='200'/>"), "CTL controller CTL sw=cfw/c2@proven");
	IS(T, CONFLICTS("<software id='cfw' seq='200'/>"), CTL1 " sw=cfw/c2@fallback");
	IS(F, NEEDS("<software id='cfw'/>"), "CTL controller CTL sw=cfw/c2@invalid");
}
END_TEST

START_TEST(device_is_everywhere_and_the_unit_itself)
{
	IS(T, NEEDS("<unit type='FIN'/>"), CTL1);
	IS(F, CONFLICTS("<unit type='FIN'/>"), CTL1);
	IS(T, NEEDS("<unit type='ENG'/>"), "BOX other BOX;ENG engine ENG in=BOX hw=a");
}
END_TEST

START_TEST(self_is_the_unit_alone)
{
	IS(F, NEEDS("<unit type='ENG' where='self'/>"), ENGA);
	IS(T, NEEDS("<unit type='FIN' where='self'/>"), ENGA);
	IS(T, CONFLICTS("<unit type='ENG' where='self'/>"), ENGA);
}
END_TEST

START_TEST(parent_is_what_contains_it)
{
	ck_assert_int_eq(rule_truth_at(NEEDS("<unit type='ENG' where='parent'/>"),
	    "CHS device D1;ENG engine ENG in=CHS hw=a;FIN finisher FIN in=ENG", "R", "FIN"), T);
	IS(F, NEEDS("<unit type='ENG' where='parent'/>"), ENGA);
	IS(T, NEEDS("<unit class='device' where='parent'/>"), ENGA);
	ck_assert_int_eq(rule_truth_at(NEEDS("<unit class='device' where='parent'/>"),
	    "CHS device D1;ENG engine ENG in=CHS hw=a;FIN finisher FIN in=ENG", "R", "FIN"), F);
}
END_TEST

START_TEST(child_is_what_it_contains_directly)
{
	IS(T, NEEDS("<unit type='ENG' where='child'/>"), "ENG engine ENG in=FIN hw=a");
	IS(F, NEEDS("<unit type='ENG' where='child'/>"), ENGA);
	IS(F, NEEDS("<unit type='ENG' where='child'/>"),
	    "BOX other BOX in=FIN;ENG engine ENG in=BOX hw=a");
}
END_TEST

START_TEST(sibling_is_in_the_same_container_and_another)
{
	IS(T, NEEDS("<unit type='ENG' where='sibling'/>"), ENGA);
	IS(F, NEEDS("<unit type='ENG' where='sibling'/>"), "ENG engine ENG hw=a");
	IS(F, NEEDS("<unit type='FIN' where='sibling'/>"), ENGA);
	ck_assert_int_eq(rule_truth_at(NEEDS("<unit type='ENG' where='sibling'/>"),
	    "CHS device D1;FIN finisher FIN;ENG engine ENG hw=a", "R", "FIN"), T);
}
END_TEST

START_TEST(where_holds_for_software_too)
{
	IS(F, NEEDS("<software id='cfw' where='child'/>"), CTL1);
	IS(T, NEEDS("<software id='cfw' where='sibling'/>"), CTL1);
	IS(T, CONFLICTS("<software id='cfw' where='child'/>"), CTL1);
}
END_TEST

/* --- instances ----------------------------------------------------------- */

START_TEST(a_needed_unit_is_there_at_least_once)
{
	IS(T, NEEDS("<unit type='ENG' rev='A'/>"), "E1 engine ENG hw=b;E2 engine ENG hw=a");
	IS(F, NEEDS("<unit type='ENG' rev='C'/>"), "E1 engine ENG hw=b;E2 engine ENG hw=a");
}
END_TEST

START_TEST(needed_software_is_there_and_every_carrier_matches)
{
	IS(F, NEEDS("<software id='cfw'/>"), ENGA);
	IS(T, NEEDS("<software id='cfw' min-seq='200'/>"), CTL2 ";C2 controller CTL sw=cfw/c3");
	IS(F, NEEDS("<software id='cfw' min-seq='200'/>"), CTL2 ";C2 controller CTL sw=cfw/c1");
}
END_TEST

START_TEST(match_some_is_content_with_one_carrier)
{
	IS(T, NEEDS("<software id='cfw' min-seq='200' match='some'/>"),
	    CTL2 ";C2 controller CTL sw=cfw/c1");
	IS(F, NEEDS("<software id='cfw' min-seq='300' match='some'/>"),
	    CTL2 ";C2 controller CTL sw=cfw/c1");
	IS(F, NEEDS("<software id='cfw' match='some'/>"), ENGA);
}
END_TEST

START_TEST(every_and_some_hold_for_the_banks_of_a_unit)
{
	IS(F, NEEDS("<software id='cfw' seq='100'/>"), CTL1 " sw=cfw/c2");
	IS(T, NEEDS("<software id='cfw' seq='100' match='some'/>"), CTL1 " sw=cfw/c2");
	IS(F, CONFLICTS("<software id='cfw' seq='200'/>"), CTL1 " sw=cfw/c2");
}
END_TEST

START_TEST(if_present_without_a_candidate_is_not_applicable)
{
	IS(NA, NEEDS("<unit type='ENG' rev='A' if-present='yes'/>"), CTL1);
	IS(NA, NEEDS("<software id='cfw' seq='100' if-present='yes'/>"), ENGA);
	IS(NA, NEEDS("<unit type='ENG' if-present='yes'/>"), ENGA " standby");
	IS(NA, CONFLICTS("<unit type='ENG' if-present='yes'/>"), CTL1);
	IS(NA, CONFLICTS("<software id='cfw' if-present='yes'/>"), ENGA);
}
END_TEST

START_TEST(if_present_with_a_candidate_counts)
{
	IS(F, NEEDS("<unit type='ENG' rev='B' if-present='yes'/>"), ENGA);
	IS(T, NEEDS("<unit type='ENG' rev='A' if-present='yes'/>"), ENGA);
	IS(F, NEEDS("<software id='cfw' seq='200' if-present='yes'/>"), CTL1);
	IS(U, NEEDS("<unit type='ENG' rev='A' if-present='yes'/>"), ENGX);
	IS(U, NEEDS("<unit type='ENG' if-present='yes'/>"), ODD);
	IS(T, CONFLICTS("<unit type='ENG' rev='B' if-present='yes'/>"), ENGA);
}
END_TEST

START_TEST(conflicts_no_instance_matches)
{
	IS(F, CONFLICTS("<unit type='ENG'/>"), ENGA);
	IS(T, CONFLICTS("<unit type='ENG'/>"), CTL1);
	IS(F, CONFLICTS("<unit type='ENG' rev='B'/>"), "E1 engine ENG hw=a;E2 engine ENG hw=b");
	IS(F, CONFLICTS("<software id='cfw' max-seq='100'/>"), CTL1);
	IS(T, CONFLICTS("<software id='cfw' max-seq='100'/>"), CTL2);
}
END_TEST

START_TEST(conflicts_forbids_each_of_its_children)
{
	IS(F, CONFLICTS("<unit type='ENG'/><unit type='SD'/>"), ENGA);
	IS(F, CONFLICTS("<unit type='SD'/><unit type='ENG'/>"), ENGA);
	IS(T, CONFLICTS("<unit type='SD'/><unit type='ENG'/>"), CTL1);
	/* Only the combination. */
	IS(T, ANY("<conflicts><unit type='SD'/></conflicts>"
	    "<conflicts><unit type='ENG'/></conflicts>"), ENGA);
	IS(F, ANY("<conflicts><unit type='SD'/></conflicts>"
	    "<conflicts><unit type='ENG'/></conflicts>"), ENGA ";SD finisher SD");
}
END_TEST

/*
 * Leaves that are true, unknown, violated, not applicable in the device CTL1;
 * ENGX: a controller with c1, an engine whose revision is not listed.
 */
static const char *const LEAVES[] = {
	[NA] = "<software id='efw' seq='100' where='child' if-present='yes'/>",
	[T] = "<unit type='CTL'/>",
	[U] = "<unit type='ENG' rev='A'/>",
	[F] = "<software id='cfw' seq='200'/>",
};

static enum judge_truth
joined(const char *element, enum judge_truth a, enum judge_truth b, bool nested)
{
	char rules[2048];

	if (nested) {
		(void)snprintf(rules, sizeof(rules), NEEDS("<%s>%s%s</%s>"), element, LEAVES[a],
		    LEAVES[b], element);
	} else {
		(void)snprintf(rules, sizeof(rules), FIN("<%s id='R'>%s%s</%s>"), element,
		    LEAVES[a], LEAVES[b], element);
	}
	return rule_truth(rules, CTL1 ";" ENGX);
}

/* Of Kleene; what is not applicable is left out, all of it: not applicable. */
static const enum judge_truth AND_TABLE[4][4] = {
	[NA] = {[NA] = NA, [T] = T, [U] = U, [F] = F},
	[T] = {[NA] = T, [T] = T, [U] = U, [F] = F},
	[U] = {[NA] = U, [T] = U, [U] = U, [F] = F},
	[F] = {[NA] = F, [T] = F, [U] = F, [F] = F},
};
static const enum judge_truth OR_TABLE[4][4] = {
	[NA] = {[NA] = NA, [T] = T, [U] = U, [F] = F},
	[T] = {[NA] = T, [T] = T, [U] = T, [F] = T},
	[U] = {[NA] = U, [T] = T, [U] = U, [F] = U},
	[F] = {[NA] = F, [T] = T, [U] = U, [F] = F},
};

START_TEST(children_are_and)
{
	for (int a = NA; a <= F; a++) {
		for (int b = NA; b <= F; b++) {
			ck_assert_int_eq(joined("requires", a, b, false), AND_TABLE[a][b]);
			ck_assert_int_eq(joined("all", a, b, true), AND_TABLE[a][b]);
		}
	}
}
END_TEST

START_TEST(any_is_or)
{
	for (int a = NA; a <= F; a++) {
		for (int b = NA; b <= F; b++) {
			ck_assert_int_eq(joined("any", a, b, false), OR_TABLE[a][b]);
			ck_assert_int_eq(joined("any", a, b, true), OR_TABLE[a][b]);
		}
	}
}
END_TEST

/* --- three values -------------------------------------------------------- */

START_TEST(an_unlisted_unit_may_match_its_own_class_only)
{
	IS(U, NEEDS("<unit type='ENG'/>"), ODD);
	IS(U, CONFLICTS("<unit type='ENG'/>"), ODD);
	IS(F, NEEDS("<unit type='CTL'/>"), ODD);
	IS(T, CONFLICTS("<unit type='CTL'/>"), ODD);
}
END_TEST

START_TEST(an_unlisted_revision_may_match_bounds_and_surely_its_type)
{
	IS(U, NEEDS("<unit type='ENG' min-rev='B'/>"), ENGX);
	IS(U, CONFLICTS("<unit type='ENG' min-rev='B'/>"), ENGX);
	IS(T, NEEDS("<unit type='ENG'/>"), ENGX);
	IS(F, CONFLICTS("<unit type='ENG'/>"), ENGX);
}
END_TEST

START_TEST(an_unlisted_label_may_match_its_own_software_only)
{
	IS(U, NEEDS("<software id='cfw' seq='100'/>"), "CTL controller CTL sw=cfw/zz");
	IS(U, CONFLICTS("<software id='cfw' seq='100'/>"), "CTL controller CTL sw=cfw/zz");
	IS(T, NEEDS("<software id='cfw'/>"), "CTL controller CTL sw=cfw/zz");
	IS(F, CONFLICTS("<software id='cfw'/>"), "CTL controller CTL sw=cfw/zz");
	IS(F, NEEDS("<software id='efw' seq='100'/>"), "CTL controller CTL sw=cfw/zz");
	IS(T, CONFLICTS("<software id='efw' seq='100'/>"), "CTL controller CTL sw=cfw/zz");
}
END_TEST

START_TEST(a_wrong_digest_is_as_unlisted)
{
	IS(U, NEEDS("<software id='cfw' seq='200'/>"), CTL2 "#cd");
	IS(T, NEEDS("<software id='cfw' seq='200'/>"), CTL2 "#ab");
	IS(T, NEEDS("<software id='cfw' seq='200'/>"), CTL2);
	IS(T, NEEDS("<software id='cfw'/>"), CTL2 "#cd");
	IS(U, CONFLICTS("<software id='cfw' seq='100'/>"), CTL2 "#cd");
}
END_TEST

START_TEST(the_same_label_of_another_creator_is_unknown)
{
	IS(U, NEEDS("<software id='cfw' seq='100'/>"), "CTL controller CTL sw=other:cfw/c1");
	IS(U, NEEDS("<software id='cfw'/>"), "CTL controller CTL sw=other:cfw/c1");
	IS(U, CONFLICTS("<software id='cfw' seq='100'/>"), "CTL controller CTL sw=other:cfw/c1");
	ck_assert_int_eq(rule_truth_at("", "CHS device D1;CTL controller CTL sw=other:cfw/c1",
	    "software.cfw", "CTL"), U);
	/* Its own id, which nobody else has, says nothing. */
	IS(F, NEEDS("<software id='cfw'/>"), "CTL controller CTL sw=other:zfw/c1");
}
END_TEST

START_TEST(a_need_is_true_by_a_sure_match_unknown_by_one_that_may_else_violated)
{
	IS(T, NEEDS("<unit type='ENG' rev='A'/>"), ENGX ";E2 engine ENG hw=a");
	IS(U, NEEDS("<unit type='ENG' rev='A'/>"), ENGX ";E2 engine ENG hw=b");
	IS(F, NEEDS("<unit type='ENG' rev='A'/>"), "E2 engine ENG hw=b");
	IS(T, NEEDS("<software id='cfw' seq='100' match='some'/>"),
	    CTL1 ";C2 controller CTL sw=cfw/zz");
	IS(U, NEEDS("<software id='cfw' seq='100' match='some'/>"),
	    CTL2 ";C2 controller CTL sw=cfw/zz");
}
END_TEST

START_TEST(every_carrier_is_and_over_three_values)
{
	IS(U, NEEDS("<software id='cfw' seq='100'/>"), CTL1 ";C2 controller CTL sw=cfw/zz");
	IS(F, NEEDS("<software id='cfw' seq='100'/>"), CTL2 ";C2 controller CTL sw=cfw/zz");
}
END_TEST

START_TEST(a_conflict_is_violated_by_a_sure_match_unknown_by_one_that_may_else_true)
{
	IS(F, CONFLICTS("<unit type='ENG' rev='A'/>"), ENGX ";E2 engine ENG hw=a");
	IS(U, CONFLICTS("<unit type='ENG' rev='A'/>"), ENGX ";E2 engine ENG hw=b");
	IS(T, CONFLICTS("<unit type='ENG' rev='A'/>"), "E2 engine ENG hw=b");
}
END_TEST

START_TEST(violated_goes_before_unknown_before_compatible)
{
	const char *fin = "CHS device D1;FIN finisher FIN;" CTL1;

	ck_assert_int_eq(rule_verdict(FIN("<requires id='R1'><unit type='CTL'/></requires>"), fin),
	    JUDGE_COMPATIBLE);
	ck_assert_int_eq(rule_verdict(FIN("<requires id='R1'><unit type='CTL'/></requires>"
	    "<requires id='R2'><unit type='ENG' rev='A'/></requires>"),
	    "CHS device D1;FIN finisher FIN;" CTL1 ";" ENGX), JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(rule_verdict(FIN("<requires id='R1'><unit type='SD'/></requires>"
	    "<requires id='R2'><unit type='ENG' rev='A'/></requires>"),
	    "CHS device D1;FIN finisher FIN;" CTL1 ";" ENGX), JUDGE_INCOMPATIBLE);
}
END_TEST

START_TEST(what_no_rule_speaks_of_is_not_applicable)
{
	ck_assert_int_eq(rule_verdict("", "CHS device D1;FIN finisher FIN"),
	    JUDGE_VERDICT_NOT_APPLICABLE);
	ck_assert_int_eq(rule_verdict(NEEDS("<unit type='ENG'/>"), "CHS device D1;SD finisher SD"),
	    JUDGE_VERDICT_NOT_APPLICABLE);
}
END_TEST

static Suite *
suite(void)
{
	const TTest *const lines[] = {
		a_type_matches_units_of_it, a_class_matches_every_unit_of_it_listed_or_not,
		bounds_of_a_revision_are_inclusive, bounds_of_a_seq_are_inclusive,
		a_branch_matches_only_its_own, units_on_standby_neither_satisfy_nor_violate,
		absent_units_neither_satisfy_nor_violate, only_banks_that_run_count,
		device_is_everywhere_and_the_unit_itself, self_is_the_unit_alone,
		parent_is_what_contains_it, child_is_what_it_contains_directly,
		sibling_is_in_the_same_container_and_another, where_holds_for_software_too,
		a_needed_unit_is_there_at_least_once,
		needed_software_is_there_and_every_carrier_matches,
		match_some_is_content_with_one_carrier,
		every_and_some_hold_for_the_banks_of_a_unit,
		if_present_without_a_candidate_is_not_applicable,
		if_present_with_a_candidate_counts, conflicts_no_instance_matches,
		conflicts_forbids_each_of_its_children, children_are_and, any_is_or,
		an_unlisted_unit_may_match_its_own_class_only,
		an_unlisted_revision_may_match_bounds_and_surely_its_type,
		an_unlisted_label_may_match_its_own_software_only,
		a_wrong_digest_is_as_unlisted, the_same_label_of_another_creator_is_unknown,
		a_need_is_true_by_a_sure_match_unknown_by_one_that_may_else_violated,
		every_carrier_is_and_over_three_values,
		a_conflict_is_violated_by_a_sure_match_unknown_by_one_that_may_else_true,
		violated_goes_before_unknown_before_compatible,
		what_no_rule_speaks_of_is_not_applicable,
	};
	Suite *s = suite_create("judge_truth");
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

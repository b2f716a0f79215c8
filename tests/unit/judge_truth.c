/*
 * judge_truth: what a rule is of a device, line by line as imgadm-catalogue(5)
 * and the headers say it: Matching, Place, Instances, Slots, Three values.
 * (Over 600 lines: a table of small worlds, each test named by its line.)
 */
#include <config.h>

#include "manager/judge/judge_problem.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

/*
 * Two finishers, an engine with revisions, a controller; software for the last
 * two.  The rule stands in finisher FIN unless a test says otherwise.
 */
#define TYPES "<device-type id='D' manufacturer='Acme' model='D*'/>" \
	"<unit-type id='SD' class='finisher' manufacturer='Acme' model='SD'/>" \
	"<unit-type id='ENG' class='engine' manufacturer='Acme' model='ENG'>" \
	"<rev id='A' seq='1' hardware='a'/><rev id='B' seq='2' hardware='b'/>" \
	"<rev id='C' seq='3' hardware='c'/></unit-type>" \
	"<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'/>" \
	"<software id='cfw' unit-type='CTL'>" \
	"<release version='c1' seq='100'/>" \
	"<release version='c2' seq='200' sha256='abababababababababababababababab" \
	"abababababababababababababababab'/>" \
	"<release version='c3' seq='300' branch='x'/></software>" \
	"<software id='efw' unit-type='ENG'><release version='e1' seq='100'/></software>"
#define FIN(rules) "<unit-type id='FIN' class='finisher' manufacturer='Acme' model='FIN'>" \
	rules "</unit-type>"
#define NEEDS(what) FIN("<requires id='R'>" what "</requires>")
#define CONFLICTS(what) FIN("<conflicts id='R'>" what "</conflicts>")
#define ANY(what) FIN("<any id='R'>" what "</any>")

#define NA JUDGE_NOT_APPLICABLE
#define T JUDGE_TRUE
#define U JUDGE_UNKNOWN
#define F JUDGE_VIOLATED

/* The heaviest of rule `id` at `symbol` in the device, all other types listed. */
static enum judge_truth
truth_at(const char *rules, const char *device, const char *id, const char *symbol)
{
	enum judge_truth truth = NA;
	char xml[8192];
	struct world w;
	uint32_t i;

	(void)snprintf(xml, sizeof(xml), "%s%s", TYPES, rules);
	world_begin(&w, xml, NULL, device);
	world_problem(&w);
	i = world_instance(&w, id, symbol);
	if (i != CATALOGUE_NONE)
		truth = w.p->instances[i].now;
	world_end(&w);
	return truth;
}

/* Rule R of FIN in a chassis CHS; what else there is follows. */
static enum judge_truth
of(const char *rules, const char *others)
{
	char device[1024];

	(void)snprintf(device, sizeof(device), "CHS device D1;FIN finisher FIN in=CHS;%s",
	    others);
	return truth_at(rules, device, "R", "FIN");
}

static enum judge_verdict
verdict_of(const char *rules, const char *device)
{
	enum judge_verdict verdict;
	char xml[8192];
	struct world w;
	uint32_t state[16] = {0};

	(void)snprintf(xml, sizeof(xml), "%s%s", TYPES, rules);
	world_begin(&w, xml, NULL, device);
	world_problem(&w);
	verdict = judge_problem_verdict(w.p, state);
	world_end(&w);
	return verdict;
}

#define IS(truth, rules, others) ck_assert_int_eq(of(rules, others), truth)

#define CTL1 "CTL controller CTL in=CHS sw=cfw/c1"
#define CTL2 "CTL controller CTL in=CHS sw=cfw/c2"
#define CTL3 "CTL controller CTL in=CHS sw=cfw/c3"
#define ENGA "ENG engine ENG in=CHS hw=a sw=efw/e1"
#define ENGB "ENG engine ENG in=CHS hw=b sw=efw/e1"
#define ENGX "ENG engine ENG in=CHS hw=x sw=efw/e1"	/* rev not listed */
#define ODD "ODD engine ODD in=CHS"			/* unit not listed */

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
	ck_assert_int_eq(truth_at(NEEDS("<unit type='ENG' where='parent'/>"),
	    "CHS device D1;ENG engine ENG in=CHS hw=a;FIN finisher FIN in=ENG", "R", "FIN"), T);
	IS(F, NEEDS("<unit type='ENG' where='parent'/>"), ENGA);
	IS(T, NEEDS("<unit class='device' where='parent'/>"), ENGA);
	ck_assert_int_eq(truth_at(NEEDS("<unit class='device' where='parent'/>"),
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
	ck_assert_int_eq(truth_at(NEEDS("<unit type='ENG' where='sibling'/>"),
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
	return of(rules, CTL1 ";" ENGX);
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
	ck_assert_int_eq(truth_at("", "CHS device D1;CTL controller CTL sw=other:cfw/c1",
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

	ck_assert_int_eq(verdict_of(FIN("<requires id='R1'><unit type='CTL'/></requires>"), fin),
	    JUDGE_COMPATIBLE);
	ck_assert_int_eq(verdict_of(FIN("<requires id='R1'><unit type='CTL'/></requires>"
	    "<requires id='R2'><unit type='ENG' rev='A'/></requires>"),
	    "CHS device D1;FIN finisher FIN;" CTL1 ";" ENGX), JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(verdict_of(FIN("<requires id='R1'><unit type='SD'/></requires>"
	    "<requires id='R2'><unit type='ENG' rev='A'/></requires>"),
	    "CHS device D1;FIN finisher FIN;" CTL1 ";" ENGX), JUDGE_INCOMPATIBLE);
}
END_TEST

START_TEST(what_no_rule_speaks_of_is_not_applicable)
{
	ck_assert_int_eq(verdict_of("", "CHS device D1;FIN finisher FIN"),
	    JUDGE_VERDICT_NOT_APPLICABLE);
	ck_assert_int_eq(verdict_of(NEEDS("<unit type='ENG'/>"), "CHS device D1;SD finisher SD"),
	    JUDGE_VERDICT_NOT_APPLICABLE);
}
END_TEST

/* --- anchors ------------------------------------------------------------- */

#define DEVICE(rules) "<about device-type='D'>" rules "</about>"
#define OF_ENG(rev, rules) "<about unit-type='ENG' rev='" rev "'>" rules "</about>"
#define OF_CFW(seq, rules) "<about software='cfw'" seq ">" rules "</about>"
#define R_NEEDS_SD "<requires id='R'><unit type='SD'/></requires>"

START_TEST(a_device_type_is_asked_once_where_it_is_listed)
{
	const char *rule = DEVICE(R_NEEDS_SD);

	ck_assert_int_eq(truth_at(rule, "CHS device D1;" ENGA, "R", NULL), F);
	ck_assert_int_eq(truth_at(rule, "CHS device D1;SD finisher SD", "R", NULL), T);
	ck_assert_int_eq(truth_at(rule, "CHS device Z1;" ENGA, "R", NULL), NA);
}
END_TEST

START_TEST(a_unit_type_is_asked_of_each_unit_that_counts)
{
	const char *rule = "<about unit-type='ENG'>" R_NEEDS_SD "</about>";
	const char *device = "CHS device D1;E1 engine ENG hw=a;E2 engine ENG hw=x;"
	    "E3 engine ENG standby;E4 engine ENG absent;E5 engine ODD";

	ck_assert_int_eq(truth_at(rule, device, "R", "E1"), F);
	ck_assert_int_eq(truth_at(rule, device, "R", "E2"), F);
	ck_assert_int_eq(truth_at(rule, device, "R", "E3"), NA);
	ck_assert_int_eq(truth_at(rule, device, "R", "E4"), NA);
	ck_assert_int_eq(truth_at(rule, device, "R", "E5"), NA);
}
END_TEST

START_TEST(a_revision_is_asked_of_its_units_and_unknown_of_unlisted_ones)
{
	const char *device = "CHS device D1;E1 engine ENG hw=a;E2 engine ENG hw=b;"
	    "E3 engine ENG hw=x;SD finisher SD";

	ck_assert_int_eq(truth_at(OF_ENG("A", "<conflicts id='R'><unit type='SD'/></conflicts>"),
	    device, "R", "E1"), F);
	ck_assert_int_eq(truth_at(OF_ENG("A", "<conflicts id='R'><unit type='SD'/></conflicts>"),
	    device, "R", "E2"), NA);
	ck_assert_int_eq(truth_at(OF_ENG("A", "<conflicts id='R'><unit type='SD'/></conflicts>"),
	    device, "R", "E3"), U);
	/* True and not applicable stay what they are. */
	ck_assert_int_eq(truth_at(OF_ENG("A", R_NEEDS_SD), device, "R", "E3"), T);
	ck_assert_int_eq(truth_at(OF_ENG("A", "<requires id='R'><unit type='CTL' "
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

		ck_assert_int_eq(truth_at(OF_CFW("", R_NEEDS_SD), device, "R", symbol), are[i]);
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

		ck_assert_int_eq(truth_at(OF_CFW(" seq='100'", R_NEEDS_SD), device, "R",
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
	return truth_at(rules, device, id, symbol);
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

	ck_assert_int_eq(truth_at(must, "CHS device D1;W fax W sw=wfw/w1", "withdrawn.wfw.w1", "W"),
	    F);
	ck_assert_int_eq(truth_at(must, "CHS device D1;W fax W sw=wfw/w2", "withdrawn.wfw.w1", "W"),
	    NA);
	ck_assert_int_eq(verdict_of(must, "CHS device D1;W fax W sw=wfw/w1"), JUDGE_INCOMPATIBLE);
}
END_TEST

START_TEST(to_run_what_should_leave_is_a_cost)
{
	const char *should = W("state='withdrawn' because='b'");

	ck_assert_int_eq(verdict_of(should, "CHS device D1;W fax W sw=wfw/w1"), JUDGE_COMPATIBLE);
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
		ck_assert_msg(truth_at("", device, lines[i].id, "C") == lines[i].is, "%s",
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
		a_type_matches_units_of_it, a_class_matches_every_unit_of_it_listed_or_not,
		bounds_of_a_revision_are_inclusive, bounds_of_a_seq_are_inclusive,
		a_branch_matches_only_its_own,
		units_on_standby_neither_satisfy_nor_violate,
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
		an_unlisted_label_may_match_its_own_software_only, a_wrong_digest_is_as_unlisted,
		the_same_label_of_another_creator_is_unknown,
		a_need_is_true_by_a_sure_match_unknown_by_one_that_may_else_violated,
		every_carrier_is_and_over_three_values,
		a_conflict_is_violated_by_a_sure_match_unknown_by_one_that_may_else_true,
		violated_goes_before_unknown_before_compatible,
		what_no_rule_speaks_of_is_not_applicable,
		a_device_type_is_asked_once_where_it_is_listed,
		a_unit_type_is_asked_of_each_unit_that_counts,
		a_revision_is_asked_of_its_units_and_unknown_of_unlisted_ones,
		a_software_is_asked_of_each_bank_that_runs_it,
		a_release_is_asked_of_banks_with_it_and_unknown_of_unlisted_ones,
		an_anchor_that_does_not_count_is_not_asked, a_unit_that_is_stopped_does_not_count,
		below_the_least_of_a_slot_is_violated, above_the_most_of_a_slot_is_violated,
		an_empty_optional_slot_is_fine, a_class_without_a_slot_is_open_unless_closed,
		to_run_what_must_leave_is_violated, to_run_what_should_leave_is_a_cost,
		to_run_what_is_below_a_critical_one_that_is_due_is_a_cost,
		software_is_listed_for_the_unit, a_rule_is_about_those_that_match_or_may,
		a_need_that_is_not_met_is_about_those_it_names,
		a_unit_is_judged_by_rules_that_are_about_it,
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

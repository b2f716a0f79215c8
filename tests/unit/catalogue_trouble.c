/* Trouble rules of catalogues: what they are linked to, and what the linter says of them. */
#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/catalogue_lint_says.h"
#include "tests/unit/support.h"

#define NIL ((char *)NULL)
#define WARE "<unit-type id='E' class='engine' manufacturer='A' model='E' use='impressions'>" \
	"<rev id='A' seq='1' hardware='A'/><rev id='B' seq='2' hardware='B'/></unit-type><software id='s' unit-type='E'>" \
	"<release version='1' seq='100'/><release version='2' seq='200'/>" \
	"<release version='3' seq='300' state='draft'/></software>\n"
/* A rule about s from 0 to most; its treat is an install of seq. */
#define INSTALL(id, most, seq) "<rule id='" id "'><scope software='s' max-seq='" most "'/>" \
	"<when>" COUNT "</when><treat><install software='s' to-seq='" seq "'/></treat></rule>\n"
#define COUNT "<count code='C-1' min='3' within='2000 impressions'/>"
#define OF_E(when, more) WARE "<rule id='x'><scope unit-type='E'/><when>" when "</when>" more "</rule>"

START_TEST(a_rule_is_linked)
{
	struct catalogue_set *s = fixture_set(WARE "<rule id='late'><scope unit-type='E' "
	    "min-rev='B' software='s' max-seq='199'/><when><all hold='30min'>"
	    "<count code='C-1' min='3' within='2000 impressions' dedupe='20 impressions'/>"
	    "<any><level reading='t' min='2.5' clear='-0.25'/><sequence codes='A B* C' gap='1h' "
	    "within='2 restarts'/></any></all></when><clear hold='5 impressions'/>"
	    "<inhibit rule='first'/><inhibit by='P*' for='1h'/><fleet devices='5' "
	    "against='other-releases' ratio='2.0'/><treat confirm-drop='50%' over='9 impressions' "
	    "quarantine='90d'><install software='s' to-seq='200'/></treat></rule>"
	    "<rule id='first' mode='act' severity='minor'><scope class='engine' software='s'/><when>"
	    "<rate code='J' min='2' per='10 impressions' over='100 impressions'/></when></rule>", NIL);
	const struct catalogue_rule *late = &s->rules[catalogue_rule_find(s, "acme", "late")];
	const struct catalogue_rule *first = &s->rules[catalogue_rule_find(s, NULL, "first")];
	const struct catalogue_rule_node *n = s->rule_nodes + late->first_node;

	ck_assert_uint_eq(s->rule_count, 2);
	ck_assert_uint_eq(catalogue_rule_find(s, "beta", "late"), CATALOGUE_NONE);
	ck_assert(!late->acts && late->severity == CATALOGUE_MAJOR);
	ck_assert(first->acts && first->severity == CATALOGUE_MINOR);
	ck_assert_uint_lt(first->rank, late->rank);
	ck_assert(late->use_unit == USE_IMPRESSIONS && late->scope.class == UNIT_TYPE_ENGINE);
	ck_assert(late->scope.min_rev_seq == 2 && late->scope.max_rev_seq == UINT32_MAX);
	ck_assert(!late->scope.any_rev && !late->scope.any_release && late->scope.max_seq == 199);
	/* all, then its count and any, then any's level and sequence. */
	ck_assert_uint_eq(late->node_count, 5);
	ck_assert(n[0].kind == CATALOGUE_RULE_ALL && n[0].child_count == 2);
	ck_assert(n[0].hold.axis == CATALOGUE_TIME && n[0].hold.amount == 1800);
	ck_assert(&s->rule_nodes[n[0].first_child] == &n[1] &&
	    &s->rule_nodes[n[2].first_child] == &n[3]);
	ck_assert(n[1].kind == CATALOGUE_RULE_COUNT && n[1].min == 3 && n[1].clear_count == 2);
	ck_assert(n[1].within.axis == CATALOGUE_USE && n[1].within.amount == 2000);
	ck_assert(n[1].dedupe.axis == CATALOGUE_USE && n[1].dedupe.amount == 20);
	ck_assert(n[3].kind == CATALOGUE_RULE_LEVEL && n[3].source == CATALOGUE_READING);
	ck_assert(n[3].bound == 2500000 && n[3].clear == -250000);
	ck_assert(n[4].kind == CATALOGUE_RULE_SEQUENCE && n[4].code_count == 3);
	ck_assert_str_eq(s->rule_codes[n[4].first_code + 1], "B*");
	ck_assert(n[4].within.axis == CATALOGUE_RESTARTS && n[4].within.amount == 2);
	ck_assert(s->inhibits[late->first_inhibit].rule == catalogue_rule_find(s, NULL, "first"));
	ck_assert_str_eq(s->inhibits[late->first_inhibit + 1].code, "P*");
	ck_assert(late->fleet.devices == 5 && late->fleet.ratio == 2000000);
	ck_assert(late->treat.kind == CATALOGUE_INSTALL && late->treat.to_seq == 200);
	ck_assert(late->treat.confirm_drop == 50 && late->treat.quarantine_s == 90 * 86400);
	/* What may be left out: exposure is per, clear is min. */
	n = s->rule_nodes + first->first_node;
	ck_assert(n->exposure.amount == 10 && n->clear == n->bound && n->bound == 2000000);
	fixture_free(s);
}
END_TEST

START_TEST(who_may_speak)
{
	char *findings = fixture_findings(WARE, "<catalogue id='beta'><creator id='beta'/>"
	    "<rule id='x'><scope software='s'/><when>" COUNT "</when></rule></catalogue>", NIL);

	ck_assert_ptr_nonnull(strstr(findings, "2.xml:1: this rule is about nothing of its creators'"));
	free(findings);
	fixture_free(fixture_set(WARE, "<catalogue id='site'><creator id='operator'/>"
	    "<rule id='x'><scope software='s'/><when>" COUNT "</when></rule></catalogue>", NIL));
}
END_TEST

START_TEST(another_use_unit_than_the_units_own)
{
	says(OF_E(COUNT, ""), NIL, NIL);
	says(OF_E("<count code='C' min='1' within='7 jobs'/>", ""), NIL, "E1:2 rule x counts in jobs, "
	    "unit type E in impressions", NIL);
	says(OF_E("<count code='C' min='1' within='7d'/>", "<clear hold='2 restarts'/>"), NIL, NIL);
}
END_TEST

START_TEST(what_can_never_fire)
{
	says(OF_E("<all>" COUNT "<absent code='C-1' within='2000 impressions'/></all>", ""), NIL,
	    "E1:2 rule x can never fire: it asks for C-1 and for its absence", NIL);
	says(OF_E("<all>" COUNT "<absent code='C-1' within='1999 impressions'/></all>", ""), NIL, NIL);
	says(OF_E("<any>" COUNT "<absent code='C-1' within='2000 impressions'/></any>", ""), NIL, NIL);
	says(WARE "<unit-type id='F' class='fax' manufacturer='A' model='F'/><rule id='x'>"
	    "<scope unit-type='F' software='s'/><when>" COUNT "</when></rule>", NIL,
	    "E1:2 software s is not for unit type F", NIL);
	says(WARE "<rule id='x'><scope software='s' min-seq='101' max-seq='199'/><when>" COUNT
	    "</when></rule>", NIL, "W1:2 none is within its bounds", NIL);
}
END_TEST

START_TEST(what_a_treat_installs)
{
	says(WARE INSTALL("x", "199", "200"), NIL, NIL);
	says(WARE INSTALL("x", "199", "300"), NIL, "W1:2 which is a draft", NIL);
	says(WARE INSTALL("x", "200", "200"), NIL, "E1:2 rule x speaks of '2' (seq 200) itself", NIL);
	says(WARE INSTALL("x", "99", "100") "<withdraw software='s' seq='100' because='b'/>", NIL,
	    "E1:2 which is withdrawn", "W1:2 none is within its bounds", NIL);
	says(WARE "<rule id='x' mode='act'><scope software='s'/><when>" COUNT "</when></rule>", NIL,
	    "W1:2 rule x acts, but has no <treat>", NIL);
	says(OF_E("<level reading='t' min='1'/>", "<treat confirm-drop='5%' over='1d'><reset/></treat>"),
	    NIL, "E1:2 confirm-drop of rule x needs a <count> or <rate>", NIL);
}
END_TEST

/* Policies that send A to B and B to A for ever. */
START_TEST(from_a_to_b_and_back)
{
	says(WARE "<rule id='x'><scope software='s' seq='100'/><when>" COUNT "</when><treat>"
	    "<install software='s' to-seq='200'/></treat></rule>\n"
	    "<rule id='y'><scope software='s' seq='200'/><when>" COUNT "</when><treat>"
	    "<install software='s' to-seq='100'/></treat></rule>", NIL,
	    "E1:2 rule x installs what rule y sends away, and so on in a circle",
	    "E1:3 rule y installs what rule x sends away", NIL);
	says(WARE INSTALL("x", "99", "100") INSTALL("y", "199", "200"), NIL,
	    "W1:2 none is within its bounds", NIL);
}
END_TEST

START_TEST(a_rule_remembers_little)
{
	says(OF_E("<trend reading='t' limit='1' within='7d' over='1d'/>", ""), NIL, NIL);
	says(OF_E("<all><trend reading='t' limit='1' within='7d' over='1d'/>"
	    "<trend reading='u' limit='1' within='7d' over='1d'/></all>", ""), NIL,
	    "E1:2 rule x has to remember 240 octets of each unit; at most 200 are allowed", NIL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_trouble");
	TCase *tc = tcase_create("catalogue_trouble");

	tcase_add_test(tc, a_rule_is_linked);
	tcase_add_test(tc, who_may_speak);
	tcase_add_test(tc, another_use_unit_than_the_units_own);
	tcase_add_test(tc, what_can_never_fire);
	tcase_add_test(tc, what_a_treat_installs);
	tcase_add_test(tc, from_a_to_b_and_back);
	tcase_add_test(tc, a_rule_remembers_little);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

#include <config.h>

#include "lib/catalogue/catalogue_lint.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/catalogue_lint_says.h"
#include "tests/unit/support.h"

#define NIL ((const char *)NULL)

START_TEST(a_catalogue_without_a_mistake_says_nothing)
{
	says("<catalogue id='acme' serial='42' issued='2026-11-01' expires='2027-11-01'>\n"
	    "<creator id='acme' name='Acme Imaging'/>\n"
	    "<device-type id='C650' manufacturer='Acme' model='C650*'>"
	    "<slot class='engine' min='1' max='1'/><slot class='finisher' max='1'/>"
	    "</device-type>\n"
	    "<unit-type id='FS-5' class='finisher' manufacturer='Acme' model='FS-5'>\n"
	    "<rev id='A' seq='1' hardware='1.*' supply='ended'/>\n"
	    "<rev id='B' seq='2' hardware='2.*' supply='stock' ships='100'/>\n"
	    "<requires id='R-101'><unit type='feed' min-rev='B'/></requires>\n"
	    "<conflicts id='R-102'><unit type='SD-506'/></conflicts></unit-type>\n"
	    "<unit-type id='SD-506' class='finisher' manufacturer='Acme' model='SD-506'/>\n"
	    "<unit-type id='feed' class='paperFeed' manufacturer='Acme' model='feed'>"
	    "<rev id='A' seq='1' hardware='A'/><rev id='B' seq='2' hardware='B'/></unit-type>\n"
	    "<unit-type id='E-30' class='engine' manufacturer='Acme' model='E-30'/>\n"
	    "<unit-type id='CT' class='controller' manufacturer='Acme' model='CT'/>\n"
	    "<software id='finisher-fw' unit-type='FS-5'><release version='1.08' seq='100'/>"
	    "</software>\n"
	    "<software id='controller-fw' unit-type='CT'><release version='11' seq='1100'/>"
	    "<release version='12' seq='1200'/></software>\n"
	    "<software id='engine-fw' unit-type='E-30' scheme='dotted'>\n"
	    "<release version='G00-4' seq='2000'/>\n"
	    "<release version='G00-28' seq='2800' state='withdrawn' because='storms'"
	    " instead='3000' severity='must'/>\n"
	    "<release version='G00-29' seq='2900'/>\n"
	    "<release version='G00-30' seq='3000' floor='2100'>"
	    "<from min-seq='2800'/><from fresh='yes'/>"
	    "<requires id='R-7'><software id='controller-fw' min-seq='1200'/></requires>"
	    "<any id='R-9'><unit type='SD-506'/><unit type='FS-5'/></any>"
	    "<before software='finisher-fw'/></release>\n"
	    "</software>\n"
	    "<profile id='2026-10' device-type='C650'><software id='engine-fw' seq='3000'/>"
	    "<software id='controller-fw' seq='1200'/></profile>\n"
	    "</catalogue>", NIL, NIL);
}
END_TEST

/* --- versions ---------------------------------------------------------------------------- */

START_TEST(an_order_against_the_scheme)
{
	says(UNITS "<software id='s' unit-type='E' scheme='dotted'>\n"
	    "<release version='1.9' seq='100'/>\n"
	    "<release version='1.10' seq='200'/>\n"
	    "<release version='1.2' seq='300'/>\n" END, NIL,
	    "E1:5 reads as lower than '1.10' (seq 200, line 4)", NIL);
}
END_TEST

/* What cannot be compared stands between: the older one still counts. */
START_TEST(an_order_against_the_scheme_is_seen_across_others)
{
	says(UNITS "<software id='s' unit-type='E' scheme='dotted'>\n"
	    "<release version='1.9' seq='100'/>\n"
	    "<release version='X' seq='200'/>\n"
	    "<release version='1.2' seq='300'/>\n"
	    "<release version='1.10' seq='400'/>\n" END, NIL,
	    "E1:5 reads as lower than '1.9' (seq 100, line 3)", NIL);
}
END_TEST

START_TEST(each_branch_has_labels_of_its_own)
{
	says(UNITS "<software id='s' unit-type='E' scheme='dotted'>\n"
	    "<release version='1.0' seq='100' branch='a'/>\n"
	    "<release version='2.0' seq='200' branch='b'/>\n"
	    "<release version='1.1' seq='300' branch='a'/>\n" END, NIL, NIL);
}
END_TEST

START_TEST(labels_that_are_equal_or_of_another_form)
{
	says(UNITS "<software id='s' unit-type='E' scheme='semver'>\n"
	    "<release version='1.0' seq='100'/>\n"
	    "<release version='1.0.0' seq='200'/>\n"
	    "<release version='G00-3' seq='300'/>\n" END, NIL,
	    "W1:4 reads as equal to '1.0'", "W1:5 is no label of scheme=\"semver\"", NIL);
}
END_TEST

/* fwupd #1722: labels that no rule can order; only seq does. */
START_TEST(versions_that_no_rule_can_order)
{
	static const char labels[] = "<release version='L02C' seq='100'/>\n"
	    "<release version='BR003C' seq='200'/>\n"
	    "<release version='2262' seq='300'/>\n"
	    "<release version='004C' seq='400'/>\n";
	char xml[1024];

	(void)snprintf(xml, sizeof(xml), ON_E "%s" END, labels);
	says(xml, NIL, NIL);
	(void)snprintf(xml, sizeof(xml), UNITS
	    "<software id='s' unit-type='E' scheme='none'>\n%s" END, labels);
	says(xml, NIL, NIL);
	/* Who names a scheme that reads them otherwise is told what to do. */
	(void)snprintf(xml, sizeof(xml), UNITS
	    "<software id='s' unit-type='E' scheme='dotted'>\n%s" END, labels);
	says(xml, NIL, "E1:6 or say scheme=\"none\"", NIL);
}
END_TEST

/* --- releases ---------------------------------------------------------------------------- */

START_TEST(a_floor_above_the_release_itself)
{
	says(ON_E "<release version='1' seq='100' floor='101'/>\n" END, NIL,
	    "E1:3 floor 101 of '1' is above its own seq 100", NIL);
	says(ON_E "<release version='1' seq='100' floor='100'/>\n" END, NIL, NIL);
}
END_TEST

START_TEST(an_image_without_a_digest)
{
	says(ON_E "<release version='1' seq='100' size='5'/>\n"
	    "<release version='2' seq='200' file='x.img'/>\n"
	    "<release version='3' seq='300' size='5' file='x.img'"
	    " sha256='0000000000000000000000000000000000000000000000000000000000000000'/>\n" END,
	    NIL, "W1:3 without its sha256", "W1:4 without its sha256", NIL);
}
END_TEST

START_TEST(instead_leads_to_what_may_not_run)
{
	says(ON_E "<release version='1' seq='100' state='withdrawn' because='b' instead='200'/>\n"
	    "<release version='2' seq='200' state='withdrawn' because='b' instead='300'/>\n"
	    "<release version='3' seq='300'/>\n" END, NIL,
	    "W1:3 leads to '2' (seq 200), which is withdrawn too", NIL);
	says(ON_E "<release version='1' seq='100' state='withdrawn' because='b' instead='200'/>\n"
	    "<release version='2' seq='200' state='draft'/>\n" END, NIL,
	    "W1:3 leads to '2' (seq 200), which is a draft", NIL);
}
END_TEST

START_TEST(instead_leads_down)
{
	says(ON_E "<release version='1' seq='100'/>\n"
	    "<release version='2' seq='200' state='withdrawn' because='b' instead='100'/>\n" END,
	    NIL, "W1:4 has no <from direction=\"down\"> that takes seq 200", NIL);
	says(ON_E "<release version='1' seq='100'><from fresh='yes'/><from direction='down'/>"
	    "</release>\n"
	    "<release version='2' seq='200' state='withdrawn' because='b' instead='100'/>\n" END,
	    NIL, NIL);
	says(ON_E "<release version='1' seq='100'><from fresh='yes'/><from direction='down'/>"
	    "</release>\n"
	    "<release version='2' seq='200' floor='150' state='withdrawn' because='b'"
	    " instead='100'/>\n" END, NIL, "W1:4 below the floor 150", NIL);
}
END_TEST

START_TEST(instead_in_a_circle)
{
	says(ON_E "<release version='1' seq='100' state='withdrawn' because='b' instead='200'/>\n"
	    "<release version='2' seq='200' state='withdrawn' because='b' instead='100'/>\n" END,
	    NIL, "E1:3 leads back to itself by way of seq 200", "W1:3 withdrawn too",
	    "W1:4 withdrawn too", NIL);
}
END_TEST

/* --- paths ------------------------------------------------------------------------------- */

START_TEST(a_from_that_holds_no_release)
{
	says(ON_E "<release version='1' seq='100'/>\n"
	    "<release version='2' seq='200'><from max-seq='100'/>"
	    "<from min-seq='101'/></release>\n"
	    "<release version='3' seq='300'><from/><from branch='x'/></release>\n"
	    "<release version='4' seq='400'><from/><from direction='down'/></release>\n" END, NIL,
	    "W1:4 takes seq 101 to 199, where s has no release",
	    "W1:5 takes branch 'x', which no release of s has",
	    "W1:6 s has no release higher than '4'", NIL);
}
END_TEST

START_TEST(a_release_nobody_can_reach)
{
	says(ON_E "<release version='1' seq='100'/>\n"
	    "<release version='3' seq='300'><from min-seq='200'/></release>\n" END, NIL,
	    "W1:3 no chain", "E1:4 nobody can reach '3' (seq 300) of s", NIL);
}
END_TEST

START_TEST(what_a_new_board_ships_is_reached)
{
	says("<unit-type id='E' class='engine' manufacturer='Acme' model='E'>"
	    "<rev id='A' seq='1' ships='300'/></unit-type>\n"
	    "<software id='s' unit-type='E'>\n"
	    "<release version='3' seq='300'><from min-seq='200'/></release>\n"
	    "<release version='4' seq='400'/>\n" END, NIL, NIL);
	says("<unit-type id='E' class='engine' manufacturer='Acme' model='E'>"
	    "<rev id='A' seq='1' ships='301'/></unit-type>\n"
	    "<software id='s' unit-type='E'>\n"
	    "<release version='3' seq='300'/>\n" END, NIL, "W1:1 ships seq 301", NIL);
}
END_TEST

START_TEST(stepping_stones_in_a_circle)
{
	says(ON_E "<release version='1' seq='100'/>\n"
	    "<release version='2' seq='200'><from max-seq='300' direction='down'/></release>\n"
	    "<release version='3' seq='300'><from min-seq='200'/></release>\n"
	    "<release version='4' seq='400'><from max-seq='100'/></release>\n" END, NIL,
	    "E1:4 and that is only reached from it, in a circle", "W1:5 no chain", NIL);
}
END_TEST

START_TEST(a_gap_in_the_path)
{
	/* The stepping stone was withdrawn: who is below it is stuck. */
	says(ON_E "<release version='1' seq='100'/>\n"
	    "<release version='1a' seq='150'/>\n"
	    "<release version='2' seq='200' state='withdrawn' because='b'/>\n"
	    "<release version='3' seq='300'><from min-seq='200'/></release>\n" END, NIL,
	    "W1:4 no chain of qualified releases leads from '1a' (seq 150) of s, nor from lower",
	    NIL);
}
END_TEST

START_TEST(a_branch_is_left_by_its_own_from_only)
{
	says(ON_E "<release version='1' seq='100' branch='a'/>\n"
	    "<release version='2' seq='200' branch='b'/>\n"
	    "<release version='3' seq='300' branch='b'><from branch='a'/></release>\n" END, NIL,
	    "W1:4 no chain", NIL);
	says(ON_E "<release version='1' seq='100' branch='a'/>\n"
	    "<release version='2' seq='200' branch='b'/>\n"
	    "<release version='3' seq='300' branch='b'><from/><from branch='a'/></release>\n" END,
	    NIL, NIL);
}
END_TEST

/* --- paths against a naive search ---------------------------------------------------------- */

enum { RELEASES = 7 };

static uint32_t
dice(uint32_t *state, uint32_t sides)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % sides;
}

static void
add_random_from(struct buf *b, uint32_t *state, uint32_t seq)
{
	static const char *const branches[] = { "", "", " branch='a'", " branch='b'" };
	const char *branch = branches[dice(state, 4)];
	uint32_t low = 1 + dice(state, RELEASES), high = low + dice(state, 3);

	if (dice(state, 8) == 0)
		(void)buf_add_text(b, "<from fresh='yes'/>");
	else if (low > seq)
		(void)buf_printf(b, "<from direction='down' min-seq='%u' max-seq='%u'%s/>", low,
		    high, branch);
	else if (low < seq)
		(void)buf_printf(b, "<from min-seq='%u' max-seq='%u'%s/>", low,
		    high < seq ? high : seq - 1, branch);
}

static void
add_random_release(struct buf *b, uint32_t *state, uint32_t seq)
{
	static const char *const states[] = { "", "", "", "", " state='draft'",
		" state='withdrawn' because='b'" };

	(void)buf_printf(b, "<release version='%u' seq='%u'%s%s>", seq, seq,
	    states[dice(state, 6)], dice(state, 4) ? " branch='a'" : " branch='b'");
	for (uint32_t i = dice(state, 4); i > 0; i--)
		add_random_from(b, state, seq);
	(void)buf_add_text(b, "</release>\n");
}

/* What the linter has to find, by asking of every pair whether it may be installed. */
struct naive {
	const struct catalogue_set *set;
	bool reached[RELEASES];
	uint32_t leadless, unreached, dead_ends;
	bool withdrawn;		/* one of those that are not reached */
};

static bool
leads(const struct naive *n, uint32_t from, uint32_t to)
{
	return from != to && catalogue_from_allows(n->set, to, from);
}

static void
naive_reach(struct naive *n)
{
	for (uint32_t r = 0; r < RELEASES; r++) {
		const struct catalogue_release *is = &n->set->releases[r];
		bool any = false;

		for (uint32_t from = 0; from < RELEASES; from++)
			any |= leads(n, from, r);
		n->reached[r] = !any || catalogue_from_allows(n->set, r, CATALOGUE_NONE);
		if (!any && is->from_count > 0 && is->state != CATALOGUE_WITHDRAWN &&
		    !catalogue_from_allows(n->set, r, CATALOGUE_NONE))
			n->leadless++;
	}
	for (uint32_t round = 0; round < RELEASES; round++) {
		for (uint32_t r = 0; r < RELEASES; r++) {
			for (uint32_t from = 0; from < RELEASES; from++)
				n->reached[r] |= n->reached[from] && leads(n, from, r);
		}
	}
	for (uint32_t r = 0; r < RELEASES; r++) {
		n->unreached += !n->reached[r];
		n->withdrawn |= !n->reached[r] &&
		    n->set->releases[r].state == CATALOGUE_WITHDRAWN;
	}
}

static uint32_t
newest(const struct naive *n, uint32_t branch_of)
{
	uint32_t found = CATALOGUE_NONE;

	for (uint32_t r = 0; r < RELEASES; r++) {
		if (strcmp(n->set->releases[r].branch, n->set->releases[branch_of].branch) == 0 &&
		    n->set->releases[r].state == CATALOGUE_QUALIFIED)
			found = r;
	}
	return found;
}

static void
naive_dead_ends(struct naive *n)
{
	const struct catalogue_release *list = n->set->releases;
	bool good[RELEASES] = { false }, stuck[2] = { false, false };

	for (uint32_t r = 0; r < RELEASES; r++)
		good[r] = newest(n, r) == r;
	for (uint32_t round = 0; round < RELEASES; round++) {
		for (uint32_t to = 0; to < RELEASES; to++) {
			for (uint32_t r = 0; r < RELEASES; r++)
				good[r] |= good[to] && list[to].state == CATALOGUE_QUALIFIED &&
				    leads(n, r, to);
		}
	}
	for (uint32_t r = 0; r < RELEASES; r++) {
		if (newest(n, r) != CATALOGUE_NONE && r < newest(n, r) && !good[r] &&
		    list[r].state != CATALOGUE_DRAFT)
			stuck[list[r].branch[0] == 'b'] = true;
	}
	n->dead_ends = (uint32_t)stuck[0] + stuck[1];
}

static uint32_t
count_words(const struct catalogue_findings *f, const char *words)
{
	uint32_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += strstr(f->list[i].text, words) != NULL;
	return n;
}

START_TEST(random_paths_as_a_naive_search_finds_them)
{
	uint32_t state = 77, circles = 0, leadless = 0, dead_ends = 0;

	for (int round = 0; round < 3000; round++) {
		struct catalogue_findings found = { 0 };
		struct naive n = { .set = NULL };
		struct catalogue_set *set;
		struct buf b;

		buf_init(&b, 65536);
		(void)buf_add_text(&b, ON_E);
		for (uint32_t seq = 1; seq <= RELEASES; seq++)
			add_random_release(&b, &state, seq);
		(void)buf_add_text(&b, END);
		n.set = set = fixture_set(buf_text(&b), NIL);
		(void)catalogue_lint(set, &found, NULL);
		naive_reach(&n);
		naive_dead_ends(&n);
		ck_assert_msg(count_words(&found, "take no release that is listed") == n.leadless &&
		    count_words(&found, "no chain of qualified") == n.dead_ends &&
		    (n.unreached > 0) >= (count_words(&found, "in a circle") > 0) &&
		    (n.unreached == 0 || n.withdrawn || count_words(&found, "in a circle") > 0),
		    "round %d: %u without a lead, %u not reached, %u dead ends:\n%s", round,
		    n.leadless, n.unreached, n.dead_ends, buf_text(&b));
		circles += count_words(&found, "in a circle");
		leadless += n.leadless;
		dead_ends += n.dead_ends;
		catalogue_findings_release(&found);
		fixture_free(set);
		buf_release(&b);
	}
	ck_assert_uint_gt(circles, 20);
	ck_assert_uint_gt(leadless, 100);
	ck_assert_uint_gt(dead_ends, 100);
}
END_TEST

/* --- order of installation ----------------------------------------------------------------- */

#define THREE UNITS "<software id='t' unit-type='C'><release version='1' seq='100'/>" \
	"<release version='2' seq='200'>%s</release></software>\n" \
	"<software id='u' unit-type='F'><release version='1' seq='100'>%s</release></software>\n" \
	"<software id='s' unit-type='E'><release version='1' seq='100'>%s</release>" \
	"<release version='2' seq='200'>%s</release></software>\n"

static void
orders(const char *t, const char *u, const char *s1, const char *s2, const char *expected)
{
	char xml[2048];

	(void)snprintf(xml, sizeof(xml), THREE, t, u, s1, s2);
	says(xml, NIL, expected, NIL);
}

START_TEST(before_and_after_in_a_circle)
{
	orders("<before software='s'/>", "", "<before software='t'/>", "",
	    "E1:2 go in a circle with those of '1' of s (1.xml:4)");
	/* By way of one that says nothing itself. */
	orders("<before software='u'/>", "", "<after software='u'/><before software='t'/>", "",
	    "E1:2 go in a circle");
	orders("<before software='u'/>", "<before software='s'/>", "", "<before software='t'/>",
	    "E1:2 go in a circle");
	orders("<before software='u'/><after software='u'/>", "", "", "",
	    "E1:2 both before and after");
	/* Two releases of one software may say different things. */
	orders("", "", "<before software='t'/>", "<after software='t'/>", NULL);
	orders("<before software='s'/>", "", "<after software='t'/>", "<after software='t'/>",
	    NULL);
	/* What is withdrawn is in no plan. */
	says(UNITS "<software id='t' unit-type='C'><release version='1' seq='100'"
	    " state='withdrawn' because='b'><before software='s'/></release></software>\n"
	    "<software id='s' unit-type='E'><release version='1' seq='100'>"
	    "<before software='t'/></release></software>\n", NIL, NIL);
}
END_TEST

/* --- profiles ---------------------------------------------------------------------------- */

#define PROFILE(seq_s, seq_t) "<device-type id='D' manufacturer='Acme' model='D'/>\n" \
	"<profile id='p' device-type='D'><software id='s' seq='" seq_s "'/>" \
	"<software id='t' seq='" seq_t "'/></profile>\n"
#define PAIR(rule) UNITS "<software id='t' unit-type='C'><release version='1' seq='100'/>" \
	"<release version='2' seq='200'/></software>\n" \
	"<software id='s' unit-type='E'><release version='1' seq='100'/>" \
	"<release version='2' seq='200'>" rule "</release></software>\n"

START_TEST(a_profile_that_violates_a_relation)
{
	says(PAIR("<requires id='R-1'><software id='t' min-seq='200'/></requires>")
	    PROFILE("200", "100"), NIL, "E1:5 profile p violates R-1 (1.xml:3)", NIL);
	says(PAIR("<requires id='R-1'><software id='t' min-seq='200'/></requires>")
	    PROFILE("200", "200"), NIL, NIL);
	says(PAIR("<requires id='R-1'><software id='t' min-seq='200'/></requires>")
	    PROFILE("100", "100"), NIL, NIL);
	says(PAIR("<conflicts id='R-1'><software id='t' max-seq='100'/></conflicts>")
	    PROFILE("200", "100"), NIL, "E1:5 profile p violates R-1", NIL);
	/* What it forbids may stand elsewhere. */
	says(PAIR("<conflicts id='R-1'><software id='t' max-seq='100' where='child'/></conflicts>")
	    PROFILE("200", "100"), NIL, NIL);
	/* One way of an <any> is still open. */
	says(PAIR("<any id='R-1'><software id='t' min-seq='200'/><unit type='F'/></any>")
	    PROFILE("200", "100"), NIL, NIL);
}
END_TEST

START_TEST(a_profile_of_what_may_not_run)
{
	says(ON_E "<release version='1' seq='100' state='withdrawn' because='b'/>\n" END
	    "<device-type id='D' manufacturer='Acme' model='D'/>\n"
	    "<profile id='p' device-type='D'><software id='s' seq='100'/></profile>\n", NIL,
	    "W1:6 profile p names '1' (seq 100) of s, which is withdrawn", NIL);
	says(ON_E "<release version='1' seq='100' state='draft'/>\n" END
	    "<device-type id='D' manufacturer='Acme' model='D'/>\n"
	    "<profile id='p' device-type='D'><software id='s' seq='100'/></profile>\n", NIL,
	    "W1:6 which is a draft", NIL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_lint");
	TCase *tc = tcase_create("catalogue_lint");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_catalogue_without_a_mistake_says_nothing);
	tcase_add_test(tc, an_order_against_the_scheme);
	tcase_add_test(tc, an_order_against_the_scheme_is_seen_across_others);
	tcase_add_test(tc, each_branch_has_labels_of_its_own);
	tcase_add_test(tc, labels_that_are_equal_or_of_another_form);
	tcase_add_test(tc, versions_that_no_rule_can_order);
	tcase_add_test(tc, a_floor_above_the_release_itself);
	tcase_add_test(tc, an_image_without_a_digest);
	tcase_add_test(tc, instead_leads_to_what_may_not_run);
	tcase_add_test(tc, instead_leads_down);
	tcase_add_test(tc, instead_in_a_circle);
	tcase_add_test(tc, a_from_that_holds_no_release);
	tcase_add_test(tc, a_release_nobody_can_reach);
	tcase_add_test(tc, what_a_new_board_ships_is_reached);
	tcase_add_test(tc, stepping_stones_in_a_circle);
	tcase_add_test(tc, a_gap_in_the_path);
	tcase_add_test(tc, a_branch_is_left_by_its_own_from_only);
	tcase_add_test(tc, random_paths_as_a_naive_search_finds_them);
	tcase_add_test(tc, before_and_after_in_a_circle);
	tcase_add_test(tc, a_profile_that_violates_a_relation);
	tcase_add_test(tc, a_profile_of_what_may_not_run);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

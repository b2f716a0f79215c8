/* judge: what a unit may be: the values that the search chooses from. */
#include <config.h>

#include "manager/judge/judge.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/judge_case.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

/* --- what a unit may be -------------------------------------------------- */

static void
values_are(const char *xml, const char *unit_text, const struct judge_policy *policy,
	const char *expected)
{
	char device[256];
	struct case_of c;

	(void)snprintf(device, sizeof(device), "CHS device D;%s", unit_text);
	case_begin(&c, xml, device);
	if (policy != NULL)
		c.w.policy = *policy;
	world_problem(&c.w);
	ck_assert_str_eq(case_values(&c, "U"), expected);
	case_end(&c);
}

START_TEST(releases_that_may_be_chosen)
{
	struct judge_policy none, drafts, tickets;

	judge_policy_default(&none);
	none.hardware = JUDGE_HARDWARE_NONE;
	drafts = tickets = none;
	drafts.drafts = true;
	tickets.tickets = true;
	values_are(UNIT SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'/>"
	    "<release version='3' seq='3' state='draft'/>"
	    "<release version='4' seq='4' state='withdrawn' because='b'/>"),
	    "U fax U hw=a sw=ufw/1", &none, "now, 2, standby");
	values_are(UNIT SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'/>"
	    "<release version='3' seq='3' state='draft'/>"), "U fax U hw=a sw=ufw/1", &drafts,
	    "now, 2, 3, standby");
	/* Down only where a <from> says so. */
	values_are(UNIT SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'>"
	    "<from direction='down'/></release><release version='3' seq='3'/>"),
	    "U fax U hw=a sw=ufw/3", &none, "now, 2, standby");
	/* Over an unlisted label only fresh. */
	values_are(UNIT SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'>"
	    "<from fresh='yes'/></release>"), "U fax U hw=a sw=ufw/9", &none, "now, 2, standby");
	/* Another creator's is not installed over without it either. */
	values_are(UNIT SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'>"
	    "<from fresh='yes'/></release>"), "U fax U hw=a sw=other:ufw/1", &none,
	    "now, 2, standby");
	values_are(UNIT SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2'/>"),
	    "U fax U hw=a sw=other:ufw/1", &none, "now, standby");
}
END_TEST

/* That tickets may be had does not make each of many releases a search of its own. */
START_TEST(tickets_for_none_of_many)
{
	enum { MANY = 2500 };
	clock_t begun = clock();
	struct world w;
	struct buf b;

	buf_init(&b, 1 << 20);
	(void)buf_add_text(&b, UNIT "<software id='ufw' unit-type='U'>");
	for (int i = 1; i <= MANY; i++)
		(void)buf_printf(&b, "<release version='%d' seq='%d'/>", i, i);
	(void)buf_add_text(&b, "</software>");
	world_begin(&w, buf_text(&b), NULL, "U fax U hw=a sw=ufw/1");
	w.policy.tickets = true;
	w.shape.banks[0].floor_seq = 2;
	world_problem(&w);
	ck_assert_uint_ge(w.p->variables[0].value_count, MANY);
	world_end(&w);
	buf_release(&b);
	ck_assert_msg((clock() - begun) / CLOCKS_PER_SEC < 20, "it took too long");
}
END_TEST

START_TEST(boards_that_may_be_put_in)
{
	struct judge_policy none, stock;

	judge_policy_default(&none);
	stock = none;
	none.hardware = JUDGE_HARDWARE_NONE;
	stock.hardware = JUDGE_HARDWARE_STOCK;
	values_are(UNIT, "U fax U hw=c", &none, "now, standby");
	values_are(UNIT, "U fax U hw=c", &stock, "now, standby, A");
	values_are(UNIT, "U fax U hw=c", NULL, "now, standby, A, B, V");
	values_are(UNIT, "U fax U hw=a", &stock, "now, standby");
	/* A revision that is not listed may be replaced by any. */
	values_are(UNIT, "U fax U hw=z", NULL, "now, standby, A, B, V");
	/* A unit that is not listed has no replacement. */
	values_are(UNIT, "U fax Z hw=a", NULL, "now, standby");
	/* V replaces U, not the other way round. */
	values_are(UNIT, "U fax V", NULL, "now, standby");
}
END_TEST

START_TEST(what_does_not_count_is_left_as_it_is)
{
	const char *xml = UNIT SOFTWARE("<release version='1' seq='1'/>"
	    "<release version='2' seq='2'/>");

	values_are(xml, "U fax U hw=a sw=ufw/1 standby", NULL, "now");
	values_are(xml, "U fax U hw=a sw=ufw/1 absent", NULL, "now");
}
END_TEST

START_TEST(the_chassis_is_never_on_standby)
{
	struct case_of c;

	case_begin(&c, UNIT, "U fax U hw=a");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	world_problem(&c.w);
	ck_assert_str_eq(case_values(&c, "U"), "now");
	case_end(&c);
}
END_TEST

START_TEST(two_banks_are_combined)
{
	struct case_of c;
	uint32_t v;

	case_begin(&c, "<unit-type id='U' class='fax' manufacturer='Acme' model='U'/>"
	    "<software id='a' unit-type='U'><release version='1' seq='1'/><release version='2' "
	    "seq='2'/></software><software id='b' unit-type='U'><release version='3' seq='1'/>"
	    "<release version='4' seq='2'/></software>",
	    "CHS device D;U fax U sw=a/1 sw=b/3 sw=a/2@fallback");
	world_problem(&c.w);
	v = judge_problem_variable(c.w.p, "U");
	ck_assert_uint_eq(c.w.p->variables[v].active_count, 2);
	/* As it is, either, both, standby; never the same software in both. */
	ck_assert_uint_eq(c.w.p->variables[v].value_count, 5);
	ck_assert_uint_eq(c.w.shape.banks[judge_problem_bank(c.w.p, v, 1)].bank, 2);
	case_end(&c);
}
END_TEST

START_TEST(too_many_combinations_are_cut_and_never_proven)
{
	static char xml[60000];
	size_t length = (size_t)snprintf(xml, sizeof(xml),
	    "<unit-type id='U' class='fax' manufacturer='Acme' model='U'>"
	    "<conflicts id='R'><software id='a' max-seq='0'/></conflicts></unit-type>");
	struct case_of c;

	for (int s = 'a'; s <= 'b'; s++) {
		length += (size_t)snprintf(xml + length, sizeof(xml) - length,
		    "<software id='%c' unit-type='U'>", s);
		for (int r = 0; r < 70; r++) {
			length += (size_t)snprintf(xml + length, sizeof(xml) - length,
			    "<release version='v%d' seq='%d'/>", r, r);
		}
		length += (size_t)snprintf(xml + length, sizeof(xml) - length, "</software>");
	}
	case_begin(&c, xml, "CHS device D;U fax U sw=a/v0 sw=b/v0");
	case_run(&c);
	ck_assert(c.w.p->variables[judge_problem_variable(c.w.p, "U")].cut);
	ck_assert_int_eq(c.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert(!c.j.proven);
	case_end(&c);
}
END_TEST

START_TEST(what_a_board_ships_with_is_judged)
{
	struct case_of c;

	case_begin(&c, "<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'>"
	    "<rev id='B' seq='2' hardware='b'/><rev id='C' seq='3' hardware='c' ships='1100'/>"
	    "<rev id='E' seq='4' hardware='e' ships='1200' price='999'/></unit-type>"
	    "<software id='cfw' unit-type='CTL'><release version='11' seq='1100'/>"
	    "<release version='12' seq='1200'><conflicts id='R-3'>"
	    "<unit type='CTL' max-rev='B' where='self'/></conflicts></release></software>"
	    FINISHER, "CHS device D;CTL controller CTL in=CHS hw=b sw=cfw/11;FIN finisher FIN "
	    "in=CHS;S function staple in=FIN");
	case_run(&c);
	/* C comes with 11, which the finisher does not want. */
	ck_assert_str_eq(case_recommended(&c), "CTL E");
	ck_assert_int_eq(case_cost(&c, JUDGE_COST_UNKNOWN), 0);
	case_end(&c);
}
END_TEST

START_TEST(a_new_board_is_unknown_in_a_verdict_and_hoped_for_in_the_search)
{
	uint32_t state[8] = {0}, i;
	struct case_of c;

	case_begin_lobby(&c, "b");
	world_problem(&c.w);
	state[judge_problem_variable(c.w.p, "CTL")] = world_move(&c.w, "CTL", JUDGE_REPLACE);
	i = world_instance(&c.w, "R-7", "FIN");
	ck_assert_int_eq(judge_instance_value(c.w.p, i, state), JUDGE_UNKNOWN);
	ck_assert_int_eq(judge_instance_hope(c.w.p, i, state), JUDGE_TRUE);
	i = world_instance(&c.w, "software.cfw", "CTL");
	ck_assert_int_eq(judge_instance_value(c.w.p, i, state), JUDGE_UNKNOWN);
	ck_assert_int_eq(judge_instance_hope(c.w.p, i, state), JUDGE_TRUE);
	i = world_instance(&c.w, "R-3", "CTL");
	ck_assert_int_eq(judge_instance_hope(c.w.p, i, state), JUDGE_NOT_APPLICABLE);
	case_end(&c);
}
END_TEST

static Suite *
suite(void)
{
	const TTest *const cases[] = {
		releases_that_may_be_chosen, tickets_for_none_of_many,
		boards_that_may_be_put_in, what_does_not_count_is_left_as_it_is,
		the_chassis_is_never_on_standby, two_banks_are_combined,
		too_many_combinations_are_cut_and_never_proven,
		what_a_board_ships_with_is_judged,
		a_new_board_is_unknown_in_a_verdict_and_hoped_for_in_the_search,
	};
	Suite *s = suite_create("judge_values");
	TCase *t = tcase_create("values");

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

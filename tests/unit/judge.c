/*
 * judge: verdicts over what nobody knows, conflicts, what may be recommended
 * and what it costs, case by case; and the same input gives the same bytes.
 * (Over 600 lines: small worlds, each with what is said of it.)
 */
#include <config.h>

#include "manager/judge/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

/* --- small worlds -------------------------------------------------------- */

struct case_of {
	struct world w;
	struct judgement j;
};

static void
begin(struct case_of *c, const char *xml, const char *device)
{
	*c = (struct case_of){0};
	world_begin(&c->w, xml, NULL, device);
}

static void
run(struct case_of *c)
{
	struct err e;
	int rc;

	world_problem(&c->w);
	rc = judge(c->w.p, &c->j, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
}

static void
end(struct case_of *c)
{
	judgement_release(&c->j);
	world_end(&c->w);
}

/* "CTL c2, FIN standby, ENG B": what the recommended structure changes. */
static const char *
recommended(const struct case_of *c)
{
	static char text[512];
	const struct judge_problem *p = c->w.p;
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t v = 0; c->j.recommended != NULL && v < p->variable_count; v++) {
		const struct judge_value *value = judge_problem_value(p, v, c->j.recommended[v]);
		const char *what = "";
		uint32_t release;

		if (value->move == JUDGE_AS_IS)
			continue;
		release = p->variables[v].active_count > 0 ?
		    p->value_releases[value->first_release] : CATALOGUE_NONE;
		if (value->move == JUDGE_STANDBY)
			what = "standby";
		else if (value->move == JUDGE_REPLACE)
			what = value->rev != CATALOGUE_NONE ? c->w.set->revs[value->rev].id :
			    c->w.set->unit_types[value->unit_type].id;
		else if (release != CATALOGUE_NONE)
			what = c->w.set->releases[release].version;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s %s",
		    length > 0 ? ", " : "", c->w.shape.units[p->variables[v].unit].symbol, what);
	}
	return text;
}

/* "R-1 R-2" */
static const char *
conflict(const struct case_of *c)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < c->j.conflict_count; i++) {
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
		    i > 0 ? " " : "", c->w.p->instances[c->j.conflict[i]].id);
	}
	return text;
}

static struct judge_unit *
unit(struct case_of *c, const char *symbol)
{
	for (uint32_t i = 0; i < c->w.shape.unit_count; i++) {
		if (strcmp(c->w.shape.units[i].symbol, symbol) == 0)
			return &c->w.shape.units[i];
	}
	ck_abort_msg("no unit %s", symbol);
}

static int64_t
cost(const struct case_of *c, enum judge_cost position)
{
	return c->j.cost.at[position];
}

/* The finisher needs a newer controller, which does not run on board B. */
#define CONTROLLER "<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'>" \
	"<rev id='B' seq='2' hardware='b'/>" \
	"<rev id='C' seq='3' hardware='c' supply='stock' price='310'/></unit-type>" \
	"<software id='cfw' unit-type='CTL'><release version='11' seq='1100'/>" \
	"<release version='12' seq='1200' minutes='9'><conflicts id='R-3'>" \
	"<unit type='CTL' max-rev='B' where='self'/></conflicts></release></software>"
#define FINISHER "<unit-type id='FIN' class='finisher' manufacturer='Acme' model='FIN'>" \
	"<requires id='R-7'><software id='cfw' min-seq='1200'/></requires></unit-type>"
#define LOBBY "CHS device D;CTL controller CTL in=CHS hw=%s sw=cfw/11;FIN finisher FIN in=CHS;" \
	"P function print in=CTL;S function staple in=FIN"

static void
begin_lobby(struct case_of *c, const char *rev)
{
	char device[512];

	(void)snprintf(device, sizeof(device), LOBBY, rev);
	begin(c, CONTROLLER FINISHER, device);
}

/* --- what is recommended ------------------------------------------------- */

START_TEST(a_release_cures)
{
	struct case_of c;

	begin_lobby(&c, "c");
	run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert(c.j.proven);
	ck_assert_str_eq(recommended(&c), "CTL 12");
	ck_assert_str_eq(conflict(&c), "R-7");
	ck_assert_int_eq(cost(&c, JUDGE_COST_UNITS), 1);
	ck_assert_int_eq(cost(&c, JUDGE_COST_RESTARTS), 1);
	ck_assert_int_eq(cost(&c, JUDGE_COST_MINUTES), 9);
	ck_assert_int_eq(cost(&c, JUDGE_COST_VISITS), 0);
	ck_assert_int_eq(c.j.cost_now.at[JUDGE_COST_VIOLATED], 1);
	ck_assert_int_eq(c.j.plan.end, JUDGE_PLAN_READY);
	ck_assert_uint_eq(c.j.plan.count, 1);
	end(&c);
}
END_TEST

START_TEST(a_new_board_goes_before_a_lost_function)
{
	struct case_of c;

	begin_lobby(&c, "b");
	run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert_str_eq(recommended(&c), "CTL C");
	/* Why no release does: the need, and what keeps the release off the board. */
	ck_assert_str_eq(conflict(&c), "R-7 R-3");
	ck_assert_int_eq(cost(&c, JUDGE_COST_VISITS), 1);
	ck_assert_int_eq(cost(&c, JUDGE_COST_PARTS), 1);
	ck_assert_int_eq(cost(&c, JUDGE_COST_PRICE), 310);
	/* Nobody said what the new board comes with. */
	ck_assert_int_eq(cost(&c, JUDGE_COST_UNKNOWN), 1);
	ck_assert_int_eq(c.j.plan.end, JUDGE_PLAN_READY);
	ck_assert(c.j.plan.visit);
	end(&c);
}
END_TEST

START_TEST(without_hardware_a_function_is_lost)
{
	struct case_of c;

	begin_lobby(&c, "b");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	run(&c);
	ck_assert_str_eq(recommended(&c), "FIN standby");
	ck_assert_int_eq(cost(&c, JUDGE_COST_FUNCTIONS), 1);
	end(&c);
}
END_TEST

START_TEST(functions_lost_are_counted_through_units)
{
	struct case_of c;

	begin(&c, CONTROLLER FINISHER, "CHS device D;CTL controller CTL in=CHS hw=b sw=cfw/11;"
	    "FIN finisher FIN in=CHS;A function a in=FIN;B other b in=FIN;C function c in=B;"
	    "E function e in=CHS");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	run(&c);
	ck_assert_str_eq(recommended(&c), "FIN standby");
	ck_assert_int_eq(cost(&c, JUDGE_COST_FUNCTIONS), 2);
	end(&c);
}
END_TEST

START_TEST(a_slot_that_needs_the_unit_keeps_it)
{
	struct case_of c;

	begin(&c, CONTROLLER FINISHER "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<slot class='finisher' min='1'/></device-type>",
	    "CHS device D;CTL controller CTL in=CHS hw=b sw=cfw/11;FIN finisher FIN in=CHS");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_NO_ANSWER);
	ck_assert(c.j.proven);
	ck_assert_ptr_null(c.j.recommended);
	ck_assert_str_eq(conflict(&c), "R-7 R-3");
	ck_assert_uint_eq(c.j.plan.count, 0);
	end(&c);
}
END_TEST

START_TEST(software_of_a_unit_that_is_not_ours_stays)
{
	struct case_of c;

	begin_lobby(&c, "c");
	unit(&c, "CTL")->owner = JUDGE_OWNER_LOCAL;
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	run(&c);
	ck_assert_str_eq(recommended(&c), "FIN standby");
	end(&c);
	begin_lobby(&c, "c");
	unit(&c, "CTL")->owner = JUDGE_OWNER_LOCKED;
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	run(&c);
	ck_assert_str_eq(recommended(&c), "FIN standby");
	end(&c);
}
END_TEST

/* --- what a unit may be -------------------------------------------------- */

/* The values of the unit, "now, 12, standby, C*"; * behind those that are only passed. */
static const char *
values(const struct case_of *c, const char *symbol)
{
	static char text[512];
	const struct judge_problem *p = c->w.p;
	uint32_t v = judge_problem_variable(p, symbol);
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < p->variables[v].value_count; i++) {
		const struct judge_value *value = judge_problem_value(p, v, i);
		const char *what = "now";

		if (value->move == JUDGE_STANDBY)
			what = "standby";
		else if (value->move == JUDGE_REPLACE)
			what = value->rev != CATALOGUE_NONE ? c->w.set->revs[value->rev].id :
			    c->w.set->unit_types[value->unit_type].id;
		else if (value->move == JUDGE_RELEASE)
			what = c->w.set->releases[p->value_releases[value->first_release]].version;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s%s",
		    length > 0 ? ", " : "", what, value->selectable ? "" : "*");
	}
	return text;
}

static void
values_are(const char *xml, const char *unit_text, const struct judge_policy *policy,
	const char *expected)
{
	char device[256];
	struct case_of c;

	(void)snprintf(device, sizeof(device), "CHS device D;%s", unit_text);
	begin(&c, xml, device);
	if (policy != NULL)
		c.w.policy = *policy;
	world_problem(&c.w);
	ck_assert_str_eq(values(&c, "U"), expected);
	end(&c);
}

#define UNIT "<unit-type id='U' class='fax' manufacturer='Acme' model='U'>" \
	"<rev id='A' seq='1' hardware='a' supply='stock'/><rev id='B' seq='2' hardware='b' " \
	"supply='order'/><rev id='C' seq='3' hardware='c' supply='ended'/></unit-type>" \
	"<unit-type id='V' class='fax' manufacturer='Acme' model='V'><replaces type='U'/>" \
	"</unit-type>"
#define SOFTWARE(releases) "<software id='ufw' unit-type='U'>" releases "</software>"

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

	begin(&c, UNIT, "U fax U hw=a");
	c.w.policy.hardware = JUDGE_HARDWARE_NONE;
	world_problem(&c.w);
	ck_assert_str_eq(values(&c, "U"), "now");
	end(&c);
}
END_TEST

START_TEST(two_banks_are_combined)
{
	struct case_of c;
	uint32_t v;

	begin(&c, "<unit-type id='U' class='fax' manufacturer='Acme' model='U'/>"
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
	end(&c);
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
	begin(&c, xml, "CHS device D;U fax U sw=a/v0 sw=b/v0");
	run(&c);
	ck_assert(c.w.p->variables[judge_problem_variable(c.w.p, "U")].cut);
	ck_assert_int_eq(c.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert(!c.j.proven);
	end(&c);
}
END_TEST

START_TEST(what_a_board_ships_with_is_judged)
{
	struct case_of c;

	begin(&c, "<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'>"
	    "<rev id='B' seq='2' hardware='b'/><rev id='C' seq='3' hardware='c' ships='1100'/>"
	    "<rev id='E' seq='4' hardware='e' ships='1200' price='999'/></unit-type>"
	    "<software id='cfw' unit-type='CTL'><release version='11' seq='1100'/>"
	    "<release version='12' seq='1200'><conflicts id='R-3'>"
	    "<unit type='CTL' max-rev='B' where='self'/></conflicts></release></software>"
	    FINISHER, "CHS device D;CTL controller CTL in=CHS hw=b sw=cfw/11;FIN finisher FIN "
	    "in=CHS;S function staple in=FIN");
	run(&c);
	/* C comes with 11, which the finisher does not want. */
	ck_assert_str_eq(recommended(&c), "CTL E");
	ck_assert_int_eq(cost(&c, JUDGE_COST_UNKNOWN), 0);
	end(&c);
}
END_TEST

START_TEST(a_new_board_is_unknown_in_a_verdict_and_hoped_for_in_the_search)
{
	uint32_t state[8] = {0}, i;
	struct case_of c;

	begin_lobby(&c, "b");
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
	end(&c);
}
END_TEST

/* --- what is worth a change ---------------------------------------------- */

#define PLAIN "<unit-type id='U' class='fax' manufacturer='Acme' model='U'/>"
#define TWO "<release version='1' seq='1'/><release version='2' seq='2'/>"

START_TEST(age_alone_moves_nothing_unless_trendy)
{
	struct case_of c;

	begin(&c, PLAIN SOFTWARE(TWO), "CHS device D;U fax U sw=ufw/1");
	run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_COMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_uint_eq(c.j.nodes, 0);
	ck_assert_str_eq(recommended(&c), "");
	ck_assert_int_eq(cost(&c, JUDGE_COST_AGE), 1);
	end(&c);
	begin(&c, PLAIN SOFTWARE(TWO), "CHS device D;U fax U sw=ufw/1");
	c.w.policy.trendy = true;
	run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert_str_eq(recommended(&c), "U 2");
	ck_assert_int_eq(cost(&c, JUDGE_COST_AGE), 0);
	ck_assert_int_eq(cost(&c, JUDGE_COST_UNITS), 1);
	end(&c);
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

	begin(&c, xml, "CHS device D;U fax U sw=ufw/2");
	run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_int_eq(cost(&c, JUDGE_COST_DISTANCE), 1);
	end(&c);
	begin(&c, xml, "CHS device D;U fax U sw=ufw/1");
	run(&c);
	ck_assert_str_eq(recommended(&c), "U 3");
	end(&c);
	begin(&c, xml, "CHS device D;U fax U sw=ufw/1");
	(void)snprintf(c.w.policy.profile, sizeof(c.w.policy.profile), "p1");
	run(&c);
	ck_assert_str_eq(recommended(&c), "U 4");
	end(&c);
}
END_TEST

START_TEST(what_is_withdrawn_or_overdue_is_left)
{
	struct case_of c;

	begin(&c, PLAIN SOFTWARE("<release version='1' seq='1' state='withdrawn' because='b'/>"
	    "<release version='2' seq='2'/>"), "CHS device D;U fax U sw=ufw/1");
	run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_COMPATIBLE);
	ck_assert_str_eq(recommended(&c), "U 2");
	end(&c);
	begin(&c, PLAIN SOFTWARE("<release version='1' seq='1'/><release version='2' seq='2' "
	    "urgency='critical'/>"), "CHS device D;U fax U sw=ufw/1");
	run(&c);
	ck_assert_str_eq(recommended(&c), "U 2");
	end(&c);
}
END_TEST

START_TEST(nobody_is_sent_and_nothing_switched_off_for_what_is_only_unknown)
{
	struct case_of c;

	/* The label is not listed; new boards and standby are there to be had. */
	begin(&c, UNIT SOFTWARE(TWO), "CHS device D;U fax U hw=a sw=ufw/9");
	run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(c.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_str_eq(conflict(&c), "software.ufw");
	end(&c);
	begin(&c, UNIT SOFTWARE("<release version='1' seq='1'><from fresh='yes'/></release>"),
	    "CHS device D;U fax U hw=a sw=ufw/9");
	run(&c);
	ck_assert_str_eq(recommended(&c), "U 1");
	end(&c);
}
END_TEST

START_TEST(a_change_breaks_nothing_else)
{
	struct case_of c;

	/* Only 3 fits the device, and breaks the other unit's rule. */
	begin(&c, PLAIN "<unit-type id='W' class='engine' manufacturer='Acme' model='W'>"
	    "<conflicts id='R-1'><software id='ufw' seq='3'/></conflicts></unit-type>"
	    "<device-type id='D' manufacturer='Acme' model='D'><requires id='R-2'>"
	    "<software id='ufw' min-seq='3'/></requires>"
	    "<slot class='engine' min='1'/><slot class='fax' min='1'/></device-type>"
	    SOFTWARE(TWO "<release version='3' seq='3'/>"),
	    "CHS device D;U fax U sw=ufw/1;W engine W");
	run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_NO_ANSWER);
	/* Of three that cannot hold together no two suffice. */
	ck_assert_uint_eq(c.j.conflict_count, 2);
	ck_assert_str_eq(conflict(&c), "R-2 R-1");
	end(&c);
}
END_TEST

START_TEST(stage_two_leaves_as_few_violated_as_can_be)
{
	struct case_of c;

	begin(&c, PLAIN "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<requires id='R-1'><software id='ufw' min-seq='2'/></requires>"
	    "<requires id='R-2'><unit class='engine'/></requires></device-type>"
	    SOFTWARE(TWO), "CHS device D;U fax U sw=ufw/1");
	run(&c);
	ck_assert_int_eq(c.j.end, JUDGE_RECOMMENDED);
	ck_assert_str_eq(recommended(&c), "U 2");
	ck_assert_int_eq(cost(&c, JUDGE_COST_VIOLATED), 1);
	ck_assert_str_eq(conflict(&c), "R-2");
	end(&c);
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
	begin(c, xml, device);
	for (uint32_t i = 0; i < c->w.shape.unit_count; i++) {
		if (!c->w.shape.units[i].chassis) {
			c->w.shape.units[i].unconfirmed_release =
			    c->w.set->software[0].first_release + 1;
		}
	}
	run(c);
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
	end(&c);
}
END_TEST

START_TEST(incompatible_in_every_state_is_incompatible)
{
	struct case_of c;

	begin_open(&c, "<unit class='engine'/>", 4);
	ck_assert_int_eq(c.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_int_eq(c.j.end, JUDGE_FIRST_CONFIRM);
	end(&c);
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
	end(&c);
}
END_TEST

START_TEST(more_than_four_are_unknown)
{
	struct case_of c;

	begin_open(&c, "<software id='ufw'/>", 5);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_int_eq(c.j.end, JUDGE_FIRST_CONFIRM);
	ck_assert_ptr_null(c.j.failing_state);
	end(&c);
}
END_TEST

START_TEST(an_outcome_that_cannot_be_reached_is_a_state_too)
{
	struct case_of c;

	/* Down to 1 leads no <from>: but an order may have been under way. */
	begin(&c, PLAIN SOFTWARE(TWO) "<device-type id='D' manufacturer='Acme' model='D'>"
	    "<requires id='R'><software id='ufw' seq='2'/></requires></device-type>",
	    "CHS device D;U fax U sw=ufw/2");
	unit(&c, "U")->unconfirmed_release = c.w.set->software[0].first_release;
	run(&c);
	ck_assert_int_eq(c.j.verdict, JUDGE_VERDICT_UNKNOWN);
	ck_assert_str_eq(values(&c, "U"), "now, 1*, standby");
	end(&c);
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
	begin(&c, xml, device);
	ck_assert_int_eq(judge_problem_new(c.w.set, &c.w.shape, &c.w.policy, c.w.now_utc_s,
	    &problem, &e), -E2BIG);
	ck_assert_ptr_ne(strstr(e.text, "7992 rules of 1000 units"), NULL);
	end(&c);
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
		releases_that_may_be_chosen, tickets_for_none_of_many,
		boards_that_may_be_put_in,
		what_does_not_count_is_left_as_it_is, the_chassis_is_never_on_standby,
		two_banks_are_combined, too_many_combinations_are_cut_and_never_proven,
		what_a_board_ships_with_is_judged,
		a_new_board_is_unknown_in_a_verdict_and_hoped_for_in_the_search,
		age_alone_moves_nothing_unless_trendy,
		the_profile_alone_moves_nothing_but_is_kept_near,
		what_is_withdrawn_or_overdue_is_left,
		nobody_is_sent_and_nothing_switched_off_for_what_is_only_unknown,
		a_change_breaks_nothing_else, stage_two_leaves_as_few_violated_as_can_be,
		compatible_in_every_state_is_compatible,
		incompatible_in_every_state_is_incompatible,
		else_unknown_and_the_state_that_fails_is_named, more_than_four_are_unknown,
		an_outcome_that_cannot_be_reached_is_a_state_too,
		too_many_rules_of_too_many_units_are_refused,
		the_same_input_gives_the_same_judgement,
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

/*
 * judge_say_plan: every kind of step, and every way to be refused, as it is read.
 */
#include <config.h>

#include "manager/judge/judge_explain.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

#define MAKER " manufacturer='Acme' "
#define TYPES "<unit-type id='CB' class='controller' model='CB'" MAKER "/>" \
	"<unit-type id='EB' class='engine' model='EB'" MAKER "/>" \
	"<unit-type id='FS' class='finisher' model='FS'" MAKER ">" \
	"<rev id='A' seq='1' hardware='A'/>" \
	"<rev id='B' seq='2' hardware='B' supply='stock' price='310'/></unit-type>"
#define MUTUAL "<software id='c-fw' unit-type='CB'><release version='c1' seq='1'/>" \
	"<release version='c2' seq='2' minutes='4'><requires id='R-1' because='new bus'>" \
	"<software id='e-fw' min-seq='2'/></requires></release></software>" \
	"<software id='e-fw' unit-type='EB'><release version='e1' seq='1' state='withdrawn' " \
	"because='smoke' severity='must'/><release version='e2' seq='2'>" \
	"<requires id='R-2' because='new table'><software id='c-fw' min-seq='2'/></requires>" \
	"</release></software>"
#define BOTH "DEV device C650;CTL controller CB serial=C7 sw=c-fw/c1 sw=c-fw/-@empty;" \
	"ENG engine EB serial=E7 sw=e-fw/e1 sw=e-fw/-@empty"

/* wanted: pairs of symbol and version (or "standby", "visit") up to NULL; what is said. */
static void
check(const char *catalogue, const char *device, const char *const *wanted,
	void (*change)(struct world *), const char *expected)
{
	struct judgement j = { .end = JUDGE_RECOMMENDED };
	uint32_t state[8] = { 0 }, now[8] = { 0 };
	struct world w;
	struct buf b;
	struct err e;

	buf_init(&b, 1 << 16);
	world_begin(&w, catalogue, NULL, device);
	world_problem(&w);
	for (; *wanted != NULL; wanted += 2)
		state[judge_problem_variable(w.p, wanted[0])] =
		    strcmp(wanted[1], "standby") == 0 ? world_move(&w, wanted[0], JUDGE_STANDBY)
		    : strcmp(wanted[1], "visit") == 0 ? world_move(&w, wanted[0], JUDGE_REPLACE)
		    : world_value(&w, wanted[0], wanted[1]);
	if (change != NULL)
		change(&w);
	j.recommended = state;
	ck_assert_int_eq(judge_plan_make(w.p, state, &j.plan, &e), 0);
	judge_problem_cost(w.p, state, &j.cost);
	judge_problem_cost(w.p, now, &j.cost_now);
	judge_say_plan(w.p, &w.names, &j, &b);
	ck_assert_int_eq(b.error, 0);
	ck_assert_str_eq(buf_text(&b), expected);
	judge_plan_release(&j.plan);
	world_end(&w);
	buf_release(&b);
}
#define WANTED(...) (const char *const[]){ __VA_ARGS__, NULL }

START_TEST(stones_and_what_they_cure)
{
	check(TYPES "<software id='e-fw' unit-type='EB'>"
		"<release version='G00-21' seq='2100' state='withdrawn' because='smoke' "
		"severity='must'/><release version='G00-28' seq='2800' minutes='6'/>"
		"<release version='G00-30' seq='3000' minutes='6'><from min-seq='2800'/></release>"
		"</software>",
		"DEV device C650;ENG engine EB serial=E1180 sw=e-fw/G00-21 sw=e-fw/-@empty",
		WANTED("ENG", "G00-30"), NULL,
		"Plan: 2 steps, 12 minutes, 2 restarts.\n"
		"1. ENG (engine EB, serial E1180): e-fw G00-21 -> G00-28 -> G00-30 (stepping stone: "
		"G00-28), 12 minutes, 2 restarts, way back: yes\n"
		"   cures that G00-21 is withdrawn: smoke\n");
}
END_TEST

START_TEST(a_group)
{
	check(TYPES MUTUAL, BOTH, WANTED("CTL", "c2", "ENG", "e2"), NULL,
		"Plan: 2 steps, 9 minutes, 2 restarts.\n"
		"1. At once, all or none:\n"
		"   CTL (controller CB, serial C7): c-fw c1 -> c2, 4 minutes, 1 restart, way back: "
		"yes\n"
		"   ENG (engine EB, serial E7): e-fw e1 -> e2, 5 minutes, 1 restart, way back: yes\n"
		"   cures that e1 is withdrawn: smoke\n");
}
END_TEST

START_TEST(switch_down_and_fresh)
{
	check(TYPES "<software id='e-fw' unit-type='EB'>"
		"<release version='1' seq='1'><from direction='down' settings='keep'/></release>"
		"<release version='2' seq='2'/></software>",
		"DEV device C650;ENG engine EB sw=e-fw/2 sw=e-fw/1@fallback", WANTED("ENG", "1"),
		NULL, "Plan: 1 step, 1 minute, 1 restart.\n"
		"1. ENG (engine EB): e-fw 2 -> 1, 1 stands in bank 2 and is switched to, downward: "
		"settings are kept, 1 minute, 1 restart, way back: yes\n");
	check(TYPES "<software id='e-fw' unit-type='EB'>"
		"<release version='2' seq='2'><from fresh='yes'/></release></software>",
		"DEV device C650;ENG engine EB sw=theirs/9.9", WANTED("ENG", "2"), NULL,
		"Plan: 1 step, 5 minutes, 1 restart.\n"
		"1. ENG (engine EB): e-fw (over theirs 9.9) -> 2, 5 minutes, 1 restart, out of "
		"service meanwhile, way back: no\n"
		"   cures that ENG runs what is not listed for it\n");
}
END_TEST

START_TEST(standby_and_visit)
{
	check(TYPES, "DEV device C650;FIN finisher FS hw=A;F1 function staple in=FIN",
		WANTED("FIN", "standby"), NULL, "Plan: 1 step, 0 minutes, 0 restarts.\n"
		"1. FIN (finisher FS, rev A): take FIN out of service (F1 is lost)\n");
	check(TYPES, "DEV device C650;FIN finisher FS hw=A", WANTED("FIN", "visit"), NULL,
		"Plan: a visit; software has nothing to change before it.\n"
		"1. FIN (finisher FS, rev A): replace FIN by FS rev B (in stock, 310; one visit); the "
		"device is judged anew after it\n");
}
END_TEST

static void
one_bank(struct world *w)
{
	for (uint32_t i = 0; i < w->shape.unit_count; i++)
		w->shape.units[i].banks = 1;
}

static void
locked(struct world *w)
{
	w->shape.units[w->p->variables[judge_problem_variable(w->p, "ENG")].unit].owner =
	    JUDGE_OWNER_LOCKED;
}

static void
unconfirmed(struct world *w)
{
	w->shape.units[w->p->variables[judge_problem_variable(w->p, "ENG")].unit]
	    .unconfirmed_release = 0;
}

START_TEST(refused)
{
	check(TYPES MUTUAL, BOTH, WANTED("CTL", "c2", "ENG", "e2"), one_bank,
		"No plan: no order of the changes keeps to the rules.\n"
		"  CTL (controller CB, serial C7) changed before the others is against R-1: new bus.\n"
		"  They cannot be switched at once: not each has a second bank.\n"
		"What to do: have it changed by a technician in one visit, or ask the maker for a "
		"release in between that goes with both.\n");
	check(TYPES MUTUAL, BOTH, WANTED("CTL", "c2", "ENG", "e2"), locked,
		"No plan: what ENG (engine EB, serial E7) runs is decided at the device.\n"
		"What to do: tell its owner, or take the decision over.\n");
	check(TYPES MUTUAL, BOTH, WANTED("CTL", "c2", "ENG", "e2"), unconfirmed,
		"No plan: it is not known how the last update of ENG (engine EB, serial E7) ended.\n"
		"What to do: poll the device; it is planned when that is known.\n");
}
END_TEST


START_TEST(nothing_recommended)
{
	static const struct { enum judge_end end; const char *text; } said[] = {
		{ JUDGE_NOTHING_TO_DO, "Plan: nothing has to be changed.\n" },
		{ JUDGE_NO_ANSWER, "No plan: no change that the catalogues know makes it fit.\n"
			"What to do: imgadm-judge explain says what stands against it.\n" },
		{ JUDGE_GAVE_UP, "No plan: no answer was found within the limit of the search.\n"
			"What to do: fit one unit by hand, and judge again.\n" },
		{ JUDGE_FIRST_CONFIRM, "No plan: it is not known how the last update of a unit "
			"ended.\nWhat to do: poll the device; it is planned when that is known.\n" },
	};
	struct world w;
	struct buf b;

	buf_init(&b, 4096);
	world_begin(&w, TYPES, NULL, "DEV device C650");
	world_problem(&w);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct judgement j = { .end = said[i].end };

		buf_clear(&b);
		judge_say_plan(w.p, &w.names, &j, &b);
		ck_assert_str_eq(buf_text(&b), said[i].text);
	}
	world_end(&w);
	buf_release(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_say_plan");
	TCase *tc = tcase_create("judge_say_plan");

	tcase_add_test(tc, stones_and_what_they_cure);
	tcase_add_test(tc, a_group);
	tcase_add_test(tc, switch_down_and_fresh);
	tcase_add_test(tc, standby_and_visit);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, nothing_recommended);
	suite_add_tcase(s, tc);
	return support_run(s);
}

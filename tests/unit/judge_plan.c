/*
 * judge_plan: what is done first, and what is refused, case by case.
 *
 * Three units, CTL, ENG and FIN, each with its software: c, e and f.
 */
#include <config.h>

#include "manager/judge/judge_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

#define MAKER " manufacturer='Acme' "
#define DEVICE "<device-type id='C650' manufacturer='Acme' model='C650'>" \
	"<slot class='engine' min='1' max='1'/></device-type>"
#define TYPES DEVICE "<unit-type id='CB' class='controller' model='CB'" MAKER "recover='rewrite'/>" \
	"<unit-type id='EB' class='engine' model='EB'" MAKER "recover='service'/>"
#define FINISHER "<unit-type id='FS' class='finisher' model='FS'" MAKER "/>"
#define SOFTWARE(id, type, releases) \
	"<software id='" id "' unit-type='" type "'>" releases "</software>"
#define R(version, seq, inside) "<release version='" version "' seq='" seq "' minutes='2'" \
	" file='x'>" inside "</release>"
/* Two banks each: what runs, and an empty one. */
#define BOTH "DEV device C650;CTL controller CB sw=c/c1 sw=c/-@empty;" \
	"ENG engine EB sw=e/e1 sw=e/-@empty"
#define ALL BOTH ";FIN finisher FS sw=f/f1 sw=f/-@empty"

/* A world, its target and its plan. */
struct made {
	struct world w;
	uint32_t state[8];
	struct judge_plan plan;
};

/* The catalogue's three parts; wanted: "CTL=c2 ENG=e3 FIN=standby FIN=visit". */
static void
make(struct made *m, const char *catalogue, const char *device, const char *wanted)
{
	char copy[128], *rest = NULL;
	struct err e;

	*m = (struct made){ 0 };
	world_begin(&m->w, catalogue, NULL, device);
	world_problem(&m->w);
	(void)snprintf(copy, sizeof(copy), "%s", wanted);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		char *is = strchr(word, '=');
		uint32_t v;

		*is++ = '\0';
		v = judge_problem_variable(m->w.p, word);
		ck_assert_uint_ne(v, CATALOGUE_NONE);
		m->state[v] = strcmp(is, "standby") == 0 ? world_move(&m->w, word, JUDGE_STANDBY)
		    : strcmp(is, "visit") == 0 ? world_move(&m->w, word, JUDGE_REPLACE)
		    : world_value(&m->w, word, is);
	}
	ck_assert_int_eq(judge_plan_make(m->w.p, m->state, &m->plan, &e), 0);
}

static void
end(struct made *m)
{
	judge_plan_release(&m->plan);
	world_end(&m->w);
}

/* "CTL:c2 ENG:e2(stone,stop,no-way-back) [ENG:e3 FIN:f2] FIN:standby FIN:visit" or why not. */
static const char *
plan_text(const struct made *m)
{
	static const char *const ends[] = {
		[JUDGE_PLAN_NO_ORDER] = "no order", [JUDGE_PLAN_NO_PATH] = "no path",
		[JUDGE_PLAN_NOT_OURS] = "not ours", [JUDGE_PLAN_UNCONFIRMED] = "unconfirmed",
		[JUDGE_PLAN_GAVE_UP] = "gave up",
	};
	static char text[512];
	const struct judge_plan *p = &m->plan;
	size_t at = 0;

	text[0] = '\0';
	if (p->end != JUDGE_PLAN_READY) {
		(void)snprintf(text, sizeof(text), "%s: %s %s", ends[p->end],
			p->unit != CATALOGUE_NONE ? m->w.shape.units[p->unit].symbol : "-",
			p->instance != CATALOGUE_NONE ? m->w.p->instances[p->instance].id : "-");
		return text;
	}
	for (uint32_t i = 0; i < p->count; i++) {
		const struct judge_step *s = &p->steps[i];
		bool opens = s->group != 0 && (i == 0 || p->steps[i - 1].group == 0);
		bool closes = s->group != 0 && (i + 1 == p->count || p->steps[i + 1].group == 0);

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s%s:%s%s%s%s%s%s",
			i > 0 ? " " : "", opens ? "[" : "", m->w.shape.units[s->unit].symbol,
			s->kind == JUDGE_STEP_STANDBY ? "standby" : s->kind == JUDGE_STEP_VISIT
			? "visit" : m->w.set->releases[s->hop.release].version,
			s->kind == JUDGE_STEP_SWITCH ? "(switch)" : "",
			s->stepping_stone ? "(stone)" : "", s->stop ? "(stop)" : "",
			s->way_back || s->kind == JUDGE_STEP_VISIT ? "" : "(no way back)",
			closes ? "]" : "");
	}
	return text;
}

static void
check(const char *catalogue, const char *device, const char *wanted, const char *expected)
{
	struct made m;

	make(&m, catalogue, device, wanted);
	ck_assert_str_eq(plan_text(&m), expected);
	end(&m);
}

#define PLAIN TYPES FINISHER SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", "")) \
	SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "")) \
	SOFTWARE("f", "FS", R("f1", "100", "") R("f2", "200", ""))

START_TEST(nothing_to_do)
{
	check(PLAIN, ALL, "", "");
}
END_TEST

/* What is free goes by symbol, what is taken out of service last. */
START_TEST(free_ones)
{
	check(PLAIN, ALL, "FIN=f2 CTL=c2 ENG=e2", "CTL:c2 ENG:e2 FIN:f2");
	check(PLAIN, ALL, "FIN=standby ENG=e2", "ENG:e2 FIN:standby");
}
END_TEST

START_TEST(stepping_stone)
{
	struct made m;

	make(&m, TYPES SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "")
		R("e3", "300", "<from min-seq='200'/>")),
		"DEV device C650;ENG engine EB sw=e/e1 sw=e/-@empty", "ENG=e3");
	ck_assert_str_eq(plan_text(&m), "ENG:e2(stone) ENG:e3");
	ck_assert_uint_eq(m.plan.minutes, 4);
	ck_assert_uint_eq(m.plan.restarts, 2);
	ck_assert_str_eq(m.w.shape.units[m.plan.steps[0].unit].symbol, "ENG");
	ck_assert_uint_eq(m.w.shape.banks[m.plan.steps[0].bank].bank, 1);
	end(&m);
}
END_TEST

/* C16: a bank switched; a version down. */
START_TEST(fallback_bank)
{
	check(TYPES SOFTWARE("e", "EB", R("e1", "100", "<from direction='down' settings='keep'/>")
		R("e2", "200", "") R("e3", "300", "<from min-seq='200'/>")),
		"DEV device C650;ENG engine EB sw=e/e1 sw=e/e2@fallback", "ENG=e3",
		"ENG:e2(switch)(stone) ENG:e3");
	check(TYPES SOFTWARE("e", "EB", R("e1", "100", "<from direction='down' settings='keep'/>")
		R("e2", "200", "")),
		"DEV device C650;ENG engine EB sw=e/e2 sw=e/e1@fallback", "ENG=e1",
		"ENG:e1(switch)");
}
END_TEST

/* e2 needs c2, and c2 runs with either: the controller first. */
START_TEST(a_rule_makes_the_order)
{
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", ""))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200",
		"<requires id='R-1'><software id='c' min-seq='200'/></requires>")),
		BOTH, "CTL=c2 ENG=e2", "CTL:c2 ENG:e2");
	/* And the other way about, against the symbols. */
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200",
		"<requires id='R-1'><software id='e' min-seq='200'/></requires>"))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "")),
		BOTH, "CTL=c2 ENG=e2", "ENG:e2 CTL:c2");
}
END_TEST

START_TEST(before_and_after)
{
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", "<after software='e'/>"))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "")
		R("e3", "300", "<from min-seq='200'/>")),
		BOTH, "CTL=c2 ENG=e3", "ENG:e2(stone) ENG:e3 CTL:c2");
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", ""))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "<before software='c'/>")),
		BOTH, "CTL=c2 ENG=e2", "ENG:e2 CTL:c2");
	/* "if both are in the plan" */
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", "<after software='e'/>"))
		SOFTWARE("e", "EB", R("e1", "100", "")), BOTH, "CTL=c2", "CTL:c2");
	/* Each before the other: not even as a group. */
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", "<before software='e'/>"))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "<before software='c'/>")),
		BOTH, "CTL=c2 ENG=e2", "no order: ENG -");
}
END_TEST

/* All others have to wait for the last one: no state too many is looked at. */
START_TEST(before_many)
{
	enum { MANY = 30 };
	uint32_t target[MANY + 2] = { 0 };
	struct buf device, xml;
	struct judge_plan plan;
	struct world w;
	struct err e;

	buf_init(&device, 4096);
	buf_init(&xml, 65536);
	(void)buf_add_text(&xml, TYPES);
	(void)buf_add_text(&device, "A device C650");
	for (int i = 0; i < MANY; i++) {
		(void)buf_printf(&xml, "<software id='s%d' unit-type='CB'><release version='1' "
			"seq='1'/><release version='2' seq='2'/></software>", i);
		(void)buf_printf(&device, ";U%02d controller CB sw=s%d/1 sw=s%d/-@empty", i, i, i);
	}
	(void)buf_add_text(&xml, "<software id='z' unit-type='EB'><release version='1' seq='1'/>"
		"<release version='2' seq='2'>");
	for (int i = 0; i < MANY; i++)
		(void)buf_printf(&xml, "<before software='s%d'/>", i);
	(void)buf_add_text(&xml, "</release></software>");
	(void)buf_add_text(&device, ";Z engine EB sw=z/1 sw=z/-@empty");
	ck_assert_int_eq(xml.error | device.error, 0);
	world_begin(&w, buf_text(&xml), NULL, buf_text(&device));
	world_problem(&w);
	for (uint32_t i = 1; i < MANY + 2; i++)
		target[i] = world_value(&w, w.shape.units[w.p->variables[i].unit].symbol, "2");
	ck_assert_int_eq(judge_plan_make(w.p, target, &plan, &e), 0);
	ck_assert_int_eq(plan.end, JUDGE_PLAN_READY);
	ck_assert_uint_eq(plan.count, MANY + 1);
	ck_assert_str_eq(w.shape.units[plan.steps[0].unit].symbol, "Z");
	ck_assert_str_eq(w.shape.units[plan.steps[1].unit].symbol, "U00");
	judge_plan_release(&plan);
	world_end(&w);
	buf_release(&xml);
	buf_release(&device);
}
END_TEST

/* e2 does not run with c1, e2b does: the stone that is not the shortest in minutes. */
START_TEST(another_stone)
{
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", ""))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200",
		"<conflicts id='R-1'><software id='c' max-seq='100'/></conflicts>")
		"<release version='e2b' seq='250' minutes='9'/>"
		R("e3", "300", "<from min-seq='200'/>")),
		BOTH, "ENG=e3", "ENG:e2b(stone) ENG:e3");
}
END_TEST

/* One installation more than the fewest, so that no rule is violated in between. */
START_TEST(detour)
{
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "")
		R("c3", "300", "<requires id='R-1'><software id='e' min-seq='150'/></requires>"))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "")
		R("e3", "300", "<requires id='R-2'><software id='c' min-seq='300'/></requires>")),
		BOTH, "CTL=c3 ENG=e3", "ENG:e2(stone) CTL:c3 ENG:e3");
}
END_TEST

#define MUTUAL SOFTWARE("c", "CB", R("c1", "100", "") \
	R("c2", "200", "<requires id='R-1'><software id='e' min-seq='200'/></requires>")) \
	SOFTWARE("e", "EB", R("e1", "100", "") \
	R("e2", "200", "<requires id='R-2'><software id='c' min-seq='200'/></requires>"))

START_TEST(atomic_group)
{
	struct made m;

	make(&m, TYPES FINISHER MUTUAL
		SOFTWARE("f", "FS", R("f1", "100", "") R("f2", "200", "")),
		ALL, "CTL=c2 ENG=e2 FIN=f2");
	/* Only those that cannot go alone. */
	ck_assert_str_eq(plan_text(&m), "FIN:f2 [CTL:c2 ENG:e2]");
	ck_assert_uint_eq(m.plan.restarts, 3);
	end(&m);
}
END_TEST

/* The smallest that helps is one of three. */
START_TEST(group_of_three)
{
	check(TYPES FINISHER SOFTWARE("c", "CB", R("c1", "100", "")
		R("c2", "200", "<requires id='R-1'><software id='e' min-seq='200'/></requires>"))
		SOFTWARE("e", "EB", R("e1", "100", "")
		R("e2", "200", "<requires id='R-2'><software id='f' min-seq='200'/></requires>"))
		SOFTWARE("f", "FS", R("f1", "100", "")
		R("f2", "200", "<requires id='R-3'><software id='c' min-seq='200'/></requires>")),
		ALL, "CTL=c2 ENG=e2 FIN=f2", "[CTL:c2 ENG:e2 FIN:f2]");
}
END_TEST

/* A member's stepping stone comes first, as a step of its own. */
START_TEST(group_after_a_stone)
{
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "")
		R("c3", "300", "<requires id='R-1'><software id='e' min-seq='300'/></requires>"))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", "")
		R("e3", "300", "<from min-seq='200'/>"
		"<requires id='R-2'><software id='c' min-seq='300'/></requires>")),
		BOTH, "CTL=c3 ENG=e3", "ENG:e2(stone) [CTL:c3 ENG:e3]");
}
END_TEST

/* "Never in an atomic group": a unit with one bank; the reason is named. */
START_TEST(no_group_with_one_bank)
{
	check(TYPES MUTUAL, "DEV device C650;CTL controller CB sw=c/c1 sw=c/-@empty;"
		"ENG engine EB sw=e/e1", "CTL=c2 ENG=e2", "no order: CTL R-1");
}
END_TEST

/* What is bad already may stay so; what was cured may not come back. */
START_TEST(violated_before)
{
	const char *xml = TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", ""))
		SOFTWARE("e", "EB", R("e1", "100",
		"<requires id='R-1'><software id='c' min-seq='300'/></requires>")
		R("e2", "200", "<requires id='R-2'><software id='c' min-seq='200'/></requires>"));

	check(xml, BOTH, "CTL=c2", "CTL:c2");
	check(xml, BOTH, "CTL=c2 ENG=e2", "CTL:c2 ENG:e2");
	check(xml, BOTH, "ENG=e2", "no order: ENG R-2");
}
END_TEST

/* A label that nobody lists: nothing may become unknown on the way. */
START_TEST(nothing_becomes_unknown)
{
	const char *xml = TYPES SOFTWARE("c", "CB", R("c1", "100", ""))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200",
		"<requires id='R-1'><software id='c' min-seq='100'/></requires>"));

	check(xml, BOTH, "ENG=e2", "ENG:e2");
	check(xml, "DEV device C650;CTL controller CB sw=c/odd sw=c/-@empty;"
		"ENG engine EB sw=e/e1 sw=e/-@empty", "ENG=e2", "no order: ENG R-1");
}
END_TEST

/* One bank: out of service meanwhile, whatever its slot wants; no way back without the image. */
START_TEST(one_bank)
{
	check(PLAIN, "DEV device C650;ENG engine EB sw=e/e1", "ENG=e2",
		"ENG:e2(stop)(no way back)");
	check(PLAIN, "DEV device C650;CTL controller CB sw=c/c1", "CTL=c2", "CTL:c2(stop)");
	check(TYPES SOFTWARE("c", "CB", R("c2", "200", "<from fresh='yes'/>")),
		"DEV device C650;CTL controller CB sw=c/odd", "CTL=c2",
		"CTL:c2(stop)(no way back)");
	check(TYPES SOFTWARE("c", "CB", "<release version='c1' seq='1'/>" R("c2", "200", "")),
		"DEV device C650;CTL controller CB sw=c/c1", "CTL=c2",
		"CTL:c2(stop)(no way back)");
}
END_TEST

/* While the controller is out of service nothing carries c. */
START_TEST(during_stop)
{
#define STOPPING(during) TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", "")) \
	SOFTWARE("e", "EB", R("e1", "100", \
	"<requires id='R-1'" during "><software id='c'/></requires>"))
	check(STOPPING(""), "DEV device C650;CTL controller CB sw=c/c1;ENG engine EB sw=e/e1",
		"CTL=c2", "no order: CTL R-1");
	check(STOPPING(" during='stop'"),
		"DEV device C650;CTL controller CB sw=c/c1;ENG engine EB sw=e/e1", "CTL=c2",
		"CTL:c2(stop)");
	/* With two banks it goes on serving. */
	check(STOPPING(""), BOTH, "CTL=c2", "CTL:c2");
}
END_TEST

/* The rule is about what runs after the step too: during="stop" does not excuse that. */
START_TEST(during_stop_only)
{
	check(TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", ""))
		SOFTWARE("e", "EB", R("e1", "100", "<requires id='R-1' during='stop'>"
		"<software id='c' max-seq='100'/></requires>")),
		"DEV device C650;CTL controller CB sw=c/c1;ENG engine EB sw=e/e1", "CTL=c2",
		"no order: CTL R-1");
}
END_TEST

/* FIN forbids what c2 brings: once it is out of service the rest is legal. */
START_TEST(standby_first)
{
	check(TYPES "<unit-type id='FS' class='finisher' model='FS'" MAKER ">"
		"<conflicts id='R-1'><software id='c' min-seq='200'/></conflicts></unit-type>"
		SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", ""))
		SOFTWARE("f", "FS", R("f1", "100", "")),
		ALL, "CTL=c2 FIN=standby", "FIN:standby CTL:c2");
}
END_TEST

#define BOARD_B "<unit-type id='FS' class='finisher' model='FS'" MAKER ">" \
	"<rev id='A' seq='1' hardware='A' supply='stock'/>" \
	"<rev id='B' seq='2' hardware='B' supply='stock' ships='100'/></unit-type>"
#define WITH_A BOTH ";FIN finisher FS hw=A sw=f/f1"

/* The plan ends at the visit; what can be done before comes before. */
START_TEST(visit_last)
{
	struct made m;

	make(&m, TYPES BOARD_B SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200", ""))
		SOFTWARE("f", "FS", R("f1", "100", "")), WITH_A, "CTL=c2 FIN=visit");
	ck_assert_str_eq(plan_text(&m), "CTL:c2 FIN:visit");
	ck_assert(m.plan.visit);
	ck_assert_uint_eq(m.plan.restarts, 1);
	end(&m);
	check(TYPES BOARD_B SOFTWARE("f", "FS", R("f1", "100", "")), WITH_A, "FIN=visit",
		"FIN:visit");
}
END_TEST

/* c2 wants the new board: it is left to the judgement after the visit. */
START_TEST(visit_before_the_rest)
{
	check(TYPES BOARD_B SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200",
		"<requires id='R-1'><unit type='FS' min-rev='B'/></requires>"))
		SOFTWARE("e", "EB", R("e1", "100", "") R("e2", "200", ""))
		SOFTWARE("f", "FS", R("f1", "100", "")), WITH_A, "CTL=c2 ENG=e2 FIN=visit",
		"ENG:e2 FIN:visit");
}
END_TEST

/* The new board may not meet c1, the old one not c2: no visit leaves the device as good. */
START_TEST(visit_refused)
{
	check(TYPES BOARD_B SOFTWARE("c", "CB", R("c1", "100",
		"<conflicts id='R-2'><unit type='FS' min-rev='B'/></conflicts>") R("c2", "200",
		"<requires id='R-1'><unit type='FS' min-rev='B'/></requires>"))
		SOFTWARE("f", "FS", R("f1", "100", "")), WITH_A, "CTL=c2 FIN=visit",
		"no order: CTL R-1");
}
END_TEST

START_TEST(whose_it_is)
{
	struct made m;
	struct err e;

	make(&m, PLAIN, ALL, "ENG=e2");
	judge_plan_release(&m.plan);
	m.w.shape.units[m.w.p->variables[judge_problem_variable(m.w.p, "ENG")].unit].owner =
	    JUDGE_OWNER_LOCKED;
	ck_assert_int_eq(judge_plan_make(m.w.p, m.state, &m.plan, &e), 0);
	ck_assert_str_eq(plan_text(&m), "not ours: ENG -");
	judge_plan_release(&m.plan);
	/* It is administration, not software. */
	m.state[judge_problem_variable(m.w.p, "ENG")] = 0;
	m.state[judge_problem_variable(m.w.p, "FIN")] = world_move(&m.w, "FIN", JUDGE_STANDBY);
	m.w.shape.units[m.w.p->variables[judge_problem_variable(m.w.p, "FIN")].unit].owner =
	    JUDGE_OWNER_LOCAL;
	ck_assert_int_eq(judge_plan_make(m.w.p, m.state, &m.plan, &e), 0);
	ck_assert_str_eq(plan_text(&m), "FIN:standby");
	judge_plan_release(&m.plan);
	m.w.shape.units[m.w.p->variables[judge_problem_variable(m.w.p, "CTL")].unit]
	    .unconfirmed_release = fixture_release(m.w.set, "c", "c2");
	ck_assert_int_eq(judge_plan_make(m.w.p, m.state, &m.plan, &e), 0);
	ck_assert_str_eq(plan_text(&m), "unconfirmed: CTL -");
	end(&m);
}
END_TEST

/* Two softwares in one unit go one after the other; the second bank is no other's spare. */
START_TEST(two_active_banks)
{
	struct made m;
	struct err e;
	uint32_t v, both = 0;

	make(&m, TYPES SOFTWARE("c", "CB", R("c1", "100", "") R("c2", "200",
		"<requires id='R-1'><software id='d' min-seq='200'/></requires>"))
		SOFTWARE("d", "CB", R("d1", "100", "") R("d2", "200", "")),
		"DEV device C650;CTL controller CB sw=c/c1 sw=d/d1", "CTL=d2");
	ck_assert_str_eq(plan_text(&m), "CTL:d2(stop)");
	judge_plan_release(&m.plan);
	v = judge_problem_variable(m.w.p, "CTL");
	for (uint32_t i = 0; i < m.w.p->variables[v].value_count; i++) {
		const uint32_t *r = m.w.p->value_releases
		    + judge_problem_value(m.w.p, v, i)->first_release;

		if (r[0] == fixture_release(m.w.set, "c", "c2")
		    && r[1] == fixture_release(m.w.set, "d", "d2"))
			both = i;
	}
	ck_assert_uint_ne(both, 0);
	m.state[v] = both;
	m.w.shape.units[m.w.p->variables[v].unit].banks = 4;
	ck_assert_int_eq(judge_plan_make(m.w.p, m.state, &m.plan, &e), 0);
	ck_assert_str_eq(plan_text(&m), "CTL:d2 CTL:c2");
	ck_assert_uint_eq(m.w.shape.banks[m.plan.steps[0].bank].bank, 2);
	ck_assert_uint_eq(m.w.shape.banks[m.plan.steps[1].bank].bank, 1);
	end(&m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_plan");
	TCase *tc = tcase_create("judge_plan");

	tcase_add_test(tc, nothing_to_do);
	tcase_add_test(tc, free_ones);
	tcase_add_test(tc, stepping_stone);
	tcase_add_test(tc, fallback_bank);
	tcase_add_test(tc, a_rule_makes_the_order);
	tcase_add_test(tc, before_and_after);
	tcase_add_test(tc, before_many);
	tcase_add_test(tc, another_stone);
	tcase_add_test(tc, detour);
	tcase_add_test(tc, atomic_group);
	tcase_add_test(tc, group_of_three);
	tcase_add_test(tc, group_after_a_stone);
	tcase_add_test(tc, no_group_with_one_bank);
	tcase_add_test(tc, violated_before);
	tcase_add_test(tc, nothing_becomes_unknown);
	tcase_add_test(tc, one_bank);
	tcase_add_test(tc, during_stop);
	tcase_add_test(tc, during_stop_only);
	tcase_add_test(tc, standby_first);
	tcase_add_test(tc, visit_last);
	tcase_add_test(tc, visit_before_the_rest);
	tcase_add_test(tc, visit_refused);
	tcase_add_test(tc, whose_it_is);
	tcase_add_test(tc, two_active_banks);
	suite_add_tcase(s, tc);
	return support_run(s);
}

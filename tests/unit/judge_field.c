/*
 * judge_field: what happened to others in the field, each case a test of its
 * own: catalogue and device in, verdict, recommendation and plan out.
 */
#include <config.h>

#include "manager/judge/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/text.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

#define MAKER " manufacturer='Acme' "
#define TYPE(id, class, model, more) "<unit-type id='" id "' class='" class "' model='" model "'" \
	MAKER more "/>"
#define SOFTWARE(id, type, releases) \
	"<software id='" id "' unit-type='" type "'>" releases "</software>"
#define DOWN "<from/><from direction='down' settings='keep'/>"
#define R(version, seq, inside) "<release version='" version "' seq='" seq "'>" inside "</release>"
/* One that has to go: why a device is touched at all. */
#define GONE(version, seq) "<release version='" version "' seq='" seq "' state='withdrawn' " \
	"severity='must' because='it loses jobs'/>"

struct field {
	struct world w;
	struct judgement j;
	char text[512];
};

static void
judge_now(struct field *f)
{
	struct err e = {{0}};

	world_problem(&f->w);
	ck_assert_msg(judge(f->w.p, &f->j, &e) == 0, "%s", e.text);
}

static void
begin(struct field *f, const char *a, const char *b, const char *device)
{
	*f = (struct field){ .text = "" };
	world_begin(&f->w, a, b, device);
}

static void
end(struct field *f)
{
	judgement_release(&f->j);
	world_end(&f->w);
}

static void
add(struct field *f, const char *symbol, const char *between, const char *what)
{
	size_t at = strlen(f->text);

	(void)snprintf(f->text + at, sizeof f->text - at, "%s%s%s%s", at > 0 ? " " : "", symbol,
		between, what);
}

/* The first release of a value, by version. */
static const char *
version_of(const struct field *f, const struct judge_value *v)
{
	uint32_t release = f->w.p->value_releases[v->first_release];

	return release == CATALOGUE_NONE ? "?" : f->w.set->releases[release].version;
}

/* "CTL=2 ENG=standby": what changes; "" for nothing; "-" where nothing is recommended. */
static const char *
recommended(struct field *f)
{
	f->text[0] = '\0';
	if (f->j.recommended == NULL)
		return "-";
	for (uint32_t i = 0; i < f->w.p->variable_count; i++) {
		const struct judge_value *v = judge_problem_value(f->w.p, i, f->j.recommended[i]);
		const char *symbol = f->w.shape.units[f->w.p->variables[i].unit].symbol;

		switch (v->move) {
		case JUDGE_AS_IS:
			break;
		case JUDGE_RELEASE:
			add(f, symbol, "=", version_of(f, v));
			break;
		case JUDGE_STANDBY:
			add(f, symbol, "=", "standby");
			break;
		case JUDGE_REPLACE:
			add(f, symbol, "=", f->w.set->revs[v->rev].id);
			break;
		}
	}
	return f->text;
}

/* "ENG:2 CTL:2": the steps in their order; "-" without a plan. */
static const char *
planned(struct field *f)
{
	f->text[0] = '\0';
	if (f->j.plan.end != JUDGE_PLAN_READY)
		return "-";
	for (uint32_t i = 0; i < f->j.plan.count; i++) {
		const struct judge_step *s = &f->j.plan.steps[i];
		const char *what = s->kind == JUDGE_STEP_STANDBY ? "standby" :
			s->kind == JUDGE_STEP_VISIT ? "visit" :
			f->w.set->releases[s->hop.release].version;

		ck_assert_uint_eq(s->group, 0);
		add(f, f->w.shape.units[s->unit].symbol, ":", what);
	}
	return f->text;
}

/* Do to the device what is recommended, and make its shape anew. */
static void
apply(struct field *f)
{
	struct err e = {{0}};

	for (uint32_t i = 0; i < f->w.p->variable_count; i++) {
		const struct judge_value *v = judge_problem_value(f->w.p, i, f->j.recommended[i]);
		struct unit *u = &f->w.device.units[f->w.p->variables[i].unit];

		/* Units of these devices stand in the order of their symbols. */
		ck_assert_str_eq(u->symbol, f->w.shape.units[f->w.p->variables[i].unit].symbol);
		ck_assert(v->move != JUDGE_REPLACE);
		if (v->move == JUDGE_STANDBY)
			u->admin_state = UNIT_ADMIN_STANDBY;
		for (size_t k = 0; v->move == JUDGE_RELEASE &&
		    k < f->w.device.software_count; k++) {
			struct software *s = &f->w.device.software[k];

			if (s->unit_index == u->index)
				(void)text_copy(s->version, sizeof s->version, version_of(f, v));
		}
	}
	judgement_release(&f->j);
	judge_problem_free(f->w.p);
	f->w.p = NULL;
	judge_shape_release(&f->w.shape);
	judge_names_release(&f->w.names);
	ck_assert_int_eq(judge_shape_make(f->w.set, &f->w.device, &f->w.shape, &f->w.names, &e),
		0);
}

/* --- Ricoh MP 1100: system firmware before engine firmware bricks the machine ---------- */

#define MP1100 "<device-type id='MP1100' manufacturer='Acme' model='MP1100'/>" \
	TYPE("CB", "controller", "CB", "banks='2'") TYPE("EB", "engine", "EB", "banks='2'")
#define MP1100_OLD "A device MP1100;CTL controller CB sw=system/1 sw=system/-@empty;" \
	"ENG engine EB sw=engine/1 sw=engine/-@empty"

START_TEST(ricoh_mp1100_system_before_engine_by_rule)
{
	struct field f;

	begin(&f, MP1100
		SOFTWARE("system", "CB", GONE("1", "100") R("2", "200",
			"<requires id='R-1' because='the new system does not start the old engine'>"
			"<software id='engine' min-seq='200'/></requires>"))
		SOFTWARE("engine", "EB", R("1", "100", "") R("2", "200", "")),
		NULL, MP1100_OLD);
	judge_now(&f);
	ck_assert_int_eq(f.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_str_eq(recommended(&f), "CTL=2 ENG=2");
	ck_assert_str_eq(planned(&f), "ENG:2 CTL:2");
	ck_assert(f.j.proven);
	end(&f);
}
END_TEST

/* Where only the order is known: it is kept, whichever of the two says so. */
START_TEST(ricoh_mp1100_system_before_engine_by_order)
{
	static const char *const order[2][2] = {
		{ "<after software='engine'/>", "" }, { "", "<before software='system'/>" },
	};
	char catalogue[2048];
	struct field f;

	(void)snprintf(catalogue, sizeof catalogue, "%s<software id='system' unit-type='CB'>"
		GONE("1", "100") "<release version='2' seq='200'>%s</release></software>"
		"<software id='engine' unit-type='EB'>" GONE("1", "100")
		"<release version='2' seq='200'>%s</release></software>",
		MP1100, order[_i][0], order[_i][1]);
	begin(&f, catalogue, NULL, MP1100_OLD);
	judge_now(&f);
	ck_assert_str_eq(recommended(&f), "CTL=2 ENG=2");
	ck_assert_str_eq(planned(&f), "ENG:2 CTL:2");
	end(&f);
}
END_TEST

/* The engine is not the centre's: the system stays too, and the engine has to rest. */
START_TEST(ricoh_mp1100_engine_is_locked)
{
	struct field f;

	begin(&f, MP1100
		SOFTWARE("system", "CB", R("1", "100", "<conflicts id='R-0'>"
			"<unit type='EB'/></conflicts>") R("2", "200",
			"<requires id='R-1'><software id='engine' min-seq='200'/></requires>"))
		SOFTWARE("engine", "EB", R("1", "100", "") R("2", "200", "")),
		NULL, MP1100_OLD);
	for (uint32_t i = 0; i < f.w.shape.unit_count; i++)
		if (f.w.shape.units[i].type == UNIT_TYPE_ENGINE)
			f.w.shape.units[i].owner = JUDGE_OWNER_LOCKED;
	judge_now(&f);
	ck_assert_str_eq(recommended(&f), "ENG=standby");
	end(&f);
}
END_TEST

/* --- Xerox WC 4150 and 4250: trays and an upgrade -------------------------------------- */

/*
 * The upgrade breaks trays at 1.01.04 on the one model and survives 1.00.00; on
 * its sister it is the other way round.  1.02.00 is good for both.
 */
#define WC "<device-type id='WC4150' manufacturer='Acme' model='WC4150'/>" \
	"<device-type id='WC4250' manufacturer='Acme' model='WC4250'/>" \
	TYPE("C41", "controller", "C41", "") TYPE("C42", "controller", "C42", "") \
	TYPE("TRAY", "inputTray", "TRAY", "") \
	SOFTWARE("tray", "TRAY", R("1.00.00", "10000", DOWN) R("1.01.04", "10104", DOWN)) \
	SOFTWARE("c41", "C41", GONE("1", "100") R("2", "200", \
		"<conflicts id='R-41'><software id='tray' min-seq='10104' max-seq='10104'/>" \
		"</conflicts>")) \
	SOFTWARE("c42", "C42", GONE("1", "100") R("2", "200", \
		"<conflicts id='R-42'><software id='tray' min-seq='10000' max-seq='10000'/>" \
		"</conflicts>"))

static const struct {
	const char *device, *recommended, *planned;
} trays[] = {
	{ "A device WC4150;CTL controller C41 sw=c41/1;T1 inputTray TRAY sw=tray/1.01.04",
		"CTL=2 T1=1.00.00", "T1:1.00.00 CTL:2" },
	{ "A device WC4150;CTL controller C41 sw=c41/1;T1 inputTray TRAY sw=tray/1.00.00",
		"CTL=2", "CTL:2" },
	{ "A device WC4250;CTL controller C42 sw=c42/1;T1 inputTray TRAY sw=tray/1.01.04",
		"CTL=2", "CTL:2" },
	{ "A device WC4250;CTL controller C42 sw=c42/1;T1 inputTray TRAY sw=tray/1.00.00",
		"CTL=2 T1=1.01.04", "T1:1.01.04 CTL:2" },
	/* One of two trays is bad: it alone is changed. */
	{ "A device WC4150;CTL controller C41 sw=c41/1;T1 inputTray TRAY sw=tray/1.00.00;"
		"T2 inputTray TRAY sw=tray/1.01.04",
		"CTL=2 T2=1.00.00", "T2:1.00.00 CTL:2" },
};

START_TEST(xerox_wc4150_wc4250_trays)
{
	struct field f;

	begin(&f, WC, NULL, trays[_i].device);
	judge_now(&f);
	ck_assert_int_eq(f.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_str_eq(recommended(&f), trays[_i].recommended);
	ck_assert_str_eq(planned(&f), trays[_i].planned);
	apply(&f);
	judge_now(&f);
	ck_assert_int_eq(f.j.verdict, JUDGE_COMPATIBLE);
	ck_assert_int_eq(f.j.end, JUDGE_NOTHING_TO_DO);
	end(&f);
}
END_TEST

/* --- eyesaas: A is sent to B, and B to A, for ever ------------------------------------- */

#define EYE "<device-type id='EYE' manufacturer='Acme' model='EYE'/>" \
	TYPE("CB", "controller", "CB", "")
#define EYE_AT(version) "A device EYE;CTL controller CB sw=fw/" version

/* What is recommended is the end of it, whatever the policy names. */
START_TEST(eyesaas_recommended_is_the_end)
{
	static const char catalogue[] = EYE
		SOFTWARE("fw", "CB", R("A", "100", DOWN) R("B", "200", DOWN))
		"<profile id='likes-a' device-type='EYE'><software id='fw' seq='100'/></profile>"
		"<profile id='likes-b' device-type='EYE'><software id='fw' seq='200'/></profile>";
	static const char *const profiles[] = { "likes-a", "likes-b" };
	static const char *const at[] = { EYE_AT("A"), EYE_AT("B") };
	struct field f;

	begin(&f, catalogue, NULL, at[_i & 1]);
	(void)text_copy(f.w.policy.profile, sizeof f.w.policy.profile, profiles[_i >> 1 & 1]);
	f.w.policy.trendy = (_i & 4) != 0;
	judge_now(&f);
	ck_assert_int_eq(f.j.verdict, JUDGE_COMPATIBLE);
	/* Only one that wants what is new moves anything, and only up. */
	ck_assert_str_eq(recommended(&f), f.w.policy.trendy && (_i & 1) == 0 ? "CTL=B" : "");
	apply(&f);
	judge_now(&f);
	ck_assert_int_eq(f.j.end, JUDGE_NOTHING_TO_DO);
	ck_assert_str_eq(recommended(&f), "");
	end(&f);
}
END_TEST

/* Two catalogues, each of which sends away from what the other sends to: neither is run. */
START_TEST(eyesaas_two_catalogues_in_a_circle)
{
	static const char maker[] = EYE
		SOFTWARE("fw", "CB", R("A", "100", DOWN)
			"<release version='B' seq='200' state='withdrawn' severity='must' "
			"because='it loses jobs' instead='100'>" DOWN "</release>");
	static const char operator[] = "<catalogue id='operator'><creator id='operator'/>"
		"<withdraw software='fw' creator='acme' seq='100' because='it leaks' "
		"instead='200' severity='must'/></catalogue>";
	static const char *const at[] = { EYE_AT("A"), EYE_AT("B") };
	struct field f;

	begin(&f, maker, operator, at[_i]);
	judge_now(&f);
	ck_assert_int_eq(f.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_str_eq(recommended(&f), "CTL=standby");
	apply(&f);
	judge_now(&f);
	ck_assert_int_eq(f.j.end, JUDGE_NOTHING_TO_DO);
	end(&f);
}
END_TEST

/* In the shape: what is recommended is there.  False: a board would have to come first. */
static bool
apply_to_shape(struct world *w, const struct judgement *j)
{
	for (uint32_t i = 0; i < w->p->variable_count; i++)
		if (judge_problem_value(w->p, i, j->recommended[i])->move == JUDGE_REPLACE)
			return false;
	for (uint32_t i = 0; i < w->p->variable_count; i++) {
		const struct judge_value *v = judge_problem_value(w->p, i, j->recommended[i]);
		struct judge_unit *u = &w->shape.units[w->p->variables[i].unit];
		const uint32_t *release = &w->p->value_releases[v->first_release];

		u->in_service = u->in_service && v->in_service;
		for (uint32_t k = 0; v->move == JUDGE_RELEASE && k < u->bank_count; k++) {
			struct judge_bank *b = &w->shape.banks[u->first_bank + k];

			if (!judge_bank_active(b))
				continue;
			if (*release != CATALOGUE_NONE) {
				b->label = JUDGE_LISTED;
				b->release = *release;
				b->software = w->set->releases[*release].software;
			}
			release++;
		}
	}
	judge_problem_free(w->p);
	w->p = NULL;
	world_problem(w);
	return true;
}

/* What may not rise, in the order in which it counts: all before the number of units. */
static bool
is_better(const struct solve_cost *a, const struct solve_cost *b, bool trendy)
{
	static const enum judge_cost order[] = {
		JUDGE_COST_VIOLATED, JUDGE_COST_FUNCTIONS, JUDGE_COST_UNKNOWN,
		JUDGE_COST_WITHDRAWN, JUDGE_COST_AGE,
	};

	for (size_t i = 0; i < sizeof order / sizeof *order - !trendy; i++)
		if (a->at[order[i]] != b->at[order[i]])
			return a->at[order[i]] < b->at[order[i]];
	return false;
}

/*
 * One device, until there is nothing more to do: each time what counts is less
 * than before, so it never comes back to where it was.
 */
static uint32_t
follow(struct world *w, uint32_t number)
{
	struct solve_cost was = {{0}};
	uint32_t rounds = 0;

	for (bool more = true; more; rounds++) {
		struct judgement j;
		struct err e;

		ck_assert_int_eq(judge(w->p, &j, &e), 0);
		world_assert(rounds == 0 || j.end != JUDGE_RECOMMENDED ||
			is_better(&j.cost, &was, w->policy.trendy),
			"world %u: sent on to what is no better", number);
		was = j.cost;
		more = j.end == JUDGE_RECOMMENDED && apply_to_shape(w, &j);
		judgement_release(&j);
	}
	return rounds;
}

/* Random devices: what is recommended is done, again and again, and comes to an end. */
START_TEST(eyesaas_at_random)
{
	const char *given = getenv("IMGADM_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	uint32_t n = world_count(10000), rounds[4] = {0};
	struct world w = {0};

	(void)fprintf(stderr, "# IMGADM_SEED=%llu\n", (unsigned long long)seed);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t r;

		world_next(&seed, i, &w);
		r = follow(&w, i);
		rounds[r < 4 ? r : 3]++;
	}
	(void)fprintf(stderr, "# nothing to do %u, one change %u, more %u\n", rounds[1],
		rounds[2], rounds[3]);
	ck_assert_uint_gt(rounds[2], n / 20);
	world_end(&w);
}
END_TEST

/* --- the newest release pulls in changes that nobody needs ------------------------------- */

START_TEST(newest_drags_fuser_and_scanner)
{
	struct field f;

	begin(&f, "<device-type id='D' manufacturer='Acme' model='D'/>"
		TYPE("EB", "engine", "EB", "") TYPE("FU", "fuser", "FU", "")
		TYPE("SC", "scanner", "SC", "")
		SOFTWARE("engine", "EB", GONE("1", "100") R("2", "200", "") R("3", "300",
			"<requires id='R-3'><software id='fuser' min-seq='200'/>"
			"<software id='scanner' min-seq='200'/></requires>"))
		SOFTWARE("fuser", "FU", R("1", "100", "") R("2", "200", ""))
		SOFTWARE("scanner", "SC", R("1", "100", "") R("2", "200", "")),
		NULL, "A device D;E engine EB sw=engine/1;F fuser FU sw=fuser/1;"
		"S scanner SC sw=scanner/1");
	judge_now(&f);
	ck_assert_int_eq(f.j.verdict, JUDGE_INCOMPATIBLE);
	ck_assert_str_eq(recommended(&f), "E=2");
	ck_assert_int_eq(f.j.cost.at[JUDGE_COST_UNITS], 1);
	ck_assert_str_eq(planned(&f), "E:2");
	apply(&f);
	judge_now(&f);
	ck_assert_int_eq(f.j.end, JUDGE_NOTHING_TO_DO);
	/* Only who asks for what is new gets all three, in an order that holds. */
	judgement_release(&f.j);
	judge_problem_free(f.w.p);
	f.w.policy.trendy = true;
	judge_now(&f);
	ck_assert_str_eq(recommended(&f), "E=3 F=2 S=2");
	ck_assert_str_eq(planned(&f), "F:2 S:2 E:3");
	end(&f);
}
END_TEST

/* --- Ricoh: two boards under one unit name ------------------------------------------------ */

#define BOARDS "<device-type id='D' manufacturer='Acme' model='D'/>" \
	TYPE("FIN-old", "finisher", "FIN", "part='serial:A*'") \
	TYPE("FIN-new", "finisher", "FIN", "part='serial:B*'") \
	SOFTWARE("old-fw", "FIN-old", R("1", "100", "") R("2", "200", "")) \
	SOFTWARE("new-fw", "FIN-new", GONE("1", "100") R("2", "200", ""))

START_TEST(ricoh_two_boards_one_name)
{
	static const struct {
		const char *device, *recommended;
		enum judge_verdict verdict;
	} boards[] = {
		{ "A device D;FIN finisher FIN serial=A100 sw=old-fw/1", "", JUDGE_COMPATIBLE },
		{ "A device D;FIN finisher FIN serial=B100 sw=new-fw/1", "FIN=2",
			JUDGE_INCOMPATIBLE },
		/* The other board's software: not for this one, and nothing leads away from it. */
		{ "A device D;FIN finisher FIN serial=A100 sw=new-fw/2", "FIN=standby",
			JUDGE_INCOMPATIBLE },
		/* A third board is not known: nothing is said of it. */
		{ "A device D;FIN finisher FIN serial=C100 sw=old-fw/1", "",
			JUDGE_VERDICT_NOT_APPLICABLE },
	};
	struct field f;

	begin(&f, BOARDS, NULL, boards[_i].device);
	judge_now(&f);
	ck_assert_msg(f.j.verdict == boards[_i].verdict, "board %d: verdict %s", _i,
		judge_verdict_name(f.j.verdict));
	ck_assert_str_eq(recommended(&f), boards[_i].recommended);
	end(&f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_field");
	TCase *t = tcase_create("judge_field");

	tcase_add_test(t, ricoh_mp1100_system_before_engine_by_rule);
	tcase_add_loop_test(t, ricoh_mp1100_system_before_engine_by_order, 0, 2);
	tcase_add_test(t, ricoh_mp1100_engine_is_locked);
	tcase_add_loop_test(t, xerox_wc4150_wc4250_trays, 0, sizeof trays / sizeof *trays);
	tcase_add_loop_test(t, eyesaas_recommended_is_the_end, 0, 8);
	tcase_add_loop_test(t, eyesaas_two_catalogues_in_a_circle, 0, 2);
	tcase_add_test(t, eyesaas_at_random);
	tcase_add_test(t, newest_drags_fuser_and_scanner);
	tcase_add_loop_test(t, ricoh_two_boards_one_name, 0, 4);
	tcase_set_timeout(t, 300);
	suite_add_tcase(s, t);
	return support_run(s);
}

/* What protects from false troubles, and what comes of true ones, worked by hand. */
#include <config.h>

#include "tests/unit/trouble_world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manager/trouble/trouble_act.h"
#include "manager/trouble/trouble_cure.h"
#include "tests/unit/support.h"

#define COUNT "<count code='C' min='2' within='100 impressions'/>"
#define RULE(more) "<rule id='x'><scope unit-type='E'/><when>" COUNT "</when>" more "</rule>"
#define says trouble_world_says

START_TEST(clear_after_a_while)
{
	const char *rule = RULE("<clear hold='50 impressions'/>");

	says(rule, "1 0 e C; 2 1 e C; 3 101 u; 4 150 u; 5 151 u", "opened x@2 cleared x@5");
	/* Again in between: from the beginning. */
	says(rule, "1 0 e C; 2 1 e C; 3 101 u; 4 102 e C; 5 103 e C; 6 203 u; 7 252 u; 8 253 u",
	    "opened x@2 cleared x@8");
}
END_TEST

START_TEST(no_data_is_not_cleared)
{
	/* Whatever the centre's clock says meanwhile: the unit has not printed. */
	says(RULE("<clear hold='50 impressions'/>"), "1 0 e C; 2 1 e C; 99999 1 u; 9999999 1 u",
	    "opened x@2");
	/* A gap in the log is no time without errors. */
	says(RULE("<clear hold='50 impressions'/>"),
	    "1 0 e C; 2 1 e C; 3 102 u; 4 151 u; 5 151 g; 6 152 u; 7 201 u; 8 202 u",
	    "opened x@2 cleared x@8");
	/* Nor is a reading that no longer comes, or an update of the use count backwards. */
	says("<rule id='x'><scope unit-type='E'/><when><level reading='t' min='1'/></when></rule>",
	    "1 0 r t 1; 2 0 r u 0; 3 900 u; 4 0 u", "opened x@1");
	says(RULE(""), "1 0 e C; 2 1 e C; 3 50 u; 4 0 u; 5 50 u; 6 51 u", "opened x@2 cleared x@6");
}
END_TEST

START_TEST(flapping_has_to_stay_away_longer)
{
	const char *rule = "<rule id='x'><scope unit-type='E'/><when><level reading='t' min='1'/></when>"
	    "<clear hold='10s'/></rule>";

	says(rule, "0 0 r t 1; 1 0 r t 0; 11 0 u; 20 0 r t 1; 21 0 r t 0; 40 0 u; 41 0 u",
	    "opened x@0 cleared x@11 reopened x@20 cleared x@41");
	/* Twice, four times, eight times; no more. */
	says(rule, "0 0 r t 1; 1 0 r t 0; 11 0 u; 12 0 r t 1; 13 0 r t 0; 33 0 u; 34 0 r t 1; "
	    "35 0 r t 0; 75 0 u; 76 0 r t 1; 77 0 r t 0; 157 0 u; 158 0 r t 1; 159 0 r t 0; "
	    "238 0 u; 239 0 u", "opened x@0 cleared x@11 reopened x@12 cleared x@33 reopened x@34 "
	    "cleared x@75 reopened x@76 cleared x@157 reopened x@158 cleared x@239");
	/* Away for as long as it had to be: another trouble, and damped no more. */
	says(rule, "0 0 r t 1; 1 0 r t 0; 11 0 u; 12 0 r t 1; 13 0 r t 0; 33 0 u; 54 0 r t 1; "
	    "55 0 r t 0; 65 0 u", "opened x@0 cleared x@11 reopened x@12 cleared x@33 opened x@54 "
	    "cleared x@65");
}
END_TEST

START_TEST(inhibited_by_a_code)
{
	const char *rule = RULE("<inhibit by='POWER*' for='1h'/>");

	/* Of any unit, and of none; what comes meanwhile is not counted. */
	says(rule, "0 0 e POWER-DIP; 1 0 e C; 2 1 e C; 3601 2 e C; 3602 3 e C", "opened x@3602");
	says(rule, "2/0 0 e POWER; 1 0 e C; 2 1 e C; 3600 2 u; 3601 3 u", "");
	says(rule, "0/0 0 e POWER; 1 0 e C; 2 1 e C", "");
	says(rule, "1 0 e C; 2 0 e POWER; 3 1 e C; 3603 2 e C", "opened x@3603");
	/* A trouble that is open is not ended by it. */
	says(rule, "1 0 e C; 2 0 e C; 3 0 e POWER; 4 200 u; 3604 201 u", "opened x@2 cleared x@3604");
}
END_TEST

START_TEST(inhibited_by_a_rule)
{
	const char *rules = "<rule id='x'><scope unit-type='E'/><when>" COUNT "</when>"
	    "<inhibit rule='cause' for='10s'/></rule><rule id='cause'><scope unit-type='E'/><when>"
	    "<level reading='volt' max='10'/></when></rule>";

	/* On another unit, too; the rule stands before its cause in the file. */
	says(rules, "2/0 0 r volt 9; 1 0 e C; 2 0 e C; 2/3 0 r volt 11; 4 0 e C; 5 0 e C; 14 0 e C; "
	    "15 0 e C", "opened 2/cause@0 cleared 2/cause@3 opened x@15");
	/* Two of them: until the last is over. */
	says(rules, "2/0 0 r volt 9; 0 0 r volt 9; 2/3 0 r volt 11; 20 0 e C; 21 0 e C; 22 0 r volt 11; "
	    "33 0 e C; 34 0 e C", "opened 2/cause@0 opened cause@0 cleared 2/cause@3 cleared cause@22 "
	    "opened x@34");
}
END_TEST

START_TEST(blackout)
{
	const char *rule = RULE("<blackout after='install' for='100 impressions'/>"
	    "<blackout after='service' for='10s'/>");

	/* What was before the install is no evidence; what comes just after is not either. */
	says(rule, "1 0 e C; 2 1 i; 3 2 e C; 4 3 e C; 5 101 e C; 6 102 e C; 7 103 e C", "opened x@7");
	says(rule, "1 0 e C; 2 1 v; 3 2 e C; 12 3 e C; 13 4 e C; 14 5 e C", "opened x@14");
	/* A level is what is now. */
	says("<rule id='x'><scope unit-type='E'/><when><level reading='t' min='1'/></when>"
	    "<blackout after='install' for='10s'/></rule>", "0 0 i; 1 0 r t 1; 10 0 u; 11 0 u",
	    "opened x@11");
}
END_TEST

START_TEST(the_evidence)
{
	struct trouble_world w;

	trouble_world_begin(&w, RULE(""));
	trouble_world_live(&w, "1 0 e X; 2 1 e C; 3 2 e Y; 4 77 e C");
	ck_assert_str_eq(w.told, "opened x@4");
	ck_assert(w.last.generation == 7 && w.last.unit == 1 && w.last.use == 77);
	ck_assert_uint_eq(w.last.evidence_count, 2);
	ck_assert(w.last.evidence[0] == 4 && w.last.evidence[1] == 2);
	trouble_world_end(&w);
}
END_TEST

START_TEST(who_is_in_scope)
{
	const char *rule = "<rule id='x'><scope unit-type='E' min-rev='B' software='s' max-seq='199'/>"
	    "<when>" COUNT "</when></rule>";
	struct trouble_world w;
	struct trouble_subject s;

	trouble_world_begin(&w, rule);
	trouble_world_live(&w, "1 0 e C; 2 0 e C");
	ck_assert_ptr_null(trouble_device_state(w.device, 1, 0));
	trouble_world_runs(&w, 1, "B", 100);
	trouble_world_live(&w, "3 0 e C; 4 0 e C");
	ck_assert_str_eq(w.told, "opened x@4");
	/* It is cured by what takes it out of the scope: said once, and forgotten. */
	trouble_world_runs(&w, 1, "B", 200);
	ck_assert_str_eq(w.told, "opened x@4 left x@0");
	trouble_world_runs(&w, 1, "B", 100);
	ck_assert(!trouble_eval_is_open(trouble_device_state(w.device, 1, 0)));
	s = trouble_world_subject(&w, "B", 100);
	ck_assert(trouble_rule_speaks(&w.rules.list[0], &s));
	s.use_unit = USE_JOBS;
	ck_assert(!trouble_rule_speaks(&w.rules.list[0], &s));
	s = trouble_world_subject(&w, "B", 100);
	s.release = CATALOGUE_NONE;	/* an unlisted label is within no bounds */
	ck_assert(!trouble_rule_speaks(&w.rules.list[0], &s));
	s = trouble_world_subject(&w, "B", 100);
	s.rev = CATALOGUE_NONE;
	ck_assert(!trouble_rule_speaks(&w.rules.list[0], &s));
	trouble_world_end(&w);
}
END_TEST

START_TEST(the_order_of_facts)
{
	struct trouble_world w;
	struct trouble_fact f[4], one;
	char text[4][200];

	trouble_world_begin(&w, RULE(""));
	f[0] = trouble_world_fact(&w, "10 0 e C", text[0]);
	f[1] = trouble_world_fact(&w, "11 0 e C", text[1]);
	f[2] = trouble_world_fact(&w, "12 0 u", text[2]);
	f[3] = trouble_world_fact(&w, "12 0 e C", text[3]);
	ck_assert_int_eq(trouble_device_take(w.device, &f[1], trouble_world_tell, &w), -EAGAIN);
	ck_assert_int_eq(trouble_device_take(w.device, &f[0], trouble_world_tell, &w), 0);
	ck_assert_int_eq(trouble_device_take(w.device, &f[0], trouble_world_tell, &w),
	    TROUBLE_KNOWN);
	one = f[1];
	one.generation = 8;
	ck_assert_int_eq(trouble_device_take(w.device, &one, trouble_world_tell, &w), -EAGAIN);
	ck_assert_str_eq(w.told, "");
	ck_assert_int_eq(trouble_device_take(w.device, &f[1], trouble_world_tell, &w), 0);
	ck_assert_int_eq(trouble_device_take(w.device, &f[2], trouble_world_tell, &w), 0);
	ck_assert_int_eq(trouble_device_take(w.device, &f[2], trouble_world_tell, &w),
	    TROUBLE_KNOWN);
	/* It was made before what the centre saw, and comes after it. */
	ck_assert_int_eq(trouble_device_take(w.device, &f[3], trouble_world_tell, &w), -ESTALE);
	one = f[3];
	one.code = NULL;
	ck_assert_int_eq(trouble_device_take(w.device, &one, trouble_world_tell, &w), -EINVAL);
	ck_assert_str_eq(w.told, "opened x@11");
	trouble_world_end(&w);
}
END_TEST

/* What was kept under a rule that says something else now begins anew. */
START_TEST(packed_under_other_rules)
{
	struct trouble_device *d = NULL;
	struct trouble_world w, other;
	struct buf b;
	struct err e;

	buf_init(&b, TROUBLE_PACKED_MAX);
	trouble_world_begin(&w, RULE("") "<rule id='y'><scope unit-type='E'/><when><level "
	    "reading='t' min='5'/></when></rule>");
	trouble_world_live(&w, "1 0 e C; 2 0 e C; 3 0 r t 7");
	ck_assert_str_eq(w.told, "opened x@2 opened y@3");
	ck_assert_int_eq(trouble_device_pack(w.device, &b), 0);
	trouble_world_begin(&other, RULE("<clear hold='9 impressions'/>") "<rule id='y'>"
	    "<scope unit-type='E'/><when><level reading='t' min='5'/></when></rule>");
	ck_assert_int_eq(trouble_device_unpack(&other.rules, b.data, b.len, &d, &e), 0);
	trouble_device_free(other.device);
	other.device = d;
	ck_assert_ptr_null(trouble_device_state(d, 1, catalogue_rule_find(other.set, NULL, "x")));
	trouble_world_runs(&other, 1, "A", 100);
	other.index = w.index;
	other.serial = w.serial;
	trouble_world_live(&other, "4 0 r t 1; 5 0 e C; 6 0 e C");
	ck_assert_str_eq(other.told, "cleared y@4 opened x@6");
	trouble_world_end(&w);
	trouble_world_end(&other);
	buf_release(&b);
}
END_TEST

START_TEST(damaged_where_it_was_kept)
{
	struct trouble_device *d = NULL;
	struct trouble_world w;
	struct buf b;
	struct err e;

	buf_init(&b, TROUBLE_PACKED_MAX);
	trouble_world_begin(&w, RULE(""));
	trouble_world_live(&w, "1 0 e C; 2 0 e C");
	ck_assert_int_eq(trouble_device_pack(w.device, &b), 0);
	for (size_t i = 0; i < b.len; i++) {
		ck_assert_int_eq(trouble_device_unpack(&w.rules, b.data, i, &d, &e), -EINVAL);
		b.data[i] ^= 1 << i % 8;
		ck_assert_int_eq(trouble_device_unpack(&w.rules, b.data, b.len, &d, &e), -EINVAL);
		b.data[i] ^= 1 << i % 8;
	}
	ck_assert_ptr_null(d);
	ck_assert_ptr_nonnull(strstr(e.text, "judged anew from its log"));
	trouble_world_end(&w);
	buf_release(&b);
}
END_TEST

/* --- acting ------------------------------------------------------------------------------- */

#define TREATED(attributes, more) "<rule id='x' " attributes "><scope software='s' max-seq='199'/>" \
	"<when>" COUNT "</when>" more "<treat confirm-drop='50%' over='1000 impressions' " \
	"quarantine='90d'><install software='s' to-seq='200'/></treat></rule>"

START_TEST(may_it_act)
{
	const struct trouble_share none = { 0, 0 }, five = { 5, 100 }, others = { 10, 400 };
	struct trouble_day day = {0};
	struct trouble_world w;
	struct catalogue_rule r;

	trouble_world_begin(&w, TREATED("mode='act' daily='2'",
	    "<fleet devices='5' against='other-releases' ratio='2.0'/>"));
	r = w.set->rules[0];
	/* 5 of 100 against 10 of 400: twice as many. */
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 86400), TROUBLE_MAY_ACT);
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 86401), TROUBLE_MAY_ACT);
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 2 * 86400 - 1), TROUBLE_DAY_FULL);
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 0), TROUBLE_DAY_FULL);
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 2 * 86400), TROUBLE_MAY_ACT);
	ck_assert_uint_eq(day.touched, 1);
	ck_assert_int_eq(trouble_may_act(&r, (struct trouble_share){ 4, 5 }, others, &day, 0),
	    TROUBLE_TOO_FEW);
	ck_assert_int_eq(trouble_may_act(&r, (struct trouble_share){ 5, 101 }, others, &day, 0),
	    TROUBLE_NOT_WORSE);
	ck_assert_int_eq(trouble_may_act(&r, five, none, &day, 0), TROUBLE_NO_OTHERS);
	ck_assert_int_eq(trouble_fleet(&r, five, (struct trouble_share){ 0, 1 }), TROUBLE_MAY_ACT);
	ck_assert_int_eq(trouble_fleet(&r, (struct trouble_share){ UINT32_MAX, UINT32_MAX },
	    (struct trouble_share){ UINT32_MAX, UINT32_MAX }), TROUBLE_NOT_WORSE);
	r.acts = false;
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 2 * 86400), TROUBLE_SHADOW);
	ck_assert_uint_eq(day.touched, 1);
	r.acts = true;
	r.treat.kind = CATALOGUE_NO_TREAT;
	ck_assert_int_eq(trouble_may_act(&r, five, others, &day, 2 * 86400), TROUBLE_NO_TREAT);
	r.fleet = (struct catalogue_fleet){0};
	r.treat.kind = CATALOGUE_INSTALL;
	r.daily = 0;
	ck_assert_int_eq(trouble_may_act(&r, none, none, &day, 0), TROUBLE_MAY_ACT);
	trouble_world_end(&w);
}
END_TEST

START_TEST(quarantine)
{
	struct trouble_quarantine q, none = {0};
	struct trouble_world w;

	trouble_world_begin(&w, TREATED("", ""));
	q = trouble_quarantine_begin(&w.set->rules[0], 0, 100, 1000);
	ck_assert(trouble_quarantine_holds(&q, 0, 100, 1000 + 90 * 86400 - 1));
	ck_assert(!trouble_quarantine_holds(&q, 0, 100, 1000 + 90 * 86400));
	ck_assert(!trouble_quarantine_holds(&q, 0, 200, 1001));
	ck_assert(!trouble_quarantine_holds(&q, 1, 100, 1001));
	ck_assert(!trouble_quarantine_holds(&none, 0, 0, 0));
	trouble_world_end(&w);
}
END_TEST

/* --- judged afterwards ----------------------------------------------------------------------- */

/* Facts of the script, as the cure of unit 1 takes them. */
static void
cure(struct trouble_world *w, struct trouble_cure *c, const char *const *lines)
{
	char text[200];

	for (; *lines != NULL; lines++) {
		struct trouble_fact f = trouble_world_fact(w, *lines, text);

		trouble_cure_take(&w->rules.list[0], c, &f);
	}
}

static void
say(struct trouble_world *w, const struct trouble_figures *f, uint32_t units, const char *says_it)
{
	struct buf b;

	buf_init(&b, 500);
	ck_assert_int_eq(trouble_figures_say(&w->rules.list[0], f, units, &b), 0);
	ck_assert_str_eq(buf_text(&b), says_it);
	buf_release(&b);
}

#define CURE(...) cure(&w, &c, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(the_cure_is_measured)
{
	const struct trouble_rule *r;
	struct trouble_world w;
	struct trouble_cure c;
	struct trouble_figures two = {0};

	trouble_world_begin(&w, TREATED("", "<blackout after='install' for='100 impressions'/>"));
	r = &w.rules.list[0];
	/* 8 in 1000 before. */
	trouble_world_live(&w, "1 5000 u; 2 5100 e C 2; 3 5300 e C; 4 5500 e X; 5 5700 e C 5; 6 5999 u");
	trouble_cure_begin(&c, trouble_eval_tally(r, trouble_device_state(w.device, 1, 0)));
	ck_assert_uint_eq(c.figures.before.events, 8);
	ck_assert_uint_eq(c.figures.before.window, 999);
	/* Just after the install it counts nothing; then 4 in 1000: half. */
	CURE("7 6000 i", "8 6050 e C 9", "9 6200 e C 2", "10 6500 e C", "11 6800 e C");
	ck_assert_int_eq(trouble_figures_judge(r, &c.figures, 1), TROUBLE_CURE_MEASURED);
	CURE("12 7000 u");
	ck_assert_int_eq(trouble_figures_judge(r, &c.figures, 1), TROUBLE_CURE_REACHED);
	say(&w, &c.figures, 1, "the cure helped: 8 per 1,000 impressions before, 4 after; a drop of "
	    "50 % was asked for");
	/* With another that did not: 8 and 8 before, 4 and 5 after. */
	trouble_figures_add(&two, &c.figures);
	trouble_figures_add(&two, &(struct trouble_figures){ { 8, 1000 }, { 5, 1000 } });
	ck_assert_int_eq(trouble_figures_judge(r, &two, 2), TROUBLE_CURE_FAILED);
	trouble_world_end(&w);
}
END_TEST

START_TEST(the_cure_did_not_help)
{
	const struct trouble_rule *r;
	struct trouble_world w;
	struct trouble_cure c;

	trouble_world_begin(&w, TREATED("", ""));
	r = &w.rules.list[0];
	trouble_cure_begin(&c, (struct trouble_tally){ 8, 1000 });
	CURE("1 0 i", "2 100 e C 4");
	ck_assert_int_eq(trouble_figures_judge(r, &c.figures, 1), TROUBLE_CURE_MEASURED);
	/* Whatever comes now, it is more than half. */
	CURE("3 200 e C");
	ck_assert_int_eq(trouble_figures_judge(r, &c.figures, 1), TROUBLE_CURE_FAILED);
	say(&w, &c.figures, 1, "the cure did not help: 8 per 1,000 impressions before, 25 after; a "
	    "drop of 50 % was asked for");
	/* Nothing before: one after is one too many. */
	trouble_cure_begin(&c, (struct trouble_tally){ 0, 500 });
	CURE("4 0 i", "5 1000 u");
	ck_assert_int_eq(trouble_figures_judge(r, &c.figures, 1), TROUBLE_CURE_REACHED);
	CURE("6 1001 e C");
	ck_assert_int_eq(trouble_figures_judge(r, &c.figures, 1), TROUBLE_CURE_FAILED);
	trouble_world_end(&w);
}
END_TEST

/* --- small things --------------------------------------------------------------------------- */

START_TEST(numbers)
{
	int64_t odd[] = { 5, -1, 3 }, even[] = { 9, 1, 4, 2 };

	ck_assert_int_eq(trouble_value(215, 0), 215000000);
	ck_assert_int_eq(trouble_value(-2155, -1), -215500000);
	ck_assert_int_eq(trouble_value(1, -6), 1);
	ck_assert_int_eq(trouble_value(INT32_MAX, 6), INT64_C(1000000000000000));
	ck_assert_int_eq(trouble_value(INT32_MIN, 6), -INT64_C(1000000000000000));
	ck_assert_int_eq(trouble_value(INT32_MIN, 127), -INT64_C(1000000000000000));
	ck_assert_int_eq(trouble_value(INT32_MIN, -128), 0);
	ck_assert_int_eq(trouble_median(odd, 3), 3);
	ck_assert_int_eq(trouble_median(even, 4), 2);
	ck_assert_int_eq(trouble_median(NULL, 0), 0);
	ck_assert_int_lt(trouble_compare(UINT64_MAX, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX), 0);
	ck_assert_int_eq(trouble_compare(UINT64_MAX, 6, UINT64_C(3) << 1, UINT64_MAX), 0);
	ck_assert_int_gt(trouble_compare(UINT64_C(1) << 33, UINT64_C(1) << 31, UINT64_MAX, 1), 0);
	ck_assert_int_gt(trouble_compare(0xffffffff, 0x100000001, 0xfffffffe, 0x100000002), 0);
}
END_TEST

START_TEST(when_an_entry_was_made)
{
	struct log_entry e = { .boots = 3, .uptime_s = 40 };

	ck_assert_int_eq(trouble_when(1000, 3, 100, &e), 940);
	ck_assert_int_eq(trouble_when(1000, 4, 100, &e), 900);	/* before this start */
	ck_assert_int_eq(trouble_when(1000, 3, 30, &e), 1000);	/* after it was asked */
	ck_assert_int_eq(trouble_when(10, 3, 100, &e), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trouble");
	TCase *tc = tcase_create("trouble");

	tcase_add_test(tc, clear_after_a_while);
	tcase_add_test(tc, no_data_is_not_cleared);
	tcase_add_test(tc, flapping_has_to_stay_away_longer);
	tcase_add_test(tc, inhibited_by_a_code);
	tcase_add_test(tc, inhibited_by_a_rule);
	tcase_add_test(tc, blackout);
	tcase_add_test(tc, the_evidence);
	tcase_add_test(tc, who_is_in_scope);
	tcase_add_test(tc, the_order_of_facts);
	tcase_add_test(tc, packed_under_other_rules);
	tcase_add_test(tc, damaged_where_it_was_kept);
	tcase_add_test(tc, may_it_act);
	tcase_add_test(tc, quarantine);
	tcase_add_test(tc, the_cure_is_measured);
	tcase_add_test(tc, the_cure_did_not_help);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, when_an_entry_was_made);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

/* What imgadm-judge plans, as imgadm-update reads it. */
#include <config.h>

#include "updater/update_plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/support.h"

#define HEAD "{\"end\": \"ready\", \"stale\": false, \"text\": \"Plan.\", \"steps\": ["
#define INSTALL \
	"{\"unit\": \"ENG\", \"kind\": \"install\", \"group\": 0, \"groupSize\": 0," \
	" \"unitIndex\": 4, \"serial\": \"E1180\", \"model\": \"E-30\", \"bank\": 1," \
	" \"software\": \"engine-fw\", \"creator\": \"acme\", \"version\": \"G00-28\"," \
	" \"seq\": 2800, \"steppingStone\": true, \"down\": false, \"ticket\": false," \
	" \"stop\": true, \"wayBack\": true, \"minutes\": 6, \"fromSoftware\": \"engine-fw\"," \
	" \"fromVersion\": \"G00-21\", \"size\": 5," \
	" \"sha256\": \"0101010101010101010101010101010101010101010101010101010101010101\"}"
#define STANDBY \
	"{\"unit\": \"FIN\", \"kind\": \"standby\", \"group\": 0, \"groupSize\": 0," \
	" \"unitIndex\": 6, \"serial\": \"\", \"model\": \"FS-5\"}"

static int
parse(const char *json, struct update_plan *ret)
{
	struct err e;

	return update_plan_parse(json, strlen(json), ret, &e);
}

START_TEST(steps_are_read)
{
	struct update_plan p = { 0 };
	const struct update_step *s;

	ck_assert_int_eq(parse(HEAD INSTALL "," STANDBY "]}", &p), 0);
	ck_assert_str_eq(p.end, "ready");
	ck_assert_str_eq(p.text, "Plan.");
	ck_assert(!p.stale);
	ck_assert_uint_eq(p.count, 2);
	s = &p.steps[0];
	ck_assert_int_eq(s->kind, UPDATE_STEP_INSTALL);
	ck_assert_str_eq(s->symbol, "ENG");
	ck_assert_uint_eq(s->unit_index, 4);
	ck_assert_str_eq(s->serial_number, "E1180");
	ck_assert_str_eq(s->model, "E-30");
	ck_assert_str_eq(s->software, "engine-fw");
	ck_assert_str_eq(s->creator, "acme");
	ck_assert_str_eq(s->version, "G00-28");
	ck_assert_str_eq(s->from_version, "G00-21");
	ck_assert_uint_eq(s->seq, 2800);
	ck_assert_uint_eq(s->minutes, 6);
	ck_assert(s->stepping_stone && s->stop && s->way_back && !s->ticket && !s->down);
	ck_assert(s->digest_known);
	ck_assert_uint_eq(s->digest[31], 1);
	ck_assert_int_eq(p.steps[1].kind, UPDATE_STEP_STANDBY);
	ck_assert_str_eq(p.steps[1].symbol, "FIN");
	update_plan_release(&p);
}
END_TEST

START_TEST(no_plan_is_no_failure)
{
	struct update_plan p = { 0 };

	ck_assert_int_eq(parse("{\"end\": \"noOrder\", \"stale\": true, \"text\": \"No.\","
		" \"steps\": []}", &p), 0);
	ck_assert_str_eq(p.end, "noOrder");
	ck_assert(p.stale);
	ck_assert_uint_eq(p.count, 0);
	update_plan_release(&p);
}
END_TEST

/* Each one is the step above with one thing changed for another. */
static const struct { const char *was, *is; } WRONG[] = {
	{ "\"kind\": \"install\"", "\"kind\": \"burn\"" },
	{ "\"kind\": \"install\"", "\"kind\": 7" },
	{ "\"unitIndex\": 4", "\"unitIndex\": -1" },
	{ "\"unitIndex\": 4", "\"unitIndex\": 4294967296" },
	{ "\"unitIndex\": 4", "\"unitIndex\": \"4\"" },
	{ "\"bank\": 1", "\"bank\": 9" },
	{ "\"version\": \"G00-28\"", "\"version\": null" },
	{ "\"version\": \"G00-28\"", "\"version\": \"012345678901234567890123456789012\"" },
	{ "\"sha256\": \"01", "\"sha256\": \"0x" },
	{ "\"sha256\": \"01", "\"sha256\": \"" },
	{ "\"seq\": 2800", "\"seq\": 2.5" },
	{ "\"groupSize\": 0", "\"groupsize\": 0" },
	{ "\"text\": \"Plan.\"", "\"text\": 1" },
	{ "\"end\": \"ready\"", "\"end\": \"0123456789012345678901234567890123\"" },
	{ "\"steps\": [", "\"steps\": [[]," },
	{ "]}", "" },
};

START_TEST(what_makes_no_sense)
{
	static const char whole[] = HEAD INSTALL "]}";
	const char *at = strstr(whole, WRONG[_i].was);
	struct update_plan p = { 0 };
	char text[2048];

	ck_assert_ptr_nonnull(at);
	(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - whole), whole, WRONG[_i].is,
		at + strlen(WRONG[_i].was));
	ck_assert_int_eq(parse(text, &p), -EIO);
	ck_assert_ptr_null(p.steps);
	ck_assert_int_eq(parse(whole, &p), 0);
	update_plan_release(&p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("update_plan");
	TCase *tc = tcase_create("update_plan");

	tcase_add_test(tc, steps_are_read);
	tcase_add_test(tc, no_plan_is_no_failure);
	tcase_add_loop_test(tc, what_makes_no_sense, 0, sizeof(WRONG) / sizeof(WRONG[0]));
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

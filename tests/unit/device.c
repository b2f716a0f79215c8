/*
 * imgadm-device's parts: times and numbers from the command line, what needs
 * attention, the life of a demo device.
 */
#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "agent-module/device_attention.h"
#include "agent-module/device_life.h"
#include "agent-module/state_private.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

/* --- values ------------------------------------------------------------------- */

static const struct {
	const char *text;
	int64_t utc_s;		/* -2 = refused */
} TIMES[] = {
	{ "1970-01-01T00:00:01Z", 1 },
	{ "1970-01-01T00:00:00Z", -2 },	/* 0 says that a time is not known */
	{ "2026-11-22T09:12:05Z", 1795338725 },
	{ "2026-11-22T09:12:05+01:00", 1795338725 - 3600 },
	{ "2026-11-22T09:12:05-05:30", 1795338725 + 19800 },
	{ "2026-11-22T09:12Z", 1795338720 },
	{ "2026-11-22 09:12:05", 1795338725 },	/* the zone of this test is UTC */
	{ "2026-11-22", 1795305600 },
	{ "2024-02-29", 1709164800 },
	{ "2026-02-29", -2 },
	{ "2026-04-31", -2 },
	{ "2026-13-01", -2 },
	{ "2026-11-22T24:00Z", -2 },
	{ "2026-11-22T09:60Z", -2 },
	{ "2026-11-22T09:12:05+15:00", -2 },
	{ "2026-11-22T09:12:05Zx", -2 },
	{ "2026-11-22T", -2 },
	{ "2026-1-2", -2 },
	{ "yesterday", -2 },
	{ "", -2 },
	{ "-5", -2 },
	{ "1969-12-31T23:59:59Z", -2 },
	{ "none", IMGADM_NONE },
	{ "1795338725", 1795338725 },
};

START_TEST(times_are_read)
{
	struct err e = {0};
	int64_t t = -2;
	int rc = device_cli_time("--time", TIMES[_i].text, false, &t, &e);

	ck_assert_msg(t == TIMES[_i].utc_s, "'%s' is %" PRId64, TIMES[_i].text, t);
	ck_assert_int_eq(rc, TIMES[_i].utc_s == -2 ? -EINVAL : 0);
	ck_assert_msg(rc == 0 || strstr(e.text, "--time") != NULL, "%s", e.text);
}
END_TEST

START_TEST(a_span_is_before_now)
{
	struct err e = {0};
	int64_t now = time(NULL), t = 0;

	ck_assert_int_eq(device_cli_time("--since", "2h", true, &t, &e), 0);
	ck_assert_int_le(llabs((long long)(now - 7200 - t)), 5);
	ck_assert_int_eq(device_cli_time("--since", "none", true, &t, &e), -EINVAL);
	ck_assert_int_eq(device_cli_time("--since", "now", true, &t, &e), 0);
	ck_assert_int_le(llabs((long long)(now - t)), 5);
}
END_TEST

static const struct {
	const char *text;
	int64_t value;
	int decimals;		/* -1 = refused */
} DECIMALS[] = {
	{ "185", 185, 0 }, { "185.3", 1853, 1 }, { "-0.25", -25, 2 }, { "0", 0, 0 },
	{ "2147483647", 2147483647, 0 }, { "-2147483648", -2147483648LL, 0 },
	{ "0.000001", 1, 6 },
	{ "2147483648", 0, -1 }, { "0.0000001", 0, -1 }, { ".5", 0, -1 }, { "5.", 0, -1 },
	{ "", 0, -1 }, { "-", 0, -1 }, { "1e5", 0, -1 }, { "1.2.3", 0, -1 }, { " 1", 0, -1 },
	{ "99999999999999999999999999", 0, -1 },
};

START_TEST(decimals_are_read)
{
	struct err e = {0};
	int64_t v = 0;
	int decimals = -1;
	int rc = device_cli_decimal("VALUE", DECIMALS[_i].text, &v, &decimals, &e);

	ck_assert_int_eq(rc, DECIMALS[_i].decimals < 0 ? -EINVAL : 0);
	ck_assert_int_eq(v, DECIMALS[_i].value);
	ck_assert_int_eq(decimals, DECIMALS[_i].decimals);
}
END_TEST

/* --- attention ------------------------------------------------------------------ */

START_TEST(what_is_well_needs_no_attention)
{
	const char *path = help_create("well.db", 0);
	struct attention points[ATTENTION_MAX];
	struct state_view v;

	help_view(path, &v);
	ck_assert_uint_eq(device_attention(&v, 1000000, points), 0);
	state_view_release(&v);
}
END_TEST

START_TEST(the_gravest_comes_first)
{
	const char *path = help_create("grave.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct unit u = { .oper_state = UNIT_OPER_FAILED, .life_expected = 100,
		.use_count = 93, .admin_state = UNIT_ADMIN_STANDBY };
	struct reading r = { .name = "heat", .value = 2140, .scale = -1, .unit = "C",
		.low = 1500, .high = 2000 };
	struct software w = { .bank = 2, .id = "fw", .version = "9", .state = SOFTWARE_TRIAL };
	struct state_error error = { .symbol = "ENG", .code = "C-1", .text = "bang",
		.severity = SEVERITY_SERVICE_CALL, .time = 1000000 };
	struct attention points[ATTENTION_MAX];
	struct state_view v;
	size_t n;

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, NULL, NULL);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F123", NULL);
	(void)help_unit(s, "FIN", UNIT_TYPE_FINISHER, NULL, NULL);
	(void)text_copy(u.symbol, sizeof(u.symbol), "FIN");
	DONE(state_unit_set(s, &u, STATE_UNIT_OPER_STATE, NULL, &e));
	(void)text_copy(u.symbol, sizeof(u.symbol), "FUS");
	DONE(state_unit_set(s, &u, STATE_UNIT_LIFE_EXPECTED | STATE_UNIT_USE_COUNT, NULL, &e));
	(void)text_copy(u.symbol, sizeof(u.symbol), "ENG");
	DONE(state_unit_set(s, &u, STATE_UNIT_ADMIN_STATE, NULL, &e));
	DONE(state_reading_set(s, "FUS", &r, STATE_READING_ALL, &e));
	DONE(state_software_set(s, "ENG", &w, STATE_SOFTWARE_ID | STATE_SOFTWARE_VERSION |
		STATE_SOFTWARE_STATE, &e));
	DONE(state_error_add(s, &error, NULL, &e));
	error.time -= ATTENTION_ERRORS_S + 100;	/* long ago: not told */
	error.code = "C-OLD";
	DONE(state_error_add(s, &error, NULL, &e));
	state_close(s);
	help_view(path, &v);
	n = device_attention(&v, 1000060, points);
	ck_assert_uint_eq(n, 6);
	ck_assert_str_eq(points[0].text, "C-1 bang: once in the last day, last 1 min ago");
	ck_assert_str_eq(points[1].text, "finisher has failed");
	ck_assert_str_eq(points[2].text,
		"fuser, serial F123 has used 93 % of its life: 93 of 100 impressions");
	ck_assert_str_eq(points[3].text, "heat 214.0 C is above 200.0");
	ck_assert_str_eq(points[4].text, "engine is taken out of service");
	ck_assert_str_eq(points[5].text, "bank 2: fw 9 runs on trial");
	for (size_t i = 1; i < n; i++)
		ck_assert_int_le(points[i].severity, points[i - 1].severity);
	state_view_release(&v);
}
END_TEST

START_TEST(many_points_are_cut_at_the_lightest)
{
	const char *path = help_create("lots.db", 2000);
	struct state *s = help_open(path, STATE_WRITE);
	struct attention points[ATTENTION_MAX];
	struct state_view v;
	char name[16];

	DONE(state_begin(s, &e));
	for (int i = 0; i < ATTENTION_MAX + 30; i++) {
		struct state_error error = { .symbol = "DEV", .code = name,
			.severity = i < ATTENTION_MAX ? SEVERITY_ERROR : SEVERITY_SERVICE_CALL,
			.time = 1000000 };

		(void)snprintf(name, sizeof(name), "C-%d", i);
		DONE(state_error_add(s, &error, NULL, &e));
	}
	DONE(state_commit(s, &e));
	state_close(s);
	help_view(path, &v);
	ck_assert_uint_eq(device_attention(&v, 1000060, points), ATTENTION_MAX);
	ck_assert_int_eq(points[29].severity, SEVERITY_SERVICE_CALL);
	ck_assert_int_eq(points[30].severity, SEVERITY_ERROR);
	state_view_release(&v);
}
END_TEST

/* --- life --------------------------------------------------------------------------- */

enum { TICKS = 250, TICK_S = 1200 };

/* A device of a seed, after some days. */
static void
live(const char *name, const char *model, uint64_t seed, struct state_view *v)
{
	const char *path = support_path(name);
	const struct model *m = model_find(model);
	struct life *l = life_new(m, seed);
	struct help_clock clock;
	struct state *s;

	DONE(life_create(path, m, NULL, "lobby", seed, 0, &e));
	s = help_open(path, STATE_WRITE);
	help_clock_init(&clock, 2000000000);
	state_set_clock(s, &clock.clock);
	ck_assert_ptr_nonnull(l);
	for (int i = 0; i < TICKS; i++) {
		clock.now_utc_s++;
		DONE(life_tick(l, s, TICK_S, &e));
	}
	life_free(l);
	state_close(s);
	help_view(path, v);
}

static void
clear_times(struct state_view *v)
{
	/* Only these are the clock's; the file's generation is by chance. */
	for (size_t i = 0; i < v->structure.unit_count; i++)
		v->structure.units[i].installed = 0;
	for (size_t i = 0; i < v->structure.software_count; i++)
		v->structure.software[i].installed = 0;
	for (size_t i = 0; i < v->structure.reading_count; i++)
		v->structure.readings[i].time = 0;
	for (uint32_t i = v->log.oldest; i <= v->log.newest; i++) {
		struct log_entry *l = &v->entries[(v->entries_head + i - v->log.oldest) %
			v->entries_size];

		l->time = 0;
		l->uptime_s = 0;
	}
	v->structure.last_change = 0;
	v->log.generation = 1;
}

static const char *const MODELS[] = { "C650", "P40" };

START_TEST(a_seed_is_a_life)
{
	struct state_view a, b, c;

	live("a.db", MODELS[_i], 7, &a);
	live("b.db", MODELS[_i], 7, &b);
	live("c.db", MODELS[_i], 8, &c);
	clear_times(&a);
	clear_times(&b);
	help_same(&a, &b);
	ck_assert_str_ne(a.structure.device.serial_number, c.structure.device.serial_number);
	ck_assert_uint_ne(a.structure.device.use_count, c.structure.device.use_count);
	state_view_release(&a);
	state_view_release(&b);
	state_view_release(&c);
}
END_TEST

/* Three and a half days: prints, errors of every weight but service, parts exchanged. */
START_TEST(something_happens_in_a_life)
{
	const char *path = support_path("new.db");
	struct state_view before, after;
	unsigned severities = 0;
	bool exchanged = false;

	DONE(life_create(path, model_find(MODELS[_i]), "my-id", NULL, 3, 500, &e));
	help_view(path, &before);
	ck_assert_str_eq(before.structure.device.id, "my-id");
	ck_assert_uint_eq(before.log.capacity, 500);
	ck_assert_int_eq(structure_check(&before.structure, NULL), 0);
	live("lived.db", MODELS[_i], 3, &after);
	ck_assert_int_eq(structure_check(&after.structure, NULL), 0);
	ck_assert_uint_gt(after.structure.device.use_count,
		before.structure.device.use_count + 2000);
	ck_assert_uint_gt(after.log.newest, before.log.newest + 20);
	for (uint32_t i = after.log.oldest; i <= after.log.newest; i++)
		severities |= 1u << state_view_entry(&after, i)->severity;
	ck_assert_uint_eq(severities & 0xe, 0xe);
	for (size_t i = 0; i < after.structure.unit_count; i++) {
		const struct unit *u = &after.structure.units[i];

		exchanged |= structure_unit(&before.structure, u->index) == NULL;
		ck_assert_msg(u->life_expected == 0 || u->use_count < u->life_expected * 11 / 10,
			"%s is used beyond its life", u->symbol);
	}
	ck_assert(exchanged);
	state_view_release(&before);
	state_view_release(&after);
}
END_TEST

/* What others change while it lives counts, and what they took away is no error. */
START_TEST(a_life_goes_on_whatever_others_do)
{
	const char *path = support_path("others.db");
	const struct model *m = model_find("C650");
	struct life *l = life_new(m, 1);
	struct state *s;
	struct state_view v;

	DONE(life_create(path, m, NULL, NULL, 1, 0, &e));
	s = help_open(path, STATE_WRITE);
	for (int i = 0; i < 100; i++) {
		if (i == 20)
			DONE(state_unit_remove(s, "FIN", &e));
		if (i == 30)
			DONE(state_reading_remove(s, "ENG", "humidity", &e));
		if (i == 40)
			(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "MINE", "ENG");
		DONE(life_tick(l, s, 1200, &e));
	}
	help_view(path, &v);
	ck_assert_ptr_null(structure_unit_by_symbol(&v.structure, "FIN"));
	ck_assert_str_eq(help_find(&v, "FUS")->serial_number, "MINE");
	ck_assert_uint_lt(help_find(&v, "FUS")->use_count, 100000);
	state_view_release(&v);
	state_close(s);
	life_free(l);
	life_free(NULL);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("device");
	TCase *tc = tcase_create("device");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 180);
	tcase_add_loop_test(tc, times_are_read, 0, (int)(sizeof(TIMES) / sizeof(TIMES[0])));
	tcase_add_test(tc, a_span_is_before_now);
	tcase_add_loop_test(tc, decimals_are_read, 0,
		(int)(sizeof(DECIMALS) / sizeof(DECIMALS[0])));
	tcase_add_test(tc, what_is_well_needs_no_attention);
	tcase_add_test(tc, the_gravest_comes_first);
	tcase_add_test(tc, many_points_are_cut_at_the_lightest);
	tcase_add_loop_test(tc, a_seed_is_a_life, 0, 2);
	tcase_add_loop_test(tc, something_happens_in_a_life, 0, 2);
	tcase_add_test(tc, a_life_goes_on_whatever_others_do);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	(void)setenv("TZ", "UTC", 1);
	return support_run(suite());
}

/* view: a request keeps its moment, however many changes come meanwhile. */
#include <config.h>

#include <stdint.h>

#include "agent-module/state.h"
#include "agent-module/view.h"
#include "lib/base/err.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

enum { CHANGES = 3 * VIEW_SNAPSHOTS };

static int64_t
utc_ms(void)
{
	return 1700000000000;
}

static uint32_t
uptime_ticks(void)
{
	return 1000;
}

static struct view *
viewed(const char *path)
{
	struct view_options o = { .path = path, .utc_ms = utc_ms,
		.uptime_ticks = uptime_ticks };
	struct view *v = view_new(&o);

	ck_assert_ptr_nonnull(v);
	return v;
}

static struct state *
written(const char *path)
{
	struct state *s;
	struct err e;

	ck_assert_int_eq(state_open(path, STATE_WRITE, &s, &e), 0);
	return s;
}

static void
change(struct state *s, uint64_t use_count)
{
	struct device d = { .use_count = use_count };
	struct err e;

	ck_assert_int_eq(state_device_set(s, &d, STATE_DEVICE_USE_COUNT, &e), 0);
}

static uint64_t
seen(const struct snapshot *s)
{
	ck_assert(s->loaded);
	return s->structure.device.use_count;
}

START_TEST(a_request_keeps_its_moment)
{
	const char *path = help_create("device.db", 10);
	struct state *s = written(path);
	struct view *v = viewed(path);

	change(s, 1);
	ck_assert_uint_eq(seen(view_of(v, 1)), 1);
	change(s, 2);
	ck_assert_uint_eq(seen(view_of(v, 2)), 2);
	ck_assert_uint_eq(seen(view_of(v, 1)), 1);
	view_free(v);
	state_close(s);
}
END_TEST

START_TEST(who_only_looks_takes_no_requests_place)
{
	const char *path = help_create("device.db", 10);
	struct state *s = written(path);
	struct view *v = viewed(path);

	change(s, 1);
	ck_assert_uint_eq(seen(view_of(v, 1)), 1);
	for (uint64_t i = 2; i < CHANGES; i++) {
		change(s, i);
		ck_assert_uint_eq(seen(view_now(v)), i);
	}
	ck_assert_uint_eq(seen(view_of(v, 1)), 1);
	ck_assert_uint_eq(seen(view_of(v, 2)), CHANGES - 1);
	change(s, CHANGES);
	ck_assert_uint_eq(seen(view_now(v)), CHANGES);
	ck_assert_uint_eq(seen(view_of(v, 2)), CHANGES - 1);
	view_free(v);
	state_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("view");
	TCase *t = tcase_create("requests");

	tcase_add_checked_fixture(t, support_folder_make, support_folder_remove);
	tcase_set_timeout(t, 60);
	suite_add_tcase(suite, t);
	tcase_add_test(t, a_request_keeps_its_moment);
	tcase_add_test(t, who_only_looks_takes_no_requests_place);
	return support_run(suite);
}

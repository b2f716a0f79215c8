/*
 * state: a view that follows the file is the same as one read anew, whatever
 * is written; and it is followed without reading everything again.
 */
#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

/* --- property: incremental is the same as anew ---------------------------------- */

struct chance {
	uint64_t state;
};

static unsigned
draw(struct chance *c, unsigned below)
{
	c->state = c->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(c->state >> 33) % below;
}

static const char *const SYMBOLS[] = { "DEV", "ENG", "FUS", "FIN", "PRN" };

static const char *
symbol(struct chance *c)
{
	return SYMBOLS[draw(c, 5)];
}

/* One random write; what is refused for its reasons changes nothing. */
static void
write_something(struct state *s, struct chance *c, int64_t *now)
{
	struct unit u = {0};
	struct software w = {0};
	struct reading r = {0};
	struct device d = {0};
	struct state_error error = { .symbol = symbol(c), .code = SYMBOLS[draw(c, 5)],
		.severity = (enum severity)(1 + draw(c, 4)), .text = "x", .time = *now };

	*now += draw(c, 40);
	(void)text_copy(u.symbol, sizeof(u.symbol), symbol(c));
	switch (draw(c, 14)) {
	case 0:
		(void)snprintf(u.serial_number, sizeof(u.serial_number), "S%u", draw(c, 4));
		u.type = (enum unit_type)(4 + draw(c, 10));
		u.use_unit = USE_SHEETS;
		(void)state_unit_set_in(s, &u, draw(c, 2) ? symbol(c) : NULL,
			STATE_UNIT_TYPE | STATE_UNIT_SERIAL_NUMBER | STATE_UNIT_USE_UNIT,
			NULL, NULL);
		break;
	case 1:
		(void)state_unit_remove(s, u.symbol, NULL);
		break;
	case 2:
		u.oper_state = (enum unit_oper_state)(1 + draw(c, 7));
		(void)state_unit_set(s, &u, STATE_UNIT_OPER_STATE | STATE_UNIT_KEEP, NULL, NULL);
		break;
	case 3:
		w.bank = (uint8_t)(1 + draw(c, 3));
		(void)snprintf(w.version, sizeof(w.version), "%u", draw(c, 5));
		(void)state_software_set(s, u.symbol, &w, STATE_SOFTWARE_VERSION, NULL);
		break;
	case 4:
		(void)state_software_remove(s, u.symbol, 1 + draw(c, 3), NULL);
		break;
	case 5:
		(void)snprintf(r.name, sizeof(r.name), "r%u", draw(c, 3));
		r.value = (int32_t)draw(c, 1000);
		(void)state_reading_set(s, u.symbol, &r, STATE_READING_VALUE, NULL);
		break;
	case 6:
		(void)state_reading_remove(s, u.symbol, "r1", NULL);
		break;
	case 7:
		(void)state_count(s, u.symbol, draw(c, 100), NULL);
		break;
	case 8:
		d.state = (enum device_state)(1 + draw(c, 5));
		(void)state_device_set(s, &d, STATE_DEVICE_STATE, NULL);
		break;
	case 9:
		if (draw(c, 8) == 0)
			(void)state_log_clear(s, draw(c, 2) ? 1 + draw(c, 90) : 0, NULL);
		break;
	case 10:
		(void)state_boot(s, NULL);
		break;
	default:
		for (unsigned n = draw(c, 12); n > 0; n--) {
			error.time += draw(c, 3) == 0 ? 70 : 1;
			error.code = SYMBOLS[draw(c, 5)];
			(void)state_error_add(s, &error, NULL, NULL);
		}
		*now = error.time;
		break;
	}
}

START_TEST(following_is_the_same_as_reading_anew)
{
	enum { STEPS = 400 };
	const char *seed = getenv("IMGADM_SEED");
	struct chance c = { .state = seed != NULL ? strtoull(seed, NULL, 10) :
		(uint64_t)time(NULL) * 1000003 + (uint64_t)_i };
	const char *path = help_create("prop.db", 60);
	struct state *s = help_open(path, STATE_WRITE), *r = help_open(path, STATE_READ);
	struct state_view own = {0}, other = {0}, anew;
	struct help_clock clock;
	int64_t now = 1000000;
	uint64_t generation = 0;

	/* Shown when the test fails, to run it again. */
	(void)fprintf(stderr, "# IMGADM_SEED=%llu\n", (unsigned long long)c.state);
	help_clock_init(&clock, now);
	state_set_clock(s, &clock.clock);
	for (int i = 0; i < STEPS; i++) {
		for (unsigned n = draw(&c, 4); n > 0; n--) {
			write_something(s, &c, &now);
			clock.now_utc_s = now;
		}
		/* Each view skips some steps, so that it catches up in leaps. */
		if (draw(&c, 3) != 0)
			help_refresh(s, &own);
		if (draw(&c, 3) != 0)
			help_refresh(r, &other);
		if (draw(&c, 10) != 0)
			continue;
		help_refresh(s, &own);
		help_refresh(r, &other);
		ck_assert_uint_ge(other.generation, generation);
		generation = other.generation;
		help_view(path, &anew);
		help_log_sound(&other);
		help_same(&other, &anew);
		help_same(&own, &anew);
		ck_assert_int_eq(structure_check(&other.structure, NULL), 0);
		(void)help_revision(path, NULL);
		state_view_release(&anew);
	}
	state_view_release(&own);
	state_view_release(&other);
	state_close(s);
	state_close(r);
}
END_TEST

/* --- what a refresh does not do ------------------------------------------------------ */

START_TEST(nothing_new_is_nothing_done)
{
	const char *path = help_create("idle.db", 0);
	struct state *s = help_open(path, STATE_WRITE), *r = help_open(path, STATE_READ);
	struct state_view v = {0};
	uint64_t generation;

	ck_assert(state_changed(r));
	help_refresh(r, &v);
	generation = v.generation;
	for (int i = 0; i < 100; i++) {
		ck_assert(!state_changed(r));
		help_refresh(r, &v);
	}
	ck_assert_uint_eq(v.generation, generation);
	DONE(state_count(s, "DEV", 1, &e));
	ck_assert(state_changed(r));
	ck_assert(state_changed(s));	/* its own writes too */
	help_refresh(r, &v);
	generation = v.generation;
	ck_assert(!state_changed(r));
	help_refresh(r, &v);
	ck_assert_uint_eq(v.generation, generation);
	state_view_release(&v);
	ck_assert_uint_gt(v.generation, generation);
	ck_assert(!v.loaded);
	state_close(s);
	state_close(r);
}
END_TEST

/*
 * The log is not read again for one entry more: what stands in the file below
 * the newest entry that the view has could be anything.
 */
START_TEST(one_entry_more_reads_one_entry)
{
	const char *path = help_create("append.db", 10000);
	struct state *s = help_open(path, STATE_WRITE), *r = help_open(path, STATE_READ);
	struct state_view v = {0};
	const struct unit *units;

	DONE(state_begin(s, &e));
	for (int i = 0; i < 200; i++)
		(void)help_error(s, "DEV", "C-1", 1000 + 100 * i);
	DONE(state_commit(s, &e));
	help_refresh(r, &v);
	units = v.structure.units;
	DONE(db_exec(s->db, "UPDATE log SET text = 'changed behind its back'", &e));
	(void)help_error(s, "DEV", "C-9", 900000);
	help_refresh(r, &v);
	ck_assert_uint_eq(v.log.newest, 201);
	ck_assert_str_eq(state_view_entry(&v, 200)->text, "it broke");
	ck_assert_str_eq(state_view_entry(&v, 201)->code, "C-9");
	ck_assert_ptr_eq(v.structure.units, units);	/* nor the structure */
	state_view_release(&v);
	state_close(s);
	state_close(r);
}
END_TEST

START_TEST(only_the_table_that_changed_is_read)
{
	const char *path = help_create("table.db", 0);
	struct state *s = help_open(path, STATE_WRITE), *r = help_open(path, STATE_READ);
	struct state_view v = {0};
	const struct unit *units;
	const struct software *software;

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, NULL);
	help_software(s, "FUS", 1, "fw", "1");
	help_refresh(r, &v);
	units = v.structure.units;
	software = v.structure.software;
	help_reading(s, "FUS", "heat", 4);
	help_refresh(r, &v);
	ck_assert_uint_eq(v.structure.reading_count, 1);
	ck_assert_ptr_eq(v.structure.units, units);
	ck_assert_ptr_eq(v.structure.software, software);
	DONE(state_count(s, "FUS", 9, &e));
	help_refresh(r, &v);
	ck_assert_uint_eq(help_find(&v, "FUS")->use_count, 9);
	ck_assert_ptr_eq(v.structure.software, software);
	state_view_release(&v);
	state_close(s);
	state_close(r);
}
END_TEST

/* --- files that come and go -------------------------------------------------------------- */

START_TEST(a_file_may_come_later_and_be_replaced)
{
	const char *path = support_path("later.db");
	struct state_view v = {0};
	struct state *r = NULL, *s;
	uint64_t generation;

	ck_assert_int_eq(state_attach(path, &r), 0);
	ck_assert(state_changed(r));
	REFUSED(state_view_refresh(r, &v, &e), -ENOENT, "imgadm-device init");
	REFUSED(state_view_refresh(r, &v, &e), -ENOENT, "imgadm-device init");
	ck_assert(!v.loaded);
	support_write(path, "not yet a state file, but something else entirely", 49);
	REFUSED(state_view_refresh(r, &v, &e), -EINVAL, "not a state file");
	ck_assert_int_eq(unlink(path), 0);
	(void)help_create("later.db", 0);
	help_refresh(r, &v);
	ck_assert(v.loaded);
	ck_assert_uint_eq(v.structure.unit_count, 1);
	generation = v.generation;
	/* Gone: the view stays, for whoever wants to keep it. */
	ck_assert_int_eq(unlink(path), 0);
	REFUSED(state_view_refresh(r, &v, &e), -ENOENT, "later.db");
	ck_assert_uint_eq(v.structure.unit_count, 1);
	ck_assert_uint_eq(v.generation, generation);
	/* Another file at its place. */
	(void)help_create("later.db", 0);
	s = help_open(path, STATE_WRITE);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, NULL);
	ck_assert(state_changed(r));
	help_refresh(r, &v);
	ck_assert_uint_eq(v.structure.unit_count, 2);
	ck_assert_uint_gt(v.generation, generation);
	state_view_release(&v);
	state_close(s);
	state_close(r);
}
END_TEST

/* snmpd runs as another user: it may read the file, and nothing else. */
static int
look_as_nobody(const char *path, uint64_t use_count)
{
	struct state_view v = {0};
	struct state *r = NULL;
	struct err e = {0};
	int rc;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 10;
	rc = state_open(path, STATE_READ, &r, &e);
	if (rc == 0)
		rc = state_view_refresh(r, &v, &e);
	if (rc < 0)
		(void)fprintf(stderr, "# %d: %s\n", rc, e.text);
	if (rc == 0 && v.structure.device.use_count != use_count)
		rc = 12;
	state_view_release(&v);
	state_close(r);
	return rc < 0 ? 11 : rc;
}

static void
other_user_sees(const char *path, uint64_t use_count)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(look_as_nobody(path, use_count));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

START_TEST(a_reader_without_write_permission_sees_all)
{
	const char *path = help_create("perm.db", 0);
	struct state *s;
	char top[256], *slash;

	/* Other users exist only for root: without, the same user has no right to write. */
	if (geteuid() != 0) {
		ck_assert_int_eq(chmod(path, 0444), 0);
		ck_assert_int_eq(chmod(support_folder(), 0555), 0);
	} else {
		(void)text_copy(top, sizeof(top), support_folder());
		slash = strrchr(top, '/');
		ck_assert_ptr_nonnull(slash);
		*slash = '\0';
		ck_assert_int_eq(chmod(top, 0755), 0);
		ck_assert_int_eq(chmod(support_folder(), 0755), 0);
	}
	if (geteuid() == 0) {
		other_user_sees(path, 7);
		s = help_open(path, STATE_WRITE);
		DONE(state_count(s, "DEV", 3, &e));
		other_user_sees(path, 10);	/* beside a writer */
		state_close(s);
		other_user_sees(path, 10);	/* and after it */
	} else {
		struct state_view v;

		help_view(path, &v);
		ck_assert_uint_eq(v.structure.device.use_count, 7);
		state_view_release(&v);
		ck_assert_int_eq(chmod(support_folder(), 0755), 0);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("state_view");
	TCase *tc = tcase_create("state_view");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 180);
	tcase_add_loop_test(tc, following_is_the_same_as_reading_anew, 0, 4);
	tcase_add_test(tc, nothing_new_is_nothing_done);
	tcase_add_test(tc, one_entry_more_reads_one_entry);
	tcase_add_test(tc, only_the_table_that_changed_is_read);
	tcase_add_test(tc, a_file_may_come_later_and_be_replaced);
	tcase_add_test(tc, a_reader_without_write_permission_sees_all);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

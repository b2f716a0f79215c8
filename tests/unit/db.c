/*
 * db: opening, kinds and versions, transactions, statements, errors; one
 * process.  What takes two processes is in db_processes.c.
 */
#include <config.h>

#include "lib/db/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support.h"

static const struct db_step steps[] = {
	{ "CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT UNIQUE, b BLOB) STRICT;"
	  "CREATE TABLE child (t INTEGER NOT NULL REFERENCES t(k), n INTEGER CHECK (n > 0)) STRICT",
	  NULL },
	{ "ALTER TABLE t ADD COLUMN added INTEGER NOT NULL DEFAULT 7", NULL },
};

static struct db_options
options(enum db_mode mode)
{
	return (struct db_options){
		.mode = mode, .sync = DB_SYNC_FULL, .busy_ms = 2000,
		.kind = "test file", .application_id = 0x494d4754,
		.steps = steps, .step_count = 2,
	};
}

static struct db *
open_ok(const char *path, enum db_mode mode)
{
	struct db_options o = options(mode);
	struct err e = { "" };
	struct db *db = NULL;
	int rc = db_open(path, &o, &db, &e);

	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
	return db;
}

/* Opening fails with rc, and the text holds the path and `says`. */
static void
open_fails(const char *path, const struct db_options *o, int rc, const char *says)
{
	struct err e = { "" };
	struct db *db = NULL;

	ck_assert_int_eq(db_open(path, o, &db, &e), rc);
	ck_assert_ptr_null(db);
	ck_assert_msg(strstr(e.text, path) != NULL, "%s", e.text);
	ck_assert_msg(strstr(e.text, says) != NULL, "%s", e.text);
	ck_assert_ptr_null(strchr(e.text, '\n'));
}

static void
run_ok(struct db *db, const char *sql)
{
	struct err e = { "" };
	int rc = db_exec(db, sql, &e);

	ck_assert_msg(rc == 0, "%s: %s", sql, e.text);
}

static int64_t
number(struct db *db, const char *sql)
{
	struct err e = { "" };
	int64_t v = -1;
	int rc = db_query_i64(db, sql, &v, &e);

	ck_assert_msg(rc == 0, "%s: %s", sql, e.text);
	return v;
}

/* --- opening --------------------------------------------------------------- */

START_TEST(creates_and_opens_again)
{
	const char *path = support_path("a.db");
	struct db *db = open_ok(path, DB_CREATE);

	ck_assert_str_eq(db_path(db), path);
	ck_assert_int_eq(number(db, "PRAGMA user_version"), 2);
	ck_assert_int_eq(number(db, "PRAGMA application_id"), 0x494d4754);
	run_ok(db, "INSERT INTO t (v) VALUES ('x')");
	db_close(db);
	db = open_ok(path, DB_WRITE);
	ck_assert_int_eq(number(db, "SELECT added FROM t"), 7);
	db_close(db);
	db = open_ok(path, DB_WRITE_CREATE);
	db_close(db);
	db = open_ok(path, DB_READ);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 1);
	db_close(db);
}
END_TEST

START_TEST(create_refuses_what_is_there)
{
	const char *path = support_path("a.db");
	struct db_options o = options(DB_CREATE);

	db_close(open_ok(path, DB_CREATE));
	open_fails(path, &o, -EEXIST, "there is one already");
	support_write(support_path("text"), "not a database at all, but long enough "
	    "to have a header of one hundred octets, which SQLite looks at first", 106);
	open_fails(support_path("text"), &o, -EEXIST, "there is one already");
}
END_TEST

/* Whoever is killed while it makes a file leaves one that can be made. */
START_TEST(create_takes_over_a_blank_file)
{
	const char *path = support_path("a.db");

	support_write(path, "", 0);
	db_close(open_ok(path, DB_CREATE));
	db_close(open_ok(path, DB_WRITE));
}
END_TEST

START_TEST(missing_file)
{
	struct db_options read = options(DB_READ), write = options(DB_WRITE);
	const char *path = support_path("none.db");

	open_fails(path, &read, -ENOENT, "No such file");
	open_fails(path, &write, -ENOENT, "test file");
	ck_assert_int_ne(access(path, F_OK), 0);
	write.mode = DB_CREATE;
	open_fails(support_path("none/none.db"), &write, -ENOENT, "No such file");
}
END_TEST

START_TEST(not_a_database)
{
	static const char text[] = "name = value\nand so on, a configuration file that "
	    "someone named by mistake, longer than one hundred octets altogether\n";
	struct db_options read = options(DB_READ), write = options(DB_WRITE_CREATE);
	const char *path = support_path("conf");
	struct stat before, after;

	support_write(path, text, sizeof(text) - 1);
	ck_assert_int_eq(stat(path, &before), 0);
	open_fails(path, &read, -EINVAL, "not a test file");
	open_fails(path, &write, -EINVAL, "not a test file");
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_eq(before.st_size, after.st_size);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	open_fails(support_folder(), &read, -EINVAL, "no plain file");
	support_write(support_path("empty"), "", 0);
	open_fails(support_path("empty"), &read, -EINVAL, "empty");
	write.mode = DB_WRITE;
	open_fails(support_path("empty"), &write, -EINVAL, "empty");
}
END_TEST

START_TEST(foreign_and_newer_are_refused)
{
	const char *path = support_path("a.db");
	struct db_options o = options(DB_WRITE_CREATE);
	struct db *db;

	db_close(open_ok(path, DB_CREATE));
	o.application_id = 5;
	open_fails(path, &o, -EINVAL, "another program");
	db = open_ok(path, DB_WRITE);
	run_ok(db, "PRAGMA user_version = 3");
	db_close(db);
	o = options(DB_WRITE);
	open_fails(path, &o, -EINVAL, "version 3");
	o.mode = DB_READ;
	open_fails(path, &o, -EINVAL, "version 3");
}
END_TEST

static int
fails(struct db *db, struct err *e)
{
	(void)db_exec(db, "DELETE FROM t", NULL);
	return err_set(e, -EINVAL, "on purpose");
}

START_TEST(upgrades_in_steps)
{
	static const struct db_step broken[] = {
		{ NULL, NULL }, { NULL, NULL },
		{ "CREATE TABLE third (x INTEGER)", NULL }, { NULL, fails },
	};
	const char *path = support_path("a.db");
	struct db_options o = options(DB_CREATE);
	struct err e = { "" };
	struct db *db;

	o.step_count = 1;
	ck_assert_int_eq(db_open(path, &o, &db, &e), 0);
	run_ok(db, "INSERT INTO t (v) VALUES ('kept')");
	db_close(db);
	o = options(DB_READ);
	open_fails(path, &o, -EINVAL, "a program that writes");
	db = open_ok(path, DB_WRITE);
	ck_assert_int_eq(number(db, "SELECT added FROM t"), 7);
	db_close(db);
	/* The third step stays, the fourth leaves nothing behind. */
	o = options(DB_WRITE);
	o.steps = broken;
	o.step_count = 4;
	ck_assert_int_eq(db_open(path, &o, &db, &e), -EINVAL);
	ck_assert_msg(strstr(e.text, "upgrade from version 3") != NULL, "%s", e.text);
	ck_assert_msg(strstr(e.text, "on purpose") != NULL, "%s", e.text);
	o.step_count = 3;
	ck_assert_int_eq(db_open(path, &o, &db, &e), 0);
	ck_assert_int_eq(number(db, "PRAGMA user_version"), 3);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 1);
	db_close(db);
}
END_TEST

static int
fill(struct db *db, void *user, struct err *e)
{
	int *calls = user;

	++*calls;
	if (*calls == 1)
		return err_set(e, -ENOMEM, "first time");
	return db_exec(db, "INSERT INTO t (v) VALUES ('first')", e);
}

START_TEST(fill_belongs_to_making)
{
	const char *path = support_path("a.db");
	struct db_options o = options(DB_WRITE_CREATE);
	struct err e = { "" };
	struct db *db;
	int calls = 0;

	o.fill = fill;
	o.fill_user = &calls;
	ck_assert_int_eq(db_open(path, &o, &db, &e), -ENOMEM);
	ck_assert_int_eq(db_open(path, &o, &db, &e), 0);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 1);
	db_close(db);
	ck_assert_int_eq(db_open(path, &o, &db, &e), 0);
	ck_assert_int_eq(calls, 2);
	db_close(db);
}
END_TEST

/* Names with a meaning in URIs, and a relative one. */
START_TEST(odd_names)
{
	static const char *const names[] = {
		"a b.db", "q?mode=memory", "h#x", "p%41.db", "a&b=c", "-x", ":memory:",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		db_close(open_ok(support_path(names[i]), DB_CREATE));
		ck_assert_msg(access(support_path(names[i]), F_OK) == 0, "%s", names[i]);
		db_close(open_ok(support_path(names[i]), DB_READ));
	}
	ck_assert_int_eq(chdir(support_folder()), 0);
	db_close(open_ok("relative.db", DB_CREATE));
	ck_assert_int_eq(access("relative.db", F_OK), 0);
}
END_TEST

START_TEST(companions_stay_and_wal_is_empty)
{
	struct db *db = open_ok(support_path("a.db"), DB_CREATE);
	struct stat st;

	run_ok(db, "INSERT INTO t (v) VALUES ('x')");
	db_close(db);
	ck_assert_int_eq(stat(support_path("a.db-shm"), &st), 0);
	ck_assert_int_eq(stat(support_path("a.db-wal"), &st), 0);
	ck_assert_int_eq(st.st_size, 0);
}
END_TEST

START_TEST(a_damaged_file)
{
	const char *path = support_path("a.db");
	struct db_options o = options(DB_READ);
	struct err e = { "" };
	struct db *db;
	FILE *f;
	int64_t n;
	int rc;

	db = open_ok(path, DB_CREATE);
	run_ok(db, "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 999)"
	    " INSERT INTO t (v, b) SELECT 'v' || i, randomblob(500) FROM c");
	db_close(db);
	f = fopen(path, "r+");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, 4096, SEEK_SET), 0);
	for (n = 0; n < 100 * 4096; n++)
		ck_assert_int_ne(fputc((int)(n * 7 % 251), f), EOF);
	ck_assert_int_eq(fclose(f), 0);
	rc = db_open(path, &o, &db, &e);
	if (rc == 0) {
		rc = db_query_i64(db, "SELECT sum(length(b)) FROM t", &n, &e);
		db_close(db);
	}
	ck_assert_int_eq(rc, -EBADMSG);
	ck_assert_msg(strstr(e.text, "damaged") != NULL, "%s", e.text);
}
END_TEST

/* --- transactions ------------------------------------------------------------ */

START_TEST(rollback_and_commit)
{
	struct db *db = open_ok(support_path("a.db"), DB_CREATE);
	struct err e = { "" };

	ck_assert_int_eq(db_begin(db, &e), 0);
	ck_assert(db_in_transaction(db));
	run_ok(db, "INSERT INTO t (v) VALUES ('x')");
	db_rollback(db);
	ck_assert(!db_in_transaction(db));
	db_rollback(db);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 0);
	ck_assert_int_eq(db_begin(db, &e), 0);
	run_ok(db, "INSERT INTO t (k, v) VALUES (41, 'x')");
	ck_assert_int_eq(db_last_id(db), 41);
	ck_assert_int_eq(db_rows_changed(db), 1);
	ck_assert_int_eq(db_commit(db, &e), 0);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM t"), 1);
	ck_assert_int_eq(db_commit(db, &e), -EINVAL);
	db_close(db);
}
END_TEST

START_TEST(a_view_of_one_moment)
{
	struct db *writer = open_ok(support_path("a.db"), DB_CREATE);
	struct db *reader = open_ok(support_path("a.db"), DB_READ);
	struct err e = { "" };

	ck_assert_int_eq(db_begin_read(reader, &e), 0);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 0);
	run_ok(writer, "INSERT INTO t (v) VALUES ('x')");
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 0);
	ck_assert_int_eq(db_commit(reader, &e), 0);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 1);
	ck_assert_int_eq(db_exec(reader, "DELETE FROM t", &e), -EACCES);
	db_close(reader);
	db_close(writer);
}
END_TEST

START_TEST(second_writer_is_busy)
{
	struct db *one = open_ok(support_path("a.db"), DB_CREATE), *two;
	struct db_options o = options(DB_WRITE);
	struct err e = { "" };

	o.busy_ms = 30;
	ck_assert_int_eq(db_open(support_path("a.db"), &o, &two, &e), 0);
	ck_assert_int_eq(db_begin(one, &e), 0);
	ck_assert_int_eq(db_begin(two, &e), -EBUSY);
	ck_assert_msg(strstr(e.text, "a.db") != NULL, "%s", e.text);
	ck_assert_int_eq(db_commit(one, &e), 0);
	ck_assert_int_eq(db_begin(two, &e), 0);
	db_rollback(two);
	db_close(two);
	db_close(one);
}
END_TEST

START_TEST(changed_tells)
{
	struct db *writer = open_ok(support_path("a.db"), DB_CREATE);
	struct db *reader = open_ok(support_path("a.db"), DB_READ);
	struct err e = { "" };
	int i;

	ck_assert_int_eq(db_changed(reader, &e), 1);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 0);
	ck_assert_int_eq(db_changed(reader, &e), 0);
	ck_assert_int_eq(db_changed(reader, &e), 0);
	for (i = 0; i < 200; i++) {
		run_ok(writer, "INSERT INTO t (b) VALUES (x'00')");
		ck_assert_int_eq(db_changed(reader, &e), 1);
		ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), i + 1);
		ck_assert_int_eq(db_changed(reader, &e), 0);
	}
	ck_assert_int_eq(db_begin(writer, &e), 0);
	run_ok(writer, "DELETE FROM t");
	db_rollback(writer);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 200);
	db_close(writer);
	/* The last writer's checkpoint moves pages, but no row. */
	ck_assert_int_ge(db_changed(reader, &e), 0);
	ck_assert_int_eq(db_changed(reader, &e), 0);
	db_close(reader);
}
END_TEST

START_TEST(a_replaced_file_is_stale)
{
	struct db *reader, *other = open_ok(support_path("b.db"), DB_CREATE);
	struct err e = { "" };

	db_close(other);
	db_close(open_ok(support_path("a.db"), DB_CREATE));
	reader = open_ok(support_path("a.db"), DB_READ);
	ck_assert_int_eq(db_changed(reader, &e), 1);
	ck_assert_int_eq(rename(support_path("b.db"), support_path("a.db")), 0);
	ck_assert_int_eq(db_changed(reader, &e), -ESTALE);
	ck_assert_int_eq(unlink(support_path("a.db")), 0);
	ck_assert_int_eq(db_changed(reader, &e), -ESTALE);
	db_close(reader);
}
END_TEST

/* A copy without companions is read as it is, until someone writes to it. */
START_TEST(a_copy_stands_alone)
{
	struct db *reader, *writer = open_ok(support_path("a.db"), DB_CREATE);
	struct err e = { "" };

	run_ok(writer, "INSERT INTO t (v) VALUES ('x')");
	db_close(writer);
	ck_assert_int_eq(unlink(support_path("a.db-wal")), 0);
	ck_assert_int_eq(unlink(support_path("a.db-shm")), 0);
	reader = open_ok(support_path("a.db"), DB_READ);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 1);
	ck_assert_int_ne(access(support_path("a.db-wal"), F_OK), 0);
	ck_assert_int_ne(access(support_path("a.db-shm"), F_OK), 0);
	ck_assert_int_eq(db_changed(reader, &e), 1);
	ck_assert_int_eq(db_begin_read(reader, &e), 0);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 1);
	writer = open_ok(support_path("a.db"), DB_WRITE);
	run_ok(writer, "INSERT INTO t (v) VALUES ('y')");
	ck_assert_int_eq(db_commit(reader, &e), -ESTALE);
	ck_assert_int_eq(db_changed(reader, &e), -ESTALE);
	db_close(reader);
	reader = open_ok(support_path("a.db"), DB_READ);
	ck_assert_int_eq(number(reader, "SELECT count(*) FROM t"), 2);
	db_close(reader);
	db_close(writer);
}
END_TEST

/* --- statements ---------------------------------------------------------------- */

START_TEST(values_come_back)
{
	static const uint8_t blob[] = { 0, 1, 0xFF, 0 };
	struct db *db = open_ok(support_path("a.db"), DB_CREATE);
	struct err e = { "" };
	struct db_stmt *in, *out;
	uint8_t got[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	char text[6];

	ck_assert_int_eq(db_prepare(db, "INSERT INTO t (k, v, b, added) VALUES (?1, ?2, ?3, ?4)",
	    &in, &e), 0);
	db_bind_i64(in, 1, INT64_MIN);
	db_bind_text(in, 2, "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F");
	db_bind_blob(in, 3, blob, sizeof(blob));
	db_bind_u64(in, 4, UINT64_MAX);
	ck_assert_int_eq(db_run(in, &e), 0);
	/* Bindings are gone after the end. */
	db_bind_i64(in, 4, 1);
	ck_assert_int_eq(db_run(in, &e), 0);
	db_stmt_free(in);
	ck_assert_int_eq(db_prepare(db, "SELECT k, v, b, added FROM t ORDER BY k", &out, &e), 0);
	ck_assert_int_eq(db_step(out, &e), 1);
	ck_assert(db_i64(out, 0) == INT64_MIN);
	ck_assert_int_eq(db_u32(out, 0), 0);
	db_text(out, 1, text, sizeof(text));
	ck_assert_str_eq(text, "\xC3\xA4\xC3\xB6");
	ck_assert_uint_eq(strlen(db_text_ref(out, 1)), 8);
	ck_assert_uint_eq(db_blob(out, 2, got, 2), sizeof(blob));
	ck_assert_uint_eq(got[1], 1);
	ck_assert_uint_eq(got[2], 9);
	ck_assert(db_u64(out, 3) == UINT64_MAX);
	ck_assert_int_eq(db_step(out, &e), 1);
	ck_assert(db_is_null(out, 1));
	db_text(out, 1, text, sizeof(text));
	ck_assert_str_eq(text, "");
	ck_assert_ptr_null(db_text_ref(out, 1));
	ck_assert_uint_eq(db_blob(out, 2, got, sizeof(got)), 0);
	ck_assert_int_eq(db_step(out, &e), 0);
	db_stmt_free(out);
	db_close(db);
}
END_TEST

START_TEST(statement_errors)
{
	struct db *db = open_ok(support_path("a.db"), DB_CREATE);
	struct err e = { "" };
	struct db_stmt *s;
	int64_t v = 5;

	ck_assert_int_eq(db_prepare(db, "SELECT nothing FROM nowhere", &s, &e), -EINVAL);
	ck_assert_int_eq(db_query_i64(db, "SELECT k FROM t", &v, &e), -ENOENT);
	ck_assert_int_eq(v, 5);
	ck_assert_int_eq(db_prepare(db, "INSERT INTO t (v) VALUES (?1)", &s, &e), 0);
	db_bind_i64(s, 2, 1);
	ck_assert_int_eq(db_run(s, &e), -EINVAL);
	db_bind_text(s, 1, "x");
	ck_assert_int_eq(db_run(s, &e), 0);
	db_bind_text(s, 1, "x");
	ck_assert_int_eq(db_run(s, &e), -EEXIST);
	db_bind_text(s, 1, "y");
	ck_assert_int_eq(db_run(s, &e), 0);
	db_stmt_free(s);
	ck_assert_int_eq(db_exec(db, "INSERT INTO child VALUES (99, 1)", &e), -EDOM);
	ck_assert_int_eq(db_exec(db, "INSERT INTO child VALUES (1, -1)", &e), -EDOM);
	ck_assert_int_eq(db_exec(db, "INSERT INTO child VALUES (NULL, 1)", &e), -EDOM);
	db_stmt_free(NULL);
	db_close(db);
	db_close(NULL);
}
END_TEST

/* Texts from SQL are made valid, whoever put them there. */
START_TEST(wrong_utf8_in_the_file)
{
	struct db *db = open_ok(support_path("a.db"), DB_CREATE);
	struct err e = { "" };
	struct db_stmt *s;
	char text[16];

	run_ok(db, "INSERT INTO t (v) VALUES (CAST(x'41ff42' AS TEXT))");
	ck_assert_int_eq(db_prepare(db, "SELECT v FROM t", &s, &e), 0);
	ck_assert_int_eq(db_step(s, &e), 1);
	db_text(s, 0, text, sizeof(text));
	ck_assert_str_eq(text, "A\xEF\xBF\xBD""B");
	db_reset(s);
	db_stmt_free(s);
	db_close(db);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("db");
	TCase *open = tcase_create("open"), *use = tcase_create("use");

	tcase_add_checked_fixture(open, support_folder_make, support_folder_remove);
	tcase_add_checked_fixture(use, support_folder_make, support_folder_remove);
	tcase_set_timeout(open, 60);
	tcase_set_timeout(use, 60);
	suite_add_tcase(suite, open);
	suite_add_tcase(suite, use);
	tcase_add_test(open, creates_and_opens_again);
	tcase_add_test(open, create_refuses_what_is_there);
	tcase_add_test(open, create_takes_over_a_blank_file);
	tcase_add_test(open, missing_file);
	tcase_add_test(open, not_a_database);
	tcase_add_test(open, foreign_and_newer_are_refused);
	tcase_add_test(open, upgrades_in_steps);
	tcase_add_test(open, fill_belongs_to_making);
	tcase_add_test(open, odd_names);
	tcase_add_test(open, companions_stay_and_wal_is_empty);
	tcase_add_test(open, a_damaged_file);
	tcase_add_test(use, rollback_and_commit);
	tcase_add_test(use, a_view_of_one_moment);
	tcase_add_test(use, second_writer_is_busy);
	tcase_add_test(use, changed_tells);
	tcase_add_test(use, a_replaced_file_is_stale);
	tcase_add_test(use, a_copy_stands_alone);
	tcase_add_test(use, values_come_back);
	tcase_add_test(use, statement_errors);
	tcase_add_test(use, wrong_utf8_in_the_file);
	return support_run(suite);
}

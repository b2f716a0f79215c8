/* db_rows: all rows of a statement in an array. */
#include <config.h>

#include "lib/db/db.h"

#include <stdlib.h>

#include "tests/unit/support.h"

static struct db *
open_ok(void)
{
	static const struct db_step steps[] = {
		{ "CREATE TABLE t (k INTEGER PRIMARY KEY) STRICT", NULL },
	};
	const struct db_options o = {
		.mode = DB_CREATE, .sync = DB_SYNC_FULL, .busy_ms = 2000,
		.kind = "test file", .application_id = 0x494d4754,
		.steps = steps, .step_count = 1,
	};
	struct err e = { "" };
	struct db *db = NULL;

	ck_assert_msg(db_open(support_path("a.db"), &o, &db, &e) == 0, "%s", e.text);
	return db;
}

static void
value_read(const struct db_stmt *q, void *ret)
{
	ck_assert_int_eq(*(int64_t *)ret, 0);
	*(int64_t *)ret = db_i64(q, 0);
}

START_TEST(rows_in_an_array)
{
	struct db *db = open_ok();
	struct err e;
	struct db_stmt *q = NULL;
	void *rows = db;
	size_t count = 7;

	ck_assert_int_eq(db_prepare(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n LIMIT ?1) SELECT i FROM n WHERE i <= ?1", &q, &e), 0);
	for (int64_t many = 0; many <= 100; many += 50) {
		db_bind_i64(q, 1, many);
		ck_assert_int_eq(db_rows(q, sizeof(int64_t), value_read, &rows, &count, &e), 0);
		ck_assert_uint_eq(count, many);
		ck_assert((rows == NULL) == (many == 0));
		for (int64_t i = 0; i < many; i++)
			ck_assert_int_eq(((int64_t *)rows)[i], i + 1);
		free(rows);
	}
	db_bind_i64(q, 9, 1);
	rows = db;
	ck_assert_int_lt(db_rows(q, sizeof(int64_t), value_read, &rows, &count, &e), 0);
	ck_assert(rows == db && count == 100);
	db_stmt_free(q);
	db_close(db);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("db_rows");
	TCase *tc = tcase_create("db_rows");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, rows_in_an_array);
	return support_run(suite);
}

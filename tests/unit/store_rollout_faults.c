/*
 * Whatever fails or is killed within an operation on rollouts or troubles, all of it is kept
 * or nothing: each statement in turn meets a full disk, a file that cannot be
 * written, or kill -9.  Done again, it is as if nothing had been.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/rollout_fixture.h"

/* SQLite's codes, and ours for them. */
enum { SQLITE_FULL = 13, SQLITE_READONLY = 8, KILL = -1 };

static int faults_at, fault_is;
static bool faulted;

int __real_sqlite3_step(void *statement);
int __wrap_sqlite3_step(void *statement);
int __real_sqlite3_exec(void *db, const char *sql, void *row, void *user, char **error);
int __wrap_sqlite3_exec(void *db, const char *sql, void *row, void *user, char **error);
int __real_sqlite3_extended_errcode(void *db);
int __wrap_sqlite3_extended_errcode(void *db);

/* Counts down to the fault. */
static bool
due(void)
{
	if (faults_at == 0 || --faults_at > 0)
		return false;
	if (fault_is == KILL)
		(void)kill(getpid(), SIGKILL);
	faulted = true;
	return true;
}

/* A faulty statement was not run: SQLite knows nothing of it. */
int
__wrap_sqlite3_extended_errcode(void *db)
{
	return faulted ? fault_is : __real_sqlite3_extended_errcode(db);
}

int
__wrap_sqlite3_step(void *statement)
{
	return due() ? fault_is : __real_sqlite3_step(statement);
}

int
__wrap_sqlite3_exec(void *db, const char *sql, void *row, void *user, char **error)
{
	/* Giving up does not fail. */
	if (strcmp(sql, "ROLLBACK") != 0 && due())
		return fault_is;
	return __real_sqlite3_exec(db, sql, row, user, error);
}

/* --- operations -------------------------------------------------------------------- */

static int
op_put(void)
{
	struct plan p;

	plan_make(&p, "eng-1", 7);
	return store_rollout_put(store, &p.plan, &e);
}

static int
op_approve(void)
{
	struct audit_entry audit = audit_of("approve", "eng-1");
	struct store_approval a = { .hash = { 7 }, .by = "berta", .at = T0 + 1,
		.two_person = true, .audit = &audit };

	return store_rollout_approve(store, &a, NULL, &e);
}

static struct step prepared;

/* Of what was read beforehand; -ESTALE when it was done already. */
static int
op_step(void)
{
	struct store_member changes[2];
	int rc;

	(void)memcpy(changes, prepared.changes, sizeof(changes));
	prepared.step.changes = changes;
	rc = store_rollout_step(store, &prepared.step, NULL, &e);

	return rc == -ESTALE ? 0 : rc;
}

static int
op_stop(void)
{
	struct store_stop stop = { .scope = STORE_STOP_ALL, .by = "anna", .at = T0 };
	struct audit_entry audit = audit_of("stop", "");

	return store_stop_put(store, &stop, &audit, NULL, &e);
}

static int
op_audited(void)
{
	struct audit_entry *list;
	size_t count;
	int rc = store_audit_waiting(store, &list, &count, &e);

	if (rc < 0)
		return rc;
	rc = store_audit_done(store, list, count, &e);
	free(list);
	return rc;
}

static int
op_feed(void)
{
	struct store_trouble told[] = {
		{ .unit = "ENG", .rule = "R-1", .severity = STORE_MAJOR, .opened = T0,
		  .state = STORE_TROUBLE_OPEN },
		{ .unit = "ENG", .rule = "R-1", .over = T0 + 1, .state = STORE_TROUBLE_CLEARED },
		{ .unit = "FIN", .rule = "R-1", .severity = STORE_MAJOR, .opened = T0,
		  .state = STORE_TROUBLE_OPEN },
	};
	struct audit_entry audit = audit_of("trouble", "");
	struct store_trouble_feed f = { .device = target.device, .packed = "x", .packed_len = 1,
		.told = told, .told_count = 3, .audit = &audit, .audit_count = 1 };
	int rc = store_trouble_feed(store, &f, NULL, &e);

	return rc == -ESTALE ? 0 : rc;	/* it was done already */
}

static const struct op {
	const char *name;
	int (*run)(void);
	int stage;	/* what was done before: 1 put, 2 approved */
} ops[] = {
	{ "put", op_put, 0 }, { "approve", op_approve, 1 }, { "step", op_step, 2 },
	{ "stop", op_stop, 2 }, { "audited", op_audited, 2 },
	{ "feed", op_feed, 0 },
};

/* --- the store, before and after --------------------------------------------------------- */

static char *saved;
static size_t saved_len;

static void
save(void)
{
	FILE *f;

	store_close(store);
	f = fopen(support_path("store.db"), "rb");
	ck_assert_ptr_nonnull(f);
	saved = malloc(4 << 20);
	ck_assert_ptr_nonnull(saved);
	saved_len = fread(saved, 1, 4 << 20, f);
	(void)fclose(f);
	open_store();
}

static void
restore(void)
{
	store_close(store);
	(void)unlink(support_path("store.db-wal"));
	(void)unlink(support_path("store.db-shm"));
	support_write(support_path("store.db"), saved, saved_len);
	open_store();
}

/* In a process of its own, with the fault at the n-th statement: how it ended. */
static int
faulty(const struct op *op, int n, int fault)
{
	int status, rc;
	pid_t pid;

	store_close(store);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		open_store();
		fault_is = fault;
		faults_at = n;
		rc = op->run();
		/* Not reached: the operation has fewer statements. */
		if (faults_at > 0)
			_exit(9);
		_exit(rc == 0 ? 0 : rc == -ENOSPC ? 1 : rc == -EROFS ? 2 : rc == -EACCES ? 4 : 3);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	open_store();
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

START_TEST(each_operation_is_kept_whole_or_not_at_all)
{
	static const struct { int fault, ends; } faults[] = {
		{ SQLITE_FULL, 1 }, { SQLITE_READONLY, 4 }, { KILL, -SIGKILL },
	};
	const struct op *op = &ops[_i];
	char *before, *after, *now;
	int n, ended, tried = 0;
	struct plan p;

	if (op->stage > 0) {
		plan_make(&p, "eng-1", 7);
		OK(store_rollout_put(store, &p.plan, &e));
	}
	if (op->stage > 1) {
		plan_approve(&p);
		step_make(&prepared, "eng-1");
	}
	before = rollout_picture("eng-1");
	save();
	OK(op->run());
	after = rollout_picture("eng-1");
	ck_assert_str_ne(before, after);
	for (size_t f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
		for (n = 1; n < 500; n++) {
			restore();
			ended = faulty(op, n, faults[f].fault);
			if (ended == 9)
				break;
			ck_assert_msg(ended == faults[f].ends, "%s, fault %d at %d: ended with %d",
				op->name, faults[f].fault, n, ended);
			now = rollout_picture("eng-1");
			ck_assert_msg(strcmp(now, before) == 0 || (strcmp(now, after) == 0 &&
				faults[f].fault == KILL), "%s, %d: half of it:\n%s", op->name, n,
				now);
			free(now);
			OK(op->run());
			now = rollout_picture("eng-1");
			ck_assert_msg(strcmp(now, after) == 0, "%s, %d: again:\n%s", op->name, n,
				now);
			free(now);
			tried++;
		}
	}
	(void)printf("# %s: %d faults\n", op->name, tried);
	ck_assert_int_gt(tried, 9);
	free(before);
	free(after);
	free(saved);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_rollout_faults");
	TCase *t = tcase_create("faults");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, each_operation_is_kept_whole_or_not_at_all, 0,
		(int)(sizeof(ops) / sizeof(ops[0])));
	suite_add_tcase(suite, t);
	return support_run(suite);
}

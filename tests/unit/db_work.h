/*
 * db_work: a small database and the processes that write it, for the tests of
 * lib/db between processes.
 *
 * What forked children do is told by their exit status: 0, or a number that
 * tells the place.  The file is a.db in the test's folder; each transaction
 * raises two numbers and adds a row, so that a mixed view shows.
 */
#ifndef IMGADM_TESTS_UNIT_DB_WORK_H
#define IMGADM_TESTS_UNIT_DB_WORK_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/db/db.h"

enum { WORK_DEADLINE_MS = 60000 };	/* a noisy machine: only to end a hang */

int work_open_mode(enum db_mode mode, struct db **ret_db, struct err *e);
/* DB_READ with reader_waits. */
int work_open_waiting(struct db **ret_db, struct err *e);
void work_make_file(void);

/* One transaction: both numbers rise by one, and a row with some weight. */
int work_write_once(struct db *db, struct err *e);
/* What a reader sees: the number, -1 when the view was mixed, or -errno. */
int64_t work_read_once(struct db *db, struct err *e);

/* A page shared with the children: [0] transactions that were told durable. */
extern volatile int64_t *work_shared;
void work_share(void);
/* Until the writer has made n transactions; fails at the deadline. */
void work_wait_for_writes(int64_t n);

pid_t work_start(void (*work)(void));
/* Of a child: say why on stderr, then end. */
_Noreturn void work_leave(int place, const struct err *e);
int work_status_of(pid_t pid);
void work_kill_and_wait(pid_t pid);

void work_pause_us(long us);
int64_t work_now_ms(void);

#endif

/*
 * child: another program, run beside this one, without a shell.
 *
 * The program gets its arguments as they are, an environment of nothing but
 * what is named, /dev/null as input and, unless one is given, as output, our
 * stderr unless another is given, no other descriptor but a third where one is
 * given, default signals, and a process group of its own; at the end of its
 * time the whole group is ended, first with SIGTERM, CHILD_GRACE_MS later with
 * SIGKILL.
 *
 * Nothing here waits: the loop calls child_check() when SIGCHLD came and when
 * child_deadline_ms() is reached.  waitpid() is asked for this one process
 * only, so that several modules may have children.
 */
#ifndef IMGADM_LIB_BASE_CHILD_H
#define IMGADM_LIB_BASE_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/err.h"

struct child;

enum {
	CHILD_WORDS_MAX = 64,		/* of argv and of env, each with its NULL */
	CHILD_GRACE_MS = 2000,
};

struct child_options {
	/* argv[0] is the program's path (no search in PATH); ends with NULL. */
	const char *const *argv;
	/* "NAME=VALUE", the whole environment; ends with NULL; NULL = none. */
	const char *const *env;
	int64_t limit_ms;	/* how long it may run; > 0 */
	const int *output;	/* a descriptor that becomes its output; NULL = /dev/null */
	const int *errors;	/* ... its stderr; NULL = ours */
	const int *third;	/* ... its descriptor 3; NULL = none */
	const int *held;	/* ... its descriptor 4, a lock that it holds too; NULL = none */
};

/* How it ended. */
struct child_end {
	int status;		/* exit status; -1 when a signal ended it */
	int signal;		/* the signal, or 0 */
	int timed_out;		/* 1: it was ended because its time was over */
};

/*
 * Start it; now_ms is monotonic.  0 with *ret_child, the caller's until
 * child_free().  -ENOENT, -EACCES (no such program, not executable), -E2BIG
 * (more than CHILD_WORDS_MAX words), -EINVAL (no path, no time), -ENOMEM,
 * -EAGAIN; e names the program.
 */
int child_start(const struct child_options *o, int64_t now_ms, struct child **ret_child,
	struct err *e);

/*
 * Look after it: 1 when it has ended, with *ret_end; 0 while it runs.  Signals
 * the group when its time is over.  What else of the group still runs when the
 * program itself ended is killed.
 */
int child_check(struct child *c, int64_t now_ms, struct child_end *ret_end);

/* When child_check() has something to do though no SIGCHLD came. */
int64_t child_deadline_ms(const struct child *c);
pid_t child_pid(const struct child *c);

/* Kills the group and reaps it if it still runs.  NULL is fine. */
void child_free(struct child *c);
/* Sends the signal to it and lets it live: nobody looks after it.  NULL is fine. */
void child_leave(struct child *c, int signal);

/* "exit status 3", "ended by signal 9", "ended after its time was over". */
const char *child_end_text(const struct child_end *end, char *buf, size_t size);

#endif

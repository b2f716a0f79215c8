/*
 * err: what went wrong, for a person: what, where, why, and what to do.
 *
 * Invariants: a struct err is plain data, needs no release, and is
 * terminated always.  A function that fails fills it and returns a negative
 * errno; on success it leaves it alone.  The text is one line without a
 * newline and holds nothing from outside that was not escaped (text_escape).
 */
#ifndef IMGADM_LIB_BASE_ERR_H
#define IMGADM_LIB_BASE_ERR_H

#include <stdarg.h>

enum { ERR_TEXT_SIZE = 1024 };

/* Exit status of every program. */
enum exit_status {
	EXIT_DONE = 0,		/* all done */
	EXIT_USAGE = 1,		/* wrong option, argument or configuration */
	EXIT_SOME_FAILED = 2,	/* some devices failed */
	EXIT_STORAGE = 3,	/* storage or internal failure */
};

struct err {
	char text[ERR_TEXT_SIZE];
};

/*
 * Fill e (may be NULL) and return code, a negative errno, so that
 * `return err_set(e, -EINVAL, ...)` is a function's last word.
 * A text that is too long is cut.
 */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The exit status for a failure that ends a command: EXIT_USAGE for what the
 * user said or named (-EINVAL, -ERANGE, -ENOENT, -EEXIST, -ENOTEMPTY, -EPERM),
 * EXIT_STORAGE for the rest, EXIT_DONE for 0.
 */
int err_exit_status(int rc);

/* Put "fmt: " before the text that is there: a caller adds its place. */
void err_prefix(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

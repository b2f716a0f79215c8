/*
 * notify: people are told by a program of theirs.
 *
 *	PROGRAM raised|changed|cleared KEY TEXT
 *
 * without a shell, with nothing in its environment but PATH, LANG and, so that a
 * mail program finds its way, HOME=/; its output is thrown away, its stderr is
 * ours.  Exit status 0: it was told; anything else, a signal, or a run longer
 * than NOTIFY_LIMIT_MS: it is tried again later.  A notice may come twice, when
 * we were killed between telling and noting.
 *
 * What is told is text of the store's notices, made safe to print
 * (text_escape()), so that no line breaks into a mail's header.
 */
#ifndef IMGADM_LIB_NOTIFY_NOTIFY_H
#define IMGADM_LIB_NOTIFY_NOTIFY_H

#include "lib/base/clock.h"
#include "lib/store/store_notice.h"

enum {
	NOTIFY_LIMIT_MS = 30000,	/* that a program may run */
	NOTIFY_ONCE_MAX = 20,		/* notices a call of notify_due() */
	NOTIFY_QUIET_S = 300,		/* between two of one key */
};

struct notify_options {
	const char *program;	/* a whole path */
	int64_t limit_ms, quiet_s;	/* 0 = as above */
};
struct notify_result {
	size_t told, failed;
};

/*
 * Tell what is due, one after the other; waits for the program, so not for a loop
 * that serves others.  It ends with the first that fails: the others are due still.
 * 0 also then, with e (may be NULL) saying why; -EINVAL: no whole path; what
 * store_notice.h says.
 */
int notify_due(struct store *s, const struct clock *clock, const struct notify_options *o,
	struct notify_result *ret, struct err *e);

#endif

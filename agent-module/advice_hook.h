/*
 * advice_hook: runs a program for each new advice, such as an operator panel's.
 *
 *	PROGRAM INDEX SUBJECT KIND SEVERITY TEXT RECOMMENDATION
 *
 * One at a time, in the order the advice came; without a shell, with an
 * environment of PATH alone, for ADVICE_HOOK_LIMIT_MS at most.  A row is marked
 * durably before its program is started: it has it once, also over restarts.
 */
#ifndef IMGADM_AGENT_MODULE_ADVICE_HOOK_H
#define IMGADM_AGENT_MODULE_ADVICE_HOOK_H

#include "agent-module/state.h"
#include "lib/base/err.h"

struct event_base;
struct advice_hook;

enum { ADVICE_HOOK_LIMIT_MS = 30000 };

/* base and program (a path) are borrowed.  NULL with e: out of memory. */
struct advice_hook *advice_hook_new(struct event_base *base, const char *program,
	struct err *e);
void advice_hook_free(struct advice_hook *h);	/* ends what runs; NULL is fine */

/*
 * Start the program for the next row of view, if none runs; writer is where
 * the row is marked.  To be called when the state changed.
 */
void advice_hook_look(struct advice_hook *h, const struct state_view *view,
	struct state *writer);
/*
 * Whether one ended and there may be a next: called from the loop, so that the
 * owner looks again.
 */
void advice_hook_on_end(struct advice_hook *h, void (*ended)(void *user), void *user);

#endif

/*
 * advice_hook: hands each new advice on: to the unit that it is about, by the
 * verb `advise` of its installer (imgadm-install runs it), and then to a
 * program, such as an operator panel's.
 *
 *	imgadm-install --state STATE --unit SUBJECT --advise TEXT
 *	PROGRAM INDEX SUBJECT KIND SEVERITY TEXT RECOMMENDATION
 *
 * One at a time, in the order the advice came; without a shell, with an
 * environment of PATH alone, for ADVICE_HOOK_LIMIT_MS at most (an installer for
 * ADVICE_HOOK_UNIT_LIMIT_MS).  A row is marked durably before the first is
 * started: they have it once, also over restarts.  Where there is no program, a
 * row that no installer has to be told of is not marked.
 */
#ifndef IMGADM_AGENT_MODULE_ADVICE_HOOK_H
#define IMGADM_AGENT_MODULE_ADVICE_HOOK_H

#include "agent-module/state.h"
#include "lib/base/err.h"

struct event_base;
struct advice_hook;

enum { ADVICE_HOOK_LIMIT_MS = 30000, ADVICE_HOOK_UNIT_LIMIT_MS = 150000 };

struct advice_hook_options {
	const char *program;	/* a path; NULL = none */
	const char *install;	/* imgadm-install; NULL = no installer is told */
	const char *state;	/* the state file */
	const char *log;	/* imgadm-install's --log */
};

/* base and all of o are borrowed.  NULL with e: out of memory. */
struct advice_hook *advice_hook_new(struct event_base *base,
	const struct advice_hook_options *o, struct err *e);
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

/*
 * install_watch: imgadm-agentd's eye on updates: starts imgadm-install for each
 * row or group that has something to do, and never waits for it.
 *
 * Invariants
 * - One process a row or group (imgadm-install locks it too, so that one left
 *   by an earlier imgadm-agentd is not doubled); INSTALL_WATCH_JOBS_MAX at once.
 * - At start-up rows that were switching go first: others are begun when no
 *   row is switching any more.
 * - One that fails is started again with back-off; one that ended well is not
 *   started again before its row changed, or a minute has passed.
 * - The time to a commit is counted here, in parts that this process lived
 *   through, so that a clock that jumps commits nothing.
 */
#ifndef IMGADM_AGENT_MODULE_INSTALL_WATCH_H
#define IMGADM_AGENT_MODULE_INSTALL_WATCH_H

#include "agent-module/state.h"
#include "lib/base/err.h"

struct event_base;
struct install_watch;

enum {
	INSTALL_WATCH_JOBS_MAX = 8,
	INSTALL_WATCH_AGAIN_MS = 60000,	/* nothing changed: not before */
	INSTALL_WATCH_RETRY_MS = 1000,	/* after a failure; doubles */
	INSTALL_WATCH_RETRY_MAX_MS = 60000,
};

struct install_watch_options {
	const char *state;	/* the state file */
	const char *libexec;	/* folder of imgadm-install; NULL = IMGADM_LIBEXEC_DIR, beside
				 * us, where it was installed */
	const char *fetch_user, *ca_file;	/* NULL = imgadm-install's own */
	const char *trial, *commit_after;	/* seconds as text; NULL the same */
	uint32_t commit_after_s;
	const char *log;	/* "stderr" or "syslog" */
};

/* Where imgadm-install is, as o says. */
void install_watch_program(const struct install_watch_options *o, char *dst, size_t size);

/* All of o is borrowed for its life.  NULL with e. */
struct install_watch *install_watch_new(struct event_base *base,
	const struct install_watch_options *o, void (*ended)(void *user), void *user,
	struct err *e);
/* What runs is told to stop at a durable point, and left alone.  NULL is fine. */
void install_watch_free(struct install_watch *w);

/* Look at the rows; writer is where parts are counted.  When the state changed, and each second. */
void install_watch_look(struct install_watch *w, struct state *writer);
/* Units whose reset was asked for (imgUnitAction) are reset, one process each. */
void install_watch_resets(struct install_watch *w, const struct structure *st);

#endif

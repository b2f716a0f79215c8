/*
 * view: which moment of the device's state a request is answered from.
 *
 * The first call for a request looks whether someone wrote; all calls of the
 * same request then see one snapshot, however many calls and tables it takes.
 * A request is told by its transaction id: Net-SNMP gives every PDU it takes
 * in one of its own, and a master agent hands it on to the subagent with each
 * part of the PDU.  (The address of the agent session would not do: it is
 * used again for the next request.)
 *
 * As subagent a GETBULK comes in parts, and other requests come in between.
 * So the last VIEW_SNAPSHOTS snapshots are kept while they are used, and which
 * of the last VIEW_REQUESTS requests sees which.  A request that is overtaken
 * by more changes than that goes on with the newest snapshot.  Log entries are
 * not copied: of those overwritten since, older snapshots have the last
 * STATE_VIEW_KEPT.
 *
 * A state that cannot be read is logged once (and again when the reason
 * changes), is an empty snapshot, and is tried again at the next request.
 * Nothing here waits.
 */
#ifndef IMGADM_AGENT_MODULE_VIEW_H
#define IMGADM_AGENT_MODULE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent-module/state.h"

enum {
	VIEW_SNAPSHOTS = 32,
	VIEW_REQUESTS = 64,
};

struct view;

/* What one request sees.  Zero is empty. */
struct snapshot {
	bool loaded;		/* false: no good state, so no row and no scalar */
	struct structure structure;
	/* Positions in structure.units of what is no function, ascending. */
	uint32_t *physical;
	size_t physical_count;
	struct log_bounds log;
	const struct state_view *entries;	/* borrowed; may be newer */
	/*
	 * When the structure last changed, in hundredths of a second of the
	 * agent's sysUpTime; 0 if that was before its start.
	 */
	uint32_t last_change_ticks;
	struct state_report report;
	struct state_advice *advice;	/* ascending by index; NULL: none */
	size_t advice_count;
	struct update *updates;	/* ascending by unit index; NULL: none */
	size_t update_count;
	uint32_t update_lock;
	struct state_trust trust;	/* without its bytes */
};

struct view_options {
	const char *path;	/* the state file; copied */
	int64_t (*utc_ms)(void);	/* the time of day */
	/* The agent's sysUpTime in hundredths of a second. */
	uint32_t (*uptime_ticks)(void);
};

/* NULL when out of memory.  Does not touch the file. */
struct view *view_new(const struct view_options *options);
void view_free(struct view *v);	/* NULL is fine */

/*
 * The snapshot for a request.  Borrowed until the next call with another id.
 * Never NULL.
 */
const struct snapshot *view_of(struct view *v, long transaction);

/*
 * The newest snapshot, for looking on one's own account, not for a request.
 * Borrowed until the next call here or of view_of().  Never NULL.
 */
const struct snapshot *view_now(struct view *v);

/*
 * Take no id for known and look anew at the next request: after the master
 * agent was exchanged, which begins its ids and its sysUpTime anew.
 */
void view_forget(struct view *v);

/* The log entries of a snapshot that are still to be had: ascending, no gap. */
void snapshot_log(const struct snapshot *s, uint32_t *ret_first,
	size_t *ret_count);

/* The bank that a unit runs from (the lowest); NULL when it runs none. */
const struct software *snapshot_running(const struct snapshot *s,
	uint32_t unit_index);

#endif

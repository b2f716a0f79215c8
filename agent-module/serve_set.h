/*
 * serve_set: SET requests in a Net-SNMP agent (RESERVE1, RESERVE2, ACTION,
 * COMMIT, FREE, UNDO), each one transaction however often the handler is
 * called for it; told apart by the PDU's transaction id.
 *
 *	in snmpd       RESERVE1 -> RESERVE2 -> ACTION (lock, write) -> COMMIT (durable)
 *	as subagent    TestSet: RESERVE1, RESERVE2 (is the lock to be had?);
 *	               CommitSet: ACTION, durable at once, since the master answers
 *	               after it; CleanupSet: COMMIT, the end; UndoSet: UNDO, restored
 *
 * As subagent nothing is open between two messages.  The lock is waited for
 * SERVE_SET_WAIT_MS, else resourceUnavailable: the agent never stands still.
 */
#ifndef IMGADM_AGENT_MODULE_SERVE_SET_H
#define IMGADM_AGENT_MODULE_SERVE_SET_H

#include <stdbool.h>

#include "agent-module/view.h"

enum {
	SERVE_SET_WAIT_MS = 20,
	SERVE_SET_OPEN_MAX = 8,	/* SETs begun and not ended; the oldest is dropped */
};

struct serve_set;
struct netsnmp_agent_request_info_s;
struct netsnmp_request_info_s;

/* For the state at path (copied).  The file is not touched.  NULL: no memory. */
struct serve_set *serve_set_new(const char *path);
void serve_set_free(struct serve_set *s);	/* NULL is fine */

/*
 * Whether a SET is taken that came from an SNMP session below authPriv (for a
 * laboratory; else authorizationError), and one that came from an AgentX
 * master, which does not say how it came (else notWritable).
 */
void serve_set_allow(struct serve_set *s, bool weak, bool master);

/*
 * Whether who asks may see what is for authPriv only: as for a SET, but that
 * imgadmAllowWeakSet does not help.
 */
bool serve_set_private(const struct serve_set *s,
	const struct netsnmp_agent_request_info_s *info);

/* One call of a handler in one of the modes of a SET; v is asked once for each. */
void serve_set_handle(struct serve_set *s, struct view *v,
	struct netsnmp_agent_request_info_s *info, struct netsnmp_request_info_s *requests);

/* The master is another one: what was begun will not be ended. */
void serve_set_forget(struct serve_set *s);

#endif

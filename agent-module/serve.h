/*
 * serve: the tables in a Net-SNMP agent, the same in snmpd (imgadm.so) and as
 * AgentX subagent (imgadm-agentd).
 *
 * One handler stands behind each registration and answers GET and GETNEXT from
 * the view of the request; GETBULK comes as GETNEXTs by Net-SNMP's
 * bulk_to_next helper.  What a SET may write stands in set.h, and who may in
 * serve_set.h; ENTITY-MIB is read-only.
 *
 * (Why not Net-SNMP's container table helper: it wants an object with an OID
 * in memory for every row, built anew with every change of the log, and costs
 * more a varbind than looking the row up in the sorted arrays that are there.)
 */
#ifndef IMGADM_AGENT_MODULE_SERVE_H
#define IMGADM_AGENT_MODULE_SERVE_H

#include <stdbool.h>

#include "lib/base/err.h"

struct serve;
struct snapshot;

/*
 * For the state at path.  NULL with e when there is no memory.  The file is
 * not touched before the first request or serve_look().
 */
struct serve *serve_new(const char *path, struct err *e);
/*
 * Register the tables.  One that another module serves already is logged and
 * left to it.
 */
void serve_register(struct serve *s);
/* The agent was shut down, and the registrations with it. */
void serve_unregistered(struct serve *s);
/* Unregister what is registered, and let go of the state.  NULL is fine. */
void serve_free(struct serve *s);

/*
 * Whether a SET is taken that came below authPriv (a laboratory), and one from
 * an AgentX master; neither at the start.
 */
void serve_allow_set(struct serve *s, bool weak, bool master);

/* Answer from another file from now on. */
int serve_set_path(struct serve *s, const char *path, struct err *e);
const char *serve_path(const struct serve *s);

/*
 * Look at the state now: for whoever watches it, and so that an error is
 * logged before the first request.  Borrowed until the next request.
 */
const struct snapshot *serve_look(struct serve *s);

/* The master agent is another one: ids and sysUpTime begin anew. */
void serve_forget(struct serve *s);

#endif

/*
 * agentd: imgadm-agentd without its main: an AgentX subagent that serves the
 * tables, tells of structure changes (entConfigChange), or both.
 *
 * It connects to the master agent again whenever that went away.  Net-SNMP
 * keeps its state in the process, so there is one agentd in a process.
 */
#ifndef IMGADM_AGENT_MODULE_AGENTD_H
#define IMGADM_AGENT_MODULE_AGENTD_H

#include <stdbool.h>

#include "lib/base/err.h"

enum { AGENTD_RECONNECT_S = 2 };	/* how often it tries to connect */

struct agentd;

struct agentd_options {
	const char *state;	/* the state file; borrowed */
	/* The master's AgentX address, NULL = as configured, else Net-SNMP's. */
	const char *socket;
	bool serve;		/* answer the tables (else another module does) */
	bool trust_master;	/* SETs that the master lets through are taken */
};

/*
 * Set Net-SNMP up and connect, where a master is there.  NULL with e when out
 * of memory or descriptors.
 */
struct agentd *agentd_new(const struct agentd_options *options, struct err *e);
void agentd_free(struct agentd *agentd);	/* NULL is fine */

/* Serve until SIGTERM or SIGINT: 0, or -EIO when the event loop broke. */
int agentd_run(struct agentd *agentd, struct err *e);

#endif

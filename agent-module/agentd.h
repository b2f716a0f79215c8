/*
 * agentd: imgadm-agentd without its main: sends the device's reports to its
 * centre, hands new advice to a program, has updates carried out, and where it
 * is told to connect to a master agent is an AgentX subagent that tells of
 * structure changes (entConfigChange) and may serve the tables.
 *
 * It connects to the master agent again whenever that went away.  Net-SNMP
 * keeps its state in the process, so there is one agentd in a process.
 */
#ifndef IMGADM_AGENT_MODULE_AGENTD_H
#define IMGADM_AGENT_MODULE_AGENTD_H

#include <stdbool.h>

#include "agent-module/install_watch.h"
#include "lib/base/err.h"

enum {
	AGENTD_RECONNECT_S = 2,		/* how often it tries to connect */
	AGENTD_WRITE_WAIT_MS = 20,	/* how long it waits for another's write */
};

struct agentd;

struct agentd_options {
	const char *state;	/* the state file; borrowed */
	/* The master's AgentX address, NULL = as configured, else Net-SNMP's. */
	const char *socket;
	bool connect;		/* to a master agent at all */
	bool serve;		/* answer the tables (else another module does) */
	bool trust_master;	/* SETs that the master lets through are taken */
	const char *advice_hook;	/* run for new advice; NULL = none; borrowed */
	bool no_updates;	/* imgadm-install is not started */
	struct install_watch_options updates;	/* but state; borrowed */
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

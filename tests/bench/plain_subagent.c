/* plain_subagent SOCKET: plain_table.c as AgentX subagent, Net-SNMP's own loop. */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "tests/bench/plain_table.h"

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

int
main(int argc, char *argv[])
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: plain_subagent SOCKET\n");
		return EXIT_FAILURE;
	}
	(void)signal(SIGTERM, stop);
	(void)setenv("MIBS", "", 1);
	snmp_enable_stderrlog();
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
		NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_enable_subagent();
	(void)netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
		NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	(void)init_agent("plain_subagent");
	init_plain_table();
	init_snmp("plain_subagent");
	while (!stopped)
		(void)agent_check_and_process(1);
	deinit_plain_table();
	snmp_shutdown("plain_subagent");
	return EXIT_SUCCESS;
}

/*
 * late_module: a foreign module of snmpd for the tests of SETs: one object
 * that fails, or kills the agent, in the phase that is written to it.
 *
 *   dlmod late_module /path/late_module.so
 *
 * .1.3.6.1.4.1.8072.9999.9999.4711.0 INTEGER: 10 * mode + what, where what is
 * 1 fail (wrongValue in RESERVE1 and RESERVE2, commitFailed later), 2 kill -9;
 * mode is 1 RESERVE1, 2 RESERVE2, 3 ACTION, 4 COMMIT.  0 takes the SET.
 * It lies behind IMGADM-MIB, and is asked in the order of the PDU.
 */
#include <config.h>

#include <signal.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

void init_late_module(void);
void deinit_late_module(void);

enum { FAIL = 1, KILL = 2 };

static netsnmp_handler_registration *registered;

static int
phase(int mode)
{
	switch (mode) {
	case MODE_SET_RESERVE1:
		return 1;
	case MODE_SET_RESERVE2:
		return 2;
	case MODE_SET_ACTION:
		return 3;
	case MODE_SET_COMMIT:
		return 4;
	default:
		return 0;
	}
}

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	int now = phase(info->mode);
	long wanted = 0;

	(void)handler;
	(void)registration;
	if (info->mode == MODE_GET) {
		(void)snmp_set_var_typed_integer(requests->requestvb, ASN_INTEGER, 0);
		return SNMP_ERR_NOERROR;
	}
	if (requests->requestvb->type == ASN_INTEGER)
		wanted = *requests->requestvb->val.integer;
	if (now == 0 || wanted / 10 != now)
		return SNMP_ERR_NOERROR;
	if (wanted % 10 == KILL)
		(void)kill(getpid(), SIGKILL);
	(void)netsnmp_set_request_error(info, requests,
		now <= 2 ? SNMP_ERR_WRONGVALUE : SNMP_ERR_COMMITFAILED);
	return SNMP_ERR_NOERROR;
}

void
init_late_module(void)
{
	static const oid name[] = { 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 4711 };

	registered = netsnmp_create_handler_registration("late_module", handle, name,
		OID_LENGTH(name), HANDLER_CAN_RWRITE);
	if (registered != NULL && netsnmp_register_scalar(registered) != MIB_REGISTERED_OK)
		registered = NULL;
}

void
deinit_late_module(void)
{
	if (registered != NULL)
		(void)netsnmp_unregister_handler(registered);
	registered = NULL;
}

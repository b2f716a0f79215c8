/*
 * device_orders: imgadm-device ask --orders: what the centre orders, shown or
 * carried out.
 */
#ifndef IMGADM_AGENT_MODULE_DEVICE_ORDERS_H
#define IMGADM_AGENT_MODULE_DEVICE_ORDERS_H

#include "agent-module/ask.h"
#include "agent-module/device_cli.h"

/* Exit status of the command. */
int device_orders_show(const struct device_cli *cli, const struct ask_facts *f);
/*
 * Carry them out and tell the centre (address, as ask_run() takes it), of which the
 * state said this serial when it was asked.
 */
int device_orders_apply(const struct device_cli *cli, const struct ask_facts *f,
	const char *address, const struct snmp_credential *credential, uint32_t serial);

#endif

/*
 * fleet_probe: asks addresses who answers there: sysName, sysObjectID, and
 * whether it speaks IMGADM-MIB.
 *
 * One request an address (SNMPv1 agents without our objects: two), through
 * lib/snmp's engine; what is silent costs its time-out and nothing is kept of
 * it.
 */
#ifndef IMGADM_MANAGER_FLEET_PROBE_H
#define IMGADM_MANAGER_FLEET_PROBE_H

#include "lib/base/parse.h"
#include "lib/snmp/credential.h"
#include "lib/snmp/resolve.h"
#include "lib/store/store.h"

enum fleet_answer_kind {
	FLEET_ANSWERED = 1,
	FLEET_REFUSED,	/* something answers, but does not take the credential */
};

struct fleet_answer {
	size_t number;		/* of the address, in the order asked */
	enum fleet_answer_kind kind;
	char address[SNMP_ADDRESS_MAX];	/* as the store is to keep it */
	char numeric[SNMP_ADDRESS_MAX];
	char sys_name[STORE_TEXT_MAX + 1];
	char sys_object_id[STORE_TEXT_MAX + 1];
	/* Empty when it does not speak IMGADM-MIB. */
	char id[STRUCTURE_ID_MAX + 1];
	char manufacturer[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	char serial_number[STRUCTURE_NAME_MAX + 1];
};

struct fleet_probe {
	struct parse_range *ranges;	/* iterated */
	size_t range_count;
	uint64_t total;		/* addresses in all, for the progress line */
	uint32_t port;
	bool progress;		/* a line on stderr while it runs */
	/* How to speak to an address; NULL with e ends the run. */
	const struct snmp_credential *(*credential)(void *user, const char *numeric,
		struct err *e);
	void *user;
};

struct fleet_answers {
	struct fleet_answer *items;	/* in the order asked; free() */
	size_t count, size;
	uint64_t asked;
	bool stopped;	/* by SIGINT or SIGTERM: not all were asked */
};

/* 0, also when stopped; negative with e.  *ret is zero before, and whole after. */
int fleet_probe_run(struct fleet_probe *p, struct fleet_answers *ret, struct err *e);

#endif

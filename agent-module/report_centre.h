/*
 * report_centre: who the device's centre is and how it is reached: what the
 * state says, the key file, and the address behind a name.
 *
 * What is wrong with it (no key file, an unknown name) is logged once, and
 * tried again each REPORT_CENTRE_RETRY_MS.
 */
#ifndef IMGADM_AGENT_MODULE_REPORT_CENTRE_H
#define IMGADM_AGENT_MODULE_REPORT_CENTRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/snmp/credential.h"

struct event_base;
struct report_centre;
struct state;
struct state_report;

enum { REPORT_CENTRE_RETRY_MS = 30000, REPORT_CENTRE_PORT = 162 };

/*
 * ready(user) is called from the loop when the centre can be reached at an
 * address that was not known (the first, or another than before).  base is
 * borrowed.  NULL with e: out of memory.
 */
struct report_centre *report_centre_new(struct event_base *base, void (*ready)(void *user),
	void *user, struct err *e);
void report_centre_free(struct report_centre *c);	/* NULL is fine */

/* Whether the state names another centre (or none, or other keys) than c has. */
bool report_centre_is_another(const struct report_centre *c, const struct state_report *r);
/* state_report.centre_serial when it was loaded; 0 = none was. */
uint32_t report_centre_serial(const struct report_centre *c);

/*
 * Forget the centre that c has, with its credential, and take what the state
 * says now.
 */
void report_centre_load(struct report_centre *c, struct state *state,
	const struct state_report *r);

/* Borrowed until the next load; NULL where there is no centre, or nothing to reach it with. */
const struct snmp_credential *report_centre_credential(const struct report_centre *c);
/* Numeric; NULL while it is looked for.  Borrowed until the loop goes on. */
const char *report_centre_address(const struct report_centre *c);
/* As it was set, for messages. */
const char *report_centre_name(const struct report_centre *c);
const char *report_centre_user(const struct report_centre *c);
/* Its engine id, where the key file says it: the length, 0 = not stated. */
size_t report_centre_engine_id(const struct report_centre *c, const uint8_t **ret_id);

/* It does not answer: its name may have another address now. */
void report_centre_find(struct report_centre *c);

#endif

/*
 * ask: one device, asked one thing after the other, and waited for.
 *
 * For commands about one device: each call runs the loop until the answer is
 * there.  SIGINT and SIGTERM end the wait that is under way and every later one
 * with ASK_STOPPED; the caller says what goes on without it.
 */
#ifndef IMGADM_UPDATER_ASK_H
#define IMGADM_UPDATER_ASK_H

#include "lib/snmp/conf.h"
#include "lib/snmp/value.h"
#include "lib/store/store.h"

struct ask;
struct event_base;

enum ask_how {
	ASK_DONE = 1,
	ASK_REFUSED,	/* the device's answer says so: error_status, error_index */
	ASK_SILENT,	/* no answer, or none that can be trusted */
	ASK_STOPPED,	/* by a signal */
};

struct ask_end {
	enum ask_how how;
	int error_status, error_index;	/* ASK_REFUSED; RFC 3416 3 */
	bool faulty;		/* ASK_SILENT, and asking again will not help */
	char reason[256];	/* for a person; empty where done */
};

/*
 * t NULL: a loop that only waits.  conf and t are borrowed.  -EINVAL with e: no
 * address, or a credential that is not SNMPv3 authPriv; -ENOMEM.
 */
int ask_open(struct conf *conf, const struct store_target *t, struct ask **ret, struct err *e);
void ask_close(struct ask *a);	/* NULL is fine */

/* One try of a few seconds from now on: what it does not answer can be done without. */
void ask_hurry(struct ask *a);

/*
 * GET; take is called with each varbind, in the order of the names, where it was
 * answered without an error.
 */
void ask_get(struct ask *a, const struct snmp_name *names, size_t count,
	void (*take)(void *user, size_t n, const struct snmp_varbind *v), void *user,
	struct ask_end *ret);
void ask_set(struct ask *a, const struct snmp_varbind *values, size_t count,
	struct ask_end *ret);

/* Until the time is over (true) or a signal came (false). */
bool ask_wait(struct ask *a, unsigned ms);
bool ask_stopped(const struct ask *a);
/* The loop, for other users of it between two calls; borrowed. */
struct event_base *ask_loop(struct ask *a);

#endif

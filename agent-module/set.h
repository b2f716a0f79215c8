/*
 * set: what one SET asks for: collected varbind by varbind in any order,
 * checked as a whole, written as one transaction, taken back if need be.
 *
 * What can be written: the settings, the request and the acknowledgement of
 * imgReport, rows of imgAdviceTable (createAndGo and destroy),
 * imgUnitAdminState and imgUnitAction, imgSoftwareFloor (raised only), and what is wanted in
 * imgUpdateTable, with imgUpdateLock.  All else is notWritable.
 *
 * Nothing here knows Net-SNMP or who asks; the statuses are RFC 3416's.
 */
#ifndef IMGADM_AGENT_MODULE_SET_H
#define IMGADM_AGENT_MODULE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "agent-module/state.h"
#include "agent-module/view.h"
#include "lib/mib/table.h"

enum { SET_VARBINDS_MAX = 1024 };	/* more are resourceUnavailable */

/* error-status, RFC 3416 section 3 */
enum set_status {
	SET_NO_ERROR = 0,
	SET_GEN_ERR = 5,
	SET_WRONG_TYPE = 7,
	SET_WRONG_LENGTH = 8,
	SET_WRONG_VALUE = 10,
	SET_NO_CREATION = 11,
	SET_INCONSISTENT_VALUE = 12,
	SET_RESOURCE_UNAVAILABLE = 13,
	SET_COMMIT_FAILED = 14,
	SET_UNDO_FAILED = 15,
	SET_AUTHORIZATION_ERROR = 16,
	SET_NOT_WRITABLE = 17,
	SET_INCONSISTENT_NAME = 18,
};

enum set_type { SET_TYPE_INTEGER = 1, SET_TYPE_UNSIGNED32, SET_TYPE_OCTETS, SET_TYPE_OTHER };

struct set_varbind {
	const table_sub *name;
	size_t name_len;
	enum set_type type;
	int64_t number;		/* INTEGER and UNSIGNED32 */
	const uint8_t *octets;	/* OCTETS: borrowed for the call */
	size_t octet_count;
	unsigned at;		/* its place in the PDU, to say which was refused */
};

/* The first status that is not SET_NO_ERROR, and of which varbind it is. */
struct set_verdict {
	enum set_status status;
	unsigned at;
};

struct set;

struct set *set_new(void);	/* NULL: out of memory */
void set_free(struct set *set);	/* NULL is fine; what is open is rolled back */

/*
 * One more varbind: access, type, length, range (RFC 3416 4.2.5 (2) to (7)).
 * The same object twice is inconsistentValue.
 */
enum set_status set_take(struct set *set, const struct set_varbind *vb);
/* All together against what the device is now. */
struct set_verdict set_check(struct set *set, const struct snapshot *now);
/*
 * Take the write lock (waiting as the handle does) and write; set_commit or
 * set_undo follows.  state is borrowed until then.  On failure nothing is open,
 * and e says why.
 */
struct set_verdict set_apply(struct set *set, struct state *state, struct err *e);
/* Make it durable.  A negative errno: nothing is changed. */
int set_commit(struct set *set, struct err *e);
/*
 * Take back what was applied: committed or not, or nothing at all.  What
 * somebody else changed since a commit stays.
 */
int set_undo(struct set *set, struct err *e);

#endif

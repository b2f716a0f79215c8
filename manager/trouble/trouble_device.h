/*
 * trouble_device: the rules of all units of one device, and the order of its facts.
 *
 * A device's facts have one order, however they arrive: its log by index, with
 * no holes; what the centre sees by serial; the two merged by time (an entry
 * first where they are equal), each stream's time never running backwards.
 * trouble_device_take() takes them in that order only, and tells what to do
 * with one that is not its turn, so that a device's facts lead to the same
 * troubles delivered at once, in pieces, twice or out of order.
 *
 * Pure; a value that can be packed.  Borrows the rules.  Limits: as many units
 * as a structure has; TROUBLE_SLOTS_MAX rules of units.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_DEVICE_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_DEVICE_H

#include "lib/base/buf.h"
#include "manager/trouble/trouble_eval.h"

enum {
	TROUBLE_SLOTS_MAX = 65536,	/* rules of all units of a device */
	TROUBLE_PACKED_MAX = TROUBLE_SLOTS_MAX * (CATALOGUE_RULE_MEMORY_MAX + 16),
};

/* What is told of a trouble. */
struct trouble_told {
	enum trouble_event event;
	uint32_t rule;		/* place in the rules */
	uint32_t unit;
	int64_t at_s;
	uint64_t use;		/* of the unit, as far as known */
	uint32_t generation;	/* of the log that the evidence stands in */
	uint32_t evidence[TROUBLE_EVIDENCE_MAX];	/* indexes, the newest first */
	uint32_t evidence_count;
};
typedef void trouble_tell(void *user, const struct trouble_told *told);

struct trouble_device;

/* NULL = no memory. */
struct trouble_device *trouble_device_new(const struct trouble_rules *rules);
void trouble_device_free(struct trouble_device *d);

/*
 * A unit is, from the next fact on, this; NULL: it is gone.  What rules that
 * still speak of it remember stays; an open trouble of one that no longer does
 * is told as TROUBLE_LEFT.  -ENOMEM, -E2BIG; nothing has changed then.
 */
int trouble_device_unit(struct trouble_device *d, uint32_t unit, const struct trouble_subject *s,
	int64_t at_s, trouble_tell *tell, void *user);

/*
 * Take one fact.  0; TROUBLE_KNOWN: it was taken before.  -EAGAIN: what stands
 * before it in the log is missing; give it again when that came, or say
 * TROUBLE_LOG_FROM if it will not.  -ESTALE: it belongs before facts that were
 * taken; reset, and take all of the device's facts again, in order.  -EINVAL:
 * its kind or what goes with it is missing.
 */
enum { TROUBLE_KNOWN = 1 };
int trouble_device_take(struct trouble_device *d, const struct trouble_fact *f, trouble_tell *tell,
	void *user);

/* As if no fact had been taken; the units stay. */
void trouble_device_reset(struct trouble_device *d);

/* Borrowed until the next call; NULL: the rule does not speak of it. */
uint32_t *trouble_device_state(struct trouble_device *d, uint32_t unit, uint32_t rule);
/* How many rules of units it has, and the octets of memory they take. */
size_t trouble_device_slots(const struct trouble_device *d, size_t *ret_octets);

/* Append it to b, which has to take TROUBLE_PACKED_MAX; b->error. */
int trouble_device_pack(const struct trouble_device *d, struct buf *b);
/*
 * What was packed, under the rules as they are now: states of rules that are
 * gone or say something else are left out, and begin anew with
 * trouble_device_unit().  -EINVAL: damaged; -ENOMEM.
 */
int trouble_device_unpack(const struct trouble_rules *rules, const void *data, size_t size,
	struct trouble_device **ret, struct err *e);

#endif

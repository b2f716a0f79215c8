/* trouble_device_private: what a device holds, for trouble_device*.c. */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_DEVICE_PRIVATE_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_DEVICE_PRIVATE_H

#include "manager/trouble/trouble_device.h"

struct trouble_slot {
	uint32_t unit, rule;
	uint32_t at;		/* of its state in words */
};

struct trouble_device {
	const struct trouble_rules *rules;
	struct trouble_slot *slots;	/* by unit, then rank of the rule */
	uint32_t slot_count;
	uint32_t *words;	/* as many as the states have, one behind the other */
	uint32_t word_count;
	/* How far its facts were taken. */
	bool log_known;
	uint32_t generation, next_index;
	int64_t entry_at_s, other_at_s;
	uint64_t serial;
};

#endif

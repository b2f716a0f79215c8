/*
 * trouble_oracle: what rules come to, from the whole history anew at each fact.
 *
 * As slow and as plain as can be: no counters, no buckets that move, no ring;
 * each condition is looked up in all that happened so far, on axes of 64 bits.
 * Only what has a past by its nature (it was true and has not ended yet) is
 * carried on.  At most ORACLE_FACTS_MAX facts.
 */
#ifndef IMGADM_TESTS_UNIT_TROUBLE_ORACLE_H
#define IMGADM_TESTS_UNIT_TROUBLE_ORACLE_H

#include "manager/trouble/trouble_device.h"

enum { ORACLE_FACTS_MAX = 64 };

/*
 * Facts in their order, at_s as it counts; units from 1 on, all of them spoken
 * of by all rules.  tell as trouble_device_take() would.
 */
void trouble_oracle(const struct trouble_rules *rules, uint32_t units,
	const struct trouble_fact *facts, size_t count, trouble_tell *tell, void *user);

#endif

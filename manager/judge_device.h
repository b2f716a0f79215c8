/*
 * judge_device: from a device to its judgement, as one value.
 *
 *   store -> structure -> shape and names -> problem -> judgement
 *
 * What explain, why-not, plan, what-if and show stand on.  Reads only.
 */
#ifndef IMGADM_MANAGER_JUDGE_DEVICE_H
#define IMGADM_MANAGER_JUDGE_DEVICE_H

#include "lib/snmp/conf.h"
#include "lib/store/store_judge.h"
#include "manager/judge/judge.h"

/* All its own but the set; made and freed here only. */
struct judge_device {
	const struct catalogue_set *set;	/* borrowed */
	struct judge_policy policy;
	int64_t now_utc_s;
	struct structure structure;
	struct judge_shape shape;
	struct judge_names names;
	struct judge_problem *problem;
	struct judgement judgement;
};

/* judgeHardware, judgeDrafts, judgeTickets, judgeTrendy, judgeProfile of imgadm.conf. */
int judge_policy_conf(const struct conf *c, struct judge_policy *ret, struct err *e);

/*
 * Of the device with that name in the store.  -ENOENT: none, -ENODATA: its
 * structure is not known yet (e says what to do); -ENOMEM, -E2BIG.
 */
int judge_device_open(struct store *s, const struct catalogue_set *set,
	const struct judge_policy *policy, int64_t now_utc_s, const char *name,
	struct judge_device **ret, struct err *e);
/*
 * Who decides the software of the units, as far as the store heard of it
 * (store_update_owner()), into a shape; what it heard nothing of is the centre's.
 */
int judge_device_owners(struct store *s, int64_t device, struct judge_shape *shape,
	struct err *e);
/*
 * Of a structure, which goes over to the device (it is empty afterwards, also on
 * failure); name is for texts; device in s is whose owners count.
 */
int judge_device_of(struct store *s, int64_t device, struct structure *structure,
	const char *name,
	const struct catalogue_set *set, const struct judge_policy *policy, int64_t now_utc_s,
	struct judge_device **ret, struct err *e);
void judge_device_free(struct judge_device *d);	/* NULL is fine */

/* Place in the shape of a unit by symbol; -ENOENT with the nearest that there is. */
int judge_device_unit(const struct judge_device *d, const char *symbol, uint32_t *ret_unit,
	struct err *e);

#endif

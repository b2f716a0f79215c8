/*
 * judge_run_context: what all devices of a run are judged on.
 *
 * Catalogues, keys they are believed by, policy, the moment, and this program's
 * version: when one of them changes, everything is judged anew.  Where none did
 * and no device is pending, no catalogue is read.
 */
#ifndef IMGADM_MANAGER_JUDGE_RUN_CONTEXT_H
#define IMGADM_MANAGER_JUDGE_RUN_CONTEXT_H

#include "lib/snmp/conf.h"
#include "lib/store/store_judge.h"
#include "manager/judge/judge_shape.h"
#include "lib/inforce/inforce.h"

struct judge_run_context {
	struct store_judge_context kept;	/* as it is to be put at the end */
	struct judge_policy policy;
	struct inforce *catalogues;	/* own; NULL while idle */
	const struct catalogue_set *set;
	/* Unit types that are told apart by serial number, by class. */
	bool by_serial[UNIT_TYPE_STORE_JOB + 1];
};

/*
 * Close it in any case.  *ret_idle: nothing has to be judged (of `device`, 0 =
 * all), and the catalogues were not read.  Alarms about catalogues are written.
 */
int judge_run_context_open(struct judge_run_context *c, struct store *s, const struct conf *conf,
	utc_s now, int64_t device, bool all, bool *ret_idle, struct err *e);
void judge_run_context_close(struct judge_run_context *c);

/* What a judgement of the shape is kept under. */
void judge_run_context_key(const struct judge_run_context *c, const struct judge_shape *shape,
	utc_s now, uint8_t ret_key[STORE_JUDGE_KEY_SIZE]);

/* Whether a serial number may say what a unit of the structure is. */
bool judge_run_context_by_serial(const struct judge_run_context *c, const struct structure *s);

#endif

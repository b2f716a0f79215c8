/*
 * judge_open: what a command about one device needs, opened and closed as one.
 *
 * The store (for reading), the catalogues in force, and the device's judgement
 * on them, made now: what is told is about what is known now, whatever the last
 * run said.
 */
#ifndef IMGADM_MANAGER_JUDGE_OPEN_H
#define IMGADM_MANAGER_JUDGE_OPEN_H

#include "lib/store/store_read.h"
#include "lib/inforce/inforce.h"
#include "manager/judge_cli.h"
#include "manager/judge_device.h"

struct judge_opened {
	struct store *store;
	struct inforce *catalogues;
	struct judge_policy policy;
	struct judge_device *device;	/* NULL where none was asked for */
	const char *stale;		/* why the set is stale; NULL = it is not */
};

/*
 * name NULL: no device.  EXIT_DONE, or the status to return, after saying why;
 * judge_opened_close() in any case.
 */
int judge_open(struct cli *cli, const char *name, struct judge_opened *ret);
void judge_opened_close(struct judge_opened *o);

/* The device once more, by another policy than imgadm.conf's.  As judge_device_open(). */
int judge_open_by(struct judge_opened *o, const struct judge_policy *policy, struct err *e);

/*
 * The release that SOFTWARE and VERSION name, made by anyone or, as
 * "CREATOR:SOFTWARE", by that one.  -ENOENT with the nearest that there is;
 * -ENOTUNIQ: several creators have it.
 */
int judge_open_release(const struct judge_opened *o, const char *software, const char *version,
	uint32_t *ret_release, struct err *e);

/*
 * The unit (place in the shape) that symbol names, or where it is NULL the only one
 * that the release is made for.  -ENOENT, -EINVAL with the symbols to choose from.
 */
int judge_open_unit(const struct judge_device *d, const char *symbol, uint32_t release,
	uint32_t *ret_unit, struct err *e);

/* One line on stderr where the catalogues are stale: verdicts go on, plans do not. */
void judge_open_warn(const struct judge_opened *o);

#endif

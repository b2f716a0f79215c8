/*
 * center: what devices report to; one loop, no threads.
 *
 *   socket -> SNMPv3 engine -> queue, a line a device -> store, many in one
 *   commit -> the answers
 *
 * Invariants
 * - What is acknowledged is on the disk.
 * - What is not taken (a full line, a failed commit) is not answered: its
 *   device sends it again.
 * - Whose report it is, the table of users says, and nothing in the report.
 * - What the network causes is logged at most once a minute a cause.
 */
#ifndef IMGADM_MANAGER_CENTER_H
#define IMGADM_MANAGER_CENTER_H

#include <stddef.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/store/store_center.h"
#include "manager/rrdfile.h"

struct center;

struct center_options {
	const char *const *listen;	/* as center_net_new(); borrowed for the call */
	size_t listen_count;
	struct store_engine engine;	/* boots raised */
	const char *db, *rrd_dir;	/* for imgadm-poll; borrowed */
	int64_t interval_s;	/* the graphs' */
	const char *poll;	/* imgadm-poll's path; NULL = polls are not started */
	const char *judge;	/* imgadm-judge's path; NULL = it is not started */
	const struct clock *clock;
	/* Read the configuration anew: `forward` (NULL = none) until the next call. */
	int (*reload)(void *user, const char **ret_forward, struct err *e);
	void *user;
};

/*
 * store (STORE_TOLD) and rrd (NULL = no graphs) are borrowed.  The sockets are
 * open when this returns.  -EINVAL, -EADDRINUSE, -EACCES, -ENOMEM, and the
 * store's, with e.
 */
int center_new(const struct center_options *o, struct store *store, struct rrdfile *rrd,
	struct center **ret, struct err *e);
/* Until SIGTERM or SIGINT: what waits is then put, committed and answered. */
int center_run(struct center *c, struct err *e);
void center_free(struct center *c);	/* NULL is fine */

#endif

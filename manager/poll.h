/*
 * poll: one run over the fleet.
 *
 * Targets are streamed from the store, asked by lib/snmp's engine as the poll
 * plan says, and what was found goes to the sink.  Living devices come first;
 * names of hosts are resolved between the rounds of the engine, never in its
 * loop: devices whose address is a name that is not known yet, or that was
 * silent, make a second round.
 *
 * Invariants: at most window + silent_window devices are in memory; after
 * a signal what is in flight has two seconds to end, and what is whole is
 * stored; a storage failure ends the run and leaves nothing half-stored.
 */
#ifndef IMGADM_MANAGER_POLL_H
#define IMGADM_MANAGER_POLL_H

#include "lib/base/clock.h"
#include "lib/snmp/conf.h"
#include "lib/store/store.h"
#include "manager/rrdfile.h"

enum {
	POLL_LINES_MAX = 100,	/* lines about failed devices in one run */
	POLL_RESOLVE_MS = 10000,	/* for all names of a chunk */
	POLL_RETRIES = 2,	/* where nothing else is said */
	POLL_NAMES_MAX = 100000,	/* devices of the second round */
};

struct poll_options {
	const char *device;	/* NULL = all */
	bool soon;		/* only those that are marked to be polled soon */
	unsigned window, silent_window;	/* 0 = the engine's */
	bool acknowledge;	/* new log entries are noted, to be acknowledged after the run */
	bool progress;		/* a line on stderr that is written over */
	/* For every device, instead of what imgadm.conf says; may be NULL. */
	const struct snmp_credential *credential;
	const struct clock *clock;
};

struct poll_counts {
	uint64_t devices;	/* in the store (or 1) */
	uint64_t polled;	/* finished: the sum of the next four */
	uint64_t unchanged, changed;	/* answered */
	uint64_t silent;	/* no answer */
	uint64_t failed;	/* answered, but of no use */
	uint64_t log_entries, log_gaps;	/* new; lost */
	uint64_t requests, retries, dropped;	/* datagrams */
	uint64_t acknowledged, unacknowledged;	/* devices; the latter: not told */
	uint64_t graphs_failed;
	int64_t ms;
	bool stopped;
};

struct poll;

/*
 * All borrowed until poll_free(); rrd NULL = no graphs.  NULL with e: out of
 * memory or descriptors.  SIGTERM and SIGINT stop it from here on.
 */
struct poll *poll_new(struct store *store, struct rrdfile *rrd, struct conf *conf,
	const struct poll_options *options, struct err *e);
void poll_free(struct poll *p);

/*
 * 0 also when devices failed or were silent (counts say); -ENOENT no device
 * of that name; negative with e when the store failed.  *ret_counts is filled
 * in any case.
 */
int poll_run(struct poll *p, struct poll_counts *ret_counts, struct err *e);

#endif

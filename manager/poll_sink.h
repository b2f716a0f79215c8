/*
 * poll_sink: where the results of a poll go: the store first, then the graphs.
 *
 * Results are gathered into batches of at most POLL_SINK_BATCH devices and
 * POLL_SINK_BATCH_MS milliseconds, each one transaction; the round robin files
 * are written after its commit, so that they never show what was not stored.
 *
 * Invariants: a storage failure is final: nothing is put after it, and the
 * batch it happened in is as if it had never been polled.  A graph that cannot
 * be written costs no result; the first such failure is kept.
 */
#ifndef IMGADM_MANAGER_POLL_SINK_H
#define IMGADM_MANAGER_POLL_SINK_H

#include "lib/store/store.h"
#include "manager/rrdfile.h"

struct poll_sink;

enum {
	POLL_SINK_BATCH = 256,
	POLL_SINK_BATCH_MS = 100,
};

/*
 * store and rrd (NULL = no graphs) are borrowed; of rrd a run begins.  NULL
 * when out of memory.
 */
struct poll_sink *poll_sink_new(struct store *store, struct rrdfile *rrd);
/* What was not committed is dropped.  NULL is fine. */
void poll_sink_free(struct poll_sink *sink);

/*
 * Put one result; now_ms is monotonic.  -EINVAL and -ENOENT speak of this
 * result only; any other failure is a storage failure.
 */
int poll_sink_put(struct poll_sink *sink, const struct store_poll_result *result,
	int64_t now_ms, struct store_poll_outcome *ret_outcome, struct err *e);

/* What the graphs of a device get once its batch is committed. */
struct poll_sink_graph {
	int64_t device;
	utc_s when, previous;	/* previous contact, 0 = none */
	uint64_t use_count;	/* STORE_NOT_READ: no update */
	uint64_t errors[RRDFILE_SEVERITIES];
	bool discontinuous;	/* another machine */
};
/* After the last put of a device.  Commits when the batch is full. */
int poll_sink_graph(struct poll_sink *sink, const struct poll_sink_graph *g,
	int64_t now_ms, struct err *e);

/* Commit when the batch is old enough; call it now and then. */
int poll_sink_tick(struct poll_sink *sink, int64_t now_ms, struct err *e);
/* Commit what there is, and hand the graphs on. */
int poll_sink_flush(struct poll_sink *sink, struct err *e);

/* How many graph updates failed, and the first failure. */
unsigned poll_sink_graphs_failed(const struct poll_sink *sink, const char **ret_why);

#endif

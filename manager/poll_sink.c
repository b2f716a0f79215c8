#include <config.h>

#include "manager/poll_sink.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/store_read.h"
#include "manager/rrdslots.h"

struct poll_sink {
	struct store *store;
	struct rrdfile *rrd;
	bool open;		/* a batch */
	bool broken;		/* a storage failure */
	int64_t begun_ms;
	unsigned graph_count;
	struct poll_sink_graph graphs[POLL_SINK_BATCH];
	unsigned graphs_failed;
	struct err graph_err;	/* the first */
};

struct poll_sink *
poll_sink_new(struct store *store, struct rrdfile *rrd)
{
	struct poll_sink *sink = calloc(1, sizeof(*sink));

	if (sink == NULL)
		return NULL;
	sink->store = store;
	sink->rrd = rrd;
	if (rrd != NULL && rrdfile_begin(rrd, &sink->graph_err) < 0)
		sink->graphs_failed = 1;
	return sink;
}

void
poll_sink_free(struct poll_sink *sink)
{
	if (sink == NULL)
		return;
	if (sink->open)
		store_batch_abort(sink->store);
	free(sink);
}

unsigned
poll_sink_graphs_failed(const struct poll_sink *sink, const char **ret_why)
{
	*ret_why = sink->graph_err.text;
	return sink->graphs_failed;
}

/* --- graphs ------------------------------------------------------------------ */

static void
graph_failed(struct poll_sink *sink, const struct err *e)
{
	if (sink->graphs_failed++ == 0)
		sink->graph_err = *e;
}

static int
update_units(struct poll_sink *sink, const struct poll_sink_graph *g, struct err *e)
{
	struct unit *units = NULL;
	size_t count = 0;
	int rc;

	rc = store_units_now(sink->store, g->device, &units, &count, e);
	if (rc == 0 && count > 0)
		rc = rrdslots_update(sink->rrd, sink->store, g->device, g->when, units,
			count, e);
	free(units);
	return rc;
}

static void
update_graphs(struct poll_sink *sink)
{
	struct err e = {0};

	for (unsigned i = 0; i < sink->graph_count; i++) {
		const struct poll_sink_graph *g = &sink->graphs[i];
		int rc = 0;

		if (g->use_count != STORE_NOT_READ)
			rc = rrdfile_update_use(sink->rrd, g->device, g->when,
				g->use_count, g->errors, g->discontinuous, &e);
		if (rc == 0 && rrdfile_units_due(sink->rrd, g->previous, g->when))
			rc = update_units(sink, g, &e);
		if (rc < 0 && rc != -ENOENT)
			graph_failed(sink, &e);
	}
	if (sink->graph_count > 0 && rrdfile_flush(sink->rrd, &e) < 0)
		graph_failed(sink, &e);
}

/* --- batches ------------------------------------------------------------------- */

static int
broken(struct poll_sink *sink, int rc)
{
	if (sink->open)
		store_batch_abort(sink->store);
	sink->open = false;
	sink->broken = true;
	sink->graph_count = 0;
	return rc;
}

int
poll_sink_flush(struct poll_sink *sink, struct err *e)
{
	int rc;

	if (!sink->open)
		return 0;
	rc = store_batch_commit(sink->store, e);
	if (rc < 0)
		return broken(sink, rc);
	sink->open = false;
	if (sink->rrd != NULL)
		update_graphs(sink);
	sink->graph_count = 0;
	return 0;
}

int
poll_sink_tick(struct poll_sink *sink, int64_t now_ms, struct err *e)
{
	if (!sink->open || now_ms - sink->begun_ms < POLL_SINK_BATCH_MS)
		return 0;
	return poll_sink_flush(sink, e);
}

int
poll_sink_put(struct poll_sink *sink, const struct store_poll_result *result,
	int64_t now_ms, struct store_poll_outcome *ret_outcome, struct err *e)
{
	int rc;

	if (sink->broken)
		return err_set(e, -ECANCELED, "the store failed before");
	if (!sink->open) {
		rc = store_batch_begin(sink->store, e);
		if (rc < 0)
			return broken(sink, rc);
		sink->open = true;
		sink->begun_ms = now_ms;
	}
	rc = store_poll_put(sink->store, result, ret_outcome, e);
	if (rc < 0 && rc != -EINVAL && rc != -ENOENT)
		return broken(sink, rc);
	return rc;
}

int
poll_sink_graph(struct poll_sink *sink, const struct poll_sink_graph *g, int64_t now_ms,
	struct err *e)
{
	if (sink->broken)
		return 0;
	sink->graphs[sink->graph_count++] = *g;
	if (sink->graph_count == POLL_SINK_BATCH)
		return poll_sink_flush(sink, e);
	return poll_sink_tick(sink, now_ms, e);
}

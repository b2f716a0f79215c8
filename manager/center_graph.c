#include <config.h>

#include "manager/center_private.h"

#include <stdlib.h>
#include <string.h>

#include "lib/store/store_read.h"
#include "manager/rrdslots.h"

void
center_graph_note(struct center *c, const struct store_report_outcome *o,
	const struct report *r, utc_s when)
{
	struct center_sample *s = &c->samples[c->sample_count];

	if (c->rrd == NULL || o->device == 0 ||
	    (r->head.kind == REPORT_ERRORS && o->stored.entries_new == 0))
		return;
	*s = (struct center_sample){ .device = o->device, .when = when,
		.structure = r->head.kind == REPORT_STRUCTURE,
		.discontinuous = o->stored.machine_new };
	(void)memcpy(s->errors, o->stored.errors_by_severity, sizeof(s->errors));
	c->sample_count++;
}

/*
 * Impressions over life as they are stored now: a report of errors alone does
 * not say them, and what is unknown would be a gap in what others say.
 */
static int
write_sample(struct center *c, const struct center_sample *s, struct err *e)
{
	struct center_drawn *drawn = &c->drawn[(uint64_t)s->device % CENTER_DRAWN];
	struct unit *units = NULL;
	size_t count = 0;
	uint64_t use = STORE_NOT_READ;
	int rc = store_device_use(c->store, s->device, &use, e);

	if (rc == 0)
		rc = rrdfile_update_use(c->rrd, s->device, s->when, use, s->errors,
		    s->discontinuous, e);
	if (rc < 0 || !s->structure || !rrdfile_units_due(c->rrd,
	    drawn->device == s->device ? drawn->when : 0, s->when))
		return rc;
	rc = store_units_now(c->store, s->device, &units, &count, e);
	if (rc == 0 && count > 0)
		rc = rrdslots_update(c->rrd, c->store, s->device, s->when, units, count, e);
	free(units);
	/* Else the next report draws them. */
	if (rc == 0)
		*drawn = (struct center_drawn){ s->device, s->when };
	return rc;
}

void
center_graph_write(struct center *c)
{
	struct err e = { 0 };
	bool failed = false;

	for (size_t i = 0; i < c->sample_count; i++) {
		if (write_sample(c, &c->samples[i], &e) < 0) {
			c->counts.graphs_failed++;
			failed = true;
		}
	}
	if (c->sample_count > 0 && rrdfile_flush(c->rrd, &e) < 0) {
		c->counts.graphs_failed++;
		failed = true;
	}
	if (failed)
		center_say(c, "a graph cannot be updated; the report is stored", NULL, NULL, e.text);
	c->sample_count = 0;
}

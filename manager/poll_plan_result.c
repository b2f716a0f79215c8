#include <config.h>

#include "manager/poll_plan_private.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"

static void
put_learned(struct poll_plan *p)
{
	struct store_poll_result *r = &p->result;

	if (p->pace.bulk_failed)
		r->quirks |= STORE_QUIRK_NO_BULK;
	if (p->pace.went_back)
		r->quirks |= STORE_QUIRK_NOT_INCREASING;
	/* 0 would mean "as before": a limit that is gone is a high one. */
	r->max_varbinds = p->pace.max_varbinds == 0 && p->target.max_varbinds != 0 ?
		UINT16_MAX : p->pace.max_varbinds;
}

enum poll_plan_next
poll_plan_fail_as(struct poll_plan *p, enum store_contact contact)
{
	struct store_poll_result *r = &p->result;

	put_learned(p);
	r->contact = contact;
	r->reason = p->reason;
	r->sys_name = r->sys_object_id = NULL;
	r->identity = NULL;
	r->structure = NULL;
	r->readings_whole = NULL;
	r->units = NULL;
	r->readings = NULL;
	r->entries = NULL;
	r->readings_whole_count = r->unit_count = r->reading_count = r->entry_count = 0;
	r->log_read = false;
	p->step = END;
	return POLL_PLAN_DONE;
}

enum poll_plan_next
poll_plan_fail(struct poll_plan *p, const char *reason)
{
	(void)text_copy(p->reason, sizeof(p->reason), reason);
	return poll_plan_fail_as(p, STORE_FAILED);
}

size_t
poll_plan_settled(const struct poll_plan *p, size_t most)
{
	uint32_t settled = poll_plan_walk_settled(&p->walk, 0);
	uint32_t least = poll_plan_walk_least(&p->walk, 0);
	uint32_t sure = least > p->scalars.log.newest ? least : p->scalars.log.newest;
	const struct log_entry *rows = poll_plan_rows_log(&p->rows);
	size_t count = poll_plan_rows_count(&p->rows, POLL_PLAN_LOG);
	size_t n = 0;

	while (n < count && n < most && rows[n].index <= settled &&
	       rows[n].index <= sure)
		n++;
	return n;
}

/*
 * Put what is there into the result: all of the device the first time, later
 * only log entries.
 */
static void
put_result(struct poll_plan *p, size_t log_rows)
{
	struct store_poll_result *r = &p->result;
	struct log_entry *entries = poll_plan_rows_log(&p->rows);

	put_learned(p);
	r->contact = STORE_ANSWERED;
	r->reason = NULL;
	r->identity = r->has_agent ? &p->scalars.device : NULL;
	r->log = p->scalars.log;
	r->entries = log_rows > 0 ? entries : NULL;
	r->entry_count = log_rows;
	for (size_t i = 0; i < log_rows; i++)
		if (entries[i].repeats == 0)
			entries[i].repeats = 1;
	/* The log went on while it was read. */
	if (log_rows > 0 && entries[log_rows - 1].index > r->log.newest)
		r->log.newest = entries[log_rows - 1].index;
	p->piece = log_rows;
	p->entries += log_rows;
	if (!p->stored)
		return;
	r->structure = NULL;
	r->readings_whole = NULL;
	r->units = NULL;
	r->readings = NULL;
	r->readings_whole_count = r->unit_count = r->reading_count = 0;
	/* The restart was told once. */
	r->restarted = false;
}

enum poll_plan_next
poll_plan_done(struct poll_plan *p)
{
	put_result(p, p->result.log_read ? poll_plan_settled(p, SIZE_MAX) : 0);
	p->step = END;
	return POLL_PLAN_DONE;
}

enum poll_plan_next
poll_plan_piece(struct poll_plan *p, size_t log_rows)
{
	put_result(p, log_rows);
	return POLL_PLAN_STORE;
}

/* --- the structure ------------------------------------------------------------------ */

static void
collect_structure(struct poll_plan *p)
{
	struct structure *s = &p->structure;

	s->device = p->scalars.device;
	memcpy(s->digest, p->scalars.digest, sizeof(s->digest));
	s->revision = p->scalars.revision;
	s->last_change = p->scalars.last_change;
	s->units = poll_plan_rows_units(&p->rows);
	s->unit_count = poll_plan_rows_count(&p->rows, POLL_PLAN_UNITS);
	s->software = poll_plan_rows_software(&p->rows);
	s->software_count = poll_plan_rows_count(&p->rows, POLL_PLAN_SOFTWARE);
	s->readings = poll_plan_rows_readings(&p->rows);
	s->reading_count = poll_plan_rows_count(&p->rows, POLL_PLAN_READINGS);
}

int
poll_plan_check_structure(struct poll_plan *p, struct err *e)
{
	const struct poll_plan_scalars *s = &p->scalars;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	bool moved = s->revision != p->revision_before ||
		memcmp(s->digest, p->digest_before, sizeof(s->digest)) != 0;
	bool v1 = p->version == 1;
	int rc;

	if (!poll_plan_scalars_has(s, POLL_PLAN_DIGEST) ||
	    !poll_plan_scalars_has(s, POLL_PLAN_REVISION))
		return err_set(e, -EPROTO, "imgStructureDigest went away during the poll");
	collect_structure(p);
	structure_digest(&p->structure, digest);
	if (memcmp(digest, s->digest, sizeof(digest)) != 0) {
		if (moved)
			return err_set(e, -EAGAIN,
				"its structure changed each time while it was read");
		if ((rc = poll_plan_rows_complete(&p->rows, POLL_PLAN_UNITS, v1, e)) < 0 ||
		    (rc = poll_plan_rows_complete(&p->rows, POLL_PLAN_SOFTWARE, v1, e)) < 0)
			return rc;
		if (!p->rows.repaired)
			return err_set(e, -EPROTO,
				"imgStructureDigest does not agree with its rows");
	}
	rc = poll_plan_rows_complete(&p->rows, POLL_PLAN_READINGS, v1, e);
	if (rc < 0)
		return rc;
	return structure_check(&p->structure, e);
}

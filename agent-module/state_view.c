#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"

enum { RING_LEAST = 64 + STATE_VIEW_KEPT };

/* What a refresh read; applied to the view when all of it is there. */
struct fresh {
	struct state_head head;
	struct structure structure;	/* arrays that were reloaded; borrowed others */
	bool units, software, readings;	/* reloaded */
	bool whole_log;			/* entries are all there are */
	struct log_entry *entries;	/* first..head.log.newest */
	uint32_t first;
	size_t entry_count;
	struct state_report report;
	int64_t advice_stamp;
	bool new_advice;		/* reloaded */
	struct state_advice *advice;
	size_t advice_count;
	struct state_update_head update_head;
	bool new_updates;		/* reloaded */
	struct update *updates;
	size_t update_count;
	uint32_t owed_unit, owed_changes;
	struct state_trust trust;
};

static void
fresh_release(struct fresh *f)
{
	if (!f->units)
		f->structure.units = NULL;
	if (!f->software)
		f->structure.software = NULL;
	if (!f->readings)
		f->structure.readings = NULL;
	structure_release(&f->structure);
	free(f->entries);
	free(f->advice);
	free(f->updates);
}

/*
 * The structure is checked as a whole: the arrays that did not change are
 * lent by the view meanwhile.
 */
static int
structure_read(struct state *s, const struct state_view *v, bool all, struct fresh *f,
	struct err *e)
{
	struct structure *st = &f->structure, alone = {0};
	int rc = 0;

	f->units = all || f->head.units_stamp != v->seen.units;
	f->software = all || f->head.software_stamp != v->seen.software;
	f->readings = all || f->head.readings_stamp != v->seen.readings;
	if (f->units)
		rc = state_units_load(s, st, e);
	if (rc == 0 && f->software)
		rc = state_software_load(s, st, e);
	if (rc == 0 && f->readings)
		rc = state_readings_load(s, st, e);
	if (rc < 0)
		return rc;
	if (!f->units) {
		st->units = v->structure.units;
		st->unit_count = v->structure.unit_count;
	}
	if (!f->software) {
		st->software = v->structure.software;
		st->software_count = v->structure.software_count;
	}
	if (!f->readings) {
		st->readings = v->structure.readings;
		st->reading_count = v->structure.reading_count;
	}
	rc = state_device_fill(s, st, &f->head, e);
	if (rc < 0)
		return rc;
	if (f->units || f->software || f->readings)
		return state_whole(s, st, e);
	/* The device's own columns are all that may be new. */
	alone.device = st->device;
	alone.units = st->units;
	alone.unit_count = 1;
	return state_whole(s, &alone, e);
}

static int
log_read(struct state *s, const struct state_view *v, bool all, struct fresh *f,
	struct err *e)
{
	const struct log_bounds *l = &f->head.log, *old = &v->log;

	/* A log that went back was put there from a backup. */
	f->whole_log = all || l->generation != old->generation ||
		l->newest < old->newest || l->oldest < old->oldest;
	f->first = l->oldest;
	if (!f->whole_log && old->newest >= l->oldest)
		f->first = old->newest + 1;
	if (l->newest == 0 || f->first > l->newest)
		return 0;
	f->entry_count = l->newest - f->first + 1;
	f->entries = calloc(f->entry_count, sizeof(*f->entries));
	if (f->entries == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory for %zu log entries", s->path,
			f->entry_count);
	return state_entries_load(s, f->first, l->newest, f->entries, e);
}

static int
advice_read(struct state *s, const struct state_view *v, bool all, struct fresh *f,
	struct err *e)
{
	struct state_advice *rows;
	int rc;

	f->new_advice = all || f->advice_stamp != v->seen.advice;
	if (!f->new_advice)
		return 0;
	rows = calloc(STATE_ADVICE_MAX, sizeof(*rows));
	if (rows == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", s->path);
	rc = state_advice_read(s, rows, &f->advice_count, e);
	if (rc < 0 || f->advice_count == 0)
		free(rows);
	else
		f->advice = rows;
	return rc;
}

/* Which state is to be reported first. */
static void
find_owed(struct fresh *f, const struct state_update *rows, size_t count)
{
	utc_s since = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].changes == rows[i].reported || rows[i].row.changed >= since)
			continue;
		since = rows[i].row.changed;
		f->owed_unit = rows[i].row.unit_index;
		f->owed_changes = rows[i].changes;
	}
}

/* What the MIB shows of updates; the rest is imgadm-install's. */
static int
updates_read(struct state *s, const struct state_view *v, bool all, struct fresh *f,
	struct err *e)
{
	struct state_update *rows = NULL;
	size_t count = 0;
	int rc = state_update_head_read(s, &f->update_head, e);

	f->new_updates = all || f->update_head.stamp != v->seen.updates;
	if (rc < 0 || !f->new_updates)
		return rc;
	rc = state_trust_read(s, &f->trust, e);
	if (rc == 0)
		rc = state_update_read(s, &rows, &count, e);
	if (rc == 0 && count > 0) {
		f->updates = calloc(count, sizeof(*f->updates));
		if (f->updates == NULL)
			rc = err_set(e, -ENOMEM, "%s: out of memory for updates", s->path);
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		f->updates[f->update_count++] = rows[i].row;
	if (rc == 0)
		find_owed(f, rows, count);
	free(rows);
	return rc;
}

/*
 * Room in the ring for all entries of the new bounds and those kept behind
 * them, before anything changes; what stays is moved to its front.
 */
static int
ring_grow(struct state_view *v, const struct fresh *f, const char *path, struct err *e)
{
	const struct log_bounds *l = &f->head.log;
	size_t need = l->newest == 0 ? 0 : l->newest - l->oldest + 1;
	size_t size = v->entries_size < RING_LEAST ? RING_LEAST : v->entries_size;
	struct log_entry *ring;

	need += STATE_VIEW_KEPT;
	if (need <= v->entries_size)
		return 0;
	while (size < need)
		size *= 2;
	if (size > (size_t)l->capacity + STATE_VIEW_KEPT)
		size = (size_t)l->capacity + STATE_VIEW_KEPT;
	ring = calloc(size, sizeof(*ring));
	if (ring == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory for %zu log entries", path, size);
	for (uint32_t i = v->log.oldest; i != 0 && i <= v->log.newest; i++)
		ring[i - v->log.oldest] = *state_view_entry(v, i);
	free(v->entries);
	v->entries = ring;
	v->entries_head = 0;
	v->entries_kept = 0;
	v->entries_size = size;
	return 0;
}

static void
log_apply(struct state_view *v, const struct fresh *f)
{
	const struct log_bounds *l = &f->head.log;
	size_t count = l->newest == 0 ? 0 : l->newest - l->oldest + 1;

	if (f->whole_log || v->log.newest < l->oldest) {
		v->entries_head = 0;
		v->entries_kept = 0;
	} else if (l->oldest > v->log.oldest && v->log.oldest != 0) {
		v->entries_head = (v->entries_head + (l->oldest - v->log.oldest)) %
			v->entries_size;
		v->entries_kept += l->oldest - v->log.oldest;
	}
	if (v->entries_kept > v->entries_size - count)
		v->entries_kept = v->entries_size - count;
	v->log = *l;
	for (size_t i = 0; i < f->entry_count; i++)
		v->entries[(v->entries_head + (f->first - l->oldest) + i) % v->entries_size] =
			f->entries[i];
}

static void
structure_apply(struct state_view *v, struct fresh *f)
{
	struct structure *new = &f->structure, old = v->structure;

	v->structure = *new;
	/* What was replaced is released with f; what was lent stays in v. */
	new->units = old.units;
	new->software = old.software;
	new->readings = old.readings;
}

static void
advice_apply(struct state_view *v, struct fresh *f)
{
	if (!f->new_advice)
		return;
	free(v->advice);
	v->advice = f->advice;
	v->advice_count = f->advice_count;
	f->advice = NULL;
}

static void
updates_apply(struct state_view *v, struct fresh *f)
{
	v->update_lock = f->update_head.lock;
	v->seen.updates = f->update_head.stamp;
	if (!f->new_updates)
		return;
	free(v->updates);
	v->updates = f->updates;
	v->update_count = f->update_count;
	v->update_owed.unit_index = f->owed_unit;
	v->update_owed.changes = f->owed_changes;
	v->trust = f->trust;
	f->updates = NULL;
}

static int
fresh_read(struct state *s, const struct state_view *v, struct fresh *f, struct err *e)
{
	bool all = !v->loaded || v->seen.handle != s->handle;
	int rc = db_begin_read(s->db, e);

	if (rc < 0)
		return rc;
	rc = state_head_load(s, &f->head, e);
	if (rc == 0)
		rc = structure_read(s, v, all, f, e);
	if (rc == 0)
		rc = log_read(s, v, all, f, e);
	if (rc == 0)
		rc = state_report_read(s, &f->head.log, &f->report, &f->advice_stamp, e);
	if (rc == 0)
		rc = advice_read(s, v, all, f, e);
	if (rc == 0)
		rc = updates_read(s, v, all, f, e);
	if (rc < 0)
		db_rollback(s->db);
	else
		rc = db_commit(s->db, e);	/* tells whether it was one moment */
	return rc;
}

int
state_view_refresh(struct state *s, struct state_view *v, struct err *e)
{
	struct fresh f = {0};
	uint64_t changes;
	int rc;

	if (s->batch)
		return err_set(e, -EINVAL, "%s: no view between begin and commit", s->path);
	rc = state_look(s, e);
	if (rc < 0)
		return rc;
	changes = s->changes;
	if (v->loaded && v->seen.handle == s->handle && v->seen.changes == changes)
		goto told;
	rc = fresh_read(s, v, &f, e);
	if (rc == -ESTALE)
		/* Replaced this moment: the next call finds the other file. */
		rc = err_set(e, -EBUSY, "%s: being replaced; try again", s->path);
	if (rc == 0)
		rc = ring_grow(v, &f, s->path, e);
	if (rc < 0) {
		fresh_release(&f);
		return rc;
	}
	log_apply(v, &f);
	structure_apply(v, &f);
	advice_apply(v, &f);
	updates_apply(v, &f);
	v->report = f.report;
	v->boots = f.head.boots;
	v->seen.handle = s->handle;
	v->seen.changes = changes;
	v->seen.units = f.head.units_stamp;
	v->seen.software = f.head.software_stamp;
	v->seen.readings = f.head.readings_stamp;
	v->seen.advice = f.advice_stamp;
	v->generation++;
	v->loaded = true;
	fresh_release(&f);
told:
	s->told = changes;
	return 0;
}

void
state_view_release(struct state_view *v)
{
	uint64_t generation = v->generation;

	structure_release(&v->structure);
	free(v->entries);
	free(v->advice);
	free(v->updates);
	*v = (struct state_view){ .generation = generation + 1 };
}

const struct log_entry *
state_view_entry(const struct state_view *v, uint32_t index)
{
	if (index == 0 || index > v->log.newest || v->log.oldest == 0 ||
		index + v->entries_kept < v->log.oldest)
		return NULL;
	return &v->entries[(v->entries_head + v->entries_size + index - v->log.oldest) %
		v->entries_size];
}

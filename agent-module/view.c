#include <config.h>

#include "agent-module/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

enum { SNAPSHOT_IDLE_MS = 10000 };

/* Who saw which snapshot. */
struct seen {
	long transaction;
	uint64_t serial;	/* of the snapshot; 0 = free */
};

struct slot {
	uint64_t serial;	/* rises with each snapshot taken; 0 = none */
	int64_t used_ms;	/* when a request began or went on with it; 0 = none has */
	struct snapshot snapshot;
};

struct view {
	char *path;
	struct view_options options;
	struct state *state;
	struct state_view now;	/* what the file says */
	struct slot slots[VIEW_SNAPSHOTS];
	struct slot *newest;	/* NULL before the first request */
	struct seen seen[VIEW_REQUESTS];	/* a ring */
	size_t seen_next;
	/* The last request, so that its further calls cost a comparison. */
	long last_transaction;
	const struct snapshot *last;
	bool anew;		/* take a snapshot even if nobody wrote */
	int failed;		/* the last error that was logged, 0 = none */
	struct err failure;
};

static void
snapshot_release(struct snapshot *s)
{
	structure_release(&s->structure);
	free(s->physical);
	free(s->advice);
	free(s->updates);
	*s = (struct snapshot){ 0 };
}

/* A copy of count elements; NULL with *ok false when out of memory. */
static void *
copy_array(const void *from, size_t count, size_t size, bool *ok)
{
	void *to;

	if (count == 0)
		return NULL;
	to = malloc(count * size);
	if (to == NULL)
		*ok = false;
	else
		memcpy(to, from, count * size);
	return to;
}

static int
structure_copy(struct structure *to, const struct structure *from)
{
	bool ok = true;

	*to = *from;
	to->units = copy_array(from->units, from->unit_count,
		sizeof(*from->units), &ok);
	to->software = copy_array(from->software, from->software_count,
		sizeof(*from->software), &ok);
	to->readings = copy_array(from->readings, from->reading_count,
		sizeof(*from->readings), &ok);
	if (!ok) {
		structure_release(to);
		return -ENOMEM;
	}
	return 0;
}

static int
advice_copy(struct snapshot *to, const struct state_view *from)
{
	bool ok = true;

	to->report = from->report;
	to->advice = copy_array(from->advice, from->advice_count, sizeof(*from->advice), &ok);
	if (!ok)
		return -ENOMEM;
	to->advice_count = from->advice_count;
	return 0;
}

static int
updates_copy(struct snapshot *to, const struct state_view *from)
{
	bool ok = true;

	to->updates = copy_array(from->updates, from->update_count, sizeof(*from->updates), &ok);
	if (!ok)
		return -ENOMEM;
	to->update_count = from->update_count;
	to->update_lock = from->update_lock;
	to->trust = from->trust;
	return 0;
}

/* The units that ENTITY-MIB has a row for. */
static int
find_physical(struct snapshot *s)
{
	if (s->structure.unit_count == 0)
		return 0;
	s->physical = malloc(s->structure.unit_count * sizeof(*s->physical));
	if (s->physical == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < s->structure.unit_count; i++)
		if (s->structure.units[i].class == UNIT_UNIT)
			s->physical[s->physical_count++] = (uint32_t)i;
	return 0;
}

/*
 * last_change is UTC in whole seconds, rounded down; sysUpTime counts from the
 * agent's start.  In doubt, a change in the second of the start was before it.
 */
static uint32_t
last_change_ticks(const struct view *v, const struct structure *structure)
{
	int64_t up = v->options.uptime_ticks();
	int64_t age = v->options.utc_ms() / 10 - structure->last_change * 100;

	if (structure->last_change <= 0 || age >= up)
		return 0;
	return (uint32_t)(age < 0 ? up : up - age);
}

/* Requests are over long before: give the room back. */
static void
release_idle(struct view *v)
{
	int64_t now_ms = clock_monotonic_ms(clock_system());

	for (size_t i = 0; i < VIEW_SNAPSHOTS; i++) {
		struct slot *slot = &v->slots[i];

		if (slot->serial == 0 || slot == v->newest ||
			now_ms - slot->used_ms < SNAPSHOT_IDLE_MS)
			continue;
		snapshot_release(&slot->snapshot);
		slot->serial = 0;
	}
}

/*
 * Make a snapshot of v->now in the slot that is oldest; or in the newest, where
 * no request has it: whoever only looks must not take the place of what
 * requests go on with.  The time of the last
 * change is taken over from the newest one where it is the same change, so
 * that it does not waver.
 */
static int
take(struct view *v)
{
	struct snapshot s = { .loaded = v->now.loaded, .log = v->now.log,
		.entries = &v->now };
	const struct snapshot *old = v->newest ? &v->newest->snapshot : NULL;
	uint64_t serial = v->newest == NULL ? 1 :
		v->newest->used_ms == 0 ? v->newest->serial : v->newest->serial + 1;
	struct slot *slot = &v->slots[serial % VIEW_SNAPSHOTS];
	int r = structure_copy(&s.structure, &v->now.structure);

	if (r < 0)
		return r;
	r = find_physical(&s);
	if (r == 0)
		r = advice_copy(&s, &v->now);
	if (r == 0)
		r = updates_copy(&s, &v->now);
	if (r < 0) {
		snapshot_release(&s);
		return r;
	}
	if (old != NULL && !v->anew && old->loaded &&
		old->structure.revision == s.structure.revision &&
		old->structure.last_change == s.structure.last_change)
		s.last_change_ticks = old->last_change_ticks;
	else
		s.last_change_ticks = last_change_ticks(v, &s.structure);
	snapshot_release(&slot->snapshot);
	slot->snapshot = s;
	slot->serial = serial;
	slot->used_ms = 0;
	v->newest = slot;
	release_idle(v);
	return 0;
}

/* Once for each reason, however many requests come. */
static void
log_failure(struct view *v, int code, const struct err *e)
{
	if (v->failed == code && strcmp(v->failure.text, e->text) == 0)
		return;
	v->failed = code;
	v->failure = *e;
	log_err(e);
}

/* Bring v->now up to date, and have a newest snapshot of it. */
static void
refresh(struct view *v)
{
	struct err e = { .text = "" };
	uint64_t generation = v->now.generation;
	bool changed = state_changed(v->state);
	int r;

	if (!changed && v->newest != NULL && !v->anew)
		return;
	if (changed) {
		r = state_view_refresh(v->state, &v->now, &e);
		/* A writer recovers the file this moment: what we have will do. */
		if (r < 0 && r != -EBUSY) {
			log_failure(v, r, &e);
			if (v->now.loaded || v->newest == NULL)
				state_view_release(&v->now);
		} else if (r == 0 && v->failed != 0) {
			v->failed = 0;
			log_notice("%s: is read again", v->path);
		}
	}
	if (v->newest != NULL && !v->anew && v->now.generation == generation &&
		v->newest->snapshot.loaded == v->now.loaded)
		return;
	r = take(v);
	if (r == 0) {
		v->anew = false;
	} else {
		(void)err_set(&e, r, "%s: out of memory, answering from before",
			v->path);
		log_failure(v, r, &e);
		v->anew = true;	/* try again */
	}
}

/* The snapshot a request was begun with, NULL when it is new or too old. */
static struct slot *
known(struct view *v, long transaction)
{
	for (size_t i = 0; i < VIEW_REQUESTS; i++) {
		const struct seen *seen = &v->seen[i];
		struct slot *slot;

		if (seen->serial == 0 || seen->transaction != transaction)
			continue;
		slot = &v->slots[seen->serial % VIEW_SNAPSHOTS];
		return slot->serial == seen->serial ? slot : NULL;
	}
	return NULL;
}

/* What there is without memory for a first snapshot. */
static const struct snapshot empty;

const struct snapshot *
view_now(struct view *v)
{
	refresh(v);
	v->last = NULL;	/* its slot may have been taken */
	return v->newest == NULL ? &empty : &v->newest->snapshot;
}

const struct snapshot *
view_of(struct view *v, long transaction)
{
	struct slot *slot;

	if (v->last != NULL && v->last_transaction == transaction)
		return v->last;
	slot = known(v, transaction);
	if (slot == NULL) {
		refresh(v);
		slot = v->newest;
		if (slot == NULL)
			return &empty;
		v->seen[v->seen_next] = (struct seen){ transaction, slot->serial };
		v->seen_next = (v->seen_next + 1) % VIEW_REQUESTS;
	}
	slot->used_ms = clock_monotonic_ms(clock_system());
	v->last = &slot->snapshot;
	v->last_transaction = transaction;
	return v->last;
}

void
view_forget(struct view *v)
{
	memset(v->seen, 0, sizeof(v->seen));
	v->last = NULL;
	v->anew = true;
}

struct view *
view_new(const struct view_options *options)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->options = *options;
	v->path = strdup(options->path);
	if (v->path == NULL || state_attach(v->path, &v->state) < 0) {
		view_free(v);
		return NULL;
	}
	v->options.path = v->path;
	return v;
}

void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < VIEW_SNAPSHOTS; i++)
		snapshot_release(&v->slots[i].snapshot);
	state_view_release(&v->now);
	state_close(v->state);
	free(v->path);
	free(v);
}

void
snapshot_log(const struct snapshot *s, uint32_t *ret_first, size_t *ret_count)
{
	uint32_t first = s->log.oldest, last = s->log.newest;
	const struct state_view *v = s->entries;

	*ret_first = 0;
	*ret_count = 0;
	if (!s->loaded || last == 0 || !v->loaded || v->log.newest == 0 ||
		v->log.generation != s->log.generation)
		return;
	if (first + v->entries_kept < v->log.oldest)
		first = v->log.oldest - (uint32_t)v->entries_kept;
	if (last > v->log.newest)
		last = v->log.newest;
	if (first > last)
		return;
	*ret_first = first;
	*ret_count = (size_t)last - first + 1;
}

const struct software *
snapshot_running(const struct snapshot *s, uint32_t unit_index)
{
	size_t low = 0, high = s->structure.software_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->structure.software[mid].unit_index < unit_index)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < s->structure.software_count &&
		s->structure.software[low].unit_index == unit_index; low++) {
		const struct software *sw = &s->structure.software[low];

		if (sw->state == SOFTWARE_RUNNING || sw->state == SOFTWARE_TRIAL ||
			sw->state == SOFTWARE_PROVEN)
			return sw;
	}
	return NULL;
}

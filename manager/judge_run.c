#include <config.h>

#include "manager/judge_run.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/store/store_center.h"
#include "manager/fleet_advice.h"
#include "lib/inforce/inforce.h"
#include "manager/judge_device.h"
#include "manager/judge_record.h"
#include "manager/judge_run_context.h"

/* The judgement that the last device of a group was given. */
struct group {
	uint32_t number;	/* 0 = none that may be shared */
	int64_t judgement;
};

struct work {
	struct judge_run *run;
	struct judge_run_counts *counts;
	struct judge_run_context context;
	utc_s now;
	int64_t device;		/* 0 = all */
	struct group group;
	/* Devices that advice of the judge's stands at, ascending. */
	int64_t *advised;
	size_t advised_count;
	/*
	 * Of one batch: judgements[i] of pending[from + i]; 0 = it failed; less than
	 * 0: -1 - its place in fresh, which is not written so far.
	 */
	int64_t judgements[JUDGE_RUN_BATCH];
	struct store_judgement fresh[JUDGE_RUN_FRESH];
	int64_t fresh_ids[JUDGE_RUN_FRESH];
	size_t fresh_count;
	/* The judgement that was looked at last. */
	int64_t loaded_id;
	struct store_judgement loaded;
	unsigned lines;
	/* To be told: devices whose advice changed, in order of the batches. */
	int64_t *changed;
	size_t changed_count, changed_size;
};

static int
out_of_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for a run of the judge");
}

static void
say(struct work *w, const char *line)
{
	if (w->run->say != NULL && w->lines++ < JUDGE_RUN_LINES_MAX)
		w->run->say(w->run->user, line);
}

/* --- one shape ------------------------------------------------------------------------ */

static int
judge_shape(struct work *w, int64_t device, struct structure *structure, const char *name,
	const uint8_t key[STORE_JUDGE_KEY_SIZE], int64_t *ret_id, struct err *e)
{
	struct store_judgement *record = &w->fresh[w->fresh_count];
	struct judge_device *d = NULL;
	int rc;

	rc = judge_device_of(w->run->store, device, structure, name, w->context.set,
		&w->context.policy, w->now, &d, e);
	if (rc == 0)
		rc = judge_record_make(d->problem, &d->judgement, record, e);
	judge_device_free(d);
	if (rc < 0)
		return rc;
	(void)memcpy(record->key, key, sizeof(record->key));
	w->counts->judgements++;
	*ret_id = -1 - (int64_t)w->fresh_count++;
	return 0;
}

/* Those that were made in this batch are not in the store yet. */
static bool
is_fresh(const struct work *w, const uint8_t key[STORE_JUDGE_KEY_SIZE], int64_t *ret_id)
{
	for (size_t i = 0; i < w->fresh_count; i++) {
		if (memcmp(w->fresh[i].key, key, STORE_JUDGE_KEY_SIZE) != 0)
			continue;
		*ret_id = -1 - (int64_t)i;
		return true;
	}
	return false;
}

/* The judgement of a structure: what is kept of its shape, or made now. */
static int
judgement_of(struct work *w, int64_t device, struct structure *structure, const char *name,
	int64_t *ret_id, struct err *e)
{
	struct judge_shape shape = {0};
	uint8_t key[STORE_JUDGE_KEY_SIZE];
	int rc;

	rc = judge_shape_make(w->context.set, structure, &shape, NULL, e);
	if (rc < 0)
		return rc;
	rc = judge_device_owners(w->run->store, device, &shape, e);
	if (rc < 0) {
		judge_shape_release(&shape);
		return rc;
	}
	judge_run_context_key(&w->context, &shape, w->now, key);
	judge_shape_release(&shape);
	if (is_fresh(w, key, ret_id))
		return 0;
	rc = w->run->all ? 0 : store_judgement_find(w->run->store, key, ret_id, NULL, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return judge_shape(w, device, structure, name, key, ret_id, e);
}

/* --- one device -------------------------------------------------------------------------- */

/* What only this device is failing on is said, and the others go on. */
static bool
is_its_own(int rc)
{
	return rc == -E2BIG || rc == -EINVAL || rc == -EMSGSIZE;
}

static int
judge_one(struct work *w, struct store_judge_pending *p, int64_t *ret_id, struct err *e)
{
	uint8_t kind[STRUCTURE_DIGEST_SIZE];
	char name[STORE_NAME_MAX + 1];
	struct structure s = {0};
	bool shared;
	int rc;

	if (p->group != 0 && p->group == w->group.number) {
		*ret_id = w->group.judgement;
		return 0;
	}
	rc = store_judge_structure(w->run->store, p->device, name, &s, e);
	if (rc < 0)
		return rc;
	rc = store_judge_kind(&s, kind, e);
	if (rc == 0 && p->group == 0) {
		(void)memcpy(p->kind, kind, sizeof(p->kind));
		rc = store_judge_kind_set(w->run->store, p->device, kind, e);
	}
	shared = p->group != 0 && memcmp(kind, p->kind, sizeof(kind)) == 0 &&
		!judge_run_context_by_serial(&w->context, &s);
	if (rc == 0)
		rc = judgement_of(w, p->device, &s, name, ret_id, e);
	if (rc == 0)
		w->group = (struct group){ shared ? p->group : 0, *ret_id };
	structure_release(&s);
	return rc;
}

/* As many of them as a batch takes; *ret_count how many. */
static int
judge_batch(struct work *w, struct store_judge_pending *p, size_t count, size_t *ret_count,
	struct err *e)
{
	size_t i;

	for (i = 0; i < count && i < JUDGE_RUN_BATCH && w->fresh_count < JUDGE_RUN_FRESH; i++) {
		int rc = judge_one(w, &p[i], &w->judgements[i], e);

		if (rc == 0)
			continue;
		w->judgements[i] = 0;
		if (rc == -ENOENT)
			continue;	/* removed meanwhile */
		if (!is_its_own(rc))
			return rc;
		w->counts->failed++;
		say(w, e->text);
	}
	*ret_count = i;
	return 0;
}

/* --- what is written of it --------------------------------------------------------------- */

static int
by_key(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool
is_among(int64_t device, const int64_t *list, size_t count)
{
	return count > 0 && bsearch(&device, list, count, sizeof(*list), by_key) != NULL;
}

static int
note_changed(struct work *w, int64_t device, struct err *e)
{
	if (w->changed_count == w->changed_size) {
		size_t size = w->changed_size == 0 ? 64 : 2 * w->changed_size;
		int64_t *p = realloc(w->changed, size * sizeof(*p));

		if (p == NULL)
			return out_of_memory(e);
		w->changed = p;
		w->changed_size = size;
	}
	w->changed[w->changed_count++] = device;
	return 0;
}

static bool
wants_serials(const struct store_judgement *j)
{
	for (size_t i = 0; i < j->advice_count; i++)
		if (judge_record_names_serials(j->advices[i].text) ||
		    judge_record_names_serials(j->advices[i].recommendation))
			return true;
	return false;
}

/* The advices of a device are what its judgement says. */
static int
advise(struct work *w, int64_t device, const struct store_judgement *j, struct err *e)
{
	struct store_advice_item items[STORE_ADVICE_MAX];
	struct store_advice_changes c = {0};
	char name[STORE_NAME_MAX + 1];
	struct structure s = {0};
	size_t count;
	int rc = 0;

	if (j->advice_count == 0 && !is_among(device, w->advised, w->advised_count))
		return 0;
	if (wants_serials(j))
		rc = store_judge_structure(w->run->store, device, name, &s, e);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	count = judge_record_items(j, &s, items);
	structure_release(&s);
	rc = store_advice_set(w->run->store, device, STORE_ADVICE_JUDGE, items, count, w->now,
		&c, e);
	if (rc == -ENOENT)
		return 0;	/* removed meanwhile */
	w->counts->advice.added += c.added;
	w->counts->advice.renewed += c.renewed;
	w->counts->advice.removed += c.removed;
	if (rc == 0 && c.added + c.renewed + c.removed > 0)
		rc = note_changed(w, device, e);
	return rc;
}

static int
load(struct work *w, int64_t id, struct err *e)
{
	struct store_judgement j = {0};
	int rc;

	if (w->loaded_id == id)
		return 0;
	rc = store_judgement_get(w->run->store, id, &j, e);
	if (rc < 0)
		return rc;
	store_judgement_release(&w->loaded);
	w->loaded = j;
	w->loaded_id = id;
	return 0;
}

/* What was made is kept now, and known by its id. */
static int
keep_fresh(struct work *w, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < w->fresh_count; i++)
		rc = store_judgement_keep(w->run->store, &w->fresh[i], &w->fresh_ids[i], e);
	/* It may be the one that is loaded, said anew. */
	if (w->fresh_count > 0)
		w->loaded_id = 0;
	return rc;
}

static void
forget_fresh(struct work *w)
{
	for (size_t i = 0; i < w->fresh_count; i++)
		store_judgement_release(&w->fresh[i]);
	/* The next batch may go on with its judgement. */
	if (w->group.judgement < 0)
		w->group.judgement = w->fresh_ids[-1 - w->group.judgement];
	w->fresh_count = 0;
}

static int
write_batch(struct work *w, const struct store_judge_pending *p, size_t count, struct err *e)
{
	struct store *s = w->run->store;
	int rc;

	rc = store_batch_begin(s, e);
	if (rc < 0)
		return rc;
	rc = keep_fresh(w, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		int64_t id = w->judgements[i];

		if (id == 0)
			continue;
		if (id < 0)
			id = w->fresh_ids[-1 - id];
		rc = load(w, id, e);
		if (rc == -EBADMSG) {
			/* Others are not held up by it; `run --all` makes it anew. */
			w->counts->failed++;
			say(w, e->text);
			rc = 0;
			continue;
		}
		if (rc == 0)
			rc = store_judge_put(s, &p[i], w->context.kept.digest, id, w->now, e);
		if (rc == 0)
			rc = advise(w, p[i].device, &w->loaded, e);
		w->counts->devices += rc == 0;
		w->counts->by_verdict[w->loaded.verdict] += rc == 0;
	}
	if (rc < 0) {
		store_batch_abort(s);
		return rc;
	}
	return store_batch_commit(s, e);
}

/* Everything that is pending; *ret_count how much it was. */
static int
run_pending(struct work *w, bool all, size_t *ret_count, struct err *e)
{
	struct store_judge_pending *list = NULL;
	size_t count = 0, from, n = 0;
	int rc;

	rc = store_judge_pending(w->run->store, w->context.kept.digest, all, w->device, &list,
		&count, e);
	w->group = (struct group){0};
	for (from = 0; rc == 0 && from < count; from += n) {
		if (w->run->progress != NULL)
			w->run->progress(w->run->user, from, count);
		n = 0;
		rc = judge_batch(w, &list[from], count - from, &n, e);
		if (rc == 0)
			rc = write_batch(w, &list[from], n, e);
		forget_fresh(w);
	}
	free(list);
	*ret_count = count;
	return rc;
}

/* --- telling ------------------------------------------------------------------------------ */

/* Devices whose advice is new; and of what waited before, those that were not silent. */
static bool
is_to_be_told(void *user, const struct store_target *t)
{
	const struct work *w = user;

	return is_among(t->device, w->changed, w->changed_count) || !t->silent;
}

static void
told(void *user, const struct store_target *t, const struct advice_result *result,
	const char *reason)
{
	struct work *w = user;
	char line[ERR_TEXT_SIZE];

	if (reason == NULL && result->end == ADVICE_STANDS) {
		w->counts->told++;
		return;
	}
	w->counts->waiting++;
	/* That a device cannot be reached or written is as it should be: it asks. */
	if (reason == NULL && result->end == ADVICE_FAILED) {
		(void)snprintf(line, sizeof(line), "%s: %s", t->name, result->detail);
		say(w, line);
	}
}

static int
tell(struct work *w, struct err *e)
{
	struct fleet_advice f = {
		.conf = w->run->conf, .store = w->run->store, .device = w->run->device,
		.wanted = is_to_be_told, .ended = told, .user = w,
	};

	if (!w->run->tell)
		return 0;
	if (w->changed_count > 0)	/* else there may be no array */
		qsort(w->changed, w->changed_count, sizeof(*w->changed), by_key);
	return fleet_advice_run(&f, e);
}

/* --- the run ---------------------------------------------------------------------------- */

static int
run_all(struct work *w, struct err *e)
{
	size_t count = 0;
	int rc;

	rc = store_judge_advised(w->run->store, &w->advised, &w->advised_count, e);
	/* What came while it was judged is judged too. */
	for (int i = 0; rc == 0 && i < JUDGE_RUN_AGAIN; i++) {
		rc = run_pending(w, i == 0 && w->run->all, &count, e);
		if (count == 0 || w->counts->failed > 0)
			break;
	}
	if (rc == 0)
		rc = store_judge_end(w->run->store, &w->context.kept, e);
	if (rc == 0)
		rc = tell(w, e);
	return rc;
}

int
judge_run(struct judge_run *r, struct judge_run_counts *ret, struct err *e)
{
	int64_t begin_ms = clock_monotonic_ms(clock_system());
	struct judge_run_counts counts = {0};
	struct work *w = calloc(1, sizeof(*w));
	bool idle = false;
	int rc = 0;

	if (w == NULL)
		return out_of_memory(e);
	w->run = r;
	w->counts = &counts;
	w->now = clock_utc_s(clock_system());
	if (r->device != NULL)
		rc = store_device_key(r->store, r->device, &w->device, e);
	if (rc == 0)
		rc = judge_run_context_open(&w->context, r->store, r->conf, w->now, w->device,
			r->all, &idle, e);
	if (rc == 0 && idle)
		rc = tell(w, e);
	else if (rc == 0)
		rc = run_all(w, e);
	counts.stale = w->context.kept.stale;
	(void)memcpy(counts.why, w->context.kept.why, sizeof(counts.why));
	judge_run_context_close(&w->context);
	store_judgement_release(&w->loaded);
	free(w->advised);
	free(w->changed);
	free(w);
	counts.ms = clock_monotonic_ms(clock_system()) - begin_ms;
	*ret = counts;
	return rc;
}

#include <config.h>

#include "manager/center_facts.h"

#include <errno.h>
#include <stdlib.h>

struct kept {
	int64_t device;		/* 0 = the place is free */
	int64_t read_ms;
	uint64_t used;		/* when last, in calls */
	struct snapshot snapshot;
};

struct center_facts {
	struct store *store;
	const struct clock *clock;
	struct store_models *models;
	uint64_t calls;
	size_t units;		/* of all that is kept */
	struct kept kept[CENTER_FACTS_KEPT];
	struct snapshot empty;
};

struct center_facts *
center_facts_new(struct store *store, const struct clock *clock)
{
	struct center_facts *f;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->models = store_models_new();
	if (f->models == NULL) {
		free(f);
		return NULL;
	}
	f->store = store;
	f->clock = clock;
	return f;
}

static void
drop(struct center_facts *f, struct kept *k)
{
	f->units -= k->snapshot.facts.unit_count;
	store_facts_release(&k->snapshot.facts);
	*k = (struct kept){0};
}

void
center_facts_free(struct center_facts *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < CENTER_FACTS_KEPT; i++)
		drop(f, &f->kept[i]);
	store_models_free(f->models);
	free(f);
}

/* The device's place, or the one to be used next: free, or the longest unused. */
static struct kept *
place(struct center_facts *f, int64_t device)
{
	struct kept *oldest = &f->kept[0];

	for (size_t i = 0; i < CENTER_FACTS_KEPT; i++) {
		struct kept *k = &f->kept[i];

		if (k->device == device)
			return k;
		if (k->used < oldest->used)
			oldest = k;
	}
	return oldest;
}

/* So that many large devices do not fill the memory; the newest stays. */
static void
shrink(struct center_facts *f, const struct kept *newest)
{
	while (f->units > CENTER_FACTS_UNITS) {
		struct kept *oldest = NULL;

		for (size_t i = 0; i < CENTER_FACTS_KEPT; i++) {
			struct kept *k = &f->kept[i];

			if (k->device != 0 && k != newest &&
			    (oldest == NULL || k->used < oldest->used))
				oldest = k;
		}
		if (oldest == NULL)
			break;
		drop(f, oldest);
	}
}

/* Which rows stand, and which are orders that are not known to be carried out. */
static void
sort_advice(struct snapshot *s)
{
	const struct store_facts *f = &s->facts;
	size_t i;

	for (i = f->advice_count; i > 0 && s->told_count < STORE_ADVICE_MAX; i--)
		if (f->advice[i - 1].wanted)
			s->told[s->told_count++] = &f->advice[i - 1];
	for (i = 0; i < f->advice_count && s->order_count < 2 * STORE_ADVICE_MAX; i++)
		if (!f->advice[i].done)
			s->orders[s->order_count++] = &f->advice[i];
}

int
center_facts_of(struct center_facts *f, int64_t device, const struct snapshot **ret)
{
	int64_t now_ms = clock_monotonic_ms(f->clock);
	struct store_facts facts;
	struct kept *k;
	int rc;

	*ret = &f->empty;
	if (device <= 0)
		return 0;
	k = place(f, device);
	if (k->device != device || now_ms - k->read_ms >= CENTER_FACTS_FRESH_MS) {
		drop(f, k);
		rc = store_facts_get(f->store, f->models, device, clock_utc_s(f->clock),
			&facts, NULL);
		if (rc == -ENOENT)
			return 0;
		if (rc < 0)
			return rc;
		k->device = device;
		k->read_ms = now_ms;
		k->snapshot.loaded = true;
		k->snapshot.facts = facts;
		f->units += facts.unit_count;
		sort_advice(&k->snapshot);
	}
	k->used = ++f->calls;
	shrink(f, k);
	*ret = &k->snapshot;
	return 0;
}

#include <config.h>

#include "manager/center_keys.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX };

/*
 * Entries are places in one array, linked three ways by their numbers: by use
 * (newer, older), and by bucket or, when free, in the list of free ones (next).
 */
struct center_keys {
	struct center_keys_entry *entries;
	uint32_t *buckets;
	uint32_t size, bucket_mask;
	uint32_t newest, oldest, free;
	uint32_t count;
};

struct center_keys *
center_keys_new(size_t capacity)
{
	struct center_keys *k = calloc(1, sizeof(*k));
	uint32_t buckets = 1;

	if (k == NULL)
		return NULL;
	if (capacity == 0)
		capacity = CENTER_KEYS;
	k->size = (uint32_t)(capacity < CENTER_KEYS_MAX ? capacity : CENTER_KEYS_MAX);
	while (buckets < k->size)
		buckets *= 2;
	k->bucket_mask = buckets - 1;
	k->entries = calloc(k->size, sizeof(*k->entries));
	k->buckets = malloc(buckets * sizeof(*k->buckets));
	if (k->entries == NULL || k->buckets == NULL) {
		center_keys_free(k);
		return NULL;
	}
	for (uint32_t i = 0; i < buckets; i++)
		k->buckets[i] = NONE;
	for (uint32_t i = 0; i < k->size; i++)
		k->entries[i].next = i + 1 < k->size ? i + 1 : NONE;
	k->newest = k->oldest = NONE;
	return k;
}

void
center_keys_free(struct center_keys *k)
{
	if (k == NULL)
		return;
	if (k->entries != NULL)
		explicit_bzero(k->entries, k->size * sizeof(*k->entries));
	free(k->entries);
	free(k->buckets);
	free(k);
}

static uint32_t *
bucket_of(struct center_keys *k, const void *user, size_t len)
{
	const uint8_t *p = user;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 16777619u;
	h ^= h >> 15;
	return &k->buckets[h & k->bucket_mask];
}

/* --- by use --------------------------------------------------------------------- */

static void
use_unlink(struct center_keys *k, struct center_keys_entry *x)
{
	if (x->newer != NONE)
		k->entries[x->newer].older = x->older;
	else
		k->newest = x->older;
	if (x->older != NONE)
		k->entries[x->older].newer = x->newer;
	else
		k->oldest = x->newer;
}

static void
use_first(struct center_keys *k, struct center_keys_entry *x)
{
	uint32_t at = (uint32_t)(x - k->entries);

	x->newer = NONE;
	x->older = k->newest;
	if (k->newest != NONE)
		k->entries[k->newest].newer = at;
	else
		k->oldest = at;
	k->newest = at;
}

/* -------------------------------------------------------------------------------- */

struct center_keys_entry *
center_keys_find(struct center_keys *k, const void *user, size_t len)
{
	for (uint32_t at = *bucket_of(k, user, len); at != NONE; at = k->entries[at].next) {
		struct center_keys_entry *x = &k->entries[at];

		if (x->user_len != len || memcmp(x->user, user, len) != 0)
			continue;
		if (k->newest != at) {
			use_unlink(k, x);
			use_first(k, x);
		}
		return x;
	}
	return NULL;
}

void
center_keys_drop(struct center_keys *k, struct center_keys_entry *x)
{
	uint32_t at = (uint32_t)(x - k->entries);
	uint32_t *link = bucket_of(k, x->user, x->user_len);

	while (*link != at)
		link = &k->entries[*link].next;
	*link = x->next;
	use_unlink(k, x);
	explicit_bzero(x, sizeof(*x));
	x->next = k->free;
	k->free = at;
	k->count--;
}

struct center_keys_entry *
center_keys_take(struct center_keys *k, const void *user, size_t len)
{
	struct center_keys_entry *x = center_keys_find(k, user, len);
	uint32_t *bucket;

	if (x != NULL)
		return x;
	if (k->free == NONE)
		center_keys_drop(k, &k->entries[k->oldest]);
	x = &k->entries[k->free];
	k->free = x->next;
	(void)memcpy(x->user, user, len);
	x->user[len] = '\0';
	x->user_len = len;
	bucket = bucket_of(k, user, len);
	x->next = *bucket;
	*bucket = (uint32_t)(x - k->entries);
	use_first(k, x);
	k->count++;
	return x;
}

size_t
center_keys_count(const struct center_keys *k)
{
	return k->count;
}

/*
 * Which address said which engine id, as a hash table of two hashes: 16 octets
 * an engine.  The hash is seeded by chance, so that no device can make its id
 * collide with another's on purpose.
 */
#include <config.h>

#include "lib/snmp/engine_internal.h"

#include <stdlib.h>
#include <sys/random.h>

enum { TWINS_START = 1024, TWINS_MAX = 1 << 20 };

struct twin {
	uint64_t id, address;	/* id 0 = free */
};

struct twins {
	uint64_t seed;
	struct twin *table;
	size_t count, size;	/* size is a power of two */
};

/* FNV-1a with a seed, its ends mixed. */
static uint64_t
hash(uint64_t seed, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t h = 0xcbf29ce484222325U ^ seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3U;
	h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93U;
	h ^= h >> 32;
	return h != 0 ? h : 1;
}

struct twins *
twins_new(void)
{
	struct twins *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->table = calloc(TWINS_START, sizeof(t->table[0]));
	if (t->table == NULL || getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
		twins_free(t);
		return NULL;
	}
	t->size = TWINS_START;
	return t;
}

void
twins_free(struct twins *t)
{
	if (t == NULL)
		return;
	free(t->table);
	free(t);
}

static struct twin *
find(struct twin *table, size_t size, uint64_t id)
{
	size_t at = (size_t)id & (size - 1);

	while (table[at].id != 0 && table[at].id != id)
		at = (at + 1) & (size - 1);
	return &table[at];
}

/* Twice the size; false when memory or the limit is reached. */
static bool
grow(struct twins *t)
{
	struct twin *bigger;

	if (t->size >= TWINS_MAX)
		return false;
	bigger = calloc(t->size * 2, sizeof(bigger[0]));
	if (bigger == NULL)
		return false;
	for (size_t i = 0; i < t->size; i++) {
		if (t->table[i].id != 0)
			*find(bigger, t->size * 2, t->table[i].id) = t->table[i];
	}
	free(t->table);
	t->table = bigger;
	t->size *= 2;
	return true;
}

bool
twins_shared(struct twins *t, const uint8_t *id, size_t len, const struct address *peer)
{
	uint64_t a = peer->sa.sa_family == AF_INET ?
	    hash(hash(t->seed, &peer->v4.sin_port, sizeof(peer->v4.sin_port)),
	    &peer->v4.sin_addr, sizeof(peer->v4.sin_addr)) :
	    hash(hash(t->seed, &peer->v6.sin6_port, sizeof(peer->v6.sin6_port)),
	    &peer->v6.sin6_addr, sizeof(peer->v6.sin6_addr));
	uint64_t h = hash(t->seed, id, len);
	struct twin *w = find(t->table, t->size, h);

	if (w->id != 0)
		return w->address != a;
	if (t->count >= t->size / 2) {
		if (!grow(t))
			return false;	/* a fleet of half a million: not told any more */
		w = find(t->table, t->size, h);
	}
	*w = (struct twin){ .id = h, .address = a };
	t->count++;
	return false;
}

#include <config.h>

#include "manager/judge/judge_parts.h"

#include <stdlib.h>

enum { CHUNK_SIZE = 32 * 1024 };

struct judge_chunk {
	struct judge_chunk *next;
	size_t used, size;
	max_align_t data[];
};

void *
judge_arena_take(struct judge_arena *a, size_t size)
{
	struct judge_chunk *c = a->chunks;
	void *at;

	size = (size + 15) / 16 * 16;
	if (c == NULL || c->size - c->used < size) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		c = calloc(1, sizeof(*c) + room);
		if (c == NULL)
			return NULL;
		c->next = a->chunks;
		c->size = room;
		a->chunks = c;
	}
	at = (char *)c->data + c->used;
	c->used += size;
	return at;
}

void
judge_arena_release(struct judge_arena *a)
{
	while (a->chunks != NULL) {
		struct judge_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
}

bool
judge_grow_more(void *list, uint32_t *room, uint32_t need, size_t size)
{
	void *grown, **at = list;
	uint32_t wanted = *room < 64 ? 64 : *room;

	while (wanted < need)
		wanted *= 2;
	grown = realloc(*at, (size_t)wanted * size);
	if (grown == NULL)
		return false;
	*at = grown;
	*room = wanted;
	return true;
}

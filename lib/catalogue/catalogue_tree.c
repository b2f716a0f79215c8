#include <config.h>

#include "lib/catalogue/catalogue_tree.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_SIZE = 64 * 1024 };

struct tree_piece {
	struct tree_piece *next;
	char text[];
};

char *
tree_text_keep(struct tree_texts *t, const char *text, size_t len)
{
	struct tree_piece *piece;
	size_t size = len + 1 > PIECE_SIZE ? len + 1 : PIECE_SIZE;
	char *kept;

	if (t->pieces == NULL || t->size - t->used < len + 1) {
		piece = malloc(sizeof(*piece) + size);
		if (piece == NULL)
			return NULL;
		piece->next = t->pieces;
		t->pieces = piece;
		t->used = 0;
		t->size = size;
	}
	kept = t->pieces->text + t->used;
	memcpy(kept, text, len);
	kept[len] = '\0';
	t->used += len + 1;
	return kept;
}

void
tree_texts_release(struct tree_texts *t)
{
	struct tree_piece *piece;

	while ((piece = t->pieces) != NULL) {
		t->pieces = piece->next;
		free(piece);
	}
	*t = (struct tree_texts){0};
}

/* An array of count elements of that size, *room of them allocated, with room for one more. */
static void *
grown(void *array, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room == 0 ? 64 : *room + *room / 2;
	void *bigger;

	if (count < *room)
		return array;
	bigger = reallocarray(array, more, size);
	if (bigger != NULL)
		*room = more;
	return bigger;
}

struct tree_element *
tree_add_element(struct catalogue *c)
{
	struct tree_element *bigger = grown(c->elements, c->element_count, &c->element_room,
	    sizeof(*bigger));

	if (bigger == NULL)
		return NULL;
	c->elements = bigger;
	bigger += c->element_count++;
	*bigger = (struct tree_element){0};
	return bigger;
}

struct tree_attribute *
tree_add_attribute(struct catalogue *c)
{
	struct tree_attribute *bigger = grown(c->attributes, c->attribute_count,
	    &c->attribute_room, sizeof(*bigger));

	if (bigger == NULL)
		return NULL;
	c->attributes = bigger;
	bigger += c->attribute_count++;
	*bigger = (struct tree_attribute){0};
	return bigger;
}

const struct tree_attribute *
tree_attribute(const struct catalogue *c, uint32_t e, enum catalogue_attribute a)
{
	const struct tree_element *element = &c->elements[e];
	const struct tree_attribute *list = c->attributes + element->first_attribute;

	for (uint32_t i = 0; i < element->attribute_count; i++)
		if (list[i].attribute == a)
			return &list[i];
	return NULL;
}

const char *
tree_text(const struct catalogue *c, uint32_t e, enum catalogue_attribute a)
{
	const struct tree_attribute *at = tree_attribute(c, e, a);

	return at == NULL ? NULL : at->text;
}

uint64_t
tree_number(const struct catalogue *c, uint32_t e, enum catalogue_attribute a,
	uint64_t otherwise)
{
	const struct tree_attribute *at = tree_attribute(c, e, a);

	return at == NULL ? otherwise : at->number;
}

bool
tree_has(const struct catalogue *c, uint32_t e, enum catalogue_attribute a)
{
	return tree_attribute(c, e, a) != NULL;
}

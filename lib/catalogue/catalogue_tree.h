/*
 * catalogue_tree: one file as it was read: elements in the order of the file
 * with their attributes, checked against the schema, before linking.
 *
 * Invariants: elements[0] is <catalogue>; the descendants of element e are
 * e + 1 .. elements[e].end - 1, so its children are e + 1, the end of that, and
 * so on.  Every attribute's text was accepted by catalogue_value_parse(); its
 * number is what that gave.  Private to lib/catalogue.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_TREE_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_TREE_H

#include "lib/catalogue/catalogue.h"
#include "lib/catalogue/catalogue_schema.h"

struct tree_attribute {
	const char *text;	/* in the catalogue's texts */
	uint64_t number;
	enum catalogue_attribute attribute;
};

struct tree_element {
	enum catalogue_element element;
	uint32_t line;
	uint32_t end;
	uint32_t first_attribute;
	uint32_t attribute_count;
};

/* Texts, in pieces that never move. */
struct tree_texts {
	struct tree_piece *pieces;
	size_t used, size;	/* of the newest piece */
};

struct catalogue {
	struct catalogue_head head;
	struct tree_element *elements;
	uint32_t element_count, element_room;
	struct tree_attribute *attributes;
	uint32_t attribute_count, attribute_room;
	struct tree_texts texts;
	const char **creators, **creator_names;
};

/* A terminated copy of len octets that lives as long as the catalogue; NULL = no memory. */
char *tree_text_keep(struct tree_texts *t, const char *text, size_t len);
void tree_texts_release(struct tree_texts *t);

/* Append one, zeroed; NULL = no memory. */
struct tree_element *tree_add_element(struct catalogue *c);
struct tree_attribute *tree_add_attribute(struct catalogue *c);

/* An attribute of element e; NULL where it was left out. */
const struct tree_attribute *tree_attribute(const struct catalogue *c, uint32_t e,
	enum catalogue_attribute a);
/* Its text, NULL; its number, or otherwise. */
const char *tree_text(const struct catalogue *c, uint32_t e, enum catalogue_attribute a);
uint64_t tree_number(const struct catalogue *c, uint32_t e, enum catalogue_attribute a,
	uint64_t otherwise);
bool tree_has(const struct catalogue *c, uint32_t e, enum catalogue_attribute a);

/*
 * What the schema's table cannot say, of one file: attributes that exclude
 * each other, bounds the wrong way round, ids and seqs twice.
 */
int tree_check(const struct catalogue *c, struct catalogue_findings *findings);

/* The same of one element of a trouble rule. */
void tree_check_rule(const struct catalogue *c, uint32_t e, struct catalogue_findings *findings);

/* requires, conflicts, any with an id. */
static inline bool
tree_is_relation(enum catalogue_element e)
{
	return e == ELEMENT_REQUIRES || e == ELEMENT_CONFLICTS || e == ELEMENT_ANY;
}

#endif

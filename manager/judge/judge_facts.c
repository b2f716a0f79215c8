/* A rule in a state as rows: who asks for what, and how those it is about are. */
#include <config.h>

#include "manager/judge/judge_explain.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge/judge_words.h"

/* What a buf holds, cut at a character. */
static void
put(char *dst, size_t size, struct buf *b)
{
	(void)text_copy(dst, size, buf_text(b));
	buf_clear(b);
}

/* Whether the condition has an atom about software, or about units. */
static bool
speaks_of(const struct catalogue_set *set, uint32_t root, bool software)
{
	uint32_t stack[CATALOGUE_DEPTH_MAX * 64], depth = 1;

	stack[0] = root;
	while (depth > 0) {
		const struct catalogue_node *n = &set->nodes[stack[--depth]];
		bool of_software = n->kind == CATALOGUE_NEEDS_SOFTWARE ||
			n->kind == CATALOGUE_FORBIDS_SOFTWARE;

		if (n->kind != CATALOGUE_AND && n->kind != CATALOGUE_OR) {
			if (of_software == software)
				return true;
			continue;
		}
		for (uint32_t i = 0; i < n->child_count &&
			depth < sizeof(stack) / sizeof(stack[0]); i++)
			stack[depth++] = n->first_child + i;
	}
	return false;
}

/* A conflict, and nothing else: then it is told as one. */
static bool
only_forbids(const struct catalogue_set *set, uint32_t root)
{
	const struct catalogue_node *n = &set->nodes[root];

	if (n->kind == CATALOGUE_FORBIDS_UNIT || n->kind == CATALOGUE_FORBIDS_SOFTWARE)
		return true;
	if (n->kind != CATALOGUE_AND || n->child_count == 0)
		return false;
	for (uint32_t i = 0; i < n->child_count; i++) {
		enum catalogue_node_kind kind = set->nodes[n->first_child + i].kind;

		if (kind != CATALOGUE_FORBIDS_UNIT && kind != CATALOGUE_FORBIDS_SOFTWARE)
			return false;
	}
	return true;
}

static void
relation_row(const struct judge_problem *p, const struct judge_instance *i, struct buf *b,
	struct judge_fact *f)
{
	const struct catalogue_relation *r = &p->set->relations[i->relation];
	uint32_t root = r->root;

	/* A release that does not run: its rule stands in the way of another's. */
	if (i->now == JUDGE_NOT_APPLICABLE && r->owner == CATALOGUE_OF_RELEASE) {
		(void)buf_add_text(b, "with ");
		judge_words_release(p->set, r->owner_at, b);
		(void)buf_add_char(b, ' ');
	}
	(void)buf_add_text(b, only_forbids(p->set, root) ? "allows" : "needs");
	put(f->verb, sizeof(f->verb), b);
	judge_words_condition(p, root, b);
	put(f->what, sizeof(f->what), b);
}

static void
slot_row(const struct judge_problem *p, const struct judge_instance *i, struct buf *b,
	struct judge_fact *f)
{
	const struct catalogue_slot *slot = &p->set->slots[i->slot];
	bool least = i->kind == JUDGE_BY_SLOT_MIN;

	(void)text_copy(f->verb, sizeof(f->verb), least ? "needs" : "takes");
	(void)buf_printf(b, "at %s %u ", least ? "least" : "most",
		(unsigned)(least ? slot->min : slot->max));
	judge_words_class(slot->class, b);
	(void)buf_add_text(b, " in service");
	put(f->what, sizeof(f->what), b);
}

static void
software_row(const struct judge_problem *p, const struct judge_instance *i,
	const uint32_t *state, struct buf *b, struct judge_fact *f)
{
	const struct judge_unit *u = &p->shape->units[p->variables[i->anchor].unit];

	(void)text_copy(f->verb, sizeof(f->verb), "runs");
	judge_words_runs(p, i->anchor, i->bank, state, b);
	if (i->kind == JUDGE_BY_SOFTWARE && u->unit_type != CATALOGUE_NONE &&
		i->now == JUDGE_VIOLATED)
		(void)buf_printf(b, ", which is not made for %s",
			p->set->unit_types[u->unit_type].id);
	put(f->what, sizeof(f->what), b);
}

static void
first_row(const struct judge_problem *p, const struct judge_names *n, uint32_t instance,
	const uint32_t *state, struct buf *b, struct judge_fact *f)
{
	const struct judge_instance *i = &p->instances[instance];

	if (i->anchor == CATALOGUE_NONE) {
		(void)text_copy(f->symbol, sizeof(f->symbol), "-");
		(void)buf_add_text(b, "the device");
	} else {
		uint32_t unit = p->variables[i->anchor].unit;

		(void)text_escape(f->symbol, sizeof(f->symbol), p->shape->units[unit].symbol);
		judge_words_thing(p, n, unit, b);
	}
	put(f->thing, sizeof(f->thing), b);
	switch (i->kind) {
	case JUDGE_BY_RELATION:
		relation_row(p, i, b, f);
		break;
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
		slot_row(p, i, b, f);
		break;
	case JUDGE_BY_CLOSED:
		(void)text_copy(f->verb, sizeof(f->verb), "has");
		(void)buf_add_text(b, "no place in this device");
		put(f->what, sizeof(f->what), b);
		break;
	case JUDGE_BY_WITHDRAWN:
	case JUDGE_BY_SOFTWARE:
		software_row(p, i, state, b, f);
		break;
	}
	judge_words_rule(p, instance, b);
	put(f->rule, sizeof(f->rule), b);
}

/* What it is about a unit that the rule looks at: its revision, or what it runs. */
static void
about_row(const struct judge_problem *p, const struct judge_names *n,
	const struct judge_instance *i, uint32_t variable, const uint32_t *state,
	struct buf *b, struct judge_fact *f)
{
	uint32_t unit = p->variables[variable].unit;
	const struct judge_unit *u = &p->shape->units[unit];
	bool software = i->kind == JUDGE_BY_RELATION &&
		speaks_of(p->set, p->set->relations[i->relation].root, true);
	bool units = i->kind != JUDGE_BY_RELATION ||
		speaks_of(p->set, p->set->relations[i->relation].root, false);

	(void)text_escape(f->symbol, sizeof(f->symbol), u->symbol);
	judge_words_thing(p, n, unit, b);
	put(f->thing, sizeof(f->thing), b);
	if (software && p->variables[variable].active_count > 0) {
		(void)text_copy(f->verb, sizeof(f->verb), "runs");
		for (uint32_t a = 0; a < p->variables[variable].active_count; a++) {
			(void)buf_add_text(b, a == 0 ? "" : ", ");
			judge_words_runs(p, variable, a, state, b);
		}
	} else if (units) {
		(void)text_copy(f->verb, sizeof(f->verb), "is");
		if (u->unit_type == CATALOGUE_NONE)
			(void)buf_add_text(b, "a unit that no catalogue lists");
		else
			judge_words_rev(p, n, unit, b);
		if (b->len == 0)
			(void)buf_add_text(b, "there");
	}
	put(f->what, sizeof(f->what), b);
}

uint32_t
judge_say_instance(const struct judge_problem *p, const struct judge_names *n,
	uint32_t instance, const uint32_t *state, struct judge_fact *ret, uint32_t room)
{
	const struct judge_instance *i = &p->instances[instance];
	uint32_t *about = malloc((p->variable_count + 1) * sizeof(*about));
	uint32_t count, rows = 0;
	struct buf b;

	if (about == NULL || room == 0) {
		free(about);
		return 0;
	}
	buf_init(&b, 8 * JUDGE_FACT_SIZE);
	count = judge_instance_about(p, instance, state, about);
	memset(&ret[rows], 0, sizeof(ret[rows]));
	first_row(p, n, instance, state, &b, &ret[rows++]);
	for (uint32_t k = 0; k < count && rows < room; k++) {
		if (about[k] == i->anchor)
			continue;
		memset(&ret[rows], 0, sizeof(ret[rows]));
		about_row(p, n, i, about[k], state, &b, &ret[rows++]);
	}
	buf_release(&b);
	free(about);
	return rows;
}

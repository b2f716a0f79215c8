#include <config.h>

#include "manager/judge/judge_words.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/text.h"

void
judge_words_class(enum unit_type type, struct buf *b)
{
	const char *name = structure_name(NAME_UNIT_TYPE, (int)type);

	for (; name != NULL && *name != '\0'; name++) {
		if (isupper((unsigned char)*name))
			(void)buf_add_char(b, ' ');
		(void)buf_add_char(b, (char)tolower((unsigned char)*name));
	}
}

static const struct judge_unit *
unit_at(const struct judge_problem *p, uint32_t unit)
{
	return &p->shape->units[unit];
}

/* Where there are no names, a mark that judge_fill_serials() replaces. */
static void
serial(const struct judge_problem *p, const struct judge_names *n, uint32_t unit, struct buf *b)
{
	const char *symbol = unit_at(p, unit)->symbol;

	if (n == NULL) {
		if (strchr(symbol, JUDGE_SERIAL) == NULL)
			(void)buf_printf(b, "%c%s%c", JUDGE_SERIAL, symbol, JUDGE_SERIAL);
	} else if (n->units[unit].serial_number[0] != '\0') {
		(void)buf_add_text(b, ", serial ");
		(void)text_escape_to(b, n->units[unit].serial_number);
	}
}

void
judge_words_rev(const struct judge_problem *p, const struct judge_names *n, uint32_t unit,
	struct buf *b)
{
	const struct judge_unit *u = unit_at(p, unit);
	const struct catalogue_unit_type *t =
		u->unit_type == CATALOGUE_NONE ? NULL : &p->set->unit_types[u->unit_type];
	const char *hardware = n == NULL ? "" : n->units[unit].hardware_rev;

	if (u->rev != CATALOGUE_NONE) {
		(void)buf_printf(b, "rev %s", p->set->revs[u->rev].id);
		return;
	}
	if (hardware[0] != '\0') {
		(void)buf_add_text(b, "hardware ");
		(void)text_escape_to(b, hardware);
	} else if (t != NULL && t->rev_count != 0) {
		(void)buf_add_text(b, "revision");
	} else {
		return;
	}
	if (t != NULL && t->rev_count != 0)
		(void)buf_add_text(b, " that is not listed");
}

void
judge_words_thing(const struct judge_problem *p, const struct judge_names *n, uint32_t unit,
	struct buf *b)
{
	const struct judge_unit *u = unit_at(p, unit);
	size_t before;

	judge_words_class(u->type, b);
	(void)buf_add_char(b, ' ');
	(void)text_escape_to(b, u->model[0] != '\0' ? u->model : u->symbol);
	serial(p, n, unit, b);
	(void)buf_add_text(b, ", ");
	before = b->len;
	judge_words_rev(p, n, unit, b);
	if (b->error == 0 && b->len == before) {	/* no revision to name */
		b->len -= 2;
		b->data[b->len] = '\0';
	}
}

void
judge_say_unit(const struct judge_problem *p, const struct judge_names *n, uint32_t unit,
	struct buf *b)
{
	(void)text_escape_to(b, unit_at(p, unit)->symbol);
	(void)buf_add_text(b, " (");
	judge_words_thing(p, n, unit, b);
	(void)buf_add_char(b, ')');
}

void
judge_words_type(const struct catalogue_set *set, uint32_t unit_type, uint32_t rev,
	struct buf *b)
{
	(void)buf_add_text(b, set->unit_types[unit_type].id);
	if (rev != CATALOGUE_NONE)
		(void)buf_printf(b, " rev %s", set->revs[rev].id);
}

void
judge_words_release(const struct catalogue_set *set, uint32_t release, struct buf *b)
{
	const struct catalogue_release *r = &set->releases[release];

	(void)buf_printf(b, "%s %s", set->software[r->software].id, r->version);
}

uint32_t
judge_words_active_bank(const struct judge_problem *p, uint32_t unit, uint32_t active)
{
	const struct judge_unit *u = unit_at(p, unit);

	for (uint32_t i = u->first_bank; i < u->first_bank + u->bank_count; i++) {
		if (judge_bank_active(&p->shape->banks[i]) && active-- == 0)
			return i;
	}
	return CATALOGUE_NONE;
}

/* What the device says runs there, and what is odd with it. */
static void
runs_as_said(const struct judge_bank *bank, struct buf *b)
{
	(void)text_escape_to(b, bank->id);
	if (bank->version[0] != '\0') {
		(void)buf_add_char(b, ' ');
		(void)text_escape_to(b, bank->version);
	}
	switch (bank->label) {
	case JUDGE_EMPTY:
	case JUDGE_LISTED:
		break;
	case JUDGE_UNLISTED:
		(void)buf_add_text(b, ", which no catalogue lists");
		break;
	case JUDGE_WRONG_DIGEST:
		(void)buf_add_text(b, ", but another image than the catalogue's of that name");
		break;
	case JUDGE_OTHER_CREATOR:
		(void)buf_add_text(b, " made by ");
		(void)text_escape_to(b, bank->creator[0] != '\0' ? bank->creator : "nobody named");
		(void)buf_add_text(b, ", whose software of that name no catalogue lists");
		break;
	case JUDGE_FOREIGN:
		(void)buf_add_text(b, ", which no catalogue knows");
		break;
	}
}

void
judge_words_runs(const struct judge_problem *p, uint32_t variable, uint32_t active,
	const uint32_t *state, struct buf *b)
{
	const struct judge_value *v = judge_problem_value(p, variable, state[variable]);
	uint32_t release = p->value_releases[v->first_release + active];
	uint32_t bank = judge_words_active_bank(p, p->variables[variable].unit, active);

	if (release != CATALOGUE_NONE)
		judge_words_release(p->set, release, b);
	else if (bank != CATALOGUE_NONE && v->move != JUDGE_REPLACE)
		runs_as_said(&p->shape->banks[bank], b);
	else
		(void)buf_add_text(b, "software that is not known beforehand");
}

/* --- conditions -------------------------------------------------------------- */

static const char *
rev_label(const struct catalogue_set *set, uint32_t type, uint32_t seq, bool at_least)
{
	const struct catalogue_unit_type *t = &set->unit_types[type];
	const char *label = NULL;

	for (uint32_t i = 0; i < t->rev_count; i++) {
		const struct catalogue_rev *r = &set->revs[t->first_rev + i];

		if (at_least && r->seq >= seq)
			return r->id;
		if (!at_least && r->seq <= seq)
			label = r->id;
	}
	return label;
}

static const char *
release_label(const struct catalogue_set *set, uint32_t software, uint32_t seq, bool at_least)
{
	const struct catalogue_software *s = &set->software[software];
	const char *label = NULL;

	for (uint32_t i = 0; i < s->release_count; i++) {
		const struct catalogue_release *r = &set->releases[s->first_release + i];

		if (at_least && r->seq >= seq)
			return r->version;
		if (!at_least && r->seq <= seq)
			label = r->version;
	}
	return label;
}

/* "rev B or later", of the labels at both ends; NULL = that end is open. */
static void
range(const char *word, const char *low, const char *high, struct buf *b)
{
	if (low != NULL && high != NULL && strcmp(low, high) == 0)
		(void)buf_printf(b, " %s%s", word, low);
	else if (low != NULL && high != NULL)
		(void)buf_printf(b, " %s%s to %s", word, low, high);
	else if (low != NULL)
		(void)buf_printf(b, " %s%s or later", word, low);
	else if (high != NULL)
		(void)buf_printf(b, " %s%s or earlier", word, high);
}

static void
where(enum catalogue_where w, struct buf *b)
{
	switch (w) {
	case CATALOGUE_DEVICE:
	case CATALOGUE_SELF:	/* said before it: "to be", "to run" */
		break;
	case CATALOGUE_PARENT:
		(void)buf_add_text(b, " as what holds it");
		break;
	case CATALOGUE_CHILD:
		(void)buf_add_text(b, " within it");
		break;
	case CATALOGUE_SIBLING:
		(void)buf_add_text(b, " beside it");
		break;
	}
}

static void
unit_atom(const struct judge_problem *p, const struct catalogue_node *n, struct buf *b)
{
	if (n->type == CATALOGUE_NONE) {
		(void)buf_add_text(b, "a unit of class ");
		judge_words_class(n->class, b);
	} else {
		(void)buf_add_text(b, p->set->unit_types[n->type].id);
		if (!n->any_rev)
			range("rev ",
				n->min_rev_seq == 0 ? NULL :
				rev_label(p->set, n->type, n->min_rev_seq, true),
				n->max_rev_seq == UINT32_MAX ? NULL :
				rev_label(p->set, n->type, n->max_rev_seq, false), b);
	}
	where(n->where, b);
}

static void
software_atom(const struct judge_problem *p, const struct catalogue_node *n, struct buf *b)
{
	(void)buf_add_text(b, p->set->software[n->software].id);
	if (!n->any_release)
		range("",
			n->min_seq == 0 ? NULL :
			release_label(p->set, n->software, n->min_seq, true),
			n->max_seq == UINT32_MAX ? NULL :
			release_label(p->set, n->software, n->max_seq, false), b);
	if (n->branch != NULL)
		(void)buf_printf(b, " of branch %s", n->branch);
	where(n->where, b);
}

static void
atom(const struct judge_problem *p, const struct catalogue_node *n, struct buf *b)
{
	bool self = n->where == CATALOGUE_SELF;

	switch (n->kind) {
	case CATALOGUE_AND:
	case CATALOGUE_OR:
		break;
	case CATALOGUE_FORBIDS_UNIT:
		(void)buf_add_text(b, self ? "not to be " : "no ");
		unit_atom(p, n, b);
		break;
	case CATALOGUE_NEEDS_UNIT:
		(void)buf_add_text(b, self ? "to be " : "");
		unit_atom(p, n, b);
		break;
	case CATALOGUE_FORBIDS_SOFTWARE:
		(void)buf_add_text(b, self ? "not to run " : "no ");
		software_atom(p, n, b);
		break;
	case CATALOGUE_NEEDS_SOFTWARE:
		(void)buf_add_text(b, self ? "to run " : "");
		software_atom(p, n, b);
		break;
	}
}

/* A joint whose children are being said. */
struct saying {
	uint32_t node;
	uint32_t next;		/* child */
	bool bracket;
};

void
judge_words_condition(const struct judge_problem *p, uint32_t node, struct buf *b)
{
	struct saying stack[CATALOGUE_DEPTH_MAX + 1];
	uint32_t depth = 0;

	stack[0] = (struct saying){ .node = node };
	for (;;) {
		struct saying *s = &stack[depth];
		const struct catalogue_node *n = &p->set->nodes[s->node];
		bool joint = n->kind == CATALOGUE_AND || n->kind == CATALOGUE_OR;

		if (!joint)
			atom(p, n, b);
		if (!joint || s->next == n->child_count) {
			if (s->bracket)
				(void)buf_add_char(b, ')');
			if (depth-- == 0)
				return;
			continue;
		}
		if (s->next != 0)
			(void)buf_add_text(b, n->kind == CATALOGUE_AND ? " and " : " or ");
		if (depth == CATALOGUE_DEPTH_MAX)
			return;	/* the reader's limit: not deeper */
		stack[depth + 1] = (struct saying){ .node = n->first_child + s->next };
		s->next++;
		depth++;
		n = &p->set->nodes[stack[depth].node];
		if ((n->kind == CATALOGUE_AND || n->kind == CATALOGUE_OR) && n->child_count > 1 &&
			p->set->nodes[s->node].child_count > 1) {
			(void)buf_add_char(b, '(');
			stack[depth].bracket = true;
		}
	}
}

/* --- rules ------------------------------------------------------------------- */

static void
withdrawn(const struct judge_problem *p, const struct judge_instance *i, struct buf *b)
{
	uint32_t bank = judge_words_active_bank(p, p->variables[i->anchor].unit, i->bank);
	uint32_t release = bank == CATALOGUE_NONE ? CATALOGUE_NONE :
		p->shape->banks[bank].release;
	const char *because = release == CATALOGUE_NONE ? NULL : p->set->releases[release].because;

	(void)buf_add_text(b, "withdrawn");
	if (because != NULL)
		(void)buf_printf(b, ": %s", because);
}

void
judge_words_rule(const struct judge_problem *p, uint32_t instance, struct buf *b)
{
	const struct judge_instance *i = &p->instances[instance];

	switch (i->kind) {
	case JUDGE_BY_RELATION:
		(void)buf_add_text(b, i->id);
		if (p->set->relations[i->relation].because != NULL)
			(void)buf_printf(b, ": %s", p->set->relations[i->relation].because);
		break;
	case JUDGE_BY_WITHDRAWN:
		withdrawn(p, i, b);
		break;
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
	case JUDGE_BY_CLOSED:
		(void)buf_printf(b, "%s of %s", i->id,
			p->set->device_types[p->shape->device_type].id);
		break;
	case JUDGE_BY_SOFTWARE:
		(void)buf_add_text(b, i->id);
		break;
	}
}

/* --- changes ------------------------------------------------------------------ */

static bool
within(const struct judge_shape *shape, uint32_t unit, uint32_t container)
{
	for (uint32_t steps = 0; unit != CATALOGUE_NONE && steps <= shape->unit_count; steps++) {
		unit = shape->units[unit].container;
		if (unit == container)
			return true;
	}
	return false;
}

void
judge_words_functions(const struct judge_problem *p, const struct judge_names *n,
	uint32_t unit, struct buf *b)
{
	const struct judge_shape *shape = p->shape;
	uint32_t count = 0, said = 0;

	for (uint32_t i = 0; i < shape->unit_count; i++)
		count += shape->units[i].class == UNIT_FUNCTION && within(shape, i, unit);
	for (uint32_t i = 0; i < shape->unit_count; i++) {
		if (shape->units[i].class != UNIT_FUNCTION || !within(shape, i, unit))
			continue;
		if (said > 0)
			(void)buf_add_text(b, said + 1 == count ? " and " : ", ");
		said++;
		(void)text_escape_to(b, n != NULL && n->units[i].descr[0] != '\0' ?
			n->units[i].descr : shape->units[i].symbol);
	}
}

static void
change_standby(const struct judge_problem *p, const struct judge_names *n, uint32_t unit,
	struct buf *b)
{
	size_t before;

	(void)buf_add_text(b, "take ");
	(void)text_escape_to(b, unit_at(p, unit)->symbol);
	(void)buf_add_text(b, " out of service (");
	before = b->len;
	judge_words_functions(p, n, unit, b);
	(void)buf_add_text(b, b->len == before ? "what it does is lost)" :
		memchr(b->data + before, ' ', b->len - before) == NULL ? " is lost)" : " are lost)");
}

static void
change_part(const struct judge_problem *p, uint32_t unit, const struct judge_value *v,
	struct buf *b)
{
	const struct catalogue_rev *r = v->rev == CATALOGUE_NONE ? NULL : &p->set->revs[v->rev];

	(void)buf_add_text(b, "replace ");
	(void)text_escape_to(b, unit_at(p, unit)->symbol);
	(void)buf_add_text(b, " by ");
	judge_words_type(p->set, v->unit_type, v->rev, b);
	(void)buf_add_text(b, " (");
	if (r != NULL) {
		(void)buf_add_text(b, r->supply == CATALOGUE_STOCK ? "in stock" : "to be ordered");
		if (r->price != 0)
			(void)buf_printf(b, ", %u", (unsigned)r->price);
		(void)buf_add_text(b, "; ");
	}
	(void)buf_add_text(b, "one visit)");
}

static void
change_release(const struct judge_problem *p, uint32_t variable, const struct judge_value *v,
	struct buf *b)
{
	const struct judge_variable *var = &p->variables[variable];
	const struct judge_value *as_is = judge_problem_value(p, variable, 0);
	uint32_t said = 0;

	for (uint32_t i = 0; i < var->active_count; i++) {
		uint32_t to = p->value_releases[v->first_release + i];
		uint32_t from = p->value_releases[as_is->first_release + i];
		uint32_t bank = judge_words_active_bank(p, var->unit, i);

		if (to == CATALOGUE_NONE || to == from)
			continue;
		(void)buf_add_text(b, said++ == 0 ? "install " : " and ");
		judge_words_release(p->set, to, b);
		(void)buf_add_text(b, " on ");
		(void)text_escape_to(b, unit_at(p, var->unit)->symbol);
		if (bank == CATALOGUE_NONE || p->shape->banks[bank].version[0] == '\0')
			continue;
		(void)buf_add_text(b, " (it runs ");
		(void)text_escape_to(b, p->shape->banks[bank].version);
		(void)buf_add_char(b, ')');
	}
}

void
judge_words_change(const struct judge_problem *p, const struct judge_names *n,
	uint32_t variable, uint32_t value, struct buf *b)
{
	const struct judge_value *v = judge_problem_value(p, variable, value);

	switch (v->move) {
	case JUDGE_AS_IS:
		break;
	case JUDGE_RELEASE:
		change_release(p, variable, v, b);
		break;
	case JUDGE_STANDBY:
		change_standby(p, n, p->variables[variable].unit, b);
		break;
	case JUDGE_REPLACE:
		change_part(p, p->variables[variable].unit, v, b);
		break;
	}
}

uint32_t
judge_words_changes(const struct judge_problem *p, const struct judge_names *n,
	const uint32_t *state, uint32_t except, struct buf *b)
{
	uint32_t said = 0;

	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (state[v] == 0 || v == except)
			continue;
		(void)buf_add_text(b, said++ == 0 ? "" : "; ");
		judge_words_change(p, n, v, state[v], b);
	}
	return said;
}

static const char *
no_path_words(enum judge_no_path why)
{
	switch (why) {
	case JUDGE_PATH_FOUND:
		break;
	case JUDGE_PATH_NO_FROM:
		return "it cannot be installed over what runs";
	case JUDGE_PATH_FLOOR:
		return "it is below the lowest that may run on this unit (its floor)";
	case JUDGE_PATH_STATE:
		return "it is not released for use";
	case JUDGE_PATH_LONG:
		return "too many releases have to be gone through";
	case JUDGE_PATH_MEMORY:
		return "why could not be found out: out of memory";
	}
	return "its unit decides itself what it runs";
}

void
judge_words_not_ours(const struct judge_problem *p, uint32_t unit, struct buf *b)
{
	(void)buf_printf(b, "what it runs is decided at the device (imgUpdateOwner is %s); "
		"imgadm-device update owner ",
		p->shape->units[unit].owner == JUDGE_OWNER_LOCKED ? "locked" : "local");
	(void)text_escape_to(b, p->shape->units[unit].symbol);
	(void)buf_add_text(b, " centre, there, leaves it to the centre");
}

void
judge_words_not_selectable(const struct judge_problem *p, uint32_t unit, uint32_t bank,
	uint32_t release, struct buf *b)
{
	const struct catalogue_release *r = &p->set->releases[release];
	uint32_t instead = r->instead_seq == CATALOGUE_NONE ? CATALOGUE_NONE :
		catalogue_release_seq(p->set, r->software, r->instead_seq);
	struct judge_path path;

	if (p->shape->units[unit].owner != JUDGE_OWNER_CENTRE) {
		judge_words_not_ours(p, unit, b);
	} else if (r->state == CATALOGUE_DRAFT && !p->policy->drafts) {
		(void)buf_add_text(b, "it is a draft, which only --drafts allows");
	} else if (r->state == CATALOGUE_WITHDRAWN) {
		(void)buf_add_text(b, "it is withdrawn");
		if (r->because != NULL)
			(void)buf_printf(b, " (%s)", r->because);
		if (instead != CATALOGUE_NONE)
			(void)buf_printf(b, "; instead: %s", p->set->releases[instead].version);
	} else if (bank == CATALOGUE_NONE) {
		(void)buf_add_text(b, "nothing runs there that it could take the place of");
	} else {
		(void)buf_add_text(b, no_path_words(judge_path_find(p->set, p->shape, p->policy,
			unit, bank, release, NULL, &path)));
	}
}

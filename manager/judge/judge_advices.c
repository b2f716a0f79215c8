/* What a device is told: a row a unit that has to change, and the structure in full. */
#include <config.h>

#include "manager/judge/judge_explain.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge/judge_words.h"

/* What is being written. */
struct advising {
	const struct judge_problem *p;
	const struct judgement *j;
	struct judge_advice *list;
	uint32_t count, room;
	uint32_t *about, *now;	/* room for all variables; now: all 0 */
	struct buf b;
};

static void
put(char *dst, size_t size, struct buf *b)
{
	(void)text_copy(dst, size, buf_text(b));
	buf_clear(b);
}

/* --- the structure ------------------------------------------------------------------ */

/* "FED=C650-feed/B", "ENG=E-30/A engine-fw G00-30", "FIN=standby" */
static void
say_part(const struct advising *a, uint32_t variable, struct buf *b)
{
	const struct judge_problem *p = a->p;
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_unit *u = &p->shape->units[v->unit];
	uint32_t number = a->j->recommended[variable];
	const struct judge_value *to = judge_problem_value(p, variable, number);

	(void)text_escape_to(b, u->symbol);
	(void)buf_add_char(b, '=');
	if (!to->in_service) {
		(void)buf_add_text(b, "standby");
		return;
	}
	if (to->unit_type == CATALOGUE_NONE) {
		(void)text_escape_to(b, u->model);
	} else {
		(void)buf_add_text(b, p->set->unit_types[to->unit_type].id);
		if (to->rev != CATALOGUE_NONE)
			(void)buf_printf(b, "/%s", p->set->revs[to->rev].id);
	}
	for (uint32_t i = 0; i < v->active_count; i++) {
		if (p->value_releases[to->first_release + i] == CATALOGUE_NONE &&
			to->move == JUDGE_REPLACE)
			continue;
		(void)buf_add_char(b, ' ');
		judge_words_runs(p, variable, i, a->j->recommended, b);
	}
}

/*
 * What changes first, then what stays, as far as a row holds; what has no room
 * is as it is, and said to be.
 */
static void
say_structure(struct advising *a, char *dst, size_t size)
{
	static const char rest[] = "; all else as it is";
	struct buf one;
	bool whole = true;

	buf_init(&one, 4096);
	for (int changed = 1; changed >= 0 && whole; changed--) {
		for (uint32_t v = 0; v < a->p->variable_count && whole; v++) {
			if (a->p->shape->units[a->p->variables[v].unit].absent ||
				(a->j->recommended[v] != 0) != (changed == 1))
				continue;
			buf_clear(&one);
			(void)buf_add_text(&one, a->b.len == 0 ? "" : "; ");
			say_part(a, v, &one);
			whole = a->b.len + one.len + sizeof(rest) <= size;
			if (whole)
				(void)buf_add(&a->b, buf_text(&one), one.len);
		}
	}
	buf_release(&one);
	if (!whole)
		(void)buf_add_text(&a->b, rest);
	put(dst, size, &a->b);
}

/* --- the rows ------------------------------------------------------------------------- */

static uint32_t
catalogue_of(const struct advising *a, uint32_t instance)
{
	const struct judge_problem *p = a->p;
	const struct judge_instance *i = &p->instances[instance];
	uint32_t release = CATALOGUE_NONE, bank;

	switch (i->kind) {
	case JUDGE_BY_RELATION:
		return p->set->relations[i->relation].place.catalogue;
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
		return p->set->slots[i->slot].place.catalogue;
	case JUDGE_BY_WITHDRAWN:
		bank = judge_words_active_bank(p, p->variables[i->anchor].unit, i->bank);
		release = bank == CATALOGUE_NONE ? CATALOGUE_NONE : p->shape->banks[bank].release;
		break;
	case JUDGE_BY_CLOSED:
	case JUDGE_BY_SOFTWARE:
		break;
	}
	return release == CATALOGUE_NONE ? CATALOGUE_NONE :
		p->set->releases[release].place.catalogue;
}

/*
 * A row for the unit of a variable, or for the device.  NULL when there is no
 * room, or when the rule was already said to the same subject.
 */
static struct judge_advice *
row(struct advising *a, uint32_t variable, uint32_t instance)
{
	const char *subject = variable == CATALOGUE_NONE ? "" :
		a->p->shape->units[a->p->variables[variable].unit].symbol;
	struct judge_advice *r;
	uint32_t catalogue = catalogue_of(a, instance);

	for (uint32_t i = 0; i < a->count; i++) {
		if (strcmp(a->list[i].subject, subject) == 0 &&
			strcmp(a->list[i].rule_id, a->p->instances[instance].id) == 0)
			return NULL;
	}
	if (a->count == a->room)
		return NULL;
	r = &a->list[a->count++];
	memset(r, 0, sizeof(*r));
	r->severity = SEVERITY_ERROR;
	(void)text_copy(r->subject, sizeof(r->subject), subject);
	(void)text_copy(r->rule_id, sizeof(r->rule_id), a->p->instances[instance].id);
	if (catalogue != CATALOGUE_NONE)
		r->catalogue_serial = a->p->set->catalogues[catalogue].serial;
	return r;
}

static bool
concerns(struct advising *a, uint32_t instance, uint32_t variable)
{
	uint32_t count = judge_instance_about(a->p, instance, a->now, a->about);

	if (a->p->instances[instance].anchor == variable)
		return true;
	for (uint32_t k = 0; k < count; k++) {
		if (a->about[k] == variable)
			return true;
	}
	return false;
}

/* Whether the recommended structure obeys the rule. */
static bool
is_cured(struct advising *a, uint32_t instance)
{
	return a->j->recommended != NULL &&
		judge_instance_value(a->p, instance, a->j->recommended) != JUDGE_VIOLATED;
}

/* Whether this one change, by itself, cures the rule. */
static bool
cures(struct advising *a, uint32_t instance, uint32_t variable)
{
	enum judge_truth then;

	a->now[variable] = a->j->recommended[variable];
	then = judge_instance_value(a->p, instance, a->now);
	a->now[variable] = 0;
	return then != JUDGE_VIOLATED;
}

/*
 * Why a unit is changed: the first violated rule that the change cures, else
 * that is cured by all changes together and speaks of the unit, else the first.
 */
static uint32_t
reason_of(struct advising *a, uint32_t variable)
{
	uint32_t together = CATALOGUE_NONE, first = CATALOGUE_NONE;

	for (uint32_t i = 0; i < a->p->instance_count; i++) {
		if (a->p->instances[i].now != JUDGE_VIOLATED)
			continue;
		if (cures(a, i, variable))
			return i;
		if (together == CATALOGUE_NONE && is_cured(a, i) && concerns(a, i, variable))
			together = i;
		if (first == CATALOGUE_NONE)
			first = i;
	}
	return together != CATALOGUE_NONE ? together : first;
}

/* "incompatible (R-101: ...): replace FED by C650-feed rev B (...)" */
static void
advise_change(struct advising *a, uint32_t variable)
{
	uint32_t instance = reason_of(a, variable);
	struct judge_advice *r = instance == CATALOGUE_NONE ? NULL : row(a, variable, instance);

	if (r == NULL)
		return;
	(void)buf_add_text(&a->b, "incompatible (");
	judge_words_rule(a->p, instance, &a->b);
	(void)buf_add_text(&a->b, "): ");
	judge_words_change(a->p, NULL, variable, a->j->recommended[variable], &a->b);
	put(r->text, sizeof(r->text), &a->b);
	say_structure(a, r->recommendation, STRUCTURE_TEXT_MAX + 1);
}

/* "incompatible: FIN (finisher FS-5, ...) needs C650-feed rev B or later (R-101: ...)" */
static void
advise_violated(struct advising *a, uint32_t instance)
{
	struct judge_fact fact;
	struct judge_advice *r = row(a, a->p->instances[instance].anchor, instance);

	if (r == NULL)
		return;
	(void)judge_say_instance(a->p, NULL, instance, a->now, &fact, 1);
	(void)buf_printf(&a->b, "incompatible: %s %s %s (%s)", fact.thing, fact.verb, fact.what,
		fact.rule);
	put(r->text, sizeof(r->text), &a->b);
	if (a->j->recommended != NULL)
		say_structure(a, r->recommendation, STRUCTURE_TEXT_MAX + 1);
	else
		(void)text_copy(r->recommendation, sizeof(r->recommendation),
			"no change that the catalogues know makes it fit: ask the maker");
}

/*
 * What changes, a row a unit; then the device's own rules, whose subject is the
 * device, and what no change cures.
 */
static void
advise(struct advising *a)
{
	for (uint32_t v = 0; a->j->recommended != NULL && v < a->p->variable_count; v++) {
		if (a->j->recommended[v] != 0)
			advise_change(a, v);
	}
	for (uint32_t i = 0; i < a->p->instance_count; i++) {
		if (a->p->instances[i].now == JUDGE_VIOLATED &&
			(a->p->instances[i].anchor == CATALOGUE_NONE || !is_cured(a, i)))
			advise_violated(a, i);
	}
}

uint32_t
judge_advices(const struct judge_problem *p, const struct judgement *j,
	struct judge_advice *ret, uint32_t room)
{
	struct advising a = { .p = p, .j = j, .list = ret, .room = room };

	if (j->verdict != JUDGE_INCOMPATIBLE)
		return 0;
	a.about = calloc((size_t)p->variable_count + 1, sizeof(*a.about));
	a.now = calloc((size_t)p->variable_count + 1, sizeof(*a.now));
	buf_init(&a.b, 8192);
	if (a.about != NULL && a.now != NULL)
		advise(&a);
	buf_release(&a.b);
	free(a.now);
	free(a.about);
	return a.count;
}

/* --- serial numbers ------------------------------------------------------------------- */

static void
fill(const char *symbol, size_t len, const struct judge_names *n,
	const struct judge_shape *shape, struct buf *b)
{
	for (uint32_t u = 0; u < shape->unit_count; u++) {
		if (strlen(shape->units[u].symbol) != len ||
			memcmp(shape->units[u].symbol, symbol, len) != 0 ||
			n->units[u].serial_number[0] == '\0')
			continue;
		(void)buf_add_text(b, ", serial ");
		(void)text_escape_to(b, n->units[u].serial_number);
		return;
	}
}

void
judge_fill_serials(const char *text, const struct judge_names *n,
	const struct judge_shape *shape, char *dst, size_t size)
{
	struct buf b;

	buf_init(&b, 8192);
	while (*text != '\0') {
		const char *begin = strchr(text, JUDGE_SERIAL), *end;

		if (begin == NULL) {
			(void)buf_add_text(&b, text);
			break;
		}
		(void)buf_add(&b, text, (size_t)(begin - text));
		end = strchr(begin + 1, JUDGE_SERIAL);
		if (end == NULL)
			break;
		fill(begin + 1, (size_t)(end - begin) - 1, n, shape, &b);
		text = end + 1;
	}
	(void)text_copy(dst, size, buf_text(&b));
	buf_release(&b);
}

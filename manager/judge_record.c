#include <config.h>

#include "manager/judge_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge/judge_explain.h"
#include "manager/judge/judge_words.h"

_Static_assert((int)STORE_JUDGE_COSTS == (int)JUDGE_COSTS, "costs are kept one for one");
_Static_assert((int)STORE_COMPATIBLE == (int)JUDGE_COMPATIBLE &&
	(int)STORE_NOT_APPLICABLE == (int)JUDGE_VERDICT_NOT_APPLICABLE, "verdicts too");
_Static_assert((int)STORE_JUDGE_FIRST_CONFIRM == (int)JUDGE_FIRST_CONFIRM, "and ends");
_Static_assert((int)STORE_JUDGE_KEY_SIZE == (int)JUDGE_KEY_SIZE, "and keys");

enum { SAID_MAX = 16 * 1024 };

static int
out_of_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for a judgement");
}

/* --- marks ------------------------------------------------------------------------ */

bool
judge_record_names_serials(const char *text)
{
	return strchr(text, JUDGE_SERIAL) != NULL;
}

void
judge_record_fill(const char *text, const struct structure *device, char *dst, size_t size)
{
	struct judge_shape shape = {0};
	struct judge_names names = {0};
	size_t count = device == NULL ? 0 : device->unit_count;

	if (!judge_record_names_serials(text)) {
		(void)text_copy(dst, size, text);
		return;
	}
	/* Of a shape only symbols are asked for here. */
	shape.units = calloc(count + 1, sizeof(*shape.units));
	names.units = calloc(count + 1, sizeof(*names.units));
	for (size_t i = 0; shape.units != NULL && names.units != NULL && i < count; i++) {
		(void)text_copy(shape.units[i].symbol, sizeof(shape.units[i].symbol),
			device->units[i].symbol);
		(void)text_copy(names.units[i].serial_number,
			sizeof(names.units[i].serial_number), device->units[i].serial_number);
		shape.unit_count = names.unit_count = (uint32_t)i + 1;
	}
	judge_fill_serials(text, &names, &shape, dst, size);
	free(shape.units);
	free(names.units);
}

/* --- what is said --------------------------------------------------------------------- */

/* A text of b, with its marks, at most size - 1 octets; b is empty after. */
static void
take(struct buf *b, char *dst, size_t size)
{
	char *cut;

	if (text_copy(dst, size, buf_text(b))) {
		buf_clear(b);
		return;
	}
	buf_clear(b);
	/* A mark that was cut in two would take what follows with it. */
	size = 0;
	for (cut = dst; (cut = strchr(cut, JUDGE_SERIAL)) != NULL; cut++)
		size++;
	if (size % 2 != 0)
		*strrchr(dst, JUDGE_SERIAL) = '\0';
}

/* "FIN needs C650-feed rev B or later (R-101)" */
static void
say_reason(const struct judge_problem *p, uint32_t instance, const uint32_t *state,
	struct buf *b)
{
	struct judge_fact fact;

	if (judge_say_instance(p, NULL, instance, state, &fact, 1) == 0)
		return;
	(void)buf_printf(b, "%s %s %s (%s)",
		strcmp(fact.symbol, "-") == 0 ? "the device" : fact.symbol, fact.verb, fact.what,
		p->instances[instance].id);
}

static int
put_rules(const struct judge_problem *p, const uint32_t *state, struct store_judgement *r,
	struct err *e)
{
	struct buf b;

	r->rules = calloc((size_t)p->instance_count + 1, sizeof(*r->rules));
	if (r->rules == NULL)
		return out_of_memory(e);
	buf_init(&b, SAID_MAX);
	for (int violated = 1; violated >= 0; violated--) {
		for (uint32_t i = 0; i < p->instance_count &&
		    r->rule_count < STORE_JUDGE_RULES_MAX; i++) {
			enum judge_truth truth = judge_instance_value(p, i, state);
			struct store_judge_rule *to;

			if (truth != (violated ? JUDGE_VIOLATED : JUDGE_UNKNOWN))
				continue;
			to = &r->rules[r->rule_count++];
			to->violated = violated != 0;
			(void)text_copy(to->id, sizeof(to->id), p->instances[i].id);
			if (p->instances[i].anchor != CATALOGUE_NONE)
				(void)text_copy(to->symbol, sizeof(to->symbol), p->shape->units[
					p->variables[p->instances[i].anchor].unit].symbol);
			say_reason(p, i, state, &b);
			take(&b, to->text, sizeof(to->text));
		}
	}
	buf_release(&b);
	return 0;
}

/* --- units ------------------------------------------------------------------------------ */

/* The software that the recommended value puts where something else runs. */
static void
put_advised(const struct judge_problem *p, const struct judgement *j, uint32_t variable,
	struct store_judge_unit *u, struct buf *b)
{
	const struct judge_value *to;

	if (j->recommended == NULL || j->recommended[variable] == 0)
		return;
	to = judge_problem_value(p, variable, j->recommended[variable]);
	judge_words_change(p, NULL, variable, j->recommended[variable], b);
	judge_record_fill(buf_text(b), NULL, u->advised, sizeof(u->advised));
	buf_clear(b);
	for (uint32_t i = 0; to->move == JUDGE_RELEASE && i < p->variables[variable].active_count;
	    i++) {
		uint32_t release = p->value_releases[to->first_release + i];
		uint32_t bank = judge_words_active_bank(p, p->variables[variable].unit, i);
		const struct catalogue_release *c;

		if (release == CATALOGUE_NONE || (bank != CATALOGUE_NONE &&
		    p->shape->banks[bank].release == release))
			continue;
		c = &p->set->releases[release];
		(void)text_copy(u->software, sizeof(u->software),
			p->set->software[c->software].id);
		(void)text_copy(u->creator, sizeof(u->creator),
			p->set->software[c->software].creator);
		(void)text_copy(u->version, sizeof(u->version), c->version);
		return;
	}
}

static int
put_units(const struct judge_problem *p, const struct judgement *j, struct store_judgement *r,
	struct err *e)
{
	struct buf b;

	r->units = calloc((size_t)p->variable_count + 1, sizeof(*r->units));
	if (r->units == NULL)
		return out_of_memory(e);
	buf_init(&b, SAID_MAX);
	for (uint32_t v = 0; v < p->variable_count; v++) {
		struct store_judge_unit *u = &r->units[r->unit_count++];
		uint32_t unit = p->variables[v].unit;

		(void)text_copy(u->symbol, sizeof(u->symbol), p->shape->units[unit].symbol);
		u->verdict = (enum store_verdict)j->units[unit];
		put_advised(p, j, v, u, &b);
	}
	buf_release(&b);
	return 0;
}

/* --- the rest ----------------------------------------------------------------------------- */

static int
put_advices(const struct judge_problem *p, const struct judgement *j,
	struct store_judgement *r, struct err *e)
{
	struct judge_advice *list = calloc(STORE_ADVICE_MAX, sizeof(*list));
	uint32_t count = list == NULL ? 0 : judge_advices(p, j, list, STORE_ADVICE_MAX);
	struct buf b;

	r->advices = calloc((size_t)count + 1, sizeof(*r->advices));
	if (list == NULL || r->advices == NULL) {
		free(list);
		return out_of_memory(e);
	}
	buf_init(&b, SAID_MAX);
	for (uint32_t i = 0; i < count; i++) {
		struct store_judge_advice *a = &r->advices[r->advice_count++];

		(void)text_copy(a->subject, sizeof(a->subject), list[i].subject);
		a->severity = list[i].severity;
		(void)buf_add_text(&b, list[i].text);
		take(&b, a->text, sizeof(a->text));
		(void)buf_add_text(&b, list[i].recommendation);
		take(&b, a->recommendation, sizeof(a->recommendation));
		(void)text_copy(a->rule_id, sizeof(a->rule_id), list[i].rule_id);
		a->catalogue_serial = list[i].catalogue_serial;
	}
	buf_release(&b);
	free(list);
	return 0;
}

static int
put_plan(const struct judge_problem *p, const struct judgement *j, struct store_judgement *r,
	struct err *e)
{
	struct buf b;

	if (j->recommended == NULL || j->end != JUDGE_RECOMMENDED)
		return 0;
	buf_init(&b, STORE_JUDGE_PLAN_MAX);
	judge_say_plan(p, NULL, j, &b);
	if (b.error == 0 && b.len > 0)
		r->plan = strdup(buf_text(&b));
	if (b.error == -ENOMEM || (b.error == 0 && b.len > 0 && r->plan == NULL)) {
		buf_release(&b);
		return out_of_memory(e);
	}
	buf_release(&b);
	return 0;
}

static void
put_head(const struct judge_problem *p, const struct judgement *j, const uint32_t *state,
	struct store_judgement *r)
{
	uint32_t first = CATALOGUE_NONE;
	struct buf b;

	r->verdict = (enum store_verdict)j->verdict;
	r->end = (enum store_judge_end)j->end;
	r->proven = j->proven;
	for (int i = 0; i < STORE_JUDGE_COSTS; i++) {
		r->cost_now[i] = j->cost_now.at[i];
		r->cost[i] = j->cost.at[i];
	}
	if (p->shape->device_type != CATALOGUE_NONE)
		(void)text_copy(r->device_type, sizeof(r->device_type),
			p->set->device_types[p->shape->device_type].id);
	if (j->conflict_count > 0)
		first = j->conflict[0];
	for (int violated = 1; violated >= 0; violated--)
		for (uint32_t i = 0; first == CATALOGUE_NONE && i < p->instance_count; i++)
			if (judge_instance_value(p, i, state) ==
			    (violated ? JUDGE_VIOLATED : JUDGE_UNKNOWN))
				first = i;
	if (first == CATALOGUE_NONE)
		return;
	buf_init(&b, SAID_MAX);
	say_reason(p, first, state, &b);
	judge_record_fill(buf_text(&b), NULL, r->text, sizeof(r->text));
	buf_release(&b);
}

int
judge_record_make(const struct judge_problem *p, const struct judgement *j,
	struct store_judgement *ret, struct err *e)
{
	uint32_t *now = calloc((size_t)p->variable_count + 1, sizeof(*now));
	const uint32_t *state = j->failing_state != NULL ? j->failing_state : now;
	struct store_judgement r = {0};
	int rc;

	if (now == NULL)
		return out_of_memory(e);
	put_head(p, j, state, &r);
	rc = put_rules(p, state, &r, e);
	if (rc == 0)
		rc = put_units(p, j, &r, e);
	if (rc == 0)
		rc = put_advices(p, j, &r, e);
	if (rc == 0)
		rc = put_plan(p, j, &r, e);
	free(now);
	if (rc < 0)
		store_judgement_release(&r);
	else
		*ret = r;
	return rc;
}

/* --- for a device ----------------------------------------------------------------------- */

static bool
is_there(const struct store_advice_item *items, size_t count, const struct store_judge_advice *a)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i].subject, a->subject) == 0 &&
		    strcmp(items[i].rule_id, a->rule_id) == 0)
			return true;
	return false;
}

size_t
judge_record_items(const struct store_judgement *j, const struct structure *device,
	struct store_advice_item *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < j->advice_count && count < STORE_ADVICE_MAX; i++) {
		const struct store_judge_advice *a = &j->advices[i];
		struct store_advice_item *to = &ret[count];

		if (is_there(ret, count, a) || a->text[0] == '\0')
			continue;
		*to = (struct store_advice_item){ .kind = STORE_ADVICE_INCOMPATIBLE,
			.severity = a->severity, .catalogue_serial = a->catalogue_serial };
		(void)text_copy(to->subject, sizeof(to->subject), a->subject);
		(void)text_copy(to->rule_id, sizeof(to->rule_id), a->rule_id);
		judge_record_fill(a->text, device, to->text, sizeof(to->text));
		judge_record_fill(a->recommendation, device, to->recommendation,
			sizeof(to->recommendation));
		count++;
	}
	return count;
}

#include <config.h>

#include "tests/unit/rules_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"

enum {	/* positions of a device's costs, as of enum judge_cost */
	AT_VIOLATED = 0, AT_FUNCTIONS = 3, AT_UNITS = 7, AT_DOWNGRADES = 9, AT_RESTARTS = 10,
	AT_MINUTES = 11, AT_AGE = 13,
	MINUTES = 5,
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* --- at random ----------------------------------------------------------------------- */

static void
add_rule(struct rules_world *w, const struct rules_rule *r)
{
	if (w->rule_count == w->rule_room) {
		w->rule_room = w->rule_room ? 2 * w->rule_room : 256;
		w->rules = must(realloc(w->rules, w->rule_room * sizeof *w->rules));
	}
	w->rules[w->rule_count++] = *r;
}

bool
rules_world_holds(const struct rules_rule *r, const uint32_t *state)
{
	uint32_t other = state[r->other];

	return state[r->unit] != r->release || (r->low <= other && other <= r->high) != r->forbids;
}

static void
relate(struct rules_world *w, struct solve_world *dice, uint32_t a, uint32_t b)
{
	uint32_t n = w->spec.releases;

	for (uint32_t k = 0; k < n; k++) {
		struct rules_rule r = { .unit = a, .release = k, .other = b };

		if (!solve_world_percent(dice, w->spec.rules))
			continue;
		r.forbids = solve_world_percent(dice, 50);
		do {
			uint32_t x = solve_world_random(dice, n), y = solve_world_random(dice, n);

			r.low = x < y ? x : y;
			r.high = x < y ? y : x;
		} while (w->planted != NULL && !rules_world_holds(&r, w->planted));
		add_rule(w, &r);
	}
}

void
rules_world_make(struct rules_world *w, uint64_t seed, const struct rules_spec *spec)
{
	struct solve_world dice;
	uint32_t *state = must(calloc(spec->units, sizeof *state));

	memset(w, 0, sizeof *w);
	solve_world_begin(&dice, seed);
	w->spec = *spec;
	w->now = must(calloc(spec->units, sizeof *w->now));
	for (uint32_t i = 0; i < spec->units; i++)
		w->now[i] = state[i] = solve_world_random(&dice, spec->releases);
	for (uint32_t i = 0; i < spec->moved; i++)
		w->now[solve_world_random(&dice, spec->units)] =
			solve_world_random(&dice, spec->releases);
	if (spec->planted)
		w->planted = state;
	else
		free(state);
	for (uint32_t a = 0; a < spec->units; a++)
		for (uint32_t b = 0; b < spec->units; b++)
			if (a != b && solve_world_percent(&dice, spec->pairs))
				relate(w, &dice, a, b);
	solve_world_release(&dice);
}

void
rules_world_release(struct rules_world *w)
{
	free(w->now);
	free(w->planted);
	free(w->rules);
	memset(w, 0, sizeof *w);
}

/* --- as a problem ---------------------------------------------------------------------- */

static void
put_unit(const struct rules_world *w, uint32_t unit, bool standby, struct solve_world *p)
{
	uint32_t releases = w->spec.releases, n = releases + standby, now = w->now[unit];
	struct solve_cost *prices = solve_world_own(p, n, sizeof *prices);
	uint64_t *allowed = solve_world_own(p, (n + 63) / 64, sizeof *allowed);

	for (uint32_t k = 0; k < n; k++) {
		int64_t *at = prices[k].at;

		solve_world_set(allowed, k);
		at[AT_UNITS] = k != now;
		at[AT_FUNCTIONS] = k == releases;
		at[AT_AGE] = releases - 1 - (k == releases ? now : k);
		at[AT_DOWNGRADES] = k < now;
		at[AT_RESTARTS] = k != now && k < releases;
		at[AT_MINUTES] = at[AT_RESTARTS] * MINUTES;
	}
	p->variables[unit] = (struct solve_variable){ n, now, prices, allowed };
}

static void
put_rule(const struct rules_world *w, const struct rules_rule *r, bool standby, uint32_t group,
	struct solve_world *p)
{
	uint32_t releases = w->spec.releases;
	uint64_t *others = solve_world_mask(p, r->unit), *good = solve_world_mask(p, r->other);

	for (uint32_t k = 0; k < releases + standby; k++)
		if (k != r->release)
			solve_world_set(others, k);
	for (uint32_t k = 0; k < releases; k++)
		if ((r->low <= k && k <= r->high) != r->forbids)
			solve_world_set(good, k);
	if (standby && r->forbids)
		solve_world_set(good, releases);
	solve_world_literal(p, r->unit, others);
	solve_world_literal(p, r->other, good);
	solve_world_clause(p, group, 2);
}

void
rules_world_problem(const struct rules_world *w, bool standby, struct solve_world *ret)
{
	struct solve_world *p = ret;

	solve_world_begin(p, 0);
	p->variables = solve_world_own(p, w->spec.units, sizeof *p->variables);
	p->problem.variables = p->variables;
	p->problem.variable_count = w->spec.units;
	p->problem.nodes = 100000;
	for (uint32_t i = 0; i < w->spec.units; i++)
		put_unit(w, i, standby, p);
	p->groups = solve_world_own(p, w->rule_count, sizeof *p->groups);
	p->problem.groups = p->groups;
	p->problem.group_count = w->rule_count;
	for (uint32_t i = 0; i < w->rule_count; i++) {
		p->groups[i].kind = rules_world_holds(&w->rules[i], w->now) ? SOLVE_HARD :
			SOLVE_HARD_OR_BROKEN;
		p->groups[i].position = AT_VIOLATED;
		put_rule(w, &w->rules[i], standby, i, p);
	}
}

/* --- as a catalogue and a structure ------------------------------------------------------- */

static void
xml_release(const struct rules_world *w, uint32_t unit, uint32_t release, uint32_t *rule,
	struct buf *b)
{
	(void)buf_printf(b, "<release version='%u' seq='%u' minutes='%d'><from/>"
		"<from direction='down' settings='keep'/>\n", release + 1, 100 * (release + 1),
		MINUTES);
	/* Rules stand by unit and by release within a pair; ids need no order. */
	for (uint32_t i = 0; i < w->rule_count; i++) {
		const struct rules_rule *r = &w->rules[i];
		const char *name = r->forbids ? "conflicts" : "requires";

		if (r->unit != unit || r->release != release)
			continue;
		(void)buf_printf(b, "<%s id='R-%u'><software id='S%02u' min-seq='%u' "
			"max-seq='%u'/></%s>\n", name, ++*rule, r->other, 100 * (r->low + 1),
			100 * (r->high + 1), name);
	}
	(void)buf_add_text(b, "</release>\n");
}

char *
rules_world_xml(const struct rules_world *w)
{
	uint32_t rule = 0;
	struct buf b;

	buf_init(&b, 64 << 20);
	(void)buf_add_text(&b, "<?xml version='1.0'?>\n<catalogue xmlns='urn:imgadm:catalogue:1' "
		"id='acme' serial='1' issued='2026-01-01'><creator id='acme'/>\n"
		"<device-type id='D' manufacturer='Acme' model='D'/>\n");
	for (uint32_t i = 0; i < w->spec.units; i++)
		(void)buf_printf(&b, "<unit-type id='U%02u' class='other' manufacturer='Acme' "
			"model='U%02u' banks='2'/>\n", i, i);
	for (uint32_t i = 0; i < w->spec.units; i++) {
		(void)buf_printf(&b, "<software id='S%02u' unit-type='U%02u'>\n", i, i);
		for (uint32_t k = 0; k < w->spec.releases; k++)
			xml_release(w, i, k, &rule, &b);
		(void)buf_add_text(&b, "</software>\n");
	}
	(void)buf_add_text(&b, "</catalogue>\n");
	return must(buf_steal(&b));
}

static struct unit *
put_structure_unit(struct structure *s, uint32_t index, enum unit_type type, const char *symbol)
{
	struct unit *u = must(structure_add_unit(s));

	u->index = index;
	u->class = UNIT_UNIT;
	u->type = type;
	u->contained_in = index > 1;
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = USE_NOT_COUNTED;
	u->action = UNIT_ACTION_NONE;
	(void)text_copy(u->symbol, sizeof u->symbol, symbol);
	(void)text_copy(u->manufacturer, sizeof u->manufacturer, "Acme");
	(void)text_copy(u->model, sizeof u->model, symbol);
	return u;
}

static void
put_structure_bank(const struct rules_world *w, struct structure *s, uint32_t unit, uint8_t bank)
{
	struct software *b = must(structure_add_software(s));

	b->unit_index = unit + 2;
	b->bank = bank;
	b->state = bank == 1 ? SOFTWARE_PROVEN : SOFTWARE_EMPTY;
	if (bank != 1)
		return;
	(void)snprintf(b->id, sizeof b->id, "S%02u", unit);
	(void)text_copy(b->creator, sizeof b->creator, "acme");
	(void)snprintf(b->version, sizeof b->version, "%u", w->now[unit] + 1);
}

void
rules_world_structure(const struct rules_world *w, struct structure *ret)
{
	char symbol[16];

	memset(ret, 0, sizeof *ret);
	(void)text_copy(ret->device.id, sizeof ret->device.id, "d");
	(void)text_copy(ret->device.manufacturer, sizeof ret->device.manufacturer, "Acme");
	(void)text_copy(ret->device.model, sizeof ret->device.model, "D");
	ret->device.state = DEVICE_OPERATIONAL;
	(void)put_structure_unit(ret, 1, UNIT_TYPE_DEVICE, "D");
	for (uint32_t i = 0; i < w->spec.units; i++) {
		(void)snprintf(symbol, sizeof symbol, "U%02u", i);
		put_structure_unit(ret, i + 2, UNIT_TYPE_OTHER, symbol)->banks = 2;
		put_structure_bank(w, ret, i, 1);
		put_structure_bank(w, ret, i, 2);
	}
}

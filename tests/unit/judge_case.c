#include <config.h>

#include "tests/unit/judge_case.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support.h"

void
case_begin(struct case_of *c, const char *xml, const char *device)
{
	*c = (struct case_of){0};
	world_begin(&c->w, xml, NULL, device);
}

void
case_run(struct case_of *c)
{
	struct err e;
	int rc;

	world_problem(&c->w);
	rc = judge(c->w.p, &c->j, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
}

void
case_end(struct case_of *c)
{
	judgement_release(&c->j);
	world_end(&c->w);
}

const char *
case_recommended(const struct case_of *c)
{
	static char text[512];
	const struct judge_problem *p = c->w.p;
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t v = 0; c->j.recommended != NULL && v < p->variable_count; v++) {
		const struct judge_value *value = judge_problem_value(p, v, c->j.recommended[v]);
		const char *what = "";
		uint32_t release;

		if (value->move == JUDGE_AS_IS)
			continue;
		release = p->variables[v].active_count > 0 ?
		    p->value_releases[value->first_release] : CATALOGUE_NONE;
		if (value->move == JUDGE_STANDBY)
			what = "standby";
		else if (value->move == JUDGE_REPLACE)
			what = value->rev != CATALOGUE_NONE ? c->w.set->revs[value->rev].id :
			    c->w.set->unit_types[value->unit_type].id;
		else if (release != CATALOGUE_NONE)
			what = c->w.set->releases[release].version;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s %s",
		    length > 0 ? ", " : "", c->w.shape.units[p->variables[v].unit].symbol, what);
	}
	return text;
}

const char *
case_conflict(const struct case_of *c)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < c->j.conflict_count; i++) {
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
		    i > 0 ? " " : "", c->w.p->instances[c->j.conflict[i]].id);
	}
	return text;
}

struct judge_unit *
case_unit(struct case_of *c, const char *symbol)
{
	for (uint32_t i = 0; i < c->w.shape.unit_count; i++) {
		if (strcmp(c->w.shape.units[i].symbol, symbol) == 0)
			return &c->w.shape.units[i];
	}
	ck_abort_msg("no unit %s", symbol);
}

int64_t
case_cost(const struct case_of *c, enum judge_cost position)
{
	return c->j.cost.at[position];
}

void
case_begin_lobby(struct case_of *c, const char *rev)
{
	char device[512];

	(void)snprintf(device, sizeof(device), LOBBY, rev);
	case_begin(c, CONTROLLER FINISHER, device);
}

const char *
case_values(const struct case_of *c, const char *symbol)
{
	static char text[512];
	const struct judge_problem *p = c->w.p;
	uint32_t v = judge_problem_variable(p, symbol);
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < p->variables[v].value_count; i++) {
		const struct judge_value *value = judge_problem_value(p, v, i);
		const char *what = "now";

		if (value->move == JUDGE_STANDBY)
			what = "standby";
		else if (value->move == JUDGE_REPLACE)
			what = value->rev != CATALOGUE_NONE ? c->w.set->revs[value->rev].id :
			    c->w.set->unit_types[value->unit_type].id;
		else if (value->move == JUDGE_RELEASE)
			what = c->w.set->releases[p->value_releases[value->first_release]].version;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s%s",
		    length > 0 ? ", " : "", what, value->selectable ? "" : "*");
	}
	return text;
}

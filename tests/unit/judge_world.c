#include <config.h>

#include "tests/unit/judge_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/catalogue_fixture.h"

/* --- a device from a text ------------------------------------------------ */

static void
set_text(char *dst, size_t size, const char *src)
{
	world_assert(text_copy(dst, size, src), "too long: %s", src);
}

static uint32_t
index_of(const struct structure *s, const char *symbol)
{
	const struct unit *u = structure_unit_by_symbol(s, symbol);

	world_assert(u != NULL, "no unit %s before", symbol);
	return u->index;
}

/* ID/VERSION, CREATOR:ID/VERSION, with @state and #byte behind. */
static void
add_software(struct structure *s, uint32_t unit, uint8_t bank, char *text)
{
	struct software *sw = structure_add_software(s);
	char *at = strchr(text, '@'), *hash = strchr(text, '#'), *slash, *colon;
	int state = SOFTWARE_RUNNING;

	world_assert(sw != NULL, "no memory");
	if (hash != NULL) {
		*hash = '\0';
		sw->digest_known = true;
		memset(sw->digest, (int)strtoul(hash + 1, NULL, 16), sizeof(sw->digest));
	}
	if (at != NULL) {
		*at = '\0';
		world_assert(structure_value(NAME_SOFTWARE_STATE, at + 1, &state) == 0, "%s",
		    at + 1);
	}
	slash = strchr(text, '/');
	world_assert(slash != NULL, "ID/VERSION: %s", text);
	*slash = '\0';
	colon = strchr(text, ':');
	if (colon != NULL)
		*colon = '\0';
	sw->unit_index = unit;
	sw->bank = bank;
	sw->state = (enum software_state)state;
	set_text(sw->creator, sizeof(sw->creator), colon != NULL ? text : "acme");
	set_text(sw->id, sizeof(sw->id), colon != NULL ? colon + 1 : text);
	set_text(sw->version, sizeof(sw->version), slash + 1);
}

static void
add_word(struct structure *s, struct unit *u, char *word)
{
	if (strncmp(word, "hw=", 3) == 0)
		set_text(u->hardware_rev, sizeof(u->hardware_rev), word + 3);
	else if (strncmp(word, "serial=", 7) == 0)
		set_text(u->serial_number, sizeof(u->serial_number), word + 7);
	else if (strncmp(word, "in=", 3) == 0)
		u->contained_in = index_of(s, word + 3);
	else if (strcmp(word, "standby") == 0)
		u->admin_state = UNIT_ADMIN_STANDBY;
	else if (strcmp(word, "absent") == 0)
		u->oper_state = UNIT_OPER_ABSENT;
	else if (strncmp(word, "sw=", 3) == 0)
		add_software(s, u->index, ++u->banks, word + 3);
	else
		ck_abort_msg("what is %s?", word);
}

static void
add_unit(struct structure *s, char *line)
{
	struct unit *u;
	char *rest = NULL, *word = strtok_r(line, " \t", &rest);
	int type = UNIT_TYPE_PRINT;

	if (word == NULL)
		return;
	u = structure_add_unit(s);
	world_assert(u != NULL, "no memory");
	u->index = (uint32_t)s->unit_count;
	set_text(u->symbol, sizeof(u->symbol), word);
	word = strtok_r(NULL, " \t", &rest);
	u->class = strcmp(word, "function") == 0 ? UNIT_FUNCTION : UNIT_UNIT;
	if (u->class == UNIT_UNIT)
		world_assert(structure_value(NAME_UNIT_TYPE, word, &type) == 0, "%s", word);
	u->type = (enum unit_type)type;
	set_text(u->manufacturer, sizeof(u->manufacturer), "Acme");
	word = strtok_r(NULL, " \t", &rest);
	set_text(u->model, sizeof(u->model), word != NULL ? word : "");
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = USE_NOT_COUNTED;
	u->action = UNIT_ACTION_NONE;
	while (word != NULL && (word = strtok_r(NULL, " \t", &rest)) != NULL)
		add_word(s, u, word);
}

void
world_device(struct structure *s, const char *text)
{
	char *copy = strdup(text), *rest = NULL, *line;
	struct err e;

	world_assert(copy != NULL, "no memory");
	*s = (struct structure){0};
	for (line = strtok_r(copy, ";\n", &rest); line != NULL;
	    line = strtok_r(NULL, ";\n", &rest))
		add_unit(s, line);
	free(copy);
	set_text(s->device.id, sizeof(s->device.id), "lobby");
	set_text(s->device.manufacturer, sizeof(s->device.manufacturer), "Acme");
	set_text(s->device.model, sizeof(s->device.model), s->units[0].model);
	s->device.state = DEVICE_OPERATIONAL;
	world_assert(structure_check(s, &e) == 0, "%s", e.text);
}

/* --- a world ------------------------------------------------------------- */

void
world_begin(struct world *w, const char *a, const char *b, const char *device)
{
	struct err e;

	*w = (struct world){.now_utc_s = WORLD_NOW};
	w->set = fixture_set(a, b, NULL);
	world_device(&w->device, device);
	judge_policy_default(&w->policy);
	world_assert(judge_shape_make(w->set, &w->device, &w->shape, &w->names, &e) == 0, "%s",
	    e.text);
}

void
world_problem(struct world *w)
{
	struct err e;
	int rc = judge_problem_new(w->set, &w->shape, &w->policy, w->now_utc_s, &w->p, &e);

	world_assert(rc == 0, "%s", e.text);
}

void
world_end_device(struct world *w)
{
	judge_problem_free(w->p);
	judge_shape_release(&w->shape);
	judge_names_release(&w->names);
	structure_release(&w->device);
	w->p = NULL;
}

void
world_end(struct world *w)
{
	world_end_device(w);
	if (w->set != NULL)
		fixture_free(w->set);
	*w = (struct world){0};
}

uint32_t
world_instance(const struct world *w, const char *id, const char *symbol)
{
	uint32_t anchor = symbol == NULL ? CATALOGUE_NONE : judge_problem_variable(w->p, symbol);

	for (uint32_t i = 0; i < w->p->instance_count; i++) {
		if (strcmp(w->p->instances[i].id, id) == 0 && w->p->instances[i].anchor == anchor)
			return i;
	}
	return CATALOGUE_NONE;
}

uint32_t
world_value(const struct world *w, const char *symbol, const char *version)
{
	uint32_t v = judge_problem_variable(w->p, symbol);

	world_assert(v != CATALOGUE_NONE, "no unit %s", symbol);
	for (uint32_t i = 0; i < w->p->variables[v].value_count; i++) {
		const struct judge_value *value = judge_problem_value(w->p, v, i);

		if (value->move != JUDGE_AS_IS && value->move != JUDGE_RELEASE)
			continue;
		for (uint32_t n = 0; n < w->p->variables[v].active_count; n++) {
			uint32_t r = w->p->value_releases[value->first_release + n];

			if (r != CATALOGUE_NONE &&
			    strcmp(w->set->releases[r].version, version) == 0)
				return i;
		}
	}
	ck_abort_msg("%s has no value %s", symbol, version);
}

uint32_t
world_move(const struct world *w, const char *symbol, enum judge_move move)
{
	uint32_t v = judge_problem_variable(w->p, symbol);

	world_assert(v != CATALOGUE_NONE, "no unit %s", symbol);
	for (uint32_t i = 0; i < w->p->variables[v].value_count; i++) {
		if (judge_problem_value(w->p, v, i)->move == move)
			return i;
	}
	ck_abort_msg("%s has no such move", symbol);
}

/* --- states -------------------------------------------------------------- */

bool
world_next_state(const struct judge_problem *p, bool all, uint32_t *state)
{
	for (uint32_t v = p->variable_count; v-- > 0;) {
		while (++state[v] < p->variables[v].value_count) {
			if (all || judge_problem_value(p, v, state[v])->selectable)
				return true;
		}
		state[v] = 0;
	}
	return false;
}

uint64_t
world_states(const struct judge_problem *p, uint64_t most)
{
	uint64_t states = 1;

	for (uint32_t v = 0; v < p->variable_count && states < most; v++) {
		uint32_t count = 0;

		for (uint32_t i = 0; i < p->variables[v].value_count; i++)
			count += judge_problem_value(p, v, i)->selectable;
		states *= count;
	}
	return states;
}

uint32_t
world_count(uint32_t usual)
{
	const char *scale = getenv("IMGADM_TEST_SCALE");
	unsigned long times = scale != NULL ? strtoul(scale, NULL, 10) : 1;

	return usual * (uint32_t)(times > 0 ? times : 1);
}

/* --- at random ----------------------------------------------------------- */

uint64_t
world_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

uint32_t
world_below(uint64_t *seed, uint32_t n)
{
	return (uint32_t)((world_random(seed) >> 11) % n);
}

#include <config.h>

#include "updater/rollout_say.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/out/jsonout.h"

enum { SHOWN = 4 * STRUCTURE_NAME_MAX + 1 };

void
rollout_say_hex(const uint8_t digest[ROLLOUT_DIGEST_SIZE], char ret_hex[ROLLOUT_HEX_SIZE])
{
	text_hex(ret_hex, ROLLOUT_HEX_SIZE, digest, ROLLOUT_DIGEST_SIZE);
}

static const char *
shown(const char *text, char buf[SHOWN])
{
	(void)text_escape(buf, SHOWN, text);
	return buf;
}

/* --- a plan ----------------------------------------------------------------------- */

static void
say_step(struct buf *b, const struct update_step *s)
{
	char unit[SHOWN], software[SHOWN], from[SHOWN], to[SHOWN];

	(void)buf_printf(b, "  %s: ", shown(s->symbol, unit));
	if (s->kind == UPDATE_STEP_STANDBY) {
		(void)buf_add_text(b, "out of service\n");
		return;
	}
	(void)buf_printf(b, "%s %s -> %s", shown(s->software, software),
		s->from_version[0] != '\0' ? shown(s->from_version, from) : "nothing",
		shown(s->version, to));
	if (s->kind == UPDATE_STEP_SWITCH)
		(void)buf_printf(b, " (stands in bank %u)", (unsigned)s->bank);
	if (s->stepping_stone)
		(void)buf_add_text(b, " (stepping stone)");
	if (s->group != 0)
		(void)buf_printf(b, ", at once with group %" PRIu32, s->group);
	(void)buf_printf(b, ", %" PRIu32 " minute%s, way back: %s%s\n", s->minutes,
		s->minutes == 1 ? "" : "s", s->way_back ? "yes" : "no",
		s->ticket ? ", by ticket" : "");
}

void
rollout_say_recipe(struct buf *b, const struct rollout_recipe *r)
{
	for (size_t i = 0; i < r->count; i++)
		say_step(b, &r->steps[i]);
}

static void
say_wave(struct buf *b, const struct rollout_plan *p, unsigned wave, size_t count)
{
	char name[SHOWN];
	size_t n = 0;

	(void)buf_printf(b, "wave %u: %zu device%s:", wave + 1, count, count == 1 ? "" : "s");
	for (size_t i = 0; i < p->member_count && n < ROLLOUT_SAY_NAMES; i++)
		if (p->members[i].wave == wave)
			(void)buf_printf(b, "%s %s", n++ > 0 ? "," : "",
				shown(p->members[i].name, name));
	if (count > n)
		(void)buf_printf(b, ", and %zu more", count - n);
	(void)buf_add_char(b, '\n');
}

void
rollout_say_plan(struct buf *b, const struct rollout_plan *p)
{
	size_t waves[ROLLOUT_WAVES_MAX] = { 0 };

	for (size_t i = 0; i < p->recipe_count; i++) {
		size_t n = 0;

		for (size_t k = 0; k < p->member_count; k++)
			n += memcmp(p->members[k].recipe, p->recipes[i].digest,
				ROLLOUT_DIGEST_SIZE) == 0;
		(void)buf_printf(b, "%zu device%s:\n", n, n == 1 ? "" : "s");
		rollout_say_recipe(b, &p->recipes[i]);
	}
	for (size_t i = 0; i < p->member_count; i++)
		waves[p->members[i].wave % ROLLOUT_WAVES_MAX]++;
	for (unsigned w = 0; w < ROLLOUT_WAVES_MAX; w++)
		if (waves[w] > 0)
			say_wave(b, p, w, waves[w]);
}

/* Whether the default's text has this line. */
static bool
is_default(const char *defaults, const char *line, size_t len)
{
	for (; *defaults != '\0'; defaults += strcspn(defaults, "\n") + 1)
		if (strcspn(defaults, "\n") == len && strncmp(defaults, line, len) == 0)
			return true;
	return false;
}

void
rollout_say_policy(struct buf *b, const struct rollout_policy *policy)
{
	char text[ROLLOUT_POLICY_MAX + 1], defaults[ROLLOUT_POLICY_MAX + 1];
	struct rollout_policy plain;
	struct err e;

	rollout_policy_default(&plain);
	if (rollout_policy_text(policy, text, &e) < 0 ||
	    rollout_policy_text(&plain, defaults, &e) < 0)
		return;
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");

		if (!is_default(defaults, line, len))
			(void)buf_printf(b, "  %.*s\n", (int)len, line);
	}
}

/* --- JSON ------------------------------------------------------------------------------ */

static json_t *
approvals_json(const struct rollout *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ROLLOUT_APPROVALS_MAX; i++)
		if (r->approval[i].at != 0)
			(void)json_array_append_new(list, json_pack("{ss so}", "by",
				r->approval[i].by, "at", jsonout_time(r->approval[i].at)));
	return list;
}

json_t *
rollout_json(const struct rollout *r)
{
	char hash[ROLLOUT_HEX_SIZE], set[ROLLOUT_HEX_SIZE];

	rollout_say_hex(r->hash, hash);
	rollout_say_hex(r->set_digest, set);
	return json_pack("{ss ss ss ss ss ss so so ss ss ss sb si so so so}",
		"rollout", r->id, "hash", hash, "selection", r->selection, "policy", r->policy,
		"catalogues", set, "by", r->by, "planned", jsonout_time(r->planned),
		"approvals", approvals_json(r),
		"state", rollout_name(ROLLOUT_NAME_STATE, (int)r->state),
		"stop", rollout_name(ROLLOUT_NAME_STOP, (int)r->stop), "text", r->text,
		"undo", (int)r->undo, "wave", r->wave_opened != 0 ? r->wave + 1 : 0,
		"waveOpened", jsonout_time(r->wave_opened), "started", jsonout_time(r->started),
		"ended", jsonout_time(r->ended));
}

json_t *
rollout_json_recipes(const struct rollout_plan *p)
{
	json_t *list = json_array();
	char hex[ROLLOUT_HEX_SIZE];

	for (size_t i = 0; i < p->recipe_count; i++) {
		const struct rollout_recipe *r = &p->recipes[i];

		rollout_say_hex(r->digest, hex);
		(void)json_array_append_new(list, json_pack("{ss ss si sb}", "recipe", hex,
			"text", r->text, "stages", (int)r->stages, "wayBack", (int)r->way_back));
	}
	return list;
}

json_t *
rollout_json_members(const struct rollout_plan *p)
{
	json_t *list = json_array();
	char recipe[ROLLOUT_HEX_SIZE], shape[ROLLOUT_HEX_SIZE];

	for (size_t i = 0; i < p->member_count; i++) {
		const struct rollout_member *m = &p->members[i];

		rollout_say_hex(m->recipe, recipe);
		rollout_say_hex(m->shape, shape);
		(void)json_array_append_new(list, json_pack(
			"{ss ss ss ss ss ss ss si ss ss ss si si sb sb so}",
			"device", m->name, "id", m->device, "site", m->site, "model", m->model,
			"hardwareRev", m->revision, "shape", shape, "recipe", recipe,
			"wave", m->wave + 1,
			"state", rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state),
			"reason", rollout_name(ROLLOUT_NAME_REASON, m->reason), "text", m->text,
			"stage", (int)m->stage, "attempt", (int)m->attempt,
			"deferred", (int)m->deferred, "late", (int)m->late,
			"since", jsonout_time(m->since)));
	}
	return list;
}

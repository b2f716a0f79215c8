#include <config.h>

#include "updater/update_rollouts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "updater/rollout_load.h"
#include "updater/rollout_say.h"

enum { HASH_SHOWN = 12, SHOWN = 4 * STRUCTURE_TEXT_MAX + 1 };

static const struct listing_column COLUMNS[] = {
	{ "ROLLOUT", "rollout", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "HASH", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "", "hash", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "BY", "by", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "PLANNED", "planned", LISTING_TIME, LISTING_EVERYWHERE },
	{ "DEVICES", "devices", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "DONE", "committed", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "WRONG", "wrong", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "TEXT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "selection", LISTING_TEXT, LISTING_DATA_ONLY },
};

static enum listing_mark
mark_of(const struct rollout *r)
{
	switch (r->state) {
	case ROLLOUT_STOPPED:
		return LISTING_BAD;
	case ROLLOUT_PAUSED:
	case ROLLOUT_ABORTED:
		return LISTING_WARN;
	case ROLLOUT_ENDED:
		return LISTING_GOOD;
	case ROLLOUT_PLANNED:
	case ROLLOUT_APPROVED:
	case ROLLOUT_RUNNING:
		break;
	}
	return LISTING_PLAIN;
}

static int
list_one(struct store *s, struct listing *l, const struct store_rollout *r, struct err *e)
{
	uint32_t counts[STORE_MEMBER_STATES];
	char hash[ROLLOUT_HEX_SIZE];
	int rc = store_rollout_counts(s, r->rollout.id, counts, e);

	if (rc < 0)
		return rc;
	rollout_say_hex(r->rollout.hash, hash);
	listing_text(l, r->rollout.id);
	listing_mark(l, mark_of(&r->rollout));
	listing_text(l, rollout_name(ROLLOUT_NAME_STATE, (int)r->rollout.state));
	hash[HASH_SHOWN] = '\0';
	listing_text(l, hash);
	rollout_say_hex(r->rollout.hash, hash);
	listing_text(l, hash);
	listing_text(l, r->rollout.by);
	listing_number(l, r->rollout.planned);
	listing_number(l, r->members);
	listing_number(l, counts[ROLLOUT_MEMBER_COMMITTED]);
	listing_number(l, (int64_t)counts[ROLLOUT_MEMBER_FAILED] +
		counts[ROLLOUT_MEMBER_ROLLED_BACK] + counts[ROLLOUT_MEMBER_UNKNOWN] +
		counts[ROLLOUT_MEMBER_NEEDS_SERVICE]);
	listing_text(l, r->rollout.text[0] != '\0' ? r->rollout.text : NULL);
	listing_text(l, r->rollout.selection);
	listing_row(l);
	return 0;
}

int
update_rollouts_list(struct update_cli *cli, struct store *s)
{
	struct store_rollout *list = NULL;
	struct listing *l = cli_listing(&cli->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
	size_t count = 0;
	struct err e;
	int rc;

	if (l == NULL)
		return EXIT_STORAGE;
	rc = store_rollout_list(s, false, &list, &count, &e);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = list_one(s, l, &list[i], &e);
	free(list);
	return cli_listed(&cli->cli, l, rc, &e, "no rollout was planned so far");
}

/* --- one ---------------------------------------------------------------------------- */

static json_t *
count_json(const struct rollout_count *c)
{
	return json_pack("{si si si si si si si si si si si si si}", "members", (int)c->members,
		"before", (int)c->before, "underWay", (int)c->under_way, "soaking", (int)c->soaking,
		"committed", (int)c->committed, "failed", (int)c->failed,
		"rolledBack", (int)c->rolled_back, "unknown", (int)c->unknown,
		"needsService", (int)c->needs_service, "cancelled", (int)c->cancelled,
		"superseded", (int)c->superseded, "attempted", (int)c->attempted,
		"wrong", (int)c->bad);
}

static int
show_json(const struct rollout_loaded *l, const struct rollout_counts *c, struct err *e)
{
	json_t *all = rollout_json(&l->stored.rollout), *waves = json_array();
	int rc;

	for (unsigned w = 0; w < c->waves; w++)
		(void)json_array_append_new(waves, count_json(&c->wave[w]));
	(void)json_object_update_new(all, json_pack("{so so so so}", "counts",
		count_json(&c->all), "waves", waves, "recipes", rollout_json_recipes(&l->plan),
		"members", rollout_json_members(&l->plan)));
	rc = jsonout_print(stdout, all, e);
	json_decref(all);
	return rc;
}

static void
say_number(struct buf *b, uint32_t n, const char *what)
{
	if (n > 0)
		(void)buf_printf(b, ", %" PRIu32 " %s", n, what);
}

static void
say_count(struct buf *b, const struct rollout_count *c)
{
	(void)buf_printf(b, "%" PRIu32 " device%s", c->members, c->members == 1 ? "" : "s");
	say_number(b, c->before, "to begin");
	say_number(b, c->under_way, "under way");
	say_number(b, c->soaking, "soaking");
	say_number(b, c->committed, "done");
	say_number(b, c->failed, "failed");
	say_number(b, c->rolled_back, "rolled back");
	say_number(b, c->unknown, "unknown");
	say_number(b, c->needs_service, "in need of service");
	say_number(b, c->cancelled, "cancelled");
	say_number(b, c->superseded, "changed since");
	(void)buf_add_char(b, '\n');
}

static void
say_head(struct buf *b, const struct rollout_loaded *l, const struct rollout_counts *c)
{
	const struct rollout *r = &l->stored.rollout;
	char hash[ROLLOUT_HEX_SIZE], text[SHOWN];

	rollout_say_hex(r->hash, hash);
	(void)buf_printf(b, "%s is %s", r->id, rollout_name(ROLLOUT_NAME_STATE, (int)r->state));
	if (r->stop != ROLLOUT_STOP_NONE)
		(void)buf_printf(b, " (%s)", rollout_name(ROLLOUT_NAME_STOP, (int)r->stop));
	(void)text_escape(text, sizeof(text), r->text);
	(void)buf_printf(b, "%s%s\nplan %s, by %s\n", text[0] != '\0' ? ": " : "", text, hash,
		r->by);
	for (size_t i = 0; i < ROLLOUT_APPROVALS_MAX; i++)
		if (r->approval[i].at != 0)
			(void)buf_printf(b, "approved by %s\n", r->approval[i].by);
	(void)buf_printf(b, "%s\n", r->selection);
	for (size_t i = 0; i < l->recipe_count; i++)
		rollout_say_recipe(b, &l->recipes[i]);
	for (unsigned w = 0; w < c->waves; w++) {
		(void)buf_printf(b, "wave %u%s: ", w + 1, r->wave_opened == 0 || w > r->wave ?
			" (not open)" : "");
		say_count(b, &c->wave[w]);
	}
	(void)buf_add_text(b, "all: ");
	say_count(b, &c->all);
}

static bool
is_shown(const struct rollout_member *m, bool all)
{
	return all || (m->state != ROLLOUT_MEMBER_PLANNED && m->state != ROLLOUT_MEMBER_APPROVED &&
		m->state != ROLLOUT_MEMBER_COMMITTED);
}

static int
show_members(struct update_cli *cli, const struct rollout_loaded *l, bool all)
{
	static const struct listing_column columns[] = {
		{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "WAVE", "wave", LISTING_NUMBER, LISTING_EVERYWHERE },
		{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "SINCE", "since", LISTING_AGO, LISTING_EVERYWHERE },
		{ "REASON", "reason", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "TEXT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	struct listing *out = cli_listing(&cli->cli, columns, sizeof(columns) / sizeof(columns[0]));
	struct err e;

	if (out == NULL)
		return EXIT_STORAGE;
	for (size_t i = 0; i < l->member_count; i++) {
		const struct rollout_member *m = &l->members[i];

		if (!is_shown(m, all))
			continue;
		listing_text(out, m->name);
		listing_text(out, m->site[0] != '\0' ? m->site : NULL);
		listing_text(out, m->model);
		listing_number(out, m->wave + 1);
		listing_mark(out, rollout_is_bad(m) ? LISTING_BAD :
			m->state == ROLLOUT_MEMBER_COMMITTED ? LISTING_GOOD : LISTING_PLAIN);
		listing_text(out, rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state));
		listing_number(out, m->since);
		listing_text(out, m->reason != UPDATE_REASON_NONE ?
			rollout_name(ROLLOUT_NAME_REASON, m->reason) : NULL);
		listing_text(out, m->text[0] != '\0' ? m->text : NULL);
		listing_row(out);
	}
	return cli_listed(&cli->cli, out, 0, &e, NULL);
}

int
update_rollouts_show(struct update_cli *cli, struct store *s, const char *id, bool all)
{
	struct rollout_loaded l;
	struct rollout_counts c;
	struct err e = { 0 };
	struct buf b;
	int rc = rollout_load(s, id, &l, &e);

	if (rc < 0)
		return cli_error(&e, rc);
	rollout_count_all(l.members, l.member_count, &c);
	if (cli->cli.format == LISTING_JSON) {
		rc = show_json(&l, &c, &e);
		rollout_loaded_release(&l);
		return rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
	}
	if (cli->cli.format == LISTING_TABLE) {
		buf_init(&b, ROLLOUT_SAY_MAX);
		say_head(&b, &l, &c);
		(void)fputs(buf_text(&b), stdout);
		buf_release(&b);
	}
	rc = show_members(cli, &l, all || cli->cli.format == LISTING_CSV);
	rollout_loaded_release(&l);
	return rc;
}

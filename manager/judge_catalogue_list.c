#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "manager/judge_cli.h"
#include "lib/inforce/inforce_date.h"

static const struct listing_column columns[] = {
	{ "CATALOGUE", "id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SERIAL", "serial", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ISSUED", "issued", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "EXPIRES", "expires", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "KEY", "key", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SINCE", "since", LISTING_TIME, LISTING_EVERYWHERE },
	{ "IMPORTED BY", "by", LISTING_TEXT, LISTING_EVERYWHERE },
};

/* All that there is to list; each its own. */
struct listed {
	struct store_catalogue *rows;
	struct store_catalogue_act *acts;
	struct store_alarm *alarms;
	size_t row_count, act_count, alarm_count;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
};

static int
load(struct store *s, bool all, struct listed *l, struct err *e)
{
	int rc = store_catalogue_list(s, all, &l->rows, &l->row_count, e);

	if (rc == 0)
		rc = store_catalogue_acts(s, &l->acts, &l->act_count, e);
	if (rc == 0)
		rc = store_alarm_list(s, &l->alarms, &l->alarm_count, e);
	if (rc == 0)
		rc = store_catalogue_set_digest(s, l->digest, e);
	return rc;
}

/* As it is now, whether an alarm was raised for it or not. */
static const char *
state_of(const struct store_catalogue *c, const struct conf_catalogue_key *key, utc_s now,
	enum listing_mark *ret_mark)
{
	bool expired = c->expires != 0 && c->expires <= now;

	*ret_mark = c->in_force ? LISTING_GOOD : LISTING_FAINT;
	if (!c->in_force)
		return c->rolled_back ? "rolled back" : "former";
	if (expired || key == NULL)
		*ret_mark = LISTING_BAD;
	if (expired)
		return key == NULL ? "in force, expired, key gone" : "in force, expired";
	return key == NULL ? "in force, key gone" : "in force";
}

static int
print_table(const struct cli *cli, const struct listed *l, utc_s now, struct err *e)
{
	char issued[INFORCE_DATE_SIZE], expires[INFORCE_DATE_SIZE], id[SIGN_ID_TEXT_SIZE];
	struct listing *out = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	const struct conf_catalogue_key *key;
	enum listing_mark mark;
	const char *state;

	if (out == NULL)
		return EXIT_STORAGE;
	for (size_t i = 0; i < l->row_count; i++) {
		const struct store_catalogue *c = &l->rows[i];

		key = conf_catalogue_key_find(cli->conf, c->key_id);
		sign_id_text(c->key_id, id);
		state = state_of(c, key, now, &mark);
		listing_text(out, c->id);
		listing_number(out, c->serial);
		listing_mark(out, mark);
		listing_text(out, state);
		listing_text(out, inforce_date(c->issued, issued));
		listing_text(out, inforce_date(c->expires, expires));
		listing_text(out, key != NULL ? key->name : id);
		listing_number(out, c->since);
		listing_text(out, c->by);
		listing_row(out);
	}
	return cli_listed(cli, out, 0, e,
		"no catalogue is in force: imgadm-judge catalogue import FILE");
}

static void
print_acts(const struct listed *l)
{
	char when[CLOCK_TEXT_SIZE], by[4 * STORE_NAME_MAX + 1];

	for (size_t i = 0; i < l->act_count; i++) {
		const struct store_catalogue_act *a = &l->acts[i];

		clock_text(a->at, when, sizeof(when));
		(void)text_escape(by, sizeof(by), a->by);
		if (a->rollback)
			(void)printf("%s %s rolled %s back: %" PRIu32 " -> %" PRIu32 "\n", when,
				by, a->id, a->from, a->to);
		else
			(void)printf("%s %s imported %s %" PRIu32 "\n", when, by, a->id, a->to);
	}
}

/* --- JSON ------------------------------------------------------------------------ */

static json_t *
json_hex(const uint8_t *octets, size_t len)
{
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];

	text_hex(hex, sizeof(hex), octets, len);
	return json_string(hex);
}

static json_t *
json_catalogue(const struct cli *cli, const struct store_catalogue *c, utc_s now)
{
	const struct conf_catalogue_key *key = conf_catalogue_key_find(cli->conf, c->key_id);
	char id[SIGN_ID_TEXT_SIZE];

	sign_id_text(c->key_id, id);
	return json_pack("{s:s, s:I, s:b, s:b, s:b, s:b, s:o, s:o, s:s, s:s?, s:o, s:I, s:o, s:s,"
		" s:o}",
		"id", c->id, "serial", (json_int_t)c->serial, "in_force", c->in_force,
		"rolled_back", c->rolled_back, "expired", c->expires != 0 && c->expires <= now,
		"key_gone", key == NULL, "issued", jsonout_time(c->issued),
		"expires", jsonout_time(c->expires), "key_id", id,
		"key", key != NULL ? key->name : NULL,
		"sha256", json_hex(c->digest, sizeof(c->digest)), "size", (json_int_t)c->size,
		"imported", jsonout_time(c->imported), "by", c->by,
		"since", jsonout_time(c->since));
}

static json_t *
json_act(const struct store_catalogue_act *a)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:I, s:I}", "at", jsonout_time(a->at), "by", a->by,
		"id", a->id, "act", a->rollback ? "rollback" : "import",
		"from", (json_int_t)a->from, "to", (json_int_t)a->to);
}

static json_t *
json_alarm(const struct store_alarm *a)
{
	const char *name = store_alarm_name(a->what);

	return json_pack("{s:s, s:s, s:o, s:s}", "what", name != NULL ? name : "other",
		"id", a->subject, "since", jsonout_time(a->since), "text", a->text);
}

/* What could not be made for want of memory ends in a NULL root. */
static int
print_json(const struct cli *cli, const struct listed *l, bool all, utc_s now, struct err *e)
{
	json_t *catalogues = json_array(), *alarms = json_array(), *acts = json_array(), *root;
	int failed = 0, rc;

	for (size_t i = 0; i < l->row_count; i++)
		failed |= json_array_append_new(catalogues, json_catalogue(cli, &l->rows[i], now));
	for (size_t i = 0; i < l->alarm_count; i++)
		failed |= json_array_append_new(alarms, json_alarm(&l->alarms[i]));
	for (size_t i = 0; all && i < l->act_count; i++)
		failed |= json_array_append_new(acts, json_act(&l->acts[i]));
	root = json_pack("{s:o, s:o, s:o, s:o}", "set", json_hex(l->digest, sizeof(l->digest)),
		"catalogues", catalogues, "alarms", alarms, "acts", acts);
	rc = jsonout_print(stdout, failed != 0 ? NULL : root, e);
	json_decref(root);
	return rc;
}

int
judge_catalogue_list(void *user, int argc, char *argv[])
{
	enum { ALL = 'a' };
	static const struct option_row rows[] = {
		{ ALL, "all", NULL, "former ones, too, and what was done" },
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge catalogue list", .usage = "[--all] [--json]",
		.summary = "The catalogues in force, and what stands against them.",
		.rows = rows,
	};
	struct cli *cli = user;
	utc_s now = clock_utc_s(clock_system());
	struct listed l = { 0 };
	struct options_pass p;
	struct err e = { 0 };
	struct store *s;
	bool all = false;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 0, 0, &status)) > 0)
		all = true;
	if (rc < 0)
		return status;
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	rc = load(s, all, &l, &e);
	if (rc == 0 && cli->format == LISTING_JSON)
		rc = print_json(cli, &l, all, now, &e);
	else if (rc == 0)
		status = print_table(cli, &l, now, &e);
	if (rc == 0 && status == EXIT_DONE && cli->format == LISTING_TABLE) {
		if (all)
			print_acts(&l);
		cli_alarms(l.alarms, l.alarm_count, l.alarm_count);
	}
	free(l.rows);
	free(l.acts);
	free(l.alarms);
	store_close(s);
	return rc < 0 ? cli_error(&e, rc) : status;
}

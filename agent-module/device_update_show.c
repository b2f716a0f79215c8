/* imgadm-device update list|show: what is wanted, and how far it is. */
#include <config.h>

#include "agent-module/device_cli.h"

#include <stdlib.h>
#include <string.h>

#include "agent-module/state_update.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"

static const struct listing_column COLUMNS[] = {
	{ "UNIT", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "index", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SINCE", "changed", LISTING_AGO, LISTING_EVERYWHERE },
	{ "SOFTWARE", "software", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DONE", "bytes_done", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "REASON", "reason", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "reason_text", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "OWNER", "owner", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ORDER", "order", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "installer", LISTING_TEXT, LISTING_DATA_ONLY },
};

static enum listing_mark
mark_of(enum update_state state)
{
	switch (state) {
	case UPDATE_IDLE:
		return LISTING_FAINT;
	case UPDATE_PROVEN:
	case UPDATE_COMMITTED:
		return LISTING_GOOD;
	case UPDATE_FAILED:
	case UPDATE_ROLLED_BACK:
		return LISTING_BAD;
	case UPDATE_REQUESTED:
	case UPDATE_DOWNLOADING:
	case UPDATE_VERIFYING:
	case UPDATE_STAGED:
	case UPDATE_SWITCHING:
	case UPDATE_TRIAL:
		return LISTING_WARN;
	}
	return LISTING_PLAIN;
}

static const char *
or_none(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

static void
update_row(struct listing *l, const struct state_update *u)
{
	const struct update *r = &u->row;

	listing_text(l, u->symbol);
	listing_number(l, r->unit_index);
	listing_mark(l, mark_of(r->state));
	listing_text(l, update_name(UPDATE_NAME_STATE, (int)r->state));
	listing_number(l, r->changed);
	listing_text(l, or_none(r->want.software));
	listing_text(l, or_none(r->want.version));
	listing_number(l, r->bytes_done);
	listing_text(l, r->reason == UPDATE_REASON_NONE ? NULL :
		update_name(UPDATE_NAME_REASON, (int)r->reason));
	listing_text(l, or_none(r->reason_text));
	listing_text(l, update_name(UPDATE_NAME_OWNER, (int)r->owner));
	listing_number(l, r->order_done);
	listing_text(l, or_none(u->installer));
	listing_row(l);
}

int
device_update_list(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device update list", .usage = "[--json]",
		.summary = "List the units that can be updated, and how far their updates are.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_update *rows = NULL;
	struct options_pass p;
	struct listing *l = NULL;
	struct state *s = NULL;
	struct err e;
	size_t count = 0;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_reader(&cli, &s);
	if (status != 0)
		return status;
	rc = state_update_list(s, &rows, &count, &e);
	state_close(s);
	if (rc < 0)
		return device_cli_error(&e, rc);
	l = device_cli_listing(&cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
	for (size_t i = 0; l != NULL && i < count; i++)
		update_row(l, &rows[i]);
	status = l == NULL ? EXIT_STORAGE : device_cli_listed(&cli, l, "nothing to update");
	free(rows);
	return status;
}

/* --- show ------------------------------------------------------------------------------- */

static json_t *
hex_json(const uint8_t *octets, size_t len, bool known)
{
	char hex[2 * UPDATE_TICKET_MAX + 1];

	if (!known)
		return json_null();
	text_hex(hex, sizeof(hex), octets, len);
	return json_string(hex);
}

static json_t *
text_json(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
want_json(const struct update_want *w)
{
	return json_pack("{s:i, s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:s, s:o, s:o, s:I, s:I,"
		" s:I, s:I}",
		"bank", (int)w->bank, "software", text_json(w->software),
		"creator", text_json(w->creator), "version", text_json(w->version),
		"sequence", (json_int_t)w->sequence, "uri", text_json(w->uri),
		"size", (json_int_t)w->size,
		"digest", hex_json(w->digest, sizeof(w->digest), w->digest_known),
		"when", update_name(UPDATE_NAME_WHEN, (int)w->when), "at", jsonout_time(w->at),
		"ticket", hex_json(w->ticket, w->ticket_len, w->ticket_len != 0),
		"group", (json_int_t)w->group, "group_size", (json_int_t)w->group_size,
		"expires_s", (json_int_t)w->expires_s, "order", (json_int_t)w->order);
}

static json_t *
update_json(const struct state_update *u)
{
	const struct update *r = &u->row;

	return json_pack("{s:s, s:I, s:o, s:s, s:s, s:o, s:o, s:I, s:s, s:s, s:s, s:b, s:I, s:I,"
		" s:o, s:o}",
		"symbol", u->symbol, "index", (json_int_t)r->unit_index,
		"installer", text_json(u->installer),
		"state", update_name(UPDATE_NAME_STATE, (int)r->state),
		"reason", update_name(UPDATE_NAME_REASON, (int)r->reason),
		"reason_text", text_json(r->reason_text), "changed", jsonout_time(r->changed),
		"bytes_done", (json_int_t)r->bytes_done,
		"owner", update_name(UPDATE_NAME_OWNER, (int)r->owner),
		"command", update_name(UPDATE_NAME_COMMAND, (int)r->command),
		"pending", update_name(UPDATE_NAME_COMMAND, (int)u->pending),
		"reported_in", u->reported_in,
		"order_done", (json_int_t)r->order_done, "request", (json_int_t)u->request,
		"nonce", hex_json(r->nonce, sizeof(r->nonce), true),
		"wanted", want_json(&r->want));
}

static void
line(const char *what, const char *text)
{
	char shown[4 * UPDATE_URI_MAX + 1];

	if (text == NULL || text[0] == '\0')
		return;
	(void)text_escape(shown, sizeof(shown), text);
	(void)printf("%-12s %s\n", what, shown);
}

static void
number_line(const char *what, uint32_t value)
{
	char text[TEXT_NUMBER_SIZE];

	text_grouped(text, sizeof(text), value);
	if (value != 0)
		line(what, text);
}

static void
time_line(const char *what, utc_s value, utc_s now)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text_ago(now, value, text, sizeof(text));
	if (value != 0)
		line(what, text);
}

static void
show_text(const struct state_update *u, utc_s now)
{
	const struct update_want *w = &u->row.want;
	char hex[2 * UPDATE_NONCE_SIZE + 1];

	line("unit", u->symbol);
	line("installer", u->installer);
	line("state", update_name(UPDATE_NAME_STATE, (int)u->row.state));
	time_line("since", u->row.changed, now);
	if (u->row.reason != UPDATE_REASON_NONE)
		line("reason", update_name(UPDATE_NAME_REASON, (int)u->row.reason));
	line("", u->row.reason_text);
	number_line("octets done", u->row.bytes_done);
	if (u->pending != UPDATE_COMMAND_NONE)
		line("to be done", update_name(UPDATE_NAME_COMMAND, (int)u->pending));
	if (u->row.state == UPDATE_SWITCHING || u->row.state == UPDATE_TRIAL)
		line("reported in", u->reported_in ? "yes" : "no");
	line("owner", update_name(UPDATE_NAME_OWNER, (int)u->row.owner));
	line("software", w->software);
	line("creator", w->creator);
	line("version", w->version);
	number_line("sequence", w->sequence);
	line("from", w->uri);
	line("when", update_name(UPDATE_NAME_WHEN, (int)w->when));
	number_line("bank", w->bank);
	number_line("group", w->group);
	number_line("order", u->row.order_done);
	text_hex(hex, sizeof(hex), u->row.nonce, sizeof(u->row.nonce));
	line("nonce", hex);
}

int
device_update_show(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device update show", .usage = "SYMBOL [--json]",
		.summary = "Show what is wanted of a unit's software, and how far that is.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_update u;
	struct options_pass p;
	struct state *s = NULL;
	struct err e;
	json_t *tree;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 1, 1, &status) != 0)
		return status;
	status = device_cli_reader(&cli, &s);
	if (status != 0)
		return status;
	rc = state_update_get(s, argv[p.index], &u, &e);
	state_close(s);
	if (rc < 0)
		return device_cli_error(&e, rc);
	if (!cli.json) {
		show_text(&u, clock_utc_s(clock_system()));
		return EXIT_DONE;
	}
	tree = update_json(&u);
	rc = jsonout_print(stdout, tree, &e);
	json_decref(tree);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

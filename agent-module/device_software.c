#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

enum {
	KEY_ID = DEVICE_KEY_OWN, KEY_CREATOR, KEY_VERSION, KEY_DIGEST, KEY_BANK_STATE,
	KEY_INSTALLED, KEY_FLOOR, KEY_SEQ,
};

/* 0 empties the column. */
static int
number_option(const char *option, const char *text, int64_t *ret_value, struct err *e)
{
	uint32_t v;
	int rc = parse_u32(text, 0, UINT32_MAX, &v, e);

	if (rc < 0)
		err_prefix(e, "%s", option);
	else
		*ret_value = v == 0 ? IMGADM_NONE : (int64_t)v;
	return rc;
}

static int
software_option(int key, const char *argument, struct imgadm_software *w, struct err *e)
{
	switch (key) {
	case KEY_ID:
		w->id = argument;
		return 0;
	case KEY_CREATOR:
		w->creator = argument;
		return 0;
	case KEY_VERSION:
		w->version = argument;
		return 0;
	case KEY_DIGEST:
		w->sha256 = argument;
		return 0;
	case KEY_BANK_STATE:
		w->state = argument;
		return 0;
	case KEY_INSTALLED:
		return device_cli_time("--installed", argument, false, &w->installed, e);
	case KEY_FLOOR:
		return number_option("--floor", argument, &w->floor, e);
	case KEY_SEQ:
		return number_option("--seq", argument, &w->sequence, e);
	default:
		return 0;
	}
}

static int
bank_argument(const char *text, int *ret_bank, struct err *e)
{
	uint32_t bank;
	int rc = parse_u32(text, 1, STRUCTURE_BANKS_MAX, &bank, e);

	if (rc < 0)
		err_prefix(e, "BANK");
	else
		*ret_bank = (int)bank;
	return rc;
}

int
device_software_set(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_ID, "id", "ID", "which software, such as engine-fw" },
		{ KEY_CREATOR, "creator", "TEXT", "who made it" },
		{ KEY_VERSION, "version", "TEXT", "its version" },
		{ KEY_DIGEST, "digest", "HEX", "SHA-256 of the image; '' = not known" },
		{ KEY_BANK_STATE, "bank-state", "STATE",
			"running, fallback, staged, trial, proven, empty, invalid" },
		{ KEY_INSTALLED, "installed", "TIME", "since when; now, none" },
		{ KEY_FLOOR, "floor", "N", "lowest sequence that may run; raised only" },
		{ KEY_SEQ, "seq", "N", "the sequence number of the release in it" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device software set", .usage = "SYMBOL BANK [options]",
		.summary = "Say what a software bank of a unit holds; what is not named stays.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_software w = IMGADM_SOFTWARE_INIT;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 2, 2, &status)) > 0) {
		rc = software_option(key, p.argument, &w, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	w.symbol = argv[p.index];
	rc = bank_argument(argv[p.index + 1], &w.bank, &e);
	if (rc < 0)
		return device_cli_error(&e, rc);
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, imgadm_device_software_set(d, &w));
}

int
device_software_remove(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device software remove", .usage = "SYMBOL BANK",
		.summary = "Remove a bank's row.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	int status = EXIT_DONE, bank, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 2, 2, &status) != 0)
		return status;
	rc = bank_argument(argv[p.index + 1], &bank, &e);
	if (rc < 0)
		return device_cli_error(&e, rc);
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d,
		imgadm_device_software_remove(d, argv[p.index], bank));
}

/* --- list ------------------------------------------------------------------- */

static const struct listing_column COLUMNS[] = {
	{ "SYMBOL", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "BANK", "bank", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "SOFTWARE", "id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "CREATOR", "creator", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "INSTALLED", "installed", LISTING_TIME, LISTING_EVERYWHERE },
	{ "FLOOR", "floor", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "digest", LISTING_TEXT, LISTING_DATA_ONLY },
};

static enum listing_mark
state_mark(enum software_state state)
{
	switch (state) {
	case SOFTWARE_RUNNING:
	case SOFTWARE_PROVEN:
		return LISTING_GOOD;
	case SOFTWARE_TRIAL:
	case SOFTWARE_STAGED:
		return LISTING_WARN;
	case SOFTWARE_INVALID:
		return LISTING_BAD;
	case SOFTWARE_FALLBACK:
	case SOFTWARE_EMPTY:
		return LISTING_FAINT;
	}
	return LISTING_PLAIN;
}

static void
software_row(struct listing *l, const struct structure *st, const struct software *w)
{
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];

	listing_text(l, device_cli_symbol(st, w->unit_index));
	listing_number(l, w->bank);
	listing_text(l, w->id[0] == '\0' ? NULL : w->id);
	listing_text(l, w->creator[0] == '\0' ? NULL : w->creator);
	listing_text(l, w->version[0] == '\0' ? NULL : w->version);
	listing_mark(l, state_mark(w->state));
	listing_text(l, structure_name(NAME_SOFTWARE_STATE, w->state));
	listing_number(l, w->installed);
	listing_number(l, w->floor);
	text_hex(hex, sizeof(hex), w->digest, sizeof(w->digest));
	listing_text(l, w->digest_known ? hex : NULL);
	listing_row(l);
}

static void
software_rows(struct listing *l, const struct structure *st, uint32_t only)
{
	for (size_t i = 0; i < st->software_count; i++)
		if (only == 0 || st->software[i].unit_index == only)
			software_row(l, st, &st->software[i]);
}

int
device_software_list(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device software list", .usage = "[SYMBOL] [--json]",
		.summary = "List the software banks, of all units or of one.",
		.rows = device_cli_list_rows,
	};
	static const struct device_cli_list LIST = {
		.columns = COLUMNS, .count = sizeof(COLUMNS) / sizeof(COLUMNS[0]),
		.none = "no software", .fill = software_rows,
	};

	return device_cli_list(user, &OPTIONS, argc, argv, &LIST);
}

#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

enum { KEY_UNIT = DEVICE_KEY_OWN, KEY_SCALE, KEY_LOW, KEY_HIGH, KEY_TIME };

enum { SCALE_LEAST = -6, SCALE_MOST = 6, SCALE_UNSAID = 127 };

/* What the command line said; numbers as they stood there. */
struct said {
	const char *unit, *value, *low, *high;
	int scale;
	int64_t time;
};

static int
reading_option(int key, const char *argument, struct said *said, struct err *e)
{
	int64_t v;
	int rc;

	switch (key) {
	case KEY_UNIT:
		said->unit = argument;
		return 0;
	case KEY_SCALE:
		rc = parse_i64(argument, SCALE_LEAST, SCALE_MOST, &v, e);
		if (rc < 0)
			err_prefix(e, "--scale");
		else
			said->scale = (int)v;
		return rc;
	case KEY_LOW:
		said->low = argument;
		return 0;
	case KEY_HIGH:
		said->high = argument;
		return 0;
	case KEY_TIME:
		return device_cli_time("--time", argument, true, &said->time, e);
	default:
		return 0;
	}
}

/* The scale the reading has; SCALE_UNSAID when there is none of that name. */
static int
scale_stored(const struct structure *st, const char *symbol, const char *name)
{
	const struct unit *u = structure_unit_by_symbol(st, symbol);

	for (size_t i = 0; u != NULL && i < st->reading_count; i++)
		if (st->readings[i].unit_index == u->index &&
		    strcmp(st->readings[i].name, name) == 0)
			return st->readings[i].scale;
	return SCALE_UNSAID;
}

/* text in units of 10^scale; what does not come out even is refused. */
static int
scaled(const char *what, const char *text, int scale, int32_t *ret_value, struct err *e)
{
	int64_t v;
	int decimals, rc = device_cli_decimal(what, text, &v, &decimals, e);
	bool even = true;

	if (rc < 0)
		return rc;
	for (int power = -decimals; even && power < scale; power++) {
		even = v % 10 == 0;
		v /= 10;
	}
	for (int power = -decimals; power > scale && v >= INT32_MIN && v <= INT32_MAX; power--)
		v *= 10;
	if (!even)
		return err_set(e, -EINVAL, "%s '%s' does not come out even in steps of 10^%d: "
			"say --scale", what, text, scale);
	if (v < INT32_MIN || v > INT32_MAX)
		return err_set(e, -ERANGE, "%s '%s' is too large for steps of 10^%d", what, text,
			scale);
	*ret_value = (int32_t)v;
	return 0;
}

/* The most decimals of those said, as a scale. */
static int
scale_needed(const struct said *said, int *ret_scale, struct err *e)
{
	const char *texts[] = { said->value, said->low, said->high };
	static const char *const NAMES[] = { "VALUE", "--low", "--high" };
	int most = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t v;
		int decimals, rc;

		if (texts[i] == NULL)
			continue;
		rc = device_cli_decimal(NAMES[i], texts[i], &v, &decimals, e);
		if (rc < 0)
			return rc;
		most = decimals > most ? decimals : most;
	}
	*ret_scale = -most;
	return 0;
}

static int
reading_compose(const struct structure *st, const struct said *said,
	struct imgadm_reading *r, struct err *e)
{
	int scale = said->scale, rc = 0;
	bool limits = said->low != NULL;

	if (limits != (said->high != NULL))
		return err_set(e, -EINVAL, "--low and --high: say both or none");
	if (scale == SCALE_UNSAID)
		scale = scale_stored(st, r->symbol, r->name);
	if (scale == SCALE_UNSAID)
		rc = scale_needed(said, &scale, e);
	if (rc == 0)
		rc = scaled("VALUE", said->value, scale, &r->value, e);
	if (rc == 0 && limits)
		rc = scaled("--low", said->low, scale, &r->low, e);
	if (rc == 0 && limits)
		rc = scaled("--high", said->high, scale, &r->high, e);
	if (rc < 0)
		return rc;
	r->scale = (int8_t)scale;
	r->has_limits = limits;
	r->unit = said->unit;
	r->time = said->time;
	return 0;
}

int
device_reading_set(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_UNIT, "unit", "TEXT", "what it is measured in, such as C or %" },
		{ KEY_SCALE, "scale", "N", "kept in steps of 10^N, -6 to 6 [as it is, or by decimals]" },
		{ KEY_LOW, "low", "VALUE", "below it needs attention; with --high" },
		{ KEY_HIGH, "high", "VALUE", "above it needs attention" },
		{ KEY_TIME, "time", "TIME", "when it was measured [now]" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device reading set", .usage = "SYMBOL NAME VALUE [options]",
		.summary = "Keep a measured value; what is not named stays.",
		.rows = ROWS,
		.more = "A negative value stands behind --: reading set -- ENG offset -3\n",
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_reading r = IMGADM_READING_INIT;
	struct said said = { .scale = SCALE_UNSAID };
	struct imgadm_device *d = NULL;
	struct state_view v = {0};
	struct options_pass p;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 3, 3, &status)) > 0) {
		rc = reading_option(key, p.argument, &said, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	r.symbol = argv[p.index];
	r.name = argv[p.index + 1];
	said.value = argv[p.index + 2];
	status = device_cli_view(&cli, &v);
	if (status != 0)
		return status;
	rc = reading_compose(&v.structure, &said, &r, &e);
	state_view_release(&v);
	if (rc < 0)
		return device_cli_error(&e, rc);
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, imgadm_device_reading_set(d, &r));
}

static int
reading_remove(struct imgadm_device *d, char *argv[])
{
	return imgadm_device_reading_remove(d, argv[0], argv[1]);
}

int
device_reading_remove(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device reading remove", .usage = "SYMBOL NAME",
		.summary = "Forget a reading.",
		.rows = device_cli_state_rows,
	};

	return device_cli_plain(user, &OPTIONS, argc, argv, 2, reading_remove);
}

/* --- list ------------------------------------------------------------------- */

static const struct listing_column COLUMNS[] = {
	{ "SYMBOL", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "NO", "index", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "READING", "name", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VALUE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "", "value", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "scale", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "LOW", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "HIGH", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "", "low", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "high", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "MEASURED", "time", LISTING_AGO, LISTING_EVERYWHERE },
};

static void
decimal_cell(struct listing *l, int32_t value, int scale, bool known)
{
	char text[TEXT_NUMBER_SIZE];

	text_decimal(text, sizeof(text), value, scale);
	listing_text(l, known ? text : NULL);
}

static void
number_cell(struct listing *l, int32_t value, bool known)
{
	if (known)
		listing_number(l, value);
	else
		listing_none(l);
}

static void
reading_row(struct listing *l, const struct structure *st, const struct reading *r)
{
	bool limits = r->low <= r->high;

	listing_text(l, device_cli_symbol(st, r->unit_index));
	listing_number(l, r->index);
	listing_text(l, r->name);
	listing_mark(l, limits && (r->value < r->low || r->value > r->high) ?
		LISTING_BAD : LISTING_PLAIN);
	decimal_cell(l, r->value, r->scale, true);
	listing_number(l, r->value);
	listing_number(l, r->scale);
	listing_text(l, r->unit[0] == '\0' ? NULL : r->unit);
	decimal_cell(l, r->low, r->scale, limits);
	decimal_cell(l, r->high, r->scale, limits);
	number_cell(l, r->low, limits);
	number_cell(l, r->high, limits);
	listing_number(l, r->time);
	listing_row(l);
}

static void
reading_rows(struct listing *l, const struct structure *st, uint32_t only)
{
	for (size_t i = 0; i < st->reading_count; i++)
		if (only == 0 || st->readings[i].unit_index == only)
			reading_row(l, st, &st->readings[i]);
}

int
device_reading_list(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device reading list", .usage = "[SYMBOL] [--json]",
		.summary = "List measured values, of all units or of one.",
		.rows = device_cli_list_rows,
	};
	static const struct device_cli_list LIST = {
		.columns = COLUMNS, .count = sizeof(COLUMNS) / sizeof(COLUMNS[0]),
		.none = "no readings", .fill = reading_rows,
	};

	return device_cli_list(user, &OPTIONS, argc, argv, &LIST);
}

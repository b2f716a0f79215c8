#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"

enum {
	PATIENCE_MS = 5000,	/* for a writer's moment of exclusion */
	PACE_MS = 10,
};

/* --- options --------------------------------------------------------------- */

int
device_cli_option(struct device_cli *cli, struct options_pass *p, int least,
	int most, int *ret_status)
{
	int key;

	while ((key = options_step(p, least, most, ret_status)) > 0) {
		if (key == DEVICE_KEY_STATE)
			cli->state = p->argument;
		else if (key == DEVICE_KEY_JSON)
			cli->json = true;
		else
			return key;
	}
	return key;
}

/* --- failure ------------------------------------------------------------------ */

int
device_cli_done(struct imgadm_device *d, int rc)
{
	if (rc < 0)
		log_error("%s", imgadm_device_error_text(d));
	imgadm_device_free(d);
	return err_exit_status(rc);
}

int
device_cli_error(const struct err *e, int rc)
{
	log_err(e);
	return err_exit_status(rc);
}

struct imgadm_device *
device_cli_open(const struct device_cli *cli)
{
	struct imgadm_device *d = imgadm_device_new();

	if (d != NULL && imgadm_device_open(d, cli->state) == 0)
		return d;
	log_error("%s", imgadm_device_error_text(d));
	imgadm_device_free(d);
	return NULL;
}

int
device_cli_state(const struct device_cli *cli, struct state **ret_state)
{
	struct err e;

	if (state_open(paths_state(cli->state), STATE_WRITE, ret_state, &e) == 0)
		return 0;
	log_err(&e);
	return EXIT_STORAGE;
}

/* --- reading --------------------------------------------------------------------- */

static void
pause_ms(int ms)
{
	const struct timespec ts = { .tv_nsec = ms * 1000000L };

	(void)nanosleep(&ts, NULL);	/* a shorter one asks once more */
}

int
device_cli_view(const struct device_cli *cli, struct state_view *v)
{
	const struct clock *clock = clock_system();
	int64_t end_ms = clock_monotonic_ms(clock) + PATIENCE_MS;
	struct state *s;
	struct err e = {0};
	int rc = state_attach(paths_state(cli->state), &s);

	if (rc < 0) {
		log_error("out of memory");
		return EXIT_STORAGE;
	}
	while ((rc = state_view_refresh(s, v, &e)) == -EBUSY &&
	    clock_monotonic_ms(clock) < end_ms)
		pause_ms(PACE_MS);
	state_close(s);
	if (rc == 0)
		return 0;
	log_err(&e);
	return EXIT_STORAGE;
}

int
device_cli_reader(const struct device_cli *cli, struct state **ret_state)
{
	struct state_view v = {0};
	int status = device_cli_view(cli, &v);	/* waits for a writer's moment of exclusion */

	state_view_release(&v);
	if (status == 0 && state_attach(paths_state(cli->state), ret_state) < 0) {
		log_error("out of memory");
		status = EXIT_STORAGE;
	}
	return status;
}

struct listing *
device_cli_listing(const struct device_cli *cli, const struct listing_column *columns,
	size_t count)
{
	struct listing *l = listing_new(stdout, cli->json ? LISTING_JSON : LISTING_TABLE,
		columns, count, clock_utc_s(clock_system()));

	if (l == NULL)
		log_error("out of memory");
	return l;
}

int
device_cli_listed(const struct device_cli *cli, struct listing *l, const char *none)
{
	struct err e = {0};
	bool empty = listing_count(l) == 0;

	if (listing_finish(l, &e) < 0) {
		log_err(&e);
		return EXIT_STORAGE;
	}
	if (empty && !cli->json)
		(void)printf("%s\n", none);
	return EXIT_DONE;
}

const char *
device_cli_symbol(const struct structure *st, uint32_t index)
{
	const struct unit *u = index == 0 ? NULL : structure_unit(st, index);

	return u == NULL ? "" : u->symbol;
}

static const char *
nth_symbol(const void *user, size_t n)
{
	const struct structure *st = user;

	return n < st->unit_count ? st->units[n].symbol : NULL;
}

int
device_cli_unit(const struct structure *st, const char *symbol, uint32_t *ret_index)
{
	const struct unit *u = structure_unit_by_symbol(st, symbol);
	const char *near;

	if (u != NULL) {
		*ret_index = u->index;
		return 0;
	}
	near = text_nearest(symbol, nth_symbol, st);
	if (near != NULL)
		log_error("no unit '%s'; did you mean '%s'?", symbol, near);
	else
		log_error("no unit '%s'; imgadm-device unit list shows those there are", symbol);
	return EXIT_USAGE;
}

/* --- values ------------------------------------------------------------------------ */

int
device_cli_time(const char *option, const char *text, bool ago, int64_t *ret_utc_s,
	struct err *e)
{
	int64_t now = clock_utc_s(clock_system()), v;
	char shown[128];

	if (!ago && strcmp(text, "none") == 0) {
		*ret_utc_s = IMGADM_NONE;
		return 0;
	}
	/* 0 would say that the time is not known, or now. */
	if (parse_moment(text, now, &v, NULL) == 0 && v > 0) {
		*ret_utc_s = v;
		return 0;
	}
	if (!ago && parse_i64(text, 1, INT64_MAX, ret_utc_s, NULL) == 0)
		return 0;
	if (ago && parse_duration(text, 0, now, &v, NULL) == 0) {
		*ret_utc_s = now - v;
		return 0;
	}
	(void)text_escape(shown, sizeof(shown), text);
	return err_set(e, -EINVAL, "%s '%s': wanted is a time such as 2026-11-22, "
		"'2026-11-22 09:12' or 2026-11-22T09:12:05Z%s", option, shown,
		ago ? ", or a span such as 30min, 2h or 7d" : ", now, or none");
}

int
device_cli_decimal(const char *option, const char *text, int64_t *ret_value,
	int *ret_decimals, struct err *e)
{
	enum { DECIMALS_MAX = 6, VALUE_MAX = 2147483647 };
	const char *at = text;
	char shown[64];
	int64_t v = 0;
	int decimals = -1;
	bool negative = *at == '-', any = false;

	for (at += negative; *at != '\0'; at++) {
		if (*at == '.' && decimals < 0 && any) {
			decimals = 0;
			continue;
		}
		if (*at < '0' || *at > '9' || decimals == DECIMALS_MAX ||
		    v > (int64_t)VALUE_MAX)
			break;
		v = 10 * v + (*at - '0');
		any = true;
		if (decimals >= 0)
			decimals++;
	}
	if (*at == '\0' && any && decimals != 0 && v <= (int64_t)VALUE_MAX + negative) {
		*ret_value = negative ? -v : v;
		*ret_decimals = decimals < 0 ? 0 : decimals;
		return 0;
	}
	(void)text_escape(shown, sizeof(shown), text);
	return err_set(e, -EINVAL, "%s '%s': wanted is a number of at most 6 decimals and "
		"about 9 digits, such as 185.3", option, shown);
}

/* --- the program --------------------------------------------------------------------- */

static const struct command COMMANDS[] = {
	{ "show", device_show, "", "what there is, what needs attention first" },
	{ "init", device_init, "--id ID", "make the state file" },
	{ "set", device_set, "", "change the device's own columns" },
	{ "boot", device_boot, "", "the device has started" },
	{ "unit set", device_unit_set, "SYMBOL", "add or change a unit or function" },
	{ "unit remove", device_unit_remove, "SYMBOL", "with its software and readings" },
	{ "unit list", device_unit_list, "", "units and functions" },
	{ "software set", device_software_set, "SYMBOL BANK", "what a bank holds" },
	{ "software remove", device_software_remove, "SYMBOL BANK", "the bank's row" },
	{ "software list", device_software_list, "[SYMBOL]", "software of all banks" },
	{ "reading set", device_reading_set, "SYMBOL NAME VALUE", "a measured value" },
	{ "reading remove", device_reading_remove, "SYMBOL NAME", "it is measured no more" },
	{ "reading list", device_reading_list, "[SYMBOL]", "measured values" },
	{ "count", device_count, "SYMBOL [N]", "raise a use count" },
	{ "error add", device_error_add, "SYMBOL CODE", "enter an error" },
	{ "error list", device_error_list, "", "the error log" },
	{ "error clear", device_error_clear, "", "empty it: a new generation" },
	{ "error settle", device_error_settle, "", "enter repeats whose minute is over" },
	{ "report show", device_report_show, "", "what is reported, and what is outstanding" },
	{ "report set", device_report_set, "", "what is reported, and when" },
	{ "report now", device_report_now, "[structure|errors|both]", "send it at once" },
	{ "centre set", device_centre_set, "--key-file FILE", "whom to report to" },
	{ "centre show", device_centre_show, "", "whom it reports to" },
	{ "centre remove", device_centre_remove, "", "report to nobody" },
	{ "ask", device_ask, "", "what the centre knows of this device" },
	{ "advice list", device_advice_list, "", "what the centre advises" },
	{ "advice ack", device_advice_ack, "INDEX | --all", "it was read" },
	{ "trust import", device_trust_import, "FILE", "put a trust file in force" },
	{ "trust list", device_trust_list, "", "whom this device believes" },
	{ "trust root", device_trust_root, "KEY", "place the key that signs trust files" },
	{ "update list", device_update_list, "", "units that can be updated" },
	{ "update show", device_update_show, "SYMBOL", "one of them, with all that is known" },
	{ "update start", device_update_start, "SYMBOL --uri URI", "fetch and install software" },
	{ "update abort", device_update_abort, "SYMBOL", "as long as it is not switched" },
	{ "update switch", device_update_switch, "SYMBOL", "run what is staged, or a bank" },
	{ "update confirm", device_update_confirm, "SYMBOL", "keep what is proven for good" },
	{ "update rollback", device_update_rollback, "SYMBOL", "go back to what ran before" },
	{ "update owner", device_update_owner, "SYMBOL OWNER", "who decides the version" },
	{ "confirm", device_confirm, "[SYMBOL]", "the new software has started and works" },
	{ "demo", device_demo, "", "a believable device, to try things on" },
	{ NULL, NULL, NULL, NULL },
};

static const struct option_row ROWS[] = {
	DEVICE_OPTION_STATE,
	{ 0, NULL, NULL, NULL },
};

int
device_cli_run(int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device",
		.usage = "[--state FILE] COMMAND [options]",
		.summary = "The door to the device's state, for technicians, scripts and firmware.",
		.rows = ROWS,
		.more = "imgadm-device COMMAND --help tells a command's options; "
			"imgadm-device(1) more.\n",
		.stop_at_argument = true,
		.commands = COMMANDS,
	};
	struct device_cli cli = {0};
	struct options_pass p;
	int status;

	log_open("imgadm-device", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, -1, &status) != 0)
		return status;
	return command_run(&OPTIONS, &cli, argc - p.index, argv + p.index);
}

/* --- whole commands --------------------------------------------------------- */

const struct option_row device_cli_state_rows[] = {
	DEVICE_OPTION_STATE,
	{ 0, NULL, NULL, NULL },
};

const struct option_row device_cli_list_rows[] = {
	DEVICE_OPTION_JSON,
	DEVICE_OPTION_STATE,
	{ 0, NULL, NULL, NULL },
};

int
device_cli_plain(const struct device_cli *base, const struct options *o, int argc, char *argv[],
	int arguments, int (*write)(struct imgadm_device *d, char *argv[]))
{
	struct device_cli cli = *base;
	struct imgadm_device *d;
	struct options_pass p;
	int status = EXIT_DONE;

	options_begin(&p, o, argc, argv);
	if (device_cli_option(&cli, &p, arguments, arguments, &status) != 0)
		return status;
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, write(d, argv + p.index));
}

int
device_cli_list(const struct device_cli *base, const struct options *o, int argc, char *argv[],
	const struct device_cli_list *list)
{
	struct device_cli cli = *base;
	struct state_view v = {0};
	struct options_pass p;
	struct listing *l;
	uint32_t only = 0;
	int status = EXIT_DONE;

	options_begin(&p, o, argc, argv);
	if (device_cli_option(&cli, &p, 0, 1, &status) != 0)
		return status;
	status = device_cli_view(&cli, &v);
	if (status == 0 && p.index < argc)
		status = device_cli_unit(&v.structure, argv[p.index], &only);
	if (status != 0)
		goto out;
	l = device_cli_listing(&cli, list->columns, list->count);
	if (l == NULL) {
		status = EXIT_STORAGE;
		goto out;
	}
	list->fill(l, &v.structure, only);
	status = device_cli_listed(&cli, l, list->none);
out:
	state_view_release(&v);
	return status;
}

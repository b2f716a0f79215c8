/* imgadm-device advice list|ack: what the centre advises. */
#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <string.h>

#include "lib/base/parse.h"

enum { KEY_ALL = DEVICE_KEY_OWN };

static const struct listing_column COLUMNS[] = {
	{ "NO", "index", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "SINCE", "created", LISTING_AGO, LISTING_EVERYWHERE },
	{ "SEVERITY", "severity", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "KIND", "kind", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "UNIT", "subject", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ADVICE", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DO", "recommendation", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "rule_id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "catalogue_serial", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "READ", "acked", LISTING_BOOL, LISTING_EVERYWHERE },
};

static enum listing_mark
mark_of(const struct state_advice *a)
{
	if (a->acked)
		return LISTING_FAINT;
	switch (a->severity) {
	case SEVERITY_ERROR:
	case SEVERITY_SERVICE_CALL:
		return LISTING_BAD;
	case SEVERITY_WARNING:
		return LISTING_WARN;
	case SEVERITY_INFORMATION:
		break;
	}
	return LISTING_PLAIN;
}

static const char *
or_none(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

static void
advice_row(struct listing *l, const struct state_advice *a)
{
	listing_number(l, a->index);
	listing_number(l, a->created);
	listing_mark(l, mark_of(a));
	listing_text(l, structure_name(NAME_SEVERITY, (int)a->severity));
	listing_text(l, advice_kind_name(a->kind));
	listing_text(l, or_none(a->subject));
	listing_text(l, or_none(a->text));
	listing_text(l, or_none(a->recommendation));
	listing_text(l, or_none(a->rule_id));
	listing_number(l, a->catalogue_serial);
	listing_bool(l, a->acked);
	listing_row(l);
}

int
device_advice_list(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device advice list", .usage = "[--json]",
		.summary = "List what the centre advises, the newest first.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_view v = {0};
	struct options_pass p;
	struct listing *l;
	int status = EXIT_DONE;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_view(&cli, &v);
	if (status != 0)
		return status;
	l = device_cli_listing(&cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
	if (l == NULL) {
		state_view_release(&v);
		return EXIT_STORAGE;
	}
	/* Few rows: the next lower serial each time. */
	for (uint64_t below = UINT64_MAX;;) {
		const struct state_advice *next = NULL;

		for (size_t i = 0; i < v.advice_count; i++)
			if (v.advice[i].serial < below &&
			    (next == NULL || v.advice[i].serial > next->serial))
				next = &v.advice[i];
		if (next == NULL)
			break;
		advice_row(l, next);
		below = next->serial;
	}
	status = device_cli_listed(&cli, l, "no advice");
	state_view_release(&v);
	return status;
}

int
device_advice_ack(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_ALL, "all", NULL, "all there are" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device advice ack", .usage = "INDEX | --all",
		.summary = "Mark an advice as read, for people here; the centre does not see it.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct options_pass p;
	struct state *s;
	struct err e;
	uint32_t index = 0;
	bool all = false;
	int key, status = EXIT_DONE, rc = 0;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 1, &status)) > 0)
		all = true;
	if (key < 0)
		return status;
	if (all == (p.index < argc))
		rc = err_set(&e, -EINVAL, "an advice's number, or --all");
	else if (!all)
		rc = parse_u32(argv[p.index], 1, UINT32_MAX, &index, &e);
	if (rc < 0)
		return device_cli_error(&e, rc);
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = state_advice_ack(s, index, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/store/store_center.h"
#include "manager/fleet_advice.h"
#include "manager/fleet_cli.h"

enum {
	SUBJECT = 's', ALL = CLI_KEY_OWN, SEVERITY, KIND, RECOMMENDATION, RULE, LIST, REMOVE,
};

struct advise {
	struct cli *cli;
	const char *device, *text;
	const char *subject, *rule;	/* NULL = not given */
	struct store_advice_item item;
	bool all, list, remove, details;	/* details: an option that says what is told */
	struct store *store;
	int status;
	uint64_t written, waiting;
};

static const struct option_row rows[] = {
	{ SUBJECT, "subject", "SYMBOL", "about this unit, not the device" },
	{ SEVERITY, "severity", "NAME", "information (not given), warning, error, serviceCall" },
	{ KIND, "kind", "NAME", "information (not given), incompatible, trouble, ..." },
	{ RECOMMENDATION, "recommendation", "TEXT", "what to do" },
	{ RULE, "rule", "ID", "what it comes from; one advice a subject and rule" },
	{ LIST, "list", NULL, "show what stands, or shall stand, there" },
	{ REMOVE, "remove", NULL, "take back what was advised so; --subject, --rule narrow" },
	{ ALL, "all", NULL, "write what waits, to all devices" },
	CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
};

/* --- what stands ------------------------------------------------------------- */

static const struct listing_column columns[] = {
	{ "SUBJECT", "subject", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SEVERITY", "severity", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "kind", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "TEXT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DO", "recommendation", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "rule", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "catalogue_serial", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "FROM", "source", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "MADE", "created", LISTING_AGO, LISTING_EVERYWHERE },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "index", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "order", LISTING_NUMBER, LISTING_DATA_ONLY },
};

static void
list_row(struct listing *l, const struct store_advice_row *r)
{
	const struct store_advice_item *i = &r->item;

	listing_text(l, i->subject);
	listing_mark(l, i->severity >= SEVERITY_ERROR ? LISTING_BAD :
		i->severity == SEVERITY_WARNING ? LISTING_WARN : LISTING_PLAIN);
	listing_text(l, structure_name(NAME_SEVERITY, (int)i->severity));
	listing_text(l, store_advice_kind_name(i->kind));
	listing_text(l, i->text);
	listing_text(l, i->recommendation);
	listing_text(l, i->rule_id);
	listing_number(l, i->catalogue_serial);
	listing_text(l, store_advice_source_name(r->source));
	listing_number(l, r->created);
	listing_text(l, !r->wanted ? "to be removed" : r->done ? "stands" : "waiting");
	listing_number(l, r->index);
	listing_number(l, r->number);
	listing_row(l);
}

static int
list(struct advise *x, const struct store_advice_row *advice, size_t count)
{
	struct err e = {0};
	struct listing *l;
	size_t i;

	l = cli_listing(x->cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL)
		return EXIT_STORAGE;
	for (i = 0; i < count; i++)
		list_row(l, &advice[i]);
	return cli_listed(x->cli, l, 0, &e, "no advice");
}

/* --- what a person says ------------------------------------------------------ */

static bool
meant(const struct advise *x, const struct store_advice_item *i)
{
	if (x->remove)
		return (x->subject == NULL || strcmp(x->subject, i->subject) == 0) &&
			(x->rule == NULL || strcmp(x->rule, i->rule_id) == 0);
	return strcmp(x->item.subject, i->subject) == 0 &&
		strcmp(x->item.rule_id, i->rule_id) == 0 && x->item.kind == i->kind;
}

/* What people said before, without what is meant now, and with what is said now. */
static int
change(struct advise *x, int64_t device, const struct store_advice_row *advice, size_t count,
	struct err *e)
{
	struct store_advice_item items[STORE_ADVICE_MAX + 1];
	size_t kept = 0, met = 0, i;

	for (i = 0; i < count; i++) {
		const struct store_advice_row *r = &advice[i];

		if (!r->wanted || r->source != STORE_ADVICE_PERSON)
			continue;
		if (meant(x, &r->item))
			met++;
		else if (kept < STORE_ADVICE_MAX)
			items[kept++] = r->item;
	}
	if (x->remove && met == 0)
		return err_set(e, -EINVAL, "%s: no such advice; --list shows what there is",
			x->device);
	if (!x->remove)
		items[kept++] = x->item;
	return store_advice_set(x->store, device, STORE_ADVICE_PERSON, items, kept,
		clock_utc_s(clock_system()), NULL, e);
}

/* A symbol that the device does not have is a mistyped one, where its units are known. */
static int
check_subject(struct advise *x, struct err *e)
{
	struct store_device d = {0};
	int rc;

	if (x->item.subject[0] == '\0')
		return 0;
	rc = store_device_get(x->store, x->device, &d, e);
	if (rc < 0)
		return rc;
	if (d.structure.unit_count > 0 &&
	    structure_unit_by_symbol(&d.structure, x->item.subject) == NULL)
		rc = err_set(e, -EINVAL, "%s: it has no unit '%s'; imgadm-fleet show %s tells "
			"its units", x->device, x->item.subject, x->device);
	store_device_release(&d);
	return rc;
}

/* --- to the devices ---------------------------------------------------------- */

static void
ended(void *user, const struct store_target *t, const struct advice_result *result,
	const char *reason)
{
	struct advise *x = user;

	if (reason == NULL && result->end == ADVICE_STANDS) {
		x->written++;
		if (result->left_out > 0)
			log_warning("%s: %zu left out: its table of advice is full", t->name,
				result->left_out);
		return;
	}
	x->waiting++;
	if (reason == NULL && result->end == ADVICE_FAILED) {
		log_error("%s: %s", t->name, result->detail);
		x->status = EXIT_STORAGE;
		return;
	}
	/* One that cannot be polled at all is told by orders: as it should be. */
	if (t->address[0] == '\0')
		return;
	log_error("%s: %s; the advice is kept as an order, which the device may fetch", t->name,
		reason != NULL ? reason : result->detail);
	if (x->status == EXIT_DONE)
		x->status = EXIT_SOME_FAILED;
}

static int
carry(struct advise *x)
{
	struct fleet_advice f = {
		.conf = x->cli->conf, .store = x->store, .device = x->device,
		.ended = ended, .user = x,
	};
	struct err e = {0};
	int rc;

	rc = fleet_advice_run(&f, &e);
	if (rc < 0)
		return cli_error(&e, rc);
	if (x->all)
		(void)printf("%llu device%s written, %llu waiting\n",
			(unsigned long long)x->written, x->written == 1 ? "" : "s",
			(unsigned long long)x->waiting);
	else if (x->waiting > 0 && x->status == EXIT_DONE)
		(void)printf("%s only reports; it is told when it asks\n", x->device);
	return x->status;
}

/* --- the command ------------------------------------------------------------- */

static int
option(struct advise *x, int key, const char *argument, struct err *e)
{
	bool fits = true;
	int value = 0;

	switch (key) {
	case ALL:
		x->all = true;
		return 0;
	case LIST:
		x->list = true;
		return 0;
	case REMOVE:
		x->remove = true;
		return 0;
	case SUBJECT:
		x->subject = argument;
		fits = text_copy(x->item.subject, sizeof(x->item.subject), argument);
		break;
	case RULE:
		x->rule = argument;
		fits = text_copy(x->item.rule_id, sizeof(x->item.rule_id), argument);
		break;
	case RECOMMENDATION:
		x->details = true;
		fits = text_copy(x->item.recommendation, sizeof(x->item.recommendation),
			argument);
		break;
	case SEVERITY:
		x->details = true;
		if (structure_value(NAME_SEVERITY, argument, &value) < 0)
			return err_set(e, -EINVAL, "--severity '%s': want information, warning, "
				"error or serviceCall", argument);
		x->item.severity = (enum severity)value;
		break;
	case KIND:
		x->details = true;
		for (value = STORE_ADVICE_INFORMATION; value > 0; value--)
			if (strcmp(store_advice_kind_name((enum store_advice_kind)value),
			    argument) == 0)
				break;
		if (value == 0)
			return err_set(e, -EINVAL, "--kind '%s': want incompatible, trouble, "
				"updatePlanned, updateDone or information", argument);
		x->item.kind = (enum store_advice_kind)value;
		break;
	}
	return fits ? 0 : err_set(e, -EINVAL, "'%.40s...' is too long", argument);
}

/* Which of the ways is meant; false after saying that none is. */
static bool
check_usage(struct advise *x)
{
	const char *what = NULL;

	if (x->all && (x->device != NULL || x->list || x->remove))
		what = "--all goes without DEVICE, --list and --remove";
	else if (!x->all && x->device == NULL)
		what = "name a DEVICE, or give --all";
	else if (x->list && x->remove)
		what = "--list or --remove, not both";
	else if (x->text != NULL && (x->list || x->remove))
		what = "--list and --remove go without TEXT";
	else if (x->text == NULL && (x->details || (x->subject != NULL && !x->remove) ||
	    (x->rule != NULL && !x->remove)))
		what = "TEXT is missing: what shall be said?";
	if (what != NULL)
		log_error("advise: %s", what);
	return what == NULL;
}

static int
one_device(struct advise *x)
{
	struct store_advice_row *advice = NULL;
	struct err e = {0};
	int64_t device = 0;
	size_t count = 0;
	int rc, status = EXIT_DONE;

	rc = store_device_key(x->store, x->device, &device, &e);
	if (rc < 0)
		return cli_no_device(x->store, x->device, &e, rc);
	rc = store_advice_list(x->store, device, &advice, &count, &e);
	if (rc == 0 && x->list)
		status = list(x, advice, count);
	else if (rc == 0 && x->text != NULL)
		rc = check_subject(x, &e);
	if (rc == 0 && (x->text != NULL || x->remove))
		rc = change(x, device, advice, count, &e);
	free(advice);
	if (rc < 0)
		return cli_error(&e, rc);
	return x->list ? status : carry(x);
}

int
fleet_advise(void *user, int argc, char *argv[])
{
	static const struct options options = {
		.program = "imgadm-fleet advise",
		.usage = "[options] DEVICE TEXT | DEVICE [--list | --remove] | --all",
		.summary = "Tell a device and whoever stands before it.",
		.rows = rows,
	};
	struct advise x = { .cli = user, .item = { .kind = STORE_ADVICE_INFORMATION,
		.severity = SEVERITY_INFORMATION } };
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(x.cli, &p, 0, 2, &status)) > 0)
		if (option(&x, rc, p.argument, &e) < 0)
			return cli_error(&e, -EINVAL);
	if (rc < 0)
		return status;
	if (p.index < p.argc)
		x.device = p.argv[p.index];
	if (p.index + 1 < p.argc)
		x.text = p.argv[p.index + 1];
	if (!check_usage(&x))
		return EXIT_USAGE;
	if (x.text != NULL && !text_copy(x.item.text, sizeof(x.item.text), x.text)) {
		log_error("advise: TEXT is longer than %d octets", STRUCTURE_TEXT_MAX);
		return EXIT_USAGE;
	}
	status = cli_open(x.cli, x.list ? STORE_READ : STORE_TOLD, &x.store);
	if (status != EXIT_DONE)
		return status;
	status = x.all ? carry(&x) : one_device(&x);
	store_close(x.store);
	return status;
}

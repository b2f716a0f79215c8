/* imgadm-device ask: what the centre knows of this device. */
#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>

#include <jansson.h>

#include "agent-module/ask.h"
#include "agent-module/device_orders.h"
#include "agent-module/state_advice.h"
#include "agent-module/state_centre.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/snmp/keyfile.h"

enum { SHOWN_SIZE = 1024, RATE_SIZE = 32 };

/* --- words --------------------------------------------------------------------------- */

static const char *
verdict_name(uint32_t verdict)
{
	switch (verdict) {
	case ASK_COMPATIBLE:
		return "compatible";
	case ASK_INCOMPATIBLE:
		return "incompatible";
	case ASK_NOT_APPLICABLE:
		return "notApplicable";
	}
	return "unknown";
}

/* Printed as it is: no device or centre says what a terminal does. */
static void
print(const char *label, const char *text)
{
	char shown[SHOWN_SIZE];

	(void)text_escape(shown, sizeof(shown), text);
	(void)printf("%-14s %s\n", label, shown);
}

static void
print_ago(const char *label, utc_s when)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text_ago(clock_utc_s(clock_system()), when, text, sizeof(text));
	print(label, text);
}

static const char *
rate_text(int32_t hundredths, char *dst, size_t size)
{
	if (hundredths < 0)
		return NULL;
	(void)snprintf(dst, size, "%d.%02d", (int)hundredths / 100, (int)hundredths % 100);
	return dst;
}

/* --- for people ------------------------------------------------------------------------- */

static const struct listing_column unit_columns[] = {
	{ "UNIT", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SOFTWARE", "software_id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "software_version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "RECOMMENDED", "advised_version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SAME", "same_software", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "OF", "same_model", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "ERRORS/1000", "error_rate", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "MODEL", "model_error_rate", LISTING_TEXT, LISTING_EVERYWHERE },
};

static void
unit_row(struct listing *l, const struct ask_unit *u)
{
	char own[RATE_SIZE], model[RATE_SIZE];

	listing_text(l, u->symbol);
	listing_text(l, u->software[0] == '\0' ? NULL : u->software);
	listing_text(l, u->version[0] == '\0' ? NULL : u->version);
	listing_text(l, u->advised_version[0] == '\0' ? NULL : u->advised_version);
	listing_unsigned(l, u->same_software);
	listing_unsigned(l, u->same_model);
	listing_text(l, rate_text(u->error_rate, own, sizeof(own)));
	listing_text(l, rate_text(u->model_error_rate, model, sizeof(model)));
	listing_row(l);
}

static const struct listing_column advice_columns[] = {
	{ "SINCE", "created", LISTING_AGO, LISTING_EVERYWHERE },
	{ "SEVERITY", "severity", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "UNIT", "subject", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ADVICE", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DO", "recommendation", LISTING_TEXT, LISTING_EVERYWHERE },
};

static void
advice_row(struct listing *l, const struct ask_advice *a)
{
	listing_number(l, a->created);
	listing_text(l, structure_name(NAME_SEVERITY, (int)a->severity));
	listing_text(l, a->subject[0] == '\0' ? NULL : a->subject);
	listing_text(l, a->text);
	listing_text(l, a->recommendation[0] == '\0' ? NULL : a->recommendation);
	listing_row(l);
}

static const struct listing_column plan_columns[] = {
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SOFTWARE", "software_id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "WHEN", "when", LISTING_TIME, LISTING_EVERYWHERE },
};

static void
plan_row(struct listing *l, const struct ask_plan *p)
{
	listing_text(l, p->symbol);
	listing_text(l, p->software);
	listing_text(l, p->version);
	listing_number(l, p->when);
	listing_row(l);
}

static int
show(const struct device_cli *cli, const struct ask_facts *f)
{
	struct listing *l;
	int status = EXIT_DONE;
	size_t i;

	print("name", f->name);
	print_ago("last contact", f->last_contact);
	print("verdict", verdict_name(f->verdict));
	if (f->verdict_text[0] != '\0')
		print("", f->verdict_text);
	(void)printf("%-14s %u open\n", "troubles", f->troubles);
	(void)printf("%-14s revision %u; log of generation %u up to entry %u\n", "has",
		f->revision, f->log_generation, f->log_index);
	(void)printf("\n");
	l = device_cli_listing(cli, unit_columns, sizeof(unit_columns) / sizeof(unit_columns[0]));
	for (i = 0; l != NULL && i < f->unit_count; i++)
		unit_row(l, &f->units[i]);
	status = l == NULL ? EXIT_STORAGE : device_cli_listed(cli, l, "no unit is known there");
	if (status == EXIT_DONE && f->advice_count > 0) {
		(void)printf("\n");
		l = device_cli_listing(cli, advice_columns,
			sizeof(advice_columns) / sizeof(advice_columns[0]));
		for (i = 0; l != NULL && i < f->advice_count; i++)
			advice_row(l, &f->advice[i]);
		status = l == NULL ? EXIT_STORAGE : device_cli_listed(cli, l, NULL);
	}
	if (status == EXIT_DONE && f->plan_count > 0) {
		(void)printf("\n");
		l = device_cli_listing(cli, plan_columns,
			sizeof(plan_columns) / sizeof(plan_columns[0]));
		for (i = 0; l != NULL && i < f->plan_count; i++)
			plan_row(l, &f->plans[i]);
		status = l == NULL ? EXIT_STORAGE : device_cli_listed(cli, l, NULL);
	}
	return status;
}

/* --- for machines -------------------------------------------------------------------------- */

/* null for what is not said, and for a rate that is not known. */
static json_t *
text_json(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
rate_json(int32_t hundredths)
{
	return hundredths < 0 ? json_null() : json_integer(hundredths);
}

static json_t *
unit_json(const struct ask_unit *u)
{
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}",
		"index", (json_int_t)u->index, "symbol", u->symbol,
		"software_id", text_json(u->software), "software_version", text_json(u->version),
		"advised_id", text_json(u->advised),
		"advised_creator", text_json(u->advised_creator),
		"advised_version", text_json(u->advised_version),
		"same_model", (json_int_t)u->same_model,
		"same_software", (json_int_t)u->same_software,
		"error_rate_hundredths", rate_json(u->error_rate),
		"model_error_rate_hundredths", rate_json(u->model_error_rate));
}

static json_t *
advice_json(const struct ask_advice *a)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:o}",
		"subject", text_json(a->subject),
		"kind", text_json(advice_kind_name((enum advice_kind)a->kind)),
		"severity", text_json(structure_name(NAME_SEVERITY, (int)a->severity)),
		"text", a->text, "recommendation", text_json(a->recommendation),
		"rule_id", text_json(a->rule_id),
		"catalogue_serial", (json_int_t)a->catalogue_serial,
		"created", jsonout_time(a->created));
}

static json_t *
order_json(const struct ask_advice *a)
{
	json_t *o = advice_json(a);

	if (o != NULL && (json_object_set_new(o, "number", json_integer(a->index)) < 0 ||
	    json_object_set_new(o, "verb", text_json(a->verb == ASK_PUT ? "put" :
	    a->verb == ASK_REMOVE ? "remove" : "")) < 0 ||
	    json_object_set_new(o, "index", json_integer(a->advice)) < 0)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static json_t *
plan_json(const struct ask_plan *p)
{
	return json_pack("{s:s, s:s, s:s, s:o}", "unit", p->symbol, "software_id", p->software,
		"version", p->version, "when", jsonout_time(p->when));
}

static json_t *
facts_json(const struct ask_facts *f)
{
	json_t *units = json_array(), *advice = json_array(), *plans = json_array();
	json_t *orders = json_array();
	char digest[2 * STRUCTURE_DIGEST_SIZE + 1] = "";
	size_t i;
	bool full = false;

	for (i = 0; i < f->unit_count; i++)
		full |= json_array_append_new(units, unit_json(&f->units[i])) < 0;
	for (i = 0; i < f->advice_count; i++)
		full |= json_array_append_new(advice, advice_json(&f->advice[i])) < 0;
	for (i = 0; i < f->plan_count; i++)
		full |= json_array_append_new(plans, plan_json(&f->plans[i])) < 0;
	for (i = 0; i < f->order_count; i++)
		full |= json_array_append_new(orders, order_json(&f->orders[i])) < 0;
	for (i = 0; f->has_digest && i < sizeof(f->digest); i++)
		(void)snprintf(digest + 2 * i, 3, "%02x", f->digest[i]);
	if (full) {
		json_decref(units);
		json_decref(advice);
		json_decref(plans);
		json_decref(orders);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:I, s:I, s:o, s:I, s:I, s:I, s:o, s:o, s:o,"
		" s:o}", "name", f->name, "last_contact", jsonout_time(f->last_contact),
		"verdict", verdict_name(f->verdict), "verdict_text", text_json(f->verdict_text),
		"judged", jsonout_time(f->judged), "troubles", (json_int_t)f->troubles,
		"structure_revision", (json_int_t)f->revision,
		"structure_digest", text_json(digest),
		"log_generation", (json_int_t)f->log_generation,
		"log_index", (json_int_t)f->log_index,
		"orders_newest", (json_int_t)f->orders_newest,
		"units", units, "advice", advice, "plans", plans, "orders", orders);
}

static int
show_json(const struct ask_facts *f)
{
	json_t *root = facts_json(f);
	struct err e;
	int rc;

	rc = jsonout_print(stdout, root, &e);
	json_decref(root);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

/* --- the command ----------------------------------------------------------------------------- */

/* Who is asked, and as whom; keys are wiped by the caller. */
static int
centre(const struct device_cli *cli, struct state_centre *c, struct keyfile *k, struct err *e)
{
	struct state *s;
	int rc;

	rc = state_open(paths_state(cli->state), STATE_READ, &s, e);
	if (rc < 0)
		return rc;
	rc = state_centre_load(s, c, e);
	state_close(s);
	if (rc == 0 && !c->set)
		rc = err_set(e, -EINVAL, "no centre is set: imgadm-device centre set --key-file "
			"FILE does it");
	return rc < 0 ? rc : keyfile_read(c->key_file, k, e);
}

/* What was asked of whom. */
struct session {
	struct state_centre centre;
	struct snmp_credential *credential;
	struct ask_facts facts;
};

static int
ask(const struct device_cli *cli, enum ask_what what, struct session *a, struct err *e)
{
	struct keyfile k = {0};
	int rc;

	rc = centre(cli, &a->centre, &k, e);
	if (rc == 0) {
		a->credential = keyfile_credential(&k, e);
		rc = a->credential == NULL ? -EINVAL :
			ask_run(a->centre.address, a->credential, what, &a->facts, e);
	}
	keyfile_wipe(&k);
	return rc;
}

enum { KEY_ORDERS = DEVICE_KEY_OWN, KEY_APPLY };

static int
answered(const struct device_cli *cli, const struct session *a, bool orders, bool apply)
{
	if (!a->facts.known) {
		log_error("the centre tells this user nothing: a site's keys, or a device that "
			"was removed there");
		return EXIT_SOME_FAILED;
	}
	if (apply)
		return device_orders_apply(cli, &a->facts, a->centre.address, a->credential,
			a->centre.serial);
	if (orders)
		return device_orders_show(cli, &a->facts);
	return cli->json ? show_json(&a->facts) : show(cli, &a->facts);
}

int
device_ask(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ KEY_ORDERS, "orders", NULL, "only what the centre orders and waits for" },
		{ KEY_APPLY, "apply", NULL, "carry the orders out now, and tell the centre" },
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options options = {
		.program = "imgadm-device ask", .usage = "[--json] [--orders [--apply]]",
		.summary = "Show what the centre knows of this device, and recommends.",
		.rows = rows,
	};
	struct device_cli cli = *(struct device_cli *)user;
	bool orders = false, apply = false;
	struct session a = { 0 };
	struct options_pass p;
	int key, status = EXIT_DONE, rc;
	struct err e = {0};

	options_begin(&p, &options, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		orders |= key == KEY_ORDERS;
		apply |= key == KEY_APPLY;
	}
	if (key < 0)
		return status;
	if (apply && (!orders || cli.json)) {
		rc = err_set(&e, -EINVAL, "--apply goes with --orders alone");
		return device_cli_error(&e, rc);
	}
	rc = ask(&cli, orders ? ASK_ORDERS : ASK_ALL, &a, &e);
	if (rc == -EHOSTUNREACH || rc == -EACCES || rc == -EBADMSG) {
		log_err(&e);
		status = EXIT_SOME_FAILED;
	} else if (rc < 0) {
		status = device_cli_error(&e, rc);
	} else {
		status = answered(&cli, &a, orders, apply);
		if (a.facts.left_out > 0)
			log_warning("%u values of the centre made no sense and are left out",
				a.facts.left_out);
	}
	ask_facts_release(&a.facts);
	snmp_credential_free(a.credential);
	return status;
}

/* imgadm-update device: the units of one device brought to a release, or to what is planned. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/store/store_center.h"
#include "updater/update_owner.h"
#include "updater/update_push.h"
#include "updater/update_trust.h"
#include "updater/update_work.h"

enum {
	BANK = UPDATE_KEY_OWN, DRAFTS, DRY_RUN, NO_CONFIRM, NO_WAY_BACK, PLAN, PUSH,
	PUSH_SIGNATURE, TICKETS, TIMEOUT, UNIT, WAIT, WHEN,
	TIMEOUT_MAX_S = 14 * 86400, PUSH_LOOK_MS = 1000, MISSING_MAX = 800, AGAIN_SIZE = 512,
};

struct device_run {
	struct update_cli *cli;
	struct update_plan_ask ask;
	struct update_plan plan;
	struct update_opened o;
	struct update_say say;
	struct update_work work;
	bool dry_run, planned, no_way_back, push_signature, trust;
	const char *push;	/* URI, or NULL */
	json_t *done;		/* of each unit of each step, how it ended */
	char again[AGAIN_SIZE];	/* the command that goes on with what is left */
};

/* --- what can be known before --------------------------------------------------------- */

static bool
is_software(const struct update_step *s)
{
	return s->kind == UPDATE_STEP_INSTALL || s->kind == UPDATE_STEP_SWITCH;
}

/* Whether an earlier step wants the same image. */
static bool
is_repeated(const struct update_plan *p, size_t at)
{
	const struct update_step *s = &p->steps[at];

	for (size_t i = 0; i < at; i++)
		if (p->steps[i].kind == UPDATE_STEP_INSTALL && p->steps[i].seq == s->seq &&
		    strcmp(p->steps[i].software, s->software) == 0 &&
		    strcmp(p->steps[i].creator, s->creator) == 0)
			return true;
	return false;
}

/* All images are there before the first step begins.  0, or negative after naming all others. */
static int
check_images(struct device_run *r)
{
	struct store_image image;
	struct buf missing;
	int worst = 0, rc;
	struct err e;

	buf_init(&missing, MISSING_MAX);
	for (size_t i = 0; i < r->plan.count; i++) {
		const struct update_step *s = &r->plan.steps[i];

		if (s->kind != UPDATE_STEP_INSTALL || is_repeated(&r->plan, i))
			continue;
		rc = store_image_find(r->o.store, s->software, s->creator, s->seq, &image, &e);
		if (rc < 0 && rc != -ENOENT)
			update_say_error(&r->say, r->ask.device, s->symbol, "%s", e.text);
		if (rc == -ENOENT)
			(void)buf_printf(&missing, "%s%s %s", missing.len > 0 ? ", " : "",
				s->software, s->version);
		if (rc < 0 && (worst == 0 || worst == -ENOENT))
			worst = rc;
	}
	if (missing.len > 0)
		update_say_error(&r->say, r->ask.device, NULL, "the library has no image of %s: "
			"imgadm-update image import IMAGE keeps one, imgadm-update image list "
			"shows those there are", buf_text(&missing));
	buf_release(&missing);
	return worst;
}

static int
check_way_back(struct device_run *r)
{
	for (size_t i = 0; i < r->plan.count; i++) {
		const struct update_step *s = &r->plan.steps[i];

		if (!is_software(s) || s->way_back || r->no_way_back)
			continue;
		update_say_error(&r->say, r->ask.device, s->symbol, "there is no way back from "
			"%s %s: say --no-way-back if it shall be done all the same", s->software,
			s->version);
		return -EPERM;
	}
	return 0;
}

/* The plan, or why there is none: EXIT_DONE where there are steps to be done. */
static int
get_plan(struct device_run *r, bool *ret_nothing)
{
	struct err e = { 0 };
	int rc = update_plan_get(&r->ask, &r->plan, &e);

	*ret_nothing = false;
	if (rc < 0) {
		if (e.text[0] != '\0')
			log_error("%s", e.text);
		return rc == -EINVAL || rc == -ENOENT ? EXIT_USAGE : EXIT_STORAGE;
	}
	if (r->plan.stale) {
		log_error("%s: the catalogues in force are stale: nothing is begun on them; "
			"imgadm-judge catalogue list says why", r->ask.device);
		return EXIT_SOME_FAILED;
	}
	*ret_nothing = strcmp(r->plan.end, "nothingToDo") == 0 ||
		(strcmp(r->plan.end, "ready") == 0 && r->plan.count == 0);
	if (*ret_nothing || strcmp(r->plan.end, "ready") == 0)
		return EXIT_DONE;
	(void)fputs(r->plan.text, stderr);
	return EXIT_SOME_FAILED;
}

/* --- a step ---------------------------------------------------------------------------- */

static void
note(struct device_run *r, const struct update_step *s, const char *how, uint32_t order,
	const char *version, const char *reason)
{
	static const char *const kinds[] = { "", "install", "switch", "standby", "visit" };

	(void)json_array_append_new(r->done, json_pack("{ss ss ss ss sI ss so so}",
		"unit", s->symbol, "kind", kinds[s->kind], "software", s->software,
		"version", s->version, "order", (json_int_t)order, "end", how,
		"runs", version[0] != '\0' ? json_string(version) : json_null(),
		"reason", reason[0] != '\0' ? json_string(reason) : json_null()));
}

static void
note_members(struct device_run *r)
{
	static const char *const ends[] = { "open", "done", "staged", "failed", "open" };

	for (size_t i = 0; i < r->work.count; i++) {
		const struct update_member *m = &r->work.members[i];

		note(r, m->step, ends[m->how], m->order, m->version, m->reason);
	}
}

static int
standby(struct device_run *r, const struct update_step *s)
{
	struct ask_end end = { 0 };
	int status = EXIT_DONE;

	if (!r->o.reachable)
		(void)text_copy(end.reason, sizeof(end.reason), "it has no address");
	else
		update_row_admin(r->o.ask, s->unit_index, UNIT_ADMIN_STANDBY, &end);
	if (end.how != ASK_DONE) {
		update_say_error(&r->say, r->ask.device, s->symbol, "not taken out of service: %s",
			end.reason);
		status = EXIT_SOME_FAILED;
	} else {
		update_say_line(&r->say, s->symbol, "out of service");
	}
	note(r, s, end.how == ASK_DONE ? "done" : "failed", 0, "", end.reason);
	return status;
}

/* Steps from `first` on that are done together: the members of its group, or itself. */
static size_t
together(const struct update_plan *p, size_t first)
{
	size_t n = 1;

	while (p->steps[first].group != 0 && first + n < p->count &&
	    p->steps[first + n].group == p->steps[first].group)
		n++;
	return n;
}

/* How it ended, for a person. */
static void
say_end(struct device_run *r)
{
	for (size_t i = 0; i < r->work.count; i++) {
		const struct update_member *m = &r->work.members[i];

		if (m->how == UPDATE_WORK_DONE && m->order == 0)
			update_say_line(&r->say, m->step->symbol, "%s %s %s", m->step->software,
				m->step->version, m->reason);
		else if (m->how == UPDATE_WORK_DONE && strcmp(m->reason, "proven") == 0)
			update_say_line(&r->say, m->step->symbol, "not confirmed: imgadm-update "
				"confirm %s %s keeps it (or time does), imgadm-update rollback %s %s "
				"takes it back", r->ask.device, m->step->symbol, r->ask.device,
				m->step->symbol);
	}
}

static bool
is_staged(const struct device_run *r)
{
	for (size_t i = 0; i < r->work.count; i++)
		if (r->work.members[i].how == UPDATE_WORK_STAGED)
			return true;
	return false;
}

static int
carry_out(struct device_run *r)
{
	int status = EXIT_DONE;
	size_t n;

	for (size_t i = 0; status == EXIT_DONE && i < r->plan.count; i += n) {
		const struct update_step *s = &r->plan.steps[i];

		n = together(&r->plan, i);
		if (s->kind == UPDATE_STEP_STANDBY) {
			status = standby(r, s);
			continue;
		}
		if (s->kind == UPDATE_STEP_VISIT) {
			update_say_line(&r->say, s->symbol, "then a visit: imgadm-judge plan %s "
				"says which part", r->ask.device);
			note(r, s, "visit", 0, "", "");
			continue;
		}
		if (n > UPDATE_GROUP_MAX) {
			log_error("%s: more than %d units at once", r->ask.device,
				UPDATE_GROUP_MAX);
			return EXIT_SOME_FAILED;
		}
		status = update_work_do(&r->work, s, n, r->plan.count - i - n);
		note_members(r);
		if (status == EXIT_DONE)
			say_end(r);
		if (status == EXIT_DONE && is_staged(r) && i + n < r->plan.count) {
			update_say_line(&r->say, NULL, "%s: the steps after it wait until it runs",
				r->ask.device);
			break;
		}
	}
	return status;
}

/* --- pushed -------------------------------------------------------------------------------- */

/* The version that the unit says it runs, until it is the one or the time is over. */
static int
version_shows(struct device_run *r, const struct update_step *s)
{
	int64_t end_ms = clock_monotonic_ms(clock_system()) +
		r->work.options.timeout_s * 1000;
	const struct software *runs = NULL;
	struct update_row_unit u;
	struct ask_end end;

	if (!r->o.reachable) {
		update_say_error(&r->say, r->ask.device, s->symbol, "it was sent; whether it came "
			"whole is not known: it cannot be read back, nor asked");
		return EXIT_SOME_FAILED;
	}
	do {
		update_row_unit(r->o.ask, s->unit_index, &u, &end);
		runs = end.how == ASK_DONE ? update_row_running(&u, s->software) : NULL;
		if (runs != NULL && strcmp(runs->id, s->software) == 0 &&
		    strcmp(runs->version, s->version) == 0) {
			update_say_line(&r->say, s->symbol, "runs %s %s (read back over SNMP)",
				s->software, s->version);
			return EXIT_DONE;
		}
	} while (clock_monotonic_ms(clock_system()) < end_ms && ask_wait(r->o.ask, PUSH_LOOK_MS));
	update_say_error(&r->say, r->ask.device, s->symbol, "it was sent, and the unit does not "
		"say that it runs it: look at the device, or push again");
	return EXIT_SOME_FAILED;
}

static int
push(struct device_run *r)
{
	const struct update_step *s = r->plan.steps;
	struct update_push p = { .base = ask_loop(r->o.ask), .signature = r->push_signature,
		.images = paths_images(r->cli->images) };
	struct store_image image;
	bool same = false;
	struct err e = { 0 };
	int rc, status = EXIT_DONE;

	if (r->plan.count != 1 || s->kind != UPDATE_STEP_INSTALL) {
		log_error("%s: --push is for one installation, and this takes %zu steps: push "
			"the stepping stones one by one", r->ask.device, r->plan.count);
		return EXIT_USAGE;
	}
	p.image = &image;
	rc = tftp_uri_parse(r->push, &p.uri, &e);
	if (rc < 0)
		err_prefix(&e, "--push");
	else
		rc = store_image_find(r->o.store, s->software, s->creator, s->seq, &image, &e);
	if (rc < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	rc = update_push_run(&p, &same, &e);
	if (rc < 0) {
		update_say_error(&r->say, r->ask.device, s->symbol, "%s", e.text);
		status = EXIT_SOME_FAILED;
	} else if (same) {
		update_say_line(&r->say, s->symbol, "sent to %s, and read back the same",
			r->push);
	} else {
		update_say_line(&r->say, s->symbol, "sent to %s; it cannot be read back (%s)",
			r->push, e.text);
		status = version_shows(r, s);
	}
	note(r, s, status == EXIT_DONE ? "done" : "failed", 0, "", rc < 0 ? e.text : same ?
		"read back the same" : "");
	return status;
}

/* --- the command ------------------------------------------------------------------------- */

static int
print_json(struct device_run *r, int status)
{
	struct err e = { 0 };
	json_t *all;
	int rc;

	all = json_pack("{ss sb ss sO ss}", "device", r->ask.device, "done",
		status == EXIT_DONE && !r->dry_run, "end", r->plan.end, "units", r->done, "plan",
		r->plan.text != NULL ? r->plan.text : "");
	rc = jsonout_print(stdout, all, &e);
	json_decref(all);
	return rc < 0 ? cli_error(&e, rc) : status;
}

static void
dry_notes(struct device_run *r)
{
	for (size_t i = 0; i < r->plan.count; i++) {
		const struct update_step *s = &r->plan.steps[i];

		note(r, s, "planned", 0, "", "");
	}
}

static int
work(struct device_run *r)
{
	struct err e;
	int status;

	if (r->trust && update_trust_plan(&r->o, r->ask.version, &r->plan, &e) < 0)
		return cli_error(&e, -EINVAL);
	if (r->trust)
		update_say_line(&r->say, NULL, "%s: trust file %s", r->ask.device,
			r->plan.steps[0].version);
	if (check_images(r) < 0)
		return EXIT_USAGE;
	if (r->dry_run) {
		dry_notes(r);
		return EXIT_DONE;
	}
	if (check_way_back(r) < 0)
		return EXIT_USAGE;
	r->work.o = &r->o;
	r->work.say = &r->say;
	r->work.again = r->again;
	cli_user(r->work.by, sizeof(r->work.by));
	status = r->push != NULL ? push(r) : carry_out(r);
	(void)store_mark_soon(r->o.store, r->o.device.row.device, clock_utc_s(clock_system()), &e);
	return status;
}

/* By a signal that came while nothing was asked of the device. */
static int
stopped(const struct device_run *r)
{
	log_error("%s: stopped; nothing was ordered", r->ask.device);
	return EXIT_SOME_FAILED;
}

/* The same command, as it is typed. */
static void
write_again(struct device_run *r)
{
	if (r->planned)
		(void)snprintf(r->again, sizeof(r->again), "imgadm-update device %s --plan",
			r->ask.device);
	else
		(void)snprintf(r->again, sizeof(r->again), "imgadm-update device %s %s %s",
			r->ask.device, r->ask.software, r->ask.version);
}

static int
run(struct device_run *r)
{
	bool nothing = false;
	int status;

	r->done = json_array();
	if (r->done == NULL) {
		log_error("out of memory");
		return EXIT_STORAGE;
	}
	update_say_begin(&r->say, r->cli->cli.format == LISTING_JSON);
	if (r->trust) {
		status = update_open(r->cli, r->ask.device, true, &r->o);
		if (status == EXIT_DONE)
			status = work(r);
		goto out;
	}
	if (r->push == NULL)
		update_plan_refresh(r->ask.db, r->ask.device);
	status = update_open(r->cli, r->ask.device, r->push == NULL, &r->o);
	if (status == EXIT_DONE && r->push == NULL)
		update_owner_learn(&r->o);
	if (status == EXIT_DONE && !ask_wait(r->o.ask, 0))
		status = stopped(r);
	if (status == EXIT_DONE)
		status = get_plan(r, &nothing);
	if (status == EXIT_DONE && !ask_wait(r->o.ask, 0))
		status = stopped(r);
	if (status == EXIT_DONE && r->planned)
		update_owner_say(&r->o, &r->say);
	if (status == EXIT_DONE && nothing && !r->say.json)
		(void)fputs(r->plan.text, stdout);
	if (status == EXIT_DONE && !nothing) {
		update_say_plan(&r->say, r->ask.device, &r->plan);
		status = work(r);
	}
out:
	if (r->say.json && r->plan.text != NULL)
		status = print_json(r, status);
	json_decref(r->done);
	return status;
}

/* now, idle, stage, at=MOMENT */
static int
parse_when(struct update_work_options *o, const char *text, struct err *e)
{
	int64_t now = clock_utc_s(clock_system());
	int rc = 0;

	if (strcmp(text, "now") == 0)
		o->when = UPDATE_WHEN_NOW;
	else if (strcmp(text, "idle") == 0)
		o->when = UPDATE_WHEN_IDLE;
	else if (strcmp(text, "stage") == 0)
		o->when = UPDATE_WHEN_STAGE_ONLY;
	else if (strncmp(text, "at=", 3) == 0)
		rc = parse_moment(text + 3, now, &o->at, e);
	else
		rc = err_set(e, -EINVAL, "'%.60s': want now, idle, stage or at=MOMENT", text);
	if (rc == 0 && strncmp(text, "at=", 3) == 0)
		o->when = UPDATE_WHEN_AT;
	if (rc < 0)
		err_prefix(e, "--when");
	return rc;
}

static int
take_option(struct device_run *r, int key, const char *argument, struct err *e)
{
	struct update_work_options *o = &r->work.options;
	uint32_t bank;
	int rc = 0;

	switch (key) {
	case BANK:
		rc = parse_u32(argument, 1, STRUCTURE_BANKS_MAX, &bank, e);
		if (rc < 0)
			err_prefix(e, "--bank");
		else
			o->bank = (uint8_t)bank;
		break;
	case TIMEOUT:
		rc = parse_duration(argument, 1, TIMEOUT_MAX_S, &o->timeout_s, e);
		if (rc < 0)
			err_prefix(e, "--timeout");
		break;
	case WHEN:
		rc = parse_when(o, argument, e);
		break;
	case UNIT:
		r->ask.symbol = argument;
		break;
	case PUSH:
		r->push = argument;
		break;
	}
	r->ask.drafts |= key == DRAFTS;
	r->ask.tickets |= key == TICKETS;
	r->dry_run |= key == DRY_RUN;
	r->planned |= key == PLAN;
	r->push_signature |= key == PUSH_SIGNATURE;
	r->no_way_back |= key == NO_WAY_BACK;
	o->wait |= key == WAIT;
	o->confirm &= key != NO_CONFIRM;
	return rc;
}

int
update_device(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ BANK, "bank", "N", "the bank to write; else the device chooses" },
		CLI_OPTION_DB,
		{ DRAFTS, "drafts", NULL, "releases in state draft, too" },
		{ DRY_RUN, "dry-run", NULL, "say what would be done" },
		UPDATE_OPTION_IMAGES,
		CLI_OPTION_JSON,
		{ NO_CONFIRM, "no-confirm", NULL, "leave it proven: going back stays possible" },
		{ NO_WAY_BACK, "no-way-back", NULL, "also where what runs cannot be had again" },
		{ PLAN, "plan", NULL, "to what the judge recommends, unit after unit" },
		{ PUSH, "push", "URI", "send the image to the device, a TFTP server itself" },
		{ PUSH_SIGNATURE, "push-signature", NULL, "and its signature, as NAME.minisig" },
		{ TICKETS, "tickets", NULL, "below a unit's floor, by tickets" },
		{ TIMEOUT, "timeout", "SPAN", "how long each step may take; 1h" },
		{ UNIT, "unit", "SYMBOL", "the unit that takes it, where several could" },
		{ WAIT, "wait", NULL, "for a device that does not answer, too" },
		{ WHEN, "when", "WHEN", "it is switched: now, idle, stage, at=MOMENT" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update device",
		.usage = "[options] DEVICE SOFTWARE VERSION | DEVICE --plan",
		.summary = "Bring a unit of a device to a release, over stepping stones where it "
			"needs\nthem, and read back what runs.",
		.rows = rows,
	};
	struct device_run r = { .cli = user, .work.options = { .when = UPDATE_WHEN_NOW,
		.confirm = true, .timeout_s = UPDATE_WORK_TIMEOUT_S } };
	struct options_pass p;
	struct err e = { 0 };
	int key, status = EXIT_USAGE;

	options_begin(&p, &options, argc, argv);
	while ((key = update_cli_option(r.cli, &p, 1, 3, &status)) > 0)
		if (take_option(&r, key, p.argument, &e) < 0)
			return cli_error(&e, -EINVAL);
	if (key != 0)
		return status;
	if (argc - p.index != (r.planned ? 1 : 3) || (r.planned && r.ask.symbol != NULL)) {
		log_error("want DEVICE SOFTWARE VERSION, or DEVICE --plan");
		return EXIT_USAGE;
	}
	if (r.push_signature && r.push == NULL) {
		log_error("--push-signature goes with --push");
		return EXIT_USAGE;
	}
	r.trust = !r.planned && strcmp(argv[p.index + 1], UPDATE_TRUST_ID) == 0;
	if (r.trust && (r.push != NULL || r.ask.symbol != NULL || r.work.options.bank != 0 ||
	    r.work.options.when != UPDATE_WHEN_NOW)) {
		log_error("a trust file is the device's, and in force at once: leave --push, "
			"--unit, --bank and --when out");
		return EXIT_USAGE;
	}
	if (cli_conf(&r.cli->cli, &e) < 0)
		return cli_error(&e, -EINVAL);
	r.ask.device = argv[p.index];
	r.ask.software = r.planned ? NULL : argv[p.index + 1];
	r.ask.version = r.planned ? NULL : argv[p.index + 2];
	r.ask.db = conf_db(r.cli->cli.conf, r.cli->cli.db);
	write_again(&r);
	status = run(&r);
	update_plan_release(&r.plan);
	update_opened_close(&r.o);
	return status;
}

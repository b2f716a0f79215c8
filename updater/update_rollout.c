/* imgadm-update plan: software for many devices, planned whole, to be approved by its hash. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/cli/cli_audit.h"
#include "lib/inforce/inforce.h"
#include "lib/out/jsonout.h"
#include "updater/rollout_make.h"
#include "updater/rollout_person.h"
#include "updater/rollout_say.h"
#include "updater/update_cli.h"

enum {
	ALL = UPDATE_KEY_OWN, DRAFTS, LIST, MODEL, POLICY, RECOMMENDED, RUNNING, SET, SITE, TICKETS,
	TROUBLE, UNIT, UNIT_TYPE, VERDICT,
	LIST_LINE_MAX = 1024, PLANNERS_LEFT_SHOWN = 50,
};

struct planner {
	struct update_cli *cli;
	struct store *store;
	const char *db;
	struct rollout_selection selection;
	char selection_text[ROLLOUT_SELECTION_MAX + 1];
	const char *policy_name;	/* --policy, or NULL */
	struct buf set;		/* --set, lines */
	bool set_window;
	struct rollout_policy policy;
	bool dry_run, all, recommended;
	struct rollout_gathered gathered;
	struct rollout_made made;
};

/* --- the selection ---------------------------------------------------------------------- */

static int
take_text(char *dst, size_t size, const char *text, struct err *e)
{
	if (text[0] == '\0' || !text_is_utf8(text, strlen(text)) || !text_copy(dst, size, text))
		return err_set(e, -EINVAL, "'%.80s': empty, not UTF-8, or longer than %zu octets",
			text, size - 1);
	return 0;
}

/* Names, a line each; blank lines and what is behind # is passed over. */
static int
read_list(struct rollout_selection *s, const char *path, struct err *e)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char line[LIST_LINE_MAX];
	int rc = 0;

	if (f == NULL)
		return err_set(e, -EINVAL, "%s: %s", path, strerror(errno));
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		char *name = line + strspn(line, " \t");
		size_t len;

		if (strchr(line, '\n') == NULL && !feof(f)) {
			rc = err_set(e, -EINVAL, "%s: a line of more than %d octets", path,
				LIST_LINE_MAX - 2);
			break;
		}
		name[strcspn(name, "#\r\n")] = '\0';
		for (len = strlen(name); len > 0 && strchr(" \t", name[len - 1]) != NULL; len--)
			name[len - 1] = '\0';
		if (len > 0)
			rc = rollout_select_device(s, name, e);
	}
	if (rc == 0 && ferror(f))
		rc = err_set(e, -EINVAL, "%s: cannot be read", path);
	if (f != stdin)
		(void)fclose(f);
	if (rc == 0 && s->device_count == 0)
		rc = err_set(e, -EINVAL, "%s: names no device", path);
	return rc;
}

static int
take_set(struct planner *x, const char *text, struct err *e)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || strpbrk(text, "\n#") != NULL)
		return err_set(e, -EINVAL, "'%.80s': want KEY=VALUE, as soak=1d", text);
	x->set_window |= strncmp(text, "window=", 7) == 0;
	if (buf_printf(&x->set, "%.*s %s\n", (int)(equals - text), text, equals + 1) < 0)
		return err_set(e, -EINVAL, "more than %d octets", ROLLOUT_POLICY_MAX);
	return 0;
}

static int
take_option(struct planner *x, int key, const char *text, struct err *e)
{
	struct rollout_selection *s = &x->selection;

	switch (key) {
	case MODEL:
		return take_text(s->model, sizeof(s->model), text, e);
	case SITE:
		return take_text(s->site, sizeof(s->site), text, e);
	case UNIT:
		return take_text(s->unit, sizeof(s->unit), text, e);
	case TROUBLE:
		return take_text(s->trouble, sizeof(s->trouble), text, e);
	case UNIT_TYPE:
		return rollout_select_unit_type(s, text, e);
	case RUNNING:
		return rollout_select_running(s, text, e);
	case VERDICT:
		return rollout_select_verdict(s, text, e);
	case LIST:
		return read_list(s, text, e);
	case SET:
		return take_set(x, text, e);
	case POLICY:
		x->policy_name = text;
		break;
	}
	x->dry_run |= key == 'n';
	x->all |= key == ALL;
	x->recommended |= key == RECOMMENDED;
	s->drafts |= key == DRAFTS;
	s->tickets |= key == TICKETS;
	return 0;
}

/* DEVICE ... and, unless --recommended, SOFTWARE VERSION at the end. */
static int
take_arguments(struct planner *x, char *argv[], int count, struct err *e)
{
	struct rollout_selection *s = &x->selection;
	int devices = x->recommended ? count : count - 2, rc = 0;

	if (devices < 0)
		return err_set(e, -EINVAL, "want SOFTWARE VERSION, or --recommended");
	for (int i = 0; rc == 0 && i < devices; i++)
		rc = rollout_select_device(s, argv[i], e);
	if (rc == 0 && !x->recommended)
		rc = take_text(s->software, sizeof(s->software), argv[devices], e);
	if (rc == 0 && !x->recommended)
		rc = take_text(s->version, sizeof(s->version), argv[devices + 1], e);
	if (rc == 0 && x->recommended && s->unit[0] != '\0')
		rc = err_set(e, -EINVAL, "--unit goes with SOFTWARE VERSION");
	if (rc == 0 && !x->all && !rollout_select_narrows(s))
		rc = err_set(e, -EINVAL, "say which devices: a condition, names, or --all");
	if (rc == 0 && x->all && rollout_select_narrows(s))
		rc = err_set(e, -EINVAL, "--all, and a condition or names: one of both");
	return rc == 0 ? rollout_select_text(s, x->selection_text, e) : rc;
}

/* --- the policy -------------------------------------------------------------------------- */

/* The policy of imgadm.conf, then --set; windows of --set instead of its own. */
static int
make_policy(struct planner *x, struct err *e)
{
	const char *name = x->policy_name != NULL ? x->policy_name : "default";
	const char *text = conf_rollout(x->cli->cli.conf, name), *line;
	struct buf all;
	int rc = 0;

	if (text == NULL && x->policy_name != NULL)
		return err_set(e, -EINVAL, "imgadm.conf has no line `rollout %s ...'", name);
	buf_init(&all, 2 * ROLLOUT_POLICY_MAX);
	for (line = text != NULL ? text : ""; *line != '\0'; line += strcspn(line, "\n") + 1)
		if (!x->set_window || strncmp(line, "window ", 7) != 0)
			(void)buf_printf(&all, "%.*s\n", (int)strcspn(line, "\n"), line);
	rc = all.error != 0 ? err_set(e, -EINVAL, "the policy is too long") :
		rollout_policy_parse(buf_text(&all), &x->policy, e);
	if (rc < 0) {
		err_prefix(e, "imgadm.conf, rollout %s", name);
	} else {
		(void)buf_add_text(&all, buf_text(&x->set));
		rc = all.error != 0 ? err_set(e, -EINVAL, "the policy is too long") :
			rollout_policy_parse(buf_text(&all), &x->policy, e);
		if (rc < 0)
			err_prefix(e, "--set");
	}
	buf_release(&all);
	return rc < 0 ? -EINVAL : 0;
}

/* --- told ------------------------------------------------------------------------------- */

static void
say_left(struct buf *b, const struct rollout_made *m)
{
	size_t out = m->left_count - m->done_count, n = 0;
	char name[4 * STORE_NAME_MAX + 1], why[4 * ERR_TEXT_SIZE];

	if (out > 0)
		(void)buf_printf(b, "left out, %zu:\n", out);
	for (size_t i = 0; i < m->left_count; i++) {
		const struct rollout_left *l = &m->left[i];

		if (l->done || n++ >= PLANNERS_LEFT_SHOWN)
			continue;
		(void)text_escape(name, sizeof(name), l->name);
		(void)text_escape(why, sizeof(why), l->why);
		(void)buf_printf(b, "  %s: %s\n", name, why);
	}
	if (n > PLANNERS_LEFT_SHOWN)
		(void)buf_printf(b, "  and %zu more: --json shows them\n", n - PLANNERS_LEFT_SHOWN);
}

static void
say_made(struct buf *b, const struct planner *x)
{
	const struct rollout_made *m = &x->made;

	(void)buf_printf(b, "%s\n%zu device%s: %zu to change, %zu with nothing to do, %zu left "
		"out\n", x->selection_text, x->gathered.count, x->gathered.count == 1 ? "" : "s",
		m->member_count, m->done_count, m->left_count - m->done_count);
	say_left(b, m);
	if (m->member_count == 0)
		return;
	rollout_say_plan(b, &m->plan);
	if (m->missing != NULL)
		(void)buf_printf(b, "not in the library of images: %s\n", m->missing);
	(void)buf_add_text(b, "policy:\n");
	rollout_say_policy(b, &x->policy);
	(void)buf_printf(b, "  approval %s\n", rollout_approval_name(x->policy.approval));
}

static json_t *
left_json(const struct rollout_made *m, bool done)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->left_count; i++)
		if (m->left[i].done == done)
			(void)json_array_append_new(list, done ? json_string(m->left[i].name) :
				json_pack("{ss ss}", "device", m->left[i].name, "why",
				m->left[i].why));
	return list;
}

static int
print_json(const struct planner *x, struct err *e)
{
	const struct rollout_made *m = &x->made;
	json_t *all = m->member_count > 0 ? rollout_json(&m->rollout) :
		json_pack("{ss sn}", "selection", x->selection_text, "rollout");
	int rc;

	(void)json_object_update_new(all, json_pack("{sb si si so so so so so}",
		"kept", (int)(m->member_count > 0 && (m->there || !x->dry_run)),
		"waves", (int)m->waves, "asked", (int)m->asked,
		"recipes", rollout_json_recipes(&m->plan), "members", rollout_json_members(&m->plan),
		"nothingToDo", left_json(m, true), "leftOut", left_json(m, false),
		"missing", m->missing != NULL ? json_string(m->missing) : json_null()));
	rc = jsonout_print(stdout, all, e);
	json_decref(all);
	return rc;
}

static int
tell(const struct planner *x, struct err *e)
{
	const struct rollout_made *m = &x->made;
	char hash[ROLLOUT_HEX_SIZE];
	struct buf b;

	if (x->cli->cli.format == LISTING_JSON)
		return print_json(x, e);
	buf_init(&b, ROLLOUT_SAY_MAX);
	say_made(&b, x);
	rollout_say_hex(m->rollout.hash, hash);
	if (m->member_count > 0)
		(void)buf_printf(&b, "rollout %s\nplan %s\n", m->rollout.id, hash);
	(void)fputs(buf_text(&b), stdout);
	if (m->member_count == 0)
		(void)puts("nothing is planned");
	else if (x->dry_run && !m->there)
		(void)puts("a dry run: nothing was kept");
	else if (m->rollout.state == ROLLOUT_PLANNED)
		(void)printf("%s; imgadm-update approve %.12s approves it\n",
			m->there ? "it is kept already" : "kept", hash);
	else
		(void)printf("it is %s\n", rollout_name(ROLLOUT_NAME_STATE,
			(int)m->rollout.state));
	buf_release(&b);
	return 0;
}

/* --- kept ------------------------------------------------------------------------------- */

/* The policy approves it itself, where it says auto and every step has a way back. */
static int
approve_by_policy(struct planner *x, struct err *e)
{
	struct rollout_made *m = &x->made;
	struct audit_entry audit = { .what = "approve", .who = "policy", .has_plan = true,
		.before = "planned", .after = "approved", .at_utc_s = m->rollout.planned };
	struct store_approval a = { .by = "policy", .at = m->rollout.planned, .audit = &audit };
	struct rollout after = m->rollout;
	struct rollout_member *members = calloc(m->member_count + 1, sizeof(*members));
	int rc;

	if (members == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan");
	memcpy(members, m->members, m->member_count * sizeof(*members));
	rc = rollout_approve(&m->plan, &x->policy, m->rollout.hash, NULL, a.at, &after, members, e);
	free(members);
	if (rc == -EPERM) {
		log_warning("%s waits for a person: %s", m->rollout.id, e->text);
		return 0;
	}
	if (rc < 0)
		return rc;
	(void)text_copy(audit.rollout, sizeof(audit.rollout), m->rollout.id);
	memcpy(audit.plan, m->rollout.hash, sizeof(audit.plan));
	memcpy(a.hash, m->rollout.hash, sizeof(a.hash));
	return store_rollout_approve(x->store, &a, &m->rollout, e);
}

static int
keep(struct planner *x, struct err *e)
{
	struct rollout_made *m = &x->made;
	int rc;

	if (m->missing != NULL)
		return err_set(e, -ENOENT, "the library has no image of %s: imgadm-update image "
			"import IMAGE keeps one", m->missing);
	rc = m->there ? 0 : rollout_made_put(x->store, m, e);
	if (rc == 0 && m->rollout.state == ROLLOUT_PLANNED &&
	    x->policy.approval == ROLLOUT_APPROVAL_AUTO)
		rc = approve_by_policy(x, e);
	if (rc == 0)
		cli_audit_flush_warn(x->store, x->db);
	return rc;
}

/* --- the command ------------------------------------------------------------------------ */

static int
make(struct planner *x, struct err *e)
{
	struct rollout_ask ask = { .store = x->store, .db = x->db, .selection = &x->selection,
		.selection_text = x->selection_text, .gathered = &x->gathered,
		.policy = &x->policy, .now = clock_utc_s(clock_system()) };
	char by[ROLLOUT_PERSON_MAX + 1];
	struct inforce *in = NULL;
	int rc = inforce_load(x->store, x->cli->cli.conf, ask.now, &in, e);

	cli_user(by, sizeof(by));
	ask.by = by;
	if (rc == 0)
		rc = rollout_gather(x->store, inforce_set(in), &x->selection, &x->gathered, e);
	inforce_free(in);
	if (rc == 0)
		rc = store_catalogue_set_digest(x->store, ask.set_digest, e);
	return rc < 0 ? rc : rollout_make(&ask, &x->made, e);
}

static int
run(struct planner *x)
{
	struct err e = { 0 }, told = { 0 };
	bool left;
	int status, rc;

	rc = cli_conf(&x->cli->cli, &e);
	if (rc == 0)
		rc = make_policy(x, &e);
	if (rc < 0)
		return cli_error(&e, -EINVAL);
	x->db = conf_db(x->cli->cli.conf, x->cli->cli.db);
	update_plan_judge(x->db);
	status = cli_open(&x->cli->cli, x->dry_run ? STORE_READ : STORE_TOLD, &x->store);
	if (status != EXIT_DONE)
		return status;
	rc = make(x, &e);
	if (rc < 0) {
		status = cli_error(&e, rc);
		return rc == -ESTALE ? EXIT_SOME_FAILED : status;
	}
	if (!x->dry_run && x->made.member_count > 0)
		rc = keep(x, &e);
	/* What was made of it is told also where it is not kept. */
	if (rc == 0 || rc == -ENOENT)
		(void)tell(x, &told);
	if (rc < 0)
		return cli_error(&e, rc);
	left = x->made.left_count > x->made.done_count;
	return left ? EXIT_SOME_FAILED : EXIT_DONE;
}

int
update_rollout_plan(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ ALL, "all", NULL, "every device of the fleet" },
		CLI_OPTION_DB,
		{ DRAFTS, "drafts", NULL, "releases in state draft, too" },
		{ 'n', "dry-run", NULL, "print the plan and its hash, and keep nothing" },
		CLI_OPTION_JSON,
		{ LIST, "list", "FILE", "devices by name, a line each; - is the standard input" },
		{ MODEL, "model", "PATTERN", "devices of this model: * and ?" },
		{ POLICY, "policy", "NAME", "how carefully: a rollout line of imgadm.conf" },
		{ RECOMMENDED, "recommended", NULL, "what the judge recommends, not a release" },
		{ RUNNING, "running", "SOFTWARE[:MIN[-MAX]]", "that run it, by sequence" },
		{ SET, "set", "KEY=VALUE", "over the policy: soak=1d, waves=\"5 10% rest\"" },
		{ SITE, "site", "NAME", "devices of this site" },
		{ TICKETS, "tickets", NULL, "below a unit's floor, by tickets" },
		{ TROUBLE, "trouble", "RULE", "that have an open trouble of this rule" },
		{ UNIT, "unit", "SYMBOL", "the unit that takes it, where several could" },
		{ UNIT_TYPE, "unit-type", "TYPE[/REV]", "that have a unit of this type" },
		{ VERDICT, "verdict", "VERDICT", "that are judged so: incompatible" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update plan",
		.usage = "[options] [DEVICE ...] SOFTWARE VERSION | --recommended [DEVICE ...]",
		.summary = "Plan a rollout: who gets what, in which waves; to be approved by its hash.",
		.rows = rows,
	};
	struct planner x = { .cli = user };
	struct options_pass p;
	struct err e = { 0 };
	int key, status = EXIT_USAGE, rc = 0;

	buf_init(&x.set, ROLLOUT_POLICY_MAX);
	options_begin(&p, &options, argc, argv);
	while (rc == 0 && (key = update_cli_option(x.cli, &p, 0, -1, &status)) > 0) {
		rc = take_option(&x, key, p.argument, &e);
		if (rc < 0)
			status = cli_error(&e, -EINVAL);
	}
	if (rc == 0 && key == 0) {
		rc = take_arguments(&x, argv + p.index, argc - p.index, &e);
		status = rc < 0 ? cli_error(&e, -EINVAL) : run(&x);
	}
	rollout_made_release(&x.made);
	rollout_gathered_release(&x.gathered);
	rollout_selection_release(&x.selection);
	buf_release(&x.set);
	store_close(x.store);
	return status;
}

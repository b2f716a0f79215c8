/* imgadm-update audit: who did what and why; and whether the log still says what it said. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/cli/cli_audit.h"
#include "lib/out/jsonout.h"
#include "updater/update_cli.h"

enum { HEAD = UPDATE_KEY_OWN, ROLLOUT, VERIFY, PATH_SIZE = 4096, HEADS_MAX = 16 };

struct auditor {
	struct update_cli *cli;
	char path[PATH_SIZE];
	const char *rollout;	/* --rollout, or NULL */
	bool verify;
	struct audit_head heads[HEADS_MAX];
	size_t head_count;
};

/* --- listed --------------------------------------------------------------------------- */

static void
list_entry(struct listing *l, const struct audit_entry *en)
{
	char plan[2 * AUDIT_PLAN_SIZE + 1];

	text_hex(plan, sizeof(plan), en->plan, sizeof(en->plan));
	listing_number(l, en->number);
	listing_number(l, en->at_utc_s);
	listing_text(l, en->who);
	listing_text(l, en->what);
	listing_text(l, en->rollout[0] != '\0' ? en->rollout : NULL);
	listing_text(l, en->device[0] != '\0' ? en->device : NULL);
	if (en->trouble != 0)
		listing_number(l, en->trouble);
	else
		listing_none(l);
	listing_text(l, en->before[0] != '\0' ? en->before : NULL);
	listing_text(l, en->after[0] != '\0' ? en->after : NULL);
	listing_text(l, en->why[0] != '\0' ? en->why : NULL);
	listing_text(l, en->has_plan ? plan : NULL);
	listing_row(l);
}

static int
list(const struct auditor *x)
{
	static const struct listing_column columns[] = {
		{ "N", "number", LISTING_NUMBER, LISTING_EVERYWHERE },
		{ "WHEN", "when", LISTING_TIME, LISTING_EVERYWHERE },
		{ "WHO", "who", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "WHAT", "what", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "ROLLOUT", "rollout", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "TROUBLE", "trouble", LISTING_NUMBER, LISTING_EVERYWHERE },
		{ "BEFORE", "before", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "AFTER", "after", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "WHY", "why", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "", "plan", LISTING_TEXT, LISTING_DATA_ONLY },
	};
	struct listing *l = cli_listing(&x->cli->cli, columns,
		sizeof(columns) / sizeof(columns[0]));
	struct audit_reader *r = NULL;
	struct audit_entry en;
	struct err e = { 0 };
	int rc;

	if (l == NULL)
		return EXIT_STORAGE;
	rc = audit_reader_open(x->path, &r, &e);
	while (rc >= 0 && r != NULL && (rc = audit_reader_next(r, &en, &e)) == 1)
		if (x->rollout == NULL || strcmp(x->rollout, en.rollout) == 0)
			list_entry(l, &en);
	audit_reader_close(r);
	if (rc == -EBADMSG)
		log_error("imgadm-update audit --verify says what is wrong with %s", x->path);
	return cli_listed(&x->cli->cli, l, rc == -ENOENT ? 0 : rc, &e,
		"the audit has no entry so far");
}

/* --- verified ------------------------------------------------------------------------ */

static int
verify_json(const struct audit_verdict *v, const char *words, struct err *e)
{
	char head[AUDIT_HEAD_TEXT_SIZE];
	json_t *all;
	int rc;

	audit_head_text(&v->head, head);
	all = json_pack("{ss sI sI sI sI ss sI sI so}", "finding", audit_finding_name(v->first),
		"entry", (json_int_t)v->first_number, "offset", (json_int_t)v->first_offset,
		"later", (json_int_t)v->later, "entries", (json_int_t)v->entries, "head", head,
		"unacknowledged", (json_int_t)v->unacknowledged, "torn", (json_int_t)v->torn,
		"text", words[0] != '\0' ? json_string(words) : json_null());
	rc = jsonout_print(stdout, all, e);
	json_decref(all);
	return rc;
}

static int
verify(const struct auditor *x)
{
	struct audit_verdict v = { 0 };
	char head[AUDIT_HEAD_TEXT_SIZE];
	struct err e = { 0 }, out = { 0 };
	int rc = audit_verify(x->path, x->heads, x->head_count, &v, &e);

	if (rc < 0)
		return cli_error(&e, rc);
	if (x->cli->cli.format == LISTING_JSON && verify_json(&v, v.first == AUDIT_INTACT ? "" :
	    e.text, &out) < 0)
		return cli_error(&out, -EIO);
	if (v.first != AUDIT_INTACT) {
		log_error("%s: %s: %s", x->path, audit_finding_name(v.first), e.text);
		if (v.later > 0)
			log_error("%s: and %" PRId64 " more behind it, which may be its "
				"consequence", x->path, v.later);
		return EXIT_SOME_FAILED;
	}
	audit_head_text(&v.head, head);
	if (x->cli->cli.format == LISTING_TABLE)
		(void)printf("intact: %" PRId64 " entr%s, head %s\n", v.entries,
			v.entries == 1 ? "y" : "ies", head);
	return EXIT_DONE;
}

/* --- the command --------------------------------------------------------------------------- */

/* What waits in a store that can be written is in the log first. */
static void
flush(struct auditor *x, const char *db)
{
	struct store *s = NULL;
	struct err e;

	if (store_open(db, STORE_READ, &s, &e) < 0)
		return;	/* no store, or none of ours: the log may be there all the same */
	store_close(s);
	if (cli_open(&x->cli->cli, STORE_TOLD, &s) == EXIT_DONE)
		cli_audit_flush_warn(s, db);
	store_close(s);
}

int
update_audit(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_CSV, CLI_OPTION_DB,
		{ HEAD, "head", "NUMBER:HASH", "with --verify: the log has to go on from there" },
		CLI_OPTION_JSON,
		{ ROLLOUT, "rollout", "ROLLOUT", "what is about this rollout only" },
		{ VERIFY, "verify", NULL, "say whether the log was changed, cut or rewritten" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update audit",
		.usage = "[options]",
		.summary = "Who planned, approved, stopped what, and why; or whether the log is whole.",
		.rows = rows,
	};
	struct auditor x = { .cli = user };
	struct options_pass p;
	struct err e = { 0 };
	const char *db;
	int key, status;

	options_begin(&p, &options, argc, argv);
	while ((key = update_cli_option(x.cli, &p, 0, 0, &status)) > 0) {
		x.verify |= key == VERIFY;
		if (key == ROLLOUT)
			x.rollout = p.argument;
		if (key == HEAD && (x.head_count == HEADS_MAX ||
		    audit_head_parse(p.argument, &x.heads[x.head_count++], &e) < 0)) {
			log_error("--head '%.120s': want NUMBER:HASH, as syslog has it, at most %d",
				p.argument, HEADS_MAX);
			return EXIT_USAGE;
		}
	}
	if (key != 0)
		return status;
	if ((x.head_count > 0 && !x.verify) || (x.verify && x.rollout != NULL)) {
		log_error(x.verify ? "--verify is of the whole log" : "--head goes with --verify");
		return EXIT_USAGE;
	}
	if (cli_conf(&x.cli->cli, &e) < 0)
		return cli_error(&e, -EINVAL);
	db = conf_db(x.cli->cli.conf, x.cli->cli.db);
	if (cli_audit_path(db, x.path, sizeof(x.path), &e) < 0)
		return cli_error(&e, -EINVAL);
	if (!x.verify)
		flush(&x, db);
	return x.verify ? verify(&x) : list(&x);
}

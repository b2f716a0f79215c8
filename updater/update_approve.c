/* imgadm-update approve: a plan is approved by its hash, by the Unix user who says so. */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/cli/cli_audit.h"
#include "lib/inforce/inforce.h"
#include "updater/rollout_load.h"
#include "updater/rollout_person.h"
#include "updater/rollout_say.h"
#include "updater/update_cli.h"

enum { PREFIX_MIN = 8 };

static bool
is_prefix(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return len >= PREFIX_MIN && len < ROLLOUT_HEX_SIZE;
}

/* Whether the rollout's plan is the one that is meant. */
static bool
is_meant(const struct rollout *r, const char *prefix)
{
	char hex[ROLLOUT_HEX_SIZE];

	rollout_say_hex(r->hash, hex);
	for (size_t i = 0; prefix[i] != '\0'; i++)
		if (tolower((unsigned char)prefix[i]) != hex[i])
			return false;
	return true;
}

/* The one plan whose hash begins so; of equal hashes the newest. */
static int
find(struct store *s, const char *prefix, struct store_rollout *ret, struct err *e)
{
	struct store_rollout *list = NULL;
	const struct store_rollout *found = NULL;
	size_t count = 0;
	int rc = store_rollout_list(s, false, &list, &count, e);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!is_meant(&list[i].rollout, prefix))
			continue;
		if (found != NULL && memcmp(found->rollout.hash, list[i].rollout.hash,
		    ROLLOUT_DIGEST_SIZE) != 0)
			rc = err_set(e, -EINVAL, "%s begins the hash of several plans: give more "
				"of it", prefix);
		if (found == NULL || list[i].rollout.planned >= found->rollout.planned)
			found = &list[i];
	}
	if (rc == 0 && found == NULL)
		rc = err_set(e, -ENOENT, "no plan's hash begins with %s; imgadm-update status "
			"--rollouts shows those there are", prefix);
	if (rc == 0)
		*ret = *found;
	free(list);
	return rc;
}

/* The policy and the catalogues let it be approved, by this person. */
static int
check(struct update_cli *cli, struct store *s, const struct store_rollout *r, const char *by,
	utc_s now, struct rollout_loaded *l, struct err *e)
{
	struct inforce *in = NULL;
	struct rollout after;
	const char *why = NULL;
	int rc = rollout_load(s, r->rollout.id, l, e);

	if (rc == 0)
		rc = inforce_load(s, cli->cli.conf, now, &in, e);
	if (rc < 0)
		return rc;
	if (inforce_stale(in, &why))
		rc = err_set(e, -EPERM, "the catalogues in force are stale, nothing is approved on "
			"them: %s", why);
	inforce_free(in);
	after = l->stored.rollout;
	/* The members that come of it are the store's matter. */
	return rc < 0 ? rc : rollout_approve(&l->plan, &l->policy, r->rollout.hash, by, now, &after,
		l->members, e);
}

static int
approve(struct update_cli *cli, struct store *s, const char *prefix, struct err *e)
{
	struct audit_entry audit = cli_audit_entry("approve");
	struct store_approval a = { .by = audit.who, .at = audit.at_utc_s, .audit = &audit };
	struct rollout_loaded l = { 0 };
	struct store_rollout r;
	struct rollout after;
	int rc = find(s, prefix, &r, e);

	if (rc < 0)
		return rc;
	if (r.rollout.state != ROLLOUT_PLANNED)
		return err_set(e, -EALREADY, "rollout %s is %s already", r.rollout.id,
			rollout_name(ROLLOUT_NAME_STATE, (int)r.rollout.state));
	rc = check(cli, s, &r, audit.who, audit.at_utc_s, &l, e);
	a.two_person = l.policy.approval == ROLLOUT_APPROVAL_TWO_PERSON;
	rollout_loaded_release(&l);
	if (rc < 0)
		return rc;
	memcpy(a.hash, r.rollout.hash, sizeof(a.hash));
	memcpy(audit.plan, r.rollout.hash, sizeof(audit.plan));
	audit.has_plan = true;
	(void)text_copy(audit.rollout, sizeof(audit.rollout), r.rollout.id);
	(void)text_copy(audit.before, sizeof(audit.before), "planned");
	(void)text_copy(audit.after, sizeof(audit.after), a.two_person &&
		strcmp(audit.who, r.rollout.by) == 0 ? "planned" : "approved");
	rc = store_rollout_approve(s, &a, &after, e);
	if (rc < 0)
		return rc;
	if (after.state == ROLLOUT_PLANNED)
		return err_set(e, -EPERM, "%s waits: %s planned it, and the policy wants somebody "
			"else to approve it", after.id, after.by);
	(void)printf("%s: approved by %s\n", after.id, audit.who);
	return 0;
}

int
update_approve(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-update approve",
		.usage = "[options] HASH",
		.summary = "Approve the plan of this hash, or of the one that begins so.",
		.rows = rows,
	};
	struct update_cli *cli = user;
	struct options_pass p;
	struct store *s = NULL;
	struct err e = { 0 };
	int status, rc;

	if (update_cli_options(cli, &p, &options, argc, argv, 1, 1, &status) != 0)
		return status;
	if (!is_prefix(argv[p.index])) {
		log_error("'%.80s': want a plan's hash, or at least %d digits of it",
			argv[p.index], PREFIX_MIN);
		return EXIT_USAGE;
	}
	if (cli_conf(&cli->cli, &e) < 0)
		return cli_error(&e, -EINVAL);
	status = cli_open(&cli->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = approve(cli, s, argv[p.index], &e);
	if (rc < 0)
		status = cli_error(&e, rc);
	if (rc == -EPERM || rc == -EALREADY)
		status = EXIT_SOME_FAILED;
	cli_audit_flush_warn(s, conf_db(cli->cli.conf, cli->cli.db));
	store_close(s);
	return status;
}

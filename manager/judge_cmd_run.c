/* imgadm-judge run: one run at a time over the fleet. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "manager/judge_cli.h"
#include "manager/judge_run.h"

enum { ALL = CLI_KEY_OWN, NO_TELL };
/* Another run may be at what is new as well: it is waited for, and looked again. */
enum { LOCK_WAIT_MS = 15000, LOCK_AGAIN_MS = 50 };

struct said {
	bool quiet, shown;
	int64_t last_ms;
};

static void
progress(void *user, uint64_t done, uint64_t of)
{
	struct said *x = user;
	int64_t now_ms = clock_monotonic_ms(clock_system());

	if (x->quiet || isatty(STDERR_FILENO) == 0 || now_ms - x->last_ms < 200)
		return;
	x->last_ms = now_ms;
	x->shown = true;
	(void)fprintf(stderr, "\rjudged %llu of %llu devices ", (unsigned long long)done,
		(unsigned long long)of);
}

static void
clear(struct said *x)
{
	if (x->shown)
		(void)fprintf(stderr, "\r%60s\r", "");
	x->shown = false;
}

static void
say_line(void *user, const char *line)
{
	clear(user);
	log_error("%s", line);
}

/* 0 ours; 1 another's for all the time (and said), negative with e. */
static int
take_lock(const char *db, struct lock **ret, struct err *e)
{
	int64_t begin_ms = clock_monotonic_ms(clock_system());
	size_t size = strlen(db) + sizeof(".judge");
	char *path = malloc(size);
	int rc;

	if (path == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	(void)snprintf(path, size, "%s.judge", db);
	while ((rc = lock_take(path, ret, NULL, e)) == -EBUSY &&
	    clock_monotonic_ms(clock_system()) - begin_ms < LOCK_WAIT_MS)
		(void)poll(NULL, 0, LOCK_AGAIN_MS);
	free(path);
	if (rc != -EBUSY)
		return rc;
	log_warning("%s", e->text);
	return 1;
}

/* --- what it says ---------------------------------------------------------------- */

static void
say_json(const struct judge_run_counts *c)
{
	char why[ERR_TEXT_SIZE * 2];
	size_t n = 0;

	/* One line of numbers; the text has no control characters, but may have quotes. */
	for (const char *p = c->why; *p != '\0' && n + 3 < sizeof(why); p++) {
		if (*p == '"' || *p == '\\')
			why[n++] = '\\';
		why[n++] = *p;
	}
	why[n] = '\0';
	(void)printf("{\"devices\": %llu, \"judgements\": %llu, \"failed\": %llu, "
		"\"compatible\": %llu, \"incompatible\": %llu, \"unknown\": %llu, "
		"\"notApplicable\": %llu, \"advice_added\": %zu, \"advice_renewed\": %zu, "
		"\"advice_removed\": %zu, \"told\": %llu, \"waiting\": %llu, \"ms\": %lld, "
		"\"stale\": %s, \"why\": \"%s\"}\n",
		(unsigned long long)c->devices, (unsigned long long)c->judgements,
		(unsigned long long)c->failed,
		(unsigned long long)c->by_verdict[STORE_COMPATIBLE],
		(unsigned long long)c->by_verdict[STORE_INCOMPATIBLE],
		(unsigned long long)c->by_verdict[STORE_VERDICT_UNKNOWN],
		(unsigned long long)c->by_verdict[STORE_NOT_APPLICABLE],
		c->advice.added, c->advice.renewed, c->advice.removed,
		(unsigned long long)c->told, (unsigned long long)c->waiting, (long long)c->ms,
		c->stale ? "true" : "false", why);
}

static void
say_text(const struct judge_run_counts *c)
{
	const char *lead = ": ";

	if (c->devices == 0) {
		(void)printf("nothing to judge: no device, catalogue or policy changed");
	} else {
		(void)printf("judged %llu device%s (%llu shape%s anew) in %lld.%02lld s",
			(unsigned long long)c->devices, c->devices == 1 ? "" : "s",
			(unsigned long long)c->judgements, c->judgements == 1 ? "" : "s",
			(long long)(c->ms / 1000), (long long)(c->ms % 1000 / 10));
		for (int v = STORE_COMPATIBLE; v <= STORE_NOT_APPLICABLE; v++) {
			if (c->by_verdict[v] == 0)
				continue;
			(void)printf("%s%llu %s", lead, (unsigned long long)c->by_verdict[v],
				store_verdict_name((enum store_verdict)v));
			lead = ", ";
		}
	}
	if (c->advice.added + c->advice.renewed + c->advice.removed > 0)
		(void)printf("; advice: %zu new, %zu renewed, %zu removed", c->advice.added,
			c->advice.renewed, c->advice.removed);
	if (c->told > 0)
		(void)printf("; told %llu device%s", (unsigned long long)c->told,
			c->told == 1 ? "" : "s");
	if (c->waiting > 0)
		(void)printf("; %llu fetch%s it", (unsigned long long)c->waiting,
			c->waiting == 1 ? "es" : "");
	(void)printf("\n");
}

/* --- the command ------------------------------------------------------------------- */

static int
run(struct cli *cli, struct judge_run *r, struct said *x)
{
	struct judge_run_counts c = {0};
	struct err e = {0};
	int rc;

	rc = judge_run(r, &c, &e);
	clear(x);
	if (rc == -ENOENT && r->device != NULL)
		return cli_no_device(r->store, r->device, &e, rc);
	if (rc < 0)
		return cli_error(&e, rc);
	if (c.stale)
		log_warning("the catalogues are stale: %s", c.why);
	if (!x->quiet && cli->format == LISTING_JSON)
		say_json(&c);
	else if (!x->quiet)
		say_text(&c);
	if (fflush(stdout) != 0)
		return EXIT_STORAGE;
	return c.failed > 0 ? EXIT_SOME_FAILED : EXIT_DONE;
}

int
judge_cmd_run(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ ALL, "all", NULL, "judge everything anew, also where nothing changed" },
		{ NO_TELL, "no-tell", NULL, "keep advice as orders, write it to no device" },
		{ 'q', "quiet", NULL, "no progress and no last line, only errors" },
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge run", .usage = "[options] [DEVICE]",
		.summary = "Judge what changed, and advise devices that do not fit.",
		.rows = rows,
	};
	struct said x = {0};
	struct judge_run r = { .tell = true, .progress = progress, .say = say_line, .user = &x };
	struct cli *cli = user;
	struct lock *lock = NULL;
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 0, 1, &status)) > 0) {
		r.all = r.all || rc == ALL;
		r.tell = r.tell && rc != NO_TELL;
		x.quiet = x.quiet || rc == 'q';
	}
	if (rc < 0)
		return status;
	if (p.index < p.argc)
		r.device = p.argv[p.index];
	rc = cli_conf(cli, &e);
	if (rc < 0)
		return cli_error(&e, rc);
	status = cli_open(cli, STORE_TOLD, &r.store);
	if (status != EXIT_DONE)
		return status;
	r.conf = cli->conf;
	rc = take_lock(conf_db(cli->conf, cli->db), &lock, &e);
	if (rc == 0)
		status = run(cli, &r, &x);
	else if (rc < 0)
		status = cli_error(&e, rc);
	lock_release(lock);
	store_close(r.store);
	return status;
}

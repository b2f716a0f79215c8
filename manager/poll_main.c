/* imgadm-poll: command line, configuration, lock. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "lib/snmp/engine.h"
#include "lib/store/store_read.h"
#include "lib/cli/conf_open.h"
#include "manager/poll.h"
#include "manager/poll_acknowledge.h"
#include "manager/poll_judge.h"
#include "manager/poll_say.h"

#define PROGRAM "imgadm-poll"

enum { INTERVAL_S = 300, INTERVAL_MAX_S = 86400 };

enum {
	KEY_DB = OPTIONS_LONG_ONLY, KEY_RRD_DIR, KEY_DEVICE, KEY_INTERVAL, KEY_WINDOW,
	KEY_SILENT_WINDOW, KEY_NO_RRD, KEY_JSON, KEY_SOON,
	KEY_NO_JUDGE,
};

static const struct option_row rows[] = {
	{ KEY_DB, "db", "FILE", "the centre's database" },
	{ KEY_RRD_DIR, "rrd-dir", "DIR", "round robin files" },
	{ KEY_DEVICE, "device", "NAME", "only this device" },
	{ KEY_SOON, "soon", NULL, "only devices that are marked to be polled soon" },
	{ KEY_INTERVAL, "interval", "TIME",
		"how often this is started: 300 (seconds), 5min, 1h" },
	{ KEY_WINDOW, "window", "NUMBER", "devices asked at a time" },
	{ KEY_SILENT_WINDOW, "silent-window", "NUMBER",
		"devices that were silent last time, asked at a time" },
	{ KEY_NO_RRD, "no-rrd", NULL, "store only, write no round robin files" },
	{ KEY_NO_JUDGE, "no-judge", NULL, "do not have judged what changed" },
	{ KEY_JSON, "json", NULL, "the last line as JSON" },
	{ 'q', "quiet", NULL, "no last line and no progress, only errors" },
	{ 'L', "log", "stderr|syslog", "where messages go" },
	SNMP_OPTION_ROWS,
	{ 0 },
};

static const struct options options = {
	.program = PROGRAM,
	.usage = "[options]",
	.summary = "Polls the fleet once: stores what it finds, and updates the graphs.",
	.rows = rows,
};

struct settings {
	const char *db, *rrd_dir, *device;
	int64_t interval_s;	/* 0 = not given */
	uint32_t window, silent_window;
	bool no_rrd, no_judge, json, quiet, soon, acknowledge;
	enum log_target log;
	struct snmp_options snmp;
};

/* What is open during a run; closed in reverse. */
struct run {
	struct conf *conf;
	struct snmp_credential *credential;
	struct lock *lock;
	struct store *store;
	struct rrdfile *rrd;
	struct poll *poll;
	bool judge;		/* what changed is to be judged */
};

/* --- options ------------------------------------------------------------------- */

static int
set_number(int key, struct settings *s, const char *argument, struct err *e)
{
	int rc;

	if (key == KEY_INTERVAL) {
		rc = parse_duration(argument, 1, INTERVAL_MAX_S, &s->interval_s, e);
		if (rc < 0)
			err_prefix(e, "option --interval");
		return rc;
	}
	rc = parse_u32(argument, 1, SNMP_ENGINE_WINDOW_MAX,
		key == KEY_WINDOW ? &s->window : &s->silent_window, e);
	if (rc < 0)
		err_prefix(e, "option --%s", key == KEY_WINDOW ? "window" : "silent-window");
	return rc;
}

static int
set_option(void *user, int key, const char *argument, struct err *e)
{
	struct settings *s = user;

	switch (key) {
	case KEY_DB:
		s->db = argument;
		return 0;
	case KEY_RRD_DIR:
		s->rrd_dir = argument;
		return 0;
	case KEY_DEVICE:
		s->device = argument;
		return 0;
	case KEY_INTERVAL:
	case KEY_WINDOW:
	case KEY_SILENT_WINDOW:
		return set_number(key, s, argument, e);
	case KEY_NO_RRD:
		s->no_rrd = true;
		return 0;
	case KEY_NO_JUDGE:
		s->no_judge = true;
		return 0;
	case KEY_SOON:
		s->soon = true;
		return 0;
	case KEY_JSON:
		s->json = true;
		return 0;
	case 'q':
		s->quiet = true;
		return 0;
	case 'L':
		return options_log(argument, &s->log, e);
	}
	/* argv's own words: not const. */
	if (!snmp_options_take(&s->snmp, key, (char *)(uintptr_t)argument))
		return err_set(e, -EINVAL, "option -%c was given too often", key);
	return 0;
}

/* 0 go on, 1 shown, negative errno with e. */
static int
read_options(struct settings *s, int argc, char *argv[], struct err *e)
{
	int rc = options_each(&options, argc, argv, 0, 0, set_option, s, e);

	if (rc != 0)
		return rc;
	if (s->soon && s->device != NULL)
		return err_set(e, -EINVAL, "--soon and --device do not go together");
	return 0;
}

/* --- configuration ---------------------------------------------------------------- */

static int
read_conf(struct settings *s, struct run *r, struct err *e)
{
	int64_t n;
	int rc;

	rc = conf_open(&r->conf, e);
	if (rc < 0)
		return rc;
	rc = snmp_options_credential(&s->snmp, &r->credential, e);
	if (rc < 0)
		return rc;
	s->db = conf_db(r->conf, s->db);
	s->rrd_dir = conf_rrd_dir(r->conf, s->rrd_dir);
	if (s->interval_s == 0)
		s->interval_s = conf_number(r->conf, "pollInterval", &n) ? n : INTERVAL_S;
	if (conf_number(r->conf, "judge", &n) && n == 0)
		s->no_judge = true;
	s->acknowledge = conf_number(r->conf, "acknowledge", &n) && n != 0;
	if (s->window == 0 && conf_number(r->conf, "window", &n))
		s->window = (uint32_t)n;
	if (s->silent_window == 0 && conf_number(r->conf, "silentWindow", &n))
		s->silent_window = (uint32_t)n;
	return 0;
}

/* --- one run at a time -------------------------------------------------------------- */

/* 0 ours, 1 another run is on (and was told), negative with e. */
static int
take_lock(const struct settings *s, struct run *r, struct err *e)
{
	struct lock_holder holder = {0};
	size_t size = strlen(s->db) + sizeof(".poll");
	char *path = malloc(size);
	int64_t span;
	int rc;

	if (path == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	(void)snprintf(path, size, "%s.poll", s->db);
	rc = lock_take(path, &r->lock, &holder, e);
	free(path);
	if (rc != -EBUSY)
		return rc;
	/* Marks stay; who asked for this asks again. */
	if (s->soon)
		return 1;
	span = clock_utc_s(clock_system()) - holder.since_utc_s;
	if (holder.since_utc_s > 0 && span >= s->interval_s) {
		char took[CLOCK_TEXT_SIZE], interval[CLOCK_TEXT_SIZE];

		clock_text_span(span, took, sizeof(took));
		clock_text_span(s->interval_s, interval, sizeof(interval));
		log_warning("%s; it runs for %s, the interval is %s: "
			"raise the interval or the window", e->text, took, interval);
	} else if (holder.since_utc_s > 0 && span > 0) {
		char runs[CLOCK_TEXT_SIZE];

		clock_text_span(span, runs, sizeof(runs));
		log_warning("%s; it runs for %s", e->text, runs);
	} else {
		log_warning("%s", e->text);
	}
	return 1;
}

/* --- the run --------------------------------------------------------------------------- */

static int
open_all(struct settings *s, struct run *r, struct err *e)
{
	struct poll_options o = {
		.device = s->device,
		.soon = s->soon,
		.acknowledge = s->acknowledge,
		.window = s->window,
		.silent_window = s->silent_window,
		.progress = !s->quiet && s->log == LOG_TO_STDERR && isatty(STDERR_FILENO),
		.credential = r->credential,
		.clock = clock_system(),
	};
	struct rrdfile_options rrd = {
		.dir = s->rrd_dir,
		.interval_s = s->interval_s,
		.daemon = getenv("RRDCACHED_ADDRESS"),
	};
	int rc;

	rc = store_open(s->db, s->acknowledge ? STORE_TOLD : STORE_POLL, &r->store, e);
	if (rc < 0)
		return rc;
	if (!s->no_rrd) {
		rc = rrdfile_open(&rrd, &r->rrd, e);
		if (rc < 0) {
			err_prefix(e, "%s", s->rrd_dir);
			return rc;
		}
	}
	r->poll = poll_new(r->store, r->rrd, r->conf, &o, e);
	return r->poll == NULL ? -ENOMEM : 0;
}

static void
say_too_long(const struct settings *s, const struct poll_counts *c)
{
	char needs[CLOCK_TEXT_SIZE], interval[CLOCK_TEXT_SIZE];

	if (s->device != NULL || s->soon || c->stopped || c->ms <= s->interval_s * 1000)
		return;
	clock_text_span((c->ms + 999) / 1000, needs, sizeof(needs));
	clock_text_span(s->interval_s, interval, sizeof(interval));
	log_warning("the fleet needs %s, the interval is %s: raise the interval or the window",
		needs, interval);
}

/* --device names one that can be asked; who only reports has no address. */
static int
check_device(const struct settings *s, struct run *r, struct err *e)
{
	struct store_targets *targets;
	struct store_target t;
	int rc;

	if (s->device == NULL)
		return 0;
	rc = store_targets_open(r->store, s->device, &targets, e);
	if (rc < 0)
		return rc;
	rc = store_targets_next(targets, &t, e);
	store_targets_close(targets);
	if (rc == 1 && t.address[0] == '\0')
		return err_set(e, -EINVAL, "%s: it has no address to be polled at: it only reports; "
			"imgadm-fleet show %s tells what it said", t.name, t.name);
	return rc < 0 ? rc : 0;
}

/* What is stored for good now; after a signal the next run does it. */
static int
acknowledge(const struct settings *s, struct run *r, utc_s since, struct poll_counts *counts,
	struct err *e)
{
	if (!s->acknowledge || counts->stopped)
		return 0;
	/* Its loop of events ends, for that of the SETs. */
	poll_free(r->poll);
	r->poll = NULL;
	return poll_acknowledge(r->store, r->conf, r->credential, since, counts, e);
}

static enum exit_status
run(struct settings *s, struct run *r, struct err *e)
{
	utc_s since = clock_utc_s(clock_system());
	struct poll_counts counts = {0};
	int rc;

	rc = open_all(s, r, e);
	if (rc == 0)
		rc = check_device(s, r, e);
	if (rc == -EINVAL && s->device != NULL && r->poll != NULL) {
		log_err(e);
		return EXIT_USAGE;
	}
	if (rc == 0)
		rc = poll_run(r->poll, &counts, e);
	if (rc == -ENOENT && s->device != NULL && r->poll != NULL) {
		char near[STORE_NAME_MAX + 1];

		if (store_device_nearest(r->store, s->device, near, sizeof(near)))
			log_error("%s; did you mean '%s'?", e->text, near);
		else
			log_err(e);
		return EXIT_USAGE;
	}
	if (rc == 0)
		rc = acknowledge(s, r, since, &counts, e);
	r->judge = rc == 0 && !s->no_judge && !counts.stopped && counts.devices > 0;
	if (rc < 0) {
		log_error("%s%s", e->text, counts.polled == 0 ? "" :
			"; what was not stored is polled again by the next run");
		return EXIT_STORAGE;
	}
	if (counts.devices == 0 && s->soon)
		return EXIT_DONE;
	if (counts.devices == 0)
		log_notice("no devices yet: imgadm-fleet add NAME ADDRESS, "
			"or imgadm-fleet discover CIDR");
	if (counts.stopped)
		log_notice("stopped by a signal; what was polled is stored");
	say_too_long(s, &counts);
	if (!s->quiet)
		poll_say_summary(&counts, s->json);
	if (fflush(stdout) != 0 || counts.graphs_failed > 0)
		return EXIT_STORAGE;
	return counts.silent + counts.failed > 0 ? EXIT_SOME_FAILED : EXIT_DONE;
}

static void
close_all(struct run *r)
{
	poll_free(r->poll);
	rrdfile_close(r->rrd);
	store_close(r->store);
	lock_release(r->lock);
	snmp_credential_free(r->credential);
	conf_free(r->conf);
}

int
main(int argc, char *argv[])
{
	struct settings s = {0};
	struct run r = {0};
	struct err e = {0};
	enum exit_status status;
	int rc;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	rc = read_options(&s, argc, argv, &e);
	if (rc == 1)
		return EXIT_DONE;
	if (rc < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	log_open(PROGRAM, LOG_LEVEL_NOTICE, s.log);
	/* rrdcached may go away while we write to it. */
	(void)signal(SIGPIPE, SIG_IGN);
	rc = read_conf(&s, &r, &e);
	if (rc < 0) {
		log_err(&e);
		status = rc == -ENOMEM ? EXIT_STORAGE : EXIT_USAGE;
		goto out;
	}
	rc = take_lock(&s, &r, &e);
	if (rc == 1) {
		status = EXIT_DONE;
	} else if (rc < 0) {
		log_err(&e);
		status = EXIT_STORAGE;
	} else {
		status = run(&s, &r, &e);
		/* Signals are as they were, and the next poll need not wait for it. */
		poll_free(r.poll);
		r.poll = NULL;
		lock_release(r.lock);
		r.lock = NULL;
		if (r.judge)
			poll_judge(r.store, s.db);
	}
out:
	close_all(&r);
	return (int)status;
}

/* imgadm-centerd: command line, configuration, one at a time. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/beside.h"
#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/text.h"
#include "manager/center.h"
#include "manager/center_net.h"
#include "lib/cli/conf_open.h"

#define PROGRAM "imgadm-centerd"

enum { INTERVAL_S = 300, PATH_SIZE = 4096 };

enum {
	KEY_DB = OPTIONS_LONG_ONLY, KEY_RRD_DIR, KEY_NO_RRD, KEY_LISTEN, KEY_FORWARD, KEY_POLL,
	KEY_NO_POLL, KEY_JUDGE, KEY_NO_JUDGE, KEY_ENGINE, KEY_JSON,
};

static const struct option_row rows[] = {
	{ KEY_DB, "db", "FILE", "the centre's database" },
	{ KEY_RRD_DIR, "rrd-dir", "DIR", "round robin files" },
	{ KEY_NO_RRD, "no-rrd", NULL, "store only, write no round robin files" },
	{ KEY_LISTEN, "listen", "ADDRESS",
		"where to listen, may be given several times: udp:162, udp6:[::1]:1162" },
	{ KEY_FORWARD, "forward", "ADDRESS", "send copies of what is heard there" },
	{ KEY_POLL, "poll", "PROGRAM", "imgadm-poll, for devices to be polled soon" },
	{ KEY_NO_POLL, "no-poll", NULL, "start no polls" },
	{ KEY_JUDGE, "judge", "PROGRAM", "imgadm-judge, for structures that came" },
	{ KEY_NO_JUDGE, "no-judge", NULL, "start no judge" },
	{ KEY_ENGINE, "engine", "show", "print the engine's id and boots, and end" },
	{ KEY_JSON, "json", NULL, "with --engine show: as JSON" },
	{ 'L', "log", "stderr|syslog", "where messages go" },
	{ 0 },
};

static const struct options options = {
	.program = PROGRAM,
	.usage = "[options]",
	.summary = "Receives what devices report, and answers what they ask.",
	.rows = rows,
};

struct settings {
	const char *db, *rrd_dir;	/* options, then where they are */
	const char *forward, *poll, *judge;
	const char *listen[CENTER_NET_SOCKETS_MAX];
	size_t listen_count;
	bool no_rrd, no_poll, no_judge, engine_show, json;
	enum log_target log;
	char poll_path[PATH_SIZE], judge_path[PATH_SIZE];
};

/* What is open; closed in reverse. */
struct run {
	struct settings *settings;
	struct conf *conf;
	struct lock *lock;
	struct store *store;
	struct rrdfile *rrd;
	struct center *center;
};

/* --- options -------------------------------------------------------------------- */

static int
set_listen(struct settings *s, const char *address, struct err *e)
{
	if (s->listen_count == CENTER_NET_SOCKETS_MAX)
		return err_set(e, -EINVAL, "option --listen: at most %d", CENTER_NET_SOCKETS_MAX);
	s->listen[s->listen_count++] = address;
	return 0;
}

static int
set_option(void *user, int key, const char *argument, struct err *e)
{
	struct settings *s = user;
	switch (key) {
	case KEY_DB:
		s->db = argument;
		break;
	case KEY_RRD_DIR:
		s->rrd_dir = argument;
		break;
	case KEY_NO_RRD:
		s->no_rrd = true;
		break;
	case KEY_LISTEN:
		return set_listen(s, argument, e);
	case KEY_FORWARD:
		s->forward = argument;
		break;
	case KEY_POLL:
		s->poll = argument;
		break;
	case KEY_NO_POLL:
		s->no_poll = true;
		break;
	case KEY_JUDGE:
		s->judge = argument;
		break;
	case KEY_NO_JUDGE:
		s->no_judge = true;
		break;
	case KEY_ENGINE:
		if (strcmp(argument, "show") != 0)
			return err_set(e, -EINVAL, "option --engine: want show");
		s->engine_show = true;
		break;
	case KEY_JSON:
		s->json = true;
		break;
	case 'L':
		return options_log(argument, &s->log, e);
	}
	return 0;
}

/* 0 go on, 1 shown, negative errno with e. */
static int
read_options(struct settings *s, int argc, char *argv[], struct err *e)
{
	int rc = options_each(&options, argc, argv, 0, 0, set_option, s, e);

	if (rc != 0)
		return rc;
	if (s->json && !s->engine_show)
		return err_set(e, -EINVAL, "--json goes with --engine show");
	if (s->poll != NULL && s->no_poll)
		return err_set(e, -EINVAL, "--poll and --no-poll: one of the two");
	if (s->judge != NULL && s->no_judge)
		return err_set(e, -EINVAL, "--judge and --no-judge: one of the two");
	if (s->listen_count == 0)
		s->listen[s->listen_count++] = "udp:162";
	return 0;
}

/* --- where things are ------------------------------------------------------------- */

/* imgadm-poll and imgadm-judge stand beside us. */
static void
find_programs(struct settings *s)
{
	if (s->poll == NULL && !s->no_poll &&
	    beside_path("imgadm-poll", s->poll_path, sizeof(s->poll_path)))
		s->poll = s->poll_path;
	if (s->judge == NULL && !s->no_judge &&
	    beside_path("imgadm-judge", s->judge_path, sizeof(s->judge_path)))
		s->judge = s->judge_path;
}

static int
read_conf(struct run *r, struct err *e)
{
	struct conf *conf;
	int rc = conf_open(&conf, e);

	if (rc == 0) {
		conf_free(r->conf);
		r->conf = conf;
	}
	return rc;
}

static int
reload(void *user, const char **ret_forward, struct err *e)
{
	struct run *r = user;
	int rc = read_conf(r, e);

	if (rc < 0)
		return rc;
	*ret_forward = r->settings->forward != NULL ? r->settings->forward :
	    conf_text(r->conf, "forward");
	return 0;
}

/* --- the run ---------------------------------------------------------------------- */

static int
take_lock(struct run *r, struct err *e)
{
	char path[PATH_SIZE];
	int rc, n = snprintf(path, sizeof(path), "%s.center", r->settings->db);

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(e, -ENAMETOOLONG, "the name of the database is too long");
	rc = lock_take(path, &r->lock, NULL, e);
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

static int
engine_show(const struct run *r, struct err *e)
{
	struct store_engine engine;
	char hex[2 * STORE_ENGINE_ID_MAX + 1];
	int rc = store_engine_get(r->store, &engine, e);

	if (rc < 0)
		return rc;
	text_hex(hex, sizeof(hex), engine.id, engine.id_len);
	if (r->settings->json)
		(void)printf("{\"engineId\": \"%s\", \"boots\": %u}\n", hex, engine.boots);
	else
		(void)printf("engine id  %s\nboots      %u\n", hex, engine.boots);
	return fflush(stdout) == 0 ? 0 : err_set(e, -errno, "cannot print: %s", strerror(errno));
}

static int
open_all(struct run *r, struct err *e)
{
	const struct settings *s = r->settings;
	int64_t interval_s = INTERVAL_S;
	struct center_options o = { .listen = s->listen, .listen_count = s->listen_count,
		.db = s->db, .rrd_dir = s->rrd_dir, .poll = s->no_poll ? NULL : s->poll,
		.judge = s->no_judge ? NULL : s->judge,
		.clock = clock_system(), .reload = reload, .user = r };
	int rc = take_lock(r, e);

	(void)conf_number(r->conf, "pollInterval", &interval_s);
	o.interval_s = interval_s;
	if (rc == 0 && !s->no_rrd) {
		rc = rrdfile_open(&(struct rrdfile_options){ .dir = s->rrd_dir,
			.interval_s = interval_s, .daemon = getenv("RRDCACHED_ADDRESS") },
		    &r->rrd, e);
		if (rc < 0)
			err_prefix(e, "%s", s->rrd_dir);
	}
	/* Before a socket is open: what devices hear of us never comes again. */
	if (rc == 0)
		rc = store_engine_begin(r->store, &o.engine, e);
	if (rc == 0)
		rc = center_new(&o, r->store, r->rrd, &r->center, e);
	return rc;
}

static enum exit_status
run(struct run *r, struct err *e)
{
	int rc = store_open(r->settings->db, STORE_TOLD, &r->store, e);

	if (rc == 0 && r->settings->engine_show)
		rc = engine_show(r, e);
	else if (rc == 0) {
		rc = open_all(r, e);
		if (rc == -EINVAL || rc == -EADDRINUSE || rc == -EADDRNOTAVAIL) {
			log_err(e);
			return EXIT_USAGE;
		}
		if (rc == 0)
			rc = center_run(r->center, e);
	}
	if (rc < 0) {
		log_err(e);
		return EXIT_STORAGE;
	}
	return EXIT_DONE;
}

static void
close_all(struct run *r)
{
	center_free(r->center);
	rrdfile_close(r->rrd);
	store_close(r->store);
	lock_release(r->lock);
	conf_free(r->conf);
}

int
main(int argc, char *argv[])
{
	struct settings s = { 0 };
	struct run r = { .settings = &s };
	struct err e = { 0 };
	enum exit_status status;
	int64_t judge;
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
	rc = read_conf(&r, &e);
	if (rc < 0) {
		log_err(&e);
		status = rc == -ENOMEM ? EXIT_STORAGE : EXIT_USAGE;
	} else {
		s.db = conf_db(r.conf, s.db);
		s.rrd_dir = conf_rrd_dir(r.conf, s.rrd_dir);
		if (s.judge == NULL && conf_number(r.conf, "judge", &judge) && judge == 0)
			s.no_judge = true;
		find_programs(&s);
		status = run(&r, &e);
	}
	close_all(&r);
	return (int)status;
}

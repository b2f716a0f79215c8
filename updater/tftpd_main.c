/* imgadm-tftpd: command line, log, background. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/daemonize.h"
#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/paths.h"
#include "lib/tftp/tftp_rate.h"
#include "updater/tftpd.h"

#define PROGRAM "imgadm-tftpd"

enum { STALL_MOST_S = 3600, RANGE_TEXT = 16 };
#define WRITE_MOST (UINT64_C(1) << 30)

enum {
	KEY_LISTEN = OPTIONS_LONG_ONLY, KEY_ROOT, KEY_WRITE, KEY_OVERWRITE, KEY_WRITE_MOST, KEY_DB,
	KEY_IMAGES, KEY_SINGLE_PORT, KEY_PORT_RANGE, KEY_BLKSIZE, KEY_WINDOWSIZE, KEY_RATE,
	KEY_CLIENTS, KEY_ADDRESS, KEY_TIMEOUT, KEY_NO_SEGMENT, KEY_USER, KEY_PID_FILE,
	KEY_PORT_FILE,
};

static const struct option_row rows[] = {
	{ KEY_LISTEN, "listen", "ADDRESS",
		"where to listen, may be given several times (default [::]:69 and 0.0.0.0:69)" },
	{ KEY_DB, "db", "FILE", "the centre's database, for grants" },
	{ KEY_IMAGES, "images", "DIR", "the images that grants are for" },
	{ KEY_ROOT, "root", "DIR", "serve this folder by name; grants only with --db, then" },
	{ KEY_WRITE, "write", NULL, "take files into the folder of --root" },
	{ KEY_OVERWRITE, "overwrite", NULL, "with --write: also over files that are there" },
	{ KEY_WRITE_MOST, "write-most", "SIZE", "with --write: of a file (default 1GiB)" },
	{ KEY_SINGLE_PORT, "single-port", NULL, "answer from the port that was asked" },
	{ KEY_PORT_RANGE, "port-range", "A-B", "answer from these ports" },
	{ KEY_BLKSIZE, "blksize", "OCTETS", "of a block at most (default 1428)" },
	{ KEY_WINDOWSIZE, "windowsize", "N", "blocks to an acknowledgement at most (default 64)" },
	{ KEY_RATE, "limit-rate", "SIZE|NETWORK=SIZE",
		"octets a second, in all or of a network's clients together" },
	{ KEY_CLIENTS, "limit-clients", "N", "transfers at once (default 4096)" },
	{ KEY_ADDRESS, "limit-address", "N", "transfers at once of one address (default 1024)" },
	{ KEY_TIMEOUT, "timeout", "SPAN", "end a transfer without progress (default 60s)" },
	{ KEY_NO_SEGMENT, "no-segment", NULL, "cut windows ourselves, not in the kernel" },
	{ KEY_USER, "user", "NAME", "go on as this user when all ports are open" },
	{ 'f', "foreground", NULL, "stay in the foreground, log to stderr" },
	{ 'v', "verbose", NULL, "log each transfer" },
	{ 'L', "log", "stderr|syslog", "where messages go" },
	{ KEY_PID_FILE, "pid-file", "FILE",
		"process id and lock: a second daemon with it ends" },
	{ KEY_PORT_FILE, "port-file", "FILE", "write what was bound there, a line each" },
	{ 0 },
};

static const struct options options = {
	.program = PROGRAM,
	.usage = "[options]",
	.summary = "Serves images to devices by TFTP, by grants or from a folder.",
	.rows = rows,
};

struct settings {
	struct tftpd_options tftpd;
	struct tftp_listen listen[TFTP_LISTEN_MAX];
	struct tftp_site_rate sites[TFTP_SERVER_SITES_MAX];
	bool foreground, verbose, log_given, write_most_given;
	enum log_target target;
	const char *pid_file;
};

/* --- options ---------------------------------------------------------------------- */

static int
set_listen(struct settings *s, const char *text, struct err *e)
{
	struct tftp_server_options *o = &s->tftpd.server;

	if (o->listen_count == TFTP_LISTEN_MAX)
		return err_set(e, -EINVAL, "at most %d addresses", TFTP_LISTEN_MAX);
	return tftpd_listen_parse(text, &s->listen[o->listen_count++], e);
}

static int
set_range(struct settings *s, const char *text, struct err *e)
{
	const char *dash = strchr(text, '-');
	char first[RANGE_TEXT];
	uint32_t a, b;

	if (dash == NULL || dash - text >= RANGE_TEXT)
		return err_set(e, -EINVAL, "want two ports, as 6900-6999");
	(void)memcpy(first, text, (size_t)(dash - text));
	first[dash - text] = '\0';
	if (parse_u32(first, 1, UINT16_MAX, &a, e) < 0 ||
	    parse_u32(dash + 1, 1, UINT16_MAX, &b, e) < 0)
		return -EINVAL;
	if (a > b)
		return err_set(e, -EINVAL, "want the lower port first, as %u-%u", b, a);
	s->tftpd.server.port_first = (uint16_t)a;
	s->tftpd.server.port_last = (uint16_t)b;
	return 0;
}

static int
set_rate(struct settings *s, const char *text, struct err *e)
{
	struct tftp_server_options *o = &s->tftpd.server;
	const char *equals = strchr(text, '=');
	struct tftp_site_rate *site = &s->sites[o->site_count];
	char network[PARSE_ADDRESS_SIZE + 8];
	int rc;

	if (equals == NULL)
		return parse_size(text, TFTP_RATE_MIN, TFTP_RATE_MAX, &o->rate, e);
	if (o->site_count == TFTP_SERVER_SITES_MAX)
		return err_set(e, -EINVAL, "at most %d networks", TFTP_SERVER_SITES_MAX);
	if ((size_t)(equals - text) >= sizeof(network))
		return err_set(e, -EINVAL, "want NETWORK=SIZE, as 192.0.2.0/24=1MiB");
	(void)memcpy(network, text, (size_t)(equals - text));
	network[equals - text] = '\0';
	rc = parse_cidr(network, 0, &site->network, e);
	if (rc == 0)
		rc = parse_size(equals + 1, TFTP_RATE_MIN, TFTP_RATE_MAX, &site->rate, e);
	if (rc == 0)
		o->site_count++;
	return rc;
}

static int
set_limit(const char *text, uint32_t least, uint32_t most, uint32_t *ret, struct err *e)
{
	return parse_u32(text, least, most, ret, e);
}

/* Options with a value that is parsed. */
static int
set_parsed(struct settings *s, int key, const char *text, struct err *e)
{
	struct tftp_server_options *o = &s->tftpd.server;
	int64_t span_s = 0;
	uint32_t n = 0;
	int rc;

	switch (key) {
	case KEY_LISTEN:
		return set_listen(s, text, e);
	case KEY_WRITE_MOST:
		s->write_most_given = true;
		return parse_size(text, 1, INT64_MAX, &s->tftpd.folder.write_most, e);
	case KEY_PORT_RANGE:
		return set_range(s, text, e);
	case KEY_BLKSIZE:
		rc = set_limit(text, TFTP_BLOCK_MIN, TFTP_BLOCK_MAX, &n, e);
		o->limits.blksize_max = rc == 0 ? (uint16_t)n : o->limits.blksize_max;
		return rc;
	case KEY_WINDOWSIZE:
		rc = set_limit(text, 1, TFTP_WINDOW_MOST, &n, e);
		o->limits.windowsize_max = rc == 0 ? (uint16_t)n : o->limits.windowsize_max;
		return rc;
	case KEY_RATE:
		return set_rate(s, text, e);
	case KEY_CLIENTS:
		return set_limit(text, 1, TFTP_SERVER_CLIENTS_MAX, &o->clients_most, e);
	case KEY_ADDRESS:
		return set_limit(text, 1, TFTP_SERVER_CLIENTS_MAX, &o->address_most, e);
	case KEY_TIMEOUT:
		rc = parse_duration(text, 1, STALL_MOST_S, &span_s, e);
		o->limits.stall_us = rc == 0 ? span_s * 1000000 : o->limits.stall_us;
		return rc;
	}
	return 0;
}

static const char *
name_of(int key)
{
	const struct option_row *r = rows;

	while (r->key != key && r->key != 0)
		r++;
	return r->name;
}

static int
set_option(void *user, int key, const char *argument, struct err *e)
{
	struct settings *s = user;
	struct tftpd_options *o = &s->tftpd;
	int rc;

	switch (key) {
	case KEY_ROOT:
		o->folder.path = argument;
		return 0;
	case KEY_WRITE:
		o->folder.write = true;
		return 0;
	case KEY_OVERWRITE:
		o->folder.overwrite = true;
		return 0;
	case KEY_DB:
		o->db = argument;
		return 0;
	case KEY_IMAGES:
		o->images = argument;
		return 0;
	case KEY_SINGLE_PORT:
		o->server.single_port = true;
		return 0;
	case KEY_NO_SEGMENT:
		o->server.no_segment = true;
		return 0;
	case KEY_USER:
		o->user = argument;
		return 0;
	case KEY_PID_FILE:
		s->pid_file = argument;
		return 0;
	case KEY_PORT_FILE:
		o->port_file = argument;
		return 0;
	case 'f':
		s->foreground = true;
		return 0;
	case 'v':
		s->verbose = true;
		return 0;
	case 'L':
		s->log_given = true;
		return options_log(argument, &s->target, e);
	}
	rc = set_parsed(s, key, argument, e);
	if (rc < 0)
		err_prefix(e, "option --%s", name_of(key));
	return rc;
}

/* What goes together. */
static int
check(struct settings *s, struct err *e)
{
	struct tftpd_options *o = &s->tftpd;

	if (o->folder.write && o->folder.path == NULL)
		return err_set(e, -EINVAL, "--write goes with --root");
	if ((o->folder.overwrite || s->write_most_given) && !o->folder.write)
		return err_set(e, -EINVAL, "--overwrite and --write-most go with --write");
	if (o->server.single_port && o->server.port_first != 0)
		return err_set(e, -EINVAL, "--single-port and --port-range: one of the two");
	o->grants = o->folder.path == NULL || o->db != NULL;
	if (o->images != NULL && !o->grants)
		return err_set(e, -EINVAL, "--images goes with grants: name --db, too");
	o->db = paths_db(o->db);
	o->images = paths_images(o->images);
	if (o->server.listen_count == 0)
		o->server.listen_count = tftpd_listen_default(s->listen);
	tftpd_listen_settle(s->listen, o->server.listen_count);
	o->server.listen = s->listen;
	o->server.sites = s->sites;
	if (!s->log_given)
		s->target = s->foreground ? LOG_TO_STDERR : LOG_TO_SYSLOG;
	return 0;
}

/* 0 go on, 1 shown, negative errno with e. */
static int
read_options(struct settings *s, int argc, char *argv[], struct err *e)
{
	int rc;

	tftp_server_options_default(&s->tftpd.server);
	s->tftpd.folder.write_most = WRITE_MOST;
	rc = options_each(&options, argc, argv, 0, 0, set_option, s, e);
	return rc != 0 ? rc : check(s, e);
}

/* --- the run ---------------------------------------------------------------------- */

static enum exit_status
status_of(int rc)
{
	if (rc == -EADDRINUSE || rc == -EADDRNOTAVAIL || rc == -EACCES || rc == -EAFNOSUPPORT)
		return EXIT_USAGE;
	return (enum exit_status)err_exit_status(rc);
}

static int
run(const struct settings *s, int ready)
{
	enum log_level most = s->verbose ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE;
	struct tftpd *tftpd = NULL;
	struct lock *lock = NULL;
	struct err e;
	int rc = 0;

	if (s->pid_file != NULL)
		rc = lock_take(s->pid_file, &lock, NULL, &e);
	if (rc == 0)
		rc = tftpd_new(&s->tftpd, &tftpd, &e);
	if (rc == 0 && ready >= 0) {
		rc = daemonize_ready(ready, &e);
		if (rc == 0)
			log_open(PROGRAM, most, s->target);
	}
	if (rc == 0)
		rc = tftpd_run(tftpd, &e);
	if (rc < 0)
		log_err(&e);
	tftpd_free(tftpd);
	lock_release(lock);
	return status_of(rc);
}

int
main(int argc, char *argv[])
{
	static struct settings settings;
	int rc, ready = -1, status;
	struct err e;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	rc = read_options(&settings, argc, argv, &e);
	if (rc > 0)
		return EXIT_DONE;
	if (rc < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (settings.foreground) {
		log_open(PROGRAM, settings.verbose ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE,
			settings.target);
		return run(&settings, -1);
	}
	rc = daemonize_begin(&ready, &status, &e);
	if (rc == 1)
		return status;
	if (rc < 0) {
		log_err(&e);
		return EXIT_STORAGE;
	}
	return run(&settings, ready);
}

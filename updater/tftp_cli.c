#include <config.h>

#include "updater/tftp_cli.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

enum {
	LINGER_MS = 300,	/* the server may not have had our last ACK */
	PROGRESS_MS = 200,
	TIMEOUT_MOST_S = 3600,
	SIGNAL_STATUS = 128,
};

enum { KEY_WINDOWSIZE = OPTIONS_LONG_ONLY, KEY_BLKSIZE, KEY_TIMEOUT };

const struct option_row tftp_cli_rows[] = {
	{ KEY_WINDOWSIZE, "windowsize", "N", "blocks to an ACK (default 16; 1: not asked)" },
	{ KEY_BLKSIZE, "blksize", "OCTETS", "of a block (default 1428; 512: not asked)" },
	{ KEY_TIMEOUT, "timeout", "SPAN", "give up after so long without progress (default 60s)" },
	{ '4', "ipv4", NULL, "only IPv4" },
	{ '6', "ipv6", NULL, "only IPv6" },
	{ 'q', "quiet", NULL, "no progress line" },
	{ 0 },
};

static int
set_number(const char *argument, uint32_t least, uint32_t most, uint16_t *ret, struct err *e)
{
	uint32_t n;
	int rc = parse_u32(argument, least, most, &n, e);

	if (rc == 0)
		*ret = (uint16_t)n;
	return rc;
}

static int
set_option(struct tftp_cli *c, int key, const char *argument, struct err *e)
{
	int64_t span_s;
	int rc = 0;

	switch (key) {
	case KEY_WINDOWSIZE:
		rc = set_number(argument, 1, TFTP_WINDOW_MOST, &c->client.windowsize, e);
		if (rc < 0)
			err_prefix(e, "option --windowsize");
		break;
	case KEY_BLKSIZE:
		rc = set_number(argument, TFTP_BLOCK_MIN, TFTP_BLOCK_MAX, &c->client.blksize, e);
		if (rc < 0)
			err_prefix(e, "option --blksize");
		break;
	case KEY_TIMEOUT:
		rc = parse_duration(argument, 1, TIMEOUT_MOST_S, &span_s, e);
		if (rc < 0)
			err_prefix(e, "option --timeout");
		else
			c->client.limits.stall_us = span_s * 1000000;
		break;
	case '4':
	case '6':
		if (c->client.family != AF_UNSPEC)
			return err_set(e, -EINVAL, "--ipv4 and --ipv6: one of the two, once");
		c->client.family = key == '4' ? AF_INET : AF_INET6;
		break;
	case 'q':
		c->quiet = true;
		break;
	}
	return rc;
}

int
tftp_cli_read(struct tftp_cli *c, const struct options *o, int least, int most, int argc,
	char *argv[], int *ret_status)
{
	struct options_pass pass;
	struct err e;
	int key;

	*c = (struct tftp_cli){ 0 };
	tftp_client_options_default(&c->client);
	options_begin(&pass, o, argc, argv);
	while ((key = options_step(&pass, least, most, ret_status)) > 0)
		if (set_option(c, key, pass.argument, &e) < 0) {
			log_err(&e);
			*ret_status = EXIT_USAGE;
			return 1;
		}
	if (key < 0)
		return 1;
	c->arguments = argv + pass.index;
	c->argument_count = argc - pass.index;
	return 0;
}

/* --- the transfer ---------------------------------------------------------------- */

struct run {
	const struct tftp_cli *cli;
	const struct tftp_cli_file *file;
	struct event_base *base;
	struct tftp_client *client;
	struct event *signals[2], *progress, *linger;
	uint64_t size;		/* 0 = not known */
	int64_t begun_ms;
	bool shown;		/* a progress line stands there */
	bool local;		/* the failure is ours, not the network's */
	int status;
	int rc;
	struct err e;
};

static void
clear_progress(struct run *r)
{
	if (r->shown)
		(void)fprintf(stderr, "\r\033[K");
	r->shown = false;
}

/* Octets, and how many a second. */
static void
on_progress(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;
	uint64_t octets = tftp_client_done(r->client);
	int64_t ms = clock_monotonic_ms(clock_system()) - r->begun_ms;
	char have[TEXT_NUMBER_SIZE], of[TEXT_NUMBER_SIZE], rate[TEXT_NUMBER_SIZE];

	(void)fd;
	(void)what;
	text_grouped_u64(have, sizeof(have), octets);
	text_grouped_u64(of, sizeof(of), r->size);
	text_grouped_u64(rate, sizeof(rate), ms > 0 ? octets * 1000 / 1024 / (uint64_t)ms : 0);
	if (r->size > 0)
		(void)fprintf(stderr, "\r\033[K%s of %s octets, %s KiB/s", have, of, rate);
	else
		(void)fprintf(stderr, "\r\033[K%s octets, %s KiB/s", have, rate);
	r->shown = true;
}

static int
take(void *user, const void *data, size_t len)
{
	struct run *r = user;
	int rc = r->file->take(r->file->user, data, len);

	r->local = r->local || rc < 0;
	return rc;
}

static int
size(void *user, uint64_t octets)
{
	struct run *r = user;
	int rc = r->file->size != NULL ? r->file->size(r->file->user, octets) : 0;

	r->size = octets;
	r->local = r->local || rc < 0;
	return rc;
}

static long
give(void *user, uint64_t offset, void *dst, size_t len)
{
	struct run *r = user;
	long n = r->file->give(r->file->user, offset, dst, len);

	r->local = r->local || n <= 0;
	return n;
}

static void
done(void *user, int rc, const struct err *e)
{
	struct run *r = user;
	struct timeval t = { .tv_usec = LINGER_MS * 1000 };

	clear_progress(r);
	if (r->progress != NULL)
		(void)event_del(r->progress);
	if (rc == 0 && r->file->keep != NULL) {
		rc = r->file->keep(r->file->user, &r->e);
		r->local = rc < 0;
	} else if (rc < 0) {
		r->e = r->local && r->file->e != NULL ? *r->file->e : *e;
	}
	r->rc = rc;
	r->status = rc == 0 ? EXIT_DONE : r->local ? EXIT_STORAGE : EXIT_SOME_FAILED;
	if (rc < 0 || event_add(r->linger, &t) < 0)
		(void)event_base_loopbreak(r->base);
}

static void
gone(void *user)
{
	struct run *r = user;

	(void)event_base_loopbreak(r->base);
}

static void
on_linger(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	gone(arg);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct run *r = arg;

	(void)what;
	clear_progress(r);
	/* While we linger all is well already. */
	if (r->status != EXIT_DONE)
		r->status = SIGNAL_STATUS + (int)number;
	r->rc = -EINTR;
	(void)event_base_loopbreak(r->base);
}

static int
prepare(struct run *r)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	static const struct timeval pace = { .tv_usec = PROGRESS_MS * 1000 };

	r->base = event_base_new();
	if (r->base == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		r->signals[i] = evsignal_new(r->base, numbers[i], on_signal, r);
		if (r->signals[i] == NULL || event_add(r->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	r->linger = event_new(r->base, -1, 0, on_linger, r);
	if (r->linger == NULL)
		return -ENOMEM;
	if (r->cli->quiet || isatty(STDERR_FILENO) != 1)
		return 0;
	r->progress = event_new(r->base, -1, EV_PERSIST, on_progress, r);
	return r->progress != NULL && event_add(r->progress, &pace) == 0 ? 0 : -ENOMEM;
}

static void
release(struct run *r)
{
	tftp_client_free(r->client);
	for (size_t i = 0; i < sizeof(r->signals) / sizeof(r->signals[0]); i++)
		if (r->signals[i] != NULL)
			event_free(r->signals[i]);
	if (r->progress != NULL)
		event_free(r->progress);
	if (r->linger != NULL)
		event_free(r->linger);
	if (r->base != NULL)
		event_base_free(r->base);
}

int
tftp_cli_run(const struct tftp_cli *c, const struct tftp_cli_file *file)
{
	static const struct tftp_client_calls calls = { .take = take, .size = size, .give = give,
		.done = done, .gone = gone };
	struct run r = { .cli = c, .file = file, .status = EXIT_STORAGE, .size = c->client.size,
		.begun_ms = clock_monotonic_ms(clock_system()) };

	r.rc = prepare(&r);
	if (r.rc < 0)
		(void)err_set(&r.e, r.rc, "no memory");
	if (r.rc == 0) {
		r.rc = tftp_client_start(r.base, &c->client, &calls, &r, &r.client, &r.e);
		if (r.rc < 0)
			r.status = r.rc == -EHOSTUNREACH ? EXIT_SOME_FAILED : err_exit_status(r.rc);
	}
	if (r.rc == 0 && event_base_dispatch(r.base) < 0)
		r.rc = err_set(&r.e, -EIO, "the event loop failed");
	if (r.rc < 0 && r.rc != -EINTR)
		log_err(&r.e);
	release(&r);
	return r.status;
}

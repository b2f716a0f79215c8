#include <config.h>

#include "agent-module/install_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"

enum { CHUNK = 64 * 1024, REAP_MS = 10 };

struct run {
	const struct install_child *o;
	struct child *child;
	int out, err;		/* our ends; -1 = closed */
	char line[INSTALL_SAID_MAX + 1];	/* of its stderr, under way */
	size_t line_len;
	char last[INSTALL_SAID_MAX + 1];
	struct install_child_end *end;
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
line_end(struct run *r)
{
	r->line[r->line_len] = '\0';
	if (r->line_len > 0)
		memcpy(r->last, r->line, r->line_len + 1);
	r->line_len = 0;
}

static void
said(struct run *r, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] == '\n')
			line_end(r);
		else if (r->line_len < INSTALL_SAID_MAX)
			r->line[r->line_len++] = data[i];
}

/* What is there on one of its pipes; closed at its end. */
static void
drain(struct run *r, int *fd)
{
	char chunk[CHUNK];
	ssize_t n;

	while (*fd >= 0) {
		n = read(*fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(fd);
			return;
		}
		if (fd == &r->err)
			said(r, chunk, (size_t)n);
		else if (r->o->take != NULL && r->end->rc == 0)
			r->end->rc = r->o->take(r->o->user, chunk, (size_t)n);
		if (r->end->rc != 0)
			return;
	}
}

static void
wait_some(struct run *r, int64_t now_ms)
{
	struct pollfd fds[2] = { { .fd = r->out, .events = POLLIN },
		{ .fd = r->err, .events = POLLIN } };
	int64_t left = child_deadline_ms(r->child) - now_ms;
	int wait = r->out < 0 && r->err < 0 ? REAP_MS : INSTALL_LOOK_MS;

	if (left < wait)
		wait = left < 0 ? 0 : (int)left;
	(void)poll(fds, 2, wait);	/* a signal is looked at by `stop` */
}

static void
to_its_end(struct run *r)
{
	for (;;) {
		int64_t now_ms = clock_monotonic_ms(clock_system());

		if (child_check(r->child, now_ms, &r->end->end) == 1)
			break;
		if (r->end->rc == 0 && r->o->stop != NULL && r->o->stop(r->o->stop_user))
			r->end->rc = -ECANCELED;
		if (r->end->rc != 0)
			return;		/* the caller ends it */
		wait_some(r, now_ms);
		drain(r, &r->out);
		drain(r, &r->err);
	}
	drain(r, &r->out);
	drain(r, &r->err);
	line_end(r);
}

static int
pipe_make(int fds[2], struct err *e)
{
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(e, -errno, "no pipe: %s", strerror(errno));
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	return 0;
}

int
install_child_run(const struct install_child *o, struct install_child_end *ret, struct err *e)
{
	struct install_child_end end = {0};
	struct run r = { .o = o, .out = -1, .err = -1, .end = &end };
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, rc;
	struct child_options options = { .argv = o->argv, .env = o->env, .limit_ms = o->limit_ms,
		.output = &out[1], .errors = &err[1], .third = o->third < 0 ? NULL : &o->third,
		.held = o->held };

	rc = pipe_make(out, e);
	if (rc == 0)
		rc = pipe_make(err, e);
	if (rc == 0)
		rc = child_start(&options, clock_monotonic_ms(clock_system()), &r.child, e);
	close_fd(&out[1]);
	close_fd(&err[1]);
	r.out = out[0];
	r.err = err[0];
	if (rc == 0) {
		to_its_end(&r);
		(void)text_escape(end.said, sizeof(end.said), r.last);
		*ret = end;
	}
	child_free(r.child);
	close_fd(&r.out);
	close_fd(&r.err);
	return rc;
}

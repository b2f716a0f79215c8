#include <config.h>

#include "agent-module/locate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

/* What the child writes; less than a pipe takes at once. */
struct word {
	int code;
	char numeric[SNMP_ADDRESS_MAX];
	struct err err;
};

struct locate {
	pid_t child;
	int fd;
	struct event *readable;
	void (*found)(void *user, const char *numeric, const struct err *e);
	void *user;
	struct word word;
	size_t got;
};

/* The child: nothing of the parent's is used but spec. */
static void
look_up(const char *spec, int fd)
{
	struct snmp_resolve_item item = { .spec = spec };
	struct word word = { 0 };
	int r;

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	r = snmp_resolve(&item, 1, LOCATE_DEADLINE_MS, &word.err);
	word.code = r < 0 ? r : item.code;
	if (r >= 0)
		word.err = item.err;
	memcpy(word.numeric, item.numeric, sizeof(word.numeric));
	_exit(write(fd, &word, sizeof(word)) == (ssize_t)sizeof(word) ? 0 : 1);
}

static void
end_child(struct locate *l)
{
	if (l->child <= 0)
		return;
	(void)kill(l->child, SIGKILL);	/* has said what it had to say */
	while (waitpid(l->child, NULL, 0) < 0 && errno == EINTR)
		;
	l->child = 0;
}

static void
readable(evutil_socket_t fd, short what, void *user)
{
	struct locate *l = user;
	ssize_t n = read(fd, (uint8_t *)&l->word + l->got, sizeof(l->word) - l->got);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		l->got += (size_t)n;
		if (l->got < sizeof(l->word))
			return;
	}
	(void)event_del(l->readable);
	end_child(l);
	if (l->got < sizeof(l->word))
		l->word.code = err_set(&l->word.err, -EIO, "the look-up of a name broke off");
	l->found(l->user, l->word.code == 0 ? l->word.numeric : NULL, &l->word.err);
}

struct locate *
locate_new(struct event_base *base, const char *spec,
	void (*found)(void *user, const char *numeric, const struct err *e), void *user,
	struct err *e)
{
	struct locate *l = calloc(1, sizeof(*l));
	int fds[2] = { -1, -1 };

	if (l == NULL)
		goto fail;
	l->found = found;
	l->user = user;
	l->fd = -1;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		goto fail;
	l->fd = fds[0];
	l->readable = event_new(base, l->fd, EV_READ | EV_PERSIST, readable, l);
	if (l->readable == NULL || event_add(l->readable, NULL) < 0)
		goto fail;
	l->child = fork();
	if (l->child == 0)
		look_up(spec, fds[1]);
	if (l->child < 0)
		goto fail;
	(void)close(fds[1]);
	return l;
fail:
	(void)err_set(e, -EAGAIN, "%s: no memory or no process to look it up", spec);
	if (fds[1] >= 0)
		(void)close(fds[1]);
	locate_free(l);
	return NULL;
}

void
locate_free(struct locate *l)
{
	if (l == NULL)
		return;
	end_child(l);
	if (l->readable != NULL)
		event_free(l->readable);
	if (l->fd >= 0)
		(void)close(l->fd);	/* was only read */
	free(l);
}

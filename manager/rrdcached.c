#include <config.h>

#include "manager/rrdcached.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	HOST_MAX = 256,
	IN_MAX = 8192,
	ERRORS_MAX = 100000,	/* answers to one batch */
};

struct rrdcached {
	int fd;
	char address[HOST_MAX];
	char in[IN_MAX];
	size_t in_start, in_end;
};

static int
connect_err(struct err *e, const char *address, int error)
{
	return err_set(e, -error, "rrdcached at %s: %s; is it running? "
		"(unset RRDCACHED_ADDRESS to write without it)", address,
		strerror(error));
}

static int
try_connect(int family, const struct sockaddr *to, socklen_t len, int *ret_fd)
{
	const struct timeval wait = { .tv_sec = RRDCACHED_WAIT_S };
	int fd, error;

	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0 ||
	    connect(fd, to, len) != 0) {
		error = errno;
		(void)close(fd);
		return error == EINPROGRESS ? -ETIMEDOUT : -error;
	}
	*ret_fd = fd;
	return 0;
}

static int
connect_path(const char *path, const char *address, int *ret_fd, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int r;

	if (len >= sizeof(to.sun_path))
		return err_set(e, -EINVAL, "rrdcached at %s: the path of a socket "
			"has at most %zu octets", address, sizeof(to.sun_path) - 1);
	(void)memcpy(to.sun_path, path, len + 1);
	r = try_connect(AF_UNIX, (const struct sockaddr *)&to, sizeof(to), ret_fd);
	return r < 0 ? connect_err(e, address, -r) : 0;
}

/* Split host:port, [address]:port, host, or an IPv6 address by itself. */
static bool
split_host(const char *address, char host[HOST_MAX], char port[16])
{
	const char *begin = address, *end, *colon;
	int n;

	(void)snprintf(port, 16, "42217");
	if (*address == '[') {
		begin++;
		end = strchr(begin, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else {
		colon = strrchr(address, ':');
		if (colon != NULL && strchr(address, ':') != colon)
			colon = NULL;
		end = colon != NULL ? colon : address + strlen(address);
	}
	if (end == begin || end - begin >= HOST_MAX)
		return false;
	(void)snprintf(host, HOST_MAX, "%.*s", (int)(end - begin), begin);
	if (colon == NULL)
		return true;
	n = snprintf(port, 16, "%s", colon + 1);
	return n > 0 && n < 16;
}

static int
connect_host(const char *address, int *ret_fd, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL, *i;
	char host[HOST_MAX], port[16];
	int r;

	if (!split_host(address, host, port))
		return err_set(e, -EINVAL, "rrdcached at %s: want unix:/path, "
			"/path, host, host:port or [address]:port", address);
	r = getaddrinfo(host, port, &hints, &list);
	if (r != 0)
		return err_set(e, -EINVAL, "rrdcached at %s: %s", address,
			gai_strerror(r));
	r = -ECONNREFUSED;
	for (i = list; i != NULL && r < 0; i = i->ai_next)
		r = try_connect(i->ai_family, i->ai_addr, i->ai_addrlen, ret_fd);
	freeaddrinfo(list);
	return r < 0 ? connect_err(e, address, -r) : 0;
}

int
rrdcached_open(const char *address, struct rrdcached **ret, struct err *e)
{
	struct rrdcached *c;
	int fd = -1, r;

	if (strlen(address) >= HOST_MAX)
		return err_set(e, -EINVAL, "rrdcached: an address has at most %d octets",
			HOST_MAX - 1);
	if (strncasecmp(address, "unix:", 5) == 0)
		r = connect_path(address + 5, address, &fd, e);
	else if (*address == '/')
		r = connect_path(address, address, &fd, e);
	else
		r = connect_host(address, &fd, e);
	if (r < 0)
		return r;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		(void)close(fd);
		return err_set(e, -ENOMEM, "rrdcached: no memory");
	}
	c->fd = fd;
	(void)snprintf(c->address, sizeof(c->address), "%s", address);
	*ret = c;
	return 0;
}

void
rrdcached_close(struct rrdcached *c)
{
	if (c == NULL)
		return;
	if (c->fd >= 0)
		(void)close(c->fd);
	free(c);
}

/* The connection is out of step: nothing more goes over it. */
static int
broken(struct rrdcached *c, int error, struct err *e)
{
	(void)close(c->fd);
	c->fd = -1;
	if (error == EAGAIN || error == EWOULDBLOCK)
		error = ETIMEDOUT;
	return err_set(e, -error, "rrdcached at %s: %s", c->address,
		error == EPROTO ? "an answer it should not give" : strerror(error));
}

static int
send_all(struct rrdcached *c, const char *data, size_t size, int flags, struct err *e)
{
	ssize_t n;

	if (c->fd < 0)
		return err_set(e, -ENOTCONN, "rrdcached at %s: the connection is lost",
			c->address);
	while (size > 0) {
		n = send(c->fd, data, size, MSG_NOSIGNAL | flags);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return broken(c, errno, e);
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The next line, without its line feed; cut at size. */
static int
read_line(struct rrdcached *c, char *ret, size_t size, struct err *e)
{
	size_t len = 0;
	ssize_t n;
	char ch;

	if (c->fd < 0)
		return err_set(e, -ENOTCONN, "rrdcached at %s: the connection is lost",
			c->address);
	for (;;) {
		if (c->in_start == c->in_end) {
			n = recv(c->fd, c->in, sizeof(c->in), 0);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				return broken(c, n < 0 ? errno : ECONNRESET, e);
			c->in_start = 0;
			c->in_end = (size_t)n;
		}
		ch = c->in[c->in_start++];
		if (ch == '\n')
			break;
		if (len + 1 < size)
			ret[len++] = ch;
	}
	ret[len] = '\0';
	return 0;
}

/* An answer's first line: its number, and the text behind it. */
static int
read_status(struct rrdcached *c, long *ret_status, char *ret_text, size_t size,
	struct err *e)
{
	char line[512], *end;
	long status;
	int r;

	r = read_line(c, line, sizeof(line), e);
	if (r < 0)
		return r;
	status = strtol(line, &end, 10);
	if (end == line || status > ERRORS_MAX)
		return broken(c, EPROTO, e);
	while (*end == ' ')
		end++;
	(void)snprintf(ret_text, size, "%s", end);
	*ret_status = status;
	return 0;
}

/* Fields end at a blank; a backslash takes the next octet as it is. */
static bool
escape(const char *path, char *ret, size_t size)
{
	size_t len = 0;

	for (; *path != '\0'; path++) {
		if (len + 3 > size || *path == '\n')
			return false;
		if (*path == ' ' || *path == '\\')
			ret[len++] = '\\';
		ret[len++] = *path;
	}
	ret[len] = '\0';
	return true;
}

int
rrdcached_update_line(const char *path, const char *line, char ret[RRDCACHED_LINE_MAX])
{
	char name[RRDCACHED_LINE_MAX];
	int n;

	if (!escape(path, name, sizeof(name)))
		return -ENAMETOOLONG;
	n = snprintf(ret, RRDCACHED_LINE_MAX, "update %s %s\n", name, line);
	return n < 0 || n >= RRDCACHED_LINE_MAX ? -ENAMETOOLONG : 0;
}

int
rrdcached_batch(struct rrdcached *c, const char *commands, size_t size,
	void (*failed)(void *arg, size_t position, const char *reason), void *arg,
	struct err *e)
{
	char line[512], *end;
	unsigned long position;
	long status = 0, i;
	int r;

	r = send_all(c, "BATCH\n", 6, MSG_MORE, e);
	if (r == 0)
		r = send_all(c, commands, size, MSG_MORE, e);
	if (r == 0)
		r = send_all(c, ".\n", 2, 0, e);
	if (r == 0)
		r = read_status(c, &status, line, sizeof(line), e);
	if (r == 0 && status != 0)
		r = err_set(e, -EPROTO, "rrdcached at %s: refuses a batch: %s",
			c->address, line);
	if (r == 0)
		r = read_status(c, &status, line, sizeof(line), e);
	for (i = 0; r == 0 && i < status; i++) {
		r = read_line(c, line, sizeof(line), e);
		if (r < 0)
			break;
		position = strtoul(line, &end, 10);
		if (end == line || position == 0) {
			r = broken(c, EPROTO, e);
			break;
		}
		while (*end == ' ')
			end++;
		failed(arg, position - 1, end);
	}
	return r;
}

/* One command about a file; "no such file" is well. */
static int
file_command(struct rrdcached *c, const char *verb, const char *path, struct err *e)
{
	char name[RRDCACHED_LINE_MAX - 16], command[RRDCACHED_LINE_MAX], text[512];
	long status = 0, i;
	int n, r;

	if (!escape(path, name, sizeof(name)))
		return err_set(e, -ENAMETOOLONG, "%s: too long a name", path);
	n = snprintf(command, sizeof(command), "%s %s\n", verb, name);
	r = send_all(c, command, (size_t)n, 0, e);
	if (r == 0)
		r = read_status(c, &status, text, sizeof(text), e);
	if (r < 0)
		return r;
	if (status < 0 && strstr(text, "No such file") == NULL)
		return err_set(e, -EIO, "rrdcached at %s: %s %s: %s", c->address, verb,
			path, text);
	for (i = 0; r == 0 && i < status; i++)
		r = read_line(c, text, sizeof(text), e);
	return r;
}

int
rrdcached_flush_file(struct rrdcached *c, const char *path, struct err *e)
{
	return file_command(c, "flush", path, e);
}

int
rrdcached_release_file(struct rrdcached *c, const char *path, struct err *e)
{
	int r = file_command(c, "flush", path, e);

	return r < 0 ? r : file_command(c, "forget", path, e);
}

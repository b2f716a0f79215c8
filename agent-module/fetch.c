#include <config.h>

#include "agent-module/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
fetch_take(const struct fetch_options *o, uint64_t *done, const void *data, uint64_t len)
{
	const char *at = data;
	ssize_t n;

	if (len > o->most - *done)
		return -EFBIG;
	while (len > 0) {
		n = write(o->fd, at, (size_t)len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (uint64_t)n;
		*done += (uint64_t)n;
	}
	return 0;
}

/* All of it, or negative. */
static int
read_all(int fd, char *dst, size_t size, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n != 0 && len < size) {
		n = read(fd, dst + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	*ret_len = len;
	return len == size ? -EFBIG : 0;
}

int
fetch_ca_read(const char *path, char **ret, size_t *ret_len, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = fd < 0 ? -errno : 0;
	char *text = NULL;
	size_t len = 0;

	if (rc == 0) {
		text = malloc(FETCH_CA_MAX + 1);
		rc = text == NULL ? -ENOMEM : read_all(fd, text, FETCH_CA_MAX + 1, &len);
		(void)close(fd);
	}
	if (rc < 0)
		(void)err_set(e, rc, "file of authorities %s: %s", path, strerror(-rc));
	if (rc == 0) {
		text[len] = '\0';
		if (strstr(text, "-----BEGIN") == NULL)
			rc = err_set(e, -EINVAL, "file of authorities %s: it holds no certificate "
				"(PEM)", path);
	}
	if (rc < 0) {
		free(text);
		return rc;
	}
	*ret = text;
	*ret_len = len;
	return 0;
}

const char *
fetch_where(const char *uri, char dst[FETCH_WHERE_SIZE])
{
	const char *host = strstr(uri, "://"), *at;
	int scheme, len;

	if (host == NULL)
		return "the address";
	host += 3;
	scheme = (int)(host - uri);
	len = (int)strcspn(host, "/?#");
	/* A name and a password before the host are nobody's matter. */
	at = memchr(host, '@', (size_t)len);
	if (at != NULL) {
		len -= (int)(at + 1 - host);
		host = at + 1;
	}
	(void)snprintf(dst, FETCH_WHERE_SIZE, "%.*s%.*s", scheme, uri, len, host);
	return dst;
}

int
fetch_run(const struct fetch_options *o, struct err *e)
{
	if (strncmp(o->uri, "tftp://", 7) == 0)
		return fetch_tftp(o, e);
	if (strncmp(o->uri, "https://", 8) == 0)
		return fetch_https(o, e);
	(void)err_set(e, -EINVAL, "want tftp://HOST/NAME or https://HOST/NAME");
	return FETCH_USAGE;
}

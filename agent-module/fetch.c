#include <config.h>

#include "agent-module/fetch.h"

#include <errno.h>
#include <inttypes.h>
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

#include <config.h>

#include "agent-module/fetch.h"

#include <errno.h>
#include <inttypes.h>

#include <event2/event.h>

#include "lib/tftp/tftp_client.h"

enum { LINGER_MS = 300 };	/* the server may not have had our last ACK */

struct get {
	const struct fetch_options *o;
	struct event_base *base;
	uint64_t taken;
	bool over;
	int rc;
	struct err *e;
};

static int
take(void *user, const void *data, size_t len)
{
	struct get *g = user;

	return fetch_take(g->o, &g->taken, data, len);
}

static int
size_known(void *user, uint64_t size)
{
	const struct get *g = user;

	return size > g->o->most ? -EFBIG : 0;
}

static void
done(void *user, int rc, const struct err *e)
{
	struct get *g = user;
	struct timeval linger = { .tv_usec = LINGER_MS * 1000L };

	g->over = true;
	g->rc = rc;
	if (rc < 0 && e != NULL)
		*g->e = *e;
	(void)event_base_loopexit(g->base, rc == 0 ? &linger : NULL);
}

static int
status_of(const struct get *g)
{
	char where[FETCH_WHERE_SIZE];

	switch (g->rc) {
	case 0:
		return FETCH_DONE;
	case -EHOSTUNREACH:
		return FETCH_NO_ROUTE;
	case -ETIMEDOUT:
		return FETCH_TIMEOUT;
	case -ENOENT:
	case -EACCES:
		return FETCH_NOT_FOUND;
	case -EFBIG:
		(void)err_set(g->e, g->rc, "%s: more than %" PRIu64 " octets",
			fetch_where(g->o->uri, where), g->o->most);
		return FETCH_TOO_LARGE;
	case -EINVAL:
		return FETCH_USAGE;
	default:
		return FETCH_INTERNAL;
	}
}

int
fetch_tftp(const struct fetch_options *o, struct err *e)
{
	static const struct tftp_client_calls calls = { .take = take, .size = size_known,
		.done = done };
	struct get g = { .o = o, .e = e };
	struct tftp_client_options options;
	struct tftp_client *client = NULL;

	tftp_client_options_default(&options);
	options.limits.stall_us = (int64_t)o->stall_s * 1000000;
	g.base = event_base_new();
	if (g.base == NULL) {
		(void)err_set(e, -ENOMEM, "event loop: out of memory");
		return FETCH_INTERNAL;
	}
	g.rc = tftp_uri_parse(o->uri, &options.uri, e);
	if (g.rc == 0)
		g.rc = tftp_client_start(g.base, &options, &calls, &g, &client, e);
	if (g.rc == 0 && !g.over && event_base_dispatch(g.base) < 0)
		g.rc = err_set(e, -EIO, "the event loop broke");
	tftp_client_free(client);
	event_base_free(g.base);
	return status_of(&g);
}

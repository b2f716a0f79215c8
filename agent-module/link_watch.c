#include <config.h>

#include "agent-module/link_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "agent-module/link_table.h"
#include "lib/base/clock.h"

enum {
	DATAGRAM_MAX = 32768,	/* the kernel fills no more at once */
	AT_ONCE = 64,		/* datagrams before others have their turn */
};

struct link_watch {
	int fd;
	struct event *readable, *timer;
	void (*came)(void *user);
	void *user;
	struct link_table table;
	uint16_t listing;	/* RTM_GETLINK, RTM_GETADDR; 0 = everything is listed */
	bool pending;
	int64_t first_ms;	/* of what came and is not told */
	uint8_t datagram[DATAGRAM_MAX];
};

/* Ask for all there is; the kernel takes one such question at a time. */
static int
ask_list(struct link_watch *w, uint16_t type)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} question = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
			.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			.nlmsg_seq = type },
		.body = { .rtgen_family = AF_UNSPEC },
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	w->listing = type;
	if (sendto(w->fd, &question, question.head.nlmsg_len, 0, (struct sockaddr *)&kernel,
		sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static void
something_came(struct link_watch *w)
{
	int64_t now_ms = clock_monotonic_ms(clock_system()), wait_ms = LINK_WATCH_QUIET_MS;
	struct timeval wait;

	if (!w->pending)
		w->first_ms = now_ms;
	w->pending = true;
	if (wait_ms > w->first_ms + LINK_WATCH_MOST_MS - now_ms)
		wait_ms = w->first_ms + LINK_WATCH_MOST_MS - now_ms;
	if (wait_ms < 0)
		wait_ms = 0;
	wait = (struct timeval){ .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };
	(void)event_add(w->timer, &wait);	/* moves it */
}

static void
quiet(evutil_socket_t fd, short what, void *user)
{
	struct link_watch *w = user;

	(void)fd;
	(void)what;
	w->pending = false;
	w->came(w->user);
}

static void
readable(evutil_socket_t fd, short what, void *user)
{
	struct link_watch *w = user;

	(void)what;
	for (unsigned i = 0; i < AT_ONCE; i++) {
		struct sockaddr_nl from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, w->datagram, sizeof(w->datagram), MSG_DONTWAIT,
			(struct sockaddr *)&from, &from_len);
		unsigned told;

		if (n < 0 && errno == ENOBUFS) {
			something_came(w);
			w->table = (struct link_table){ 0 };
			(void)ask_list(w, RTM_GETLINK);
			continue;
		}
		if (n < 0)
			return;
		if (from.nl_pid != 0)	/* not the kernel */
			continue;
		told = link_table_take(&w->table, w->datagram, (size_t)n);
		if ((told & LINK_TABLE_CAME) != 0)
			something_came(w);
		if ((told & (LINK_TABLE_LISTED | LINK_TABLE_FAILED)) == 0)
			continue;
		if (w->listing == RTM_GETLINK)
			(void)ask_list(w, RTM_GETADDR);
		else
			w->listing = 0;
	}
}

struct link_watch *
link_watch_new(struct event_base *base, void (*came)(void *user), void *user, struct err *e)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
	struct link_watch *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (w == NULL) {
		(void)err_set(e, r, "out of memory");
		return NULL;
	}
	w->came = came;
	w->user = user;
	w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (w->fd < 0 || bind(w->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		r = -errno;
		goto fail;
	}
	w->readable = event_new(base, w->fd, EV_READ | EV_PERSIST, readable, w);
	w->timer = evtimer_new(base, quiet, w);
	if (w->readable == NULL || w->timer == NULL || event_add(w->readable, NULL) < 0)
		goto fail;
	r = ask_list(w, RTM_GETLINK);
	if (r < 0)
		goto fail;
	return w;
fail:
	(void)err_set(e, r, "the kernel's messages of links and addresses: %s; "
		"a link that comes is not noticed", strerror(-r));
	link_watch_free(w);
	return NULL;
}

void
link_watch_free(struct link_watch *w)
{
	if (w == NULL)
		return;
	if (w->readable != NULL)
		event_free(w->readable);
	if (w->timer != NULL)
		event_free(w->timer);
	if (w->fd >= 0)
		(void)close(w->fd);	/* was only read */
	free(w);
}

#include <config.h>

#include "agent-module/agentx_loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <event2/event.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include "lib/base/log.h"

/* More than libnetsnmp of a subagent ever opens: master, two callback pipes. */
enum { DESCRIPTORS_MAX = 32 };

struct agentx_loop {
	struct event_base *base;
	struct event *timer;
	struct event *reads[DESCRIPTORS_MAX];	/* the first read_count */
	size_t read_count;
	netsnmp_large_fd_set wanted, ready;
};

struct event_base *
agentx_loop_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL && event_config_avoid_method(config, "epoll") == 0)
		base = event_base_new_with_config(config);
	if (config != NULL)
		event_config_free(config);
	return base;
}

static void
readable(evutil_socket_t fd, short what, void *user)
{
	struct agentx_loop *loop = user;

	(void)what;
	NETSNMP_LARGE_FD_ZERO(&loop->ready);
	NETSNMP_LARGE_FD_SET(fd, &loop->ready);
	snmp_read2(&loop->ready);
	netsnmp_check_outstanding_agent_requests();
	agentx_loop_update(loop);
}

static void
timed_out(evutil_socket_t fd, short what, void *user)
{
	struct agentx_loop *loop = user;

	(void)fd;
	(void)what;
	snmp_timeout();
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	agentx_loop_update(loop);
}

static bool
watched(const struct agentx_loop *loop, int fd)
{
	for (size_t i = 0; i < loop->read_count; i++)
		if (event_get_fd(loop->reads[i]) == fd)
			return true;
	return false;
}

static void
watch(struct agentx_loop *loop, int fd)
{
	struct event *event;

	if (loop->read_count == DESCRIPTORS_MAX) {
		log_error("descriptor %d is not watched: more than %d", fd,
			DESCRIPTORS_MAX);
		return;
	}
	event = event_new(loop->base, fd, EV_READ | EV_PERSIST, readable, loop);
	if (event == NULL || event_add(event, NULL) < 0) {
		log_error("descriptor %d is not watched: out of memory", fd);
		if (event != NULL)
			event_free(event);
		return;
	}
	loop->reads[loop->read_count++] = event;
}

void
agentx_loop_update(struct agentx_loop *loop)
{
	struct timeval until = { 0 };
	int count = 0, block = 1;

	NETSNMP_LARGE_FD_ZERO(&loop->wanted);
	(void)snmp_select_info2(&count, &loop->wanted, &until, &block);
	for (size_t i = 0; i < loop->read_count;) {
		int fd = event_get_fd(loop->reads[i]);

		if (fd < count && NETSNMP_LARGE_FD_ISSET(fd, &loop->wanted)) {
			i++;
			continue;
		}
		event_free(loop->reads[i]);
		loop->reads[i] = loop->reads[--loop->read_count];
	}
	for (int fd = 0; fd < count; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &loop->wanted) &&
			!watched(loop, fd))
			watch(loop, fd);
	if (block != 0)
		(void)evtimer_del(loop->timer);
	else
		(void)evtimer_add(loop->timer, &until);
}

struct agentx_loop *
agentx_loop_new(struct event_base *base, struct err *e)
{
	struct agentx_loop *loop = calloc(1, sizeof(*loop));

	if (loop != NULL)
		loop->timer = evtimer_new(base, timed_out, loop);
	if (loop == NULL || loop->timer == NULL) {
		free(loop);
		(void)err_set(e, -ENOMEM, "event loop: out of memory");
		return NULL;
	}
	loop->base = base;
	netsnmp_large_fd_set_init(&loop->wanted, FD_SETSIZE);
	netsnmp_large_fd_set_init(&loop->ready, FD_SETSIZE);
	agentx_loop_update(loop);
	return loop;
}

void
agentx_loop_free(struct agentx_loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->read_count > 0)
		event_free(loop->reads[--loop->read_count]);
	event_free(loop->timer);
	netsnmp_large_fd_set_cleanup(&loop->wanted);
	netsnmp_large_fd_set_cleanup(&loop->ready);
	free(loop);
}

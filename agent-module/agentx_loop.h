/*
 * agentx_loop: Net-SNMP's sockets and alarms in a libevent loop.
 *
 * libnetsnmp opens and closes sockets as it likes (the master agent goes and
 * comes), so after everything it did the set of descriptors and the next
 * time-out are taken from it anew: after a read and a time-out here, and by
 * agentx_loop_update() after anything else that called it, such as a
 * notification.  Alarms run only when a time-out is due, never between poll
 * and read.
 *
 * libevent must not use epoll for this base (agentx_loop_base): a descriptor
 * that was closed and given out again behind its back would be lost.
 */
#ifndef IMGADM_AGENT_MODULE_AGENTX_LOOP_H
#define IMGADM_AGENT_MODULE_AGENTX_LOOP_H

#include "lib/base/err.h"

struct event_base;
struct agentx_loop;

/* An event base fit for this; event_base_free() it.  NULL: out of memory. */
struct event_base *agentx_loop_base(void);

/* base is borrowed.  NULL with e when out of memory. */
struct agentx_loop *agentx_loop_new(struct event_base *base, struct err *e);
void agentx_loop_free(struct agentx_loop *loop);	/* NULL is fine */

/* libnetsnmp was called: look what it waits for now. */
void agentx_loop_update(struct agentx_loop *loop);

#endif

/*
 * link_watch: tells when a link began to run or an address came (rtnetlink(7)).
 *
 * What comes together is told once: LINK_WATCH_QUIET_MS after the last of it,
 * and LINK_WATCH_MOST_MS after the first at most.  What was there when the watch
 * began is not told.  Messages that were lost (the kernel's queue was full) are
 * told as if something came, and everything is listed anew.
 */
#ifndef IMGADM_AGENT_MODULE_LINK_WATCH_H
#define IMGADM_AGENT_MODULE_LINK_WATCH_H

#include "lib/base/err.h"

struct event_base;
struct link_watch;

enum { LINK_WATCH_QUIET_MS = 1000, LINK_WATCH_MOST_MS = 5000 };

/*
 * came(user) is called from the loop; base and user are borrowed.  NULL with e:
 * out of memory or descriptors, or the kernel has no such socket.
 */
struct link_watch *link_watch_new(struct event_base *base, void (*came)(void *user),
	void *user, struct err *e);
void link_watch_free(struct link_watch *w);	/* NULL is fine */

#endif

/*
 * locate: the numeric address of a transport specifier, looked up in a process
 * of its own, so that a slow name server holds nothing up here.
 */
#ifndef IMGADM_AGENT_MODULE_LOCATE_H
#define IMGADM_AGENT_MODULE_LOCATE_H

#include "lib/base/err.h"
#include "lib/snmp/resolve.h"

struct event_base;
struct locate;

enum { LOCATE_DEADLINE_MS = 10000 };

/*
 * Look spec up; found(user, numeric, e) is called once, from the loop, with
 * numeric NULL and e filled when it was not found.  Never from here.
 * NULL with e: no memory, no process.
 */
struct locate *locate_new(struct event_base *base, const char *spec,
	void (*found)(void *user, const char *numeric, const struct err *e), void *user,
	struct err *e);
/* Ends the search if it still runs; not from found().  NULL is fine. */
void locate_free(struct locate *l);

#endif

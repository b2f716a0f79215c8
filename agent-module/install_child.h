/*
 * install_child: a child of imgadm-install, run to its end: what it prints is
 * taken, and the last line of its stderr kept, since that says why.
 */
#ifndef IMGADM_AGENT_MODULE_INSTALL_CHILD_H
#define IMGADM_AGENT_MODULE_INSTALL_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/child.h"
#include "lib/base/err.h"

enum {
	INSTALL_SAID_MAX = 200,	/* octets of the last line that are kept */
	INSTALL_LOOK_MS = 200,	/* how often `stop` is asked */
};

struct install_child {
	const char *const *argv, *const *env;
	int64_t limit_ms;
	int third;	/* its descriptor 3; -1 = none */
	const int *held;	/* a lock that it holds as long as it lives; NULL = none */
	/* What it prints, as it comes; negative: it is ended.  NULL: thrown away. */
	int (*take)(void *user, const void *data, size_t len);
	void *user;	/* of take */
	bool (*stop)(void *stop_user);	/* true: it is ended; NULL: never */
	void *stop_user;
};

struct install_child_end {
	struct child_end end;
	int rc;		/* 0; -ECANCELED: stopped; what `take` said */
	char said[INSTALL_SAID_MAX + 1];	/* escaped; may be empty */
};

/* 0 with how it ended; negative with e where it could not be started. */
int install_child_run(const struct install_child *o, struct install_child_end *ret,
	struct err *e);

#endif

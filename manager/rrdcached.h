/*
 * rrdcached: a client of the caching daemon that speaks its BATCH command.
 *
 * librrd's own client waits for an answer to each update and has no batch;
 * one write for hundreds of updates costs a tenth.  The protocol is
 * rrdcached(1)'s: lines of text, answers that begin with a number.  Every
 * wait has a limit (RRDCACHED_WAIT_S), after which the connection is of no
 * more use.
 */
#ifndef IMGADM_MANAGER_RRDCACHED_H
#define IMGADM_MANAGER_RRDCACHED_H

#include <stddef.h>

#include "lib/base/err.h"

struct rrdcached;

enum {
	RRDCACHED_WAIT_S = 10,
	RRDCACHED_LINE_MAX = 4000,	/* a command; the daemon's own limit is 4096 */
};

/*
 * Connect.  address: unix:/path, /path, host, host:port or [address]:port;
 * the port is 42217 unless told.  -EINVAL, or what connect(2) says.
 */
int rrdcached_open(const char *address, struct rrdcached **ret, struct err *e);
void rrdcached_close(struct rrdcached *c);

/* "update PATH LINE" as the daemon wants it: -ENAMETOOLONG when it is longer than ret. */
int rrdcached_update_line(const char *path, const char *line,
	char ret[RRDCACHED_LINE_MAX]);

/*
 * Send commands (each ends with a line feed) as one batch.  failed is called
 * for each that the daemon refuses, with its position from 0 and its reason.
 */
int rrdcached_batch(struct rrdcached *c, const char *commands, size_t size,
	void (*failed)(void *arg, size_t position, const char *reason), void *arg,
	struct err *e);

/*
 * Write what is pending for a file and forget it, so that the file can be
 * renamed.  A file the daemon does not know is no error.
 */
int rrdcached_release_file(struct rrdcached *c, const char *path, struct err *e);
/* Only write what is pending. */
int rrdcached_flush_file(struct rrdcached *c, const char *path, struct err *e);

#endif

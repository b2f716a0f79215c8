/*
 * fetch: imgadm-fetch without its main: one file from tftp:// or https:// to a
 * descriptor, by a process that has no rights.  What comes is believed by
 * nobody: who reads it checks it.
 */
#ifndef IMGADM_AGENT_MODULE_FETCH_H
#define IMGADM_AGENT_MODULE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

/* Exit statuses of imgadm-fetch, beside 0, 1 (usage) and 3 (internal). */
enum fetch_status {
	FETCH_DONE = 0, FETCH_USAGE = 1, FETCH_INTERNAL = 3,
	FETCH_NO_ROUTE = 10, FETCH_TIMEOUT, FETCH_NOT_FOUND, FETCH_TOO_LARGE,
};

struct fetch_options {
	const char *uri;
	uint64_t most;		/* octets; one more is FETCH_TOO_LARGE */
	int fd;			/* where they go */
	const char *ca_file;	/* https: NULL = the system's authorities */
	uint32_t stall_s;	/* so long without an octet: FETCH_TIMEOUT */
};

/* A status, and e where it is not FETCH_DONE. */
int fetch_run(const struct fetch_options *o, struct err *e);

/* The two ways, by the URI's scheme. */
int fetch_tftp(const struct fetch_options *o, struct err *e);
/* Certificates and names verified; redirections to https:// alone, 3 at most (libcurl). */
int fetch_https(const struct fetch_options *o, struct err *e);

/* Used by both: the octets to o->fd, counted in *done. 0, -EFBIG, or what write(2) says. */
int fetch_take(const struct fetch_options *o, uint64_t *done, const void *data, uint64_t len);

#endif

/*
 * fetch: imgadm-fetch without its main: one file from tftp:// or https:// to a
 * descriptor, by a process that has no rights.  What comes is believed by
 * nobody: who reads it checks it.
 */
#ifndef IMGADM_AGENT_MODULE_FETCH_H
#define IMGADM_AGENT_MODULE_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

/* Exit statuses of imgadm-fetch, beside 0, 1 (usage) and 3 (internal). */
enum fetch_status {
	FETCH_DONE = 0, FETCH_USAGE = 1, FETCH_INTERNAL = 3,
	FETCH_NO_ROUTE = 10, FETCH_TIMEOUT, FETCH_NOT_FOUND, FETCH_TOO_LARGE,
};

enum {
	FETCH_CA_MAX = 1024 * 1024,	/* octets of a file of authorities */
	FETCH_WHERE_SIZE = 128,
};

struct fetch_options {
	const char *uri;
	uint64_t most;		/* octets; one more is FETCH_TOO_LARGE */
	int fd;			/* where they go */
	/* https: who may sign for a server (PEM), and nobody else; NULL = the system's */
	const char *ca;
	size_t ca_len;
	uint32_t stall_s;	/* so long without an octet: FETCH_TIMEOUT */
};

/* A status, and e where it is not FETCH_DONE. */
int fetch_run(const struct fetch_options *o, struct err *e);

/*
 * A file of authorities, for who still has the rights to read it: the caller frees *ret.
 * -EFBIG above FETCH_CA_MAX, -EINVAL where it holds no certificate; e names the file.
 */
int fetch_ca_read(const char *path, char **ret, size_t *ret_len, struct err *e);

/* "https://192.0.2.1:8443", cut: what a message may say; the name behind it is a secret. */
const char *fetch_where(const char *uri, char dst[FETCH_WHERE_SIZE]);

/* The two ways, by the URI's scheme. */
int fetch_tftp(const struct fetch_options *o, struct err *e);
/* Certificates and names verified; redirections to https:// alone, 3 at most (libcurl). */
int fetch_https(const struct fetch_options *o, struct err *e);

/* Used by both: the octets to o->fd, counted in *done. 0, -EFBIG, or what write(2) says. */
int fetch_take(const struct fetch_options *o, uint64_t *done, const void *data, uint64_t len);

#endif

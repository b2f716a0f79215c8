/*
 * poll_names: devices whose address is a host name that is not known as numbers,
 * or may have moved.  They wait for a second round of the poll, before which all
 * their names are resolved.
 */
#ifndef IMGADM_MANAGER_POLL_NAMES_H
#define IMGADM_MANAGER_POLL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/store/store.h"

struct poll_name;

/* At most POLL_NAMES_MAX. */
struct poll_names {
	struct store *store;	/* borrowed */
	/*
	 * Told of what could not be resolved and has no older address: `t` holds its
	 * key, name and address.
	 */
	void (*failed)(void *user, const struct store_target *t, const char *reason);
	void *user;
	/* Private; zeroed when it is new. */
	struct poll_name *names;
	size_t count, size, at;
};

/* A device waits; false: there is no room. */
bool poll_names_keep(struct poll_names *n, const struct store_target *t);
/* Resolve them all: what could be is stored. */
int poll_names_resolve(struct poll_names *n, struct err *e);
/* The next device that can be asked now, by name, borrowed; NULL at the end. */
const char *poll_names_next(struct poll_names *n);
void poll_names_release(struct poll_names *n);

#endif

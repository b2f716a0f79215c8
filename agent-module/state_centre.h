/*
 * state_centre: the one centre that owns the device's reports.
 *
 * Address and user stand in the state file, which anybody may perhaps read;
 * the keys stand in a file of their own beside it (mode 0600, owned as the
 * state file is), whose name the state file knows.  A change writes a new key
 * file, makes it durable, commits the row that names it, and then removes the
 * old one: after a kill there is the old centre or the new one, whole.
 *
 * The key file is lib/snmp/keyfile.h's text; here it is octets.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_CENTRE_H
#define IMGADM_AGENT_MODULE_STATE_CENTRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct state;

enum {
	STATE_CENTRE_ADDRESS_MAX = 255,	/* octets of a transport specifier */
	STATE_CENTRE_USER_MAX = 32,	/* of a user name, RFC 3414 */
	STATE_CENTRE_KEYS_MAX = 4096,	/* of a key file */
	STATE_CENTRE_PATH_MAX = 4096,
};

struct state_centre {
	bool set;		/* false: there is none, all else is empty */
	char address[STATE_CENTRE_ADDRESS_MAX + 1];	/* udp:host:port */
	char user[STATE_CENTRE_USER_MAX + 1];
	bool site;		/* a site's enrolment user: structure only, until approved */
	/*
	 * Rises with each state_centre_set and state_centre_remove; while it is
	 * the same, so is everything here and the key file's content.
	 */
	uint32_t serial;
	char key_file[STATE_CENTRE_PATH_MAX];	/* "" when there is none; read it with keyfile_read */
};

/* What is set now. */
int state_centre_load(struct state *s, struct state_centre *ret_centre, struct err *e);

/*
 * This is the centre from now on; address, user and site of c are read.
 * keys[key_count] become the key file; keys NULL: those there are stay (the
 * address moved).  Another user or address begins anew: nothing is
 * acknowledged nor reported to it.  Not within state_begin and state_commit.
 * -EINVAL: an empty or too long address, user or key text; -ENOENT: keys NULL,
 * and there are none; -EACCES, -ENOSPC, -EIO.
 */
int state_centre_set(struct state *s, const struct state_centre *c,
	const char *keys, size_t key_count, struct err *e);
/* There is none any more, and its key file is gone.  None there: -ENOENT. */
int state_centre_remove(struct state *s, struct err *e);

#endif

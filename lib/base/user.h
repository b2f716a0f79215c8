/*
 * user: a daemon that needed root to open its ports goes on as somebody else.
 */
#ifndef IMGADM_LIB_BASE_USER_H
#define IMGADM_LIB_BASE_USER_H

#include <sys/types.h>

#include "lib/base/err.h"

struct user {
	uid_t uid;
	gid_t gid;
};

/* By name.  -ENOENT with e: there is no such user. */
int user_find(const char *name, struct user *ret, struct err *e);

/*
 * Become that user for good: its group and no other one, no way back, and then as
 * user_confine().  Where we are that user already, its groups stay as they are.
 * -EPERM: we are neither it nor root, or could be root again; -EINVAL for root itself.
 */
int user_become(const struct user *u, struct err *e);

/*
 * No capabilities, and no new privileges by what is run (where the kernel can), whoever we are.
 * 0, or what the kernel says, with e.
 */
int user_confine(struct err *e);

#endif

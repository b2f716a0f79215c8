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
 * Become that user for good: its group and no other one, no way back, and no new privileges by
 * what is run (where the kernel can).  Nothing is done where we are that user already.
 * -EPERM: we are neither it nor root; -EINVAL for root itself.
 */
int user_become(const struct user *u, struct err *e);

#endif

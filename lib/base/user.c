#include <config.h>

#include "lib/base/user.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_BUF = 4096 };

int
user_find(const char *name, struct user *ret, struct err *e)
{
	struct passwd pw, *found = NULL;
	char buf[NAME_BUF];
	int r = getpwnam_r(name, &pw, buf, sizeof(buf), &found);

	if (r != 0)
		return err_set(e, -r, "user '%s' cannot be looked up: %s", name, strerror(r));
	if (found == NULL)
		return err_set(e, -ENOENT, "there is no user '%s'", name);
	*ret = (struct user){ .uid = pw.pw_uid, .gid = pw.pw_gid };
	return 0;
}

/* Whether root could be had again. */
static bool
can_return(void)
{
	return setuid(0) == 0 || seteuid(0) == 0;
}

/* libc has no call for it: the kernel's own, of its third version, two words each. */
static int
no_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	return syscall(SYS_capset, &head, none) < 0 ? -errno : 0;
}

int
user_confine(struct err *e)
{
	int rc = no_capabilities();	/* ambient ones end with the permitted */

	if (rc < 0)
		return err_set(e, rc, "capabilities cannot be given up: %s", strerror(-rc));
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* an old kernel has it not */
	return 0;
}

int
user_become(const struct user *u, struct err *e)
{
	int rc;

	if (u->uid == 0)
		return err_set(e, -EINVAL, "root is not to be worked as: name another user");
	if (geteuid() != u->uid || getuid() != u->uid) {
		if (geteuid() != 0)
			return err_set(e, -EPERM, "only root can go on as another user");
		if (setgroups(0, NULL) < 0 || setgid(u->gid) < 0 || setuid(u->uid) < 0)
			return err_set(e, -errno, "cannot go on as user %ld: %s", (long)u->uid,
				strerror(errno));
	}
	rc = user_confine(e);
	if (rc == 0 && can_return())
		rc = err_set(e, -EPERM, "root was given up, but can be had again");
	return rc;
}

#include <config.h>

#include "agent-module/wake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Where agentd listens; -ENAMETOOLONG. */
static int
address(const char *state, struct sockaddr_un *a)
{
	int n;

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(a->sun_path, sizeof(a->sun_path), "%s.wake", state);
	return n < 0 || (size_t)n >= sizeof(a->sun_path) ? -ENAMETOOLONG : 0;
}

void
wake_send(const char *state)
{
	struct sockaddr_un a;
	int saved = errno, fd;

	if (address(state, &a) < 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		/* Nobody listens, or much is waiting there already. */
		(void)sendto(fd, "", 1, MSG_NOSIGNAL, (struct sockaddr *)&a, sizeof(a));
		(void)close(fd);	/* was only written */
	}
	errno = saved;
}

/* Who may write the state may send. */
static void
share(const char *state, const char *path)
{
	struct stat st;

	if (stat(state, &st) < 0)
		return;
	if (chown(path, st.st_uid, st.st_gid) < 0 && errno != EPERM)
		return;
	(void)chmod(path, st.st_mode & 0666);	/* else agentd looks each second */
}

int
wake_open(const char *state, int *ret_fd, struct err *e)
{
	struct sockaddr_un a;
	int fd = -1, rc = address(state, &a);

	if (rc < 0)
		return err_set(e, rc, "%s.wake: a path too long for a socket; changes are seen "
			"within a second instead of at once", state);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		goto fail;
	if (unlink(a.sun_path) < 0 && errno != ENOENT)
		goto fail;
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		goto fail;
	share(state, a.sun_path);
	*ret_fd = fd;
	return 0;
fail:
	rc = -errno;
	if (fd >= 0)
		(void)close(fd);	/* already failing */
	return err_set(e, rc, "%s: %s; changes are seen within a second instead of at once",
		a.sun_path, strerror(-rc));
}

void
wake_drain(int fd)
{
	char octet;

	/* Bounded: who sends without end keeps nobody here. */
	for (int i = 0; i < 1024; i++)
		if (recv(fd, &octet, sizeof(octet), MSG_DONTWAIT) < 0 && errno != EINTR)
			return;
}

void
wake_close(const char *state, int fd)
{
	struct sockaddr_un a;

	if (fd < 0)
		return;
	(void)close(fd);	/* was only read */
	if (address(state, &a) == 0)
		(void)unlink(a.sun_path);	/* one that is left is replaced */
}

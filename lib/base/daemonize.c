#include <config.h>

#include "lib/base/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The parent: the child's word, or its end. */
static int
wait_for(int fd, pid_t child)
{
	char byte;
	ssize_t n;
	int status;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	(void)close(fd);
	if (n == 1)
		return EXIT_DONE;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_STORAGE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_STORAGE;
}

int
daemonize_begin(int *ret_ready, int *ret_status, struct err *e)
{
	int fds[2];
	pid_t child;

	if (pipe(fds) < 0)
		return err_set(e, -errno, "no pipe: %s", strerror(errno));
	child = fork();
	if (child < 0) {
		int code = -errno;

		(void)close(fds[0]);
		(void)close(fds[1]);
		return err_set(e, code, "no process: %s", strerror(-code));
	}
	if (child > 0) {
		(void)close(fds[1]);
		*ret_status = wait_for(fds[0], child);
		return 1;
	}
	(void)close(fds[0]);
	(void)fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	*ret_ready = fds[1];
	return 0;
}

int
daemonize_ready(int ready, struct err *e)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_set(e, -errno, "/dev/null: %s", strerror(errno));
	if (setsid() < 0 || chdir("/") < 0)
		return err_set(e, -errno, "going to the background: %s",
			strerror(errno));
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return err_set(e, -errno, "descriptor %d: %s", fd,
				strerror(errno));
	if (null > 2)
		(void)close(null);
	if (write(ready, "", 1) < 0) {
		/* The parent was killed; the daemon works all the same. */
	}
	(void)close(ready);
	return 0;
}

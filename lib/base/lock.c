#include <config.h>

#include "lib/base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/parse.h"

struct lock {
	int fd;
};

enum { CONTENT_SIZE = 64 };	/* "pid\n"; since is when that was written */

static struct lock_holder
read_holder(int fd)
{
	struct lock_holder holder = { 0 };
	char content[CONTENT_SIZE], *end;
	struct stat st;
	int64_t pid;
	ssize_t n;

	n = pread(fd, content, sizeof(content) - 1, 0);
	if (n <= 0)
		return holder;
	content[n] = '\0';
	end = strchr(content, '\n');
	if (end == NULL)
		return holder;
	*end = '\0';
	if (parse_i64(content, 1, INT32_MAX, &pid, NULL) != 0 || fstat(fd, &st) != 0)
		return holder;
	/* What a killed holder left behind, before the new one wrote. */
	if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return holder;
	holder.pid = pid;
	holder.since_utc_s = (int64_t)st.st_mtime;
	return holder;
}

static int
write_holder(int fd)
{
	char content[CONTENT_SIZE];
	int n;

	n = snprintf(content, sizeof(content), "%" PRId64 "\n", (int64_t)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, content, (size_t)n, 0) != n)
		return errno != 0 ? -errno : -EIO;
	return 0;
}

/* "09:55:02" of today, else with the date. */
static void
since_text(int64_t since_utc_s, char *dst, size_t size)
{
	char now[CLOCK_TEXT_SIZE], since[CLOCK_TEXT_SIZE];
	const char *text = since;

	clock_text(clock_utc_s(clock_system()), now, sizeof(now));
	clock_text(since_utc_s, since, sizeof(since));
	if (strlen(since) > 11 && strncmp(now, since, 11) == 0)
		text = since + 11;
	(void)snprintf(dst, size, "%s", text);
}

static int
busy(int fd, struct lock_holder *ret_holder, struct err *e)
{
	struct lock_holder holder = read_holder(fd);
	char since[CLOCK_TEXT_SIZE];

	if (ret_holder != NULL)
		*ret_holder = holder;
	if (holder.pid == 0)
		return err_set(e, -EBUSY, "another run is not finished");
	since_text(holder.since_utc_s, since, sizeof(since));
	return err_set(e, -EBUSY, "another run (pid %" PRId64 ", since %s) is not finished",
	    holder.pid, since);
}

int
lock_take(const char *path, struct lock **ret_lock, struct lock_holder *ret_holder,
	struct err *e)
{
	struct lock *lock;
	int fd, rc;

	lock = malloc(sizeof(*lock));
	if (lock == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		rc = err_set(e, -errno, "%s: cannot open the lock file: %s", path,
		    strerror(errno));
		goto out;
	}
	do
		rc = flock(fd, LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	if (rc != 0) {
		rc = errno == EWOULDBLOCK ? busy(fd, ret_holder, e) :
		    err_set(e, -errno, "%s: cannot lock: %s", path, strerror(errno));
		goto out;
	}
	errno = 0;
	rc = write_holder(fd);
	if (rc != 0) {
		(void)err_set(e, rc, "%s: cannot write: %s", path, strerror(-rc));
		goto out;
	}
	lock->fd = fd;
	*ret_lock = lock;
	return 0;
out:
	if (fd >= 0)
		(void)close(fd);
	free(lock);
	return rc;
}

const int *
lock_descriptor(const struct lock *lock)
{
	return &lock->fd;
}

void
lock_release(struct lock *lock)
{
	if (lock == NULL)
		return;
	/* What is left in the file means nothing: the kernel's lock counts. */
	if (ftruncate(lock->fd, 0) != 0)
		errno = 0;
	(void)close(lock->fd);
	free(lock);
}

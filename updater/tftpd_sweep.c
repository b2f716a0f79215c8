#include <config.h>

#include "updater/tftpd_sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX ".imgadm-tftpd."

enum { PREFIX_LEN = sizeof(PREFIX) - 1, DIGITS = 32, MODE = 0644 };

void
tftpd_part_name(char dst[TFTPD_PART_SIZE], const uint64_t random[2])
{
	(void)snprintf(dst, TFTPD_PART_SIZE, PREFIX "%016llx%016llx",
		(unsigned long long)random[0], (unsigned long long)random[1]);
}

int
tftpd_part_create(int dir, const char *name)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);

	if (fd < 0)
		return -errno;
	/* Where locks are not to be had, only a second server with this folder could tell. */
	(void)flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

static bool
is_part(const char *name)
{
	return strncmp(name, PREFIX, PREFIX_LEN) == 0 &&
	    strspn(name + PREFIX_LEN, "0123456789abcdef") == DIGITS &&
	    name[PREFIX_LEN + DIGITS] == '\0';
}

static size_t
remove_part(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat is;
	size_t n = 0;

	if (fd < 0)
		return 0;
	if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    unlinkat(dir, name, 0) == 0)
		n = 1;
	(void)close(fd);
	return n;
}

static DIR *
enter(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d == NULL && fd >= 0)
		(void)close(fd);
	return d;
}

size_t
tftpd_sweep(int dir)
{
	DIR *path[TFTPD_SWEEP_DEPTH];
	size_t depth = 0, removed = 0;

	path[depth] = enter(dir, ".");
	if (path[depth] == NULL)
		return 0;
	depth++;
	for (unsigned looked = 0; depth > 0; looked++) {
		const struct dirent *e =
		    looked < TFTPD_SWEEP_MOST ? readdir(path[depth - 1]) : NULL;

		if (e == NULL) {
			(void)closedir(path[--depth]);
		} else if (is_part(e->d_name)) {
			removed += remove_part(dirfd(path[depth - 1]), e->d_name);
		} else if (e->d_name[0] != '.' && depth < TFTPD_SWEEP_DEPTH &&
		    (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN)) {
			path[depth] = enter(dirfd(path[depth - 1]), e->d_name);
			depth += path[depth] != NULL;
		}
	}
	return removed;
}

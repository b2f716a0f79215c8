#include <config.h>

#include "lib/base/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
durable_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int
durable_folder(const char *path)
{
	char *copy = strdup(path);
	int fd, rc = 0;

	if (copy == NULL)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		rc = -errno;
	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return rc;
}

int
durable_begin(const char *path, char **ret_temporary, int *ret_fd)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *temporary = malloc(size);
	int fd;

	if (temporary == NULL)
		return -ENOMEM;
	(void)snprintf(temporary, size, "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		int rc = -errno;

		free(temporary);
		return rc;
	}
	*ret_temporary = temporary;
	*ret_fd = fd;
	return 0;
}

int
durable_end(const char *path, const char *temporary, int fd)
{
	if (fsync(fd) < 0 || rename(temporary, path) < 0)
		return -errno;
	return durable_folder(path);
}

int
durable_put(const char *path, const void *data, size_t len, mode_t mode)
{
	char *temporary = NULL;
	int fd = -1, rc;

	rc = durable_begin(path, &temporary, &fd);
	if (rc < 0)
		return rc;
	rc = durable_write(fd, data, len);
	if (rc == 0 && fchmod(fd, mode) < 0)
		rc = -errno;
	if (rc == 0)
		rc = durable_end(path, temporary, fd);
	(void)close(fd);
	if (rc < 0)
		(void)unlink(temporary);
	free(temporary);
	return rc;
}

#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All of an open file, which may grow or shrink meanwhile. */
static int
read_all(int fd, size_t size, char **ret_data, size_t *ret_size)
{
	char *data = malloc(size + 1);
	size_t len = 0;
	ssize_t n;

	if (data == NULL)
		return -ENOMEM;
	while (len < size) {
		n = read(fd, data + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			n = -errno;
			free(data);
			return (int)n;
		}
		if (n == 0)
			break;
		len += (size_t)n;
	}
	data[len] = '\0';
	*ret_data = data;
	*ret_size = len;
	return 0;
}

int
catalogue_file(const char *path, char **ret_data, size_t *ret_size, struct err *e)
{
	struct stat st;
	int fd, rc;

	/* Not to wait for a writer, should it be a pipe. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0)
		rc = err_set(e, -errno, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = err_set(e, -EINVAL, "%s: not a file", path);
	else if (st.st_size > CATALOGUE_SIZE_MAX)
		rc = err_set(e, -EFBIG, "%s: %lld octets; a catalogue has at most %d MiB", path,
		    (long long)st.st_size, CATALOGUE_SIZE_MAX >> 20);
	else if ((rc = read_all(fd, (size_t)st.st_size, ret_data, ret_size)) < 0)
		err_set(e, rc, "%s: %s", path, strerror(-rc));
	(void)close(fd);
	return rc;
}

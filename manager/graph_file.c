#include <config.h>

#include "manager/graph_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

void
graph_file_name(const char *device, enum graph_kind kind, enum graph_format format,
	char *dst, size_t size)
{
	char name[3 * STORE_NAME_MAX + 1];
	size_t len = 0, i;

	for (i = 0; device[i] != '\0' && len + 4 <= sizeof(name); i++) {
		unsigned char c = (unsigned char)device[i];

		if (c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == '%' ||
		    (i == 0 && (c == '.' || c == '-')))
			len += (size_t)snprintf(name + len, sizeof(name) - len, "%%%02X", c);
		else
			name[len++] = (char)c;
	}
	name[len] = '\0';
	(void)snprintf(dst, size, "%s-%s.%s", name, graph_kind_name(kind),
		graph_format_name(format));
}

bool
graph_file_is_folder(const char *path)
{
	size_t len = strlen(path);
	struct stat st;

	return (len > 0 && path[len - 1] == '/') ||
		(stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

int
graph_file_make_folder(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return err_set(e, -errno, "%s: cannot make the folder: %s", path,
			strerror(errno));
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, -ENOTDIR, "%s: not a folder, but there is more than one "
			"graph to write", path);
	return 0;
}

int
graph_file_format(const char *path, enum graph_format *ret, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	/* A dot in front hides a file, it begins no ending. */
	if (dot == NULL || dot == name)
		return 0;
	if (strcasecmp(dot, ".png") == 0)
		*ret = GRAPH_PNG;
	else if (strcasecmp(dot, ".svg") == 0)
		*ret = GRAPH_SVG;
	else
		return err_set(e, -EINVAL, "%s: cannot write %s; name it .png or .svg", path,
			dot);
	return 1;
}

static int
write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	while (size > 0) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int
graph_file_write(const char *path, const void *data, size_t size, struct err *e)
{
	char temporary[GRAPH_FILE_SIZE + 8];
	mode_t mask;
	int fd, r = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
	    (int)sizeof(temporary))
		return err_set(e, -ENAMETOOLONG, "%s: too long a name", path);
	fd = mkstemp(temporary);
	if (fd < 0)
		return err_set(e, -errno, "%s: cannot write: %s", path, strerror(errno));
	mask = umask(0);
	(void)umask(mask);
	if (fchmod(fd, 0666 & ~mask) != 0)
		r = -errno;
	if (r == 0)
		r = write_all(fd, data, size);
	if (close(fd) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) != 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(temporary);	/* already failing */
		return err_set(e, r, "%s: cannot write: %s", path, strerror(-r));
	}
	return 0;
}

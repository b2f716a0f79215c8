/* imgadm-tftp get: a file from a server; under its name only when it is there whole. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "updater/tftp_cli.h"

enum { PATH_SIZE = 4096, MODE = 0666 };

static const struct options get_options = {
	.program = "imgadm-tftp get",
	.usage = "[options] tftp://HOST[:PORT]/NAME [FILE|-]",
	.summary = "Fetches a file; - is standard output.",
	.rows = tftp_cli_rows,
};

struct get {
	const char *path;	/* as it is to be called; "-" */
	char temporary[PATH_SIZE];
	int fd;
	struct err e;
};

/* NAME's last part, where no FILE was given. */
static int
choose_path(struct get *g, const struct tftp_cli *c, struct err *e)
{
	const char *name = strrchr(c->client.uri.name, '/');

	if (c->argument_count > 1) {
		g->path = c->arguments[1];
		return g->path[0] != '\0' ? 0 : err_set(e, -EINVAL, "FILE is empty");
	}
	name = name != NULL ? name + 1 : c->client.uri.name;
	if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
		return err_set(e, -EINVAL, "'%s' is no name to keep a file under: name FILE, too",
			name);
	g->path = name;
	return 0;
}

/* A file beside it, hidden, that is renamed when all is there. */
static int
open_temporary(struct get *g, struct err *e)
{
	const char *name = strrchr(g->path, '/');
	size_t folder = name != NULL ? (size_t)(name - g->path) + 1 : 0;
	struct stat is;
	mode_t mask;
	int n;

	if (stat(g->path, &is) == 0 && !S_ISREG(is.st_mode))
		return err_set(e, -EINVAL, "%s: is not a regular file; name another FILE", g->path);
	n = snprintf(g->temporary, sizeof(g->temporary), "%.*s.%s.XXXXXX", (int)folder, g->path,
		g->path + folder);
	if (n < 0 || (size_t)n >= sizeof(g->temporary) || folder > INT16_MAX)
		return err_set(e, -EINVAL, "the name of the file is too long");
	g->fd = mkostemp(g->temporary, O_CLOEXEC);
	if (g->fd < 0) {
		n = errno;
		g->temporary[0] = '\0';
		return err_set(e, -n, "%s: cannot be written: %s", g->path, strerror(n));
	}
	mask = umask(0);
	(void)umask(mask);
	(void)fchmod(g->fd, MODE & ~mask); /* else it stays private */
	return 0;
}

static int
fail(struct get *g)
{
	int code = errno;

	return err_set(&g->e, -code, "%s: %s", strcmp(g->path, "-") == 0 ? "standard output" :
		g->path, strerror(code));
}

static int
take(void *user, const void *data, size_t len)
{
	struct get *g = user;
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(g->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(g);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What cannot fit is not begun. */
static int
size(void *user, uint64_t octets)
{
	struct get *g = user;
	struct statvfs fs;

	if (g->temporary[0] == '\0' || fstatvfs(g->fd, &fs) < 0 || fs.f_frsize == 0 ||
	    octets / fs.f_frsize < fs.f_bavail)
		return 0;
	return err_set(&g->e, -ENOSPC, "%s: %llu octets do not fit: make room, or name another "
		"place", g->path, (unsigned long long)octets);
}

/* Durable, then under its name. */
static int
keep(void *user, struct err *e)
{
	struct get *g = user;
	const char *name = strrchr(g->path, '/');
	char folder[PATH_SIZE];
	int fd, rc = 0;

	if (g->temporary[0] == '\0')
		return 0;
	(void)snprintf(folder, sizeof(folder), "%.*s", name != NULL ? (int)(name - g->path) + 1 : 1,
		name != NULL ? g->path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(g->fd) < 0 || rename(g->temporary, g->path) < 0) {
		rc = -errno;
	} else {
		g->temporary[0] = '\0';
		if (fsync(fd) < 0)
			rc = -errno;
	}
	if (fd >= 0)
		(void)close(fd);
	return rc < 0 ? err_set(e, rc, "%s: cannot be kept: %s", g->path, strerror(-rc)) : 0;
}

int
tftp_get(void *user, int argc, char *argv[])
{
	struct get g = { .fd = STDOUT_FILENO };
	struct tftp_cli_file file = { .take = take, .size = size, .keep = keep, .user = &g,
		.e = &g.e };
	struct tftp_cli c;
	struct err e;
	int status, rc;

	(void)user;
	if (tftp_cli_read(&c, &get_options, 1, 2, argc, argv, &status) != 0)
		return status;
	rc = tftp_uri_parse(c.arguments[0], &c.client.uri, &e);
	if (rc == 0)
		rc = choose_path(&g, &c, &e);
	if (rc == 0 && strcmp(g.path, "-") != 0)
		rc = open_temporary(&g, &e);
	if (rc < 0) {
		log_err(&e);
		return err_exit_status(rc);
	}
	status = tftp_cli_run(&c, &file);
	if (g.temporary[0] != '\0')
		(void)unlink(g.temporary);
	return status;
}

/* imgadm-tftp put: a file to a server. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "updater/tftp_cli.h"

static const struct options put_options = {
	.program = "imgadm-tftp put",
	.usage = "[options] FILE tftp://HOST[:PORT]/NAME",
	.summary = "Sends a file.",
	.rows = tftp_cli_rows,
};

struct put {
	const char *path;
	int fd;
	struct err e;
};

static int
open_file(struct put *p, uint64_t *ret_size, struct err *e)
{
	struct stat is;

	p->fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (p->fd < 0)
		return err_set(e, -errno, "%s: %s", p->path, strerror(errno));
	if (fstat(p->fd, &is) < 0)
		return err_set(e, -errno, "%s: %s", p->path, strerror(errno));
	if (!S_ISREG(is.st_mode))
		return err_set(e, -EINVAL, "%s: is not a regular file: its size must be known",
			p->path);
	*ret_size = (uint64_t)is.st_size;
	return 0;
}

static long
give(void *user, uint64_t offset, void *dst, size_t len)
{
	struct put *p = user;
	ssize_t n;

	do {
		n = pread(p->fd, dst, len, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(&p->e, -errno, "%s: %s", p->path, strerror(errno));
	if (n == 0)
		return err_set(&p->e, -EIO, "%s: became shorter while it was sent; send it again",
			p->path);
	return n;
}

int
tftp_put(void *user, int argc, char *argv[])
{
	struct put p = { .fd = -1 };
	struct tftp_cli_file file = { .give = give, .user = &p, .e = &p.e };
	struct tftp_cli c;
	struct err e;
	int status, rc;

	(void)user;
	if (tftp_cli_read(&c, &put_options, 2, 2, argc, argv, &status) != 0)
		return status;
	p.path = c.arguments[0];
	c.client.put = true;
	rc = tftp_uri_parse(c.arguments[1], &c.client.uri, &e);
	if (rc == 0)
		rc = open_file(&p, &c.client.size, &e);
	if (rc < 0) {
		log_err(&e);
		status = err_exit_status(rc);
	} else {
		status = tftp_cli_run(&c, &file);
	}
	if (p.fd >= 0)
		(void)close(p.fd);
	return status;
}

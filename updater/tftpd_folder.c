#include <config.h>

#include "updater/tftpd_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "updater/tftpd_sweep.h"
#include "updater/tftpd_sync.h"

struct tftpd_folder {
	struct tftpd_folder_options options;
	struct tftp_server *server;
	struct tftp_files *files;
	struct tftpd_sync *sync;	/* NULL: nothing is written */
	int fd;
};

/* A file that is written. */
struct sink {
	struct tftpd_folder *folder;
	int dir, fd;
	char name[TFTP_NAME_MAX + 1];
	char temporary[TFTPD_PART_SIZE];	/* "" when it is there no more */
	uint64_t size;
	bool named;		/* complete: the folder is to be durable, too */
	bool waits, left;	/* for the disk; nobody wants it any more */
};

/* --- names ---------------------------------------------------------------------- */

/* Below the folder, nothing hidden; a slash before it is passed over. */
static int
check_name(const char *asked, const char **ret)
{
	const char *name = asked[0] == '/' ? asked + 1 : asked;

	if (name[0] == '\0')
		return -ENOENT;
	for (const char *part = name; part != NULL; part = strchr(part, '/')) {
		part += part != name;
		if (part[0] == '.' || part[0] == '/' || part[0] == '\0')
			return -ENOENT;
	}
	*ret = name;
	return 0;
}

/* --- writing ------------------------------------------------------------------------ */

static int
sink_take(void *user, const void *data, size_t len)
{
	struct sink *s = user;
	const char *p = data;

	s->size += len;
	if (s->size > s->folder->options.write_most)
		return -EFBIG;
	while (len > 0) {
		ssize_t n = write(s->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The file's own name. */
static int
name_it(struct sink *s)
{
	bool over = s->folder->options.overwrite;

	/* A link takes no name that is taken; a rename does. */
	if (over ? renameat(s->dir, s->temporary, s->dir, s->name) < 0 :
	    linkat(s->dir, s->temporary, s->dir, s->name, 0) < 0)
		return -errno;
	if (over)
		s->temporary[0] = '\0';
	s->named = true;
	return 0;
}

static void synced(void *user, int rc);

/* 0, -EINPROGRESS: synced() will be called; or another negative errno. */
static int
sync_it(struct sink *s, int fd)
{
	if (fd < 0)
		return -errno;
	s->waits = tftpd_sync_start(s->folder->sync, fd, synced, s);
	if (s->waits)
		return -EINPROGRESS;
	return fsync(fd) < 0 ? -errno : 0;
}

/* The file, its name, the folder: as far as it goes without waiting. */
static int
sink_keep(void *user)
{
	struct sink *s = user;
	int fd, rc = 0;

	if (!s->named) {
		rc = sync_it(s, s->fd);
		if (rc == 0)
			rc = name_it(s);
	}
	if (rc == 0) {
		fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = sync_it(s, fd);
		if (fd >= 0)
			(void)close(fd);
	}
	return rc;
}

static void
sink_free(void *user)
{
	struct sink *s = user;

	s->left = true;
	if (s->waits)
		return;
	if (s->temporary[0] != '\0')
		(void)unlinkat(s->dir, s->temporary, 0); /* what was kept has a name of its own */
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->dir >= 0)
		(void)close(s->dir);
	free(s);
}

static void
synced(void *user, int rc)
{
	struct sink *s = user;
	bool last = s->named;

	s->waits = false;
	if (s->left) {
		sink_free(s);
		return;
	}
	if (rc == 0 && !last)
		rc = name_it(s);
	if (rc == 0 && !last)
		rc = sink_keep(s);
	if (rc != -EINPROGRESS)
		tftp_server_kept(s->folder->server, s, rc);
}

/* Whether the place may be taken: nothing is there, or a file that may be replaced. */
static int
check_place(const struct sink *s)
{
	struct stat is;

	if (fstatat(s->dir, s->name, &is, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(is.st_mode))
		return -EACCES;
	return s->folder->options.overwrite ? 0 : -EEXIST;
}

static int
check_size(const struct tftpd_folder *f, const struct tftp_asked *asked)
{
	struct statvfs fs;

	if (!asked->has_size)
		return 0;
	if (asked->size > f->options.write_most)
		return -EFBIG;
	if (fstatvfs(f->fd, &fs) == 0 && fs.f_frsize > 0 &&
	    asked->size / fs.f_frsize >= fs.f_bavail)
		return -ENOSPC;
	return 0;
}

static int
open_sink(struct sink *s, const char *name)
{
	uint64_t random[2];
	int rc;

	s->dir = tftp_files_folder(s->folder->fd, name, s->name, sizeof(s->name));
	if (s->dir < 0)
		return s->dir;
	rc = check_place(s);
	if (rc < 0)
		return rc;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	tftpd_part_name(s->temporary, random);
	s->fd = tftpd_part_create(s->dir, s->temporary);
	if (s->fd < 0)
		s->temporary[0] = '\0';
	return s->fd < 0 ? s->fd : 0;
}

static int
serve_write(struct tftpd_folder *f, const struct tftp_asked *asked, const char *name,
	struct tftp_served *ret)
{
	static const struct tftp_sink_calls calls = { sink_take, sink_keep, sink_free };
	struct sink *s;
	int rc = check_size(f, asked);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOMEM;
	s->folder = f;
	s->dir = s->fd = -1;
	rc = open_sink(s, name);
	if (rc < 0) {
		sink_free(s);
		return rc;
	}
	ret->sink_calls = &calls;
	ret->sink = s;
	return 0;
}

/* --- serving -------------------------------------------------------------------------- */

int
tftpd_folder_serve(struct tftpd_folder *f, const struct tftp_asked *asked,
	struct tftp_served *ret)
{
	const char *name;
	int rc = check_name(asked->name, &name);

	if (asked->write && !f->options.write)
		return -EACCES;
	if (rc == 0)
		rc = asked->write ? serve_write(f, asked, name, ret) :
		    tftp_files_open(f->files, f->fd, name, &ret->file);
	/* What is hidden, a link or a folder is not there; what exists and is closed is told. */
	if (rc == 0)
		ret->label = strdup(name);	/* without memory, the log does without */
	if (rc == -ELOOP || rc == -ENOTDIR || rc == -ENAMETOOLONG || rc == -EISDIR)
		rc = -ENOENT;
	return rc;
}

int
tftpd_folder_open(const struct tftpd_folder_options *o, struct event_base *base,
	struct tftp_server *server, struct tftp_files *files, struct tftpd_folder **ret,
	struct err *e)
{
	struct tftpd_folder *f = calloc(1, sizeof(*f));
	size_t swept = 0;
	int rc = 0;

	if (f == NULL)
		return err_set(e, -ENOMEM, "no memory");
	*f = (struct tftpd_folder){ .options = *o, .server = server, .files = files };
	f->fd = open(o->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		rc = err_set(e, -errno, "%s: %s", o->path, strerror(errno));
	else if (o->write && tftpd_sync_new(base, &f->sync) < 0)
		rc = err_set(e, -ENOMEM, "no memory");
	if (rc < 0) {
		tftpd_folder_close(f);
		return rc;
	}
	if (o->write)
		swept = tftpd_sweep(f->fd);
	if (swept > 0)
		log_notice("%s: %zu files that were not complete removed", o->path, swept);
	*ret = f;
	return 0;
}

void
tftpd_folder_close(struct tftpd_folder *f)
{
	if (f == NULL)
		return;
	tftpd_sync_free(f->sync);
	if (f->fd >= 0)
		(void)close(f->fd);
	free(f);
}

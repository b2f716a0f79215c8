#include <config.h>

#include "lib/tftp/tftp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct tftp_file {
	struct tftp_files *table;	/* NULL: it is gone */
	struct tftp_file *next;
	unsigned references;
	int fd, dir;
	char *name;
	struct stat is;
	uint8_t *data;
	uint64_t tick;		/* when it was looked at */
	int checked;
};

struct tftp_files {
	struct tftp_file *first;
	size_t count;
};

int
tftp_files_new(struct tftp_files **ret)
{
	struct tftp_files *fs = calloc(1, sizeof(*fs));

	if (fs == NULL)
		return -ENOMEM;
	*ret = fs;
	return 0;
}

void
tftp_files_free(struct tftp_files *fs)
{
	if (fs == NULL)
		return;
	for (struct tftp_file *f = fs->first; f != NULL; f = f->next)
		f->table = NULL;
	free(fs);
}

size_t
tftp_files_count(const struct tftp_files *fs)
{
	return fs->count;
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct tftp_file *
find(struct tftp_files *fs, const struct stat *is)
{
	for (struct tftp_file *f = fs->first; f != NULL; f = f->next)
		if (same(&f->is, is))
			return f;
	return NULL;
}

/* fd is the new file's, or still the caller's when this fails. */
static int
add(struct tftp_files *fs, int fd, const struct stat *is, int dir, const char *name,
	struct tftp_file **ret)
{
	struct tftp_file *f;

	if (fs->count >= TFTP_FILES_MAX)
		return -EMFILE;
	if ((uint64_t)is->st_size > SIZE_MAX / 2)
		return -EFBIG;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return -ENOMEM;
	*f = (struct tftp_file){ .table = fs, .references = 1, .fd = fd, .dir = dir, .is = *is,
		.name = strdup(name) };
	if (f->name == NULL) {
		free(f);
		return -ENOMEM;
	}
	if (is->st_size > 0) {
		f->data = mmap(NULL, (size_t)is->st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (f->data == MAP_FAILED) {
			int rc = -errno;

			free(f->name);
			free(f);
			return rc;
		}
		(void)madvise(f->data, (size_t)is->st_size, MADV_SEQUENTIAL);
	}
	f->next = fs->first;
	fs->first = f;
	fs->count++;
	*ret = f;
	return 0;
}

int
tftp_files_folder(int dir, const char *path, char *ret_name, size_t size)
{
	int fd = openat(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *slash;

	/* Part by part, so that a link is followed in none. */
	while (fd >= 0 && (slash = strchr(path, '/')) != NULL) {
		int next = -1, code = ENAMETOOLONG;

		if ((size_t)(slash - path) < size) {
			(void)memcpy(ret_name, path, (size_t)(slash - path));
			ret_name[slash - path] = '\0';
			next = openat(fd, ret_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			code = errno;
		}
		(void)close(fd);
		fd = next;
		errno = code;
		path = slash + 1;
	}
	if (fd < 0)
		return -errno;
	if (strlen(path) >= size) {
		(void)close(fd);
		return -ENAMETOOLONG;
	}
	(void)memcpy(ret_name, path, strlen(path) + 1);
	return fd;
}

static int
open_beneath(int dir, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int fd, folder;

	if (strchr(path, '/') == NULL) {
		fd = openat(dir, path, flags | O_NOFOLLOW | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	folder = tftp_files_folder(dir, path, name, sizeof(name));
	if (folder < 0)
		return folder;
	fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	(void)close(folder);
	return fd;
}

int
tftp_files_open(struct tftp_files *fs, int dir, const char *name, struct tftp_file **ret)
{
	struct tftp_file *f = NULL;
	struct stat is;
	int rc = 0, fd = open_beneath(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fd;
	if (fstat(fd, &is) < 0)
		rc = -errno;
	else if (!S_ISREG(is.st_mode))
		rc = -EISDIR;
	else if ((f = find(fs, &is)) != NULL)
		f->references++;
	else
		rc = add(fs, fd, &is, dir, name, &f);
	if (f == NULL || f->fd != fd)
		(void)close(fd);
	if (rc == 0)
		*ret = f;
	return rc;
}

void
tftp_file_release(struct tftp_file *f)
{
	if (f == NULL || --f->references > 0)
		return;
	if (f->table != NULL) {
		struct tftp_file **p = &f->table->first;

		while (*p != f)
			p = &(*p)->next;
		*p = f->next;
		f->table->count--;
	}
	if (f->data != NULL)
		(void)munmap(f->data, (size_t)f->is.st_size);
	(void)close(f->fd);
	free(f->name);
	free(f);
}

uint64_t
tftp_file_size(const struct tftp_file *f)
{
	return (uint64_t)f->is.st_size;
}

const uint8_t *
tftp_file_data(const struct tftp_file *f)
{
	return f->data;
}

int
tftp_file_check(struct tftp_file *f, uint64_t tick)
{
	struct stat now;
	int there;

	if (f->tick == tick && tick != 0)
		return f->checked;
	f->tick = tick;
	f->checked = 0;
	if (fstat(f->fd, &now) < 0 || !same(&now, &f->is)) {
		f->checked = -ESTALE;
	} else if (now.st_nlink == 0) {
		there = open_beneath(f->dir, f->name, O_PATH);
		if (there >= 0)
			(void)close(there);
		else
			f->checked = -ESTALE;
	}
	return f->checked;
}

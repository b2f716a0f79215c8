/* powercut.so: see powercut.h. */
#include <config.h>

#include "tests/fake/powercut.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS_MAX = 1024 };	/* descriptors above are not watched */

struct counts {
	_Atomic uint32_t operations, syncs;
};

/* A preloaded library has nobody to hand a context to. */
static struct {
	bool ready, off;
	char dir[PATH_MAX];
	size_t dir_len;
	char log[PATH_MAX];
	uint32_t at, deaf, deaf_cut;
	struct counts *counts;
	bool watched[FDS_MAX];
	char *folder[FDS_MAX];	/* of descriptors of watched folders */
} cut;

static uint32_t
number_from(const char *variable)
{
	const char *text = getenv(variable);

	return text == NULL ? 0 : (uint32_t)strtoul(text, NULL, 10);
}

static void
set_up(void)
{
	const char *dir = getenv("POWERCUT_DIR"), *log = getenv("POWERCUT_LOG");
	char path[PATH_MAX + 8];
	int fd;

	cut.ready = true;
	cut.off = true;
	if (dir == NULL || log == NULL || strlen(dir) >= sizeof(cut.dir) ||
		strlen(log) >= sizeof(cut.log))
		return;
	cut.dir_len = strlen(dir);
	memcpy(cut.dir, dir, cut.dir_len + 1);
	memcpy(cut.log, log, strlen(log) + 1);
	cut.at = number_from("POWERCUT_AT");
	cut.deaf = number_from("POWERCUT_DEAF");
	cut.deaf_cut = number_from("POWERCUT_DEAF_CUT");
	memcpy(path, log, strlen(log));
	memcpy(path + strlen(log), ".count", 7);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || syscall(SYS_ftruncate, fd, sizeof(struct counts)) < 0)
		return;
	cut.counts = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)syscall(SYS_close, fd);
	cut.off = cut.counts == MAP_FAILED;
}

static bool
below(const char *path)
{
	return strncmp(path, cut.dir, cut.dir_len) == 0 &&
		(path[cut.dir_len] == '/' || path[cut.dir_len] == '\0');
}

/* folder, a slash and len octets of name into out, which the caller saw to fits. */
static void
join(char *out, const char *folder, const char *name, size_t len)
{
	size_t at = strlen(folder);

	memmove(out, folder, at);
	out[at++] = '/';
	memcpy(out + at, name, len);
	out[at + len] = '\0';
}

/* The absolute name of path, its folder's links followed; false: not watched. */
static bool
watched_path(int dirfd, const char *path, char *out)
{
	char folder[PATH_MAX], resolved[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (!cut.ready)
		set_up();
	if (cut.off || strlen(path) >= sizeof(folder))
		return false;
	if (slash == NULL && dirfd == AT_FDCWD) {
		memcpy(folder, ".", 2);
	} else if (path[0] != '/' && dirfd != AT_FDCWD) {
		if (dirfd < 0 || dirfd >= FDS_MAX || cut.folder[dirfd] == NULL ||
			strlen(cut.folder[dirfd]) + 1 + len >= sizeof(folder))
			return false;
		join(folder, cut.folder[dirfd], path, len);
	} else {
		memcpy(folder, path, len);
		folder[len] = '\0';
		if (len == 0)
			memcpy(folder, "/", 2);
	}
	if (realpath(folder, resolved) == NULL || !below(resolved) ||
		strlen(resolved) + 1 + strlen(base) >= PATH_MAX)
		return false;
	join(out, resolved, base, strlen(base));
	return true;
}

/* Counts an operation; who comes at the cut, or after it, is killed. */
static uint32_t
count(void)
{
	uint32_t n = atomic_fetch_add(&cut.counts->operations, 1) + 1;

	if (cut.at != 0 && n >= cut.at)
		(void)syscall(SYS_kill, (int)syscall(SYS_getpid), SIGKILL);
	return n;
}

static void
note(enum powercut_op op, uint32_t number, uint64_t inode, uint64_t offset, const char *path,
	const char *path2, const void *data, size_t len)
{
	struct powercut_record r = { .magic = POWERCUT_MAGIC, .op = op, .inode = inode,
		.offset = offset, .number = number, .data_len = (uint32_t)len };
	struct iovec parts[4];
	int saved = errno;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, cut.log,
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	r.path_len = path == NULL ? 0 : (uint32_t)strlen(path);
	r.path2_len = path2 == NULL ? 0 : (uint32_t)strlen(path2);
	parts[0] = (struct iovec){ &r, sizeof(r) };
	parts[1] = (struct iovec){ (void *)(uintptr_t)path, r.path_len };
	parts[2] = (struct iovec){ (void *)(uintptr_t)path2, r.path2_len };
	parts[3] = (struct iovec){ (void *)(uintptr_t)data, len };
	/* A log that is not whole would prove nothing. */
	if (fd < 0 || syscall(SYS_writev, fd, parts, 4) != (long)(sizeof(r) + r.path_len +
		r.path2_len + len))
		abort();
	(void)syscall(SYS_close, fd);
	errno = saved;
}

static uint64_t
inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static bool
watched(int fd)
{
	if (!cut.ready)
		set_up();
	return !cut.off && fd >= 0 && fd < FDS_MAX && cut.watched[fd];
}

/* --- open and close ------------------------------------------------------- */

static int
do_open(int dirfd, const char *path, int flags, mode_t mode)
{
	char full[PATH_MAX];
	bool ours = watched_path(dirfd, path, full), there;
	struct stat st;
	uint32_t number = 0;
	int fd;

	there = ours && lstat(full, &st) == 0;
	if (ours && (!there ? (flags & O_CREAT) != 0 : (flags & O_TRUNC) != 0))
		number = count();
	fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
	if (fd < 0 || fd >= FDS_MAX)
		return fd;
	cut.watched[fd] = false;
	free(cut.folder[fd]);
	cut.folder[fd] = NULL;
	if (!ours || fstat(fd, &st) != 0)
		return fd;
	if (S_ISDIR(st.st_mode)) {
		cut.folder[fd] = realpath(full, NULL);
		return fd;
	}
	if (!S_ISREG(st.st_mode))
		return fd;
	cut.watched[fd] = true;
	note(there ? POWERCUT_KNOWN : POWERCUT_CREATE, there ? 0 : number, (uint64_t)st.st_ino, 0,
		full, NULL, NULL, 0);
	if (there && (flags & O_TRUNC) != 0)
		note(POWERCUT_TRUNCATE, number, (uint64_t)st.st_ino, 0, NULL, NULL, NULL, 0);
	return fd;
}

#define OPEN_MODE(flags) \
	mode_t mode = 0; \
	if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
		va_list ap; \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
	}

int
open(const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(AT_FDCWD, path, flags, mode);
}

int
openat(int dirfd, const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(dirfd, path, flags, mode);
}

int
openat64(int dirfd, const char *path, int flags, ...)
{
	OPEN_MODE(flags)
	return do_open(dirfd, path, flags, mode);
}

/* What a fortified build calls where the flags are not known as it is compiled. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int dirfd, const char *path, int flags)
{
	return do_open(dirfd, path, flags, 0);
}

int
__openat64_2(int dirfd, const char *path, int flags)
{
	return do_open(dirfd, path, flags, 0);
}

/* The C library's own opens its file where no wrapper sees it. */
int
mkostemp(char *path, int flags)
{
	size_t len = strlen(path);
	unsigned n = (unsigned)getpid();
	int fd = -1, tries;

	if (len < 6 || strcmp(path + len - 6, "XXXXXX") != 0) {
		errno = EINVAL;
		return -1;
	}
	for (tries = 0; tries < 1000; tries++, n++) {
		(void)snprintf(path + len - 6, 7, "%06u", n % 1000000);
		fd = do_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | flags, 0600);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	return fd;
}

int
mkstemp(char *path)
{
	return mkostemp(path, 0);
}

int
close(int fd)
{
	if (fd >= 0 && fd < FDS_MAX) {
		cut.watched[fd] = false;
		free(cut.folder[fd]);
		cut.folder[fd] = NULL;
	}
	return (int)syscall(SYS_close, fd);
}

/* --- content ---------------------------------------------------------------- */

ssize_t
write(int fd, const void *data, size_t len)
{
	uint32_t number = watched(fd) ? count() : 0;
	ssize_t n = syscall(SYS_write, fd, data, len);

	if (number != 0 && n > 0)
		note(POWERCUT_WRITE, number, inode_of(fd),
			(uint64_t)syscall(SYS_lseek, fd, 0, SEEK_CUR) - (uint64_t)n, NULL, NULL,
			data, (size_t)n);
	return n;
}

static ssize_t
do_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	uint32_t number = watched(fd) ? count() : 0;
	ssize_t n = syscall(SYS_pwrite64, fd, data, len, offset);

	if (number != 0 && n > 0)
		note(POWERCUT_WRITE, number, inode_of(fd), (uint64_t)offset, NULL, NULL, data,
			(size_t)n);
	return n;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return do_pwrite(fd, data, len, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off_t offset)
{
	return do_pwrite(fd, data, len, offset);
}

static int
do_ftruncate(int fd, off_t size)
{
	uint32_t number = watched(fd) ? count() : 0;
	int rc = (int)syscall(SYS_ftruncate, fd, size);

	if (number != 0 && rc == 0)
		note(POWERCUT_TRUNCATE, number, inode_of(fd), (uint64_t)size, NULL, NULL, NULL, 0);
	return rc;
}

int
ftruncate(int fd, off_t size)
{
	return do_ftruncate(fd, size);
}

int
ftruncate64(int fd, off_t size)
{
	return do_ftruncate(fd, size);
}

static int
do_sync(int fd)
{
	bool folder = !cut.off && fd >= 0 && fd < FDS_MAX && cut.folder[fd] != NULL;
	bool ours = watched(fd) || folder;
	uint32_t number = ours ? count() : 0;

	if (ours && atomic_fetch_add(&cut.counts->syncs, 1) + 1 == cut.deaf) {
		if (cut.deaf_cut != 0)
			cut.at = number + cut.deaf_cut;
		return 0;
	}
	if (ours)
		note(folder ? POWERCUT_SYNC_DIR : POWERCUT_SYNC, number, inode_of(fd), 0,
			folder ? cut.folder[fd] : NULL, NULL, NULL, 0);
	/* The real one would only cost time: the machine does not lose its power. */
	return ours ? 0 : (int)syscall(SYS_fsync, fd);
}

int
fsync(int fd)
{
	return do_sync(fd);
}

int
fdatasync(int fd)
{
	return do_sync(fd);
}

/* --- names -------------------------------------------------------------------- */

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];
	bool ours = watched_path(from_fd, from, a) && watched_path(to_fd, to, b);
	uint32_t number = ours ? count() : 0;
	int rc = (int)syscall(SYS_renameat, from_fd, from, to_fd, to);

	if (ours && rc == 0)
		note(POWERCUT_RENAME, number, 0, 0, a, b, NULL, 0);
	return rc;
}

int
rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int
link(const char *from, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];
	bool ours = watched_path(AT_FDCWD, from, a) && watched_path(AT_FDCWD, to, b);
	uint32_t number = ours ? count() : 0;
	int rc = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);

	if (ours && rc == 0)
		note(POWERCUT_LINK, number, 0, 0, a, b, NULL, 0);
	return rc;
}

int
symlinkat(const char *text, int dirfd, const char *to)
{
	char b[PATH_MAX];
	bool ours = watched_path(dirfd, to, b);
	uint32_t number = ours ? count() : 0;
	int rc = (int)syscall(SYS_symlinkat, text, dirfd, to);

	if (ours && rc == 0)
		note(POWERCUT_SYMLINK, number, 0, 0, text, b, NULL, 0);
	return rc;
}

int
symlink(const char *text, const char *to)
{
	return symlinkat(text, AT_FDCWD, to);
}

int
unlinkat(int dirfd, const char *path, int flags)
{
	char a[PATH_MAX];
	bool ours = (flags & AT_REMOVEDIR) == 0 && watched_path(dirfd, path, a);
	struct stat st;
	uint32_t number = ours && lstat(a, &st) == 0 ? count() : 0;
	int rc = (int)syscall(SYS_unlinkat, dirfd, path, flags);

	if (ours && number != 0 && rc == 0)
		note(POWERCUT_UNLINK, number, 0, 0, a, NULL, NULL, 0);
	return rc;
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

/* The folder of copies and signatures: STATE.updates. */
#include <config.h>

#include "agent-module/install_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sodium.h>

enum { CHUNK = 64 * 1024, NAME_DIGEST = 16, ROOM_KEPT = 1024 * 1024 };

static int
failed(const struct install *in, const char *name, struct err *e)
{
	int rc = -errno;

	return err_set(e, rc, "%s/%s: %s", in->folder_path, name, strerror(-rc));
}

/* The folder's names are durable. */
static int
folder_sync(struct install *in, struct err *e)
{
	return fsync(in->folder) < 0 ? failed(in, ".", e) : 0;
}

/* Its own name too: it stands in the state's folder. */
static int
parent_sync(const struct install *in, struct err *e)
{
	int fd = openat(in->folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = failed(in, "..", e);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int
install_folder_open(struct install *in, struct err *e)
{
	struct stat st;
	bool made;

	if ((size_t)snprintf(in->folder_path, sizeof(in->folder_path), "%s.updates",
		in->o->state) >= sizeof(in->folder_path))
		return err_set(e, -ENAMETOOLONG, "%s.updates: too long a name", in->o->state);
	made = mkdir(in->folder_path, 0700) == 0;
	if (!made && errno != EEXIST)
		return failed(in, ".", e);
	in->folder = open(in->folder_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (in->folder < 0 || fstat(in->folder, &st) < 0)
		return failed(in, ".", e);
	if (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(e, -EPERM, "%s: must be ours alone: chown, and chmod 0700",
			in->folder_path);
	return made ? parent_sync(in, e) : 0;
}

void
install_name_of(uint32_t unit, const uint8_t sha256[STRUCTURE_DIGEST_SIZE], const char *end,
	char ret_name[INSTALL_NAME_SIZE])
{
	char hex[2 * NAME_DIGEST + 1];

	(void)sodium_bin2hex(hex, sizeof(hex), sha256, NAME_DIGEST);
	(void)snprintf(ret_name, INSTALL_NAME_SIZE, "u%" PRIu32 "-%s.%s", unit, hex, end);
}

void
install_file_remove(struct install *in, const char *name)
{
	(void)unlinkat(in->folder, name, 0);	/* it may not be there */
}

/* --- small files ----------------------------------------------------------- */

static int
write_all(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int
install_file_put(struct install *in, const char *name, const void *data, size_t len,
	struct err *e)
{
	char part[INSTALL_NAME_SIZE + 8];
	int fd, rc = 0;

	(void)snprintf(part, sizeof(part), "%s.new", name);
	install_file_remove(in, part);
	fd = openat(in->folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(in, part, e);
	if (write_all(fd, data, len) < 0 || fsync(fd) < 0)
		rc = failed(in, part, e);
	(void)close(fd);
	if (rc == 0)
		rc = install_file_keep(in, part, name, e);
	if (rc < 0)
		install_file_remove(in, part);
	return rc;
}

int
install_file_get(struct install *in, const char *name, char *dst, size_t size, size_t *ret_len,
	struct err *e)
{
	int fd = openat(in->folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return failed(in, name, e);
	while (len < size && (n = read(fd, dst + len, size - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = failed(in, name, e);
			break;
		}
		len += (size_t)n;
	}
	(void)close(fd);
	if (rc == 0 && len == size)
		rc = err_set(e, -EMSGSIZE, "%s/%s: too long", in->folder_path, name);
	if (rc < 0)
		return rc;
	dst[len] = '\0';
	*ret_len = len;
	return 0;
}

/* --- images ---------------------------------------------------------------- */

int
install_file_new(struct install *in, const char *name, int *ret_write, int *ret_read,
	struct err *e)
{
	char same[64];
	int w, r;

	install_file_remove(in, name);
	w = openat(in->folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (w < 0)
		return failed(in, name, e);
	/* Not by its name: this very file, and no other that took its place. */
	(void)snprintf(same, sizeof(same), "/proc/self/fd/%d", w);
	r = open(same, O_RDONLY | O_CLOEXEC);
	if (r < 0) {
		(void)failed(in, name, e);
		(void)close(w);
		return -EIO;
	}
	*ret_write = w;
	*ret_read = r;
	return 0;
}

int
install_file_keep(struct install *in, const char *from, const char *to, struct err *e)
{
	if (renameat(in->folder, from, in->folder, to) < 0)
		return failed(in, to, e);
	return folder_sync(in, e);
}

static int
digest_of(int fd, uint64_t *ret_size, uint8_t ret[STRUCTURE_DIGEST_SIZE])
{
	static const size_t chunk = CHUNK;
	crypto_hash_sha256_state h;
	unsigned char data[CHUNK];
	uint64_t size = 0;
	ssize_t n;

	(void)crypto_hash_sha256_init(&h);
	while ((n = read(fd, data, chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		(void)crypto_hash_sha256_update(&h, data, (unsigned long long)n);
		size += (uint64_t)n;
	}
	(void)crypto_hash_sha256_final(&h, ret);
	*ret_size = size;
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

int
install_file_image(struct install *in, const char *name, uint64_t size,
	const uint8_t sha256[STRUCTURE_DIGEST_SIZE], int *ret_fd, struct err *e)
{
	int fd = openat(in->folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc;
	uint8_t have[STRUCTURE_DIGEST_SIZE];
	uint64_t have_size;

	if (fd < 0)
		return failed(in, name, e);
	rc = digest_of(fd, &have_size, have);
	if (rc < 0)
		(void)err_set(e, rc, "%s/%s: %s", in->folder_path, name, strerror(-rc));
	else if (have_size != size || memcmp(have, sha256, sizeof(have)) != 0)
		rc = err_set(e, -EBADMSG, "%s/%s: damaged", in->folder_path, name);
	if (rc < 0) {
		(void)close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

uint64_t
install_file_room(const struct install *in)
{
	struct statvfs v;
	uint64_t room;

	if (fstatvfs(in->folder, &v) < 0)
		return 0;
	room = (uint64_t)v.f_bavail * v.f_frsize;
	return room > ROOM_KEPT ? room - ROOM_KEPT : 0;	/* the state needs some too */
}

/* --- what is not needed any more ------------------------------------------- */

/* The image of what runs is kept where the unit has one bank: it is the way back. */
static bool
is_needed(const struct install *in, const struct state_update *row, const char *name)
{
	static const char *const ends[] = { "img", "label" };
	const struct unit *u = structure_unit(&in->view.structure, row->row.unit_index);
	const struct software *w;
	char keep[INSTALL_NAME_SIZE];
	size_t count;

	if (!update_at_rest(row->row.state))
		return true;
	if (u == NULL || u->banks > 1)
		return false;
	w = structure_software(&in->view.structure, row->row.unit_index, &count);
	for (size_t n = 0; n < count * 2; n++) {
		if (w[n / 2].bank != 1 || !w[n / 2].digest_known)
			continue;
		install_name_of(row->row.unit_index, w[n / 2].digest, ends[n % 2], keep);
		if (strcmp(keep, name) == 0)
			return true;
	}
	return false;
}

/* u3-... and u3.part belong to unit 3; 0: to nobody, as a lock. */
static uint32_t
unit_of(const char *name)
{
	unsigned long unit;
	char *end;

	if (name[0] != 'u' || strstr(name, ".lock") != NULL)
		return 0;
	unit = strtoul(name + 1, &end, 10);
	return unit <= UINT32_MAX && (*end == '-' || *end == '.') ? (uint32_t)unit : 0;
}

static const struct state_update *
row_of(const struct state_update *rows, size_t count, uint32_t unit_index)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].row.unit_index == unit_index)
			return &rows[i];
	return NULL;
}

struct rows {
	struct state_update *row;
	size_t count;
};

/*
 * Only of a row that is as it was seen does the view know what its banks hold;
 * a unit that is in neither is gone, and its number is not taken again.
 */
static bool
is_left(const struct install *in, const struct rows *now, const struct rows *seen,
	const char *name)
{
	uint32_t unit = unit_of(name);
	const struct state_update *row = row_of(now->row, now->count, unit);
	const struct state_update *before = row_of(seen->row, seen->count, unit);

	if (unit == 0)
		return false;
	if (row == NULL)
		return structure_unit(&in->view.structure, unit) == NULL;
	return before != NULL && before->request == row->request &&
		before->changes == row->changes && !is_needed(in, row, name);
}

static void
sweep(struct install *in, DIR *d, const struct rows *seen)
{
	const struct dirent *entry;
	struct rows now = {0};

	if (state_update_list(in->state, &now.row, &now.count, NULL) < 0)
		return;
	while ((entry = readdir(d)) != NULL)
		if (is_left(in, &now, seen, entry->d_name))
			install_file_remove(in, entry->d_name);
	free(now.row);
}

/*
 * The members of a group leave it when they are at rest, so all units are
 * looked at.  Under the state's own lock: a row that is at rest stays so until it
 * is given up, and whoever begins anew finds what is there then.
 */
void
install_file_sweep(struct install *in)
{
	int fd = openat(in->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct rows seen = {0};

	if (d == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	/* Where the state is in use just now, the next one sweeps. */
	if (state_update_list(in->state, &seen.row, &seen.count, NULL) == 0 &&
		state_view_refresh(in->state, &in->view, NULL) == 0 &&
		state_begin(in->state, NULL) == 0) {
		sweep(in, d, &seen);
		state_rollback(in->state);
	}
	free(seen.row);
	(void)closedir(d);
}

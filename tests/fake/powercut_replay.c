/*
 * powercut-replay: builds a folder as a power cut may leave it (powercut.h).
 *
 *   powercut-replay LOG BEFORE OUT synced|all|random[:SEED] [AT [DEAF]]
 *
 * LOG was written by powercut.so over a folder whose copy, made before, is
 * BEFORE; POWERCUT_DIR is that folder.  OUT is
 * made.
 *
 *   synced	only what was fsynced: contents by the file's, names by their folder's
 *   all	everything that was called
 *   random	what was synced; of the rest each write or not, or sectors of 512 octets
 *		of it; of names the first ones up to a random place, since file systems
 *		keep their own journal in order
 *
 * With AT the power goes before the AT-th operation of the log (0: at its end): so
 * one run of the programs gives every cut of it.  With DEAF the DEAF-th fsync is
 * left out, and with AT `next` the power goes before the fsync after it.
 *
 * It prints how many operations the log has, for choosing where to cut, and with
 * DEAF (which may be 0) how many fsyncs.
 */
#include <config.h>

#include "tests/fake/powercut.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512 };

enum mode { SYNCED, ALL, RANDOM };

struct content {
	uint8_t *octets;
	size_t size;
};

/* A write, or with data NULL a truncation to offset. */
struct pending {
	const uint8_t *data;
	uint64_t offset;
	uint32_t len;
};

struct file {
	struct content durable;
	struct pending *pending;
	size_t pending_count;
	uint64_t inode;		/* 0: not opened yet, or no more */
	char *symlink;		/* a link: where to */
};

struct name {
	char *path;
	struct file *file;
};

struct names {
	struct name *list;
	size_t count;
};

/* A change of names that its folder's fsync has not reached. */
struct change {
	enum powercut_op op;
	char *path, *path2;
	struct file *file;
};

static struct {
	const char *dir;
	enum mode mode;
	uint64_t random;
	struct names now, durable;
	struct change *changes;
	size_t change_count;
	uint32_t operations, syncs;
	uint32_t at, deaf;
	bool at_next;		/* the cut is at the sync after the one left out */
	bool is_cut;		/* what follows did not happen */
} replay;

static void
die(const char *what, const char *path)
{
	fprintf(stderr, "powercut-replay: %s: %s: %s\n", path, what, strerror(errno));
	exit(3);
}

static void *
need(void *memory)
{
	if (memory == NULL)
		die("no memory", "-");
	return memory;
}

static uint64_t
chance(uint64_t of)
{
	uint64_t x = replay.random;	/* xorshift64 */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	replay.random = x;
	return (x >> 16) % of;
}

/* --- names ------------------------------------------------------------------ */

static struct name *
find(struct names *n, const char *path)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->list[i].path, path) == 0)
			return &n->list[i];
	return NULL;
}

static void
put(struct names *n, const char *path, struct file *file)
{
	struct name *there = find(n, path);

	if (there == NULL) {
		n->list = need(realloc(n->list, (n->count + 1) * sizeof(*n->list)));
		there = &n->list[n->count++];
		there->path = need(strdup(path));
	}
	there->file = file;
}

static void
drop(struct names *n, const char *path)
{
	struct name *there = find(n, path);

	if (there == NULL)
		return;
	free(there->path);
	*there = n->list[--n->count];
}

static void
change_names(struct names *n, const struct change *c)
{
	switch (c->op) {
	case POWERCUT_CREATE:
		put(n, c->path, c->file);
		break;
	case POWERCUT_RENAME:
		drop(n, c->path);
		put(n, c->path2, c->file);
		break;
	case POWERCUT_LINK:
	case POWERCUT_SYMLINK:
		put(n, c->path2, c->file);
		break;
	case POWERCUT_UNLINK:
		drop(n, c->path);
		break;
	case POWERCUT_KNOWN:
	case POWERCUT_WRITE:
	case POWERCUT_TRUNCATE:
	case POWERCUT_SYNC:
	case POWERCUT_SYNC_DIR:
		break;
	}
}

static void
note_change(enum powercut_op op, const char *path, const char *path2, struct file *file)
{
	struct change *c;

	replay.changes = need(realloc(replay.changes,
		(replay.change_count + 1) * sizeof(*replay.changes)));
	c = &replay.changes[replay.change_count++];
	*c = (struct change){ op, need(strdup(path)), need(strdup(path2)), file };
	change_names(&replay.now, c);
}

static bool
stands_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/' &&
		strchr(path + len + 1, '/') == NULL;
}

static void
sync_folder(const char *folder)
{
	size_t kept = 0;

	for (size_t i = 0; i < replay.change_count; i++) {
		struct change *c = &replay.changes[i];

		if (stands_in(c->op == POWERCUT_SYMLINK ? c->path2 : c->path, folder) ||
			stands_in(c->path2, folder))
			change_names(&replay.durable, c);
		else
			replay.changes[kept++] = *c;
	}
	replay.change_count = kept;
}

/* --- contents ----------------------------------------------------------------- */

static void
resize(struct content *c, size_t size)
{
	if (size > c->size) {
		c->octets = need(realloc(c->octets, size));
		memset(c->octets + c->size, 0, size - c->size);
	}
	c->size = size;
}

static void
lay(struct content *c, const uint8_t *data, uint64_t offset, size_t len)
{
	if (offset + len > c->size)
		resize(c, (size_t)(offset + len));
	memcpy(c->octets + offset, data, len);
}

/* Sector by sector of the disk, each or not. */
static void
lay_torn(struct content *c, const struct pending *p)
{
	size_t at = 0;

	while (at < p->len) {
		size_t step = SECTOR - (size_t)((p->offset + at) % SECTOR);

		if (step > p->len - at)
			step = p->len - at;
		if (chance(2) != 0)
			lay(c, p->data + at, p->offset + at, step);
		at += step;
	}
}

static void
apply(struct content *c, const struct pending *p)
{
	if (p->data == NULL)
		resize(c, (size_t)p->offset);
	else
		lay(c, p->data, p->offset, p->len);
}

static void
apply_some(struct content *c, const struct pending *p)
{
	uint64_t fate = chance(4);

	if (fate < 2)
		apply(c, p);
	else if (fate == 2 && p->data != NULL)
		lay_torn(c, p);
}

static void
sync_file(struct file *f)
{
	for (size_t i = 0; i < f->pending_count; i++)
		apply(&f->durable, &f->pending[i]);
	f->pending_count = 0;
}

static void
add_pending(struct file *f, const uint8_t *data, uint64_t offset, uint32_t len)
{
	f->pending = need(realloc(f->pending, (f->pending_count + 1) * sizeof(*f->pending)));
	f->pending[f->pending_count++] = (struct pending){ data, offset, len };
}

static struct file *
by_inode(uint64_t inode)
{
	for (size_t i = replay.now.count; i-- > 0;)
		if (replay.now.list[i].file->inode == inode)
			return replay.now.list[i].file;
	return NULL;	/* unlinked: nobody will see it again */
}

/* --- the folder before, and the log --------------------------------------------- */

static struct content
read_whole(const char *path)
{
	struct content c = { 0 };
	FILE *f = fopen(path, "rb");
	uint8_t part[65536];
	size_t n;

	if (f == NULL)
		die("cannot read", path);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		lay(&c, part, c.size, n);
	(void)fclose(f);
	return c;
}

/* Folders one below the other are few: the depth is that of the test's folder. */
static void
take_folder(const char *from, const char *as)
{
	DIR *d = opendir(from);
	struct dirent *entry;

	if (d == NULL)
		die("cannot read", from);
	while ((entry = readdir(d)) != NULL) {
		char source[PATH_MAX], name[PATH_MAX], to[PATH_MAX];
		struct file *f;
		struct stat st;
		ssize_t n;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(source, sizeof(source), "%s/%s", from, entry->d_name);
		(void)snprintf(name, sizeof(name), "%s/%s", as, entry->d_name);
		if (lstat(source, &st) != 0)
			die("cannot look at", source);
		if (S_ISDIR(st.st_mode)) {
			take_folder(source, name);
			continue;
		}
		f = need(calloc(1, sizeof(*f)));
		if (S_ISLNK(st.st_mode)) {
			n = readlink(source, to, sizeof(to) - 1);
			to[n < 0 ? 0 : n] = '\0';
			f->symlink = need(strdup(to));
		} else if (S_ISREG(st.st_mode)) {
			f->durable = read_whole(source);
		} else {
			free(f);	/* sockets and the like are nobody's data */
			continue;
		}
		put(&replay.now, name, f);
		put(&replay.durable, name, f);
	}
	(void)closedir(d);
}

static void
create(const char *path, uint64_t inode)
{
	struct file *old = by_inode(inode), *f = need(calloc(1, sizeof(*f)));

	if (old != NULL)
		old->inode = 0;
	f->inode = inode;
	note_change(POWERCUT_CREATE, path, "", f);
}

static void
known(const char *path, uint64_t inode)
{
	struct name *n = find(&replay.now, path);
	struct file *old = by_inode(inode);

	if (n == NULL) {	/* made by one who is not watched */
		create(path, inode);
		return;
	}
	if (old != NULL && old != n->file)
		old->inode = 0;
	n->file->inode = inode;
}

static void
step(const struct powercut_record *r, const char *path, const char *path2, const uint8_t *data)
{
	struct file *f = r->inode == 0 ? NULL : by_inode(r->inode);
	struct name *n;

	switch ((enum powercut_op)r->op) {
	case POWERCUT_CREATE:
		create(path, r->inode);
		return;
	case POWERCUT_KNOWN:
		known(path, r->inode);
		return;
	case POWERCUT_WRITE:
		if (f != NULL)
			add_pending(f, data, r->offset, r->data_len);
		return;
	case POWERCUT_TRUNCATE:
		if (f != NULL)
			add_pending(f, NULL, r->offset, 0);
		return;
	case POWERCUT_SYNC:
		if (f != NULL)
			sync_file(f);
		return;
	case POWERCUT_SYNC_DIR:
		sync_folder(path);
		return;
	case POWERCUT_SYMLINK:
		f = need(calloc(1, sizeof(*f)));
		f->symlink = need(strdup(path));
		note_change(POWERCUT_SYMLINK, path, path2, f);
		return;
	case POWERCUT_RENAME:
	case POWERCUT_LINK:
	case POWERCUT_UNLINK:
		n = find(&replay.now, path);
		if (n != NULL)
			note_change((enum powercut_op)r->op, path, path2, n->file);
		return;
	}
}

/* Whether a record is of something that happened, and is not left out. */
static bool
happened(const struct powercut_record *r)
{
	bool sync = r->op == POWERCUT_SYNC || r->op == POWERCUT_SYNC_DIR;

	if (sync)
		replay.syncs++;
	if ((replay.at != 0 && r->number >= replay.at) ||
	    (sync && replay.at_next && replay.syncs == replay.deaf + 1))
		replay.is_cut = true;
	return !replay.is_cut && !(sync && replay.syncs == replay.deaf);
}

static void
read_log(const char *path)
{
	struct content log = read_whole(path);
	size_t at = 0;

	while (at < log.size) {
		struct powercut_record r;
		char names[2][PATH_MAX] = { "", "" };
		const uint8_t *p = log.octets + at + sizeof(r);

		if (log.size - at < sizeof(r))
			break;
		memcpy(&r, log.octets + at, sizeof(r));
		if (r.magic != POWERCUT_MAGIC || r.path_len >= PATH_MAX ||
		    r.path2_len >= PATH_MAX) {
			errno = EBADMSG;
			die("not a log of powercut.so", path);
		}
		memcpy(names[0], p, r.path_len);
		memcpy(names[1], p + r.path_len, r.path2_len);
		if (r.number > replay.operations)
			replay.operations = r.number;
		if (happened(&r))
			step(&r, names[0], names[1], p + r.path_len + r.path2_len);
		at += sizeof(r) + r.path_len + r.path2_len + r.data_len;
	}
	/* log.octets stays: pending writes point into it. */
}

/* --- the folder after -------------------------------------------------------------- */

static void
settle(void)
{
	size_t take = replay.mode == ALL ? replay.change_count :
		replay.mode == RANDOM ? (size_t)chance(replay.change_count + 1) : 0;

	for (size_t i = 0; i < take; i++)
		change_names(&replay.durable, &replay.changes[i]);
	for (size_t i = 0; replay.mode != SYNCED && i < replay.durable.count; i++) {
		struct file *f = replay.durable.list[i].file;

		for (size_t k = 0; k < f->pending_count; k++)
			if (replay.mode == ALL)
				apply(&f->durable, &f->pending[k]);
			else
				apply_some(&f->durable, &f->pending[k]);
		f->pending_count = 0;	/* a file of two names once */
	}
}

static void
make_folders(char *path)
{
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			die("cannot make", path);
		*p = '/';
	}
}

static void
write_out(const char *out)
{
	for (size_t i = 0; i < replay.durable.count; i++) {
		const struct name *n = &replay.durable.list[i];
		char path[PATH_MAX];
		FILE *f;

		(void)snprintf(path, sizeof(path), "%s%s", out, n->path + strlen(replay.dir));
		make_folders(path);
		if (n->file->symlink != NULL) {
			if (symlink(n->file->symlink, path) != 0)
				die("cannot make", path);
			continue;
		}
		f = fopen(path, "wb");
		if (f == NULL || fwrite(n->file->durable.octets, 1, n->file->durable.size, f) !=
			n->file->durable.size || fclose(f) != 0)
			die("cannot write", path);
	}
}

static bool
parse_mode(const char *text)
{
	replay.random = 88172645463325252u;
	if (strcmp(text, "synced") == 0)
		replay.mode = SYNCED;
	else if (strcmp(text, "all") == 0)
		replay.mode = ALL;
	else if (strncmp(text, "random", 6) == 0 && (text[6] == '\0' || text[6] == ':'))
		replay.mode = RANDOM;
	else
		return false;
	if (replay.mode == RANDOM && text[6] == ':')
		replay.random ^= strtoull(text + 7, NULL, 10) * 0x9e3779b97f4a7c15u;
	for (int i = 0; i < 8; i++)
		(void)chance(2);
	return true;
}

int
main(int argc, char *argv[])
{
	replay.dir = getenv("POWERCUT_DIR");
	if (argc < 5 || argc > 7 || replay.dir == NULL || !parse_mode(argv[4])) {
		fprintf(stderr, "usage: POWERCUT_DIR=FOLDER powercut-replay LOG BEFORE OUT "
			"synced|all|random[:SEED] [AT|next [DEAF]]\n");
		return 1;
	}
	replay.at_next = argc > 5 && strcmp(argv[5], "next") == 0;
	if (argc > 5 && !replay.at_next)
		replay.at = (uint32_t)strtoul(argv[5], NULL, 10);
	if (argc > 6)
		replay.deaf = (uint32_t)strtoul(argv[6], NULL, 10);
	take_folder(argv[2], replay.dir);
	read_log(argv[1]);
	settle();
	if (mkdir(argv[3], 0755) != 0 && errno != EEXIST)
		die("cannot make", argv[3]);
	write_out(argv[3]);
	if (argc > 6)
		printf("%u %u\n", replay.operations, replay.syncs);
	else
		printf("%u\n", replay.operations);
	return 0;
}

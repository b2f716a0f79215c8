/*
 * imgadm-install-dir: an installer whose banks are directories, for tests,
 * demonstrations, and as an example of the contract (imgadm-install(8)).
 *
 *	BANKS/SYMBOL/1/image	what is in bank 1
 *	BANKS/SYMBOL/1/label	what it is: software, version, seq, size, sha256;
 *				there only while the image is whole
 *	BANKS/SYMBOL/running	a link: 1
 *	BANKS/SYMBOL/in-use	there: the unit is in use (nothing that stops it when idle is asked)
 *	BANKS/SYMBOL/hook	lines `VERB STATUS [VERSION]`: end so, and do nothing
 *
 * BANKS and what is in it is ours or root's, and nobody else may write it; below
 * BANKS no link but `running` is followed.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sodium.h>

#include "agent-module/install_plan.h"
#include "lib/base/durable.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"

#define PROGRAM "imgadm-install-dir"

enum { IMAGE_FD = 3, CHUNK = 64 * 1024, TEXT_MAX = 1024, WORDS = 8, BLOCK = 512,
	HEX_SIZE = 2 * crypto_hash_sha256_BYTES + 1 };

struct call {
	enum install_verb verb;
	const char *symbol, *software, *version;
	uint32_t bank, sequence;
	uint64_t size;
	char unit[PATH_MAX];		/* the unit's folder, for messages */
	char bank_name[16];
	int unit_fd, bank_fd;		/* folders; the bank's is -1 where it is not there */
};

/* What went wrong with a name in the unit's folder. */
static int
fail(const struct call *c, const char *name)
{
	log_error("%s/%s: %s", c->unit, name, strerror(errno));
	return INSTALL_FAILED;
}

static int
fail_bank(const struct call *c, const char *name)
{
	log_error("%s/%s/%s: %s", c->unit, c->bank_name, name, strerror(errno));
	return INSTALL_FAILED;
}

/* --- folders --------------------------------------------------------------- */

/* Whoever else may write there decides what runs. */
static int
folder_trusted(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if ((st.st_uid == 0 || st.st_uid == geteuid()) && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return 0;
	errno = EPERM;
	return -1;
}

/* Made where it is missing and `make` is set; the entry is durable then. */
static int
folder_open(int parent, const char *name, bool make, bool follow)
{
	int fd;

	if (make && mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
		return -1;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
		(follow ? 0 : O_NOFOLLOW));
	if (fd >= 0 && (folder_trusted(fd) < 0 ||
		(make && parent != AT_FDCWD && fsync(parent) < 0))) {
		int why = errno;

		(void)close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

/* --- small files ----------------------------------------------------------- */

/* Its first text of at most TEXT_MAX - 1 octets; false: it is not there. */
static bool
text_read(int folder, const char *name, char dst[TEXT_MAX])
{
	ssize_t n;
	int fd;

	if (folder < 0)
		return false;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, dst, TEXT_MAX - 1);
	(void)close(fd);
	dst[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

/* An empty file of that name alone: what a link of either kind leads to is another's matter. */
static int
file_new(int folder, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(folder, name, flags, 0644);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
		ftruncate(fd, 0) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return -1;
	return openat(folder, name, flags | O_EXCL, 0644);
}

static int
text_put(int folder, const char *name, const char *text)
{
	int fd = file_new(folder, "new"), rc;

	if (fd < 0)
		return -1;
	rc = durable_write(fd, text, strlen(text));
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	(void)close(fd);
	if (rc == 0 && (renameat(folder, "new", folder, name) < 0 || fsync(folder) < 0))
		rc = -errno;
	if (rc == 0)
		return 0;
	(void)unlinkat(folder, "new", 0);
	errno = -rc;
	return -1;
}

/* --- a bank ---------------------------------------------------------------- */

/*
 * The octets of fd, at most `most` and one more: digest in hexadecimal, and how many; to
 * `out` too, where it is one.
 */
static int
read_through(int fd, int out, uint64_t most, char hex[HEX_SIZE], uint64_t *ret_size)
{
	static unsigned char data[CHUNK];
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state h;
	uint64_t size = 0;
	ssize_t n;
	int rc;

	(void)crypto_hash_sha256_init(&h);
	while (size <= most && (n = read(fd, data, sizeof(data))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		size += (uint64_t)n;
		(void)crypto_hash_sha256_update(&h, data, (unsigned long long)n);
		/* What is too much is not written. */
		rc = out >= 0 && size <= most ? durable_write(out, data, (size_t)n) : 0;
		if (rc < 0) {
			errno = -rc;
			return -1;
		}
	}
	(void)crypto_hash_sha256_final(&h, digest);
	(void)sodium_bin2hex(hex, HEX_SIZE, digest, sizeof(digest));
	*ret_size = size;
	return 0;
}

static void
label_text(const struct call *c, const char *hex, uint64_t size, char dst[TEXT_MAX])
{
	(void)snprintf(dst, TEXT_MAX, "%s %s %" PRIu32 " %" PRIu64 " %s\n", c->software,
		c->version, c->sequence, size, hex);
}

/* The digest that the label names; false: there is none. */
static bool
label_digest(const char *label, char hex[HEX_SIZE])
{
	const char *last = strrchr(label, ' ');

	if (last == NULL || strlen(last + 1) != HEX_SIZE)	/* with its line's end */
		return false;
	memcpy(hex, last + 1, HEX_SIZE - 1);
	hex[HEX_SIZE - 1] = '\0';
	return true;
}

/* Whether the label is of that software; its size and digest are its own. */
static bool
label_is(const struct call *c, const char *label)
{
	char begin[TEXT_MAX];
	int len = snprintf(begin, sizeof(begin), "%s %s ", c->software, c->version);

	return strncmp(label, begin, (size_t)len) == 0;
}

/* The bank that the link names; 0: none. */
static uint32_t
running(const struct call *c)
{
	char to[16];
	uint32_t bank = 0;
	ssize_t n;

	n = readlinkat(c->unit_fd, "running", to, sizeof(to) - 1);
	if (n <= 0)
		return 0;
	to[n] = '\0';
	(void)parse_u32(to, 1, STRUCTURE_BANKS_MAX, &bank, NULL);
	return bank;
}

static bool
is_busy(const struct call *c)
{
	const char *when = getenv("IMGADM_WHEN");
	char text[TEXT_MAX];

	return when != NULL && strcmp(when, "idle") == 0 && text_read(c->unit_fd, "in-use", text);
}

static int
not_whole(const struct call *c)
{
	log_error("%s/%s: %s %s is not there, whole", c->unit, c->bank_name, c->software,
		c->version);
	return INSTALL_FAILED;
}

/* --- verbs ----------------------------------------------------------------- */

/* What the bank holds makes room for what is written over it. */
static int
do_space(const struct call *c)
{
	struct statvfs v;
	struct stat st;
	uint64_t room;

	if (fstatvfs(c->unit_fd, &v) < 0)
		return fail(c, ".");
	room = (uint64_t)v.f_bavail * v.f_frsize;
	if (c->bank_fd >= 0 && fstatat(c->bank_fd, "image", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode))
		room += (uint64_t)st.st_blocks * BLOCK;
	if (c->size > room) {
		log_error("%s: no room for %" PRIu64 " octets", c->unit, c->size);
		return INSTALL_FAILED;
	}
	return INSTALL_OK;
}

/* Descriptor 3 into the bank's new image; what could not be written whole is taken away. */
static int
write_image(const struct call *c, char hex[HEX_SIZE])
{
	uint64_t size = 0;
	int fd = file_new(c->bank_fd, "image"), rc, why;

	if (fd < 0)
		return fail_bank(c, "image");
	rc = read_through(IMAGE_FD, fd, c->size, hex, &size);
	if (rc == 0)
		rc = fsync(fd);
	why = errno;
	if (close(fd) < 0 && rc == 0) {
		why = errno;
		rc = -1;
	}
	if (rc == 0 && size == c->size)
		return INSTALL_OK;
	(void)unlinkat(c->bank_fd, "image", 0);
	if (rc == 0) {
		log_error("descriptor 3: %s than %" PRIu64 " octets",
			size < c->size ? "less" : "more", c->size);
		return INSTALL_FAILED;
	}
	errno = why;
	return fail_bank(c, "image");
}

static int
do_write(struct call *c)
{
	char label[TEXT_MAX], hex[HEX_SIZE];
	int rc;

	if (c->bank == running(c) && is_busy(c))
		return INSTALL_BUSY;
	if (lseek(IMAGE_FD, 0, SEEK_SET) < 0) {
		log_error("descriptor 3: %s", strerror(errno));
		return INSTALL_FAILED;
	}
	if (c->bank_fd < 0)
		c->bank_fd = folder_open(c->unit_fd, c->bank_name, true, false);
	if (c->bank_fd < 0)
		return fail(c, c->bank_name);
	/* From here on nothing is said of the bank until it is whole. */
	if ((unlinkat(c->bank_fd, "label", 0) < 0 && errno != ENOENT) || fsync(c->bank_fd) < 0)
		return fail_bank(c, "label");
	(void)printf("progress 0\n");
	(void)fflush(stdout);
	rc = write_image(c, hex);
	if (rc != INSTALL_OK)
		return rc;
	label_text(c, hex, c->size, label);
	if (text_put(c->bank_fd, "label", label) < 0)
		return fail_bank(c, "label");
	(void)printf("progress 100\n");
	return INSTALL_OK;
}

static int
do_verify(const struct call *c)
{
	char label[TEXT_MAX], hex[HEX_SIZE], said[HEX_SIZE];
	const char *want = getenv("IMGADM_SHA256");
	uint64_t size;
	int fd, rc;

	if (!text_read(c->bank_fd, "label", label) || !label_digest(label, said) ||
		!label_is(c, label))
		return not_whole(c);
	fd = openat(c->bank_fd, "image", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail_bank(c, "image");
	rc = read_through(fd, -1, UINT64_MAX - 1, hex, &size);
	(void)close(fd);
	if (rc < 0)
		return fail_bank(c, "image");
	if (strcmp(hex, said) != 0 || (want != NULL && strcmp(hex, want) != 0) ||
		(c->size != 0 && size != c->size)) {
		log_error("%s/%s/image: damaged", c->unit, c->bank_name);
		return INSTALL_FAILED;
	}
	(void)printf("sha256=%s\n", hex);
	return INSTALL_OK;
}

/* The link is exchanged in one go: it is the old one or the new one. */
static int
run_bank(const struct call *c)
{
	if (running(c) == c->bank)
		return fsync(c->unit_fd) < 0 ? fail(c, ".") : INSTALL_OK;
	if ((unlinkat(c->unit_fd, "running.new", 0) < 0 && errno != ENOENT) ||
		symlinkat(c->bank_name, c->unit_fd, "running.new") < 0 ||
		renameat(c->unit_fd, "running.new", c->unit_fd, "running") < 0 ||
		fsync(c->unit_fd) < 0)
		return fail(c, "running");
	return INSTALL_OK;
}

static int
do_switch(const struct call *c)
{
	char label[TEXT_MAX];

	if (running(c) != c->bank && is_busy(c))
		return INSTALL_BUSY;
	if (!text_read(c->bank_fd, "label", label) || !label_is(c, label))
		return not_whole(c);
	return run_bank(c);
}

/* What ran before need not be known by name, but it must be there. */
static int
do_fallback(const struct call *c)
{
	char label[TEXT_MAX], hex[HEX_SIZE];

	if (!text_read(c->bank_fd, "label", label) || !label_digest(label, hex))
		return not_whole(c);
	return run_bank(c);
}

static int
do_probe(const struct call *c)
{
	char label[TEXT_MAX], hex[HEX_SIZE];
	uint32_t bank = running(c);
	char *version, *end;

	if (bank != c->bank) {
		log_error("%s: bank %" PRIu32 " runs, not %" PRIu32, c->unit, bank, c->bank);
		return INSTALL_FAILED;
	}
	if (!text_read(c->bank_fd, "label", label) || !label_digest(label, hex))
		return not_whole(c);
	version = strchr(label, ' ');
	end = version == NULL ? NULL : strchr(version + 1, ' ');
	if (end == NULL)
		return INSTALL_FAILED;
	(void)printf("version=%.*s sha256=%s\n", (int)(end - version - 1), version + 1, hex);
	return INSTALL_OK;
}

static int
do_confirm(const struct call *c)
{
	if (running(c) == c->bank)
		return INSTALL_OK;
	log_error("%s: bank %" PRIu32 " does not run", c->unit, c->bank);
	return INSTALL_FAILED;
}

/* --- the call -------------------------------------------------------------- */

/* A line of the hook file for this verb (and version); -1: there is none. */
static int
hook(const struct call *c)
{
	char text[TEXT_MAX], *at = text, *line, *verb, *status, *version;
	uint32_t value;

	if (!text_read(c->unit_fd, "hook", text))
		return -1;
	while ((line = strsep(&at, "\n")) != NULL) {
		verb = strsep(&line, " ");
		status = strsep(&line, " ");
		version = line;
		if (strcmp(verb, install_verb_name(c->verb)) == 0 && status != NULL &&
			(version == NULL || strcmp(version, c->version) == 0) &&
			parse_u32(status, 0, UINT8_MAX, &value, NULL) == 0) {
			log_error("%s: as the hook says", verb);
			return (int)value;
		}
	}
	return -1;
}

static enum install_verb
verb_of(const char *name)
{
	for (int verb = INSTALL_SPACE; verb <= INSTALL_ADVISE; verb++)
		if (strcmp(install_verb_name((enum install_verb)verb), name) == 0)
			return (enum install_verb)verb;
	return 0;
}

/* BANKS, made where it is missing, the unit's folder in it, and the bank's if there is one. */
static int
folders(struct call *c, const char *banks)
{
	const char *state = getenv("IMGADM_STATE");
	char root[PATH_MAX];
	int fd;

	if (banks == NULL && state == NULL) {
		log_error("where the banks are is not known: --banks DIR, or IMGADM_STATE");
		return INSTALL_FAILED;
	}
	if ((size_t)snprintf(root, sizeof(root), "%s%s", banks != NULL ? banks : state,
		banks != NULL ? "" : ".banks") >= sizeof(root) ||
		(size_t)snprintf(c->unit, sizeof(c->unit), "%s/%s", root, c->symbol) >=
		sizeof(c->unit)) {
		log_error("%s: the name is too long", banks != NULL ? banks : state);
		return INSTALL_FAILED;
	}
	/* A link to where there is room is the maker's choice; below it there is none. */
	if (mkdir(root, 0755) == 0 && durable_folder(root) < 0)
		return fail(c, "..");
	fd = folder_open(AT_FDCWD, root, true, true);
	if (fd < 0) {
		log_error("%s: %s", root, errno == EPERM ?
			"not root's (or ours) alone: chown, chmod go-w" : strerror(errno));
		return INSTALL_FAILED;
	}
	c->unit_fd = folder_open(fd, c->symbol, true, false);
	(void)close(fd);
	if (c->unit_fd < 0)
		return fail(c, ".");
	c->bank_fd = folder_open(c->unit_fd, c->bank_name, false, false);
	return c->bank_fd < 0 && errno != ENOENT ? fail(c, c->bank_name) : INSTALL_OK;
}

/* Of one word at most: who is asked to go back to what is not known has empty ones for it. */
static bool
is_word(const char *text)
{
	size_t len = 0;

	while ((unsigned char)text[len] > ' ' && text[len] != 0x7f)
		len++;
	return len <= NAME_MAX && text[len] == '\0';
}

static int
take_words(struct call *c, char *argv[], struct err *e)
{
	int rc;

	c->symbol = argv[1];
	c->software = argv[3];
	c->version = argv[4];
	rc = parse_u32(argv[2], 1, STRUCTURE_BANKS_MAX, &c->bank, e);
	if (rc == 0)
		rc = parse_u32(argv[5], 0, UINT32_MAX, &c->sequence, e);
	if (rc == 0)
		rc = parse_u64(argv[6], 0, INT64_MAX, &c->size, e);
	if (rc == 0 && (!is_word(c->symbol) || c->symbol[0] == '.' || c->symbol[0] == '\0' ||
		strchr(c->symbol, '/') != NULL))
		rc = err_set(e, -EINVAL, "the symbol is no name of a folder");
	if (rc == 0 && (!is_word(c->software) || !is_word(c->version)))
		rc = err_set(e, -EINVAL, "software and version are a word each");
	if (rc == 0)
		(void)snprintf(c->bank_name, sizeof(c->bank_name), "%" PRIu32, c->bank);
	return rc;
}

static int
run(struct call *c)
{
	int status = hook(c);

	if (status >= 0)
		return status;
	switch (c->verb) {
	case INSTALL_SPACE:
		return do_space(c);
	case INSTALL_WRITE:
		return do_write(c);
	case INSTALL_VERIFY:
		return do_verify(c);
	case INSTALL_SWITCH:
		return do_switch(c);
	case INSTALL_PROBE:
		return do_probe(c);
	case INSTALL_CONFIRM:
		return do_confirm(c);
	case INSTALL_FALLBACK:
		return do_fallback(c);
	case INSTALL_RESET:
		return INSTALL_OK;
	case INSTALL_ADVISE:
		break;
	}
	return INSTALL_UNSUPPORTED;
}

int
main(int argc, char *argv[])
{
	struct call c = { .unit_fd = -1, .bank_fd = -1 };
	const char *banks = NULL;
	struct err e;
	int at = 1, rc;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	if (argc > 2 && strcmp(argv[1], "--banks") == 0) {
		banks = argv[2];
		at = 3;
	}
	if (argc - at < WORDS - 1) {
		log_error("want [--banks DIR] VERB SYMBOL BANK SOFTWARE VERSION SEQ SIZE");
		return INSTALL_FAILED;
	}
	c.verb = verb_of(argv[at]);
	if (c.verb == 0)
		return INSTALL_UNSUPPORTED;
	if (take_words(&c, argv + at, &e) < 0) {
		log_err(&e);
		return INSTALL_FAILED;
	}
	rc = sodium_init() < 0 ? INSTALL_FAILED : folders(&c, banks);
	return rc == INSTALL_OK ? run(&c) : rc;
}

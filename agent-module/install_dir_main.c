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
#include "lib/base/log.h"
#include "lib/base/parse.h"

#define PROGRAM "imgadm-install-dir"

enum { IMAGE_FD = 3, CHUNK = 64 * 1024, TEXT_MAX = 1024, WORDS = 8 };

struct call {
	enum install_verb verb;
	const char *symbol, *software, *version;
	uint32_t bank, sequence;
	uint64_t size;
	char unit[PATH_MAX], dir[PATH_MAX + 16];	/* folders of the unit and the bank */
};

static int
fail(const char *path)
{
	log_error("%s: %s", path, strerror(errno));
	return INSTALL_FAILED;
}

static void
path_in(char dst[PATH_MAX + 64], const char *folder, const char *name)
{
	(void)snprintf(dst, PATH_MAX + 64, "%s/%s", folder, name);
}

/* --- small files ----------------------------------------------------------- */

static int
folder_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

/* Its first text of at most TEXT_MAX - 1 octets; false: it is not there. */
static bool
text_read(const char *folder, const char *name, char dst[TEXT_MAX])
{
	char path[PATH_MAX + 64];
	ssize_t n;
	int fd;

	path_in(path, folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, dst, TEXT_MAX - 1);
	(void)close(fd);
	dst[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

static int
text_put(const char *folder, const char *name, const char *text)
{
	char new[PATH_MAX + 64], path[PATH_MAX + 64];
	size_t len = strlen(text);
	int fd, rc = -1;

	path_in(path, folder, name);
	path_in(new, folder, "new");
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	if (write(fd, text, len) == (ssize_t)len && fsync(fd) == 0)
		rc = 0;
	(void)close(fd);
	if (rc == 0)
		rc = rename(new, path);
	return rc == 0 ? folder_sync(folder) : rc;
}

/* --- a bank ---------------------------------------------------------------- */

/* The octets of fd: digest in hexadecimal, and how many; to `out` too, where it is one. */
static int
read_through(int fd, int out, char hex[2 * crypto_hash_sha256_BYTES + 1], uint64_t *ret_size)
{
	static unsigned char data[CHUNK];
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state h;
	uint64_t size = 0;
	ssize_t n;

	(void)crypto_hash_sha256_init(&h);
	while ((n = read(fd, data, sizeof(data))) > 0) {
		(void)crypto_hash_sha256_update(&h, data, (unsigned long long)n);
		if (out >= 0 && write(out, data, (size_t)n) != n)
			return -1;
		size += (uint64_t)n;
	}
	if (n < 0)
		return -1;
	(void)crypto_hash_sha256_final(&h, digest);
	(void)sodium_bin2hex(hex, 2 * crypto_hash_sha256_BYTES + 1, digest, sizeof(digest));
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
label_digest(const char *label, char hex[2 * crypto_hash_sha256_BYTES + 1])
{
	const char *last = strrchr(label, ' ');

	if (last == NULL || strlen(last + 1) != 2 * crypto_hash_sha256_BYTES + 1)
		return false;
	memcpy(hex, last + 1, (size_t)2 * crypto_hash_sha256_BYTES);
	hex[2 * crypto_hash_sha256_BYTES] = '\0';
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
	char path[PATH_MAX + 64], to[16];
	uint32_t bank = 0;
	ssize_t n;

	path_in(path, c->unit, "running");
	n = readlink(path, to, sizeof(to) - 1);
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

	return when != NULL && strcmp(when, "idle") == 0 && text_read(c->unit, "in-use", text);
}

/* --- verbs ----------------------------------------------------------------- */

static int
do_space(const struct call *c)
{
	struct statvfs v;

	if (statvfs(c->unit, &v) < 0)
		return fail(c->unit);
	if (c->size > (uint64_t)v.f_bavail * v.f_frsize) {
		log_error("%s: no room for %" PRIu64 " octets", c->unit, c->size);
		return INSTALL_FAILED;
	}
	return INSTALL_OK;
}

static int
do_write(const struct call *c)
{
	char path[PATH_MAX + 64], label[TEXT_MAX], hex[2 * crypto_hash_sha256_BYTES + 1];
	uint64_t size = 0;
	int fd, rc;

	if (c->bank == running(c) && is_busy(c))
		return INSTALL_BUSY;
	if (lseek(IMAGE_FD, 0, SEEK_SET) < 0)
		return fail("descriptor 3");
	if (mkdir(c->dir, 0755) < 0 && errno != EEXIST)
		return fail(c->dir);
	/* From here on nothing is said of the bank until it is whole. */
	path_in(path, c->dir, "label");
	if ((unlink(path) < 0 && errno != ENOENT) || folder_sync(c->dir) < 0 ||
		folder_sync(c->unit) < 0)
		return fail(path);
	(void)printf("progress 0\n");
	(void)fflush(stdout);
	path_in(path, c->dir, "image");
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(path);
	rc = read_through(IMAGE_FD, fd, hex, &size);
	if (rc == 0)
		rc = fsync(fd);
	if (close(fd) < 0 || rc < 0)
		return fail(path);
	if (size != c->size) {
		log_error("descriptor 3: %" PRIu64 " octets, not %" PRIu64, size, c->size);
		return INSTALL_FAILED;
	}
	label_text(c, hex, size, label);
	if (text_put(c->dir, "label", label) < 0)
		return fail(c->dir);
	(void)printf("progress 100\n");
	return INSTALL_OK;
}

static int
do_verify(const struct call *c)
{
	char path[PATH_MAX + 64], label[TEXT_MAX], hex[2 * crypto_hash_sha256_BYTES + 1];
	char said[2 * crypto_hash_sha256_BYTES + 1];
	const char *want = getenv("IMGADM_SHA256");
	uint64_t size;
	int fd, rc;

	if (!text_read(c->dir, "label", label) || !label_digest(label, said) ||
		!label_is(c, label)) {
		log_error("%s: %s %s is not there, whole", c->dir, c->software, c->version);
		return INSTALL_FAILED;
	}
	path_in(path, c->dir, "image");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(path);
	rc = read_through(fd, -1, hex, &size);
	(void)close(fd);
	if (rc < 0)
		return fail(path);
	if (strcmp(hex, said) != 0 || (want != NULL && strcmp(hex, want) != 0) ||
		(c->size != 0 && size != c->size)) {
		log_error("%s: damaged", path);
		return INSTALL_FAILED;
	}
	(void)printf("sha256=%s\n", hex);
	return INSTALL_OK;
}

/* The link is exchanged in one go: it is the old one or the new one. */
static int
run_bank(const struct call *c)
{
	char path[PATH_MAX + 64], new[PATH_MAX + 64], to[16];
	struct stat st;

	if (running(c) == c->bank)
		return folder_sync(c->unit) < 0 ? fail(c->unit) : INSTALL_OK;
	if (stat(c->dir, &st) < 0)
		return fail(c->dir);
	(void)snprintf(to, sizeof(to), "%" PRIu32, c->bank);
	path_in(new, c->unit, "running.new");
	path_in(path, c->unit, "running");
	if ((unlink(new) < 0 && errno != ENOENT) || symlink(to, new) < 0 ||
		rename(new, path) < 0 || folder_sync(c->unit) < 0)
		return fail(path);
	return INSTALL_OK;
}

static int
do_switch(const struct call *c)
{
	char label[TEXT_MAX];

	if (running(c) != c->bank && is_busy(c))
		return INSTALL_BUSY;
	if (!text_read(c->dir, "label", label) || !label_is(c, label)) {
		log_error("%s: %s %s is not there, whole", c->dir, c->software, c->version);
		return INSTALL_FAILED;
	}
	return run_bank(c);
}

static int
do_probe(const struct call *c)
{
	char label[TEXT_MAX], hex[2 * crypto_hash_sha256_BYTES + 1];
	uint32_t bank = running(c);
	char *version, *end;

	if (bank != c->bank) {
		log_error("%s: bank %" PRIu32 " runs, not %" PRIu32, c->unit, bank, c->bank);
		return INSTALL_FAILED;
	}
	if (!text_read(c->dir, "label", label) || !label_digest(label, hex)) {
		log_error("%s: what runs is not whole", c->dir);
		return INSTALL_FAILED;
	}
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

	if (!text_read(c->unit, "hook", text))
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

static int
run(const struct call *c)
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
		return run_bank(c);
	case INSTALL_RESET:
		return INSTALL_OK;
	case INSTALL_ADVISE:
		break;
	}
	return INSTALL_UNSUPPORTED;
}

static enum install_verb
verb_of(const char *name)
{
	for (int verb = INSTALL_SPACE; verb <= INSTALL_ADVISE; verb++)
		if (strcmp(install_verb_name((enum install_verb)verb), name) == 0)
			return (enum install_verb)verb;
	return 0;
}

/* BANKS, made where it is missing, and the unit's folder in it. */
static int
folders(struct call *c, const char *banks)
{
	const char *state = getenv("IMGADM_STATE");
	char root[PATH_MAX];

	if (banks == NULL && state == NULL) {
		log_error("where the banks are is not known: --banks DIR, or IMGADM_STATE");
		return INSTALL_FAILED;
	}
	(void)snprintf(root, sizeof(root), "%s%s", banks != NULL ? banks : state,
		banks != NULL ? "" : ".banks");
	if ((size_t)snprintf(c->unit, sizeof(c->unit), "%s/%s", root, c->symbol) >=
		sizeof(c->unit)) {
		errno = ENAMETOOLONG;
		return fail(root);
	}
	(void)snprintf(c->dir, sizeof(c->dir), "%s/%" PRIu32, c->unit, c->bank);
	if ((mkdir(root, 0755) < 0 && errno != EEXIST) || (mkdir(c->unit, 0755) < 0 &&
		errno != EEXIST) || folder_sync(root) < 0)
		return fail(c->unit);
	return INSTALL_OK;
}

int
main(int argc, char *argv[])
{
	struct call c = {0};
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
	c.symbol = argv[at + 1];
	c.software = argv[at + 3];
	c.version = argv[at + 4];
	rc = parse_u32(argv[at + 2], 1, STRUCTURE_BANKS_MAX, &c.bank, &e);
	if (rc == 0)
		rc = parse_u32(argv[at + 5], 0, UINT32_MAX, &c.sequence, &e);
	if (rc == 0)
		rc = parse_u64(argv[at + 6], 0, UINT64_MAX, &c.size, &e);
	if (rc == 0 && (c.symbol[0] == '.' || c.symbol[0] == '\0' || strchr(c.symbol, '/') != NULL))
		rc = err_set(&e, -EINVAL, "the symbol is no name of a folder");
	if (rc < 0) {
		log_err(&e);
		return INSTALL_FAILED;
	}
	rc = sodium_init() < 0 ? INSTALL_FAILED : folders(&c, banks);
	return rc == INSTALL_OK ? run(&c) : rc;
}

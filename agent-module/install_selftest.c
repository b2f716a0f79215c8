#include <config.h>

#include "agent-module/install_selftest.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sodium.h>

#include "agent-module/install_child.h"
#include "agent-module/installer.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"

enum { IMAGE_SIZE = 4 * 1024 * 1024, KILLS = 5, FTW_FDS = 16 };

struct image {
	const char *version;
	uint32_t sequence;
	int fd;			/* in memory */
	uint64_t size;		/* as it is told */
	uint8_t sha256[STRUCTURE_DIGEST_SIZE];
};

struct test {
	char path[INSTALLER_PATH_MAX];
	char folder[PATH_MAX], state[PATH_MAX + 16];
	uint32_t verb_limit_s;
	struct image a, b, c;	/* whole */
	struct image torn, other;	/* c, cut short; c, with other octets */
	unsigned number, failed;
	int64_t kill_at_ms;	/* 0 = it lives */
	const volatile sig_atomic_t *stopping;
	struct installer_end end;
};

static void
say(struct test *t, bool good, const char *what)
{
	if (*t->stopping)
		return;		/* it was not let to its end */
	(void)printf("%s %u - %s\n", good ? "ok" : "not ok", ++t->number, what);
	if (!good && t->end.why.text[0] != '\0')
		(void)printf("# %s\n", t->end.why.text);
	(void)fflush(stdout);
	t->failed += good ? 0 : 1;
}

/* --- images ---------------------------------------------------------------- */

static int
image_make(struct image *m, const char *version, uint32_t sequence, unsigned char fill,
	uint64_t octets)
{
	static unsigned char data[IMAGE_SIZE];	/* too large for a stack */
	uint64_t at = 0;
	ssize_t n;

	m->version = version;
	m->sequence = sequence;
	m->size = IMAGE_SIZE;
	for (size_t i = 0; i < IMAGE_SIZE; i++)
		data[i] = (unsigned char)(fill + i / 4096 * 7 + i % 251);
	(void)crypto_hash_sha256(m->sha256, data, IMAGE_SIZE);
	m->fd = memfd_create("image", MFD_CLOEXEC);
	while (m->fd >= 0 && at < octets) {
		n = write(m->fd, data + at, (size_t)(octets - at));
		if (n < 0)
			return -errno;
		at += (uint64_t)n;
	}
	return m->fd < 0 ? -errno : 0;
}

static int
images_make(struct test *t)
{
	int rc = image_make(&t->a, "1.0", 100, 1, IMAGE_SIZE);

	if (rc == 0)
		rc = image_make(&t->b, "2.0", 200, 2, IMAGE_SIZE);
	if (rc == 0)
		rc = image_make(&t->c, "3.0", 300, 3, IMAGE_SIZE);
	if (rc == 0)
		rc = image_make(&t->torn, "3.0", 300, 3, IMAGE_SIZE / 2);
	if (rc == 0)
		rc = image_make(&t->other, "3.0", 300, 4, IMAGE_SIZE);
	if (rc == 0)
		memcpy(t->other.sha256, t->c.sha256, sizeof(t->c.sha256));
	return rc;
}

/* --- a verb ---------------------------------------------------------------- */

static bool
is_time(void *user)
{
	const struct test *t = user;

	return *t->stopping ||
		(t->kill_at_ms != 0 && clock_monotonic_ms(clock_system()) >= t->kill_at_ms);
}

static enum install_answer
run(struct test *t, enum install_verb verb, unsigned bank, const struct image *m)
{
	char same[64];
	struct installer_call call = { .path = t->path, .state = t->state, .verb = verb,
		.symbol = "SELFTEST", .bank = bank, .software = "selftest", .version = m->version,
		.sequence = m->sequence, .size = m->size, .sha256 = m->sha256, .image = -1,
		.limit_ms = t->verb_limit_s == 0 ? installer_limit_ms(verb) :
			(int64_t)t->verb_limit_s * 1000,
		.more = verb == INSTALL_ADVISE ? "a word of advice" : NULL,
		.stop = is_time, .user = t };

	if (*t->stopping)
		return INSTALL_FAILED;
	if (verb == INSTALL_WRITE) {
		(void)snprintf(same, sizeof(same), "/proc/self/fd/%d", m->fd);
		call.image = open(same, O_RDONLY | O_CLOEXEC);
	}
	installer_run(&call, &t->end);
	if (call.image >= 0)
		(void)close(call.image);
	/* As imgadm-install sees it. */
	if (verb == INSTALL_VERIFY && t->end.answer == INSTALL_OK && t->end.has_sha256 &&
		memcmp(t->end.sha256, m->sha256, sizeof(m->sha256)) != 0)
		return INSTALL_FAILED;
	return t->end.answer;
}

static bool
runs(struct test *t, unsigned bank, const struct image *m)
{
	enum install_answer answer = run(t, INSTALL_PROBE, bank, m);

	if (answer == INSTALL_UNSUPPORTED)
		return true;
	return answer == INSTALL_OK && t->end.has_version &&
		strcmp(t->end.version, m->version) == 0 &&
		(!t->end.has_sha256 || memcmp(t->end.sha256, m->sha256, sizeof(m->sha256)) == 0);
}

static bool
done(enum install_answer answer)
{
	return answer == INSTALL_OK || answer == INSTALL_UNSUPPORTED;
}

/* Killed at several moments of its life, and then again to its end. */
static bool
killed(struct test *t, enum install_verb verb, unsigned bank, const struct image *m)
{
	int64_t begun = clock_monotonic_ms(clock_system()), span;
	bool good = done(run(t, verb, bank, m));

	span = clock_monotonic_ms(clock_system()) - begun;
	for (int n = 0; good && n < KILLS; n++) {
		t->kill_at_ms = clock_monotonic_ms(clock_system()) + span * n / KILLS;
		(void)run(t, verb, bank, m);
		t->kill_at_ms = 0;
		good = done(run(t, verb, bank, m));
	}
	return good;
}

/* --- the checks ------------------------------------------------------------ */

static bool
knows_no_verb(struct test *t)
{
	const char *argv[] = { t->path, "dance", "SELFTEST", "1", "selftest", "1.0", "1", "1",
		NULL };
	const struct install_child child = { .argv = argv, .limit_ms = 10000, .third = -1 };
	struct install_child_end end;

	return install_child_run(&child, &end, &t->end.why) == 0 && end.end.signal == 0 &&
		end.end.status == INSTALL_UNSUPPORTED;
}

static void
check_writing(struct test *t)
{
	struct image huge = t->a;

	say(t, knows_no_verb(t), "a verb that it does not know ends with 3");
	say(t, done(run(t, INSTALL_SPACE, 1, &t->a)), "space: there is room for the image");
	huge.size = (uint64_t)1 << 60;
	say(t, run(t, INSTALL_SPACE, 1, &huge) != INSTALL_OK,
		"space: there is none for 2^60 octets");
	say(t, run(t, INSTALL_WRITE, 1, &t->a) == INSTALL_OK, "write: bank 1 is written");
	say(t, run(t, INSTALL_VERIFY, 1, &t->a) == INSTALL_OK, "verify: bank 1 reads back");
	say(t, run(t, INSTALL_SWITCH, 1, &t->a) == INSTALL_OK, "switch: to bank 1");
	say(t, runs(t, 1, &t->a), "probe: bank 1 runs, and says its version");
	say(t, run(t, INSTALL_WRITE, 2, &t->b) == INSTALL_OK, "write: bank 2 is written");
	say(t, run(t, INSTALL_VERIFY, 2, &t->b) == INSTALL_OK, "verify: bank 2 reads back");
	say(t, runs(t, 1, &t->a), "and bank 1 still runs");
	say(t, run(t, INSTALL_VERIFY, 2, &t->c) != INSTALL_OK,
		"verify: bank 2 is not taken for another release");
	say(t, run(t, INSTALL_WRITE, 2, &t->b) == INSTALL_OK &&
		run(t, INSTALL_VERIFY, 2, &t->b) == INSTALL_OK, "write: may be repeated");
	(void)run(t, INSTALL_WRITE, 2, &t->torn);
	say(t, run(t, INSTALL_VERIFY, 2, &t->torn) != INSTALL_OK,
		"verify: a torn write is seen");
	say(t, run(t, INSTALL_VERIFY, 2, &t->b) != INSTALL_OK,
		"verify: what was written over is not there any more");
	(void)run(t, INSTALL_WRITE, 2, &t->other);
	say(t, run(t, INSTALL_VERIFY, 2, &t->other) != INSTALL_OK,
		"verify: reads the bank, and sees other octets");
	say(t, killed(t, INSTALL_WRITE, 2, &t->b) &&
		run(t, INSTALL_VERIFY, 2, &t->b) == INSTALL_OK,
		"write: killed in the middle, it is done again from the start");
	say(t, runs(t, 1, &t->a), "and bank 1 still runs");
}

static void
check_switching(struct test *t)
{
	say(t, run(t, INSTALL_SWITCH, 2, &t->b) == INSTALL_OK, "switch: to bank 2");
	say(t, run(t, INSTALL_SWITCH, 2, &t->b) == INSTALL_OK, "switch: may be repeated");
	say(t, runs(t, 2, &t->b), "probe: bank 2 runs, and says its version");
	say(t, run(t, INSTALL_PROBE, 1, &t->a) != INSTALL_OK, "probe: bank 1 does not run");
	say(t, killed(t, INSTALL_SWITCH, 2, &t->b) && runs(t, 2, &t->b),
		"switch: killed in the middle, it is done again");
	say(t, run(t, INSTALL_FALLBACK, 1, &t->a) == INSTALL_OK, "fallback: to bank 1");
	say(t, run(t, INSTALL_FALLBACK, 1, &t->a) == INSTALL_OK, "fallback: may be repeated");
	say(t, runs(t, 1, &t->a), "probe: bank 1 runs again");
	say(t, killed(t, INSTALL_FALLBACK, 1, &t->a) && runs(t, 1, &t->a),
		"fallback: killed in the middle, it is done again");
	say(t, run(t, INSTALL_SWITCH, 2, &t->b) == INSTALL_OK && runs(t, 2, &t->b),
		"switch: to bank 2 once more");
	say(t, done(run(t, INSTALL_CONFIRM, 2, &t->b)), "confirm: bank 2");
	say(t, done(run(t, INSTALL_CONFIRM, 2, &t->b)), "confirm: may be repeated");
	say(t, killed(t, INSTALL_CONFIRM, 2, &t->b),
		"confirm: killed in the middle, it is done again");
	say(t, runs(t, 2, &t->b), "probe: bank 2 still runs");
	say(t, run(t, INSTALL_VERIFY, 2, &t->b) == INSTALL_OK, "verify: bank 2 reads back");
	say(t, done(run(t, INSTALL_RESET, 2, &t->b)), "reset: is done, or not supported");
	say(t, done(run(t, INSTALL_ADVISE, 2, &t->b)), "advise: is done, or not supported");
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

int
install_selftest(const char *installer, uint32_t verb_limit_s,
	const volatile sig_atomic_t *stopping)
{
	struct test *t = calloc(1, sizeof(*t));
	const char *tmp = getenv("TMPDIR");
	int status = EXIT_STORAGE;
	bool made = false;

	if (t == NULL || sodium_init() < 0)
		goto out;
	t->verb_limit_s = verb_limit_s;
	t->stopping = stopping;
	t->a.fd = t->b.fd = t->c.fd = t->torn.fd = t->other.fd = -1;
	(void)snprintf(t->folder, sizeof(t->folder), "%s/imgadm-selftest.XXXXXX",
		tmp == NULL ? "/tmp" : tmp);
	made = mkdtemp(t->folder) != NULL;
	if (!made || images_make(t) < 0) {
		log_error("%s: no folder or images for the test: %s", t->folder, strerror(errno));
		goto out;
	}
	(void)snprintf(t->state, sizeof(t->state), "%s/device.db", t->folder);
	say(t, installer_check(installer, t->path, &t->end.why) == 0,
		"it is root's (or ours) alone, and so are its folders");
	if (t->failed == 0) {
		check_writing(t);
		check_switching(t);
	}
	(void)printf("1..%u\n", t->number);
	if (*stopping)
		log_error("stopped before the last check");
	status = t->failed == 0 && !*stopping ? EXIT_DONE : EXIT_SOME_FAILED;
out:
	if (made)
		(void)nftw(t->folder, remove_one, FTW_FDS, FTW_DEPTH | FTW_PHYS);
	free(t);
	return status;
}

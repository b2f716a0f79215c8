#include <config.h>

#include "lib/audit/audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/durable.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/sign/sign_words.h"

enum { MARK_MAX = 256, RETRY_MS = 10 };

static const struct sign_word mark_table[] = {
	{ "n", true, 20 }, { "end", true, 20 }, { "hash", true, 2 * AUDIT_HASH_SIZE },
};

static int
say(struct err *e, const char *path, const char *what)
{
	int rc = -errno;

	return err_set(e, rc, "%s: cannot %s: %s", path, what, strerror(-rc));
}

/* PATH.head, or PATH.head.new. */
static int
beside(char *dst, size_t size, const char *path, const char *end, struct err *e)
{
	int n = snprintf(dst, size, "%s%s", path, end);

	return n < 0 || (size_t)n >= size ?
		err_set(e, -ENAMETOOLONG, "%s: the name is too long", path) : 0;
}

/* --- head file ---------------------------------------------------------------- */

static bool
mark_parse(char *text, struct audit_mark *ret)
{
	char number[21], end[21], hash[2 * AUDIT_HASH_SIZE + 1];
	char *newline = strchr(text, '\n');
	struct sign_words w;

	if (newline == NULL || newline[1] != '\0')
		return false;
	*newline = '\0';
	return sign_words_parse(text, "imgadm-audit-head", "1", mark_table, 3, &w, NULL) == 0 &&
		sign_words_text(&w, "n", number, sizeof(number)) &&
		sign_words_text(&w, "end", end, sizeof(end)) &&
		sign_words_text(&w, "hash", hash, sizeof(hash)) &&
		parse_i64(number, 1, INT64_MAX, &ret->head.number, NULL) == 0 &&
		parse_i64(end, 1, INT64_MAX, &ret->end, NULL) == 0 &&
		text_unhex(hash, ret->head.hash, sizeof(ret->head.hash)) == 0;
}

int
audit_mark_read(const char *path, struct audit_mark *ret, struct err *e)
{
	char name[PATH_MAX], text[MARK_MAX + 1];
	ssize_t n;
	int fd, rc;

	rc = beside(name, sizeof(name), path, ".head", e);
	if (rc < 0)
		return rc;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : say(e, name, "open");
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0) {
		rc = say(e, name, "read");
	} else {
		text[n] = '\0';
		rc = strlen(text) == (size_t)n && mark_parse(text, ret) ? 1 :
			err_set(e, -EBADMSG, "%s: this is no head of an audit: it was changed",
				name);
	}
	(void)close(fd);
	return rc;
}

int
audit_mark_put(const char *path, const struct audit_mark *m, bool *ret_renamed, struct err *e)
{
	char name[PATH_MAX], new[PATH_MAX], text[MARK_MAX], hash[2 * AUDIT_HASH_SIZE + 1];
	int fd, rc, n;

	*ret_renamed = false;
	rc = beside(name, sizeof(name), path, ".head", e);
	if (rc == 0)
		rc = beside(new, sizeof(new), path, ".head.new", e);
	if (rc < 0)
		return rc;
	text_hex(hash, sizeof(hash), m->head.hash, sizeof(m->head.hash));
	n = snprintf(text, sizeof(text), "imgadm-audit-head 1 n=%" PRId64 " end=%" PRId64
		" hash=%s\n", m->head.number, m->end, hash);
	/* The lock is held: nobody else writes a file of this name. */
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return say(e, new, "make");
	rc = durable_write(fd, text, (size_t)n);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	(void)close(fd);
	if (rc == 0 && rename(new, name) < 0)
		rc = -errno;
	if (rc == 0) {
		*ret_renamed = true;
		rc = durable_folder(name);
	} else {
		(void)unlink(new);
	}
	return rc < 0 ? err_set(e, rc, "%s: cannot write: %s", name, strerror(-rc)) : 0;
}

/* --- opened and locked ---------------------------------------------------------- */

static int
wait_for(int fd, int how, const char *path, struct err *e)
{
	const struct timespec pause = { 0, RETRY_MS * 1000000L };
	const struct clock *clock = clock_system();
	int64_t end_ms = clock_monotonic_ms(clock) + AUDIT_WAIT_MS;

	while (flock(fd, how | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return say(e, path, "lock");
		if (clock_monotonic_ms(clock) >= end_ms)
			return err_set(e, -EBUSY, "%s: another process has been writing it for"
				" %d s", path, AUDIT_WAIT_MS / 1000);
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

/* 1: fd is the file of that name now; 0: it was moved away meanwhile. */
static int
is_still(int fd, const char *path, int64_t *ret_size, struct err *e)
{
	struct stat open_st, st;

	if (fstat(fd, &open_st) < 0)
		return say(e, path, "look at");
	if (!S_ISREG(open_st.st_mode))
		return err_set(e, -EINVAL, "%s: not a plain file", path);
	*ret_size = open_st.st_size;
	return lstat(path, &st) == 0 && st.st_ino == open_st.st_ino && st.st_dev == open_st.st_dev;
}

int
audit_files_open(const char *path, bool write, struct audit_files *ret, bool *ret_broken,
	struct err *e)
{
	int flags = (write ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	struct audit_files f = { 0 };
	struct err why;
	int rc;

	*ret_broken = false;
	do {
		f.fd = open(path, flags, 0640);
		if (f.fd < 0)
			return say(e, path, "open");
		rc = wait_for(f.fd, write ? LOCK_EX : LOCK_SH, path, e);
		if (rc == 0)
			rc = is_still(f.fd, path, &f.size, e);
		if (rc <= 0)
			(void)close(f.fd);
	} while (rc == 0);
	if (rc < 0)
		return rc;
	rc = audit_mark_read(path, &f.mark, &why);
	if (rc == -EBADMSG && !write) {
		*ret_broken = true;
		rc = 0;
	}
	if (rc < 0) {
		(void)close(f.fd);
		return err_set(e, rc, "%s", why.text);
	}
	f.has_mark = rc == 1;
	if (!f.has_mark)
		f.mark = (struct audit_mark){ 0 };
	*ret = f;
	return 0;
}

void
audit_files_unlock(const struct audit_files *f)
{
	(void)flock(f->fd, LOCK_UN);
}

/* --- lines ------------------------------------------------------------------------ */

static int
fill(struct audit_scan *s, struct err *e)
{
	int64_t left = s->size - s->at;
	size_t want = left < AUDIT_WINDOW ? (size_t)left : AUDIT_WINDOW, have = 0;
	ssize_t n;

	while (have < want) {
		n = pread(s->fd, s->window + have, want - have, s->at + (int64_t)have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return say(e, "the audit", "read");
		if (n == 0)
			break;	/* cut off meanwhile */
		have += (size_t)n;
	}
	s->window_at = s->at;
	s->window_len = have;
	return 0;
}

int
audit_scan_line(struct audit_scan *s, const char **ret_line, size_t *ret_len, bool *ret_long,
	struct err *e)
{
	const char *line, *newline;
	size_t len;
	int rc;

	*ret_long = false;
	for (int round = 0; round < 2; round++) {
		if (s->at >= s->size)
			return 0;
		if (round == 1 || s->at < s->window_at ||
		    s->at >= s->window_at + (int64_t)s->window_len) {
			rc = fill(s, e);
			if (rc < 0)
				return rc;
		}
		line = s->window + (s->at - s->window_at);
		len = s->window_len - (size_t)(s->at - s->window_at);
		newline = memchr(line, '\n', len < AUDIT_LINE_MAX ? len : AUDIT_LINE_MAX);
		if (newline != NULL) {
			*ret_line = line;
			*ret_len = (size_t)(newline - line);
			s->at += newline - line + 1;
			return 1;
		}
		if (len >= AUDIT_LINE_MAX) {
			*ret_long = true;
			return 0;
		}
	}
	return 0;
}

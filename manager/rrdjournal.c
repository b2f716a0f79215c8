#include <config.h>

#include "manager/rrdjournal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

enum {
	BUFFER_SIZE = 128 * 1024,	/* of a journal in memory */
	LOCK_STEP_MS = 10,
	DIGITS_MAX = 20,
};

struct rrdjournal {
	char *dir;
	struct buf waiting[RRDJOURNAL_SLOTS];
};

unsigned
rrdjournal_slot(int64_t device)
{
	return (unsigned)((uint64_t)device % RRDJOURNAL_SLOTS);
}

/* --- files ------------------------------------------------------------------ */

static int
path_of(const char *dir, const char *name, char ret[RRDLAYOUT_PATH_MAX], struct err *e)
{
	if (snprintf(ret, RRDLAYOUT_PATH_MAX, "%s/journal.%s", dir, name) >=
	    RRDLAYOUT_PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%s: too long a name for a folder", dir);
	return 0;
}

int
rrdjournal_path(const char *dir, unsigned slot, char ret[RRDLAYOUT_PATH_MAX],
	struct err *e)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", slot);
	return path_of(dir, name, ret, e);
}

static int
file_err(struct err *e, const char *path, const char *what)
{
	int code = errno != 0 ? -errno : -EIO;

	return err_set(e, code, "%s: cannot %s: %s", path, what, strerror(-code));
}

/* Open and lock a journal; the lock goes with the descriptor. */
static int
open_locked(const char *path, int flags, int *ret_fd, size_t *ret_size, struct err *e)
{
	struct stat st;
	int fd, rc;

	fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0644);
	if (fd < 0)
		return file_err(e, path, "open");
	while ((rc = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
		continue;
	if (rc != 0 || fstat(fd, &st) != 0) {
		rc = file_err(e, path, "lock");
		(void)close(fd);
		return rc;
	}
	*ret_fd = fd;
	*ret_size = (size_t)st.st_size;
	return 0;
}

/* Cut off what a writer that died left behind the last line feed. */
static int
cut_tail(int fd, size_t *size)
{
	char last[RRDJOURNAL_LINE_MAX];
	size_t end = *size;

	while (end > 0) {
		size_t part = end < sizeof(last) ? end : sizeof(last), k;

		if (pread(fd, last, part, (off_t)(end - part)) != (ssize_t)part)
			return -1;
		for (k = part; k > 0 && last[k - 1] != '\n'; k--)
			continue;
		end -= part - k;
		if (k > 0)
			break;
	}
	if (end < *size && ftruncate(fd, (off_t)end) != 0)
		return -1;
	*size = end;
	return 0;
}

static int
append_open(int fd, const char *path, size_t size, const struct buf *b, struct err *e)
{
	ssize_t n;
	int rc;

	errno = 0;
	if (cut_tail(fd, &size) != 0)
		return file_err(e, path, "repair");
	if (size > RRDJOURNAL_SIZE_MAX - b->len)
		return err_set(e, -EFBIG, "%s: the journal is full", path);
	n = write(fd, b->data, b->len);
	if (n == (ssize_t)b->len)
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	rc = file_err(e, path, "write");
	if (ftruncate(fd, (off_t)size) != 0)
		return file_err(e, path, "repair");
	return rc;
}

/* --- writing ---------------------------------------------------------------- */

struct rrdjournal *
rrdjournal_new(const char *dir)
{
	struct rrdjournal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	for (size_t i = 0; i < RRDJOURNAL_SLOTS; i++)
		buf_init(&j->waiting[i], BUFFER_SIZE);
	j->dir = strdup(dir);
	if (j->dir == NULL) {
		rrdjournal_free(j);
		return NULL;
	}
	return j;
}

void
rrdjournal_free(struct rrdjournal *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < RRDJOURNAL_SLOTS; i++)
		buf_release(&j->waiting[i]);
	free(j->dir);
	free(j);
}

int
rrdjournal_add(struct rrdjournal *j, int64_t device, const char *name, const char *text,
	struct err *e)
{
	struct buf *b = &j->waiting[rrdjournal_slot(device)];
	char line[RRDJOURNAL_LINE_MAX];
	int n, rc;

	n = snprintf(line, sizeof(line), "%" PRId64 " %s %s\n", device, name, text);
	if (n >= (int)sizeof(line))
		return err_set(e, -EMSGSIZE, "%s: too long a line for the journal", j->dir);
	rc = buf_add(b, line, (size_t)n);
	if (rc < 0)
		return err_set(e, rc, "%s: too many samples in memory, or no memory", j->dir);
	return b->len > BUFFER_SIZE / 2;
}

int
rrdjournal_flush(struct rrdjournal *j, unsigned *ret_full, struct err *e)
{
	char path[RRDLAYOUT_PATH_MAX];
	struct err one;
	size_t size;
	int fd, rc, first = 0;

	for (unsigned i = 0; i < RRDJOURNAL_SLOTS; i++) {
		struct buf *b = &j->waiting[i];

		if (b->len == 0 && b->error == 0)
			continue;
		rc = rrdjournal_path(j->dir, i, path, &one);
		if (rc == 0)
			rc = open_locked(path, O_CREAT, &fd, &size, &one);
		if (rc == 0) {
			rc = append_open(fd, path, size, b, &one);
			(void)close(fd);
		}
		if (rc == -EFBIG) {
			*ret_full = i;
			if (e != NULL)
				*e = one;
			return rc;
		}
		buf_clear(b);
		if (rc < 0 && first == 0) {
			first = rc;
			if (e != NULL)
				*e = one;
		}
	}
	return first;
}

int
rrdjournal_forget(const char *dir, int64_t device, struct err *e)
{
	char path[RRDLAYOUT_PATH_MAX];
	struct buf b;
	size_t size;
	int fd, rc;

	rc = rrdjournal_path(dir, rrdjournal_slot(device), path, e);
	if (rc < 0 || !rrdjournal_waits(dir, rrdjournal_slot(device)))
		return rc;
	buf_init(&b, RRDJOURNAL_LINE_MAX);
	rc = buf_printf(&b, "%" PRId64 " -\n", device);
	if (rc < 0)
		return err_set(e, rc, "%s: no memory", path);
	rc = open_locked(path, 0, &fd, &size, e);
	if (rc == 0) {
		rc = append_open(fd, path, size, &b, e);
		(void)close(fd);
	}
	buf_release(&b);
	return rc;
}

/* --- whose turn it is --------------------------------------------------------- */

int
rrdjournal_lock(const char *dir, struct lock **ret, struct err *e)
{
	const struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	char path[RRDLAYOUT_PATH_MAX];
	int64_t until_ms = clock_monotonic_ms(clock_system()) + RRDJOURNAL_WAIT_MS;
	int rc;

	rc = path_of(dir, "lock", path, e);
	if (rc < 0)
		return rc;
	while ((rc = lock_take(path, ret, NULL, e)) == -EBUSY &&
	    clock_monotonic_ms(clock_system()) < until_ms)
		(void)nanosleep(&step, NULL);
	return rc;
}

int
rrdjournal_turn(const char *dir, unsigned *ret_slot, struct err *e)
{
	char path[RRDLAYOUT_PATH_MAX], digit;
	unsigned slot = 0;
	int fd, rc;

	rc = path_of(dir, "turn", path, e);
	if (rc < 0)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return file_err(e, path, "open");
	if (pread(fd, &digit, 1, 0) == 1 && digit >= '0' && digit < '0' + RRDJOURNAL_SLOTS)
		slot = (unsigned)(digit - '0');
	digit = (char)('0' + (slot + 1) % RRDJOURNAL_SLOTS);
	errno = 0;
	rc = pwrite(fd, &digit, 1, 0) == 1 ? 0 : file_err(e, path, "write");
	(void)close(fd);
	if (rc == 0)
		*ret_slot = slot;
	return rc;
}

/* --- reading ---------------------------------------------------------------- */

bool
rrdjournal_waits(const char *dir, unsigned slot)
{
	char path[RRDLAYOUT_PATH_MAX];
	struct stat st;

	return rrdjournal_path(dir, slot, path, NULL) == 0 && stat(path, &st) == 0 &&
		st.st_size > 0;
}

/* All of a file up to its last line feed, which becomes a NUL. */
static int
read_lines(int fd, const char *path, char **ret_data, size_t *ret_len, size_t *ret_size,
	struct err *e)
{
	struct stat st;
	size_t len = 0, size;
	ssize_t n = 1;
	char *data;
	int rc;

	if (fstat(fd, &st) != 0)
		return file_err(e, path, "read");
	if (st.st_size > RRDJOURNAL_SIZE_MAX)
		return err_set(e, -EFBIG, "%s: too long for a journal; remove it", path);
	size = (size_t)st.st_size;
	data = malloc(size + 1);
	if (data == NULL)
		return err_set(e, -ENOMEM, "%s: no memory", path);
	while (len < size && n != 0) {
		n = read(fd, data + len, size - len);
		if (n > 0)
			len += (size_t)n;
		if (n < 0 && errno != EINTR) {
			rc = file_err(e, path, "read");
			free(data);
			return rc;
		}
	}
	while (len > 0 && data[len - 1] != '\n')
		len--;
	data[len > 0 ? len - 1 : 0] = '\0';
	*ret_data = data;
	*ret_len = len;
	*ret_size = size;
	return 0;
}

/* Digits at *p, moving it behind them; they fit. */
static bool
take_digits(const char **p, int64_t *ret)
{
	const char *s = *p;
	int64_t v = 0;

	for (; *s >= '0' && *s <= '9'; s++) {
		if (v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (*s - '0');
	}
	if (s == *p)
		return false;
	*p = s;
	*ret = v;
	return true;
}

/* TIME and the values that a file `use` has: librrd is given nothing else. */
static bool
check_text(const char *p, int64_t *ret_when_utc_s)
{
	if (!take_digits(&p, ret_when_utc_s))
		return false;
	for (int i = 0; i < RRDJOURNAL_VALUES; i++) {
		size_t digits;

		if (*p++ != ':')
			return false;
		digits = strspn(p, "0123456789");
		if (digits == 0 && *p == 'U')
			digits = 1;
		else if (digits > DIGITS_MAX)
			return false;
		if (digits == 0)
			return false;
		p += digits;
	}
	return *p == '\0';
}

/* Names repeat from line to line: the last good one is known. */
static bool
check_name(const char *name, const char **last)
{
	struct rrdlayout_name n;

	if (*last != NULL && strcmp(*last, name) == 0)
		return true;
	if (!rrdlayout_parse(name, &n) || n.kind != RRDLAYOUT_USE || n.until_utc_s != 0 ||
	    n.step_s < 1 || n.step_s > RRDLAYOUT_INTERVAL_MAX_S)
		return false;
	*last = name;
	return true;
}

enum line { LINE_SAMPLE, LINE_GONE, LINE_BAD };

static enum line
parse_line(char *line, const char **last_name, struct rrdjournal_sample *ret)
{
	const char *p = line;
	char *space;

	if (!take_digits(&p, &ret->device) || ret->device == 0 || *p != ' ')
		return LINE_BAD;
	ret->name = p + 1;
	if (strcmp(ret->name, "-") == 0)
		return LINE_GONE;
	space = strchr(line + (ret->name - line), ' ');
	if (space == NULL)
		return LINE_BAD;
	*space = '\0';
	ret->text = space + 1;
	if (!check_name(ret->name, last_name) || !check_text(ret->text, &ret->when_utc_s))
		return LINE_BAD;
	return LINE_SAMPLE;
}

static int
by_device(const void *a, const void *b)
{
	const struct rrdjournal_sample *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return x->position < y->position ? -1 : 1;
}

/* The lines of a text; sorted, without those of devices that are gone. */
static void
parse_lines(struct rrdjournal_samples *s, size_t len, int64_t device)
{
	const char *last_name = NULL;
	char *line = s->data, *end;
	size_t position = 0;

	for (; line < s->data + len; line = end + 1, position++) {
		struct rrdjournal_sample *one = &s->of[s->count];
		size_t left = (size_t)(s->data + len - line);

		end = memchr(line, '\n', left);
		if (end == NULL)
			end = s->data + len - 1;
		*end = '\0';
		one->position = position;
		switch (parse_line(line, &last_name, one)) {
		case LINE_SAMPLE:
			if (device == 0 || one->device == device)
				s->count++;
			break;
		case LINE_GONE:
			for (size_t i = 0; i < s->count; i++)
				if (s->of[i].device == one->device)
					s->of[i].name = NULL;
			break;
		case LINE_BAD:
			s->bad_lines++;
			break;
		}
	}
}

int
rrdjournal_read(const char *dir, unsigned slot, int64_t device,
	struct rrdjournal_samples *ret, struct err *e)
{
	struct rrdjournal_samples s = {0};
	char path[RRDLAYOUT_PATH_MAX];
	size_t len = 0, lines = 1, kept = 0, i;
	int fd, rc;

	rc = rrdjournal_path(dir, slot, path, e);
	if (rc < 0)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		*ret = s;
		return 0;
	}
	if (fd < 0)
		return file_err(e, path, "open");
	rc = read_lines(fd, path, &s.data, &len, &s.size, e);
	(void)close(fd);
	if (rc < 0)
		return rc;
	for (i = 0; i < len; i++)
		lines += s.data[i] == '\n';
	s.of = calloc(lines + 1, sizeof(*s.of));
	if (s.of == NULL) {
		rrdjournal_release(&s);
		return err_set(e, -ENOMEM, "%s: no memory", path);
	}
	parse_lines(&s, len, device);
	for (i = 0; i < s.count; i++)
		if (s.of[i].name != NULL)
			s.of[kept++] = s.of[i];
	s.count = kept;
	qsort(s.of, s.count, sizeof(*s.of), by_device);
	*ret = s;
	return 0;
}

void
rrdjournal_release(struct rrdjournal_samples *s)
{
	free(s->of);
	free(s->data);
	*s = (struct rrdjournal_samples){0};
}

int
rrdjournal_clear(const char *dir, unsigned slot, size_t size, struct err *e)
{
	char path[RRDLAYOUT_PATH_MAX];
	size_t now;
	int fd, rc;

	rc = rrdjournal_path(dir, slot, path, e);
	if (rc < 0 || size == 0)
		return rc;
	rc = open_locked(path, 0, &fd, &now, e);
	if (rc < 0)
		return rc;
	if (now == size && ftruncate(fd, 0) != 0)
		rc = file_err(e, path, "empty");
	(void)close(fd);
	return rc;
}

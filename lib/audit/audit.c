#include <config.h>

#include "lib/audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/audit/audit_file.h"
#include "lib/base/durable.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

/* --- head -------------------------------------------------------------------------- */

void
audit_head_text(const struct audit_head *h, char ret_text[AUDIT_HEAD_TEXT_SIZE])
{
	char hash[2 * AUDIT_HASH_SIZE + 1];

	text_hex(hash, sizeof(hash), h->hash, sizeof(h->hash));
	(void)snprintf(ret_text, AUDIT_HEAD_TEXT_SIZE, "%" PRId64 ":%s", h->number, hash);
}

int
audit_head_parse(const char *text, struct audit_head *ret, struct err *e)
{
	char number[21], shown[AUDIT_HEAD_TEXT_SIZE];
	const char *colon = strchr(text, ':');
	struct audit_head h;

	if (colon != NULL && (size_t)(colon - text) < sizeof(number)) {
		(void)memcpy(number, text, (size_t)(colon - text));
		number[colon - text] = '\0';
		if (parse_i64(number, 1, INT64_MAX, &h.number, NULL) == 0 &&
		    text_unhex(colon + 1, h.hash, sizeof(h.hash)) == 0) {
			*ret = h;
			return 0;
		}
	}
	(void)text_escape(shown, sizeof(shown), text);
	return err_set(e, -EINVAL, "'%s' is no head of an audit: want NUMBER:%d hexadecimal"
		" digits, as syslog has them", shown, 2 * AUDIT_HASH_SIZE);
}

const char *
audit_finding_name(enum audit_finding f)
{
	switch (f) {
	case AUDIT_INTACT:
		return "intact";
	case AUDIT_CHANGED:
		return "changed";
	case AUDIT_CUT:
		return "cut";
	case AUDIT_REWRITTEN:
		return "rewritten";
	case AUDIT_NO_HEAD:
		return "noHead";
	}
	return NULL;
}

/* --- append ------------------------------------------------------------------------ */

static int
refuse(struct err *e, const char *path, const char *why)
{
	return err_set(e, -EBADMSG, "%s: %s: find out who changed it (imgadm-update audit"
		" --verify), then move %s and %s.head away together: a new audit begins", path,
		why, path, path);
}

/* The line that the head names is the last one before its end. */
static int
check_mark(const char *path, const struct audit_files *f, struct err *e)
{
	char tail[AUDIT_LINE_MAX];
	int64_t from = f->mark.end > AUDIT_LINE_MAX ? f->mark.end - AUDIT_LINE_MAX : 0;
	size_t len = (size_t)(f->mark.end - from), begin;
	struct audit_entry en;
	struct audit_link l;
	ssize_t n;

	if (f->size < f->mark.end)
		return refuse(e, path, "its end was cut off");
	do
		n = pread(f->fd, tail, len, from);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		return err_set(e, -EIO, "%s: cannot read its end", path);
	for (begin = len - 1; begin > 0 && tail[begin - 1] != '\n'; begin--)
		;
	if (tail[len - 1] != '\n' || audit_line_parse(tail + begin, len - 1 - begin, &en, &l,
	    NULL) < 0 || en.number != f->mark.head.number ||
	    memcmp(l.hash, f->mark.head.hash, sizeof(l.hash)) != 0)
		return refuse(e, path, "its last entry is not the one that its head names");
	return 0;
}

/* The chain goes on behind the head as far as whole entries follow. */
static int
go_on(const char *path, const struct audit_files *f, struct audit_mark *m, struct err *e)
{
	struct audit_scan *s = calloc(1, sizeof(*s));
	struct audit_entry en;
	struct audit_link l;
	const char *line;
	bool overlong;
	size_t len;
	int rc;

	if (s == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	s->fd = f->fd;
	s->at = m->end;
	s->size = f->size;
	while ((rc = audit_scan_line(s, &line, &len, &overlong, e)) == 1) {
		if (audit_line_parse(line, len, &en, &l, NULL) < 0 ||
		    en.number != m->head.number + 1 ||
		    memcmp(l.prev, m->head.hash, sizeof(l.prev)) != 0)
			break;
		m->head.number++;
		(void)memcpy(m->head.hash, l.hash, sizeof(l.hash));
		m->end = s->at;
	}
	free(s);
	if (rc < 0)
		return rc;
	if (!f->has_mark && m->head.number > AUDIT_BATCH_MAX)
		return refuse(e, path, "its head is missing");
	if (!f->has_mark && m->head.number == 0 && f->size > AUDIT_BATCH_MAX * AUDIT_LINE_MAX)
		return err_set(e, -EINVAL, "%s: this is no audit", path);
	return 0;
}

static int
compare_refs(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The refs of the last AUDIT_RECENT octets, ascending; free(). */
static int
recent_refs(const char *path, int fd, int64_t end, uint64_t **ret, size_t *ret_count,
	struct err *e)
{
	struct audit_scan *s = calloc(1, sizeof(*s));
	size_t count = 0, room = 0, len;
	uint64_t *refs = NULL, *more;
	struct audit_entry en;
	struct audit_link l;
	const char *line;
	bool overlong;
	int rc = 0;

	if (s == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	s->fd = fd;
	s->at = end > AUDIT_RECENT ? end - AUDIT_RECENT : 0;
	s->size = end;
	/* The first piece may be the end of a line: it is none. */
	while ((rc = audit_scan_line(s, &line, &len, &overlong, e)) == 1) {
		if (audit_line_parse(line, len, &en, &l, NULL) < 0 || en.ref == 0)
			continue;
		if (count == room) {
			room = room == 0 ? 64 : 2 * room;
			more = realloc(refs, room * sizeof(*refs));
			if (more == NULL) {
				rc = err_set(e, -ENOMEM, "%s: out of memory", path);
				break;
			}
			refs = more;
		}
		refs[count++] = en.ref;
	}
	free(s);
	if (rc < 0) {
		free(refs);
		return rc;
	}
	if (count > 0)
		qsort(refs, count, sizeof(*refs), compare_refs);
	*ret = refs;
	*ret_count = count;
	return 0;
}

/* The lines of what is not there yet; m goes on with them. */
static int
write_lines(const char *path, const struct audit_files *f, const struct audit_entry *entries,
	size_t count, struct audit_mark *m, struct buf *b, struct err *e)
{
	uint64_t *refs = NULL;
	size_t ref_count = 0;
	bool any = false;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		any = any || entries[i].ref != 0;
	if (any)
		rc = recent_refs(path, f->fd, m->end, &refs, &ref_count, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct audit_entry en = entries[i];
		uint8_t hash[AUDIT_HASH_SIZE];

		if (en.ref != 0 && ref_count > 0 &&
		    bsearch(&en.ref, refs, ref_count, sizeof(*refs), compare_refs) != NULL)
			continue;
		en.number = m->head.number + 1;
		rc = audit_line_write(b, &en, m->head.hash, hash, e);
		if (rc < 0)
			break;
		m->head.number++;
		(void)memcpy(m->head.hash, hash, sizeof(hash));
	}
	free(refs);
	return rc;
}

static int
write_at(int fd, const struct buf *b, int64_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < b->len) {
		n = pwrite(fd, b->data + done, b->len - done, at + (int64_t)done);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/*
 * The lines, then the head.  What fails before the head could be in place is
 * taken back: nothing was appended.
 */
static int
put(const char *path, const struct audit_files *f, int64_t at, const struct buf *b,
	struct audit_mark *m, struct err *e)
{
	bool renamed = false;
	int rc = 0;

	if (f->size > at && ftruncate(f->fd, at) < 0)
		rc = -errno;
	if (rc == 0)
		rc = write_at(f->fd, b, at);
	if (rc < 0) {
		(void)err_set(e, rc, "%s: cannot write: %s", path, strerror(-rc));
	} else {
		m->end = at + (int64_t)b->len;
		rc = audit_mark_put(path, m, &renamed, e);
	}
	if (rc < 0 && !renamed && b->len > 0 && ftruncate(f->fd, at) == 0)
		(void)fsync(f->fd);	/* already failing */
	return rc;
}

static int
append(const char *path, const struct audit_files *f, const struct audit_entry *entries,
	size_t count, struct audit_head *ret_head, bool *ret_new, struct err *e)
{
	struct audit_mark m = f->mark;
	struct buf b;
	int64_t at;
	int rc = 0;

	buf_init(&b, (size_t)AUDIT_BATCH_MAX * AUDIT_LINE_MAX);
	if (f->has_mark)
		rc = check_mark(path, f, e);
	if (rc == 0)
		rc = go_on(path, f, &m, e);
	at = m.end;
	if (rc == 0)
		rc = write_lines(path, f, entries, count, &m, &b, e);
	*ret_new = m.head.number != f->mark.head.number;
	if (rc == 0 && *ret_new)
		rc = put(path, f, at, &b, &m, e);
	if (rc == 0)
		*ret_head = m.head;
	buf_release(&b);
	return rc;
}

int
audit_append(const char *path, const struct audit_entry *entries, size_t count,
	const struct audit_teller *teller, struct audit_head *ret_head, struct err *e)
{
	struct audit_files f;
	struct audit_head head;
	bool broken, new = false;
	int rc;

	if (count == 0 || count > AUDIT_BATCH_MAX)
		return err_set(e, -EINVAL, "%zu entries for the audit at once: want 1 to %d",
			count, AUDIT_BATCH_MAX);
	rc = audit_files_open(path, true, &f, &broken, e);
	if (rc < 0)
		return rc;
	rc = append(path, &f, entries, count, &head, &new, e);
	/* Told while the lock is held: heads reach syslog in their order. */
	if (rc == 0 && new && teller != NULL && teller->tell != NULL)
		teller->tell(teller->user, &head);
	(void)close(f.fd);
	if (rc == 0 && ret_head != NULL)
		*ret_head = head;
	return rc;
}

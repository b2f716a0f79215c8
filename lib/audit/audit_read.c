#include <config.h>

#include "lib/audit/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/audit/audit_file.h"

struct audit_reader {
	struct audit_files files;
	bool broken;		/* the head file is none */
	struct audit_head last;	/* entry that was read last */
	int64_t torn;		/* octets behind the last whole entry */
	struct audit_scan scan;
};

/* How the next line is. */
enum next {
	NEXT_END = 0,
	NEXT_ENTRY,
	NEXT_UNLINKED,	/* an entry, but it does not follow the one before */
	NEXT_WRONG,	/* a line that is no entry */
};

int
audit_reader_open(const char *path, struct audit_reader **ret, struct err *e)
{
	struct audit_reader *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	rc = audit_files_open(path, false, &r->files, &r->broken, e);
	if (rc < 0) {
		free(r);
		return rc;
	}
	r->scan.fd = r->files.fd;
	r->scan.size = r->files.size;
	/* The lock was only for both files to be of one moment. */
	audit_files_unlock(&r->files);
	*ret = r;
	return 0;
}

void
audit_reader_close(struct audit_reader *r)
{
	if (r == NULL)
		return;
	(void)close(r->files.fd);
	free(r);
}

/* An enum next, or a failure. */
static int
next(struct audit_reader *r, struct audit_entry *en, struct audit_link *l, struct err *e)
{
	int64_t begin = r->scan.at;
	const char *line;
	bool overlong;
	size_t len;
	int rc;

	rc = audit_scan_line(&r->scan, &line, &len, &overlong, e);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		r->torn = r->scan.size - begin;
		return overlong && begin < r->files.mark.end ? NEXT_WRONG : NEXT_END;
	}
	rc = audit_line_parse(line, len, en, l, NULL) < 0 ? NEXT_WRONG :
		en->number != r->last.number + 1 ||
		memcmp(l->prev, r->last.hash, sizeof(l->prev)) != 0 ? NEXT_UNLINKED : NEXT_ENTRY;
	/* What nobody was told of is no entry yet. */
	if (rc != NEXT_ENTRY && r->files.has_mark && begin >= r->files.mark.end) {
		r->torn = r->scan.size - begin;
		r->scan.at = r->scan.size;
		return NEXT_END;
	}
	return rc;
}

int
audit_reader_next(struct audit_reader *r, struct audit_entry *ret, struct err *e)
{
	int64_t begin = r->scan.at;
	struct audit_entry en;
	struct audit_link l;
	int rc = next(r, &en, &l, e);

	if (rc < 0)
		return rc;
	switch ((enum next)rc) {
	case NEXT_END:
		return 0;
	case NEXT_ENTRY:
		r->last.number = en.number;
		(void)memcpy(r->last.hash, l.hash, sizeof(l.hash));
		*ret = en;
		return 1;
	case NEXT_UNLINKED:
	case NEXT_WRONG:
		break;
	}
	return err_set(e, -EBADMSG, "entry %" PRId64 " of the audit (octet %" PRId64
		") was changed", r->last.number + 1, begin);
}

/* --- verify --------------------------------------------------------------------------- */

/* The first finding stands; the others are counted. */
static void
found(struct audit_verdict *v, enum audit_finding what, int64_t number, int64_t offset)
{
	if (v->first == AUDIT_INTACT) {
		v->first = what;
		v->first_number = number;
		v->first_offset = offset;
		return;
	}
	if (v->later++ == 0)
		v->later_number = number;
}

/* Heads against the entry of their number; the stored one as well as given ones. */
static void
compare(struct audit_verdict *v, const struct audit_head *head, const struct audit_head *h,
	int64_t offset)
{
	if (h->number == head->number && memcmp(h->hash, head->hash, sizeof(h->hash)) != 0)
		found(v, AUDIT_REWRITTEN, h->number, offset);
}

static int
verify_lines(struct audit_reader *r, const struct audit_head *given, size_t count,
	struct audit_verdict *v, struct err *e)
{
	struct audit_entry en;
	struct audit_link l;
	int64_t begin;
	int rc;

	while (begin = r->scan.at, (rc = next(r, &en, &l, e)) > 0) {
		if (rc == NEXT_WRONG || rc == NEXT_UNLINKED)
			found(v, AUDIT_CHANGED, r->last.number + 1, begin);
		if (rc == NEXT_WRONG) {
			/* Its number is taken by what stands there; the next does not follow. */
			r->last.number++;
			if (r->torn > 0)
				break;
			continue;
		}
		/* What comes next is judged by itself. */
		r->last.number = en.number;
		(void)memcpy(r->last.hash, l.hash, sizeof(l.hash));
		v->entries++;
		v->head = r->last;
		if (r->files.has_mark && begin >= r->files.mark.end)
			v->unacknowledged++;
		if (r->files.has_mark)
			compare(v, &r->files.mark.head, &v->head, begin);
		for (size_t i = 0; i < count; i++)
			compare(v, &given[i], &v->head, begin);
	}
	return rc < 0 ? rc : 0;
}

static void
verify_heads(const struct audit_reader *r, const struct audit_head *given, size_t count,
	struct audit_verdict *v)
{
	if (r->files.has_mark && (r->files.size < r->files.mark.end ||
	    v->head.number < r->files.mark.head.number))
		found(v, AUDIT_CUT, v->head.number + 1, r->files.size);
	for (size_t i = 0; i < count; i++)
		if (given[i].number > v->head.number)
			found(v, AUDIT_CUT, v->head.number + 1, r->files.size);
	if (!r->files.has_mark && (v->entries > 0 || r->files.size > 0 || r->broken))
		found(v, AUDIT_NO_HEAD, 0, 0);
}

static void
say(const char *path, const struct audit_verdict *v, struct err *e)
{
	switch (v->first) {
	case AUDIT_INTACT:
		break;
	case AUDIT_CHANGED:
		(void)err_set(e, 0, "%s: entry %" PRId64 " (octet %" PRId64 ") was changed, or"
			" does not follow the one before", path, v->first_number, v->first_offset);
		break;
	case AUDIT_CUT:
		(void)err_set(e, 0, "%s: entries are missing from %" PRId64 " on: it was cut off",
			path, v->first_number);
		break;
	case AUDIT_REWRITTEN:
		(void)err_set(e, 0, "%s: entry %" PRId64 " is another one than its head says: the"
			" log was rewritten from there or from before", path, v->first_number);
		break;
	case AUDIT_NO_HEAD:
		(void)err_set(e, 0, "%s: %s.head is missing, or is no head: whether the end is"
			" there is known only by a head from syslog", path, path);
		break;
	}
}

/* The log is gone, while its head is there: -ENOENT where neither is. */
static int
verify_gone(const char *path, struct audit_verdict *v, struct err *e)
{
	struct audit_mark m;
	struct err why;
	int rc = audit_mark_read(path, &m, &why);

	if (rc == 0)
		return err_set(e, -ENOENT, "%s: there is no audit so far", path);
	if (rc < 0 && rc != -EBADMSG)
		return err_set(e, rc, "%s", why.text);
	found(v, AUDIT_CUT, 1, 0);
	return 0;
}

int
audit_verify(const char *path, const struct audit_head *given, size_t count,
	struct audit_verdict *ret, struct err *e)
{
	struct audit_verdict v = { .first = AUDIT_INTACT };
	struct audit_reader *r = NULL;
	int rc;

	rc = audit_reader_open(path, &r, e);
	if (rc == -ENOENT)
		rc = verify_gone(path, &v, e);
	if (rc < 0)
		return rc;
	if (r != NULL) {
		rc = verify_lines(r, given, count, &v, e);
		if (rc == 0)
			verify_heads(r, given, count, &v);
		v.torn = r->torn;
		audit_reader_close(r);
	}
	if (rc < 0)
		return rc;
	say(path, &v, e);
	*ret = v;
	return 0;
}

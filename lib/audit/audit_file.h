/*
 * audit_file: the log's two files, for the files of this folder only.
 *
 * FILE.head is one line:
 *	imgadm-audit-head 1 n=5 end=1234 hash=HEX
 */
#ifndef IMGADM_LIB_AUDIT_AUDIT_FILE_H
#define IMGADM_LIB_AUDIT_AUDIT_FILE_H

#include <sys/types.h>

#include "lib/audit/audit_line.h"

/* What the head file says. */
struct audit_mark {
	struct audit_head head;
	int64_t end;	/* octets of FILE up to and with that entry */
};

/* Both files' state when the lock was held. */
struct audit_files {
	int fd;			/* of FILE */
	int64_t size;		/* of FILE */
	bool has_mark;
	struct audit_mark mark;	/* all 0 where there is none */
};

/*
 * Opens and locks: shared to read, else alone, making FILE.  What was opened is
 * what the path names now.  *ret holds fd, which the caller closes, and with it the
 * lock.  -EBUSY after AUDIT_WAIT_MS; -EBADMSG: the head file is none (only to write; else
 * has_mark is false and *ret_broken set).
 */
int audit_files_open(const char *path, bool write, struct audit_files *ret, bool *ret_broken,
	struct err *e);
/* Others may write; fd stays open. */
void audit_files_unlock(const struct audit_files *f);

/* 1 with *ret, 0 there is none, -EBADMSG it is none, ... */
int audit_mark_read(const char *path, struct audit_mark *ret, struct err *e);

/*
 * Makes the head durable.  *ret_renamed: whether the new one may be in place, also
 * when this failed.
 */
int audit_mark_put(const char *path, const struct audit_mark *m, bool *ret_renamed,
	struct err *e);

/* --- lines, from any place on ------------------------------------------------- */

enum { AUDIT_WINDOW = 1 << 16 };

/* Zero but for fd, at and size. */
struct audit_scan {
	int fd;
	int64_t at;	/* where the next line begins */
	int64_t size;	/* nothing is read from here on */
	int64_t window_at;
	size_t window_len;
	char window[AUDIT_WINDOW];
};
/*
 * 1 with the next line, borrowed, without its newline; at is behind it.  0: at the end,
 * or what is left has no newline, or is longer than a line can be: at stays.
 * *ret_long then says that it is longer.
 */
int audit_scan_line(struct audit_scan *s, const char **ret_line, size_t *ret_len,
	bool *ret_long, struct err *e);

#endif

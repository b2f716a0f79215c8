/*
 * audit: who did what, when and why: a log that is only ever appended to, and
 * in which each entry carries the hash of the one before.
 *
 * A log is two files.  FILE has one line an entry (audit_line.h).  FILE.head
 * has the number and the hash of the newest entry and where it ends: the
 * *head*.  Who keeps a head elsewhere (syslog has each one) can say later
 * whether the log still holds what it held then.
 *
 * What audit_verify() finds
 * - an octet that was changed: the entry's hash does not fit, or the next
 *   one's does not follow;
 * - a tail that was cut off: fewer entries than FILE.head, or than a given
 *   head, has;
 * - a chain that was rewritten: it follows, but ends in another hash than
 *   FILE.head has, or has another one at the number of a given head.
 * Who may write both files can rewrite both: that is what the given head is for.
 *
 * Invariants
 * - What audit_append() returned 0 for is there after kill -9 and after a power
 *   cut.  What was not acknowledged is there from its first entry on up to some
 *   entry, or not at all.
 * - Behind the entry that the head names there may be entries whose writer was
 *   killed before it wrote the head: whole ones are kept, and the next append
 *   acknowledges them; a torn rest is cut off by the next append.
 * - Writers in several processes wait for each other, at most AUDIT_WAIT_MS.
 *
 * The library logs nothing and knows no user and no clock: the caller says all.
 */
#ifndef IMGADM_LIB_AUDIT_AUDIT_H
#define IMGADM_LIB_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	AUDIT_HASH_SIZE = 32,		/* BLAKE2b-256 */
	AUDIT_PLAN_SIZE = 32,
	AUDIT_NAME_MAX = 64,		/* octets of who, of a rollout's id and a device's name */
	AUDIT_WHAT_MAX = 32,
	AUDIT_TEXT_MAX = 255,		/* octets of why, before and after; longer is cut */
	AUDIT_BATCH_MAX = 1000,		/* entries of one append */
	AUDIT_RECENT = 1 << 20,		/* octets of the log in which a ref is looked for */
	AUDIT_HEAD_TEXT_SIZE = 20 + 1 + 2 * AUDIT_HASH_SIZE + 1,
	AUDIT_WAIT_MS = 5000,
};

/*
 * What of a device failed first is told from what failed after it, which is
 * often only its consequence: `what` is the one or the other.
 */
#define AUDIT_FAILED "failed"
#define AUDIT_FAILED_AGAIN "failed-again"

/* Plain data.  What is empty, 0 or false is not written. */
struct audit_entry {
	int64_t number;			/* out: from 1, without a hole */
	int64_t at_utc_s;		/* > 0 */
	uint64_t ref;			/* see audit_append(); 0 = none */
	char who[AUDIT_NAME_MAX + 1];	/* Unix user; must be given */
	char what[AUDIT_WHAT_MAX + 1];	/* a-z, 0-9 and -; must be given */
	char rollout[AUDIT_NAME_MAX + 1];	/* which it is about, by its id */
	int64_t trouble;		/* or which trouble; 0 = none */
	char device[AUDIT_NAME_MAX + 1];
	char why[AUDIT_TEXT_MAX + 1];	/* rule ids, parted by commas, or words */
	bool has_plan;
	uint8_t plan[AUDIT_PLAN_SIZE];	/* the plan's hash */
	char before[AUDIT_TEXT_MAX + 1], after[AUDIT_TEXT_MAX + 1];
};

struct audit_head {
	int64_t number;			/* 0 = of an empty log */
	uint8_t hash[AUDIT_HASH_SIZE];
};
/* "4711:9f86d0...", as syslog has it. */
void audit_head_text(const struct audit_head *h, char ret_text[AUDIT_HEAD_TEXT_SIZE]);
/* -EINVAL. */
int audit_head_parse(const char *text, struct audit_head *ret, struct err *e);

/* --- write ---------------------------------------------------------------- */

/* Told each new head once it is durable: for syslog. */
struct audit_teller {
	void (*tell)(void *user, const struct audit_head *head);	/* NULL = nobody */
	void *user;
};

/*
 * Append count entries (1 to AUDIT_BATCH_MAX) in this order; the log is made
 * (mode 0640) where there is none.  Texts are made UTF-8 without control
 * characters, and cut.  An entry whose ref stands in the last AUDIT_RECENT
 * octets of the log already is passed over: who keeps what is to be appended,
 * appends it, and forgets it then, may be killed between and do it again.
 *
 * teller may be NULL, ret_head (the newest, also where all was passed over) too.
 * -EINVAL an entry that may not stand there; -EBADMSG the log is not what its
 * head says, or the head is gone: nothing is appended (see audit_verify(); a
 * new log begins where both files were moved away); -EBUSY; -ENOSPC, -EROFS,
 * -EACCES, -ENOENT (no such folder): nothing was appended; -EIO: it may be.
 */
int audit_append(const char *path, const struct audit_entry *entries, size_t count,
	const struct audit_teller *teller, struct audit_head *ret_head, struct err *e);

/* --- read ----------------------------------------------------------------- */

struct audit_reader;

/*
 * All entries that are there now, oldest first; what is appended meanwhile is
 * not seen, and nobody has to wait.  -ENOENT: no log; -EBADMSG: a head file that
 * is none.
 */
int audit_reader_open(const char *path, struct audit_reader **ret, struct err *e);
/* 1 with *ret, 0 at the end, -EBADMSG: this entry was changed; -EIO, ... */
int audit_reader_next(struct audit_reader *r, struct audit_entry *ret, struct err *e);
void audit_reader_close(struct audit_reader *r);	/* NULL is fine */

/* --- verify --------------------------------------------------------------- */

enum audit_finding {
	AUDIT_INTACT = 1,
	AUDIT_CHANGED,		/* an entry does not fit its hash, or the one before it */
	AUDIT_CUT,		/* entries are missing at the end */
	AUDIT_REWRITTEN,	/* another chain than the one that a head was of */
	AUDIT_NO_HEAD,		/* FILE.head is missing or none */
};
/* "intact", "changed", "cut", "rewritten", "noHead"; NULL when it has none. */
const char *audit_finding_name(enum audit_finding f);

struct audit_verdict {
	enum audit_finding first;
	int64_t first_number;	/* the entry it was found at; 0 = none */
	int64_t first_offset;	/* octets from the beginning of FILE */
	/* More after the first, which may be its consequence. */
	int64_t later, later_number;
	int64_t entries;	/* whole ones */
	struct audit_head head;	/* of the last whole entry */
	int64_t unacknowledged;	/* of them, behind the head */
	int64_t torn;		/* octets behind them, as a killed writer leaves them */
};
/*
 * Read it all and judge it by its head file and by count given heads.  0 with
 * *ret when it could be read, whatever was found; then e (may be NULL) has the first
 * finding in words where there is one.  -ENOENT: neither log nor head are there.
 */
int audit_verify(const char *path, const struct audit_head *given, size_t count,
	struct audit_verdict *ret, struct err *e);

#endif

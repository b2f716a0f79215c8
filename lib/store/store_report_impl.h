/*
 * store_report_impl: what the files that take a report in share: whose it is
 * (store_reporter.c), the parts of a structure (store_part.c), and what is stored
 * of it (store_report.c).  All are called within a write that is open; 0 or as
 * store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_REPORT_IMPL_H
#define IMGADM_LIB_STORE_STORE_REPORT_IMPL_H

#include "lib/report/report.h"
#include "lib/store/store_center.h"
#include "lib/store/store_impl.h"

/* The device that a report is of, as the store knows it. */
struct reporter {
	int64_t device;
	char bound_id[STRUCTURE_ID_MAX + 1];	/* empty = not bound */
	char site[STORE_NAME_MAX + 1];	/* bound by the enrolment user of this site */
	char from[STORE_ADDRESS_MAX + 1];
	bool is_new, polled;
	char id[STRUCTURE_ID_MAX + 1];	/* of the machine that stands there */
	enum store_contact contact;
	uint32_t done;		/* the structure report taken over last ... */
	utc_s done_at;		/* ... and when; 0 = none */
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	utc_s structure_since;
};

/* A report on its way in.  out.end stays 0 until it is known what becomes of it. */
struct report_put {
	struct store *store;
	const struct store_user *user;
	const struct report *report;
	utc_s when;
	struct reporter who;
	struct store_report_outcome out;
};

/*
 * Find the device that the user may report as, bind it at its first report, or add
 * a new one: fills p->who.  out.end is set where the report is not let in.
 * -ENOENT: the user's device was removed; nothing was written then.
 */
int store_reporter_find(struct report_put *p, struct err *e);
/* It was heard of now. */
int store_reporter_heard(struct report_put *p, struct err *e);
/* Where it reports from, without the port, which is another one each time; NULL = unknown. */
int store_reporter_from(struct report_put *p, const char *from, struct err *e);

/*
 * Keep a part.  out.end is then STORE_REPORT_PART while others are missing, 0 when
 * all are there, or what speaks against it (the parts were dropped then).
 */
int store_part_keep(struct report_put *p, struct err *e);
/*
 * All parts made one structure, which the caller releases.  -EBADMSG, -EILSEQ: they
 * are no structure, or not the one of the digest.
 */
int store_part_assemble(struct report_put *p, struct structure *ret, struct err *e);
/* Forget the parts of this device. */
int store_part_drop(struct report_put *p, struct err *e);

/*
 * Whether `at` is no longer ago than this.  What lies ahead of now by more was
 * written while the clock was wrong, and says nothing.
 */
bool store_report_is_recent(const struct report_put *p, utc_s at, int64_t limit_s);

#endif

/*
 * store_reports: what a device of store_world would send, for tests of the
 * store without a network.
 *
 * The octets of a part stand for it: report_assemble(), which stands here in
 * the place of lib/report's, finds the structure by them, and checks what the
 * real one promises: all parts of one report, in order, and the digest.
 */
#ifndef IMGADM_TESTS_UNIT_STORE_REPORTS_H
#define IMGADM_TESTS_UNIT_STORE_REPORTS_H

#include "lib/report/report.h"
#include "lib/store/store_center.h"
#include "tests/unit/store_fixture.h"

enum { REPORTS_SNAPSHOTS_MAX = 4096 };

/* One part as the store gets it; what it points to lives until reports_release(). */
struct reports_part {
	struct report report;
	uint32_t octets[4];	/* snapshot, id, part, parts */
};

/* Part `part` of `parts` of a report of the structure as it is now. */
struct reports_part *reports_structure(const struct world_machine *m, uint32_t id,
	uint32_t part, uint32_t parts);
/* The entries from..to as one part, in order; they must be in the memory still. */
struct reports_part *reports_errors(const struct world_machine *m, uint32_t id,
	uint32_t from, uint32_t to);
/* Put it; the octets are pointed at again. */
int reports_put(struct store *s, const struct store_user *u, struct reports_part *p,
	utc_s when, struct store_report_outcome *ret, struct err *e);
void reports_release(void);

/* The store of store_fixture, and in it a user of device "alpha", and one of site "berlin". */
extern struct store_user own, berlin;
void reports_setup(void);
void reports_teardown(void);
/* As reports_put into that store: taken, whatever became of it. */
struct store_report_outcome take(const struct store_user *u, struct reports_part *p,
	utc_s when);
#define ENDS(outcome, want) ck_assert_int_eq((outcome).end, (want))

#endif

/*
 * judge_run: the judge over the fleet.
 *
 * Devices whose structure, catalogues, policy or moment changed are judged; one
 * judgement a shape, kept in the store and shared.  What shall stand in their
 * advice tables is renewed with the verdict, removed when it clears, and carried
 * to those that can be reached; for the others it stays an order.
 *
 * Invariants
 * - Nothing is computed while the store is locked: judging goes before writing,
 *   JUDGE_RUN_BATCH devices at a time, so that polls and reports go on beside it.
 * - Killed at any moment, the next run goes on where it was.
 */
#ifndef IMGADM_MANAGER_JUDGE_RUN_H
#define IMGADM_MANAGER_JUDGE_RUN_H

#include "lib/snmp/conf.h"
#include "lib/store/store_judge.h"

enum {
	JUDGE_RUN_BATCH = 5000,	/* devices a transaction */
	JUDGE_RUN_FRESH = 64,	/* judgements that are made before they are written */
	JUDGE_RUN_AGAIN = 3,	/* looks whether something changed meanwhile */
	JUDGE_RUN_LINES_MAX = 20,	/* lines about devices that cannot be judged */
};

struct judge_run {
	struct store *store;	/* STORE_TOLD; no list is open in it */
	struct conf *conf;
	const char *device;	/* by name; NULL = all */
	bool all;		/* also where nothing changed, and each shape anew */
	bool tell;		/* carry advice to devices that can be reached */
	/* How far it is; may be NULL. */
	void (*progress)(void *user, uint64_t done, uint64_t of);
	/* Something that a person should know, a line; may be NULL. */
	void (*say)(void *user, const char *line);
	void *user;
};

struct judge_run_counts {
	uint64_t devices;	/* that were judged */
	uint64_t judgements;	/* that were made: distinct shapes that were not known */
	uint64_t failed;	/* devices that cannot be judged */
	uint64_t by_verdict[STORE_NOT_APPLICABLE + 1];	/* of those judged */
	struct store_advice_changes advice;
	uint64_t told, waiting;	/* devices whose advice was carried there; that have to fetch it */
	int64_t ms;
	bool stale;		/* the catalogues are; `why` says it */
	char why[ERR_TEXT_SIZE];
};

/*
 * 0, also when devices could not be judged (counts say).  -ENOENT: no device of
 * that name; inforce_load()'s errors; the store's.
 */
int judge_run(struct judge_run *r, struct judge_run_counts *ret, struct err *e);

#endif

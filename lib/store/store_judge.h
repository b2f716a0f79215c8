/*
 * store_judge: what the judge said of each device, and what has to be judged.
 *
 * A *judgement* is about a shape (manager/judge/judge_shape.h): devices of one
 * shape share it.  It is kept under its key and forgotten when no device refers
 * to it any more, so that there are never more than devices.  A device refers
 * to one judgement, and carries what it was judged on: its structure's digest
 * and the *context* (catalogues, policy, moment).  It is *pending* as long as
 * one of these is not what it is now.
 *
 * A device's *kind* is a digest of its structure without serial numbers and
 * descriptions, with its maker and model: most devices of a fleet are of few
 * kinds, so that one of each is read and not all.
 *
 * Invariants
 * - A verdict never outlives its structure unmarked: a device whose structure
 *   changed is pending, and its verdict is told as stale.
 * - Texts of a judgement may hold serial numbers as marks (opaque here);
 *   `text` never does.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_JUDGE_H
#define IMGADM_LIB_STORE_STORE_JUDGE_H

#include "lib/store/store_facts.h"

enum {
	STORE_JUDGE_KEY_SIZE = 32,
	STORE_JUDGE_COSTS = 14,
	STORE_JUDGE_POLICY_MAX = 255,
	STORE_JUDGE_RULE_MAX = 160,	/* octets of a rule's id */
	STORE_JUDGE_SAID_MAX = 1023,	/* octets of a text with marks */
	STORE_JUDGE_RULES_MAX = 1000,	/* kept of a judgement; the violated ones first */
	STORE_JUDGE_PLAN_MAX = 16 * 1024,
};

/* --- a judgement ------------------------------------------------------------------ */

enum store_judge_end {	/* the values of enum judge_end */
	STORE_JUDGE_NOTHING_TO_DO = 1, STORE_JUDGE_RECOMMENDED, STORE_JUDGE_NO_ANSWER,
	STORE_JUDGE_GAVE_UP, STORE_JUDGE_FIRST_CONFIRM,
};

struct store_judge_unit {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	enum store_verdict verdict;
	/* What shall run there instead; empty = as it is. */
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	/* The same, or the move, in words; empty = as it is. */
	char advised[STORE_TEXT_MAX + 1];
};

struct store_judge_rule {
	bool violated;		/* else unknown */
	char id[STORE_JUDGE_RULE_MAX + 1];
	char symbol[STRUCTURE_LABEL_MAX + 1];	/* whose rule; empty = the device's */
	char text[STORE_JUDGE_SAID_MAX + 1];	/* may hold marks */
};

struct store_judge_advice {
	char subject[STRUCTURE_LABEL_MAX + 1];	/* empty = the device */
	enum severity severity;
	char text[STORE_JUDGE_SAID_MAX + 1];	/* may hold marks */
	char recommendation[STORE_JUDGE_SAID_MAX + 1];
	char rule_id[STRUCTURE_NAME_MAX + 1];
	uint32_t catalogue_serial;
};

/* Owns its arrays; zero is a valid, empty one. */
struct store_judgement {
	uint8_t key[STORE_JUDGE_KEY_SIZE];
	enum store_verdict verdict;
	enum store_judge_end end;
	bool proven;
	char text[STRUCTURE_TEXT_MAX + 1];	/* the first reason; no marks */
	char device_type[STRUCTURE_NAME_MAX + 1];	/* in the catalogues; empty = unlisted */
	char *plan;		/* a line a step, may hold marks; NULL = none */
	int64_t cost_now[STORE_JUDGE_COSTS], cost[STORE_JUDGE_COSTS];
	struct store_judge_unit *units;
	size_t unit_count;
	struct store_judge_rule *rules;		/* violated ones, then unknown ones */
	size_t rule_count;
	struct store_judge_advice *advices;
	size_t advice_count;
};
void store_judgement_release(struct store_judgement *j);

/* By key: 1 with *ret_id and *ret (may be NULL), 0 there is none. */
int store_judgement_find(struct store *s, const uint8_t key[STORE_JUDGE_KEY_SIZE],
	int64_t *ret_id, struct store_judgement *ret, struct err *e);
/* -ENOENT. */
int store_judgement_get(struct store *s, int64_t id, struct store_judgement *ret, struct err *e);
/* Keep it, over one of the same key. */
int store_judgement_keep(struct store *s, const struct store_judgement *j, int64_t *ret_id,
	struct err *e);

/* --- a run ------------------------------------------------------------------------ */

/* What devices are judged on. */
struct store_judge_context {
	uint8_t digest[STORE_JUDGE_KEY_SIZE];	/* of all that is not the device */
	uint8_t set_digest[STRUCTURE_DIGEST_SIZE];	/* store_catalogue_set_digest() */
	char policy[STORE_JUDGE_POLICY_MAX + 1];
	/* The digest is the same for each moment from <= now < until; until 0 = for ever. */
	utc_s from, until;
	bool stale;		/* a catalogue expired, or its key is gone */
	char why[ERR_TEXT_SIZE];	/* then; one line */
	utc_s when;		/* of the last run */
};
/* Whether there is anything to judge by: a catalogue is in force, or one was. */
int store_judge_in_use(struct store *s, bool *ret_in_use, struct err *e);
/* 1, or 0: nothing was judged so far. */
int store_judge_context_get(struct store *s, struct store_judge_context *ret, struct err *e);

struct store_judge_pending {
	int64_t device;
	/*
	 * Devices of one kind; ascending.  0 = its kind is not noted
	 * (store_judge_kind_set()), or a unit of it is not the centre's (store_order.h):
	 * it is judged alone.
	 */
	uint32_t group;
	uint8_t structure[STRUCTURE_DIGEST_SIZE], kind[STRUCTURE_DIGEST_SIZE];
};
/*
 * Devices with a structure that are not judged on it and on this context, or
 * all of them, by group; device 0 = all devices.  Devices that wait for approval are none.
 * Caller frees with free(); NULL with 0 when there are none.
 */
int store_judge_pending(struct store *s, const uint8_t context[STORE_JUDGE_KEY_SIZE], bool all,
	int64_t device, struct store_judge_pending **ret, size_t *ret_count, struct err *e);

/*
 * A device as the judge reads it: identity, units and software, without
 * readings.  -ENOENT; on failure *ret is untouched.  What was heard of a unit
 * after the structure came (it is absent now) is in it, so that its kind may
 * be another than the noted one.
 */
int store_judge_structure(struct store *s, int64_t device, char ret_name[STORE_NAME_MAX + 1],
	struct structure *ret, struct err *e);
/* The digest of units and software as in structure_digest(), and maker and model. -ENOMEM. */
int store_judge_kind(const struct structure *s, uint8_t ret_kind[STRUCTURE_DIGEST_SIZE],
	struct err *e);
int store_judge_kind_set(struct store *s, int64_t device,
	const uint8_t kind[STRUCTURE_DIGEST_SIZE], struct err *e);

/*
 * The device is judged so, on that structure and context.  What changed
 * meanwhile leaves it pending.  A device that was removed is passed over.
 */
int store_judge_put(struct store *s, const struct store_judge_pending *p,
	const uint8_t context[STORE_JUDGE_KEY_SIZE], int64_t judgement, utc_s when,
	struct err *e);
/* A run is over: its context is in force; judgements that no one refers to are forgotten. */
int store_judge_end(struct store *s, const struct store_judge_context *c, struct err *e);

/* Devices that stand advice of the judge's is wanted at, ascending; free(). */
int store_judge_advised(struct store *s, int64_t **ret_devices, size_t *ret_count,
	struct err *e);

/* --- what was said ---------------------------------------------------------------- */

/* Of one device; plain data. */
struct store_judged {
	int64_t device;
	char name[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	bool has_structure;
	int64_t judgement;	/* 0 = not judged so far: verdict 0 */
	enum store_verdict verdict;
	bool stale;		/* by the context, or what it was judged on is past */
	utc_s judged;
	char text[STRUCTURE_TEXT_MAX + 1];
};
/* -ENOENT: no such device. */
int store_judged_get(struct store *s, const char *name, struct store_judged *ret, struct err *e);

struct store_judged_list;
/* By name; as the iterators of store_read.h. */
int store_judged_open(struct store *s, struct store_judged_list **ret, struct err *e);
int store_judged_next(struct store_judged_list *l, struct store_judged *ret, struct err *e);
void store_judged_close(struct store_judged_list *l);

/* Judgements with how many devices each has, most first; the caller frees each, then the array. */
struct store_judge_count {
	int64_t judgement;
	uint64_t devices;
};
int store_judge_counts(struct store *s, struct store_judge_count **ret, size_t *ret_count,
	struct err *e);

/* "compatible", "incompatible", "unknown", "notApplicable"; NULL when it has none. */
const char *store_verdict_name(enum store_verdict v);

#endif

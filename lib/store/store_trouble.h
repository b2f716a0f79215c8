/*
 * store_trouble: troubles, and what their rules remember.
 *
 * Nobody decides here.  Who evaluates the rules of a device reads what they
 * remember (opaque octets), feeds them what happened since, and gives all back
 * that came of it in one piece (store_trouble_feed): what they remember now,
 * how far they were fed, which troubles began and which are over.
 *
 * Invariants
 * - A feed is kept whole or not at all, and only if what it began with is what
 *   is there: two runs, or one after a kill, feed nothing twice.
 * - Of a device, unit and rule at most one trouble is open.
 * - A trouble is cleared by the feed only; what is closed by a person stays so.
 * - Numbers are never given again.  Beyond STORE_TROUBLES_MAX the oldest that are not
 *   open are forgotten; with its device each is.
 *
 * Errors as store.h says, and: -ENOENT no such device, trouble; -ESTALE it was
 * changed meanwhile: read it again.
 */
#ifndef IMGADM_LIB_STORE_STORE_TROUBLE_H
#define IMGADM_LIB_STORE_STORE_TROUBLE_H

#include "lib/store/store_audit.h"
#include "lib/structure/rollout.h"

enum {
	STORE_TROUBLE_RULE_MAX = 160,		/* octets of a rule's id */
	STORE_TROUBLE_EVIDENCE_MAX = 16,
	STORE_TROUBLE_RULES_SIZE = 32,		/* digest of the rules that remember */
	STORE_TROUBLE_STATE_MAX = 128 << 20,	/* octets of what a device's rules remember */
	STORE_TROUBLES_MAX = 200000,
	STORE_TROUBLE_DAYS = 8,			/* for which it is kept what rules touched */
	STORE_FACTS_MAX = 100000,		/* of a device; the oldest go */
	STORE_FACT_NAME_MAX = 64,
};

/* --- a trouble ---------------------------------------------------------------------- */

enum store_trouble_state {
	STORE_TROUBLE_OPEN = 1,
	STORE_TROUBLE_CLEARED,	/* its rule says so */
	STORE_TROUBLE_LEFT,	/* its rule speaks of the unit no more */
	STORE_TROUBLE_CLOSED,	/* by a person */
};

/* The values of enum catalogue_rule_severity. */
enum store_trouble_severity { STORE_MINOR = 1, STORE_MAJOR, STORE_GRAVE };

/* Whether what was done against it helped; as the rule that found it measures. */
enum store_cure_state {
	STORE_CURE_NONE = 1,	/* nothing was done so far */
	STORE_CURE_MEASURED,	/* not long enough yet */
	STORE_CURE_REACHED,
	STORE_CURE_FAILED,	/* the cure did not help */
};

/* Events, and the window along the rule's axis that they were counted in. */
struct store_cure {
	enum store_cure_state state;
	uint64_t before, before_window, after, after_window;
	uint32_t units;		/* that the figures are of */
	utc_s at;		/* of the judgement */
	char text[STORE_TEXT_MAX + 1];
};

/* Plain data. */
struct store_trouble {
	int64_t number;			/* out */
	int64_t device;
	char name[STORE_NAME_MAX + 1];	/* out: of the device */
	char unit[STRUCTURE_LABEL_MAX + 1];	/* symbol; empty = the device */
	char serial[STRUCTURE_NAME_MAX + 1];	/* of the unit then */
	char rule[STORE_TROUBLE_RULE_MAX + 1];
	enum store_trouble_severity severity;
	bool shadow;			/* recorded only: the rule is tried out */
	enum store_trouble_state state;
	utc_s opened;
	uint64_t use_count;		/* of the unit then */
	/* What ran there: what others in the same condition run. */
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t sequence;
	uint32_t generation;		/* of the log that the evidence stands in */
	uint32_t evidence[STORE_TROUBLE_EVIDENCE_MAX];	/* indexes, newest first */
	uint32_t evidence_count;
	bool again;			/* in: the last one of device, unit, rule comes back */
	utc_s over;			/* cleared, left or closed; 0 = open */
	/* From here on: out. */
	uint32_t times;			/* that it opened: 1, and once each time it came back */
	char closed_by[STORE_NAME_MAX + 1];
	char closed_why[STORE_TEXT_MAX + 1];
	char rollout[ROLLOUT_ID_MAX + 1];	/* that its treat proposed; empty = none */
	utc_s proposed;
	struct store_cure cure;
};

/* NULL, 0: any.  NULL with 0; free().  Open ones first, the newest first. */
struct store_trouble_filter {
	int64_t device;
	const char *rule;
	const char *rollout;
	bool open_only;
	bool no_shadow;
	uint32_t most;		/* 0 = all */
};
int store_trouble_list(struct store *s, const struct store_trouble_filter *f,
	struct store_trouble **ret, size_t *ret_count, struct err *e);
int store_trouble_get(struct store *s, int64_t number, struct store_trouble *ret, struct err *e);

/* A person closes it.  -EALREADY: it is not open. */
int store_trouble_close(struct store *s, int64_t number, const char *by, const char *why,
	utc_s at, const struct audit_entry *audit, struct err *e);
/*
 * This rollout was proposed for it.  The same again changes nothing; another one,
 * while the first is not over, is -EEXIST.  audit (may be NULL) is kept with it.
 */
int store_trouble_propose(struct store *s, int64_t number, const char *rollout, utc_s at,
	const struct audit_entry *audit, struct err *e);
/* How its cure is judged now. */
int store_trouble_cure(struct store *s, int64_t number, const struct store_cure *cure,
	const struct audit_entry *audit, struct err *e);

/* Troubles of a device that were opened since a moment, shadow ones left out. */
int store_trouble_since(struct store *s, int64_t device, utc_s since, uint32_t *ret_count,
	struct err *e);

/* --- what rules remember --------------------------------------------------------------- */

/* How far a device's rules were fed. */
struct store_trouble_mark {
	uint8_t rules[STORE_TROUBLE_RULES_SIZE];	/* under which rules */
	uint32_t generation, index;	/* of its log */
	uint64_t serial;		/* of its facts */
};
/*
 * version 0 = nothing so far, with a zero mark; *ret_packed is NULL when empty; free().
 */
int store_trouble_state(struct store *s, int64_t device, struct store_trouble_mark *ret_mark,
	int64_t *ret_version, void **ret_packed, size_t *ret_len, struct err *e);
/*
 * Devices that something happened to since they were fed, or that were fed under other
 * rules, ascending, at most `most`; NULL with 0; free().
 */
int store_trouble_due(struct store *s, const uint8_t rules[STORE_TROUBLE_RULES_SIZE],
	size_t most, int64_t **ret_devices, size_t *ret_count, struct err *e);

/* All of it is borrowed, but that numbers are given. */
struct store_trouble_feed {
	int64_t device;
	int64_t version;	/* that it began with */
	struct store_trouble_mark mark;
	const void *packed;
	size_t packed_len;
	/*
	 * What was told, in this order.  state says what: open (one that is open already gets
	 * the new evidence before its own); cleared or left: of these unit, rule and
	 * over count, and what is not open is passed over.  number is given, 0 = passed over.
	 */
	struct store_trouble *told;
	size_t told_count;
	const struct audit_entry *audit;
	size_t audit_count;
};
/*
 * -ESTALE: the version is another; -EINVAL: a text that is not UTF-8 or empty, a time or
 * severity that is none.
 */
int store_trouble_feed(struct store *s, struct store_trouble_feed *f, int64_t *ret_version,
	struct err *e);

/* --- facts ----------------------------------------------------------------------------- */

/*
 * What the centre saw of a device, as its rules take it: kept so that they can be fed
 * again from the beginning.  kind and fields are the evaluator's; plain data.
 */
struct store_fact {
	uint64_t serial;	/* out: from 1, rises within the device */
	int kind;		/* > 0 */
	uint32_t unit, boots, life_expected, repeats, peers, generation, index;
	utc_s at;
	bool use_known, limited;
	uint64_t use_count;
	int64_t value, low, high;
	int oper_state;
	char name[STORE_FACT_NAME_MAX + 1];	/* or a code */
};
/* Within a batch they are part of it. */
int store_facts_add(struct store *s, int64_t device, const struct store_fact *facts,
	size_t count, struct err *e);
/* Those above a serial, ascending, at most `most`; NULL with 0; free(). */
int store_facts_list(struct store *s, int64_t device, uint64_t above, size_t most,
	struct store_fact **ret, size_t *ret_count, struct err *e);

/* --- what rules may do ------------------------------------------------------------------- */

/*
 * The rule touches a device on a day (since 1970, UTC): 1 and it is counted, once a day
 * however often it is said; 0: `most` others were touched that day.
 */
int store_rule_touch(struct store *s, const char *rule, int64_t day, int64_t device,
	uint32_t most, struct err *e);
/* How many it touched. */
int store_rule_touched(struct store *s, const char *rule, int64_t day, uint32_t *ret_count,
	struct err *e);

/* A release that a unit left for a trouble, and is not sent back to without a person. */
struct store_quarantine {
	int64_t device;
	char unit[STRUCTURE_LABEL_MAX + 1];
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	uint32_t sequence;
	utc_s until;
	char rule[STORE_TROUBLE_RULE_MAX + 1];
};
/* The later of two ends counts. */
int store_quarantine_put(struct store *s, const struct store_quarantine *q, struct err *e);
/* Of a device, those that hold at `now`; NULL with 0; free(). */
int store_quarantine_list(struct store *s, int64_t device, utc_s now,
	struct store_quarantine **ret, size_t *ret_count, struct err *e);

#endif

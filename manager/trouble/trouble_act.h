/*
 * trouble_act: whether a trouble may be acted on, and with what it may not.
 *
 * A trouble is recorded as soon as its rule fires.  To act is another matter:
 * the rule has to say so, the fleet has to be in that condition, and no more
 * devices a day are touched than the rule allows.  All are values that the
 * caller keeps.  Pure.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_ACT_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_ACT_H

#include <stddef.h>

#include "lib/catalogue/catalogue.h"

enum trouble_verdict {
	TROUBLE_MAY_ACT = 0,
	TROUBLE_SHADOW,		/* mode="shadow" */
	TROUBLE_NO_TREAT,
	TROUBLE_TOO_FEW,	/* devices in trouble, of those that <fleet> asks for */
	TROUBLE_NO_OTHERS,	/* none to compare with */
	TROUBLE_NOT_WORSE,	/* than on other releases, or revisions */
	TROUBLE_DAY_FULL,	/* daily is used up */
};

/* Devices in the scope of a rule: with a trouble of it, and all. */
struct trouble_share {
	uint32_t troubled, devices;
};

/*
 * Whether the fleet is in the condition of <fleet>: here, those that run what
 * the rule speaks of; others, the same units on other releases (revisions).
 */
enum trouble_verdict trouble_fleet(const struct catalogue_rule *rule, struct trouble_share here,
	struct trouble_share others);

/* Devices that a rule touched on a day of the centre's; zero is none yet. */
struct trouble_day {
	int64_t day;		/* since 1970, UTC */
	uint32_t touched;
};

/*
 * Whether the rule may act on one more device at now_s; if so it counts as
 * touched, and *day is to be kept.
 */
enum trouble_verdict trouble_may_act(const struct catalogue_rule *rule, struct trouble_share here,
	struct trouble_share others, struct trouble_day *day, int64_t now_s);

/* For a person: why not.  "" for TROUBLE_MAY_ACT. */
const char *trouble_verdict_text(enum trouble_verdict v);

/* A release that a unit left for a trouble; zero is none. */
struct trouble_quarantine {
	uint32_t software, seq;
	int64_t until_s;	/* 0 = none */
};

/* Of the unit that left seq of the software by the rule's treat at now_s. */
struct trouble_quarantine trouble_quarantine_begin(const struct catalogue_rule *rule,
	uint32_t software, uint32_t seq, int64_t now_s);
/* Whether the unit may not be sent to seq without a person. */
bool trouble_quarantine_holds(const struct trouble_quarantine *q, uint32_t software, uint32_t seq,
	int64_t now_s);

/* The median of count values, the lower of two in the middle; they are put in order. */
int64_t trouble_median(int64_t *values, size_t count);

#endif

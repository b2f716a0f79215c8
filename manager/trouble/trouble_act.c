#include <config.h>

#include "manager/trouble/trouble_act.h"

#include <stdlib.h>

#include "manager/trouble/trouble_state.h"

enum { DAY_S = 86400 };

enum trouble_verdict
trouble_fleet(const struct catalogue_rule *rule, struct trouble_share here,
	struct trouble_share others)
{
	if (here.troubled < rule->fleet.devices)
		return TROUBLE_TOO_FEW;
	if (rule->fleet.against == 0)
		return TROUBLE_MAY_ACT;
	if (others.devices == 0)
		return TROUBLE_NO_OTHERS;
	/* here.troubled / here.devices >= ratio * others.troubled / others.devices */
	return trouble_compare((uint64_t)here.troubled * CATALOGUE_MILLION, others.devices,
	    rule->fleet.ratio, (uint64_t)others.troubled * here.devices) >= 0 ? TROUBLE_MAY_ACT :
	    TROUBLE_NOT_WORSE;
}

enum trouble_verdict
trouble_may_act(const struct catalogue_rule *rule, struct trouble_share here,
	struct trouble_share others, struct trouble_day *day, int64_t now_s)
{
	enum trouble_verdict fleet;

	if (!rule->acts)
		return TROUBLE_SHADOW;
	if (rule->treat.kind == CATALOGUE_NO_TREAT)
		return TROUBLE_NO_TREAT;
	fleet = trouble_fleet(rule, here, others);
	if (fleet != TROUBLE_MAY_ACT)
		return fleet;
	/* A clock that was set back gives no second day. */
	if (now_s / DAY_S > day->day)
		*day = (struct trouble_day){ now_s / DAY_S, 0 };
	if (rule->daily > 0 && day->touched >= rule->daily)
		return TROUBLE_DAY_FULL;
	day->touched++;
	return TROUBLE_MAY_ACT;
}

const char *
trouble_verdict_text(enum trouble_verdict v)
{
	switch (v) {
	case TROUBLE_MAY_ACT:
		return "";
	case TROUBLE_SHADOW:
		return "the rule only records (mode=\"shadow\")";
	case TROUBLE_NO_TREAT:
		return "the rule has no treat";
	case TROUBLE_TOO_FEW:
		return "too few devices are in this trouble";
	case TROUBLE_NO_OTHERS:
		return "there are no other devices to compare with";
	case TROUBLE_NOT_WORSE:
		return "other devices are in this trouble nearly as often";
	case TROUBLE_DAY_FULL:
		return "the rule has touched as many devices today as it may";
	}
	return "";
}

struct trouble_quarantine
trouble_quarantine_begin(const struct catalogue_rule *rule, uint32_t software, uint32_t seq,
	int64_t now_s)
{
	if (rule->treat.quarantine_s == 0)
		return (struct trouble_quarantine){0};
	return (struct trouble_quarantine){ software, seq, now_s + rule->treat.quarantine_s };
}

bool
trouble_quarantine_holds(const struct trouble_quarantine *q, uint32_t software, uint32_t seq,
	int64_t now_s)
{
	return q->until_s > now_s && q->software == software && q->seq == seq;
}

static int
compare(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

int64_t
trouble_median(int64_t *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), compare);
	return values[(count - 1) / 2];
}

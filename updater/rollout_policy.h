/*
 * rollout_policy: how carefully a rollout goes: waves, limits, spans of time, windows,
 * tries, approval.  Part of what is hashed and approved.
 *
 * Text: a line each, `KEY VALUE`; a key that does not stand there has its default; blank
 * lines and lines from # on are passed over; an unknown key is an error with its line.
 *
 *	waves 5 1% 10% rest	devices, shares of all (tenths too: 0.5%); the last is rest
 *	site-share 25%		of a site's members at once; one may always
 *	together 200		at once in all, 1..
 *	stop-share 5%		of those attempted may go wrong,
 *	stop-count 1		or that many, where that is more: what counts in small waves
 *	wave-share 90%		of each open wave's members committed: the next may open
 *	soak 1d			after the version was read back
 *	soak-impressions 50	of the device, meanwhile
 *	soak-limit 14d		until the impressions must have come
 *	wait-limit 7d		for a device that is silent or never idle, of an open wave
 *	load-limit 4h		from the order to staged
 *	switch-limit 2d		from staged to switching
 *	trial-limit 1h		switching and trial
 *	judge-limit 1d		proven, until the version was read back and judged
 *	again 15min		what had no effect is sent again
 *	fresh 10min		what was read of a device is as good as read now
 *	retry network 5		tries again, by cause: network, image, device, start
 *	retry-after 1h		doubled with each try, to a day at most
 *	idle yes		only devices that are idle
 *	window Sat 22:00-04:00 Europe/Berlin	several lines: one of them; none: always
 *	approval one		one, two-person or auto
 */
#ifndef IMGADM_UPDATER_ROLLOUT_POLICY_H
#define IMGADM_UPDATER_ROLLOUT_POLICY_H

#include <stddef.h>

#include "lib/structure/rollout.h"
#include "updater/rollout_window.h"

enum {
	ROLLOUT_WINDOWS_MAX = 16,
	ROLLOUT_RETRY_AFTER_MAX_S = 86400,
};

/* How many of a rollout's members a wave takes. */
struct rollout_wave_size {
	uint32_t count;		/* devices; or, where 0, */
	uint16_t permille;	/* of all; or, where both are 0, the rest */
};

enum rollout_approval_kind {
	ROLLOUT_APPROVAL_ONE = 1,	/* by anyone, the planner too */
	ROLLOUT_APPROVAL_TWO_PERSON,	/* by another than the planner */
	ROLLOUT_APPROVAL_AUTO,		/* by the policy itself */
};

/* Plain data. */
struct rollout_policy {
	struct rollout_wave_size waves[ROLLOUT_WAVES_MAX];
	unsigned wave_count;	/* 1.., the last takes the rest */
	uint16_t site_permille;
	uint32_t together;
	uint16_t stop_permille;
	uint32_t stop_count;
	uint16_t wave_permille;
	int64_t soak_s, soak_limit_s;
	uint64_t soak_impressions;
	int64_t wait_limit_s, load_limit_s, switch_limit_s, trial_limit_s, judge_limit_s;
	int64_t again_s, fresh_s;
	uint16_t retry[ROLLOUT_CAUSES + 1];	/* by enum rollout_cause; of NEVER 0 */
	int64_t retry_after_s;
	bool idle;
	struct rollout_window windows[ROLLOUT_WINDOWS_MAX];
	unsigned window_count;
	enum rollout_approval_kind approval;
};

/* As above. */
void rollout_policy_default(struct rollout_policy *ret);
/* -EINVAL, -ERANGE with the line's number. */
int rollout_policy_parse(const char *text, struct rollout_policy *ret, struct err *e);
/*
 * The one text of a policy: every key in the order above, so that equal policies have
 * equal texts, and parsing it gives the same.  -EMSGSIZE: longer than ROLLOUT_POLICY_MAX.
 */
int rollout_policy_text(const struct rollout_policy *p,
	char ret_text[ROLLOUT_POLICY_MAX + 1], struct err *e);
/* "one", "two-person", "auto"; NULL when it has none. */
const char *rollout_approval_name(enum rollout_approval_kind k);

#endif

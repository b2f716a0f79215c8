/*
 * trouble_eval: one rule, one unit: facts in, troubles out.
 *
 * A rule fires when its condition is true and nothing holds it back: no code
 * or rule that inhibits it, no blackout after an install or a service.  What
 * happens while it is held back is not counted.  A trouble ends when the
 * condition has been false, for certain, as long as <clear> asks; what is not
 * known, a gap in the log and silence end nothing.  One that begins again
 * before it was away for as long is the same trouble, and has to stay away
 * twice as long each time, up to eight times.
 *
 * The same facts in the same order give the same events, whether the state was
 * packed in between or not.  Pure; time is what the facts say.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_EVAL_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_EVAL_H

#include "manager/trouble/trouble_leaf.h"

enum trouble_event {
	TROUBLE_NOTHING = 0,
	TROUBLE_OPENED, TROUBLE_REOPENED, TROUBLE_CLEARED,
	TROUBLE_LEFT,	/* the unit is no longer one of the rule's: trouble_device only */
};

/* Take a fact of the unit itself. */
enum trouble_event trouble_eval(const struct trouble_rule *r, uint32_t *w,
	const struct trouble_fact *f);

/*
 * An entry of another unit of the device, or of the unit itself: whether its
 * code inhibits the rule is noted.  trouble_eval() does it for the unit's own.
 */
void trouble_eval_elsewhere(const struct trouble_rule *r, uint32_t *w,
	const struct trouble_fact *f);

/* A trouble of the rule in place `cause` is open on the device, or no longer. */
void trouble_eval_cause(const struct trouble_rule *r, uint32_t *w, uint32_t cause, bool open);

/* Entries were lost before this fact: nothing is known to be absent, or over. */
void trouble_eval_gap(const struct trouble_rule *r, uint32_t *w);

bool trouble_eval_is_open(const uint32_t *w);
/* Whether it is held back now. */
bool trouble_eval_is_held(const uint32_t *w);
/* Indexes of the newest entries that counted, the newest first; at most TROUBLE_EVIDENCE_MAX. */
uint32_t trouble_eval_evidence(const uint32_t *w, const uint32_t **ret);

/*
 * What the rule counted over the last `over` of its confirm-drop: events, and
 * the window that they are known of (shorter than `over` for a young state).
 */
struct trouble_tally {
	uint64_t events, window;
};
struct trouble_tally trouble_eval_tally(const struct trouble_rule *r, uint32_t *w);

#endif

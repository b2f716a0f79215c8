/*
 * trouble_cure: whether a treat helped: what the rule counts, before and after.
 *
 * After the treat the rule is measured again on each unit, whether it still
 * speaks of it or not, until the window of its confirm-drop has passed; a state
 * of its own counts, with the rule's codes, dedupe and blackouts.  Figures of
 * several units may be added: the cure is judged on all of them.
 *
 * A value; packed by its caller as the figures and the state's words.  Pure.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_CURE_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_CURE_H

#include "lib/base/buf.h"
#include "manager/trouble/trouble_eval.h"

/* Events, and the window along the axis of `over` that they were counted in. */
struct trouble_figures {
	struct trouble_tally before, after;
};

struct trouble_cure {
	struct trouble_figures figures;
	uint32_t state[CATALOGUE_RULE_MEMORY_MAX / 4];
};

enum trouble_cured {
	TROUBLE_CURE_MEASURED,	/* not long enough yet */
	TROUBLE_CURE_REACHED,
	TROUBLE_CURE_FAILED,	/* the cure did not help */
};

/* Begin, with what trouble_eval_tally() said before the treat. */
void trouble_cure_begin(struct trouble_cure *c, struct trouble_tally before);
/* A fact of the unit, in order; the install first, if it is one. */
void trouble_cure_take(const struct trouble_rule *r, struct trouble_cure *c,
	const struct trouble_fact *f);

void trouble_figures_add(struct trouble_figures *sum, const struct trouble_figures *more);
/*
 * Of the figures of `units` units: done when they have passed `over` on the
 * average, or when it has failed already, whatever comes.  Without an event
 * before, none after is the cure.
 */
enum trouble_cured trouble_figures_judge(const struct trouble_rule *r,
	const struct trouble_figures *f, uint32_t units);

/*
 * "the cure did not help: 12 per 20,000 impressions before, 11 after; a drop of
 * 50 % was asked for".  b->error.
 */
int trouble_figures_say(const struct trouble_rule *r, const struct trouble_figures *f,
	uint32_t units, struct buf *b);

#endif

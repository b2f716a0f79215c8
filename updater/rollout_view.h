/*
 * rollout_view: what a device shows of one stage of its recipe, in one word.  Pure.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_VIEW_H
#define IMGADM_UPDATER_ROLLOUT_VIEW_H

#include "updater/rollout_step.h"

/* In the order of progress up to COMMITTED. */
enum rollout_view_kind {
	ROLLOUT_VIEW_NOTHING,	/* no row of ours, and the wanted version does not run */
	ROLLOUT_VIEW_LOADING,
	ROLLOUT_VIEW_STAGED,
	ROLLOUT_VIEW_SWITCHING,
	ROLLOUT_VIEW_TRIAL,
	ROLLOUT_VIEW_PROVEN,
	ROLLOUT_VIEW_COMMITTED,	/* or the wanted version runs, and no row says anything */
	ROLLOUT_VIEW_FAILED,
	ROLLOUT_VIEW_ROLLED_BACK,
	ROLLOUT_VIEW_OTHER,	/* another update than ours is under way */
};

struct rollout_view {
	enum rollout_view_kind kind;
	bool partly;		/* of a group: some units have no row of ours */
	bool all_wanted;	/* the wanted version runs in every unit */
	bool all_from;		/* what the stage starts from does */
	bool all_ready;		/* one or the other does */
	bool not_read;		/* of a unit it is not known */
	bool not_ours;		/* a unit's owner is local or locked */
	enum update_reason reason;	/* FAILED, ROLLED_BACK: the first that is no consequence */
	const char *text;	/* NULL = none */
};

void rollout_view(const struct rollout_recipe *r, const struct rollout_member *m,
	const struct rollout_facts *f, unsigned stage, struct rollout_view *ret);
/* Whether an update of ours is under way there, switched already or not. */
bool rollout_view_under_way(enum rollout_view_kind k);
/*
 * The last stage up to the member's whose rows are in trial or proven; -1 = none: what
 * can be rolled back.
 */
int rollout_view_proven_stage(const struct rollout_recipe *r, const struct rollout_member *m,
	const struct rollout_facts *f);

#endif

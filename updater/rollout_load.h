/*
 * rollout_load: a rollout as the store has it, as rollout_step() and
 * rollout_plan want it: policy and recipes parsed, members as one array, and with
 * each the version that a step is decided on.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_LOAD_H
#define IMGADM_UPDATER_ROLLOUT_LOAD_H

#include "lib/store/store_rollout.h"
#include "updater/rollout_plan.h"

/* Owns its arrays; zero is a valid, empty one.  Not to be copied: plan points into it. */
struct rollout_loaded {
	struct store_rollout stored;
	struct rollout_policy policy;
	struct rollout_recipe *recipes;	/* by digest, ascending: those that members name */
	size_t recipe_count;
	struct rollout_member *members;	/* by wave, then device */
	int64_t *versions;		/* of the member at the same place */
	size_t member_count;
	/* Of the above; a struct rollout_world's `plan`, with `policy` beside it. */
	struct rollout_plan plan;
};

/*
 * Every member, also those at an end.  What others change between the reads is found by
 * store_rollout_step(), which compares versions.  On failure *ret is empty.
 * -ENOENT: no such rollout; -EINVAL: what the store has is no policy or no recipe:
 * it is damaged; -ENOMEM; as store_rollout.h.
 */
int rollout_load(struct store *s, const char *id, struct rollout_loaded *ret, struct err *e);
void rollout_loaded_release(struct rollout_loaded *l);

/*
 * What a step changed: the member at that place becomes `after`, of that version.
 * Who keeps several steps in one process need not read all again.
 */
void rollout_loaded_member(struct rollout_loaded *l, size_t place,
	const struct rollout_member *after, int64_t version);

/*
 * Whether a name is one of a rollout, and not of a device: "r-..."; it need not
 * be there.
 */
bool rollout_is_id(const char *name);

#endif

/*
 * rollout_plan: what a rollout is to do, whole, and the hash that is approved.
 *
 * The hash is the SHA-256 of this text, to the octet (rollout_plan_write); a text of
 * others stands behind its length in octets and a colon, so that nothing runs into
 * anything; HEX is lower case:
 *
 *	imgadm-rollout-plan 1
 *	selection LEN:TEXT
 *	catalogues HEX		digest of the set in force
 *	policy LEN:TEXT		rollout_policy_text(): waves, limits, windows, approval
 *	image HEX		sha256 of each image, ascending
 *	recipe HEX LEN:TEXT	by digest, ascending, whether a member has it or not
 *	member LEN:ID SHAPE RECIPE WAVE	by device id (octets), ascending
 *
 * Not hashed: the rollout's name, who planned it and when, the members' fleet names,
 * sites and models (the wave is what came of them), and members that joined late.
 *
 * A device that joins late, or whose steps are planned anew, needs no new approval where
 * its recipe is one of those that were approved (rollout_plan_recipe()).
 */
#ifndef IMGADM_UPDATER_ROLLOUT_PLAN_H
#define IMGADM_UPDATER_ROLLOUT_PLAN_H

#include "updater/rollout_policy.h"
#include "updater/rollout_recipe.h"

/* All borrowed. */
struct rollout_plan {
	const struct rollout *rollout;	/* selection, policy, set_digest */
	const struct rollout_recipe *recipes;	/* by digest, ascending: rollout_recipes_sort() */
	size_t recipe_count;
	const struct rollout_member *members;
	size_t member_count;
};

/*
 * The text, piece by piece.  -EINVAL: a device id twice, a recipe twice or out of
 * order, or a member's that is not there; -EMSGSIZE: beyond the limits; -ENOMEM; what write says.
 */
int rollout_plan_write(const struct rollout_plan *p,
	int (*write)(void *user, const void *data, size_t len), void *user, struct err *e);
int rollout_plan_hash(const struct rollout_plan *p, uint8_t ret_hash[ROLLOUT_DIGEST_SIZE],
	struct err *e);

void rollout_recipes_sort(struct rollout_recipe *recipes, size_t count);
/* The recipe of that digest; NULL = none. */
const struct rollout_recipe *rollout_plan_recipe(const struct rollout_plan *p,
	const uint8_t digest[ROLLOUT_DIGEST_SIZE]);
/* Whether every step is one to go back from. */
bool rollout_plan_way_back(const struct rollout_plan *p);

#endif

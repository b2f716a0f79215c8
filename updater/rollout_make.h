/*
 * rollout_make: from the devices of a selection and what the judge plans for each shape of
 * them to a rollout's plan: recipes, waves, hash.  Nothing is written.
 *
 * Devices of one shape (the judgement's key) share a recipe, so that the judge is asked
 * once a shape.  An image whose digest the catalogue does not say is the one of the library,
 * so that the hash covers it.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_MAKE_H
#define IMGADM_UPDATER_ROLLOUT_MAKE_H

#include "lib/store/store_rollout.h"
#include "updater/rollout_gather.h"
#include "updater/rollout_plan.h"

/* All borrowed. */
struct rollout_ask {
	struct store *store;
	const char *db;		/* its path, for the judge */
	const struct rollout_selection *selection;
	const char *selection_text;
	const struct rollout_gathered *gathered;
	const struct rollout_policy *policy;
	uint8_t set_digest[ROLLOUT_DIGEST_SIZE];	/* of the catalogues in force */
	const char *by;
	utc_s now;
};

/* Who is no member, and why. */
struct rollout_left {
	char name[STORE_NAME_MAX + 1];
	bool done;		/* it has what it shall have */
	char why[ERR_TEXT_SIZE];
};

/* Owns its arrays; zero is empty.  Not to be copied: plan points into it. */
struct rollout_made {
	struct rollout rollout;		/* with id and hash, planned */
	struct rollout_recipe *recipes;	/* by digest, ascending */
	size_t recipe_count;
	struct rollout_member *members;	/* by name */
	size_t member_count;
	struct store_rollout_image *images;	/* of all installations, each once */
	size_t image_count;
	char *missing;		/* own: images that the library has not, in words; NULL = none */
	struct rollout_left *left;	/* by name */
	size_t left_count, done_count;	/* of them done */
	unsigned waves;
	uint32_t asked;		/* times that the judge was */
	bool there;		/* this very plan is kept already, under rollout.id */
	struct rollout_plan plan;
};

/*
 * 0 also where nobody is left (member_count 0: then there is neither id nor hash).
 * -ESTALE: the catalogues in force are stale; -ENOENT: no judge; -E2BIG, -EMSGSIZE: beyond
 * the limits; -EIO, -ENOMEM; as the store's.
 */
int rollout_make(const struct rollout_ask *a, struct rollout_made *ret, struct err *e);
void rollout_made_release(struct rollout_made *m);
/* Keep it (store_rollout_put), with its entry for the audit. */
int rollout_made_put(struct store *s, const struct rollout_made *m, struct err *e);

/*
 * The recipe of steps as the judge planned them, with the digests of the library's images
 * where the catalogue says none; for one device planned anew, too.  Errors as
 * rollout_recipe_make(), and the store's.
 */
int rollout_make_recipe(struct store *s, struct update_step *steps, size_t count,
	struct rollout_recipe *ret, struct err *e);

#endif

/*
 * rollout_recipe: what is done to one device, as text, and cut into stages.
 *
 * A line a step, in the form of lib/sign/sign_words.h (key=value, %XX), keys in one order,
 * empty and zero ones left out, so that the same steps are the same octets:
 *
 *	step 1 kind=install symbol=engine software=acme-engine creator=Acme version=3.1
 *	 seq=31 sha256=HEX from=acme-engine fromversion=3.0 minutes=4 flags=back,ticket
 *
 * (one line).  What may differ between devices of one shape does not stand in it: the
 * unit's index and its serial number.
 *
 * Pure; SHA-256 by libsodium.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_RECIPE_H
#define IMGADM_UPDATER_ROLLOUT_RECIPE_H

#include "lib/structure/rollout.h"
#include "updater/update_plan.h"

/* Owns its arrays; zero is a valid, empty one. */
struct rollout_recipe {
	uint8_t digest[ROLLOUT_DIGEST_SIZE];	/* of the text */
	char *text;
	struct update_step *steps;	/* unit_index 0, serial_number empty */
	size_t count;
	/* Stage i is steps[stage[i]] to steps[stage[i + 1] - 1]. */
	uint8_t stage[ROLLOUT_STEPS_MAX + 1];
	uint8_t stages;
	/*
	 * Stage i is committed before the next begins: a later one writes to a unit of
	 * it, which then has no bank to fall back to.
	 */
	bool commit_first[ROLLOUT_STEPS_MAX];
	bool stop[ROLLOUT_STEPS_MAX];	/* written while out of service: not staged before */
	uint32_t minutes[ROLLOUT_STEPS_MAX];	/* that a stage takes */
	bool way_back;		/* from every step */
};

/*
 * Of steps as the judge planned them.  -EINVAL: none, a VISIT (a person has to go there:
 * no rollout does that), a group that is not whole; -EMSGSIZE: beyond the limits; -ENOMEM.
 */
int rollout_recipe_make(const struct update_step *steps, size_t count,
	struct rollout_recipe *ret, struct err *e);
/* Of its text.  -EINVAL: not of that form, to the octet. */
int rollout_recipe_parse(const char *text, struct rollout_recipe *ret, struct err *e);
void rollout_recipe_release(struct rollout_recipe *r);

#endif

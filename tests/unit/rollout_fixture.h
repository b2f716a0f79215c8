/*
 * rollout_fixture: plans of rollouts to keep, on store_fixture's store.
 */
#ifndef IMGADM_TESTS_UNIT_ROLLOUT_FIXTURE_H
#define IMGADM_TESTS_UNIT_ROLLOUT_FIXTURE_H

#include "lib/store/store_image.h"
#include "lib/store/store_rollout.h"
#include "lib/store/store_trouble.h"
#include "tests/unit/store_fixture.h"

enum { PLAN_MEMBERS = 6 };

/* A plan of PLAN_MEMBERS members with two recipes and an image; whose pointers are its own. */
struct plan {
	struct rollout rollout;
	struct rollout_member members[PLAN_MEMBERS];
	struct store_recipe recipes[2];
	struct store_rollout_image images[1];
	struct audit_entry audit;
	struct store_rollout_plan plan;
};
void plan_make(struct plan *p, const char *id, uint8_t hash);
struct audit_entry audit_of(const char *what, const char *id);
/* Put it and have it approved. */
void plan_put(struct plan *p, const char *id, uint8_t hash);
void plan_approve(const struct plan *p);

/* Two members are ordered, the rollout runs, one joins later. */
struct step {
	struct store_rollout_step step;
	struct rollout rollout;
	struct store_member changes[2];
	struct store_step_order orders[2];
	struct rollout_member joiner;
	struct audit_entry audit[2];
};
void step_make(struct step *t, const char *id);

/* All that the store says of a rollout, and of troubles, as a text; free(). */
char *rollout_picture(const char *id);

#endif

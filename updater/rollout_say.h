/*
 * rollout_say: a rollout's plan, and how it stands, for people and as JSON.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_SAY_H
#define IMGADM_UPDATER_ROLLOUT_SAY_H

#include <jansson.h>

#include "lib/base/buf.h"
#include "updater/rollout_stop.h"
#include "updater/rollout_plan.h"

enum { ROLLOUT_SAY_MAX = 1024 * 1024, ROLLOUT_SAY_NAMES = 20 };

/* "ENG: acme-engine 3.0 -> 3.1, 6 minutes, way back: yes", indented, a line a step. */
void rollout_say_recipe(struct buf *b, const struct rollout_recipe *r);
/* Its recipes, with how many devices each is for, then the waves, with their first names. */
void rollout_say_plan(struct buf *b, const struct rollout_plan *p);
/* The lines of the policy that are not the default's, indented. */
void rollout_say_policy(struct buf *b, const struct rollout_policy *policy);

/* "9f86d0..." of a digest: size 2 * ROLLOUT_DIGEST_SIZE + 1. */
enum { ROLLOUT_HEX_SIZE = 2 * ROLLOUT_DIGEST_SIZE + 1 };
void rollout_say_hex(const uint8_t digest[ROLLOUT_DIGEST_SIZE],
	char ret_hex[ROLLOUT_HEX_SIZE]);

/* What is the rollout's own; NULL: no memory. */
json_t *rollout_json(const struct rollout *r);
json_t *rollout_json_recipes(const struct rollout_plan *p);
json_t *rollout_json_members(const struct rollout_plan *p);

#endif

/*
 * store_rollout_impl: what the store's files about rollouts share; no one else
 * includes it.
 */
#ifndef IMGADM_LIB_STORE_STORE_ROLLOUT_IMPL_H
#define IMGADM_LIB_STORE_STORE_ROLLOUT_IMPL_H

#include "lib/store/store_image.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_rollout.h"

/* A member that is at its end, as store_schema_cure.c's index has it, and one that is not. */
#define STORE_MEMBER_OPEN "state < 11"
_Static_assert(ROLLOUT_MEMBER_COMMITTED == 11, "an index is made for it");

/* A rollout r that is over: nobody is under way, and nobody will be. */
#define STORE_ROLLOUT_OVER \
	"(r.state = 6 OR (r.state = 7 AND NOT EXISTS (SELECT 1 FROM rollout_member" \
	" WHERE rollout = r.number AND " STORE_MEMBER_OPEN ")))"
_Static_assert(ROLLOUT_ENDED == 6 && ROLLOUT_ABORTED == 7, "as STORE_ROLLOUT_OVER has them");

#define STORE_ROLLOUT_COLUMNS \
	"r.number, r.id, r.version, r.members, r.hash, r.selection, r.policy, r.set_digest," \
	" r.planner, r.planned, r.approver, r.approved, r.approver_2, r.approved_2, r.state," \
	" r.stop, r.text, r.undo, r.started, r.ended, r.wave, r.wave_opened, r.resumed"
void store_rollout_column(const struct db_stmt *q, int64_t *ret_number,
	struct store_rollout *ret);
/* By id: with its number in the tables.  -ENOENT. */
int store_rollout_find(struct store *s, const char *id, int64_t *ret_number,
	struct store_rollout *ret, struct err *e);

#define STORE_MEMBER_COLUMNS \
	"device, version, name, site, model, revision, shape, recipe, wave, late, deferred," \
	" state, wish, reason, text, first_reason, first_text, first_failed, stage, attempt," \
	" tries, attempted, trouble, accepted, back, since, begun, acted, not_before, soak_since," \
	" soak_from, soak_troubles"
void store_member_column(const struct db_stmt *q, struct store_member *ret);

/* -EINVAL: a value without a name, a limit, a text that is not UTF-8. */
int store_rollout_check(const struct rollout *r, struct err *e);
int store_member_check(const struct rollout_member *m, struct err *e);

/* Members as they are, of a rollout; within a write, as all below.  -EEXIST. */
int store_members_add(struct store *s, int64_t number, const struct rollout_member *members,
	size_t count, struct err *e);
/* Of a rollout, whose members' recipes must all be there then: else -EINVAL. */
int store_recipes_add(struct store *s, int64_t number, const struct store_recipe *recipes,
	size_t count, struct err *e);
/*
 * Members as they shall be, each if it is of its version; the write is given up
 * where one is not: -ESTALE, -ENOENT, -EINVAL (its attempt would fall).
 */
int store_members_set(struct store *s, int64_t number, const struct store_member *changes,
	size_t count, struct err *e);

/* store_stop.c: -EPERM when a stop stands in whose scope a grant would be; device 0 = none. */
int store_stop_refuses(struct store *s, int64_t device, const struct store_image *image,
	struct err *e);

#endif

/*
 * store_rollout: rollouts, kept; what they are says lib/structure/rollout.h.
 *
 * Nobody decides here.  Who decides reads a rollout with its versions, and gives
 * back what shall be, whole (store_rollout_step): that is kept if nothing of
 * what it was decided on has changed meanwhile, else nothing of it.  So two
 * runs, a person beside a run, and a run after one that was killed never do a
 * thing twice, and never count one twice.
 *
 * Invariants
 * - A plan is kept once, and whole.  Its hash, members' shapes and recipes,
 *   recipes and images never change.  Late joiners are added (`late`).
 * - Each change of a rollout or a member raises its version.
 * - What a step orders (store_order.h) is ordered in the transaction in which the
 *   member says so: an attempt has its orders, with their numbers, or was not made.
 * - Of rollouts that are over (ended, aborted, with nobody under way) the newest stay:
 *   STORE_ROLLOUTS_MAX in all.  Others are never forgotten.
 * - What is forgotten of the fleet stays a member.
 *
 * Errors as store.h says, and: -ENOENT no such rollout, member; -ESTALE it was
 * changed meanwhile: read it again.
 */
#ifndef IMGADM_LIB_STORE_STORE_ROLLOUT_H
#define IMGADM_LIB_STORE_STORE_ROLLOUT_H

#include "lib/store/store_audit.h"
#include "lib/store/store_order.h"
#include "lib/structure/rollout.h"

enum {
	STORE_ROLLOUTS_MAX = 500,
	STORE_STOPS_MAX = 256,
};

/* --- a plan ----------------------------------------------------------------------- */

/* A recipe's text under its digest; the text is borrowed. */
struct store_recipe {
	uint8_t digest[ROLLOUT_DIGEST_SIZE];
	const char *text;	/* at most ROLLOUT_RECIPE_MAX octets */
};

/* What a plan brings; by it a withdrawn or stopped release finds its rollouts. */
struct store_rollout_image {
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t sequence;
	uint8_t sha256[ROLLOUT_DIGEST_SIZE];
};

/* All of it is borrowed. */
struct store_rollout_plan {
	const struct rollout *rollout;	/* state planned, no approval */
	const struct rollout_member *members;	/* planned; each device once; not late */
	size_t member_count;
	const struct store_recipe *recipes;	/* each digest once; those that members name */
	size_t recipe_count;
	const struct store_rollout_image *images;
	size_t image_count;
	const struct audit_entry *audit;	/* what the audit shall say; may be NULL with 0 */
	size_t audit_count;
};
/*
 * Keep the plan.  The same id with the same hash again changes nothing; with
 * another hash -EEXIST, as is another rollout of this hash that is not over (e names
 * it).  -EINVAL: a limit of rollout.h, a device that stands twice, a recipe
 * that is missing; -E2BIG: STORE_ROLLOUTS_MAX are not over.
 */
int store_rollout_put(struct store *s, const struct store_rollout_plan *p, struct err *e);

/*
 * Approve the plan with this hash that waits for it, and keep audit (may be NULL) with
 * it.  Rollout and members are approved then; with two_person only when somebody
 * approved who did not plan it: what the planner says is kept, and the plan goes
 * on waiting.  Who approved it may say so again: nothing changes.  *ret (may be NULL)
 * is the rollout then.  -ENOENT: no plan of this hash; -EALREADY: it waits no more.
 */
struct store_approval {
	uint8_t hash[ROLLOUT_DIGEST_SIZE];
	const char *by;
	utc_s at;
	bool two_person;
	const struct audit_entry *audit;
};
int store_rollout_approve(struct store *s, const struct store_approval *a, struct rollout *ret,
	struct err *e);

/* --- read ------------------------------------------------------------------------- */

/* A rollout, or a member of it, and which version of it that is. */
struct store_rollout {
	struct rollout rollout;
	int64_t version;
	uint32_t members;	/* in all */
};
struct store_member {
	struct rollout_member member;
	int64_t version;
};

/* -ENOENT. */
int store_rollout_get(struct store *s, const char *id, struct store_rollout *ret, struct err *e);
/* By when it was planned; under_way: those that are approved, running, paused, stopped or
 * aborted and have members that are not at an end.  NULL with 0; free(). */
int store_rollout_list(struct store *s, bool under_way, struct store_rollout **ret,
	size_t *ret_count, struct err *e);
/* By wave, then device.  open_only: those that are not at an end.  NULL with 0; free(). */
int store_rollout_members(struct store *s, const char *id, bool open_only,
	struct store_member **ret, size_t *ret_count, struct err *e);
int store_rollout_member(struct store *s, const char *id, const char *device,
	struct store_member *ret, struct err *e);
/* How many members are in each state; ret_counts[state]. */
enum { STORE_MEMBER_STATES = ROLLOUT_MEMBER_SUPERSEDED + 1 };
int store_rollout_counts(struct store *s, const char *id,
	uint32_t ret_counts[STORE_MEMBER_STATES], struct err *e);
/* A recipe's text; free(). */
int store_rollout_recipe(struct store *s, const char *id,
	const uint8_t digest[ROLLOUT_DIGEST_SIZE], char **ret_text, struct err *e);
/* In the order of the plan; NULL with 0; free(). */
int store_rollout_images(struct store *s, const char *id, struct store_rollout_image **ret,
	size_t *ret_count, struct err *e);

/* When each wave was opened first, by wave. */
struct store_rollout_wave {
	uint8_t wave;
	utc_s opened;
};
int store_rollout_waves(struct store *s, const char *id,
	struct store_rollout_wave ret[ROLLOUT_WAVES_MAX], size_t *ret_count, struct err *e);

/*
 * Where a device is a member and not at an end: the ids, by when they were planned.
 * NULL with 0; free().
 */
int store_rollout_of_device(struct store *s, const char *device,
	char (**ret_ids)[ROLLOUT_ID_MAX + 1], size_t *ret_count, struct err *e);

/* The orders of a member's attempt, by symbol. */
struct store_rollout_order {
	int64_t device;		/* key in the store */
	uint32_t attempt;
	uint32_t number;	/* of store_order.h */
	char symbol[STRUCTURE_LABEL_MAX + 1];
};
/* attempt 0: of all; NULL with 0; free(). */
int store_rollout_orders(struct store *s, const char *id, const char *device, uint32_t attempt,
	struct store_rollout_order **ret, size_t *ret_count, struct err *e);

/* --- a step ----------------------------------------------------------------------- */

/* An order that begins, or goes on with, a member's attempt. */
struct store_step_order {
	size_t change;		/* which of the step's changes is the member's */
	struct store_order order;
	uint32_t number;	/* out */
};

/* All of it is borrowed, but that versions and numbers are written. */
struct store_rollout_step {
	const char *id;
	/*
	 * What it was decided on and what it shall be; rollout NULL = unchanged, then
	 * version is compared all the same.  -1 = whatever it is (rollout must be NULL).
	 * id, hash, selection, policy, set_digest, by, planned, approval stay as they are.
	 */
	int64_t version;
	const struct rollout *rollout;
	/*
	 * Members as they shall be, each with the version that it was decided on; each
	 * once.  name, site, model, revision, shape, recipe, wave, late stay as they are.
	 */
	struct store_member *changes;
	size_t change_count;
	/* Late joiners, with their recipes where these are new. */
	const struct rollout_member *joiners;
	size_t joiner_count;
	const struct store_recipe *recipes;
	size_t recipe_count;
	struct store_step_order *orders;
	size_t order_count;
	const struct audit_entry *audit;
	size_t audit_count;
};
/*
 * All of it, or nothing: -ESTALE when the rollout or a member is of another
 * version; e says which.  -EEXIST: a late joiner is a member already; -ENOENT: one
 * that changes is none; -EINVAL: values without a name, an attempt that falls, a
 * recipe that there is not, or a batch is open.  On success versions in changes
 * are the new ones, *ret_version (may be NULL) is the rollout's.
 */
int store_rollout_step(struct store *s, struct store_rollout_step *step, int64_t *ret_version,
	struct err *e);

/* --- stops ------------------------------------------------------------------------ */

enum store_stop_scope { STORE_STOP_ALL = 1, STORE_STOP_SITE, STORE_STOP_RELEASE };

/* As long as it stands, nothing of its scope is granted (store_image.h). */
struct store_stop {
	enum store_stop_scope scope;
	char site[STORE_NAME_MAX + 1];		/* of a site */
	char software[STRUCTURE_NAME_MAX + 1];	/* of a release */
	char creator[STRUCTURE_NAME_MAX + 1];
	uint32_t sequence;
	char by[STORE_NAME_MAX + 1];
	utc_s at;
	char why[STORE_TEXT_MAX + 1];
};
/*
 * Stop: from its return on no grant of its scope is given, and those that were
 * given are withdrawn (*ret_grants, may be NULL: how many).  The same scope again changes
 * nothing.  -EINVAL; -E2BIG: STORE_STOPS_MAX stand.
 */
int store_stop_put(struct store *s, const struct store_stop *stop,
	const struct audit_entry *audit, size_t *ret_grants, struct err *e);
/* It stands no more.  -ENOENT. */
int store_stop_lift(struct store *s, const struct store_stop *stop,
	const struct audit_entry *audit, struct err *e);
/* By when they were made; NULL with 0; free(). */
int store_stop_list(struct store *s, struct store_stop **ret, size_t *ret_count, struct err *e);
/* Whether one of them stops this; site NULL or software NULL: of none. */
bool store_stop_covers(const struct store_stop *stop, const char *site, const char *software,
	const char *creator, uint32_t sequence);

#endif

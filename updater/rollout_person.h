/*
 * rollout_person: what a person may do with a rollout, and what comes of it in the
 * record.  Pure: the caller records it, writes the audit, and runs the rollout.
 *
 * Errors: -EPERM what may not be, -EALREADY what is so already, -EINVAL.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_PERSON_H
#define IMGADM_UPDATER_ROLLOUT_PERSON_H

#include "updater/rollout_plan.h"

/*
 * Approve the plan of that hash, which is computed again.  Where the policy says
 * two-person, one of those who approve is another than planned it; the rollout is
 * approved when that is so, and until then the approval stands and the rollout stays
 * planned.  by NULL: the policy itself, where it says auto and there is a way back
 * from every step.  members: those of the plan, to be changed.
 */
int rollout_approve(const struct rollout_plan *p, const struct rollout_policy *policy,
	const uint8_t hash[ROLLOUT_DIGEST_SIZE], const char *by, utc_s now,
	struct rollout *r, struct rollout_member *members, struct err *e);

int rollout_pause(struct rollout *r, struct err *e);
/*
 * A paused or stopped one goes on.  Of a stopped one the person has looked at what went
 * wrong: it is accepted, and counts no more; who was cancelled by the stop begins again.
 */
int rollout_resume(struct rollout *r, struct rollout_member *members, size_t count, utc_s now,
	struct err *e);
/* What is not switching yet ends; what has switched is seen through. */
int rollout_abort(struct rollout *r, struct err *e);
/* What was done is taken back: proven ones rolled back, for committed ones a plan downward. */
int rollout_undo(struct rollout *r, struct err *e);

/* One member; it is aborted or rolled back, whatever the rollout does. */
int rollout_cancel(const struct rollout *r, struct rollout_member *m, struct err *e);
/*
 * A member that failed begins its stage again, with its budgets full.  -EPERM: for what
 * cannot succeed, and in a rollout that is over.
 */
int rollout_retry(const struct rollout *r, struct rollout_member *m, utc_s now, struct err *e);

/*
 * A device that the selection takes in since the approval: the last wave's.  -EPERM: its
 * recipe was not approved.  m: device, name, site, model, revision, shape and recipe; the
 * rest is set.
 */
int rollout_join(const struct rollout_plan *p, struct rollout_member *m, utc_s now,
	struct err *e);

#endif

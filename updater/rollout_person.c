#include <config.h>

#include "updater/rollout_person.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "updater/rollout_stop.h"

/* --- approval ------------------------------------------------------------------------ */

static int
may_approve(const struct rollout_plan *p, const struct rollout_policy *policy,
	const uint8_t hash[ROLLOUT_DIGEST_SIZE], const char *by, struct err *e)
{
	const struct rollout *r = p->rollout;
	uint8_t now[ROLLOUT_DIGEST_SIZE];
	int rc;

	if (r->state != ROLLOUT_PLANNED)
		return err_set(e, -EALREADY, "rollout %s is %s", r->id,
			rollout_name(ROLLOUT_NAME_STATE, (int)r->state));
	if ((rc = rollout_plan_hash(p, now, e)) < 0)
		return rc;
	if (memcmp(now, r->hash, sizeof(now)) != 0)
		return err_set(e, -EPERM, "rollout %s is not as it was planned; plan it "
			"again", r->id);
	if (memcmp(now, hash, sizeof(now)) != 0)
		return err_set(e, -EPERM, "that is not the hash of rollout %s; look at the plan "
			"again", r->id);
	if (by != NULL)
		return 0;
	if (policy->approval != ROLLOUT_APPROVAL_AUTO)
		return err_set(e, -EPERM, "the policy of rollout %s asks for a person", r->id);
	if (!rollout_plan_way_back(p))
		return err_set(e, -EPERM, "rollout %s has steps without a way back: a person "
			"has to approve it", r->id);
	return 0;
}

/* The place for one more approval by that person; NULL = has approved, or there is none. */
static struct rollout_approval *
place_for(struct rollout *r, const char *by)
{
	for (int i = 0; i < ROLLOUT_APPROVALS_MAX; i++) {
		if (r->approval[i].at == 0)
			return &r->approval[i];
		if (strcmp(r->approval[i].by, by) == 0)
			return NULL;
	}
	return NULL;
}

static bool
is_enough(const struct rollout *r, const struct rollout_policy *policy)
{
	if (policy->approval != ROLLOUT_APPROVAL_TWO_PERSON)
		return true;
	for (int i = 0; i < ROLLOUT_APPROVALS_MAX; i++)
		if (r->approval[i].at != 0 && strcmp(r->approval[i].by, r->by) != 0)
			return true;
	return false;
}

int
rollout_approve(const struct rollout_plan *p, const struct rollout_policy *policy,
	const uint8_t hash[ROLLOUT_DIGEST_SIZE], const char *by, utc_s now,
	struct rollout *r, struct rollout_member *members, struct err *e)
{
	const char *who = by == NULL ? "policy" : by;
	struct rollout_approval *a;
	int rc = may_approve(p, policy, hash, by, e);

	if (rc < 0)
		return rc;
	a = place_for(r, who);
	if (a == NULL)
		return err_set(e, -EALREADY, "you have approved rollout %s; it waits for another "
			"person than the one who planned it", r->id);
	(void)text_copy(a->by, sizeof(a->by), who);
	a->at = now;
	if (!is_enough(r, policy))
		return 0;
	r->state = ROLLOUT_APPROVED;
	for (size_t i = 0; i < p->member_count; i++) {
		if (members[i].state != ROLLOUT_MEMBER_PLANNED)
			continue;
		members[i].state = ROLLOUT_MEMBER_APPROVED;
		members[i].since = now;
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------------------ */

static int
refuse(const struct rollout *r, const char *what, struct err *e)
{
	return err_set(e, -EPERM, "rollout %s is %s: it cannot be %s", r->id,
		rollout_name(ROLLOUT_NAME_STATE, (int)r->state), what);
}

int
rollout_pause(struct rollout *r, struct err *e)
{
	if (r->state == ROLLOUT_PAUSED)
		return err_set(e, -EALREADY, "rollout %s is paused", r->id);
	if (r->state != ROLLOUT_RUNNING)
		return refuse(r, "paused", e);
	r->state = ROLLOUT_PAUSED;
	return 0;
}

/* Begin again, where it stood. */
static void
again(struct rollout_member *m, utc_s now)
{
	memset(m->tries, 0, sizeof(m->tries));
	m->state = ROLLOUT_MEMBER_APPROVED;
	m->wish = ROLLOUT_WISH_NONE;
	m->back = false;
	m->reason = UPDATE_REASON_NONE;
	m->text[0] = '\0';
	m->since = now;
	m->begun = m->acted = m->not_before = 0;
}

int
rollout_resume(struct rollout *r, struct rollout_member *members, size_t count, utc_s now,
	struct err *e)
{
	if (r->state == ROLLOUT_RUNNING)
		return err_set(e, -EALREADY, "rollout %s is running", r->id);
	if (r->state != ROLLOUT_PAUSED && r->state != ROLLOUT_STOPPED)
		return refuse(r, "resumed", e);
	if (r->stop == ROLLOUT_STOP_WITHDRAWN)
		return err_set(e, -EPERM, "a release of rollout %s was withdrawn; plan another",
			r->id);
	for (size_t i = 0; i < count && r->state == ROLLOUT_STOPPED; i++) {
		struct rollout_member *m = &members[i];

		m->accepted |= rollout_is_bad(m);
		if (m->reason != ROLLOUT_REASON_STOPPED)
			continue;
		if (m->state == ROLLOUT_MEMBER_CANCELLED)
			again(m, now);
		else if (m->back)
			m->reason = ROLLOUT_REASON_NOT_IDLE;	/* begins again when it is back */
	}
	r->state = r->started == 0 ? ROLLOUT_APPROVED : ROLLOUT_RUNNING;
	r->stop = ROLLOUT_STOP_NONE;
	r->text[0] = '\0';
	r->resumed = now;
	r->ended = 0;
	return 0;
}

int
rollout_abort(struct rollout *r, struct err *e)
{
	if (r->state == ROLLOUT_ABORTED)
		return err_set(e, -EALREADY, "rollout %s is aborted", r->id);
	if (r->state == ROLLOUT_ENDED)
		return refuse(r, "aborted; see undo", e);
	r->state = ROLLOUT_ABORTED;
	r->ended = 0;
	return 0;
}

int
rollout_undo(struct rollout *r, struct err *e)
{
	if (r->undo)
		return err_set(e, -EALREADY, "rollout %s is being undone", r->id);
	if (r->started == 0)
		return refuse(r, "undone: nothing was done", e);
	r->state = ROLLOUT_ABORTED;
	r->undo = true;
	r->ended = 0;
	return 0;
}

/* --- a member --------------------------------------------------------------------------- */

int
rollout_cancel(const struct rollout *r, struct rollout_member *m, struct err *e)
{
	if (m->state == ROLLOUT_MEMBER_COMMITTED)
		return err_set(e, -EPERM, "the device has it, and committed it: plan the way "
			"down, or undo rollout %s", r->id);
	if (m->wish == ROLLOUT_WISH_CANCEL || m->wish == ROLLOUT_WISH_UNDO)
		return err_set(e, -EALREADY, "it is cancelled");
	if (rollout_member_ended(m->state) && m->state != ROLLOUT_MEMBER_UNKNOWN)
		return err_set(e, -EALREADY, "it is %s",
			rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state));
	m->wish = ROLLOUT_WISH_CANCEL;
	return 0;
}

int
rollout_retry(const struct rollout *r, struct rollout_member *m, utc_s now, struct err *e)
{
	const char *reason = rollout_name(ROLLOUT_NAME_REASON, m->reason);

	if (r->state != ROLLOUT_RUNNING && r->state != ROLLOUT_PAUSED)
		return refuse(r, "tried again: resume it, or plan another", e);
	if (m->state != ROLLOUT_MEMBER_FAILED && m->state != ROLLOUT_MEMBER_ROLLED_BACK &&
		m->state != ROLLOUT_MEMBER_UNKNOWN && m->state != ROLLOUT_MEMBER_NEEDS_SERVICE &&
		m->state != ROLLOUT_MEMBER_CANCELLED)
		return err_set(e, -EALREADY, "it is %s",
			rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state));
	/* a device that was serviced may well succeed now; one whose update was aborted, too */
	if (rollout_cause_of(m->reason) == ROLLOUT_CAUSE_NEVER &&
		m->reason != ROLLOUT_REASON_SERVICE && m->reason != UPDATE_REASON_ABORTED)
		return err_set(e, -EPERM, "%s: that cannot succeed a second time; change what is "
			"wrong, and plan anew", reason == NULL ? "its reason has no name" : reason);
	again(m, now);
	return 0;
}

int
rollout_join(const struct rollout_plan *p, struct rollout_member *m, utc_s now, struct err *e)
{
	const struct rollout *r = p->rollout;
	struct rollout_counts c;

	if (r->state != ROLLOUT_APPROVED && r->state != ROLLOUT_RUNNING &&
		r->state != ROLLOUT_PAUSED)
		return refuse(r, "joined", e);
	if (rollout_plan_recipe(p, m->recipe) == NULL)
		return err_set(e, -EPERM, "its steps are none that were approved: it belongs "
			"into a plan of its own");
	for (size_t i = 0; i < p->member_count; i++)
		if (strcmp(p->members[i].device, m->device) == 0)
			return err_set(e, -EALREADY, "it is a member");
	rollout_count_all(p->members, p->member_count, &c);
	m->wave = (uint8_t)(c.waves - 1);
	m->late = true;
	m->state = ROLLOUT_MEMBER_APPROVED;
	m->wish = ROLLOUT_WISH_NONE;
	m->reason = m->first_reason = UPDATE_REASON_NONE;
	m->since = now;
	return 0;
}

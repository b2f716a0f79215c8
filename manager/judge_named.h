/*
 * judge_named: the way of a unit to a release that a person named, whatever is
 * recommended.
 *
 * Only that unit changes; all else is as the plan of a recommendation: stepping
 * stones, a bank that holds it, order, way back.  Pure but for memory.
 */
#ifndef IMGADM_MANAGER_JUDGE_NAMED_H
#define IMGADM_MANAGER_JUDGE_NAMED_H

#include "manager/judge_device.h"

/*
 * As a judgement whose recommendation is that release on that unit (place in the
 * shape), with its plan.  end is JUDGE_NOTHING_TO_DO where it runs already,
 * JUDGE_NO_ANSWER where it cannot be installed or a rule would be violated, or
 * unknown, that is not so now: judge_why_not() has the words.  -ENOMEM, -EINVAL
 * (e: which bank of several).  judgement_release() it.
 */
int judge_named_make(const struct judge_device *d, uint32_t unit, uint32_t release,
	struct judgement *ret, struct err *e);

#endif

#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct deletion {
	struct solving *s;
	const uint32_t *groups;
	uint32_t count;
	bool *kept;		/* of groups[i] */
	uint32_t *wanted;	/* of a group of the problem: how many of those kept name it */
};

static bool
guard(struct solving *s, uint32_t variable, bool holds)
{
	static const uint64_t first = 1;

	return holds ? solving_keep(s, variable, &first) : solving_keep_out(s, variable, &first);
}

/* Whether those kept can hold together; if that cannot be told, they can. */
static bool
can_hold(struct deletion *d)
{
	struct solving *s = d->s;
	bool possible = true, can = false;

	s->nodes++;
	(void)solving_push(s);	/* there is room for the first */
	for (uint32_t g = 0; possible && g < s->problem->group_count; g++)
		if (s->guards[g] != SOLVE_NO)
			possible = guard(s, s->guards[g], d->wanted[g] > 0);
	for (uint32_t w = 0; w < s->width; w++)
		s->limit.at[w] = INT64_MAX;
	if (possible)
		can = solving_go(s, true) != SOLVE_EXHAUSTED;
	solving_back(s);
	return can;
}

static void
keep_some(struct deletion *d, uint32_t first, uint32_t n, bool kept)
{
	for (uint32_t i = first; i < first + n; i++) {
		d->kept[i] = kept;
		d->wanted[d->groups[i]] += kept ? 1 : (uint32_t)-1;
	}
}

/*
 * Each is left out in turn, the last first, and stays out if the rest still
 * cannot hold.  What can stay out together is left out together, by halves:
 * the result is the same.  Where the nodes run out, the rest is kept untried.
 */
static void
leave_out(struct deletion *d)
{
	uint32_t end = d->count, n = d->count;

	while (end > 0 && d->s->nodes < d->s->nodes_most) {
		if (n > end)
			n = end;
		keep_some(d, end - n, n, false);
		if (!can_hold(d)) {
			end -= n;
			n *= 2;
			continue;
		}
		keep_some(d, end - n, n, true);
		if (n > 1)
			n /= 2;
		else
			end--;
	}
}

static int
check(const struct solve_problem *p, const uint32_t *fixed, const uint32_t *groups,
	uint32_t count, struct err *e)
{
	int rc = solve_check(p, e);

	for (uint32_t i = 0; rc == 0 && i < count; i++)
		if (groups[i] >= p->group_count)
			rc = err_set(e, -EINVAL, "solve: there is no group %u", groups[i]);
	for (uint32_t i = 0; rc == 0 && i < p->variable_count; i++) {
		const struct solve_variable *v = &p->variables[i];
		bool any = fixed[i] < v->value_count;

		for (uint32_t k = 0; fixed[i] == SOLVE_NO && k < v->value_count; k++)
			any = any || (v->allowed[k / 64] >> (k % 64) & 1);
		if (!any)
			rc = err_set(e, -EINVAL, "solve: variable %u has no value to take", i);
	}
	return rc;
}

static uint32_t
list_kept(const struct deletion *d, uint32_t *ret)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->count; i++)
		if (d->kept[i])
			ret[n++] = d->groups[i];
	return n;
}

int
judge_solve_conflict(const struct solve_problem *p, const uint32_t *fixed,
	const uint32_t *groups, uint32_t count, uint32_t *ret, uint32_t *ret_count,
	uint32_t *ret_nodes, struct err *e)
{
	struct deletion d = { .groups = groups, .count = count };
	struct solve_options o = { .fixed = fixed };
	bool *chosen = NULL, failed = false;
	int rc = check(p, fixed, groups, count, e);

	if (rc)
		return rc;
	chosen = solving_need(p->group_count, sizeof *chosen, &failed);
	d.kept = solving_need(count, sizeof *d.kept, &failed);
	d.wanted = solving_need(p->group_count, sizeof *d.wanted, &failed);
	if (failed) {
		rc = err_set(e, -ENOMEM, "solve: no memory");
		goto out;
	}
	for (uint32_t i = 0; i < count; i++)
		chosen[groups[i]] = true;
	o.chosen = chosen;
	rc = solving_new(p, &o, &d.s, e);
	if (rc)
		goto out;
	d.s->nodes_most = p->nodes;
	keep_some(&d, 0, count, true);
	if (solving_begin(d.s) && !can_hold(&d))
		leave_out(&d);
	else
		keep_some(&d, 0, count, false);
	rc = d.s->failure;
	if (rc) {
		(void)err_set(e, rc, "solve: no memory");
	} else {
		*ret_count = list_kept(&d, ret);
		*ret_nodes = d.s->nodes;
	}
out:
	solving_free(d.s);
	free(d.wanted);
	free(d.kept);
	free(chosen);
	return rc;
}

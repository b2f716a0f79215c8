#include <config.h>

#include "manager/trouble/trouble_cure.h"

#include <inttypes.h>

#include "lib/base/text.h"

void
trouble_cure_begin(struct trouble_cure *c, struct trouble_tally before)
{
	*c = (struct trouble_cure){ .figures = { .before = before } };
}

void
trouble_cure_take(const struct trouble_rule *r, struct trouble_cure *c,
	const struct trouble_fact *f)
{
	enum catalogue_axis axis = r->rule->treat.over.axis;
	uint32_t was = trouble_here(c->state, axis), *w = c->state;
	bool begun = (w[TROUBLE_FLAGS] & TROUBLE_BEGUN) != 0;
	uint64_t counted;

	trouble_state_move(r, w, f, true);
	if (begun)
		c->figures.after.window += trouble_here(w, axis) - was;
	/* Both tallies end here, so that no bucket falls out between them. */
	counted = trouble_eval_tally(r, w).events;
	(void)trouble_eval(r, w, f);
	c->figures.after.events += trouble_eval_tally(r, w).events - counted;
}

void
trouble_figures_add(struct trouble_figures *sum, const struct trouble_figures *more)
{
	sum->before.events += more->before.events;
	sum->before.window += more->before.window;
	sum->after.events += more->after.events;
	sum->after.window += more->after.window;
}

/* Whether so many events in such a window are at most what was asked for. */
static bool
fell(const struct trouble_rule *r, const struct trouble_figures *f, uint64_t window)
{
	if (f->before.events == 0 || f->before.window == 0)
		return f->after.events == 0;
	return trouble_compare(f->after.events * 100, f->before.window,
	    f->before.events * (100 - r->rule->treat.confirm_drop), window) <= 0;
}

enum trouble_cured
trouble_figures_judge(const struct trouble_rule *r, const struct trouble_figures *f, uint32_t units)
{
	uint64_t whole = (uint64_t)r->rule->treat.over.amount * units;

	if (f->after.window >= whole)
		return fell(r, f, f->after.window) ? TROUBLE_CURE_REACHED : TROUBLE_CURE_FAILED;
	return fell(r, f, whole) ? TROUBLE_CURE_MEASURED : TROUBLE_CURE_FAILED;
}

static uint64_t
per_window(struct trouble_tally t, uint32_t amount)
{
	if (t.window == 0)
		return t.events;
	/* Events and an amount are below 2^32 each, but for sums that nobody has. */
	return t.events > UINT32_MAX ? UINT32_MAX : (t.events * amount + t.window / 2) / t.window;
}

int
trouble_figures_say(const struct trouble_rule *r, const struct trouble_figures *f, uint32_t units,
	struct buf *b)
{
	static const char *const says[] = {
		[TROUBLE_CURE_MEASURED] = "the cure is still measured",
		[TROUBLE_CURE_REACHED] = "the cure helped",
		[TROUBLE_CURE_FAILED] = "the cure did not help",
	};
	const struct catalogue_window *over = &r->rule->treat.over;
	char amount[TEXT_NUMBER_SIZE], before[TEXT_NUMBER_SIZE], after[TEXT_NUMBER_SIZE];

	text_grouped_u64(amount, sizeof(amount), over->amount);
	text_grouped_u64(before, sizeof(before), per_window(f->before, over->amount));
	text_grouped_u64(after, sizeof(after), per_window(f->after, over->amount));
	return buf_printf(b, "%s: %s per %s %s before, %s after; a drop of %" PRIu32
	    " %% was asked for", says[trouble_figures_judge(r, f, units)], before, amount,
	    over->axis == CATALOGUE_TIME ? "seconds" : over->axis == CATALOGUE_RESTARTS ?
	    "restarts" : structure_name(NAME_USE_UNIT, r->rule->use_unit), after,
	    r->rule->treat.confirm_drop);
}

#include <config.h>

#include "lib/advice/advice.h"

#include <string.h>

/* The catalogue's serial and the time of making are no part of what is said. */
static bool
same(const struct store_advice_item *a, const struct store_advice_item *b)
{
	return a->kind == b->kind && a->severity == b->severity &&
		strcmp(a->subject, b->subject) == 0 && strcmp(a->text, b->text) == 0 &&
		strcmp(a->recommendation, b->recommendation) == 0 &&
		strcmp(a->rule_id, b->rule_id) == 0;
}

static const struct advice_row *
find(const struct advice_row *rows, size_t count, uint32_t index)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].index == index)
			return &rows[i];
	return NULL;
}

/* Whether a is to stand rather than b: the heavier, of two the newer. */
static bool
before(const struct store_advice_row *a, const struct store_advice_row *b)
{
	if (a->item.severity != b->item.severity)
		return a->item.severity > b->item.severity;
	return a->number > b->number;
}

/* How many of the wanted come before this one. */
static size_t
rank(const struct store_advice_row *wanted, size_t count, size_t row)
{
	size_t n = 0, i;

	for (i = 0; i < count; i++)
		if (i != row && wanted[i].wanted && before(&wanted[i], &wanted[row]))
			n++;
	return n;
}

/* How many rows of ours the device has room for beside those of others. */
static size_t
room(const struct store_advice_row *wanted, size_t wanted_count,
	const struct advice_row *rows, size_t row_count)
{
	size_t others = row_count, i;

	for (i = 0; i < wanted_count; i++) {
		const struct advice_row *r = find(rows, row_count, wanted[i].index);

		if (r != NULL && same(&r->item, &wanted[i].item))
			others--;
	}
	return others < STORE_ADVICE_MAX ? STORE_ADVICE_MAX - others : 0;
}

/* false: it is as it should be, and known to be so. */
static bool
decide(const struct store_advice_row *w, const struct advice_row *r, bool fits,
	enum advice_do *ret)
{
	bool ours = r != NULL && same(&r->item, &w->item);

	if (!w->wanted)
		*ret = ours ? ADVICE_REMOVE : ADVICE_NOTE_DONE;
	else if (!fits)
		*ret = ours ? ADVICE_REMOVE : ADVICE_LEAVE;
	else if (r == NULL)
		*ret = ADVICE_PUT;
	else
		*ret = ours ? ADVICE_NOTE_DONE : ADVICE_REINDEX;
	return !(w->wanted && w->done && *ret == ADVICE_NOTE_DONE);
}

size_t
advice_plan(const struct store_advice_row *wanted, size_t wanted_count,
	const struct advice_row *rows, size_t row_count, struct advice_step *ret_steps)
{
	size_t most = room(wanted, wanted_count, rows, row_count), count = 0, i;
	enum advice_do what;
	int pass;

	/* First what makes room. */
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < wanted_count; i++) {
			bool fits = wanted[i].wanted && rank(wanted, wanted_count, i) < most;

			if (!decide(&wanted[i], find(rows, row_count, wanted[i].index), fits,
			    &what))
				continue;
			if ((what == ADVICE_REMOVE) == (pass == 0))
				ret_steps[count++] = (struct advice_step){ what, i };
		}
	return count;
}

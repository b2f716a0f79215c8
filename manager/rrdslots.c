#include <config.h>

#include "manager/rrdslots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The row of a symbol in a file; NULL = none. */
static const struct store_slot *
find_symbol(const struct store_slot *known, size_t count, uint32_t file,
	const char *symbol)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (known[i].file == file && strcmp(known[i].symbol, symbol) == 0)
			return &known[i];
	return NULL;
}

/* The counting units that may have a slot, as positions. */
static size_t
counting_units(const struct unit *units, size_t unit_count,
	size_t ret[RRDFILE_SLOTS_MAX])
{
	size_t count = 0, i;

	for (i = 0; i < unit_count && count < RRDFILE_SLOTS_MAX; i++)
		if (units[i].use_unit != USE_NOT_COUNTED)
			ret[count++] = i;
	return count;
}

static void
change(struct rrdslots_plan *p, const struct store_slot *row, utc_s to)
{
	p->changed[p->changed_count] = *row;
	p->changed[p->changed_count++].to = to;
}

static void
give_slot(struct rrdslots_plan *p, const struct unit *unit, size_t position,
	uint32_t slot, utc_s when)
{
	struct store_slot row = {
		.file = p->file, .slot = slot, .unit_index = unit->index, .from = when,
	};

	(void)memcpy(row.symbol, unit->symbol, sizeof(row.symbol));
	change(p, &row, 0);
	p->of[p->count].unit = position;
	p->of[p->count++].slot = slot;
}

/* Rows that stand open though their unit is not counting, or their file ended. */
static void
end_rows(struct rrdslots_plan *p, const struct store_slot *known, size_t known_count,
	const struct unit *units, const size_t *counting, size_t count, utc_s when)
{
	size_t i, k;

	for (i = 0; i < known_count; i++) {
		if (known[i].to != 0)
			continue;
		for (k = 0; known[i].file == p->file && k < count; k++)
			if (strcmp(known[i].symbol, units[counting[k]].symbol) == 0)
				break;
		if (known[i].file != p->file || k == count)
			change(p, &known[i], when);
	}
}

int
rrdslots_plan(const struct store_slot *known, size_t known_count,
	const struct unit *units, size_t unit_count, int64_t when_utc_s,
	struct rrdslots_plan *ret_plan)
{
	struct rrdslots_plan p = {0};
	size_t counting[RRDFILE_SLOTS_MAX], count, used = 0, missing = 0, i;
	const struct store_slot *row;

	count = counting_units(units, unit_count, counting);
	for (i = 0; i < known_count; i++)
		if (known[i].file > p.file)
			p.file = known[i].file;
	for (i = 0; i < known_count; i++)
		if (known[i].file == p.file && known[i].slot >= used)
			used = (size_t)known[i].slot + 1;
	for (i = 0; i < count; i++)
		missing += find_symbol(known, known_count, p.file,
			units[counting[i]].symbol) == NULL;
	if (used + missing > RRDFILE_SLOTS_MAX) {
		p.file++;
		used = 0;
	}
	p.changed = calloc(known_count + count + 1, sizeof(*p.changed));
	if (p.changed == NULL)
		return -ENOMEM;
	end_rows(&p, known, known_count, units, counting, count, when_utc_s);
	for (i = 0; i < count; i++) {
		const struct unit *unit = &units[counting[i]];

		row = find_symbol(known, known_count, p.file, unit->symbol);
		if (row == NULL) {
			give_slot(&p, unit, counting[i], (uint32_t)used++, when_utc_s);
			continue;
		}
		if (row->to != 0)
			change(&p, row, 0);
		p.of[p.count].unit = counting[i];
		p.of[p.count++].slot = row->slot;
	}
	p.slot_count = rrdlayout_slots(used);
	for (i = 0; i < RRDFILE_SLOTS_MAX; i++)
		p.old_slot[i] = -1;
	for (i = 0; p.file > 0 && i < p.count; i++) {
		row = find_symbol(known, known_count, p.file - 1, units[p.of[i].unit].symbol);
		if (row != NULL && row->slot < RRDFILE_SLOTS_MAX)
			p.old_slot[p.of[i].slot] = (int16_t)row->slot;
	}
	*ret_plan = p;
	return 0;
}

void
rrdslots_plan_release(struct rrdslots_plan *p)
{
	free(p->changed);
	*p = (struct rrdslots_plan){0};
}

int
rrdslots_update(struct rrdfile *r, struct store *s, int64_t device,
	int64_t when_utc_s, const struct unit *units, size_t unit_count,
	struct err *e)
{
	struct rrdfile_slot values[RRDFILE_SLOTS_MAX];
	struct rrdslots_plan p = {0};
	struct store_slot *known = NULL;
	size_t known_count = 0, i;
	int rc;

	rc = store_slots(s, device, &known, &known_count, e);
	if (rc < 0)
		return rc;
	rc = rrdslots_plan(known, known_count, units, unit_count, when_utc_s, &p);
	if (rc < 0) {
		(void)err_set(e, rc, "round robin files: no memory");
		goto out;
	}
	if (p.changed_count > 0)
		rc = store_slots_put(s, device, p.changed, p.changed_count, e);
	if (rc < 0 || p.count == 0)
		goto out;
	for (i = 0; i < p.count; i++) {
		const struct unit *unit = &units[p.of[i].unit];

		values[i] = (struct rrdfile_slot){
			.slot = p.of[i].slot,
			.use_count = unit->use_count,
			.remaining_ppm = rrdfile_remaining_ppm(unit->use_count,
				unit->life_expected),
		};
	}
	rc = rrdfile_update_units(r, device, when_utc_s, p.file, p.slot_count,
		p.old_slot, values, p.count, e);
out:
	rrdslots_plan_release(&p);
	free(known);
	return rc;
}

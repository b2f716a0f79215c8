#include <config.h>

#include "lib/structure/structure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

#define ROW_MAX INT32_MAX	/* Integer32 (1..2147483647) */

/* Where a wrong value stands, for the message. */
struct place {
	const char *table;	/* "unit", "software", "reading", "device" */
	uint32_t row, sub;	/* index, and bank or reading index; 0 = none */
	struct err *e;
};

static int
wrong(const struct place *p, const char *column, const char *why)
{
	if (p->row == 0)
		return err_set(p->e, -EINVAL, "%s: %s %s", p->table, column, why);
	if (p->sub == 0)
		return err_set(p->e, -EINVAL, "%s %" PRIu32 ": %s %s", p->table, p->row,
		    column, why);
	return err_set(p->e, -EINVAL, "%s %" PRIu32 ".%" PRIu32 ": %s %s", p->table,
	    p->row, p->sub, column, why);
}

static int
check_text(const struct place *p, const char *column, const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size)
		return wrong(p, column, "is not terminated");
	if (!text_is_utf8(text, len))
		return wrong(p, column, "is not UTF-8");
	return 0;
}

static int
check_name(const struct place *p, const char *column, enum name_kind kind, int value)
{
	if (structure_name(kind, value) == NULL)
		return wrong(p, column, "has a value that the MIB does not name");
	return 0;
}

/* The first failure of several checks, in the order they are written. */
#define FIRST(rc, check)		\
	do {				\
		if ((rc) == 0)		\
			(rc) = (check);	\
	} while (0)
#define TEXT(p, row, column)	\
	check_text((p), #column, (row)->column, sizeof((row)->column))

static int
check_device(const struct device *d, struct err *e)
{
	const struct place p = { "device", 0, 0, e };
	int rc = 0;

	/* A structure on its own, without the scalars. */
	if (d->id[0] == '\0' && d->state == 0)
		return 0;
	FIRST(rc, TEXT(&p, d, id));
	if (rc == 0 && d->id[0] == '\0')
		rc = wrong(&p, "id", "is empty");
	FIRST(rc, TEXT(&p, d, manufacturer));
	FIRST(rc, TEXT(&p, d, model));
	FIRST(rc, TEXT(&p, d, serial_number));
	FIRST(rc, check_name(&p, "state", NAME_DEVICE_STATE, (int)d->state));
	return rc;
}

static int
check_unit(const struct structure *s, size_t i, struct err *e)
{
	const struct unit *u = &s->units[i];
	const struct place p = { "unit", u->index, 0, e };
	int rc = 0;

	if (u->index < 1 || u->index > ROW_MAX)
		return wrong(&p, "index", "is out of range");
	FIRST(rc, TEXT(&p, u, symbol));
	if (rc == 0 && u->symbol[0] == '\0')
		rc = wrong(&p, "symbol", "is empty");
	FIRST(rc, check_name(&p, "class", NAME_UNIT_CLASS, (int)u->class));
	FIRST(rc, check_name(&p, "type", NAME_UNIT_TYPE, (int)u->type));
	if (rc == 0 && u->contained_in != 0 && structure_unit(s, u->contained_in) == NULL)
		rc = wrong(&p, "contained_in", "names no unit");
	FIRST(rc, TEXT(&p, u, descr));
	FIRST(rc, TEXT(&p, u, manufacturer));
	FIRST(rc, TEXT(&p, u, model));
	FIRST(rc, TEXT(&p, u, hardware_rev));
	FIRST(rc, TEXT(&p, u, serial_number));
	FIRST(rc, check_name(&p, "oper_state", NAME_UNIT_OPER, (int)u->oper_state));
	FIRST(rc, check_name(&p, "admin_state", NAME_UNIT_ADMIN, (int)u->admin_state));
	FIRST(rc, check_name(&p, "use_unit", NAME_USE_UNIT, (int)u->use_unit));
	FIRST(rc, check_name(&p, "action", NAME_UNIT_ACTION, (int)u->action));
	if (rc == 0 && u->banks > STRUCTURE_BANKS_MAX)
		rc = wrong(&p, "banks", "is over 8");
	return rc;
}

static int
by_symbol(const void *a, const void *b)
{
	const struct unit *const *x = a, *const *y = b;

	return strcmp((*x)->symbol, (*y)->symbol);
}

static int
check_symbols(const struct structure *s, struct err *e)
{
	const struct unit *sorted[STRUCTURE_UNITS_MAX];
	size_t i;

	if (s->unit_count < 2)
		return 0;
	for (i = 0; i < s->unit_count; i++)
		sorted[i] = &s->units[i];
	qsort(sorted, s->unit_count, sizeof(sorted[0]), by_symbol);
	for (i = 1; i < s->unit_count; i++) {
		if (strcmp(sorted[i - 1]->symbol, sorted[i]->symbol) == 0) {
			uint32_t a = sorted[i - 1]->index, b = sorted[i]->index;
			char symbol[4 * STRUCTURE_LABEL_MAX + 1];

			(void)text_escape(symbol, sizeof(symbol), sorted[i]->symbol);
			return err_set(e, -EINVAL, "units %" PRIu32 " and %" PRIu32
			    ": both have the symbol '%s'", a < b ? a : b, a < b ? b : a,
			    symbol);
		}
	}
	return 0;
}

/*
 * From each unit up to one that is known to be good, or to the top; whoever
 * meets its own trail walks in a circle.  Each unit is passed twice at most.
 */
static int
check_containers(const struct structure *s, struct err *e)
{
	enum { UNKNOWN, TRAIL, GOOD };
	uint8_t mark[STRUCTURE_UNITS_MAX] = { UNKNOWN };
	const struct unit *u, *first;
	size_t i;

	for (i = 0; i < s->unit_count; i++) {
		first = &s->units[i];
		for (u = first; u != NULL && mark[u - s->units] == UNKNOWN;
		    u = structure_unit(s, u->contained_in))
			mark[u - s->units] = TRAIL;
		if (u != NULL && mark[u - s->units] == TRAIL)
			return err_set(e, -EINVAL, "unit %" PRIu32 ": contained_in goes in "
			    "a circle", u->index);
		for (u = first; u != NULL && mark[u - s->units] == TRAIL;
		    u = structure_unit(s, u->contained_in))
			mark[u - s->units] = GOOD;
	}
	return 0;
}

static int
check_software(const struct structure *s, size_t i, struct err *e)
{
	const struct software *sw = &s->software[i];
	const struct place p = { "software", sw->unit_index, sw->bank, e };
	const struct unit *u = structure_unit(s, sw->unit_index);
	int rc = 0;

	if (u == NULL)
		return wrong(&p, "unit_index", "names no unit");
	if (sw->bank < 1 || sw->bank > u->banks)
		return wrong(&p, "bank", "is none of the unit's");
	if (i > 0 && (sw[-1].unit_index > sw->unit_index ||
	    (sw[-1].unit_index == sw->unit_index && sw[-1].bank >= sw->bank)))
		return wrong(&p, "index", "does not ascend");
	FIRST(rc, TEXT(&p, sw, id));
	FIRST(rc, TEXT(&p, sw, creator));
	FIRST(rc, TEXT(&p, sw, version));
	FIRST(rc, check_name(&p, "state", NAME_SOFTWARE_STATE, (int)sw->state));
	return rc;
}

static int
check_reading(const struct structure *s, size_t i, struct err *e)
{
	const struct reading *r = &s->readings[i];
	const struct place p = { "reading", r->unit_index, r->index, e };
	int rc = 0;

	if (structure_unit(s, r->unit_index) == NULL)
		return wrong(&p, "unit_index", "names no unit");
	if (r->index < 1 || r->index > ROW_MAX)
		return wrong(&p, "index", "is out of range");
	if (i > 0 && (r[-1].unit_index > r->unit_index ||
	    (r[-1].unit_index == r->unit_index && r[-1].index >= r->index)))
		return wrong(&p, "index", "does not ascend");
	FIRST(rc, TEXT(&p, r, name));
	FIRST(rc, TEXT(&p, r, unit));
	if (rc == 0 && (r->scale < -6 || r->scale > 6))
		rc = wrong(&p, "scale", "is not within -6 to 6");
	return rc;
}

int
structure_check(const struct structure *s, struct err *e)
{
	size_t i;
	int rc;

	if (s->unit_count > STRUCTURE_UNITS_MAX)
		return err_set(e, -EINVAL, "more than %d units", STRUCTURE_UNITS_MAX);
	if (s->reading_count > STRUCTURE_READINGS_MAX)
		return err_set(e, -EINVAL, "more than %d readings",
		    STRUCTURE_READINGS_MAX);
	rc = check_device(&s->device, e);
	/* Order first: the look-ups of the others rely on it. */
	for (i = 1; rc == 0 && i < s->unit_count; i++)
		if (s->units[i].index <= s->units[i - 1].index)
			rc = err_set(e, -EINVAL, "unit %" PRIu32 ": index does not ascend",
			    s->units[i].index);
	for (i = 0; rc == 0 && i < s->unit_count; i++)
		rc = check_unit(s, i, e);
	FIRST(rc, check_symbols(s, e));
	FIRST(rc, check_containers(s, e));
	for (i = 0; rc == 0 && i < s->software_count; i++)
		rc = check_software(s, i, e);
	for (i = 0; rc == 0 && i < s->reading_count; i++)
		rc = check_reading(s, i, e);
	return rc;
}

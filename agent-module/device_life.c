#include <config.h>

#include "agent-module/device_life.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/device_chance.h"
#include "lib/base/text.h"

enum {
	HOUR_S = 3600,
	DAY_HOURS = 24,
	WEEK_S = 7 * 86400,
	DAWN_S = 6 * HOUR_S + 1800,	/* a life begins on a Monday at half past six */
	WEEKEND_PERCENT = 12,
	MILLI = 1000,
	JAM_S = 600,			/* until someone has cleared it */
	REFILL_S = 3600,		/* until someone has brought toner */
	LOW_PERCENT = 90,		/* a part says that its end is near */
	WORN_PERCENT = 95,		/* errors of wear begin */
	SERVICE_PERCENT = 103,		/* a worn part is exchanged by service */
	EVENTS_MAX = 3,			/* of one error in a tick */
	READINGS_A_TICK = 3,
};

/* Percent of the busiest hour. */
static const uint8_t DAY[DAY_HOURS + 1] = {
	2, 2, 2, 2, 2, 4, 10, 35, 78, 100, 96, 84, 42, 70, 92, 86, 66, 34, 16, 9, 6, 4, 3, 2, 2,
};

struct life {
	const struct model *m;
	struct chance chance;
	struct state_view view;
	int64_t device_s;		/* lived so far */
	int64_t rate_percent;		/* how busy it is, beside others of its model */
	int64_t milli_pages;		/* pages begun */
	int64_t hour_s;			/* seconds of the hour begun */
	int64_t left_over[LIFE_UNITS_MAX];	/* thousandths of a use */
	int64_t warns_until[LIFE_UNITS_MAX];	/* device_s */
	int64_t empty_since[LIFE_UNITS_MAX];	/* device_s + 1; 0 = it is not */
	bool low_told[LIFE_UNITS_MAX];
	size_t next_reading;
};

struct life *
life_new(const struct model *m, uint64_t seed)
{
	struct life *l = calloc(1, sizeof(*l));

	if (l == NULL || m->unit_count > LIFE_UNITS_MAX ||
	    m->reading_count > LIFE_READINGS_MAX) {
		free(l);
		return NULL;
	}
	l->m = m;
	/* Another sequence than the one the device was made with. */
	l->chance.state = seed ^ 0x6c69766521u;
	l->device_s = DAWN_S;
	l->rate_percent = chance_between(&l->chance, 60, 140);
	return l;
}

void
life_free(struct life *l)
{
	if (l == NULL)
		return;
	state_view_release(&l->view);
	free(l);
}

static const struct unit *
unit_now(const struct life *l, size_t i)
{
	return structure_unit_by_symbol(&l->view.structure, l->m->units[i].symbol);
}

static int64_t
worn_percent(const struct unit *u)
{
	return u == NULL || u->life_expected == 0 ? 0 :
		(int64_t)(u->use_count * 100 / u->life_expected);
}

/* --- pages ------------------------------------------------------------------------ */

static bool
is_stopped(const struct life *l)
{
	for (size_t i = 0; i < l->m->unit_count; i++)
		if (l->empty_since[i] != 0)
			return true;
	return false;
}

/* How busy it is now, in percent of the busiest hour; between hours a line. */
static int64_t
busy_percent(const struct life *l)
{
	int64_t in_week = l->device_s % WEEK_S, hour = in_week / HOUR_S % DAY_HOURS;
	int64_t in_hour = in_week % HOUR_S;
	int64_t percent = (DAY[hour] * (HOUR_S - in_hour) + DAY[hour + 1] * in_hour) / HOUR_S;

	return in_week / HOUR_S / DAY_HOURS < 5 ? percent :
		percent * WEEKEND_PERCENT / 100 + 1;
}

static int64_t
pages_draw(struct life *l, int64_t device_s)
{
	int64_t pages;

	if (is_stopped(l))
		return 0;
	l->milli_pages += (int64_t)l->m->pages_per_hour * MILLI * device_s / HOUR_S *
		busy_percent(l) / 100 * l->rate_percent / 100 *
		chance_between(&l->chance, 60, 140) / 100;
	pages = l->milli_pages / MILLI;
	l->milli_pages %= MILLI;
	return pages;
}

static int
use_add(struct life *l, struct state *s, int64_t pages, int64_t hours, struct err *e)
{
	int rc = pages == 0 ? 0 :
		state_count(s, STATE_DEVICE_SYMBOL, (uint64_t)pages, e);

	for (size_t i = 0; rc == 0 && i < l->m->unit_count; i++) {
		const struct model_unit *mu = &l->m->units[i];
		int64_t n = mu->use_unit == USE_HOURS ? hours : 0;

		l->left_over[i] += pages * mu->use_per_1000;
		n += l->left_over[i] / 1000;
		l->left_over[i] %= 1000;
		if (n > 0 && unit_now(l, i) != NULL)
			rc = state_count(s, mu->symbol, (uint64_t)n, e);
	}
	return rc;
}

/* --- readings --------------------------------------------------------------------- */

static const struct reading *
reading_now(const struct life *l, const struct model_reading *mr)
{
	const struct structure *st = &l->view.structure;
	const struct unit *u = structure_unit_by_symbol(st, mr->symbol);

	for (size_t i = 0; u != NULL && i < st->reading_count; i++)
		if (st->readings[i].unit_index == u->index &&
		    strcmp(st->readings[i].name, mr->name) == 0)
			return &st->readings[i];
	return NULL;
}

static int
reading_move(struct life *l, struct state *s, const struct model_reading *mr, int64_t pages,
	struct err *e)
{
	const struct reading *old = reading_now(l, mr);
	const struct unit *u = structure_unit_by_symbol(&l->view.structure, mr->symbol);
	struct reading r;
	int64_t drift = 0, v;

	if (old == NULL)
		return 0;	/* someone took it away */
	r = *old;
	if (mr->rise > 0) {
		/* Rises with use until it is emptied. */
		v = r.value + (pages * mr->rise * (int64_t)l->m->reading_count +
			chance_between(&l->chance, 0, 999)) / 1000;
		v = v > mr->high ? mr->low : v;
	} else {
		/* A worn part is off its normal value. */
		if (worn_percent(u) >= WORN_PERCENT)
			drift = (worn_percent(u) - WORN_PERCENT + 1) * mr->step;
		v = r.value + (mr->normal + drift - r.value) / 4 +
			chance_between(&l->chance, -mr->step, mr->step);
	}
	r.value = (int32_t)v;
	return state_reading_set(s, mr->symbol, &r, STATE_READING_VALUE, e);
}

static int
readings_move(struct life *l, struct state *s, int64_t pages, struct err *e)
{
	int rc = 0;

	for (int n = 0; rc == 0 && n < READINGS_A_TICK; n++) {
		l->next_reading = (l->next_reading + 1) % l->m->reading_count;
		rc = reading_move(l, s, &l->m->readings[l->next_reading], pages, e);
	}
	return rc;
}

/* --- errors ------------------------------------------------------------------------ */

static int
error_enter(struct state *s, const char *symbol, const char *code, enum severity severity,
	const char *text, struct err *e)
{
	const struct state_error error = { .symbol = symbol, .code = code,
		.severity = severity, .text = text };

	return state_error_add(s, &error, NULL, e);
}

static size_t
model_unit_at(const struct model *m, const char *symbol)
{
	size_t i = 0;

	while (i < m->unit_count && strcmp(m->units[i].symbol, symbol) != 0)
		i++;
	return i;
}

/* In 100,000ths of an event. */
static int64_t
expected_events(const struct life *l, const struct model_error *me, int64_t pages)
{
	int64_t worn;

	if (me->wears == NULL)
		return pages * me->per_100000;
	worn = worn_percent(structure_unit_by_symbol(&l->view.structure, me->wears));
	if (worn < WORN_PERCENT)
		return 0;
	return pages * me->per_100000 * (worn - WORN_PERCENT + 1);
}

static int
errors_draw(struct life *l, struct state *s, int64_t pages, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->m->error_count; i++) {
		const struct model_error *me = &l->m->errors[i];
		int64_t events = (expected_events(l, me, pages) +
			chance_between(&l->chance, 0, 99999)) / 100000;
		size_t at = model_unit_at(l->m, me->symbol);

		if (at == l->m->unit_count || unit_now(l, at) == NULL)
			continue;
		if (events > EVENTS_MAX)
			events = EVENTS_MAX;
		for (int64_t n = 0; rc == 0 && n < events; n++)
			rc = error_enter(s, me->symbol, me->code, me->severity, me->text, e);
		if (events > 0 && me->stops)
			l->warns_until[at] = l->device_s + JAM_S;
	}
	return rc;
}

/* --- wear --------------------------------------------------------------------------- */

static int
part_exchange(struct life *l, struct state *s, size_t i, const struct unit *old,
	struct err *e)
{
	const struct model_unit *mu = &l->m->units[i];
	struct unit u = *old;
	size_t revs = mu->revs != NULL ? strlen(mu->revs) : 0;
	int rc;

	chance_serial(&l->chance, mu->serial_prefix, u.serial_number, sizeof(u.serial_number));
	u.oper_state = UNIT_OPER_OK;
	(void)memset(u.hardware_rev, 0, sizeof(u.hardware_rev));
	if (revs > 0)
		u.hardware_rev[0] = mu->revs[chance_next(&l->chance) % revs];
	rc = state_unit_set(s, &u, STATE_UNIT_SERIAL_NUMBER | STATE_UNIT_HARDWARE_REV |
		STATE_UNIT_OPER_STATE, NULL, e);
	for (size_t n = 0; rc == 0 && n < l->m->reading_count; n++) {
		const struct model_reading *mr = &l->m->readings[n];
		struct reading r = { .value = mr->normal, .scale = mr->scale, .low = mr->low,
			.high = mr->high };

		if (strcmp(mr->symbol, mu->symbol) != 0)
			continue;
		(void)text_copy(r.name, sizeof(r.name), mr->name);
		(void)text_copy(r.unit, sizeof(r.unit), mr->unit);
		rc = state_reading_set(s, mr->symbol, &r,
			STATE_READING_ALL & ~(unsigned)STATE_READING_TIME, e);
	}
	l->empty_since[i] = 0;
	l->low_told[i] = false;
	if (rc == 0)
		rc = error_enter(s, mu->symbol, "M-0001", SEVERITY_INFORMATION,
			"the part was exchanged", e);
	return rc;
}

/* Toner and the like: at its end the device stops until someone brings a new one. */
static int
empty_part(struct life *l, struct state *s, size_t i, const struct unit *u, struct err *e)
{
	if (l->empty_since[i] == 0) {
		l->empty_since[i] = l->device_s + 1;
		return error_enter(s, u->symbol, "T-0100", SEVERITY_ERROR,
			"empty: the device waits for a new one", e);
	}
	if (l->device_s - l->empty_since[i] < REFILL_S)
		return 0;
	return part_exchange(l, s, i, u, e);
}

static int
part_age(struct life *l, struct state *s, size_t i, struct err *e)
{
	const struct unit *u = unit_now(l, i);
	int64_t worn = worn_percent(u);

	if (!l->m->units[i].consumed || u == NULL)
		return 0;
	if (worn < LOW_PERCENT) {
		l->low_told[i] = false;
		l->empty_since[i] = 0;	/* someone else brought one */
		return 0;
	}
	if (u->type == UNIT_TYPE_DEVELOPER && worn >= 100)
		return empty_part(l, s, i, u, e);
	if (worn >= SERVICE_PERCENT)
		return part_exchange(l, s, i, u, e);
	if (l->low_told[i])
		return 0;
	l->low_told[i] = true;
	return error_enter(s, u->symbol, "T-0090", SEVERITY_WARNING,
		"near its end: have a new one at hand", e);
}

static int
parts_age(struct life *l, struct state *s, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->m->unit_count; i++)
		rc = part_age(l, s, i, e);
	return rc;
}

/* --- states --------------------------------------------------------------------------- */

static enum unit_oper_state
oper_wanted(const struct life *l, size_t i, const struct unit *u)
{
	if (l->empty_since[i] != 0)
		return UNIT_OPER_FAILED;
	if (l->warns_until[i] > l->device_s ||
	    (l->m->units[i].consumed && worn_percent(u) >= LOW_PERCENT))
		return UNIT_OPER_WARNING;
	return UNIT_OPER_OK;
}

static int
states_set(struct life *l, struct state *s, struct err *e)
{
	struct device device = { .state = DEVICE_OPERATIONAL };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->m->unit_count; i++) {
		const struct unit *u = unit_now(l, i);
		struct unit changed;

		if (u == NULL)
			continue;
		changed = *u;
		changed.oper_state = oper_wanted(l, i, u);
		if (changed.oper_state == UNIT_OPER_FAILED)
			device.state = DEVICE_STOPPED;
		else if (changed.oper_state == UNIT_OPER_WARNING &&
		    device.state == DEVICE_OPERATIONAL)
			device.state = DEVICE_WARNING;
		/* What others took away or out of service stays so. */
		if (changed.oper_state != u->oper_state && u->oper_state != UNIT_OPER_ABSENT &&
		    u->oper_state != UNIT_OPER_STANDBY && u->oper_state != UNIT_OPER_UPDATING)
			rc = state_unit_set(s, &changed, STATE_UNIT_OPER_STATE, NULL, e);
	}
	if (rc == 0 && device.state != l->view.structure.device.state &&
	    l->view.structure.device.state != DEVICE_UPDATING)
		rc = state_device_set(s, &device, STATE_DEVICE_STATE, e);
	return rc;
}

int
life_tick(struct life *l, struct state *s, int64_t device_s, struct err *e)
{
	int64_t pages, hours;
	int rc = state_view_refresh(s, &l->view, e);

	if (rc == 0)
		rc = state_begin(s, e);
	if (rc < 0)
		return rc;
	l->device_s += device_s;
	l->hour_s += device_s;
	hours = l->hour_s / HOUR_S;
	l->hour_s %= HOUR_S;
	pages = pages_draw(l, device_s);
	rc = states_set(l, s, e);
	if (rc == 0)
		rc = use_add(l, s, pages, hours, e);
	if (rc == 0)
		rc = readings_move(l, s, pages, e);
	if (rc == 0)
		rc = errors_draw(l, s, pages, e);
	if (rc == 0)
		rc = parts_age(l, s, e);
	if (rc == 0)
		return state_commit(s, e);
	state_rollback(s);
	return rc;
}

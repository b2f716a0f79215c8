#include <config.h>

#include "agent-module/device_attention.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"

enum { KINDS_MAX = 256 };	/* of errors that are counted apart */

/* All points before the lightest are left out. */
struct points {
	struct attention *points;
	size_t count;
};

static void add(struct points *p, enum severity severity, const char *unit,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
add(struct points *p, enum severity severity, const char *unit, const char *fmt, ...)
{
	size_t at = p->count;
	va_list ap;

	/* Behind those of the same weight: an insertion into a short array. */
	while (at > 0 && p->points[at - 1].severity < severity)
		at--;
	if (at == ATTENTION_MAX)
		return;
	if (p->count < ATTENTION_MAX)
		p->count++;
	(void)memmove(&p->points[at + 1], &p->points[at],
		(p->count - 1 - at) * sizeof(p->points[0]));
	p->points[at].severity = severity;
	(void)text_copy(p->points[at].unit, sizeof(p->points[at].unit), unit);
	va_start(ap, fmt);
	(void)vsnprintf(p->points[at].text, sizeof(p->points[at].text), fmt, ap);
	va_end(ap);
}

/* "fuser F-30, serial F123" */
static void
unit_text(const struct unit *u, char *dst, size_t size)
{
	bool model = u->model[0] != '\0', serial = u->serial_number[0] != '\0';

	(void)snprintf(dst, size, "%s%s%s%s%s", structure_name(NAME_UNIT_TYPE, u->type),
		model ? " " : "", u->model, serial ? ", serial " : "", u->serial_number);
}

/* 0 when its life is not stated. */
static uint64_t
life_percent(const struct unit *u)
{
	if (u->life_expected == 0 || u->use_unit == USE_NOT_COUNTED)
		return 0;
	return u->use_count / u->life_expected >= 100 ? 9999 :
		u->use_count * 100 / u->life_expected;
}

static void
oper_point(struct points *p, const struct unit *u)
{
	char what[256];

	unit_text(u, what, sizeof(what));
	switch (u->oper_state) {
	case UNIT_OPER_FAILED:
		add(p, SEVERITY_ERROR, u->symbol, "%s has failed", what);
		break;
	case UNIT_OPER_ABSENT:
		add(p, SEVERITY_ERROR, u->symbol, "%s is absent", what);
		break;
	case UNIT_OPER_WARNING:
		/* Of a part near its end the reason is told instead. */
		if (life_percent(u) < ATTENTION_LIFE_PERCENT)
			add(p, SEVERITY_WARNING, u->symbol, "%s warns", what);
		break;
	case UNIT_OPER_UPDATING:
		add(p, SEVERITY_INFORMATION, u->symbol, "%s is being updated", what);
		break;
	case UNIT_OPER_UNKNOWN:
	case UNIT_OPER_OK:
	case UNIT_OPER_STANDBY:
		break;
	}
	if (u->admin_state == UNIT_ADMIN_STANDBY)
		add(p, SEVERITY_INFORMATION, u->symbol, "%s is taken out of service", what);
}

static void
life_point(struct points *p, const struct unit *u)
{
	char what[256], use[TEXT_NUMBER_SIZE], life[TEXT_NUMBER_SIZE];
	uint64_t percent = life_percent(u);

	if (percent < ATTENTION_LIFE_PERCENT)
		return;
	unit_text(u, what, sizeof(what));
	text_grouped(use, sizeof(use), (int64_t)u->use_count);
	text_grouped(life, sizeof(life), u->life_expected);
	if (percent >= 100)
		add(p, SEVERITY_ERROR, u->symbol, "%s is worn out: %s of %s %s", what, use, life,
			structure_name(NAME_USE_UNIT, u->use_unit));
	else
		add(p, SEVERITY_WARNING, u->symbol, "%s has used %d %% of its life: %s of %s %s",
			what, (int)percent, use, life,
			structure_name(NAME_USE_UNIT, u->use_unit));
}

static const char *
symbol_of(const struct structure *st, uint32_t index)
{
	const struct unit *u = structure_unit(st, index);

	return u == NULL ? "" : u->symbol;
}

static void
software_point(struct points *p, const struct structure *st, const struct software *w)
{
	const char *unit = symbol_of(st, w->unit_index);

	switch (w->state) {
	case SOFTWARE_INVALID:
		add(p, SEVERITY_ERROR, unit, "bank %d: %s %s is invalid", w->bank, w->id,
			w->version);
		break;
	case SOFTWARE_TRIAL:
		add(p, SEVERITY_INFORMATION, unit, "bank %d: %s %s runs on trial", w->bank, w->id,
			w->version);
		break;
	case SOFTWARE_STAGED:
		add(p, SEVERITY_INFORMATION, unit, "bank %d: %s %s is staged", w->bank, w->id,
			w->version);
		break;
	case SOFTWARE_RUNNING:
	case SOFTWARE_FALLBACK:
	case SOFTWARE_PROVEN:
	case SOFTWARE_EMPTY:
		break;
	}
}

static void
reading_point(struct points *p, const struct structure *st, const struct reading *r)
{
	char value[TEXT_NUMBER_SIZE], limit[TEXT_NUMBER_SIZE];
	bool low = r->value < r->low;

	if (r->low > r->high || (!low && r->value <= r->high))
		return;
	text_decimal(value, sizeof(value), r->value, r->scale);
	text_decimal(limit, sizeof(limit), low ? r->low : r->high, r->scale);
	add(p, SEVERITY_WARNING, symbol_of(st, r->unit_index), "%s %s%s%s is %s %s", r->name,
		value, r->unit[0] != '\0' ? " " : "", r->unit, low ? "below" : "above", limit);
}

/* --- errors ----------------------------------------------------------------- */

struct kind {
	const struct log_entry *last;
	uint64_t times;
};

static struct kind *
kind_of(struct kind kinds[KINDS_MAX], size_t *count, const struct log_entry *entry)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(kinds[i].last->code, entry->code) == 0 &&
		    strcmp(kinds[i].last->unit, entry->unit) == 0)
			return &kinds[i];
	if (*count == KINDS_MAX)
		return NULL;
	kinds[*count] = (struct kind){ .last = entry };
	return &kinds[(*count)++];
}

static void
error_points(struct points *p, const struct state_view *v, int64_t now_utc_s)
{
	struct kind kinds[KINDS_MAX];
	size_t count = 0;
	char ago[CLOCK_TEXT_SIZE], times[TEXT_NUMBER_SIZE];

	for (uint32_t i = v->log.newest; i != 0 && i >= v->log.oldest; i--) {
		const struct log_entry *entry = state_view_entry(v, i);
		struct kind *kind;

		if (entry->severity < SEVERITY_ERROR ||
		    entry->time < now_utc_s - ATTENTION_ERRORS_S)
			continue;
		kind = kind_of(kinds, &count, entry);
		if (kind != NULL)
			kind->times += entry->repeats;
	}
	for (size_t i = 0; i < count; i++) {
		const struct log_entry *last = kinds[i].last;

		clock_text_ago(now_utc_s, last->time, ago, sizeof(ago));
		text_grouped(times, sizeof(times), (int64_t)kinds[i].times);
		add(p, last->severity, last->unit, "%s%s%s: %s in the last day, last %s",
			last->code, last->text[0] != '\0' ? " " : "", last->text,
			kinds[i].times == 1 ? "once" : times, ago);
	}
}

/* --- advice ------------------------------------------------------------------ */

/* What the centre advises and nobody has read, or acknowledged. */
static void
advice_point(struct points *p, const struct state_advice *a)
{
	if (!a->acked)
		add(p, a->severity, a->subject[0] != '\0' ? a->subject : "-",
			"%s (imgadm-device advice ack %u)", a->text, (unsigned)a->index);
}

/* --- updates ----------------------------------------------------------------- */

/* One that failed, or was taken back: what ran before runs. */
static void
update_point(struct points *p, const struct structure *st, const struct update *u)
{
	const char *reason = update_name(UPDATE_NAME_REASON, (int)u->reason);

	if (u->state != UPDATE_FAILED && u->state != UPDATE_ROLLED_BACK)
		return;
	add(p, SEVERITY_WARNING, symbol_of(st, u->unit_index), "update to %s %s %s (%s)%s%s",
		u->want.software[0] != '\0' ? u->want.software : "other software",
		u->want.version, u->state == UPDATE_FAILED ? "failed" : "was taken back",
		reason == NULL ? "?" : reason, u->reason_text[0] != '\0' ? ": " : "",
		u->reason_text);
}

size_t
device_attention(const struct state_view *v, int64_t now_utc_s,
	struct attention points[ATTENTION_MAX])
{
	const struct structure *st = &v->structure;
	struct points p = { .points = points };

	error_points(&p, v, now_utc_s);
	for (size_t i = 0; i < v->advice_count; i++)
		advice_point(&p, &v->advice[i]);
	for (size_t i = 0; i < st->unit_count; i++) {
		oper_point(&p, &st->units[i]);
		life_point(&p, &st->units[i]);
	}
	for (size_t i = 0; i < st->software_count; i++)
		software_point(&p, st, &st->software[i]);
	for (size_t i = 0; i < st->reading_count; i++)
		reading_point(&p, st, &st->readings[i]);
	for (size_t i = 0; i < v->update_count; i++)
		update_point(&p, st, &v->updates[i]);
	return p.count;
}

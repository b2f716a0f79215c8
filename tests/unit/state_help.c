#include <config.h>

#include "tests/unit/state_help.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/support.h"

const char *
help_create(const char *name, uint32_t log_capacity)
{
	const struct device device = { .id = "dev-1", .manufacturer = "acme", .model = "M",
		.serial_number = "S1", .state = DEVICE_OPERATIONAL, .use_count = 7 };
	const char *path = support_path(name);
	struct err e = {0};
	int rc = state_create(path, &device, log_capacity, &e);

	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
	return path;
}

struct state *
help_open(const char *path, enum state_mode mode)
{
	struct err e = {0};
	struct state *s = NULL;
	int rc = state_open(path, mode, &s, &e);

	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
	return s;
}

uint32_t
help_unit(struct state *s, const char *symbol, enum unit_type type,
	const char *serial, const char *container)
{
	struct unit u = { .type = type, .use_unit = USE_IMPRESSIONS };
	unsigned columns = STATE_UNIT_TYPE | STATE_UNIT_USE_UNIT;
	struct err e = {0};
	uint32_t index = 0;
	int rc;

	(void)text_copy(u.symbol, sizeof(u.symbol), symbol);
	if (serial != NULL) {
		(void)text_copy(u.serial_number, sizeof(u.serial_number), serial);
		columns |= STATE_UNIT_SERIAL_NUMBER;
	}
	rc = state_unit_set_in(s, &u, container, columns, &index, &e);
	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
	return index;
}

void
help_software(struct state *s, const char *symbol, unsigned bank, const char *id,
	const char *version)
{
	struct software w = { .bank = (uint8_t)bank, .state = SOFTWARE_RUNNING };
	struct err e = {0};
	int rc;

	(void)text_copy(w.id, sizeof(w.id), id);
	(void)text_copy(w.creator, sizeof(w.creator), "acme");
	(void)text_copy(w.version, sizeof(w.version), version);
	rc = state_software_set(s, symbol, &w, STATE_SOFTWARE_ID | STATE_SOFTWARE_CREATOR |
		STATE_SOFTWARE_VERSION | STATE_SOFTWARE_STATE, &e);
	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
}

void
help_reading(struct state *s, const char *symbol, const char *name, int32_t value)
{
	struct reading r = { .value = value };
	struct err e = {0};
	int rc;

	(void)text_copy(r.name, sizeof(r.name), name);
	rc = state_reading_set(s, symbol, &r, STATE_READING_VALUE, &e);
	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
}

uint32_t
help_error(struct state *s, const char *symbol, const char *code, utc_s time)
{
	const struct state_error error = { .symbol = symbol, .code = code,
		.severity = SEVERITY_ERROR, .text = "it broke", .time = time };
	struct err e = {0};
	uint32_t index = 99;
	int rc = state_error_add(s, &error, &index, &e);

	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
	return index;
}

void
help_refresh(struct state *s, struct state_view *v)
{
	struct err e = {0};
	int rc = state_view_refresh(s, v, &e);

	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
}

void
help_view(const char *path, struct state_view *v)
{
	struct state *s = help_open(path, STATE_READ);

	*v = (struct state_view){0};
	help_refresh(s, v);
	state_close(s);
}

const struct unit *
help_find(const struct state_view *v, const char *symbol)
{
	const struct unit *u = structure_unit_by_symbol(&v->structure, symbol);

	ck_assert_msg(u != NULL, "no unit %s", symbol);
	return u;
}

uint32_t
help_revision(const char *path, int64_t *ret_change)
{
	struct state_view v;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	uint32_t revision;

	help_view(path, &v);
	structure_digest(&v.structure, digest);
	ck_assert_mem_eq(digest, v.structure.digest, sizeof(digest));
	revision = v.structure.revision;
	if (ret_change != NULL)
		*ret_change = v.structure.last_change;
	state_view_release(&v);
	return revision;
}

/* --- comparing --------------------------------------------------------------- */

/* As one line each, so that a difference can be read. */
static void
unit_line(const struct unit *u, char *dst, size_t size)
{
	(void)snprintf(dst, size, "%u|%s|%d|%d|%u|%s|%s|%s|%s|%s|%d|%d|%llu|%d|%u|%lld|%u|%d",
		u->index, u->symbol, u->class, u->type, u->contained_in, u->descr,
		u->manufacturer, u->model, u->hardware_rev, u->serial_number, u->oper_state,
		u->admin_state, (unsigned long long)u->use_count, u->use_unit,
		u->life_expected, (long long)u->installed, u->banks, u->action);
}

static void
software_line(const struct software *w, char *dst, size_t size)
{
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];

	text_hex(hex, sizeof(hex), w->digest, sizeof(w->digest));
	(void)snprintf(dst, size, "%u.%u|%s|%s|%s|%s|%d|%d|%lld|%u", w->unit_index, w->bank,
		w->id, w->creator, w->version, hex, w->digest_known, w->state,
		(long long)w->installed, w->floor);
}

static void
reading_line(const struct reading *r, char *dst, size_t size)
{
	(void)snprintf(dst, size, "%u.%u|%s|%d|%d|%s|%d|%d|%lld", r->unit_index, r->index,
		r->name, r->value, r->scale, r->unit, r->low, r->high, (long long)r->time);
}

static void
entry_line(const struct log_entry *l, char *dst, size_t size)
{
	(void)snprintf(dst, size, "%u|%lld|%u|%u|%s|%s|%s|%d|%s|%llu|%s|%s|%u", l->index,
		(long long)l->time, l->boots, l->uptime_s, l->unit, l->unit_serial, l->code,
		l->severity, l->text, (unsigned long long)l->use_count, l->software_id,
		l->software_version, l->repeats);
}

enum { LINE_SIZE = 1200 };

static void
structure_same(const struct structure *a, const struct structure *b)
{
	char x[LINE_SIZE], y[LINE_SIZE];

	ck_assert_str_eq(a->device.id, b->device.id);
	ck_assert_str_eq(a->device.model, b->device.model);
	ck_assert_str_eq(a->device.serial_number, b->device.serial_number);
	ck_assert_int_eq(a->device.state, b->device.state);
	ck_assert_uint_eq(a->device.use_count, b->device.use_count);
	ck_assert_mem_eq(a->digest, b->digest, sizeof(a->digest));
	ck_assert_uint_eq(a->revision, b->revision);
	ck_assert_int_eq(a->last_change, b->last_change);
	ck_assert_uint_eq(a->unit_count, b->unit_count);
	ck_assert_uint_eq(a->software_count, b->software_count);
	ck_assert_uint_eq(a->reading_count, b->reading_count);
	for (size_t i = 0; i < a->unit_count; i++) {
		unit_line(&a->units[i], x, sizeof(x));
		unit_line(&b->units[i], y, sizeof(y));
		ck_assert_str_eq(x, y);
	}
	for (size_t i = 0; i < a->software_count; i++) {
		software_line(&a->software[i], x, sizeof(x));
		software_line(&b->software[i], y, sizeof(y));
		ck_assert_str_eq(x, y);
	}
	for (size_t i = 0; i < a->reading_count; i++) {
		reading_line(&a->readings[i], x, sizeof(x));
		reading_line(&b->readings[i], y, sizeof(y));
		ck_assert_str_eq(x, y);
	}
}

void
help_same(const struct state_view *a, const struct state_view *b)
{
	char x[LINE_SIZE], y[LINE_SIZE];

	structure_same(&a->structure, &b->structure);
	ck_assert_uint_eq(a->log.generation, b->log.generation);
	ck_assert_uint_eq(a->log.capacity, b->log.capacity);
	ck_assert_uint_eq(a->log.oldest, b->log.oldest);
	ck_assert_uint_eq(a->log.newest, b->log.newest);
	ck_assert_uint_eq(a->log.overwritten, b->log.overwritten);
	ck_assert_uint_eq(a->boots, b->boots);
	for (uint32_t i = a->log.oldest; i != 0 && i <= a->log.newest; i++) {
		entry_line(state_view_entry(a, i), x, sizeof(x));
		entry_line(state_view_entry(b, i), y, sizeof(y));
		ck_assert_str_eq(x, y);
	}
}

void
help_log_sound(const struct state_view *v)
{
	ck_assert_ptr_null(state_view_entry(v, 0));
	ck_assert_ptr_null(state_view_entry(v, v->log.newest + 1));
	if (v->log.newest == 0) {
		ck_assert_uint_eq(v->log.oldest, 0);
		return;
	}
	ck_assert_uint_le(v->log.newest - v->log.oldest, v->log.capacity - 1);
	/* Those overwritten may be kept a while, as what they were. */
	for (uint32_t i = v->log.oldest - 1; state_view_entry(v, i) != NULL; i--)
		ck_assert_uint_eq(state_view_entry(v, i)->index, i);
	for (uint32_t i = v->log.oldest; i <= v->log.newest; i++) {
		ck_assert_ptr_nonnull(state_view_entry(v, i));
		ck_assert_uint_eq(state_view_entry(v, i)->index, i);
		ck_assert_uint_ge(state_view_entry(v, i)->repeats, 1);
	}
}

/* --- clock ------------------------------------------------------------------------ */

static int64_t
clock_ms(void *user)
{
	const struct help_clock *c = user;

	return c->now_utc_s * 1000;
}

static int64_t
clock_s(void *user)
{
	const struct help_clock *c = user;

	return c->now_utc_s;
}

void
help_clock_init(struct help_clock *c, int64_t now_utc_s)
{
	c->clock = (struct clock){ .monotonic_ms = clock_ms, .utc_s = clock_s, .user = c };
	c->now_utc_s = now_utc_s;
}

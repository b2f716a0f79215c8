#include <config.h>

#include "lib/store/store_live.h"

static void
put_number(struct store_live_writer *w, uint64_t value)
{
	while (value > 0x7f) {
		w->data[w->len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	w->data[w->len++] = (uint8_t)value;
}

static bool
get_number(struct store_live_reader *r, uint64_t *ret_value)
{
	uint64_t value = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		uint8_t octet = *r->at++;

		value |= (uint64_t)(octet & 0x7f) << shift;
		if ((octet & 0x80) == 0) {
			*ret_value = value;
			return true;
		}
	}
	r->at = r->end;
	return false;
}

static bool
get_u32(struct store_live_reader *r, uint32_t *ret_value)
{
	uint64_t value;

	if (!get_number(r, &value) || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

void
store_live_begin(struct store_live_reader *r, const uint8_t *data, size_t len)
{
	r->at = data;
	r->end = data == NULL ? NULL : data + len;
	r->unit = 0;
	r->index = 0;
}

bool
store_live_unit(struct store_live_reader *r, struct store_unit_live *ret)
{
	uint32_t step;
	uint64_t use;
	uint8_t oper;

	if (!get_u32(r, &step) || r->at == r->end)
		return false;
	oper = *r->at++;
	if (oper < UNIT_OPER_UNKNOWN || oper > UNIT_OPER_STANDBY || !get_number(r, &use))
		return false;
	r->unit += step;
	ret->unit_index = r->unit;
	ret->oper_state = (enum unit_oper_state)oper;
	ret->use_count = use;
	return true;
}

bool
store_live_reading(struct store_live_reader *r, struct store_reading_live *ret)
{
	uint32_t unit_step, index, zigzag;

	if (!get_u32(r, &unit_step) || !get_u32(r, &index) || !get_u32(r, &zigzag))
		return false;
	r->index = unit_step == 0 ? r->index + index : index;
	r->unit += unit_step;
	ret->unit_index = r->unit;
	ret->index = r->index;
	ret->value = (int32_t)(zigzag >> 1) ^ -(int32_t)(zigzag & 1);
	return true;
}

void
store_live_put_unit(struct store_live_writer *w, const struct store_unit_live *u)
{
	put_number(w, u->unit_index - w->unit);
	w->unit = u->unit_index;
	w->data[w->len++] = (uint8_t)u->oper_state;
	put_number(w, u->use_count);
}

void
store_live_put_reading(struct store_live_writer *w, const struct store_reading_live *r)
{
	uint32_t value = (uint32_t)r->value;

	put_number(w, r->unit_index - w->unit);
	put_number(w, r->unit_index == w->unit ? r->index - w->index : r->index);
	put_number(w, (value << 1) ^ (r->value < 0 ? UINT32_MAX : 0));
	w->unit = r->unit_index;
	w->index = r->index;
}

void
store_live_merge_units(struct store_live_writer *w, const uint8_t *old, size_t len,
	const struct store_unit_live *now, size_t count)
{
	struct store_live_reader r;
	struct store_unit_live u;
	size_t i = 0, n;

	store_live_begin(&r, old, len);
	for (n = 0; n < STRUCTURE_UNITS_MAX && store_live_unit(&r, &u); n++) {
		while (i < count && now[i].unit_index < u.unit_index)
			i++;
		if (i < count && now[i].unit_index == u.unit_index) {
			u.oper_state = now[i].oper_state;
			if (now[i].use_count != STORE_NOT_READ)
				u.use_count = now[i].use_count;
		}
		store_live_put_unit(w, &u);
	}
}

static int
reading_order(const struct store_reading_live *a, const struct store_reading_live *b)
{
	if (a->unit_index != b->unit_index)
		return a->unit_index < b->unit_index ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return 0;
}

void
store_live_merge_readings(struct store_live_writer *w, const uint8_t *old, size_t len,
	const struct store_reading_live *now, size_t count)
{
	struct store_live_reader r;
	struct store_reading_live v;
	size_t i = 0, n;

	store_live_begin(&r, old, len);
	for (n = 0; n < STRUCTURE_READINGS_MAX && store_live_reading(&r, &v); n++) {
		while (i < count && reading_order(&now[i], &v) < 0)
			i++;
		if (i < count && reading_order(&now[i], &v) == 0)
			v.value = now[i].value;
		store_live_put_reading(w, &v);
	}
}

void
store_live_cursor(struct store_live_cursor *c, const uint8_t *data, size_t len)
{
	store_live_begin(&c->reader, data, len);
	c->more = store_live_unit(&c->reader, &c->unit);
}

bool
store_live_seek(struct store_live_cursor *c, uint32_t unit_index,
	struct store_unit_live *ret)
{
	while (c->more && c->unit.unit_index < unit_index)
		c->more = store_live_unit(&c->reader, &c->unit);
	if (!c->more || c->unit.unit_index != unit_index)
		return false;
	*ret = c->unit;
	return true;
}

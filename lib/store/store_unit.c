#include <config.h>

#include "lib/store/store_impl.h"

/* The store wrote them, but a damaged file must not hand out what no name has. */
static int
in_range(int64_t value, int max)
{
	return value >= 1 && value <= max ? (int)value : 1;
}

void
store_unit_column(const struct db_stmt *q, int c, struct store_unit_stay *ret)
{
	struct unit *u = &ret->unit;

	*ret = (struct store_unit_stay){0};
	u->index = db_u32(q, c);
	ret->era = db_i64(q, c + 1);
	ret->since = db_i64(q, c + 2);
	ret->until = db_i64(q, c + 3);
	db_text(q, c + 4, u->symbol, sizeof(u->symbol));
	u->class = (enum unit_class)in_range(db_i64(q, c + 5), UNIT_UNIT);
	u->type = (enum unit_type)in_range(db_i64(q, c + 6), UNIT_TYPE_STORE_JOB);
	u->contained_in = db_u32(q, c + 7);
	db_text(q, c + 8, u->manufacturer, sizeof(u->manufacturer));
	db_text(q, c + 9, u->model, sizeof(u->model));
	db_text(q, c + 10, u->hardware_rev, sizeof(u->hardware_rev));
	db_text(q, c + 11, u->serial_number, sizeof(u->serial_number));
	u->admin_state = (enum unit_admin_state)in_range(db_i64(q, c + 12),
		UNIT_ADMIN_STANDBY);
	u->use_unit = (enum unit_use_unit)in_range(db_i64(q, c + 13), USE_OTHER);
	u->life_expected = db_u32(q, c + 14);
	u->installed = db_i64(q, c + 15);
	u->banks = (uint8_t)db_u32(q, c + 16);
	u->action = (enum unit_action)in_range(db_i64(q, c + 17), UNIT_ACTION_FAILED);
	ret->use_since = db_u64(q, c + 18);
	u->use_count = db_u64(q, c + 19);
	u->oper_state = UNIT_OPER_UNKNOWN;
	db_text(q, c + 20, u->descr, sizeof(u->descr));
}

void
store_software_column(const struct db_stmt *q, int c, struct store_software_stay *ret)
{
	struct software *w = &ret->software;

	*ret = (struct store_software_stay){0};
	w->unit_index = db_u32(q, c);
	w->bank = (uint8_t)db_u32(q, c + 1);
	ret->era = db_i64(q, c + 2);
	ret->unit_era = db_i64(q, c + 3);
	ret->since = db_i64(q, c + 4);
	ret->until = db_i64(q, c + 5);
	db_text(q, c + 6, w->id, sizeof(w->id));
	db_text(q, c + 7, w->creator, sizeof(w->creator));
	db_text(q, c + 8, w->version, sizeof(w->version));
	w->digest_known = db_blob(q, c + 9, w->digest, sizeof(w->digest)) ==
		sizeof(w->digest);
	w->state = (enum software_state)in_range(db_i64(q, c + 10), SOFTWARE_INVALID);
	w->installed = db_i64(q, c + 11);
	w->floor = db_u32(q, c + 12);
}

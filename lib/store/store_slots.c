#include <config.h>

#include "lib/store/store.h"

#include <errno.h>

#include "lib/store/store_impl.h"

static void
slot_read(const struct db_stmt *q, void *ret)
{
	struct store_slot *slot = ret;

	*slot = (struct store_slot){
		.file = db_u32(q, 0), .slot = db_u32(q, 1),
		.unit_index = db_u32(q, 2), .from = db_i64(q, 4), .to = db_i64(q, 5),
	};
	db_text(q, 3, slot->symbol, sizeof(slot->symbol));
}

int
store_slots(struct store *s, int64_t device, struct store_slot **ret_slots,
	size_t *ret_count, struct err *e)
{
	struct db_stmt *q;
	void *slots;
	int rc;

	q = store_stmt(s, SQL_SLOTS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_rows(q, sizeof(**ret_slots), slot_read, &slots, ret_count, e);
	if (rc == 0)
		*ret_slots = slots;
	return rc;
}

static int
slot_put(struct store *s, int64_t device, const struct store_slot *slot, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_SLOT_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, slot->file);
	db_bind_i64(q, 3, slot->slot);
	db_bind_i64(q, 4, slot->unit_index);
	db_bind_text_ref(q, 5, slot->symbol);
	db_bind_i64(q, 6, slot->from);
	db_bind_i64(q, 7, slot->to);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		return err_set(e, -EEXIST, "slot %u of file %u is another unit's than %s",
			slot->slot, slot->file, slot->symbol);
	return rc;
}

int
store_slots_put(struct store *s, int64_t device, const struct store_slot *slots,
	size_t count, struct err *e)
{
	size_t i;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	for (i = 0; rc == 0 && i < count; i++)
		rc = slot_put(s, device, &slots[i], e);
	return store_write_end(s, own, rc, e);
}

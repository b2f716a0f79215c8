#include <config.h>

#include "lib/store/store_read.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_row.h"

enum { SQL_MAX = 4096 };

/* Statement, number of rows left, and the live values of the last device. */
struct list {
	struct store *store;
	struct db_stmt *stmt;
	uint64_t left;
	int64_t live_device;	/* whose values stand in units */
	size_t live_len;
	uint8_t units[STORE_LIVE_UNITS_MAX];
};
struct store_units { struct list list; };
struct store_softwares { struct list list; };

static int
list_open(struct store *s, size_t size, struct list **ret, struct err *e)
{
	struct list *l;
	int rc;

	l = calloc(1, size);
	if (l == NULL)
		return err_set(e, -ENOMEM, "out of memory for a list");
	l->store = s;
	rc = store_read_begin(s, e);
	if (rc < 0) {
		free(l);
		return rc;
	}
	*ret = l;
	return 0;
}

static void
list_close(struct list *l)
{
	db_stmt_free(l->stmt);
	store_read_end(l->store);
	free(l);
}

/*
 * Finish a query over device d and unit u and prepare it.  The tables are named
 * in the order that the index for the narrowest choice wants.
 */
static int
list_prepare(struct list *l, struct buf *sql, const struct store_filter *f,
	const char *stay, const char *order, struct err *e)
{
	int64_t device = 0;
	int rc;

	if (f->device != NULL) {
		rc = store_find(l->store, f->device, &device, e);
		if (rc < 0)
			return rc;
		(void)buf_add_text(sql, " AND d.id = ?1");
	}
	if (f->site != NULL)
		(void)buf_add_text(sql, " AND d.site = ?2");
	if (f->serial != NULL)
		(void)buf_add_text(sql, " AND u.serial = ?3 AND u.serial <> ''");
	if (f->symbol != NULL)
		(void)buf_add_text(sql, " AND u.symbol = ?4");
	if (f->now_only)
		(void)buf_printf(sql, " AND %s.until = 0", stay);
	(void)buf_add_text(sql, order);
	if (sql->error != 0)
		return err_set(e, sql->error, "out of memory for a query");
	rc = db_prepare(l->store->db, buf_text(sql), &l->stmt, e);
	if (rc < 0)
		return rc;
	if (f->device != NULL)
		db_bind_i64(l->stmt, 1, device);
	if (f->site != NULL)
		db_bind_text(l->stmt, 2, f->site);
	if (f->serial != NULL)
		db_bind_text(l->stmt, 3, f->serial);
	if (f->symbol != NULL)
		db_bind_text(l->stmt, 4, f->symbol);
	l->left = f->limit == 0 ? UINT64_MAX : f->limit;
	return 0;
}

/* --- units --------------------------------------------------------------------- */

int
store_units_open(struct store *s, const struct store_filter *f, struct store_units **ret,
	struct err *e)
{
	struct list *l = NULL;
	struct buf sql;
	int rc;

	rc = list_open(s, sizeof(struct store_units), &l, e);
	if (rc < 0)
		return rc;
	buf_init(&sql, SQL_MAX);
	(void)buf_add_text(&sql, "SELECT " STORE_UNIT_COLUMNS ", d.id, d.name, d.site FROM ");
	(void)buf_add_text(&sql, f->serial != NULL ?
		"unit u CROSS JOIN device d ON d.id = u.device WHERE 1" :
		"device d CROSS JOIN unit u ON u.device = d.id WHERE 1");
	rc = list_prepare(l, &sql, f, "u", f->serial != NULL ?
		" ORDER BY u.since, d.name, u.idx" : " ORDER BY d.name, u.idx, u.era", e);
	buf_release(&sql);
	if (rc < 0) {
		list_close(l);
		return rc;
	}
	*ret = (struct store_units *)l;
	return 0;
}

/* What moves is kept packed, beside the device. */
static void
unit_live(struct list *l, int64_t device, struct unit *u)
{
	struct store_live_cursor c;
	struct store_unit_live v;

	if (l->live_device != device) {
		l->live_len = store_live_load(l->store, device);
		for (size_t i = 0; i < l->live_len; i++)
			l->units[i] = l->store->units_old[i];
		l->live_device = device;
	}
	store_live_cursor(&c, l->units, l->live_len);
	if (store_live_seek(&c, u->index, &v)) {
		u->use_count = v.use_count;
		u->oper_state = v.oper_state;
	}
}

int
store_units_next(struct store_units *units, struct store_unit_row *ret_row, struct err *e)
{
	struct list *l = &units->list;
	struct store_unit_stay stay;
	int rc;

	if (l->left == 0)
		return 0;
	rc = db_step(l->stmt, e);
	if (rc != 1)
		return rc;
	l->left--;
	store_unit_column(l->stmt, 0, &stay);
	if (stay.until == 0)
		unit_live(l, db_i64(l->stmt, STORE_UNIT_COLUMN_COUNT), &stay.unit);
	*ret_row = (struct store_unit_row){
		.unit = stay.unit, .from = stay.since, .to = stay.until,
		.use_from = stay.use_since,
	};
	db_text(l->stmt, STORE_UNIT_COLUMN_COUNT + 1, ret_row->device,
		sizeof(ret_row->device));
	db_text(l->stmt, STORE_UNIT_COLUMN_COUNT + 2, ret_row->site, sizeof(ret_row->site));
	return 1;
}

void
store_units_close(struct store_units *u)
{
	if (u != NULL)
		list_close(&u->list);
}

/* --- software ---------------------------------------------------------------------- */

int
store_softwares_open(struct store *s, const struct store_filter *f,
	struct store_softwares **ret, struct err *e)
{
	struct list *l = NULL;
	struct buf sql;
	int rc;

	rc = list_open(s, sizeof(struct store_softwares), &l, e);
	if (rc < 0)
		return rc;
	buf_init(&sql, SQL_MAX);
	(void)buf_add_text(&sql, "SELECT " STORE_SOFTWARE_COLUMNS
		", u.symbol, u.manufacturer, u.model, u.hardware_rev, u.serial, d.name, d.site"
		" FROM ");
	(void)buf_add_text(&sql, f->serial != NULL ?
		"unit u CROSS JOIN software w ON w.device = u.device AND w.unit = u.idx"
		" AND w.unit_era = u.era CROSS JOIN device d ON d.id = u.device WHERE 1" :
		"device d CROSS JOIN software w ON w.device = d.id"
		" CROSS JOIN unit u ON u.device = w.device AND u.idx = w.unit"
		" AND u.era = w.unit_era WHERE 1");
	if (f->software != NULL)
		(void)buf_add_text(&sql, " AND w.id = ?5");
	rc = list_prepare(l, &sql, f, "w", " ORDER BY d.name, w.unit, w.bank, w.era", e);
	buf_release(&sql);
	if (rc < 0) {
		list_close(l);
		return rc;
	}
	if (f->software != NULL)
		db_bind_text(l->stmt, 5, f->software);
	*ret = (struct store_softwares *)l;
	return 0;
}

int
store_softwares_next(struct store_softwares *softwares, struct store_software_row *ret_row,
	struct err *e)
{
	enum { C = STORE_SOFTWARE_COLUMN_COUNT };
	struct list *l = &softwares->list;
	struct store_software_stay stay;
	struct store_software_row *r = ret_row;
	int rc;

	if (l->left == 0)
		return 0;
	rc = db_step(l->stmt, e);
	if (rc != 1)
		return rc;
	l->left--;
	store_software_column(l->stmt, 0, &stay);
	*r = (struct store_software_row){
		.software = stay.software, .from = stay.since, .to = stay.until,
	};
	db_text(l->stmt, C, r->symbol, sizeof(r->symbol));
	db_text(l->stmt, C + 1, r->unit_manufacturer, sizeof(r->unit_manufacturer));
	db_text(l->stmt, C + 2, r->unit_model, sizeof(r->unit_model));
	db_text(l->stmt, C + 3, r->unit_hardware_rev, sizeof(r->unit_hardware_rev));
	db_text(l->stmt, C + 4, r->unit_serial, sizeof(r->unit_serial));
	db_text(l->stmt, C + 5, r->device, sizeof(r->device));
	db_text(l->stmt, C + 6, r->site, sizeof(r->site));
	return 1;
}

void
store_softwares_close(struct store_softwares *w)
{
	if (w != NULL)
		list_close(&w->list);
}

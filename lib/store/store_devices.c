#include <config.h>

#include "lib/store/store_read.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_row.h"
#include "lib/store/store_rate.h"

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S };

struct store_devices {
	struct store *store;
	struct db_stmt *stmt;
};

static void
row_column(const struct db_stmt *q, struct store_device_row *r, int64_t *ret_machine)
{
	int64_t state;

	*r = (struct store_device_row){0};
	r->device = db_i64(q, 0);
	db_text(q, 1, r->name, sizeof(r->name));
	db_text(q, 2, r->site, sizeof(r->site));
	db_text(q, 3, r->address, sizeof(r->address));
	db_text(q, 4, r->numeric, sizeof(r->numeric));
	db_text(q, 5, r->credential, sizeof(r->credential));
	r->has_agent = db_i64(q, 6) != 0;
	db_text(q, 7, r->id, sizeof(r->id));
	db_text(q, 8, r->manufacturer, sizeof(r->manufacturer));
	db_text(q, 9, r->model, sizeof(r->model));
	db_text(q, 10, r->serial_number, sizeof(r->serial_number));
	db_text(q, 11, r->sys_name, sizeof(r->sys_name));
	db_text(q, 12, r->sys_object_id, sizeof(r->sys_object_id));
	state = db_i64(q, 13);
	r->state = state >= DEVICE_UNKNOWN && state <= DEVICE_UPDATING ?
		(enum device_state)state : DEVICE_UNKNOWN;
	r->use_count = db_u64(q, 14);
	r->contact = (enum store_contact)db_i64(q, 15);
	r->added = db_i64(q, 16);
	r->last_tried = db_i64(q, 17);
	r->last_contact = db_i64(q, 18);
	r->silent_since = db_i64(q, 19);
	r->failures = db_u32(q, 20);
	db_text(q, 21, r->reason, sizeof(r->reason));
	r->sys_uptime_cs = db_u64(q, 22);
	r->boots_seen = db_u32(q, 23);
	r->quirks = db_u32(q, 24);
	*ret_machine = db_i64(q, 25);
	r->polled = db_i64(q, STORE_ROW_POLLED) != 0;
	r->is_new = db_i64(q, STORE_ROW_NEW) != 0;
	r->last_report = db_i64(q, STORE_ROW_REPORTED);
	db_text(q, STORE_ROW_REPORT_SITE, r->report_site, sizeof(r->report_site));
	db_text(q, STORE_ROW_REPORT_FROM, r->report_from, sizeof(r->report_from));
	r->users = db_u32(q, STORE_ROW_USERS);
	state = db_i64(q, STORE_ROW_VERDICT);
	r->verdict = state >= 0 && state <= STORE_NOT_APPLICABLE ?
		(enum store_verdict)state : STORE_VERDICT_UNKNOWN;
	r->verdict_stale = r->verdict != 0 && db_i64(q, STORE_ROW_STALE) != 0;
	r->judged = db_i64(q, STORE_ROW_JUDGED);
	db_text(q, STORE_ROW_VERDICT_TEXT, r->verdict_text, sizeof(r->verdict_text));
}

/* --- use and life -------------------------------------------------------------- */

struct sample {
	utc_s at;	/* 0 = there is none */
	uint64_t use;
	size_t len;
	uint8_t units[STORE_LIVE_UNITS_MAX];
};

/* The first sample of this machine at or after a time. */
static int
sample_from(struct store *s, int64_t device, int64_t machine, utc_s at,
	struct sample *ret, struct err *e)
{
	struct db_stmt *q;
	int rc;

	ret->at = 0;
	ret->len = 0;
	q = store_stmt(s, SQL_SAMPLE_FROM, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, at);
	db_bind_i64(q, 3, machine);
	rc = db_step(q, e);
	if (rc <= 0)
		return rc;
	ret->at = db_i64(q, 0);
	ret->use = db_u64(q, 1);
	ret->len = db_blob(q, 2, ret->units, sizeof(ret->units));
	if (ret->len > sizeof(ret->units))
		ret->len = 0;
	db_reset(q);
	return 0;
}

static int64_t
lower(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Look-ups in the live values and both samples, side by side. */
struct lives {
	struct store_live_cursor now, day, week;
	utc_s now_at, day_at, week_at;
};

static uint64_t
life_left(const struct store_forecast *f)
{
	return f->use_count < f->life_expected ? f->life_expected - f->use_count : 0;
}

static void
forecast_days(struct lives *l, struct store_forecast *f)
{
	struct store_rate_point now = { l->now_at, 0 }, from;
	struct store_unit_live v;
	int64_t day = -1, week = -1;
	uint64_t left;

	if (!store_live_seek(&l->now, f->unit_index, &v))
		return;
	now.use = f->use_count = v.use_count;
	left = life_left(f);
	if (store_live_seek(&l->day, f->unit_index, &v)) {
		from = (struct store_rate_point){ l->day_at, v.use_count };
		day = store_rate_days_left(&from, &now, left);
	}
	if (store_live_seek(&l->week, f->unit_index, &v)) {
		from = (struct store_rate_point){ l->week_at, v.use_count };
		week = store_rate_days_left(&from, &now, left);
	}
	f->days_low = left == 0 ? 0 : lower(day, week);
	f->days_high = left == 0 ? 0 : day > week ? day : week;
}

/*
 * Which of two runs out first; not known is last.  On the same day it is the
 * one that has the smaller share of its life left (products of 32 bits each).
 */
static bool
sooner(const struct store_forecast *a, const struct store_forecast *b)
{
	if (b->symbol[0] == '\0' || (a->days_low >= 0 && b->days_low < 0))
		return true;
	if (a->days_low >= 0 && a->days_low == b->days_low)
		return life_left(a) * b->life_expected < life_left(b) * a->life_expected;
	return a->days_low >= 0 && a->days_low < b->days_low;
}

static int
forecast_add(struct store_device *whole, const struct store_forecast *f, struct err *e)
{
	struct store_forecast *more;

	if (whole == NULL)
		return 0;
	more = realloc(whole->forecasts, (whole->forecast_count + 1) * sizeof(*more));
	if (more == NULL)
		return err_set(e, -ENOMEM, "out of memory for forecasts");
	whole->forecasts = more;
	more[whole->forecast_count++] = *f;
	return 0;
}

static int
row_lives(struct store *s, struct store_device_row *r, struct lives *l,
	struct store_device *whole, struct err *e)
{
	struct store_forecast f;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_LIVES, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->device);
	while ((rc = db_step(q, e)) == 1) {
		f = (struct store_forecast){
			.unit_index = db_u32(q, 0), .life_expected = db_u32(q, 2),
			.days_low = -1, .days_high = -1,
		};
		db_text(q, 1, f.symbol, sizeof(f.symbol));
		forecast_days(l, &f);
		if (sooner(&f, &r->runs_out))
			r->runs_out = f;
		rc = forecast_add(whole, &f, e);
		if (rc < 0) {
			db_reset(q);
			return rc;
		}
	}
	return rc;
}

static int
row_use(struct store *s, struct store_device_row *r, int64_t machine,
	struct store_device *whole, struct err *e)
{
	struct store_rate_point now = { r->last_contact, r->use_count }, from;
	struct sample *day, *week;
	struct lives l;
	int rc;

	r->pages_per_day = -1;
	r->runs_out.days_low = r->runs_out.days_high = -1;
	if (r->last_contact == 0)
		return 0;
	day = malloc(2 * sizeof(*day));
	if (day == NULL)
		return err_set(e, -ENOMEM, "out of memory for samples");
	week = day + 1;
	rc = sample_from(s, r->device, machine, r->last_contact - DAY_S, day, e);
	if (rc == 0)
		rc = sample_from(s, r->device, machine, r->last_contact - WEEK_S, week, e);
	if (rc < 0)
		goto out;
	from = (struct store_rate_point){ week->at, week->use };
	r->pages_per_day = store_rate_per_day(&from, &now);
	if (r->pages_per_day >= 0)
		r->rate_span_s = now.at - from.at;
	store_live_cursor(&l.now, s->units_old, store_live_load(s, r->device));
	store_live_cursor(&l.day, day->units, day->len);
	store_live_cursor(&l.week, week->units, week->len);
	l.now_at = now.at;
	l.day_at = day->at;
	l.week_at = week->at;
	rc = row_lives(s, r, &l, whole, e);
out:
	free(day);
	return rc;
}

static int
row_counts(struct store *s, struct store_device_row *r, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_LOST, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->device);
	rc = db_step(q, e);
	if (rc == 1) {
		r->log_entries_lost = db_u64(q, 0);
		db_reset(q);
	}
	q = rc < 0 ? NULL : store_stmt(s, SQL_NOTE_COUNT, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->device);
	rc = db_step(q, e);
	if (rc == 1) {
		r->notes = db_u32(q, 0);
		db_reset(q);
	}
	return rc < 0 ? rc : 0;
}

int
store_row_read(struct store *s, const struct db_stmt *q, struct store_device_row *ret,
	struct store_device *whole, struct err *e)
{
	struct store_device_row r;
	int64_t machine;
	int rc;

	row_column(q, &r, &machine);
	rc = row_use(s, &r, machine, whole, e);
	if (rc == 0)
		rc = row_counts(s, &r, e);
	if (rc == 0)
		*ret = r;
	return rc;
}

/* --- the list -------------------------------------------------------------------- */

int
store_devices_open(struct store *s, const char *site, struct store_devices **ret,
	struct err *e)
{
	struct store_devices *d;
	int rc;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return err_set(e, -ENOMEM, "out of memory for a list");
	d->store = s;
	rc = store_read_begin(s, e);
	if (rc < 0) {
		free(d);
		return rc;
	}
	rc = db_prepare(s->db, site == NULL ?
		STORE_ROW_SELECT " ORDER BY d.name" :
		STORE_ROW_SELECT " WHERE d.site = ?1 ORDER BY d.name", &d->stmt, e);
	if (rc < 0) {
		store_devices_close(d);
		return rc;
	}
	if (site != NULL)
		db_bind_text(d->stmt, 1, site);
	*ret = d;
	return 0;
}

int
store_devices_next(struct store_devices *d, struct store_device_row *ret_row,
	struct err *e)
{
	int rc;

	rc = db_step(d->stmt, e);
	if (rc != 1)
		return rc;
	rc = store_row_read(d->store, d->stmt, ret_row, NULL, e);
	return rc < 0 ? rc : 1;
}

void
store_devices_close(struct store_devices *d)
{
	if (d == NULL)
		return;
	db_stmt_free(d->stmt);
	store_read_end(d->store);
	free(d);
}

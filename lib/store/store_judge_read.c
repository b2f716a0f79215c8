#include <config.h>

#include "lib/store/store_judge.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/store_center.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_row.h"

static const char *const verdicts[] = {
	[STORE_COMPATIBLE] = "compatible",
	[STORE_INCOMPATIBLE] = "incompatible",
	[STORE_VERDICT_UNKNOWN] = "unknown",
	[STORE_NOT_APPLICABLE] = "notApplicable",
};

const char *
store_verdict_name(enum store_verdict v)
{
	return v >= STORE_COMPATIBLE && v <= STORE_NOT_APPLICABLE ? verdicts[v] : NULL;
}

static int
out_of_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for a device");
}

int
store_judge_in_use(struct store *s, bool *ret_in_use, struct err *e)
{
	int64_t n = 0;
	int rc;

	rc = db_query_i64(s->db, "SELECT EXISTS (SELECT 1 FROM catalogue WHERE in_force)"
		" OR EXISTS (SELECT 1 FROM judge)", &n, e);
	if (rc == 0)
		*ret_in_use = n != 0;
	return rc;
}

/* --- a structure ---------------------------------------------------------------------- */

static int
read_device(struct store *s, int64_t device, char ret_name[STORE_NAME_MAX + 1],
	struct structure *x, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_JUDGE_DEVICE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 0)
		return err_set(e, -ENOENT, "device %lld: was removed", (long long)device);
	if (rc < 0)
		return rc;
	db_text(q, 0, ret_name, STORE_NAME_MAX + 1);
	db_text(q, 1, x->device.id, sizeof(x->device.id));
	db_text(q, 2, x->device.manufacturer, sizeof(x->device.manufacturer));
	db_text(q, 3, x->device.model, sizeof(x->device.model));
	db_text(q, 4, x->device.serial_number, sizeof(x->device.serial_number));
	(void)db_blob(q, 5, x->digest, sizeof(x->digest));
	x->revision = db_u32(q, 6);
	x->device.state = DEVICE_UNKNOWN;
	db_reset(q);
	return 0;
}

static int
read_units(struct store *s, int64_t device, struct structure *x, struct err *e)
{
	struct store_live_cursor live;
	struct store_unit_live values;
	struct store_unit_stay stay;
	struct db_stmt *q;
	struct unit *u;
	int rc;

	store_live_cursor(&live, s->units_old, store_live_load(s, device));
	q = store_stmt(s, SQL_UNITS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	while ((rc = db_step(q, e)) == 1) {
		store_unit_column(q, 0, &stay);
		u = structure_add_unit(x);
		if (u == NULL) {
			db_reset(q);
			return out_of_memory(e);
		}
		*u = stay.unit;
		if (store_live_seek(&live, u->index, &values))
			u->oper_state = values.oper_state;
	}
	return rc;
}

static int
read_software(struct store *s, int64_t device, struct structure *x, struct err *e)
{
	struct store_software_stay stay;
	struct software *w;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_SOFTWARE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	while ((rc = db_step(q, e)) == 1) {
		store_software_column(q, 0, &stay);
		w = structure_add_software(x);
		if (w == NULL) {
			db_reset(q);
			return out_of_memory(e);
		}
		*w = stay.software;
	}
	return rc;
}

int
store_judge_structure(struct store *s, int64_t device, char ret_name[STORE_NAME_MAX + 1],
	struct structure *ret, struct err *e)
{
	struct structure x = {0};
	int rc;

	rc = store_read_begin(s, e);
	if (rc < 0)
		return rc;
	rc = read_device(s, device, ret_name, &x, e);
	if (rc == 0)
		rc = read_units(s, device, &x, e);
	if (rc == 0)
		rc = read_software(s, device, &x, e);
	store_read_end(s);
	if (rc < 0)
		structure_release(&x);
	else
		*ret = x;
	return rc;
}

/* --- what was said ------------------------------------------------------------------------ */

static void
read_judged(const struct db_stmt *q, struct store_judged *r)
{
	*r = (struct store_judged){ .device = db_i64(q, 0), .has_structure = db_i64(q, 4) != 0,
		.judgement = db_i64(q, 5), .stale = db_i64(q, 7) != 0, .judged = db_i64(q, 8) };
	db_text(q, 1, r->name, sizeof(r->name));
	db_text(q, 2, r->site, sizeof(r->site));
	db_text(q, 3, r->model, sizeof(r->model));
	db_text(q, 9, r->text, sizeof(r->text));
	if (r->judgement == 0)
		return;
	r->verdict = (enum store_verdict)db_i64(q, 6);
	if (store_verdict_name(r->verdict) == NULL)
		r->verdict = STORE_VERDICT_UNKNOWN;
}

int
store_judged_get(struct store *s, const char *name, struct store_judged *ret, struct err *e)
{
	struct db_stmt *q;
	int64_t device;
	int rc;

	rc = store_device_key(s, name, &device, e);
	q = rc < 0 ? NULL : store_stmt(s, SQL_JUDGED, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 0)
		return err_set(e, -ENOENT, "%s: was removed", name);
	if (rc < 0)
		return rc;
	read_judged(q, ret);
	db_reset(q);
	return 0;
}

struct store_judged_list {
	struct store *store;
	struct db_stmt *stmt;
};

int
store_judged_open(struct store *s, struct store_judged_list **ret, struct err *e)
{
	struct store_judged_list *l = calloc(1, sizeof(*l));
	int rc;

	if (l == NULL)
		return out_of_memory(e);
	l->store = s;
	rc = store_read_begin(s, e);
	if (rc < 0) {
		free(l);
		return rc;
	}
	rc = db_prepare(s->db, STORE_JUDGED_SELECT " WHERE NOT d.is_new ORDER BY d.name",
		&l->stmt, e);
	if (rc < 0)
		store_judged_close(l);
	else
		*ret = l;
	return rc;
}

int
store_judged_next(struct store_judged_list *l, struct store_judged *ret, struct err *e)
{
	int rc = db_step(l->stmt, e);

	if (rc == 1)
		read_judged(l->stmt, ret);
	return rc;
}

void
store_judged_close(struct store_judged_list *l)
{
	if (l == NULL)
		return;
	db_stmt_free(l->stmt);
	store_read_end(l->store);
	free(l);
}

static void
number_column(const struct db_stmt *q, void *ret)
{
	*(struct store_judge_count *)ret =
		(struct store_judge_count){ db_i64(q, 0), db_u64(q, 1) };
}

/* All rows of two numbers that a query lists. */
static int
numbers(struct store *s, const char *sql, struct store_judge_count **ret, size_t *ret_count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc == 0)
		rc = db_rows(q, sizeof(**ret), number_column, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

int
store_judge_counts(struct store *s, struct store_judge_count **ret, size_t *ret_count,
	struct err *e)
{
	return numbers(s, "SELECT j.judgement, count(*) FROM judged j CROSS JOIN device d"
		" ON d.id = j.device AND d.digest IS NOT NULL AND NOT d.is_new"
		" GROUP BY 1 ORDER BY 2 DESC, 1", ret, ret_count, e);
}

int
store_judge_advised(struct store *s, int64_t **ret_devices, size_t *ret_count, struct err *e)
{
	struct store_judge_count *list = NULL;
	int64_t *devices = NULL;
	size_t count = 0;
	int rc;

	rc = numbers(s, "SELECT DISTINCT device, 0 FROM advice WHERE source = 1 AND wanted = 1"
		" ORDER BY device", &list, &count, e);
	if (rc < 0)
		return rc;
	if (count > 0) {
		devices = malloc(count * sizeof(*devices));
		if (devices == NULL)
			rc = out_of_memory(e);
		for (size_t i = 0; devices != NULL && i < count; i++)
			devices[i] = list[i].judgement;
	}
	free(list);
	if (rc == 0) {
		*ret_devices = devices;
		*ret_count = count;
	}
	return rc;
}

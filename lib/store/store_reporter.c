#include <config.h>

#include "lib/store/store_report_impl.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"

enum { NAME_TRIES = 100 };	/* NAME, NAME-2, ... for a device whose id is taken as its name */

static void
reporter_column(const struct db_stmt *q, struct reporter *w)
{
	int64_t contact;

	*w = (struct reporter){ .device = db_i64(q, 0) };
	db_text(q, 1, w->bound_id, sizeof(w->bound_id));
	db_text(q, 2, w->site, sizeof(w->site));
	db_text(q, 3, w->from, sizeof(w->from));
	w->is_new = db_i64(q, 4) != 0;
	w->polled = db_i64(q, 5) != 0;
	db_text(q, 6, w->id, sizeof(w->id));
	contact = db_i64(q, 7);
	w->contact = contact == STORE_ANSWERED || contact == STORE_SILENT ||
		contact == STORE_FAILED ? (enum store_contact)contact : 0;
	w->done = db_u32(q, 8);
	w->done_at = db_i64(q, 9);
	w->revision = db_u32(q, 10);
	(void)db_blob(q, 11, w->digest, sizeof(w->digest));
	w->structure_since = db_i64(q, 12);
}

/* By key, or (device 0) by the id that reports are bound to: 1, 0 = none. */
static int
find_reporter(struct store *s, int64_t device, const char *id, struct reporter *ret,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, device != 0 ? SQL_REPORTER : SQL_REPORTER_BY_ID, &rc, e);
	if (q == NULL)
		return rc;
	if (device != 0)
		db_bind_i64(q, 1, device);
	else
		db_bind_text_ref(q, 1, id);
	rc = db_step(q, e);
	if (rc == 1) {
		reporter_column(q, ret);
		db_reset(q);
	}
	return rc;
}

static int
bind(struct report_put *p, const char *site, bool is_new, struct err *e)
{
	const char *id = p->report->head.device_id;
	struct db_stmt *q;
	int rc;

	q = store_stmt(p->store, SQL_REPORT_BIND, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_text_ref(q, 2, id);
	db_bind_text_ref(q, 3, site);
	db_bind_i64(q, 4, is_new);
	rc = db_run(q, e);
	if (rc == 0) {
		(void)text_copy(p->who.bound_id, sizeof(p->who.bound_id), id);
		(void)text_copy(p->who.site, sizeof(p->who.site), site);
		p->who.is_new = is_new;
	}
	return rc;
}

/*
 * Another device that has the id of the report: 1 with its name, or 0.  Bound to
 * it, its reports would be refused from then on, and its history go on elsewhere.
 */
static int
find_holder(struct report_put *p, struct err *e)
{
	const char *id = p->report->head.device_id;
	struct db_stmt *q;
	int rc;

	q = store_stmt(p->store, SQL_ID_HOLDER, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text_ref(q, 1, id);
	db_bind_i64(q, 2, p->who.device);
	db_bind_i64(q, 3, p->who.polled && strcmp(p->who.id, id) == 0);
	rc = db_step(q, e);
	if (rc == 1) {
		db_text(q, 0, p->out.holder, sizeof(p->out.holder));
		db_reset(q);
	}
	return rc;
}

/* A device with a user of its own: bound by its first report. */
static int
own_device(struct report_put *p, struct err *e)
{
	const char *id = p->report->head.device_id;
	struct reporter other;
	int rc;

	rc = find_reporter(p->store, p->user->device, NULL, &p->who, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(e, -ENOENT, "user %s: its device was removed", p->user->name);
	if (p->who.bound_id[0] != '\0') {
		if (strcmp(p->who.bound_id, id) != 0)
			p->out.end = STORE_REPORT_WRONG_DEVICE;
		return 0;
	}
	/* A poll just heard another machine there. */
	if (p->who.polled && p->who.contact == STORE_ANSWERED && p->who.id[0] != '\0' &&
	    strcmp(p->who.id, id) != 0) {
		p->out.end = STORE_REPORT_WRONG_DEVICE;
		return 0;
	}
	rc = find_holder(p, e);
	if (rc != 0) {
		p->out.end = rc == 1 ? STORE_REPORT_WRONG_DEVICE : 0;
		return rc < 0 ? rc : 0;
	}
	rc = find_reporter(p->store, 0, id, &other, e);
	/* It asked to be let in before it had a user: one device, not two. */
	if (rc == 1)
		rc = store_remove(p->store, other.device, e);
	return rc < 0 ? rc : bind(p, "", false, e);
}

/* Whether a device with another user, or one that is polled, has this id: 1 or 0. */
static int
is_known(struct store *s, const char *id, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_TWINS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text_ref(q, 1, id);
	db_bind_i64(q, 2, 0);
	rc = db_step(q, e);
	if (rc == 1)
		db_reset(q);
	return rc;
}

static int
count_new(struct store *s, const char *site, int64_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT count(*) FROM device WHERE is_new AND report_site = ?1",
		&q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, site);
	rc = db_step(q, e);
	if (rc == 1) {
		*ret_count = db_i64(q, 0);
		rc = 0;
	}
	db_stmt_free(q);
	return rc;
}

/* A name made of an id: what a command line can hold. */
static void
name_of_id(const char *id, char *dst, size_t size)
{
	size_t i;

	for (i = 0; id[i] != '\0' && i + 1 < size; i++) {
		char c = id[i];
		bool fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == ':' ||
			(c == '-' && i > 0);

		dst[i] = fine ? c : '_';
	}
	dst[i] = '\0';
}

static int
add_new(struct report_put *p, struct err *e)
{
	char base[STORE_NAME_MAX - 3], name[STORE_NAME_MAX + 1];
	struct store_device_new d = {
		.name = name, .site = p->user->site, .address = "",
	};
	struct buf text;
	int rc = -EEXIST, n;

	name_of_id(p->report->head.device_id, base, sizeof(base));
	for (n = 1; rc == -EEXIST && n <= NAME_TRIES; n++) {
		buf_init(&text, STORE_NAME_MAX);
		(void)(n == 1 ? buf_printf(&text, "%s", base) :
			buf_printf(&text, "%s-%d", base, n));
		(void)text_copy(name, sizeof(name), buf_text(&text));
		buf_release(&text);
		rc = store_add(p->store, &d, false, &p->who.device, e);
	}
	if (rc == -EEXIST || rc == -EINVAL) {
		p->out.end = STORE_REPORT_NOT_ADMITTED;
		return 0;
	}
	if (rc == 0)
		rc = find_reporter(p->store, p->who.device, NULL, &p->who, e);
	if (rc < 0)
		return rc;
	p->out.device_added = true;
	return bind(p, p->user->site, true, e);
}

/* By a site's enrolment user: what it brought in, and what nobody knows. */
static int
site_device(struct report_put *p, struct err *e)
{
	const struct report_head *h = &p->report->head;
	int64_t count = 0;
	int rc;

	rc = find_reporter(p->store, 0, h->device_id, &p->who, e);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		if (strcmp(p->who.site, p->user->site) != 0)
			p->out.end = STORE_REPORT_WRONG_DEVICE;
		else if (p->who.is_new && h->kind != REPORT_STRUCTURE)
			p->out.end = STORE_REPORT_NOT_ADMITTED;
		return 0;
	}
	rc = is_known(p->store, h->device_id, e);
	if (rc == 1)
		p->out.end = STORE_REPORT_WRONG_DEVICE;
	else if (rc == 0 && h->kind != REPORT_STRUCTURE)
		p->out.end = STORE_REPORT_NOT_ADMITTED;
	if (rc != 0 || p->out.end != 0)
		return rc < 0 ? rc : 0;
	rc = count_new(p->store, p->user->site, &count, e);
	if (rc == 0 && count >= STORE_NEW_MAX)
		p->out.end = STORE_REPORT_NOT_ADMITTED;
	return rc < 0 || p->out.end != 0 ? rc : add_new(p, e);
}

int
store_reporter_find(struct report_put *p, struct err *e)
{
	return p->user->device != 0 ? own_device(p, e) : site_device(p, e);
}

/* --- contact ----------------------------------------------------------------------- */

int
store_reporter_heard(struct report_put *p, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(p->store, SQL_REPORT_CONTACT, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->when);
	db_bind_i64(q, 2, p->who.polled);
	db_bind_i64(q, 3, p->who.device);
	return db_run(q, e);
}

int
store_reporter_from(struct report_put *p, const char *from, struct err *e)
{
	char host[STORE_ADDRESS_MAX + 1];
	struct db_stmt *q;
	char *colon;
	int rc;

	if (from == NULL)
		return 0;
	(void)text_copy(host, sizeof(host), from);
	colon = strrchr(host, ':');
	if (colon != NULL)
		*colon = '\0';
	if (strcmp(host, p->who.from) == 0)
		return 0;
	q = store_stmt(p->store, SQL_REPORT_FROM, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_text_ref(q, 2, host);
	return db_run(q, e);
}

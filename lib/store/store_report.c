#include <config.h>

#include "lib/store/store_center.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/report/report.h"
#include "lib/snmp/pdu.h"
#include "lib/store/store_impl.h"

enum {
	NAME_TRIES = 100,	/* NAME, NAME-2, ... for a device whose id is taken as its name */
	HEAD_SIZE = STRUCTURE_DIGEST_SIZE + 8,	/* of the parts of one report */
	ID_SLACK = 16,	/* octets by which a request id makes a PDU longer */
};

/* The device that a report is of, as the store knows it. */
struct reporter {
	int64_t device;
	char bound_id[STRUCTURE_ID_MAX + 1];	/* empty = not bound */
	char site[STORE_NAME_MAX + 1];	/* bound by the enrolment user of this site */
	char from[STORE_ADDRESS_MAX + 1];
	bool is_new, polled;
	char id[STRUCTURE_ID_MAX + 1];	/* of the machine that stands there */
	enum store_contact contact;
	uint32_t done;		/* the structure report taken over last ... */
	utc_s done_at;		/* ... and when; 0 = none */
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	utc_s structure_since;
};

struct put {
	struct store *store;
	const struct store_user *user;
	const struct report *report;
	utc_s when;
	struct reporter who;
	struct store_report_outcome out;
};

/* --- whose it is ----------------------------------------------------------------- */

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
bind(struct put *p, const char *site, bool is_new, struct err *e)
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

/* A device with a user of its own: bound by its first report. */
static int
own_device(struct put *p, struct err *e)
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
	rc = find_reporter(p->store, 0, id, &other, e);
	if (rc == 1 && !other.is_new) {
		p->out.end = STORE_REPORT_WRONG_DEVICE;
		return 0;
	}
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
add_new(struct put *p, struct err *e)
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
site_device(struct put *p, struct err *e)
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

/* --- contact ----------------------------------------------------------------------- */

static int
put_contact(struct put *p, struct err *e)
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

/* Where it reports from, without the port, which is another one each time. */
static int
put_from(struct put *p, const char *from, struct err *e)
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

/* --- log entries ---------------------------------------------------------------------- */

static int
put_errors(struct put *p, struct err *e)
{
	const struct report *report = p->report;
	struct store_poll_result r = {
		.device = p->who.device, .contact = STORE_ANSWERED, .when = p->when,
		.log_read = true, .log = report->head.log,
		.entries = report->entries, .entry_count = report->entry_count,
	};
	struct store_before b;
	bool here;
	int rc;

	rc = store_put_load(p->store, &r, &b, e);
	if (rc < 0)
		return rc;
	b.reported = true;
	b.device_differs = !b.has_agent;
	here = b.machine != 0 && strcmp(b.id, report->head.device_id) == 0;
	if (!here) {
		/*
		 * Its structure is not known so far (or another machine stands there
		 * now): the entries are kept under it, the device's cursor stays.
		 */
		b.memory = 0;
		rc = store_put_machine(p->store, p->who.device, report->head.device_id, p->when,
			&b.machine, e);
		if (rc == 0)
			rc = store_put_log(p->store, &b, &r, &p->out.stored, e);
		/* The cursor is not this memory's, so that it "moved" says nothing. */
		b.log_changed = p->out.stored.entries_new > 0 || p->out.stored.entries_gap > 0;
		if (rc == 0 && b.log_changed)
			rc = put_contact(p, e);
	} else {
		struct store_before log = b;

		/* A repeat changes nothing: then nothing is written. */
		rc = store_put_log(p->store, &log, &r, &p->out.stored, e);
		b.log_changed = log.log_changed;
		b.hole_from = log.hole_from;
		b.hole_to = log.hole_to;
		b.memory = log.memory;
		b.generation = log.generation;
		b.log_index = log.log_index;
		r.log_read = false;
		if (rc == 0 && b.log_changed) {
			struct store_poll_outcome none = {0};

			rc = store_put_answered(p->store, &b, &r, &none, e);
		}
	}
	p->out.end = b.log_changed ? STORE_REPORT_STORED : STORE_REPORT_REPEAT;
	p->out.hole_from = b.hole_from;
	p->out.hole_to = b.hole_to;
	return rc;
}

/* --- structures ------------------------------------------------------------------------- */

/*
 * No longer ago than this.  What lies ahead of now by more was written while
 * the clock was wrong, and says nothing.
 */
static bool
is_recent(const struct put *p, utc_s at, int64_t limit_s)
{
	return p->when - at <= limit_s && at - p->when <= limit_s;
}

/* A report that was made before what is stored, and came after it. */
static bool
is_stale(const struct put *p)
{
	const struct report_head *h = &p->report->head;
	const struct reporter *w = &p->who;

	if (w->done_at != 0 && h->id < w->done && is_recent(p, w->done_at, STORE_ORDER_S))
		return true;
	return strcmp(w->id, h->device_id) == 0 && h->revision < w->revision &&
		memcmp(h->digest, w->digest, sizeof(h->digest)) != 0 &&
		is_recent(p, w->structure_since, STORE_ORDER_S);
}

static int
drop_parts(struct put *p, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(p->store, SQL_PARTS_DROP, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	return db_run(q, e);
}

/* What all parts of a report say alike. */
static void
head_octets(const struct report_head *h, uint8_t dst[HEAD_SIZE])
{
	size_t i;

	memcpy(dst, h->digest, STRUCTURE_DIGEST_SIZE);
	for (i = 0; i < 4; i++) {
		dst[STRUCTURE_DIGEST_SIZE + i] = (uint8_t)(h->revision >> (24 - 8 * i));
		dst[STRUCTURE_DIGEST_SIZE + 4 + i] = (uint8_t)(h->parts >> (24 - 8 * i));
	}
}

/*
 * Beside the parts that are kept: sets the outcome where it is no part to keep,
 * and drops those of an older report.
 */
static int
check_kept(struct put *p, const uint8_t head[HEAD_SIZE], struct err *e)
{
	const struct report_head *h = &p->report->head;
	uint8_t kept[HEAD_SIZE];
	struct db_stmt *q;
	uint32_t id;
	size_t len;
	utc_s at;
	int rc;

	q = store_stmt(p->store, SQL_PART_HEAD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	rc = db_step(q, e);
	if (rc <= 0)
		return rc;
	id = db_u32(q, 0);
	len = db_blob(q, 1, kept, sizeof(kept));
	at = db_i64(q, 2);
	db_reset(q);
	if (h->id < id && is_recent(p, at, STORE_ORDER_S)) {
		p->out.end = STORE_REPORT_STALE;
		return 0;
	}
	if (h->id == id && is_recent(p, at, STORE_PARTS_AGE_S)) {
		if (len == HEAD_SIZE && memcmp(kept, head, HEAD_SIZE) == 0)
			return 0;
		p->out.end = STORE_REPORT_DIGEST_WRONG;
	}
	return drop_parts(p, e);
}

/* Sent again it has another request id. */
static bool
is_same(const uint8_t *octets, size_t len, const struct report *r)
{
	size_t old_len = 0, new_len = 0;
	const uint8_t *old, *now;

	if (len == r->octets_len && memcmp(octets, r->octets, len) == 0)
		return true;
	old = pdu_content(octets, len, &old_len);
	now = pdu_content(r->octets, r->octets_len, &new_len);
	return old != NULL && now != NULL && old_len == new_len && memcmp(old, now, old_len) == 0;
}

/* Whether this part is there: 1 the same octets, 0 no, -EBADMSG others. */
static int
is_kept(struct put *p, struct err *e)
{
	const struct report *r = p->report;
	struct db_stmt *q;
	uint8_t *octets;
	size_t len;
	int rc;

	q = store_stmt(p->store, SQL_PART_GET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, r->head.id);
	db_bind_i64(q, 3, r->head.part);
	rc = db_step(q, e);
	if (rc <= 0)
		return rc;
	octets = malloc(r->octets_len + ID_SLACK);
	if (octets == NULL) {
		db_reset(q);
		return err_set(e, -ENOMEM, "out of memory for a part");
	}
	len = db_blob(q, 0, octets, r->octets_len + ID_SLACK);
	rc = len <= r->octets_len + ID_SLACK && is_same(octets, len, r) ? 1 : -EBADMSG;
	db_reset(q);
	free(octets);
	return rc;
}

static int
keep_part(struct put *p, const uint8_t head[HEAD_SIZE], struct err *e)
{
	const struct report *r = p->report;
	struct db_stmt *q;
	int rc;

	q = store_stmt(p->store, SQL_PART_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, r->head.id);
	db_bind_i64(q, 3, r->head.part);
	db_bind_blob_ref(q, 4, head, HEAD_SIZE);
	db_bind_blob_ref(q, 5, r->octets, r->octets_len);
	db_bind_i64(q, 6, p->when);
	return db_run(q, e);
}

static int
count_parts(struct put *p, int64_t *ret_count, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(p->store, SQL_PART_COUNT, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, p->report->head.id);
	rc = db_step(q, e);
	if (rc == 1) {
		*ret_count = db_i64(q, 0);
		db_reset(q);
		rc = 0;
	}
	return rc;
}

static int
load_part(const struct db_stmt *q, struct report_octets *ret, uint8_t **ret_octets,
	struct err *e)
{
	size_t len = db_blob(q, 0, NULL, 0);
	uint8_t *octets = malloc(len + 1);

	if (octets == NULL)
		return err_set(e, -ENOMEM, "out of memory for a part");
	(void)db_blob(q, 0, octets, len);
	*ret_octets = octets;
	*ret = (struct report_octets){ octets, len };
	return 0;
}

/* All parts that are kept, made one structure. */
static int
assemble_kept(struct put *p, struct report_head *ret_head, struct structure *ret, struct err *e)
{
	struct report_octets parts[STORE_PARTS_MAX];
	uint8_t *octets[STORE_PARTS_MAX];
	struct db_stmt *q;
	size_t count = 0;
	int rc;

	q = store_stmt(p->store, SQL_PARTS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, p->report->head.id);
	while ((rc = db_step(q, e)) == 1 && count < STORE_PARTS_MAX) {
		rc = load_part(q, &parts[count], &octets[count], e);
		if (rc < 0)
			break;
		count++;
	}
	if (rc != 0)
		db_reset(q);
	if (rc >= 0)
		rc = report_assemble(parts, count, ret_head, ret, e);
	while (count > 0)
		free(octets[--count]);
	return rc;
}

/* As a poll stores it: rows where the digest is another, else what moves. */
static int
put_structure(struct put *p, const struct structure *s, struct err *e)
{
	struct store_poll_result r = {
		.device = p->who.device, .contact = STORE_ANSWERED, .when = p->when,
		.identity = &s->device,
	};
	struct store_unit_live *units = NULL;
	struct store_before b;
	size_t i;
	int rc;

	if (strcmp(p->who.id, s->device.id) != 0 ||
	    memcmp(p->who.digest, s->digest, sizeof(s->digest)) != 0) {
		r.structure = s;
	} else {
		units = calloc(s->unit_count + 1, sizeof(*units));
		if (units == NULL)
			return err_set(e, -ENOMEM, "out of memory for a structure");
		for (i = 0; i < s->unit_count; i++)
			units[i] = (struct store_unit_live){ s->units[i].index,
				s->units[i].use_count, s->units[i].oper_state };
		r.units = units;
		r.unit_count = s->unit_count;
		r.readings_whole = s->readings;
		r.readings_whole_count = s->reading_count;
	}
	rc = store_put_check(&r, e);
	if (rc < 0) {
		/* It was checked when it was put together: what is left is no storage's. */
		p->out.end = STORE_REPORT_DIGEST_WRONG;
		rc = 0;
		goto out;
	}
	rc = store_put_load(p->store, &r, &b, e);
	if (rc < 0)
		goto out;
	b.reported = true;
	b.device_differs = !b.has_agent;
	rc = store_put_answered(p->store, &b, &r, &p->out.stored, e);
	p->out.end = STORE_REPORT_STORED;
out:
	free(units);
	return rc;
}

/* All parts are there: take it over, or drop them. */
static int
take_over(struct put *p, struct err *e)
{
	const struct report *r = p->report;
	struct report_octets one = { r->octets, r->octets_len };
	struct structure s = {0};
	struct report_head head;
	struct db_stmt *q;
	int rc;

	rc = r->head.parts == 1 ? report_assemble(&one, 1, &head, &s, e) :
		assemble_kept(p, &head, &s, e);
	if (rc == -EBADMSG || rc == -EILSEQ) {
		p->out.end = STORE_REPORT_DIGEST_WRONG;
		return drop_parts(p, e);
	}
	if (rc < 0)
		return rc;
	rc = put_structure(p, &s, e);
	structure_release(&s);
	if (rc == 0)
		rc = drop_parts(p, e);
	if (rc < 0 || p->out.end != STORE_REPORT_STORED)
		return rc;
	q = store_stmt(p->store, SQL_REPORT_DONE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, r->head.id);
	db_bind_i64(q, 3, p->when);
	return db_run(q, e);
}

static int
put_part(struct put *p, struct err *e)
{
	const struct report_head *h = &p->report->head;
	const struct reporter *w = &p->who;
	uint8_t head[HEAD_SIZE];
	int64_t count = 0;
	int rc;

	if (w->done_at != 0 && h->id == w->done && strcmp(w->id, h->device_id) == 0 &&
	    memcmp(w->digest, h->digest, sizeof(h->digest)) == 0) {
		p->out.end = STORE_REPORT_REPEAT;
		return 0;
	}
	if (is_stale(p)) {
		p->out.end = STORE_REPORT_STALE;
		return 0;
	}
	head_octets(h, head);
	rc = check_kept(p, head, e);
	if (rc < 0 || p->out.end != 0)
		return rc;
	if (h->parts == 1)
		return take_over(p, e);
	rc = is_kept(p, e);
	if (rc == -EBADMSG) {
		p->out.end = STORE_REPORT_DIGEST_WRONG;
		return drop_parts(p, e);
	}
	if (rc == 1)
		p->out.end = STORE_REPORT_REPEAT;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = keep_part(p, head, e);
	if (rc == 0)
		rc = count_parts(p, &count, e);
	if (rc < 0 || count == h->parts)
		return rc < 0 ? rc : take_over(p, e);
	p->out.end = STORE_REPORT_PART;
	return put_contact(p, e);
}

/* --- the whole --------------------------------------------------------------------------- */

static int
check_report(const struct report *r, struct err *e)
{
	const struct report_head *h = &r->head;
	struct store_poll_result log = {
		.contact = STORE_ANSWERED, .log_read = h->kind == REPORT_ERRORS, .log = h->log,
		.entries = r->entries, .entry_count = r->entry_count,
	};
	size_t i;
	int rc;

	if (h->device_id[0] == '\0')
		return err_set(e, -EINVAL, "report: no device id");
	if (h->kind == REPORT_STRUCTURE &&
	    (h->part == 0 || h->part > h->parts || h->parts > STORE_PARTS_MAX))
		return err_set(e, -EINVAL, "report: part %u of %u", h->part, h->parts);
	if (h->kind == REPORT_STRUCTURE && (r->octets == NULL || r->octets_len == 0))
		return err_set(e, -EINVAL, "report: a part without its octets");
	rc = store_put_check(&log, e);
	for (i = 0; rc == 0 && i < r->entry_count; i++)
		if (r->entries[i].index > h->log.newest)
			rc = err_set(e, -EINVAL, "report: entry %u above the newest, %u",
				r->entries[i].index, h->log.newest);
	return rc;
}

static int
put_kind(struct put *p, struct err *e)
{
	switch (p->report->head.kind) {
	case REPORT_STRUCTURE:
		return put_part(p, e);
	case REPORT_ERRORS:
		return put_errors(p, e);
	case REPORT_UPDATE:
		p->out.end = STORE_REPORT_STORED;
		return put_contact(p, e);
	}
	return err_set(e, -EINVAL, "report: of no kind");
}

int
store_report_put(struct store *s, const struct store_user *u, const struct report *report,
	utc_s when, const char *from, struct store_report_outcome *ret_outcome, struct err *e)
{
	struct put p = { .store = s, .user = u, .report = report, .when = when };
	bool own;
	int rc;

	rc = check_report(report, e);
	if (rc < 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = u->device != 0 ? own_device(&p, e) : site_device(&p, e);
	if (rc == -ENOENT)
		return store_write_refuse(s, own, rc);
	p.out.device = p.who.device;
	if (rc == 0 && p.out.end == 0)
		rc = put_kind(&p, e);
	if (rc == 0 && (p.out.end == STORE_REPORT_STORED || p.out.end == STORE_REPORT_PART))
		rc = put_from(&p, from, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret_outcome = p.out;
	return rc;
}

int
store_parts_forget(struct store *s, utc_s before, struct err *e)
{
	struct db_stmt *q = NULL;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, "DELETE FROM part WHERE at < ?1", &q, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	db_bind_i64(q, 1, before);
	rc = db_run(q, e);
	db_stmt_free(q);
	return store_write_end(s, own, rc, e);
}

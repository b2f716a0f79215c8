#include <config.h>

#include "lib/store/store_report_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snmp/pdu.h"

enum {
	HEAD_SIZE = STRUCTURE_DIGEST_SIZE + 8,	/* of the parts of one report */
	ID_SLACK = 16,	/* octets by which a request id makes a PDU longer */
};

int
store_part_drop(struct report_put *p, struct err *e)
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
check_kept(struct report_put *p, const uint8_t head[HEAD_SIZE], struct err *e)
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
	if (h->id < id && store_report_is_recent(p, at, STORE_ORDER_S)) {
		p->out.end = STORE_REPORT_STALE;
		return 0;
	}
	if (h->id == id && store_report_is_recent(p, at, STORE_PARTS_AGE_S)) {
		if (len == HEAD_SIZE && memcmp(kept, head, HEAD_SIZE) == 0)
			return 0;
		p->out.end = STORE_REPORT_DIGEST_WRONG;
	}
	return store_part_drop(p, e);
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
is_kept(struct report_put *p, struct err *e)
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
keep_part(struct report_put *p, const uint8_t head[HEAD_SIZE], struct err *e)
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
count_parts(struct report_put *p, int64_t *ret_count, struct err *e)
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
assemble_kept(struct report_put *p, struct report_head *ret_head, struct structure *ret,
	struct err *e)
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

int
store_part_assemble(struct report_put *p, struct structure *ret, struct err *e)
{
	const struct report *r = p->report;
	struct report_octets one = { r->octets, r->octets_len };
	struct report_head head;

	return r->head.parts == 1 ? report_assemble(&one, 1, &head, ret, e) :
		assemble_kept(p, &head, ret, e);
}

int
store_part_keep(struct report_put *p, struct err *e)
{
	const struct report_head *h = &p->report->head;
	uint8_t head[HEAD_SIZE];
	int64_t count = 0;
	int rc;

	head_octets(h, head);
	rc = check_kept(p, head, e);
	if (rc < 0 || p->out.end != 0 || h->parts == 1)
		return rc;
	rc = is_kept(p, e);
	if (rc == -EBADMSG) {
		p->out.end = STORE_REPORT_DIGEST_WRONG;
		return store_part_drop(p, e);
	}
	if (rc == 1)
		p->out.end = STORE_REPORT_REPEAT;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = keep_part(p, head, e);
	if (rc == 0)
		rc = count_parts(p, &count, e);
	if (rc == 0 && count != h->parts)
		p->out.end = STORE_REPORT_PART;
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

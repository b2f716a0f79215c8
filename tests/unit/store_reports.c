#include <config.h>

#include "tests/unit/store_reports.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

struct store_user own, berlin;

static struct structure snapshots[REPORTS_SNAPSHOTS_MAX];
static size_t snapshot_count;
static struct reports_part *parts_made[8 * REPORTS_SNAPSHOTS_MAX];
static size_t part_count;

static void
copy(struct structure *to, const struct structure *from)
{
	*to = *from;
	to->units = calloc(from->unit_count + 1, sizeof(*to->units));
	to->software = calloc(from->software_count + 1, sizeof(*to->software));
	to->readings = calloc(from->reading_count + 1, sizeof(*to->readings));
	ck_assert(to->units != NULL && to->software != NULL && to->readings != NULL);
	memcpy(to->units, from->units, from->unit_count * sizeof(*to->units));
	if (from->software_count > 0)
		memcpy(to->software, from->software,
			from->software_count * sizeof(*to->software));
	if (from->reading_count > 0)
		memcpy(to->readings, from->readings,
			from->reading_count * sizeof(*to->readings));
}

static struct reports_part *
part_new(const struct world_machine *m, enum report_kind kind, uint32_t id)
{
	struct reports_part *p = calloc(1, sizeof(*p));

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_lt(part_count, sizeof(parts_made) / sizeof(parts_made[0]));
	parts_made[part_count++] = p;
	p->report.head.kind = kind;
	p->report.head.id = id;
	p->report.head.reason = REPORT_CHANGE;
	memcpy(p->report.head.device_id, m->structure.device.id,
		sizeof(p->report.head.device_id));
	return p;
}

struct reports_part *
reports_structure(const struct world_machine *m, uint32_t id, uint32_t part, uint32_t parts)
{
	struct reports_part *p = part_new(m, REPORT_STRUCTURE, id);
	struct report_head *h = &p->report.head;

	if (part == 1) {
		ck_assert_uint_lt(snapshot_count, REPORTS_SNAPSHOTS_MAX);
		copy(&snapshots[snapshot_count++], &m->structure);
	}
	h->part = part;
	h->parts = parts;
	h->revision = m->structure.revision;
	memcpy(h->digest, m->structure.digest, sizeof(h->digest));
	p->octets[0] = (uint32_t)snapshot_count - 1;
	p->octets[1] = id;
	p->octets[2] = part;
	p->octets[3] = parts;
	return p;
}

struct reports_part *
reports_errors(const struct world_machine *m, uint32_t id, uint32_t from, uint32_t to)
{
	struct reports_part *p = part_new(m, REPORT_ERRORS, id);
	size_t n = to - from + 1;

	p->report.head.part = p->report.head.parts = 1;
	p->report.head.log = m->log;
	p->report.entries = calloc(n + 1, sizeof(*p->report.entries));
	ck_assert_ptr_nonnull(p->report.entries);
	memcpy(p->report.entries, &m->entries[from - 1], n * sizeof(*p->report.entries));
	p->report.entry_count = n;
	return p;
}

int
reports_put(struct store *s, const struct store_user *u, struct reports_part *p, utc_s when,
	struct store_report_outcome *ret, struct err *ret_err)
{
	p->report.octets = (const uint8_t *)p->octets;
	p->report.octets_len = sizeof(p->octets);
	return store_report_put(s, u, &p->report, when, "udp:127.0.0.1:40000", ret, ret_err);
}

int
report_assemble(const struct report_octets *parts, size_t count, struct report_head *ret_head,
	struct structure *ret_structure, struct err *ret_err)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	uint32_t first[4], one[4];
	struct structure s;
	size_t i;

	for (i = 0; i < count; i++) {
		ck_assert_uint_eq(parts[i].len, sizeof(one));
		memcpy(one, parts[i].octets, sizeof(one));
		if (i == 0)
			memcpy(first, one, sizeof(first));
		if (one[0] != first[0] || one[1] != first[1] || one[2] != i + 1 ||
		    one[3] != count)
			return err_set(ret_err, -EBADMSG, "the parts are not of one report");
	}
	if (count == 0 || first[0] >= snapshot_count)
		return err_set(ret_err, -EBADMSG, "no parts");
	structure_digest(&snapshots[first[0]], digest);
	if (memcmp(digest, snapshots[first[0]].digest, sizeof(digest)) != 0)
		return err_set(ret_err, -EILSEQ, "the digest does not agree");
	copy(&s, &snapshots[first[0]]);
	*ret_structure = s;
	*ret_head = (struct report_head){ .kind = REPORT_STRUCTURE, .id = first[1] };
	return 0;
}

void
reports_release(void)
{
	while (part_count > 0) {
		free(parts_made[--part_count]->report.entries);
		free(parts_made[part_count]);
	}
	while (snapshot_count > 0)
		structure_release(&snapshots[--snapshot_count]);
}

void
reports_setup(void)
{
	fixture_setup();
	own = (struct store_user){ .name = "img-1", .device = target.device, .auth = "SHA-256",
		.priv = "AES", .auth_key_len = 32, .priv_key_len = 32, .made = T0 };
	berlin = own;
	(void)text_copy(berlin.name, sizeof(berlin.name), "img-berlin");
	(void)text_copy(berlin.site, sizeof(berlin.site), "berlin");
	berlin.device = 0;
	OK(store_user_add(store, &own, -1, &e));
	OK(store_user_add(store, &berlin, -1, &e));
}

void
reports_teardown(void)
{
	reports_release();
	fixture_teardown();
}

struct store_report_outcome
take(const struct store_user *u, struct reports_part *p, utc_s when)
{
	struct store_report_outcome o;

	OK(reports_put(store, u, p, when, &o, &e));
	return o;
}

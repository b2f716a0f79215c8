#include <config.h>

#include "manager/poll_acknowledge.h"

#include <inttypes.h>

#include "lib/base/log.h"
#include "lib/snmp/pdu.h"
#include "lib/store/store_center.h"
#include "manager/fleet_set.h"
#include "mibs/imgadm-mib.h"

enum { BATCH = 256, VALUES = 2 };

static const snmp_sub generation_name[] = { IMGADM_OID_imgReportAcknowledgedGeneration, 0 };
static const snmp_sub index_name[] = { IMGADM_OID_imgReportAcknowledgedIndex, 0 };

#define NAME(oid) .name = oid, .name_len = sizeof(oid) / sizeof((oid)[0])

struct pass {
	struct store *store;
	struct store_targets *targets;
	struct poll_counts *counts;
	/* Told for good, but still noted in the store. */
	int64_t settled[BATCH];
	size_t settled_count;
	uint64_t lines;
	int rc;			/* of the store */
	struct err e;
};

static int
flush(struct pass *p)
{
	if (p->rc == 0 && p->settled_count > 0)
		p->rc = store_acknowledged(p->store, p->settled, p->settled_count, &p->e);
	p->settled_count = 0;
	return p->rc;
}

static void
settle(struct pass *p, int64_t device)
{
	p->settled[p->settled_count++] = device;
	if (p->settled_count == BATCH)
		(void)flush(p);
}

static int
next(void *user, struct store_target *ret, struct err *e)
{
	struct pass *p = user;
	int rc;

	while ((rc = store_targets_next(p->targets, ret, e)) == 1) {
		if (p->rc < 0) {
			*e = p->e;
			return p->rc;
		}
		if (ret->log_index > 0)
			break;
		settle(p, ret->device);
	}
	return rc;
}

static void
fill(void *user, const struct store_target *t, struct snmp_varbind *ret_values)
{
	(void)user;
	ret_values[0] = (struct snmp_varbind){ NAME(generation_name),
		.type = SNMP_TYPE_GAUGE32, .number = t->log_generation };
	ret_values[1] = (struct snmp_varbind){ NAME(index_name),
		.type = SNMP_TYPE_GAUGE32, .number = t->log_index };
}

/* Whether the same SET may be taken later. */
static bool
passing(const struct fleet_set_end *end)
{
	switch (end->how) {
	case FLEET_SET_SILENT:
		return true;
	case FLEET_SET_REFUSED:
		return end->error_status == PDU_RESOURCE_UNAVAILABLE ||
			end->error_status == PDU_COMMIT_FAILED ||
			end->error_status == PDU_UNDO_FAILED ||
			end->error_status == PDU_GEN_ERR;
	case FLEET_SET_DONE: case FLEET_SET_NOT_ASKED:
		break;
	}
	return false;
}

static void
ended(void *user, const struct store_target *t, const struct fleet_set_end *end)
{
	struct pass *p = user;
	const char *reason = end->reason;

	if (!passing(end))
		settle(p, t->device);
	if (end->how == FLEET_SET_DONE) {
		p->counts->acknowledged++;
		return;
	}
	p->counts->unacknowledged++;
	if (end->how == FLEET_SET_REFUSED && end->error_status == PDU_INCONSISTENT_VALUE)
		reason = "inconsistentValue: its log was cleared meanwhile, or another centre "
			"acknowledged more; one centre alone owns a device's reports";
	if (p->lines++ < POLL_LINES_MAX)
		log_warning("%s: its log is stored, but it was not told: %s", t->name, reason);
}

int
poll_acknowledge(struct store *s, struct conf *conf,
	const struct snmp_credential *credential, utc_s since, struct poll_counts *counts,
	struct err *e)
{
	struct pass p = { .store = s, .counts = counts };
	struct fleet_set set = {
		.conf = conf, .credential = credential, .value_count = VALUES, .fill = fill,
		.next = next, .ended = ended, .user = &p,
	};
	struct fleet_set_counts set_counts = {0};
	int rc;

	rc = store_targets_open_acknowledge(s, since, &p.targets, e);
	if (rc < 0)
		return rc;
	if (store_targets_count(p.targets) > 0)
		rc = fleet_set_run(&set, &set_counts, e);
	store_targets_close(p.targets);
	counts->stopped |= set_counts.stopped;
	if (p.lines > POLL_LINES_MAX)
		log_warning("%" PRIu64 " more devices were not told how far their log is stored",
			p.lines - POLL_LINES_MAX);
	if (flush(&p) < 0 && rc == 0) {
		*e = p.e;
		rc = p.rc;
	}
	return rc;
}

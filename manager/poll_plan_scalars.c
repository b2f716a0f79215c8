#include <config.h>

#include "manager/poll_plan_scalars.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/report/row.h"
#include "manager/poll_plan_rows.h"
#include "mibs/imgadm-mib.h"

enum { TOO_BIG = 1, ERRORS_MAX = 3 };

static const snmp_sub sys_uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3 };
static const snmp_sub sys_object_id[] = { 1, 3, 6, 1, 2, 1, 1, 2 };
static const snmp_sub sys_name[] = { 1, 3, 6, 1, 2, 1, 1, 5 };
#define OID(name) static const snmp_sub name[] = { IMGADM_OID_##name }
OID(imgDeviceId); OID(imgDeviceState); OID(imgDeviceUseCount);
OID(imgStructureDigest); OID(imgStructureRevision);
OID(imgErrorLogCapacity); OID(imgErrorLogOldest); OID(imgErrorLogNewest);
OID(imgErrorLogOverwritten);
OID(imgDeviceManufacturer); OID(imgDeviceModel); OID(imgDeviceSerialNumber);
OID(imgStructureLastChange);
const snmp_sub poll_plan_generation_oid[] = { IMGADM_OID_imgErrorLogGeneration };
const size_t poll_plan_generation_len = IMGADM_LEN_imgErrorLogGeneration;

static const struct {
	const snmp_sub *oid;
	size_t len;
} scalars[POLL_PLAN_SCALARS] = {
#define SCALAR(name, oid) [name] = { oid, sizeof(oid) / sizeof((oid)[0]) }
	SCALAR(POLL_PLAN_SYS_UPTIME, sys_uptime),
	SCALAR(POLL_PLAN_SYS_OBJECT_ID, sys_object_id),
	SCALAR(POLL_PLAN_SYS_NAME, sys_name),
	SCALAR(POLL_PLAN_DEVICE_ID, imgDeviceId),
	SCALAR(POLL_PLAN_STATE, imgDeviceState),
	SCALAR(POLL_PLAN_USE_COUNT, imgDeviceUseCount),
	SCALAR(POLL_PLAN_DIGEST, imgStructureDigest),
	SCALAR(POLL_PLAN_REVISION, imgStructureRevision),
	SCALAR(POLL_PLAN_GENERATION, poll_plan_generation_oid),
	SCALAR(POLL_PLAN_CAPACITY, imgErrorLogCapacity),
	SCALAR(POLL_PLAN_OLDEST, imgErrorLogOldest),
	SCALAR(POLL_PLAN_NEWEST, imgErrorLogNewest),
	SCALAR(POLL_PLAN_OVERWRITTEN, imgErrorLogOverwritten),
	SCALAR(POLL_PLAN_MANUFACTURER, imgDeviceManufacturer),
	SCALAR(POLL_PLAN_MODEL, imgDeviceModel),
	SCALAR(POLL_PLAN_SERIAL, imgDeviceSerialNumber),
	SCALAR(POLL_PLAN_LAST_CHANGE, imgStructureLastChange),
};

void
poll_plan_scalars_begin(struct poll_plan_scalars *s, bool v1)
{
	s->wanted = s->got = s->missing = s->nonsense = s->asked = 0;
	s->v1 = v1;
	s->most = 0;
	s->errors = 0;
	s->repaired = false;
	s->device = (struct device){ .state = DEVICE_UNKNOWN, .use_count = STORE_NOT_READ };
	s->log = (struct log_bounds){0};
	s->revision = 0;
	s->last_change = 0;
	s->sys_uptime_cs = 0;
	s->sys_object_id[0] = s->sys_name[0] = '\0';
}

void
poll_plan_scalars_want(struct poll_plan_scalars *s, unsigned set)
{
	if (s->v1)
		set &= ~POLL_PLAN_BIT(POLL_PLAN_USE_COUNT);
	s->wanted |= set;
	s->got &= ~set;
	s->missing &= ~set;
	s->errors = 0;
}

bool
poll_plan_scalars_request(struct poll_plan_scalars *s, struct snmp_request *ret_request)
{
	unsigned open = s->wanted & ~(s->got | s->missing);
	size_t n = 0;

	s->asked = 0;
	if (open == 0)
		return false;
	ret_request->op = SNMP_OP_GET;
	ret_request->non_repeaters = 0;
	ret_request->max_repetitions = 0;
	for (unsigned i = 0; i < POLL_PLAN_SCALARS; i++) {
		if (!(open & POLL_PLAN_BIT(i)))
			continue;
		if (s->most > 0 && n == s->most)
			break;
		snmp_name_set(&ret_request->names[n], scalars[i].oid, scalars[i].len);
		(void)snmp_name_append(&ret_request->names[n], 0);
		s->asked |= POLL_PLAN_BIT(i);
		n++;
	}
	ret_request->name_count = n;
	return true;
}

/* --- answers ------------------------------------------------------------------ */

static unsigned
count_asked(const struct poll_plan_scalars *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < POLL_PLAN_SCALARS; i++)
		n += (s->asked >> i) & 1;
	return n;
}

/* The n-th asked, from 1; 0 when there is none: a set. */
static unsigned
nth_asked(const struct poll_plan_scalars *s, int n)
{
	for (unsigned i = 0; i < POLL_PLAN_SCALARS; i++)
		if ((s->asked >> i) & 1 && --n == 0)
			return POLL_PLAN_BIT(i);
	return 0;
}

static void
after_error(struct poll_plan_scalars *s, const struct snmp_answer *a)
{
	unsigned count = count_asked(s), fault = nth_asked(s, a->error_index);

	if (a->error_status != TOO_BIG && fault != 0) {
		s->missing |= fault;
		/* Without its id it is no agent of ours: nothing more to ask. */
		if (fault == POLL_PLAN_BIT(POLL_PLAN_DEVICE_ID))
			s->missing |= s->wanted & (POLL_PLAN_OURS | POLL_PLAN_CLOSING);
		return;
	}
	if (a->error_status != TOO_BIG && s->errors++ == 0)
		return;	/* some say genErr now and then: once more */
	if (count == 1 || s->errors >= ERRORS_MAX + POLL_PLAN_SCALARS)
		s->missing |= s->asked;
	else
		s->most = count / 2;
}

static bool
take_u32(const struct snmp_varbind *vb, uint32_t *ret)
{
	uint64_t n;

	if (!row_number(vb, &n) || n > UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

static bool
take_text(struct poll_plan_scalars *s, const struct snmp_varbind *vb, char *dst,
	size_t size)
{
	if (vb->type != SNMP_TYPE_OCTETS)
		return false;
	if (!text_utf8(dst, size, vb->octets, vb->len))
		s->repaired = true;
	return true;
}

static bool
take_state(const struct snmp_varbind *vb, enum device_state *ret)
{
	uint64_t n;

	if (!row_number(vb, &n))
		return false;
	*ret = n <= UINT8_MAX && structure_name(NAME_DEVICE_STATE, (int)n) != NULL ?
		(enum device_state)n : DEVICE_UNKNOWN;
	return true;
}

static bool
take_date(const struct snmp_varbind *vb, utc_s *ret)
{
	if (vb->type != SNMP_TYPE_OCTETS)
		return false;
	if (clock_from_date_and_time(vb->octets, vb->len, ret) < 0)
		*ret = 0;
	return true;
}

static bool
take_digest(const struct snmp_varbind *vb, uint8_t ret[STRUCTURE_DIGEST_SIZE])
{
	if (vb->type != SNMP_TYPE_OCTETS || vb->len != STRUCTURE_DIGEST_SIZE)
		return false;
	memcpy(ret, vb->octets, STRUCTURE_DIGEST_SIZE);
	return true;
}

static bool
take(struct poll_plan_scalars *s, enum poll_plan_scalar which,
	const struct snmp_varbind *vb)
{
	switch (which) {
	case POLL_PLAN_SYS_UPTIME:
		return row_number(vb, &s->sys_uptime_cs);
	case POLL_PLAN_SYS_OBJECT_ID:
		if (vb->type != SNMP_TYPE_OID)
			return false;
		(void)snmp_name_text(vb->oid, vb->len, s->sys_object_id,
			sizeof(s->sys_object_id));
		return true;
	case POLL_PLAN_SYS_NAME:
		return take_text(s, vb, s->sys_name, sizeof(s->sys_name));
	case POLL_PLAN_DEVICE_ID:
		return take_text(s, vb, s->device.id, sizeof(s->device.id));
	case POLL_PLAN_STATE:
		return take_state(vb, &s->device.state);
	case POLL_PLAN_USE_COUNT:
		return row_number(vb, &s->device.use_count);
	case POLL_PLAN_DIGEST:
		return take_digest(vb, s->digest);
	case POLL_PLAN_REVISION:
		return take_u32(vb, &s->revision);
	case POLL_PLAN_GENERATION:
		return take_u32(vb, &s->log.generation);
	case POLL_PLAN_CAPACITY:
		return take_u32(vb, &s->log.capacity);
	case POLL_PLAN_OLDEST:
		return take_u32(vb, &s->log.oldest);
	case POLL_PLAN_NEWEST:
		return take_u32(vb, &s->log.newest);
	case POLL_PLAN_OVERWRITTEN:
		return take_u32(vb, &s->log.overwritten);
	case POLL_PLAN_MANUFACTURER:
		return take_text(s, vb, s->device.manufacturer,
			sizeof(s->device.manufacturer));
	case POLL_PLAN_MODEL:
		return take_text(s, vb, s->device.model, sizeof(s->device.model));
	case POLL_PLAN_SERIAL:
		return take_text(s, vb, s->device.serial_number,
			sizeof(s->device.serial_number));
	case POLL_PLAN_LAST_CHANGE:
		return take_date(vb, &s->last_change);
	case POLL_PLAN_SCALARS:
		break;
	}
	return false;
}

static bool
is_value_of(const struct snmp_varbind *vb, unsigned which)
{
	size_t len = scalars[which].len;

	return vb->name_len == len + 1 && vb->name[len] == 0 &&
		vb->type != SNMP_TYPE_NO_SUCH_OBJECT &&
		vb->type != SNMP_TYPE_NO_SUCH_INSTANCE &&
		vb->type != SNMP_TYPE_END_OF_MIB_VIEW &&
		snmp_name_below(scalars[which].oid, len, vb->name, vb->name_len);
}

void
poll_plan_scalars_answer(struct poll_plan_scalars *s, const struct snmp_answer *a)
{
	size_t at = 0;

	if (a->error_status != 0) {
		after_error(s, a);
		return;
	}
	/* In the order they were asked; what does not fit its place is missing. */
	for (unsigned i = 0; i < POLL_PLAN_SCALARS; i++) {
		if (!(s->asked & POLL_PLAN_BIT(i)))
			continue;
		if (at >= a->varbind_count || !is_value_of(&a->varbinds[at], i)) {
			s->missing |= POLL_PLAN_BIT(i);
		} else if (take(s, (enum poll_plan_scalar)i, &a->varbinds[at])) {
			s->got |= POLL_PLAN_BIT(i);
		} else {
			s->missing |= POLL_PLAN_BIT(i);
			s->nonsense |= POLL_PLAN_BIT(i);
		}
		at++;
	}
}

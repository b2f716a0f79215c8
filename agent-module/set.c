#include <config.h>

#include "agent-module/set_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"

/* --- what can be written ----------------------------------------------------------- */

enum group {
	GROUP_REPORT, GROUP_ADVICE, GROUP_UNIT, GROUP_UPDATE, GROUP_LOCK, GROUP_FLOOR,
};

struct writable {
	enum group group;
	unsigned column;
	enum set_type type;
	int64_t least, most;	/* of a number, or of octets */
};

#define NUMBER(g, name, type, least, most) \
	{ g, IMGADM_COL_ ## name, type, least, most }
#define UNSIGNED(g, name) NUMBER(g, name, SET_TYPE_UNSIGNED32, 0, UINT32_MAX)
#define TRUTH(g, name) NUMBER(g, name, SET_TYPE_INTEGER, SET_TRUE, SET_FALSE)
#define TEXT(g, name, most) { g, IMGADM_COL_ ## name, SET_TYPE_OCTETS, 0, most }
#define DATE(g, name) { g, IMGADM_COL_ ## name, SET_TYPE_OCTETS, SET_DATE_SHORT, \
	CLOCK_DATE_AND_TIME_SIZE }

static const struct writable WRITABLE[] = {
	UNSIGNED(GROUP_REPORT, imgReportStructureInterval),
	UNSIGNED(GROUP_REPORT, imgReportErrorLogInterval),
	UNSIGNED(GROUP_REPORT, imgReportErrorLogThreshold),
	NUMBER(GROUP_REPORT, imgReportSeverityTrigger, SET_TYPE_INTEGER, SEVERITY_INFORMATION,
		STATE_TRIGGER_OFF),
	TRUTH(GROUP_REPORT, imgReportOnConnect),
	TRUTH(GROUP_REPORT, imgReportOnChange),
	NUMBER(GROUP_REPORT, imgReportRequest, SET_TYPE_INTEGER, STATE_REQUEST_NONE,
		STATE_REQUEST_BOTH),
	UNSIGNED(GROUP_REPORT, imgReportRequestId),
	UNSIGNED(GROUP_REPORT, imgReportAcknowledgedGeneration),
	UNSIGNED(GROUP_REPORT, imgReportAcknowledgedIndex),
	TEXT(GROUP_ADVICE, imgAdviceSubject, STRUCTURE_LABEL_MAX),
	NUMBER(GROUP_ADVICE, imgAdviceKind, SET_TYPE_INTEGER, ADVICE_INCOMPATIBLE,
		ADVICE_INFORMATION),
	NUMBER(GROUP_ADVICE, imgAdviceSeverity, SET_TYPE_INTEGER, SEVERITY_INFORMATION,
		SEVERITY_SERVICE_CALL),
	TEXT(GROUP_ADVICE, imgAdviceText, STRUCTURE_TEXT_MAX),
	TEXT(GROUP_ADVICE, imgAdviceRecommendation, STRUCTURE_TEXT_MAX),
	TEXT(GROUP_ADVICE, imgAdviceRuleId, STRUCTURE_NAME_MAX),
	UNSIGNED(GROUP_ADVICE, imgAdviceCatalogueSerial),
	DATE(GROUP_ADVICE, imgAdviceCreated),
	NUMBER(GROUP_ADVICE, imgAdviceRowStatus, SET_TYPE_INTEGER, ROW_ACTIVE, ROW_DESTROY),
	NUMBER(GROUP_UNIT, imgUnitAdminState, SET_TYPE_INTEGER, UNIT_ADMIN_IN_SERVICE,
		UNIT_ADMIN_STANDBY),
	NUMBER(GROUP_UNIT, imgUnitAction, SET_TYPE_INTEGER, UNIT_ACTION_NONE, UNIT_ACTION_RESET),
	NUMBER(GROUP_UPDATE, imgUpdateBank, SET_TYPE_UNSIGNED32, 0, STRUCTURE_BANKS_MAX),
	TEXT(GROUP_UPDATE, imgUpdateSoftwareId, STRUCTURE_NAME_MAX),
	TEXT(GROUP_UPDATE, imgUpdateCreator, STRUCTURE_NAME_MAX),
	TEXT(GROUP_UPDATE, imgUpdateVersion, STRUCTURE_LABEL_MAX),
	UNSIGNED(GROUP_UPDATE, imgUpdateSequence),
	TEXT(GROUP_UPDATE, imgUpdateUri, UPDATE_URI_MAX),
	UNSIGNED(GROUP_UPDATE, imgUpdateSize),
	TEXT(GROUP_UPDATE, imgUpdateDigest, STRUCTURE_DIGEST_SIZE),
	NUMBER(GROUP_UPDATE, imgUpdateWhen, SET_TYPE_INTEGER, UPDATE_WHEN_STAGE_ONLY,
		UPDATE_WHEN_AT),
	DATE(GROUP_UPDATE, imgUpdateAt),
	TEXT(GROUP_UPDATE, imgUpdateTicket, UPDATE_TICKET_MAX),
	UNSIGNED(GROUP_UPDATE, imgUpdateGroup),
	UNSIGNED(GROUP_UPDATE, imgUpdateGroupSize),
	UNSIGNED(GROUP_UPDATE, imgUpdateExpires),
	UNSIGNED(GROUP_UPDATE, imgUpdateOrder),
	NUMBER(GROUP_UPDATE, imgUpdateOwner, SET_TYPE_INTEGER, UPDATE_OWNER_CENTRE,
		UPDATE_OWNER_LOCKED),
	NUMBER(GROUP_UPDATE, imgUpdateCommand, SET_TYPE_INTEGER, UPDATE_COMMAND_NONE,
		UPDATE_COMMAND_ROLLBACK),
	NUMBER(GROUP_LOCK, imgUpdateLock, SET_TYPE_INTEGER, 0, INT32_MAX),
	UNSIGNED(GROUP_FLOOR, imgSoftwareFloor),
};

static const table_sub report_base[] = { IMGADM_OID_imgReport };
static const table_sub advice_base[] = { IMGADM_OID_imgAdviceEntry };
static const table_sub unit_base[] = { IMGADM_OID_imgUnitEntry };
static const table_sub update_base[] = { IMGADM_OID_imgUpdateEntry };
static const table_sub lock_base[] = { IMGADM_OID_imgUpdate };
static const table_sub software_base[] = { IMGADM_OID_imgSoftwareEntry };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const table_sub *base;
	size_t base_len;
	size_t key_len;
} GROUPS[] = {
	[GROUP_REPORT] = { report_base, COUNT(report_base), 1 },
	[GROUP_ADVICE] = { advice_base, COUNT(advice_base), 1 },
	[GROUP_UNIT] = { unit_base, COUNT(unit_base), 1 },
	[GROUP_UPDATE] = { update_base, COUNT(update_base), 1 },
	[GROUP_LOCK] = { lock_base, COUNT(lock_base), 1 },
	[GROUP_FLOOR] = { software_base, COUNT(software_base), 2 },
};

struct set *
set_new(void)
{
	return calloc(1, sizeof(struct set));
}

void
set_free(struct set *set)
{
	if (set == NULL)
		return;
	if (set->open)
		state_rollback(set->state);
	free(set->advice);
	free(set->units);
	set_free_updates(set);
	free(set);
}

/* --- taking varbinds ------------------------------------------------------------------ */

static const struct writable *
find_writable(const struct set_varbind *vb)
{
	for (size_t i = 0; i < COUNT(WRITABLE); i++) {
		const struct writable *w = &WRITABLE[i];
		size_t len = GROUPS[w->group].base_len;

		if (vb->name_len > len && vb->name[len] == w->column &&
		    memcmp(vb->name, GROUPS[w->group].base, len * sizeof(*vb->name)) == 0)
			return w;
	}
	return NULL;
}

static enum set_status
check_value(const struct writable *w, const struct set_varbind *vb)
{
	if (vb->type != w->type)
		return SET_WRONG_TYPE;
	if (w->type != SET_TYPE_OCTETS)
		return vb->number < w->least || vb->number > w->most ? SET_WRONG_VALUE :
			SET_NO_ERROR;
	if (vb->octet_count < (size_t)w->least || vb->octet_count > (size_t)w->most)
		return SET_WRONG_LENGTH;
	return SET_NO_ERROR;
}

static enum set_status
take_scalar(struct set_scalar *s, uint32_t key, const struct set_varbind *vb)
{
	if (key != 0)
		return SET_NO_CREATION;
	if (s->given)
		return SET_INCONSISTENT_VALUE;
	*s = (struct set_scalar){ true, (uint32_t)vb->number, vb->at };
	return SET_NO_ERROR;
}

/* The row of that index; NULL when out of memory. */
static struct set_unit *
unit_row(struct set *set, uint32_t key, unsigned at)
{
	struct set_unit *rows;

	for (size_t i = 0; i < set->unit_count; i++)
		if (set->units[i].index == key)
			return &set->units[i];
	rows = realloc(set->units, (set->unit_count + 1) * sizeof(*rows));
	if (rows == NULL)
		return NULL;
	set->units = rows;
	rows += set->unit_count++;
	*rows = (struct set_unit){ .index = key, .at = at };
	return rows;
}

static enum set_status
take_unit(struct set *set, unsigned column, uint32_t key, const struct set_varbind *vb)
{
	unsigned bit = column == IMGADM_COL_imgUnitAction ? STATE_UNIT_ACTION :
		STATE_UNIT_ADMIN_STATE;
	struct set_unit *r = unit_row(set, key, vb->at);

	if (r == NULL)
		return SET_RESOURCE_UNAVAILABLE;
	if ((r->columns & bit) != 0)
		return SET_INCONSISTENT_VALUE;
	r->columns |= bit;
	if (bit == STATE_UNIT_ACTION) {
		r->action = (enum unit_action)vb->number;
		r->action_at = vb->at;
	} else {
		r->admin = (enum unit_admin_state)vb->number;
	}
	return SET_NO_ERROR;
}

/* The row of that index, new with the MIB's defaults; NULL when out of memory. */
static struct set_advice *
advice_row(struct set *set, uint32_t key, unsigned at)
{
	struct set_advice *rows;

	for (size_t i = 0; i < set->advice_count; i++)
		if (set->advice[i].row.index == key)
			return &set->advice[i];
	rows = realloc(set->advice, (set->advice_count + 1) * sizeof(*rows));
	if (rows == NULL)
		return NULL;
	set->advice = rows;
	rows += set->advice_count++;
	*rows = (struct set_advice){ .at = at, .row = { .index = key,
		.kind = ADVICE_INFORMATION, .severity = SEVERITY_INFORMATION } };
	return rows;
}

static enum set_status
take_status(struct set_advice *r, const struct set_varbind *vb)
{
	r->status = (enum row_status)vb->number;
	r->status_at = vb->at;
	switch (r->status) {
	case ROW_NOT_IN_SERVICE:
	case ROW_NOT_READY:
	case ROW_CREATE_AND_WAIT:
		return SET_WRONG_VALUE;
	case ROW_NOT_GIVEN:
	case ROW_ACTIVE:
	case ROW_CREATE_AND_GO:
	case ROW_DESTROY:
		break;
	}
	return SET_NO_ERROR;
}

static enum set_status
take_advice(struct set *set, unsigned column, uint32_t key, const struct set_varbind *vb)
{
	struct set_advice *r;

	if (key == 0)
		return SET_NO_CREATION;
	r = advice_row(set, key, vb->at);
	if (r == NULL)
		return SET_RESOURCE_UNAVAILABLE;
	if ((r->given & 1u << column) != 0)
		return SET_INCONSISTENT_VALUE;
	r->given |= 1u << column;
	switch (column) {
	case IMGADM_COL_imgAdviceSubject:
		return set_take_text(vb, r->row.subject);
	case IMGADM_COL_imgAdviceKind:
		r->row.kind = (enum advice_kind)vb->number;
		break;
	case IMGADM_COL_imgAdviceSeverity:
		r->row.severity = (enum severity)vb->number;
		break;
	case IMGADM_COL_imgAdviceText:
		return set_take_text(vb, r->row.text);
	case IMGADM_COL_imgAdviceRecommendation:
		return set_take_text(vb, r->row.recommendation);
	case IMGADM_COL_imgAdviceRuleId:
		return set_take_text(vb, r->row.rule_id);
	case IMGADM_COL_imgAdviceCatalogueSerial:
		r->row.catalogue_serial = (uint32_t)vb->number;
		break;
	case IMGADM_COL_imgAdviceCreated:
		return set_take_date(vb, &r->row.created);
	case IMGADM_COL_imgAdviceRowStatus:
		return take_status(r, vb);
	}
	return SET_NO_ERROR;
}

enum set_status
set_take(struct set *set, const struct set_varbind *vb)
{
	const struct writable *w = find_writable(vb);
	const table_sub *key;
	enum set_status status;

	if (w == NULL)
		return SET_NOT_WRITABLE;
	if (set->varbinds++ == SET_VARBINDS_MAX)
		return SET_RESOURCE_UNAVAILABLE;
	status = check_value(w, vb);
	if (status != SET_NO_ERROR)
		return status;
	key = vb->name + GROUPS[w->group].base_len + 1;
	if (vb->name_len != GROUPS[w->group].base_len + 1 + GROUPS[w->group].key_len)
		return SET_NO_CREATION;
	for (size_t i = 0; i < GROUPS[w->group].key_len; i++)
		if (key[i] > UINT32_MAX)
			return SET_NO_CREATION;
	switch (w->group) {
	case GROUP_REPORT:
		return take_scalar(&set->scalars[w->column], (uint32_t)key[0], vb);
	case GROUP_ADVICE:
		return take_advice(set, w->column, (uint32_t)key[0], vb);
	case GROUP_UNIT:
		return take_unit(set, w->column, (uint32_t)key[0], vb);
	case GROUP_UPDATE:
		return set_take_update(set, w->column, (uint32_t)key[0], vb);
	case GROUP_LOCK:
		return take_scalar(&set->lock, (uint32_t)key[0], vb);
	case GROUP_FLOOR:
		return set_take_floor(set, (uint32_t)key[0], (uint32_t)key[1], vb);
	}
	return SET_GEN_ERR;
}

/* --- all together --------------------------------------------------------------------- */

/*
 * A request and its number belong together; none(1) asks for nothing.  Where no
 * centre is set nobody would answer it: better said than kept.
 */
static struct set_verdict
check_request(const struct set *set, const struct snapshot *now)
{
	const struct set_scalar *request = SET_SCALAR(set, imgReportRequest);
	const struct set_scalar *id = SET_SCALAR(set, imgReportRequestId);
	bool asks = request->given && request->value != STATE_REQUEST_NONE;

	if (asks && (!id->given || !now->report.centre))
		return set_refused(SET_INCONSISTENT_VALUE, request->at);
	if (id->given && (!request->given || (asks && id->value == 0)))
		return set_refused(SET_INCONSISTENT_VALUE, id->at);
	return SET_FINE;
}

static struct set_verdict
check_acknowledged(const struct set *set, const struct snapshot *now)
{
	const struct set_scalar *generation = SET_SCALAR(set, imgReportAcknowledgedGeneration);
	const struct set_scalar *index = SET_SCALAR(set, imgReportAcknowledgedIndex);
	const struct state_report *r = &now->report;

	if (generation->given != index->given)
		return set_refused(SET_INCONSISTENT_VALUE,
			generation->given ? generation->at : index->at);
	if (!generation->given)
		return SET_FINE;
	if (generation->value != now->log.generation)
		return set_refused(SET_INCONSISTENT_VALUE, generation->at);
	if (index->value > now->log.newest ||
	    (r->acknowledged_generation == generation->value &&
	    index->value < r->acknowledged_index))
		return set_refused(SET_INCONSISTENT_VALUE, index->at);
	return SET_FINE;
}

static bool
advice_exists(const struct snapshot *now, uint32_t index)
{
	for (size_t i = 0; i < now->advice_count; i++)
		if (now->advice[i].index == index)
			return true;
	return false;
}

/* RFC 2579, RowStatus: without createAndWait and notInService. */
static struct set_verdict
check_advice(const struct set_advice *r, const struct snapshot *now)
{
	bool exists = advice_exists(now, r->row.index);
	bool columns = (r->given & ~(1u << IMGADM_COL_imgAdviceRowStatus)) != 0;

	switch (r->status) {
	case ROW_CREATE_AND_GO:
		return exists ? set_refused(SET_INCONSISTENT_VALUE, r->status_at) : SET_FINE;
	case ROW_DESTROY:
		return columns ? set_refused(SET_INCONSISTENT_VALUE, r->status_at) : SET_FINE;
	case ROW_ACTIVE:
		if (!exists || columns)
			return set_refused(SET_INCONSISTENT_VALUE, r->status_at);
		return SET_FINE;
	case ROW_NOT_GIVEN:
	case ROW_NOT_IN_SERVICE:
	case ROW_NOT_READY:
	case ROW_CREATE_AND_WAIT:
		break;
	}
	return set_refused(exists ? SET_INCONSISTENT_VALUE : SET_INCONSISTENT_NAME, r->at);
}

/* Unit 1 has a row for the trust file alone. */
static bool
has_installer(const struct snapshot *now, uint32_t index)
{
	for (size_t i = 0; i < now->update_count; i++)
		if (now->updates[i].unit_index == index)
			return index != 1;
	return false;
}

static struct set_verdict
check_unit(struct set_unit *r, const struct snapshot *now)
{
	const struct unit *u = structure_unit(&now->structure, r->index);

	if (u == NULL)
		return set_refused(SET_NO_CREATION, r->at);
	/* Nobody could reset it, or somebody does. */
	if ((r->columns & STATE_UNIT_ACTION) != 0 && (u->action == UNIT_ACTION_RESETTING ||
	    (r->action == UNIT_ACTION_RESET && !has_installer(now, r->index))))
		return set_refused(SET_INCONSISTENT_VALUE, r->action_at);
	(void)text_copy(r->symbol, sizeof(r->symbol), u->symbol);
	r->before = u->admin_state;
	r->action_before = u->action;
	return SET_FINE;
}

struct set_verdict
set_check(struct set *set, const struct snapshot *now)
{
	const struct set_scalar *threshold = SET_SCALAR(set, imgReportErrorLogThreshold);
	struct set_verdict v;

	if (!now->loaded)
		return set_refused(SET_RESOURCE_UNAVAILABLE, 0);
	v = check_request(set, now);
	if (v.status == SET_NO_ERROR)
		v = check_acknowledged(set, now);
	/* Nobody acknowledges: it would read 0. */
	if (v.status == SET_NO_ERROR && threshold->given && threshold->value != 0 &&
	    !now->report.centre)
		v = set_refused(SET_INCONSISTENT_VALUE, threshold->at);
	for (size_t i = 0; v.status == SET_NO_ERROR && i < set->advice_count; i++)
		v = check_advice(&set->advice[i], now);
	for (size_t i = 0; v.status == SET_NO_ERROR && i < set->unit_count; i++)
		v = check_unit(&set->units[i], now);
	return v.status == SET_NO_ERROR ? set_check_updates(set, now) : v;
}

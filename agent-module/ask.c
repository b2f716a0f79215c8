#include <config.h>

#include "agent-module/ask.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "mibs/imgadm-mib.h"
#include "mibs/imgadm-center-mib.h"
#include "lib/report/row.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { REPETITIONS = 50, RETRIES = 2, ANSWERS_MAX = 4000 };

/* --- which column stands where ----------------------------------------------- */

static const struct row_field device_fields[] = {
	ROW_TEXT_FIELD(imgCenterDeviceName, ask_facts, name, 1),
	ROW_FIELD(imgCenterLastContact, ROW_DATE, ask_facts, last_contact, 1),
	ROW_FIELD(imgCenterVerdict, ROW_U31, ask_facts, verdict, 1),
	ROW_TEXT_FIELD(imgCenterVerdictText, ask_facts, verdict_text, 1),
	ROW_FIELD(imgCenterJudged, ROW_DATE, ask_facts, judged, 1),
	ROW_FIELD(imgCenterTroubles, ROW_U32, ask_facts, troubles, 1),
	ROW_FIELD(imgCenterStructureRevision, ROW_U32, ask_facts, revision, 1),
	ROW_FIELD(imgCenterLogGeneration, ROW_U32, ask_facts, log_generation, 1),
	ROW_FIELD(imgCenterLogIndex, ROW_U32, ask_facts, log_index, 1),
};

static const struct row_field orders_fields[] = {
	ROW_FIELD(imgCenterOrdersNewest, ROW_U32, ask_facts, orders_newest, 1),
};

static const struct row_field unit_fields[] = {
	ROW_TEXT_FIELD(imgCenterUnitSymbol, ask_unit, symbol, 1),
	ROW_TEXT_FIELD(imgCenterUnitSoftwareId, ask_unit, software, 1),
	ROW_TEXT_FIELD(imgCenterUnitSoftwareVersion, ask_unit, version, 1),
	ROW_TEXT_FIELD(imgCenterUnitAdvisedId, ask_unit, advised, 1),
	ROW_TEXT_FIELD(imgCenterUnitAdvisedCreator, ask_unit, advised_creator, 1),
	ROW_TEXT_FIELD(imgCenterUnitAdvisedVersion, ask_unit, advised_version, 1),
	ROW_FIELD(imgCenterUnitSameModel, ROW_U32, ask_unit, same_model, 1),
	ROW_FIELD(imgCenterUnitSameSoftware, ROW_U32, ask_unit, same_software, 1),
	ROW_FIELD(imgCenterUnitErrorRate, ROW_I32, ask_unit, error_rate, 1),
	ROW_FIELD(imgCenterUnitModelErrorRate, ROW_I32, ask_unit, model_error_rate, 1),
};

#define ADVICE_FIELDS(prefix) \
	ROW_TEXT_FIELD(prefix##Subject, ask_advice, subject, 1), \
	ROW_FIELD(prefix##Kind, ROW_U31, ask_advice, kind, 1), \
	ROW_FIELD(prefix##Severity, ROW_U31, ask_advice, severity, 1), \
	ROW_TEXT_FIELD(prefix##Text, ask_advice, text, 1), \
	ROW_TEXT_FIELD(prefix##Recommendation, ask_advice, recommendation, 1), \
	ROW_TEXT_FIELD(prefix##RuleId, ask_advice, rule_id, 1), \
	ROW_FIELD(prefix##CatalogueSerial, ROW_U32, ask_advice, catalogue_serial, 1), \
	ROW_FIELD(prefix##Created, ROW_DATE, ask_advice, created, 1)

static const struct row_field advice_fields[] = { ADVICE_FIELDS(imgCenterAdvice) };

static const struct row_field order_fields[] = {
	ROW_FIELD(imgCenterAdviceOrderVerb, ROW_U31, ask_advice, verb, 1),
	ROW_FIELD(imgCenterAdviceOrderIndex, ROW_U32, ask_advice, advice, 1),
	ADVICE_FIELDS(imgCenterAdviceOrder),
};

static const struct row_field plan_fields[] = {
	ROW_TEXT_FIELD(imgCenterPlanUnit, ask_plan, symbol, 1),
	ROW_TEXT_FIELD(imgCenterPlanSoftwareId, ask_plan, software, 1),
	ROW_TEXT_FIELD(imgCenterPlanVersion, ask_plan, version, 1),
	ROW_FIELD(imgCenterPlanWhen, ROW_DATE, ask_plan, when, 1),
};

static const snmp_sub device_oid[] = { IMGADM_OID_imgCenterDevice };
static const snmp_sub orders_oid[] = { IMGADM_OID_imgCenterOrders };
static const snmp_sub unit_oid[] = { IMGADM_OID_imgCenterUnitEntry };
static const snmp_sub advice_oid[] = { IMGADM_OID_imgCenterAdviceEntry };
static const snmp_sub order_oid[] = { IMGADM_OID_imgCenterAdviceOrderEntry };
static const snmp_sub plan_oid[] = { IMGADM_OID_imgCenterPlanEntry };
static const snmp_sub root[] = { IMGADM_OID_imgCenterObjects };

/* A table, and where its rows stand in struct ask_facts; limit 0: scalars. */
struct place {
	const snmp_sub *oid;
	size_t len;
	const struct row_field *fields;
	size_t field_count;
	size_t limit, stride, rows, count;
};
#define SCALARS(oid, fields) { oid, COUNT(oid), fields, COUNT(fields), 0, 0, 0, 0 }
#define TABLE(oid, fields, limit, type, rows, count) { oid, COUNT(oid), fields, COUNT(fields), \
	limit, sizeof(struct type), offsetof(struct ask_facts, rows), \
	offsetof(struct ask_facts, count) }
static const struct place places[] = {
	TABLE(unit_oid, unit_fields, ASK_UNITS_MAX, ask_unit, units, unit_count),
	TABLE(advice_oid, advice_fields, ASK_ADVICE_MAX, ask_advice, advice, advice_count),
	TABLE(plan_oid, plan_fields, ASK_PLANS_MAX, ask_plan, plans, plan_count),
	TABLE(order_oid, order_fields, ASK_ORDERS_MAX, ask_advice, orders, order_count),
	SCALARS(device_oid, device_fields),
	SCALARS(orders_oid, orders_fields),
};

/* --- taking an answer -------------------------------------------------------- */

void
ask_facts_release(struct ask_facts *f)
{
	free(f->units);
	free(f->advice);
	free(f->plans);
	free(f->orders);
	*f = (struct ask_facts){0};
}

/* The row with an index, made at the end where there is none; NULL with *ret_rc. */
static void *
row_of(struct ask_facts *f, const struct place *p, uint32_t index, int *ret_rc)
{
	size_t *count = (size_t *)(void *)((char *)f + p->count);
	void **rows = (void **)(void *)((char *)f + p->rows);
	size_t low = 0, high = *count, mid;
	char *more;

	/* Every row begins with its index, and columns come in the order of rows. */
	while (low < high) {
		uint32_t have;

		mid = low + (high - low) / 2;
		(void)memcpy(&have, (char *)*rows + mid * p->stride, sizeof(have));
		if (have == index)
			return (char *)*rows + mid * p->stride;
		if (have < index)
			low = mid + 1;
		else
			high = mid;
	}
	*ret_rc = 0;
	if (low < *count)
		return NULL;	/* a row that its first column did not have */
	*ret_rc = *count == p->limit ? -E2BIG : -ENOMEM;
	more = *count == p->limit ? NULL : realloc(*rows, (*count + 1) * p->stride);
	if (more == NULL)
		return NULL;
	*rows = more;
	more += *count * p->stride;
	(void)memset(more, 0, p->stride);
	(void)memcpy(more, &index, sizeof(index));
	(*count)++;
	return more;
}

static void
take_digest(struct ask_facts *f, const struct snmp_varbind *vb)
{
	if (vb->type != SNMP_TYPE_OCTETS || (vb->len != 0 && vb->len != sizeof(f->digest))) {
		f->left_out++;
		return;
	}
	f->has_digest = vb->len != 0;
	if (f->has_digest)
		(void)memcpy(f->digest, vb->octets, sizeof(f->digest));
}

int
ask_take(struct ask_facts *f, const struct snmp_varbind *vb)
{
	const struct place *p = places, *end = places + COUNT(places);
	bool repaired = false;
	void *row = f;
	size_t i;
	int rc = 0;

	while (p < end && !(vb->name_len == p->len + 2 &&
	    snmp_name_below(p->oid, p->len, vb->name, vb->name_len)))
		p++;
	if (p == end)
		return 0;
	f->known = true;
	if (p->oid == device_oid && vb->name[p->len] == IMGADM_COL_imgCenterStructureDigest)
		take_digest(f, vb);
	for (i = 0; i < p->field_count && p->fields[i].column != vb->name[p->len]; i++)
		continue;
	if (i == p->field_count || vb->name[p->len + 1] > UINT32_MAX)
		return 0;
	if (p->limit > 0)
		row = row_of(f, p, (uint32_t)vb->name[p->len + 1], &rc);
	if (row == NULL && rc < 0)
		return rc;
	if (row == NULL || !row_take(&p->fields[i], vb, row, &repaired))
		f->left_out++;
	return 0;
}

/* --- asking ------------------------------------------------------------------ */

struct ask {
	struct ask_facts facts;
	struct snmp_job job;
	struct snmp_target target;
	struct snmp_name at;	/* the last name that came */
	unsigned answers;
	int rc;
	struct err *e;
};

static bool
end(struct ask *a, int rc, const char *what)
{
	a->rc = err_set(a->e, rc, "%s", what);
	return false;
}

static bool
ask_on(struct ask *a, struct snmp_request *request)
{
	request->op = SNMP_OP_GETBULK;
	request->max_repetitions = REPETITIONS;
	request->name_count = 1;
	request->names[0] = a->at;
	return true;
}

static bool
take(struct ask *a, const struct snmp_answer *answer, struct snmp_request *request)
{
	size_t i;
	int rc;

	if (answer->error_status != 0)
		return end(a, -EBADMSG, "the centre does not answer IMGADM-CENTER-MIB");
	if (answer->varbind_count == 0 || ++a->answers > ANSWERS_MAX)
		return end(a, -EBADMSG, "the centre's answers do not end");
	for (i = 0; i < answer->varbind_count; i++) {
		const struct snmp_varbind *vb = &answer->varbinds[i];

		if (vb->type == SNMP_TYPE_END_OF_MIB_VIEW ||
		    !snmp_name_below(root, COUNT(root), vb->name, vb->name_len))
			return false;
		if (snmp_name_compare(vb->name, vb->name_len, a->at.sub, a->at.len) <= 0)
			return end(a, -EBADMSG, "the centre's answers go in circles");
		rc = ask_take(&a->facts, vb);
		if (rc < 0)
			return end(a, rc, rc == -ENOMEM ? "out of memory" :
				"the centre answers more rows than there may be");
		snmp_name_set(&a->at, vb->name, vb->name_len);
	}
	return ask_on(a, request);
}

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *request)
{
	struct ask *a = job->user;

	if (answer == NULL) {
		snmp_name_set(&a->at, root, COUNT(root));
		return ask_on(a, request);
	}
	switch (answer->outcome) {
	case SNMP_ANSWERED:
		return take(a, answer, request);
	case SNMP_TIMED_OUT:
		return end(a, -EHOSTUNREACH, "no answer");
	case SNMP_REFUSED:
		return end(a, -EHOSTUNREACH, "nothing listens there: is imgadm-centerd running?");
	case SNMP_AUTH_FAILED:
		return end(a, -EACCES, "the centre does not take the user or its keys; "
			"imgadm-fleet enrol makes new ones");
	case SNMP_TIME_WINDOW:
		return end(a, -EACCES, "the centre's SNMPv3 clock does not hold still");
	case SNMP_FAULT:
		break;
	}
	return end(a, -EIO, answer->detail != NULL ? answer->detail : "it could not be asked");
}

static void
done(struct snmp_job *job, enum snmp_end how)
{
	(void)job;
	(void)how;
}

/* In numbers, at the port of notifications where none is said. */
static int
resolve(const char *address, char dst[SNMP_ADDRESS_MAX], struct err *e)
{
	struct snmp_resolve_item item = { .spec = address };
	size_t len = strlen(address), at;
	int rc;

	rc = snmp_resolve(&item, 1, ASK_DEADLINE_MS, e);
	if (rc < 0)
		return rc;
	if (item.code < 0) {
		*e = item.err;
		return item.code == -EINVAL ? -EINVAL : -EHOSTUNREACH;
	}
	at = strlen(item.numeric) - 4;
	if (strcmp(item.numeric + at, ":161") == 0 &&
	    (len < 4 || strcmp(address + len - 4, ":161") != 0))
		(void)snprintf(item.numeric + at, sizeof(item.numeric) - at, ":%d", ASK_PORT);
	(void)text_copy(dst, SNMP_ADDRESS_MAX, item.numeric);
	return 0;
}

int
ask_run(const char *address, const struct snmp_credential *credential,
	struct ask_facts *ret, struct err *e)
{
	static const struct snmp_engine_options options = { .window = 1 };
	struct ask a = { .e = e };
	struct snmp_engine *engine = NULL;
	struct event_base *base;

	a.target = (struct snmp_target){ .credential = credential, .retries = RETRIES };
	a.rc = resolve(address, a.target.address, e);
	if (a.rc < 0) {
		err_prefix(e, "%s", address);
		return a.rc;
	}
	a.job = (struct snmp_job){ .target = &a.target, .step = step, .done = done, .user = &a };
	base = event_base_new();
	if (base == NULL)
		return err_set(e, -ENOMEM, "cannot make an event loop");
	engine = snmp_engine_new(base, &options, e);
	if (engine == NULL)
		a.rc = -EMFILE;
	else if (snmp_engine_add(engine, &a.job) < 0)
		a.rc = err_set(e, -ENOMEM, "out of memory");
	else
		(void)snmp_engine_run(engine);
	snmp_engine_free(engine);
	event_base_free(base);
	if (a.rc < 0) {
		err_prefix(e, "%s", address);
		ask_facts_release(&a.facts);
		return a.rc;
	}
	*ret = a.facts;
	return 0;
}

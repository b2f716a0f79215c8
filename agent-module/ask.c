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

enum { REPETITIONS = 50, RETRIES = 2, ANSWERS_MAX = 4000, BESIDE = 4 };

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

/* update_want's digest, which may be empty, and ticket are taken by themselves. */
static const struct row_field update_fields[] = {
	ROW_FIELD(imgCenterUpdateOrderUnit, ROW_U31, ask_update, unit, 1),
	ROW_TEXT_FIELD(imgCenterUpdateOrderUnitSerial, ask_update, unit_serial, 1),
	ROW_FIELD(imgCenterUpdateOrderBank, ROW_U8, ask_update, want.bank, 1),
	ROW_TEXT_FIELD(imgCenterUpdateOrderSoftwareId, ask_update, want.software, 1),
	ROW_TEXT_FIELD(imgCenterUpdateOrderCreator, ask_update, want.creator, 1),
	ROW_TEXT_FIELD(imgCenterUpdateOrderVersion, ask_update, want.version, 1),
	ROW_FIELD(imgCenterUpdateOrderSequence, ROW_U32, ask_update, want.sequence, 1),
	ROW_TEXT_FIELD(imgCenterUpdateOrderUri, ask_update, want.uri, 1),
	ROW_FIELD(imgCenterUpdateOrderSize, ROW_U32, ask_update, want.size, 1),
	ROW_FIELD(imgCenterUpdateOrderWhen, ROW_U31, ask_update, want.when, 1),
	ROW_FIELD(imgCenterUpdateOrderAt, ROW_DATE, ask_update, want.at, 1),
	ROW_FIELD(imgCenterUpdateOrderGroup, ROW_U32, ask_update, want.group, 1),
	ROW_FIELD(imgCenterUpdateOrderGroupSize, ROW_U32, ask_update, want.group_size, 1),
	ROW_FIELD(imgCenterUpdateOrderExpires, ROW_U32, ask_update, want.expires_s, 1),
	ROW_FIELD(imgCenterUpdateOrderCommand, ROW_U31, ask_update, command, 1),
};

static const snmp_sub device_oid[] = { IMGADM_OID_imgCenterDevice };
static const snmp_sub orders_oid[] = { IMGADM_OID_imgCenterOrders };
static const snmp_sub unit_oid[] = { IMGADM_OID_imgCenterUnitEntry };
static const snmp_sub advice_oid[] = { IMGADM_OID_imgCenterAdviceEntry };
static const snmp_sub order_oid[] = { IMGADM_OID_imgCenterAdviceOrderEntry };
static const snmp_sub update_oid[] = { IMGADM_OID_imgCenterUpdateOrderEntry };
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
	TABLE(update_oid, update_fields, ASK_ORDERS_MAX, ask_update, updates, update_count),
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
	free(f->updates);
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

/* The digest, or the ticket, of an order; false = neither of them, *ret_good where it is. */
static bool
take_image(struct ask_update *u, const struct snmp_varbind *vb, unsigned long column,
	bool *ret_good)
{
	struct update_want *w = &u->want;

	*ret_good = vb->type == SNMP_TYPE_OCTETS;
	if (column == IMGADM_COL_imgCenterUpdateOrderTicket) {
		*ret_good = *ret_good && vb->len <= sizeof(w->ticket);
		w->ticket_len = *ret_good ? (uint16_t)vb->len : 0;
		if (w->ticket_len > 0)
			(void)memcpy(w->ticket, vb->octets, vb->len);
		return true;
	}
	if (column != IMGADM_COL_imgCenterUpdateOrderDigest)
		return false;
	*ret_good = *ret_good && (vb->len == 0 || vb->len == sizeof(w->digest));
	w->digest_known = *ret_good && vb->len != 0;
	if (w->digest_known)
		(void)memcpy(w->digest, vb->octets, vb->len);
	return true;
}

bool
ask_order_is_whole(const struct ask_advice *order)
{
	return order->cells == COUNT(order_fields);
}

bool
ask_update_is_whole(const struct ask_update *order)
{
	return order->cells == COUNT(update_fields) + 2;	/* digest and ticket */
}

/* A cell into the row that it is of. */
static bool
take_cell(const struct place *p, const struct row_field *f, const struct snmp_varbind *vb,
	void *row)
{
	bool repaired = false, good;

	if (p->oid != update_oid || !take_image(row, vb, vb->name[p->len], &good))
		good = f != NULL && row_take(f, vb, row, &repaired);
	if (good && p->oid == update_oid)
		((struct ask_update *)row)->cells++;
	if (good && p->oid == order_oid)
		((struct ask_advice *)row)->cells++;
	return good;
}

int
ask_take(struct ask_facts *f, const struct snmp_varbind *vb)
{
	const struct place *p = places, *end = places + COUNT(places);
	const struct row_field *field = NULL;
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
	for (i = 0; i < p->field_count && field == NULL; i++)
		if (p->fields[i].column == vb->name[p->len])
			field = &p->fields[i];
	if ((field == NULL && p->oid != update_oid) || vb->name[p->len + 1] > UINT32_MAX)
		return 0;
	if (p->limit > 0)
		row = row_of(f, p, (uint32_t)vb->name[p->len + 1], &rc);
	if (row == NULL && rc < 0)
		return rc;
	if (row == NULL || !take_cell(p, field, vb, row))
		f->left_out++;
	return 0;
}

/* --- asking ------------------------------------------------------------------ */

static bool
end(struct ask_walk *w, int rc, const char *what)
{
	w->rc = err_set(w->e, rc, "%s", what);
	return false;
}

/* Where a walk begins, and what it does not leave. */
static const snmp_sub *
subtree(const struct ask_walk *w, size_t *ret_len)
{
	*ret_len = w->what == ASK_ALL ? COUNT(root) : COUNT(orders_oid);
	return w->what == ASK_ALL ? root : orders_oid;
}

/* With the orders come what the centre has: the scalars behind these names. */
static void
begin(struct ask_walk *w, struct snmp_request *request)
{
	static const snmp_sub beside[BESIDE][COUNT(device_oid) + 1] = {
		{ IMGADM_OID_imgCenterDevice, IMGADM_COL_imgCenterStructureRevision },
		{ IMGADM_OID_imgCenterDevice, IMGADM_COL_imgCenterStructureDigest },
		{ IMGADM_OID_imgCenterDevice, IMGADM_COL_imgCenterLogGeneration },
		{ IMGADM_OID_imgCenterDevice, IMGADM_COL_imgCenterLogIndex },
	};
	size_t len;
	const snmp_sub *top = subtree(w, &len);

	snmp_name_set(&w->at, top, len);
	request->op = SNMP_OP_GETBULK;
	request->max_repetitions = REPETITIONS;
	request->non_repeaters = w->what == ASK_ALL ? 0 : BESIDE;
	request->name_count = request->non_repeaters + 1;
	for (size_t i = 0; i < request->non_repeaters; i++)
		snmp_name_set(&request->names[i], beside[i], COUNT(beside[i]));
	request->names[request->non_repeaters] = w->at;
}

static bool
ask_on(struct ask_walk *w, struct snmp_request *request)
{
	request->op = SNMP_OP_GETBULK;
	request->max_repetitions = REPETITIONS;
	request->non_repeaters = 0;
	request->name_count = 1;
	request->names[0] = w->at;
	return true;
}

/* What came beside the walk: taken where it is a scalar's, as asked. */
static int
take_beside(struct ask_walk *w, const struct snmp_varbind *vb)
{
	if (vb->type == SNMP_TYPE_END_OF_MIB_VIEW || vb->type == SNMP_TYPE_NO_SUCH_OBJECT ||
	    vb->type == SNMP_TYPE_NO_SUCH_INSTANCE ||
	    !snmp_name_below(device_oid, COUNT(device_oid), vb->name, vb->name_len))
		return 0;
	return ask_take(&w->facts, vb);
}

static bool
take(struct ask_walk *w, const struct snmp_answer *answer, struct snmp_request *request)
{
	size_t i, len, beside = w->answers == 0 && w->what != ASK_ALL ? BESIDE : 0;
	const snmp_sub *top = subtree(w, &len);
	int rc = 0;

	if (answer->error_status != 0)
		return end(w, -EBADMSG, "the centre does not answer IMGADM-CENTER-MIB");
	if (answer->varbind_count <= beside || ++w->answers > ANSWERS_MAX)
		return end(w, -EBADMSG, "the centre's answers do not end");
	for (i = 0; i < answer->varbind_count; i++) {
		const struct snmp_varbind *vb = &answer->varbinds[i];

		if (i < beside) {
			rc = take_beside(w, vb);
		} else if (vb->type == SNMP_TYPE_END_OF_MIB_VIEW ||
		    !snmp_name_below(top, len, vb->name, vb->name_len)) {
			return false;
		} else if (snmp_name_compare(vb->name, vb->name_len, w->at.sub, w->at.len) <= 0) {
			return end(w, -EBADMSG, "the centre's answers go in circles");
		} else {
			rc = ask_take(&w->facts, vb);
			snmp_name_set(&w->at, vb->name, vb->name_len);
		}
		if (rc < 0)
			return end(w, rc, rc == -ENOMEM ? "out of memory" :
				"the centre answers more rows than there may be");
	}
	return ask_on(w, request);
}

bool
ask_step(struct ask_walk *w, const struct snmp_answer *answer, struct snmp_request *request)
{
	if (answer == NULL) {
		begin(w, request);
		return true;
	}
	switch (answer->outcome) {
	case SNMP_ANSWERED:
		return take(w, answer, request);
	case SNMP_TIMED_OUT:
		return end(w, -EHOSTUNREACH, "no answer");
	case SNMP_REFUSED:
		return end(w, -EHOSTUNREACH, "nothing listens there: is imgadm-centerd running?");
	case SNMP_AUTH_FAILED:
		return end(w, -EACCES, "the centre does not take the user or its keys; "
			"imgadm-fleet enrol makes new ones");
	case SNMP_TIME_WINDOW:
		return end(w, -EACCES, "the centre's SNMPv3 clock does not hold still");
	case SNMP_FAULT:
		break;
	}
	return end(w, -EIO, answer->detail != NULL ? answer->detail : "it could not be asked");
}

/* --- waiting for it ----------------------------------------------------------- */

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *request)
{
	return ask_step(job->user, answer, request);
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
ask_wait(const char *address, struct snmp_job *job, struct err *e)
{
	static const struct snmp_engine_options options = { .window = 1 };
	struct snmp_engine *engine;
	struct event_base *base;
	int rc;

	rc = resolve(address, job->target->address, e);
	if (rc < 0) {
		err_prefix(e, "%s", address);
		return rc;
	}
	base = event_base_new();
	if (base == NULL)
		return err_set(e, -ENOMEM, "cannot make an event loop");
	engine = snmp_engine_new(base, &options, e);
	if (engine == NULL)
		rc = -EMFILE;
	else if (snmp_engine_add(engine, job) < 0)
		rc = err_set(e, -ENOMEM, "out of memory");
	else
		(void)snmp_engine_run(engine);
	snmp_engine_free(engine);
	event_base_free(base);
	return rc;
}

int
ask_run(const char *address, const struct snmp_credential *credential,
	enum ask_what what, struct ask_facts *ret, struct err *e)
{
	struct ask_walk w = { .what = what, .e = e };
	struct snmp_target target = { .credential = credential, .retries = RETRIES };
	struct snmp_job job = { .target = &target, .step = step, .done = done, .user = &w };
	int rc;

	rc = ask_wait(address, &job, e);
	if (rc == 0 && w.rc < 0) {
		rc = w.rc;
		err_prefix(e, "%s", address);
	}
	if (rc < 0)
		ask_facts_release(&w.facts);
	else
		*ret = w.facts;
	return rc;
}

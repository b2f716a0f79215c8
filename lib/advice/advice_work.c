#include <config.h>

#include "lib/advice/advice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/snmp/pdu.h"
#include "mibs/imgadm-mib.h"

enum {
	COLUMNS = 7,		/* that are read */
	REPETITIONS = 4,	/* rows an answer: a row is up to 800 octets */
	ENTRY_LEN = IMGADM_LEN_imgAdviceEntry,
	NAME_LEN = ENTRY_LEN + 2,	/* column and index */
	PUT_VALUES = 9,
	STEPS_MAX = 2 * STORE_ADVICE_MAX,
	CREATE_AND_GO = 4, DESTROY = 6,	/* RowStatus, RFC 2579 */
};

static const snmp_sub entry[] = { IMGADM_OID_imgAdviceEntry };
static const unsigned read_columns[COLUMNS] = {
	IMGADM_COL_imgAdviceSubject, IMGADM_COL_imgAdviceKind,
	IMGADM_COL_imgAdviceSeverity, IMGADM_COL_imgAdviceText,
	IMGADM_COL_imgAdviceRecommendation, IMGADM_COL_imgAdviceRuleId,
	IMGADM_COL_imgAdviceCatalogueSerial,
};

enum doing { READING = 1, WRITING };

struct work {
	struct snmp_job job;
	struct store *store;
	int64_t device;
	void (*done)(void *user, const struct advice_result *result);
	void *user;
	enum doing doing;
	unsigned rounds;
	bool again;		/* something was refused that another round may bring */
	/* As read; rows ascend by index. */
	struct advice_row rows[ADVICE_ROWS_MAX];
	size_t row_count;
	/* What the store wants, and what is to be done about it. */
	struct store_advice_row *wanted;
	size_t wanted_count;
	struct advice_step steps[STEPS_MAX];
	size_t step_count, at;
	/* The SET under way. */
	snmp_sub names[PUT_VALUES][NAME_LEN];
	struct snmp_varbind values[PUT_VALUES];
	size_t value_count;
	uint8_t created[CLOCK_DATE_AND_TIME_SIZE];
	struct advice_result result;
};

static bool
end(struct work *w, enum advice_end how, const char *detail)
{
	w->result.end = how;
	if (detail != w->result.detail)
		(void)text_copy(w->result.detail, sizeof(w->result.detail), detail);
	return false;
}

static bool
end_store(struct work *w, const struct err *e)
{
	return end(w, ADVICE_FAILED, e->text);
}

/* --- what the device has -------------------------------------------------------------- */

static void
ask_rows(struct work *w, struct snmp_request *request)
{
	size_t i;

	w->doing = READING;
	request->op = SNMP_OP_GETBULK;
	request->max_repetitions = REPETITIONS;
	request->name_count = COLUMNS;
	for (i = 0; i < COLUMNS; i++) {
		snmp_name_set(&request->names[i], entry, ENTRY_LEN);
		(void)snmp_name_append(&request->names[i], read_columns[i]);
		if (w->row_count > 0)
			(void)snmp_name_append(&request->names[i],
				w->rows[w->row_count - 1].index);
	}
}

static bool
begin_round(struct work *w, struct snmp_request *request)
{
	w->rounds++;
	w->row_count = 0;
	w->again = false;
	ask_rows(w, request);
	return true;
}

/* A cell of the row; false when it cannot be one of that column. */
static bool
take_cell(struct store_advice_item *i, unsigned column, const struct snmp_varbind *v)
{
	bool number = v->type == SNMP_TYPE_INTEGER && v->integer >= 0 && v->integer <= INT32_MAX;

	switch (column) {
	case IMGADM_COL_imgAdviceKind:
		i->kind = number ? (enum store_advice_kind)v->integer : STORE_ADVICE_INFORMATION;
		return number;
	case IMGADM_COL_imgAdviceSeverity:
		i->severity = number ? (enum severity)v->integer : SEVERITY_INFORMATION;
		return number;
	case IMGADM_COL_imgAdviceCatalogueSerial:
		i->catalogue_serial = v->type == SNMP_TYPE_GAUGE32 ? (uint32_t)v->number : 0;
		return v->type == SNMP_TYPE_GAUGE32;
	}
	if (v->type != SNMP_TYPE_OCTETS)
		return false;
	if (column == IMGADM_COL_imgAdviceSubject)
		(void)text_utf8(i->subject, sizeof(i->subject), v->octets, v->len);
	else if (column == IMGADM_COL_imgAdviceText)
		(void)text_utf8(i->text, sizeof(i->text), v->octets, v->len);
	else if (column == IMGADM_COL_imgAdviceRecommendation)
		(void)text_utf8(i->recommendation, sizeof(i->recommendation), v->octets, v->len);
	else
		(void)text_utf8(i->rule_id, sizeof(i->rule_id), v->octets, v->len);
	return true;
}

/* The next row of COLUMNS varbinds: 1; 0 at the table's end; -EBADMSG. */
static int
take_row(struct work *w, const struct snmp_varbind *v)
{
	struct advice_row row = {0};
	size_t i, k;

	for (i = 0; i < COLUMNS; i++) {
		if (v[i].name_len != NAME_LEN ||
		    !snmp_name_below(entry, ENTRY_LEN, v[i].name, v[i].name_len) ||
		    v[i].name[ENTRY_LEN] != read_columns[i] ||
		    v[i].type == SNMP_TYPE_END_OF_MIB_VIEW)
			break;
		if (i == 0)
			row.index = (uint32_t)v[i].name[ENTRY_LEN + 1];
		if (v[i].name[ENTRY_LEN + 1] != row.index ||
		    !take_cell(&row.item, read_columns[i], &v[i]))
			return -EBADMSG;
	}
	/* Columns end together: the table is dense. */
	if (i == 0)
		return 0;
	if (i < COLUMNS || w->row_count == ADVICE_ROWS_MAX)
		return -EBADMSG;
	for (k = 0; k < w->row_count; k++)
		if (w->rows[k].index >= row.index)
			return -EBADMSG;
	w->rows[w->row_count++] = row;
	return 1;
}

/* 1 there may be more, 0 all were read, -EBADMSG. */
static int
take_rows(struct work *w, const struct snmp_answer *a)
{
	size_t i;
	int rc;

	if (a->varbind_count < COLUMNS)
		return -EBADMSG;
	for (i = 0; i + COLUMNS <= a->varbind_count; i += COLUMNS) {
		rc = take_row(w, &a->varbinds[i]);
		if (rc <= 0)
			return rc;
	}
	return 1;
}

/* --- what is to be written -------------------------------------------------------------- */

static struct snmp_varbind *
value(struct work *w, unsigned column, uint32_t index, enum snmp_type type)
{
	struct snmp_varbind *v = &w->values[w->value_count];
	snmp_sub *name = w->names[w->value_count++];

	(void)memcpy(name, entry, sizeof(entry));
	name[ENTRY_LEN] = column;
	name[ENTRY_LEN + 1] = index;
	*v = (struct snmp_varbind){ .name = name, .name_len = NAME_LEN, .type = type };
	return v;
}

static void
value_integer(struct work *w, unsigned column, uint32_t index, int64_t integer)
{
	value(w, column, index, SNMP_TYPE_INTEGER)->integer = integer;
}

static void
value_text(struct work *w, unsigned column, uint32_t index, const char *text)
{
	struct snmp_varbind *v = value(w, column, index, SNMP_TYPE_OCTETS);

	v->octets = (const uint8_t *)text;
	v->len = strlen(text);
}

static void
put_values(struct work *w, const struct store_advice_row *r)
{
	const struct store_advice_item *i = &r->item;
	struct snmp_varbind *v;

	value_text(w, IMGADM_COL_imgAdviceSubject, r->index, i->subject);
	value_integer(w, IMGADM_COL_imgAdviceKind, r->index, i->kind);
	value_integer(w, IMGADM_COL_imgAdviceSeverity, r->index, i->severity);
	value_text(w, IMGADM_COL_imgAdviceText, r->index, i->text);
	value_text(w, IMGADM_COL_imgAdviceRecommendation, r->index, i->recommendation);
	value_text(w, IMGADM_COL_imgAdviceRuleId, r->index, i->rule_id);
	value(w, IMGADM_COL_imgAdviceCatalogueSerial, r->index, SNMP_TYPE_GAUGE32)->number =
		i->catalogue_serial;
	clock_date_and_time(r->created, w->created);
	v = value(w, IMGADM_COL_imgAdviceCreated, r->index, SNMP_TYPE_OCTETS);
	v->octets = w->created;
	v->len = sizeof(w->created);
	value_integer(w, IMGADM_COL_imgAdviceRowStatus, r->index, CREATE_AND_GO);
}

/* What needs no SET: 0, or negative with e. */
static int
note(struct work *w, const struct advice_step *s, struct err *e)
{
	const struct store_advice_row *r = &w->wanted[s->row];
	uint32_t index;

	switch (s->what) {
	case ADVICE_NOTE_DONE:
		return store_advice_done(w->store, w->device, r->index, e);
	case ADVICE_REINDEX:
		w->again = true;
		return store_advice_reindex(w->store, w->device, r->index, &index, e);
	case ADVICE_LEAVE:
		w->result.left_out++;
		return r->done ? store_advice_undone(w->store, w->device, r->index, e) : 0;
	case ADVICE_PUT:
	case ADVICE_REMOVE:
		break;
	}
	return 0;
}

/* All steps are done, or could not be: once more, or the end. */
static bool
end_round(struct work *w, struct snmp_request *request)
{
	if (!w->again)
		return end(w, ADVICE_STANDS, "");
	if (w->rounds < ADVICE_TRIES)
		return begin_round(w, request);
	return end(w, ADVICE_REFUSED, w->result.detail[0] != '\0' ? w->result.detail :
		"the table of advice did not hold still");
}

/* On to the next step that wants a SET. */
static bool
next_step(struct work *w, struct snmp_request *request)
{
	struct err e = {0};

	for (; w->at < w->step_count; w->at++) {
		const struct advice_step *s = &w->steps[w->at];
		const struct store_advice_row *r = &w->wanted[s->row];
		int rc;

		if (s->what == ADVICE_PUT || s->what == ADVICE_REMOVE) {
			w->value_count = 0;
			if (s->what == ADVICE_PUT)
				put_values(w, r);
			else
				value_integer(w, IMGADM_COL_imgAdviceRowStatus, r->index, DESTROY);
			w->doing = WRITING;
			request->op = SNMP_OP_SET;
			request->values = w->values;
			request->value_count = w->value_count;
			return true;
		}
		rc = note(w, s, &e);
		/* Someone else settled it: the next round sees. */
		if (rc < 0 && rc != -ENOENT)
			return end_store(w, &e);
	}
	return end_round(w, request);
}

static bool
write_rows(struct work *w, struct snmp_request *request)
{
	struct store_advice_row *wanted = NULL;
	struct err e = {0};
	size_t count = 0;

	if (store_advice_list(w->store, w->device, &wanted, &count, &e) < 0)
		return end_store(w, &e);
	free(w->wanted);
	w->wanted = wanted;
	w->wanted_count = count < STEPS_MAX ? count : STEPS_MAX;
	w->result.left_out = 0;
	w->step_count = advice_plan(w->wanted, w->wanted_count, w->rows, w->row_count, w->steps);
	w->at = 0;
	return next_step(w, request);
}

/* --- answers -------------------------------------------------------------------------------- */

/* A SET succeeded: the store is to know before anything else. */
static bool
settled(struct work *w, struct snmp_request *request)
{
	const struct advice_step *s = &w->steps[w->at++];
	const struct store_advice_row *r = &w->wanted[s->row];
	bool put = s->what == ADVICE_PUT;
	struct err e = {0};
	int rc;

	if (!put && r->wanted) {
		w->result.left_out++;
		rc = store_advice_undone(w->store, w->device, r->index, &e);
	} else {
		rc = store_advice_done(w->store, w->device, r->index, &e);
	}
	if (rc < 0 && rc != -ENOENT)
		return end_store(w, &e);
	if (put)
		w->result.put++;
	else
		w->result.removed++;
	return next_step(w, request);
}

/* Why a SET was refused; NULL = it may succeed after another look. */
static const char *
refusal(int status)
{
	switch (status) {
	case PDU_INCONSISTENT_VALUE:
	case PDU_INCONSISTENT_NAME:
	case PDU_RESOURCE_UNAVAILABLE:
		return NULL;
	case PDU_NOT_WRITABLE:
	case PDU_READ_ONLY:
		return "notWritable: its agent admits no writes (as subagent: imgadmTrustMaster)";
	case PDU_AUTHORIZATION_ERROR:
		return "authorizationError: it wants SNMPv3 authPriv";
	case PDU_NO_ACCESS:
		return "noAccess: its snmpd's access control admits no writes to this user";
	case PDU_NO_SUCH_NAME:
	case PDU_NO_CREATION:
		return "it does not know IMGADM-MIB's advice";
	}
	return "";
}

static bool
refused(struct work *w, const struct snmp_answer *a, struct snmp_request *request)
{
	const char *why = refusal(a->error_status);
	char text[96];

	if (why == NULL) {
		(void)snprintf(w->result.detail, sizeof(w->result.detail),
			"refused: error-status %d, %u times", a->error_status, w->rounds);
		w->again = true;
		w->at++;
		return next_step(w, request);
	}
	if (why[0] == '\0') {
		(void)snprintf(text, sizeof(text), "refused: error-status %d at varbind %d",
			a->error_status, a->error_index);
		why = text;
	}
	return end(w, ADVICE_REFUSED, why);
}

static bool
answered(struct work *w, const struct snmp_answer *a, struct snmp_request *request)
{
	int rc;

	if (w->doing == WRITING)
		return a->error_status == PDU_NO_ERROR ? settled(w, request) :
			refused(w, a, request);
	if (a->error_status != PDU_NO_ERROR)
		return end(w, ADVICE_REFUSED, "its table of advice cannot be read");
	rc = take_rows(w, a);
	if (rc < 0)
		return end(w, ADVICE_REFUSED, "its table of advice makes no sense");
	if (rc == 0)
		return write_rows(w, request);
	ask_rows(w, request);
	return true;
}

static bool
step(struct snmp_job *job, const struct snmp_answer *a, struct snmp_request *request)
{
	struct work *w = job->user;

	if (a == NULL)
		return begin_round(w, request);
	switch (a->outcome) {
	case SNMP_ANSWERED:
		return answered(w, a, request);
	case SNMP_TIMED_OUT:
		return end(w, ADVICE_UNREACHABLE, "no answer");
	case SNMP_REFUSED:
		return end(w, ADVICE_UNREACHABLE, "nothing listens there");
	case SNMP_AUTH_FAILED:
		return end(w, ADVICE_REFUSED, "its agent does not take the user or its keys");
	case SNMP_TIME_WINDOW:
		return end(w, ADVICE_REFUSED, "its agent's SNMPv3 clock does not hold still");
	case SNMP_FAULT:
		break;
	}
	return end(w, ADVICE_FAILED, a->detail != NULL ? a->detail : "it could not be asked");
}

static void
finished(struct snmp_job *job, enum snmp_end how)
{
	struct work *w = job->user;

	if (how == SNMP_END_STOPPED && w->result.end == 0)
		(void)end(w, ADVICE_UNREACHABLE, "interrupted");
	w->done(w->user, &w->result);
	free(w->wanted);
	free(w);
}

int
advice_work_new(struct store *store, int64_t device, struct snmp_target *target,
	void (*done)(void *user, const struct advice_result *result), void *user,
	struct snmp_job **ret_job, struct err *e)
{
	struct work *w;

	if (!snmp_credential_is_auth_priv(target->credential))
		return err_set(e, -EPERM, "credential '%s' is not SNMPv3 authPriv; a device takes "
			"advice from no one else", snmp_credential_name(target->credential));
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	w->store = store;
	w->device = device;
	w->done = done;
	w->user = user;
	w->job = (struct snmp_job){ .target = target, .step = step, .done = finished, .user = w };
	*ret_job = &w->job;
	return 0;
}

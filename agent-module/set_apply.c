#include <config.h>

#include "agent-module/set_impl.h"

#include <errno.h>

#include "lib/base/text.h"

enum set_status
set_status_of(int rc)
{
	switch (rc) {
	case 0:
		return SET_NO_ERROR;
	case -EBUSY:
	case -ENOBUFS:
	case -ENOMEM:
	case -ENOSPC:
		return SET_RESOURCE_UNAVAILABLE;
	case -EEXIST:
	case -EINVAL:
	case -ENOENT:
	case -ERANGE:
	case -EPERM:
	case -ESTALE:
		return SET_INCONSISTENT_VALUE;
	default:
		return SET_GEN_ERR;
	}
}

static int
remember(struct set *set, struct set_memory *m, struct err *e)
{
	int rc = state_report_load(set->state, &m->report, e);

	return rc < 0 ? rc : state_advice_load(set->state, m->advice, &m->advice_count, e);
}

static void
take_setting(const struct set_scalar *s, uint32_t *field, unsigned column, unsigned *columns)
{
	if (!s->given)
		return;
	*field = s->value;
	*columns |= column;
}

static int
apply_settings(const struct set *set, struct err *e)
{
	struct state_report r = {0};
	uint32_t trigger = 0, on_connect = 0, on_change = 0;
	unsigned columns = 0;

	take_setting(SET_SCALAR(set, imgReportStructureInterval), &r.structure_every_s,
		STATE_REPORT_STRUCTURE_EVERY, &columns);
	take_setting(SET_SCALAR(set, imgReportErrorLogInterval), &r.errors_every_s,
		STATE_REPORT_ERRORS_EVERY, &columns);
	take_setting(SET_SCALAR(set, imgReportErrorLogThreshold), &r.threshold,
		STATE_REPORT_THRESHOLD, &columns);
	take_setting(SET_SCALAR(set, imgReportSeverityTrigger), &trigger, STATE_REPORT_TRIGGER,
		&columns);
	take_setting(SET_SCALAR(set, imgReportOnConnect), &on_connect, STATE_REPORT_ON_CONNECT,
		&columns);
	take_setting(SET_SCALAR(set, imgReportOnChange), &on_change, STATE_REPORT_ON_CHANGE,
		&columns);
	if (columns == 0)
		return 0;
	r.severity_trigger = (int)trigger;
	r.on_connect = on_connect == SET_TRUE;
	r.on_change = on_change == SET_TRUE;
	return state_report_set(set->state, &r, columns, STATE_SET_BY_CENTRE, e);
}

static struct set_verdict
apply_report(const struct set *set, struct err *e)
{
	const struct set_scalar *generation = SET_SCALAR(set, imgReportAcknowledgedGeneration);
	const struct set_scalar *index = SET_SCALAR(set, imgReportAcknowledgedIndex);
	const struct set_scalar *request = SET_SCALAR(set, imgReportRequest);
	int rc = apply_settings(set, e);

	if (rc == 0 && request->given) {
		rc = state_report_request(set->state, (enum state_request)request->value,
			SET_SCALAR(set, imgReportRequestId)->value, e);
		if (rc < 0)
			return set_refused(set_status_of(rc), request->at);
	}
	if (rc == 0 && index->given) {
		rc = state_report_acknowledge(set->state, generation->value, index->value, e);
		if (rc < 0)
			return set_refused(set_status_of(rc), index->at);
	}
	return set_refused(set_status_of(rc), 0);
}

static struct set_verdict
apply_advice(const struct set *set, enum row_status status, struct err *e)
{
	for (size_t i = 0; i < set->advice_count; i++) {
		const struct set_advice *r = &set->advice[i];
		int rc = 0;

		if (r->status != status)
			continue;
		if (status == ROW_CREATE_AND_GO)
			rc = state_advice_add(set->state, &r->row, e);
		else if (status == ROW_DESTROY)
			rc = state_advice_remove(set->state, r->row.index, e);
		/* To destroy what is not there is fine (RFC 2579). */
		if (rc < 0 && !(status == ROW_DESTROY && rc == -ENOENT))
			return set_refused(set_status_of(rc), r->status_at);
	}
	return SET_FINE;
}

static struct set_verdict
apply_units(const struct set *set, bool back, struct err *e)
{
	for (size_t i = 0; i < set->unit_count; i++) {
		const struct set_unit *r = &set->units[i];
		struct unit u = { .admin_state = back ? r->before : r->admin,
			.action = back ? r->action_before : r->action };
		uint32_t index = 0;
		int rc;

		(void)text_copy(u.symbol, sizeof(u.symbol), r->symbol);
		rc = state_unit_set(set->state, &u,
			r->columns | STATE_UNIT_KEEP, &index, e);
		if (rc == 0 && index != r->index && !back)
			rc = err_set(e, -ESTALE, "unit %s: exchanged this moment", r->symbol);
		if (rc < 0)
			return set_refused(set_status_of(rc), r->at);
	}
	return SET_FINE;
}

struct set_verdict
set_apply(struct set *set, struct state *state, struct err *e)
{
	struct set_verdict v;
	int rc = state_begin(state, e);

	if (rc < 0)
		return set_refused(rc == -EINVAL ? SET_GEN_ERR : set_status_of(rc), 0);
	set->state = state;
	set->open = true;
	rc = remember(set, &set->before, e);
	v = rc < 0 ? set_refused(SET_GEN_ERR, 0) : apply_report(set, e);
	/* What goes makes room for what comes. */
	if (v.status == SET_NO_ERROR)
		v = apply_advice(set, ROW_DESTROY, e);
	if (v.status == SET_NO_ERROR)
		v = apply_advice(set, ROW_CREATE_AND_GO, e);
	if (v.status == SET_NO_ERROR)
		v = apply_units(set, false, e);
	if (v.status == SET_NO_ERROR)
		v = set_apply_updates(set, e);
	if (v.status == SET_NO_ERROR && remember(set, &set->after, e) < 0)
		v = set_refused(SET_GEN_ERR, 0);
	if (v.status != SET_NO_ERROR) {
		state_rollback(state);
		set->open = false;
	}
	return v;
}

int
set_commit(struct set *set, struct err *e)
{
	int rc;

	if (!set->open)
		return 0;
	set->open = false;
	rc = state_commit(set->state, e);
	set->committed = rc == 0;
	return rc;
}

int
set_undo(struct set *set, struct err *e)
{
	int rc;

	if (set->open)
		state_rollback(set->state);
	set->open = false;
	if (!set->committed)
		return 0;
	rc = state_begin(set->state, e);
	if (rc < 0)
		return rc;
	rc = state_report_restore(set->state, &set->before.report, &set->after.report, e);
	if (rc == 0)
		rc = state_advice_restore(set->state, set->before.advice,
			set->before.advice_count, set->after.advice, set->after.advice_count, e);
	if (rc == 0 && apply_units(set, true, e).status != SET_NO_ERROR)
		rc = -EIO;
	if (rc == 0)
		rc = set_undo_updates(set, e);
	if (rc < 0) {
		state_rollback(set->state);
		return rc;
	}
	set->committed = false;
	return state_commit(set->state, e);
}

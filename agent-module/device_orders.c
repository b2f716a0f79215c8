#include <config.h>

#include "agent-module/device_orders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/orders.h"
#include "agent-module/state_advice.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

enum { TELL_RETRIES = 2, WHAT_SIZE = 2 * STRUCTURE_NAME_MAX + 64 };

/* --- shown ----------------------------------------------------------------------------- */

static const struct listing_column columns[] = {
	{ "ORDER", "order", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "kind", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "DO", "verb", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "WHAT", "what", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "WHEN", "when", LISTING_TEXT, LISTING_EVERYWHERE },
};

static void
advice_row(struct listing *l, const struct ask_advice *a)
{
	listing_number(l, a->index);
	listing_text(l, "advice");
	listing_text(l, a->verb == ASK_REMOVE ? "remove" : "put");
	listing_text(l, a->subject[0] == '\0' ? NULL : a->subject);
	listing_text(l, a->text[0] == '\0' ? NULL : a->text);
	listing_text(l, NULL);
	listing_row(l);
}

/* A symbol where the unit is there, else its number. */
static void
update_row(struct listing *l, const struct structure *st, const struct ask_update *u)
{
	const struct unit *unit = structure_unit(st, u->unit);
	char number[16], what[WHAT_SIZE];

	(void)snprintf(number, sizeof(number), "%" PRIu32, u->unit);
	(void)snprintf(what, sizeof(what), "%s %s", u->want.software, u->want.version);
	listing_number(l, u->index);
	listing_text(l, "update");
	listing_text(l, update_name(UPDATE_NAME_COMMAND, (int)u->command));
	listing_text(l, unit == NULL ? number : unit->symbol);
	listing_text(l, u->want.software[0] == '\0' ? NULL : what);
	listing_text(l, u->command == UPDATE_COMMAND_START ?
		update_name(UPDATE_NAME_WHEN, (int)u->want.when) : NULL);
	listing_row(l);
}

int
device_orders_show(const struct device_cli *cli, const struct ask_facts *f)
{
	struct orders_item *items = calloc(ORDERS_MAX, sizeof(*items));
	struct state_view v = {0};
	struct listing *l = NULL;
	int status = items == NULL ? EXIT_STORAGE : device_cli_view(cli, &v);
	size_t count, i;

	if (status == EXIT_DONE) {
		l = device_cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
		status = l == NULL ? EXIT_STORAGE : EXIT_DONE;
	}
	if (l != NULL) {
		count = orders_due(f, 0, items);
		for (i = 0; i < count; i++)
			if (items[i].advice != NULL)
				advice_row(l, items[i].advice);
			else
				update_row(l, &v.structure, items[i].update);
		status = device_cli_listed(cli, l, "no order waits");
	}
	state_view_release(&v);
	free(items);
	return status;
}

/* --- told --------------------------------------------------------------------------------- */

struct tell {
	const struct orders_result *result;
	struct report_head head;
	struct report_pack *pack;
	size_t told;
	int rc;
	struct err *e;
};

static bool
tell_on(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *request)
{
	struct tell *t = job->user;

	if (answer != NULL) {
		if (answer->outcome != SNMP_ANSWERED)
			return false;
		if (answer->error_status != 0) {
			t->rc = err_set(t->e, -EBADMSG, "it is refused (error-status %d)",
				answer->error_status);
			return false;
		}
		t->told++;
		t->head.id++;
	}
	if (t->told == orders_reports(t->result))
		return false;
	report_pack_free(t->pack);
	t->pack = NULL;
	t->rc = orders_report(t->result, t->told, &t->head, &t->pack, t->e);
	if (t->rc < 0)
		return false;
	request->op = SNMP_OP_INFORM;
	request->value_count = report_pack_part(t->pack, 1, &request->values);
	return true;
}

static void
told(struct snmp_job *job, enum snmp_end how)
{
	(void)job;
	(void)how;
}

static int
tell(struct state *s, const struct structure *st, const struct orders_result *r,
	const char *address, const struct snmp_credential *credential, struct err *e)
{
	struct tell t = { .result = r, .e = e };
	struct snmp_target target = { .credential = credential, .retries = TELL_RETRIES };
	struct snmp_job job = { .target = &target, .step = tell_on, .done = told, .user = &t };
	int rc;

	(void)text_copy(t.head.device_id, sizeof(t.head.device_id), st->device.id);
	t.head.revision = st->revision;
	rc = state_report_ids(s, (uint32_t)orders_reports(r), &t.head.id, e);
	if (rc == 0)
		rc = ask_wait(address, &job, e);
	if (rc == 0)
		rc = t.rc;
	if (rc == 0 && t.told < orders_reports(r))
		rc = err_set(e, -EHOSTUNREACH, "no answer");
	report_pack_free(t.pack);
	return rc;
}

/* --- carried out ----------------------------------------------------------------------------- */

static void
say(const struct orders_result *r)
{
	(void)printf("%zu about advice, %zu about updates carried out; %zu refused\n", r->advice,
		r->updates, r->refused_count);
	for (size_t i = 0; i < r->refused_count; i++)
		log_warning("order %" PRIu32 ": %s", r->refused[i].row.want.order,
			r->refused[i].row.reason_text);
	if (r->left_out > 0)
		log_warning("%zu advice found no room, or made no sense", r->left_out);
	if (!r->whole)
		log_warning("the centre changed its orders meanwhile: ask again");
}

int
device_orders_apply(const struct device_cli *cli, const struct ask_facts *f,
	const char *address, const struct snmp_credential *credential, uint32_t serial)
{
	struct orders_result r = { 0 };
	struct state_view v = {0};
	struct state *s = NULL;
	struct err e = {0};
	int status = device_cli_view(cli, &v), rc;

	if (status == EXIT_DONE)
		status = device_cli_state(cli, &s);
	if (status != EXIT_DONE) {
		state_view_release(&v);
		return status;
	}
	rc = orders_apply(s, serial, &v.structure, f, &r, &e);
	if (rc < 0) {
		status = device_cli_error(&e, rc);
	} else {
		say(&r);
		if (r.refused_count > 0 || !r.whole)
			status = EXIT_SOME_FAILED;
		if (orders_reports(&r) > 0) {
			rc = tell(s, &v.structure, &r, address, credential, &e);
			if (rc == 0)
				rc = orders_told(s, serial, &r, &e);
			if (rc < 0) {
				log_error("%s: what became of them is told later: %s", address,
					e.text);
				status = EXIT_SOME_FAILED;
			}
		}
	}
	orders_result_release(&r);
	state_close(s);
	state_view_release(&v);
	return status;
}

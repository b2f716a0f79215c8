#include <config.h>

#include "updater/update_work.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/snmp/pdu.h"
#include "lib/store/store_ticket.h"

enum { LOCK_TRIES = 3 };

void
update_work_end(struct update_member *m, enum update_work_how how, const char *fmt, ...)
{
	va_list ap;

	m->how = how;
	va_start(ap, fmt);
	(void)vsnprintf(m->reason, sizeof(m->reason), fmt, ap);
	va_end(ap);
}

static utc_s
now_s(void)
{
	return clock_utc_s(clock_system());
}

/* --- what is wanted -------------------------------------------------------------- */

/* A ticket of this unit, software and image, where there is one; 0, or negative with e. */
static int
want_ticket(struct update_work *w, struct update_member *m, struct err *e)
{
	const struct update_step *s = m->step;
	struct store_ticket t;
	int rc = store_ticket_find(w->o->store, w->o->device.row.device, s->serial_number,
		s->software, &t, e);

	if (rc < 0)
		return rc;
	if (rc == 1 && t.seq == s->seq && memcmp(t.sha256, m->image.sha256,
	    sizeof(t.sha256)) == 0) {
		memcpy(m->want.ticket, t.minisig, t.minisig_len);
		m->want.ticket_len = t.minisig_len;
		return 0;
	}
	if (!s->ticket)
		return 0;
	return err_set(e, -EINVAL, "%s %s is below the unit's floor, and there is no ticket: "
		"imgadm-update tickets export makes what the operator signs",
		s->software, s->version);
}

static int
want_image(struct update_work *w, struct update_member *m, struct err *e)
{
	const struct update_step *s = m->step;
	int rc = store_image_find(w->o->store, s->software, s->creator, s->seq, &m->image, e);

	if (rc == 0 && s->digest_known &&
	    memcmp(s->digest, m->image.sha256, sizeof(s->digest)) != 0)
		rc = err_set(e, -EINVAL, "the library's image of %s %s is not the one that the "
			"catalogue lists", s->software, s->version);
	if (rc == 0 && m->image.size > UINT32_MAX)
		rc = err_set(e, -EINVAL, "the image of %s %s has over 4 GiB", s->software,
			s->version);
	if (rc == 0 && w->o->site.image_base == NULL)
		rc = err_set(e, -EINVAL, "imgadm.conf does not say where devices of this site "
			"fetch images from: add a line site %s imageBase tftp://ADDRESS/",
			w->o->device.row.site[0] != '\0' ? w->o->device.row.site : "*");
	if (rc < 0)
		return rc;
	m->want.size = (uint32_t)m->image.size;
	memcpy(m->want.digest, m->image.sha256, sizeof(m->want.digest));
	m->want.digest_known = true;
	return want_ticket(w, m, e);
}

static int
prepare(struct update_work *w, struct update_member *m, struct err *e)
{
	const struct update_step *s = m->step;

	m->want = (struct update_want){ .sequence = s->seq, .when = w->options.when,
		.at = w->options.at, .expires_s = UPDATE_EXPIRES_DEFAULT_S,
		.bank = s->kind == UPDATE_STEP_SWITCH ? s->bank : w->options.bank };
	m->command = s->kind == UPDATE_STEP_SWITCH ? UPDATE_COMMAND_SWITCH :
		UPDATE_COMMAND_START;
	(void)text_copy(m->want.software, sizeof(m->want.software), s->software);
	(void)text_copy(m->want.creator, sizeof(m->want.creator), s->creator);
	(void)text_copy(m->want.version, sizeof(m->want.version), s->version);
	if (s->kind == UPDATE_STEP_SWITCH && w->options.bank != 0 && w->options.bank != s->bank)
		return err_set(e, -EINVAL, "%s %s stands in bank %u, not %u", s->software,
			s->version, s->bank, w->options.bank);
	return s->kind == UPDATE_STEP_INSTALL ? want_image(w, m, e) : 0;
}

/* --- what the device is ------------------------------------------------------------- */

/* It runs what is wanted, or what a later step is for: nothing is to be done. */
static bool
runs_already(const struct update_work *w, struct update_member *m,
	const struct update_row_unit *u)
{
	const struct software *s = update_row_running(u, m->step->software);
	const struct update_step *at = m->step, *end = w->members[0].step + w->count + w->rest;

	if (s == NULL || !update_at_rest(m->row.state))
		return false;
	for (; at < end; at++) {
		if (at->unit_index != m->step->unit_index || strcmp(s->id, at->software) != 0 ||
		    strcmp(s->version, at->version) != 0)
			continue;
		(void)text_copy(m->version, sizeof(m->version), s->version);
		m->read_back = true;
		update_work_end(m, UPDATE_WORK_DONE, at == m->step ? "runs already" :
			"is behind it already");
		return true;
	}
	return false;
}

/* Its serial never falls, so a later one is as good. */
static void
look_trust(struct update_work *w, struct update_member *m)
{
	uint32_t serial = 0;
	struct ask_end end;

	update_row_trust(w->o->ask, &serial, &end);
	if (end.how != ASK_DONE || serial < m->step->seq || !update_at_rest(m->row.state))
		return;
	(void)snprintf(m->version, sizeof(m->version), "%u", serial);
	m->read_back = true;
	if (serial == m->step->seq)
		update_work_end(m, UPDATE_WORK_DONE, "is in force already");
	else
		update_work_end(m, UPDATE_WORK_DONE, "is behind it: %u is in force already",
			serial);
}

/* The unit is the one that the plan is for, and runs what it was made for. */
static bool
is_planned(struct update_member *m, const struct update_row_unit *u)
{
	const struct update_step *s = m->step;
	const struct software *runs = update_row_running(u, s->software);
	char shown[4 * STRUCTURE_LABEL_MAX + 1];

	(void)text_escape(shown, sizeof(shown), runs != NULL ? runs->version : "nothing");
	if (strcmp(u->symbol, s->symbol) != 0 || strcmp(u->serial_number, s->serial_number) != 0)
		update_work_end(m, UPDATE_WORK_FAILED, "another unit stands there than is "
			"known: imgadm-poll looks again");
	else if (s->from_version[0] != '\0' && (runs == NULL ||
	    strcmp(runs->version, s->from_version) != 0))
		update_work_end(m, UPDATE_WORK_FAILED, "runs %s, not %s as is known: imgadm-poll "
			"looks again", shown, s->from_version);
	else
		return true;
	return false;
}

bool
update_work_adopt(struct update_work *w, struct update_member *m, const struct update *row)
{
	struct err e;

	if (m->sent || row->want.order == 0 || update_at_rest(row->state) ||
	    strcmp(row->want.software, m->want.software) != 0 ||
	    strcmp(row->want.version, m->want.version) != 0)
		return false;
	if (m->order != 0 && m->order != row->want.order)
		(void)store_order_state_set(w->o->store, w->o->device.row.device, m->order,
			STORE_ORDER_WITHDRAWN, &e);
	m->order = row->want.order;
	m->sent = true;
	update_say_line(w->say, m->step->symbol, "is under way already (order %u)", m->order);
	return true;
}

/* Not this update: what can be done about it depends on how far it is. */
static void
another(const struct update_work *w, struct update_member *m, enum update_state state)
{
	const char *device = w->o->device.row.name, *symbol = m->step->symbol;
	const char *is = update_name(UPDATE_NAME_STATE, (int)state);

	if (state == UPDATE_PROVEN)
		update_work_end(m, UPDATE_WORK_FAILED, "another update is under way (%s): "
			"imgadm-update confirm %s %s keeps it, imgadm-update rollback %s %s "
			"takes it back", is, device, symbol, device, symbol);
	else if (state > UPDATE_STAGED)
		update_work_end(m, UPDATE_WORK_FAILED, "another update is under way (%s): "
			"imgadm-update status %s tells when it is over", is, device);
	else
		update_work_end(m, UPDATE_WORK_FAILED, "another update is under way (%s): "
			"imgadm-update abort %s %s ends it", is, device, symbol);
}

/* Of a device that cannot be asked, by what it reported. */
static void
look_stored(struct update_work *w, struct update_member *m)
{
	struct store_update *list = NULL;
	size_t count = 0;
	struct err e;

	if (store_update_list(w->o->store, w->o->device.row.device, &list, &count, &e) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct update *row = &list[i].row;

		if (strcmp(list[i].symbol, m->step->symbol) != 0 || update_at_rest(row->state) ||
		    update_work_adopt(w, m, row))
			continue;
		another(w, m, row->state);
	}
	free(list);
}

static void
look_at(struct update_work *w, struct update_member *m)
{
	struct update_row_unit u;
	struct ask_end end;
	uint32_t lock;

	update_row_unit(w->o->ask, m->step->unit_index, &u, &end);
	if (end.how == ASK_DONE)
		update_row_get(w->o->ask, m->step->unit_index, &m->row, &lock, &end);
	w->answers = end.how == ASK_DONE || end.how == ASK_REFUSED;
	if (end.how == ASK_REFUSED || end.faulty)
		update_work_end(m, UPDATE_WORK_FAILED, "%s", end.reason);
	if (end.how != ASK_DONE || runs_already(w, m, &u))
		return;
	if (update_is_trust(m->step))
		look_trust(w, m);
	if (m->how != 0)
		return;
	if (update_work_adopt(w, m, &m->row))
		return;
	if (!update_at_rest(m->row.state)) {
		another(w, m, m->row.state);
	} else if (m->row.owner != UPDATE_OWNER_CENTRE) {
		update_work_end(m, UPDATE_WORK_FAILED, "who decides its version is not the "
			"centre: imgUpdateOwner is %s",
			update_name(UPDATE_NAME_OWNER, (int)m->row.owner));
	} else if (is_planned(m, &u) && m->want.ticket_len > 0) {
		struct store_ticket t;
		struct err e;

		/* A ticket that was used is refused by the device; say so before. */
		if (store_ticket_find(w->o->store, w->o->device.row.device,
		    m->step->serial_number, m->step->software, &t, &e) == 1 &&
		    memcmp(t.nonce, m->row.nonce, sizeof(t.nonce)) != 0)
			update_work_end(m, UPDATE_WORK_FAILED, "its ticket was used, or is of "
				"another part: an operator signs a new one, imgadm-image(5), and "
				"imgadm-update tickets import keeps it");
	}
}

/* --- orders -------------------------------------------------------------------------- */

static int
add_grant(struct update_work *w, struct update_member *m, struct err *e)
{
	struct store_grant want = { .image = m->image.number,
		.device = w->o->device.row.device, .single_port = w->o->site.nat,
		.made = now_s() }, got;
	const char *base = w->o->site.image_base;
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];
	int rc, n;

	if (strncmp(base, "https://", 8) == 0) {
		text_hex(hex, sizeof(hex), m->image.sha256, sizeof(m->image.sha256));
		n = snprintf(m->want.uri, sizeof(m->want.uri), "%s%s", base, hex);
		return n < (int)sizeof(m->want.uri) ? 0 : err_set(e, -EINVAL,
			"imageBase is too long");
	}
	/* A device that does not answer now fetches its order later. */
	want.expires = want.made + (w->answers && m->want.when == UPDATE_WHEN_NOW ?
		STORE_GRANT_S : (int64_t)m->want.expires_s);
	/* What is believed is no secret, and small: it may be read again after a power cut. */
	if (update_is_trust(m->step))
		want.completed_most = STORE_GRANT_STARTED;
	rc = update_open_from(w->o, want.from, sizeof(want.from), e);
	if (rc == 0)
		rc = store_grant_add(w->o->store, &want, &got, e);
	if (rc < 0)
		return rc;
	n = snprintf(m->want.uri, sizeof(m->want.uri), "%s%s", base, got.token);
	return n < (int)sizeof(m->want.uri) ? 0 : err_set(e, -EINVAL, "imageBase is too long");
}

static int
add_order(struct update_work *w, struct update_member *m, struct err *e)
{
	struct store_order o = { .device = w->o->device.row.device,
		.unit_index = m->step->unit_index, .want = m->want, .command = m->command,
		.made = now_s() };
	int rc;

	(void)text_copy(o.symbol, sizeof(o.symbol), m->step->symbol);
	(void)text_copy(o.unit_serial, sizeof(o.unit_serial), m->step->serial_number);
	(void)text_copy(o.by, sizeof(o.by), w->by);
	rc = store_order_add(w->o->store, &o, &m->order, e);
	if (rc == 0)
		m->want.order = m->order;
	return rc;
}

/* All of them, in one transaction: a group is ordered whole or not at all. */
static int
add_orders(struct update_work *w, struct err *e)
{
	uint32_t members = 0, group;
	int rc = store_batch_begin(w->o->store, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w->count; i++)
		members += w->members[i].how == 0;
	group = members > 1 ? (uint32_t)now_s() : 0;
	for (size_t i = 0; rc == 0 && i < w->count; i++) {
		struct update_member *m = &w->members[i];

		if (m->how != 0 || m->order != 0)
			continue;
		m->want.group = group;
		m->want.group_size = group != 0 ? members : 0;
		if (m->step->kind == UPDATE_STEP_INSTALL)
			rc = add_grant(w, m, e);
		if (rc == 0)
			rc = add_order(w, m, e);
	}
	if (rc == 0)
		return store_batch_commit(w->o->store, e);
	store_batch_abort(w->o->store);
	for (size_t i = 0; i < w->count; i++)
		w->members[i].order = 0;
	return rc;
}

/*
 * What was ordered is taken back, or over: the open orders of these members, and the grants
 * of theirs, also those that an earlier run of this program made.  A unit that something
 * else is under way on is left alone.
 */
static void
withdraw(struct update_work *w)
{
	struct err e;

	for (size_t i = 0; i < w->count; i++) {
		struct update_member *m = &w->members[i];

		if (m->order != 0 && !m->sent)
			(void)store_order_state_set(w->o->store, w->o->device.row.device, m->order,
				STORE_ORDER_WITHDRAWN, &e);
		if (m->order != 0 || m->how == UPDATE_WORK_DONE)
			(void)store_order_grants_end(w->o->store, w->o->device.row.device,
				m->step->symbol, false, &e);
	}
}

/* --- the SET -------------------------------------------------------------------------- */

void
update_work_send(struct update_work *w, struct update_member *m)
{
	uint32_t unit = m->step->unit_index, lock;
	struct ask_end end = { 0 };
	struct err e;

	for (unsigned tries = 0; tries < LOCK_TRIES; tries++) {
		update_row_get(w->o->ask, unit, &m->row, &lock, &end);
		/* Taken: by a SET whose answer was lost, or fetched as an order. */
		if (end.how == ASK_DONE && m->row.want.order == m->order) {
			m->sent = m->seen = true;
			return;
		}
		if (end.how == ASK_DONE)
			update_row_set(w->o->ask, unit, lock, &m->want, m->command, &end);
		if (end.how != ASK_REFUSED || end.error_status != PDU_INCONSISTENT_VALUE ||
		    end.error_index != 1)
			break;
	}
	w->answers = end.how == ASK_DONE || end.how == ASK_REFUSED;
	m->sent = end.how == ASK_DONE;
	if (m->sent)
		(void)store_order_state_set(w->o->store, w->o->device.row.device, m->order,
			STORE_ORDER_TAKEN, &e);
	if (end.how == ASK_REFUSED || end.faulty)
		update_work_end(m, UPDATE_WORK_FAILED, "%s", end.reason);
}

static void
send_all(struct update_work *w)
{
	for (size_t i = 0; i < w->count && !ask_stopped(w->o->ask); i++) {
		struct update_member *m = &w->members[i];

		if (m->how == 0 && !m->sent && w->answers)
			update_work_send(w, m);
	}
}

/* --- one step ------------------------------------------------------------------------- */

static bool
any(const struct update_work *w, enum update_work_how how)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->members[i].how == how)
			return true;
	return false;
}

/* What went wrong is said, once a member; the status of all. */
static int
tell(struct update_work *w)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < w->count; i++) {
		struct update_member *m = &w->members[i];

		if (m->how == UPDATE_WORK_DONE || m->how == UPDATE_WORK_STAGED)
			continue;
		status = EXIT_SOME_FAILED;
		if (m->how == UPDATE_WORK_FAILED)
			update_say_error(w->say, w->o->device.row.name, m->step->symbol, "%s",
				m->reason);
	}
	return status;
}

/* An abort that could not be SET waits for the device. */
static bool
order_abort(struct update_work *w, const struct update_member *m)
{
	uint32_t number;
	struct err e;

	return update_open_order(w->o, m->step->unit_index, m->step->symbol,
		m->step->serial_number, UPDATE_COMMAND_ABORT, &number, &e) == 0;
}

/* One member failed before the group was whole: the others are called back. */
static void
call_back(struct update_work *w)
{
	struct update row;
	struct ask_end end;
	uint32_t lock;

	for (size_t i = 0; i < w->count; i++) {
		struct update_member *m = &w->members[i];
		bool told = !m->sent;

		if (m->how != 0)
			continue;
		if (m->sent && w->o->reachable) {
			update_row_get(w->o->ask, m->step->unit_index, &row, &lock, &end);
			if (end.how == ASK_DONE && row.want.order == m->order)
				update_row_set(w->o->ask, m->step->unit_index, lock, NULL,
					UPDATE_COMMAND_ABORT, &end);
			told = end.how == ASK_DONE;
		}
		update_work_end(m, UPDATE_WORK_FAILED, "%s: another unit of the group failed",
			told ? "taken back" : order_abort(w, m) ? "its abort is ordered" :
			"it could not be taken back");
	}
}

int
update_work_do(struct update_work *w, const struct update_step *steps, size_t count,
	size_t rest)
{
	struct err e = { 0 };
	int rc = 0;

	w->count = count;
	w->rest = rest;
	w->answers = false;
	w->order_told = false;
	memset(w->members, 0, sizeof(w->members));
	for (size_t i = 0; rc == 0 && i < count; i++) {
		w->members[i].step = &steps[i];
		rc = prepare(w, &w->members[i], &e);
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		if (w->o->reachable)
			look_at(w, &w->members[i]);
		else
			look_stored(w, &w->members[i]);
	if (rc == 0 && !any(w, UPDATE_WORK_FAILED) && any(w, 0) && !ask_stopped(w->o->ask))
		rc = add_orders(w, &e);
	if (rc < 0) {
		update_say_error(w->say, w->o->device.row.name, NULL, "%s", e.text);
		return err_exit_status(rc);
	}
	if (!any(w, UPDATE_WORK_FAILED))
		send_all(w);
	if (any(w, UPDATE_WORK_FAILED))
		call_back(w);
	else
		update_work_follow(w);
	if (any(w, UPDATE_WORK_FAILED) || !any(w, UPDATE_WORK_OPEN))
		withdraw(w);
	return tell(w);
}

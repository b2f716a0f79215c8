/*
 * update_follow: what a device makes of its orders, until it is over.
 *
 * States come by GET, or by what the device reports to the centre.  `proven` is
 * the device's word; it counts when the version was read back.
 */
#include <config.h>

#include "updater/update_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/store/store_judge.h"
#include "updater/update_heard.h"

enum {
	EVERY_MS = 250,		/* while its state changes */
	SLOW_MS = 5000,		/* while nothing does */
	SILENT_MS = 10000,	/* while it does not answer */
	MISREAD_MAX = 5,
	TAKEN_UP_MS = 20000,	/* longer in requested: something may not run there */
};

/* --- read back ------------------------------------------------------------- */

static void
take_version(struct update_member *m, const struct software *s)
{
	if (s == NULL)
		return;
	(void)text_copy(m->version, sizeof(m->version), s->version);
	m->read_back = strcmp(s->id, m->step->software) == 0 &&
		strcmp(s->version, m->step->version) == 0;
}

/* Of a device that reports only: as its structure says. */
static void
read_stored(struct update_work *w, struct update_member *m)
{
	char name[STORE_NAME_MAX + 1];
	struct structure s = { 0 };
	struct update_row_unit u = { 0 };
	struct err e;

	if (store_judge_structure(w->o->store, w->o->device.row.device, name, &s, &e) < 0)
		return;
	for (size_t i = 0; i < s.software_count; i++)
		if (s.software[i].unit_index == m->step->unit_index && s.software[i].bank >= 1 &&
		    s.software[i].bank <= STRUCTURE_BANKS_MAX)
			u.banks[s.software[i].bank - 1] = s.software[i];
	structure_release(&s);
	take_version(m, update_row_running(&u, m->step->software));
}

/* The serial that is in force; of a device that reports only, the state that it reported. */
static void
read_trust(struct update_work *w, struct update_member *m)
{
	uint32_t serial = m->step->seq;
	struct ask_end end;

	if (w->o->reachable) {
		update_row_trust(w->o->ask, &serial, &end);
		if (end.how != ASK_DONE)
			return;
	}
	(void)snprintf(m->version, sizeof(m->version), "%u", serial);
	m->read_back = serial >= m->step->seq;
	m->misread += !m->read_back;
	if (m->read_back)
		update_say_line(w->say, m->step->symbol, "trust file %u is in force%s", serial,
			w->o->reachable ? " (read back)" : "");
	else if (m->misread >= MISREAD_MAX)
		update_work_end(m, UPDATE_WORK_FAILED, "it says that trust file %u is in force, "
			"and then %u", m->step->seq, serial);
}

static void
read_back(struct update_work *w, struct update_member *m)
{
	char shown[4 * STRUCTURE_LABEL_MAX + 1];
	struct update_row_unit u;
	struct ask_end end;

	if (update_is_trust(m->step)) {
		read_trust(w, m);
		return;
	}
	if (!w->o->reachable) {
		read_stored(w, m);
	} else {
		update_row_unit(w->o->ask, m->step->unit_index, &u, &end);
		if (end.how != ASK_DONE)
			return;
		take_version(m, update_row_running(&u, m->step->software));
		m->misread += !m->read_back;
	}
	(void)text_escape(shown, sizeof(shown), m->version);
	if (m->read_back)
		update_say_line(w->say, m->step->symbol, "runs %s %s (read back)",
			m->step->software, shown);
	else if (m->misread >= MISREAD_MAX)
		update_work_end(m, UPDATE_WORK_FAILED, "it says that %s is proven, and runs %s",
			m->step->version, shown);
}

/* --- commands on the way ------------------------------------------------------ */

static bool
command(struct update_work *w, struct update_member *m, enum update_command what)
{
	struct ask_end end;
	struct update row;
	uint32_t lock;

	update_row_get(w->o->ask, m->step->unit_index, &row, &lock, &end);
	if (end.how == ASK_DONE && row.want.order == m->order &&
	    update_command_fits(what, row.state, row.want.bank))
		update_row_set(w->o->ask, m->step->unit_index, lock, NULL, what, &end);
	return end.how == ASK_DONE;
}

/* By an order of its own, which the device fetches. */
static bool
order(struct update_work *w, struct update_member *m, enum update_command what)
{
	struct err e;

	return update_open_order(w->o, m->step->unit_index, m->step->symbol,
		m->step->serial_number, what, &m->confirm_order, &e) == 0;
}

static bool
all_read_back(const struct update_work *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (!w->members[i].read_back)
			return false;
	return true;
}

/* Proven and read back; of a group all are, before the first is confirmed. */
static void
confirm(struct update_work *w, struct update_member *m)
{
	if (!w->options.confirm) {
		update_work_end(m, UPDATE_WORK_DONE, "proven");
		return;
	}
	if (m->confirmed || !all_read_back(w))
		return;
	m->confirmed = w->o->reachable ? command(w, m, UPDATE_COMMAND_CONFIRM) :
		order(w, m, UPDATE_COMMAND_CONFIRM);
}

/* --- states --------------------------------------------------------------------- */

/* It stands there: is that the end, or what was asked for before? */
static void
staged(struct update_work *w, struct update_member *m)
{
	char when[CLOCK_TEXT_SIZE];

	if (w->options.when == UPDATE_WHEN_STAGE_ONLY) {
		update_work_end(m, UPDATE_WORK_STAGED, "staged");
	} else if (w->options.when == UPDATE_WHEN_AT) {
		clock_text(w->options.at, when, sizeof(when));
		update_say_line(w->say, m->step->symbol, "it is switched to at %s", when);
		update_work_end(m, UPDATE_WORK_STAGED, "staged");
	} else if (w->o->reachable && !m->switched &&
	    (m->row.want.when == UPDATE_WHEN_STAGE_ONLY ||
	    (m->row.want.when != UPDATE_WHEN_NOW && w->options.when == UPDATE_WHEN_NOW))) {
		m->switched = command(w, m, UPDATE_COMMAND_SWITCH);
	}
}

/* Somebody withdrew what it was to fetch: notFound says it not. */
static bool
is_ungranted(struct update_work *w, const struct update_member *m)
{
	struct store_order *list = NULL;
	bool found = false;
	size_t count = 0;
	struct err e;

	if (store_order_list(w->o->store, w->o->device.row.device, false, &list, &count, &e) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		found |= list[i].number == m->order && list[i].state == STORE_ORDER_UNGRANTED;
	free(list);
	return found;
}

static void
act(struct update_work *w, struct update_member *m)
{
	char text[4 * STRUCTURE_TEXT_MAX + 1];

	switch (m->row.state) {
	case UPDATE_REQUESTED: case UPDATE_DOWNLOADING: case UPDATE_VERIFYING:
	case UPDATE_SWITCHING: case UPDATE_TRIAL:
		return;
	case UPDATE_STAGED:
		staged(w, m);
		return;
	case UPDATE_PROVEN: case UPDATE_COMMITTED:
		if (!m->read_back)
			read_back(w, m);
		if (m->how == 0 && m->read_back && m->row.state == UPDATE_PROVEN)
			confirm(w, m);
		else if (m->how == 0 && m->read_back)
			update_work_end(m, UPDATE_WORK_DONE, "committed");
		return;
	case UPDATE_IDLE:
		update_work_end(m, UPDATE_WORK_FAILED, "it is idle again");
		return;
	case UPDATE_FAILED: case UPDATE_ROLLED_BACK:
		(void)text_escape(text, sizeof(text), m->row.reason_text);
		update_work_end(m, UPDATE_WORK_FAILED, "%s: %s%s%s%s",
			update_name(UPDATE_NAME_STATE, (int)m->row.state),
			update_name(UPDATE_NAME_REASON, (int)m->row.reason),
			m->row.reason == UPDATE_REASON_NOT_FOUND && is_ungranted(w, m) ?
			": its grant was withdrawn here" : "",
			text[0] != '\0' ? ": " : "", text);
		return;
	}
}

/* imgadm-agentd, which starts the installer, may not run where snmpd answers: said once. */
static void
look_taken_up(struct update_work *w, struct update_member *m)
{
	int64_t now = clock_monotonic_ms(clock_system());

	if (m->row.state != UPDATE_REQUESTED) {
		m->requested_ms = 0;
	} else if (m->requested_ms == 0) {
		m->requested_ms = now;
	} else if (!m->idle_told && now - m->requested_ms >= TAKEN_UP_MS) {
		m->idle_told = true;
		update_say_line(w->say, m->step->symbol, "nothing takes it up: does "
			"imgadm-agentd run on the device?");
	}
}

/* A row of this order; true where its state is another one. */
static bool
take_row(struct update_work *w, struct update_member *m, const struct update *row)
{
	bool changed = !m->seen || m->row.state != row->state;
	bool moved = changed || m->row.bytes_done != row->bytes_done;

	m->row = *row;
	m->seen = m->sent = true;
	if (moved)
		update_say_row(w->say, m->step->symbol, row, m->want.size, !changed);
	return changed;
}

static void
keep(struct update_work *w, const struct update_member *m)
{
	struct store_update u = { .device = w->o->device.row.device, .row = m->row,
		.heard = clock_utc_s(clock_system()) };
	struct err e;

	(void)text_copy(u.symbol, sizeof(u.symbol), m->step->symbol);
	if (store_update_put(w->o->store, &u, &e) < 0)
		update_say_error(w->say, w->o->device.row.name, m->step->symbol, "%s", e.text);
}

/* --- one look --------------------------------------------------------------------- */

/* The row by GET.  True: something changed. */
static bool
look(struct update_work *w, struct update_member *m)
{
	bool before = w->answers, changed;
	struct ask_end end;
	struct update row;
	uint32_t lock;

	update_row_get(w->o->ask, m->step->unit_index, &row, &lock, &end);
	if (end.how == ASK_STOPPED)
		return false;
	w->answers = end.how == ASK_DONE || end.how == ASK_REFUSED;
	if (before && !w->answers && m->sent)
		update_say_line(w->say, m->step->symbol, "%s; it may be starting again",
			end.reason);
	if (end.how == ASK_REFUSED || end.faulty)
		update_work_end(m, UPDATE_WORK_FAILED, "%s", end.reason);
	if (end.how != ASK_DONE)
		return false;
	if (row.want.order != m->order && (m->confirm_order == 0 ||
	    row.want.order != m->confirm_order) && !update_work_adopt(w, m, &row)) {
		if (m->sent)
			update_work_end(m, UPDATE_WORK_FAILED, "another request took its place "
				"(order %u)", row.want.order);
		else if (update_at_rest(row.state))
			update_work_send(w, m);
		return true;
	}
	changed = take_row(w, m, &row);
	if (changed)
		keep(w, m);
	look_taken_up(w, m);
	act(w, m);
	return changed;
}

/* The row as the device reported it. */
static bool
listen_for(struct update_work *w, struct update_member *m)
{
	struct store_update *list = NULL;
	bool changed = false;
	size_t count = 0;
	struct err e;

	if (store_update_list(w->o->store, w->o->device.row.device, &list, &count, &e) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct update *row = &list[i].row;

		if (strcmp(list[i].symbol, m->step->symbol) != 0 || row->want.order == 0 ||
		    (row->want.order != m->order && row->want.order != m->confirm_order &&
		    !update_work_adopt(w, m, row)))
			continue;
		changed = take_row(w, m, row);
		act(w, m);
	}
	free(list);
	return changed;
}

/* --- until it is over --------------------------------------------------------------- */

static bool
under_way(const struct update_work *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->members[i].how == 0)
			return true;
	return false;
}

static bool
none_sent(const struct update_work *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->members[i].how == 0 && w->members[i].sent)
			return false;
	return true;
}

/* The steps that come after this one are nobody's when we end. */
static void
rest_text(const struct update_work *w, char *dst, size_t size)
{
	dst[0] = '\0';
	if (w->rest > 0)
		(void)snprintf(dst, size, ", the %zu step%s after it %s not: %s goes on with "
			"%s;", w->rest, w->rest == 1 ? "" : "s", w->rest == 1 ? "does" : "do",
			w->again != NULL ? w->again : "the same command",
			w->rest == 1 ? "it" : "them");
}

/* An order that the device does not have: by which way it gets there, if by any. */
static void
next_text(const struct update_work *w, char *dst, size_t size)
{
	const struct store_device_row *d = &w->o->device.row;
	char heard[UPDATE_HEARD_SIZE];

	update_heard_when(d, clock_utc_s(clock_system()), heard, sizeof(heard));
	(void)snprintf(dst, size, "; %s; %s", heard, update_heard_next(d));
}

/* What is not over is left to the device; says how to go on. */
static void
leave(struct update_work *w, const char *why)
{
	const char *device = w->o->device.row.name;
	char rest[2 * UPDATE_HEARD_SIZE], next[2 * UPDATE_HEARD_SIZE];

	rest_text(w, rest, sizeof(rest));
	next_text(w, next, sizeof(next));
	for (size_t i = 0; i < w->count; i++) {
		struct update_member *m = &w->members[i];
		const char *symbol = m->step->symbol;

		if (m->how != 0)
			continue;
		update_work_end(m, UPDATE_WORK_OPEN, "%s", why);
		if (m->order == 0)
			update_say_error(w->say, device, symbol, "%s; nothing was ordered", why);
		else if (m->sent)
			update_say_error(w->say, device, symbol, "%s; %s (order %u)%s%s "
				"imgadm-update status %s tells how far, imgadm-update abort %s %s "
				"ends it", why, w->rest > 0 ? "this step goes on by itself" :
				"the update goes on", m->order, rest, w->rest > 0 ? "" : ":",
				device, device, symbol);
		else
			update_say_error(w->say, device, symbol, "%s; the order stays open "
				"(order %u)%s; imgadm-update abort %s %s withdraws it", why,
				m->order, next, device, symbol);
	}
}

/* It does not answer, and may be waited for: said once. */
static void
say_waiting(struct update_work *w)
{
	char next[2 * UPDATE_HEARD_SIZE];

	if (w->order_told)
		return;
	w->order_told = true;
	next_text(w, next, sizeof(next));
	update_say_line(w->say, NULL, "%s: %s; ordered: it takes it when it answers, or asks%s",
		w->o->device.row.name, w->o->reachable ? "no answer" : "it has no address", next);
}

void
update_work_follow(struct update_work *w)
{
	int64_t now = clock_monotonic_ms(clock_system());
	int64_t end_ms = now + w->options.timeout_s * 1000;
	unsigned every = EVERY_MS, most;

	while (under_way(w)) {
		bool changed = false;

		if (ask_stopped(w->o->ask)) {
			leave(w, "stopped");
			return;
		}
		if (!w->answers && none_sent(w)) {
			if (!w->options.wait) {
				leave(w, w->o->reachable ? "no answer" : "it has no address");
				return;
			}
			say_waiting(w);
		}
		for (size_t i = 0; i < w->count && !ask_stopped(w->o->ask); i++)
			if (w->members[i].how == 0)
				changed |= w->o->reachable ? look(w, &w->members[i]) :
					listen_for(w, &w->members[i]);
		if (!under_way(w))
			return;
		most = w->o->reachable && !w->answers ? SILENT_MS : SLOW_MS;
		every = changed ? EVERY_MS : every * 4 / 3;
		if (every > most)
			every = most;
		if (clock_monotonic_ms(clock_system()) + every > end_ms) {
			leave(w, "the time is over");
			return;
		}
		if (!ask_wait(w->o->ask, every)) {
			leave(w, "stopped");
			return;
		}
	}
}

/* One transfer of a server: what its machine wants done, from the request to the end. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tftp/tftp_server_private.h"

#define CHANGED "the file has changed"

enum { PACKET_SIZE = 600 };

static bool act(struct tftp_server *s, struct tftp_transfer *t,
	const struct tftp_action *actions, unsigned count, const struct tftp_packet *p);

/* --- the end ---------------------------------------------------------------------- */

/* What it came to, told once; what it held is let go. */
static void
tell(struct tftp_server *s, struct tftp_transfer *t, bool good, enum tftp_reason reason,
	const char *text)
{
	char from[TFTP_WIRE_TEXT];
	uint64_t size = t->served.file != NULL ? tftp_file_size(t->served.file) : 0;
	struct tftp_ended end = { .tag = t->served.tag, .one_of = t->served.one_of,
		.label = t->served.label,
		.from = from, .port = tftp_address_port(&t->peer.address), .write = t->write,
		.good = good, .reason = reason, .text = text, .size = size,
		.octets = tftp_machine_octets(&t->machine),
		.took_us = s->now_us - t->begun_us };

	if (t->told)
		return;
	t->told = true;
	if (good)
		s->counts.good++;
	else
		s->counts.failed++;
	tftp_queue_drop(s, t);
	tftp_address_text(&t->peer.address, from);
	if (s->calls.ended != NULL)
		s->calls.ended(s->user, &end);
	tftp_file_release(t->served.file);
	t->served.file = NULL;
	if (t->served.sink_calls != NULL)
		t->served.sink_calls->free(t->served.sink);
	t->served.sink_calls = NULL;
	free(t->served.label);
	t->served.label = NULL;
}

static void
keep_no_more(struct tftp_server *s, struct tftp_transfer *t)
{
	struct tftp_transfer **p = &s->keeping;

	if (!t->keeping)
		return;
	while (*p != t)
		p = &(*p)->next_kept;
	*p = t->next_kept;
	t->keeping = false;
}

void
tftp_transfer_drop(struct tftp_server *s, struct tftp_transfer *t)
{
	keep_no_more(s, t);
	tell(s, t, false, TFTP_R_ABORTED, NULL);
	tftp_timers_remove(&s->timers, &t->timer);
	tftp_table_remove(s, t);
	free(t);
}

static unsigned
code_of(int rc)
{
	switch (-rc) {
	case ENOENT:
		return TFTP_E_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return TFTP_E_ACCESS;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return TFTP_E_DISK_FULL;
	case EINVAL:
		return TFTP_E_ILLEGAL;
	case EEXIST:
		return TFTP_E_EXISTS;
	}
	return TFTP_E_UNDEFINED;
}

static const char *
text_of(int rc)
{
	unsigned code = code_of(rc);

	if (rc == -EFBIG)
		return "the file is too large";
	return code == TFTP_E_UNDEFINED ? "try again later" : tftp_error_name(code);
}

/* Ended from this side; true: t is still there. */
static bool
abort_it(struct tftp_server *s, struct tftp_transfer *t, unsigned code, const char *text)
{
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	unsigned n;

	t->text = text;
	n = tftp_machine_abort(&t->machine, code, text, actions);
	return act(s, t, actions, n, NULL);
}

void
tftp_transfer_fail(struct tftp_server *s, struct tftp_transfer *t, unsigned code,
	const char *text)
{
	if (abort_it(s, t, code, text))
		tftp_transfer_drop(s, t);
}

/* --- what the machine wants done ----------------------------------------------------- */

static void
send_small(struct tftp_transfer *t, const void *data, size_t len)
{
	/* What is lost here is lost as on the way: the timer finds it. */
	if (len > 0)
		(void)tftp_wire_send(t->socket->fd, &t->peer, data, len);
}

static int
take(struct tftp_transfer *t, const struct tftp_packet *p)
{
	if (p == NULL || t->served.sink_calls == NULL)
		return 0;
	return t->served.sink_calls->take(t->served.sink, p->data, p->data_len);
}

/* Before the client hears that all arrived, it is kept. */
static int
keep(struct tftp_transfer *t)
{
	if (t->served.sink_calls == NULL)
		return 0;
	return t->served.sink_calls->keep(t->served.sink);
}

/* One action: 0, 1: t is to go, -errno: it cannot be done. */
static int
act_one(struct tftp_server *s, struct tftp_transfer *t, const struct tftp_action *a,
	const struct tftp_packet *p)
{
	uint8_t out[PACKET_SIZE];
	int rc = 0;

	switch (a->what) {
	case TFTP_SEND_REQUEST:
	case TFTP_SIZE_KNOWN:
		break;
	case TFTP_SEND_OACK:
		send_small(t, out, tftp_packet_oack(out, sizeof(out), &a->options));
		break;
	case TFTP_SEND_ACK:
		send_small(t, out, tftp_packet_ack(out, sizeof(out),
			tftp_machine_wire(&t->machine, a->block)));
		break;
	case TFTP_SEND_DATA:
		if (t->served.file != NULL &&
		    !tftp_queue_send(s, t, a->block, a->count))
			rc = -ESTALE;
		break;
	case TFTP_SEND_ERROR:
		send_small(t, out, tftp_packet_error(out, sizeof(out), a->code, a->text));
		break;
	case TFTP_TAKE:
		rc = take(t, p);
		break;
	case TFTP_ALL_DONE:
		if (t->write)
			rc = keep(t);
		if (rc == 0)
			tell(s, t, true, TFTP_R_NONE, NULL);
		break;
	case TFTP_FAILED:
		tell(s, t, false, a->reason, a->reason == TFTP_R_PEER_ERROR ? a->text : t->text);
		break;
	case TFTP_GONE:
		return 1;
	}
	return rc;
}

/* The last ACK, of the block that was taken last, waits until all is kept. */
static void
wait_kept(struct tftp_server *s, struct tftp_transfer *t)
{
	t->held_block = t->machine.acked;
	t->keeping = true;
	t->next_kept = s->keeping;
	s->keeping = t;
}

/* true: t is still there. */
static bool
act(struct tftp_server *s, struct tftp_transfer *t, const struct tftp_action *actions,
	unsigned count, const struct tftp_packet *p)
{
	int rc = 0;

	for (unsigned i = 0; i < count && rc == 0; i++) {
		rc = act_one(s, t, &actions[i], p);
		if (rc == -EINPROGRESS) {
			wait_kept(s, t);
			return true;
		}
	}
	if (rc < 0)
		return abort_it(s, t, rc == -ESTALE ? TFTP_E_UNDEFINED : code_of(rc),
			rc == -ESTALE ? CHANGED : text_of(rc));
	if (rc == 1 || (tftp_machine_over(&t->machine) &&
		tftp_machine_deadline_us(&t->machine) == INT64_MAX)) {
		tftp_transfer_drop(s, t);
		return false;
	}
	return true;
}

static void
set_timer(struct tftp_server *s, struct tftp_transfer *t)
{
	int64_t at_us = tftp_machine_deadline_us(&t->machine);

	if (t->held != NULL || t->keeping || at_us == INT64_MAX)
		return; /* set when its clock goes on, or what came is kept */
	if (tftp_timers_set(&s->timers, &t->timer, at_us + t->behind_us) < 0)
		tftp_transfer_fail(s, t, TFTP_E_UNDEFINED, "no memory");
}

/* --- events --------------------------------------------------------------------------- */

void
tftp_transfer_packet(struct tftp_server *s, struct tftp_transfer *t, const struct tftp_packet *p)
{
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	unsigned n;

	if (t->keeping)
		return; /* the last block again: its ACK comes when it may */
	if (!t->answered && p->opcode != TFTP_RRQ && p->opcode != TFTP_WRQ &&
	    p->opcode != TFTP_ERROR) {
		t->answered = true;
		if (s->calls.began != NULL)
			s->calls.began(s->user, &t->served);
	}
	n = tftp_machine_packet(&t->machine, p, tftp_queue_clock_us(s, t), actions);
	if (act(s, t, actions, n, p))
		set_timer(s, t);
}

void
tftp_transfer_timer(struct tftp_server *s, struct tftp_transfer *t)
{
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	int64_t at_us = tftp_machine_deadline_us(&t->machine);
	unsigned n;

	tftp_timers_remove(&s->timers, &t->timer);
	if (t->held != NULL || t->keeping)
		return;
	if (at_us <= tftp_queue_clock_us(s, t)) {
		n = tftp_machine_timer(&t->machine, tftp_queue_clock_us(s, t), actions);
		if (!act(s, t, actions, n, NULL))
			return;
	}
	set_timer(s, t);
}

void
tftp_transfer_kept(struct tftp_server *s, struct tftp_transfer *t, int rc)
{
	const struct tftp_action ack = { .what = TFTP_SEND_ACK, .block = t->held_block };

	keep_no_more(s, t);
	if (rc < 0) {
		tftp_transfer_fail(s, t, code_of(rc), text_of(rc));
		return;
	}
	tell(s, t, true, TFTP_R_NONE, NULL);
	(void)act_one(s, t, &ack, NULL);
	tftp_machine_sent(&t->machine, tftp_queue_clock_us(s, t));
	set_timer(s, t);
}

/* --- the beginning ---------------------------------------------------------------------- */

void
tftp_transfer_refuse(struct tftp_socket *k, const struct tftp_peer *to, unsigned code,
	const char *text)
{
	uint8_t out[PACKET_SIZE];
	size_t len = tftp_packet_error(out, sizeof(out), code, text);

	if (len > 0)
		(void)tftp_wire_send(k->fd, to, out, len);
}

static uint64_t
name_of(const struct tftp_server *s, const struct tftp_packet *p)
{
	return tftp_table_hash(s, p->name, strlen(p->name)) + p->opcode;
}

bool
tftp_transfer_is(const struct tftp_server *s, const struct tftp_transfer *t,
	const struct tftp_packet *p)
{
	return t->name == name_of(s, p) && !tftp_machine_over(&t->machine);
}

bool
tftp_transfer_yields(const struct tftp_server *s, const struct tftp_transfer *t,
	const struct tftp_packet *p)
{
	int64_t quiet_us = tftp_machine_quiet_us(&t->machine, tftp_queue_clock_us(s, t));

	if (t->keeping)
		return false;
	if (tftp_machine_over(&t->machine))
		return true;
	if (tftp_transfer_is(s, t, p))
		return quiet_us != INT64_MAX && quiet_us >= TFTP_SAME_REQUEST_US;
	return quiet_us >= TFTP_OTHER_REQUEST_US;
}

static struct tftp_queue *
site_of(struct tftp_server *s, const char *from)
{
	for (size_t i = 0; i < s->options.site_count; i++)
		if (parse_range_holds(&s->networks[i], from))
			return &s->sites[i];
	return NULL;
}

static struct tftp_socket *
choose_socket(struct tftp_server *s, struct tftp_socket *listener, bool single)
{
	size_t n = (size_t)(listener - s->sockets);

	if (single || s->each == 0)
		return listener;
	return &s->sockets[s->listen_count + n * s->each + s->turn++ % s->each];
}

/* Ask the caller, and end what it says is to be ended. */
static int
ask(struct tftp_server *s, const struct tftp_peer *from, const struct tftp_packet *p,
	const char *text, struct tftp_served *ret)
{
	struct tftp_asked asked = { .write = p->opcode == TFTP_WRQ, .name = p->name,
		.has_size = p->options.has_tsize, .size = p->options.tsize, .from = text,
		.port = tftp_address_port(&from->address) };
	struct tftp_transfer *older;
	int rc = s->calls.open(s->user, &asked, ret);

	if (rc < 0)
		return rc;
	while (ret->one_of != 0 && (older = tftp_table_find_one(s, ret->one_of)) != NULL)
		tftp_transfer_fail(s, older, TFTP_E_UNDEFINED, "a newer request took its place");
	return 0;
}

static void
start(struct tftp_server *s, struct tftp_transfer *t, const struct tftp_packet *p)
{
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	uint64_t size = t->write ? UINT64_MAX : tftp_file_size(t->served.file);
	unsigned n = tftp_machine_serve(&t->machine,
		t->write ? TFTP_SERVE_WRITE : TFTP_SERVE_READ, p, &s->options.limits, size,
		s->now_us, actions);

	s->counts.begun++;
	if (act(s, t, actions, n, p))
		set_timer(s, t);
}

static void
give_up(struct tftp_served *served)
{
	tftp_file_release(served->file);
	if (served->sink_calls != NULL)
		served->sink_calls->free(served->sink);
	free(served->label);
}

void
tftp_transfer_begin(struct tftp_server *s, struct tftp_socket *listener,
	const struct tftp_peer *from, const struct tftp_packet *p)
{
	struct tftp_served served = { 0 };
	struct tftp_transfer *t;
	char text[TFTP_WIRE_TEXT];
	int rc;

	if (!p->octet) {
		tftp_transfer_refuse(listener, from, TFTP_E_UNDEFINED, "only mode octet is served");
		s->counts.refused++;
		return;
	}
	if (s->counts.running >= s->options.clients_most ||
	    tftp_table_host_count(s, &from->address) >= s->options.address_most) {
		tftp_transfer_refuse(listener, from, TFTP_E_UNDEFINED,
			"too many transfers, try again later");
		s->counts.refused++;
		return;
	}
	tftp_address_text(&from->address, text);
	rc = ask(s, from, p, text, &served);
	if (rc < 0) {
		tftp_transfer_refuse(listener, from, code_of(rc), text_of(rc));
		s->counts.refused++;
		return;
	}
	t = calloc(1, sizeof(*t));
	if (t != NULL) {
		*t = (struct tftp_transfer){ .listener = listener, .peer = *from,
			.served = served, .name = name_of(s, p), .site = site_of(s, text),
			.socket = choose_socket(s, listener, served.single_port ||
				s->options.single_port),
			.begun_us = s->now_us, .write = p->opcode == TFTP_WRQ };
		rc = tftp_table_add(s, t);
	}
	if (t == NULL || rc < 0) {
		free(t);
		give_up(&served);
		tftp_transfer_refuse(listener, from, TFTP_E_UNDEFINED, "no memory");
		s->counts.refused++;
		return;
	}
	start(s, t, p);
}

#include <config.h>

#include "lib/tftp/tftp_machine.h"

#include <stddef.h>

#include "lib/tftp/tftp_machine_parts.h"

enum { GRANULARITY_US = 10000, LEAST_US = 1000, SECOND_US = 1000000 };

void
tftp_limits_default(struct tftp_limits *l)
{
	*l = (struct tftp_limits){
		.blksize_max = 1428, .windowsize_max = 64,
		.retry_min_us = 30000, .retry_max_us = 5 * SECOND_US,
		.stall_us = 60 * (int64_t)SECOND_US,
	};
}

static int64_t
within(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

static struct tftp_limits
limits_checked(const struct tftp_limits *l)
{
	const int64_t most_us = INT64_C(1) << 50;

	return (struct tftp_limits){
		.blksize_max = (uint16_t)within(l->blksize_max, TFTP_BLOCK_MIN, TFTP_BLOCK_MAX),
		.windowsize_max = (uint16_t)within(l->windowsize_max, 1, TFTP_WINDOW_MOST),
		.retry_min_us = within(l->retry_min_us, LEAST_US, most_us),
		.retry_max_us = within(l->retry_max_us, within(l->retry_min_us, LEAST_US, most_us),
		    most_us),
		.stall_us = within(l->stall_us, LEAST_US, most_us),
		.rollover = l->rollover != 0,
	};
}

/* --- what goes out -------------------------------------------------------- */

struct tftp_action *
tftp_out_add(struct tftp_out *out, enum tftp_do what)
{
	struct tftp_action *a = &out->a[out->n++];

	*a = (struct tftp_action){ .what = what };
	return a;
}

void
tftp_machine_fail(struct tftp_machine *m, struct tftp_out *out, enum tftp_reason reason,
    unsigned code, const char *text)
{
	struct tftp_action *a;

	if (text != NULL) {
		a = tftp_out_add(out, TFTP_SEND_ERROR);
		a->code = (uint16_t)code;
		a->text = text;
	}
	a = tftp_out_add(out, TFTP_FAILED);
	a->reason = reason;
	(void)tftp_out_add(out, TFTP_GONE);
	m->state = TFTP_S_OVER;
	m->deadline_us = INT64_MAX;
}

/* --- time (RFC 6298) ------------------------------------------------------ */

static int64_t
rto_of(const struct tftp_machine *m)
{
	const struct tftp_limits *l = &m->limits;
	int64_t spread = 4 * m->rttvar_us;

	if (m->srtt_us == 0)
		return within(TFTP_RETRY_FIRST_US, l->retry_min_us, l->retry_max_us);
	if (spread < GRANULARITY_US)
		spread = GRANULARITY_US;
	return within(m->srtt_us + spread, l->retry_min_us, l->retry_max_us);
}

void
tftp_machine_round_trip(struct tftp_machine *m, int64_t us)
{
	int64_t off;

	us = within(us, 1, m->limits.stall_us);
	if (m->srtt_us == 0) {
		m->srtt_us = m->rtt_min_us = us;
		m->rttvar_us = us / 2;
	} else {
		off = us > m->srtt_us ? us - m->srtt_us : m->srtt_us - us;
		m->rttvar_us += (off - m->rttvar_us) / 4;
		m->srtt_us = within(m->srtt_us + (us - m->srtt_us) / 8, 1, m->limits.stall_us);
	}
	if (us < m->rtt_min_us)
		m->rtt_min_us = us;
	m->rto_us = rto_of(m);
}

void
tftp_machine_progress(struct tftp_machine *m, int64_t now_us)
{
	m->confirmed = true;
	m->progress_us = now_us;
	m->tries = 0;
}

void
tftp_machine_arm(struct tftp_machine *m, int64_t now_us, int64_t wait_us)
{
	int64_t most = m->confirmed ? m->limits.stall_us :
	    within(m->limits.stall_us, LEAST_US, TFTP_UNHEARD_US);

	if (m->role == TFTP_READ || m->role == TFTP_WRITE)
		most = m->limits.stall_us;
	m->deadline_us = now_us + wait_us;
	if (m->deadline_us > m->progress_us + most)
		m->deadline_us = m->progress_us + most;
}

void
tftp_machine_back_off(struct tftp_machine *m)
{
	if (m->tries < UINT8_MAX)
		m->tries++;
	m->rto_us = within(2 * m->rto_us, m->limits.retry_min_us, m->limits.retry_max_us);
}

/* --- options -------------------------------------------------------------- */

/* What is granted counts from now on. */
static void
options_apply(struct tftp_machine *m, const struct tftp_options *o)
{
	m->granted = *o;
	m->blksize = o->has_blksize ? o->blksize : TFTP_BLOCK_DEFAULT;
	m->windowsize = o->has_windowsize ? o->windowsize : 1;
	if (o->has_timeout && m->limits.retry_max_us > o->timeout_s * (int64_t)SECOND_US)
		m->limits.retry_max_us = o->timeout_s * (int64_t)SECOND_US;
	if (m->limits.retry_min_us > m->limits.retry_max_us)
		m->limits.retry_min_us = m->limits.retry_max_us;
	m->rto_us = rto_of(m);
}

static bool
options_any(const struct tftp_options *o)
{
	return o->has_blksize || o->has_timeout || o->has_tsize || o->has_windowsize;
}

static uint16_t
lesser(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

/* A server's answer to what was asked: nothing else, and nothing above it. */
static struct tftp_options
options_grant(const struct tftp_machine *m)
{
	struct tftp_options o = m->asked;

	o.blksize = lesser(o.blksize, m->limits.blksize_max);
	o.windowsize = lesser(o.windowsize, m->limits.windowsize_max);
	if (m->role == TFTP_SERVE_READ)
		o.tsize = m->size;
	return o;
}

static bool
options_equal(const struct tftp_options *a, const struct tftp_options *b)
{
	return a->has_blksize == b->has_blksize && a->has_timeout == b->has_timeout &&
	    a->has_tsize == b->has_tsize && a->has_windowsize == b->has_windowsize &&
	    (!a->has_blksize || a->blksize == b->blksize) &&
	    (!a->has_timeout || a->timeout_s == b->timeout_s) &&
	    (!a->has_tsize || a->tsize == b->tsize) &&
	    (!a->has_windowsize || a->windowsize == b->windowsize);
}

/* Whether a client can live with the OACK (RFC 2347: else ERROR 8). */
static bool
options_fit(const struct tftp_options *asked, const struct tftp_options *o)
{
	if ((o->has_blksize && !asked->has_blksize) || (o->has_timeout && !asked->has_timeout) ||
	    (o->has_tsize && !asked->has_tsize) || (o->has_windowsize && !asked->has_windowsize))
		return false;
	return (!o->has_blksize || o->blksize <= asked->blksize) &&
	    (!o->has_timeout || o->timeout_s == asked->timeout_s) &&
	    (!o->has_windowsize || o->windowsize <= asked->windowsize);
}

/* --- begin ---------------------------------------------------------------- */

static void
machine_init(struct tftp_machine *m, enum tftp_role role, const struct tftp_limits *l,
    uint64_t size, int64_t now_us)
{
	const struct tftp_options none = { 0 };
	bool sends = role == TFTP_SERVE_READ || role == TFTP_WRITE;

	*m = (struct tftp_machine){
		.role = role, .limits = limits_checked(l),
		.size = sends ? size : UINT64_MAX,
		.sent_us = now_us, .progress_us = now_us,
	};
	m->rollover = sends ? m->limits.rollover : TFTP_ROLLOVER_UNKNOWN;
	options_apply(m, &none);
}

static void
send_options(struct tftp_machine *m, enum tftp_do what, const struct tftp_options *o,
    int64_t now_us, struct tftp_out *out)
{
	tftp_out_add(out, what)->options = *o;
	m->sent_us = now_us;
	tftp_machine_arm(m, now_us, m->rto_us);
}

unsigned
tftp_machine_serve(struct tftp_machine *m, enum tftp_role role,
    const struct tftp_packet *request, const struct tftp_limits *l, uint64_t size,
    int64_t now_us, struct tftp_action *ret)
{
	struct tftp_out out = { ret, 0 };
	struct tftp_options grant;

	machine_init(m, role, l, size, now_us);
	m->asked = request->options;
	if (!request->octet) {
		tftp_machine_fail(m, &out, TFTP_R_OPTIONS, TFTP_E_UNDEFINED,
		    "only mode octet is spoken");
		return out.n;
	}
	grant = options_grant(m);
	options_apply(m, &grant);
	m->oack = options_any(&grant);
	m->state = role == TFTP_SERVE_WRITE ? TFTP_S_TAKING : TFTP_S_OFFERED;
	if (role == TFTP_SERVE_WRITE && grant.has_tsize) {
		m->size = grant.tsize;
		tftp_out_add(&out, TFTP_SIZE_KNOWN)->options = grant;
	}
	if (m->oack)
		send_options(m, TFTP_SEND_OACK, &grant, now_us, &out);
	else if (role == TFTP_SERVE_WRITE)
		tftp_take_ack(m, now_us, &out);
	else
		tftp_send_begin(m, now_us, &out);
	return out.n;
}

unsigned
tftp_machine_ask(struct tftp_machine *m, enum tftp_role role, const struct tftp_options *want,
    const struct tftp_limits *l, uint64_t size, int64_t now_us, struct tftp_action *ret)
{
	struct tftp_out out = { ret, 0 };

	machine_init(m, role, l, size, now_us);
	m->asked = *want;
	m->asked.blksize = lesser(want->blksize, m->limits.blksize_max);
	m->asked.windowsize = lesser(want->windowsize, m->limits.windowsize_max);
	m->asked.tsize = role == TFTP_WRITE ? size : 0;
	m->state = TFTP_S_ASKED;
	send_options(m, TFTP_SEND_REQUEST, &m->asked, now_us, &out);
	return out.n;
}

/* --- packets -------------------------------------------------------------- */

/* The client's first answer: data or an ACK come, by the options granted. */
static void
answered(struct tftp_machine *m, int64_t now_us)
{
	if (!m->resent)
		tftp_machine_round_trip(m, now_us - m->sent_us);
	m->resent = false;
	m->unsure = 0;
	tftp_machine_progress(m, now_us);
	m->state = TFTP_S_TAKING;
}

static void
client_oack(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	if (!options_fit(&m->asked, &p->options)) {
		tftp_machine_fail(m, out, TFTP_R_OPTIONS, TFTP_E_OPTION,
		    "the options granted are not those asked for");
		return;
	}
	options_apply(m, &p->options);
	m->oack = true;
	answered(m, now_us);
	if (m->role == TFTP_WRITE) {
		tftp_send_begin(m, now_us, out);
		return;
	}
	if (p->options.has_tsize) {
		m->size = p->options.tsize;
		tftp_out_add(out, TFTP_SIZE_KNOWN)->options = p->options;
	}
	tftp_take_ack(m, now_us, out);
}

static void
packet_asked(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	if (p->opcode == TFTP_OACK) {
		client_oack(m, p, now_us, out);
	} else if (p->opcode == TFTP_DATA && m->role == TFTP_READ && p->block == 1) {
		answered(m, now_us);
		m->resent = true;	/* it was measured: not once more */
		tftp_take_data(m, p, now_us, out);
	} else if (p->opcode == TFTP_ACK && m->role == TFTP_WRITE && p->block == 0) {
		answered(m, now_us);
		tftp_send_begin(m, now_us, out);
	}
}

/*
 * The same request again: the first answer was lost.  One that comes at once was
 * doubled on its way, and is no question.
 */
static void
packet_request(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	enum tftp_opcode mine = m->role == TFTP_SERVE_READ ? TFTP_RRQ : TFTP_WRQ;

	if (m->confirmed || (m->role != TFTP_SERVE_READ && m->role != TFTP_SERVE_WRITE) ||
	    p->opcode != mine || !p->octet || !options_equal(&p->options, &m->asked) ||
	    now_us - m->sent_us < m->limits.retry_min_us ||
	    m->unsure >= TFTP_TRIES)
		return;
	m->unsure++;
	m->resent = true;
	if (m->oack)
		send_options(m, TFTP_SEND_OACK, &m->granted, now_us, out);
	else if (m->role == TFTP_SERVE_WRITE)
		tftp_take_ack(m, now_us, out);
	else
		tftp_send_again(m, now_us, out);
}

static void
packet_error(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	static const struct tftp_options none = { 0 };
	bool probe = m->state == TFTP_S_OFFERED &&
	    (p->code == TFTP_E_OPTION || p->code == TFTP_E_UNDEFINED);
	struct tftp_action *failed;

	if (m->state == TFTP_S_DALLYING) {
		m->state = TFTP_S_OVER;
		m->deadline_us = INT64_MAX;
		(void)tftp_out_add(out, TFTP_GONE);
		return;
	}
	if (m->state == TFTP_S_ASKED && p->code == TFTP_E_OPTION && m->unsure > 0)
		return;	/* doubled on its way: now there are no options */
	if (m->state == TFTP_S_ASKED && p->code == TFTP_E_OPTION && options_any(&m->asked)) {
		m->asked = none;
		m->unsure++;
		m->tries = 0;
		m->resent = false;
		m->rto_us = rto_of(m);
		send_options(m, TFTP_SEND_REQUEST, &none, now_us, out);
		return;
	}
	failed = &out->a[out->n];
	tftp_machine_fail(m, out, probe ? TFTP_R_PROBE : TFTP_R_PEER_ERROR, 0, NULL);
	failed->code = p->code;
	failed->text = p->text;
}

/* DATA for a receiver, ACK for a sender, OACK again for a client. */
static void
packet_running(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	if (m->state == TFTP_S_TAKING && p->opcode == TFTP_DATA) {
		tftp_take_data(m, p, now_us, out);
	} else if (m->state == TFTP_S_TAKING && p->opcode == TFTP_OACK) {
		if (m->role == TFTP_READ && m->oack && m->acked == 0 &&
		    now_us - m->sent_us >= m->srtt_us / 4) {
			m->resent = true;
			tftp_take_ack(m, now_us, out);
		}
	} else if (m->state == TFTP_S_SENDING && p->opcode == TFTP_ACK) {
		tftp_send_ack(m, p->block, now_us, out);
	} else if (m->state == TFTP_S_OFFERED && p->opcode == TFTP_ACK && p->block == 0) {
		answered(m, now_us);
		tftp_send_begin(m, now_us, out);
	} else if (m->state == TFTP_S_DALLYING && p->opcode == TFTP_DATA) {
		tftp_take_dallying(m, p, now_us, out);
	}
}

unsigned
tftp_machine_packet(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_action *ret)
{
	struct tftp_out out = { ret, 0 };

	if (m->state == TFTP_S_OVER)
		return 0;
	switch (p->opcode) {
	case TFTP_ERROR:
		packet_error(m, p, now_us, &out);
		break;
	case TFTP_RRQ:
	case TFTP_WRQ:
		packet_request(m, p, now_us, &out);
		break;
	case TFTP_DATA:
	case TFTP_ACK:
	case TFTP_OACK:
		if (m->state == TFTP_S_ASKED)
			packet_asked(m, p, now_us, &out);
		else
			packet_running(m, p, now_us, &out);
		break;
	}
	return out.n;
}

/* --- the timer ------------------------------------------------------------ */

/* Nothing was heard of the peer yet. */
static void
timer_unheard(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	bool client = m->state == TFTP_S_ASKED;
	/* DATA is many times the request, which may be forged. */
	unsigned most = client ? TFTP_TRIES - 1 :
	    m->state == TFTP_S_SENDING ? 0 : TFTP_TRIES_UNHEARD;

	if (m->tries >= most) {
		if (client)
			tftp_machine_fail(m, out, TFTP_R_NO_ANSWER, 0, NULL);
		else	/* the peer may still ask again */
			tftp_machine_arm(m, now_us, m->limits.stall_us);
		return;
	}
	tftp_machine_back_off(m);
	m->resent = true;
	if (client)
		send_options(m, TFTP_SEND_REQUEST, &m->asked, now_us, out);
	else if (m->oack)
		send_options(m, TFTP_SEND_OACK, &m->granted, now_us, out);
	else
		tftp_take_ack(m, now_us, out);
}

/* No progress for as long as it may be. */
static bool
is_stalled(const struct tftp_machine *m, int64_t now_us)
{
	int64_t most = m->limits.stall_us;
	bool client = m->role == TFTP_READ || m->role == TFTP_WRITE;

	if (!m->confirmed && !client && most > TFTP_UNHEARD_US)
		most = TFTP_UNHEARD_US;
	return now_us - m->progress_us >= most;
}

static void
timer_stalled(struct tftp_machine *m, struct tftp_out *out)
{
	if (!m->confirmed)
		tftp_machine_fail(m, out, TFTP_R_NO_ANSWER, 0, NULL);
	else if (m->state == TFTP_S_SENDING && m->sent == m->last)
		tftp_machine_fail(m, out, TFTP_R_LAST_ACK, TFTP_E_UNDEFINED,
		    "the last blocks were not acknowledged");
	else
		tftp_machine_fail(m, out, TFTP_R_STALLED, TFTP_E_UNDEFINED,
		    "nothing went on for too long");
}

unsigned
tftp_machine_timer(struct tftp_machine *m, int64_t now_us, struct tftp_action *ret)
{
	struct tftp_out out = { ret, 0 };

	if (now_us < m->deadline_us || m->state == TFTP_S_OVER)
		return 0;
	if (m->state == TFTP_S_DALLYING) {
		m->state = TFTP_S_OVER;
		m->deadline_us = INT64_MAX;
		(void)tftp_out_add(&out, TFTP_GONE);
	} else if (is_stalled(m, now_us)) {
		timer_stalled(m, &out);
	} else if (!m->confirmed) {
		timer_unheard(m, now_us, &out);
	} else if (m->state == TFTP_S_SENDING) {
		tftp_machine_back_off(m);
		tftp_send_again(m, now_us, &out);
	} else {
		tftp_take_timer(m, now_us, &out);
	}
	return out.n;
}

/* --- from this side ------------------------------------------------------- */

unsigned
tftp_machine_abort(struct tftp_machine *m, unsigned code, const char *text,
    struct tftp_action *ret)
{
	struct tftp_out out = { ret, 0 };

	if (m->state != TFTP_S_OVER)
		tftp_machine_fail(m, &out, TFTP_R_ABORTED, code,
		    m->state == TFTP_S_ASKED ? NULL : text);
	return out.n;
}

void
tftp_machine_sent(struct tftp_machine *m, int64_t now_us)
{
	int64_t held_us = now_us - m->sent_us;

	if (m->deadline_us == INT64_MAX || held_us <= 0)
		return;
	m->sent_us += held_us;
	m->progress_us += held_us;
	m->deadline_us += held_us;
}

int64_t
tftp_machine_deadline_us(const struct tftp_machine *m)
{
	return m->deadline_us;
}

uint16_t
tftp_machine_wire(const struct tftp_machine *m, uint64_t block)
{
	if (m->rollover == 1 && block > 0)
		return (uint16_t)((block - 1) % UINT16_MAX + 1);
	return (uint16_t)block;
}

size_t
tftp_machine_block_len(const struct tftp_machine *m, uint64_t block)
{
	return block < m->last ? m->blksize : (size_t)(m->size % m->blksize);
}

uint64_t
tftp_machine_octets(const struct tftp_machine *m)
{
	bool sends = m->role == TFTP_SERVE_READ || m->role == TFTP_WRITE;
	uint64_t octets = m->acked * m->blksize;

	if (!sends)
		return m->octets;
	return m->last != 0 && m->acked == m->last ? m->size : octets;
}

int64_t
tftp_machine_quiet_us(const struct tftp_machine *m, int64_t now_us)
{
	return m->confirmed ? now_us - m->progress_us : INT64_MAX;
}

bool
tftp_machine_over(const struct tftp_machine *m)
{
	return m->state == TFTP_S_DALLYING || m->state == TFTP_S_OVER;
}

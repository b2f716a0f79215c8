/*
 * tftp_machine_take: the side that receives the data.
 *
 * Blocks are taken in order only.  A window is acknowledged at its end; at once
 * where a block is missing, and when its end does not come.
 */
#include <config.h>

#include "lib/tftp/tftp_machine_parts.h"

enum {
	WINDOW_LEAST_US = 5000,	/* silence that ends a window, at least */
	WINDOW_SLACK_US = 2000,
	DALLY_ACKS = 2 * TFTP_TRIES,
	ROLLOVER_AT = UINT16_MAX,	/* the block behind it is 0 or 1 */
};

void
tftp_take_ack(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	tftp_out_add(out, TFTP_SEND_ACK)->block = m->acked;
	m->in_window = 0;
	m->sent_us = now_us;
	tftp_machine_arm(m, now_us, m->rto_us);
}

/* --- which block it is ---------------------------------------------------- */

/* How far a number on the wire is behind the last block taken, modulo the numbers. */
static uint64_t
ahead(const struct tftp_machine *m, uint16_t wire, unsigned rollover)
{
	if (rollover == 1)
		return (wire + UINT16_MAX - m->acked % UINT16_MAX) % UINT16_MAX;
	return (uint16_t)(wire - (uint16_t)m->acked);
}

/*
 * Whether the numbers go on with 0 or 1.  A sender never sends more than a
 * window behind what we took, so a number that would be beyond it with 0 proves
 * 1, and 0 proves itself.  At the file's end its size tells.  Where nothing does,
 * several windows in a row that begin with 1 must do: that 0 was lost in each is
 * less likely than any other fault.
 */
static void
learn_rollover(struct tftp_machine *m, const struct tftp_packet *p)
{
	uint64_t most = m->acked + m->windowsize, zero, last;

	if (m->rollover != TFTP_ROLLOVER_UNKNOWN || most <= ROLLOVER_AT || p->block > m->windowsize)
		return;
	zero = m->acked + ahead(m, p->block, 0);
	if (p->block == 0) {
		m->rollover = 0;
	} else if (zero > most) {
		m->rollover = 1;
	} else if (m->size != UINT64_MAX && p->data_len < m->blksize) {
		last = m->size / m->blksize + 1;
		if (last == zero || last + 1 == zero)
			m->rollover = last != zero;
	} else if (m->unsure >= TFTP_TRIES) {
		m->rollover = 1;
	}
}

/* --- blocks --------------------------------------------------------------- */

/*
 * A block behind the next one: say so once.  When the numbers go back, the
 * sender has begun again and has lost the same block again.
 */
static void
take_gap(struct tftp_machine *m, uint64_t block, int64_t now_us, struct tftp_out *out)
{
	bool again = m->gap && block <= m->mark;

	if (again && m->rollover == TFTP_ROLLOVER_UNKNOWN && m->acked == ROLLOVER_AT)
		m->unsure++;
	m->mark = block;
	if (m->gap && !again)
		return;
	m->gap = m->resent = m->confirmed = true;
	tftp_take_ack(m, now_us, out);
}

/* The last block taken again, and it was acknowledged: that ACK was lost. */
static void
take_again(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	if (m->acked == 0 || m->in_window > 0 || now_us - m->sent_us < m->srtt_us / 4)
		return;
	m->resent = true;
	tftp_take_ack(m, now_us, out);
}

static void
spread_at_least(struct tftp_machine *m, int64_t us)
{
	if (m->spread_us <= us)
		m->spread_us = us + 1;
}

/*
 * What the round trip and the pace of a window are, seen from here.  When a
 * window was cut short, what comes next is either its own rest, which was only
 * late, or the answer to our ACK; take_old() learns which.
 */
static void
take_measure(struct tftp_machine *m, int64_t now_us)
{
	int64_t since_us = now_us - m->progress_us;

	if (m->cut && now_us - m->sent_us >= m->rtt_min_us) {
		m->late_us = since_us;
	} else if (m->cut || m->in_window > 0) {
		m->spread_us -= m->spread_us / 256;
		spread_at_least(m, since_us);
	} else if (!m->resent) {
		tftp_machine_round_trip(m, now_us - m->sent_us);
	}
	m->resent = m->gap = m->cut = false;
}

/* Blocks come twice behind a cut: nothing was lost, the line is slower than thought. */
static void
take_old(struct tftp_machine *m)
{
	if (m->late_us > 0)
		spread_at_least(m, m->late_us);
	m->late_us = 0;
}

/*
 * How long a window's next block may be late, by the pace of those before it: a
 * window comes in one burst, and what ends it early is a loss, not the line.
 */
static int64_t
take_patience_us(const struct tftp_machine *m)
{
	int64_t us = 4 * m->spread_us + WINDOW_SLACK_US;

	if (us < WINDOW_LEAST_US)
		us = WINDOW_LEAST_US;
	return us < m->rto_us && m->spread_us > 0 ? us : m->rto_us;
}

/* So long that a sender whose timer has grown to its most is heard once more. */
static void
dally(struct tftp_machine *m, int64_t now_us)
{
	m->deadline_us = now_us + 2 * m->limits.retry_max_us + m->rto_us;
}

static void
take_next(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	take_measure(m, now_us);
	tftp_machine_progress(m, now_us);
	if (p->data_len > 0)
		tftp_out_add(out, TFTP_TAKE)->offset = m->octets;
	m->octets += p->data_len;
	m->acked++;
	m->in_window++;
	m->unsure = 0;
	if (p->data_len < m->blksize) {
		(void)tftp_out_add(out, TFTP_ALL_DONE);
		tftp_take_ack(m, now_us, out);
		m->state = TFTP_S_DALLYING;
		dally(m, now_us);
	} else if (m->in_window >= m->windowsize) {
		m->late_us = 0;
		tftp_take_ack(m, now_us, out);
	} else {
		tftp_machine_arm(m, now_us, take_patience_us(m));
	}
}

void
tftp_take_data(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	uint64_t diff;

	if (p->data_len > m->blksize) {
		tftp_machine_fail(m, out, TFTP_R_BAD_PACKET, TFTP_E_ILLEGAL,
		    "a block is larger than was agreed");
		return;
	}
	learn_rollover(m, p);
	if (m->rollover == 1 && p->block == 0)
		return;
	diff = ahead(m, p->block, m->rollover);
	if (diff == 0 || diff > m->windowsize)
		take_old(m);
	if (diff == 0)
		take_again(m, now_us, out);
	else if (diff == 1)
		take_next(m, p, now_us, out);
	else if (diff <= m->windowsize)
		take_gap(m, m->acked + diff, now_us, out);
}

void
tftp_take_dallying(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
    struct tftp_out *out)
{
	if (p->block != tftp_machine_wire(m, m->acked) || p->data_len >= m->blksize ||
	    m->tries >= DALLY_ACKS || now_us - m->sent_us < m->srtt_us / 4)
		return;
	m->tries++;
	tftp_take_ack(m, now_us, out);
	dally(m, now_us);
}

/* Mid-window its end was lost; else our ACK, or the whole window. */
void
tftp_take_timer(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	if (m->in_window == 0)
		tftp_machine_back_off(m);
	else
		m->cut = true;
	m->gap = false;
	m->resent = true;
	tftp_take_ack(m, now_us, out);
}

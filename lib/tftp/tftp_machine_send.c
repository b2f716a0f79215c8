/*
 * tftp_machine_send: the side that sends the data.
 *
 * A window goes out at a time, and the next one when its last block is
 * acknowledged (RFC 7440).  An ACK of its middle tells a gap: the window begins
 * again behind it, with what was lost and what comes after.
 */
#include <config.h>

#include "lib/tftp/tftp_machine_parts.h"

static void
send_window(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	uint64_t left = m->last - m->acked;
	struct tftp_action *a = tftp_out_add(out, TFTP_SEND_DATA);

	a->block = m->acked + 1;
	a->count = left < m->windowsize ? (uint32_t)left : m->windowsize;
	m->mark = m->sent;
	if (m->sent < m->acked + a->count)
		m->sent = m->acked + a->count;
	m->sent_us = now_us;
	tftp_machine_arm(m, now_us, m->rto_us);
}

void
tftp_send_begin(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	m->state = TFTP_S_SENDING;
	m->last = m->size / m->blksize + 1;
	send_window(m, now_us, out);
}

void
tftp_send_again(struct tftp_machine *m, int64_t now_us, struct tftp_out *out)
{
	send_window(m, now_us, out);
}

/* How many blocks behind `acked` the ACK is of; 0: of none that is out. */
static uint64_t
ahead(const struct tftp_machine *m, uint16_t wire)
{
	uint64_t diff;

	if (m->rollover == 1) {
		if (wire == 0)
			return 0;
		diff = (wire + UINT16_MAX - m->acked % UINT16_MAX) % UINT16_MAX;
	} else {
		diff = (uint16_t)(wire - (uint16_t)m->acked);
	}
	return diff <= m->sent - m->acked ? diff : 0;
}

void
tftp_send_ack(struct tftp_machine *m, uint16_t wire, int64_t now_us, struct tftp_out *out)
{
	uint64_t diff = ahead(m, wire);
	int64_t since_us = now_us - m->sent_us;

	if (diff == 0)
		return;
	m->acked += diff;
	if (m->acked > m->mark)
		tftp_machine_round_trip(m, since_us);
	tftp_machine_progress(m, now_us);
	if (m->acked == m->last) {
		(void)tftp_out_add(out, TFTP_ALL_DONE);
		(void)tftp_out_add(out, TFTP_GONE);
		m->state = TFTP_S_OVER;
		m->deadline_us = INT64_MAX;
		return;
	}
	/* Sooner than any round trip: an answer to what went out before. */
	if (m->acked < m->sent && since_us < m->rtt_min_us / 2) {
		tftp_machine_arm(m, m->sent_us, m->rto_us);
		return;
	}
	send_window(m, now_us, out);
}

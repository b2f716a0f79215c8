/*
 * tftp_machine_parts: what the files of tftp_machine share; nobody else's.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_MACHINE_PARTS_H
#define IMGADM_LIB_TFTP_TFTP_MACHINE_PARTS_H

#include "lib/tftp/tftp_machine.h"

enum tftp_state {
	TFTP_S_ASKED = 1,	/* client: nothing has come back yet */
	TFTP_S_OFFERED,		/* server that sends: OACK is out */
	TFTP_S_SENDING,
	TFTP_S_TAKING,
	TFTP_S_DALLYING,
	TFTP_S_OVER,
};

enum { TFTP_ROLLOVER_UNKNOWN = 2 };

/* Actions of one event. */
struct tftp_out {
	struct tftp_action *a;
	unsigned n;
};

/* Append one; the caller fills what `what` needs. */
struct tftp_action *tftp_out_add(struct tftp_out *out, enum tftp_do what);

/* FAILED and GONE, with an ERROR before them when text is not NULL. */
void tftp_machine_fail(struct tftp_machine *m, struct tftp_out *out, enum tftp_reason reason,
	unsigned code, const char *text);

/*
 * The time between what was sent and its answer; not of anything sent twice.
 * Only this takes back what was backed off: on a slow line each window would
 * be sent again and again else, and none ever measured (RFC 6298 5.7).
 */
void tftp_machine_round_trip(struct tftp_machine *m, int64_t us);
/* There was progress: the peer is there, and nothing has been tried yet. */
void tftp_machine_progress(struct tftp_machine *m, int64_t now_us);
/* The timer, from now on; never beyond the stall's end. */
void tftp_machine_arm(struct tftp_machine *m, int64_t now_us, int64_t wait_us);
void tftp_machine_back_off(struct tftp_machine *m);

/* Sender: from the block after `acked` on, at the blksize granted. */
void tftp_send_begin(struct tftp_machine *m, int64_t now_us, struct tftp_out *out);
void tftp_send_ack(struct tftp_machine *m, uint16_t wire, int64_t now_us, struct tftp_out *out);
/* The window that is not acknowledged, again. */
void tftp_send_again(struct tftp_machine *m, int64_t now_us, struct tftp_out *out);

/* Receiver: the ACK of the last block taken. */
void tftp_take_ack(struct tftp_machine *m, int64_t now_us, struct tftp_out *out);
void tftp_take_data(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
	struct tftp_out *out);
void tftp_take_timer(struct tftp_machine *m, int64_t now_us, struct tftp_out *out);
/* The last block again: its ACK was lost. */
void tftp_take_dallying(struct tftp_machine *m, const struct tftp_packet *p, int64_t now_us,
	struct tftp_out *out);

#endif

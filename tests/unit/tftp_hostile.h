/*
 * tftp_hostile: a TFTP machine and a peer that sends whatever it likes.  After each
 * event what must hold for any peer is checked.
 */
#ifndef IMGADM_TESTS_UNIT_TFTP_HOSTILE_H
#define IMGADM_TESTS_UNIT_TFTP_HOSTILE_H

#include "lib/tftp/tftp_machine.h"

struct hostile {
	struct tftp_machine m;
	enum tftp_role role;
	struct tftp_limits limits;
	uint64_t size;		/* of the file that is sent */
	int64_t now_us;
	uint64_t taken;		/* octets */
	uint64_t unheard;	/* packets sent to a peer that had not answered */
	bool done, failed, gone;
	const char *wrong;	/* what did not hold; NULL = nothing */
};

/* A server's begin with a request that came; false: it is none. */
bool hostile_serve(struct hostile *h, const struct tftp_limits *l, uint64_t size,
	const void *datagram, size_t len);
void hostile_ask(struct hostile *h, enum tftp_role role, const struct tftp_limits *l,
	uint64_t size, const struct tftp_options *want);
/* A datagram comes after a while; timers that are due run first. */
void hostile_packet(struct hostile *h, int64_t after_us, const void *datagram, size_t len);
/* Nothing comes any more: it must end by itself. */
void hostile_silence(struct hostile *h);

#endif

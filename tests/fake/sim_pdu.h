/*
 * sim_pdu: a request PDU of a simulated device and its response (RFC 3416,
 * and RFC 1157 for version 1).
 */
#ifndef IMGADM_TESTS_FAKE_SIM_PDU_H
#define IMGADM_TESTS_FAKE_SIM_PDU_H

#include "tests/fake/sim_agent.h"

enum sim_pdu_type {
	PDU_GET = 0xa0, PDU_GETNEXT = 0xa1, PDU_RESPONSE = 0xa2, PDU_SET = 0xa3,
	PDU_GETBULK = 0xa5, PDU_REPORT = 0xa8,
};

enum { PDU_NAMES_MAX = 128 };

struct sim_name {
	uint32_t sub[BER_OID_MAX];
	size_t len;
};

struct sim_pdu {
	uint8_t type;
	bool v1;
	int64_t request_id, non_repeaters, max_repetitions;
	size_t name_count;
	struct sim_name names[PDU_NAMES_MAX];
	struct ber_in varbinds;	/* as they came */
};

/* False: nonsense, or more names than fit. */
bool sim_pdu_parse(struct ber_in *in, bool v1, struct sim_pdu *ret_pdu);

/*
 * Write the response PDU; out's end is the limit of the message.  False when
 * the device does not answer this.
 */
bool sim_pdu_answer(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct sim_pdu *pdu, struct ber_out *out);

#endif

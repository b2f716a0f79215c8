/*
 * sim_agent: a datagram for a simulated device, and its answer.
 *
 * SNMPv1 (RFC 1157), v2c and v3 (RFC 3412, 3414, 3416); a SET is answered
 * notWritable.  No socket: who calls it moves the octets.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_AGENT_H
#define IMGADM_TESTS_FAKE_SIM_AGENT_H

#include <stdio.h>

#include "tests/fake/sim_usm.h"

struct sim_agent {
	struct sim_model *model;
	struct sim_usm *usm;	/* NULL: no v3 */
	const char *community;
	size_t max_varbinds;	/* of a GETBULK, as snmpd's limit; 0 = none */
	size_t max_size;	/* of a message */
	FILE *request_log;	/* NULL, or where each request is written */
	uint64_t salt;
	struct sim_counts {
		uint64_t requests, v3, discoveries, resyncs, refused, answers;
		uint64_t varbinds;
	} counts;
};

enum { SIM_MESSAGE_MAX = 65507 };

/*
 * Answer a message of len octets to device d into answer (SIM_MESSAGE_MAX).
 * Returns its length; 0 = no answer.  The message is overwritten (decrypted).
 */
size_t sim_agent_answer(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	uint8_t *message, size_t len, uint8_t *answer);

#endif

/*
 * engine_peer: what the tests of the engine share: a peer in this process that
 * answers as the test wants (right, late, never, or nonsense), and jobs that
 * remember what became of them.
 */
#ifndef IMGADM_TESTS_UNIT_ENGINE_PEER_H
#define IMGADM_TESTS_UNIT_ENGINE_PEER_H

#include <event2/event.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/snmp/engine.h"
#include "tests/unit/support.h"

enum { JOBS = 64, TIMEOUT_MS = 150, SIZE = 2048 };

/* --- the peer --- */

/* What it does with a request; the number counts from 0. */
struct peer {
	int fd, other_fd;	/* other_fd: another port */
	char address[SNMP_ADDRESS_MAX];
	struct event *readable;
	void (*answer)(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
		       unsigned number);
	unsigned requests;
	unsigned drop;		/* so many requests at first */
	int64_t seen_ms[32];
	uint8_t kept[SIZE];
	size_t kept_len;
	struct sockaddr_in kept_from;
};

int64_t now_ms(void);
void say(int fd, const uint8_t *data, size_t len, const struct sockaddr_in *to);
/* Where the PDU's tag stands in a v1 or v2c message. */
size_t pdu_at(const uint8_t *data, size_t len);
/* The request with another tag is an answer whose values are NULL. */
void answer_right(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number);
void answer_never(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number);
void peer_open(struct peer *p, void (*answer)(struct peer *, uint8_t *, size_t,
	const struct sockaddr_in *, unsigned));
void peer_close(struct peer *p);

/* --- jobs --- */

struct ask {
	struct snmp_job job;
	struct snmp_target target;
	unsigned steps_wanted;	/* requests; 0 = 1 */
	enum snmp_op op;	/* 0 = GET */
	unsigned steps, dones;
	struct snmp_answer last;	/* pointers void */
	char detail[256];
	enum snmp_end end;
	unsigned order;		/* in which it was done, from 1 */
	void (*on_step)(struct ask *a, const struct snmp_answer *answer);
};

/* Of the test under way; made anew for each. */
extern struct event_base *base;
extern struct snmp_credential *v1, *v2, *v3;
extern struct snmp_engine *engine;
extern struct ask asks[JOBS];

/* The step of a job: asks for sysUpTime as often as is wanted. */
bool ask_step(struct snmp_job *job, const struct snmp_answer *answer,
	struct snmp_request *ret_request);
/* Job n anew, to be asked of that address. */
struct ask *ask(unsigned n, const char *address, const struct snmp_credential *c);
/* The engine; the first so many jobs come from its source. */
void engine_open(unsigned window, unsigned silent_window, unsigned jobs_from_source);
/* One job to one peer through an engine of its own. */
struct ask *ask_one(struct peer *p, const struct snmp_credential *c);

/* A case with all this set up and taken down. */
TCase *engine_cases(Suite *s, const char *name);

#endif

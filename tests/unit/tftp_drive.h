/*
 * tftp_drive: one TFTP machine, event by event, and what came of it.
 * The machine, the time and the last actions are the test's own; tftp_drive_reset()
 * is its fixture.
 */
#ifndef IMGADM_TESTS_UNIT_TFTP_DRIVE_H
#define IMGADM_TESTS_UNIT_TFTP_DRIVE_H

#include "lib/tftp/tftp_machine.h"
#include "tests/unit/support.h"

enum { MS = 1000, SECOND = 1000 * MS, RTT = 20 * MS };

/* For loops of 65,536: a ck_assert() writes to a pipe each time, also when all is well. */
#define MUST(what)				\
	do {					\
		if (!(what))			\
			ck_abort_msg("%s", #what);	\
	} while (0)

extern struct tftp_machine m;
extern struct tftp_limits limits;
extern struct tftp_action a[TFTP_ACTIONS_MAX];
extern unsigned n;
extern int64_t now_us;

/* Limits as the library's. */
void tftp_drive_reset(void);
/* Run the tests as a suite of that name; main()'s status. */
int tftp_drive_run(const char *name, const TTest *const *tests, size_t count);

struct tftp_packet request_of(enum tftp_opcode opcode, uint16_t blksize, uint16_t windowsize);
void packet(const struct tftp_packet *p);
void ack(uint16_t block);
void data(uint16_t block, size_t len);
void says_error(uint16_t code);
void oack(const struct tftp_options *o);
/* At its deadline, which comes after wait_us at least. */
int64_t timer(void);
void nothing(void);
void one(enum tftp_do what);
void sends(uint64_t block, uint32_t count);
void acknowledges(unsigned i, uint64_t block);
void takes(uint64_t offset);
void only_takes(uint64_t offset);
void only_acknowledges(uint64_t block);
/* FAILED and GONE, behind an ERROR where one is sent. */
void fails(enum tftp_reason reason, int code);
void serve(enum tftp_role role, uint16_t blksize, uint16_t windowsize, uint64_t size);
/* A server that sends, its OACK acknowledged after a round trip; the window is out. */
void sending(uint16_t windowsize, uint64_t blocks);
void ask(enum tftp_role role, uint16_t blksize, uint16_t windowsize, uint64_t size);
/* A client that receives, its options granted after a round trip; ACK 0 is out. */
void taking(uint16_t windowsize);

#endif

#include <config.h>

#include "tests/unit/tftp_drive.h"

struct tftp_machine m;
struct tftp_limits limits;
struct tftp_action a[TFTP_ACTIONS_MAX];
unsigned n;
int64_t now_us;

void
tftp_drive_reset(void)
{
	tftp_limits_default(&limits);
	now_us = SECOND;
}

int
tftp_drive_run(const char *name, const TTest *const *tests, size_t count)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, tftp_drive_reset, NULL);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	return support_run(s);
}

/* --- events --------------------------------------------------------------- */

struct tftp_packet
request_of(enum tftp_opcode opcode, uint16_t blksize, uint16_t windowsize)
{
	return (struct tftp_packet){
		.opcode = opcode, .name = "x", .octet = true,
		.options = {
			.has_blksize = blksize > 0, .blksize = blksize,
			.has_windowsize = windowsize > 0, .windowsize = windowsize,
		},
	};
}

void
packet(const struct tftp_packet *p)
{
	n = tftp_machine_packet(&m, p, now_us, a);
}

void
ack(uint16_t block)
{
	const struct tftp_packet p = { .opcode = TFTP_ACK, .block = block };

	packet(&p);
}

void
data(uint16_t block, size_t len)
{
	const struct tftp_packet p = {
		.opcode = TFTP_DATA, .block = block, .data = (const uint8_t *)"", .data_len = len,
	};

	packet(&p);
}

void
says_error(uint16_t code)
{
	const struct tftp_packet p = { .opcode = TFTP_ERROR, .code = code, .text = "said" };

	packet(&p);
}

void
oack(const struct tftp_options *o)
{
	const struct tftp_packet p = { .opcode = TFTP_OACK, .options = *o };

	packet(&p);
}

/* At its deadline, which comes after wait_us at least. */
int64_t
timer(void)
{
	int64_t wait_us = tftp_machine_deadline_us(&m) - now_us;

	ck_assert_int_lt(tftp_machine_deadline_us(&m), INT64_MAX);
	ck_assert_int_gt(wait_us, 0);
	ck_assert_uint_eq(tftp_machine_timer(&m, now_us + wait_us - 1, a), 0);
	now_us += wait_us;
	n = tftp_machine_timer(&m, now_us, a);
	return wait_us;
}

/* --- what came of it ------------------------------------------------------- */

void
nothing(void)
{
	MUST(n == 0);
}

void
one(enum tftp_do what)
{
	MUST(n == 1);
	MUST(a[0].what == what);
}

void
sends(uint64_t block, uint32_t count)
{
	one(TFTP_SEND_DATA);
	MUST(a[0].block == block);
	MUST(a[0].count == count);
}

void
acknowledges(unsigned i, uint64_t block)
{
	MUST(n > i);
	MUST(a[i].what == TFTP_SEND_ACK);
	MUST(a[i].block == block);
}

void
takes(uint64_t offset)
{
	MUST(n >= 1);
	MUST(a[0].what == TFTP_TAKE);
	MUST(a[0].offset == offset);
}

void
only_takes(uint64_t offset)
{
	takes(offset);
	MUST(n == 1);
}

void
only_acknowledges(uint64_t block)
{
	acknowledges(0, block);
	MUST(n == 1);
}

/* FAILED and GONE, behind an ERROR where one is sent. */
void
fails(enum tftp_reason reason, int code)
{
	unsigned i = 0;

	if (code >= 0) {
		MUST(n == 3);
		MUST(a[0].what == TFTP_SEND_ERROR);
		MUST(a[0].code == (unsigned)code);
		MUST(a[0].text != NULL);
		i = 1;
	}
	MUST(n == i + 2);
	MUST(a[i].what == TFTP_FAILED);
	MUST(a[i].reason == reason);
	MUST(a[i + 1].what == TFTP_GONE);
	MUST(tftp_machine_over(&m));
	MUST(tftp_machine_deadline_us(&m) == INT64_MAX);
}

/* --- begun ---------------------------------------------------------------- */

void
serve(enum tftp_role role, uint16_t blksize, uint16_t windowsize, uint64_t size)
{
	const struct tftp_packet r = request_of(role == TFTP_SERVE_READ ? TFTP_RRQ : TFTP_WRQ,
	    blksize, windowsize);

	n = tftp_machine_serve(&m, role, &r, &limits, size, now_us, a);
}

/* A server that sends, its OACK acknowledged after a round trip; the window is out. */
void
sending(uint16_t windowsize, uint64_t blocks)
{
	serve(TFTP_SERVE_READ, 512, windowsize, (blocks - 1) * 512 + 1);
	one(TFTP_SEND_OACK);
	now_us += RTT;
	ack(0);
	sends(1, blocks < windowsize ? (uint32_t)blocks : windowsize);
}

void
ask(enum tftp_role role, uint16_t blksize, uint16_t windowsize, uint64_t size)
{
	const struct tftp_options want = {
		.has_blksize = blksize > 0, .blksize = blksize,
		.has_windowsize = windowsize > 0, .windowsize = windowsize,
		.has_tsize = blksize > 0 || windowsize > 0,
	};

	n = tftp_machine_ask(&m, role, &want, &limits, size, now_us, a);
	one(TFTP_SEND_REQUEST);
}

/* A client that receives, its options granted after a round trip; ACK 0 is out. */
void
taking(uint16_t windowsize)
{
	struct tftp_options o;

	ask(TFTP_READ, 512, windowsize, 0);
	o = a[0].options;
	o.has_tsize = false;
	now_us += RTT;
	oack(&o);
	only_acknowledges(0);
}

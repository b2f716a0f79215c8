/*
 * lib/tftp/tftp_machine: whatever the network does, what must hold holds.
 * IMGADM_SEEDS=N runs N seeds of each property; IMGADM_SEED=N that one alone.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/parse.h"
#include "tests/unit/support.h"
#include "tests/unit/tftp_hostile.h"
#include "tests/unit/tftp_world.h"

enum { SEEDS = 3000, PERCENT = 10000 };

static uint64_t
pick(uint64_t *rng, const uint64_t *from, size_t n)
{
	return from[world_below(rng, n)];
}
#define PICK(rng, ...)						\
	pick(rng, (const uint64_t[]){ __VA_ARGS__ },		\
	    sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static uint64_t
seeds(uint64_t *ret_first)
{
	const char *many = getenv("IMGADM_SEEDS"), *one = getenv("IMGADM_SEED");
	uint64_t n = SEEDS;

	*ret_first = 1;
	if (one != NULL) {
		ck_assert_int_eq(parse_u64(one, 0, UINT64_MAX, ret_first, NULL), 0);
		return 1;
	}
	if (many != NULL)
		ck_assert_int_eq(parse_u64(many, 1, UINT32_MAX, &n, NULL), 0);
	return n;
}

/* --- random worlds -------------------------------------------------------- */

static uint64_t
random_size(uint64_t *rng, uint64_t block)
{
	switch (world_below(rng, 4)) {
	case 0:
		return PICK(rng, 0, 1, 511, 512, 513, block - 1, block, block + 1);
	case 1:
		return block * world_below(rng, 200);
	case 2:
		return block * (1 + world_below(rng, 200)) - 1 + 2 * world_below(rng, 2);
	}
	return world_below(rng, block * 300 + 1);
}

static void
random_options(uint64_t *rng, struct world_options *o)
{
	struct tftp_options *w = &o->want;

	o->write = world_below(rng, 2);
	w->has_blksize = world_below(rng, 4) > 0;
	w->blksize = (uint16_t)PICK(rng, 8, 512, 1024, 1428, 1468, 8192, 65464);
	w->has_windowsize = world_below(rng, 4) > 0;
	w->windowsize = (uint16_t)PICK(rng, 1, 2, 4, 16, 32, 64, 1 + world_below(rng, 64));
	w->has_tsize = world_below(rng, 3) > 0;
	w->has_timeout = world_below(rng, 6) == 0;
	w->timeout_s = (uint8_t)(1 + world_below(rng, 6));
	o->deaf = world_below(rng, 12) == 0;
	o->refuses = world_below(rng, 12) == 0;
	o->client.blksize_max = o->client.windowsize_max = UINT16_MAX;
	o->server.blksize_max = (uint16_t)PICK(rng, 8, 512, 1428, 65464);
	o->server.windowsize_max = (uint16_t)PICK(rng, 1, 16, 64, 64);
	o->client.rollover = o->server.rollover = (uint8_t)world_below(rng, 2);
}

static void
random_network(uint64_t *rng, struct world_options *o)
{
	o->lost_ppm = (unsigned)PICK(rng, 0, 0, PERCENT, PERCENT, 5 * PERCENT, 20 * PERCENT,
	    40 * PERCENT);
	o->doubled_ppm = (unsigned)PICK(rng, 0, 0, PERCENT, 10 * PERCENT, 100 * PERCENT);
	o->late_ppm = (unsigned)PICK(rng, 0, 0, PERCENT, 10 * PERCENT, 50 * PERCENT);
	o->delay_us = (int64_t)PICK(rng, 10, 100, 1000, 10000, 10000, 150000);
	o->late_us = (int64_t)PICK(rng, 50, 1000, 20000, 400000);
	o->each_us = (int64_t)PICK(rng, 0, 1, 10, 10, 100, 1000);
}

static void
random_world(uint64_t seed, struct world_options *o)
{
	uint64_t rng = seed ^ UINT64_C(0x7466747000000000), block;

	world_options_default(o);
	o->seed = seed;
	random_options(&rng, o);
	random_network(&rng, o);
	block = o->want.has_blksize && !o->deaf && !o->refuses ? o->want.blksize : 512;
	if (block > o->server.blksize_max)
		block = o->server.blksize_max;
	o->size = random_size(&rng, block);
	/* Past the last number: blocks of 8, once or twice around. */
	if (world_below(&rng, 150) == 0) {
		o->want.has_blksize = true;
		o->want.blksize = 8;
		o->deaf = o->refuses = false;
		o->want.has_windowsize = o->want.has_windowsize || world_below(&rng, 4) > 0;
		o->size = 8 * PICK(&rng, 65534, 65535, 65536, 65600, 131071, 140000) +
		    world_below(&rng, 9);
		o->lost_ppm = (unsigned)PICK(&rng, 0, PERCENT / 10, PERCENT, 2 * PERCENT);
		o->late_ppm = (unsigned)PICK(&rng, 0, 0, PERCENT / 10, PERCENT);
		o->delay_us = (int64_t)PICK(&rng, 100, 1000);
		o->late_us = (int64_t)PICK(&rng, 50, 1000);
		o->each_us = (int64_t)PICK(&rng, 0, 1);
	}
}

/* NULL, or what does not hold. */
static const char *
judged(const struct world_options *o, const struct world_result *r)
{
	const struct world_side *sender = &r->side[o->write ? WORLD_CLIENT : WORLD_SERVER];
	const struct world_side *taker = &r->side[o->write ? WORLD_SERVER : WORLD_CLIENT];

	if (r->wrong != NULL)
		return r->wrong;
	if (!r->side[WORLD_CLIENT].gone || (r->side[WORLD_SERVER].began &&
	    !r->side[WORLD_SERVER].gone))
		return "a side did not end";
	/* Of one block that is not repeated, only the taker may know (tftp_machine.h). */
	if (o->lost_ppm <= 5 * PERCENT && (!taker->done ||
	    (!sender->done && (sender->reason != TFTP_R_NO_ANSWER || r->blocks != 1))))
		return "it failed on a network that is good enough";
	if (taker->done && !sender->done && r->last_acks_come > 0)
		return "the sender failed although the last ACK came";
	if (sender->failed && (sender->reason == TFTP_R_STALLED ||
	    sender->reason == TFTP_R_LAST_ACK) && r->quiet_us < o->server.stall_us)
		return "the sender gave up too soon";
	if (o->lost_ppm == 0 && o->late_ppm == 0 && sender->resent + taker->resent == 0 &&
	    r->blocks <= UINT16_MAX && sender->data != r->blocks)
		return "blocks were sent twice and no timer ran";
	return NULL;
}

START_TEST(what_is_taken_is_what_was_sent)
{
	struct world_options o;
	struct world_result r;
	char text[600];
	const char *wrong;
	uint64_t first, n = seeds(&first);

	for (uint64_t i = 0; i < n; i++) {
		random_world(first + i, &o);
		world_run(&o, &r);
		wrong = judged(&o, &r);
		if (wrong != NULL) {
			world_describe(&o, &r, text, sizeof(text));
			ck_abort_msg("%s: %s", wrong, text);
		}
	}
}
END_TEST

/* --- a peer that sends anything -------------------------------------------- */

/* A number near those that the machine waits for. */
static uint16_t
random_block(uint64_t *rng, const struct tftp_machine *m)
{
	uint64_t near = world_below(rng, 2) ? m->acked : m->sent;

	switch (world_below(rng, 8)) {
	case 0:
		return (uint16_t)world_random(rng);
	case 1:
		return (uint16_t)(near - world_below(rng, 70));
	case 2:
		return (uint16_t)(near + world_below(rng, 70));
	}
	return (uint16_t)(near + 1);
}

static size_t
random_packet(uint64_t *rng, const struct hostile *h, uint8_t *d, size_t size)
{
	const struct tftp_options o = {
		.has_blksize = world_below(rng, 2), .blksize = (uint16_t)PICK(rng, 8, 512, 1428),
		.has_windowsize = world_below(rng, 2), .windowsize = (uint16_t)PICK(rng, 1, 4, 64),
		.has_tsize = world_below(rng, 2), .tsize = world_below(rng, 100000),
		.has_timeout = world_below(rng, 4) == 0, .timeout_s = 2,
	};
	size_t len;

	switch (world_below(rng, 40)) {
	case 0:
		return tftp_packet_request(d, size, TFTP_RRQ, "x", world_below(rng, 2) ?
		    &o : &h->m.asked);
	case 1:
		return tftp_packet_request(d, size, TFTP_WRQ, "x", world_below(rng, 2) ?
		    &o : &h->m.asked);
	case 2:
		return tftp_packet_error(d, size, (unsigned)world_below(rng, 10), "no");
	case 3:
	case 4:
	case 5:
		return tftp_packet_oack(d, size, world_below(rng, 2) ? &o : &h->m.asked);
	case 6:
		for (len = 0; len < 600; len++)
			d[len] = (uint8_t)world_random(rng);
		d[0] = 0;
		d[1] %= 8;
		return world_below(rng, len);
	}
	if (world_below(rng, 2))
		return tftp_packet_ack(d, size, world_below(rng, 8) ? random_block(rng, &h->m) : 0);
	len = world_below(rng, 40) == 0 ? world_below(rng, 1500) : h->m.blksize;
	if (len > size - TFTP_DATA_HEADER)
		len = 0;
	return tftp_packet_data(d, size, random_block(rng, &h->m)) + len;
}

static void
random_begin(uint64_t *rng, struct hostile *h, uint8_t *d, size_t size)
{
	const struct tftp_options want = {
		.has_blksize = world_below(rng, 2), .blksize = (uint16_t)PICK(rng, 8, 512, 1428),
		.has_windowsize = world_below(rng, 2), .windowsize = (uint16_t)PICK(rng, 1, 4, 64),
		.has_tsize = world_below(rng, 2), .has_timeout = world_below(rng, 4) == 0,
		.timeout_s = 1,
	};
	uint64_t file = world_below(rng, 3) ? world_below(rng, 100000) : UINT64_C(1) << 33;
	struct tftp_limits l;

	tftp_limits_default(&l);
	l.rollover = (uint8_t)world_below(rng, 2);
	if (world_below(rng, 2))
		hostile_ask(h, world_below(rng, 2) ? TFTP_READ : TFTP_WRITE, &l, file, &want);
	else
		ck_assert(hostile_serve(h, &l, file, d, tftp_packet_request(d, size,
		    world_below(rng, 2) ? TFTP_RRQ : TFTP_WRQ, "x", &want)));
}

START_TEST(random_packets_break_nothing)
{
	static uint8_t d[2048];
	struct hostile h;
	uint64_t first, n = seeds(&first), rng, events;
	size_t len;

	for (uint64_t i = 0; i < n; i++) {
		rng = first + i;
		random_begin(&rng, &h, d, sizeof(d));
		events = world_below(&rng, 400);
		for (uint64_t j = 0; j < events && h.wrong == NULL; j++) {
			len = random_packet(&rng, &h, d, sizeof(d));
			hostile_packet(&h, (int64_t)PICK(&rng, 0, 1, 100, 1000, 20000, 300000),
			    d, len);
		}
		hostile_silence(&h);
		if (h.wrong != NULL)
			ck_abort_msg("%s: seed %llu", h.wrong, (unsigned long long)(first + i));
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftp_property");
	TCase *tc = tcase_create("worlds");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, what_is_taken_is_what_was_sent);
	tcase_add_test(tc, random_packets_break_nothing);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

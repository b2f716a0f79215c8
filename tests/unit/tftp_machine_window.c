/*
 * lib/tftp/tftp_machine: block numbers, windows, what goes to a peer that is not heard, and the
 * timer, event by event.
 */
#include <config.h>

#include "tests/unit/tftp_drive.h"

/* --- block numbers -------------------------------------------------------- */

/* Up to block 65,535 and on, as the sender. */
static void
past_the_last_number(uint8_t rollover, uint16_t windowsize)
{
	uint64_t block = 1;

	limits.rollover = rollover;
	sending(windowsize, 200000);
	while (block < 140000) {
		block += a[0].count;
		now_us += RTT;
		ack(tftp_machine_wire(&m, block - 1));
		sends(block, windowsize);
	}
	ck_assert_uint_eq(tftp_machine_wire(&m, 65535), 65535);
	ck_assert_uint_eq(tftp_machine_wire(&m, 65536), rollover);
	ck_assert_uint_eq(tftp_machine_wire(&m, 131070), rollover ? 65535 : 65534);
	ck_assert_uint_eq(tftp_machine_wire(&m, 131071), rollover ? 1 : 65535);
	ck_assert_uint_eq(tftp_machine_wire(&m, 131072), rollover ? 2 : 0);
}

START_TEST(block_numbers_go_on_with_0_or_1)
{
	past_the_last_number(0, 1);
	past_the_last_number(1, 1);
	past_the_last_number(0, 16);
	past_the_last_number(1, 16);
}
END_TEST

/* A receiver up to block 65,535; the window's first is 65,521. */
static void
taken_to_65535(uint16_t windowsize)
{
	taking(windowsize);
	for (uint64_t b = 1; b <= 65535; b++) {
		data((uint16_t)b, 512);
		takes((b - 1) * 512);
	}
}

START_TEST(a_receiver_takes_either_rollover)
{
	taken_to_65535(1);
	now_us += RTT;
	data(0, 512);
	takes(UINT64_C(65535) * 512);
	acknowledges(1, 65536);
	ck_assert_uint_eq(tftp_machine_wire(&m, 65536), 0);
	now_us += RTT;
	data(1, 512);
	acknowledges(1, 65537);

	taken_to_65535(1);
	now_us += RTT;
	data(1, 512);
	takes(UINT64_C(65535) * 512);
	ck_assert_uint_eq(tftp_machine_wire(&m, 65536), 1);
	now_us += RTT;
	data(0, 512);
	nothing();
	data(2, 512);
	acknowledges(1, 65537);
}
END_TEST

START_TEST(a_lost_block_0_is_not_mistaken_for_rollover_to_1)
{
	taken_to_65535(15);	/* 65,535 ends a window */
	now_us += RTT;
	data(1, 512);		/* of 0..14 or of 1..15? */
	only_acknowledges(65535);
	data(2, 512);
	nothing();
	now_us += RTT;
	data(0, 512);
	takes(UINT64_C(65535) * 512);
	data(1, 512);
	takes(UINT64_C(65536) * 512);
}
END_TEST

START_TEST(the_end_of_the_window_proves_rollover_to_1)
{
	taken_to_65535(15);
	now_us += RTT;
	data(1, 512);
	only_acknowledges(65535);
	for (uint16_t b = 2; b <= 14; b++) {
		data(b, 512);
		nothing();
	}
	data(15, 512);		/* with 0 it would be beyond the window */
	now_us += RTT;
	data(1, 512);
	takes(UINT64_C(65535) * 512);
	ck_assert_uint_eq(tftp_machine_wire(&m, 65536), 1);
}
END_TEST

/* --- RFC 7440 ------------------------------------------------------------- */

START_TEST(a_window_is_acknowledged_at_its_end)
{
	taking(4);
	for (uint16_t b = 1; b <= 12; b++) {
		data(b, 512);
		takes((b - 1) * UINT64_C(512));
		if (b % 4 == 0)
			acknowledges(1, b);
		else
			ck_assert_uint_eq(n, 1);
	}
	sending(4, 10);
	now_us += RTT;
	ack(4);
	sends(5, 4);
	now_us += RTT;
	ack(8);
	sends(9, 2);
}
END_TEST

START_TEST(a_gap_is_answered_by_an_ack_of_the_last_good_block)
{
	taking(8);
	data(1, 512);
	data(2, 512);
	data(4, 512);
	only_acknowledges(2);
	data(5, 512);		/* the same gap: said once */
	nothing();
	data(8, 512);
	nothing();
	now_us += RTT;
	data(3, 512);		/* the window begins behind the last good one */
	only_takes(2 * 512);
	for (uint16_t b = 4; b <= 9; b++) {
		data(b, 512);
		only_takes((b - 1) * UINT64_C(512));
	}
	data(10, 512);
	takes(9 * 512);
	acknowledges(1, 10);
}
END_TEST

START_TEST(a_gap_that_comes_again_is_said_again)
{
	taking(8);
	data(2, 512);
	only_acknowledges(0);
	data(3, 512);
	nothing();
	now_us += RTT;
	data(2, 512);		/* the sender began again, and 1 was lost again */
	only_acknowledges(0);
	data(3, 512);
	nothing();
}
END_TEST

START_TEST(a_sender_goes_on_behind_the_last_good_block)
{
	sending(8, 99);
	now_us += RTT;
	ack(2);
	sends(3, 8);
	ack(2);
	nothing();
	now_us += RTT;
	ack(10);
	sends(11, 8);
}
END_TEST

START_TEST(a_window_begins_again_once_for_one_gap)
{
	unsigned windows = 0;

	sending(16, 999);
	now_us += RTT;
	for (uint16_t b = 1; b < 16; b++) {	/* who acknowledges each block */
		ack(b);
		windows += n;
		now_us += 10;
	}
	ck_assert_uint_eq(windows, 1);
	ck_assert_uint_eq(tftp_machine_octets(&m), 15 * 512);
	now_us += RTT;
	ack(17);
	sends(18, 16);
}
END_TEST

START_TEST(a_block_that_comes_again_in_a_window_is_not_acknowledged)
{
	taking(4);
	data(1, 512);
	data(2, 512);
	now_us += RTT;
	data(2, 512);
	nothing();
	data(1, 512);
	nothing();
	data(3, 512);
	only_takes(2 * 512);
	data(4, 512);
	acknowledges(1, 4);
	data(4, 512);
	nothing();		/* doubled on its way */
	now_us += RTT;
	data(3, 512);
	nothing();
	data(4, 512);
	only_acknowledges(4);	/* the sender has not got the ACK */
}
END_TEST

START_TEST(the_end_of_a_window_that_does_not_come_is_not_waited_for_long)
{
	taking(8);
	now_us += RTT;
	for (uint16_t b = 1; b <= 5; b++)
		data(b, 512);
	ck_assert_int_le(timer(), RTT / 2);
	only_acknowledges(5);
	now_us += RTT;
	data(6, 512);
	only_takes(5 * 512);
}
END_TEST

START_TEST(a_slow_line_is_not_taken_for_a_loss)
{
	taking(8);
	now_us += 300 * MS;
	for (uint16_t b = 1; b <= 64; b++) {
		data(b, 512);
		takes((b - 1) * UINT64_C(512));
		ck_assert_int_gt(tftp_machine_deadline_us(&m), now_us + 50 * MS);
		now_us += 50 * MS;
	}
}
END_TEST

START_TEST(a_line_that_slows_down_is_followed)
{
	unsigned cuts = 0;

	taking(8);
	now_us += RTT;
	for (uint16_t b = 1; b <= 8; b++)
		data(b, 512);
	for (uint16_t b = 9; b <= 72; b++) {
		now_us += 50 * MS;
		if (now_us >= tftp_machine_deadline_us(&m))
			cuts += tftp_machine_timer(&m, now_us, a);
		data(b, 512);
		takes((b - 1) * UINT64_C(512));
		data(b - 1, 512);	/* the sender has begun again behind the cut */
	}
	ck_assert_uint_le(cuts, 4);
}
END_TEST

/* --- nothing before an answer ---------------------------------------------- */

START_TEST(no_data_burst_before_the_first_ack)
{
	unsigned packets;

	for (uint16_t windowsize = 0; windowsize <= 64; windowsize += 64) {
		serve(TFTP_SERVE_READ, windowsize > 0 ? 512 : 0, windowsize, 1 << 20);
		for (packets = 0; n == 1; packets++) {
			if (windowsize > 0)
				one(TFTP_SEND_OACK);
			else
				sends(1, 1);
			(void)timer();
		}
		/* DATA is larger than the request: who lacks it asks again */
		ck_assert_uint_eq(packets, windowsize > 0 ? 1 + TFTP_TRIES_UNHEARD : 1);
		nothing();	/* the peer may still ask again */
		(void)timer();
		fails(TFTP_R_NO_ANSWER, -1);
	}
}
END_TEST

START_TEST(an_unheard_peer_gets_little_whatever_is_asked)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 0, 0);
	unsigned packets = 1;
	int64_t began_us = now_us;

	serve(TFTP_SERVE_READ, 0, 0, 1 << 20);
	while (!tftp_machine_over(&m) && packets < 1000) {
		now_us += 5 * MS;
		packet(&r);
		packets += n;
		if (now_us >= tftp_machine_deadline_us(&m)) {
			n = tftp_machine_timer(&m, now_us, a);
			packets += n > 0 && a[0].what == TFTP_SEND_DATA;
		}
	}
	ck_assert_uint_le(packets, 1 + TFTP_TRIES);
	ck_assert_int_le(now_us - began_us, TFTP_UNHEARD_US + SECOND);
}
END_TEST

START_TEST(a_client_asks_some_times_and_gives_up)
{
	unsigned requests = 1;

	ask(TFTP_READ, 1428, 16, 0);
	for (timer(); n == 1; timer()) {
		one(TFTP_SEND_REQUEST);
		requests++;
	}
	ck_assert_uint_eq(requests, TFTP_TRIES);
	fails(TFTP_R_NO_ANSWER, -1);
}
END_TEST

START_TEST(what_makes_no_sense_is_passed_over)
{
	const struct tftp_options o = { .has_tsize = true };

	sending(4, 99);
	data(1, 512);
	nothing();
	oack(&o);
	nothing();
	taking(4);
	ack(0);
	nothing();
	ack(1);
	nothing();
	data(40000, 512);
	nothing();
	data(6, 512);
	nothing();		/* beyond the window */
	ask(TFTP_READ, 512, 4, 0);
	data(2, 512);
	nothing();
	ack(0);
	nothing();
	ask(TFTP_WRITE, 512, 4, 5);
	ack(1);
	nothing();
	data(1, 512);
	nothing();
	serve(TFTP_SERVE_READ, 512, 4, 99);
	ack(1);
	nothing();
}
END_TEST

/* --- the timer ------------------------------------------------------------ */

START_TEST(the_timer_follows_the_round_trip)
{
	int64_t wait_us;

	sending(1, 9999);
	for (uint16_t b = 1; b <= 50; b++) {
		now_us += RTT;
		ack(b);
	}
	wait_us = tftp_machine_deadline_us(&m) - now_us;
	ck_assert_int_ge(wait_us, RTT + 5 * MS);
	ck_assert_int_le(wait_us, 2 * RTT);
	for (uint16_t b = 51; b <= 150; b++) {
		now_us += 400 * MS;
		ack(b);
	}
	wait_us = tftp_machine_deadline_us(&m) - now_us;
	ck_assert_int_ge(wait_us, 400 * MS);
	ck_assert_int_le(wait_us, 600 * MS);
	for (uint16_t b = 151; b <= 300; b++)
		ack(b);
	wait_us = tftp_machine_deadline_us(&m) - now_us;
	ck_assert_int_eq(wait_us, limits.retry_min_us);
}
END_TEST

START_TEST(nothing_sent_twice_is_measured)
{
	int64_t wait_us;

	sending(1, 99);
	now_us += RTT;
	ack(1);
	wait_us = timer();
	sends(2, 1);
	now_us += 1;		/* of the first or of the second? */
	ack(2);
	sends(3, 1);
	ck_assert_int_ge(tftp_machine_deadline_us(&m) - now_us, wait_us);
	now_us += RTT;
	ack(3);
	ck_assert_int_le(tftp_machine_deadline_us(&m) - now_us, wait_us);
}
END_TEST

START_TEST(back_off)
{
	int64_t last_us, wait_us;

	sending(4, 99);
	last_us = timer();
	sends(1, 4);
	for (int i = 0; i < 5; i++) {
		wait_us = timer();
		sends(1, 4);
		ck_assert_int_eq(wait_us, 2 * last_us);
		last_us = wait_us;
	}
	for (int i = 0; i < 5; i++)
		last_us = timer();
	ck_assert_int_eq(last_us, limits.retry_max_us);
	taking(4);
	last_us = timer();
	only_acknowledges(0);
	wait_us = timer();
	only_acknowledges(0);
	ck_assert_int_eq(wait_us, 2 * last_us);
}
END_TEST

START_TEST(retransmission_never_from_a_packet)
{
	const struct tftp_options o = { .has_blksize = true, .blksize = 512 };

	sending(8, 99);
	now_us += 10 * RTT;
	for (int i = 0; i < 70000; i++) {
		ack((uint16_t)((i & 1) ? 0 : 65536 - i % 30000));
		nothing();
		data((uint16_t)i, 512);
		nothing();
		oack(&o);
		nothing();
	}
	n = tftp_machine_timer(&m, now_us, a);
	sends(1, 8);
}
END_TEST

START_TEST(a_receiver_says_again_what_it_has)
{
	taking(4);
	now_us += RTT;
	for (uint16_t b = 1; b <= 4; b++)
		data(b, 512);
	acknowledges(1, 4);
	ck_assert_int_le(timer(), 3 * RTT);
	only_acknowledges(4);
}
END_TEST

START_TEST(a_stalled_transfer_is_ended)
{
	int64_t began_us;

	sending(4, 99);
	began_us = now_us;
	do {
		(void)timer();
		ck_assert_int_le(now_us - began_us, limits.stall_us);
		ack(0);		/* it is there, and gets nowhere */
	} while (n == 0 && !tftp_machine_over(&m));
	ck_assert_int_eq(now_us - began_us, limits.stall_us);

	taking(4);
	began_us = now_us;
	while (!tftp_machine_over(&m)) {
		(void)timer();
		if (!tftp_machine_over(&m))
			data(3, 512);
	}
	fails(TFTP_R_STALLED, TFTP_E_UNDEFINED);
	ck_assert_int_eq(now_us - began_us, limits.stall_us);
}
END_TEST

START_TEST(a_last_ack_that_never_comes_has_its_own_reason)
{
	sending(4, 4);
	now_us += RTT;
	ack(2);
	sends(3, 2);
	while (!tftp_machine_over(&m))
		(void)timer();
	fails(TFTP_R_LAST_ACK, TFTP_E_UNDEFINED);
}
END_TEST

START_TEST(a_granted_timeout_is_the_most_that_is_waited)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 512, 4);

	r.options.has_timeout = true;
	r.options.timeout_s = 1;
	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 99999, now_us, a);
	ack(0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_le(timer(), SECOND);
}
END_TEST

START_TEST(what_was_held_back_is_not_timed)
{
	int64_t wait_us;

	sending(4, 99);
	now_us += RTT;
	ack(4);
	wait_us = tftp_machine_deadline_us(&m) - now_us;
	now_us += 90 * SECOND;	/* the rate limit's */
	tftp_machine_sent(&m, now_us);
	ck_assert_int_eq(tftp_machine_deadline_us(&m) - now_us, wait_us);
	now_us += RTT;
	ack(8);
	sends(9, 4);
	ck_assert_int_le(tftp_machine_deadline_us(&m) - now_us, 3 * RTT);
}
END_TEST

START_TEST(abort_says_why_once)
{
	sending(4, 99);
	n = tftp_machine_abort(&m, TFTP_E_ACCESS, "no more", a);
	fails(TFTP_R_ABORTED, TFTP_E_ACCESS);
	ck_assert_str_eq(a[0].text, "no more");
	n = tftp_machine_abort(&m, TFTP_E_ACCESS, "no more", a);
	nothing();
	ask(TFTP_READ, 0, 0, 0);
	n = tftp_machine_abort(&m, 0, "cancelled", a);
	fails(TFTP_R_ABORTED, -1);	/* nobody is there yet */
	taking(4);
	data(1, 5);
	ck_assert_int_eq(a[1].what, TFTP_ALL_DONE);
	n = tftp_machine_abort(&m, TFTP_E_DISK_FULL, "it cannot be kept", a);
	fails(TFTP_R_ABORTED, TFTP_E_DISK_FULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		block_numbers_go_on_with_0_or_1,
		a_receiver_takes_either_rollover,
		a_lost_block_0_is_not_mistaken_for_rollover_to_1,
		the_end_of_the_window_proves_rollover_to_1,
		a_window_is_acknowledged_at_its_end,
		a_gap_is_answered_by_an_ack_of_the_last_good_block,
		a_gap_that_comes_again_is_said_again,
		a_sender_goes_on_behind_the_last_good_block,
		a_window_begins_again_once_for_one_gap,
		a_block_that_comes_again_in_a_window_is_not_acknowledged,
		the_end_of_a_window_that_does_not_come_is_not_waited_for_long,
		a_slow_line_is_not_taken_for_a_loss, a_line_that_slows_down_is_followed,
		no_data_burst_before_the_first_ack,
		an_unheard_peer_gets_little_whatever_is_asked,
		a_client_asks_some_times_and_gives_up, what_makes_no_sense_is_passed_over,
		the_timer_follows_the_round_trip, nothing_sent_twice_is_measured, back_off,
		retransmission_never_from_a_packet, a_receiver_says_again_what_it_has,
		a_stalled_transfer_is_ended, a_last_ack_that_never_comes_has_its_own_reason,
		a_granted_timeout_is_the_most_that_is_waited, what_was_held_back_is_not_timed,
		abort_says_why_once,
	};

	return tftp_drive_run("tftp_machine_window", tests, sizeof(tests) / sizeof(tests[0]));
}

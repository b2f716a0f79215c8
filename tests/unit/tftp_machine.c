/*
 * lib/tftp/tftp_machine: blocks and options, event by event.
 * What the two sides make of a bad network is in tftp_property.
 */
#include <config.h>

#include "tests/unit/tftp_drive.h"

_Static_assert(sizeof(struct tftp_machine) <= 256, "a transfer's machine has grown");

/* --- RFC 1350 ------------------------------------------------------------- */

START_TEST(a_file_goes_block_by_block)
{
	serve(TFTP_SERVE_READ, 0, 0, 1025);
	sends(1, 1);
	ack(1);
	sends(2, 1);
	ck_assert_uint_eq(tftp_machine_block_len(&m, 2), 512);
	ck_assert_uint_eq(tftp_machine_octets(&m), 512);
	ack(2);
	sends(3, 1);
	ck_assert_uint_eq(tftp_machine_block_len(&m, 3), 1);
	ck_assert(!tftp_machine_over(&m));
	ack(3);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(a[0].what, TFTP_ALL_DONE);
	ck_assert_int_eq(a[1].what, TFTP_GONE);
	ck_assert_uint_eq(tftp_machine_octets(&m), 1025);
	ck_assert(tftp_machine_over(&m));
}
END_TEST

START_TEST(a_file_is_taken_block_by_block)
{
	ask(TFTP_READ, 0, 0, 0);
	data(1, 512);
	takes(0);
	acknowledges(1, 1);
	data(2, 3);
	takes(512);
	ck_assert_int_eq(a[1].what, TFTP_ALL_DONE);
	acknowledges(2, 2);
	ck_assert_uint_eq(tftp_machine_octets(&m), 515);
	ck_assert(tftp_machine_over(&m));
}
END_TEST

START_TEST(a_file_is_written_and_taken)
{
	struct tftp_options o;

	ask(TFTP_WRITE, 1024, 4, 5000);
	ck_assert_uint_eq(a[0].options.tsize, 5000);
	o = a[0].options;
	oack(&o);
	sends(1, 4);
	ack(4);
	sends(5, 1);
	ck_assert_uint_eq(tftp_machine_block_len(&m, 5), 5000 - 4 * 1024);
	ack(5);
	ck_assert_int_eq(a[0].what, TFTP_ALL_DONE);

	ask(TFTP_WRITE, 0, 0, 5);
	ack(0);
	sends(1, 1);

	serve(TFTP_SERVE_WRITE, 0, 0, 0);
	only_acknowledges(0);
	data(1, 5);
	takes(0);
	ck_assert_int_eq(a[1].what, TFTP_ALL_DONE);
}
END_TEST

START_TEST(a_last_block_exactly_full_is_followed_by_an_empty_one)
{
	serve(TFTP_SERVE_READ, 0, 0, 512);
	sends(1, 1);
	ck_assert_uint_eq(tftp_machine_block_len(&m, 1), 512);
	ack(1);
	sends(2, 1);
	ck_assert_uint_eq(tftp_machine_block_len(&m, 2), 0);
	ack(2);
	ck_assert_int_eq(a[0].what, TFTP_ALL_DONE);

	taking(4);
	data(1, 512);
	only_takes(0);
	data(2, 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(a[0].what, TFTP_ALL_DONE);
	acknowledges(1, 2);
	ck_assert_uint_eq(tftp_machine_octets(&m), 512);
}
END_TEST

START_TEST(an_empty_file_is_one_empty_block)
{
	serve(TFTP_SERVE_READ, 0, 0, 0);
	sends(1, 1);
	ck_assert_uint_eq(tftp_machine_block_len(&m, 1), 0);
	ack(1);
	ck_assert_int_eq(a[0].what, TFTP_ALL_DONE);
	ask(TFTP_READ, 0, 0, 0);
	data(1, 0);
	ck_assert_int_eq(a[0].what, TFTP_ALL_DONE);
}
END_TEST

START_TEST(a_duplicate_ack_resends_nothing)
{
	sending(1, 9);
	now_us += RTT;
	ack(1);
	sends(2, 1);
	for (int i = 0; i < 5; i++) {
		ack(1);
		nothing();
		now_us += RTT;
	}
	ack(0);
	nothing();
	ack(2);
	sends(3, 1);
	sending(8, 99);
	now_us += RTT;
	ack(8);
	sends(9, 8);
	for (int i = 0; i < 5; i++) {
		ack(8);
		nothing();
		ack(7);
		nothing();
		now_us += RTT;
	}
}
END_TEST

START_TEST(an_ack_of_what_was_not_sent_is_passed_over)
{
	sending(4, 99);
	ack(5);
	nothing();
	ack(65535);
	nothing();
	ack(40000);
	nothing();
	ck_assert_uint_eq(tftp_machine_octets(&m), 0);
}
END_TEST

START_TEST(error_in_the_middle_ends_it)
{
	sending(4, 99);
	says_error(TFTP_E_DISK_FULL);
	fails(TFTP_R_PEER_ERROR, -1);
	ck_assert_uint_eq(a[0].code, TFTP_E_DISK_FULL);
	ck_assert_str_eq(a[0].text, "said");
	ack(4);
	nothing();
	says_error(TFTP_E_DISK_FULL);
	nothing();
	taking(4);
	data(1, 512);
	says_error(TFTP_E_UNDEFINED);
	fails(TFTP_R_PEER_ERROR, -1);
	ask(TFTP_READ, 0, 0, 0);
	says_error(TFTP_E_NOT_FOUND);
	fails(TFTP_R_PEER_ERROR, -1);
	ck_assert_uint_eq(a[0].code, TFTP_E_NOT_FOUND);
}
END_TEST

START_TEST(lost_final_ack_is_no_failure)
{
	int64_t wait_us;

	taking(4);
	data(1, 100);
	ck_assert_int_eq(a[1].what, TFTP_ALL_DONE);
	acknowledges(2, 1);
	for (int i = 0; i < 3; i++) {
		now_us += 100 * MS;
		data(1, 100);
		only_acknowledges(1);
	}
	wait_us = timer();
	ck_assert_int_ge(wait_us, SECOND);
	one(TFTP_GONE);
	ck_assert_int_eq(tftp_machine_deadline_us(&m), INT64_MAX);
	data(1, 100);
	nothing();
}
END_TEST

START_TEST(dallying_ends_whatever_comes)
{
	unsigned acks = 0;

	taking(4);
	data(1, 100);
	while (tftp_machine_deadline_us(&m) > now_us + MS) {
		now_us += 100 * MS;
		data(1, 100);
		acks += n;
		ck_assert_uint_lt(acks, 100);
	}
	says_error(0);
	one(TFTP_GONE);
}
END_TEST

START_TEST(a_block_too_large_is_an_error)
{
	taking(4);
	data(1, 513);
	fails(TFTP_R_BAD_PACKET, TFTP_E_ILLEGAL);
	ask(TFTP_READ, 1428, 16, 0);
	data(1, 1428);	/* no OACK came: 512 was agreed */
	fails(TFTP_R_BAD_PACKET, TFTP_E_ILLEGAL);
}
END_TEST

START_TEST(only_octet_is_spoken)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 0, 0);

	r.octet = false;
	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 5, now_us, a);
	fails(TFTP_R_OPTIONS, TFTP_E_UNDEFINED);
}
END_TEST

/* --- RFC 2347, 2348, 2349 -------------------------------------------------- */

START_TEST(oack_only_for_what_was_asked)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 0, 0);

	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 5, now_us, a);
	sends(1, 1);
	r.options.has_tsize = true;
	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 5, now_us, a);
	one(TFTP_SEND_OACK);
	ck_assert(a[0].options.has_tsize);
	ck_assert(!a[0].options.has_blksize && !a[0].options.has_windowsize &&
	    !a[0].options.has_timeout);
	ack(0);
	sends(1, 1);
	r = request_of(TFTP_RRQ, 1024, 0);
	r.options.has_timeout = true;
	r.options.timeout_s = 3;
	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 5, now_us, a);
	one(TFTP_SEND_OACK);
	ck_assert(a[0].options.has_blksize && a[0].options.has_timeout);
	ck_assert_uint_eq(a[0].options.timeout_s, 3);
	ck_assert(!a[0].options.has_windowsize && !a[0].options.has_tsize);
}
END_TEST

START_TEST(blksize_never_above_what_was_asked)
{
	serve(TFTP_SERVE_READ, 1000, 0, 5000);
	ck_assert_uint_eq(a[0].options.blksize, 1000);
	serve(TFTP_SERVE_READ, 8, 0, 5000);
	ck_assert_uint_eq(a[0].options.blksize, 8);
	serve(TFTP_SERVE_READ, 65464, 0, 5000);
	ck_assert_uint_eq(a[0].options.blksize, 1428);
	limits.blksize_max = 8192;
	serve(TFTP_SERVE_WRITE, 9000, 0, 0);
	ck_assert_uint_eq(a[0].options.blksize, 8192);
}
END_TEST

START_TEST(blksize_is_1428_by_default)
{
	ck_assert_uint_eq(limits.blksize_max, 1428);
	ask(TFTP_READ, 65464, 1, 0);
	ck_assert_uint_eq(a[0].options.blksize, 1428);
}
END_TEST

START_TEST(windowsize_never_above_what_was_asked)
{
	serve(TFTP_SERVE_READ, 0, 3, 5000);
	ck_assert_uint_eq(a[0].options.windowsize, 3);
	serve(TFTP_SERVE_READ, 0, 65535, 5000);
	ck_assert_uint_eq(a[0].options.windowsize, 64);
	limits.windowsize_max = 1;
	serve(TFTP_SERVE_READ, 0, 16, 5000);
	ck_assert_uint_eq(a[0].options.windowsize, 1);
}
END_TEST

START_TEST(limits_out_of_range_are_brought_into_it)
{
	limits = (struct tftp_limits){ .rollover = 7 };
	serve(TFTP_SERVE_READ, 512, 5, 5000);
	ck_assert_uint_eq(a[0].options.blksize, 8);
	ck_assert_uint_eq(a[0].options.windowsize, 1);
	ack(0);
	sends(1, 1);
	ck_assert_uint_eq(tftp_machine_wire(&m, 65536), 1);
	limits = (struct tftp_limits){
		.blksize_max = 65535, .windowsize_max = 65535, .retry_min_us = INT64_MAX,
		.retry_max_us = INT64_MIN, .stall_us = INT64_MAX,
	};
	serve(TFTP_SERVE_READ, 65464, 65535, 5000);
	ck_assert_uint_eq(a[0].options.blksize, 65464);
	ck_assert_uint_eq(a[0].options.windowsize, TFTP_WINDOW_MOST);
	(void)timer();
}
END_TEST

START_TEST(tsize_0)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 0, 0);
	struct tftp_options o = { .has_tsize = true, .tsize = 0 };

	r.options.has_tsize = true;	/* 0 asks how large */
	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 123456, now_us, a);
	ck_assert_uint_eq(a[0].options.tsize, 123456);
	n = tftp_machine_serve(&m, TFTP_SERVE_READ, &r, &limits, 0, now_us, a);
	ck_assert(a[0].options.has_tsize);
	ck_assert_uint_eq(a[0].options.tsize, 0);

	ask(TFTP_READ, 512, 0, 77);
	ck_assert(a[0].options.has_tsize);
	ck_assert_uint_eq(a[0].options.tsize, 0);
	oack(&o);		/* an empty file is told */
	ck_assert_int_eq(a[0].what, TFTP_SIZE_KNOWN);
	ck_assert_uint_eq(a[0].options.tsize, 0);
	acknowledges(1, 0);
}
END_TEST

START_TEST(a_size_that_is_told_comes_first)
{
	struct tftp_packet r = request_of(TFTP_WRQ, 512, 0);

	r.options.has_tsize = true;
	r.options.tsize = 1 << 30;
	n = tftp_machine_serve(&m, TFTP_SERVE_WRITE, &r, &limits, 0, now_us, a);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(a[0].what, TFTP_SIZE_KNOWN);
	ck_assert_uint_eq(a[0].options.tsize, 1 << 30);
	ck_assert_int_eq(a[1].what, TFTP_SEND_OACK);
	ck_assert_uint_eq(a[1].options.tsize, 1 << 30);
	n = tftp_machine_abort(&m, TFTP_E_DISK_FULL, "too large", a);
	fails(TFTP_R_ABORTED, TFTP_E_DISK_FULL);
}
END_TEST

START_TEST(probe_then_error_8_is_normal)
{
	serve(TFTP_SERVE_READ, 512, 0, 5000);
	one(TFTP_SEND_OACK);
	says_error(TFTP_E_OPTION);
	fails(TFTP_R_PROBE, -1);
	serve(TFTP_SERVE_READ, 512, 0, 5000);
	says_error(TFTP_E_NOT_FOUND);
	fails(TFTP_R_PEER_ERROR, -1);
	sending(4, 99);
	says_error(TFTP_E_OPTION);	/* in the middle it is one */
	fails(TFTP_R_PEER_ERROR, -1);
}
END_TEST

START_TEST(a_lost_oack_is_answered_again)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 512, 16), other = request_of(TFTP_RRQ, 8, 16);

	serve(TFTP_SERVE_READ, 512, 16, 5000);
	packet(&r);
	nothing();		/* doubled on its way */
	now_us += 500 * MS;
	packet(&r);
	one(TFTP_SEND_OACK);
	ck_assert_uint_eq(a[0].options.windowsize, 16);
	now_us += 500 * MS;
	packet(&other);
	nothing();		/* another transfer: the caller's to begin */
	ack(0);
	sends(1, 10);
	now_us += 500 * MS;
	packet(&r);
	nothing();		/* under way: an old one */
	r.opcode = TFTP_WRQ;
	serve(TFTP_SERVE_WRITE, 512, 16, 0);
	now_us += 500 * MS;
	packet(&r);
	one(TFTP_SEND_OACK);
}
END_TEST

START_TEST(a_lost_first_block_is_sent_again_for_the_request)
{
	struct tftp_packet r = request_of(TFTP_RRQ, 0, 0);

	serve(TFTP_SERVE_READ, 0, 0, 5000);
	sends(1, 1);
	now_us += 500 * MS;
	packet(&r);
	sends(1, 1);
	ack(1);
	sends(2, 1);
}
END_TEST

START_TEST(an_oack_that_comes_again_is_acknowledged_again)
{
	struct tftp_options o;

	ask(TFTP_READ, 512, 4, 0);
	o = a[0].options;
	oack(&o);
	now_us += 500 * MS;
	oack(&o);
	only_acknowledges(0);
	data(1, 512);
	only_takes(0);
	now_us += 500 * MS;
	oack(&o);
	nothing();
}
END_TEST

START_TEST(an_oack_that_was_not_asked_for_is_error_8)
{
	static const struct tftp_options wrong[] = {
		{ .has_blksize = true, .blksize = 1025 },
		{ .has_windowsize = true, .windowsize = 5 },
		{ .has_timeout = true, .timeout_s = 1 },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ask(TFTP_READ, 1024, 4, 0);
		oack(&wrong[i]);
		fails(TFTP_R_OPTIONS, TFTP_E_OPTION);
		ask(TFTP_WRITE, 1024, 4, 99);
		oack(&wrong[i]);
		fails(TFTP_R_OPTIONS, TFTP_E_OPTION);
		ask(TFTP_READ, 0, 0, 0);
		oack(&wrong[i]);
		fails(TFTP_R_OPTIONS, TFTP_E_OPTION);
	}
}
END_TEST

START_TEST(what_is_granted_less_counts)
{
	struct tftp_options o = { .has_blksize = true, .blksize = 100 };

	ask(TFTP_READ, 1024, 4, 0);
	oack(&o);
	only_acknowledges(0);
	data(1, 100);
	takes(0);
	acknowledges(1, 1);	/* no window was granted */
	data(2, 99);
	ck_assert_int_eq(a[1].what, TFTP_ALL_DONE);
}
END_TEST

START_TEST(error_8_is_asked_again_without_options)
{
	ask(TFTP_READ, 1024, 4, 0);
	says_error(TFTP_E_OPTION);
	one(TFTP_SEND_REQUEST);
	ck_assert(!a[0].options.has_blksize && !a[0].options.has_windowsize &&
	    !a[0].options.has_tsize);
	says_error(TFTP_E_OPTION);	/* doubled on its way */
	nothing();
	data(1, 512);
	takes(0);
	acknowledges(1, 1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_file_goes_block_by_block, a_file_is_taken_block_by_block,
		a_file_is_written_and_taken,
		a_last_block_exactly_full_is_followed_by_an_empty_one,
		an_empty_file_is_one_empty_block, a_duplicate_ack_resends_nothing,
		an_ack_of_what_was_not_sent_is_passed_over, error_in_the_middle_ends_it,
		lost_final_ack_is_no_failure, dallying_ends_whatever_comes,
		a_block_too_large_is_an_error, only_octet_is_spoken,
		oack_only_for_what_was_asked,
		blksize_never_above_what_was_asked, blksize_is_1428_by_default,
		windowsize_never_above_what_was_asked, limits_out_of_range_are_brought_into_it,
		tsize_0, a_size_that_is_told_comes_first, probe_then_error_8_is_normal,
		a_lost_oack_is_answered_again, a_lost_first_block_is_sent_again_for_the_request,
		an_oack_that_comes_again_is_acknowledged_again,
		an_oack_that_was_not_asked_for_is_error_8, what_is_granted_less_counts,
		error_8_is_asked_again_without_options,
	};

	return tftp_drive_run("tftp_machine", tests, sizeof(tests) / sizeof(tests[0]));
}

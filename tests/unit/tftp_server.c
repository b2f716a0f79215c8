/*
 * lib/tftp/tftp_server: what clients of every kind get, on loopback.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/tftp_loop.h"

enum { BLOCK = 512 };

static const struct tftp_options windows = { .has_windowsize = true, .windowsize = 8 };

/* --- who is who ------------------------------------------------------------------- */

START_TEST(the_same_request_again_is_one_transfer)
{
	struct tftp_options size = { .has_tsize = true };
	int fd = loop_client("127.0.0.1");
	union tftp_address first, second;
	struct tftp_packet p;

	loop_file("f", 2 * BLOCK);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", &size);
	(void)loop_hear(fd, &p, &first);
	ck_assert_int_eq(p.opcode, TFTP_OACK);
	ck_assert_uint_eq(p.options.tsize, 2 * BLOCK);
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", &size);
	(void)loop_hear(fd, &p, &second);
	ck_assert_int_eq(p.opcode, TFTP_OACK);
	ck_assert_uint_eq(tftp_address_port(&first), tftp_address_port(&second));
	ck_assert_uint_eq(loop.opened, 1);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->running, 1);
	(void)close(fd);
}
END_TEST

START_TEST(another_request_from_there_takes_its_place_without_an_error)
{
	int fd = loop_client("127.0.0.1");
	struct tftp_packet p;

	loop_file("f", 9 * BLOCK);
	loop_file("g", 9);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, NULL);
	loop_ask(fd, &loop.at, TFTP_RRQ, "g", NULL);
	(void)loop_hear(fd, &p, NULL);
	ck_assert_int_eq(p.opcode, TFTP_DATA);
	ck_assert_uint_eq(p.data_len, 9);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->running, 1);
	(void)close(fd);
}
END_TEST

/* A reset client, or a forger: which of them, only time tells.  _i: the same file, or another. */
START_TEST(a_request_does_not_end_a_transfer_that_goes_on)
{
	int fd = loop_client("127.0.0.1");
	const char *name = _i == 0 ? "f" : "g";
	union tftp_address from;
	struct tftp_packet p;

	loop_file("f", 9 * BLOCK);
	loop_file("g", 9);
	loop.options.limits.retry_min_us = loop.options.limits.retry_max_us = 30000000;
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, &from);
	loop_ack(fd, &from, 1);
	(void)loop_hear(fd, &p, NULL);
	loop_ask(fd, &loop.at, TFTP_RRQ, name, NULL);
	loop_ask(fd, &loop.at, TFTP_WRQ, "w", NULL);
	ck_assert(loop_quiet(fd));
	loop_ack(fd, &from, 2);
	(void)loop_hear(fd, &p, NULL);
	ck_assert_uint_eq(p.block, 3);
	ck_assert_uint_eq(loop.ended, 0);
	do
		loop_ask(fd, &loop.at, TFTP_RRQ, name, NULL);
	while (!loop_heard(fd, &p));
	ck_assert_uint_eq(loop.ended, 1);
	ck_assert_uint_eq(loop.opened, 2);
	ck_assert_uint_eq(p.block, 1);
	ck_assert_uint_eq(p.data_len, _i == 0 ? BLOCK : 9);
	(void)close(fd);
}
END_TEST

/* _i: 1 with one port for all. */
START_TEST(wrong_tid_gets_error_5_and_the_transfer_lives)
{
	int fd = loop_client("127.0.0.1"), other = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;

	loop.options.single_port = _i == 1;
	loop_file("f", BLOCK + 1);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, &from);
	ck_assert_int_eq(tftp_address_port(&from) == tftp_address_port(&loop.at), _i == 1);
	loop_ack(other, &from, 1);
	loop_hear_error(other, TFTP_E_UNKNOWN_TID);
	ck_assert(loop_quiet(fd));
	loop_ack(fd, &from, 1);
	(void)loop_hear(fd, &p, NULL);
	ck_assert_int_eq(p.opcode, TFTP_DATA);
	ck_assert_uint_eq(p.block, 2);
	ck_assert_uint_eq(p.data_len, 1);
	loop_ack(fd, &from, 2);
	loop_until(&loop.ended, 1);
	ck_assert(loop.last.good);
	ck_assert_uint_eq(loop.last.octets, BLOCK + 1);
	(void)close(fd);
	(void)close(other);
}
END_TEST

START_TEST(an_error_of_a_stranger_ends_nothing_and_is_not_answered)
{
	int fd = loop_client("127.0.0.1"), other = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;
	uint8_t out[64];

	loop_file("f", BLOCK + 1);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, &from);
	loop_say(other, &from, out, tftp_packet_error(out, sizeof(out), 0, "go away"));
	ck_assert(loop_quiet(other));
	ck_assert_uint_eq(loop.ended, 0);
	loop_say(fd, &from, out, tftp_packet_error(out, sizeof(out), 0, "enough"));
	loop_until(&loop.ended, 1);
	ck_assert_int_eq(loop.last.reason, TFTP_R_PEER_ERROR);
	ck_assert_str_eq(loop.text, "enough");
	ck_assert(loop_quiet(fd));
	(void)close(fd);
	(void)close(other);
}
END_TEST

START_TEST(one_of_a_number_ends_the_older_one)
{
	int older = loop_client("127.0.0.1"), newer = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;

	loop.one_of = 7;
	loop_file("f", 9 * BLOCK);
	loop_start();
	loop_ask(older, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(older, &p, NULL);
	loop_ask(newer, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(newer, &p, &from);
	ck_assert_int_eq(p.opcode, TFTP_DATA);
	loop_hear_error(older, TFTP_E_UNDEFINED);
	ck_assert_uint_eq(loop.ended, 1);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->running, 1);
	loop_ack(newer, &from, 1);
	(void)loop_hear(newer, &p, NULL);
	ck_assert_uint_eq(p.block, 2);
	tftp_server_end_one_of(loop.server, 7, "withdrawn");
	loop_hear_error(newer, TFTP_E_UNDEFINED);
	ck_assert_str_eq(loop.text, "withdrawn");
	(void)close(older);
	(void)close(newer);
}
END_TEST

/* --- addresses ---------------------------------------------------------------------- */

START_TEST(ipv4_that_comes_mapped_is_ipv4)
{
	struct parse_range range;
	int fd = loop_client("127.0.0.1");
	struct tftp_packet p;
	union tftp_address at = { 0 };

	loop_file("f", 3);
	loop_listen("::", 0);
	loop_start();
	at.v4.sin_family = AF_INET;
	at.v4.sin_port = loop.at.v6.sin6_port;
	at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	loop_ask(fd, &at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, &at);
	ck_assert_uint_eq(p.data_len, 3);
	ck_assert_str_eq(loop.from, "127.0.0.1");
	ck_assert_int_eq(parse_cidr("127.0.0.0/8", 0, &range, NULL), 0);
	ck_assert(parse_range_holds(&range, loop.from));
	(void)close(fd);
}
END_TEST

/* The address that was asked answers, of all that the host has. */
START_TEST(the_answer_comes_from_the_address_that_was_asked)
{
	int fd = loop_client("0.0.0.0");
	union tftp_address from, at;
	struct tftp_packet p;

	loop.options.single_port = _i == 1;
	loop_file("f", 3);
	loop_listen("0.0.0.0", 0);
	loop_start();
	at = loop.at;
	ck_assert_int_eq(inet_pton(AF_INET, "127.9.8.7", &at.v4.sin_addr), 1);
	loop_ask(fd, &at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, &from);
	ck_assert_uint_eq(from.v4.sin_addr.s_addr, at.v4.sin_addr.s_addr);
	(void)close(fd);
}
END_TEST

START_TEST(ports_are_of_the_range)
{
	int fd = loop_client("127.0.0.1"), taken = loop_client("127.0.0.1");
	union tftp_address from, one;
	socklen_t len = sizeof(one);
	struct tftp_packet p;
	unsigned first;

	/* The range begins with a port that is taken: the next one does. */
	ck_assert_int_eq(getsockname(taken, &one.any, &len), 0);
	first = tftp_address_port(&one);
	if (first > 65000)
		first -= 64;
	loop.options.port_first = (uint16_t)first;
	loop.options.port_last = (uint16_t)(first + 255);
	loop_file("f", 3);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, &from);
	ck_assert_uint_ge(tftp_address_port(&from), first);
	ck_assert_uint_le(tftp_address_port(&from), first + 255);
	(void)close(fd);
	(void)close(taken);
}
END_TEST

/* --- limits --------------------------------------------------------------------------- */

START_TEST(an_address_and_all_have_limits)
{
	int fd[4] = { loop_client("127.0.0.1"), loop_client("127.0.0.1"),
		loop_client("127.0.0.2"), loop_client("127.0.0.3") };
	struct tftp_packet p;

	loop.options.address_most = 1;
	loop.options.clients_most = 2;
	loop_file("f", 9 * BLOCK);
	loop_start();
	loop_ask(fd[0], &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd[0], &p, NULL);
	loop_ask(fd[1], &loop.at, TFTP_RRQ, "f", NULL);
	loop_hear_error(fd[1], TFTP_E_UNDEFINED);
	loop_ask(fd[2], &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd[2], &p, NULL);
	ck_assert_int_eq(p.opcode, TFTP_DATA);
	loop_ask(fd[3], &loop.at, TFTP_RRQ, "f", NULL);
	loop_hear_error(fd[3], TFTP_E_UNDEFINED);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->refused, 2);
	ck_assert_uint_eq(loop.opened, 2);
	for (int i = 0; i < 4; i++)
		(void)close(fd[i]);
}
END_TEST

/* Read with windows of 8 until the end; how many milliseconds it took. */
static int64_t
read_all(int fd, size_t size)
{
	union tftp_address from;
	struct tftp_packet p;
	uint64_t have = 0, block = 0;

	loop_ask(fd, &loop.at, TFTP_RRQ, "f", &windows);
	(void)loop_hear(fd, &p, &from);
	ck_assert_int_eq(p.opcode, TFTP_OACK);
	loop_ack(fd, &from, 0);
	while (block * BLOCK <= size) {
		(void)loop_hear(fd, &p, NULL);
		ck_assert_int_eq(p.opcode, TFTP_DATA);
		ck_assert_uint_eq(p.block, (uint16_t)++block);
		for (size_t i = 0; i < p.data_len; i++)
			ck_assert_uint_eq(p.data[i], (uint8_t)((have + i) * 7));
		have += p.data_len;
		if (block % 8 == 0 || p.data_len < BLOCK)
			loop_ack(fd, &from, (uint16_t)block);
	}
	ck_assert_uint_eq(have, size);
	loop_until(&loop.ended, 1);
	ck_assert(loop.last.good);
	return loop.last.took_us / 1000;
}

/* _i: 0 the rate of all, 1 the rate of a network. */
START_TEST(rate_is_kept_and_nothing_is_sent_again_for_it)
{
	static struct tftp_site_rate sites[2];
	int fd = loop_client("127.0.0.1");
	size_t size = 4 * 8 * BLOCK;

	loop_file("f", size);
	/* A second between windows, much longer than the timer waits. */
	loop.options.limits.retry_min_us = 300000;
	if (_i == 0) {
		loop.options.rate = 4096;
	} else {
		ck_assert_int_eq(parse_cidr("10.0.0.0/8", 0, &sites[0].network, NULL), 0);
		ck_assert_int_eq(parse_cidr("127.0.0.0/8", 0, &sites[1].network, NULL), 0);
		sites[0].rate = 1024;
		sites[1].rate = 4096;
		loop.options.sites = sites;
		loop.options.site_count = 2;
	}
	loop_start();
	/* Of four seconds' worth the last window, and a burst, may be ahead. */
	ck_assert_int_ge(read_all(fd, size), 2800);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->octets, size);
	(void)close(fd);
}
END_TEST

START_TEST(without_a_rate_and_with_each_way_of_sending_the_file_is_whole)
{
	int fd = loop_client("127.0.0.1");

	loop.options.no_segment = _i == 1;
	/* However late this process is, nothing is sent again. */
	loop.options.limits.retry_min_us = loop.options.limits.retry_max_us = 30000000;
	loop_file("f", 100 * 1000);
	loop_start();
	(void)read_all(fd, 100 * 1000);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->octets, 100 * 1000);
	/* A window goes out in one call. */
	ck_assert_uint_eq(tftp_server_counts(loop.server)->calls, 25);
	ck_assert(_i == 0 || !tftp_server_counts(loop.server)->segment);
	(void)close(fd);
}
END_TEST

/* --- what cannot go well ----------------------------------------------------------------- */

/* Read a block, then what `spoil` does, then go on. */
static void
begin_reading(int fd, union tftp_address *from, size_t size)
{
	struct tftp_packet p;

	loop_file("f", size);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(fd, &p, from);
	ck_assert_int_eq(p.opcode, TFTP_DATA);
}

START_TEST(a_file_that_shrinks_ends_in_an_error)
{
	int fd = loop_client("127.0.0.1");
	union tftp_address from;

	begin_reading(fd, &from, 1 << 20);
	ck_assert_int_eq(truncate(support_path("f"), _i == 0 ? 0 : (1 << 20) - 1), 0);
	loop_ack(fd, &from, 1);
	loop_hear_error(fd, TFTP_E_UNDEFINED);
	loop_until(&loop.ended, 1);
	ck_assert(!loop.last.good);
	ck_assert_str_eq(loop.text, "the file has changed");
	(void)close(fd);
}
END_TEST

START_TEST(a_file_that_vanishes_ends_in_an_error)
{
	int fd = loop_client("127.0.0.1");
	union tftp_address from;

	begin_reading(fd, &from, 1 << 20);
	ck_assert_int_eq(unlink(support_path("f")), 0);
	loop_ack(fd, &from, 1);
	loop_hear_error(fd, TFTP_E_UNDEFINED);
	(void)close(fd);
}
END_TEST

START_TEST(a_file_that_is_replaced_is_read_on_as_it_was)
{
	int fd = loop_client("127.0.0.1"), other = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;

	begin_reading(fd, &from, 2 * BLOCK);
	support_write(support_path("new"), "new", 3);
	ck_assert_int_eq(rename(support_path("new"), support_path("f")), 0);
	loop_ask(other, &loop.at, TFTP_RRQ, "f", NULL);
	(void)loop_hear(other, &p, NULL);
	ck_assert_uint_eq(p.data_len, 3);
	loop_ack(fd, &from, 1);
	(void)loop_hear(fd, &p, NULL);
	ck_assert_uint_eq(p.block, 2);
	ck_assert_uint_eq(p.data_len, BLOCK);
	(void)close(fd);
	(void)close(other);
}
END_TEST

START_TEST(one_image_is_open_once_however_many_read_it)
{
	int fd[8];
	struct tftp_packet p;

	loop_file("f", 9 * BLOCK);
	loop_start();
	for (int i = 0; i < 8; i++) {
		fd[i] = loop_client("127.0.0.1");
		loop_ask(fd[i], &loop.at, TFTP_RRQ, "f", NULL);
		(void)loop_hear(fd[i], &p, NULL);
	}
	ck_assert_uint_eq(tftp_server_counts(loop.server)->running, 8);
	ck_assert_uint_eq(tftp_files_count(loop.files), 1);
	tftp_server_free(loop.server);
	loop.server = NULL;
	ck_assert_uint_eq(tftp_files_count(loop.files), 0);
	for (int i = 0; i < 8; i++) {
		loop_hear_error(fd[i], TFTP_E_UNDEFINED);
		(void)close(fd[i]);
	}
}
END_TEST

START_TEST(a_silent_client_is_given_up)
{
	int fd = loop_client("127.0.0.1");
	union tftp_address from;

	loop.options.limits.stall_us = 300000;
	begin_reading(fd, &from, 1 << 20);
	loop_ack(fd, &from, 1);
	loop_until(&loop.ended, 1);
	ck_assert_int_eq(loop.last.reason, TFTP_R_STALLED);
	ck_assert_uint_eq(tftp_server_counts(loop.server)->running, 0);
	(void)close(fd);
}
END_TEST

START_TEST(a_request_that_cannot_be_served_is_told_so)
{
	static const char netascii[] = "\0\1f\0netascii", torn[] = "\0\1f\0octet\0blksize";
	int fd = loop_client("127.0.0.1");

	loop_file("f", 3);
	loop_start();
	loop_say(fd, &loop.at, netascii, sizeof(netascii));
	loop_hear_error(fd, TFTP_E_UNDEFINED);
	loop_say(fd, &loop.at, torn, sizeof(torn));
	loop_hear_error(fd, TFTP_E_ILLEGAL);
	loop_say(fd, &loop.at, "\0\7", 2);
	ck_assert(loop_quiet(fd));
	(void)close(fd);
}
END_TEST

/* --- writing --------------------------------------------------------------------------------- */

/* _i: 0, or why it cannot be kept. */
START_TEST(the_last_ack_says_that_it_is_kept)
{
	int fd = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;
	uint8_t data[4 + 3];

	loop.keep = -_i;
	loop_start();
	loop_ask(fd, &loop.at, TFTP_WRQ, "w", NULL);
	(void)loop_hear(fd, &p, &from);
	ck_assert_int_eq(p.opcode, TFTP_ACK);
	ck_assert_uint_eq(p.block, 0);
	(void)tftp_packet_data(data, sizeof(data), 1);
	(void)memcpy(data + 4, "abc", 3);
	loop_say(fd, &from, data, sizeof(data));
	if (_i == 0) {
		(void)loop_hear(fd, &p, NULL);
		ck_assert_int_eq(p.opcode, TFTP_ACK);
		ck_assert_uint_eq(p.block, 1);
		/* It was lost: once more, and nothing is written twice. */
		loop_say(fd, &from, data, sizeof(data));
		(void)loop_hear(fd, &p, NULL);
		ck_assert_uint_eq(p.block, 1);
	} else {
		loop_hear_error(fd, TFTP_E_DISK_FULL);
	}
	ck_assert_uint_eq(loop.written, 3);
	ck_assert_uint_eq(loop.kept, 1);
	ck_assert_uint_eq(loop.ended, 1);
	ck_assert_int_eq(loop.last.good, _i == 0);
	(void)close(fd);
}
END_TEST

/* _i: 0, or why it cannot be kept in the end. */
START_TEST(the_last_ack_waits_until_it_is_kept)
{
	int fd = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;
	uint8_t data[4 + 3];

	loop.keep = -EINPROGRESS;
	loop.options.limits.retry_max_us = 30000;	/* the end's timer runs out meanwhile */
	loop_file("f", 3);
	loop_start();
	loop_ask(fd, &loop.at, TFTP_WRQ, "w", NULL);
	(void)loop_hear(fd, &p, &from);
	(void)tftp_packet_data(data, sizeof(data), 1);
	(void)memcpy(data + 4, "abc", 3);
	loop_say(fd, &from, data, sizeof(data));
	loop_until(&loop.kept, 1);
	loop_say(fd, &from, data, sizeof(data));
	loop_ask(fd, &loop.at, TFTP_WRQ, "w", NULL);
	loop_ask(fd, &loop.at, TFTP_RRQ, "f", NULL);
	ck_assert(loop_quiet(fd));
	ck_assert_uint_eq(loop.ended, 0);
	tftp_server_kept(loop.server, &loop, 0);	/* nobody's */
	tftp_server_kept(loop.server, NULL, -_i);
	if (_i == 0) {
		(void)loop_hear(fd, &p, NULL);
		ck_assert_int_eq(p.opcode, TFTP_ACK);
		ck_assert_uint_eq(p.block, 1);
	} else {
		loop_hear_error(fd, TFTP_E_DISK_FULL);
	}
	ck_assert_uint_eq(loop.written, 3);
	ck_assert_uint_eq(loop.kept, 1);
	ck_assert_uint_eq(loop.ended, 1);
	ck_assert_int_eq(loop.last.good, _i == 0);
	(void)close(fd);
}
END_TEST

START_TEST(a_server_that_stops_waits_for_nothing_to_be_kept)
{
	int fd = loop_client("127.0.0.1");
	union tftp_address from;
	struct tftp_packet p;
	uint8_t data[4];

	loop.keep = -EINPROGRESS;
	loop_start();
	loop_ask(fd, &loop.at, TFTP_WRQ, "w", NULL);
	(void)loop_hear(fd, &p, &from);
	(void)tftp_packet_data(data, sizeof(data), 1);
	loop_say(fd, &from, data, sizeof(data));
	loop_until(&loop.kept, 1);
	tftp_server_free(loop.server);
	loop.server = NULL;
	ck_assert_uint_eq(loop.ended, 1);
	ck_assert(!loop.last.good);
	loop_hear_error(fd, TFTP_E_UNDEFINED);
	(void)close(fd);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftp_server");
	TCase *tc = tcase_create("tftp_server");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, loop_prepare, loop_release);
	tcase_add_test(tc, the_same_request_again_is_one_transfer);
	tcase_add_test(tc, another_request_from_there_takes_its_place_without_an_error);
	tcase_add_loop_test(tc, a_request_does_not_end_a_transfer_that_goes_on, 0, 2);
	tcase_add_loop_test(tc, wrong_tid_gets_error_5_and_the_transfer_lives, 0, 2);
	tcase_add_test(tc, an_error_of_a_stranger_ends_nothing_and_is_not_answered);
	tcase_add_test(tc, one_of_a_number_ends_the_older_one);
	tcase_add_test(tc, ipv4_that_comes_mapped_is_ipv4);
	tcase_add_loop_test(tc, the_answer_comes_from_the_address_that_was_asked, 0, 2);
	tcase_add_test(tc, ports_are_of_the_range);
	tcase_add_test(tc, an_address_and_all_have_limits);
	tcase_add_loop_test(tc, rate_is_kept_and_nothing_is_sent_again_for_it, 0, 2);
	tcase_add_loop_test(tc, without_a_rate_and_with_each_way_of_sending_the_file_is_whole,
		0, 2);
	tcase_add_loop_test(tc, a_file_that_shrinks_ends_in_an_error, 0, 2);
	tcase_add_test(tc, a_file_that_vanishes_ends_in_an_error);
	tcase_add_test(tc, a_file_that_is_replaced_is_read_on_as_it_was);
	tcase_add_test(tc, one_image_is_open_once_however_many_read_it);
	tcase_add_test(tc, a_silent_client_is_given_up);
	tcase_add_test(tc, a_request_that_cannot_be_served_is_told_so);
	tcase_add_loop_test(tc, the_last_ack_says_that_it_is_kept, 0, 1);
	tcase_add_loop_test(tc, the_last_ack_says_that_it_is_kept, ENOSPC, ENOSPC + 1);
	tcase_add_loop_test(tc, the_last_ack_waits_until_it_is_kept, 0, 1);
	tcase_add_loop_test(tc, the_last_ack_waits_until_it_is_kept, ENOSPC, ENOSPC + 1);
	tcase_add_test(tc, a_server_that_stops_waits_for_nothing_to_be_kept);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

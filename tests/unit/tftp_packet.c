/* lib/tftp/tftp_packet: each form of a packet, right and wrong. */
#include <config.h>

#include "lib/tftp/tftp_packet.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/support.h"

static struct tftp_packet p;
static uint8_t d[70000];

/* The octets of a string literal, without its last NUL. */
#define DECODE(text) tftp_packet_decode(text, sizeof(text) - 1, &p)

static void
refused(const void *octets, size_t len)
{
	struct tftp_packet before;

	memset(&p, 0x5a, sizeof(p));
	before = p;
	ck_assert_int_eq(tftp_packet_decode(octets, len, &p), -EBADMSG);
	ck_assert_int_eq(memcmp(&p, &before, sizeof(p)), 0);
}
#define REFUSED(text) refused(text, sizeof(text) - 1)

/* --- requests ------------------------------------------------------------- */

START_TEST(a_request_is_taken_apart)
{
	ck_assert_int_eq(DECODE("\0\1name\0octet\0"), 0);
	ck_assert_int_eq(p.opcode, TFTP_RRQ);
	ck_assert_str_eq(p.name, "name");
	ck_assert(p.octet);
	ck_assert(!p.options.has_blksize && !p.options.has_timeout && !p.options.has_tsize &&
	    !p.options.has_windowsize);
	ck_assert_int_eq(DECODE("\0\2a/b\0OcTeT\0BLKSIZE\0" "1428\0timeout\0" "3\0tsize\0"
	    "123456789012\0windowSize\0" "16\0"), 0);
	ck_assert_int_eq(p.opcode, TFTP_WRQ);
	ck_assert_str_eq(p.name, "a/b");
	ck_assert(p.octet && p.options.has_blksize && p.options.has_timeout);
	ck_assert_uint_eq(p.options.blksize, 1428);
	ck_assert_uint_eq(p.options.timeout_s, 3);
	ck_assert_uint_eq(p.options.tsize, UINT64_C(123456789012));
	ck_assert_uint_eq(p.options.windowsize, 16);
	ck_assert_int_eq(DECODE("\0\1name\0netascii\0"), 0);
	ck_assert(!p.octet);
}
END_TEST

START_TEST(an_unknown_option_is_passed_over)
{
	ck_assert_int_eq(DECODE("\0\1n\0octet\0multicast\0\0blksize\0" "512\0x\0y\0"), 0);
	ck_assert(p.options.has_blksize);
	ck_assert_uint_eq(p.options.blksize, 512);
}
END_TEST

START_TEST(zeros_behind_a_request_are_padding)
{
	ck_assert_int_eq(DECODE("\0\1n\0octet\0\0\0\0\0\0"), 0);
	ck_assert_int_eq(DECODE("\0\1n\0octet\0tsize\0" "0\0\0\0\0"), 0);
	ck_assert(p.options.has_tsize);
}
END_TEST

START_TEST(an_option_out_of_range_counts_as_not_asked)
{
	ck_assert_int_eq(DECODE("\0\1n\0octet\0blksize\0" "7\0timeout\0" "0\0windowsize\0"
	    "0\0tsize\0-1\0"), 0);
	ck_assert(!p.options.has_blksize && !p.options.has_timeout && !p.options.has_tsize &&
	    !p.options.has_windowsize);
	ck_assert_int_eq(DECODE("\0\1n\0octet\0blksize\0" "65465\0timeout\0" "256\0windowsize\0"
	    "65536\0tsize\0" "99999999999999999999\0"), 0);
	ck_assert(!p.options.has_blksize && !p.options.has_timeout && !p.options.has_tsize &&
	    !p.options.has_windowsize);
	ck_assert_int_eq(DECODE("\0\1n\0octet\0blksize\0" "65464\0timeout\0" "255\0windowsize\0"
	    "65535\0tsize\0" "4611686018427387904\0"), 0);
	ck_assert(p.options.has_blksize && p.options.has_timeout && p.options.has_tsize &&
	    p.options.has_windowsize);
}
END_TEST

START_TEST(a_request_that_is_none)
{
	static char name[TFTP_REQUEST_MAX + 64];

	REFUSED("\0\1");
	REFUSED("\0\1name");
	REFUSED("\0\1name\0");
	REFUSED("\0\1name\0octet");
	REFUSED("\0\1\0octet\0");
	REFUSED("\0\1name\0\0");
	REFUSED("\0\1n\0octet\0blksize");
	REFUSED("\0\1n\0octet\0blksize\0");
	REFUSED("\0\1n\0octet\0blksize\0" "512");
	REFUSED("\0\1n\0octet\0\0" "512\0");
	REFUSED("\0\1n\0octet\0blksize\0" "512\0BlkSize\0" "512\0");
	memset(name, 'n', sizeof(name));
	memcpy(name, "\0\1", 2);
	memcpy(name + 2 + TFTP_NAME_MAX, "\0octet", 7);
	ck_assert_int_eq(tftp_packet_decode(name, 2 + TFTP_NAME_MAX + 7, &p), 0);
	ck_assert_uint_eq(strlen(p.name), TFTP_NAME_MAX);
	name[2 + TFTP_NAME_MAX] = 'n';
	memcpy(name + 3 + TFTP_NAME_MAX, "\0octet", 7);
	refused(name, 3 + TFTP_NAME_MAX + 7);
	memset(name, 0, sizeof(name));
	memcpy(name, "\0\1n\0octet", 9);
	ck_assert_int_eq(tftp_packet_decode(name, TFTP_REQUEST_MAX, &p), 0);
	refused(name, TFTP_REQUEST_MAX + 1);
}
END_TEST

/* --- the other packets ----------------------------------------------------- */

START_TEST(data_and_ack)
{
	ck_assert_int_eq(DECODE("\0\3\1\2hello"), 0);
	ck_assert_int_eq(p.opcode, TFTP_DATA);
	ck_assert_uint_eq(p.block, 258);
	ck_assert_uint_eq(p.data_len, 5);
	ck_assert_int_eq(memcmp(p.data, "hello", 5), 0);
	ck_assert_int_eq(DECODE("\0\3\377\377"), 0);
	ck_assert_uint_eq(p.block, 65535);
	ck_assert_uint_eq(p.data_len, 0);
	ck_assert_int_eq(DECODE("\0\4\0\7"), 0);
	ck_assert_int_eq(p.opcode, TFTP_ACK);
	ck_assert_uint_eq(p.block, 7);
	ck_assert_int_eq(DECODE("\0\4\0\7padding"), 0);
	ck_assert_uint_eq(p.block, 7);
	memset(d, 0, sizeof(d));
	d[1] = TFTP_DATA;
	ck_assert_int_eq(tftp_packet_decode(d, TFTP_DATAGRAM_MAX, &p), 0);
	ck_assert_uint_eq(p.data_len, TFTP_BLOCK_MAX);
	refused(d, TFTP_DATAGRAM_MAX + 1);
}
END_TEST

START_TEST(an_oack_is_exact)
{
	ck_assert_int_eq(DECODE("\0\6blksize\0" "1024\0tsize\0" "5\0"), 0);
	ck_assert_int_eq(p.opcode, TFTP_OACK);
	ck_assert_uint_eq(p.options.blksize, 1024);
	ck_assert_uint_eq(p.options.tsize, 5);
	ck_assert_int_eq(DECODE("\0\6"), 0);
	REFUSED("\0\6blksize\0" "7\0");
	REFUSED("\0\6blksize\0" "65465\0");
	REFUSED("\0\6blksize\0" "512 \0");
	REFUSED("\0\6blksize\0\0");
	REFUSED("\0\6blksize\0" "512\0blksize\0" "512\0");
	REFUSED("\0\6timeout\0" "0\0");
	REFUSED("\0\6timeout\0" "256\0");
	REFUSED("\0\6windowsize\0" "0\0");
	REFUSED("\0\6windowsize\0" "65536\0");
	REFUSED("\0\6tsize\0" "4611686018427387905\0");
	REFUSED("\0\6tsize\0x\0");
	REFUSED("\0\6tsize");
	REFUSED("\0\6tsize\0");
}
END_TEST

START_TEST(an_error_without_its_text_is_one_still)
{
	char text[2 * TFTP_ERROR_TEXT_MAX];

	ck_assert_int_eq(DECODE("\0\5\0\1no such file\0"), 0);
	ck_assert_int_eq(p.opcode, TFTP_ERROR);
	ck_assert_uint_eq(p.code, 1);
	ck_assert_str_eq(p.text, "no such file");
	ck_assert_int_eq(DECODE("\0\5\0\2"), 0);
	ck_assert_uint_eq(p.code, 2);
	ck_assert_str_eq(p.text, "");
	ck_assert_int_eq(DECODE("\0\5\0\3not terminated"), 0);
	ck_assert_str_eq(p.text, "");
	memset(text, 'x', sizeof(text));
	memcpy(text, "\0\5\0\3", 4);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(tftp_packet_decode(text, sizeof(text), &p), 0);
	ck_assert_str_eq(p.text, "");
}
END_TEST

START_TEST(what_is_no_packet)
{
	REFUSED("");
	REFUSED("\0");
	REFUSED("\0\0\0\1");
	REFUSED("\0\7\0\1");
	REFUSED("\1\1n\0octet\0");
	REFUSED("\377\377\0\1");
	REFUSED("\0\3\0");
	REFUSED("\0\4\0");
	REFUSED("\0\4");
	REFUSED("\0\5\0");
}
END_TEST

START_TEST(each_error_has_a_name)
{
	for (unsigned code = 0; code <= TFTP_E_OPTION; code++)
		ck_assert_uint_gt(strlen(tftp_error_name(code)), 5);
	ck_assert_str_eq(tftp_error_name(1), "file not found");
	ck_assert_str_eq(tftp_error_name(9), "unknown error code");
	ck_assert_str_eq(tftp_error_name(65535), "unknown error code");
}
END_TEST

/* --- written --------------------------------------------------------------- */

START_TEST(what_is_written_is_read)
{
	const struct tftp_options o = {
		.has_blksize = true, .blksize = 65464, .has_timeout = true, .timeout_s = 255,
		.has_tsize = true, .tsize = TFTP_SIZE_MAX, .has_windowsize = true,
		.windowsize = 65535,
	};
	size_t len = tftp_packet_request(d, sizeof(d), TFTP_WRQ, "a b", &o);

	ck_assert_int_eq(tftp_packet_decode(d, len, &p), 0);
	ck_assert_int_eq(p.opcode, TFTP_WRQ);
	ck_assert_str_eq(p.name, "a b");
	ck_assert(p.octet);
	ck_assert_uint_eq(p.options.blksize, 65464);
	ck_assert_uint_eq(p.options.timeout_s, 255);
	ck_assert_uint_eq(p.options.tsize, TFTP_SIZE_MAX);
	ck_assert_uint_eq(p.options.windowsize, 65535);
	for (size_t size = 0; size < len; size++)
		ck_assert_uint_eq(tftp_packet_request(d, size, TFTP_WRQ, "a b", &o), 0);
	ck_assert_uint_eq(tftp_packet_request(d, len, TFTP_WRQ, "a b", &o), len);
	len = tftp_packet_oack(d, sizeof(d), &o);
	ck_assert_int_eq(tftp_packet_decode(d, len, &p), 0);
	ck_assert_int_eq(p.opcode, TFTP_OACK);
	ck_assert_uint_eq(p.options.tsize, TFTP_SIZE_MAX);
	for (size_t size = 0; size < len; size++)
		ck_assert_uint_eq(tftp_packet_oack(d, size, &o), 0);
}
END_TEST

START_TEST(a_name_that_cannot_be_asked_for)
{
	const struct tftp_options none = { 0 };
	char name[TFTP_NAME_MAX + 2];

	ck_assert_uint_eq(tftp_packet_request(d, sizeof(d), TFTP_RRQ, "", &none), 0);
	memset(name, 'n', sizeof(name));
	name[TFTP_NAME_MAX + 1] = '\0';
	ck_assert_uint_eq(tftp_packet_request(d, sizeof(d), TFTP_RRQ, name, &none), 0);
	name[TFTP_NAME_MAX] = '\0';
	ck_assert_uint_gt(tftp_packet_request(d, sizeof(d), TFTP_RRQ, name, &none), 0);
}
END_TEST

START_TEST(small_packets_are_written)
{
	static const uint8_t data[] = { 0, 3, 0x12, 0x34 }, ack[] = { 0, 4, 0xff, 0xff };
	char text[2 * TFTP_ERROR_TEXT_MAX];

	ck_assert_uint_eq(tftp_packet_data(d, sizeof(d), 0x1234), sizeof(data));
	ck_assert_int_eq(memcmp(d, data, sizeof(data)), 0);
	ck_assert_uint_eq(tftp_packet_ack(d, sizeof(ack), 65535), sizeof(ack));
	ck_assert_int_eq(memcmp(d, ack, sizeof(ack)), 0);
	ck_assert_uint_eq(tftp_packet_ack(d, 3, 1), 0);
	ck_assert_uint_eq(tftp_packet_data(d, 3, 1), 0);
	ck_assert_uint_eq(tftp_packet_error(d, sizeof(d), TFTP_E_ACCESS, "no"), 7);
	ck_assert_int_eq(memcmp(d, "\0\5\0\2no", 7), 0);
	ck_assert_uint_eq(tftp_packet_error(d, 6, TFTP_E_ACCESS, "no"), 0);
	ck_assert_uint_eq(tftp_packet_error(d, sizeof(d), 65536, "no"), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_uint_eq(tftp_packet_error(d, sizeof(d), 0, text), 4 + TFTP_ERROR_TEXT_MAX + 1);
	ck_assert_int_eq(tftp_packet_decode(d, 4 + TFTP_ERROR_TEXT_MAX + 1, &p), 0);
	ck_assert_uint_eq(strlen(p.text), TFTP_ERROR_TEXT_MAX);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftp_packet");
	TCase *tc = tcase_create("packet");

	tcase_add_test(tc, a_request_is_taken_apart);
	tcase_add_test(tc, an_unknown_option_is_passed_over);
	tcase_add_test(tc, zeros_behind_a_request_are_padding);
	tcase_add_test(tc, an_option_out_of_range_counts_as_not_asked);
	tcase_add_test(tc, a_request_that_is_none);
	tcase_add_test(tc, data_and_ack);
	tcase_add_test(tc, an_oack_is_exact);
	tcase_add_test(tc, an_error_without_its_text_is_one_still);
	tcase_add_test(tc, what_is_no_packet);
	tcase_add_test(tc, each_error_has_a_name);
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, a_name_that_cannot_be_asked_for);
	tcase_add_test(tc, small_packets_are_written);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

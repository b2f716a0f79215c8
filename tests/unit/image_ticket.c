/* lib/image/image_check, image_ticket: floors, and the tickets that let below them. */
#include <config.h>

#include "lib/image/image_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/image_asked.h"
#include "tests/unit/signer.h"
#include "tests/unit/support.h"

/* --- floor, from, tickets -------------------------------------------------------- */

START_TEST(below_the_floor_is_versionFloor)
{
	ask.unit.floor = 3001;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("seq 3000 is below the floor 3001");
	ask.unit.floor = 3000;
	PASSES();
	/* What runs plays no part: downward is fine above the floor. */
	ask.unit.running_seq = 4000;
	PASSES();
}
END_TEST

START_TEST(older_software_than_from_is_versionFloor)
{
	ask.label.from = 2101;
	asked_sign(ACME);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("2101 or later");
	ask.unit.running_seq = 2101;
	PASSES();
	/* Not known: an empty bank, or software that came with the unit. */
	ask.unit.running_known = false;
	ask.unit.running_seq = 0;
	PASSES();
}
END_TEST

START_TEST(a_ticket_lets_below_the_floor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	asked_take_ticket(OPS, &t);
	PASSES();
	ck_assert(ask.passed.ticket_used);
	/* Not needed, it is not used. */
	ask.unit.floor = 0;
	PASSES();
	ck_assert(!ask.passed.ticket_used);
}
END_TEST

START_TEST(a_ticket_for_no_serial_number_is_for_a_part_without_one)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	t.unit_serial[0] = '\0';
	asked_take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	ask.unit.serial_number = "";
	PASSES();
}
END_TEST

START_TEST(a_ticket_replayed_is_versionFloor)
{
	static const uint8_t next[UPDATE_NONCE_SIZE] = { 5 };
	static const uint8_t zero[UPDATE_NONCE_SIZE];
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	asked_take_ticket(OPS, &t);
	PASSES();
	ask.unit.nonce = next;	/* as it is after the use */
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("was used");
	ask.unit.nonce = zero;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	ask.unit.nonce = NULL;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(a_ticket_for_another_unit_is_versionFloor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	(void)text_copy(t.unit_serial, sizeof(t.unit_serial), "E1181");
	asked_take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("the part 'E1181', not for 'E1180'");
}
END_TEST

START_TEST(a_ticket_for_another_device_is_versionFloor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	(void)text_copy(t.device, sizeof(t.device), "8841208");
	asked_take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("device '8841208'");
}
END_TEST

START_TEST(a_ticket_for_another_release_is_versionFloor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	t.seq = 2999;
	asked_take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	t = asked_ticket();
	(void)text_copy(t.software, sizeof(t.software), "controller-fw");
	asked_take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(a_ticket_for_another_image_is_versionFloor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	t.sha256[31] ^= 1;
	asked_take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("another image");
}
END_TEST

START_TEST(a_ticket_by_no_operator_is_versionFloor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	asked_take_ticket(ACME, &t);	/* the creator cannot let it */
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	asked_take_ticket(OPS, &t);
	asked_believe("creator acme %s\n", ASKED_KEY(ACME));
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("names no operator");
}
END_TEST

START_TEST(a_ticket_by_a_revoked_operator_is_revokedKey)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	asked_take_ticket(OPS, &t);
	asked_believe("creator acme %s\noperator %s optional\nrevoked 0303030303030303\n",
		ASKED_KEY(ACME),
		ASKED_KEY(OPS));
	REFUSED(UPDATE_REASON_REVOKED_KEY);
}
END_TEST

START_TEST(a_changed_ticket_is_versionFloor)
{
	struct image_ticket t = asked_ticket();

	ask.unit.floor = 3001;
	asked_take_ticket(OPS, &t);
	for (size_t i = sizeof("untrusted comment: \n"); i < ask.want.ticket_len; i++) {
		uint8_t was = ask.want.ticket[i];

		ask.want.ticket[i] = was == 'A' ? 'B' : 'A';
		if (i + 1u < ask.want.ticket_len)	/* the last newline may be anything */
			REFUSED(UPDATE_REASON_VERSION_FLOOR);
		ask.want.ticket[i] = was;
	}
	ask.want.ticket_len--;
	PASSES();
	ask.want.ticket_len -= 2;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(a_ticket_of_another_purpose_is_versionFloor)
{
	static const char *const comments[] = {
		"imgadm-image-operator 1 software=engine-fw version=G00-30 seq=3000 sha256=00",
		"imgadm-trust 1 serial=8", "imgadm-ticket 2 device=8841207", "x",
	};
	char text[SIGNER_TEXT_SIZE];

	ask.unit.floor = 3001;
	for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++) {
		size_t n = signer_sign(&ask.signers[OPS], comments[i], strlen(comments[i]),
			comments[i], text);

		ck_assert_int_eq(image_ticket_wire(text, n, ask.want.ticket,
			&ask.want.ticket_len, &ask.e), 0);
		REFUSED(UPDATE_REASON_VERSION_FLOOR);
	}
}
END_TEST

START_TEST(a_ticket_whose_line_was_not_signed_is_versionFloor)
{
	struct image_ticket t = asked_ticket();
	char text[SIGNER_TEXT_SIZE];
	struct buf b;
	size_t n;

	/* Something else was, with this comment. */
	ask.unit.floor = 3001;
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_ticket_write(&t, &b, &ask.e), 0);
	n = signer_sign(&ask.signers[OPS], "x", 1, buf_text(&b), text);
	buf_release(&b);
	ck_assert_int_eq(image_ticket_wire(text, n, ask.want.ticket, &ask.want.ticket_len,
		&ask.e), 0);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(the_longest_ticket_fits_the_wire)
{
	struct image_ticket t = asked_ticket(), again;
	char text[SIGNER_TEXT_SIZE];
	uint8_t wire[UPDATE_TICKET_MAX];
	struct sign_key key;
	uint16_t len = 0;
	struct buf b;
	size_t n;

	/* Every octet of the names must be escaped. */
	memset(t.device, ' ', STRUCTURE_ID_MAX);
	memset(t.unit_serial, ' ', STRUCTURE_NAME_MAX);
	memset(t.software, ' ', STRUCTURE_NAME_MAX);
	t.device[STRUCTURE_ID_MAX] = t.unit_serial[STRUCTURE_NAME_MAX] =
		t.software[STRUCTURE_NAME_MAX] = '\0';
	t.seq = UINT32_MAX;
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_msg(image_ticket_write(&t, &b, &ask.e) == 0, "%s", ask.e.text);
	n = signer_sign(&ask.signers[OPS], b.data, b.len, buf_text(&b), text);
	buf_release(&b);
	ck_assert_msg(image_ticket_wire(text, n, wire, &len, &ask.e) == 0, "%s", ask.e.text);
	(void)memcpy(key.id, ask.signers[OPS].id, sizeof(key.id));
	(void)memcpy(key.key, ask.signers[OPS].public, sizeof(key.key));
	ck_assert_int_eq(image_ticket_read(wire, len, &key, &again, &ask.e), 0);
	ck_assert_mem_eq(t.device, again.device, sizeof(t.device));
	ck_assert_mem_eq(t.nonce, again.nonce, sizeof(t.nonce));
	/* No nonce, no ticket. */
	memset(t.nonce, 0, sizeof(t.nonce));
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_ticket_write(&t, &b, &ask.e), -EBADMSG);
	buf_release(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("image_ticket");
	TCase *tc = tcase_create("image_ticket");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, asked_setup, asked_teardown);
	tcase_add_test(tc, below_the_floor_is_versionFloor);
	tcase_add_test(tc, older_software_than_from_is_versionFloor);
	tcase_add_test(tc, a_ticket_lets_below_the_floor);
	tcase_add_test(tc, a_ticket_for_no_serial_number_is_for_a_part_without_one);
	tcase_add_test(tc, a_ticket_replayed_is_versionFloor);
	tcase_add_test(tc, a_ticket_for_another_unit_is_versionFloor);
	tcase_add_test(tc, a_ticket_for_another_device_is_versionFloor);
	tcase_add_test(tc, a_ticket_for_another_release_is_versionFloor);
	tcase_add_test(tc, a_ticket_for_another_image_is_versionFloor);
	tcase_add_test(tc, a_ticket_by_no_operator_is_versionFloor);
	tcase_add_test(tc, a_ticket_by_a_revoked_operator_is_revokedKey);
	tcase_add_test(tc, a_changed_ticket_is_versionFloor);
	tcase_add_test(tc, a_ticket_of_another_purpose_is_versionFloor);
	tcase_add_test(tc, a_ticket_whose_line_was_not_signed_is_versionFloor);
	tcase_add_test(tc, the_longest_ticket_fits_the_wire);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

/* lib/image/image_check: one test a refusal, with its reason; tickets are image_ticket.c. */
#include <config.h>

#include "lib/image/image_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "tests/unit/image_asked.h"
#include "tests/unit/signer.h"
#include "tests/unit/support.h"

/* The image, or what came in its place. */
static enum update_reason
check_file(const void *data, size_t len)
{
	const char *path = support_path("image");
	int fd, rc;

	PASSES();
	support_write(path, data, len);
	fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	rc = image_check_file(&ask.passed, fd, &ask.reason, &ask.e);
	(void)close(fd);
	if (rc == 0)
		return 0;
	ck_assert_int_eq(rc, -EACCES);
	return ask.reason;
}

/* --- what passes ----------------------------------------------------------------- */

START_TEST(a_good_image_passes)
{
	PASSES();
	ck_assert_str_eq(ask.passed.label.version, "G00-30");
	ck_assert(!ask.passed.ticket_used);
	ck_assert(!ask.passed.has_operator);
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE), 0);
	/* Named, size and digest are those. */
	ask.want.size = ASKED_SIZE;
	ask.want.digest_known = true;
	(void)memcpy(ask.want.digest, ask.label.sha256, sizeof(ask.want.digest));
	PASSES();
}
END_TEST

/* --- whose it is, and what it says ----------------------------------------------- */

START_TEST(no_signature_is_badSignature)
{
	ask.minisig_len = 0;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	ask.minisig_len = 20;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	ask.minisig_len = SIGN_FILE_MAX + 1;
	memset(ask.minisig, 'x', sizeof(ask.minisig));
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_legacy_signature_is_badSignature)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_label_write(&ask.label, &b, &ask.e), 0);
	ask.minisig_len = signer_sign_legacy(&ask.signers[ACME], ask.image, ASKED_SIZE,
		buf_text(&b), ask.minisig);
	buf_release(&b);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("legacy");
}
END_TEST

START_TEST(an_unknown_key_is_unknownCreator)
{
	asked_sign(MORE);
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
}
END_TEST

START_TEST(an_operators_key_signs_no_image)
{
	asked_sign(OPS);
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
}
END_TEST

START_TEST(a_key_under_anothers_id_is_badSignature)
{
	memset(ask.signers[MORE].id, ACME, SIGN_ID_SIZE);
	asked_sign(MORE);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_changed_comment_is_badSignature)
{
	char *at = strstr(ask.minisig, "seq=3000");

	(void)memcpy(at, "seq=9000", 8);
	ask.want.sequence = 9000;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_comment_of_another_purpose_is_badSignature)
{
	struct buf b;

	asked_sign_comment(ACME, "imgadm-catalogue 1 id=acme serial=43");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("imgadm-catalogue");
	asked_sign_comment(ACME, "imgadm-trust 1 serial=43");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_operator_write(&ask.label, &b, &ask.e), 0);
	asked_sign_comment(ACME, buf_text(&b));
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	buf_release(&b);
	asked_sign_comment(ACME, "timestamp:1760000000\tfile:x.img\thashed");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(another_release_than_wanted_is_badSignature)
{
	(void)text_copy(ask.want.software, sizeof(ask.want.software), "engine-fx");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("'engine-fw', and 'engine-fx' is wanted");
	(void)text_copy(ask.want.software, sizeof(ask.want.software), "engine-fw");
	(void)text_copy(ask.want.creator, sizeof(ask.want.creator), "beta");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	(void)text_copy(ask.want.creator, sizeof(ask.want.creator), "acme");
	(void)text_copy(ask.want.version, sizeof(ask.want.version), "G00-31");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	(void)text_copy(ask.want.version, sizeof(ask.want.version), "G00-30");
	ask.want.sequence = 2999;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("seq 3000, and 2999 is wanted");
	ask.want.sequence = 3000;
	PASSES();
}
END_TEST

START_TEST(another_size_or_digest_than_wanted_is_digestMismatch)
{
	ask.want.size = ASKED_SIZE - 1;
	REFUSED(UPDATE_REASON_DIGEST_MISMATCH);
	ask.want.size = 0;
	ask.want.digest_known = true;
	REFUSED(UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(a_creators_key_for_another_creator_is_unknownCreator)
{
	/* beta's key, and beta is trusted: but not as acme. */
	asked_sign(BETA);
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
	SAYS("not trusted for the creator 'acme'");
}
END_TEST

START_TEST(a_key_for_other_software_is_unknownCreator)
{
	asked_believe("creator acme %s software=controller-fw\n", ASKED_KEY(ACME));
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
	SAYS("controller-fw, not for 'engine-fw'");
	asked_believe("creator acme %s software=controller-fw,engine-fw\n", ASKED_KEY(ACME));
	PASSES();
}
END_TEST

START_TEST(a_key_for_another_class_is_unknownCreator)
{
	asked_believe("creator acme %s class=controller\n", ASKED_KEY(ACME));
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
	SAYS("class controller, not for 'engine'");
}
END_TEST

START_TEST(a_revoked_key_is_revokedKey)
{
	asked_believe("creator acme %s\nrevoked 0101010101010101\n", ASKED_KEY(ACME));
	REFUSED(UPDATE_REASON_REVOKED_KEY);
	/* Another key of the same creator goes on. */
	asked_believe("creator acme %s\ncreator acme %s\nrevoked 0101010101010101\n",
		ASKED_KEY(ACME), ASKED_KEY(MORE));
	REFUSED(UPDATE_REASON_REVOKED_KEY);
	asked_sign(MORE);
	PASSES();
}
END_TEST

START_TEST(a_withdrawn_release_is_withdrawn)
{
	asked_believe("creator acme %s\nwithdrawn engine-fw 3000\n", ASKED_KEY(ACME));
	REFUSED(UPDATE_REASON_WITHDRAWN);
	asked_believe("creator acme %s\nwithdrawn engine-fw 2999\nwithdrawn other-fw 3000\n",
		ASKED_KEY(ACME));
	PASSES();
}
END_TEST

/* --- the unit -------------------------------------------------------------------- */

START_TEST(another_maker_is_wrongUnit)
{
	ask.unit.manufacturer = "Acme Imaging";
	REFUSED(UPDATE_REASON_WRONG_UNIT);
	SAYS("manufacturer Acme, this unit is 'Acme Imaging'");
	ask.unit.manufacturer = "";
	REFUSED(UPDATE_REASON_WRONG_UNIT);
}
END_TEST

START_TEST(another_model_is_wrongUnit)
{
	ask.unit.model = "E-40";
	REFUSED(UPDATE_REASON_WRONG_UNIT);
	SAYS("model E-3*");
}
END_TEST

START_TEST(another_class_is_wrongUnit)
{
	ask.unit.type = UNIT_TYPE_CONTROLLER;
	REFUSED(UPDATE_REASON_WRONG_UNIT);
	SAYS("class engine, this one is of class controller");
}
END_TEST

START_TEST(another_hardware_is_wrongHardware)
{
	ask.unit.hardware_rev = "1.9";
	REFUSED(UPDATE_REASON_WRONG_HARDWARE);
	SAYS("signed for hardware 2.*, 3.0, this unit is '1.9'");
	ask.unit.hardware_rev = "";
	REFUSED(UPDATE_REASON_WRONG_HARDWARE);
	ask.unit.hardware_rev = "3.0";
	PASSES();
}
END_TEST

START_TEST(what_a_unit_says_is_escaped)
{
	ask.unit.hardware_rev = "\x1b[2J";
	REFUSED(UPDATE_REASON_WRONG_HARDWARE);
	ck_assert_ptr_null(strchr(ask.e.text, '\x1b'));
}
END_TEST

START_TEST(too_big_an_image_is_noSpace)
{
	ask.unit.room = ASKED_SIZE - 1;
	REFUSED(UPDATE_REASON_NO_SPACE);
}
END_TEST

/* --- the operator's signature ---------------------------------------------------- */

static void
require_operator(void)
{
	asked_believe("creator acme %s\noperator %s required\n", ASKED_KEY(ACME),
		ASKED_KEY(OPS));
}

START_TEST(a_required_operator_passes)
{
	require_operator();
	asked_sign_operator(OPS, &ask.label);
	PASSES();
	ck_assert(ask.passed.has_operator);
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE), 0);
}
END_TEST

START_TEST(a_missing_operator_is_badSignature)
{
	require_operator();
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS(".op.minisig");
	ask.operator_len = 10;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(the_creator_is_no_operator)
{
	require_operator();
	asked_sign_operator(ACME, &ask.label);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	/* Nor does the creator's signature stand for the operator's. */
	(void)memcpy(ask.operator_minisig, ask.minisig, sizeof(ask.minisig));
	ask.operator_len = ask.minisig_len;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_revoked_operator_is_revokedKey)
{
	asked_believe("creator acme %s\noperator %s required\nrevoked 0303030303030303\n",
		ASKED_KEY(ACME),
		ASKED_KEY(OPS));
	asked_sign_operator(OPS, &ask.label);
	REFUSED(UPDATE_REASON_REVOKED_KEY);
}
END_TEST

START_TEST(an_operator_of_another_release_is_badSignature)
{
	struct image_label other = ask.label;

	require_operator();
	other.seq = 2999;
	asked_sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("another release");
	other = ask.label;
	other.sha256[0] ^= 1;
	asked_sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("another image");
	other = ask.label;
	(void)text_copy(other.software, sizeof(other.software), "controller-fw");
	asked_sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	other = ask.label;
	(void)text_copy(other.version, sizeof(other.version), "G00-3");
	asked_sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(an_operators_comment_of_another_purpose_is_badSignature)
{
	struct buf b;

	require_operator();
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_label_write(&ask.label, &b, &ask.e), 0);
	ask.operator_len = signer_sign(&ask.signers[OPS], ask.image, ASKED_SIZE, buf_text(&b),
		ask.operator_minisig);
	buf_release(&b);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(an_operator_who_signed_other_octets_is_badSignature)
{
	struct buf b;

	require_operator();
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_operator_write(&ask.label, &b, &ask.e), 0);
	ask.operator_len = signer_sign(&ask.signers[OPS], ask.image, ASKED_SIZE - 1,
		buf_text(&b),
		ask.operator_minisig);
	buf_release(&b);
	PASSES();
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE), UPDATE_REASON_BAD_SIGNATURE);
	SAYS("operator");
}
END_TEST

START_TEST(an_optional_operator_is_not_asked)
{
	asked_sign_operator(MORE, &ask.label);
	PASSES();
	ck_assert(!ask.passed.has_operator);
}
END_TEST

/* --- the image ------------------------------------------------------------------- */

START_TEST(a_longer_file_is_tooLarge)
{
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE + 1), UPDATE_REASON_TOO_LARGE);
}
END_TEST

START_TEST(a_shorter_file_is_digestMismatch)
{
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE - 1), UPDATE_REASON_DIGEST_MISMATCH);
	SAYS("99999 octets");
	ck_assert_int_eq(check_file(ask.image, 0), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(another_octet_is_digestMismatch)
{
	ask.image[ASKED_SIZE / 2] ^= 1;
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(the_label_names_another_digest)
{
	/* Signed over the image, with a label of another one. */
	ask.label.sha256[0] ^= 1;
	asked_sign(ACME);
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(a_signature_over_other_octets_is_badSignature)
{
	struct buf b;

	/* The right label, and a signature over something else. */
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_label_write(&ask.label, &b, &ask.e), 0);
	ask.minisig_len = signer_sign(&ask.signers[ACME], ask.image + 1, ASKED_SIZE - 1,
		buf_text(&b), ask.minisig);
	buf_release(&b);
	ck_assert_int_eq(check_file(ask.image, ASKED_SIZE), UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_internal)
{
	int fd = open(support_folder(), O_RDONLY | O_DIRECTORY);

	PASSES();
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(image_check_file(&ask.passed, fd, &ask.reason, &ask.e), -EISDIR);
	ck_assert_int_eq(ask.reason, UPDATE_REASON_INTERNAL);
	(void)close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("image_check");
	TCase *tc = tcase_create("image_check");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, asked_setup, asked_teardown);
	tcase_add_test(tc, a_good_image_passes);
	tcase_add_test(tc, no_signature_is_badSignature);
	tcase_add_test(tc, a_legacy_signature_is_badSignature);
	tcase_add_test(tc, an_unknown_key_is_unknownCreator);
	tcase_add_test(tc, an_operators_key_signs_no_image);
	tcase_add_test(tc, a_key_under_anothers_id_is_badSignature);
	tcase_add_test(tc, a_changed_comment_is_badSignature);
	tcase_add_test(tc, a_comment_of_another_purpose_is_badSignature);
	tcase_add_test(tc, another_release_than_wanted_is_badSignature);
	tcase_add_test(tc, another_size_or_digest_than_wanted_is_digestMismatch);
	tcase_add_test(tc, a_creators_key_for_another_creator_is_unknownCreator);
	tcase_add_test(tc, a_key_for_other_software_is_unknownCreator);
	tcase_add_test(tc, a_key_for_another_class_is_unknownCreator);
	tcase_add_test(tc, a_revoked_key_is_revokedKey);
	tcase_add_test(tc, a_withdrawn_release_is_withdrawn);
	tcase_add_test(tc, another_maker_is_wrongUnit);
	tcase_add_test(tc, another_model_is_wrongUnit);
	tcase_add_test(tc, another_class_is_wrongUnit);
	tcase_add_test(tc, another_hardware_is_wrongHardware);
	tcase_add_test(tc, what_a_unit_says_is_escaped);
	tcase_add_test(tc, too_big_an_image_is_noSpace);
	tcase_add_test(tc, a_required_operator_passes);
	tcase_add_test(tc, a_missing_operator_is_badSignature);
	tcase_add_test(tc, the_creator_is_no_operator);
	tcase_add_test(tc, a_revoked_operator_is_revokedKey);
	tcase_add_test(tc, an_operator_of_another_release_is_badSignature);
	tcase_add_test(tc, an_operators_comment_of_another_purpose_is_badSignature);
	tcase_add_test(tc, an_operator_who_signed_other_octets_is_badSignature);
	tcase_add_test(tc, an_optional_operator_is_not_asked);
	tcase_add_test(tc, a_longer_file_is_tooLarge);
	tcase_add_test(tc, a_shorter_file_is_digestMismatch);
	tcase_add_test(tc, another_octet_is_digestMismatch);
	tcase_add_test(tc, the_label_names_another_digest);
	tcase_add_test(tc, a_signature_over_other_octets_is_badSignature);
	tcase_add_test(tc, a_file_that_cannot_be_read_is_internal);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

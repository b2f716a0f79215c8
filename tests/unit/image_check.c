/* lib/image/image_check, image_ticket: one test a refusal, with its reason. */
#include <config.h>

#include "lib/image/image_check.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "tests/unit/signer.h"
#include "tests/unit/support.h"

enum { ACME = 1, BETA, OPS, MORE, SIGNERS };
enum { SIZE = 100000 };

static struct signer signers[SIGNERS];
static char keys[SIGNERS][SIGNER_KEY_SIZE];
static uint8_t image[SIZE + 1];
static const uint8_t nonce[UPDATE_NONCE_SIZE] = { 4, 7, 1, 1 };

/* What a test changes before it asks. */
static struct image_trust *trust;
static struct image_label label;
static struct image_unit unit;
static struct update_want want;
static char minisig[SIGNER_TEXT_SIZE], operator_minisig[SIGNER_TEXT_SIZE];
static size_t minisig_len, operator_len;

static struct image_passed passed;
static enum update_reason reason;
static struct err e;

#define K(who) (signer_key(&signers[who], keys[who]))

static void believe(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
believe(const char *fmt, ...)
{
	char text[8192];
	int n = snprintf(text, sizeof(text), "imgadm-trust 1\nserial 7\n");
	va_list ap;

	va_start(ap, fmt);
	n += vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	image_trust_free(trust);
	trust = NULL;
	ck_assert_msg(image_trust_parse(text, (size_t)n, &trust, &e) == 0, "%s", e.text);
}

static void
sign_comment_by(int who, const char *comment)
{
	minisig_len = signer_sign(&signers[who], image, SIZE, comment, minisig);
}

/* The label as it is now. */
static void
sign_by(int who)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_msg(image_label_write(&label, &b, &e) == 0, "%s", e.text);
	sign_comment_by(who, buf_text(&b));
	buf_release(&b);
}

static void
sign_operator(int who, const struct image_label *l)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_operator_write(l, &b, &e), 0);
	operator_len = signer_sign(&signers[who], image, SIZE, buf_text(&b), operator_minisig);
	buf_release(&b);
}

static struct image_ticket
good_ticket(void)
{
	struct image_ticket t = { .device = "8841207", .unit_serial = "E1180",
		.software = "engine-fw", .seq = 3000 };

	(void)memcpy(t.sha256, label.sha256, sizeof(t.sha256));
	(void)memcpy(t.nonce, nonce, sizeof(t.nonce));
	return t;
}

static void
take_ticket(int who, const struct image_ticket *t)
{
	char text[SIGNER_TEXT_SIZE];
	struct buf b;
	size_t n;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_msg(image_ticket_write(t, &b, &e) == 0, "%s", e.text);
	n = signer_sign(&signers[who], b.data, b.len, buf_text(&b), text);
	ck_assert_int_eq(image_ticket_wire(text, n, want.ticket, &want.ticket_len, &e), 0);
	buf_release(&b);
}

static void
setup(void)
{
	support_folder_make();
	for (uint8_t i = ACME; i < SIGNERS; i++)
		signer_make(&signers[i], i);
	randombytes_buf(image, sizeof(image));
	label = (struct image_label){ .software = "engine-fw", .creator = "acme",
		.version = "G00-30", .seq = 3000, .manufacturer = "Acme", .model = "E-3*",
		.hardware = "2.*,3.0", .unit_class = "engine", .size = SIZE };
	(void)crypto_hash_sha256(label.sha256, image, SIZE);
	unit = (struct image_unit){ .device_id = "8841207", .manufacturer = "Acme",
		.model = "E-30", .hardware_rev = "2.13", .serial_number = "E1180",
		.type = UNIT_TYPE_ENGINE, .running_known = true, .running_seq = 2100,
		.room = SIZE, .nonce = nonce };
	want = (struct update_want){ .software = "engine-fw", .creator = "acme",
		.version = "G00-30", .sequence = 3000 };
	trust = NULL;
	operator_len = 0;
	believe("creator acme %s\ncreator beta %s\noperator %s optional\n", K(ACME), K(BETA),
		K(OPS));
	sign_by(ACME);
}

static void
teardown(void)
{
	image_trust_free(trust);
	support_folder_remove();
}

/* 0, or the reason. */
static enum update_reason
check(void)
{
	int rc;

	reason = UPDATE_REASON_NONE;
	e.text[0] = '\0';
	rc = image_check_label(trust, &unit, &want, minisig, minisig_len,
		operator_len > 0 ? operator_minisig : NULL, operator_len, &passed, &reason, &e);
	ck_assert_int_eq(rc, reason == UPDATE_REASON_NONE ? 0 : -EACCES);
	if (rc == 0)
		return 0;
	ck_assert_str_ne(e.text, "");
	return reason;
}

#define PASSES() ck_assert_msg(check() == 0, "%d %s", (int)reason, e.text)
#define REFUSED(why) ck_assert_msg(check() == (why), "%d %s", (int)reason, e.text)
#define SAYS(what) ck_assert_msg(strstr(e.text, what) != NULL, "%s", e.text)

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
	rc = image_check_file(&passed, fd, &reason, &e);
	(void)close(fd);
	if (rc == 0)
		return 0;
	ck_assert_int_eq(rc, -EACCES);
	return reason;
}

/* --- what passes ----------------------------------------------------------------- */

START_TEST(a_good_image_passes)
{
	PASSES();
	ck_assert_str_eq(passed.label.version, "G00-30");
	ck_assert(!passed.ticket_used);
	ck_assert(!passed.has_operator);
	ck_assert_int_eq(check_file(image, SIZE), 0);
	/* Named, size and digest are those. */
	want.size = SIZE;
	want.digest_known = true;
	(void)memcpy(want.digest, label.sha256, sizeof(want.digest));
	PASSES();
}
END_TEST

/* --- whose it is, and what it says ----------------------------------------------- */

START_TEST(no_signature_is_badSignature)
{
	minisig_len = 0;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	minisig_len = 20;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	minisig_len = SIGN_FILE_MAX + 1;
	memset(minisig, 'x', sizeof(minisig));
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_legacy_signature_is_badSignature)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_label_write(&label, &b, &e), 0);
	minisig_len = signer_sign_legacy(&signers[ACME], image, SIZE, buf_text(&b), minisig);
	buf_release(&b);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("legacy");
}
END_TEST

START_TEST(an_unknown_key_is_unknownCreator)
{
	sign_by(MORE);
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
}
END_TEST

START_TEST(an_operators_key_signs_no_image)
{
	sign_by(OPS);
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
}
END_TEST

START_TEST(a_key_under_anothers_id_is_badSignature)
{
	memset(signers[MORE].id, ACME, SIGN_ID_SIZE);
	sign_by(MORE);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_changed_comment_is_badSignature)
{
	char *at = strstr(minisig, "seq=3000");

	(void)memcpy(at, "seq=9000", 8);
	want.sequence = 9000;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_comment_of_another_purpose_is_badSignature)
{
	struct buf b;

	sign_comment_by(ACME, "imgadm-catalogue 1 id=acme serial=43");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("imgadm-catalogue");
	sign_comment_by(ACME, "imgadm-trust 1 serial=43");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_operator_write(&label, &b, &e), 0);
	sign_comment_by(ACME, buf_text(&b));
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	buf_release(&b);
	sign_comment_by(ACME, "timestamp:1760000000\tfile:x.img\thashed");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(another_release_than_wanted_is_badSignature)
{
	(void)text_copy(want.software, sizeof(want.software), "engine-fx");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("'engine-fw', and 'engine-fx' is wanted");
	(void)text_copy(want.software, sizeof(want.software), "engine-fw");
	(void)text_copy(want.creator, sizeof(want.creator), "beta");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	(void)text_copy(want.creator, sizeof(want.creator), "acme");
	(void)text_copy(want.version, sizeof(want.version), "G00-31");
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	(void)text_copy(want.version, sizeof(want.version), "G00-30");
	want.sequence = 2999;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("seq 3000, and 2999 is wanted");
	want.sequence = 3000;
	PASSES();
}
END_TEST

START_TEST(another_size_or_digest_than_wanted_is_digestMismatch)
{
	want.size = SIZE - 1;
	REFUSED(UPDATE_REASON_DIGEST_MISMATCH);
	want.size = 0;
	want.digest_known = true;
	REFUSED(UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(a_creators_key_for_another_creator_is_unknownCreator)
{
	/* beta's key, and beta is trusted: but not as acme. */
	sign_by(BETA);
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
	SAYS("not trusted for the creator 'acme'");
}
END_TEST

START_TEST(a_key_for_other_software_is_unknownCreator)
{
	believe("creator acme %s software=controller-fw\n", K(ACME));
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
	SAYS("controller-fw, not for 'engine-fw'");
	believe("creator acme %s software=controller-fw,engine-fw\n", K(ACME));
	PASSES();
}
END_TEST

START_TEST(a_key_for_another_class_is_unknownCreator)
{
	believe("creator acme %s class=controller\n", K(ACME));
	REFUSED(UPDATE_REASON_UNKNOWN_CREATOR);
	SAYS("class controller, not for 'engine'");
}
END_TEST

START_TEST(a_revoked_key_is_revokedKey)
{
	believe("creator acme %s\nrevoked 0101010101010101\n", K(ACME));
	REFUSED(UPDATE_REASON_REVOKED_KEY);
	/* Another key of the same creator goes on. */
	believe("creator acme %s\ncreator acme %s\nrevoked 0101010101010101\n", K(ACME), K(MORE));
	REFUSED(UPDATE_REASON_REVOKED_KEY);
	sign_by(MORE);
	PASSES();
}
END_TEST

START_TEST(a_withdrawn_release_is_withdrawn)
{
	believe("creator acme %s\nwithdrawn engine-fw 3000\n", K(ACME));
	REFUSED(UPDATE_REASON_WITHDRAWN);
	believe("creator acme %s\nwithdrawn engine-fw 2999\nwithdrawn other-fw 3000\n", K(ACME));
	PASSES();
}
END_TEST

/* --- the unit -------------------------------------------------------------------- */

START_TEST(another_maker_is_wrongUnit)
{
	unit.manufacturer = "Acme Imaging";
	REFUSED(UPDATE_REASON_WRONG_UNIT);
	SAYS("manufacturer Acme, this unit is 'Acme Imaging'");
	unit.manufacturer = "";
	REFUSED(UPDATE_REASON_WRONG_UNIT);
}
END_TEST

START_TEST(another_model_is_wrongUnit)
{
	unit.model = "E-40";
	REFUSED(UPDATE_REASON_WRONG_UNIT);
	SAYS("model E-3*");
}
END_TEST

START_TEST(another_class_is_wrongUnit)
{
	unit.type = UNIT_TYPE_CONTROLLER;
	REFUSED(UPDATE_REASON_WRONG_UNIT);
	SAYS("class engine, this one is of class controller");
}
END_TEST

START_TEST(another_hardware_is_wrongHardware)
{
	unit.hardware_rev = "1.9";
	REFUSED(UPDATE_REASON_WRONG_HARDWARE);
	SAYS("signed for hardware 2.*, 3.0, this unit is '1.9'");
	unit.hardware_rev = "";
	REFUSED(UPDATE_REASON_WRONG_HARDWARE);
	unit.hardware_rev = "3.0";
	PASSES();
}
END_TEST

START_TEST(what_a_unit_says_is_escaped)
{
	unit.hardware_rev = "\x1b[2J";
	REFUSED(UPDATE_REASON_WRONG_HARDWARE);
	ck_assert_ptr_null(strchr(e.text, '\x1b'));
}
END_TEST

START_TEST(too_big_an_image_is_noSpace)
{
	unit.room = SIZE - 1;
	REFUSED(UPDATE_REASON_NO_SPACE);
}
END_TEST

/* --- floor, from, tickets -------------------------------------------------------- */

START_TEST(below_the_floor_is_versionFloor)
{
	unit.floor = 3001;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("seq 3000 is below the floor 3001");
	unit.floor = 3000;
	PASSES();
	/* What runs plays no part: downward is fine above the floor. */
	unit.running_seq = 4000;
	PASSES();
}
END_TEST

START_TEST(older_software_than_from_is_versionFloor)
{
	label.from = 2101;
	sign_by(ACME);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("2101 or later");
	unit.running_seq = 2101;
	PASSES();
	/* Not known: an empty bank, or software that came with the unit. */
	unit.running_known = false;
	unit.running_seq = 0;
	PASSES();
}
END_TEST

START_TEST(a_ticket_lets_below_the_floor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	take_ticket(OPS, &t);
	PASSES();
	ck_assert(passed.ticket_used);
	/* Not needed, it is not used. */
	unit.floor = 0;
	PASSES();
	ck_assert(!passed.ticket_used);
}
END_TEST

START_TEST(a_ticket_for_no_serial_number_is_for_a_part_without_one)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	t.unit_serial[0] = '\0';
	take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	unit.serial_number = "";
	PASSES();
}
END_TEST

START_TEST(a_ticket_replayed_is_versionFloor)
{
	static const uint8_t next[UPDATE_NONCE_SIZE] = { 5 };
	static const uint8_t zero[UPDATE_NONCE_SIZE];
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	take_ticket(OPS, &t);
	PASSES();
	unit.nonce = next;	/* as it is after the use */
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("was used");
	unit.nonce = zero;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	unit.nonce = NULL;
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(a_ticket_for_another_unit_is_versionFloor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	(void)text_copy(t.unit_serial, sizeof(t.unit_serial), "E1181");
	take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("the part 'E1181', not for 'E1180'");
}
END_TEST

START_TEST(a_ticket_for_another_device_is_versionFloor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	(void)text_copy(t.device, sizeof(t.device), "8841208");
	take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("device '8841208'");
}
END_TEST

START_TEST(a_ticket_for_another_release_is_versionFloor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	t.seq = 2999;
	take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	t = good_ticket();
	(void)text_copy(t.software, sizeof(t.software), "controller-fw");
	take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(a_ticket_for_another_image_is_versionFloor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	t.sha256[31] ^= 1;
	take_ticket(OPS, &t);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("another image");
}
END_TEST

START_TEST(a_ticket_by_no_operator_is_versionFloor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	take_ticket(ACME, &t);	/* the creator cannot let it */
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	take_ticket(OPS, &t);
	believe("creator acme %s\n", K(ACME));
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
	SAYS("names no operator");
}
END_TEST

START_TEST(a_ticket_by_a_revoked_operator_is_revokedKey)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	take_ticket(OPS, &t);
	believe("creator acme %s\noperator %s optional\nrevoked 0303030303030303\n", K(ACME),
		K(OPS));
	REFUSED(UPDATE_REASON_REVOKED_KEY);
}
END_TEST

START_TEST(a_changed_ticket_is_versionFloor)
{
	struct image_ticket t = good_ticket();

	unit.floor = 3001;
	take_ticket(OPS, &t);
	for (size_t i = sizeof("untrusted comment: \n"); i < want.ticket_len; i++) {
		uint8_t was = want.ticket[i];

		want.ticket[i] = was == 'A' ? 'B' : 'A';
		if (i + 1u < want.ticket_len)	/* the last newline may be anything */
			REFUSED(UPDATE_REASON_VERSION_FLOOR);
		want.ticket[i] = was;
	}
	want.ticket_len--;
	PASSES();
	want.ticket_len -= 2;
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

	unit.floor = 3001;
	for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++) {
		size_t n = signer_sign(&signers[OPS], comments[i], strlen(comments[i]),
			comments[i], text);

		ck_assert_int_eq(image_ticket_wire(text, n, want.ticket, &want.ticket_len, &e), 0);
		REFUSED(UPDATE_REASON_VERSION_FLOOR);
	}
}
END_TEST

START_TEST(a_ticket_whose_line_was_not_signed_is_versionFloor)
{
	struct image_ticket t = good_ticket();
	char text[SIGNER_TEXT_SIZE];
	struct buf b;
	size_t n;

	/* Something else was, with this comment. */
	unit.floor = 3001;
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_ticket_write(&t, &b, &e), 0);
	n = signer_sign(&signers[OPS], "x", 1, buf_text(&b), text);
	buf_release(&b);
	ck_assert_int_eq(image_ticket_wire(text, n, want.ticket, &want.ticket_len, &e), 0);
	REFUSED(UPDATE_REASON_VERSION_FLOOR);
}
END_TEST

START_TEST(the_longest_ticket_fits_the_wire)
{
	struct image_ticket t = good_ticket(), again;
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
	ck_assert_msg(image_ticket_write(&t, &b, &e) == 0, "%s", e.text);
	n = signer_sign(&signers[OPS], b.data, b.len, buf_text(&b), text);
	buf_release(&b);
	ck_assert_msg(image_ticket_wire(text, n, wire, &len, &e) == 0, "%s", e.text);
	(void)memcpy(key.id, signers[OPS].id, sizeof(key.id));
	(void)memcpy(key.key, signers[OPS].public, sizeof(key.key));
	ck_assert_int_eq(image_ticket_read(wire, len, &key, &again, &e), 0);
	ck_assert_mem_eq(t.device, again.device, sizeof(t.device));
	ck_assert_mem_eq(t.nonce, again.nonce, sizeof(t.nonce));
	/* No nonce, no ticket. */
	memset(t.nonce, 0, sizeof(t.nonce));
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_ticket_write(&t, &b, &e), -EBADMSG);
	buf_release(&b);
}
END_TEST

/* --- the operator's signature ---------------------------------------------------- */

static void
require_operator(void)
{
	believe("creator acme %s\noperator %s required\n", K(ACME), K(OPS));
}

START_TEST(a_required_operator_passes)
{
	require_operator();
	sign_operator(OPS, &label);
	PASSES();
	ck_assert(passed.has_operator);
	ck_assert_int_eq(check_file(image, SIZE), 0);
}
END_TEST

START_TEST(a_missing_operator_is_badSignature)
{
	require_operator();
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS(".op.minisig");
	operator_len = 10;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(the_creator_is_no_operator)
{
	require_operator();
	sign_operator(ACME, &label);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	/* Nor does the creator's signature stand for the operator's. */
	(void)memcpy(operator_minisig, minisig, sizeof(minisig));
	operator_len = minisig_len;
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_revoked_operator_is_revokedKey)
{
	believe("creator acme %s\noperator %s required\nrevoked 0303030303030303\n", K(ACME),
		K(OPS));
	sign_operator(OPS, &label);
	REFUSED(UPDATE_REASON_REVOKED_KEY);
}
END_TEST

START_TEST(an_operator_of_another_release_is_badSignature)
{
	struct image_label other = label;

	require_operator();
	other.seq = 2999;
	sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("another release");
	other = label;
	other.sha256[0] ^= 1;
	sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	SAYS("another image");
	other = label;
	(void)text_copy(other.software, sizeof(other.software), "controller-fw");
	sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
	other = label;
	(void)text_copy(other.version, sizeof(other.version), "G00-3");
	sign_operator(OPS, &other);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(an_operators_comment_of_another_purpose_is_badSignature)
{
	struct buf b;

	require_operator();
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_label_write(&label, &b, &e), 0);
	operator_len = signer_sign(&signers[OPS], image, SIZE, buf_text(&b), operator_minisig);
	buf_release(&b);
	REFUSED(UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(an_operator_who_signed_other_octets_is_badSignature)
{
	struct buf b;

	require_operator();
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_operator_write(&label, &b, &e), 0);
	operator_len = signer_sign(&signers[OPS], image, SIZE - 1, buf_text(&b),
		operator_minisig);
	buf_release(&b);
	PASSES();
	ck_assert_int_eq(check_file(image, SIZE), UPDATE_REASON_BAD_SIGNATURE);
	SAYS("operator");
}
END_TEST

START_TEST(an_optional_operator_is_not_asked)
{
	sign_operator(MORE, &label);
	PASSES();
	ck_assert(!passed.has_operator);
}
END_TEST

/* --- the image ------------------------------------------------------------------- */

START_TEST(a_longer_file_is_tooLarge)
{
	ck_assert_int_eq(check_file(image, SIZE + 1), UPDATE_REASON_TOO_LARGE);
}
END_TEST

START_TEST(a_shorter_file_is_digestMismatch)
{
	ck_assert_int_eq(check_file(image, SIZE - 1), UPDATE_REASON_DIGEST_MISMATCH);
	SAYS("99999 octets");
	ck_assert_int_eq(check_file(image, 0), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(another_octet_is_digestMismatch)
{
	image[SIZE / 2] ^= 1;
	ck_assert_int_eq(check_file(image, SIZE), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(the_label_names_another_digest)
{
	/* Signed over the image, with a label of another one. */
	label.sha256[0] ^= 1;
	sign_by(ACME);
	ck_assert_int_eq(check_file(image, SIZE), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

START_TEST(a_signature_over_other_octets_is_badSignature)
{
	struct buf b;

	/* The right label, and a signature over something else. */
	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(image_label_write(&label, &b, &e), 0);
	minisig_len = signer_sign(&signers[ACME], image + 1, SIZE - 1, buf_text(&b), minisig);
	buf_release(&b);
	ck_assert_int_eq(check_file(image, SIZE), UPDATE_REASON_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_internal)
{
	int fd = open(support_folder(), O_RDONLY | O_DIRECTORY);

	PASSES();
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(image_check_file(&passed, fd, &reason, &e), -EISDIR);
	ck_assert_int_eq(reason, UPDATE_REASON_INTERNAL);
	(void)close(fd);
}
END_TEST

static void
add_label_tests(TCase *tc)
{
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
}

static void
add_ticket_tests(TCase *tc)
{
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
}

static void
add_operator_tests(TCase *tc)
{
	tcase_add_test(tc, a_required_operator_passes);
	tcase_add_test(tc, a_missing_operator_is_badSignature);
	tcase_add_test(tc, the_creator_is_no_operator);
	tcase_add_test(tc, a_revoked_operator_is_revokedKey);
	tcase_add_test(tc, an_operator_of_another_release_is_badSignature);
	tcase_add_test(tc, an_operators_comment_of_another_purpose_is_badSignature);
	tcase_add_test(tc, an_operator_who_signed_other_octets_is_badSignature);
	tcase_add_test(tc, an_optional_operator_is_not_asked);
}

int
main(void)
{
	Suite *suite = suite_create("image_check");
	TCase *tc = tcase_create("image_check");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	add_label_tests(tc);
	add_ticket_tests(tc);
	add_operator_tests(tc);
	tcase_add_test(tc, a_longer_file_is_tooLarge);
	tcase_add_test(tc, a_shorter_file_is_digestMismatch);
	tcase_add_test(tc, another_octet_is_digestMismatch);
	tcase_add_test(tc, the_label_names_another_digest);
	tcase_add_test(tc, a_signature_over_other_octets_is_badSignature);
	tcase_add_test(tc, a_file_that_cannot_be_read_is_internal);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

/* lib/sign/sign: vectors that minisign 0.11 made. */
#include <config.h>

#include "lib/sign/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "tests/unit/support.h"

#define KEY_FILE \
	"untrusted comment: minisign public key 49237E6D57DA5159\n" \
	"RWRZUdpXbX4jSRrpd2PlU2gokVvPSGk/rRAwOd91NHTgZjAspPbdEK5G\n"
#define KEY "RWRZUdpXbX4jSRrpd2PlU2gokVvPSGk/rRAwOd91NHTgZjAspPbdEK5G"
/* minisign -Sm f -t COMMENT, f being "hello\n" */
#define COMMENT "imgadm-catalogue 1 id=acme serial=43"
#define LINE_1 "untrusted comment: signature from minisign secret key\n"
#define LINE_2 "RURZUdpXbX4jSY9BfbplxDT3jSSghytWysMonUxGDNS83Icgu3MazNM3wwVnrMHEZttx5ISYcnynUS2oy" \
	"EIgb0Idqq4Q7iFvKgg=\n"
#define LINE_3 "trusted comment: " COMMENT "\n"
#define LINE_4 "OQE/4TPNi8RA68LxwNW1KPLF7AHgfx0xPrfuMxLgRp3ASKi4gDGB7aq9uiE3Nw++5xHIDdizEpdo4KjCz" \
	"6L3Dg==\n"
#define GOOD LINE_1 LINE_2 LINE_3 LINE_4
/* The same with -l. */
#define LEGACY LINE_1 \
	"RWRZUdpXbX4jSVFZz7tNpKy//Fp/H1wx50kt0DclaWIwdgZyQSq4Iy+8LCiBIhxigvbuxA20og4p608uW9kl" \
	"aOn5hYJwPLx7VAM=\n" LINE_3 \
	"OyyQZniFVIy6WQnN51teUqSW6alUkE0AjbC1KNC37KYDo6B4EWgjYPsd9DTnRP+aRixjRAtMOU8f1yb7BbS3" \
	"Bg==\n"
/* By another key. */
#define OTHER LINE_1 \
	"RUSdJaSuvTaKiSgj2XtX3e2eGeIu8pBiMpGq69AHjXg9UkTNT3IlQKDaicQ79DZytRuGcr10I2Ln8dR+6asd" \
	"S1BL0V5h7NCFCgQ=\n" LINE_3 \
	"zW1HG1Ls+nWOZ/3tVDOFjwkqA0jql+SE79UxaDvass+lpn7gNih77904tMxQOdu26q2LytNjK+L6jvRWE8rQ" \
	"Bg==\n"
/* An empty file, with the comment "x". */
#define EMPTY LINE_1 \
	"RURZUdpXbX4jSZeH3JS+Jm6RyQrWRF2mOwuh4rlzHkUj6o4XW0JXT4pH3hbBu1iGoSXmDGPqEbwKsUolGo4y" \
	"i+mRZd5y4/XX4gk=\n" "trusted comment: x\n" \
	"OpBpr7ji8c8CvD47tkb87pBZynewbdYLYxCpD02vRsa/TeqBRhxkdNokzSzaVgWAm2LZwyRfEKvLhAyVq51S" \
	"AQ==\n"

static struct sign_key key;
static struct sign_signature sig;
static struct err e;

static int
parse(const char *text)
{
	return sign_parse(text, strlen(text), &sig, &e);
}

static void
setup(void)
{
	ck_assert_int_eq(sign_key_parse(KEY, strlen(KEY), &key, &e), 0);
}

START_TEST(a_key_is_a_word_or_a_file)
{
	struct sign_key other;
	char id[SIGN_ID_TEXT_SIZE], text[SIGN_KEY_TEXT_SIZE];

	ck_assert_int_eq(sign_key_parse(KEY_FILE, strlen(KEY_FILE), &other, &e), 0);
	ck_assert_mem_eq(&key, &other, sizeof(key));
	sign_id_text(key.id, id);
	ck_assert_str_eq(id, "49237E6D57DA5159");
	sign_key_text(&key, text);
	ck_assert_str_eq(text, KEY);
	/* As minisign does it, without zeros in front. */
	sign_id_text((const uint8_t[SIGN_ID_SIZE]){ 0x75, 0xC1, 0x5C, 0xE9, 0x1D, 0xAE, 0x31, 5 },
		id);
	ck_assert_str_eq(id, "531AE1DE95CC175");
	support_write(support_path("k.pub"), KEY_FILE, strlen(KEY_FILE));
	ck_assert_int_eq(sign_key_read(support_path("k.pub"), &other, &e), 0);
	ck_assert_int_eq(sign_key_read(support_path("none"), &other, &e), -ENOENT);
}
END_TEST

START_TEST(what_is_no_key_is_refused)
{
	static const char *const wrong[] = {
		"", "\n", "RWR", KEY "A", KEY "\n" KEY, "x\n" KEY, KEY_FILE "\n", " " KEY,
		"RWRZUdpXbX4jSRrpd2PlU2gokVvPSGk/rRAwOd91NHTgZjAspPbdEK5-",
	};
	struct sign_key k;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(sign_key_parse(wrong[i], strlen(wrong[i]), &k, &e) == -EBADMSG,
			"%zu", i);
	ck_assert_int_eq(sign_key_parse("RURZUdpXbX4jSRrpd2PlU2gokVvPSGk/rRAwOd91NHTgZjAspPbdEK5G",
		56, &k, &e), -ENOTSUP);
}
END_TEST

START_TEST(a_good_signature_is_good)
{
	const char *comment = NULL;

	ck_assert_int_eq(parse(GOOD), 0);
	ck_assert_int_eq(sign_comment(&sig, &key, &comment, &e), 0);
	ck_assert_str_eq(comment, COMMENT);
	ck_assert_int_eq(sign_verify(&sig, &key, "hello\n", 6, &e), 0);
	/* The last newline may be missing. */
	ck_assert_int_eq(sign_parse(GOOD, strlen(GOOD) - 1, &sig, &e), 0);
	ck_assert_int_eq(sign_verify(&sig, &key, "hello\n", 6, &e), 0);
}
END_TEST

START_TEST(of_nothing_too)
{
	ck_assert_int_eq(parse(EMPTY), 0);
	ck_assert_int_eq(sign_verify(&sig, &key, "", 0, &e), 0);
	ck_assert_int_eq(sign_verify(&sig, &key, "x", 1, &e), -EKEYREJECTED);
}
END_TEST

START_TEST(another_byte_is_refused)
{
	char bytes[] = "hello\n";
	size_t i;

	ck_assert_int_eq(parse(GOOD), 0);
	for (i = 0; i < 6; i++) {
		bytes[i] ^= 1;
		ck_assert_int_eq(sign_verify(&sig, &key, bytes, 6, &e), -EKEYREJECTED);
		bytes[i] ^= 1;
	}
	ck_assert_int_eq(sign_verify(&sig, &key, bytes, 5, &e), -EKEYREJECTED);
	ck_assert_int_eq(sign_verify(&sig, &key, bytes, 7, &e), -EKEYREJECTED);
}
END_TEST

START_TEST(another_comment_is_refused)
{
	const char *comment = NULL;

	ck_assert_int_eq(parse(LINE_1 LINE_2
		"trusted comment: imgadm-catalogue 1 id=acme serial=44\n" LINE_4), 0);
	ck_assert_int_eq(sign_comment(&sig, &key, &comment, &e), -EBADE);
	ck_assert_ptr_null(comment);
	/* The comment of another file of the same key. */
	ck_assert_int_eq(parse(LINE_1 LINE_2 "trusted comment: x\n"
		"OpBpr7ji8c8CvD47tkb87pBZynewbdYLYxCpD02vRsa/TeqBRhxkdNokzSzaVgWAm2LZwyRf"
		"EKvLhAyVq51SAQ==\n"), 0);
	ck_assert_int_eq(sign_comment(&sig, &key, &comment, &e), -EBADE);
}
END_TEST

START_TEST(another_key_is_refused)
{
	const char *comment = NULL;
	struct sign_key k;

	ck_assert_int_eq(parse(OTHER), 0);
	ck_assert_int_eq(sign_comment(&sig, &key, &comment, &e), -ENOKEY);
	ck_assert_int_eq(sign_verify(&sig, &key, "hello\n", 6, &e), -ENOKEY);
	/* One that only says that it is the same. */
	k = key;
	(void)memcpy(k.id, sig.key_id, sizeof(k.id));
	ck_assert_int_eq(sign_comment(&sig, &k, &comment, &e), -EBADE);
	ck_assert_int_eq(sign_verify(&sig, &k, "hello\n", 6, &e), -EKEYREJECTED);
}
END_TEST

START_TEST(a_legacy_signature_is_refused_as_such)
{
	ck_assert_int_eq(parse(LEGACY), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(e.text, "legacy"));
}
END_TEST

START_TEST(what_is_no_signature_is_refused)
{
	static const char *const wrong[] = {
		"", "\n\n\n\n", LINE_1, LINE_1 LINE_2 LINE_3, GOOD "\n", GOOD GOOD,
		"comment: x\n" LINE_2 LINE_3 LINE_4,
		LINE_1 LINE_2 "trusted: x\n" LINE_4,
		LINE_1 LINE_4 LINE_3 LINE_4, LINE_1 LINE_2 LINE_3 LINE_2,
		LINE_1 LINE_2 "trusted comment: a\033b\n" LINE_4,
		LINE_1 LINE_2 "trusted comment: a\r\n" LINE_4,
		LINE_1 LINE_2 "trusted comment: \xff\n" LINE_4,
		KEY_FILE,
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(parse(wrong[i]) == -EBADMSG, "%zu", i);
	/* Not canonical: bits behind the last octet. */
	ck_assert_int_eq(parse(LINE_1 LINE_2 LINE_3
		"OQE/4TPNi8RA68LxwNW1KPLF7AHgfx0xPrfuMxLgRp3ASKi4gDGB7aq9uiE3Nw++5xHIDdizEpdo4KjC"
		"z6L3Dh==\n"), -EBADMSG);
	/* A NUL in the comment would hide what is behind it. */
	ck_assert_int_eq(sign_parse(LINE_1 LINE_2 "trusted comment: a\0b\n" LINE_4,
		sizeof(LINE_1 LINE_2 "trusted comment: a\0b\n" LINE_4) - 1, &sig, &e), -EBADMSG);
}
END_TEST

START_TEST(a_long_one_is_refused)
{
	char text[SIGN_FILE_MAX + 2];

	(void)memset(text, 'x', sizeof(text));
	ck_assert_int_eq(sign_parse(text, sizeof(text), &sig, &e), -EMSGSIZE);
	support_write(support_path("long"), text, sizeof(text));
	ck_assert_int_eq(sign_read(support_path("long"), &sig, &e), -EMSGSIZE);
	support_write(support_path("good"), GOOD, strlen(GOOD));
	ck_assert_int_eq(sign_read(support_path("good"), &sig, &e), 0);
	ck_assert_int_eq(sign_read(support_folder(), &sig, &e), -EISDIR);
}
END_TEST

START_TEST(a_file_is_read_to_its_end)
{
	static const char sha256[] =
		"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	uint8_t digest[SIGN_SHA256_SIZE];
	char hex[2 * SIGN_SHA256_SIZE + 1];
	uint64_t size = 0;
	int fd;

	ck_assert_int_eq(parse(GOOD), 0);
	support_write(support_path("f"), "hello\n", 6);
	fd = open(support_path("f"), O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sign_verify_fd(&sig, &key, fd, 5, &size, digest, &e), -EFBIG);
	ck_assert_int_eq((int)lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(sign_verify_fd(&sig, &key, fd, 6, &size, digest, &e), 0);
	ck_assert_uint_eq(size, 6);
	text_hex(hex, sizeof(hex), digest, sizeof(digest));
	ck_assert_str_eq(hex, sha256);
	ck_assert_int_eq(sign_verify_fd(&sig, &key, fd, 6, NULL, NULL, &e), -EKEYREJECTED);
	(void)close(fd);
	ck_assert_int_eq(sign_verify_fd(&sig, &key, fd, 6, NULL, NULL, &e), -EBADF);
}
END_TEST

/* Each bit of a signature file that is not the untrusted comment's counts. */
START_TEST(no_octet_can_be_changed)
{
	char text[sizeof(GOOD)];
	size_t i, len = strlen(GOOD);
	const char *comment;
	int bit;

	for (i = strlen(LINE_1); i < len - 1; i++) {
		for (bit = 0; bit < 8; bit++) {
			(void)memcpy(text, GOOD, sizeof(GOOD));
			text[i] = (char)(text[i] ^ 1 << bit);
			if (sign_parse(text, len, &sig, &e) < 0)
				continue;
			ck_assert_msg(sign_comment(&sig, &key, &comment, &e) < 0 ||
				sign_verify(&sig, &key, "hello\n", 6, &e) < 0, "octet %zu, bit %d", i, bit);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sign");
	TCase *tc = tcase_create("sign");

	tcase_set_timeout(tc, 300);	/* valgrind */
	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_key_is_a_word_or_a_file);
	tcase_add_test(tc, what_is_no_key_is_refused);
	tcase_add_test(tc, a_good_signature_is_good);
	tcase_add_test(tc, of_nothing_too);
	tcase_add_test(tc, another_byte_is_refused);
	tcase_add_test(tc, another_comment_is_refused);
	tcase_add_test(tc, another_key_is_refused);
	tcase_add_test(tc, a_legacy_signature_is_refused_as_such);
	tcase_add_test(tc, what_is_no_signature_is_refused);
	tcase_add_test(tc, a_long_one_is_refused);
	tcase_add_test(tc, a_file_is_read_to_its_end);
	tcase_add_test(tc, no_octet_can_be_changed);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

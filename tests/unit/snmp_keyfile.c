/* Key files: written and read again, refused with their line, and kept whole. */
#include <config.h>

#include "lib/snmp/keyfile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support.h"

#define KEY32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY16 "000102030405060708090a0b0c0d0e0f"
#define GOOD "imgadm-key 1\nuser room-214\nauth SHA-256 " KEY32 "\npriv AES " KEY32 "\n"

static struct err why;

static int
read_text(const char *text, mode_t mode, struct keyfile *k)
{
	const char *path = support_path("k.key");

	(void)unlink(path);
	support_write(path, text, strlen(text));
	ck_assert_int_eq(chmod(path, mode), 0);
	why.text[0] = '\0';
	return keyfile_read(path, k, &why);
}

static void
refused(const char *text, const char *what)
{
	struct keyfile k = { .user = "untouched" };

	ck_assert_int_eq(read_text(text, 0600, &k), -EINVAL);
	ck_assert_msg(strstr(why.text, what) != NULL, "'%s' does not say '%s'", why.text, what);
	ck_assert_msg(strstr(why.text, "0001020304") == NULL, "a key is shown");
	ck_assert_str_eq(k.user, "untouched");
}

START_TEST(is_read)
{
	struct keyfile k;
	struct snmp_credential *c;

	ck_assert_int_eq(read_text("\n# made by hand\n" GOOD "centre udp:192.0.2.1:162\n"
		"engine 80001F8880AABB\r\n", 0600, &k), 0);
	ck_assert_str_eq(k.user, "room-214");
	ck_assert_str_eq(k.auth_protocol, "SHA-256");
	ck_assert_str_eq(k.priv_protocol, "AES");
	ck_assert_uint_eq(k.auth_key_len, 32);
	ck_assert_int_eq(k.auth_key[31], 31);
	ck_assert_uint_eq(k.priv_key_len, 32);
	ck_assert_str_eq(k.centre, "udp:192.0.2.1:162");
	ck_assert_uint_eq(k.engine_id_len, 7);
	ck_assert_int_eq(k.engine_id[6], 0xbb);
	c = keyfile_credential(&k, &why);
	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(snmp_credential_user(c), "room-214");
	ck_assert_int_eq(snmp_credential_version(c), 3);
	snmp_credential_free(c);
	/* Without a last newline, and without what may be missing. */
	ck_assert_int_eq(read_text("imgadm-key 1\nuser u\nauth SHA " KEY16 "10111213\n"
		"priv DES " KEY16 "10111213", 0400, &k), 0);
	ck_assert(k.centre[0] == '\0' && k.engine_id_len == 0 && k.auth_key_len == 20);
}
END_TEST

START_TEST(wrong_lines)
{
	refused("", ":1: ");
	refused("user a\n", ":1: it is no key file");
	refused("imgadm-key 2\n", ":1: it is no key file");
	refused(GOOD "\nuse x\n", ":6: 'use' is not known; did you mean 'user'?");
	refused(GOOD "user again\n", ":5: user is there twice");
	refused("imgadm-key 1\nuser\n", ":2: user: want one value");
	refused("imgadm-key 1\nuser a b\n", ":2: user: want one value");
	refused("imgadm-key 1\nuser aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		":2: the user is not 1 to 32");
	refused("imgadm-key 1\nuser \xc3\xa9\n", ":2: the user");
	refused("imgadm-key 1\nauth SHA-256\n", ":2: auth: want a protocol and a key");
	refused("imgadm-key 1\nauth SHA-256 " KEY32 "0\n", ":2: the key is not hex");
	refused("imgadm-key 1\nauth SHA-256 " KEY32 KEY32 "00\n", ":2: the key is not hex");
	refused("imgadm-key 1\npriv AES xx\n", ":2: the key is not hex");
	refused("imgadm-key 1\nuser u\n", ":2: want user, auth and priv");
	refused("imgadm-key 1\nuser u\nauth SHA-256 " KEY16 "\npriv AES " KEY16 "\n",
		"key of 16 octets: want 32");
	refused("imgadm-key 1\nuser u\nauth SHA-255 " KEY32 "\npriv AES " KEY32 "\n", "SHA-255");
	refused("imgadm-key 1\nuser u\nauth SHA-256 " KEY32 "\npriv XOR " KEY32 "\n", "XOR");
	refused(GOOD "engine 80001f\n", ":5: an engine id of 3 octets");
	refused(GOOD "engine " KEY32 "00\n", ":5: the engine id is not hex");
}
END_TEST

START_TEST(who_may_read)
{
	struct keyfile k;

	ck_assert_int_eq(read_text(GOOD, 0640, &k), -EPERM);
	ck_assert_int_eq(read_text(GOOD, 0602, &k), -EPERM);
	ck_assert_ptr_nonnull(strstr(why.text, "chmod 600"));
	ck_assert_int_eq(read_text(GOOD, 0600, &k), 0);
	ck_assert_int_eq(keyfile_read(support_path("none"), &k, &why), -ENOENT);
	ck_assert_int_eq(keyfile_read(support_folder(), &k, &why), -EINVAL);
}
END_TEST

static size_t
files_here(void)
{
	DIR *d = opendir(support_folder());
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	for (const struct dirent *f = readdir(d); f != NULL; f = readdir(d))
		n += f->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

START_TEST(written)
{
	static const struct {
		const char *auth, *priv;
		size_t len;
	} protocols[] = { { "MD5", "DES", 16 }, { "SHA", "AES", 20 }, { "SHA-224", "AES", 28 },
		{ "SHA-256", "AES", 32 }, { "SHA-384", "AES-192", 48 },
		{ "SHA-512", "AES-256", 64 } };
	const char *path = support_path("w.key");
	struct keyfile k = { .user = "room-214", .centre = "udp6:[2001:db8::1]:162",
		.engine_id = { 0x80, 0, 0x1f, 0x88, 0x80 }, .engine_id_len = 5 }, back, old;
	struct stat st;

	(void)umask(0);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		old = k;
		ck_assert_int_eq(keyfile_make_keys(&k, protocols[i].auth, protocols[i].priv, &why),
			0);
		ck_assert_uint_eq(k.auth_key_len, protocols[i].len);
		ck_assert_uint_eq(k.priv_key_len, protocols[i].len);
		ck_assert_int_ne(memcmp(k.auth_key, old.auth_key, 16), 0);
		ck_assert_int_ne(memcmp(k.auth_key, k.priv_key, 16), 0);
		ck_assert_msg(keyfile_write(path, &k, &why) == 0, "%s", why.text);
		ck_assert_msg(keyfile_read(path, &back, &why) == 0, "%s", why.text);
		ck_assert_mem_eq(&k, &back, sizeof(k));
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_eq(st.st_mode & 0777, 0600);
		ck_assert_uint_eq(files_here(), 1);
	}
}
END_TEST

START_TEST(not_written)
{
	const char *path = support_path("w.key");
	struct keyfile k = { .user = "u" }, back;

	ck_assert_int_eq(keyfile_make_keys(&k, "SHA-1024", "AES", &why), -EINVAL);
	ck_assert_int_eq(keyfile_make_keys(&k, "SHA-256", "a name that is too long", &why), -EINVAL);
	ck_assert_uint_eq(k.auth_key_len, 0);
	ck_assert_int_eq(keyfile_make_keys(&k, "SHA-256", "AES", &why), 0);
	ck_assert_int_eq(keyfile_write(path, &k, &why), 0);
	/* What cannot be leaves the old file. */
	memcpy(k.user, "a b", 4);
	ck_assert_int_eq(keyfile_write(path, &k, &why), -EINVAL);
	ck_assert_int_eq(keyfile_read(path, &back, &why), 0);
	ck_assert_str_eq(back.user, "u");
	ck_assert_int_eq(keyfile_write(support_path("no/w.key"), &back, &why), -ENOENT);
	ck_assert_uint_eq(files_here(), 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("snmp_keyfile");
	TCase *t = tcase_create("keyfile");

	tcase_add_checked_fixture(t, support_folder_make, support_folder_remove);
	tcase_add_test(t, is_read);
	tcase_add_test(t, wrong_lines);
	tcase_add_test(t, who_may_read);
	tcase_add_test(t, written);
	tcase_add_test(t, not_written);
	suite_add_tcase(s, t);
	return support_run(s);
}

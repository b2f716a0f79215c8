/* The audit: what is appended is there, and what was done to it is found. */
#include <config.h>

#include "lib/audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/audit/audit_line.h"
#include "lib/base/text.h"
#include "tests/unit/support.h"

enum { T0 = 1700000000, FILE_MAX = 1 << 20 };

static struct err e;
static char path[512], head_path[520];

#define OK(call) do { \
	int ok_rc = (call); \
	ck_assert_msg(ok_rc == 0, "%s: %d %s", #call, ok_rc, e.text); \
} while (0)

static void
setup(void)
{
	support_folder_make();
	(void)snprintf(path, sizeof(path), "%s", support_path("audit"));
	(void)snprintf(head_path, sizeof(head_path), "%s.head", path);
}

static struct audit_entry
entry(unsigned n)
{
	struct audit_entry en = {
		.at_utc_s = T0 + n, .who = "anna", .what = "move", .rollout = "3f5a",
		.has_plan = true, .plan = { 1, 2, 0xff }, .why = "R-7,R-8",
		.before = "sending", .after = "staged",
	};

	(void)snprintf(en.device, sizeof(en.device), "device-%u", n);
	return en;
}

static struct audit_head
add(unsigned n)
{
	struct audit_entry en = entry(n);
	struct audit_head head = { 0 };

	OK(audit_append(path, &en, 1, NULL, &head, &e));
	return head;
}

static struct audit_verdict
verdict(const struct audit_head *given, size_t count)
{
	struct audit_verdict v = { 0 };

	OK(audit_verify(path, given, count, &v, &e));
	return v;
}

static size_t
slurp(const char *name, char *dst, size_t size)
{
	FILE *f = fopen(name, "rb");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(dst, 1, size, f);
	(void)fclose(f);
	return n;
}

static int64_t
file_size(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int64_t
count_entries(void)
{
	struct audit_reader *r;
	struct audit_entry en;
	int64_t n = 0;
	int rc;

	OK(audit_reader_open(path, &r, &e));
	while ((rc = audit_reader_next(r, &en, &e)) == 1)
		ck_assert_int_eq(en.number, ++n);
	ck_assert_int_eq(rc, 0);
	audit_reader_close(r);
	return n;
}

/* --- kept --------------------------------------------------------------------- */

START_TEST(what_is_appended_is_read)
{
	struct audit_entry put = entry(1), got, bare = { .at_utc_s = T0, .who = "root",
		.what = "stop" };
	struct audit_reader *r;

	put.ref = UINT64_C(0xfedcba9876543210);
	put.trouble = INT64_MAX;
	(void)snprintf(put.why, sizeof(put.why), "R-7,R 8%%,\"gr\xc3\xbc\xc3\x9f" "e\"");
	(void)snprintf(put.after, sizeof(put.after), "a=b c\nd\x7f" "e\xff");
	OK(audit_append(path, &put, 1, NULL, NULL, &e));
	OK(audit_append(path, &bare, 1, NULL, NULL, &e));
	OK(audit_reader_open(path, &r, &e));
	ck_assert_int_eq(audit_reader_next(r, &got, &e), 1);
	ck_assert_int_eq(got.number, 1);
	ck_assert_int_eq(got.at_utc_s, put.at_utc_s);
	ck_assert_uint_eq(got.ref, put.ref);
	ck_assert_str_eq(got.who, "anna");
	ck_assert_str_eq(got.what, "move");
	ck_assert_str_eq(got.rollout, "3f5a");
	ck_assert_int_eq(got.trouble, INT64_MAX);
	ck_assert_str_eq(got.device, "device-1");
	ck_assert(got.has_plan);
	ck_assert_mem_eq(got.plan, put.plan, sizeof(put.plan));
	ck_assert_str_eq(got.why, put.why);
	ck_assert_str_eq(got.before, "sending");
	ck_assert_str_eq(got.after, "a=b c d e\xef\xbf\xbd");
	ck_assert_int_eq(audit_reader_next(r, &got, &e), 1);
	ck_assert_str_eq(got.what, "stop");
	ck_assert_str_eq(got.device, "");
	ck_assert(!got.has_plan);
	ck_assert_int_eq(audit_reader_next(r, &got, &e), 0);
	audit_reader_close(r);
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_INTACT);
}
END_TEST

START_TEST(the_longest_entry_fits)
{
	struct audit_entry en = { .number = 1, .at_utc_s = INT64_MAX, .ref = UINT64_MAX,
		.trouble = INT64_MAX, .has_plan = true }, got;
	uint8_t prev[AUDIT_HASH_SIZE] = { 0 }, hash[AUDIT_HASH_SIZE];
	struct audit_link l;
	struct buf b;

	(void)memset(en.who, '%', AUDIT_NAME_MAX);
	(void)memset(en.what, 'w', AUDIT_WHAT_MAX);
	(void)memset(en.device, ' ', AUDIT_NAME_MAX);
	(void)memset(en.rollout, '/', AUDIT_NAME_MAX);
	(void)memset(en.why, '=', AUDIT_TEXT_MAX);
	(void)memset(en.before, '\n', AUDIT_TEXT_MAX);
	(void)memset(en.after, '\xff', AUDIT_TEXT_MAX);
	en.number = INT64_MAX;
	buf_init(&b, AUDIT_LINE_MAX);
	OK(audit_line_write(&b, &en, prev, hash, &e));
	OK(audit_line_parse(b.data, b.len - 1, &got, &l, &e));
	ck_assert_mem_eq(l.hash, hash, sizeof(hash));
	ck_assert_str_eq(got.why, en.why);
	ck_assert_uint_eq(strlen(got.after), AUDIT_TEXT_MAX);
	buf_release(&b);
}
END_TEST

START_TEST(what_may_not_stand_there_is_refused)
{
	struct audit_entry good = entry(1), bad;

	bad = good, bad.who[0] = '\0';
	ck_assert_int_eq(audit_append(path, &bad, 1, NULL, NULL, &e), -EINVAL);
	bad = good, bad.what[0] = 'M';
	ck_assert_int_eq(audit_append(path, &bad, 1, NULL, NULL, &e), -EINVAL);
	bad = good, bad.at_utc_s = 0;
	ck_assert_int_eq(audit_append(path, &bad, 1, NULL, NULL, &e), -EINVAL);
	bad = good, bad.trouble = -1;
	ck_assert_int_eq(audit_append(path, &bad, 1, NULL, NULL, &e), -EINVAL);
	ck_assert_int_eq(audit_append(path, &good, 0, NULL, NULL, &e), -EINVAL);
	ck_assert_int_eq(audit_append(path, &good, AUDIT_BATCH_MAX + 1, NULL, NULL, &e), -EINVAL);
	ck_assert_int_eq(file_size(path), 0);
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_INTACT);
	ck_assert_int_eq(audit_append(support_path("none/audit"), &good, 1, NULL, NULL, &e),
		-ENOENT);
	ck_assert_int_eq(symlink(path, support_path("link")), 0);
	ck_assert_int_lt(audit_append(support_path("link"), &good, 1, NULL, NULL, &e), 0);
	(void)add(1);
}
END_TEST

static struct audit_head told[8];
static int tellings;

static void
tell(void *user, const struct audit_head *head)
{
	ck_assert_ptr_eq(user, told);
	told[tellings++] = *head;
}

START_TEST(each_head_is_told_once)
{
	const struct audit_teller teller = { tell, told };
	struct audit_entry en[2] = { entry(1), entry(2) };
	char text[AUDIT_HEAD_TEXT_SIZE];
	struct audit_head head, again;

	en[0].ref = 77;
	en[1].ref = 78;
	OK(audit_append(path, en, 2, &teller, &head, &e));
	ck_assert_int_eq(tellings, 1);
	ck_assert_int_eq(told[0].number, 2);
	ck_assert_mem_eq(&told[0], &head, sizeof(head));
	OK(audit_append(path, en, 2, &teller, &head, &e));
	ck_assert_int_eq(tellings, 1);	/* there were none to append */
	ck_assert_int_eq(head.number, 2);
	audit_head_text(&head, text);
	OK(audit_head_parse(text, &again, &e));
	ck_assert_int_eq(again.number, 2);
	ck_assert_mem_eq(again.hash, head.hash, sizeof(head.hash));
	ck_assert_int_eq(audit_head_parse("2", &again, &e), -EINVAL);
	ck_assert_int_eq(audit_head_parse("0:00", &again, &e), -EINVAL);
	text[0] = '-';
	ck_assert_int_eq(audit_head_parse(text, &again, &e), -EINVAL);
}
END_TEST

START_TEST(a_ref_is_appended_once)
{
	struct audit_entry en[3] = { entry(1), entry(2), entry(3) };

	for (unsigned i = 0; i < 3; i++)
		en[i].ref = 100 - i;
	OK(audit_append(path, en, 2, NULL, NULL, &e));
	(void)add(9);
	(void)add(9);	/* without a ref: as often as it is said */
	OK(audit_append(path, en, 3, NULL, NULL, &e));
	ck_assert_int_eq(count_entries(), 5);
}
END_TEST

/* --- found -------------------------------------------------------------------- */

START_TEST(each_changed_octet_is_found)
{
	static char log[FILE_MAX], copy[FILE_MAX];
	struct audit_verdict v;
	size_t size, line = 0;
	unsigned char bit;

	for (unsigned n = 1; n <= 4; n++)
		(void)add(n);
	size = slurp(path, log, sizeof(log));
	for (size_t i = 0; i < size; i++) {
		bit = (unsigned char)(1U << (i % 8));
		(void)memcpy(copy, log, size);
		copy[i] = (char)(copy[i] ^ bit);
		support_write(path, copy, size);
		v = verdict(NULL, 0);
		ck_assert_msg(v.first == AUDIT_CHANGED || (v.first == AUDIT_CUT && i + 1 == size),
			"octet %zu: %s", i, audit_finding_name(v.first));
		ck_assert_int_eq(v.first_number, (int64_t)line + 1);
		line += log[i] == '\n';
	}
	ck_assert_uint_eq(line, 4);
	/* The first is told from those after it. */
	(void)memcpy(copy, log, size);
	copy[20] ^= 1;
	copy[size - 80] ^= 1;
	support_write(path, copy, size);
	v = verdict(NULL, 0);
	ck_assert_int_eq(v.first_number, 1);
	ck_assert_int_ge(v.later, 1);
	ck_assert_int_eq(v.later_number, 2);
	ck_assert_ptr_nonnull(strstr(e.text, "entry 1 "));
}
END_TEST

START_TEST(each_cut_is_found)
{
	static char log[FILE_MAX], head[512];
	struct audit_head before, heads[2];
	size_t size, head_size;

	(void)add(1);
	before = add(2);
	head_size = slurp(head_path, head, sizeof(head));
	heads[0] = before;
	heads[1] = add(3);
	size = slurp(path, log, sizeof(log));
	for (size_t n = 0; n < size; n++) {
		support_write(path, log, n);
		ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_CUT);
	}
	ck_assert_int_eq(verdict(NULL, 0).first_number, 3);
	/* With the head of then, only who kept a later one sees it. */
	support_write(head_path, head, head_size);
	for (size_t n = size - 1; log[n - 1] != '\n'; n--)
		support_write(path, log, n - 1);
	ck_assert_int_eq(verdict(&before, 1).first, AUDIT_INTACT);
	ck_assert_int_eq(verdict(heads, 2).first, AUDIT_CUT);
	ck_assert_ptr_nonnull(strstr(e.text, "from 3 on"));
	/* All of it. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_CUT);
	ck_assert_int_eq(unlink(head_path), 0);
	ck_assert_int_eq(audit_verify(path, NULL, 0, &(struct audit_verdict){ 0 }, &e), -ENOENT);
}
END_TEST

/* The chain anew from entry `from` on, with another text there. */
static struct audit_head
rewrite(int64_t from, bool head_too)
{
	uint8_t hash[AUDIT_HASH_SIZE] = { 0 };
	struct audit_head head = { 0 };
	struct audit_reader *r;
	struct audit_entry en;
	char line[256], hex[2 * AUDIT_HASH_SIZE + 1];
	struct buf b;

	buf_init(&b, FILE_MAX);
	OK(audit_reader_open(path, &r, &e));
	while (audit_reader_next(r, &en, &e) == 1) {
		if (en.number >= from)
			(void)snprintf(en.who, sizeof(en.who), "mallory");
		OK(audit_line_write(&b, &en, hash, hash, &e));
		head.number = en.number;
	}
	audit_reader_close(r);
	(void)memcpy(head.hash, hash, sizeof(hash));
	support_write(path, b.data, b.len);
	text_hex(hex, sizeof(hex), hash, sizeof(hash));
	(void)snprintf(line, sizeof(line), "imgadm-audit-head 1 n=%" PRId64 " end=%zu hash=%s\n",
		head.number, b.len, hex);
	if (head_too)
		support_write(head_path, line, strlen(line));
	buf_release(&b);
	return head;
}

START_TEST(a_rewritten_chain_is_found)
{
	struct audit_head heads[5];
	struct audit_verdict v;

	for (unsigned n = 0; n < 5; n++)
		heads[n] = add(n + 1);
	ck_assert_int_eq(verdict(heads, 5).first, AUDIT_INTACT);
	(void)rewrite(3, false);
	v = verdict(NULL, 0);
	ck_assert_int_eq(v.first, AUDIT_REWRITTEN);
	ck_assert_int_eq(v.first_number, 5);
	ck_assert_int_eq(audit_append(path, &(struct audit_entry){ .at_utc_s = T0, .who = "a",
		.what = "b" }, 1, NULL, NULL, &e), -EBADMSG);
	/* Both files: a head from before the change still fits, one from after does not. */
	(void)rewrite(3, true);
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_INTACT);
	ck_assert_int_eq(verdict(heads, 2).first, AUDIT_INTACT);
	v = verdict(heads, 3);
	ck_assert_int_eq(v.first, AUDIT_REWRITTEN);
	ck_assert_int_eq(v.first_number, 3);
	v = verdict(&heads[4], 1);
	ck_assert_int_eq(v.first, AUDIT_REWRITTEN);
	ck_assert_int_eq(v.first_number, 5);
}
END_TEST

START_TEST(a_head_that_is_gone_or_garbled_is_found)
{
	struct audit_entry many[AUDIT_BATCH_MAX];
	struct audit_verdict v;

	(void)add(1);
	support_write(head_path, "imgadm-audit-head 1 n=1", 23);
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_NO_HEAD);
	ck_assert_int_eq(audit_append(path, &(struct audit_entry){ .at_utc_s = T0, .who = "a",
		.what = "b" }, 1, NULL, NULL, &e), -EBADMSG);
	ck_assert_int_eq(count_entries(), 1);
	/* As a writer leaves it who was killed within the very first append. */
	ck_assert_int_eq(unlink(head_path), 0);
	v = verdict(NULL, 0);
	ck_assert_int_eq(v.first, AUDIT_NO_HEAD);
	ck_assert_int_eq(v.entries, 1);
	for (unsigned n = 0; n < AUDIT_BATCH_MAX; n++)
		many[n] = entry(n);
	OK(audit_append(path, many, AUDIT_BATCH_MAX, NULL, NULL, &e));
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_INTACT);
	ck_assert_int_eq(unlink(head_path), 0);
	ck_assert_int_eq(audit_append(path, many, 1, NULL, NULL, &e), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(e.text, "head is missing"));
	ck_assert_int_eq(count_entries(), AUDIT_BATCH_MAX + 1);
}
END_TEST

START_TEST(nothing_is_appended_to_what_was_changed)
{
	static char log[FILE_MAX];
	struct audit_entry en = entry(3);
	size_t size;

	(void)add(1);
	(void)add(2);
	size = slurp(path, log, sizeof(log));
	support_write(path, log, size - 1);
	ck_assert_int_eq(audit_append(path, &en, 1, NULL, NULL, &e), -EBADMSG);
	ck_assert_int_eq(file_size(path), (int64_t)size - 1);
	log[size - 100] ^= 1;
	support_write(path, log, size);
	ck_assert_int_eq(audit_append(path, &en, 1, NULL, NULL, &e), -EBADMSG);
	ck_assert_int_eq(file_size(path), (int64_t)size);
}
END_TEST

/* --- repaired ------------------------------------------------------------------ */

/* A writer that was killed after some octets of its entries, before the head. */
START_TEST(a_torn_end_is_cut_off_and_no_whole_entry_lost)
{
	static char log[FILE_MAX], head[512];
	struct audit_entry en[2] = { entry(3), entry(4) };
	size_t before, size, head_size, third = 0;
	struct audit_verdict v;
	int64_t kept;

	(void)add(1);
	(void)add(2);
	head_size = slurp(head_path, head, sizeof(head));
	before = (size_t)file_size(path);
	OK(audit_append(path, en, 2, NULL, NULL, &e));
	size = slurp(path, log, sizeof(log));
	/* Here and there, and each of the last octets. */
	for (size_t n = before; n <= size; n += n + 44 < size ? 41 : n + 3 < size ? 3 : 1) {
		if (third == 0 && n > before && memchr(log + before, '\n', n - before) != NULL)
			third = n;
		kept = n == size ? 4 : third != 0 ? 3 : 2;
		support_write(path, log, n);
		support_write(head_path, head, head_size);
		v = verdict(NULL, 0);
		ck_assert_int_eq(v.first, AUDIT_INTACT);
		ck_assert_int_eq(v.entries, kept);
		ck_assert_int_eq(v.unacknowledged, kept - 2);
		ck_assert_int_eq(v.torn == 0, n == before || n == size ||
			log[n - 1] == '\n');
		ck_assert_int_eq(count_entries(), kept);
		(void)add(9);
		ck_assert_int_eq(count_entries(), kept + 1);
		v = verdict(NULL, 0);
		ck_assert_int_eq(v.first, AUDIT_INTACT);
		ck_assert_int_eq(v.torn + v.unacknowledged, 0);
	}
	/* Sectors that never came to the disk. */
	(void)memset(log + before + 10, 0, 40);
	support_write(path, log, size);
	support_write(head_path, head, head_size);
	ck_assert_int_eq(count_entries(), 2);
	(void)add(9);
	ck_assert_int_eq(count_entries(), 3);
}
END_TEST

START_TEST(what_cannot_be_written_was_not_appended)
{
	struct rlimit old, small;
	struct audit_entry en[3] = { entry(2), entry(3), entry(4) };
	int64_t size;
	char new[560];

	(void)add(1);
	size = file_size(path);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = (rlim_t)size + 300;	/* a full disk within the second entry */
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(audit_append(path, en, 3, NULL, NULL, &e), -EFBIG);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	ck_assert_int_eq(file_size(path), size);
	/* The head cannot be written. */
	(void)snprintf(new, sizeof(new), "%s.new", head_path);
	ck_assert_int_eq(mkdir(new, 0755), 0);
	ck_assert_int_lt(audit_append(path, en, 3, NULL, NULL, &e), 0);
	ck_assert_int_eq(rmdir(new), 0);
	ck_assert_int_eq(file_size(path), size);
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_INTACT);
	OK(audit_append(path, en, 3, NULL, NULL, &e));
	ck_assert_int_eq(count_entries(), 4);
}
END_TEST

START_TEST(writers_wait_for_each_other)
{
	enum { WRITERS = 4, EACH = 6 };
	pid_t pids[WRITERS];
	int status;

	for (unsigned w = 0; w < WRITERS; w++) {
		pids[w] = fork();
		ck_assert_int_ge(pids[w], 0);
		if (pids[w] == 0) {
			for (unsigned n = 0; n < EACH; n++) {
				struct audit_entry en = entry(n);

				/* A wait that was too long on a busy machine is no failure. */
				while (audit_append(path, &en, 1, NULL, NULL, &e) == -EBUSY)
					;
			}
			_exit(0);
		}
	}
	for (unsigned w = 0; w < WRITERS; w++) {
		ck_assert_int_eq(waitpid(pids[w], &status, 0), pids[w]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_assert_int_eq(verdict(NULL, 0).first, AUDIT_INTACT);
	ck_assert_int_eq(count_entries(), WRITERS * EACH);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit");
	TCase *t = tcase_create("audit");

	tcase_add_checked_fixture(t, setup, support_folder_remove);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, what_is_appended_is_read);
	tcase_add_test(t, the_longest_entry_fits);
	tcase_add_test(t, what_may_not_stand_there_is_refused);
	tcase_add_test(t, each_head_is_told_once);
	tcase_add_test(t, a_ref_is_appended_once);
	tcase_add_test(t, each_changed_octet_is_found);
	tcase_add_test(t, each_cut_is_found);
	tcase_add_test(t, a_rewritten_chain_is_found);
	tcase_add_test(t, a_head_that_is_gone_or_garbled_is_found);
	tcase_add_test(t, nothing_is_appended_to_what_was_changed);
	tcase_add_test(t, a_torn_end_is_cut_off_and_no_whole_entry_lost);
	tcase_add_test(t, what_cannot_be_written_was_not_appended);
	tcase_add_test(t, writers_wait_for_each_other);
	suite_add_tcase(suite, t);
	return support_run(suite);
}

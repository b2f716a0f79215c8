/*
 * rrdjournal: nothing that was flushed is lost, nothing that is damaged is
 * believed.
 */
#include <config.h>

#include "manager/rrdjournal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support.h"

#define SAMPLE "1795000200:1000:0:1:0:0"
#define LATER "1795000500:1030:0:0:U:0"

static struct rrdjournal_samples samples;

static void
begin(void)
{
	support_folder_make();
}

static void
end(void)
{
	rrdjournal_release(&samples);
	support_folder_remove();
}

static void
write_text(const char *name, const char *text)
{
	support_write(support_path(name), text, strlen(text));
}

static size_t
size_of(const char *name)
{
	struct stat st;

	return stat(support_path(name), &st) == 0 ? (size_t)st.st_size : 0;
}

static void
put(int64_t device, const char *text)
{
	struct rrdjournal *j = rrdjournal_new(support_folder());
	unsigned full;

	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(rrdjournal_add(j, device, "use-300.rrd", text, NULL), 0);
	ck_assert_int_eq(rrdjournal_flush(j, &full, NULL), 0);
	rrdjournal_free(j);
}

static void
take(unsigned slot, int64_t device)
{
	struct err e;

	rrdjournal_release(&samples);
	ck_assert_int_eq(rrdjournal_read(support_folder(), slot, device, &samples, &e), 0);
}

static void
is_sample(size_t i, int64_t device, const char *text, int64_t when_utc_s)
{
	ck_assert_uint_lt(i, samples.count);
	ck_assert_int_eq(samples.of[i].device, device);
	ck_assert_str_eq(samples.of[i].name, "use-300.rrd");
	ck_assert_str_eq(samples.of[i].text, text);
	ck_assert_int_eq(samples.of[i].when_utc_s, when_utc_s);
}

START_TEST(samples_come_back_by_device_in_their_order)
{
	put(11, SAMPLE);
	put(3, SAMPLE);
	put(11, LATER);
	put(4, SAMPLE);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 3);
	is_sample(0, 3, SAMPLE, 1795000200);
	is_sample(1, 11, SAMPLE, 1795000200);
	is_sample(2, 11, LATER, 1795000500);
	ck_assert_uint_eq(samples.bad_lines, 0);
	ck_assert_uint_eq(samples.size, size_of("journal.3"));
	take(3, 11);
	ck_assert_uint_eq(samples.count, 2);
	take(4, 0);
	ck_assert_uint_eq(samples.count, 1);
	take(5, 0);
	ck_assert_uint_eq(samples.count, 0);
}
END_TEST

START_TEST(an_older_time_after_a_newer_one_keeps_its_place)
{
	put(3, LATER);
	put(3, SAMPLE);
	take(3, 0);
	is_sample(0, 3, LATER, 1795000500);
	is_sample(1, 3, SAMPLE, 1795000200);
}
END_TEST

/* A writer that was killed: whatever it left of its last line. */
START_TEST(a_torn_line_is_no_line)
{
	static const char line[] = "11 use-300.rrd " LATER "\n";
	char text[256];

	for (size_t cut = 0; cut < sizeof(line) - 2; cut++) {
		(void)snprintf(text, sizeof(text), "3 use-300.rrd " SAMPLE "\n%.*s", (int)cut,
			line);
		write_text("journal.3", text);
		take(3, 0);
		ck_assert_uint_eq(samples.count, 1);
		ck_assert_uint_eq(samples.bad_lines, 0);
		put(19, SAMPLE);
		take(3, 0);
		ck_assert_uint_eq(samples.count, 2);
		is_sample(0, 3, SAMPLE, 1795000200);
		is_sample(1, 19, SAMPLE, 1795000200);
		ck_assert_uint_eq(samples.bad_lines, 0);
	}
}
END_TEST

START_TEST(nothing_but_a_torn_line)
{
	char text[1000];

	memset(text, '7', sizeof(text));
	support_write(support_path("journal.3"), text, sizeof(text));
	take(3, 0);
	ck_assert_uint_eq(samples.count, 0);
	put(3, SAMPLE);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 1);
	ck_assert_uint_eq(samples.bad_lines, 0);
}
END_TEST

START_TEST(damaged_lines_are_passed_over_and_counted)
{
	static const char *const bad[] = {
		"", " ", "3", "3 ", "3 use-300.rrd", "3 use-300.rrd ", "x use-300.rrd " SAMPLE,
		"0 use-300.rrd " SAMPLE, "-3 use-300.rrd " SAMPLE, "3  use-300.rrd " SAMPLE,
		"99999999999999999999 use-300.rrd " SAMPLE,
		"3 use-0.rrd " SAMPLE, "3 use-86401.rrd " SAMPLE, "3 use-0300.rrd " SAMPLE,
		"3 use-300-1795000000.rrd " SAMPLE, "3 units0-3600-8.rrd " SAMPLE,
		"3 ../../use-300.rrd " SAMPLE, "3 /etc/passwd " SAMPLE, "3 use-300 " SAMPLE,
		"3 use-300.rrd 1795000200", "3 use-300.rrd 1795000200:1:2:3:4",
		"3 use-300.rrd " SAMPLE ":1", "3 use-300.rrd " SAMPLE " ",
		"3 use-300.rrd N:1:2:3:4:5", "3 use-300.rrd :1:2:3:4:5",
		"3 use-300.rrd 1795000200:1::3:4:5", "3 use-300.rrd 1795000200:UU:2:3:4:5",
		"3 use-300.rrd 1795000200:-1:2:3:4:5", "3 use-300.rrd 1795000200:1.5:2:3:4:5",
		"3 use-300.rrd 1795000200:123456789012345678901:2:3:4:5",
		"3 use-300.rrd 99999999999999999999:1:2:3:4:5", "\xff\xfe", "\r",
		"3 use-300.rrd 3 use-300.rrd " SAMPLE,
	};
	char text[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "3 use-300.rrd " SAMPLE "\n%s\n"
			"3 use-300.rrd " LATER "\n", bad[i]);
		write_text("journal.3", text);
		take(3, 0);
		ck_assert_msg(samples.count == 2, "'%s': %zu samples", bad[i], samples.count);
		ck_assert_msg(samples.bad_lines == 1, "'%s' was believed", bad[i]);
		is_sample(0, 3, SAMPLE, 1795000200);
		is_sample(1, 3, LATER, 1795000500);
	}
}
END_TEST

/* A hole that a power failure left. */
START_TEST(zeros_hurt_only_their_line)
{
	static const char text[] = "3 use-300.rrd " SAMPLE "\n\0\0\0\0\0\0\0\0"
		"00:5:0:0:0:0\n3 use-300.rrd " LATER "\n";

	support_write(support_path("journal.3"), text, sizeof(text) - 1);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 2);
	ck_assert_uint_eq(samples.bad_lines, 1);
}
END_TEST

START_TEST(a_device_that_is_gone_is_forgotten)
{
	struct err e;

	put(3, SAMPLE);
	put(11, SAMPLE);
	ck_assert_int_eq(rrdjournal_forget(support_folder(), 3, &e), 0);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 1);
	is_sample(0, 11, SAMPLE, 1795000200);
	/* Were its number given anew, it would be another device. */
	put(3, LATER);
	take(3, 3);
	ck_assert_uint_eq(samples.count, 1);
	is_sample(0, 3, LATER, 1795000500);
	ck_assert_int_eq(rrdjournal_forget(support_folder(), 4, &e), 0);
	ck_assert_int_ne(access(support_path("journal.4"), F_OK), 0);
}
END_TEST

START_TEST(each_journal_has_its_turn)
{
	unsigned slot = 99;
	struct err e;

	for (unsigned i = 0; i < 3 * RRDJOURNAL_SLOTS; i++) {
		ck_assert_int_eq(rrdjournal_turn(support_folder(), &slot, &e), 0);
		ck_assert_uint_eq(slot, i % RRDJOURNAL_SLOTS);
	}
	write_text("journal.turn", "?");
	ck_assert_int_eq(rrdjournal_turn(support_folder(), &slot, &e), 0);
	ck_assert_uint_eq(slot, 0);
	ck_assert_int_eq(rrdjournal_turn(support_folder(), &slot, &e), 0);
	ck_assert_uint_eq(slot, 1);
}
END_TEST

START_TEST(a_journal_is_emptied_only_as_it_was_read)
{
	struct err e;

	put(3, SAMPLE);
	take(3, 0);
	put(3, LATER);
	ck_assert_int_eq(rrdjournal_clear(support_folder(), 3, samples.size, &e), 0);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 2);
	ck_assert_int_eq(rrdjournal_clear(support_folder(), 3, samples.size, &e), 0);
	ck_assert_uint_eq(size_of("journal.3"), 0);
	ck_assert(!rrdjournal_waits(support_folder(), 3));
	put(3, LATER);
	ck_assert(rrdjournal_waits(support_folder(), 3));
}
END_TEST

START_TEST(a_full_journal_takes_nothing_and_loses_nothing)
{
	struct rrdjournal *j = rrdjournal_new(support_folder());
	unsigned full = 99;
	struct err e;
	int fd;

	/* Long as it is, it takes no room: a hole with a line feed behind it. */
	fd = open(support_path("journal.3"), O_WRONLY | O_CREAT, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "\n", 1, RRDJOURNAL_SIZE_MAX - 8), 1);
	ck_assert_ptr_nonnull(j);
	ck_assert_int_eq(rrdjournal_add(j, 3, "use-300.rrd", SAMPLE, &e), 0);
	ck_assert_int_eq(rrdjournal_flush(j, &full, &e), -EFBIG);
	ck_assert_uint_eq(full, 3);
	ck_assert_uint_eq(size_of("journal.3"), RRDJOURNAL_SIZE_MAX - 7);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(rrdjournal_flush(j, &full, &e), 0);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 1);
	/* Longer than ours: never read into memory. */
	ck_assert_int_eq(ftruncate(fd, (off_t)RRDJOURNAL_SIZE_MAX + 1), 0);
	rrdjournal_release(&samples);
	ck_assert_int_eq(rrdjournal_read(support_folder(), 3, 0, &samples, &e), -EFBIG);
	(void)close(fd);
	rrdjournal_free(j);
}
END_TEST

START_TEST(memory_says_when_it_is_time)
{
	struct rrdjournal *j = rrdjournal_new(support_folder());
	size_t count = 0;
	unsigned full;
	struct err e;
	int rc;

	ck_assert_ptr_nonnull(j);
	while ((rc = rrdjournal_add(j, 3, "use-300.rrd", SAMPLE, &e)) == 0)
		count++;
	ck_assert_int_eq(rc, 1);
	while ((rc = rrdjournal_add(j, 3, "use-300.rrd", SAMPLE, &e)) == 1)
		count++;
	ck_assert_int_eq(rc, -EMSGSIZE);
	rrdjournal_free(j);
	j = rrdjournal_new(support_folder());
	ck_assert_ptr_nonnull(j);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_int_eq(rrdjournal_add(j, 3, "use-300.rrd", SAMPLE, &e), 0);
	ck_assert_int_eq(rrdjournal_flush(j, &full, &e), 0);
	take(3, 0);
	ck_assert_uint_eq(samples.count, 1000);
	rrdjournal_free(j);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
	struct rrdjournal *j = rrdjournal_new(support_folder());
	unsigned full;
	struct err e;

	ck_assert_ptr_nonnull(j);
	write_text("else", "not ours");
	ck_assert_int_eq(symlink("else", support_path("journal.3")), 0);
	ck_assert_int_eq(rrdjournal_add(j, 3, "use-300.rrd", SAMPLE, &e), 0);
	ck_assert_int_eq(rrdjournal_flush(j, &full, &e), -ELOOP);
	ck_assert_ptr_nonnull(strstr(e.text, "journal.3"));
	ck_assert_uint_eq(size_of("else"), 8);
	rrdjournal_free(j);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rrdjournal");
	TCase *tc = tcase_create("journal");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, samples_come_back_by_device_in_their_order);
	tcase_add_test(tc, an_older_time_after_a_newer_one_keeps_its_place);
	tcase_add_test(tc, a_torn_line_is_no_line);
	tcase_add_test(tc, nothing_but_a_torn_line);
	tcase_add_test(tc, damaged_lines_are_passed_over_and_counted);
	tcase_add_test(tc, zeros_hurt_only_their_line);
	tcase_add_test(tc, a_device_that_is_gone_is_forgotten);
	tcase_add_test(tc, each_journal_has_its_turn);
	tcase_add_test(tc, a_journal_is_emptied_only_as_it_was_read);
	tcase_add_test(tc, a_full_journal_takes_nothing_and_loses_nothing);
	tcase_add_test(tc, memory_says_when_it_is_time);
	tcase_add_test(tc, a_link_is_not_followed);
	return support_run(suite);
}

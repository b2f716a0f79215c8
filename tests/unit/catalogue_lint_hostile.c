/*
 * Sets that mean harm, or are only large: each is linted in bounded time and
 * memory, and says what is wrong with it.
 */
#include <config.h>

#include "lib/catalogue/catalogue_lint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "tests/unit/support.h"

#define HEAD "<catalogue xmlns='urn:imgadm:catalogue:1' id='a' serial='1' issued='2026-01-01'>" \
	"<creator id='a'/>\n"
#define TYPE(id, class, model) "<unit-type id='" id "' class='" class "' manufacturer='M'" \
	" model='" model "'/>\n"

enum {
	LINT_MEMORY = 64 << 20,	/* beyond what the set itself takes */
	/* All take a tenth of it at most; a noisy machine and valgrind take their share. */
	LINT_CPU_MS = 10000,
};

static char *
finish(struct buf *b)
{
	char *text;

	(void)buf_add_text(b, "</catalogue>\n");
	ck_assert_int_eq(b->error, 0);
	text = buf_steal(b);
	ck_assert_ptr_nonnull(text);
	return text;
}

static int64_t
cpu_ms(void)
{
	struct timespec ts;

	ck_assert_int_eq(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts), 0);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Room for so much more; each test is a process of its own.  What the
 * sanitizer maps is not ours.
 */
static void
limit_memory(size_t more)
{
#ifndef __SANITIZE_ADDRESS__
	unsigned long pages = 0;
	struct rlimit limit;
	FILE *f = fopen("/proc/self/statm", "r");
	char line[128] = "";

	if (f == NULL)
		return;		/* no /proc: the time is still measured */
	if (fgets(line, sizeof(line), f) != NULL)
		pages = strtoul(line, NULL, 10);
	(void)fclose(f);
	ck_assert_uint_gt(pages, 0);
	ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
	limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
#else
	(void)more;
#endif
}

static void
print_first(const struct catalogue_findings *f)
{
	for (size_t i = 0; i < f->count && i < 3; i++)
		(void)fprintf(stderr, "# %s\n", f->list[i].text);
}

/* Read, link and lint; the findings are the caller's.  Frees the text. */
static int
lint_text(char *text, struct catalogue_findings *f)
{
	struct catalogue *c = NULL;
	struct catalogue_set *set = NULL;
	struct err e = { "" };
	int64_t begin_ms;
	int rc;

	*f = (struct catalogue_findings){ 0 };
	rc = catalogue_read("a.xml", text, strlen(text), &c, f, &e);
	free(text);
	ck_assert_msg(rc == 0, "%s", e.text);
	rc = catalogue_set_link((const struct catalogue *const *)&c, 1, &set, f, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
	limit_memory(LINT_MEMORY);
	begin_ms = cpu_ms();
	rc = catalogue_lint(set, f, &e);
	if (getenv("CATALOGUE_LINT_TIMES") != NULL)
		(void)fprintf(stderr, "# lint %lld ms\n", (long long)(cpu_ms() - begin_ms));
	ck_assert_int_lt(cpu_ms() - begin_ms, LINT_CPU_MS);
	ck_assert_uint_le(f->count, CATALOGUE_ERRORS_MAX);
	if (rc != 0)
		ck_assert_str_ne(e.text, "");
	catalogue_set_free(set);
	catalogue_free(c);
	return rc;
}

static void
expect(char *text, int rc, size_t errors, size_t warnings, const char *words)
{
	struct catalogue_findings f;
	int is = lint_text(text, &f);
	bool said = words == NULL;

	for (size_t i = 0; i < f.count && !said; i++)
		said = strstr(f.list[i].text, words) != NULL;
	if (is != rc || f.errors != errors || f.warnings != warnings || !said)
		print_first(&f);
	ck_assert_int_eq(is, rc);
	ck_assert_uint_eq(f.errors, errors);
	ck_assert_uint_eq(f.warnings, warnings);
	ck_assert(said);
	catalogue_findings_release(&f);
}

/* --- the size that is promised ---------------------------------------------------------- */

/* A unit type with two revs and two relations. */
static void
add_type(struct buf *b, int i)
{
	(void)buf_printf(b, "<unit-type id='T%d' class='%s' manufacturer='Maker'"
	    " model='Model %d*' part='%d.*'><rev id='A' seq='1' hardware='%d.1*'/>"
	    "<rev id='B' seq='2' hardware='%d.2*' ships='100'/>"
	    "<requires id='RT%d'><unit type='T%d' min-rev='B'/></requires>"
	    "<conflicts id='CT%d'><unit type='T%d'/></conflicts></unit-type>\n",
	    i, i % 2 ? "finisher" : "engine", i, i, i, i, i, (i + 1) % 2000, i, (i + 2) % 2000);
}

START_TEST(ten_thousand_releases_and_two_thousand_types)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD);
	for (int i = 0; i < 2000; i++)
		add_type(&b, i);
	for (int s = 0; s < 1000; s++) {
		(void)buf_printf(&b, "<software id='s%d' unit-type='T%d T%d' scheme='dotted'>\n", s,
		    2 * s, 2 * s + 1);
		for (int r = 1; r <= 10; r++)
			(void)buf_printf(&b, "<release version='1.%d' seq='%d'>"
			    "<from fresh='yes'/>%s<requires id='R%d-%d'>"
			    "<software id='s%d' min-seq='%d'/></requires>"
			    "<before software='s%d'/></release>\n", r, r * 100,
			    r > 1 ? "<from/>" : "", s, r, (s + 1) % 1000, r * 100, (s + 1) % 1000);
		(void)buf_add_text(&b, "</software>\n");
	}
	/* The last software comes before the first again. */
	expect(finish(&b), -EINVAL, 1, 0, "go in a circle");
}
END_TEST

/* --- patterns ---------------------------------------------------------------------------- */

START_TEST(two_thousand_types_that_match_all)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD);
	for (int i = 0; i < 2000; i++)
		(void)buf_printf(&b, "<unit-type id='T%d' class='fuser' manufacturer='*'"
		    " model='*'/>\n", i);
	expect(finish(&b), -EINVAL, 1999, 0, "matches the same part");
}
END_TEST

/* None of the pairs meets, and that takes the whole table to see. */
START_TEST(patterns_that_only_just_do_not_meet)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD);
	for (int i = 0; i < 20000; i++)
		(void)buf_printf(&b, "<unit-type id='T%d' class='fuser' manufacturer='M'"
		    " model='*a*b*c*d*x%048dx*'/>\n", i, i);
	expect(finish(&b), 0, 0, 1, "from here on some were not");
}
END_TEST

/* A maker's whole fleet under one name: each board by its serial number. */
START_TEST(two_thousand_boards_under_one_unit_name)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD);
	for (int i = 0; i < 2000; i++)
		(void)buf_printf(&b, "<unit-type id='T%d' class='finisher' manufacturer='M'"
		    " model='FIN' part='serial:%05d*'/>\n", i, i);
	expect(finish(&b), 0, 0, 0, NULL);
}
END_TEST

/* --- releases ---------------------------------------------------------------------------- */

static void
begin_software(struct buf *b)
{
	buf_init(b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(b, HEAD TYPE("E", "engine", "E") "<software id='s' unit-type='E'>\n");
}

START_TEST(stepping_stones_in_a_great_circle)
{
	struct buf b;

	begin_software(&b);
	(void)buf_add_text(&b, "<release version='0' seq='1'><from min-seq='50000'"
	    " direction='down'/></release>\n");
	for (int i = 2; i <= 50000; i++)
		(void)buf_printf(&b, "<release version='%d' seq='%d'><from min-seq='%d'/>"
		    "</release>\n", i, i, i - 1);
	(void)buf_add_text(&b, "</software>\n");
	expect(finish(&b), -EINVAL, 1, 0, "in a circle");
}
END_TEST

/* Up and down in turn: each release is reached from the one found last. */
START_TEST(a_path_that_goes_to_and_fro)
{
	struct buf b;

	begin_software(&b);
	for (int i = 0; i < 50000; i++) {
		/* 25000, 25001, 24999, 25002, ... */
		int seq = 30000 + (i % 2 ? (i + 1) / 2 : -i / 2);
		int last = 30000 + (i % 2 ? -(i - 1) / 2 : i / 2);

		(void)buf_printf(&b, "<release version='%d' seq='%d'>", i, seq);
		if (i == 0)
			(void)buf_add_text(&b, "<from fresh='yes'/>");
		else
			(void)buf_printf(&b, "<from min-seq='%d' max-seq='%d'%s/>", last, last,
			    i % 2 ? "" : " direction='down'");
		(void)buf_add_text(&b, "</release>\n");
	}
	(void)buf_add_text(&b, "</software>\n");
	expect(finish(&b), 0, 0, 0, NULL);
}
END_TEST

START_TEST(ten_thousand_releases_with_wide_from)
{
	struct buf b;

	begin_software(&b);
	for (int i = 1; i <= 10000; i++) {
		(void)buf_printf(&b, "<release version='%d' seq='%d'>", i, i);
		for (int k = 0; k < 10 && i > 1; k++)
			(void)buf_add_text(&b, "<from/>");
		(void)buf_add_text(&b, "</release>\n");
	}
	(void)buf_add_text(&b, "</software>\n");
	expect(finish(&b), 0, 0, 0, NULL);
}
END_TEST

START_TEST(labels_of_which_no_two_compare)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD TYPE("E", "engine", "E")
	    "<software id='s' unit-type='E' scheme='dotted'>\n");
	/* 1, A.1, A.A.1, ... */
	for (int i = 0; i < 10000; i++) {
		(void)buf_add_text(&b, "<release version='");
		for (int bit = 0; bit < 14; bit++)
			(void)buf_add_text(&b, i >> bit & 1 ? "A." : "1.");
		(void)buf_printf(&b, "' seq='%d'/>\n", i + 1);
	}
	(void)buf_add_text(&b, "</software>\n");
	expect(finish(&b), 0, 0, 0, NULL);
}
END_TEST

START_TEST(instead_that_goes_round_everything)
{
	struct buf b;

	begin_software(&b);
	for (int i = 1; i <= 50000; i++)
		(void)buf_printf(&b, "<release version='%d' seq='%d' state='withdrawn' because='b'"
		    " instead='%d'/>\n", i, i, i % 50000 + 1);
	(void)buf_add_text(&b, "</software>\n");
	expect(finish(&b), -EINVAL, 1, 50000, NULL);
}
END_TEST

/* Whoever is told of an error far down is told the line. */
START_TEST(an_error_in_line_120000)
{
	struct buf b;
	struct catalogue_findings f;

	begin_software(&b);
	for (int line = 4; line < 120000; line++)
		(void)buf_printf(&b, "<release version='%d' seq='%d'/>\n", line, line);
	(void)buf_add_text(&b, "<release version='x' seq='200000' floor='200001'/></software>\n");
	ck_assert_int_eq(lint_text(finish(&b), &f), -EINVAL);
	ck_assert_uint_eq(f.errors, 1);
	ck_assert_msg(strncmp(f.list[0].text, "a.xml:120000: floor", 19) == 0, "%s",
	    f.list[0].text);
	catalogue_findings_release(&f);
}
END_TEST

/* --- orders and relations ------------------------------------------------------------------ */

START_TEST(an_order_among_everything)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD TYPE("E", "engine", "E"));
	for (int i = 0; i < 20000; i++)
		(void)buf_printf(&b, "<software id='s%d' unit-type='E'>"
		    "<release version='1' seq='1'><before software='s%d'/></release></software>\n", i, (i + 1) % 20000);
	expect(finish(&b), -EINVAL, 1, 0, "go in a circle");
}
END_TEST

/* One owner with thousands of conditions on one thing: pairs of them without end. */
START_TEST(thousands_of_conditions_on_one_thing)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD TYPE("E", "engine", "E") TYPE("C", "controller", "C")
	    "<software id='t' unit-type='C'><release version='1' seq='1'/></software>\n"
	    "<software id='s' unit-type='E'>\n<release version='1' seq='1'>");
	for (int i = 0; i < 20000; i++)
		(void)buf_printf(&b, "<requires id='R%d'><software id='t' max-seq='%d'/>"
		    "</requires>\n", i, i + 1);
	(void)buf_add_text(&b, "</release></software>\n");
	expect(finish(&b), 0, 0, 1, "from here on some were not");
}
END_TEST

/* Each profile asks all relations of the release again. */
START_TEST(thousands_of_profiles_of_one_release)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD "<device-type id='D' manufacturer='M' model='D'/>"
	    TYPE("E", "engine", "E") TYPE("C", "controller", "C")
	    "<software id='s' unit-type='E'>\n<release version='1' seq='1'>");
	for (int i = 0; i < 5000; i++)
		(void)buf_printf(&b, "<requires id='R%d'><unit type='C'/></requires>\n", i);
	(void)buf_add_text(&b, "</release></software>\n");
	for (int i = 0; i < 3000; i++)
		(void)buf_printf(&b, "<profile id='p%d' device-type='D'><software id='s' seq='1'/>"
		    "</profile>\n", i);
	expect(finish(&b), 0, 0, 1, "from here on some were not");
}
END_TEST

START_TEST(conditions_as_deep_as_may_be)
{
	struct buf b;
	int depth = 0;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	(void)buf_add_text(&b, HEAD "<unit-type id='E' class='engine' manufacturer='M' model='E'>"
	    "<any id='R'>");
	/* catalogue, unit-type and the leaf are levels too. */
	for (; depth < CATALOGUE_DEPTH_MAX - 4; depth++)
		(void)buf_add_text(&b, depth % 2 ? "<any>" : "<all>");
	(void)buf_add_text(&b, "<unit type='E' where='child'/><unit class='fuser' where='self'/>");
	while (depth-- > 0)
		(void)buf_add_text(&b, depth % 2 ? "</any>" : "</all>");
	(void)buf_add_text(&b, "</any></unit-type>\n");
	expect(finish(&b), 0, 0, 1,
	    "this part of R can never hold: the unit itself is never fuser");
}
END_TEST

START_TEST(a_hundred_thousand_findings)
{
	struct buf b;

	begin_software(&b);
	for (int i = 1; i <= 100000; i++)
		(void)buf_printf(&b, "<release version='%d' seq='%d' floor='%d'/>\n", i, i, i + 1);
	(void)buf_add_text(&b, "</software>\n");
	expect(finish(&b), -EINVAL, 100000, 0, "a.xml:4: floor 2");
}
END_TEST

START_TEST(a_hundred_warnings_leave_room_for_an_error)
{
	struct buf b;

	begin_software(&b);
	for (int i = 1; i <= 200; i++)
		(void)buf_printf(&b, "<release version='%d' seq='%d' size='1'/>\n", i, i);
	(void)buf_add_text(&b, "<release version='x' seq='300' floor='301'/></software>\n");
	expect(finish(&b), -EINVAL, 1, 200, "a.xml:204: floor 301");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_lint_hostile");
	TCase *tc = tcase_create("catalogue_lint_hostile");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, ten_thousand_releases_and_two_thousand_types);
	tcase_add_test(tc, two_thousand_types_that_match_all);
	tcase_add_test(tc, two_thousand_boards_under_one_unit_name);
	tcase_add_test(tc, patterns_that_only_just_do_not_meet);
	tcase_add_test(tc, stepping_stones_in_a_great_circle);
	tcase_add_test(tc, a_path_that_goes_to_and_fro);
	tcase_add_test(tc, ten_thousand_releases_with_wide_from);
	tcase_add_test(tc, labels_of_which_no_two_compare);
	tcase_add_test(tc, instead_that_goes_round_everything);
	tcase_add_test(tc, an_error_in_line_120000);
	tcase_add_test(tc, an_order_among_everything);
	tcase_add_test(tc, thousands_of_conditions_on_one_thing);
	tcase_add_test(tc, thousands_of_profiles_of_one_release);
	tcase_add_test(tc, conditions_as_deep_as_may_be);
	tcase_add_test(tc, a_hundred_thousand_findings);
	tcase_add_test(tc, a_hundred_warnings_leave_room_for_an_error);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

#include <config.h>

#include "lib/catalogue/catalogue_version.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/support.h"

static const enum catalogue_scheme schemes[] = {
	CATALOGUE_SCHEME_NONE, CATALOGUE_DOTTED, CATALOGUE_SEMVER, CATALOGUE_DPKG, CATALOGUE_DATE,
};
enum { SCHEMES = sizeof(schemes) / sizeof(schemes[0]) };

static void
expect(enum catalogue_scheme scheme, const char *from, const char *to, enum catalogue_way way)
{
	enum catalogue_way back = way;

	if (way == CATALOGUE_WAY_UP)
		back = CATALOGUE_WAY_DOWN;
	else if (way == CATALOGUE_WAY_DOWN)
		back = CATALOGUE_WAY_UP;
	ck_assert_msg(catalogue_version_way(scheme, from, to) == way,
	    "%s: '%s' to '%s' is not %d", catalogue_scheme_name(scheme), from, to, way);
	ck_assert_msg(catalogue_version_way(scheme, to, from) == back,
	    "%s: '%s' to '%s' is not %d", catalogue_scheme_name(scheme), to, from, back);
}

#define UP CATALOGUE_WAY_UP
#define SAME CATALOGUE_WAY_EQUAL
#define UNSAID CATALOGUE_WAY_UNSAID

START_TEST(labels_of_the_field_come_out_right)
{
	expect(CATALOGUE_DOTTED, "G00-4", "G00-30", UP);
	expect(CATALOGUE_DOTTED, "4010_9A", "4010_51A", UP);
	expect(CATALOGUE_DOTTED, "D0875572C", "D0875572D", UP);
	expect(CATALOGUE_DOTTED, "02.9", "02.10", UP);
	expect(CATALOGUE_SEMVER, "1.0-beta", "1.0", UP);
}
END_TEST

/* fwupd #1722: makers' labels in the order they came out; only seq orders them. */
START_TEST(versions_that_no_rule_can_order_are_not_ordered)
{
	static const char *const labels[] = { "L02C", "BR003C", "2262", "004C" };

	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < 4; j++)
			expect(CATALOGUE_SCHEME_NONE, labels[i], labels[j], i == j ? SAME : UNSAID);
	}
	/* No scheme but dpkg, which orders any letters, claims an order between the kinds. */
	for (size_t s = 0; s < SCHEMES; s++) {
		if (schemes[s] == CATALOGUE_DPKG)
			continue;
		expect(schemes[s], "L02C", "BR003C", UNSAID);
		expect(schemes[s], "BR003C", "2262", UNSAID);
		expect(schemes[s], "L02C", "2262", UNSAID);
		expect(schemes[s], "L02C", "004C", UNSAID);
	}
}
END_TEST

START_TEST(dotted_numbers_and_letters)
{
	expect(CATALOGUE_DOTTED, "1.2.3", "1.2.4", UP);
	expect(CATALOGUE_DOTTED, "1.9", "1.10", UP);
	expect(CATALOGUE_DOTTED, "1.0", "1.0.1", UP);
	expect(CATALOGUE_DOTTED, "1.0", "1.0.0", SAME);
	expect(CATALOGUE_DOTTED, "02.10", "2.10", SAME);
	expect(CATALOGUE_DOTTED, "1-2", "1.2", SAME);
	expect(CATALOGUE_DOTTED, "1.0a", "1.0B", UP);
	expect(CATALOGUE_DOTTED, "1.0A", "1.0a", SAME);
	expect(CATALOGUE_DOTTED, "1.0", "1.0a", UNSAID);
	expect(CATALOGUE_DOTTED, "1.0beta", "1.0rc", UNSAID);
	expect(CATALOGUE_DOTTED, "1.a", "1.1", UNSAID);
	expect(CATALOGUE_DOTTED, "18446744073709551615", "18446744073709551616", UP);
	expect(CATALOGUE_DOTTED, "1.99999999999999999999999998", "1.99999999999999999999999999",
	    UP);
	expect(CATALOGUE_DOTTED, "", "1", UNSAID);
	expect(CATALOGUE_DOTTED, "...", "1", UNSAID);
	expect(CATALOGUE_DOTTED, "1~", "1", UNSAID);
}
END_TEST

/* Semantic Versioning 2.0.0, section 11. */
START_TEST(semver_as_its_text_says)
{
	static const char *const rising[] = { "1.0.0-alpha", "1.0.0-alpha.1",
		"1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0", "1.0.1", "1.2", "1.10.0", "2", "2.0.1" };
	enum { N = sizeof(rising) / sizeof(rising[0]) };
	static const char *const wrong[] = { "", "1.", ".1", "1.0.0.0", "01.0", "1.0-", "1.0+",
		"1.0-01", "1.0-a..b", "1.0-a_b", "1.0+a+b", "v1.0", "1.0 ", "-1", "1.0-\xc3\xa4" };

	for (size_t i = 0; i < N; i++) {
		for (size_t j = i + 1; j < N; j++)
			expect(CATALOGUE_SEMVER, rising[i], rising[j], UP);
	}
	expect(CATALOGUE_SEMVER, "1.0.0+a", "1.0.0+b", SAME);
	expect(CATALOGUE_SEMVER, "1.0.0-0+01", "1.0-0", SAME);
	expect(CATALOGUE_SEMVER, "1.0.0-x-y", "1.0.0-x-z", UP);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_msg(!catalogue_version_fits(CATALOGUE_SEMVER, wrong[i]), "%s", wrong[i]);
		expect(CATALOGUE_SEMVER, wrong[i], "1.0.0", UNSAID);
	}
}
END_TEST

START_TEST(dpkg_as_the_policy_says)
{
	expect(CATALOGUE_DPKG, "1.0~beta", "1.0", UP);
	expect(CATALOGUE_DPKG, "1.0~~", "1.0~~a", UP);
	expect(CATALOGUE_DPKG, "1.0~~a", "1.0~", UP);
	expect(CATALOGUE_DPKG, "2.0", "1:1.0", UP);
	expect(CATALOGUE_DPKG, "1.0", "1.0-0", SAME);
	expect(CATALOGUE_DPKG, "1.0-1", "1.0-1+b1", UP);
	expect(CATALOGUE_DPKG, "1.0a", "1.0+", UP);
	expect(CATALOGUE_DPKG, "0:1.0", "1.0", SAME);
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, ""));
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, "1.0-"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, ":1"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, "x:1"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, "2147483648:1"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, "1 0"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DPKG, "1_0"));
}
END_TEST

START_TEST(dates_that_exist)
{
	expect(CATALOGUE_DATE, "20240531", "2024-06-01", UP);
	expect(CATALOGUE_DATE, "2024-05-31", "2024.05.31", SAME);
	expect(CATALOGUE_DATE, "2024-05-31", "2024-05-31.2", UP);
	expect(CATALOGUE_DATE, "20240531-9", "20240531-10", UP);
	expect(CATALOGUE_DATE, "2024-05", "2024-06-01", UP);
	expect(CATALOGUE_DATE, "2024-05", "2024-05-01", UNSAID);
	expect(CATALOGUE_DATE, "2023-12-31", "2024-01", UP);
	ck_assert(catalogue_version_fits(CATALOGUE_DATE, "2024-02-29"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2023-02-29"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024-13-01"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024-04-31"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024-00-01"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024-01-00"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "31122024"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "240531"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024-5-1"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "202405311"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024"));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, ""));
	ck_assert(!catalogue_version_fits(CATALOGUE_DATE, "2024-05-31beta"));
}
END_TEST

/* --- random labels --------------------------------------------------------------- */

static uint32_t
dice(uint32_t *state, uint32_t sides)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % sides;
}

/* Short ones of few characters: what is compared often differs late, or not at all. */
static void
random_label(uint32_t *state, enum catalogue_scheme scheme, char ret[32])
{
	static const char *const alphabets[] = {
		[CATALOGUE_SCHEME_NONE] = "01aB.-", [CATALOGUE_DOTTED] = "0129aAbZ.-_~",
		[CATALOGUE_SEMVER] = "0123a.-+b", [CATALOGUE_DPKG] = "012aZ~+.-:",
		[CATALOGUE_DATE] = "012.-",
	};
	const char *alphabet = alphabets[scheme];
	size_t sides = strlen(alphabet), n = 0, len = 1 + dice(state, 7);

	if (scheme == CATALOGUE_DATE && dice(state, 8) != 0)
		n = (size_t)snprintf(ret, 32, "202%u%s0%u", dice(state, 3),
		    dice(state, 2) ? "-" : "", 1 + dice(state, 2));
	if (scheme == CATALOGUE_DATE && n > 0 && (ret[4] != '-' || dice(state, 2)))
		n += (size_t)snprintf(ret + n, 32 - n, "%s0%u", ret[4] == '-' ? "-" : "",
		    1 + dice(state, 2));
	if (scheme == CATALOGUE_DATE && n > 0)
		len = dice(state, 3);
	if (scheme == CATALOGUE_SEMVER && dice(state, 4) != 0)
		n = (size_t)snprintf(ret, 32, "%u.%u", dice(state, 2), dice(state, 2));
	for (size_t i = 0; i < len; i++)
		ret[n++] = alphabet[dice(state, (uint32_t)sides)];
	ret[n] = '\0';
}

START_TEST(the_order_is_a_strict_partial_one)
{
	enum { LABELS = 150 };
	static char labels[LABELS][32];
	static enum catalogue_way way[LABELS][LABELS];
	enum catalogue_scheme scheme = schemes[_i];
	uint32_t state = 20261122u + (uint32_t)_i;
	size_t said = 0;

	for (size_t i = 0; i < LABELS; i++)
		random_label(&state, scheme, labels[i]);
	for (size_t i = 0; i < LABELS; i++) {
		for (size_t j = 0; j < LABELS; j++) {
			way[i][j] = catalogue_version_way(scheme, labels[i], labels[j]);
			said += way[i][j] == CATALOGUE_WAY_UP;
		}
	}
	if (scheme != CATALOGUE_SCHEME_NONE)
		ck_assert_uint_gt(said, LABELS * LABELS / 50);
	for (size_t i = 0; i < LABELS; i++) {
		ck_assert_int_eq(way[i][i], CATALOGUE_WAY_EQUAL);
		for (size_t j = 0; j < LABELS; j++) {
			expect(scheme, labels[i], labels[j], way[i][j]);
			if (way[i][j] != CATALOGUE_WAY_UP && way[i][j] != CATALOGUE_WAY_EQUAL)
				continue;
			for (size_t k = 0; k < LABELS; k++) {
				enum catalogue_way sum = way[j][k];

				if (sum != CATALOGUE_WAY_UP && sum != CATALOGUE_WAY_EQUAL)
					continue;
				if (way[i][j] == CATALOGUE_WAY_UP)
					sum = CATALOGUE_WAY_UP;
				ck_assert_msg(way[i][k] == sum, "%s: '%s', '%s', '%s': seed %d",
				    catalogue_scheme_name(scheme), labels[i], labels[j],
				    labels[k], _i);
			}
		}
	}
}
END_TEST

/* What dpkg says of a and b: its exit status for `a relation b`. */
static int
dpkg_says(const char *a, const char *relation, const char *b)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int quiet = open("/dev/null", O_WRONLY);

		(void)dup2(quiet, STDERR_FILENO);
		(void)execlp("dpkg", "dpkg", "--compare-versions", a, relation, b, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	while (waitpid(pid, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(random_labels_as_dpkg_orders_them)
{
	uint32_t state = 1722;
	size_t compared = 0, up = 0;

	if (dpkg_says("1", "lt", "2") == 127)
		return;	/* not a Debian: dpkg_as_the_policy_says holds the policy's examples */
	while (compared < 300) {
		char a[32], b[32];
		enum catalogue_way way;
		const char *relation = "eq";

		random_label(&state, CATALOGUE_DPKG, a);
		random_label(&state, CATALOGUE_DPKG, b);
		/* dpkg would take it for an option. */
		if (a[0] == '-' || b[0] == '-')
			continue;
		if (!catalogue_version_fits(CATALOGUE_DPKG, a) ||
		    !catalogue_version_fits(CATALOGUE_DPKG, b))
			continue;
		way = catalogue_version_way(CATALOGUE_DPKG, a, b);
		if (way == CATALOGUE_WAY_UP)
			relation = "lt";
		else if (way == CATALOGUE_WAY_DOWN)
			relation = "gt";
		ck_assert_msg(dpkg_says(a, relation, b) == 0, "'%s' %s '%s'", a, relation, b);
		compared++;
		up += way == CATALOGUE_WAY_UP;
	}
	ck_assert_uint_gt(up, 50);
}
END_TEST

START_TEST(hostile_labels_are_only_octets)
{
	static const char *const hostile[] = { "", " ", "-", "~", ":", "\xff\xfe", "\xc3", "\x01",
		"%s%n", "1\xc2\xa0", "\xf0\x9f\x92\xa9", "-----", "1:2:3:4", "....1....", "+",
		"0" };
	enum { N = sizeof(hostile) / sizeof(hostile[0]) };
	char *longest[2];

	for (size_t s = 0; s < SCHEMES; s++) {
		for (size_t i = 0; i < N; i++) {
			for (size_t j = 0; j < N; j++)
				expect(schemes[s], hostile[i], hostile[j],
				    catalogue_version_way(schemes[s], hostile[i], hostile[j]));
		}
	}
	for (size_t i = 0; i < 2; i++) {
		longest[i] = malloc(CATALOGUE_ATTRIBUTE_MAX + 1);
		ck_assert_ptr_nonnull(longest[i]);
		(void)memset(longest[i], '9', CATALOGUE_ATTRIBUTE_MAX);
		longest[i][CATALOGUE_ATTRIBUTE_MAX] = '\0';
	}
	longest[0][CATALOGUE_ATTRIBUTE_MAX - 1] = '8';
	expect(CATALOGUE_DOTTED, longest[0], longest[1], UP);
	expect(CATALOGUE_SEMVER, longest[0], longest[1], UP);
	expect(CATALOGUE_DPKG, longest[0], longest[1], UP);
	expect(CATALOGUE_DATE, longest[0], longest[1], UNSAID);
	free(longest[0]);
	free(longest[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_version");
	TCase *tc = tcase_create("catalogue_version");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, labels_of_the_field_come_out_right);
	tcase_add_test(tc, versions_that_no_rule_can_order_are_not_ordered);
	tcase_add_test(tc, dotted_numbers_and_letters);
	tcase_add_test(tc, semver_as_its_text_says);
	tcase_add_test(tc, dpkg_as_the_policy_says);
	tcase_add_test(tc, dates_that_exist);
	tcase_add_loop_test(tc, the_order_is_a_strict_partial_one, 0, SCHEMES);
	tcase_add_test(tc, random_labels_as_dpkg_orders_them);
	tcase_add_test(tc, hostile_labels_are_only_octets);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

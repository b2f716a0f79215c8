/*
 * dist/catalogue-example.xml: nothing is found in it, and it lists what the
 * demo's devices are made of.
 */
#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/device_model.h"
#include "lib/base/text.h"
#include "lib/catalogue/catalogue_lint.h"
#include "tests/unit/support.h"

static struct catalogue *file;
static struct catalogue_set *set;

static void
setup(void)
{
	struct catalogue_findings findings = {0};
	const char *top = getenv("top_srcdir");
	char path[4096], *data;
	size_t size;
	struct err e;
	int rc;

	snprintf(path, sizeof(path), "%s/dist/catalogue-example.xml",
	    top != NULL ? top : TOP_SRCDIR);
	rc = catalogue_file(path, &data, &size, &e);
	if (rc == 0)
		rc = catalogue_read("catalogue-example.xml", data, size, &file, &findings, &e);
	if (rc == 0)
		rc = catalogue_set_link((const struct catalogue *const *)&file, 1, &set, &findings,
		    &e);
	if (rc == 0)
		rc = catalogue_lint(set, &findings, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
	ck_assert_msg(findings.count == 0, "%s", findings.list[0].text);
	free(data);
}

static void
teardown(void)
{
	catalogue_set_free(set);
	catalogue_free(file);
}

START_TEST(example_says_a_bit_of_everything)
{
	ck_assert_uint_gt(set->slot_count, 0);
	ck_assert_uint_gt(set->replaces_count, 0);
	ck_assert_uint_gt(set->order_count, 0);
	ck_assert_uint_gt(set->profile_count, 0);
	ck_assert_uint_gt(set->relation_count, 6);
	ck_assert_uint_gt(set->from_count, 2);
}
END_TEST

static void
check_unit(const struct model_unit *mu, const char *revs)
{
	struct unit u = { .class = UNIT_UNIT, .type = mu->type };
	uint32_t type, rev, software, release;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	text_copy(u.manufacturer, sizeof(u.manufacturer), MODEL_MAKER);
	text_copy(u.model, sizeof(u.model), mu->model);
	snprintf(u.serial_number, sizeof(u.serial_number), "%s123456", mu->serial_prefix);
	snprintf(u.hardware_rev, sizeof(u.hardware_rev), "%.1s", revs);
	type = catalogue_unit_type_match(set, &u, &rev);
	/* What has software, or is spoken of by slots and relations, is listed. */
	ck_assert_msg(type != CATALOGUE_NONE || mu->software == NULL, "%s is not listed", u.model);
	if (type == CATALOGUE_NONE)
		return;
	ck_assert_str_eq(set->unit_types[type].id, mu->model);
	ck_assert_msg(rev != CATALOGUE_NONE || set->unit_types[type].rev_count == 0,
	    "%s of rev %s is not listed", u.model, u.hardware_rev);
	for (int i = 0; i < 2 && mu->software != NULL && mu->versions[i] != NULL; i++) {
		software = catalogue_software_find(set, MODEL_MAKER, mu->software);
		ck_assert_uint_ne(software, CATALOGUE_NONE);
		release = catalogue_release_find(set, software, mu->versions[i]);
		ck_assert_msg(release != CATALOGUE_NONE, "%s %s is not listed", mu->software,
		    mu->versions[i]);
		model_digest(mu->software, mu->versions[i], digest);
		ck_assert(set->releases[release].sha256_known);
		ck_assert_mem_eq(set->releases[release].sha256, digest, sizeof(digest));
		ck_assert_int_eq(set->releases[release].state, CATALOGUE_QUALIFIED);
	}
}

START_TEST(example_lists_the_demos_devices)
{
	const struct model *m;
	size_t units = 0;

	for (size_t i = 0; model_name_at(i) != NULL; i++) {
		m = model_find(model_name_at(i));
		ck_assert_uint_ne(catalogue_device_type_match(set, MODEL_MAKER, m->name),
		    CATALOGUE_NONE);
		for (size_t j = 0; j < m->unit_count; j++) {
			const char *revs = m->units[j].revs;

			if (m->units[j].type >= UNIT_TYPE_PRINT)
				continue;
			for (revs = revs != NULL ? revs : " "; *revs != '\0'; revs++)
				check_unit(&m->units[j], revs);
			units++;
		}
	}
	ck_assert_uint_gt(units, 20);
}
END_TEST

/* The stepping stone is what the page and the demo speak of. */
START_TEST(engine_passes_over_a_stepping_stone)
{
	uint32_t fw = catalogue_software_find(set, MODEL_MAKER, "engine-fw");
	uint32_t now = catalogue_release_find(set, fw, "G00-21");
	uint32_t stone = catalogue_release_find(set, fw, "G00-28");
	uint32_t newest = catalogue_release_find(set, fw, "G00-30");
	uint32_t other = catalogue_release_find(set, fw, "D04-11");

	ck_assert(!catalogue_from_allows(set, newest, now));
	ck_assert(catalogue_from_allows(set, stone, now));
	ck_assert(catalogue_from_allows(set, newest, stone));
	ck_assert(catalogue_from_allows(set, newest, CATALOGUE_NONE));
	ck_assert(!catalogue_from_allows(set, stone, other));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_example");
	TCase *tc = tcase_create("catalogue_example");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, example_says_a_bit_of_everything);
	tcase_add_test(tc, example_lists_the_demos_devices);
	tcase_add_test(tc, engine_passes_over_a_stepping_stone);
	return support_run(suite);
}

#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/support.h"

#define N(array) (int)(sizeof(array) / sizeof((array)[0]))

static const char types[] =
	"<unit-type id='FS-5' class='finisher' manufacturer='Acme' model='FS-5'>"
	"<rev id='A' seq='1' hardware='1.*'/><rev id='B' seq='2' hardware='2.?'/></unit-type>"
	"<unit-type id='FS-any' class='finisher' manufacturer='Acme*' model='FS-*'/>"
	"<unit-type id='FS-fuser' class='fuser' manufacturer='Acme' model='FS-5'/>"
	/* Two boards under one name: told apart by serial number, by hardware. */
	"<unit-type id='NIC-old' class='networkInterface' manufacturer='Acme' model='NI-1000'"
	" part='serial:02*'/>"
	"<unit-type id='NIC-x' class='networkInterface' manufacturer='Acme' model='NI-1000'"
	" part='X*'/>"
	"<unit-type id='NIC' class='networkInterface' manufacturer='Acme' model='NI-1000'/>"
	"<unit-type id='PNL' class='panel' manufacturer='*' model='PN-3'>"
	"<rev id='any' seq='1'/></unit-type>"
	/* A second creator with one id. */
	"<unit-type id='ADF' class='documentFeeder' manufacturer='Acme' model='D-7'/>";

static const struct {
	enum unit_type class;
	const char *manufacturer, *model, *hardware, *serial;
	const char *type, *rev;		/* NULL = unlisted */
} units[] = {
	{ UNIT_TYPE_FINISHER, "Acme", "FS-5", "1.4", "F1", "FS-5", "A" },
	{ UNIT_TYPE_FINISHER, "Acme", "FS-5", "2.0", "F1", "FS-5", "B" },
	{ UNIT_TYPE_FINISHER, "Acme", "FS-5", "2.10", "F1", "FS-5", NULL },
	{ UNIT_TYPE_FINISHER, "Acme", "FS-5", "", "", "FS-5", NULL },
	/* The case of ASCII letters does not count. */
	{ UNIT_TYPE_FINISHER, "ACME", "fs-5", "1.", "", "FS-5", "A" },
	{ UNIT_TYPE_FUSER, "Acme", "FS-5", "1.4", "", "FS-fuser", NULL },
	{ UNIT_TYPE_FINISHER, "Acme Imaging", "FS-5", "1.4", "", "FS-any", NULL },
	{ UNIT_TYPE_FINISHER, "Acme", "FS-55", "1.4", "", "FS-any", NULL },
	{ UNIT_TYPE_FINISHER, "Beta", "FS-5", "1.4", "", NULL, NULL },
	{ UNIT_TYPE_FINISHER, "", "", "", "", NULL, NULL },
	{ UNIT_TYPE_NETWORK_INTERFACE, "Acme", "NI-1000", "A", "0211", "NIC-old", NULL },
	{ UNIT_TYPE_NETWORK_INTERFACE, "Acme", "NI-1000", "X2", "0311", "NIC-x", NULL },
	{ UNIT_TYPE_NETWORK_INTERFACE, "Acme", "NI-1000", "A", "0311", "NIC", NULL },
	/* Both parts match: the first by id. */
	{ UNIT_TYPE_NETWORK_INTERFACE, "Acme", "NI-1000", "X2", "0211", "NIC-old", NULL },
	{ UNIT_TYPE_PANEL, "whoever", "PN-3", "", "", "PNL", "any" },
	{ UNIT_TYPE_PANEL, "", "PN-3", "7", "", "PNL", "any" },
};

static struct unit
unit_of(int i)
{
	struct unit u = { .class = UNIT_UNIT, .type = units[i].class };

	text_copy(u.manufacturer, sizeof(u.manufacturer), units[i].manufacturer);
	text_copy(u.model, sizeof(u.model), units[i].model);
	text_copy(u.hardware_rev, sizeof(u.hardware_rev), units[i].hardware);
	text_copy(u.serial_number, sizeof(u.serial_number), units[i].serial);
	return u;
}

START_TEST(units_are_what_their_makers_say)
{
	struct catalogue_set *s = fixture_set(types, NULL);
	struct unit u = unit_of(_i);
	uint32_t rev, type = catalogue_unit_type_match(s, &u, &rev);

	if (units[_i].type == NULL) {
		ck_assert_uint_eq(type, CATALOGUE_NONE);
	} else {
		ck_assert_uint_ne(type, CATALOGUE_NONE);
		ck_assert_str_eq(s->unit_types[type].id, units[_i].type);
	}
	if (units[_i].rev == NULL) {
		ck_assert_uint_eq(rev, CATALOGUE_NONE);
	} else {
		ck_assert_uint_ne(rev, CATALOGUE_NONE);
		ck_assert_str_eq(s->revs[rev].id, units[_i].rev);
		ck_assert_uint_eq(s->revs[rev].type, type);
	}
	/* A function of the same name is no unit. */
	u.class = UNIT_FUNCTION;
	ck_assert_uint_eq(catalogue_unit_type_match(s, &u, &rev), CATALOGUE_NONE);
	ck_assert_uint_eq(rev, CATALOGUE_NONE);
	fixture_free(s);
}
END_TEST

/* The index by model says what a look at every type says. */
START_TEST(index_misses_nothing)
{
	static const char *const words[] = { "a", "A", "b", "B", "ab", "aB", "ba", "?", "*", "a*" };
	struct catalogue_set *s;
	struct buf b;
	uint32_t rev;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "<unit-type id='T%02d' class='fax' manufacturer='%s' model='%s'%s/>", i,
		    words[i * 7 % 10], words[i / 10], i % 3 == 0 ? " part='p*'" : "");
	s = fixture_set(buf_text(&b), NULL);
	for (int i = 0; i < 98; i++) {
		struct unit u = { .class = UNIT_UNIT, .type = UNIT_TYPE_FAX };
		uint32_t best = CATALOGUE_NONE;

		text_copy(u.manufacturer, sizeof(u.manufacturer), words[i % 7]);
		text_copy(u.model, sizeof(u.model), words[i / 7 % 7]);
		text_copy(u.hardware_rev, sizeof(u.hardware_rev), i >= 49 ? "P2" : "");
		for (uint32_t t = 0; t < s->unit_type_count; t++) {
			const struct catalogue_unit_type *type = &s->unit_types[t];

			if (text_match(type->manufacturer, u.manufacturer) &&
			    text_match(type->model, u.model) &&
			    (type->part == NULL || text_match(type->part, u.hardware_rev)) &&
			    (best == CATALOGUE_NONE || (type->part != NULL &&
			    s->unit_types[best].part == NULL)))
				best = t;
		}
		ck_assert_uint_eq(catalogue_unit_type_match(s, &u, &rev), best);
	}
	fixture_free(s);
	buf_release(&b);
}
END_TEST

START_TEST(types_are_found_by_id)
{
	struct catalogue_set *s = fixture_set(types,
	    "<catalogue id='beta'><creator id='beta'/><unit-type id='ADF' class='fax'"
	    " manufacturer='B' model='D'/></catalogue>", NULL);

	ck_assert_str_eq(s->unit_types[catalogue_unit_type_find(s, "FS-5")].id, "FS-5");
	ck_assert_str_eq(s->unit_types[catalogue_unit_type_find(s, "FS-5/B")].id, "FS-5");
	ck_assert_str_eq(s->unit_types[catalogue_unit_type_find(s, "NIC")].id, "NIC");
	ck_assert_str_eq(s->unit_types[catalogue_unit_type_find(s, "ADF")].creator, "acme");
	ck_assert_uint_eq(catalogue_unit_type_find(s, "FS"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_unit_type_find(s, "FS-55"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_unit_type_find(s, ""), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_unit_type_find(s, "/A"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_unit_type_find(s, "zzz"), CATALOGUE_NONE);
	fixture_free(s);
}
END_TEST

START_TEST(device_types_match_by_name)
{
	struct catalogue_set *s = fixture_set(
	    "<device-type id='A-any' manufacturer='Acme' model='C6*'/>"
	    "<device-type id='B-any' manufacturer='*' model='*'/>"
	    "<device-type id='C650' manufacturer='Acme' model='C650'/>", NULL);

	ck_assert_uint_eq(catalogue_device_type_match(s, "acme", "c650"), 2);
	ck_assert_uint_eq(catalogue_device_type_match(s, "Acme", "C651"), 0);
	ck_assert_uint_eq(catalogue_device_type_match(s, "Beta", "C650"), 1);
	ck_assert_uint_eq(catalogue_device_type_find(s, "C650"), 2);
	ck_assert_uint_eq(catalogue_device_type_find(s, "C65"), CATALOGUE_NONE);
	fixture_free(s);
}
END_TEST

/* --- releases ----------------------------------------------------------------------- */

static const char software[] =
	"<unit-type id='E' class='engine' manufacturer='A' model='E'/>"
	"<software id='fw' unit-type='E'>"
	"<release version='50' seq='500'/>"
	"<release version='9' seq='900'><from min-seq='500' max-seq='600'/><from fresh='yes'/>"
	"</release>"
	"<release version='10' seq='1000' branch='x'><from branch='y'/></release>"
	"<release version='11' seq='1100' branch='y'><from direction='down'/></release>"
	"<release version='7' seq='700'><from direction='down' max-seq='900'/></release>"
	"<release version='12' seq='1200' branch='y'><from direction='down'/><from branch='x'/>"
	"</release>"
	"<release version='6' seq='600'/>"
	"<release version='13' seq='1300' branch='y'/>"
	"</software>"
	"<software id='other' unit-type='E'><release version='o' seq='1'/></software>";

/* over NULL: an empty bank; "o": another software. */
static const struct {
	const char *release, *over;
	bool allowed;
} froms[] = {
	{ "6", "50", true },		/* no <from>: any lower seq */
	{ "50", "6", false }, { "6", "6", false }, { "6", NULL, false }, { "6", "o", false },
	{ "6", "10", false },
	{ "9", "50", true }, { "9", "6", true }, { "9", "7", false },
	{ "9", NULL, true }, { "9", "o", true }, { "9", "9", false }, { "9", "13", false },
	{ "7", "9", true },		/* down only */
	{ "7", "6", false }, { "7", "13", false }, { "7", NULL, false }, { "7", "7", false },
	{ "11", "12", true }, { "11", "10", false },
	{ "12", "10", true },		/* from another branch only where it is named */
	{ "12", "11", false }, { "12", "13", true }, { "12", "9", false },
	{ "13", "12", true }, { "13", "11", true }, { "13", "10", false }, { "13", "9", false },
	{ "10", "9", false }, { "10", "11", false },
};

START_TEST(what_may_be_installed_over_what)
{
	struct catalogue_set *s = fixture_set(software, NULL);
	uint32_t release = fixture_release(s, "fw", froms[_i].release), over = CATALOGUE_NONE;

	if (froms[_i].over != NULL)
		over = fixture_release(s, strcmp(froms[_i].over, "o") == 0 ? "other" : "fw",
		    froms[_i].over);
	ck_assert_int_eq(catalogue_from_allows(s, release, over), froms[_i].allowed);
	fixture_free(s);
}
END_TEST

START_TEST(releases_are_found_by_label_and_seq)
{
	struct catalogue_set *s = fixture_set(software, NULL);
	uint32_t fw = fixture_software(s, "fw");
	const struct catalogue_software *w = &s->software[fw];

	ck_assert_uint_eq(w->release_count, 8);
	for (uint32_t i = w->first_release; i < w->first_release + w->release_count; i++) {
		ck_assert_uint_eq(catalogue_release_find(s, fw, s->releases[i].version), i);
		ck_assert_uint_eq(catalogue_release_seq(s, fw, s->releases[i].seq), i);
		ck_assert_uint_eq(s->releases[i].software, fw);
		if (i > w->first_release)
			ck_assert_uint_lt(s->releases[i - 1].seq, s->releases[i].seq);
	}
	ck_assert_uint_eq(catalogue_release_find(s, fw, "o"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_release_find(s, fw, ""), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_release_seq(s, fw, 1), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_release_seq(s, fw, 999), CATALOGUE_NONE);
	fixture_free(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_match");
	TCase *tc = tcase_create("catalogue_match");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, units_are_what_their_makers_say, 0, N(units));
	tcase_add_test(tc, index_misses_nothing);
	tcase_add_test(tc, types_are_found_by_id);
	tcase_add_test(tc, device_types_match_by_name);
	tcase_add_loop_test(tc, what_may_be_installed_over_what, 0, N(froms));
	tcase_add_test(tc, releases_are_found_by_label_and_seq);
	return support_run(suite);
}

#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/support.h"

/* The example of the design: every element once. */
static const char example[] =
	"<catalogue id='acme' serial='42' issued='2026-11-01' expires='2027-11-01'>\n"
	"<creator id='acme' name='Acme Imaging'/>\n"
	"<device-type id='C650' manufacturer='Acme' model='C650*'>\n"
	"  <slot class='engine' min='1' max='1'/> <slot class='finisher' max='1'/>\n"
	"</device-type>\n"
	"<unit-type id='FS-5' class='finisher' manufacturer='Acme' model='FS-5' banks='2'"
	" recover='rewrite'>\n"
	"  <rev id='B' seq='2' hardware='2.*' supply='stock' price='310' ships='100'/>\n"
	"  <rev id='A' seq='1' hardware='1.*' supply='ended'/>\n"
	"  <transport blksize='1428' windowsize='16' max-size='64MiB' rollover='0'/>\n"
	"  <requires id='R-101' because='FS-5 needs the heavy paper path'>"
	"<unit type='C650-feed' min-rev='B'/></requires>\n"
	"  <conflicts id='R-102'><unit type='SD-506'/></conflicts>\n"
	"</unit-type>\n"
	"<unit-type id='SD-506' class='finisher' manufacturer='Acme' model='SD-506'>"
	"<replaces type='FS-5'/></unit-type>\n"
	"<unit-type id='FU-2' class='fuser' manufacturer='Acme' model='FU-2'>"
	"<rev id='A' seq='1'/></unit-type>\n"
	"<unit-type id='E-30' class='engine' manufacturer='Acme' model='E-30'/>\n"
	"<unit-type id='CT' class='controller' manufacturer='Acme' model='C650-ctl'/>\n"
	"<unit-type id='C650-feed' class='paperFeed' manufacturer='Acme' model='C650-feed'>\n"
	"  <rev id='A' seq='1' hardware='A'/><rev id='B' seq='2' hardware='B'/></unit-type>\n"
	"<software id='finisher-fw' unit-type='FS-5 SD-506'><release version='1.08' seq='100'/>"
	"</software>\n"
	"<software id='controller-fw' unit-type='CT'><release version='12' seq='1200'/>"
	"</software>\n"
	"<software id='engine-fw' creator='acme' unit-type='E-30' scheme='dotted'>\n"
	"  <release version='G00-30' seq='3000' state='qualified' urgency='high' size='8388608'"
	" file='engine-G00-30.img' floor='2100' minutes='6'>\n"
	"    <from min-seq='2100'/> <from fresh='yes'/>\n"
	"    <requires id='R-7' because='new fuser table'><software id='controller-fw'"
	" min-seq='1200'/></requires>\n"
	"    <conflicts id='R-8'><unit type='FU-2' max-rev='A'/></conflicts>\n"
	"    <any id='R-9'><unit type='SD-506'/><unit type='FS-5'/></any>\n"
	"    <before software='finisher-fw'/>\n"
	"  </release>\n"
	"  <release version='G00-28' seq='2800' state='withdrawn' because='C-2557 storms'"
	" instead='3000' severity='must'/>\n"
	"</software>\n"
	"<profile id='2026-10' device-type='C650'><software id='engine-fw' seq='3000'/></profile>\n"
	"</catalogue>";

/* The line in which the first `text` stands. */
static uint32_t
line_of(const char *xml, const char *text)
{
	uint32_t line = 1;

	for (const char *at = strstr(xml, text); at > xml; at--)
		line += at[-1] == '\n';
	return line;
}

START_TEST(example_is_linked)
{
	struct catalogue_set *s = fixture_set(example, NULL);
	const struct catalogue_unit_type *fs5 = &s->unit_types[fixture_type(s, "FS-5")];
	const struct catalogue_release *r = &s->releases[fixture_release(s, "engine-fw", "G00-30")];
	const struct catalogue_relation *relation = fixture_relation(s, "R-101");
	const struct catalogue_node *node = &s->nodes[relation->root];

	ck_assert_uint_eq(s->unit_type_count, 6);
	ck_assert_uint_eq(fs5->rev_count, 2);
	ck_assert_str_eq(s->revs[fs5->first_rev].id, "A");
	ck_assert_int_eq(s->revs[fs5->first_rev].supply, CATALOGUE_ENDED);
	ck_assert_uint_eq(s->revs[fs5->first_rev + 1].ships_seq, 100);
	ck_assert_uint_eq(fs5->max_size, 64 * 1024 * 1024);
	ck_assert_uint_eq(fs5->software_count, 1);
	ck_assert_uint_eq(s->type_software[fs5->first_software], fixture_software(s, "finisher-fw"));
	ck_assert_uint_eq(s->replaces[s->unit_types[fixture_type(s, "SD-506")].first_replaces],
	    fixture_type(s, "FS-5"));
	ck_assert_int_eq(relation->owner, CATALOGUE_OF_UNIT_TYPE);
	ck_assert_uint_eq(relation->owner_at, fixture_type(s, "FS-5"));
	ck_assert_int_eq(node->kind, CATALOGUE_AND);
	ck_assert_uint_eq(node->child_count, 1);
	node = &s->nodes[node->first_child];
	ck_assert_int_eq(node->kind, CATALOGUE_NEEDS_UNIT);
	ck_assert_uint_eq(node->type, fixture_type(s, "C650-feed"));
	ck_assert_uint_eq(node->min_rev_seq, 2);
	ck_assert_uint_eq(node->max_rev_seq, UINT32_MAX);
	ck_assert(!node->any_rev);
	node = &s->nodes[fixture_relation(s, "R-9")->root];
	ck_assert_int_eq(node->kind, CATALOGUE_OR);
	ck_assert_uint_eq(node->child_count, 2);
	ck_assert_uint_eq(r->relations.count, 3);
	ck_assert_uint_eq(r->from_count, 2);
	ck_assert_uint_eq(s->froms[r->first_from].max_seq, 2999);
	ck_assert(s->orders[r->first_order].before);
	ck_assert_uint_eq(s->orders[r->first_order].software, fixture_software(s, "finisher-fw"));
	r = &s->releases[fixture_release(s, "engine-fw", "G00-28")];
	ck_assert_int_eq(r->state, CATALOGUE_WITHDRAWN);
	ck_assert(r->must_leave);
	ck_assert_uint_eq(r->instead_seq, 3000);
	ck_assert_uint_eq(r->place.line, line_of(example, "<release version='G00-28'"));
	ck_assert_uint_eq(s->profile_entries[s->profiles[0].first_entry].seq, 3000);
	fixture_free(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_link");
	TCase *tc = tcase_create("catalogue_link");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, example_is_linked);
	return support_run(suite);
}

#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/support.h"

#define N(array) (int)(sizeof(array) / sizeof((array)[0]))

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

/* --- references -------------------------------------------------------------------- */

#define TYPE(id) "<unit-type id='" id "' class='fuser' manufacturer='M' model='" id "'/>"
#define WARE(id, type) "<software id='" id "' unit-type='" type "'>" \
	"<release version='1' seq='100'/><release version='2' seq='200' state='draft'/></software>"
#define BETA(inner) "<catalogue id='beta'><creator id='beta'/>" inner "</catalogue>"
#define OPERATOR(inner) "<catalogue id='site'><creator id='operator'/>" inner "</catalogue>"

/* Up to three files, and what is said of them. */
static const struct {
	const char *files[3], *says;
} wrong[] = {
	{ { TYPE("FU-2") "\n<software id='fw' unit-type='FU-3'/>" },
	    "1.xml:2: no unit type 'FU-3' is defined; did you mean 'FU-2'?\n" },
	{ { TYPE("T") "\n" TYPE("T") },
	    "1.xml:2: unit type 'T' is defined twice: the other stands in 1.xml:1\n" },
	{ { TYPE("T"), "<catalogue id='beta'><creator id='acme'/>\n\n" TYPE("T") "</catalogue>" },
	    "2.xml:3: unit type 'T' is defined twice: the other stands in 1.xml:1\n" },
	{ { TYPE("T"), TYPE("U") }, "catalogue 'acme' is in the set already, as 1.xml" },
	{ { "<unit-type id='T' class='fax' manufacturer='M' model='N' creator='beta'/>" },
	    "1.xml:1: this catalogue defines what is not its creators': unit type 'T' of 'beta'" },
	{ { "<catalogue><creator id='acme'/><creator id='beta'/>" TYPE("T") "</catalogue>" },
	    "unit type 'T' has to say creator=\"...\": this catalogue has 2" },
	/* Two others' with one id: neither is one's own. */
	{ { TYPE("T"), BETA(TYPE("T")),
	    "<catalogue id='gamma'><software id='fw' unit-type='T'/></catalogue>" },
	    "3.xml:1: unit type 'T' is ambiguous, 'acme' and 'beta' have one: say creator=\"...\"" },
	{ { TYPE("T") WARE("fw", "T") "<about software='fw' creator='acne'/>" },
	    "no software 'fw' of 'acne' is defined" },
	{ { "<unit-type id='T' class='fax' manufacturer='M' model='N'><rev id='A1' seq='1'/>"
	    "<requires id='R'>\n<unit type='T' min-rev='A2'/></requires></unit-type>" },
	    "1.xml:2: unit type 'T' has no rev 'A2'; did you mean 'A1'?" },
	{ { TYPE("T") "<about unit-type='T' rev='A'/>" }, "unit type 'T' has no rev 'A'" },
	{ { TYPE("T") WARE("fw", "T") "<about software='fw' seq='150'/>" },
	    "software 'fw' has no release with seq 150" },
	{ { TYPE("T") WARE("fw", "T") "<qualify software='fw' seq='1'/>" },
	    "software 'fw' has no release with seq 1" },
	{ { TYPE("T") WARE("fw", "T") "<withdraw software='fw' seq='100' because='b' instead='3'/>" },
	    "instead of '1' stands seq 3, which software 'fw' has not" },
	{ { TYPE("T") WARE("fw", "T") "<withdraw software='fw' seq='100' because='b' "
	    "instead='100'/>" }, "a release cannot be used instead of itself" },
	{ { TYPE("T") "<software id='fw' unit-type='T T'/>" }, "unit-type of software 'fw' names 'T' "
	    "twice" },
	{ { "<unit-type id='T' class='fax' manufacturer='M' model='N'><replaces type='T'/>"
	    "</unit-type>" }, "'T' replaces itself" },
	{ { TYPE("T") "<software id='fw' unit-type='T'><release version='1' seq='1'>"
	    "<after software='fw'/></release></software>" }, "'fw' cannot come after itself" },
	{ { "<device-type id='D' manufacturer='M' model='N'/>" TYPE("T") WARE("fw", "T")
	    "<profile id='p' device-type='D'><software id='fw' seq='100'/>"
	    "<software id='fw' creator='acme' seq='200'/></profile>" },
	    "profile 'p' names software 'fw' twice" },
	{ { "<device-type id='D' manufacturer='M' model='N'/>" TYPE("T") WARE("fw", "T")
	    "<profile id='p' device-type='D'><software id='fw' seq='100'/></profile>"
	    "\n<profile id='p' device-type='D'><software id='fw' seq='200'/></profile>" },
	    "1.xml:2: profile 'p' of this device type is defined twice" },
	{ { "<device-type id='D' manufacturer='M' model='N'/>" TYPE("T") WARE("fw", "T")
	    "<profile id='p' device-type='E'><software id='fw' seq='300'/></profile>" },
	    "no device type 'E' is defined" },
	/* Who may speak of what. */
	{ { TYPE("T"), BETA("\n<about unit-type='T'><requires id='R'><unit class='fax'/></requires>"
	    "</about>") }, "2.xml:2: this catalogue speaks about what is 'acme''s" },
	{ { TYPE("T") WARE("fw", "T"), BETA("<withdraw software='fw' seq='100' because='b'/>") },
	    "software 'fw' is 'acme''s; only their catalogues and the operator's decide" },
	{ { TYPE("T") WARE("fw", "T"), BETA("<qualify software='fw' seq='200'/>") },
	    "only their catalogues and the operator's decide" },
	{ { "<device-type id='D' manufacturer='M' model='N'/>" TYPE("T") WARE("fw", "T"),
	    BETA("\n<profile id='zz' device-type='D'><software id='fw' seq='100'/></profile>") },
	    "2.xml:2: profile 'zz' is for device type 'D', which is 'acme''s; only their" },
	{ { OPERATOR(TYPE("T")) }, "the operator's catalogue has no unit type of its own" },
	{ { TYPE("T"), OPERATOR(WARE("fw", "T")) }, "the operator's catalogue has no software" },
};

START_TEST(wrong_references_are_said)
{
	char *said = fixture_findings(wrong[_i].files[0], wrong[_i].files[1], wrong[_i].files[2],
	    NULL);

	ck_assert_msg(strstr(said, wrong[_i].says) != NULL, "expected: %s\nsaid: %s", wrong[_i].says,
	    said);
	free(said);
}
END_TEST

START_TEST(own_things_come_first)
{
	struct catalogue_set *s = fixture_set(
	    TYPE("T") WARE("fw", "T") WARE("only", "T"),
	    BETA(TYPE("T") WARE("fw", "T") "<unit-type id='U' class='fax' manufacturer='M' model='U'>"
	    "<requires id='R'><software id='fw'/><software id='only'/>"
	    "<software id='fw' creator='acme'/></requires></unit-type>"), NULL);
	const struct catalogue_node *root = &s->nodes[fixture_relation(s, "R")->root];
	const struct catalogue_node *node = s->nodes + root->first_child;

	ck_assert_uint_eq(root->child_count, 3);
	ck_assert_str_eq(s->software[node[0].software].creator, "beta");
	ck_assert_str_eq(s->software[node[1].software].creator, "acme");
	ck_assert_str_eq(s->software[node[2].software].creator, "acme");
	/* Each software is for its own creator's type. */
	for (uint32_t i = 0; i < s->software_count; i++)
		ck_assert_str_eq(s->software[i].creator,
		    s->unit_types[s->software_types[s->software[i].first_type]].creator);
	ck_assert_uint_eq(catalogue_software_find(s, "beta", "fw"), node[0].software);
	ck_assert_uint_eq(catalogue_software_find(s, "acme", "fw"), node[2].software);
	ck_assert_uint_eq(catalogue_software_find(s, "gamma", "fw"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_software_find(s, "beta", "only"), CATALOGUE_NONE);
	fixture_free(s);
}
END_TEST

/* --- what others say -------------------------------------------------------------------- */

START_TEST(about_comes_after_the_owners_own)
{
	struct catalogue_set *s = fixture_set(OPERATOR(
	    "<device-type id='D' manufacturer='M' model='N' closed='yes'/>"
	    "<about software='fw' seq='200'><conflicts id='O-1'><unit type='T'/></conflicts></about>"
	    "<about unit-type='T'><requires id='O-2'><unit class='fax'/></requires></about>"
	    "<about unit-type='T' rev='A'><requires id='O-3'><unit class='fax'/></requires></about>"
	    "<about device-type='D'><requires id='O-4'><unit class='fax'/></requires></about>"
	    "<about software='fw'><requires id='O-5'><unit class='fax'/></requires></about>"),
	    "<catalogue id='zeta'><creator id='zeta'/>"
	    "<unit-type id='T' class='fuser' manufacturer='M' model='T'><rev id='A' seq='1'>"
	    "<requires id='Z-3'><unit class='fax'/></requires></rev>"
	    "<requires id='Z-2'><unit class='fax'/></requires></unit-type>"
	    WARE("fw", "T") "</catalogue>", NULL);
	const struct catalogue_unit_type *t = &s->unit_types[fixture_type(s, "T")];
	const struct catalogue_rev *rev = &s->revs[fixture_rev(s, "T", "A")];
	const struct catalogue_release *r = &s->releases[fixture_release(s, "fw", "2")];

	ck_assert_uint_eq(t->relations.count, 2);
	ck_assert_str_eq(s->relations[t->relations.first].id, "Z-2");
	ck_assert_str_eq(s->relations[t->relations.first + 1].id, "O-2");
	ck_assert_uint_eq(rev->relations.count, 2);
	ck_assert_str_eq(s->relations[rev->relations.first].id, "Z-3");
	ck_assert_str_eq(s->relations[rev->relations.first + 1].id, "O-3");
	ck_assert_uint_eq(r->relations.count, 1);
	ck_assert_str_eq(s->relations[r->relations.first].id, "O-1");
	ck_assert_str_eq(s->catalogues[s->relations[r->relations.first].place.catalogue].id, "site");
	ck_assert_uint_eq(s->device_types[0].relations.count, 1);
	ck_assert_uint_eq(s->software[0].relations.count, 1);
	ck_assert(s->device_types[0].closed);
	fixture_free(s);
}
END_TEST

START_TEST(states_are_changed_by_those_who_may)
{
	struct catalogue_set *s = fixture_set(TYPE("T")
	    "<software id='fw' unit-type='T'><release version='1' seq='100'/>"
	    "<release version='2' seq='200' state='draft'/>"
	    "<release version='3' seq='300' state='withdrawn' because='own' severity='must'/>"
	    "<release version='4' seq='400' state='draft'/></software>"
	    "<qualify software='fw' seq='400'/>",
	    OPERATOR("<qualify software='fw' seq='200'/><qualify software='fw' seq='300'/>"
	    "<withdraw software='fw' seq='100' because='jams here' instead='200'/>"
	    "<withdraw software='fw' seq='300' because='here too'/>"), NULL);
	const struct catalogue_release *r = s->releases;

	ck_assert_int_eq(r[0].state, CATALOGUE_WITHDRAWN);
	ck_assert_str_eq(r[0].because, "jams here");
	ck_assert_uint_eq(r[0].instead_seq, 200);
	ck_assert(!r[0].must_leave);
	ck_assert_int_eq(r[1].state, CATALOGUE_QUALIFIED);
	/* What is withdrawn is not qualified, and has to go if one says so. */
	ck_assert_int_eq(r[2].state, CATALOGUE_WITHDRAWN);
	ck_assert_str_eq(r[2].because, "here too");
	ck_assert(r[2].must_leave);
	ck_assert_int_eq(r[3].state, CATALOGUE_QUALIFIED);
	fixture_free(s);
}
END_TEST

START_TEST(defaults_are_as_the_page_says)
{
	struct catalogue_set *s = fixture_set(
	    "<unit-type id='T' class='fuser' manufacturer='M' model='N'><rev id='A' seq='1'/>"
	    "<requires id='R'><unit type='T' rev='A'/><software id='fw'/><software id='fw' seq='7'/>"
	    "<unit class='fax' where='child' if-present='yes'/><software id='fw' branch='b'/>"
	    "</requires></unit-type>"
	    "<software id='fw' unit-type='T'><release version='z' seq='0'/>"
	    "<release version='a' seq='7'><from/><from direction='down'/>"
	    "<from direction='down' settings='keep' max-seq='9'/></release></software>"
	    "<device-type id='D' manufacturer='M' model='N'><slot class='fax'/></device-type>", NULL);
	const struct catalogue_unit_type *t = &s->unit_types[0];
	const struct catalogue_release *r = &s->releases[1];
	const struct catalogue_node *n = s->nodes + s->nodes[s->relations[0].root].first_child;

	ck_assert_int_eq(s->revs[0].supply, CATALOGUE_ORDER);
	ck_assert_uint_eq(s->revs[0].ships_seq, CATALOGUE_NONE);
	ck_assert_ptr_null(s->revs[0].hardware);
	ck_assert_uint_eq(t->banks, 0);
	ck_assert_int_eq(t->recover, 0);
	ck_assert_int_eq(t->rollover, -1);
	ck_assert_str_eq(t->creator, "acme");
	ck_assert_int_eq(r->state, CATALOGUE_QUALIFIED);
	ck_assert_int_eq(r->urgency, CATALOGUE_MEDIUM);
	ck_assert_uint_eq(r->instead_seq, CATALOGUE_NONE);
	ck_assert(!r->sha256_known);
	ck_assert_uint_eq(r->from_count, 3);
	ck_assert_uint_eq(s->froms[r->first_from].min_seq, 0);
	ck_assert_uint_eq(s->froms[r->first_from].max_seq, 6);
	ck_assert(!s->froms[r->first_from].down);
	ck_assert_uint_eq(s->froms[r->first_from + 1].min_seq, 8);
	ck_assert_uint_eq(s->froms[r->first_from + 1].max_seq, INT32_MAX);
	ck_assert(!s->froms[r->first_from + 1].keep_settings);
	ck_assert(s->froms[r->first_from + 2].keep_settings);
	ck_assert_uint_eq(s->slots[0].min, 0);
	ck_assert_uint_eq(s->slots[0].max, UINT32_MAX);
	ck_assert(!n[0].any_rev && n[0].min_rev_seq == 1 && n[0].max_rev_seq == 1);
	ck_assert_int_eq(n[0].class, UNIT_TYPE_FUSER);
	ck_assert(n[1].any_release && n[1].min_seq == 0 && n[1].max_seq == UINT32_MAX);
	ck_assert(!n[2].any_release && n[2].min_seq == 7 && n[2].max_seq == 7);
	ck_assert_uint_eq(n[3].type, CATALOGUE_NONE);
	ck_assert(n[3].any_rev && n[3].if_present && n[3].where == CATALOGUE_CHILD);
	ck_assert(!n[4].any_release);
	ck_assert_str_eq(n[4].branch, "b");
	fixture_free(s);
}
END_TEST

/* --- always the same ------------------------------------------------------------------------ */

/* All of a set that is not a pointer or a line's file name, as text. */
static char *
dump(const struct catalogue_set *s)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (uint32_t i = 0; i < s->catalogue_count; i++)
		buf_printf(&b, "c %s %u\n", s->catalogues[i].id, s->catalogues[i].serial);
	for (uint32_t i = 0; i < s->device_type_count; i++)
		buf_printf(&b, "d %s %u+%u\n", s->device_types[i].id,
		    s->device_types[i].relations.first, s->device_types[i].relations.count);
	for (uint32_t i = 0; i < s->unit_type_count; i++)
		buf_printf(&b, "t %s %s %u+%u %u+%u %u\n", s->unit_types[i].id,
		    s->unit_types[i].creator, s->unit_types[i].first_rev,
		    s->unit_types[i].rev_count, s->unit_types[i].first_software,
		    s->unit_types[i].software_count, s->unit_types[i].relations.first);
	for (uint32_t i = 0; i < s->software_count; i++)
		buf_printf(&b, "s %s %s %u %u\n", s->software[i].id, s->software[i].creator,
		    s->software[i].first_release, s->software_types[s->software[i].first_type]);
	for (uint32_t i = 0; i < s->release_count; i++)
		buf_printf(&b, "r %s %u %d %s\n", s->releases[i].version, s->releases[i].seq,
		    (int)s->releases[i].state,
		    s->releases[i].because != NULL ? s->releases[i].because : "");
	for (uint32_t i = 0; i < s->relation_count; i++)
		buf_printf(&b, "R %s %u:%u %d/%u %u\n", s->relations[i].id,
		    s->relations[i].place.catalogue, s->relations[i].place.line,
		    (int)s->relations[i].owner, s->relations[i].owner_at, s->relations[i].root);
	for (uint32_t i = 0; i < s->node_count; i++)
		buf_printf(&b, "n %d %u+%u %u %u %u..%u\n", (int)s->nodes[i].kind,
		    s->nodes[i].first_child, s->nodes[i].child_count, s->nodes[i].type,
		    s->nodes[i].software, s->nodes[i].min_seq, s->nodes[i].max_seq);
	for (uint32_t i = 0; i < s->profile_count; i++)
		buf_printf(&b, "p %s %u\n", s->profiles[i].id, s->profiles[i].device_type);
	for (size_t i = 0; i < sizeof(s->digest); i++)
		buf_printf(&b, "%02x", s->digest[i]);
	return buf_steal(&b);
}

START_TEST(order_of_the_files_plays_no_part)
{
	static const int orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 }, { 2, 0, 3, 1 }, { 3, 0, 1, 2 },
	};
	const char *const files[4] = {
		example,
		BETA(TYPE("FS-5") TYPE("B-1") WARE("engine-fw", "B-1")),
		OPERATOR("<about unit-type='FS-5' creator='acme'><requires id='O-1'><unit class='fax'/>"
		    "</requires></about><withdraw software='controller-fw' seq='1200' because='op'/>"
		    "<device-type id='C650' manufacturer='x' model='y'/>"
		    "<about unit-type='E-30'><requires id='R-7'><unit class='fax'/></requires></about>"),
		"<catalogue id='aaa'><creator id='acme'/><unit-type id='FS-6' class='finisher' "
		    "manufacturer='a' model='b'/><about unit-type='FS-5' creator='acme'><requires id='X'>"
		    "<unit type='FS-6'/></requires></about><withdraw software='controller-fw' "
		    "seq='1200' because='aaa'/><profile id='2026-11' device-type='C650' "
		    "creator='acme'><software id='engine-fw' creator='acme' seq='3000'/></profile>"
		    "</catalogue>",
	};
	struct catalogue_set *s;
	char *first = NULL, *text;

	/* "creator acme" in two files is one maker with two files. */
	for (int i = 0; i < N(orders); i++) {
		const int *o = orders[i];

		s = fixture_set(files[o[0]], files[o[1]], files[o[2]], files[o[3]], NULL);
		text = dump(s);
		ck_assert_ptr_nonnull(text);
		if (i == 0)
			first = text;
		else
			ck_assert_str_eq(text, first);
		if (i > 0)
			free(text);
		ck_assert_str_eq(s->releases[catalogue_release_seq(s,
		    fixture_software(s, "controller-fw"), 1200)].because, "op");
		fixture_free(s);
	}
	free(first);
}
END_TEST

START_TEST(digest_is_of_ids_serials_and_bytes)
{
	struct catalogue_set *a = fixture_set(TYPE("T"), NULL), *b;

	b = fixture_set(TYPE("T"), NULL);
	ck_assert_mem_eq(a->digest, b->digest, sizeof(a->digest));
	fixture_free(b);
	b = fixture_set(TYPE("T") " ", NULL);
	ck_assert_mem_ne(a->digest, b->digest, sizeof(a->digest));
	fixture_free(b);
	b = fixture_set(TYPE("T"), BETA(""), NULL);
	ck_assert_mem_ne(a->digest, b->digest, sizeof(a->digest));
	fixture_free(b);
	fixture_free(a);
}
END_TEST

START_TEST(nothing_is_a_set_too)
{
	struct catalogue_findings f = {0};
	struct catalogue_set *s;
	struct unit u = { .class = UNIT_UNIT, .type = UNIT_TYPE_FUSER };
	uint32_t rev = 0;

	ck_assert_int_eq(catalogue_set_link(NULL, 0, &s, &f, NULL), 0);
	ck_assert_uint_eq(catalogue_unit_type_match(s, &u, &rev), CATALOGUE_NONE);
	ck_assert_uint_eq(rev, CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_software_find(s, "a", "b"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_device_type_match(s, "a", "b"), CATALOGUE_NONE);
	ck_assert_uint_eq(catalogue_unit_type_find(s, "a"), CATALOGUE_NONE);
	catalogue_set_free(s);
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
	tcase_add_loop_test(tc, wrong_references_are_said, 0, N(wrong));
	tcase_add_test(tc, own_things_come_first);
	tcase_add_test(tc, about_comes_after_the_owners_own);
	tcase_add_test(tc, states_are_changed_by_those_who_may);
	tcase_add_test(tc, defaults_are_as_the_page_says);
	tcase_add_test(tc, order_of_the_files_plays_no_part);
	tcase_add_test(tc, digest_is_of_ids_serials_and_bytes);
	tcase_add_test(tc, nothing_is_a_set_too);
	return support_run(suite);
}

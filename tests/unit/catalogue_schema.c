/*
 * What a catalogue may say, held against the reader and against the installed
 * schema.  `catalogue_schema rng` prints the schema as it has to be.
 */
#include <config.h>

#include "lib/catalogue/catalogue_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/relaxng.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/catalogue_rng.h"
#include "tests/unit/support.h"

#define N(array) (int)(sizeof(array) / sizeof((array)[0]))
#define SCHEMA "/dist/imgadm-catalogue.rng"

static const char *
schema_path(void)
{
	static char path[4096];
	const char *top = getenv("top_srcdir");

	snprintf(path, sizeof(path), "%s%s", top != NULL ? top : TOP_SRCDIR, SCHEMA);
	return path;
}

static void
quiet(void *user, xmlErrorPtr error)
{
	(void)user;
	(void)error;
}

/* Whether the installed schema takes it. */
static bool
schema_takes(const char *xml)
{
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(schema_path());
	xmlRelaxNGPtr schema = xmlRelaxNGParse(parser);
	xmlRelaxNGValidCtxtPtr valid;
	xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), "test.xml", NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int rc;

	ck_assert_ptr_nonnull(schema);
	ck_assert_ptr_nonnull(doc);
	valid = xmlRelaxNGNewValidCtxt(schema);
	xmlRelaxNGSetValidStructuredErrors(valid, quiet, NULL);
	rc = xmlRelaxNGValidateDoc(valid, doc);
	ck_assert_int_ge(rc, 0);
	xmlRelaxNGFreeValidCtxt(valid);
	xmlFreeDoc(doc);
	xmlRelaxNGFree(schema);
	xmlRelaxNGFreeParserCtxt(parser);
	return rc == 0;
}

START_TEST(installed_schema_is_the_readers_table)
{
	char *installed;
	size_t size;
	struct buf b;
	struct err e;

	buf_init(&b, 1 << 20);
	catalogue_rng(&b);
	ck_assert_int_eq(b.error, 0);
	if (catalogue_file(schema_path(), &installed, &size, &e) < 0)
		ck_abort_msg("%s", e.text);
	ck_assert_msg(strcmp(installed, buf_text(&b)) == 0,
	    "renew it: tests/unit/catalogue_schema rng >dist/imgadm-catalogue.rng");
	free(installed);
	buf_release(&b);
}
END_TEST

#define TYPE "<unit-type id='T' class='fuser' manufacturer='M' model='N'>"
#define PLAIN "<unit-type id='T' class='fuser' manufacturer='M' model='N'/>"
#define WARE "<software id='fw' unit-type='T'><release version='1' seq='10'/>" \
	"<release version='2' seq='20'>"
#define DEVICE "<device-type id='D' manufacturer='M' model='N'/>"

/* What both take. */
static const char *const taken[] = {
	"",
	PLAIN,
	DEVICE,
	"<device-type id='D' manufacturer='M*' model='?' closed='yes' creator='acme'>"
	"<slot class='fuser' min='0' max='2147483647'/><slot class='engine'/>"
	"<requires id='R'><unit class='fuser'/></requires></device-type>",
	TYPE "<rev id='A' seq='0'/><rev id='B' seq='2147483647' hardware='*' supply='stock' price='0'"
	" ships='1'/></unit-type>",
	TYPE "<transport/></unit-type>",
	TYPE "<transport blksize='8' windowsize='65535' max-size='1' rollover='1'/></unit-type>",
	"<unit-type id='T' class='device' manufacturer='M' model='N' part='serial:A*' banks='8'"
	" recover='service'/>",
	TYPE "<conflicts id='R1'><software id='fw'/><unit type='T'/></conflicts>"
	"<rev id='A' seq='1'><any id='R2' because='x' during='stop'><unit class='fuser'/></any></rev>"
	"</unit-type>" WARE "</release></software>",
	TYPE "<requires id='R'><any><all><conflicts><unit class='fax'/></conflicts><unit type='T'/>"
	"</all><software id='fw' seq='10' match='some' where='self' if-present='yes'/></any>"
	"</requires></unit-type>" WARE "</release></software>",
	PLAIN WARE "</release></software>",
	PLAIN WARE "<from max-seq='15'/><from fresh='yes'/><from direction='down' settings='keep'/>"
	"<from branch='b'/></release></software>",
	PLAIN "<software id='fw' creator='acme' unit-type=' T ' scheme='dpkg'>"
	"<release version='a b' seq='1' state='draft' urgency='critical' due='2026-11-22T01:02:03Z'"
	" branch='x' size='10MiB' file='a+b_c-1.img' floor='1' minutes='10080'"
	" sha256='00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF'/></software>",
	PLAIN WARE "</release></software>" DEVICE
	"<profile id='p' device-type='D'><software id='fw' creator='acme' seq='20'/></profile>"
	"<about software='fw' seq='10'><requires id='R'><unit class='fuser'/></requires></about>"
	"<about unit-type='T' creator='acme'/><about device-type='D'/>"
	"<withdraw software='fw' seq='10' because='x' instead='20' severity='must'/>"
	"<qualify software='fw' creator='acme' seq='20'/>",
	"<!-- a comment --><?pi with data?>" TYPE "<!-- <!DOCTYPE x> --><![CDATA[ \n ]]>\n</unit-type>",
	"<unit-type id='T' class='fuser' manufacturer='M &amp; &#78; &lt;' model='\xc3\xa9'/>",
	/* Another prefix for the same namespace. */
	"<?xml version='1.0' encoding='utf-8'?><c:catalogue xmlns:c='urn:imgadm:catalogue:1' id='a'"
	" serial='0' issued='1970-01-01'><c:creator id='b'/></c:catalogue>",
};

START_TEST(what_is_taken_is_valid)
{
	char *xml = fixture_xml(taken[_i]), *findings = fixture_findings(taken[_i], NULL);

	ck_assert_str_eq(findings, "");
	ck_assert_msg(schema_takes(xml), "the schema refuses: %s", taken[_i]);
	free(findings);
	free(xml);
}
END_TEST

/* What the schema refuses, and what the reader says of it. */
static const struct {
	const char *xml, *says;
} invalid[] = {
	{ "<unit-typ/>", "1.xml:1: <unit-typ> has no place in <catalogue>; did you mean 'unit-type'?; "
	    "expected there: creator, device-type, unit-type, software, profile, about, withdraw, "
	    "qualify" },
	{ "\n\n<unit-type id='T' class='fuser'\n\nmanufacturer='M' modle='x'/>",
	    "1.xml:3: <unit-type> has no attribute 'modle'; did you mean 'model'?; it takes: id, class, "
	    "manufacturer, model, part, banks, recover, creator" },
	{ "<unit-type id='T' class='fuser' manufacturer='M'/>", "<unit-type> needs attribute 'model'" },
	{ "<unit-type id='T' class='fusser' manufacturer='M' model='N'/>",
	    "'class' of <unit-type>: 'fusser' is none of other, unknown, device" },
	{ "<unit-type id='T' class='fusser' manufacturer='M' model='N'/>", "did you mean 'fuser'?" },
	{ "<unit-type id='T' class='print' manufacturer='M' model='N'/>", "'print' is none of" },
	{ "<unit-type id='T ' class='fuser' manufacturer='M' model='N'/>", "'T ': an identifier" },
	{ "<unit-type id='' class='fuser' manufacturer='M' model='N'/>", "'': an identifier" },
	{ "<unit-type id='T' class='fuser' manufacturer='' model='N'/>", "'manufacturer'" },
	{ TYPE "<rev id='A'/></unit-type>", "<rev> needs attribute 'seq'" },
	{ TYPE "<rev id='A' seq='-1'/></unit-type>", "'-1' is not a whole number" },
	{ TYPE "<rev id='A' seq='2147483648'/></unit-type>", "2147483648" },
	{ TYPE "<rev id='A' seq='1' supply='stok'/></unit-type>", "did you mean 'stock'?" },
	{ TYPE "<transport/><transport/></unit-type>", "a second <transport> in <unit-type>" },
	{ TYPE "<transport blksize='7'/></unit-type>", "'blksize' of <transport>: 7" },
	{ TYPE "<transport max-size='5 MiB'/></unit-type>", "'5 MiB'" },
	{ TYPE "<requires id='R'/></unit-type>", "<requires> is empty; expected there: unit, software, "
	    "any, all, conflicts" },
	{ TYPE "<requires><unit class='fuser'/></requires></unit-type>",
	    "<requires> needs attribute 'id'" },
	{ TYPE "<requires id='R'><requires/></requires></unit-type>",
	    "<requires> has no place in <requires>" },
	{ TYPE "<requires id='R'><any id='S'><unit class='fuser'/></any></requires></unit-type>",
	    "<any> has no attribute 'id'; it takes: nothing" },
	{ TYPE "<conflicts id='R'><any/></conflicts></unit-type>",
	    "<any> has no place in <conflicts>; expected there: unit, software" },
	{ TYPE "<conflicts id='R'><software id='x' match='some'/></conflicts></unit-type>",
	    "<software> has no attribute 'match'" },
	{ TYPE "text</unit-type>", "text has no place in <unit-type>" },
	{ TYPE "<![CDATA[text]]></unit-type>", "text has no place in <unit-type>" },
	{ "<software id='fw' unit-type=''/>", "at least one identifier" },
	{ "<software id='fw' unit-type='a,b'/>", "'a,b' begins no identifier" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1' due='yesterday'/>"
	    "</software>", "'yesterday': a day (2026-11-22) or a moment" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1' file='../x'/></software>",
	    "'../x': the name of a file" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1' sha256='00'/></software>",
	    "64 hexadecimal digits" },
	{ "<software id='fw' unit-type='T'><release version='123456789012345678901234567890123' "
	    "seq='1'/></software>", "'version' of <release>: 33 octets; at most 32" },
	{ "<profile id='p' device-type='D'/>", "<profile> is empty; expected there: software" },
	{ "<withdraw software='fw' seq='1'/>", "<withdraw> needs attribute 'because'" },
	{ PLAIN WARE "<from fresh='no'/></release></software>", "'no' is none of yes" },
	{ "<unit-type xmlns='' id='T' class='fuser' manufacturer='M' model='N'/>", "has no namespace" },
	{ "<x:unit-type xmlns:x='urn:x' id='T' class='fuser' manufacturer='M' model='N'/>",
	    "<unit-type> is of namespace 'urn:x'; expected: urn:imgadm:catalogue:1" },
	{ "<unit-type xml:base='x' id='T' class='fuser' manufacturer='M' model='N'/>",
	    "attribute 'xml:base' of <unit-type> has a namespace" },
	{ "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd' parse='text'/>",
	    "<include> is of namespace 'http://www.w3.org/2001/XInclude'" },
	{ "<?xml version='1.0'?><catalogue id='a' serial='1' issued='2026-01-01'><creator id='b'/>"
	    "</catalogue>", "<catalogue> has no namespace; say xmlns=\"urn:imgadm:catalogue:1\"" },
	{ "<?xml version='1.0'?><catalog xmlns='urn:imgadm:catalogue:1'/>",
	    "<catalog> is no catalogue: the file has to begin with <catalogue" },
	{ "<?xml version='1.0'?><catalogue xmlns='urn:imgadm:catalogue:1' id='a' serial='1' "
	    "issued='2026-01-01'/>", "<catalogue> is empty; expected there: at least a <creator>" },
	{ "<?xml version='1.0'?><catalogue xmlns='urn:imgadm:catalogue:1' id='a' serial='1' "
	    "issued='2026-01-01'><profile id='p' device-type='d'><software id='s' seq='1'/></profile>"
	    "</catalogue>", "<catalogue> is empty; expected there: at least a <creator>" },
};

START_TEST(what_is_invalid_is_refused)
{
	char *xml = fixture_xml(invalid[_i].xml);
	char *findings = fixture_findings(invalid[_i].xml, NULL);

	ck_assert_msg(strstr(findings, invalid[_i].says) != NULL, "expected: %s\nsaid: %s",
	    invalid[_i].says, findings);
	ck_assert_msg(!schema_takes(xml), "the schema takes: %s", invalid[_i].xml);
	free(findings);
	free(xml);
}
END_TEST

/* What only the reader refuses: a schema cannot say it. */
static const struct {
	const char *xml, *says;
} beyond[] = {
	{ TYPE "<requires id='R'><unit/></requires></unit-type>", "<unit> needs either type or class" },
	{ TYPE "<requires id='R'><unit type='T' class='fuser'/></requires></unit-type>",
	    "<unit> needs either type or class" },
	{ TYPE "<requires id='R'><unit class='fuser' rev='A'/></requires></unit-type>",
	    "go with type, not class" },
	{ TYPE "<rev id='A' seq='1'/><requires id='R'><unit type='T' rev='A' min-rev='A'/></requires>"
	    "</unit-type>", "rev of <unit> is both bounds" },
	{ TYPE "<rev id='A' seq='1'/><rev id='B' seq='2'/><requires id='R'>"
	    "<unit type='T' min-rev='B' max-rev='A'/></requires></unit-type>",
	    "min-rev is after max-rev" },
	{ TYPE "<requires id='R'><software id='fw' min-seq='2' max-seq='1'/></requires></unit-type>",
	    "min-seq is greater than max-seq" },
	{ TYPE "<requires id='R'><software id='fw' seq='2' max-seq='1'/></requires></unit-type>",
	    "seq of <software> is both bounds" },
	{ "<device-type id='D' manufacturer='M' model='N'><slot class='fax' min='2' max='1'/>"
	    "</device-type>", "min is greater than max" },
	{ "<device-type id='D' manufacturer='M' model='N'><slot class='fax'/>\n<slot class='fax'/>"
	    "</device-type>", "1.xml:2: class 'fax' of <slot> stands in line 1 already" },
	{ "<device-type id='D' manufacturer='M' model='N'><requires id='R'><unit class='fax' "
	    "where='child'/></requires></device-type>", "where of <unit> has no meaning" },
	{ PLAIN WARE "<from fresh='yes' max-seq='3'/></release></software>",
	    "<from fresh=\"yes\"> takes nothing else" },
	{ PLAIN WARE "<from settings='keep'/></release></software>",
	    "settings of <from> goes with direction=\"down\"" },
	{ PLAIN WARE "<from max-seq='20'/></release></software>",
	    "<from> is about releases below seq 20" },
	{ PLAIN WARE "<from direction='down' min-seq='20'/></release></software>",
	    "a downward <from> is about releases above seq 20" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1' state='withdrawn'/>"
	    "</software>", "a withdrawn release has to say because" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1' severity='must'/>"
	    "</software>", "go with state=\"withdrawn\"" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1' due='2026-01-01'/>"
	    "</software>", "due of <release> goes with urgency=\"critical\"" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1'/>\n"
	    "<release version='1' seq='2'/></software>",
	    "1.xml:2: version '1' of <release> stands in line 1 already" },
	{ PLAIN "<software id='fw' unit-type='T'><release version='1' seq='1'/>\n"
	    "<release version='2' seq='01'/></software>",
	    "1.xml:2: seq '01' of <release> stands in line 1 already" },
	{ TYPE "<rev id='A' seq='1'/><rev id='A' seq='2'/></unit-type>", "id 'A' of <rev>" },
	{ TYPE "<rev id='A' seq='1'/><rev id='B' seq='1'/></unit-type>", "seq '1' of <rev>" },
	{ TYPE "<conflicts id='R'><unit class='fax'/></conflicts></unit-type>\n"
	    "<device-type id='D' manufacturer='M' model='N'><requires id='R'><unit class='fax'/>"
	    "</requires></device-type>", "a relation's id is unique in its catalogue" },
	{ "<catalogue><creator id='acme'/>\n<creator id='acme'/></catalogue>", "id 'acme' of <creator>" },
	{ "<about/>", "<about> needs one of unit-type, software and device-type" },
	{ PLAIN "<about unit-type='T' software='fw'/>", "<about> needs one of" },
	{ PLAIN "<about unit-type='T' seq='1'/>", "seq of <about> goes with software" },
	{ DEVICE "<about device-type='D' rev='1'/>", "rev of <about> goes with unit-type" },
	{ "<catalogue issued='2026-02-01' expires='2026-02-01'><creator id='acme'/></catalogue>",
	    "expires is not after issued" },
	{ "<catalogue issued='2026-02-30'><creator id='acme'/></catalogue>", "'2026-02-30': a day" },
	{ "<unit-type id='T' class='fuser' manufacturer='M&#10;' model='N'/>",
	    "attribute 'manufacturer' of <unit-type> holds a control character" },
	{ "<unit-type id='T' class='fuser' manufacturer='M&#x85;' model='N'/>",
	    "attribute 'manufacturer' of <unit-type> holds a control character" },
};

START_TEST(what_only_the_reader_refuses)
{
	char *xml = fixture_xml(beyond[_i].xml);
	char *findings = fixture_findings(beyond[_i].xml, NULL);

	ck_assert_msg(strstr(findings, beyond[_i].says) != NULL, "expected: %s\nsaid: %s",
	    beyond[_i].says, findings);
	ck_assert_msg(schema_takes(xml), "the schema refuses it too: %s", beyond[_i].xml);
	free(findings);
	free(xml);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("catalogue_schema");
	TCase *tc = tcase_create("catalogue_schema");
	struct buf b;

	if (argc == 2 && strcmp(argv[1], "rng") == 0) {
		buf_init(&b, 1 << 20);
		catalogue_rng(&b);
		fputs(buf_text(&b), stdout);
		buf_release(&b);
		return 0;
	}
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, installed_schema_is_the_readers_table);
	tcase_add_loop_test(tc, what_is_taken_is_valid, 0, N(taken));
	tcase_add_loop_test(tc, what_is_invalid_is_refused, 0, N(invalid));
	tcase_add_loop_test(tc, what_only_the_reader_refuses, 0, N(beyond));
	return support_run(suite);
}

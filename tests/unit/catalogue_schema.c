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

/* A rule about T: what is in it, in <when>, around. */
#define RULE(more) "<rule id='x'><scope unit-type='T'/>" more "</rule>"
#define WHEN(leaf) PLAIN RULE("<when>" leaf "</when>")
#define COUNT "<count code='C' min='2' within='1h'/>"

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
	"<unit-type id='T' class='fuser' manufacturer='M' model='N' use='impressions'>"
	"<rev id='A' seq='1'/><rev id='B' seq='2'/></unit-type>" WARE "</release></software>"
	"<rule id='x' severity='critical' mode='act' because='y' daily='3'>"
	"<scope unit-type='T' min-rev='A' max-rev='B' software='fw' min-seq='1' max-seq='15'/>"
	"<when><all hold='30min'><count code='C-*' min='16' within='2000 impressions' clear='0' "
	"dedupe='20 impressions'/><any><rate code='J' min='2.5' clear='0' per='1000 impressions' "
	"over='5000 impressions' exposure='1 impressions' dedupe='1 impressions'/><not>"
	"<absent code='?' within='1w2d3h4min5s'/></not></any></all></when>"
	"<clear hold='3 restarts'/><inhibit by='P' for='1h'/><inhibit rule='y'/>"
	"<blackout after='install' for='100 impressions'/><blackout after='service' for='1d'/>"
	"<fleet devices='5' against='other-releases' ratio='2.0'/><treat confirm-drop='100%' "
	"over='20000 impressions' quarantine='90d'><install software='fw' to-seq='20'/></treat></rule>"
	"<rule id='y'><scope class='fuser' software='fw'/><when><sequence codes=' A B* ?C ' gap='10min' "
	"within='1h'/></when><treat><switch to='standby'/></treat></rule>",
	WHEN("<at-least min='2'><level reading='t' min='-215.5' clear='-215.500001'/>"
	"<level use='life' min='90'/><level state='failed'/><level use='count' max='5' clear='6'/>"
	"<change reading='t' by='0.000001' within='2 restarts'/>"
	"<trend reading='t' limit='-999999999.999999' within='7d' over='1d'/></at-least>"),
	PLAIN RULE("<treat><reset/></treat><when><any><deviate reading='t' min='3' of='32' low='1' "
	"high='1' clear='2'/><deviate reading='t' min='1' of='1'/>"
	"<peer reading='t' min='2' clear='1.5' peers='10'/><peer reading='t' max='0.5'/></any></when>"),
	"<catalogue id='s'><creator id='operator'/><rule id='x'><scope function='faxSend'/><when>" COUNT
	"</when><treat><advise text='y'/></treat></rule></catalogue>",
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
	    "qualify, rule" },
	{ "\n\n<unit-type id='T' class='fuser'\n\nmanufacturer='M' modle='x'/>",
	    "1.xml:3: <unit-type> has no attribute 'modle'; did you mean 'model'?; it takes: id, class, "
	    "manufacturer, model, part, banks, recover, creator, use" },
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
	{ PLAIN "<rule><scope unit-type='T'/><when>" COUNT "</when></rule>",
	    "<rule> needs attribute 'id'" },
	{ PLAIN RULE("<when/>"), "<when> is empty; expected there: all, any, not, at-least, count, "
	    "rate, sequence, absent, level, change, trend, deviate, peer" },
	{ PLAIN RULE("<when><all/></when>"), "<all> is empty" },
	{ PLAIN RULE("<when>" COUNT "</when><when>" COUNT "</when>"), "a second <when> in <rule>" },
	{ WHEN("<cuont code='C'/>"), "did you mean 'count'?" },
	{ WHEN("<count code='C' min='0' within='1h'/>"), "'min' of <count>: 0" },
	{ WHEN("<count code='C' min='17' within='1h'/>"), "'min' of <count>: 17" },
	{ WHEN("<count code='C' min='1' within='3600'/>"), "'3600' is no window: a number with "
	    "impressions, sheets, jobs, hours, cycles or restarts behind a blank, or a span" },
	{ WHEN("<count code='C' min='1' within='20 pages'/>"), "'20 pages' is no window" },
	{ WHEN("<count code='C' min='1' within=' impressions'/>"), "' impressions' is no window" },
	{ WHEN("<rate code='C' min='1.1234567' per='1h' over='2h'/>"), "at most 9 digits and 6 dec" },
	{ WHEN("<rate code='C' min='1.' per='1h' over='2h'/>"), "'1.': a number is expected" },
	{ WHEN("<rate code='C' min='-1' per='1h' over='2h'/>"), "'-1': a number above 0" },
	{ WHEN("<level reading='t' min='1e3'/>"), "'1e3': a number is expected" },
	{ PLAIN RULE("<when>" COUNT "</when><treat/>"), "<treat> is empty; expected there: install, "
	    "switch, reset, advise" },
	{ PLAIN RULE("<when>" COUNT "</when><treat confirm-drop='50' over='1d'><reset/></treat>"),
	    "'50': 1% to 100% is expected" },
	{ PLAIN RULE("<when>" COUNT "</when><treat quarantine='9 jobs'><switch to='bank'/></treat>"),
	    "'9 jobs' is not a span" },
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
	{ WHEN("<count code='C' min='1' within='0 jobs'/>"), "0" },
	{ PLAIN RULE(""), "<rule> needs a <when>" },
	{ PLAIN "<rule id='x'><when>" COUNT "</when></rule>", "<rule> needs a <scope>" },
	{ WHEN(COUNT COUNT), "<when> holds one element; join several with <all>" },
	{ WHEN("<at-least min='3'>" COUNT COUNT "</at-least>"), "<at-least> holds 2 conditions, and "
	    "min says 3: it could never be true" },
	{ WHEN("<count code='C' min='2' clear='2' within='1h'/>"),
	    "clear of <count> is not below min: it could never clear" },
	{ WHEN("<count code='C' min='3' within='1h' dedupe='30min'/>"), "3 that are at least dedupe "
	    "apart do not fit within" },
	{ WHEN("<count code='C' min='1' within='1h' dedupe='1h'/>"),
	    "dedupe of <count> has to be less than within" },
	{ WHEN("<count code='C' min='2' within='1h' dedupe='1 jobs'/>"),
	    "dedupe of <count> is in jobs, within in time; say both in the same" },
	{ WHEN("<any>" COUNT "\n<count code='C' min='2' within='9 jobs'/>\n"
	    "<absent code='C' within='9 sheets'/></any>"), "1.xml:3: within of <absent> is in sheets, "
	    "this rule counted in jobs before; a unit has one use count" },
	{ PLAIN RULE("<when>" COUNT "</when><clear hold='1 jobs'/><inhibit by='P' for='1 hours'/>"),
	    "for of <inhibit> is in hours, this rule counted in jobs before" },
	{ WHEN("<rate code='C' min='1' clear='1.1' per='1h' over='2h'/>"),
	    "clear of <rate> has to be from 0 to min: what it begins would be over at once" },
	{ WHEN("<rate code='C' min='1' clear='-1' per='1h' over='2h'/>"), "it could never clear" },
	{ WHEN("<rate code='C' min='1' per='1h' over='2 jobs'/>"),
	    "per of <rate> is in time, over in jobs" },
	{ WHEN("<rate code='C' min='1' per='1h' over='2h' exposure='3h'/>"),
	    "exposure of <rate> has to be no more than over" },
	{ WHEN("<sequence codes='A' gap='1h' within='1h'/>"), "codes of <sequence> are 2 to 8" },
	{ WHEN("<sequence codes='1 2 3 4 5 6 7 8 9' gap='1h' within='1h'/>"), "codes of <sequence>" },
	{ WHEN("<level min='1'/>"), "<level> needs one of reading, use and state" },
	{ WHEN("<level reading='t'/>"), "<level> needs either min or max" },
	{ WHEN("<level reading='t' min='1' max='2'/>"), "<level> needs either min or max" },
	{ WHEN("<level reading='t' min='1' clear='1.5'/>"), "clear of <level> is on the wrong side of min: "
	    "what it begins would be over at once; leave it out or say one below it" },
	{ WHEN("<level reading='t' max='1' clear='0.5'/>"), "say one above it" },
	{ WHEN("<level state='failed' min='1'/>"), "a state is so or not" },
	{ WHEN("<trend reading='t' limit='1' within='1h' over='1 jobs'/>"),
	    "within of <trend> is in time, over in jobs" },
	{ WHEN("<deviate reading='t' min='3' of='2'/>"), "min of <deviate> is above of" },
	{ WHEN("<deviate reading='t' min='1' of='2' clear='1'/>"), "could never clear" },
	{ WHEN("<deviate reading='t' min='1' of='2' low='1'/>"), "needs both low and high" },
	{ WHEN("<deviate reading='t' min='1' of='2' low='2' high='1'/>"), "low of <deviate> is above" },
	{ WHEN("<peer reading='t'/>"), "<peer> needs either min or max" },
	{ PLAIN "<rule id='x'><scope/><when>" COUNT "</when></rule>", "<scope> needs unit-type, class" },
	{ PLAIN "<rule id='x'><scope class='fax' function='scan'/><when>" COUNT "</when></rule>",
	    "<scope> takes one of" },
	{ PLAIN "<rule id='x'><scope class='fax' rev='A'/><when>" COUNT "</when></rule>",
	    "go with unit-type" },
	{ PLAIN "<rule id='x'><scope unit-type='T' seq='1'/><when>" COUNT "</when></rule>",
	    "go with software" },
	{ PLAIN RULE("<when>" COUNT "</when><inhibit/>"), "<inhibit> needs either by with for, or rule" },
	{ PLAIN RULE("<when>" COUNT "</when><inhibit by='C'/>"), "<inhibit> needs either by with for" },
	{ PLAIN RULE("<when>" COUNT "</when><fleet devices='1' ratio='2'/>"), "against and ratio" },
	{ PLAIN RULE("<when>" COUNT "</when><treat><reset/><reset/></treat>"), "<treat> holds one" },
	{ PLAIN RULE("<when>" COUNT "</when><treat over='1d'><reset/></treat>"), "go together" },
	{ PLAIN RULE("<when>" COUNT "</when><treat confirm-drop='1%' over='1d'><advise text='x'/></treat>"),
	    "an advice changes nothing" },
	{ PLAIN RULE("<when>" COUNT "</when><treat quarantine='1d'><reset/></treat>"),
	    "quarantine of <treat> goes with <install> and <switch>" },
	{ PLAIN RULE("<when>" COUNT "</when>") "\n" RULE("<when>" COUNT "</when>"),
	    "1.xml:2: id 'x' of <rule> stands in line 1 already; a rule's id is unique" },
	/* What only linking finds. */
	{ WHEN(COUNT) "<rule id='y'><scope unit-type='U'/><when>" COUNT "</when></rule>",
	    "no unit type 'U' is defined" },
	{ PLAIN RULE("<when>" COUNT "</when><inhibit rule='z'/>"), "no rule 'z' is in this catalogue" },
	{ PLAIN RULE("<when>" COUNT "</when><inhibit rule='x'/>"), "rule 'x' inhibits itself" },
	{ PLAIN RULE("<when>" COUNT "</when><inhibit rule='y'/>") "<rule id='y'><scope unit-type='T'/>"
	    "<when>" COUNT "</when><inhibit rule='x'/></rule>", "so in a circle by itself" },
	{ PLAIN WARE "</release></software>" RULE("<when>" COUNT "</when><treat>"
	    "<install software='fw' to-seq='15'/></treat>"), "software 'fw' has no release with seq 15" },
	{ "<rule id='x'><scope class='fuser'/><when>" COUNT "</when></rule>",
	    "this rule is about nothing of its creators'" },
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

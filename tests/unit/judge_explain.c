/*
 * judge_explain: explanations, word for word, as a technician reads them.
 */
#include <config.h>

#include "manager/judge/judge_explain.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

#define SLOTS "<device-type id='C650' manufacturer='Acme' model='C650*'>" \
	"<slot class='engine' min='1' max='1'/><slot class='finisher' max='1'/></device-type>"
#define FEED "<unit-type id='C650-feed' class='paperFeed' manufacturer='Acme' model='C650-feed'>" \
	"<rev id='A' seq='1' hardware='1.*' supply='ended'/>" \
	"<rev id='B' seq='2' hardware='2.*' supply='stock' price='310'/></unit-type>"
#define FINISHER "<unit-type id='FS-5' class='finisher' manufacturer='Acme' model='FS-5'>" \
	"<rev id='A' seq='1' hardware='1.*' supply='ended'/>" \
	"<requires id='R-101' because='FS-5 needs the heavy paper path'>" \
	"<unit type='C650-feed' min-rev='B'/></requires></unit-type>"
#define ENGINE "<unit-type id='E-30' class='engine' manufacturer='Acme' model='E-30' banks='2'/>" \
	"<software id='engine-fw' unit-type='E-30' scheme='dotted'>" \
	"<release version='G00-21' seq='2100'/>" \
	"<release version='G00-30' seq='3000'><from min-seq='2100'/></release>" \
	"<release version='G00-31' seq='3100'><requires id='R-11'>" \
	"<software id='controller-fw' min-seq='1400'/></requires></release></software>"
/* Board A does not take 14. */
#define CONTROLLER "<unit-type id='CB-1' class='controller' manufacturer='Acme' model='CB-1'>" \
	"<rev id='A' seq='1' hardware='1.*' supply='ended'/>" \
	"<rev id='B' seq='2' hardware='2.*' supply='ended'/></unit-type>" \
	"<software id='controller-fw' unit-type='CB-1'>" \
	"<release version='11' seq='1100'/><release version='12' seq='1200'/>" \
	"<release version='14' seq='1400'><requires id='R-3' because='14 does not run on board A'>" \
	"<unit type='CB-1' min-rev='B' where='self'/></requires></release></software>"

static struct world w;
static struct judgement j;
static struct buf said;

static void
judge_with(const char *xml, const char *device, uint32_t nodes)
{
	struct err e;

	world_begin(&w, xml, NULL, device);
	(void)text_copy(w.names.device, sizeof(w.names.device), "lobby-mfp");
	(void)text_copy(w.names.serial_number, sizeof(w.names.serial_number), "8841207");
	w.policy.nodes = nodes;
	world_problem(&w);
	ck_assert_msg(judge(w.p, &j, &e) == 0, "%s", e.text);
	buf_init(&said, 65536);
}

static void
judge_it(const char *xml, const char *device)
{
	judge_with(xml, device, 100000);
}

static void
end(void)
{
	buf_release(&said);
	judgement_release(&j);
	world_end(&w);
}

static void
explains(const char *xml, const char *device, const char *text)
{
	struct err e;

	judge_it(xml, device);
	ck_assert_int_eq(judge_explain(w.p, &w.names, &j, &said, &e), 0);
	ck_assert_str_eq(buf_text(&said), text);
	end();
}

START_TEST(a_part_of_an_old_revision)
{
	explains(SLOTS FEED FINISHER ENGINE CONTROLLER,
		"DEV device C650\nENG engine E-30 serial=E1180 sw=engine-fw/G00-30\n"
		"FED paperFeed C650-feed hw=1.2 serial=77120\n"
		"FIN finisher FS-5 hw=1.0 serial=F0231\n"
		"STAPLE function staple in=FIN\nFOLD function fold in=FIN",
		"lobby-mfp (C650, serial 8841207) is incompatible: 1 rule is violated.\n"
		"  FIN  finisher FS-5, serial F0231, rev A         needs  C650-feed rev B or "
		"later  R-101: FS-5 needs the heavy paper path\n"
		"  FED  paper feed C650-feed, serial 77120, rev A  is     rev A\n"
		"What to do: replace FED by C650-feed rev B (in stock, 310; one visit); or, "
		"without a part: take FIN out of service (FOLD and STAPLE are lost).\n"
		"Software has nothing to change before the visit; after it the device is judged "
		"anew.\n");
}
END_TEST

START_TEST(a_release_that_no_board_takes)
{
	explains(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nCTL controller CB-1 hw=1.7 serial=C9 sw=controller-fw/11\n"
		"ENG engine E-30 serial=E1180 sw=engine-fw/G00-31",
		"lobby-mfp (C650, serial 8841207) is incompatible: 1 rule is violated.\n"
		"  ENG  engine E-30, serial E1180          needs                        "
		"controller-fw 14 or later  R-11\n"
		"  CTL  controller CB-1, serial C9, rev A  runs                         "
		"controller-fw 11\n"
		"  CTL  controller CB-1, serial C9, rev A  with controller-fw 14 needs  to be "
		"CB-1 rev B or later  R-3: 14 does not run on board A\n"
		"What to do: no change that the catalogues know makes it fit. Ask the maker for "
		"a newer catalogue than acme (serial 1).\n");
}
END_TEST

START_TEST(a_label_that_nobody_lists)
{
	explains(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nENG engine E-30 serial=E1180 sw=engine-fw/G00-99",
		"lobby-mfp (C650, serial 8841207) is unknown: 2 rules cannot be judged.\n"
		"  ENG  engine E-30, serial E1180  runs  engine-fw G00-99, which no catalogue "
		"lists  software.engine-fw\n"
		"What to do: ask the maker for a catalogue that lists it, newer than acme "
		"(serial 1).\n");
}
END_TEST

START_TEST(a_slot_that_is_empty)
{
	explains(SLOTS ENGINE CONTROLLER, "DEV device C650", "lobby-mfp (C650, serial 8841207) is incompatible: 1 rule is violated.\n"
		"  -  the device  needs  at least 1 engine in service  slot.engine of C650\n"
		"What to do: no change that the catalogues know makes it fit. Ask the maker for "
		"a newer catalogue than acme (serial 1).\n");
}
END_TEST

START_TEST(all_is_well)
{
	explains(SLOTS FEED FINISHER ENGINE CONTROLLER,
		"DEV device C650\nENG engine E-30 serial=E1180 sw=engine-fw/G00-30\n"
		"FED paperFeed C650-feed hw=2.2 serial=77120\n"
		"FIN finisher FS-5 hw=1.0 serial=F0231", "lobby-mfp (C650, serial 8841207) is "
		"compatible: 5 rules hold.\n");
}
END_TEST

/* One release is withdrawn, and the engine does not go with the one that is newer. */
#define LOSES "<unit-type id='ZE' class='engine' manufacturer='Acme' model='ZE'>" \
	"<rev id='1' seq='1' hardware='1' supply='ended'/>" \
	"<rev id='2' seq='2' hardware='2' supply='stock'/></unit-type>" \
	"<unit-type id='ZC' class='controller' manufacturer='Acme' model='ZC'/>" \
	"<software id='z-ctl' unit-type='ZC'>" \
	"<conflicts id='Z-2' because='the first engine hangs'>" \
	"<unit type='ZE' max-rev='1'/></conflicts>" \
	"<release version='1.2' seq='120' state='withdrawn' severity='must' " \
	"because='loses the address book' instead='200'/>" \
	"<release version='2.0' seq='200'/></software>"
#define LOSER "DEV device Z\nCTL controller ZC sw=z-ctl/1.2\nENG engine ZE hw=1"

START_TEST(every_violated_rule_is_told)
{
	explains(LOSES, LOSER,
		"lobby-mfp (Z, serial 8841207) is incompatible: 2 rules are violated.\n"
		"  CTL  controller ZC     allows  no ZE rev 1 or earlier  Z-2: the first "
		"engine hangs\n"
		"  ENG  engine ZE, rev 1  is      rev 1\n"
		"  CTL  controller ZC     runs    z-ctl 1.2               withdrawn: loses the "
		"address book\n"
		"What to do: install z-ctl 2.0 on CTL (it runs 1.2); replace ENG by ZE rev 2 "
		"(in stock; one visit); or, without a part: take CTL out of service (what it "
		"does is lost).\n"
		"That takes 1 step, 5 minutes and 1 restart, then a visit: imgadm-judge plan "
		"shows them.\n");
}
END_TEST

START_TEST(a_unit_that_nobody_lists)
{
	explains("<unit-type id='ZE' class='engine' manufacturer='Acme' model='ZE'/>"
		"<unit-type id='ZC' class='controller' manufacturer='Acme' model='ZC'>"
		"<requires id='Z-1'><unit type='ZE'/></requires></unit-type>",
		"DEV device Z\nCTL controller ZC\nENG engine ZX hw=7",
		"lobby-mfp (Z, serial 8841207) is unknown: 1 rule cannot be judged.\n"
		"  CTL  controller ZC          needs  ZE                              Z-1\n"
		"  ENG  engine ZX, hardware 7  is     a unit that no catalogue lists\n"
		"What to do: ask the maker for a catalogue that lists it, newer than acme "
		"(serial 1).\n");
}
END_TEST

static void
why_not(const char *xml, const char *device, const char *symbol, const char *software,
	const char *version, uint32_t nodes, const char *text)
{
	struct err e;
	uint32_t s = CATALOGUE_NONE, unit;

	judge_with(xml, device, nodes);
	s = catalogue_software_find(w.set, "acme", software);
	unit = w.p->variables[judge_problem_variable(w.p, symbol)].unit;
	ck_assert_int_eq(judge_why_not(w.p, &w.names, &j, unit,
		catalogue_release_find(w.set, s, version), &said, &e), 0);
	ck_assert_str_eq(buf_text(&said), text);
	end();
}

START_TEST(why_not_the_newest)
{
	why_not(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nCTL controller CB-1 hw=1.7 serial=C9 sw=controller-fw/11\n"
		"ENG engine E-30 serial=E1180 sw=engine-fw/G00-21",
		"ENG", "engine-fw", "G00-31", 100000, "G00-31 of engine-fw (acme) is not chosen: it "
		"needs controller-fw 14 or later (R-11), and CTL with controller-fw 14 needs to "
		"be CB-1 rev B or later (R-3: 14 does not run on board A).\n"
		"Nearest that fits: G00-30.\n");
}
END_TEST

START_TEST(why_not_what_would_fit)
{
	why_not(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nCTL controller CB-1 hw=1.7 serial=C9 sw=controller-fw/11\n"
		"ENG engine E-30 serial=E1180 sw=engine-fw/G00-21",
		"ENG", "engine-fw", "G00-30", 100000, "G00-30 of engine-fw (acme) is not chosen: it "
		"would fit, but nothing has to be changed.\n");
}
END_TEST

/* What is proven without a search is told as that, what is not as not found. */
START_TEST(why_not_without_nodes)
{
	why_not(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nCTL controller CB-1 hw=1.7 serial=C9 sw=controller-fw/11\n"
		"ENG engine E-30 serial=E1180 sw=engine-fw/G00-21",
		"ENG", "engine-fw", "G00-31", 0, "G00-31 of engine-fw (acme) is not chosen: no "
		"structure that obeys all rules has it.\n"
		"No release of engine-fw that fits was found before the search gave up.\n");
}
END_TEST

/* All rows of a device's advice, a line each. */
static void
advises(const char *xml, const char *device, const char *text)
{
	struct judge_advice list[8];
	uint32_t count;

	judge_it(xml, device);
	count = judge_advices(w.p, &j, list, 8);
	for (uint32_t i = 0; i < count; i++) {
		char filled[STRUCTURE_TEXT_MAX + 1];

		judge_fill_serials(list[i].text, &w.names, &w.shape, filled, sizeof(filled));
		(void)buf_printf(&said, "%s|%d|%s|%s|%s|%u\n", list[i].subject,
			(int)list[i].severity, list[i].rule_id, filled, list[i].recommendation,
			(unsigned)list[i].catalogue_serial);
	}
	ck_assert_str_eq(buf_text(&said), text);
	end();
}

START_TEST(advice_names_the_unit_and_the_whole_structure)
{
	advises(SLOTS FEED FINISHER ENGINE CONTROLLER,
		"DEV device C650\nENG engine E-30 serial=E1180 sw=engine-fw/G00-30\n"
		"FED paperFeed C650-feed hw=1.2 serial=77120\n"
		"FIN finisher FS-5 hw=1.0 serial=F0231",
		"FED|3|R-101|incompatible (R-101: FS-5 needs the heavy paper path): replace FED "
		"by C650-feed rev B (in stock, 310; one visit)|FED=C650-feed/B; DEV=C650; "
		"ENG=E-30 engine-fw G00-30; FIN=FS-5/A|1\n");
}
END_TEST

START_TEST(advice_to_the_device_where_no_unit_is_it)
{
	advises(SLOTS ENGINE CONTROLLER, "DEV device C650", "|3|slot.engine|incompatible: the device needs at least 1 engine in service (slot.engine of C650)|no change that the catalogues know makes it fit: ask the maker|1\n");
}
END_TEST

START_TEST(advice_of_what_nothing_cures_names_the_serial_number)
{
	advises(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nCTL controller CB-1 hw=1.7 serial=C9 sw=controller-fw/11\n"
		"ENG engine E-30 serial=E1180 sw=engine-fw/G00-31", "ENG|3|R-11|incompatible: "
		"engine E-30, serial E1180 needs controller-fw 14 or later (R-11)|no change that "
		"the catalogues know makes it fit: ask the maker|1\n");
}
END_TEST

/* Of two rules, a row names the one that its change cures. */
START_TEST(advice_names_the_rule_that_the_change_cures)
{
	advises(LOSES, LOSER,
		"CTL|3|withdrawn.z-ctl.1.2|incompatible (withdrawn: loses the address book): "
		"install z-ctl 2.0 on CTL (it runs 1.2)|CTL=ZC z-ctl 2.0; ENG=ZE/2; DEV=Z|1\n"
		"ENG|3|Z-2|incompatible (Z-2: the first engine hangs): replace ENG by ZE rev 2 "
		"(in stock; one visit)|CTL=ZC z-ctl 2.0; ENG=ZE/2; DEV=Z|1\n");
}
END_TEST

START_TEST(nothing_is_advised_where_all_is_well)
{
	advises(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nENG engine E-30 serial=E1180 sw=engine-fw/G00-30", "");
}
END_TEST

/* What a device says of itself never reaches a terminal as it is. */
START_TEST(what_a_device_says_is_escaped)
{
	judge_it(SLOTS ENGINE CONTROLLER,
		"DEV device C650\nENG engine E-30 serial=E1180 sw=engine-fw/G00-99");
	(void)text_copy(w.names.units[w.p->variables[judge_problem_variable(w.p, "ENG")].unit]
		.serial_number, STRUCTURE_NAME_MAX + 1, "\033[2J\xe2\x80\xae");
	(void)text_copy(w.names.device, sizeof(w.names.device), "a\nb");
	ck_assert_int_eq(judge_explain(w.p, &w.names, &j, &said, NULL), 0);
	ck_assert_ptr_eq(strchr(buf_text(&said), '\033'), NULL);
	ck_assert_ptr_eq(strstr(buf_text(&said), "\xe2\x80\xae"), NULL);
	ck_assert_ptr_ne(strstr(buf_text(&said), "\\x1b[2J\\u{202e}"), NULL);
	ck_assert_ptr_eq(strstr(buf_text(&said), "a\nb"), NULL);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_explain");
	TCase *t = tcase_create("texts");

	tcase_add_test(t, a_part_of_an_old_revision);
	tcase_add_test(t, a_release_that_no_board_takes);
	tcase_add_test(t, a_label_that_nobody_lists);
	tcase_add_test(t, a_slot_that_is_empty);
	tcase_add_test(t, all_is_well);
	tcase_add_test(t, why_not_the_newest);
	tcase_add_test(t, why_not_what_would_fit);
	tcase_add_test(t, why_not_without_nodes);
	tcase_add_test(t, every_violated_rule_is_told);
	tcase_add_test(t, a_unit_that_nobody_lists);
	tcase_add_test(t, advice_names_the_rule_that_the_change_cures);
	tcase_add_test(t, advice_names_the_unit_and_the_whole_structure);
	tcase_add_test(t, advice_to_the_device_where_no_unit_is_it);
	tcase_add_test(t, advice_of_what_nothing_cures_names_the_serial_number);
	tcase_add_test(t, nothing_is_advised_where_all_is_well);
	tcase_add_test(t, what_a_device_says_is_escaped);
	suite_add_tcase(s, t);
	return support_run(s);
}

#include <config.h>

#include "lib/catalogue/catalogue_lint.h"

#include <stdio.h>

#include "tests/unit/catalogue_lint_says.h"
#include "tests/unit/support.h"

#define NIL ((const char *)NULL)

/* --- two things that match the same part ------------------------------------------------- */

#define TYPE(id, model, rest) "<unit-type id='" id "' class='finisher' manufacturer='Acme'" \
	" model='" model "' " rest "/>\n"

START_TEST(two_unit_types_match_the_same_part)
{
	says(TYPE("a", "FS-*", "") TYPE("b", "*-5", ""), NIL,
	    "E1:2 unit type b matches the same part as a (1.xml:1), such as one of model 'FS-5'",
	    NIL);
	says(TYPE("a", "FS-5", "") TYPE("b", "FS-6", "") TYPE("c", "FS-55", ""), NIL, NIL);
	says(TYPE("a", "FS-?", "") TYPE("b", "FS-??", ""), NIL, NIL);
	/* The class is another. */
	says(TYPE("a", "FS-5", "") "<unit-type id='b' class='fuser' manufacturer='Acme'"
	    " model='FS-5'/>\n", NIL, NIL);
	/* In another catalogue of the set. */
	says(TYPE("a", "FS-5", ""), "<catalogue id='beta'>\n"
	    "<unit-type id='b' class='finisher' manufacturer='A*' model='FS-5'/>\n</catalogue>",
	    NIL, "E2:2 as a (1.xml:1)", NIL);
}
END_TEST

/* Ricoh: two boards that say the same name are told apart by `part`. */
START_TEST(two_boards_under_one_unit_name)
{
	says(TYPE("a", "FIN", "") TYPE("b", "FIN", ""), NIL,
	    "E1:2 or tell them apart by part=", NIL);
	says(TYPE("a", "FIN", "part='1.*'") TYPE("b", "FIN", "part='2.*'"), NIL, NIL);
	says(TYPE("a", "FIN", "part='serial:A*'") TYPE("b", "FIN", "part='serial:B*'"), NIL, NIL);
	/* One with a part goes before one without. */
	says(TYPE("a", "FIN", "") TYPE("b", "FIN", "part='2.*'"), NIL, NIL);
	says(TYPE("a", "FIN", "part='1.*'") TYPE("b", "FIN", "part='*.1'"), NIL,
	    "E1:2 such as one of hardware revision '1.1'", NIL);
	says(TYPE("a", "FIN", "part='serial:A*'") TYPE("b", "FIN", "part='serial:*9'"), NIL,
	    "E1:2 such as one of serial number 'A9'", NIL);
	/* Of those, no serial number rules out a hardware revision. */
	says(TYPE("a", "FIN", "part='1.*'") TYPE("b", "FIN", "part='serial:B*'"), NIL,
	    "E1:2 unit type b matches the same part as a", NIL);
}
END_TEST

#define BETA(inner) "<catalogue id='beta'>\n" inner "</catalogue>"

/* What goes before the others of its maker does not go before another maker's. */
START_TEST(no_maker_takes_the_place_of_another)
{
	says(TYPE("a", "FIN", ""), BETA(TYPE("b", "*", "part='*'")), NIL,
	    "E2:2 unit type b would take the place of a, which is another maker's (1.xml:1)", NIL);
	says(TYPE("a", "FIN", "part='2.*'"), BETA(TYPE("b", "FIN", "")), NIL,
	    "E2:2 unit type b would take the place of a", NIL);
	says(TYPE("a", "FIN", ""), BETA(TYPE("b", "FEN", "part='*'")), NIL, NIL);
	says("<device-type id='a' manufacturer='Acme' model='C6*'/>\n",
	    BETA("<device-type id='b' manufacturer='*' model='C650'/>"), NIL,
	    "E2:2 device type b would take the place of a", NIL);
	/* A site's own. */
	says("<device-type id='a' manufacturer='Acme' model='C6*'/>\n",
	    "<catalogue id='site'><creator id='operator'/>"
	    "<device-type id='b' manufacturer='Acme' model='C650'/></catalogue>", NIL, NIL);
	/* Another file of the same maker's. */
	says(TYPE("a", "FIN", ""), "<catalogue id='more'><creator id='acme'/>"
	    TYPE("b", "FIN", "part='2.*'") "</catalogue>", NIL, NIL);
}
END_TEST

START_TEST(two_device_types_match_the_same_device)
{
	says("<device-type id='a' manufacturer='Acme' model='C6*'/>\n"
	    "<device-type id='b' manufacturer='Acme' model='c65*'/>\n", NIL,
	    "E1:2 device type b matches the same part as a", NIL);
	says("<device-type id='a' manufacturer='Acme' model='C6*'/>\n"
	    "<device-type id='b' manufacturer='Acme' model='C650'/>\n", NIL, NIL);
}
END_TEST

#define REVS(hw1, hw2) "<unit-type id='a' class='fuser' manufacturer='Acme' model='FU'>\n" \
	"<rev id='A' seq='1' " hw1 "/>\n<rev id='B' seq='2' " hw2 "/>\n</unit-type>\n"

START_TEST(two_revs_match_the_same_board)
{
	says(REVS("hardware='1.*'", "hardware='1.2*'"), NIL,
	    "E1:3 rev B matches the same part as A (1.xml:2), such as one of hardware revision "
	    "'1.2'", NIL);
	says(REVS("hardware='1.*'", ""), NIL, "E1:3 rev B matches the same part", NIL);
	says(REVS("hardware='1.*'", "hardware='2.*'"), NIL, NIL);
}
END_TEST

START_TEST(patterns_that_match_nothing)
{
	says(TYPE("a", "FS-5", "part='0123456789012345678901234567890123456789'"), NIL,
	    "W1:1 no device says a hardware revision of more than 32 octets", NIL);
	says("<unit-type id='a' class='fuser' manufacturer='Acme' model='FU' part='1.*'>\n"
	    "<rev id='A' seq='1' hardware='1.0'/>\n<rev id='B' seq='2' hardware='2.0'/>\n"
	    "</unit-type>\n", NIL, "W1:3 rev B of a matches nothing", NIL);
}
END_TEST

/* --- relations that can never hold -------------------------------------------------------- */

/* Unit types E, F, C; software t on C (seq 100, 200); s on E (100, 200) in line 3 on. */
#define RULE(own, of_software) UNITS \
	"<software id='t' unit-type='C'><release version='1' seq='100' branch='a'/>" \
	"<release version='2' seq='200' branch='a'/></software>\n" \
	"<software id='s' unit-type='E'>" of_software "<release version='1' seq='100'/>\n" \
	"<release version='2' seq='200'>" own "</release></software>\n"
#define ON_RELEASE(rule) RULE(rule, "")

START_TEST(a_release_that_is_asked_for_is_not_listed)
{
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='201'/></requires>"), NIL,
	    "E1:4 R-1 can never hold: t has no release of seq 201 and above", NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='101' max-seq='199'/>"
	    "</requires>"), NIL, "E1:4 R-1 can never hold: t has no release of seq 101 to 199",
	    NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' branch='b'/></requires>"), NIL,
	    "E1:4 R-1 can never hold: t has no release of branch b", NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='200' branch='a'/>"
	    "</requires>"), NIL, NIL);
	says(ON_RELEASE("<conflicts id='R-1'><software id='t' min-seq='201'/></conflicts>"), NIL,
	    "W1:4 R-1 can never be violated: t has no release of seq 201", NIL);
	/* Only who has the software is asked for it. */
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='201' if-present='yes'/>"
	    "</requires>"), NIL, "W1:4 R-1 can never hold: t has no release of seq 201", NIL);
	/* Another creator's next release may still come. */
	says(UNITS "<software id='t' unit-type='C'><release version='1' seq='100'/></software>\n",
	    "<catalogue id='beta'>\n"
	    "<unit-type id='G' class='engine' manufacturer='Beta' model='G'>\n"
	    "<requires id='R-1'><software id='t' min-seq='200'/></requires></unit-type>\n"
	    "</catalogue>", NIL, "W2:3 R-1 can never hold", NIL);
}
END_TEST

START_TEST(one_way_of_several_can_never_hold)
{
	says(ON_RELEASE("<any id='R-1'><software id='t' min-seq='201'/>\n<unit type='F'/></any>"),
	    NIL, "W1:4 this part of R-1 can never hold", NIL);
	says(ON_RELEASE("<any id='R-1'><software id='t' min-seq='201'/>\n"
	    "<all><unit type='F'/><software id='t' max-seq='99'/></all></any>"), NIL,
	    "E1:4 R-1 can never hold", "E1:5 R-1 can never hold", NIL);
	says(ON_RELEASE("<any id='R-1'><unit type='E'/>\n<unit type='F'/></any>"), NIL,
	    "W1:4 R-1 can never be violated: the unit itself is always E", NIL);
	says(ON_RELEASE("<requires id='R-1'><unit type='E'/>\n<unit type='F'/></requires>"), NIL,
	    "W1:4 this part of R-1 decides nothing", NIL);
}
END_TEST

START_TEST(what_the_unit_itself_is_or_is_not)
{
	says(ON_RELEASE("<requires id='R-1'><unit type='F' where='self'/></requires>"), NIL,
	    "E1:4 R-1 can never hold: the unit itself is never F", NIL);
	says(ON_RELEASE("<requires id='R-1'><unit class='fuser' where='self'/></requires>"), NIL,
	    "E1:4 R-1 can never hold: the unit itself is never fuser", NIL);
	says(ON_RELEASE("<requires id='R-1'><unit type='F' where='self' if-present='yes'/>"
	    "</requires>"), NIL, "W1:4 R-1 can never be violated", NIL);
	says(ON_RELEASE("<conflicts id='R-1'><unit type='F' where='self'/></conflicts>"), NIL,
	    "W1:4 R-1 can never be violated", NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' where='self'/></requires>"), NIL,
	    "E1:4 R-1 can never hold: t is not for the unit itself", NIL);
	says(ON_RELEASE("<requires id='R-1'><unit type='F'/></requires>"
	    "<requires id='R-2'><unit type='F' where='parent'/></requires>"
	    "<conflicts id='R-3'><unit type='E' where='sibling'/></conflicts>"), NIL, NIL);
}
END_TEST

START_TEST(a_conflict_with_its_own_anchor)
{
	says(ON_RELEASE("<conflicts id='R-1'><unit type='E'/></conflicts>"), NIL,
	    "E1:4 R-1 can never hold: the unit itself is always E", NIL);
	says(ON_RELEASE("<conflicts id='R-1'><unit class='engine' where='self'/></conflicts>"), NIL,
	    "E1:4 R-1 can never hold: the unit itself is always engine", NIL);
	says(ON_RELEASE("<conflicts id='R-1'><software id='s' min-seq='200'/></conflicts>"), NIL,
	    "E1:4 R-1 can never hold: the unit itself always runs such a s", NIL);
	says(ON_RELEASE("<conflicts id='R-1'><software id='s' max-seq='100'/></conflicts>"), NIL,
	    NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='s' max-seq='100'/></requires>"), NIL,
	    "E1:4 R-1 can never hold: the unit itself never runs such a s", NIL);
	/* Other carriers of it may run another one. */
	says(ON_RELEASE("<requires id='R-1'><software id='s' min-seq='200'/></requires>"), NIL,
	    NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='s' min-seq='200' match='some'/>"
	    "</requires>"), NIL, "W1:4 R-1 can never be violated", NIL);
	says(RULE("", "<conflicts id='R-1'><software id='s'/></conflicts>"), NIL,
	    "E1:3 R-1 can never hold", NIL);
	says("<unit-type id='a' class='fuser' manufacturer='Acme' model='FU'>\n"
	    "<rev id='A' seq='1' hardware='1'><conflicts id='R-1'>\n"
	    "<unit type='a' max-rev='A'/></conflicts></rev>\n"
	    "<rev id='B' seq='2' hardware='2'><conflicts id='R-2'>"
	    "<unit type='a' max-rev='A'/></conflicts></rev>\n</unit-type>\n", NIL,
	    "E1:3 R-1 can never hold: the unit itself is always a", NIL);
}
END_TEST

START_TEST(required_and_forbidden_in_one)
{
	says(ON_RELEASE("<requires id='R-1'><unit type='F'/></requires>\n"
	    "<conflicts id='R-2'><unit class='engine' where='device'/></conflicts>"), NIL,
	    "E1:5 R-2 can never hold together with R-1 (1.xml:4)",
	    "E1:5 R-2 can never hold: ", NIL);
	says(ON_RELEASE("<requires id='R-1'><unit type='C' where='child'/></requires>\n"
	    "<conflicts id='R-2'><unit class='controller'/></conflicts>"), NIL,
	    "E1:5 R-2 can never hold together with R-1 (1.xml:4)", NIL);
	says(ON_RELEASE("<requires id='R-1'><unit type='C'/></requires>\n"
	    "<conflicts id='R-2'><unit type='C' where='child'/></conflicts>"), NIL, NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='200'/></requires>\n"
	    "<conflicts id='R-2'><software id='t' min-seq='150'/></conflicts>"), NIL,
	    "E1:5 R-2 can never hold together with R-1", NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='100'/></requires>\n"
	    "<conflicts id='R-2'><software id='t' min-seq='150'/></conflicts>"), NIL, NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='200'/></requires>\n"
	    "<requires id='R-2'><software id='t' max-seq='100'/></requires>"), NIL,
	    "E1:5 R-2 can never hold together with R-1", NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='200'/></requires>\n"
	    "<requires id='R-2'><software id='t' max-seq='100' match='some'/></requires>"), NIL,
	    "E1:5 R-2 can never hold together with R-1", NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='200' match='some'/>"
	    "</requires>\n<requires id='R-2'><software id='t' max-seq='100' match='some'/>"
	    "</requires>"), NIL, NIL);
	says(ON_RELEASE("<requires id='R-1'><software id='t' min-seq='200' if-present='yes'/>"
	    "</requires>\n<conflicts id='R-2'><software id='t'/></conflicts>"), NIL, NIL);
	says(ON_RELEASE("<any id='R-1'><unit type='C'/><unit type='F'/></any>\n"
	    "<conflicts id='R-2'><unit type='C'/></conflicts>"), NIL, NIL);
}
END_TEST

START_TEST(required_here_and_forbidden_of_all)
{
	says(RULE("<requires id='R-2'><unit type='C'/></requires>",
	    "<conflicts id='R-1'><unit type='C'/></conflicts>"), NIL,
	    "E1:4 R-2 can never hold together with R-1 (1.xml:3)", NIL);
	/* What the software says twice to itself is told there, not at each release. */
	says(RULE("<requires id='R-3'><unit type='C'/></requires>",
	    "<requires id='R-2'><unit type='C'/></requires>"), NIL, NIL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_lint_rules");
	TCase *tc = tcase_create("catalogue_lint_rules");

	tcase_add_test(tc, two_unit_types_match_the_same_part);
	tcase_add_test(tc, two_boards_under_one_unit_name);
	tcase_add_test(tc, no_maker_takes_the_place_of_another);
	tcase_add_test(tc, two_device_types_match_the_same_device);
	tcase_add_test(tc, two_revs_match_the_same_board);
	tcase_add_test(tc, patterns_that_match_nothing);
	tcase_add_test(tc, a_release_that_is_asked_for_is_not_listed);
	tcase_add_test(tc, one_way_of_several_can_never_hold);
	tcase_add_test(tc, what_the_unit_itself_is_or_is_not);
	tcase_add_test(tc, a_conflict_with_its_own_anchor);
	tcase_add_test(tc, required_and_forbidden_in_one);
	tcase_add_test(tc, required_here_and_forbidden_of_all);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

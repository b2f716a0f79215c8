/* Each leaf and joint of trouble rules, worked by hand. */
#include <config.h>

#include "tests/unit/trouble_world.h"

#include "tests/unit/support.h"

#define WHEN(when) "<rule id='x'><scope unit-type='E'/><when>" when "</when></rule>"
#define says trouble_world_says

START_TEST(count)
{
	const char *rule = WHEN("<count code='C-1' min='3' within='100 impressions'/>");

	/* The third within 100; another code, another unit do not count. */
	says(rule, "1 0 e C-1; 2 10 e C-2; 3 20 e C-1; 2/4 20 e C-1; 5 100 e C-1", "opened x@5");
	says(rule, "1 0 e C-1; 3 20 e C-1; 5 101 e C-1", "");
	/* It is over when one of them is more than 100 ago. */
	says(rule, "1 0 e C-1; 3 20 e C-1; 5 100 e C-1; 6 100 u; 7 101 u", "opened x@5 cleared x@7");
	/* Entries that stand for several. */
	says(rule, "1 0 e C-1; 2 9 e C-1 2", "opened x@2");
	says(rule, "1 0 e C-1 9", "opened x@1");
	says(WHEN("<count code='j-1*' min='2' within='1h'/>"), "1 0 e J-12; 3601 0 e J-1", "opened x@3601");
	says(WHEN("<count code='J-1*' min='2' within='1h'/>"), "1 0 e J-12; 3602 0 e J-1", "");
	says(WHEN("<count code='J' min='2' within='1 restarts'/>"), "1 0 e J; 2 0 b; 3 0 e J", "opened x@3");
	says(WHEN("<count code='J' min='2' within='1 restarts'/>"), "1 0 e J; 2 0 b; 3 0 b; 4 0 e J", "");
}
END_TEST

START_TEST(count_hysteresis_and_dedupe)
{
	const char *low = WHEN("<count code='C' min='3' clear='0' within='100 impressions'/>");
	const char *once = WHEN("<count code='C' min='2' within='100 impressions' "
	    "dedupe='20 impressions'/>");

	says(low, "1 0 e C; 2 1 e C; 3 2 e C; 4 101 u; 5 102 u; 6 103 u", "opened x@3 cleared x@6");
	/* Nearer than 20 to the last that counted; repeats of one are one. */
	says(once, "1 0 e C; 2 19 e C; 3 20 e C", "opened x@3");
	says(once, "1 0 e C 5; 2 10 e C; 3 19 e C", "");
}
END_TEST

START_TEST(rate)
{
	/* 2 in 100, over the last 160 (16 steps of 10), known from 50 on; it ends below 1. */
	const char *rule = WHEN("<rate code='J*' min='2' clear='1' per='100 impressions' "
	    "over='160 impressions' exposure='50 impressions'/>");

	/* 2 of 40 is not known yet; 2 of 50 is 4 in 100. */
	says(rule, "1 0 u; 2 30 e J1; 3 40 e J2; 4 50 u", "opened x@4");
	says(rule, "1 0 u; 2 30 e J1; 4 50 u", "opened x@4");
	says(rule, "1 0 u; 2 50 u; 3 60 e J1", "");
	/* 1 of 50 is 2 in 100; of 99 still more than 1, of 100 it is 1. */
	says(rule, "1 0 u; 2 30 e J1; 4 50 u; 5 99 u; 6 100 u", "opened x@4 cleared x@6");
	/* What is 16 steps ago has left: at 190, from 40 on, there is none. */
	says(rule, "1 0 u; 2 30 e J1 5; 3 50 u; 4 189 u; 5 190 u", "opened x@3 cleared x@5");
	/* Without clear it ends below min. */
	says(WHEN("<rate code='J' min='2.5' per='1h' over='2h'/>"), "0 0 u; 1800 0 e J 3; 3600 0 u; "
	    "4319 0 u; 4320 0 u; 4321 0 u", "opened x@3600 cleared x@4321");
}
END_TEST

START_TEST(sequence)
{
	const char *rule = WHEN("<sequence codes='A B* C' gap='10s' within='30s'/>");

	says(rule, "1 0 e A; 2 0 e X; 3 0 e B7; 13 0 e C; 43 0 u; 44 0 u", "opened x@13 cleared x@44");
	says(rule, "1 0 e A; 3 0 e B7; 14 0 e C", "");
	says(rule, "1 0 e B; 2 0 e A; 3 0 e C", "");
	/* The later A saves it; an entry is one of the codes, not two. */
	says(rule, "1 0 e A; 9 0 e A; 15 0 e B; 20 0 e C", "opened x@20");
	says(WHEN("<sequence codes='A* A*' gap='10s' within='30s'/>"), "1 0 e A", "");
	says(WHEN("<sequence codes='A* A*' gap='10s' within='30s'/>"), "1 0 e A; 2 0 e A", "opened x@2");
}
END_TEST

START_TEST(absent)
{
	const char *rule = WHEN("<absent code='DONE' within='100 impressions'/>");

	/* Not known before 100 have been seen. */
	says(rule, "1 500 u; 2 600 u; 3 601 u; 4 602 e DONE", "opened x@3 cleared x@4");
	says(rule, "1 500 u; 2 550 e DONE; 3 650 u; 4 651 u", "opened x@4");
	/* What was lost may have held it. */
	says(rule, "1 500 u; 2 600 u; 3 600 g; 4 601 u; 5 700 u; 6 701 u", "opened x@6");
	says(WHEN("<not><absent code='DONE' within='100 impressions'/></not>"), "1 0 u; 2 50 u", "");
	says(WHEN("<not><absent code='DONE' within='100 impressions'/></not>"), "1 0 u; 2 50 e DONE",
	    "opened x@2");
}
END_TEST

START_TEST(level)
{
	const char *rule = WHEN("<level reading='t' min='215' clear='205'/>");

	says(rule, "1 0 r t 214; 2 0 r u 300; 3 0 r t 215; 4 0 r t 206; 5 0 r t 205",
	    "opened x@3 cleared x@5");
	says(WHEN("<level reading='t' min='215'/>"), "1 0 r t 215; 2 0 r t 214", "opened x@1 cleared x@2");
	says(WHEN("<level reading='t' max='-5' clear='5'/>"), "1 0 r t -4; 2 0 r t -5; 3 0 r t 4; 4 0 r t 5",
	    "opened x@2 cleared x@4");
	says(WHEN("<level use='count' min='100'/>"), "1 99 u; 2 100 e X", "opened x@2");
	says(WHEN("<level use='life' min='90'/>"), "1 900 u; 2 899 u 1000; 3 900 u 1000", "opened x@3");
	says(WHEN("<level state='failed'/>"), "1 0 s ok; 2 0 s failed; 3 0 u; 4 0 s warning",
	    "opened x@2 cleared x@4");
}
END_TEST

START_TEST(change)
{
	/* Quarters of 25: what is in the present one and the three before. */
	const char *rule = WHEN("<change reading='t' by='10' within='100s'/>");

	says(rule, "0 0 r t 50; 10 0 r t 59; 99 0 r t 60; 100 0 u", "opened x@99 cleared x@100");
	says(rule, "0 0 r t 50; 100 0 r t 60", "");
	says(rule, "0 0 r t 60; 99 0 r t 50", "opened x@99");
}
END_TEST

START_TEST(trend)
{
	/* From 10 at 0 to 20 at 75: 90 more at that pace take 675. */
	const char *rule = WHEN("<trend reading='t' limit='110' within='600s' over='100s'/>");

	says(rule, "0 0 r t 10; 75 0 r t 20", "");
	says(WHEN("<trend reading='t' limit='110' within='675s' over='100s'/>"),
	    "0 0 r t 10; 75 0 r t 20", "opened x@75");
	says(WHEN("<trend reading='t' limit='110' within='674s' over='100s'/>"),
	    "0 0 r t 10; 75 0 r t 20", "");
	/* Downwards; away from the limit; there already; one value only. */
	says(WHEN("<trend reading='t' limit='0' within='150s' over='100s'/>"),
	    "0 0 r t 30; 75 0 r t 20", "opened x@75");
	says(WHEN("<trend reading='t' limit='0' within='149s' over='100s'/>"),
	    "0 0 r t 30; 75 0 r t 20", "");
	says(rule, "0 0 r t 30; 75 0 r t 20", "");
	says(rule, "0 0 r t 30; 75 0 r t 120", "opened x@75");
	says(rule, "0 0 r t 200; 10 0 r t 300", "");
}
END_TEST

START_TEST(deviate)
{
	const char *rule = WHEN("<deviate reading='t' min='2' of='3' low='10' high='20' clear='0'/>");

	says(rule, "1 0 r t 9; 2 0 r t 10; 3 0 r t 20; 4 0 r t 21; 5 0 r t 9", "opened x@5");
	says(rule, "1 0 r t 9; 2 0 r t 9; 3 0 r t 15; 4 0 r t 15; 5 0 r t 15", "opened x@2 cleared x@5");
	/* The limits that the device states; without any it is nowhere outside. */
	says(WHEN("<deviate reading='t' min='1' of='2'/>"), "1 0 r t 99; 2 0 l t 99 0 100; "
	    "3 0 l t 101 0 100", "opened x@3");
}
END_TEST

START_TEST(peer)
{
	const char *rule = WHEN("<peer reading='t' min='2' clear='1.5' peers='4'/>");

	says(rule, "1 0 r t 20; 2 0 p t 10 3; 3 0 p t 10 4; 4 0 p t 13 4; 5 0 p t 14 4",
	    "opened x@3 cleared x@5");
	says(rule, "1 0 p t 0 9; 2 0 r t 20; 3 0 p t -4 9", "");
	says(WHEN("<peer reading='t' max='0.5'/>"), "1 0 p t 10 3; 2 0 r t 6; 3 0 r t 5; 4 0 r t -5",
	    "opened x@3");
}
END_TEST

#define THREE "<level reading='a' min='1'/><level reading='b' min='1'/><level reading='c' min='1'/>"

START_TEST(joints)
{
	says(WHEN("<all>" THREE "</all>"), "1 0 r a 1; 2 0 r b 1; 3 0 r c 1; 4 0 r b 0",
	    "opened x@3 cleared x@4");
	says(WHEN("<any>" THREE "</any>"), "1 0 r a 1; 2 0 r b 1; 3 0 r a 0; 4 0 r b 0; 5 0 r c 0",
	    "opened x@1 cleared x@5");
	/* What is not known ends nothing, and makes nothing true. */
	says(WHEN("<any>" THREE "</any>"), "1 0 r a 1; 2 0 r a 0; 3 0 r b 0; 4 0 r c 0",
	    "opened x@1 cleared x@4");
	says(WHEN("<not>" THREE "</not>"), "1 0 r a 0; 2 0 r b 0; 3 0 r c 0; 4 0 r a 1",
	    "opened x@3 cleared x@4");
	says(WHEN("<at-least min='2'>" THREE "</at-least>"), "1 0 r a 1; 2 0 r b 1; 3 0 r a 0; "
	    "4 0 r c 0", "opened x@2 cleared x@4");
}
END_TEST

START_TEST(hold)
{
	const char *rule = WHEN("<all hold='30s'><level reading='a' min='1'/></all>");

	says(rule, "0 0 r a 1; 29 0 u; 30 0 u", "opened x@30");
	says(rule, "0 0 r a 1; 20 0 r a 0; 25 0 r a 1; 40 0 u; 55 0 u", "opened x@55");
	/* Not yet is not no: a trouble goes on. */
	says(WHEN("<any hold='10s'><level reading='a' min='1'/></any>"),
	    "0 0 r a 1; 10 0 u; 11 0 r a 0; 12 0 r a 1; 13 0 u", "opened x@10 cleared x@11");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trouble_leaf");
	TCase *tc = tcase_create("trouble_leaf");

	tcase_add_test(tc, count);
	tcase_add_test(tc, count_hysteresis_and_dedupe);
	tcase_add_test(tc, rate);
	tcase_add_test(tc, sequence);
	tcase_add_test(tc, absent);
	tcase_add_test(tc, level);
	tcase_add_test(tc, change);
	tcase_add_test(tc, trend);
	tcase_add_test(tc, deviate);
	tcase_add_test(tc, peer);
	tcase_add_test(tc, joints);
	tcase_add_test(tc, hold);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

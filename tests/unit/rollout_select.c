/* A rollout's selection: its pieces, its one text, and back. */
#include <config.h>

#include "updater/rollout_select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "tests/unit/support.h"

static struct rollout_selection s;
static struct err e;
static char text[ROLLOUT_SELECTION_MAX + 1];

static void
begin(void)
{
	s = (struct rollout_selection){ 0 };
}

static void
end(void)
{
	rollout_selection_release(&s);
}

#define OK(call) ck_assert_msg((call) == 0, "%s: %s", #call, e.text)

/* What it says, and that it is read again as the same. */
static const char *
said(void)
{
	struct rollout_selection back = { 0 };
	char again[ROLLOUT_SELECTION_MAX + 1];

	OK(rollout_select_text(&s, text, &e));
	OK(rollout_select_parse(text, &back, &e));
	OK(rollout_select_text(&back, again, &e));
	ck_assert_str_eq(text, again);
	rollout_selection_release(&back);
	return text;
}

START_TEST(nothing_asked_is_said_shortly)
{
	ck_assert_str_eq(said(), "selection 1");
	ck_assert(!rollout_select_narrows(&s));
}
END_TEST

START_TEST(all_conditions_stand_in_one_order)
{
	OK(rollout_select_verdict(&s, "incompatible", &e));
	OK(rollout_select_running(&s, "engine-fw:20-29", &e));
	OK(rollout_select_unit_type(&s, "E-30/B", &e));
	(void)snprintf(s.software, sizeof(s.software), "engine-fw");
	(void)snprintf(s.version, sizeof(s.version), "G00-30");
	(void)snprintf(s.unit, sizeof(s.unit), "ENG");
	(void)snprintf(s.model, sizeof(s.model), "C6?0 *");
	(void)snprintf(s.site, sizeof(s.site), "K\xc3\xb6ln");
	(void)snprintf(s.trouble, sizeof(s.trouble), "acme/jam-1");
	s.tickets = s.drafts = true;
	ck_assert_str_eq(said(), "selection 1 software=engine-fw version=G00-30 unit=ENG"
		" with=drafts,tickets model=C6%3F0%20* site=K%C3%B6ln unit-type=E-30%2FB"
		" running=engine-fw:20-29 verdict=incompatible trouble=acme%2Fjam-1");
	ck_assert(rollout_select_narrows(&s));
}
END_TEST

START_TEST(running_by_sequence)
{
	static const char *const wrong[] = { "", ":1-2", "fw:", "fw:a", "fw:1-", "fw:2-1", "fw:0-0",
		"fw:1-2-3", "fw:-1", "fw:4294967296", "fw:1- 2" };

	OK(rollout_select_running(&s, "fw", &e));
	ck_assert_str_eq(said(), "selection 1 running=fw");
	ck_assert_uint_eq(s.running_max, 0);
	OK(rollout_select_running(&s, "fw:7", &e));
	ck_assert_str_eq(said(), "selection 1 running=fw:7");
	ck_assert_uint_eq(s.running_min, 7);
	ck_assert_uint_eq(s.running_max, UINT32_MAX);
	OK(rollout_select_running(&s, "fw:0-4", &e));
	ck_assert_str_eq(said(), "selection 1 running=fw:0-4");
	OK(rollout_select_running(&s, "fw:3-3", &e));
	ck_assert_str_eq(said(), "selection 1 running=fw:3-3");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(rollout_select_running(&s, wrong[i], &e) == -EINVAL, "%s", wrong[i]);
}
END_TEST

START_TEST(what_is_no_condition_is_refused)
{
	char longer[STRUCTURE_NAME_MAX + 2];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_int_eq(rollout_select_verdict(&s, "good", &e), -EINVAL);
	ck_assert_int_eq(rollout_select_unit_type(&s, "", &e), -EINVAL);
	ck_assert_int_eq(rollout_select_unit_type(&s, "/B", &e), -EINVAL);
	ck_assert_int_eq(rollout_select_unit_type(&s, "E/", &e), -EINVAL);
	ck_assert_int_eq(rollout_select_unit_type(&s, longer, &e), -EINVAL);
	ck_assert_int_eq(rollout_select_unit_type(&s, "\xff", &e), -EINVAL);
	ck_assert_int_eq(rollout_select_device(&s, "", &e), -EINVAL);
	ck_assert_int_eq(rollout_select_device(&s, longer, &e), -EINVAL);
}
END_TEST

START_TEST(devices_stand_once_and_ascending)
{
	OK(rollout_select_device(&s, "room-9", &e));
	OK(rollout_select_device(&s, "room-1", &e));
	OK(rollout_select_device(&s, "room-9", &e));
	ck_assert_str_eq(said(), "selection 1 devices=room-1,room-9");
	ck_assert_uint_eq(s.device_count, 2);
	ck_assert(rollout_select_names(&s, "room-9"));
	ck_assert(!rollout_select_names(&s, "room-2"));
	ck_assert(rollout_select_narrows(&s));
}
END_TEST

START_TEST(many_devices_stand_as_their_digest)
{
	struct rollout_selection back = { 0 };
	char name[24], first[ROLLOUT_SELECTION_MAX + 1];

	for (unsigned i = 200; i > 0; i--) {
		(void)snprintf(name, sizeof(name), "printer-%u", i);
		OK(rollout_select_device(&s, name, &e));
	}
	(void)snprintf(first, sizeof(first), "%s", said());
	ck_assert_ptr_eq(strstr(first, "selection 1 list=200:"), first);
	ck_assert(rollout_select_names(&s, "printer-200"));
	OK(rollout_select_parse(first, &back, &e));
	ck_assert(back.list_only);
	ck_assert_uint_eq(back.list_count, 200);
	ck_assert(rollout_select_narrows(&back));
	ck_assert(!rollout_select_names(&back, "printer-200"));
	rollout_selection_release(&back);
	OK(rollout_select_device(&s, "one-more", &e));
	ck_assert_str_ne(first, said());
}
END_TEST

START_TEST(a_comma_in_a_name_parts_nothing)
{
	OK(rollout_select_device(&s, "a,b", &e));
	ck_assert_ptr_nonnull(strstr(said(), " list=1:"));
}
END_TEST

START_TEST(only_its_one_text_is_read)
{
	static const char *const wrong[] = { "", "selection", "selection 2", "selection 1 ",
		"selection 1 model=", "selection 1 color=blue", "selection 1 model=a model=b",
		"selection 1 site=b model=a", "selection 1 devices=b,a", "selection 1 devices=a,a",
		"selection 1 running=fw:01-2", "selection 1 verdict=good", "selection 1 list=2",
		"selection 1 list=0:00", "selection 1 software=a", "selection 1 with=tickets,drafts",
		"selection 1 model=%41", "selection 1 with=all" };
	struct rollout_selection back = { 0 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(rollout_select_parse(wrong[i], &back, &e) == -EINVAL, "%s", wrong[i]);
	ck_assert_ptr_null(back.devices);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rollout_select");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, nothing_asked_is_said_shortly);
	tcase_add_test(t, all_conditions_stand_in_one_order);
	tcase_add_test(t, running_by_sequence);
	tcase_add_test(t, what_is_no_condition_is_refused);
	tcase_add_test(t, devices_stand_once_and_ascending);
	tcase_add_test(t, many_devices_stand_as_their_digest);
	tcase_add_test(t, a_comma_in_a_name_parts_nothing);
	tcase_add_test(t, only_its_one_text_is_read);
	suite_add_tcase(suite, t);
	return support_run(suite);
}

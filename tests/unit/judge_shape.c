/*
 * judge_shape: labels of banks, what a unit is, and the key: each field of the
 * shape changes it, what is not in the shape does not.
 */
#include <config.h>

#include "manager/judge/judge_shape.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

#define CATALOGUE "<device-type id='D' manufacturer='Acme' model='D*'/>" \
	"<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'>" \
	"<rev id='A' seq='1' hardware='a*'/></unit-type>" \
	"<unit-type id='OLD' class='fuser' manufacturer='Acme' model='F' part='1*'/>" \
	"<unit-type id='NEW' class='fuser' manufacturer='Acme' model='F' part='serial:N*'/>" \
	"<software id='cfw' unit-type='CTL'>" \
	"<release version='c1' seq='100'/>" \
	"<release version='c2' seq='200' urgency='critical' due='2026-06-01' " \
	"sha256='abababababababababababababababababababababababababababababababab'/>" \
	"</software>"
#define DEVICE "CHS device D1;CTL controller CTL in=CHS hw=a1 serial=s1 sw=cfw/c1 " \
	"sw=cfw/c2@fallback;FUS fuser F in=CTL hw=17;P function print in=CTL"
#define SECOND "<catalogue id='beta' expires='2026-09-01'><creator id='beta'/>" \
	"<software id='cfw' unit-type='B'><release version='b1' seq='1'/></software>" \
	"<unit-type id='B' class='fax' manufacturer='Beta' model='B'/></catalogue>"

static const struct judge_bank *
bank(const struct world *w, const char *symbol, uint32_t n)
{
	for (uint32_t i = 0; i < w->shape.unit_count; i++) {
		const struct judge_unit *u = &w->shape.units[i];

		if (strcmp(u->symbol, symbol) == 0 && n < u->bank_count)
			return &w->shape.banks[u->first_bank + n];
	}
	ck_abort_msg("no bank %u of %s", (unsigned)n, symbol);
}

static const struct judge_unit *
unit(const struct world *w, const char *symbol)
{
	for (uint32_t i = 0; i < w->shape.unit_count; i++) {
		if (strcmp(w->shape.units[i].symbol, symbol) == 0)
			return &w->shape.units[i];
	}
	ck_abort_msg("no unit %s", symbol);
}

static enum judge_label
label_of(const char *software)
{
	enum judge_label label;
	char device[128];
	struct world w;

	(void)snprintf(device, sizeof(device), "CHS device D1;C controller CTL sw=%s", software);
	world_begin(&w, CATALOGUE, SECOND, device);
	label = bank(&w, "C", 0)->label;
	world_end(&w);
	return label;
}

START_TEST(labels_of_banks)
{
	ck_assert_int_eq(label_of("cfw/c1"), JUDGE_LISTED);
	ck_assert_int_eq(label_of("cfw/c2#ab"), JUDGE_LISTED);
	ck_assert_int_eq(label_of("cfw/c1#cd"), JUDGE_LISTED);	/* its digest is not known */
	ck_assert_int_eq(label_of("cfw/c2#cd"), JUDGE_WRONG_DIGEST);
	ck_assert_int_eq(label_of("cfw/c9"), JUDGE_UNLISTED);
	ck_assert_int_eq(label_of("beta:cfw/b1"), JUDGE_LISTED);
	ck_assert_int_eq(label_of("beta:cfw/c1"), JUDGE_UNLISTED);
	ck_assert_int_eq(label_of("gamma:cfw/c1"), JUDGE_OTHER_CREATOR);
	ck_assert_int_eq(label_of("zfw/c1"), JUDGE_FOREIGN);
	ck_assert_int_eq(label_of("cfw/c1@empty"), JUDGE_EMPTY);
	ck_assert_int_eq(label_of("cfw/c1@invalid"), JUDGE_EMPTY);
	ck_assert_int_eq(label_of("cfw/c1@fallback"), JUDGE_LISTED);
}
END_TEST

START_TEST(units_stand_by_symbol_and_know_their_container)
{
	struct world w;

	world_begin(&w, CATALOGUE, NULL, DEVICE);
	ck_assert_uint_eq(w.shape.unit_count, 4);
	ck_assert_str_eq(w.shape.units[0].symbol, "CHS");
	ck_assert_str_eq(w.shape.units[1].symbol, "CTL");
	ck_assert_str_eq(w.shape.units[2].symbol, "FUS");
	ck_assert_str_eq(w.shape.units[3].symbol, "P");
	ck_assert_uint_eq(unit(&w, "CHS")->container, CATALOGUE_NONE);
	ck_assert_uint_eq(unit(&w, "CTL")->container, 0);
	ck_assert_uint_eq(unit(&w, "FUS")->container, 1);
	ck_assert(unit(&w, "CHS")->chassis && !unit(&w, "CTL")->chassis);
	ck_assert_int_eq(unit(&w, "P")->class, UNIT_FUNCTION);
	ck_assert_uint_eq(unit(&w, "P")->unit_type, CATALOGUE_NONE);
	ck_assert_uint_eq(unit(&w, "CTL")->bank_count, 2);
	ck_assert_str_eq(w.names.units[1].serial_number, "s1");
	ck_assert_str_eq(w.names.units[1].hardware_rev, "a1");
	ck_assert_str_eq(w.names.device, "lobby");
	world_end(&w);
}
END_TEST

START_TEST(two_boards_under_one_name_are_told_by_part)
{
	struct world w;

	world_begin(&w, CATALOGUE, NULL, "CHS device D1;A fuser F hw=17;B fuser F hw=2 serial=N1;"
	    "C fuser F hw=2;D controller CTL hw=a1;E controller CTL hw=z");
	ck_assert_str_eq(w.set->unit_types[unit(&w, "A")->unit_type].id, "OLD");
	ck_assert_str_eq(w.set->unit_types[unit(&w, "B")->unit_type].id, "NEW");
	ck_assert_uint_eq(unit(&w, "C")->unit_type, CATALOGUE_NONE);
	ck_assert_uint_ne(unit(&w, "D")->rev, CATALOGUE_NONE);
	ck_assert_uint_ne(unit(&w, "E")->unit_type, CATALOGUE_NONE);
	ck_assert_uint_eq(unit(&w, "E")->rev, CATALOGUE_NONE);
	world_end(&w);
}
END_TEST

/* --- the key ---------------------------------------------------------------------------- */

static void
key_of(const struct world *w, uint8_t *key)
{
	judge_shape_key(&w->shape, w->set, &w->policy, w->now_utc_s, key);
}

/* Whether the octets at `at` are in the key: each of their bits is turned once. */
static void
counts(struct world *w, void *at, size_t size, const char *what)
{
	uint8_t before[JUDGE_KEY_SIZE], after[JUDGE_KEY_SIZE], *octets = at;

	key_of(w, before);
	for (size_t i = 0; i < size; i++) {
		octets[i] ^= 1;
		key_of(w, after);
		octets[i] ^= 1;
		ck_assert_msg(memcmp(before, after, sizeof(before)) != 0, "%s, octet %zu", what, i);
	}
	key_of(w, after);
	ck_assert_mem_eq(before, after, sizeof(before));
}

#define COUNTS(field) counts(&w, &(field), sizeof(field), #field)
/* Of a text its first octet: that behind its end does not count. */
#define COUNTS_TEXT(field) counts(&w, (field), 1, #field)
#define COUNTS_BOOL(field) \
	do { \
		uint8_t before[JUDGE_KEY_SIZE], after[JUDGE_KEY_SIZE]; \
		key_of(&w, before); \
		(field) = !(field); \
		key_of(&w, after); \
		(field) = !(field); \
		ck_assert_msg(memcmp(before, after, sizeof(before)) != 0, #field); \
	} while (0)

START_TEST(each_field_of_a_shape_is_in_the_key)
{
	struct world w;

	world_begin(&w, CATALOGUE, NULL, DEVICE);
	COUNTS(w.shape.device_type);
	COUNTS_TEXT(w.shape.manufacturer);
	COUNTS_TEXT(w.shape.model);
	for (uint32_t i = 0; i < w.shape.unit_count; i++) {
		struct judge_unit *u = &w.shape.units[i];

		COUNTS_TEXT(u->symbol);
		COUNTS(u->class);
		COUNTS(u->type);
		COUNTS_BOOL(u->chassis);
		COUNTS(u->unit_type);
		COUNTS(u->rev);
		COUNTS_TEXT(u->manufacturer);
		COUNTS_TEXT(u->model);
		COUNTS(u->container);
		COUNTS_BOOL(u->in_service);
		COUNTS_BOOL(u->absent);
		COUNTS(u->banks);
		COUNTS(u->owner);
		COUNTS(u->first_bank);
		COUNTS(u->bank_count);
		COUNTS(u->unconfirmed_release);
	}
	for (uint32_t i = 0; i < w.shape.bank_count; i++) {
		struct judge_bank *b = &w.shape.banks[i];

		COUNTS(b->bank);
		COUNTS(b->state);
		COUNTS(b->label);
		COUNTS(b->software);
		COUNTS(b->release);
		COUNTS_TEXT(b->id);
		COUNTS_TEXT(b->creator);
		COUNTS_TEXT(b->version);
		COUNTS(b->floor_seq);
	}
	world_end(&w);
}
END_TEST

START_TEST(each_field_of_the_policy_is_in_the_key)
{
	struct world w;

	world_begin(&w, CATALOGUE, NULL, DEVICE);
	COUNTS_BOOL(w.policy.drafts);
	COUNTS_BOOL(w.policy.tickets);
	COUNTS_BOOL(w.policy.trendy);
	COUNTS(w.policy.nodes);
	counts(&w, &w.policy.hardware, 1, "hardware");
	counts(&w, w.policy.profile, 1, "profile");
	world_end(&w);
}
END_TEST

/* The key of the device after `change` to its structure. */
static void
structure_key(void (*change)(struct structure *), uint8_t *key)
{
	struct judge_shape shape;
	struct world w;
	struct err e;

	world_begin(&w, CATALOGUE, NULL, DEVICE);
	if (change != NULL)
		change(&w.device);
	ck_assert_int_eq(judge_shape_make(w.set, &w.device, &shape, NULL, &e), 0);
	judge_shape_key(&shape, w.set, &w.policy, w.now_utc_s, key);
	judge_shape_release(&shape);
	world_end(&w);
}

/* All that is no part of a shape. */
static void
change_the_rest(struct structure *s)
{
	(void)snprintf(s->device.id, sizeof(s->device.id), "other");
	(void)snprintf(s->device.serial_number, sizeof(s->device.serial_number), "77");
	s->device.use_count = 12345;
	s->device.state = DEVICE_WARNING;
	s->revision = 9;
	s->last_change = 99;
	for (size_t i = 0; i < s->unit_count; i++) {
		struct unit *u = &s->units[i];

		(void)snprintf(u->serial_number, sizeof(u->serial_number), "x%zu", i);
		(void)snprintf(u->descr, sizeof(u->descr), "unit %zu", i);
		u->oper_state = UNIT_OPER_WARNING;
		u->use_count = 1000 + i;
		u->use_unit = USE_SHEETS;
		u->life_expected = 7;
		u->installed = 1234;
		u->action = UNIT_ACTION_DONE;
	}
	for (size_t i = 0; i < s->software_count; i++)
		s->software[i].installed = 4321;
}

static void change_rev(struct structure *s) { s->units[1].hardware_rev[0] = 'z'; }
static void change_version(struct structure *s) { s->software[0].version[1] = '7'; }
static void change_admin(struct structure *s) { s->units[1].admin_state = UNIT_ADMIN_STANDBY; }
static void change_absent(struct structure *s) { s->units[1].oper_state = UNIT_OPER_ABSENT; }

START_TEST(serials_counters_and_dates_are_not_in_the_key)
{
	uint8_t before[JUDGE_KEY_SIZE], after[JUDGE_KEY_SIZE];

	structure_key(NULL, before);
	structure_key(change_the_rest, after);
	ck_assert_mem_eq(before, after, sizeof(before));
}
END_TEST

START_TEST(what_a_unit_is_and_runs_is_in_the_key)
{
	void (*const changes[])(struct structure *) = {
		change_rev, change_version, change_admin, change_absent,
	};
	uint8_t before[JUDGE_KEY_SIZE], after[JUDGE_KEY_SIZE];

	structure_key(NULL, before);
	for (uint32_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		structure_key(changes[i], after);
		ck_assert_msg(memcmp(before, after, sizeof(before)) != 0, "change %u", i);
	}
}
END_TEST

static void
key_at(const char *second, int64_t now_utc_s, uint8_t *key)
{
	struct world w;

	world_begin(&w, CATALOGUE, second, DEVICE);
	judge_shape_key(&w.shape, w.set, &w.policy, now_utc_s, key);
	world_end(&w);
}

START_TEST(of_the_moment_only_what_has_passed_is_in_the_key)
{
	/* c2 is due on 2026-06-01, the second catalogue expires on 2026-09-01. */
	const int64_t due = 1780272000, expires = 1788220800;
	uint8_t before[JUDGE_KEY_SIZE], same[JUDGE_KEY_SIZE], then[JUDGE_KEY_SIZE],
	    later[JUDGE_KEY_SIZE];

	key_at(SECOND, due - 10000000, before);
	key_at(SECOND, due - 1, same);
	key_at(SECOND, due, then);
	key_at(SECOND, expires, later);
	ck_assert_mem_eq(before, same, sizeof(before));
	ck_assert_mem_ne(before, then, sizeof(before));
	ck_assert_mem_ne(then, later, sizeof(then));
}
END_TEST

START_TEST(the_catalogues_are_in_the_key)
{
	uint8_t one[JUDGE_KEY_SIZE], two[JUDGE_KEY_SIZE];

	key_at(NULL, 1, one);
	key_at(SECOND, 1, two);
	ck_assert_mem_ne(one, two, sizeof(one));
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("judge_shape");
	TCase *t = tcase_create("shape");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, labels_of_banks);
	tcase_add_test(t, units_stand_by_symbol_and_know_their_container);
	tcase_add_test(t, two_boards_under_one_name_are_told_by_part);
	tcase_add_test(t, each_field_of_a_shape_is_in_the_key);
	tcase_add_test(t, each_field_of_the_policy_is_in_the_key);
	tcase_add_test(t, serials_counters_and_dates_are_not_in_the_key);
	tcase_add_test(t, what_a_unit_is_and_runs_is_in_the_key);
	tcase_add_test(t, of_the_moment_only_what_has_passed_is_in_the_key);
	tcase_add_test(t, the_catalogues_are_in_the_key);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

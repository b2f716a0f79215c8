/* structure: arrays, look-ups, what the check refuses, the digest. */
#include <config.h>

#include "lib/structure/structure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "tests/unit/support.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* --- a structure to change ---------------------------------------------------- */

static struct unit *
add_unit(struct structure *s, uint32_t index, const char *symbol, uint32_t in)
{
	struct unit *u = structure_add_unit(s);

	ck_assert_ptr_nonnull(u);
	u->index = index;
	ck_assert(text_copy(u->symbol, sizeof(u->symbol), symbol));
	u->class = UNIT_UNIT;
	u->type = UNIT_TYPE_OTHER;
	u->contained_in = in;
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = USE_NOT_COUNTED;
	u->action = UNIT_ACTION_NONE;
	return u;
}

static void
add_software(struct structure *s, uint32_t unit, uint8_t bank)
{
	struct software *sw = structure_add_software(s);

	ck_assert_ptr_nonnull(sw);
	sw->unit_index = unit;
	sw->bank = bank;
	sw->state = SOFTWARE_RUNNING;
}

static void
add_reading(struct structure *s, uint32_t unit, uint32_t index)
{
	struct reading *r = structure_add_reading(s);

	ck_assert_ptr_nonnull(r);
	r->unit_index = unit;
	r->index = index;
}

/* Units 1, 2 (in 1, two banks) and 7 (in 2), two readings. */
static void
fill(struct structure *s)
{
	*s = (struct structure){ 0 };
	ck_assert(text_copy(s->device.id, sizeof(s->device.id), "acme-1"));
	s->device.state = DEVICE_OPERATIONAL;
	(void)add_unit(s, 1, "DEV", 0);
	add_unit(s, 2, "CTL", 1)->banks = 2;
	(void)add_unit(s, 7, "FUS", 2);
	add_software(s, 2, 1);
	add_software(s, 2, 2);
	add_reading(s, 1, 1);
	add_reading(s, 7, 3);
}

START_TEST(arrays_and_look_ups)
{
	struct structure s;
	size_t count = 9;

	fill(&s);
	ck_assert_uint_eq(s.unit_count, 3);
	ck_assert_str_eq(structure_unit(&s, 7)->symbol, "FUS");
	ck_assert_str_eq(structure_unit(&s, 1)->symbol, "DEV");
	ck_assert_ptr_null(structure_unit(&s, 3));
	ck_assert_ptr_null(structure_unit(&s, 8));
	ck_assert_ptr_null(structure_unit(&s, 0));
	ck_assert_uint_eq(structure_unit_by_symbol(&s, "CTL")->index, 2);
	ck_assert_ptr_null(structure_unit_by_symbol(&s, "ctl"));
	ck_assert_uint_eq(structure_software(&s, 2, &count)->bank, 1);
	ck_assert_uint_eq(count, 2);
	ck_assert_ptr_null(structure_software(&s, 7, &count));
	ck_assert_uint_eq(count, 0);
	structure_release(&s);
	ck_assert_uint_eq(s.unit_count, 0);
	ck_assert_ptr_null(structure_unit(&s, 1));
	structure_release(&s);
}
END_TEST

START_TEST(arrays_end_at_their_limits)
{
	struct structure s = { 0 };
	char symbol[16];
	int i;

	for (i = 1; i <= STRUCTURE_UNITS_MAX; i++) {
		(void)snprintf(symbol, sizeof(symbol), "U%d", i);
		(void)add_unit(&s, (uint32_t)i, symbol, i > 1 ? (uint32_t)i - 1 : 0);
	}
	ck_assert_ptr_null(structure_add_unit(&s));
	ck_assert_uint_eq(s.unit_count, STRUCTURE_UNITS_MAX);
	for (i = 1; i <= STRUCTURE_READINGS_MAX; i++)
		add_reading(&s, 1, (uint32_t)i);
	ck_assert_ptr_null(structure_add_reading(&s));
	for (i = 0; i < STRUCTURE_UNITS_MAX; i++)
		s.units[i].banks = 8;
	for (i = 0; i < STRUCTURE_UNITS_MAX * 8; i++)
		add_software(&s, (uint32_t)(i / 8 + 1), (uint8_t)(i % 8 + 1));
	ck_assert_ptr_null(structure_add_software(&s));
	/* A chain of a thousand is deep, but no circle. */
	ck_assert_int_eq(structure_check(&s, NULL), 0);
	s.units[0].contained_in = STRUCTURE_UNITS_MAX;
	ck_assert_int_eq(structure_check(&s, NULL), -EINVAL);
	structure_release(&s);
}
END_TEST

/* An array that was allocated to measure is grown, not overrun. */
START_TEST(foreign_arrays_grow)
{
	struct structure s = { 0 };
	int i;

	s.units = calloc(1, sizeof(*s.units));
	ck_assert_ptr_nonnull(s.units);
	s.unit_count = 1;
	s.units[0].index = 1;
	for (i = 0; i < 40; i++)
		ck_assert_ptr_nonnull(structure_add_unit(&s));
	ck_assert_uint_eq(s.units[0].index, 1);
	structure_release(&s);
}
END_TEST

/* --- check ----------------------------------------------------------------------- */

static void
no_change(struct structure *s)
{
	(void)s;
}

#define CHANGE(name, statement)			\
	static void				\
	name(struct structure *s)		\
	{					\
		statement;			\
	}

CHANGE(empty_id, s->device.id[0] = '\0')
CHANGE(device_state_0, s->device.state = 0)
CHANGE(device_bytes, s->device.model[0] = '\xFF')
CHANGE(index_0, s->units[0].index = 0)
CHANGE(index_high, s->units[2].index = 0x80000000u)
CHANGE(index_same, s->units[1].index = 1)
CHANGE(index_down, s->units[1].index = 8)
CHANGE(symbol_empty, s->units[1].symbol[0] = '\0')
CHANGE(symbol_twice, s->units[2].symbol[0] = 'D'; s->units[2].symbol[1] = 'E';
	s->units[2].symbol[2] = 'V')
CHANGE(symbol_open, memset(s->units[1].symbol, 'x', sizeof(s->units[1].symbol)))
CHANGE(descr_bytes, s->units[1].descr[0] = '\x80')
CHANGE(class_3, s->units[1].class = 3)
CHANGE(type_29, s->units[1].type = 29)
CHANGE(oper_8, s->units[1].oper_state = 8)
CHANGE(admin_0, s->units[1].admin_state = 0)
CHANGE(use_unit_8, s->units[1].use_unit = 8)
CHANGE(action_6, s->units[1].action = 6)
CHANGE(banks_9, s->units[1].banks = 9)
CHANGE(container_none, s->units[2].contained_in = 6)
CHANGE(container_self, s->units[2].contained_in = 7)
CHANGE(container_circle, s->units[0].contained_in = 7)
CHANGE(software_no_unit, s->software[0].unit_index = 3)
CHANGE(software_bank_0, s->software[0].bank = 0)
CHANGE(software_bank_3, s->software[1].bank = 3)
CHANGE(software_twice, s->software[1].bank = 1)
CHANGE(software_state_8, s->software[1].state = 8)
CHANGE(software_bytes, s->software[1].version[0] = '\xC3')
CHANGE(reading_no_unit, s->readings[1].unit_index = 8)
CHANGE(reading_index_0, s->readings[1].index = 0)
CHANGE(reading_down, s->readings[0].unit_index = 7; s->readings[0].index = 4)
CHANGE(reading_scale, s->readings[1].scale = 7)
CHANGE(reading_bytes, s->readings[1].name[0] = '\xF8')
CHANGE(too_many_units, s->unit_count = STRUCTURE_UNITS_MAX + 1)
CHANGE(too_many_readings, s->reading_count = STRUCTURE_READINGS_MAX + 1)

static const struct {
	void (*change)(struct structure *s);
	const char *says;	/* NULL = good */
} checks[] = {
	{ no_change, NULL },
	{ empty_id, "device: id is empty" },
	{ device_state_0, "device: state has a value" },
	{ device_bytes, "device: model is not UTF-8" },
	{ index_0, "index is out of range" },
	{ index_high, "index is out of range" },
	{ index_same, "unit 1: index does not ascend" },
	{ index_down, "unit 7: index does not ascend" },
	{ symbol_empty, "unit 2: symbol is empty" },
	{ symbol_twice, "units 1 and 7: both have the symbol 'DEV'" },
	{ symbol_open, "unit 2: symbol is not terminated" },
	{ descr_bytes, "unit 2: descr is not UTF-8" },
	{ class_3, "unit 2: class has a value" },
	{ type_29, "unit 2: type has a value" },
	{ oper_8, "unit 2: oper_state has a value" },
	{ admin_0, "unit 2: admin_state has a value" },
	{ use_unit_8, "unit 2: use_unit has a value" },
	{ action_6, "unit 2: action has a value" },
	{ banks_9, "unit 2: banks is over 8" },
	{ container_none, "unit 7: contained_in names no unit" },
	{ container_self, "unit 7: contained_in goes in a circle" },
	{ container_circle, "contained_in goes in a circle" },
	{ software_no_unit, "software 3.1: unit_index names no unit" },
	{ software_bank_0, "software 2: bank is none of the unit's" },
	{ software_bank_3, "software 2.3: bank is none of the unit's" },
	{ software_twice, "software 2.1: index does not ascend" },
	{ software_state_8, "software 2.2: state has a value" },
	{ software_bytes, "software 2.2: version is not UTF-8" },
	{ reading_no_unit, "reading 8.3: unit_index names no unit" },
	{ reading_index_0, "reading 7: index is out of range" },
	{ reading_down, "reading 7.3: index does not ascend" },
	{ reading_scale, "reading 7.3: scale is not within -6 to 6" },
	{ reading_bytes, "reading 7.3: name is not UTF-8" },
	{ too_many_units, "more than 1024 units" },
	{ too_many_readings, "more than 4096 readings" },
};

START_TEST(check_refuses)
{
	struct structure s;
	struct err e = { "" };
	int rc;

	fill(&s);
	checks[_i].change(&s);
	rc = structure_check(&s, &e);
	if (checks[_i].says == NULL) {
		ck_assert_msg(rc == 0, "%s", e.text);
	} else {
		ck_assert_int_eq(rc, -EINVAL);
		ck_assert_msg(strstr(e.text, checks[_i].says) != NULL, "%s", e.text);
	}
	structure_release(&s);
}
END_TEST

START_TEST(check_takes_an_empty_one)
{
	const struct structure s = { 0 };

	ck_assert_int_eq(structure_check(&s, NULL), 0);
}
END_TEST

/* --- digest: vectors ----------------------------------------------------------------- */

enum { FIELDS_MAX = 20, LINE_SIZE = 2048 };

static int64_t
integer(const char *text)
{
	int64_t v = 0;

	ck_assert_int_eq(parse_i64(text, INT64_MIN, INT64_MAX, &v, NULL), 0);
	return v;
}

static uint64_t
natural(const char *text)
{
	uint64_t v = 0;

	ck_assert_int_eq(parse_u64(text, 0, UINT64_MAX, &v, NULL), 0);
	return v;
}

#define TAKE(dst, text) ck_assert(text_copy((dst), sizeof(dst), (text)))

static void
take_unit(struct structure *s, char *f[])
{
	struct unit *u = structure_add_unit(s);

	ck_assert_ptr_nonnull(u);
	u->index = (uint32_t)natural(f[1]);
	TAKE(u->symbol, f[2]);
	u->class = (enum unit_class)natural(f[3]);
	u->type = (enum unit_type)natural(f[4]);
	u->contained_in = (uint32_t)natural(f[5]);
	TAKE(u->descr, f[6]);
	TAKE(u->manufacturer, f[7]);
	TAKE(u->model, f[8]);
	TAKE(u->hardware_rev, f[9]);
	TAKE(u->serial_number, f[10]);
	u->oper_state = (enum unit_oper_state)natural(f[11]);
	u->admin_state = (enum unit_admin_state)natural(f[12]);
	u->use_count = natural(f[13]);
	u->use_unit = (enum unit_use_unit)natural(f[14]);
	u->life_expected = (uint32_t)natural(f[15]);
	u->installed = integer(f[16]);
	u->banks = (uint8_t)natural(f[17]);
	u->action = (enum unit_action)natural(f[18]);
}

static void
take_software(struct structure *s, char *f[])
{
	struct software *sw = structure_add_software(s);

	ck_assert_ptr_nonnull(sw);
	sw->unit_index = (uint32_t)natural(f[1]);
	sw->bank = (uint8_t)natural(f[2]);
	TAKE(sw->id, f[3]);
	TAKE(sw->creator, f[4]);
	TAKE(sw->version, f[5]);
	sw->digest_known = strcmp(f[6], "-") != 0;
	if (sw->digest_known)
		ck_assert_int_eq(text_unhex(f[6], sw->digest, sizeof(sw->digest)), 0);
	sw->state = (enum software_state)natural(f[7]);
	sw->installed = integer(f[8]);
	sw->floor = (uint32_t)natural(f[9]);
}

static int
split(char *line, char *f[FIELDS_MAX])
{
	int n = 0;

	line[strcspn(line, "\n")] = '\0';
	while (n < FIELDS_MAX) {
		f[n++] = line;
		line += strcspn(line, "\t");
		if (*line == '\0')
			break;
		*line++ = '\0';
	}
	return n;
}

static const char *const vectors[] = { "empty", "chassis", "printer", "longest" };

START_TEST(digest_vectors)
{
	const char *top = getenv("top_srcdir");
	char path[4096], line[LINE_SIZE], got[2 * STRUCTURE_DIGEST_SIZE + 1];
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	struct structure s = { 0 };
	char *f[FIELDS_MAX];
	bool seen = false;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/tests/data/digest/%s.txt",
	    top != NULL ? top : ".", vectors[_i]);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		int n = split(line, f);

		if (strcmp(f[0], "unit") == 0 && n == 19) {
			take_unit(&s, f);
		} else if (strcmp(f[0], "software") == 0 && n == 10) {
			take_software(&s, f);
		} else if (strcmp(f[0], "digest") == 0 && n == 2) {
			structure_digest(&s, digest);
			text_hex(got, sizeof(got), digest, sizeof(digest));
			ck_assert_str_eq(got, f[1]);
			seen = true;
		} else {
			ck_assert_msg(strcmp(f[0], "hashed") == 0, "%s: %s, %d fields",
			    path, f[0], n);
		}
	}
	ck_assert_int_eq(fclose(file), 0);
	ck_assert(seen);
	ck_assert_int_eq(structure_check(&s, NULL), 0);
	structure_release(&s);
}
END_TEST

/* --- digest: which columns count --------------------------------------------------------- */

CHANGE(c_index, s->units[2].index = 8)
CHANGE(c_symbol, s->units[1].symbol[0] = 'X')
CHANGE(c_class, s->units[1].class = UNIT_FUNCTION)
CHANGE(c_type, s->units[1].type = UNIT_TYPE_FUSER)
CHANGE(c_contained_in, s->units[2].contained_in = 1)
CHANGE(c_descr, s->units[1].descr[0] = 'x')
CHANGE(c_manufacturer, s->units[1].manufacturer[0] = 'x')
CHANGE(c_model, s->units[1].model[0] = 'x')
CHANGE(c_hardware_rev, s->units[1].hardware_rev[0] = 'x')
CHANGE(c_serial_number, s->units[1].serial_number[0] = 'x')
CHANGE(c_absent, s->units[1].oper_state = UNIT_OPER_ABSENT)
CHANGE(c_admin_state, s->units[1].admin_state = UNIT_ADMIN_STANDBY)
CHANGE(c_use_unit, s->units[1].use_unit = USE_JOBS)
CHANGE(c_banks, s->units[1].banks = 3)
CHANGE(c_unit_gone, s->unit_count = 2)
CHANGE(c_bank, s->software[1].bank = 3)
CHANGE(c_id, s->software[0].id[0] = 'x')
CHANGE(c_creator, s->software[0].creator[0] = 'x')
CHANGE(c_version, s->software[0].version[0] = 'x')
CHANGE(c_image, s->software[0].digest_known = true)
CHANGE(c_state, s->software[0].state = SOFTWARE_STAGED)
CHANGE(c_floor, s->software[0].floor = 1)
CHANGE(c_software_gone, s->software_count = 1)
CHANGE(c_software_moved, s->software[1].unit_index = 7)

CHANGE(n_failed, s->units[1].oper_state = UNIT_OPER_FAILED)
CHANGE(n_unknown, s->units[1].oper_state = UNIT_OPER_UNKNOWN)
CHANGE(n_use_count, s->units[1].use_count = 1)
CHANGE(n_life, s->units[1].life_expected = 1)
CHANGE(n_installed, s->units[1].installed = 1)
CHANGE(n_action, s->units[1].action = UNIT_ACTION_DONE)
CHANGE(n_sw_installed, s->software[0].installed = 1)
CHANGE(n_image_unknown, s->software[0].digest[3] = 7)
CHANGE(n_reading, s->readings[0].value = 7)
CHANGE(n_device, s->device.model[0] = 'x'; s->device.use_count = 9)
CHANGE(n_behind_the_text, s->units[1].symbol[20] = 'x')

static const struct {
	void (*change)(struct structure *s);
	bool counts;
} columns[] = {
	{ c_index, true }, { c_symbol, true }, { c_class, true }, { c_type, true },
	{ c_contained_in, true }, { c_descr, true }, { c_manufacturer, true },
	{ c_model, true }, { c_hardware_rev, true }, { c_serial_number, true },
	{ c_absent, true }, { c_admin_state, true }, { c_use_unit, true },
	{ c_banks, true }, { c_unit_gone, true }, { c_bank, true }, { c_id, true },
	{ c_creator, true }, { c_version, true }, { c_image, true }, { c_state, true },
	{ c_floor, true }, { c_software_gone, true }, { c_software_moved, true },
	{ n_failed, false }, { n_unknown, false }, { n_use_count, false },
	{ n_life, false }, { n_installed, false }, { n_action, false },
	{ n_sw_installed, false }, { n_image_unknown, false }, { n_reading, false },
	{ n_device, false }, { n_behind_the_text, false },
};

START_TEST(digest_columns)
{
	uint8_t before[STRUCTURE_DIGEST_SIZE], after[STRUCTURE_DIGEST_SIZE];
	struct structure s;

	fill(&s);
	structure_digest(&s, before);
	columns[_i].change(&s);
	structure_digest(&s, after);
	ck_assert_int_eq(memcmp(before, after, sizeof(before)) != 0, columns[_i].counts);
	structure_release(&s);
}
END_TEST

/* Moving a letter from one column to the next is another structure. */
START_TEST(digest_keeps_columns_apart)
{
	uint8_t one[STRUCTURE_DIGEST_SIZE], two[STRUCTURE_DIGEST_SIZE];
	struct structure s;

	fill(&s);
	TAKE(s.units[1].manufacturer, "ab");
	TAKE(s.units[1].model, "c");
	structure_digest(&s, one);
	TAKE(s.units[1].manufacturer, "a");
	TAKE(s.units[1].model, "bc");
	structure_digest(&s, two);
	ck_assert_mem_ne(one, two, sizeof(one));
	structure_release(&s);
}
END_TEST

START_TEST(names_both_ways)
{
	int value = -1;

	ck_assert_str_eq(structure_name(NAME_UNIT_TYPE, UNIT_TYPE_STORE_JOB), "storeJob");
	ck_assert_ptr_null(structure_name(NAME_UNIT_TYPE, 0));
	ck_assert_ptr_null(structure_name(NAME_UNIT_TYPE, -1));
	ck_assert_ptr_null(structure_name(NAME_UNIT_TYPE, 29));
	ck_assert_int_eq(structure_value(NAME_SEVERITY, "serviceCall", &value), 0);
	ck_assert_int_eq(value, SEVERITY_SERVICE_CALL);
	ck_assert_int_eq(structure_value(NAME_SEVERITY, "ServiceCall", &value), -EINVAL);
	ck_assert_int_eq(structure_value(NAME_SEVERITY, "", &value), -EINVAL);
	ck_assert_int_eq(value, SEVERITY_SERVICE_CALL);
	ck_assert_str_eq(structure_name_at(NAME_UNIT_CLASS, 1), "unit");
	ck_assert_ptr_null(structure_name_at(NAME_UNIT_CLASS, 2));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("structure");
	TCase *tc = tcase_create("structure");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, arrays_and_look_ups);
	tcase_add_test(tc, arrays_end_at_their_limits);
	tcase_add_test(tc, foreign_arrays_grow);
	tcase_add_loop_test(tc, check_refuses, 0, N(checks));
	tcase_add_test(tc, check_takes_an_empty_one);
	tcase_add_loop_test(tc, digest_vectors, 0, N(vectors));
	tcase_add_loop_test(tc, digest_columns, 0, N(columns));
	tcase_add_test(tc, digest_keeps_columns_apart);
	tcase_add_test(tc, names_both_ways);
	return support_run(suite);
}

/* The poll plan: its parts, and answers that were tampered with. */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report/row.h"
#include "manager/poll_plan.h"
#include "manager/poll_plan_rows.h"
#include "manager/poll_plan_scalars.h"
#include "manager/poll_plan_walk.h"
#include "tests/replay/device.h"

enum { NOW = 1800000000 };

/* --- numbers ------------------------------------------------------------------ */

START_TEST(number_of_any_type)
{
	struct snmp_varbind vb = { .type = SNMP_TYPE_INTEGER, .integer = 5 };
	uint64_t n = 0;

	ck_assert(row_number(&vb, &n));
	ck_assert_uint_eq(n, 5);
	vb.integer = -1;
	ck_assert(!row_number(&vb, &n));
	vb.type = SNMP_TYPE_COUNTER64;
	vb.number = UINT64_MAX;
	ck_assert(row_number(&vb, &n));
	ck_assert(n == UINT64_MAX);
	vb.type = SNMP_TYPE_OCTETS;
	ck_assert(!row_number(&vb, &n));
	vb.type = SNMP_TYPE_NO_SUCH_INSTANCE;
	ck_assert(!row_number(&vb, &n));
}
END_TEST

/* --- rows ----------------------------------------------------------------------- */

struct rows_fixture {
	struct poll_plan_pace pace;
	struct poll_plan_walk walk;
	struct poll_plan_rows rows;
	struct poll_plan_rows_walk rw;
};

static void
rows_begin(struct rows_fixture *f, enum poll_plan_table t)
{
	memset(f, 0, sizeof(*f));
	poll_plan_pace_begin(&f->pace, 2, false, 0);
	poll_plan_walk_begin(&f->walk, &f->pace, f->rw.tables, "rows");
	poll_plan_rows_walk(&f->rw, &f->rows, &f->walk, t);
}

static int
text_cell(struct rows_fixture *f, size_t column, uint32_t index, const char *text)
{
	const uint32_t at[POLL_PLAN_WALK_INDEX] = { index, 0 };
	struct snmp_varbind vb = { .type = SNMP_TYPE_OCTETS,
		.octets = (const uint8_t *)text, .len = strlen(text) };

	return poll_plan_rows_cell(&f->rw, &f->walk.columns[column], at, &vb, NULL);
}

/* Column after column, with holes, in any order of columns: rows ascend. */
START_TEST(rows_are_joined_by_index)
{
	static const uint32_t symbols[] = { 3, 5, 9 }, descrs[] = { 1, 5, 7, 9, 12 };
	struct rows_fixture f;
	const struct unit *u;

	rows_begin(&f, POLL_PLAN_UNITS);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(text_cell(&f, 0, symbols[i], "S"), 0);
	for (size_t i = 0; i < 5; i++)
		ck_assert_int_eq(text_cell(&f, 4, descrs[i], "D"), 0);
	ck_assert_uint_eq(poll_plan_rows_count(&f.rows, POLL_PLAN_UNITS), 6);
	u = poll_plan_rows_units(&f.rows);
	for (size_t i = 1; i < 6; i++)
		ck_assert_uint_lt(u[i - 1].index, u[i].index);
	ck_assert_str_eq(u[2].symbol, "S");
	ck_assert_str_eq(u[2].descr, "D");
	ck_assert_str_eq(u[0].symbol, "");
	ck_assert_str_eq(u[0].descr, "D");
	ck_assert_int_eq(poll_plan_rows_complete(&f.rows, POLL_PLAN_UNITS, false, NULL),
		-EPROTO);
	poll_plan_rows_release(&f.rows);
}
END_TEST

START_TEST(rows_have_a_limit)
{
	struct rows_fixture f;

	rows_begin(&f, POLL_PLAN_UNITS);
	for (uint32_t i = 1; i <= STRUCTURE_UNITS_MAX; i++)
		ck_assert_int_eq(text_cell(&f, 0, i, "S"), 0);
	ck_assert_int_eq(text_cell(&f, 0, STRUCTURE_UNITS_MAX + 1, "S"), -EOVERFLOW);
	poll_plan_rows_release(&f.rows);
}
END_TEST

/* 64 octets are the most of a model; 65 are cut, and that is known. */
START_TEST(rows_cut_texts)
{
	char text[STRUCTURE_NAME_MAX + 2];
	struct rows_fixture f;

	memset(text, 'x', sizeof(text) - 1);
	text[STRUCTURE_NAME_MAX] = '\0';
	rows_begin(&f, POLL_PLAN_UNITS);
	ck_assert_int_eq(text_cell(&f, 6, 1, text), 0);
	ck_assert(!f.rows.repaired);
	text[STRUCTURE_NAME_MAX] = 'x';
	text[STRUCTURE_NAME_MAX + 1] = '\0';
	ck_assert_int_eq(text_cell(&f, 6, 2, text), 0);
	ck_assert(f.rows.repaired);
	ck_assert_uint_eq(strlen(poll_plan_rows_units(&f.rows)[1].model),
		STRUCTURE_NAME_MAX);
	poll_plan_rows_release(&f.rows);
}
END_TEST

START_TEST(rows_dropped_from_the_log)
{
	struct rows_fixture f;

	rows_begin(&f, POLL_PLAN_LOG);
	for (uint32_t i = 1; i <= 40; i++)
		ck_assert_int_eq(text_cell(&f, 5, i, "C"), 0);
	poll_plan_rows_drop(&f.rows, 30);
	ck_assert_uint_eq(poll_plan_rows_count(&f.rows, POLL_PLAN_LOG), 10);
	ck_assert_uint_eq(poll_plan_rows_log(&f.rows)[0].index, 31);
	ck_assert_int_eq(text_cell(&f, 5, 41, "C"), 0);
	ck_assert_int_eq(text_cell(&f, 3, 35, "U"), 0);
	ck_assert_uint_eq(poll_plan_rows_count(&f.rows, POLL_PLAN_LOG), 11);
	ck_assert_str_eq(poll_plan_rows_log(&f.rows)[4].unit, "U");
	poll_plan_rows_release(&f.rows);
}
END_TEST

/* --- requests --------------------------------------------------------------------- */

static unsigned
names_below(const struct snmp_request *q, const char *name)
{
	struct cell c = {0};
	unsigned n = 0;

	ck_assert(device_oid(name, &c));
	for (size_t i = 0; i < q->name_count; i++)
		n += snmp_name_below(c.name, c.name_len, q->names[i].sub, q->names[i].len);
	return n;
}

/* All columns of a structure go in one request, except the index. */
START_TEST(walk_asks_all_columns)
{
	struct rows_fixture f;
	struct snmp_request *q = calloc(1, sizeof(*q));

	ck_assert_ptr_nonnull(q);
	rows_begin(&f, POLL_PLAN_UNITS);
	poll_plan_rows_walk(&f.rw, &f.rows, &f.walk, POLL_PLAN_SOFTWARE);
	poll_plan_rows_walk(&f.rw, &f.rows, &f.walk, POLL_PLAN_READINGS);
	f.pace.octets = POLL_PLAN_OCTETS_LAN;
	poll_plan_walk_request(&f.walk, q);
	ck_assert_uint_eq(q->name_count, 31);
	ck_assert_uint_eq(names_below(q, "imgUnitSymbol"), 1);
	ck_assert_uint_eq(names_below(q, "imgSoftwareFloor"), 1);
	ck_assert_uint_eq(names_below(q, "imgReadingTime"), 1);
	/* What a device holds bounds it, down to fewer columns than there are. */
	f.pace.max_varbinds = 100;
	poll_plan_walk_request(&f.walk, q);
	ck_assert_uint_eq(q->max_repetitions, 3);
	f.pace.max_varbinds = 10;
	poll_plan_walk_request(&f.walk, q);
	ck_assert_uint_eq(q->name_count, 10);
	ck_assert_uint_eq(q->max_repetitions, 1);
	poll_plan_rows_release(&f.rows);
	free(q);
}
END_TEST

START_TEST(v1_never_asks_a_counter64)
{
	struct poll_plan_scalars *s = calloc(1, sizeof(*s));
	struct snmp_request *q = calloc(1, sizeof(*q));
	struct rows_fixture f;

	ck_assert(s != NULL && q != NULL);
	poll_plan_scalars_begin(s, true);
	poll_plan_scalars_want(s, POLL_PLAN_STANDARD | POLL_PLAN_OURS);
	ck_assert(poll_plan_scalars_request(s, q));
	ck_assert_uint_eq(names_below(q, "imgDeviceUseCount"), 0);
	memset(&f, 0, sizeof(f));
	poll_plan_pace_begin(&f.pace, 1, false, 0);
	poll_plan_walk_begin(&f.walk, &f.pace, f.rw.tables, "rows");
	poll_plan_rows_walk(&f.rw, &f.rows, &f.walk, POLL_PLAN_UNITS);
	poll_plan_walk_request(&f.walk, q);
	ck_assert_int_eq(q->op, SNMP_OP_GETNEXT);
	ck_assert_uint_eq(names_below(q, "imgUnitUseCount"), 0);
	poll_plan_rows_release(&f.rows);
	free(s);
	free(q);
}
END_TEST

/* --- answers that were tampered with -------------------------------------------------- */

static uint64_t
random_below(uint64_t *seed, uint64_t n)
{
	/* xorshift64 */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % n;
}

static void
tamper_one(struct snmp_varbind *vbs, size_t count, uint64_t *seed)
{
	static const uint8_t junk[] = { 0xff, 0, 0xc3, 0x28, 0x1b, '[', 'J', '\n' };
	struct snmp_varbind *vb = &vbs[random_below(seed, count)];

	switch (random_below(seed, 8)) {
	case 0:
		*vb = vbs[random_below(seed, count)];
		break;
	case 1:
		vb->name_len = random_below(seed, vb->name_len + 1);
		break;
	case 2:
		vb->type = (enum snmp_type)(SNMP_TYPE_NO_SUCH_OBJECT +
			(int)random_below(seed, 3));
		break;
	case 3:
		vb->type = SNMP_TYPE_INTEGER;
		vb->integer = (int64_t)random_below(seed, 1u << 20) - 1000;
		break;
	case 4:
		vb->type = SNMP_TYPE_OCTETS;
		vb->octets = junk;
		vb->len = random_below(seed, sizeof(junk) + 1);
		break;
	case 5:
		vb->type = SNMP_TYPE_COUNTER64;
		vb->number = UINT64_MAX - random_below(seed, 2);
		break;
	case 6:
		vb->type = SNMP_TYPE_NULL;
		break;
	case 7:
		break;
	}
}

static void
tamper(struct device_fake *d, struct snmp_answer *a, uint64_t *seed)
{
	if (random_below(seed, 3) != 0)
		return;
	switch (random_below(seed, 8)) {
	case 0:
		*a = (struct snmp_answer){ .outcome = SNMP_TIMED_OUT, .tries = 3 };
		return;
	case 1:
		a->error_status = (int)random_below(seed, 20);
		a->error_index = (int)random_below(seed, 50) - 2;
		a->varbind_count = 0;
		return;
	case 2:
		a->varbind_count = random_below(seed, a->varbind_count + 1);
		return;
	case 3:
		device_error(d, 3);
		return;
	case 4:
		if (random_below(seed, 4) == 0)
			device_clear(d, (uint32_t)random_below(seed, 5) + 1);
		return;
	}
	for (uint64_t n = random_below(seed, 4); n > 0 && a->varbind_count > 0; n--)
		tamper_one(d->varbinds, a->varbind_count, seed);
}

static void
check_answered(const struct store_poll_result *r)
{
	struct err e = {0};

	if (r->structure != NULL)
		ck_assert_msg(structure_check(r->structure, &e) == 0, "%s", e.text);
	for (size_t i = 1; i < r->unit_count; i++)
		ck_assert_uint_lt(r->units[i - 1].unit_index, r->units[i].unit_index);
	for (size_t i = 0; i < r->unit_count; i++)
		ck_assert_ptr_nonnull(structure_name(NAME_UNIT_OPER, (int)r->units[i].oper_state));
	if (!r->log_read)
		ck_assert_uint_eq(r->entry_count, 0);
	for (size_t i = 0; i < r->entry_count; i++) {
		const struct log_entry *entry = &r->entries[i];

		ck_assert(i == 0 || r->entries[i - 1].index < entry->index);
		ck_assert_uint_ge(entry->index, r->log.oldest);
		ck_assert_uint_le(entry->index, r->log.newest);
		ck_assert_ptr_nonnull(structure_name(NAME_SEVERITY, (int)entry->severity));
		ck_assert_uint_ge(entry->repeats, 1);
	}
}

static void
check_result(const struct store_poll_result *r, bool last)
{
	if (!last)
		ck_assert_int_eq(r->contact, STORE_ANSWERED);
	if (r->contact == STORE_ANSWERED) {
		check_answered(r);
		return;
	}
	ck_assert_ptr_nonnull(r->reason);
	ck_assert(r->structure == NULL && r->entry_count == 0 && !r->log_read);
}

/*
 * Whatever is answered, a poll ends, and what it hands over is whole.  The
 * number of the test is the seed.
 */
START_TEST(tampered_answers)
{
	struct device_fake *d = calloc(1, sizeof(*d));
	struct poll_plan *p = poll_plan_new();
	struct snmp_request *q = calloc(1, sizeof(*q));
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(_i + 1);
	struct store_target t = { .device = 1 };
	enum poll_plan_next next;
	struct snmp_answer a;

	ck_assert(d != NULL && p != NULL && q != NULL);
	d->version = 1 + (int)random_below(&seed, 3);
	d->rtt_us = random_below(&seed, 2) * 100000 + 1000;
	d->max_varbinds = random_below(&seed, 2) ? 100 : 0;
	for (unsigned poll = 0; poll < 40; poll++) {
		unsigned requests = 0;

		device_make(d, "lobby", 5, 4, 6);
		d->log = (struct log_bounds){ .generation = 7, .capacity = 100 };
		device_error(d, (unsigned)random_below(&seed, 150));
		t.has_agent = random_below(&seed, 2);
		t.last_contact_utc_s = t.has_agent ? NOW - 300 : 0;
		t.log_generation = 7;
		t.log_index = (uint32_t)random_below(&seed, 100);
		t.unit_count = random_below(&seed, 7);
		poll_plan_begin(p, &t, d->version, NOW);
		next = poll_plan_step(p, NULL, q);
		while (next != POLL_PLAN_DONE) {
			if (next == POLL_PLAN_STORE) {
				check_result(poll_plan_result(p), false);
				next = poll_plan_step(p, NULL, q);
				continue;
			}
			ck_assert_uint_lt(++requests, 3000);
			ck_assert_uint_ge(q->name_count, 1);
			ck_assert(d->version != 1 || q->op != SNMP_OP_GETBULK);
			device_build(d);
			device_answer(d, q, &a);
			tamper(d, &a, &seed);
			next = poll_plan_step(p, &a, q);
		}
		check_result(poll_plan_result(p), true);
	}
	poll_plan_free(p);
	device_release(d);
	free(d);
	free(q);
}
END_TEST

/*
 * Stopped after any number of requests: what is handed over is whole, the log
 * without a hole up to where it ends.
 */
START_TEST(stopped_anywhere)
{
	struct device_fake *d = calloc(1, sizeof(*d));
	struct poll_plan *p = poll_plan_new();
	struct snmp_request *q = calloc(1, sizeof(*q));
	const struct store_target t = { .device = 1 };
	unsigned failed = 0, in_log = 0;

	ck_assert(d != NULL && p != NULL && q != NULL);
	d->version = 2;
	d->rtt_us = 100000;
	d->max_varbinds = 60;
	device_make(d, "lobby", 5, 4, 6);
	d->log = (struct log_bounds){ .generation = 7, .capacity = 1000 };
	device_error(d, 150);
	device_build(d);
	for (unsigned most = 1; most < 60; most++) {
		const struct store_poll_result *r = poll_plan_result(p);
		enum poll_plan_next next;
		struct snmp_answer a;
		unsigned requests = 1;
		uint32_t read_to = 0;
		bool stopped = false;

		poll_plan_begin(p, &t, d->version, NOW);
		next = poll_plan_step(p, NULL, q);
		for (;;) {
			if (next == POLL_PLAN_ASK && requests++ == most) {
				poll_plan_stop(p);
				stopped = true;
				next = POLL_PLAN_DONE;
			}
			if (next == POLL_PLAN_ASK) {
				device_answer(d, q, &a);
				next = poll_plan_step(p, &a, q);
				continue;
			}
			check_result(r, next == POLL_PLAN_DONE);
			for (size_t i = 0; i < r->entry_count; i++)
				ck_assert_uint_eq(r->entries[i].index, ++read_to);
			if (next == POLL_PLAN_DONE)
				break;
			next = poll_plan_step(p, NULL, q);
		}
		if (!stopped)
			ck_assert_uint_eq(read_to, d->log.newest);
		failed += r->contact == STORE_FAILED;
		in_log += stopped && r->contact == STORE_ANSWERED && read_to > 0 &&
			read_to < d->log.newest;
	}
	ck_assert_uint_gt(failed, 0);
	ck_assert_uint_gt(in_log, 0);
	poll_plan_free(p);
	device_release(d);
	free(d);
	free(q);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("poll_plan");
	TCase *parts = tcase_create("parts"), *random = tcase_create("tampered");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(parts, number_of_any_type);
	tcase_add_test(parts, rows_are_joined_by_index);
	tcase_add_test(parts, rows_have_a_limit);
	tcase_add_test(parts, rows_cut_texts);
	tcase_add_test(parts, rows_dropped_from_the_log);
	tcase_add_test(parts, walk_asks_all_columns);
	tcase_add_test(parts, v1_never_asks_a_counter64);
	tcase_add_test(parts, stopped_anywhere);
	suite_add_tcase(s, parts);
	tcase_set_timeout(random, 120);
	tcase_add_loop_test(random, tampered_answers, 0, 25);
	suite_add_tcase(s, random);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

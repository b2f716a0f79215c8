/* center_queue and center_commit: turns, limits, and when to commit. */
#include <config.h>

#include "manager/center_queue.h"

#include <errno.h>
#include <stdlib.h>

#include "manager/center_commit.h"
#include "tests/unit/support.h"

enum { EACH = 4, ALL = 10 };

static struct center_queue *queue;
static unsigned freed, made;

static void
free_item(struct center_queue_item *item)
{
	freed++;
	free(item);
}

static void
setup(void)
{
	queue = center_queue_new(&(struct center_queue_options){ .each = EACH, .all = ALL,
		.free_item = free_item });
	ck_assert_ptr_nonnull(queue);
	freed = made = 0;
}

static void
teardown(void)
{
	center_queue_free(queue);
}

static int
put(int64_t owner, uint32_t id)
{
	struct center_queue_item *item = calloc(1, sizeof(*item));
	int rc;

	ck_assert_ptr_nonnull(item);
	item->owner = owner;
	item->request_id = id;
	rc = center_queue_put(queue, item);
	if (rc < 0)
		free(item);
	else
		made++;
	return rc;
}

/* The next is this one. */
static void
next_is(int64_t owner, uint32_t id)
{
	struct center_queue_item *item = center_queue_take(queue);

	ck_assert_ptr_nonnull(item);
	ck_assert_int_eq(item->owner, owner);
	ck_assert_uint_eq(item->request_id, id);
	free(item);
}

START_TEST(each_in_turn)
{
	ck_assert_int_eq(put(1, 1), 0);
	ck_assert_int_eq(put(1, 2), 0);
	ck_assert_int_eq(put(1, 3), 0);
	ck_assert_int_eq(put(2, 1), 0);
	ck_assert_int_eq(put(-3, 1), 0);
	ck_assert_int_eq(put(2, 2), 0);
	ck_assert_uint_eq(center_queue_count(queue), 6);
	next_is(1, 1);
	next_is(2, 1);
	next_is(-3, 1);
	next_is(1, 2);
	/* Who comes anew waits for those who are there. */
	ck_assert_int_eq(put(-3, 2), 0);
	next_is(2, 2);
	next_is(1, 3);
	next_is(-3, 2);
	ck_assert_ptr_null(center_queue_take(queue));
	ck_assert_uint_eq(center_queue_count(queue), 0);
}
END_TEST

START_TEST(a_line_is_full)
{
	for (uint32_t i = 0; i < EACH; i++) {
		ck_assert(!center_queue_is_full(queue, 7));
		ck_assert_int_eq(put(7, i), 0);
	}
	ck_assert(center_queue_is_full(queue, 7));
	ck_assert_int_eq(put(7, 99), -EAGAIN);
	ck_assert_int_eq(put(8, 1), 0);
	center_queue_count_drop(queue);
	ck_assert_uint_eq(center_queue_dropped(queue), 2);
	next_is(7, 0);
	ck_assert(!center_queue_is_full(queue, 7));
}
END_TEST

START_TEST(all_is_full)
{
	/* 1 and 2 have four, 3 has two: all of them. */
	for (uint32_t i = 0; i < EACH; i++)
		ck_assert(put(1, i) == 0 && put(2, i) == 0);
	ck_assert(put(3, 0) == 0 && put(3, 1) == 0);
	/* A newcomer gets a place from one of the longest, its newest. */
	ck_assert_int_eq(put(4, 0), 0);
	ck_assert_uint_eq(freed, 1);
	ck_assert_uint_eq(center_queue_count(queue), ALL);
	ck_assert_int_eq(put(5, 0), 0);
	ck_assert_int_eq(put(5, 1), 0);
	ck_assert_uint_eq(freed, 3);
	/* Whoever has as much as the longest gets none. */
	ck_assert_int_eq(put(1, 9), -EAGAIN);
	ck_assert_uint_eq(freed, 3);
	ck_assert_uint_eq(center_queue_dropped(queue), 4);
	next_is(1, 0);
	next_is(2, 0);
	next_is(3, 0);
	next_is(4, 0);
	next_is(5, 0);
	next_is(1, 1);
}
END_TEST

START_TEST(one_sent_again_is_found)
{
	ck_assert_int_eq(put(1, 5), 0);
	ck_assert_int_eq(put(1, 6), 0);
	ck_assert_uint_eq(center_queue_find(queue, 1, 6)->request_id, 6);
	ck_assert_ptr_null(center_queue_find(queue, 1, 7));
	ck_assert_ptr_null(center_queue_find(queue, 2, 6));
	next_is(1, 5);
	ck_assert_ptr_null(center_queue_find(queue, 1, 5));
}
END_TEST

/* Against a model that counts: nothing is lost, doubled, or over a limit. */
START_TEST(by_chance)
{
	size_t counts[8] = { 0 }, all = 0;
	unsigned seed = 1, taken = 0;

	for (int i = 0; i < 200000; i++) {
		seed = seed * 1103515245u + 12345u;
		if ((seed >> 16 & 3) != 0) {
			unsigned before = freed;

			(void)put(seed >> 20 & 7, (uint32_t)i);
			all = center_queue_count(queue);
			ck_assert_uint_le(all, ALL);
			ck_assert_uint_le(freed - before, 1);
		} else {
			struct center_queue_item *item = center_queue_take(queue);

			ck_assert(item != NULL || center_queue_count(queue) == 0);
			if (item != NULL) {
				counts[item->owner]++;
				taken++;
			}
			free(item);
		}
		ck_assert_uint_eq(made, taken + freed + center_queue_count(queue));
	}
	for (int i = 1; i < 8; i++)
		ck_assert_uint_gt(counts[i], taken / 16);
}
END_TEST

START_TEST(when_to_commit)
{
	ck_assert_int_eq(center_commit_wait_ms(0, 0, 5000), -1);
	ck_assert_int_eq(center_commit_wait_ms(1, 5000, 5000), CENTER_COMMIT_MS);
	ck_assert_int_eq(center_commit_wait_ms(1, 5000, 5005), CENTER_COMMIT_MS - 5);
	ck_assert_int_eq(center_commit_wait_ms(1, 5000, 5000 + CENTER_COMMIT_MS), 0);
	ck_assert_int_eq(center_commit_wait_ms(1, 5000, 9000), 0);
	ck_assert_int_eq(center_commit_wait_ms(CENTER_COMMIT_REPORTS - 1, 5000, 5000),
	    CENTER_COMMIT_MS);
	ck_assert_int_eq(center_commit_wait_ms(CENTER_COMMIT_REPORTS, 5000, 5000), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("center_queue");
	TCase *tc = tcase_create("center_queue");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_in_turn);
	tcase_add_test(tc, a_line_is_full);
	tcase_add_test(tc, all_is_full);
	tcase_add_test(tc, one_sent_again_is_found);
	tcase_add_test(tc, by_chance);
	tcase_add_test(tc, when_to_commit);
	suite_add_tcase(s, tc);
	return support_run(s);
}

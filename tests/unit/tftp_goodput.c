/*
 * lib/tftp/tftp_machine: how long 16 MiB take over lines of several kinds, in fake
 * time, so that a change that costs round trips is seen.  stderr has the table.
 *
 * The bound is go-back-N's: a window a round trip, of which what lies before the
 * first loss counts, and nothing is ever waited for.
 */
#include <config.h>

#include <stdio.h>

#include "tests/unit/support.h"
#include "tests/unit/tftp_world.h"

enum { MS = 1000, SEEDS = 6, PERCENT = 10000 };

struct line {
	const char *name;
	uint16_t windowsize;
	unsigned lost_ppm;
	int64_t delay_us, each_us, room;
};

struct figures {
	int64_t took_us;	/* the median of the seeds */
	double bound;		/* took, in bounds */
	double sent;		/* of blocks, against the file's */
};

/* Of one round trip with all its window on the line. */
static double
bound_us(const struct line *l, uint64_t blocks)
{
	double p = l->lost_ppm / 1e6, all = 1, good = 0;

	for (unsigned i = 0; i < l->windowsize; i++) {
		all *= 1 - p;
		good += all;
	}
	return (double)blocks / good * (double)(2 * l->delay_us + l->windowsize * l->each_us);
}

static void
sort(int64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && v[j] < v[j - 1]; j--) {
			int64_t t = v[j];

			v[j] = v[j - 1];
			v[j - 1] = t;
		}
}

static struct figures
measure(const struct line *l, bool write)
{
	struct world_options o;
	struct world_result r;
	int64_t took_us[SEEDS];
	struct figures f = { 0 };
	uint64_t sent = 0;

	for (size_t i = 0; i < SEEDS; i++) {
		world_options_default(&o);
		o.seed = i + 1;
		o.write = write;
		o.size = 16 << 20;
		o.want.windowsize = l->windowsize;
		o.lost_ppm = l->lost_ppm;
		o.delay_us = l->delay_us;
		o.each_us = l->each_us;
		o.room = l->room;
		world_run(&o, &r);
		ck_assert_msg(r.wrong == NULL && r.side[0].done && r.side[1].done,
		    "%s: seed %zu: %s", l->name, i + 1, r.wrong != NULL ? r.wrong : "failed");
		took_us[i] = r.side[write ? WORLD_SERVER : WORLD_CLIENT].done_us;
		sent += r.side[write ? WORLD_CLIENT : WORLD_SERVER].data;
	}
	sort(took_us, SEEDS);
	f.took_us = took_us[SEEDS / 2];
	f.bound = (double)f.took_us / bound_us(l, r.blocks);
	f.sent = (double)sent / (double)(SEEDS * r.blocks);
	(void)fprintf(stderr, "# %s, window %u, %s: %.2f s, %.3f of the bound, "
	    "%.3f blocks sent for one\n", l->name, l->windowsize, write ? "write" : "read",
	    (double)f.took_us / 1e6, f.bound, f.sent);
	return f;
}

/* At most `most` of the bound, and `sent` blocks for one, both ways. */
static void
keeps(const struct line *l, double most, double sent)
{
	for (int write = 0; write < 2; write++) {
		struct figures f = measure(l, write);

		ck_assert_msg(f.bound <= most, "%s, window %u: %.3f of the bound", l->name,
		    l->windowsize, f.bound);
		ck_assert_msg(f.sent <= sent, "%s, window %u: %.3f blocks sent for one",
		    l->name, l->windowsize, f.sent);
	}
}

START_TEST(at_20_ms_a_window_goes_each_round_trip)
{
	for (uint16_t w = 16; w <= 64; w *= 2)
		keeps(&(struct line){ "20 ms", w, 0, 10 * MS, 5, 0 }, 1.02, 1.001);
}
END_TEST

START_TEST(at_20_ms_with_1_percent_lost_go_back_n_is_near)
{
	for (uint16_t w = 16; w <= 64; w *= 2)
		keeps(&(struct line){ "20 ms, 1 % lost", w, PERCENT, 10 * MS, 5, 0 }, 1.10, 1.5);
	keeps(&(struct line){ "20 ms, 1 % lost", 1, PERCENT, 10 * MS, 5, 0 }, 1.05, 1.03);
}
END_TEST

START_TEST(a_slow_line_is_kept_busy_and_not_flooded)
{
	/* 10 and 1 Mbit/s: a window lies on the line for longer than the round trip */
	keeps(&(struct line){ "10 Mbit/s", 64, 0, 10 * MS, 1200, 0 }, 1.05, 1.02);
	keeps(&(struct line){ "10 Mbit/s, 1 % lost", 64, PERCENT, 10 * MS, 1200, 0 }, 1.2, 1.8);
	keeps(&(struct line){ "1 Mbit/s", 64, 0, 10 * MS, 12000, 0 }, 1.08, 1.06);
}
END_TEST

START_TEST(a_window_that_does_not_fit_goes_on_all_the_same)
{
	const struct line line = { "room for 40 packets", 64, 0, 10 * MS, 10, 40 };
	struct figures f;

	for (int write = 0; write < 2; write++) {
		f = measure(&line, write);
		/* 40 of 64 each time, and the end is missed after some ms */
		ck_assert_msg(f.bound <= 64.0 / 40 * 1.5, "%.3f of the bound", f.bound);
	}
}
END_TEST

START_TEST(a_local_network_does_not_wait_for_timers)
{
	keeps(&(struct line){ "200 us", 16, 0, 100, 12, 0 }, 1.3, 1.001);
	keeps(&(struct line){ "200 us, 0.1 % lost", 16, PERCENT / 10, 100, 12, 0 }, 2.5, 1.05);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftp_goodput");
	TCase *tc = tcase_create("lines");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, at_20_ms_a_window_goes_each_round_trip);
	tcase_add_test(tc, at_20_ms_with_1_percent_lost_go_back_n_is_near);
	tcase_add_test(tc, a_slow_line_is_kept_busy_and_not_flooded);
	tcase_add_test(tc, a_window_that_does_not_fit_goes_on_all_the_same);
	tcase_add_test(tc, a_local_network_does_not_wait_for_timers);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}

/*
 * Random histories: what is evaluated fact by fact equals what a naive reading of
 * the whole history comes to; however the facts are delivered, and whether it
 * was packed in between.  TROUBLE_ROUNDS histories (1,000); TROUBLE_SEED repeats one.
 */
#include <config.h>

#include "tests/unit/trouble_world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "tests/unit/support.h"
#include "tests/unit/trouble_oracle.h"

enum { FACTS = 60, UNITS = 2 };

#define IN(id, when, more) "<rule id='" id "'><scope unit-type='E'/><when>" when "</when>" more "</rule>"

/* Each leaf, joint and protection, with windows that random steps often just reach. */
static const char rules[] =
	IN("count", "<count code='A' min='3' clear='1' within='40 impressions'/>",
	    "<clear hold='10 impressions'/>")
	IN("once", "<count code='?' min='2' within='30s' dedupe='5s'/>", "<clear hold='4s'/>")
	IN("rate", "<rate code='A' min='2.5' clear='1' per='20 impressions' over='64 impressions' "
	    "exposure='8 impressions'/>", "<inhibit by='P' for='9s'/>")
	IN("pace", "<rate code='B' min='1' per='10s' over='50s' dedupe='3s'/>", "<clear hold='1 restarts'/>")
	IN("seq", "<sequence codes='A B ?' gap='12s' within='9 impressions'/>", "")
	IN("twice", "<sequence codes='A* A*' gap='1 restarts' within='20s'/>",
	    "<inhibit rule='level' for='5 impressions'/>")
	IN("absent", "<absent code='A' within='25 impressions'/>", "<clear hold='5 impressions'/>")
	IN("level", "<level reading='t' min='6' clear='3'/>", "<clear hold='3s'/>")
	IN("low", "<any><level reading='t' max='1' clear='4'/><level state='failed'/></any>",
	    "<inhibit rule='seq'/><blackout after='service' for='10 impressions'/>")
	IN("use", "<all hold='6s'><level use='count' min='100'/><not><absent code='B' within='20s'/></not>"
	    "</all>", "")
	IN("change", "<change reading='t' by='5' within='16s'/>", "<blackout after='install' for='7s'/>")
	IN("trend", "<trend reading='t' limit='9' within='12s' over='40s'/>", "<clear hold='2s'/>")
	IN("fall", "<trend reading='u' limit='0' within='30 impressions' over='30 impressions'/>", "")
	IN("band", "<deviate reading='t' min='3' of='5' low='2' high='6' clear='1'/>", "")
	IN("peer", "<peer reading='u' min='1.5' clear='1.2' peers='2'/>", "<inhibit by='P' for='3s'/>")
	IN("two", "<at-least min='2' hold='5s'><count code='B' min='2' within='20s'/>"
	    "<level reading='u' min='5'/><any><count code='C' min='1' within='1 restarts'/>"
	    "<absent code='C' within='30s'/></any></at-least>", "<clear hold='6s'/>");

static uint64_t
random_of(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed >> 11;
}

#define CHANCE(n) ((uint32_t)(random_of(seed) % (n)))

struct history {
	struct trouble_fact facts[ORACLE_FACTS_MAX];	/* in their order; at_s as it counts */
	int64_t said_at_s[ORACLE_FACTS_MAX];	/* as it is said to have been */
	size_t count;
};

static void
make_entry(struct trouble_fact *f, uint64_t *seed)
{
	static const char *const codes[] = { "A", "A", "A", "B", "B", "C", "P", "AB" };

	f->kind = CHANCE(20) == 0 ? TROUBLE_LOG_FROM : TROUBLE_ENTRY;
	f->generation = 3;
	f->code = codes[CHANCE(8)];
	f->repeats = CHANCE(5) == 0 ? 1 + CHANCE(4) : 1;
}

static void
make_other(struct trouble_fact *f, uint64_t *seed)
{
	static const enum trouble_fact_kind kinds[] = { TROUBLE_USE, TROUBLE_USE, TROUBLE_READING,
		TROUBLE_READING, TROUBLE_READING, TROUBLE_STATE, TROUBLE_PEERS, TROUBLE_USE };

	f->kind = kinds[CHANCE(8)];
	if (CHANCE(25) == 0)
		f->kind = CHANCE(2) == 0 ? TROUBLE_INSTALLED : TROUBLE_SERVICED;
	f->name = CHANCE(2) == 0 ? "t" : "u";
	f->value = (int64_t)CHANCE(10) * CATALOGUE_MILLION;
	f->peers = CHANCE(5);
	f->oper_state = CHANCE(3) == 0 ? UNIT_OPER_FAILED : UNIT_OPER_OK;
}

/*
 * Time, use and boots go on; what a fact says of time may lie a little behind.
 * Two streams, each with a time that never falls; merged, an entry first.
 */
static void
make(struct history *h, uint64_t *seed)
{
	static struct trouble_fact streams[2][FACTS];
	static int64_t said[2][FACTS];
	size_t counts[2] = {0}, at[2] = {0};
	uint64_t use[UNITS + 1] = { 0, 50 + CHANCE(40), 90 };
	int64_t now = 1000, last[2] = {0};
	uint32_t boots = 1, index = 1, serial = 0;

	for (size_t i = 0; i < FACTS; i++) {
		int which = i == 0 ? 0 : CHANCE(2) == 0;
		struct trouble_fact *f = &streams[which][counts[which]];

		now += CHANCE(3) == 0 ? 0 : CHANCE(6);
		boots += CHANCE(20) == 0;
		*f = (struct trouble_fact){ .unit = CHANCE(9) == 0 ? 0 : 1 + CHANCE(UNITS),
			.boots = boots, .use_known = true };
		use[f->unit] = CHANCE(40) == 0 ? CHANCE(80) : use[f->unit] + CHANCE(7);
		f->use = use[f->unit];
		if (which == 0)
			make_entry(f, seed);
		else
			make_other(f, seed);
		if (i == 0)
			f->kind = TROUBLE_LOG_FROM;
		if (which == 0 && f->kind == TROUBLE_LOG_FROM)
			index += i > 0 ? 1 + CHANCE(5) : 0;
		f->index = which == 0 ? index : 0;
		index += f->kind == TROUBLE_ENTRY;
		f->serial = which == 1 ? serial += 1 + CHANCE(3) : 0;
		said[which][counts[which]] = CHANCE(8) == 0 ? now - CHANCE(9) : now;
		if (said[which][counts[which]] > last[which])
			last[which] = said[which][counts[which]];
		f->at_s = last[which];
		counts[which]++;
	}
	for (h->count = 0; h->count < FACTS; h->count++) {
		int which = at[0] == counts[0] || (at[1] < counts[1] &&
		    streams[1][at[1]].at_s < streams[0][at[0]].at_s);

		h->said_at_s[h->count] = said[which][at[which]];
		h->facts[h->count] = streams[which][at[which]++];
	}
}

static int
give(struct trouble_world *w, const struct history *h, size_t i)
{
	struct trouble_fact f = h->facts[i];

	f.at_s = h->said_at_s[i];
	return trouble_device_take(w->device, &f, trouble_world_tell, w);
}

static void
start(struct trouble_world *w)
{
	trouble_device_reset(w->device);
	w->told[0] = '\0';
}

static void
pack_and_unpack(struct trouble_world *w)
{
	struct buf b;
	struct err e;

	buf_init(&b, TROUBLE_PACKED_MAX);
	ck_assert_int_eq(trouble_device_pack(w->device, &b), 0);
	trouble_device_free(w->device);
	if (trouble_device_unpack(&w->rules, b.data, b.len, &w->device, &e) < 0)
		ck_abort_msg("%s", e.text);
	buf_release(&b);
}

/* --- deliveries ------------------------------------------------------------------------------ */

struct delivery {
	struct trouble_world *w;
	const struct history *h;
	bool have[FACTS], taken[FACTS];
};

/* That entries are lost is said when all before them are there, and no sooner. */
static bool
too_soon(const struct delivery *d, size_t at)
{
	for (size_t i = 0; i < at && d->h->facts[at].kind == TROUBLE_LOG_FROM; i++)
		if (d->h->facts[i].serial == 0 && !d->have[i])
			return true;
	return false;
}

/* All that is there and was not taken, in order; again from the beginning if one was too late. */
static void
take_all(struct delivery *d)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < d->h->count; i++) {
			bool turn = d->have[i] && !d->taken[i] && !too_soon(d, i);
			int rc = turn ? give(d->w, d->h, i) : -EAGAIN;

			if (rc == -ESTALE) {
				start(d->w);
				memset(d->taken, 0, sizeof(d->taken));
				again = true;
				break;
			}
			ck_assert(rc == 0 || rc == -EAGAIN);
			d->taken[i] |= rc == 0;
		}
	}
}

/*
 * What the centre sees comes in order; the log in pieces of any order; all of it
 * once more now and then.
 */
static void
deliver(struct trouble_world *w, const struct history *h, uint64_t *seed)
{
	struct delivery d = { .w = w, .h = h };
	size_t left = h->count, i, n, others = 0;

	start(w);
	while (left > 0) {
		for (n = 1 + CHANCE(6); n > 0; n--) {
			i = CHANCE(h->count);
			if (h->facts[i].serial > 0)
				for (i = others; i < h->count && h->facts[i].serial == 0; i++)
					;
			if (i == h->count)
				continue;
			if (h->facts[i].serial > 0)
				others = i + 1;
			left -= !d.have[i];
			if (d.taken[i])
				ck_assert_int_eq(give(w, h, i), TROUBLE_KNOWN);
			d.have[i] = true;
		}
		take_all(&d);
		if (CHANCE(4) == 0)
			pack_and_unpack(w);
	}
	for (i = 0; i < h->count; i++)
		ck_assert(d.taken[i]);
}

/* --- the property --------------------------------------------------------------------------- */

static void
one_history(struct trouble_world *w, struct trouble_world *expected, uint64_t seed_of)
{
	static struct history h;
	uint64_t state = seed_of, *seed = &state;
	static char whole[sizeof(w->told)];

	make(&h, seed);
	expected->told[0] = '\0';
	trouble_oracle(&w->rules, UNITS, h.facts, h.count, trouble_world_tell, expected);
	start(w);
	for (size_t i = 0; i < h.count; i++)
		ck_assert_int_eq(give(w, &h, i), 0);
	ck_assert_msg(strcmp(w->told, expected->told) == 0, "TROUBLE_SEED=%" PRIu64 "\ntold: %s\nnot:  %s",
	    seed_of, w->told, expected->told);
	text_copy(whole, sizeof(whole), w->told);
	deliver(w, &h, seed);
	ck_assert_msg(strcmp(w->told, whole) == 0, "TROUBLE_SEED=%" PRIu64 ", in pieces\ntold: %s\n"
	    "not:  %s", seed_of, w->told, whole);
}

START_TEST(incremental_is_naive_however_delivered)
{
	const char *given = getenv("TROUBLE_SEED"), *rounds = getenv("TROUBLE_ROUNDS");
	uint64_t seed = (uint64_t)clock_utc_s(clock_system()) * 1000003 + (uint64_t)getpid();
	long n = rounds != NULL ? strtol(rounds, NULL, 10) : 1000;
	static struct trouble_world w, expected;
	size_t events = 0, kinds = 0;

	trouble_world_begin(&w, rules);
	expected.rules = w.rules;
	if (given != NULL)
		n = 1;
	for (long i = 0; i < n; i++) {
		uint64_t one = given != NULL ? strtoull(given, NULL, 10) :
		    seed + (uint64_t)i * 7919 + 1;

		one_history(&w, &expected, one);
		for (const char *p = expected.told; (p = strchr(p, '@')) != NULL; p++)
			events++;
		kinds += strstr(expected.told, "reopened") != NULL;
	}
	fprintf(stderr, "seed %" PRIu64 ": %ld histories, %zu events, %zu with one reopened\n", seed, n,
	    events, kinds);
	/* Else the histories show nothing. */
	ck_assert(n < 100 || (events > 10 * (size_t)n && kinds > (size_t)n / 20));
	trouble_world_end(&w);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trouble_property");
	TCase *tc = tcase_create("trouble_property");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, incremental_is_naive_however_delivered);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}

/*
 * judge_path: line by line what catalogue.md says of <from>, and update.md of the
 * floor; and, at random, against every path there is.
 */
#include <config.h>

#include "manager/judge/judge_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

#define TYPE "<unit-type id='E-30' class='engine' manufacturer='Acme' model='E-30' banks='2'/>"
#define SOFTWARE "<software id='engine-fw' unit-type='E-30'>"
#define ENG "DEV device C650; ENG engine E-30 sw=engine-fw/"

/* The path of ENG's first bank to a version, as text: "3 4 switch:5 down:2(ticket)"; or why not. */
static const char *
path_text(const struct world *w, const char *software, const char *version,
	const uint64_t *avoid)
{
	static char text[512];
	static const char *const why[] = {
		[JUDGE_PATH_NO_FROM] = "no from", [JUDGE_PATH_FLOOR] = "floor",
		[JUDGE_PATH_STATE] = "state", [JUDGE_PATH_LONG] = "long",
		[JUDGE_PATH_MEMORY] = "memory",
	};
	uint32_t release = fixture_release(w->set, software, version), unit = 0, minutes = 0;
	enum judge_no_path no;
	struct judge_path p;
	size_t at = 0;

	while (strcmp(w->shape.units[unit].symbol, "ENG") != 0)
		unit++;
	no = judge_path_find(w->set, &w->shape, &w->policy, unit,
		w->shape.units[unit].first_bank, release, avoid, &p);
	if (no != JUDGE_PATH_FOUND)
		return why[no];
	text[0] = '\0';
	for (uint32_t i = 0; i < p.count; i++) {
		const struct judge_hop *h = &p.hops[i];

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s%s%s%s%s",
			i > 0 ? " " : "", h->by_switch ? "switch:" : "", h->down ? "down:" : "",
			h->keep_settings ? "keep:" : "", w->set->releases[h->release].version,
			h->ticket ? "(ticket)" : "");
		minutes += h->minutes;
	}
	ck_assert_uint_eq(minutes, p.minutes);
	return text;
}

/* The path of a device to version `to`, in one string. */
static void
check_path(const char *releases, const char *device, const char *to, const char *expected)
{
	char *xml = NULL;
	struct world w;

	ck_assert_int_gt(asprintf(&xml, TYPE SOFTWARE "%s</software>", releases), 0);
	world_begin(&w, xml, NULL, device);
	ck_assert_str_eq(path_text(&w, "engine-fw", to, NULL), expected);
	world_end(&w);
	free(xml);
}

/* "none = any lower seq of the same branch" */
START_TEST(no_from_is_any_lower)
{
	const char *releases = "<release version='1' seq='100'/><release version='2' seq='200'/>"
		"<release version='9' seq='900'/>";

	check_path(releases, ENG "1", "9", "9");
	check_path(releases, ENG "2", "9", "9");
	check_path(releases, ENG "9", "2", "no from");
	check_path(releases, ENG "9", "9", "");
	check_path(releases, ENG "7", "9", "no from");
	check_path(releases, ENG "1@empty", "9", "no from");
}
END_TEST

/* "Several are or'ed; max-seq defaults to seq - 1" */
START_TEST(from_ranges)
{
	const char *releases = "<release version='1' seq='100'/><release version='2' seq='200'/>"
		"<release version='3' seq='300'/>"
		"<release version='4' seq='400'><from min-seq='300'/></release>"
		"<release version='5' seq='500'><from max-seq='100'/><from min-seq='300' max-seq='300'/>"
		"</release>";

	check_path(releases, ENG "3", "4", "4");
	check_path(releases, ENG "2", "4", "3 4");
	check_path(releases, ENG "1", "5", "5");
	check_path(releases, ENG "3", "5", "5");
	check_path(releases, ENG "2", "5", "3 5");
	/* Not over 400, which is in neither range; and nothing leads back. */
	check_path(releases, ENG "4", "5", "no from");
}
END_TEST

/* "a stepping stone: older ones pass over 21xx..29xx": the lowest, where all else is the same. */
START_TEST(stepping_stones)
{
	const char *releases = "<release version='G00-4' seq='400'/>"
		"<release version='G00-21' seq='2100' minutes='4'/>"
		"<release version='G00-25' seq='2500' minutes='3'/>"
		"<release version='G00-28' seq='2800' minutes='3'/>"
		"<release version='G00-30' seq='3000' minutes='6'><from min-seq='2100'/></release>"
		"<release version='G00-40' seq='4000'><from min-seq='3000'/></release>";

	check_path(releases, ENG "G00-21", "G00-30", "G00-30");
	check_path(releases, ENG "G00-4", "G00-30", "G00-25 G00-30");
	check_path(releases, ENG "G00-4", "G00-40", "G00-25 G00-30 G00-40");
	check_path(releases, ENG "G00-4 sw=engine-fw/G00-28@fallback", "G00-30",
		"switch:G00-28 G00-30");
}
END_TEST

/* The fewest installations come before the fewest minutes. */
START_TEST(hops_before_minutes)
{
	const char *releases = "<release version='1' seq='100' minutes='1'/>"
		"<release version='2' seq='200' minutes='1'/>"
		"<release version='3' seq='300' minutes='90'><from min-seq='100'/></release>";
	struct world w;
	uint64_t avoid = 1;

	check_path(releases, ENG "1", "3", "3");
	world_begin(&w, TYPE SOFTWARE "<release version='0' seq='50'/>"
		"<release version='1' seq='100' minutes='1'/>"
		"<release version='2' seq='200' minutes='2'/>"
		"<release version='3' seq='300'><from min-seq='100'/></release></software>", NULL,
		ENG "0");
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", NULL), "1 3");
	avoid = 2;
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", &avoid), "2 3");
	avoid = 2 | 4;
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", &avoid), "no from");
	/* Neither what runs nor where it goes is a stepping stone. */
	avoid = 1 | 4 | 8;
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", &avoid), "1 3");
	world_end(&w);
}
END_TEST

/* "a change of branch needs a <from branch=...>" */
START_TEST(change_of_branch)
{
	const char *releases = "<release version='1' seq='100'/>"
		"<release version='L1' seq='150' branch='lts'/>"
		"<release version='2' seq='200'/>"
		"<release version='L2' seq='250' branch='lts'/>"
		"<release version='L3' seq='300' branch='lts'><from min-seq='150'/>"
		"<from branch='beta' min-seq='180'/></release>"
		"<release version='B1' seq='180' branch='beta'><from fresh='yes'/></release>";

	check_path(releases, ENG "1", "2", "2");
	check_path(releases, ENG "1", "L2", "no from");
	check_path(releases, ENG "L1", "2", "no from");
	check_path(releases, ENG "L1", "L3", "L3");
	check_path(releases, ENG "2", "L3", "no from");
	check_path(releases, ENG "B1", "L3", "L3");
	check_path(releases, ENG "B1", "L2", "no from");
}
END_TEST

/* "Downward only with <from ... direction=down settings=keep|reset>" */
START_TEST(downward)
{
	const char *releases = "<release version='1' seq='100'>"
		"<from direction='down' settings='reset'/></release>"
		"<release version='2' seq='200'><from/>"
		"<from direction='down' settings='keep' max-seq='400'/></release>"
		"<release version='3' seq='300'/><release version='4' seq='400'/>"
		"<release version='5' seq='500'/>";

	check_path(releases, ENG "4", "1", "down:1");
	check_path(releases, ENG "4", "2", "down:keep:2");
	check_path(releases, ENG "4", "3", "down:1 3");
	check_path(releases, ENG "5", "2", "down:1 2");
	check_path(releases, ENG "1", "2", "2");
}
END_TEST

/* "An empty bank, an unlisted label or another software id needs <from fresh=yes>" */
START_TEST(fresh)
{
	const char *releases = "<release version='1' seq='100'/>"
		"<release version='2' seq='200'><from fresh='yes'/></release>"
		"<release version='3' seq='300'><from min-seq='100'/></release>"
		"</software>" "<software id='other-fw' unit-type='E-30'>"
		"<release version='o' seq='1'/>";

	check_path(releases, ENG "1", "2", "no from");
	check_path(releases, ENG "unheard-of", "2", "2");
	check_path(releases, ENG "unheard-of", "3", "2 3");
	check_path(releases, ENG "unheard-of", "1", "no from");
	check_path(releases, "DEV device C650; ENG engine E-30 sw=other-fw/o", "2", "2");
	check_path(releases, "DEV device C650; ENG engine E-30 sw=foreign/1", "3", "2 3");
	/* Same id and version, another creator: C15. */
	check_path(releases, "DEV device C650; ENG engine E-30 sw=fake:engine-fw/1", "3", "2 3");
	check_path("<release version='1' seq='100'/><release version='3' seq='300'/>",
		"DEV device C650; ENG engine E-30 sw=fake:engine-fw/1", "3", "no from");
}
END_TEST

/* A known label, another image: nothing that <from> could mean. */
START_TEST(wrong_digest)
{
	const char *releases = "<release version='1' seq='100' sha256="
		"'1111111111111111111111111111111111111111111111111111111111111111'/>"
		"<release version='3' seq='300'/>";

	check_path(releases, ENG "1#11", "3", "3");
	check_path(releases, ENG "1#22", "3", "no from");
}
END_TEST

/* "draft (only where policy says channel draft), qualified, withdrawn" also hold for stones. */
START_TEST(states_of_stones)
{
	const char *xml = TYPE SOFTWARE "<release version='1' seq='100'/>"
		"<release version='2' seq='200' state='withdrawn' because='smoke'/>"
		"<release version='3' seq='300' state='draft'/>"
		"<release version='4' seq='400'><from min-seq='200'/></release></software>";
	struct world w;

	world_begin(&w, xml, NULL, ENG "1");
	ck_assert_str_eq(path_text(&w, "engine-fw", "2", NULL), "state");
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", NULL), "state");
	ck_assert_str_eq(path_text(&w, "engine-fw", "4", NULL), "no from");
	w.policy.drafts = true;
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", NULL), "3");
	ck_assert_str_eq(path_text(&w, "engine-fw", "4", NULL), "3 4");
	ck_assert_str_eq(path_text(&w, "engine-fw", "2", NULL), "state");
	world_end(&w);
	/* What runs may be either. */
	world_begin(&w, xml, NULL, ENG "2");
	ck_assert_str_eq(path_text(&w, "engine-fw", "4", NULL), "4");
	world_end(&w);
}
END_TEST

/* "a fallback bank that holds the wanted release is switched to, not downloaded" */
START_TEST(fallback_bank)
{
	const char *releases = "<release version='1' seq='100' minutes='9'>"
		"<from direction='down'/></release><release version='2' seq='200' minutes='7'/>"
		"<release version='3' seq='300'><from min-seq='200'/></release>"
		"<release version='4' seq='400'><from min-seq='300'/><from min-seq='100' max-seq='100'/>"
		"</release>";

	check_path(releases, ENG "1 sw=engine-fw/2@fallback", "2", "switch:2");
	check_path(releases, ENG "1 sw=engine-fw/2@fallback", "3", "switch:2 3");
	check_path(releases, ENG "2 sw=engine-fw/1@fallback", "1", "switch:down:1");
	/* A switch obeys <from>: 3 asks for 2. */
	check_path(releases, ENG "1 sw=engine-fw/3@fallback", "3", "2 3");
	/* Only what is there to fall back to; not what is staged or broken. */
	check_path(releases, ENG "1 sw=engine-fw/2@staged", "2", "2");
	check_path(releases, ENG "1 sw=engine-fw/2@invalid", "2", "2");
	/* The first installation overwrites the bank: 3 is installed, though it stood there. */
	check_path(releases, ENG "2 sw=engine-fw/4@fallback", "4", "3 4");
}
END_TEST

/* Its path is chosen for its minutes; a switch takes one. */
START_TEST(switched_stone)
{
	check_path("<release version='1' seq='100'/><release version='2' seq='200' minutes='2'/>"
		"<release version='3' seq='300' minutes='9'/>"
		"<release version='4' seq='400'><from min-seq='200'/></release>",
		ENG "1 sw=engine-fw/3@fallback", "4", "switch:3 4");
}
END_TEST

/* "the lowest seq that may run on this unit"; "a ticket to go below it" */
START_TEST(floor_and_ticket)
{
	const char *xml = TYPE SOFTWARE
		"<release version='1' seq='100'><from direction='down'/></release>"
		"<release version='2' seq='200'><from direction='down'/></release>"
		"<release version='3' seq='300'><from direction='down'/></release>"
		"<release version='4' seq='400'><from min-seq='100' max-seq='150'/></release>"
		"<release version='5' seq='500'/></software>";
	struct world w;

	world_begin(&w, xml, NULL, ENG "5 sw=engine-fw/1@fallback");
	w.shape.banks[0].floor_seq = 200;
	ck_assert_str_eq(path_text(&w, "engine-fw", "3", NULL), "down:3");
	ck_assert_str_eq(path_text(&w, "engine-fw", "2", NULL), "down:2");
	ck_assert_str_eq(path_text(&w, "engine-fw", "1", NULL), "floor");
	/* Not by a stone below it, either. */
	ck_assert_str_eq(path_text(&w, "engine-fw", "4", NULL), "floor");
	w.policy.tickets = true;
	ck_assert_str_eq(path_text(&w, "engine-fw", "1", NULL), "switch:down:1(ticket)");
	ck_assert_str_eq(path_text(&w, "engine-fw", "4", NULL), "switch:down:1(ticket) 4");
	ck_assert_str_eq(path_text(&w, "engine-fw", "2", NULL), "down:2");
	/* The unit's highest counts, whichever bank says it. */
	w.policy.tickets = false;
	w.shape.banks[1].floor_seq = 300;
	ck_assert_str_eq(path_text(&w, "engine-fw", "2", NULL), "floor");
	world_end(&w);
}
END_TEST

/* A floor belongs to a software id: another's says nothing. */
START_TEST(floor_of_another_software)
{
	struct world w;

	world_begin(&w, TYPE SOFTWARE "<release version='1' seq='100'><from fresh='yes'/></release>"
		"</software><software id='other-fw' unit-type='E-30'>"
		"<release version='o' seq='9000'/></software>", NULL,
		"DEV device C650; ENG engine E-30 sw=other-fw/o");
	w.shape.banks[0].floor_seq = 9000;
	ck_assert_str_eq(path_text(&w, "engine-fw", "1", NULL), "1");
	world_end(&w);
}
END_TEST

/* Each asks for the one before: 17 are too many, 16 are not. */
START_TEST(long_ones)
{
	struct buf b;
	struct world w;
	char version[8];

	buf_init(&b, 1 << 20);
	(void)buf_add_text(&b, TYPE SOFTWARE);
	for (int i = 0; i <= JUDGE_PATH_MAX + 1; i++)
		(void)buf_printf(&b, "<release version='v%d' seq='%d'><from min-seq='%d'/>"
			"</release>", i, 100 * i + 100, i > 0 ? 100 * i : 0);
	(void)buf_add_text(&b, "</software>");
	world_begin(&w, buf_text(&b), NULL, ENG "v0");
	(void)snprintf(version, sizeof(version), "v%d", JUDGE_PATH_MAX);
	ck_assert_str_ne(path_text(&w, "engine-fw", version, NULL), "long");
	(void)snprintf(version, sizeof(version), "v%d", JUDGE_PATH_MAX + 1);
	ck_assert_str_eq(path_text(&w, "engine-fw", version, NULL), "long");
	world_end(&w);
	buf_release(&b);
}
END_TEST

/* --- at random ---------------------------------------------------------------------------- */

/* A software of up to 7 releases with every kind of <from>. */
static void
random_software(uint64_t *seed, struct buf *b)
{
	static const char *const states[] = { "qualified", "qualified", "qualified",
		"qualified", "draft", "withdrawn' because='smoke" };
	static const char *const branches[] = { "", "", " branch='lts'" };
	uint32_t count = 2 + world_below(seed, 6);

	(void)buf_add_text(b, TYPE SOFTWARE);
	for (uint32_t i = 1; i <= count; i++) {
		(void)buf_printf(b, "<release version='v%u' seq='%u' state='%s' minutes='%u'%s>",
			i, i * 100, states[world_below(seed, 6)], world_below(seed, 4),
			branches[world_below(seed, 3)]);
		for (uint32_t n = world_below(seed, 4); n > 0; n--) {
			uint32_t low = world_below(seed, i);
			uint32_t high = low + world_below(seed, i - low);

			switch (world_below(seed, 5)) {
			case 0:
				(void)buf_add_text(b, "<from fresh='yes'/>");
				break;
			case 1:
				(void)buf_printf(b, "<from direction='down' max-seq='%u'/>",
					(i + 1 + world_below(seed, 4)) * 100);
				break;
			case 2:
				(void)buf_printf(b, "<from branch='lts' max-seq='%u'/>",
					high * 100);
				break;
			default:
				(void)buf_printf(b, "<from min-seq='%u' max-seq='%u'/>",
					low * 100, high * 100);
				break;
			}
		}
		(void)buf_add_text(b, "</release>");
	}
	(void)buf_add_text(b, "</software>");
}

/* The best of all ways, by going every one of them. */
struct every {
	const struct world *w;
	uint32_t first, target, floor_seq, fallback;
	uint64_t avoid;
	uint32_t way[8], count, minutes;
	bool found;
	uint32_t best[8], best_count, best_minutes;
};

static bool
every_better(const struct every *v)
{
	if (!v->found || v->count != v->best_count)
		return !v->found || v->count < v->best_count;
	if (v->minutes != v->best_minutes)
		return v->minutes < v->best_minutes;
	for (uint32_t i = 0; i < v->count; i++) {
		if (v->way[i] != v->best[i])
			return v->way[i] < v->best[i];
	}
	return false;
}

static void
every_way(struct every *v, uint32_t running, uint32_t visited)
{
	const struct catalogue_set *set = v->w->set;

	if (running == v->target) {
		if (every_better(v)) {
			v->found = true;
			memcpy(v->best, v->way, sizeof(v->best));
			v->best_count = v->count;
			v->best_minutes = v->minutes;
		}
		return;
	}
	for (uint32_t i = 0; i < set->software[0].release_count; i++) {
		uint32_t to = v->first + i, minutes = set->releases[to].minutes;

		if ((visited >> i & 1) != 0 || !catalogue_from_allows(set, to, running)
		    || (set->releases[to].state == CATALOGUE_DRAFT && !v->w->policy.drafts)
		    || set->releases[to].state == CATALOGUE_WITHDRAWN
		    || (set->releases[to].seq < v->floor_seq && !v->w->policy.tickets)
		    || (to != v->target && (v->avoid >> i & 1) != 0))
			continue;
		minutes = minutes == 0 ? JUDGE_INSTALL_MINUTES : minutes;
		if (v->count == 0 && to == v->fallback)
			minutes = JUDGE_SWITCH_MINUTES;
		v->way[v->count++] = to;
		v->minutes += minutes;
		every_way(v, to, visited | 1u << i);
		v->minutes -= minutes;
		v->count--;
	}
}

static void
compare_with_every_way(uint64_t *seed, const struct world *w, uint32_t release)
{
	uint32_t bank = w->shape.units[1].first_bank, hops[8], minutes[8];
	const struct judge_bank *b = &w->shape.banks[bank];
	struct every v = { .w = w, .target = release, .floor_seq = b->floor_seq,
		.first = w->set->software[0].first_release, .fallback = CATALOGUE_NONE,
		.avoid = world_below(seed, 3) == 0 ? world_random(seed) : 0 };
	uint32_t running = b->label == JUDGE_LISTED ? b->release : CATALOGUE_NONE;
	struct judge_path path;
	enum judge_no_path no;

	if (w->shape.banks[bank + 1].label == JUDGE_LISTED)
		v.fallback = w->shape.banks[bank + 1].release;
	every_way(&v, running, running == CATALOGUE_NONE ? 0 : 1u << (running - v.first));
	no = judge_path_find(w->set, &w->shape, &w->policy, 1, bank, release, &v.avoid, &path);
	ck_assert_int_eq(no == JUDGE_PATH_FOUND, v.found);
	if (v.found) {
		ck_assert_uint_eq(path.count, v.best_count);
		ck_assert_uint_eq(path.minutes, v.best_minutes);
		for (uint32_t i = 0; i < path.count; i++)
			ck_assert_uint_eq(path.hops[i].release, v.best[i]);
	}
	if (v.avoid != 0)
		return;
	judge_path_all(w->set, &w->shape, &w->policy, 1, bank, 0, hops, minutes);
	ck_assert_uint_eq(hops[release - v.first], v.found ? v.best_count : UINT32_MAX);
	ck_assert_uint_eq(minutes[release - v.first], v.found ? v.best_minutes : UINT32_MAX);
}

START_TEST(every_path_at_random)
{
	const uint64_t first = UINT64_C(4020261122);
	uint64_t seed = first;
	uint32_t found = 0;

	for (uint32_t i = world_count(2000); i > 0; i--) {
		struct buf b;
		char device[128];
		struct world w;

		buf_init(&b, 1 << 16);
		random_software(&seed, &b);
		(void)snprintf(device, sizeof(device), ENG "v%u sw=engine-fw/v%u@fallback",
			1 + world_below(&seed, 8), 1 + world_below(&seed, 8));
		world_begin(&w, buf_text(&b), NULL, device);
		w.policy.drafts = world_below(&seed, 4) == 0;
		w.policy.tickets = world_below(&seed, 4) == 0;
		if (w.shape.banks[0].label == JUDGE_LISTED)
			w.shape.banks[0].floor_seq = world_below(&seed, 4) * 100;
		for (uint32_t r = 0; r < w.set->software[0].release_count; r++, found++)
			compare_with_every_way(&seed, &w, r);
		world_end(&w);
		buf_release(&b);
	}
	printf("# seed %llu: %u paths\n", (unsigned long long)first, found);
}
END_TEST

/* All of 2,000 releases, each of which asks for one of the hundred before it. */
START_TEST(a_long_history)
{
	enum { COUNT = 2000 };
	uint32_t *hops = calloc(COUNT, sizeof(*hops)), *minutes = calloc(COUNT, sizeof(*minutes));
	struct buf b;
	struct world w;

	buf_init(&b, 1 << 20);
	(void)buf_add_text(&b, TYPE SOFTWARE);
	for (int i = 0; i < COUNT; i++)
		(void)buf_printf(&b, "<release version='v%d' seq='%d'><from min-seq='%d'/>"
			"</release>", i, i + 1, i > 199 ? i - 199 : 0);
	(void)buf_add_text(&b, "</software>");
	world_begin(&w, buf_text(&b), NULL, ENG "v0");
	judge_path_all(w.set, &w.shape, &w.policy, 1, w.shape.units[1].first_bank, 0, hops,
		minutes);
	ck_assert_uint_eq(hops[0], 0);
	ck_assert_uint_eq(hops[199], 1);
	ck_assert_uint_eq(hops[COUNT - 1], 10);
	ck_assert_uint_eq(minutes[COUNT - 1], 10 * JUDGE_INSTALL_MINUTES);
	world_end(&w);
	buf_release(&b);
	free(hops);
	free(minutes);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_path");
	TCase *tc = tcase_create("judge_path");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, no_from_is_any_lower);
	tcase_add_test(tc, from_ranges);
	tcase_add_test(tc, stepping_stones);
	tcase_add_test(tc, hops_before_minutes);
	tcase_add_test(tc, change_of_branch);
	tcase_add_test(tc, downward);
	tcase_add_test(tc, fresh);
	tcase_add_test(tc, wrong_digest);
	tcase_add_test(tc, states_of_stones);
	tcase_add_test(tc, fallback_bank);
	tcase_add_test(tc, switched_stone);
	tcase_add_test(tc, floor_and_ticket);
	tcase_add_test(tc, floor_of_another_software);
	tcase_add_test(tc, long_ones);
	tcase_add_test(tc, every_path_at_random);
	tcase_add_test(tc, a_long_history);
	suite_add_tcase(s, tc);
	return support_run(s);
}

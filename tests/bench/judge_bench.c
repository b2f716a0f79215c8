/*
 * judge_bench: what one judgement costs, from the structure of a device to the
 * plan, catalogues loaded: shape, problem, search, plan.  CPU of the process.
 * Each problem is a catalogue of its own, made from a seed; libsolv is given
 * the same one.  Figures on stdout, the rest on stderr.
 *
 * judge_bench [PROBLEMS [SERIES]]
 */
#include <config.h>

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "manager/judge/judge.h"
#include "tests/unit/rules_world.h"
#ifdef HAVE_LIBSOLV
#include <solv/solvversion.h>
#include "tests/unit/rules_libsolv.h"
#endif

struct sample {
	int64_t ours_ns, problem_ns, solve_ns, peer_ns;
	uint32_t nodes, changed, peer_changed;
	bool proven, recommended, planned, peer_found;
};

struct series {
	const char *name;	/* of the figures */
	struct rules_spec spec;
	uint32_t count;
	double median_bar_us, worst_bar_us;	/* 0 = none */
	struct sample *samples;
};

static int64_t
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, e->text);
	exit(EXIT_STORAGE);
}

static void
load(const struct rules_world *w, struct catalogue **ret, struct catalogue_set **ret_set)
{
	struct catalogue_findings findings = {0};
	char *xml = rules_world_xml(w);
	const struct catalogue *list[1];
	struct err e = {{0}};

	if (catalogue_read("bench.xml", xml, strlen(xml), ret, &findings, &e))
		die("catalogue", &e);
	list[0] = *ret;
	if (catalogue_set_link(list, 1, ret_set, &findings, &e))
		die("catalogue", &e);
	catalogue_findings_release(&findings);
	free(xml);
}

static uint32_t
count_changed(const struct judge_problem *p, const struct judgement *j)
{
	uint32_t n = 0;

	for (uint32_t v = 0; j->recommended != NULL && v < p->variable_count; v++)
		n += j->recommended[v] != 0;
	return n;
}

static void
judge_one(const struct catalogue_set *set, const struct structure *s, struct sample *ret)
{
	struct judge_policy policy;
	struct judge_shape shape;
	struct judge_problem *problem;
	struct judgement j;
	struct err e = {{0}};
	int64_t began = cpu_ns();

	judge_policy_default(&policy);
	if (judge_shape_make(set, s, &shape, NULL, &e) ||
	    judge_problem_new(set, &shape, &policy, 1800000000, &problem, &e))
		die("judge", &e);
	ret->problem_ns = cpu_ns() - began;
	if (judge(problem, &j, &e))
		die("judge", &e);
	ret->ours_ns = cpu_ns() - began;
	ret->nodes = j.nodes;
	ret->proven = j.proven;
	ret->recommended = j.end == JUDGE_RECOMMENDED || j.end == JUDGE_NOTHING_TO_DO;
	ret->planned = j.plan.end == JUDGE_PLAN_READY;
	ret->changed = count_changed(problem, &j);
	began = cpu_ns();
	judgement_release(&j);
	judge_problem_free(problem);
	judge_shape_release(&shape);
	ret->ours_ns += cpu_ns() - began;
}

static void
solve_one(const struct rules_world *w, struct sample *ret)
{
	struct solve_answer a;
	struct solve_world p;
	struct err e = {{0}};
	int64_t began;

	rules_world_problem(w, true, &p);
	began = cpu_ns();
	if (judge_solve(&p.problem, &a, &e))
		die("solve", &e);
	ret->solve_ns = cpu_ns() - began;
	solve_answer_release(&a);
	solve_world_release(&p);
}

#ifdef HAVE_LIBSOLV
static void
peer_one(const struct rules_world *w, struct sample *ret)
{
	uint32_t state[64];
	int64_t began = cpu_ns();

	ret->peer_found = rules_libsolv(w, true, state);
	ret->peer_ns = cpu_ns() - began;
	for (uint32_t i = 0; ret->peer_found && i < w->spec.units; i++)
		ret->peer_changed += state[i] != w->now[i];
}
#else
static void
peer_one(const struct rules_world *w, struct sample *ret)
{
	(void)w;
	(void)ret;
}
#endif

static int
by_ours(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->ours_ns > y->ours_ns) - (x->ours_ns < y->ours_ns);
}

static int
by_solve(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->solve_ns > y->solve_ns) - (x->solve_ns < y->solve_ns);
}

static int
by_problem(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->problem_ns > y->problem_ns) - (x->problem_ns < y->problem_ns);
}

static int
by_peer(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->peer_ns > y->peer_ns) - (x->peer_ns < y->peer_ns);
}

/* Median and worst, in microseconds. */
struct spread { double median_us, worst_us; };

static struct spread
spread(struct series *s, int (*by)(const void *, const void *), size_t field)
{
	const char *base = (const char *)s->samples + field;
	struct spread r;

	qsort(s->samples, s->count, sizeof *s->samples, by);
	r.median_us = (double)*(const int64_t *)(base + s->count / 2 * sizeof *s->samples) / 1e3;
	r.worst_us = (double)*(const int64_t *)(base + (s->count - 1) * sizeof *s->samples) / 1e3;
	return r;
}

static void
figure(const char *name, const char *what, double value, const char *unit, double peer)
{
	(void)printf("%s%s %.1f %s", name, what, value, unit);
#ifdef HAVE_LIBSOLV
	if (peer >= 0)
		(void)printf(" vs libsolv-%s %.1f ratio %.2f", LIBSOLV_VERSION_STRING, peer,
			value > 0 ? peer / value : 0);
#else
	(void)peer;
#endif
	(void)printf("\n");
}

/* Units changed by both where both found something, in all. */
static void
say_changed(const struct series *s)
{
	uint64_t ours = 0, peers = 0, both = 0, needless = 0, proven = 0, planned = 0, nodes = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct sample *one = &s->samples[i];

		proven += one->proven;
		planned += one->planned;
		nodes += one->nodes;
		if (!one->peer_found || !one->recommended)
			continue;
		both++;
		ours += one->changed;
		peers += one->peer_changed;
		needless += one->peer_changed > one->changed;
	}
	figure(s->name, ".proven", 100.0 * (double)proven / s->count, "%", -1);
	figure(s->name, ".planned", 100.0 * (double)planned / s->count, "%", -1);
	figure(s->name, ".nodes", (double)nodes / s->count, "nodes", -1);
	if (both == 0)
		return;
	figure(s->name, ".changed", (double)ours / (double)both, "units", (double)peers /
		(double)both);
	(void)fprintf(stderr, "bench: %s: libsolv changed more units than needed in %" PRIu64
		" of %" PRIu64 " devices: %" PRIu64 " units, we %" PRIu64 "\n", s->name, needless,
		both, peers, ours);
}

static void
bar(const char *what, double value, double limit)
{
	if (limit > 0)
		(void)fprintf(stderr, "bench: bar %s: %.1f us <= %.0f us: %s\n", what, value,
			limit, value <= limit ? "met" : "MISSED");
}

static void
run(struct series *s)
{
	struct spread ours, problem, solver, peer;

	s->samples = calloc(s->count, sizeof *s->samples);
	if (s->samples == NULL)
		exit(EXIT_STORAGE);
	for (uint32_t i = 0; i < s->count; i++) {
		struct rules_world w;
		struct catalogue_set *set;
		struct catalogue *c;
		struct structure device;

		rules_world_make(&w, i + 1, &s->spec);
		load(&w, &c, &set);
		rules_world_structure(&w, &device);
		judge_one(set, &device, &s->samples[i]);
		solve_one(&w, &s->samples[i]);
		peer_one(&w, &s->samples[i]);
		structure_release(&device);
		catalogue_set_free(set);
		catalogue_free(c);
		rules_world_release(&w);
	}
	ours = spread(s, by_ours, offsetof(struct sample, ours_ns));
	problem = spread(s, by_problem, offsetof(struct sample, problem_ns));
	solver = spread(s, by_solve, offsetof(struct sample, solve_ns));
	peer = spread(s, by_peer, offsetof(struct sample, peer_ns));
	figure(s->name, ".median", ours.median_us, "us", -1);
	figure(s->name, ".worst", ours.worst_us, "us", -1);
	figure(s->name, ".problem.median", problem.median_us, "us", -1);
	figure(s->name, ".solve.median", solver.median_us, "us", peer.median_us);
	figure(s->name, ".solve.worst", solver.worst_us, "us", peer.worst_us);
	bar("median", ours.median_us, s->median_bar_us);
	bar("worst", ours.worst_us, s->worst_bar_us);
	say_changed(s);
	free(s->samples);
}

int
main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
	struct series list[] = {
		{ "judge", { 20, 20, 30, 30, 3, true }, n, 1000, 20000, NULL },
		{ "judge.moved5", { 20, 20, 30, 30, 5, true }, n, 0, 0, NULL },
		{ "judge.pairs100", { 20, 20, 100, 30, 3, true }, n / 4, 0, 0, NULL },
		{ "judge.pairs100.moved5", { 20, 20, 100, 30, 5, true }, n / 4, 0, 0, NULL },
		{ "judge.random", { 20, 20, 30, 30, 0, false }, n / 4, 0, 0, NULL },
		{ "judge.random.pairs100", { 20, 20, 100, 30, 0, false }, n / 100, 0, 0, NULL },
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (argc <= 2 || strcmp(list[i].name, argv[2]) == 0)
			run(&list[i]);
	return 0;
}

#include <config.h>

#include "tests/unit/rules_libsolv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solver.h>
#include <solv/transaction.h>

struct peer {
	const struct rules_world *w;
	Pool *pool;
	Id *names;	/* of units */
	Id *versions;	/* of releases */
	Id *packages;	/* of unit * releases + release, available */
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static Id
add_package(struct peer *p, Repo *repo, uint32_t unit, uint32_t release)
{
	Id id = repo_add_solvable(repo);
	Solvable *s = pool_id2solvable(p->pool, id);

	s->name = p->names[unit];
	s->evr = p->versions[release];
	s->arch = ARCH_NOARCH;
	s->provides = repo_addid_dep(repo, s->provides,
		pool_rel2id(p->pool, s->name, s->evr, REL_EQ, 1), 0);
	return id;
}

static void
add_rule(struct peer *p, Solvable *s, const struct rules_rule *r)
{
	Id name = p->names[r->other];

	if (r->forbids) {
		for (uint32_t k = r->low; k <= r->high; k++)
			s->conflicts = repo_addid_dep(s->repo, s->conflicts,
				pool_rel2id(p->pool, name, p->versions[k], REL_EQ, 1), 0);
		return;
	}
	s->requires = repo_addid_dep(s->repo, s->requires,
		pool_rel2id(p->pool, name, p->versions[r->low], REL_GT | REL_EQ, 1), 0);
	s->requires = repo_addid_dep(s->repo, s->requires,
		pool_rel2id(p->pool, name, p->versions[r->high], REL_LT | REL_EQ, 1), 0);
}

static void
fill(struct peer *p, bool installed)
{
	const struct rules_spec *spec = &p->w->spec;
	Repo *available = repo_create(p->pool, "available"), *there = NULL;
	Id *running = must(calloc(spec->units, sizeof *running));
	char text[32];

	p->names = must(calloc(spec->units, sizeof *p->names));
	p->versions = must(calloc(spec->releases, sizeof *p->versions));
	p->packages = must(calloc((size_t)spec->units * spec->releases, sizeof *p->packages));
	if (installed) {
		there = repo_create(p->pool, "installed");
		pool_set_installed(p->pool, there);
	}
	for (uint32_t k = 0; k < spec->releases; k++) {
		(void)snprintf(text, sizeof text, "%u", k + 1);
		p->versions[k] = pool_str2id(p->pool, text, 1);
	}
	for (uint32_t i = 0; i < spec->units; i++) {
		(void)snprintf(text, sizeof text, "u%u", i);
		p->names[i] = pool_str2id(p->pool, text, 1);
	}
	for (uint32_t i = 0; i < spec->units; i++) {
		for (uint32_t k = 0; k < spec->releases; k++)
			p->packages[i * spec->releases + k] = add_package(p, available, i, k);
		if (installed)
			running[i] = add_package(p, there, i, p->w->now[i]);
	}
	for (uint32_t i = 0; i < p->w->rule_count; i++) {
		const struct rules_rule *r = &p->w->rules[i];

		add_rule(p, pool_id2solvable(p->pool,
			p->packages[r->unit * spec->releases + r->release]), r);
		if (installed && p->w->now[r->unit] == r->release)
			add_rule(p, pool_id2solvable(p->pool, running[r->unit]), r);
	}
	free(running);
}

/* The release of each unit after the transaction. */
static void
read_answer(const struct peer *p, Solver *solver, uint32_t *ret)
{
	Queue q;

	queue_init(&q);
	solver_get_decisionqueue(solver, &q);
	for (int i = 0; i < q.count; i++) {
		Solvable *s;

		if (q.elements[i] <= 0)
			continue;
		s = pool_id2solvable(p->pool, q.elements[i]);
		for (uint32_t u = 0; u < p->w->spec.units; u++)
			for (uint32_t k = 0; s->name == p->names[u] &&
			    k < p->w->spec.releases; k++)
				if (s->evr == p->versions[k])
					ret[u] = k;
	}
	queue_free(&q);
}

bool
rules_libsolv(const struct rules_world *w, bool installed, uint32_t *ret)
{
	struct peer p = { .w = w, .pool = must(pool_create()) };
	Solver *solver;
	Queue jobs;
	bool can;

	(void)pool_setdisttype(p.pool, DISTTYPE_RPM);
	fill(&p, installed);
	pool_createwhatprovides(p.pool);
	solver = must(solver_create(p.pool));
	solver_set_flag(solver, SOLVER_FLAG_ALLOW_DOWNGRADE, 1);
	queue_init(&jobs);
	if (installed)	/* what is installed has to be right, too */
		queue_push2(&jobs, SOLVER_VERIFY | SOLVER_SOLVABLE_ALL, 0);
	for (uint32_t i = 0; i < w->spec.units; i++)
		queue_push2(&jobs, SOLVER_INSTALL | SOLVER_SOLVABLE_NAME, p.names[i]);
	can = solver_solve(solver, &jobs) == 0;
	if (can && ret != NULL)
		read_answer(&p, solver, ret);
	queue_free(&jobs);
	solver_free(solver);
	pool_free(p.pool);
	free(p.names);
	free(p.versions);
	free(p.packages);
	return can;
}

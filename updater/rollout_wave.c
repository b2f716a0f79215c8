#include <config.h>

#include "updater/rollout_wave.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_SIZE = crypto_generichash_BYTES };

/* A member on the way to its wave. */
struct place {
	struct rollout_member *m;
	uint8_t hash[HASH_SIZE];
	uint64_t share;		/* place in its stratum, of 2^32 */
	uint32_t model, revision, site;	/* numbers of what it has of each */
	bool canary;
};

static int
by_stratum(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->m->model, y->m->model);

	if (order == 0)
		order = strcmp(x->m->revision, y->m->revision);
	if (order == 0)
		order = strcmp(x->m->site, y->m->site);
	return order != 0 ? order : memcmp(x->hash, y->hash, HASH_SIZE);
}

static int
by_share(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->canary != y->canary)
		return x->canary ? -1 : 1;
	if (x->share != y->share)
		return x->share < y->share ? -1 : 1;
	return memcmp(x->hash, y->hash, HASH_SIZE);
}

static int
by_site(const void *a, const void *b)
{
	const struct place *const *x = a, *const *y = b;

	return strcmp((*x)->m->site, (*y)->m->site);
}

/* p is in order of strata: number models and revisions, and place each in its stratum. */
static void
number_strata(struct place *p, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rollout_member *m = p[i].m, *before = i > 0 ? p[i - 1].m : m;
		bool model = strcmp(m->model, before->model) != 0;
		bool revision = model || strcmp(m->revision, before->revision) != 0;
		size_t to;

		if (i > 0) {
			p[i].model = p[i - 1].model + model;
			p[i].revision = p[i - 1].revision + revision;
		}
		if (revision || strcmp(m->site, before->site) != 0)
			from = i;
		if (i != from)
			continue;
		for (to = i + 1; to < n && strcmp(p[to].m->site, m->site) == 0 &&
			strcmp(p[to].m->revision, m->revision) == 0 &&
			strcmp(p[to].m->model, m->model) == 0; to++)
			continue;
		for (size_t k = from; k < to; k++)
			p[k].share = (((uint64_t)(k - from) << 32) + (UINT64_C(1) << 31)) /
				(to - from);
	}
}

static int
number_sites(struct place *p, size_t n)
{
	struct place **q = calloc(n, sizeof(struct place *));

	if (q == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		q[i] = &p[i];
	qsort(q, n, sizeof(struct place *), by_site);
	for (size_t i = 1; i < n; i++)
		q[i]->site = q[i - 1]->site + (strcmp(q[i]->m->site, q[i - 1]->m->site) != 0);
	free(q);
	return 0;
}

/* How often each model, revision and site was taken. */
struct taken {
	uint32_t *model, *revision, *site;
};

/* Whether a is to be a canary rather than b. */
static bool
before(const struct place *a, const struct place *b, const struct taken *t)
{
	if (t->model[a->model] != t->model[b->model])
		return t->model[a->model] < t->model[b->model];
	if (t->revision[a->revision] != t->revision[b->revision])
		return t->revision[a->revision] < t->revision[b->revision];
	if (t->site[a->site] != t->site[b->site])
		return t->site[a->site] < t->site[b->site];
	return memcmp(a->hash, b->hash, HASH_SIZE) < 0;
}

static int
choose_canaries(struct place *p, size_t n, size_t canaries)
{
	uint32_t *counts = calloc(3 * n, sizeof(*counts));
	struct taken t;

	if (counts == NULL)
		return -ENOMEM;
	t = (struct taken){ counts, counts + n, counts + 2 * n };
	for (size_t c = 0; c < canaries; c++) {
		struct place *best = NULL;

		for (size_t i = 0; i < n; i++)
			if (!p[i].canary && (best == NULL || before(&p[i], best, &t)))
				best = &p[i];
		if (best == NULL)
			break;
		best->canary = true;
		t.model[best->model]++;
		t.revision[best->revision]++;
		t.site[best->site]++;
	}
	free(counts);
	return 0;
}

/* How many a wave takes of n where `rest` are left. */
static size_t
wave_takes(const struct rollout_wave_size *w, size_t n, size_t rest, bool last)
{
	size_t want = w->count;

	if (last || (w->count == 0 && w->permille == 0))
		return rest;
	if (want == 0)
		want = (n * w->permille + 999) / 1000;
	return want < rest ? want : rest;
}

static unsigned
deal(struct place *p, size_t n, const struct rollout_policy *policy, bool way_back)
{
	unsigned wave = 0;
	size_t i = 0;

	for (unsigned w = 0; w < policy->wave_count && i < n; w++) {
		size_t take = wave_takes(&policy->waves[w], n, n - i, w + 1 == policy->wave_count);

		if (w == 0 && !way_back && policy->wave_count > 1)
			take = 1;
		for (size_t end = i + take; i < end; i++)
			p[i].m->wave = (uint8_t)wave;
		wave += take > 0;
	}
	return wave > 0 ? wave : 1;
}

static void
place(struct place *p, struct rollout_member *m, const char *rollout)
{
	crypto_generichash_state h;

	p->m = m;
	(void)crypto_generichash_init(&h, NULL, 0, HASH_SIZE);
	(void)crypto_generichash_update(&h, (const unsigned char *)rollout, strlen(rollout) + 1);
	(void)crypto_generichash_update(&h, (const unsigned char *)m->device, strlen(m->device));
	(void)crypto_generichash_final(&h, p->hash, HASH_SIZE);
}

int
rollout_wave_assign(struct rollout_member *members, size_t count, const char *rollout,
	const struct rollout_policy *policy, bool way_back, unsigned *ret_waves, struct err *e)
{
	struct place *p = calloc(count + 1, sizeof(*p));
	size_t n = 0, canaries = way_back ? policy->waves[0].count : 1;
	unsigned waves;
	int rc;

	if (p == NULL)
		return err_set(e, -ENOMEM, "no memory for the waves");
	for (size_t i = 0; i < count; i++)
		if (!members[i].late)
			place(&p[n++], &members[i], rollout);
	qsort(p, n, sizeof(*p), by_stratum);
	number_strata(p, n);
	rc = n > 0 ? number_sites(p, n) : 0;
	if (rc == 0 && canaries > 0 && canaries <= ROLLOUT_CANARIES_MAX && n > 0)
		rc = choose_canaries(p, n, canaries);
	if (rc < 0) {
		(void)err_set(e, rc, "no memory for the waves");
		goto out;
	}
	qsort(p, n, sizeof(*p), by_share);
	waves = deal(p, n, policy, way_back);
	for (size_t i = 0; i < count; i++)
		if (members[i].late)
			members[i].wave = (uint8_t)(waves - 1);
	*ret_waves = waves;
out:
	free(p);
	return rc;
}

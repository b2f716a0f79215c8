#include <config.h>

#include "updater/rollout_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

enum { HEX_SIZE = 2 * ROLLOUT_DIGEST_SIZE + 1, LINE_SIZE = 256 };

struct out {
	int (*write)(void *user, const void *data, size_t len);
	void *user;
	int rc;
};

static void
put(struct out *o, const void *data, size_t len)
{
	if (o->rc == 0)
		o->rc = o->write(o->user, data, len);
}

static void __attribute__((format(printf, 2, 3)))
put_line(struct out *o, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put(o, line, n < 0 ? 0 : (size_t)n);
}

/* "LEN:TEXT" */
static void
put_text(struct out *o, const char *text)
{
	size_t len = strlen(text);

	put_line(o, "%zu:", len);
	put(o, text, len);
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, ROLLOUT_DIGEST_SIZE);
}

static int
by_recipe(const void *a, const void *b)
{
	const struct rollout_recipe *x = a, *y = b;

	return memcmp(x->digest, y->digest, ROLLOUT_DIGEST_SIZE);
}

void
rollout_recipes_sort(struct rollout_recipe *recipes, size_t count)
{
	if (count > 1)
		qsort(recipes, count, sizeof(*recipes), by_recipe);
}

static int
by_device(const void *a, const void *b)
{
	const struct rollout_member *const *x = a, *const *y = b;

	return strcmp((*x)->device, (*y)->device);
}

static int
write_images(const struct rollout_plan *p, struct out *o, struct err *e)
{
	uint8_t (*digest)[ROLLOUT_DIGEST_SIZE];
	char hex[HEX_SIZE];
	size_t n = 0, most = 0;

	for (size_t i = 0; i < p->recipe_count; i++)
		most += p->recipes[i].count;
	digest = calloc(most + 1, sizeof(*digest));
	if (digest == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan's hash");
	for (size_t i = 0; i < p->recipe_count; i++)
		for (size_t k = 0; k < p->recipes[i].count; k++)
			if (p->recipes[i].steps[k].digest_known)
				memcpy(digest[n++], p->recipes[i].steps[k].digest, sizeof(*digest));
	qsort(digest, n, sizeof(*digest), by_digest);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_digest(digest[i], digest[i - 1]) == 0)
			continue;
		text_hex(hex, sizeof(hex), digest[i], sizeof(digest[i]));
		put_line(o, "image %s\n", hex);
	}
	free(digest);
	return 0;
}

static int
write_recipes(const struct rollout_plan *p, struct out *o, struct err *e)
{
	const struct rollout_recipe *r = p->recipes;
	char hex[HEX_SIZE];

	for (size_t i = 0; i < p->recipe_count; i++) {
		if (i > 0 && by_recipe(&r[i - 1], &r[i]) >= 0)
			return err_set(e, -EINVAL, "the plan's recipes are not in order");
		text_hex(hex, sizeof(hex), r[i].digest, sizeof(r[i].digest));
		put_line(o, "recipe %s ", hex);
		put_text(o, r[i].text);
		put(o, "\n", 1);
	}
	return 0;
}

static void
write_member(const struct rollout_member *m, struct out *o)
{
	char shape[HEX_SIZE], recipe[HEX_SIZE];

	text_hex(shape, sizeof(shape), m->shape, sizeof(m->shape));
	text_hex(recipe, sizeof(recipe), m->recipe, sizeof(m->recipe));
	put(o, "member ", 7);
	put_text(o, m->device);
	put_line(o, " %s %s %u\n", shape, recipe, (unsigned)m->wave);
}

static int
write_members(const struct rollout_plan *p, struct out *o, struct err *e)
{
	const struct rollout_member **m = calloc(p->member_count + 1,
		sizeof(struct rollout_member *));
	char shown[STRUCTURE_ID_MAX * 4 + 1];
	size_t n = 0;
	int rc = 0;

	if (m == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan's hash");
	for (size_t i = 0; i < p->member_count; i++)
		if (!p->members[i].late)
			m[n++] = &p->members[i];
	qsort(m, n, sizeof(struct rollout_member *), by_device);
	for (size_t i = 0; i < n && rc == 0; i++) {
		(void)text_escape(shown, sizeof(shown), m[i]->device);
		if (i > 0 && by_device(&m[i], &m[i - 1]) == 0)
			rc = err_set(e, -EINVAL, "device %s stands twice in the plan", shown);
		else if (rollout_plan_recipe(p, m[i]->recipe) == NULL)
			rc = err_set(e, -EINVAL, "device %s has no recipe in the plan", shown);
		else
			write_member(m[i], o);
	}
	free(m);
	return rc;
}

int
rollout_plan_write(const struct rollout_plan *p,
	int (*write)(void *user, const void *data, size_t len), void *user, struct err *e)
{
	struct out o = { .write = write, .user = user };
	char hex[HEX_SIZE];
	int rc;

	if (p->member_count > ROLLOUT_MEMBERS_MAX || p->recipe_count > ROLLOUT_RECIPES_MAX)
		return err_set(e, -EMSGSIZE, "more than %d members or %d recipes; select fewer",
			ROLLOUT_MEMBERS_MAX, ROLLOUT_RECIPES_MAX);
	put_line(&o, "imgadm-rollout-plan 1\nselection ");
	put_text(&o, p->rollout->selection);
	text_hex(hex, sizeof(hex), p->rollout->set_digest, sizeof(p->rollout->set_digest));
	put_line(&o, "\ncatalogues %s\npolicy ", hex);
	put_text(&o, p->rollout->policy);
	put(&o, "\n", 1);
	rc = write_images(p, &o, e);
	if (rc == 0)
		rc = write_recipes(p, &o, e);
	if (rc == 0)
		rc = write_members(p, &o, e);
	if (rc == 0 && o.rc < 0)
		rc = err_set(e, o.rc, "the plan's text could not be written");
	return rc;
}

static int
hash_more(void *user, const void *data, size_t len)
{
	return crypto_hash_sha256_update(user, data, len) == 0 ? 0 : -EINVAL;
}

int
rollout_plan_hash(const struct rollout_plan *p, uint8_t ret_hash[ROLLOUT_DIGEST_SIZE],
	struct err *e)
{
	crypto_hash_sha256_state h;
	int rc;

	(void)crypto_hash_sha256_init(&h);
	rc = rollout_plan_write(p, hash_more, &h, e);
	if (rc == 0)
		(void)crypto_hash_sha256_final(&h, ret_hash);
	return rc;
}

const struct rollout_recipe *
rollout_plan_recipe(const struct rollout_plan *p, const uint8_t digest[ROLLOUT_DIGEST_SIZE])
{
	size_t low = 0, high = p->recipe_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(p->recipes[middle].digest, digest, ROLLOUT_DIGEST_SIZE);

		if (order == 0)
			return &p->recipes[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool
rollout_plan_way_back(const struct rollout_plan *p)
{
	for (size_t i = 0; i < p->recipe_count; i++)
		if (!p->recipes[i].way_back)
			return false;
	return true;
}

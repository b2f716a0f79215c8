#include <config.h>

#include "updater/rollout_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

bool
rollout_is_id(const char *name)
{
	return strncmp(name, "r-", 2) == 0 && name[2] != '\0';
}

void
rollout_loaded_release(struct rollout_loaded *l)
{
	for (size_t i = 0; i < l->recipe_count; i++)
		rollout_recipe_release(&l->recipes[i]);
	free(l->recipes);
	free(l->members);
	free(l->versions);
	*l = (struct rollout_loaded){ 0 };
}

void
rollout_loaded_member(struct rollout_loaded *l, size_t place,
	const struct rollout_member *after, int64_t version)
{
	l->members[place] = *after;
	l->versions[place] = version;
}

static int
load_members(struct store *s, struct rollout_loaded *l, struct err *e)
{
	struct store_member *rows = NULL;
	size_t count = 0;
	int rc = store_rollout_members(s, l->stored.rollout.id, false, &rows, &count, e);

	if (rc < 0)
		return rc;
	l->members = calloc(count + 1, sizeof(*l->members));
	l->versions = calloc(count + 1, sizeof(*l->versions));
	if (l->members == NULL || l->versions == NULL) {
		rc = err_set(e, -ENOMEM, "no memory for a rollout's members");
	} else {
		l->member_count = count;
		for (size_t i = 0; i < count; i++)
			rollout_loaded_member(l, i, &rows[i].member, rows[i].version);
	}
	free(rows);
	return rc;
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, ROLLOUT_DIGEST_SIZE);
}

static int
load_recipe(struct store *s, struct rollout_loaded *l, const uint8_t *digest, struct err *e)
{
	struct rollout_recipe *r = &l->recipes[l->recipe_count];
	char *text = NULL;
	int rc = store_rollout_recipe(s, l->stored.rollout.id, digest, &text, e);

	if (rc < 0)
		return rc;
	rc = rollout_recipe_parse(text, r, e);
	free(text);
	if (rc == 0) {
		l->recipe_count++;
		if (memcmp(r->digest, digest, ROLLOUT_DIGEST_SIZE) != 0)
			rc = err_set(e, -EINVAL, "a recipe is not the one of its digest");
	}
	return rc;
}

/* Each that a member names, once. */
static int
load_recipes(struct store *s, struct rollout_loaded *l, struct err *e)
{
	uint8_t (*digests)[ROLLOUT_DIGEST_SIZE] = calloc(l->member_count + 1, sizeof(*digests));
	size_t count = 0;
	int rc = 0;

	if (digests == NULL)
		return err_set(e, -ENOMEM, "no memory for a rollout's recipes");
	for (size_t i = 0; i < l->member_count; i++)
		memcpy(digests[i], l->members[i].recipe, sizeof(digests[i]));
	qsort(digests, l->member_count, sizeof(*digests), by_digest);
	for (size_t i = 0; i < l->member_count; i++)
		if (i == 0 || by_digest(digests[i], digests[count - 1]) != 0)
			memmove(digests[count++], digests[i], sizeof(*digests));
	l->recipes = calloc(count + 1, sizeof(*l->recipes));
	if (l->recipes == NULL)
		rc = err_set(e, -ENOMEM, "no memory for a rollout's recipes");
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = load_recipe(s, l, digests[i], e);
	free(digests);
	return rc;
}

int
rollout_load(struct store *s, const char *id, struct rollout_loaded *ret, struct err *e)
{
	struct rollout_loaded *l = ret;
	int rc;

	*l = (struct rollout_loaded){ 0 };
	rc = store_rollout_get(s, id, &l->stored, e);
	if (rc == 0)
		rc = load_members(s, l, e);
	if (rc == 0)
		rc = load_recipes(s, l, e);
	if (rc == 0)
		rc = rollout_policy_parse(l->stored.rollout.policy, &l->policy, e);
	if (rc < 0) {
		err_prefix(e, "rollout %s", id);
		rollout_loaded_release(l);
		return rc;
	}
	l->plan = (struct rollout_plan){ .rollout = &l->stored.rollout, .recipes = l->recipes,
		.recipe_count = l->recipe_count, .members = l->members,
		.member_count = l->member_count };
	return 0;
}

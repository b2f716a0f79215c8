#include <config.h>

#include "updater/rollout_make.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"
#include "lib/store/store_image.h"
#include "updater/rollout_wave.h"

enum { MISSING_MAX = 4096, ID_NAME_MAX = 18, ID_HEX = 8, ID_TRIES = 99 };

void
rollout_made_release(struct rollout_made *m)
{
	for (size_t i = 0; i < m->recipe_count; i++)
		rollout_recipe_release(&m->recipes[i]);
	free(m->recipes);
	free(m->members);
	free(m->images);
	free(m->missing);
	free(m->left);
	*m = (struct rollout_made){ 0 };
}

/* --- who is left out ------------------------------------------------------------------ */

static void
leave(struct rollout_made *m, const struct rollout_candidate *c, bool done, const char *why)
{
	struct rollout_left *l = &m->left[m->left_count++];

	*l = (struct rollout_left){ .done = done };
	(void)text_copy(l->name, sizeof(l->name), c->name);
	(void)text_copy(l->why, sizeof(l->why), why);
	m->done_count += done;
}

/* Why it can be no member, whatever the judge says; NULL = it can. */
static const char *
refusal(const struct rollout_candidate *c)
{
	if (c->device == 0)
		return "unknown: no device of the fleet has this name";
	if (c->waits)
		return "it waits for approval: imgadm-fleet approve";
	if (c->id[0] == '\0')
		return "it has not said yet which device it is: imgadm-poll reads it";
	if (!c->judged)
		return "it is not judged on what it is now: imgadm-judge run judges it";
	return NULL;
}

/* --- what the judge says ---------------------------------------------------------------- */

/* Why there are no steps: the line of the plan that says it. */
static void
why_none(const struct update_plan *p, char *dst, size_t size)
{
	static const char mark[] = "No plan: ";
	const char *at = p->text != NULL ? strstr(p->text, mark) : NULL;
	char line[ERR_TEXT_SIZE];
	size_t len;

	if (at == NULL) {
		(void)snprintf(dst, size, "no plan: %s", p->end);
		return;
	}
	at += sizeof(mark) - 1;
	len = strcspn(at, "\n");
	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, at, len);
	line[len] = '\0';
	(void)text_copy(dst, size, line);
}

int
rollout_make_recipe(struct store *s, struct update_step *steps, size_t count,
	struct rollout_recipe *ret, struct err *e)
{
	struct store_image image;
	struct err none;
	int rc;

	for (size_t i = 0; i < count; i++) {
		struct update_step *t = &steps[i];

		if (t->kind != UPDATE_STEP_INSTALL || t->digest_known)
			continue;
		rc = store_image_find(s, t->software, t->creator, t->seq, &image, &none);
		if (rc < 0 && rc != -ENOENT) {
			*e = none;
			return rc;
		}
		t->digest_known = rc == 0;
		if (rc == 0)
			memcpy(t->digest, image.sha256, sizeof(t->digest));
	}
	return rollout_recipe_make(steps, count, ret, e);
}

/* Its place among the recipes; a known one is let go. */
static int
keep_recipe(struct rollout_made *m, struct rollout_recipe *r, size_t *ret_at, struct err *e)
{
	for (size_t i = 0; i < m->recipe_count; i++)
		if (memcmp(m->recipes[i].digest, r->digest, sizeof(r->digest)) == 0) {
			rollout_recipe_release(r);
			*ret_at = i;
			return 0;
		}
	if (m->recipe_count == ROLLOUT_RECIPES_MAX) {
		rollout_recipe_release(r);
		return err_set(e, -E2BIG, "more than %d kinds of steps: narrow the selection",
			ROLLOUT_RECIPES_MAX);
	}
	*ret_at = m->recipe_count;
	m->recipes[m->recipe_count++] = *r;
	return 0;
}

/* The outcome for a shape: a recipe, or why there is none. */
struct outcome {
	bool member, done;
	size_t recipe;
	char symbol[STRUCTURE_LABEL_MAX + 1];	/* of the first step */
	char why[ERR_TEXT_SIZE];
};

static int
take_plan(const struct rollout_ask *a, struct rollout_made *m, struct update_plan *p,
	struct outcome *ret, struct err *e)
{
	struct rollout_recipe r = { 0 };
	struct err why = { 0 };
	int rc;

	if (p->stale)
		return err_set(e, -ESTALE, "the catalogues in force are stale: nothing is planned "
			"on them; imgadm-judge catalogue list says why");
	ret->done = strcmp(p->end, "nothingToDo") == 0 ||
		(strcmp(p->end, "ready") == 0 && p->count == 0);
	if (ret->done)
		return 0;
	if (strcmp(p->end, "ready") != 0) {
		why_none(p, ret->why, sizeof(ret->why));
		return 0;
	}
	(void)text_copy(ret->symbol, sizeof(ret->symbol), p->steps[0].symbol);
	rc = rollout_make_recipe(a->store, p->steps, p->count, &r, &why);
	if (rc == -EINVAL || rc == -EMSGSIZE) {
		(void)text_copy(ret->why, sizeof(ret->why), why.text);
		return 0;
	}
	if (rc < 0) {
		*e = why;
		return rc;
	}
	ret->member = true;
	return keep_recipe(m, &r, &ret->recipe, e);
}

static int
ask_judge(const struct rollout_ask *a, struct rollout_made *m, const char *device,
	struct outcome *ret, struct err *e)
{
	const struct rollout_selection *sel = a->selection;
	const struct update_plan_ask ask = { .device = device, .db = a->db,
		.software = sel->software[0] != '\0' ? sel->software : NULL,
		.version = sel->software[0] != '\0' ? sel->version : NULL,
		.symbol = sel->unit[0] != '\0' ? sel->unit : NULL, .drafts = sel->drafts,
		.tickets = sel->tickets, .quiet = true };
	struct update_plan p = { 0 };
	int rc;

	*ret = (struct outcome){ 0 };
	m->asked++;
	rc = update_plan_get(&ask, &p, e);
	if (rc == -EINVAL) {
		(void)text_copy(ret->why, sizeof(ret->why), e->text);
		return 0;
	}
	if (rc == 0)
		rc = take_plan(a, m, &p, ret, e);
	update_plan_release(&p);
	return rc;
}

/* --- members ------------------------------------------------------------------------------ */

/* HardwareRev of the first step's unit; what cannot be read stays empty. */
static int
read_revision(struct store *s, const struct rollout_candidate *c, const char *symbol,
	struct rollout_member *m, struct err *e)
{
	struct structure structure = { 0 };
	char name[STORE_NAME_MAX + 1];
	const struct unit *u;
	int rc = store_judge_structure(s, c->device, name, &structure, e);

	if (rc == -ENOENT || rc == -ENODATA)
		return 0;
	if (rc < 0)
		return rc;
	u = structure_unit_by_symbol(&structure, symbol);
	if (u != NULL)
		(void)text_copy(m->revision, sizeof(m->revision), u->hardware_rev);
	structure_release(&structure);
	return 0;
}

static int
add_member(const struct rollout_ask *a, struct rollout_made *m, const struct rollout_candidate *c,
	const struct outcome *o, struct err *e)
{
	struct rollout_member *to = &m->members[m->member_count];

	*to = (struct rollout_member){ .state = ROLLOUT_MEMBER_PLANNED,
		.wish = ROLLOUT_WISH_NONE, .reason = UPDATE_REASON_NONE,
		.first_reason = UPDATE_REASON_NONE, .since = a->now };
	(void)text_copy(to->device, sizeof(to->device), c->id);
	(void)text_copy(to->name, sizeof(to->name), c->name);
	(void)text_copy(to->site, sizeof(to->site), c->site);
	(void)text_copy(to->model, sizeof(to->model), c->model);
	memcpy(to->shape, c->shape, sizeof(to->shape));
	memcpy(to->recipe, m->recipes[o->recipe].digest, sizeof(to->recipe));
	m->member_count++;
	return read_revision(a->store, c, o->symbol, to, e);
}

static int
by_shape(const void *x, const void *y)
{
	const struct rollout_candidate *const *a = x, *const *b = y;
	int d = memcmp((*a)->shape, (*b)->shape, sizeof((*a)->shape));

	return d != 0 ? d : strcmp((*a)->name, (*b)->name);
}

static int
by_member_device(const void *x, const void *y)
{
	const struct rollout_member *a = x, *b = y;
	int d = strcmp(a->device, b->device);

	return d != 0 ? d : strcmp(a->name, b->name);
}

static int
by_member_name(const void *x, const void *y)
{
	return strcmp(((const struct rollout_member *)x)->name,
		((const struct rollout_member *)y)->name);
}

static int
by_left_name(const void *x, const void *y)
{
	return strcmp(((const struct rollout_left *)x)->name,
		((const struct rollout_left *)y)->name);
}

/* One machine under two names: the first is the member. */
static void
drop_twins(struct rollout_made *m)
{
	size_t n = 0;

	if (m->member_count > 1)
		qsort(m->members, m->member_count, sizeof(*m->members), by_member_device);
	for (size_t i = 0; i < m->member_count; i++) {
		struct rollout_candidate c = { 0 };
		char why[ERR_TEXT_SIZE];

		if (n == 0 || strcmp(m->members[n - 1].device, m->members[i].device) != 0) {
			if (n != i)
				m->members[n] = m->members[i];
			n++;
			continue;
		}
		(void)text_copy(c.name, sizeof(c.name), m->members[i].name);
		(void)snprintf(why, sizeof(why), "the same machine as %s", m->members[n - 1].name);
		leave(m, &c, false, why);
	}
	m->member_count = n;
}

static int
collect(const struct rollout_ask *a, struct rollout_made *m, struct err *e)
{
	const struct rollout_gathered *g = a->gathered;
	const struct rollout_candidate **order = calloc(g->count + 1, sizeof(*order));
	struct outcome o = { 0 };
	size_t n = 0;
	int rc = 0;

	if (order == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan");
	for (size_t i = 0; i < g->count; i++) {
		const char *why = refusal(&g->list[i]);

		if (why != NULL)
			leave(m, &g->list[i], false, why);
		else
			order[n++] = &g->list[i];
	}
	if (n > 1)
		qsort(order, n, sizeof(*order), by_shape);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (i == 0 || memcmp(order[i]->shape, order[i - 1]->shape,
		    sizeof(order[i]->shape)) != 0)
			rc = ask_judge(a, m, order[i]->name, &o, e);
		if (rc == 0 && o.member)
			rc = add_member(a, m, order[i], &o, e);
		else if (rc == 0)
			leave(m, order[i], o.done, o.why);
	}
	free(order);
	if (rc < 0)
		return rc;
	drop_twins(m);
	if (m->member_count > 1)
		qsort(m->members, m->member_count, sizeof(*m->members), by_member_name);
	if (m->left_count > 1)
		qsort(m->left, m->left_count, sizeof(*m->left), by_left_name);
	return 0;
}

/* --- images ---------------------------------------------------------------------------- */

static bool
has_image(const struct rollout_made *m, const struct update_step *s)
{
	for (size_t i = 0; i < m->image_count; i++)
		if (m->images[i].sequence == s->seq &&
		    strcmp(m->images[i].software, s->software) == 0 &&
		    strcmp(m->images[i].creator, s->creator) == 0)
			return true;
	return false;
}

static int
add_image(struct store *s, struct rollout_made *m, const struct update_step *t,
	struct buf *missing, struct err *e)
{
	struct store_rollout_image *to = &m->images[m->image_count];
	struct store_image image;
	int rc = store_image_find(s, t->software, t->creator, t->seq, &image, e);

	if (rc < 0 && rc != -ENOENT)
		return rc;
	if (rc == -ENOENT)
		(void)buf_printf(missing, "%s%s %s", missing->len > 0 ? ", " : "", t->software,
			t->version);
	else if (memcmp(image.sha256, t->digest, sizeof(t->digest)) != 0)
		(void)buf_printf(missing, "%s%s %s (the library has another)",
			missing->len > 0 ? ", " : "", t->software, t->version);
	*to = (struct store_rollout_image){ .sequence = t->seq };
	(void)text_copy(to->software, sizeof(to->software), t->software);
	(void)text_copy(to->creator, sizeof(to->creator), t->creator);
	(void)text_copy(to->version, sizeof(to->version), t->version);
	memcpy(to->sha256, t->digest, sizeof(to->sha256));
	m->image_count++;
	return 0;
}

static int
collect_images(struct store *s, struct rollout_made *m, struct err *e)
{
	struct buf missing;
	size_t most = 0;
	int rc = 0;

	for (size_t i = 0; i < m->recipe_count; i++)
		most += m->recipes[i].count;
	m->images = calloc(most + 1, sizeof(*m->images));
	if (m->images == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan");
	buf_init(&missing, MISSING_MAX);
	for (size_t i = 0; rc == 0 && i < m->recipe_count; i++)
		for (size_t k = 0; rc == 0 && k < m->recipes[i].count; k++) {
			const struct update_step *t = &m->recipes[i].steps[k];

			if (t->kind == UPDATE_STEP_INSTALL && !has_image(m, t))
				rc = add_image(s, m, t, &missing, e);
		}
	if (rc == 0 && m->image_count > ROLLOUT_IMAGES_MAX)
		rc = err_set(e, -E2BIG, "more than %d images", ROLLOUT_IMAGES_MAX);
	if (rc == 0 && missing.len > 0) {
		m->missing = buf_steal(&missing);
		if (m->missing == NULL)
			rc = err_set(e, -ENOMEM, "no memory for a plan");
	}
	buf_release(&missing);
	return rc;
}

/* --- its name, waves, hash ---------------------------------------------------------------- */

/* r-engine-fw-g00-30-1f2e3d4c: the same for the same question, so that a dry run says it. */
static void
write_id(const struct rollout_ask *a, const struct rollout *r, unsigned n,
	char ret_id[ROLLOUT_ID_MAX + 1])
{
	uint8_t digest[ROLLOUT_DIGEST_SIZE];
	char hex[ID_HEX + 1], name[ID_NAME_MAX + 1], all[STRUCTURE_NAME_MAX +
		STRUCTURE_LABEL_MAX + 2];
	crypto_hash_sha256_state state;
	size_t len = 0;

	(void)snprintf(all, sizeof(all), "%s-%s", a->selection->software[0] != '\0' ?
		a->selection->software : "recommended", a->selection->version);
	for (const char *p = all; *p != '\0' && len < ID_NAME_MAX; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x80 && isalnum(c))
			name[len++] = (char)tolower(c);
		else if (len > 0 && name[len - 1] != '-')
			name[len++] = '-';
	}
	while (len > 0 && name[len - 1] == '-')
		len--;
	name[len] = '\0';
	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)r->selection,
		strlen(r->selection) + 1);
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)r->policy,
		strlen(r->policy) + 1);
	(void)crypto_hash_sha256_update(&state, r->set_digest, sizeof(r->set_digest));
	(void)crypto_hash_sha256_final(&state, digest);
	text_hex(hex, sizeof(hex), digest, ID_HEX / 2);
	if (n == 1)
		(void)snprintf(ret_id, ROLLOUT_ID_MAX + 1, "r-%s-%s", name, hex);
	else
		(void)snprintf(ret_id, ROLLOUT_ID_MAX + 1, "r-%s-%s-%u", name, hex, n);
}

static int
settle(const struct rollout_ask *a, struct rollout_made *m, struct err *e)
{
	int rc = rollout_wave_assign(m->members, m->member_count, m->rollout.id, a->policy,
		rollout_plan_way_back(&m->plan), &m->waves, e);

	return rc < 0 ? rc : rollout_plan_hash(&m->plan, m->rollout.hash, e);
}

/* Which rollout it is: one that has this plan and is not over, or a name that is free. */
static int
name_it(const struct rollout_ask *a, struct rollout_made *m, struct err *e)
{
	struct store_rollout had;
	int rc;

	for (unsigned n = 1; n <= ID_TRIES; n++) {
		write_id(a, &m->rollout, n, m->rollout.id);
		rc = settle(a, m, e);
		if (rc == 0)
			rc = store_rollout_get(a->store, m->rollout.id, &had, e);
		if (rc < 0)
			return rc == -ENOENT ? 0 : rc;
		if (had.rollout.state != ROLLOUT_ENDED && had.rollout.state != ROLLOUT_ABORTED &&
		    memcmp(had.rollout.hash, m->rollout.hash, sizeof(had.rollout.hash)) == 0) {
			m->rollout = had.rollout;
			m->there = true;
			return 0;
		}
	}
	return err_set(e, -EEXIST, "rollout %s and %d after it are there, with other plans",
		m->rollout.id, ID_TRIES - 1);
}

static int
begin(const struct rollout_ask *a, struct rollout_made *m, struct err *e)
{
	size_t count = a->gathered->count + 1;

	m->members = calloc(count, sizeof(*m->members));
	m->left = calloc(count, sizeof(*m->left));
	m->recipes = calloc(ROLLOUT_RECIPES_MAX, sizeof(*m->recipes));
	if (m->members == NULL || m->left == NULL || m->recipes == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan");
	m->rollout = (struct rollout){ .planned = a->now, .state = ROLLOUT_PLANNED,
		.stop = ROLLOUT_STOP_NONE };
	(void)text_copy(m->rollout.selection, sizeof(m->rollout.selection), a->selection_text);
	(void)text_copy(m->rollout.by, sizeof(m->rollout.by), a->by);
	memcpy(m->rollout.set_digest, a->set_digest, sizeof(m->rollout.set_digest));
	return rollout_policy_text(a->policy, m->rollout.policy, e);
}

int
rollout_make(const struct rollout_ask *a, struct rollout_made *ret, struct err *e)
{
	struct rollout_made *m = ret;
	int rc;

	*m = (struct rollout_made){ 0 };
	rc = begin(a, m, e);
	if (rc == 0)
		rc = collect(a, m, e);
	if (rc == 0)
		rc = collect_images(a->store, m, e);
	rollout_recipes_sort(m->recipes, m->recipe_count);
	m->plan = (struct rollout_plan){ .rollout = &m->rollout, .recipes = m->recipes,
		.recipe_count = m->recipe_count, .members = m->members,
		.member_count = m->member_count };
	if (rc == 0 && m->member_count > 0)
		rc = name_it(a, m, e);
	if (rc < 0)
		rollout_made_release(m);
	return rc;
}

int
rollout_made_put(struct store *s, const struct rollout_made *m, struct err *e)
{
	struct audit_entry audit = { .at_utc_s = m->rollout.planned, .what = "plan",
		.has_plan = true, .after = "planned" };
	struct store_recipe *recipes = calloc(m->recipe_count + 1, sizeof(*recipes));
	int rc;

	if (recipes == NULL)
		return err_set(e, -ENOMEM, "no memory for a plan");
	for (size_t i = 0; i < m->recipe_count; i++) {
		memcpy(recipes[i].digest, m->recipes[i].digest, sizeof(recipes[i].digest));
		recipes[i].text = m->recipes[i].text;
	}
	(void)text_copy(audit.who, sizeof(audit.who), m->rollout.by);
	(void)text_copy(audit.rollout, sizeof(audit.rollout), m->rollout.id);
	(void)text_copy(audit.why, sizeof(audit.why), m->rollout.selection);
	memcpy(audit.plan, m->rollout.hash, sizeof(audit.plan));
	rc = store_rollout_put(s, &(struct store_rollout_plan){ .rollout = &m->rollout,
		.members = m->members, .member_count = m->member_count, .recipes = recipes,
		.recipe_count = m->recipe_count, .images = m->images,
		.image_count = m->image_count, .audit = &audit, .audit_count = 1 }, e);
	free(recipes);
	return rc;
}

#include <config.h>

#include "updater/rollout_gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_center.h"
#include "lib/store/store_read.h"
#include "lib/store/store_trouble.h"

/* The key of the judgement that was looked up last: most devices of a fleet share few. */
struct keys {
	struct key {
		int64_t judgement;
		bool there;
		uint8_t key[ROLLOUT_DIGEST_SIZE];
	} *list;
	size_t count, size;
};

struct gather {
	struct store *s;
	const struct catalogue_set *set;
	const struct rollout_selection *sel;
	uint32_t type, rev;	/* places; CATALOGUE_NONE = any */
	int64_t *troubled;	/* ascending */
	size_t troubled_count;
	struct keys keys;	/* ascending by judgement */
	struct rollout_gathered got;
	size_t size;
};

void
rollout_gathered_release(struct rollout_gathered *g)
{
	free(g->list);
	*g = (struct rollout_gathered){ 0 };
}

/* --- what is asked once ---------------------------------------------------------- */

static int
find_type(struct gather *g, struct err *e)
{
	const struct rollout_selection *sel = g->sel;
	const struct catalogue_unit_type *t;

	g->type = g->rev = CATALOGUE_NONE;
	if (sel->unit_type[0] == '\0')
		return 0;
	g->type = catalogue_unit_type_find(g->set, sel->unit_type);
	if (g->type == CATALOGUE_NONE)
		return err_set(e, -ENOENT, "the catalogues in force have no unit type %s",
			sel->unit_type);
	t = &g->set->unit_types[g->type];
	for (uint32_t i = 0; i < t->rev_count; i++)
		if (strcmp(g->set->revs[t->first_rev + i].id, sel->revision) == 0)
			g->rev = t->first_rev + i;
	if (sel->revision[0] != '\0' && g->rev == CATALOGUE_NONE)
		return err_set(e, -ENOENT, "the unit type %s has no revision %s",
			sel->unit_type, sel->revision);
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
find_troubled(struct gather *g, struct err *e)
{
	const struct store_trouble_filter f = { .rule = g->sel->trouble, .open_only = true,
		.no_shadow = true };
	struct store_trouble *list = NULL;
	size_t count = 0;
	int rc;

	if (g->sel->trouble[0] == '\0')
		return 0;
	rc = store_trouble_list(g->s, &f, &list, &count, e);
	if (rc < 0)
		return rc;
	g->troubled = calloc(count + 1, sizeof(*g->troubled));
	if (g->troubled == NULL)
		rc = err_set(e, -ENOMEM, "no memory for a selection");
	for (size_t i = 0; rc == 0 && i < count; i++)
		g->troubled[g->troubled_count++] = list[i].device;
	free(list);
	if (rc == 0 && count > 1)
		qsort(g->troubled, count, sizeof(*g->troubled), by_key);
	return rc;
}

/* --- one device ------------------------------------------------------------------ */

static bool
row_fits(const struct gather *g, const struct store_device_row *row)
{
	const struct rollout_selection *sel = g->sel;
	const char *verdict = row->verdict != 0 ? store_verdict_name(row->verdict) : NULL;

	if (sel->site[0] != '\0' && strcmp(sel->site, row->site) != 0)
		return false;
	if (sel->model[0] != '\0' && !text_match(sel->model, row->model))
		return false;
	if (sel->verdict[0] != '\0' && (verdict == NULL || strcmp(sel->verdict, verdict) != 0))
		return false;
	if (sel->device_count > 0 && !rollout_select_names(sel, row->name))
		return false;
	return sel->trouble[0] == '\0' || bsearch(&row->device, g->troubled, g->troubled_count,
		sizeof(*g->troubled), by_key) != NULL;
}

static bool
bank_fits(const struct gather *g, const struct software *b)
{
	const struct rollout_selection *sel = g->sel;
	uint32_t software, release, seq;

	if ((b->state != SOFTWARE_RUNNING && b->state != SOFTWARE_TRIAL &&
	    b->state != SOFTWARE_PROVEN) || strcmp(b->id, sel->running) != 0)
		return false;
	if (sel->running_max == 0)
		return true;
	software = catalogue_software_find(g->set, b->creator, b->id);
	if (software == CATALOGUE_NONE)
		return false;
	release = catalogue_release_find(g->set, software, b->version);
	if (release == CATALOGUE_NONE)
		return false;
	seq = g->set->releases[release].seq;
	return seq >= sel->running_min && seq <= sel->running_max;
}

static bool
units_fit(const struct gather *g, const struct structure *s)
{
	bool type = g->type == CATALOGUE_NONE, running = g->sel->running[0] == '\0';

	for (size_t i = 0; !type && i < s->unit_count; i++) {
		uint32_t rev = CATALOGUE_NONE;

		type = s->units[i].oper_state != UNIT_OPER_ABSENT &&
			catalogue_unit_type_match(g->set, &s->units[i], &rev) == g->type &&
			(g->rev == CATALOGUE_NONE || rev == g->rev);
	}
	for (size_t i = 0; !running && i < s->software_count; i++)
		running = bank_fits(g, &s->software[i]);
	return type && running;
}

/* 1 it is taken in, 0 it is not. */
static int
structure_fits(const struct gather *g, const struct store_device_row *row, struct err *e)
{
	char name[STORE_NAME_MAX + 1];
	struct structure s = { 0 };
	int rc;

	if (g->type == CATALOGUE_NONE && g->sel->running[0] == '\0')
		return 1;
	rc = store_judge_structure(g->s, row->device, name, &s, e);
	if (rc < 0)
		return rc == -ENOENT || rc == -ENODATA ? 0 : rc;
	rc = units_fit(g, &s);
	structure_release(&s);
	return rc;
}

/* --- its shape --------------------------------------------------------------------- */

static int
look_up(struct gather *g, int64_t judgement, struct key *ret, struct err *e)
{
	struct store_judgement j = { 0 };
	int rc = store_judgement_get(g->s, judgement, &j, e);

	*ret = (struct key){ .judgement = judgement, .there = rc == 0 };
	/* Of another version, or made anew just now. */
	if (rc == -ENOENT || rc == -EBADMSG)
		return 0;
	if (rc == 0)
		memcpy(ret->key, j.key, sizeof(ret->key));
	store_judgement_release(&j);
	return rc;
}

static int
key_of(struct gather *g, int64_t judgement, const struct key **ret, struct err *e)
{
	struct keys *k = &g->keys;
	size_t low = 0, high = k->count;
	struct key found, *more;
	int rc;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->list[middle].judgement < judgement)
			low = middle + 1;
		else
			high = middle;
	}
	*ret = &k->list[low];
	if (low < k->count && k->list[low].judgement == judgement)
		return 0;
	rc = look_up(g, judgement, &found, e);
	if (rc < 0)
		return rc;
	if (k->count == k->size) {
		k->size = k->size == 0 ? 64 : 2 * k->size;
		more = realloc(k->list, k->size * sizeof(*more));
		if (more == NULL)
			return err_set(e, -ENOMEM, "no memory for a selection");
		k->list = more;
	}
	memmove(&k->list[low + 1], &k->list[low], (k->count - low) * sizeof(*k->list));
	k->list[low] = found;
	k->count++;
	*ret = &k->list[low];
	return 0;
}

static int
add(struct gather *g, const struct rollout_candidate *c, struct err *e)
{
	struct rollout_candidate *more;

	if (g->got.count == ROLLOUT_MEMBERS_MAX)
		return err_set(e, -E2BIG, "the selection takes in more than %d devices",
			ROLLOUT_MEMBERS_MAX);
	if (g->got.count == g->size) {
		g->size = g->size == 0 ? 64 : 2 * g->size;
		more = realloc(g->got.list, g->size * sizeof(*more));
		if (more == NULL)
			return err_set(e, -ENOMEM, "no memory for a selection");
		g->got.list = more;
	}
	g->got.list[g->got.count++] = *c;
	return 0;
}

static int
take(struct gather *g, const struct store_device_row *row, struct err *e)
{
	struct rollout_candidate c = { .device = row->device, .waits = row->is_new };
	const struct key *key = NULL;
	struct store_judged j;
	int rc;

	(void)text_copy(c.name, sizeof(c.name), row->name);
	(void)text_copy(c.site, sizeof(c.site), row->site);
	(void)text_copy(c.model, sizeof(c.model), row->model);
	(void)text_copy(c.id, sizeof(c.id), row->id);
	rc = store_judged_get(g->s, row->name, &j, e);
	if (rc == 0 && j.judgement != 0 && !j.stale) {
		rc = key_of(g, j.judgement, &key, e);
		if (rc == 0 && key->there) {
			c.judged = true;
			memcpy(c.shape, key->key, sizeof(c.shape));
		}
	}
	if (rc == -ENOENT)	/* removed just now */
		return 0;
	return rc < 0 ? rc : add(g, &c, e);
}

/* --- all ---------------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct rollout_candidate *)a)->name,
		((const struct rollout_candidate *)b)->name);
}

/* Names that nobody in the fleet has. */
static int
add_unknown(struct gather *g, struct err *e)
{
	int64_t device;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->sel->device_count; i++) {
		struct rollout_candidate c = { 0 };

		rc = store_device_key(g->s, g->sel->devices[i], &device, e);
		if (rc != -ENOENT)
			continue;
		(void)text_copy(c.name, sizeof(c.name), g->sel->devices[i]);
		rc = add(g, &c, e);
	}
	return rc;
}

static int
gather(struct gather *g, struct err *e)
{
	struct store_devices *d = NULL;
	struct store_device_row row;
	int rc = store_devices_open(g->s, g->sel->site[0] != '\0' ? g->sel->site : NULL, &d, e);

	while (rc == 0 && (rc = store_devices_next(d, &row, e)) == 1) {
		rc = 0;
		if (row_fits(g, &row))
			rc = structure_fits(g, &row, e);
		if (rc == 1)
			rc = take(g, &row, e);
	}
	store_devices_close(d);
	if (rc == 0)
		rc = add_unknown(g, e);
	if (g->got.count > 1)
		qsort(g->got.list, g->got.count, sizeof(*g->got.list), by_name);
	return rc;
}

int
rollout_gather(struct store *s, const struct catalogue_set *set,
	const struct rollout_selection *sel, struct rollout_gathered *ret, struct err *e)
{
	struct gather g = { .s = s, .set = set, .sel = sel };
	int rc;

	if (sel->list_only)
		return err_set(e, -EINVAL, "the selection is a list of which only the digest is "
			"kept");
	rc = find_type(&g, e);
	if (rc == 0)
		rc = find_troubled(&g, e);
	if (rc == 0)
		rc = gather(&g, e);
	free(g.troubled);
	free(g.keys.list);
	if (rc < 0)
		rollout_gathered_release(&g.got);
	else
		*ret = g.got;
	return rc;
}

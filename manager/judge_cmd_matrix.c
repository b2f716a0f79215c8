/*
 * imgadm-judge matrix: which releases and revisions of a device type's parts go
 * with which, two parts at a time.
 *
 * Of each rule only what it says about the two parts is asked; where another
 * part may decide (one of several that <any> names), that is told too.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/store/store_judge.h"
#include "manager/judge_open.h"

enum { COLUMNS_MAX = LISTING_COLUMNS_MAX - 1, DEPTH_MAX = CATALOGUE_DEPTH_MAX };

/* Releases of a software, or revisions of a unit type. */
struct part {
	bool is_type;
	uint32_t at;		/* place of the software or unit type */
	uint32_t first, count;	/* its releases, or revs; a type without revs has one */
};

enum fit { NOT_SAID = 0, FITS, DEPENDS, FITS_NOT };

struct matrix {
	struct cli *cli;
	struct judge_opened o;
	const struct catalogue_set *set;
	uint32_t device_type;
	bool *types;		/* of set->unit_types: it has a place in the device type */
	struct part *parts;
	uint32_t part_count;
	json_t *json;
	uint32_t tables;
};

/* --- what two parts say of each other --------------------------------------------------- */

/* What a condition says of one item of a part; what is about others is not said. */
static enum fit
leaf(const struct matrix *x, const struct catalogue_node *n, const struct part *p, uint32_t item)
{
	bool matches = false, forbids = n->kind == CATALOGUE_FORBIDS_UNIT ||
		n->kind == CATALOGUE_FORBIDS_SOFTWARE;

	switch (n->kind) {
	case CATALOGUE_AND:
	case CATALOGUE_OR:
		return NOT_SAID;
	case CATALOGUE_FORBIDS_UNIT:
	case CATALOGUE_NEEDS_UNIT:
		if (!p->is_type || n->type != p->at)
			return NOT_SAID;
		matches = n->any_rev || (item != CATALOGUE_NONE &&
			x->set->revs[item].seq >= n->min_rev_seq &&
			x->set->revs[item].seq <= n->max_rev_seq);
		break;
	case CATALOGUE_FORBIDS_SOFTWARE:
	case CATALOGUE_NEEDS_SOFTWARE:
		if (p->is_type || n->software != p->at)
			return NOT_SAID;
		matches = x->set->releases[item].seq >= n->min_seq &&
			x->set->releases[item].seq <= n->max_seq &&
			(n->branch == NULL || (x->set->releases[item].branch != NULL &&
			strcmp(n->branch, x->set->releases[item].branch) == 0));
		break;
	}
	return matches != forbids ? FITS : FITS_NOT;
}

static enum fit
both(enum fit a, enum fit b)
{
	return a > b ? a : b;
}

/* The schema bounds how deep conditions stand within another. */
static enum fit
condition(const struct matrix *x, uint32_t node, const struct part *p, uint32_t item, int depth)
{
	const struct catalogue_node *n = &x->set->nodes[node];
	enum fit all = NOT_SAID;
	bool one = false, other = false;

	if (n->kind != CATALOGUE_AND && n->kind != CATALOGUE_OR)
		return leaf(x, n, p, item);
	for (uint32_t i = 0; depth < DEPTH_MAX && i < n->child_count; i++) {
		enum fit f = condition(x, n->first_child + i, p, item, depth + 1);

		all = both(all, f);
		one = one || f == FITS;
		other = other || f == NOT_SAID || f == DEPENDS;
	}
	if (n->kind == CATALOGUE_AND || all == NOT_SAID)
		return all;
	return one ? FITS : other ? DEPENDS : FITS_NOT;
}

static enum fit
relations(const struct matrix *x, const struct catalogue_relations *r, const struct part *p,
	uint32_t item, const char **ret_rule)
{
	enum fit all = NOT_SAID;

	for (uint32_t i = r->first; i < r->first + r->count; i++) {
		enum fit f = condition(x, x->set->relations[i].root, p, item, 0);

		if (f > all)
			*ret_rule = x->set->relations[i].id;
		all = both(all, f);
	}
	return all;
}

/* What an item of a says of an item of b. */
static enum fit
says(const struct matrix *x, const struct part *a, uint32_t item, const struct part *b,
	uint32_t other, const char **ret_rule)
{
	const char *rule = NULL, *rule_2 = NULL;
	enum fit f, g = NOT_SAID;

	if (a->is_type) {
		f = relations(x, &x->set->unit_types[a->at].relations, b, other, &rule);
		if (item != CATALOGUE_NONE)
			g = relations(x, &x->set->revs[item].relations, b, other, &rule_2);
	} else {
		f = relations(x, &x->set->software[a->at].relations, b, other, &rule);
		g = relations(x, &x->set->releases[item].relations, b, other, &rule_2);
	}
	*ret_rule = g > f ? rule_2 : rule;
	return both(f, g);
}

static enum fit
cell(const struct matrix *x, const struct part *a, uint32_t i, const struct part *b, uint32_t k,
	const char **ret_rule)
{
	const char *rule = NULL, *rule_2 = NULL;
	enum fit f = says(x, a, i, b, k, &rule), g = says(x, b, k, a, i, &rule_2);

	*ret_rule = g > f ? rule_2 : rule;
	return both(f, g);
}

/* --- the parts of the device type --------------------------------------------------------- */

static uint32_t
item_of(const struct part *p, uint32_t n)
{
	return p->is_type && p->first == CATALOGUE_NONE ? CATALOGUE_NONE : p->first + n;
}

static const char *
item_name(const struct matrix *x, const struct part *p, uint32_t item)
{
	return !p->is_type ? x->set->releases[item].version :
		item == CATALOGUE_NONE ? "any" : x->set->revs[item].id;
}

static const char *
part_name(const struct matrix *x, const struct part *p)
{
	return p->is_type ? x->set->unit_types[p->at].id : x->set->software[p->at].id;
}

/* The unit types that devices of the type have; where there are none, those that a slot takes. */
static int
find_types(struct matrix *x, struct err *e)
{
	static const uint8_t none[STORE_JUDGE_KEY_SIZE];
	const struct catalogue_device_type *t = &x->set->device_types[x->device_type];
	struct store_judge_pending *list = NULL;
	size_t count = 0;
	bool met = false;
	int rc;

	rc = store_judge_pending(x->o.store, none, true, 0, &list, &count, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct judge_shape shape = {0};
		char name[STORE_NAME_MAX + 1];
		struct structure s = {0};

		if (i > 0 && list[i].group != 0 && list[i].group == list[i - 1].group)
			continue;
		rc = store_judge_structure(x->o.store, list[i].device, name, &s, e);
		if (rc == 0)
			rc = judge_shape_make(x->set, &s, &shape, NULL, e);
		for (uint32_t u = 0; rc == 0 && shape.device_type == x->device_type &&
		    u < shape.unit_count; u++) {
			met = true;
			if (shape.units[u].unit_type != CATALOGUE_NONE)
				x->types[shape.units[u].unit_type] = true;
		}
		judge_shape_release(&shape);
		structure_release(&s);
	}
	free(list);
	for (uint32_t i = 0; !met && i < x->set->unit_type_count; i++) {
		bool slot = !t->closed;

		for (uint32_t k = 0; k < t->slot_count; k++)
			slot = slot || x->set->slots[t->first_slot + k].class ==
				x->set->unit_types[i].class;
		x->types[i] = slot;
	}
	return rc;
}

static void
add_parts(struct matrix *x)
{
	const struct catalogue_set *set = x->set;

	for (uint32_t i = 0; i < set->unit_type_count; i++)
		if (x->types[i])
			x->parts[x->part_count++] = (struct part){ true, i,
				set->unit_types[i].rev_count == 0 ? CATALOGUE_NONE :
				set->unit_types[i].first_rev, set->unit_types[i].rev_count == 0 ?
				1 : set->unit_types[i].rev_count };
	for (uint32_t i = 0; i < set->software_count; i++) {
		const struct catalogue_software *w = &set->software[i];
		bool wanted = false;

		for (uint32_t k = 0; k < w->type_count; k++)
			wanted = wanted || x->types[set->software_types[w->first_type + k]];
		if (wanted && w->release_count > 0)
			x->parts[x->part_count++] = (struct part){ false, i, w->first_release,
				w->release_count };
	}
}

/* --- shown ---------------------------------------------------------------------------- */

static const char *const words[] = { NULL, "yes", "depends", "no" };

static void
json_table(struct matrix *x, const struct part *a, const struct part *b)
{
	json_t *cells = json_array();

	for (uint32_t i = 0; i < a->count; i++)
		for (uint32_t k = 0; k < b->count; k++) {
			const char *rule = NULL;
			enum fit f = cell(x, a, item_of(a, i), b, item_of(b, k), &rule);

			(void)json_array_append_new(cells, json_pack("{s:s, s:s, s:s?, s:s?}",
				"a", item_name(x, a, item_of(a, i)),
				"b", item_name(x, b, item_of(b, k)), "fits", words[f],
				"rule", rule));
		}
	(void)json_array_append_new(x->json, json_pack("{s:s, s:s, s:o}", "a", part_name(x, a),
		"b", part_name(x, b), "cells", cells));
}

/* The newest of b are shown where not all have room. */
static int
print_table(struct matrix *x, const struct part *a, const struct part *b)
{
	struct listing_column columns[COLUMNS_MAX + 1] = {0};
	uint32_t from = b->count > COLUMNS_MAX ? b->count - COLUMNS_MAX : 0;
	struct listing *l;
	struct err e = {0};

	(void)printf("%s%s (down) with %s\n", x->tables == 0 ? "" : "\n", part_name(x, a),
		part_name(x, b));
	columns[0] = (struct listing_column){ "", "", LISTING_TEXT, LISTING_TABLE_ONLY };
	for (uint32_t k = from; k < b->count; k++)
		columns[1 + k - from] = (struct listing_column){
			item_name(x, b, item_of(b, k)), "", LISTING_TEXT, LISTING_TABLE_ONLY };
	l = cli_listing(x->cli, columns, 1 + b->count - from);
	if (l == NULL)
		return EXIT_STORAGE;
	for (uint32_t i = 0; i < a->count; i++) {
		listing_text(l, item_name(x, a, item_of(a, i)));
		for (uint32_t k = from; k < b->count; k++) {
			const char *rule = NULL;
			enum fit f = cell(x, a, item_of(a, i), b, item_of(b, k), &rule);
			char text[CATALOGUE_ID_MAX + 8];

			(void)snprintf(text, sizeof(text), "no %s", rule == NULL ? "" : rule);
			listing_mark(l, f == FITS_NOT ? LISTING_BAD : LISTING_PLAIN);
			listing_text(l, f == FITS_NOT ? text : words[f]);
		}
		listing_row(l);
	}
	return cli_listed(x->cli, l, 0, &e, NULL);
}

static bool
is_said(const struct matrix *x, const struct part *a, const struct part *b)
{
	const char *rule = NULL;

	for (uint32_t i = 0; i < a->count; i++)
		for (uint32_t k = 0; k < b->count; k++)
			if (cell(x, a, item_of(a, i), b, item_of(b, k), &rule) != NOT_SAID)
				return true;
	return false;
}

static int
show(struct matrix *x)
{
	int status = EXIT_DONE;
	struct err e = {0};

	for (uint32_t a = 0; a < x->part_count; a++)
		for (uint32_t b = a + 1; status == EXIT_DONE && b < x->part_count; b++) {
			if (!is_said(x, &x->parts[a], &x->parts[b]))
				continue;
			if (x->json != NULL)
				json_table(x, &x->parts[a], &x->parts[b]);
			else
				status = print_table(x, &x->parts[a], &x->parts[b]);
			x->tables++;
		}
	if (x->json != NULL)
		return jsonout_print(stdout, x->json, &e) < 0 ? cli_error(&e, -EIO) : EXIT_DONE;
	if (x->tables == 0)
		(void)printf("no rule speaks of two of its parts\n");
	return status;
}

static int
run(struct matrix *x, const char *device_type, struct err *e)
{
	char shown[4 * CATALOGUE_ID_MAX + 8];
	int rc;

	x->set = inforce_set(x->o.catalogues);
	x->device_type = catalogue_device_type_find(x->set, device_type);
	if (x->device_type == CATALOGUE_NONE) {
		(void)text_escape(shown, sizeof(shown), device_type);
		return err_set(e, -EINVAL, "no catalogue in force knows a device type '%s'", shown);
	}
	x->types = calloc((size_t)x->set->unit_type_count + 1, sizeof(*x->types));
	x->parts = calloc((size_t)x->set->unit_type_count + x->set->software_count + 1,
		sizeof(*x->parts));
	if (x->cli->format == LISTING_JSON)
		x->json = json_array();
	if (x->types == NULL || x->parts == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = find_types(x, e);
	if (rc == 0)
		add_parts(x);
	return rc;
}

int
judge_cmd_matrix(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge matrix", .usage = "[--json] DEVICE-TYPE",
		.summary = "Which releases and revisions of its parts go with which.",
		.rows = rows,
	};
	struct matrix x = { .cli = user };
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	if (cli_options(x.cli, &p, &options, argc, argv, 1, 1, &status) != 0)
		return status;
	status = judge_open(x.cli, NULL, &x.o);
	if (status == EXIT_DONE) {
		rc = run(&x, p.argv[p.index], &e);
		status = rc < 0 ? cli_error(&e, rc) : show(&x);
	}
	json_decref(x.json);
	free(x.types);
	free(x.parts);
	judge_opened_close(&x.o);
	return status;
}

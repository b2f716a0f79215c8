/*
 * Rule instances: every relation once for each unit that is its anchor in any
 * of its values, and those that need no relation.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* An instance with what stands beside it, while those of an anchor are sorted. */
struct row {
	struct judge_instance instance;
	struct judge_ask ask;
};

/* A software in a bank: in which values it is there, and as what. */
struct bucket {
	uint32_t software;
	uint64_t *sure, *may;	/* the software; may: of that id, or any */
	uint64_t *label;	/* one of its releases, not known which */
	uint64_t **releases;	/* of each release; NULL = none, or nothing is asked of it */
};

struct making {
	struct judge_problem *p;
	struct judge_parts *parts;
	uint32_t variable;	/* CATALOGUE_NONE = the device */
	struct row *rows;	/* own; of this anchor */
	uint32_t count, room;
	struct bucket *buckets;	/* own; of this bank */
	uint32_t bucket_count, bucket_room;
};

static uint64_t *
new_mask(struct making *m)
{
	return judge_arena_take(&m->parts->arena,
	    m->parts->homes[m->variable].words * sizeof(uint64_t));
}

static bool
none_of(const uint64_t *mask, uint32_t words)
{
	for (uint32_t i = 0; mask != NULL && i < words; i++) {
		if (mask[i] != 0)
			return false;
	}
	return true;
}

/* An instance; masks that are empty are taken for none, and both: nothing to ask. */
static int
add(struct making *m, const struct judge_instance *instance, const uint64_t *sure,
	const uint64_t *may)
{
	struct row *row;

	if (m->variable != CATALOGUE_NONE) {
		uint32_t words = m->parts->homes[m->variable].words;

		sure = none_of(sure, words) ? NULL : sure;
		may = none_of(may, words) ? NULL : may;
		if (sure == NULL && may == NULL)
			return 0;
	}
	if (!judge_grow(&m->rows, &m->room, m->count + 1, sizeof(*m->rows)))
		return -ENOMEM;
	row = &m->rows[m->count++];
	row->instance = *instance;
	row->instance.anchor = m->variable;
	row->ask = (struct judge_ask){.sure = sure, .may = may};
	return 0;
}

static int
add_relations(struct making *m, const struct catalogue_relations *relations, uint32_t bank,
	const uint64_t *sure, const uint64_t *may)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < relations->count; i++) {
		const struct catalogue_relation *r =
		    &m->p->set->relations[relations->first + i];
		const struct judge_instance instance = {
			.kind = JUDGE_BY_RELATION, .relation = relations->first + i,
			.slot = CATALOGUE_NONE, .bank = bank, .release = CATALOGUE_NONE,
			.during_stop = r->during_stop, .id = r->id,
		};

		rc = add(m, &instance, sure, may);
	}
	return rc;
}

static char *
copy_id(struct making *m, const char *kind, const char *a, const char *b)
{
	size_t size = strlen(kind) + strlen(a) + strlen(b) + 3;
	char *id = judge_arena_take(&m->parts->arena, size);

	if (id != NULL) {
		(void)snprintf(id, size, "%s.%s%s%s", kind, a, b[0] != '\0' ? "." : "", b);
	}
	return id;
}

static int
add_made(struct making *m, struct judge_instance *instance, const char *id,
	const uint64_t *sure)
{
	if (id == NULL)
		return -ENOMEM;
	instance->relation = CATALOGUE_NONE;
	instance->id = id;
	return add(m, instance, sure, NULL);
}

/* --- the device ---------------------------------------------------------- */

static const char *
class_name(enum unit_type class)
{
	const char *name = structure_name(NAME_UNIT_TYPE, (int)class);

	return name != NULL ? name : "other";
}

static int
add_slot(struct making *m, uint32_t place)
{
	const struct catalogue_slot *slot = &m->p->set->slots[place];
	struct judge_instance instance = {
		.slot = place, .bank = CATALOGUE_NONE, .release = CATALOGUE_NONE,
	};
	const char *id = copy_id(m, "slot", class_name(slot->class), "");
	int rc = 0;

	if (slot->min > 0) {
		instance.kind = JUDGE_BY_SLOT_MIN;
		rc = add_made(m, &instance, id, NULL);
	}
	if (rc == 0 && slot->max < UINT32_MAX) {
		instance.kind = JUDGE_BY_SLOT_MAX;
		rc = add_made(m, &instance, id, NULL);
	}
	return rc;
}

static int
add_of_device(struct making *m)
{
	const struct catalogue_device_type *type;
	int rc;

	m->variable = CATALOGUE_NONE;
	if (m->p->shape->device_type == CATALOGUE_NONE)
		return 0;
	type = &m->p->set->device_types[m->p->shape->device_type];
	rc = add_relations(m, &type->relations, CATALOGUE_NONE, NULL, NULL);
	for (uint32_t i = 0; rc == 0 && i < type->slot_count; i++)
		rc = add_slot(m, type->first_slot + i);
	return rc;
}

static bool
has_slot(const struct judge_problem *p, enum unit_type class)
{
	const struct catalogue_device_type *type =
	    &p->set->device_types[p->shape->device_type];

	for (uint32_t i = 0; i < type->slot_count; i++) {
		if (p->set->slots[type->first_slot + i].class == class)
			return true;
	}
	return false;
}

/* A unit of a class that has no place in a closed device. */
static int
add_closed(struct making *m)
{
	const struct judge_problem *p = m->p;
	const struct judge_variable *v = &p->variables[m->variable];
	const struct judge_unit *unit = &p->shape->units[v->unit];
	struct judge_instance instance = {
		.kind = JUDGE_BY_CLOSED, .slot = CATALOGUE_NONE, .bank = CATALOGUE_NONE,
		.release = CATALOGUE_NONE,
	};
	uint64_t *sure;

	if (p->shape->device_type == CATALOGUE_NONE || unit->chassis ||
	    !p->set->device_types[p->shape->device_type].closed)
		return 0;
	sure = new_mask(m);
	if (sure == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < v->value_count; i++) {
		if (judge_mask_has(m->parts->homes[m->variable].counts, i) &&
		    !has_slot(p, judge_value_class(p, m->variable,
		    judge_value_of(p, m->variable, i))))
			judge_mask_add(sure, i);
	}
	return add_made(m, &instance, copy_id(m, "closed", class_name(unit->type), ""), sure);
}

/* --- what the unit is ---------------------------------------------------- */

/* Values that count and are of the type, and of the rev where one is asked for. */
static uint64_t *
mask_of_type(struct making *m, uint32_t type, const uint32_t *rev)
{
	const struct judge_variable *v = &m->p->variables[m->variable];
	uint64_t *mask = new_mask(m);

	for (uint32_t i = 0; mask != NULL && i < v->value_count; i++) {
		const struct judge_value *value = judge_value_of(m->p, m->variable, i);

		if (value->unit_type == type && (rev == NULL || value->rev == *rev) &&
		    judge_mask_has(m->parts->homes[m->variable].counts, i))
			judge_mask_add(mask, i);
	}
	return mask;
}

static int
add_revs(struct making *m, uint32_t type)
{
	const struct catalogue_unit_type *t = &m->p->set->unit_types[type];
	static const uint32_t unlisted = CATALOGUE_NONE;
	uint64_t *may = NULL;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < t->rev_count; i++) {
		uint32_t rev = t->first_rev + i;
		const struct catalogue_relations *relations = &m->p->set->revs[rev].relations;
		uint64_t *sure;

		if (relations->count == 0)
			continue;
		sure = mask_of_type(m, type, &rev);
		if (may == NULL)
			may = mask_of_type(m, type, &unlisted);
		if (sure == NULL || may == NULL)
			return -ENOMEM;
		rc = add_relations(m, relations, CATALOGUE_NONE, sure, may);
	}
	return rc;
}

static int
add_type(struct making *m, uint32_t type)
{
	const struct catalogue_relations *relations = &m->p->set->unit_types[type].relations;

	if (relations->count > 0) {
		uint64_t *sure = mask_of_type(m, type, NULL);
		int rc;

		if (sure == NULL)
			return -ENOMEM;
		rc = add_relations(m, relations, CATALOGUE_NONE, sure, NULL);
		if (rc != 0)
			return rc;
	}
	return add_revs(m, type);
}

/* Types differ only between what it is now and other boards. */
static int
add_types(struct making *m)
{
	const struct judge_variable *v = &m->p->variables[m->variable];
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < v->value_count; i++) {
		const struct judge_value *value = judge_value_of(m->p, m->variable, i);
		uint32_t before = 0;

		if (value->unit_type == CATALOGUE_NONE ||
		    (i > 0 && value->move != JUDGE_REPLACE))
			continue;
		while (before < i && judge_value_of(m->p, m->variable, before)->unit_type !=
		    value->unit_type)
			before++;
		if (before == i)
			rc = add_type(m, value->unit_type);
	}
	return rc;
}

/* --- what it runs -------------------------------------------------------- */

static struct bucket *
bucket_of(struct making *m, uint32_t software)
{
	uint32_t releases = m->p->set->software[software].release_count;
	struct bucket *b;

	for (uint32_t i = 0; i < m->bucket_count; i++) {
		if (m->buckets[i].software == software)
			return &m->buckets[i];
	}
	if (!judge_grow(&m->buckets, &m->bucket_room, m->bucket_count + 1,
	    sizeof(*m->buckets)))
		return NULL;
	b = &m->buckets[m->bucket_count];
	*b = (struct bucket){
		.software = software, .sure = new_mask(m), .may = new_mask(m),
		.label = new_mask(m),
		.releases = judge_arena_take(&m->parts->arena,
		    (releases + 1) * sizeof(*b->releases)),
	};
	if (b->sure == NULL || b->may == NULL || b->label == NULL || b->releases == NULL)
		return NULL;
	m->bucket_count++;
	return b;
}

static bool
must_leave(const struct catalogue_release *r)
{
	return r->state == CATALOGUE_WITHDRAWN && r->must_leave;
}

static bool
fill_listed(struct making *m, const struct judge_run *run, uint32_t value)
{
	const struct catalogue_release *r = &m->p->set->releases[run->release];
	struct bucket *b = bucket_of(m, run->software);
	uint64_t **mask;

	if (b == NULL)
		return false;
	judge_mask_add(b->sure, value);
	if (r->relations.count == 0 && !must_leave(r))
		return true;
	mask = &b->releases[run->release - m->p->set->software[run->software].first_release];
	if (*mask == NULL)
		*mask = new_mask(m);
	if (*mask == NULL)
		return false;
	judge_mask_add(*mask, value);
	return true;
}

static bool
fill_unlisted(struct making *m, uint32_t software, uint32_t value, bool sure)
{
	struct bucket *b = bucket_of(m, software);

	if (b == NULL)
		return false;
	judge_mask_add(sure ? b->sure : b->may, value);
	judge_mask_add(b->label, value);
	return true;
}

static bool
fill(struct making *m, const struct judge_run *run, const struct judge_value *value,
	uint32_t number)
{
	const struct catalogue_set *set = m->p->set;
	const struct catalogue_unit_type *t;

	switch (run->carry) {
	case JUDGE_CARRY_NONE:
		return true;
	case JUDGE_CARRY_LISTED:
		return fill_listed(m, run, number);
	case JUDGE_CARRY_LABEL:
		return fill_unlisted(m, run->software, number, true);
	case JUDGE_CARRY_CREATOR:
		for (uint32_t s = run->software; s < run->software_end; s++) {
			if (!fill_unlisted(m, s, number, false))
				return false;
		}
		return true;
	case JUDGE_CARRY_ANY:
		t = &set->unit_types[value->unit_type];
		for (uint32_t i = 0; i < t->software_count; i++) {
			if (!fill_unlisted(m, set->type_software[t->first_software + i], number,
			    false))
				return false;
		}
		return true;
	}
	return true;
}

static int
add_withdrawn(struct making *m, uint32_t release, uint32_t bank, const uint64_t *sure)
{
	const struct catalogue_release *r = &m->p->set->releases[release];
	struct judge_instance instance = {
		.kind = JUDGE_BY_WITHDRAWN, .slot = CATALOGUE_NONE, .bank = bank,
		.release = release,
	};

	return add_made(m, &instance, copy_id(m, "withdrawn",
	    m->p->set->software[r->software].id, r->version), sure);
}

static int
add_bucket(struct making *m, const struct bucket *b, uint32_t bank)
{
	const struct catalogue_software *sw = &m->p->set->software[b->software];
	bool label = !none_of(b->label, m->parts->homes[m->variable].words);
	int rc = add_relations(m, &sw->relations, bank, b->sure, b->may);

	for (uint32_t i = 0; rc == 0 && i < sw->release_count; i++) {
		uint32_t release = sw->first_release + i;
		const struct catalogue_release *r = &m->p->set->releases[release];

		if (b->releases[i] == NULL && !label)
			continue;
		rc = add_relations(m, &r->relations, bank, b->releases[i], b->label);
		if (rc == 0 && b->releases[i] != NULL && must_leave(r))
			rc = add_withdrawn(m, release, bank, b->releases[i]);
	}
	return rc;
}

/* Whether what runs is for the unit, where the set has software for it. */
static int
add_software(struct making *m, uint32_t bank)
{
	const struct judge_problem *p = m->p;
	const struct judge_variable *v = &p->variables[m->variable];
	const struct judge_bank *b = &p->shape->banks[judge_problem_bank(p, m->variable, bank)];
	struct judge_instance instance = {
		.kind = JUDGE_BY_SOFTWARE, .slot = CATALOGUE_NONE, .bank = bank,
		.release = CATALOGUE_NONE,
	};
	uint64_t *sure = new_mask(m);

	for (uint32_t i = 0; sure != NULL && i < v->value_count; i++) {
		const struct judge_value *value = judge_value_of(p, m->variable, i);

		if (value->unit_type != CATALOGUE_NONE &&
		    p->set->unit_types[value->unit_type].software_count > 0 &&
		    judge_mask_has(m->parts->homes[m->variable].counts, i))
			judge_mask_add(sure, i);
	}
	if (sure == NULL)
		return -ENOMEM;
	return add_made(m, &instance, copy_id(m, "software", b->id, ""), sure);
}

static int
add_bank(struct making *m, uint32_t bank)
{
	const struct judge_variable *v = &m->p->variables[m->variable];
	int rc = add_software(m, bank);

	m->bucket_count = 0;
	for (uint32_t i = 0; rc == 0 && i < v->value_count; i++) {
		const struct judge_value *value = judge_value_of(m->p, m->variable, i);

		if (judge_mask_has(m->parts->homes[m->variable].counts, i) &&
		    !fill(m, &m->parts->runs[value->first_release + bank], value, i))
			rc = -ENOMEM;
	}
	for (uint32_t i = 0; rc == 0 && i < m->bucket_count; i++)
		rc = add_bucket(m, &m->buckets[i], bank);
	return rc;
}

static int
add_of_variable(struct making *m, uint32_t variable)
{
	int rc;

	m->variable = variable;
	rc = add_closed(m);
	if (rc == 0)
		rc = add_types(m);
	for (uint32_t n = 0; rc == 0 && n < m->p->variables[variable].active_count; n++)
		rc = add_bank(m, n);
	return rc;
}

/* --- all of them --------------------------------------------------------- */

/* By id; the same id of two catalogues, releases or banks by place. */
static int
by_id(const void *a, const void *b)
{
	const struct judge_instance *x = &((const struct row *)a)->instance;
	const struct judge_instance *y = &((const struct row *)b)->instance;
	const uint32_t left[] = {x->relation, (uint32_t)x->kind, x->bank, x->release, x->slot};
	const uint32_t right[] = {y->relation, (uint32_t)y->kind, y->bank, y->release, y->slot};
	int order = strcmp(x->id, y->id);

	for (size_t i = 0; order == 0 && i < sizeof(left) / sizeof(left[0]); i++)
		order = left[i] < right[i] ? -1 : left[i] > right[i];
	return order;
}

/* The rows of an anchor go behind those of the anchors before it. */
static int
take_rows(struct making *m)
{
	struct judge_problem *p = m->p;
	struct judge_parts *parts = m->parts;
	uint32_t need = p->instance_count + m->count;

	if (need > JUDGE_INSTANCES_MAX)
		return -E2BIG;
	if (!judge_grow(&p->instances, &parts->instance_room, need, sizeof(*p->instances)) ||
	    !judge_grow(&parts->asks, &parts->ask_room, need, sizeof(*parts->asks)))
		return -ENOMEM;
	if (m->count > 1)
		qsort(m->rows, m->count, sizeof(*m->rows), by_id);
	for (uint32_t i = 0; i < m->count; i++) {
		p->instances[p->instance_count] = m->rows[i].instance;
		parts->asks[p->instance_count++] = m->rows[i].ask;
	}
	m->count = 0;
	return 0;
}

int
judge_instances_make(struct judge_problem *p, struct err *e)
{
	struct making m = {.p = p, .parts = p->parts};
	int rc = add_of_device(&m);

	if (rc == 0)
		rc = take_rows(&m);
	for (uint32_t v = 0; rc == 0 && v < p->variable_count; v++) {
		rc = add_of_variable(&m, v);
		if (rc == 0)
			rc = take_rows(&m);
	}
	free(m.rows);
	free(m.buckets);
	if (rc == -E2BIG) {
		return err_set(e, rc, "cannot judge the device: its rules are asked more than "
		    "%u times; import fewer relations", (unsigned)JUDGE_INSTANCES_MAX);
	}
	return rc == 0 ? 0 : err_set(e, rc, "out of memory");
}

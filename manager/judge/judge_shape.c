#include <config.h>

#include "manager/judge/judge_shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

bool
judge_bank_active(const struct judge_bank *b)
{
	switch (b->state) {
	case SOFTWARE_RUNNING:
	case SOFTWARE_TRIAL:
	case SOFTWARE_PROVEN:
		return true;
	case SOFTWARE_FALLBACK:
	case SOFTWARE_STAGED:
	case SOFTWARE_EMPTY:
	case SOFTWARE_INVALID:
		return false;
	}
	return false;
}

void
judge_software_of_id(const struct catalogue_set *set, const char *id, uint32_t *ret_first,
	uint32_t *ret_end)
{
	uint32_t low = 0, high = set->software_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(set->software[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_first = low;
	while (low < set->software_count && strcmp(set->software[low].id, id) == 0)
		low++;
	*ret_end = low;
}

static bool
software_id_known(const struct catalogue_set *set, const char *id)
{
	uint32_t first, end;

	judge_software_of_id(set, id, &first, &end);
	return first < end;
}

static bool
digest_differs(const struct catalogue_release *r, const struct software *sw)
{
	return r->sha256_known && sw->digest_known &&
	    memcmp(r->sha256, sw->digest, sizeof(r->sha256)) != 0;
}

static void
make_bank(const struct catalogue_set *set, const struct software *sw,
	struct judge_bank *ret)
{
	uint32_t release;

	*ret = (struct judge_bank){
		.bank = sw->bank, .state = sw->state, .label = JUDGE_EMPTY,
		.software = CATALOGUE_NONE, .release = CATALOGUE_NONE,
		.floor_seq = sw->floor,
	};
	if (sw->state == SOFTWARE_EMPTY || sw->state == SOFTWARE_INVALID)
		return;
	(void)text_copy(ret->id, sizeof(ret->id), sw->id);
	(void)text_copy(ret->creator, sizeof(ret->creator), sw->creator);
	(void)text_copy(ret->version, sizeof(ret->version), sw->version);
	ret->software = catalogue_software_find(set, sw->creator, sw->id);
	if (ret->software == CATALOGUE_NONE) {
		ret->label = software_id_known(set, sw->id) ? JUDGE_OTHER_CREATOR :
		    JUDGE_FOREIGN;
		return;
	}
	release = catalogue_release_find(set, ret->software, sw->version);
	if (release == CATALOGUE_NONE) {
		ret->label = JUDGE_UNLISTED;
	} else if (digest_differs(&set->releases[release], sw)) {
		ret->label = JUDGE_WRONG_DIGEST;
	} else {
		ret->label = JUDGE_LISTED;
		ret->release = release;
	}
}

static void
make_unit(const struct catalogue_set *set, const struct unit *u, struct judge_unit *ret)
{
	*ret = (struct judge_unit){
		.class = u->class, .type = u->type, .chassis = u->index == 1,
		.unit_type = CATALOGUE_NONE, .rev = CATALOGUE_NONE,
		.container = CATALOGUE_NONE,
		.in_service = u->admin_state == UNIT_ADMIN_IN_SERVICE,
		.absent = u->oper_state == UNIT_OPER_ABSENT, .banks = u->banks,
		.owner = JUDGE_OWNER_CENTRE, .unconfirmed_release = CATALOGUE_NONE,
	};
	(void)text_copy(ret->symbol, sizeof(ret->symbol), u->symbol);
	(void)text_copy(ret->manufacturer, sizeof(ret->manufacturer), u->manufacturer);
	(void)text_copy(ret->model, sizeof(ret->model), u->model);
	if (u->class == UNIT_UNIT) {
		uint32_t rev = CATALOGUE_NONE;

		ret->unit_type = catalogue_unit_type_match(set, u, &rev);
		if (ret->unit_type != CATALOGUE_NONE)
			ret->rev = rev;
	}
}

static int
unit_by_symbol(const void *a, const void *b)
{
	const struct unit *const *x = a, *const *y = b;

	return strcmp((*x)->symbol, (*y)->symbol);
}

/* Place of the unit with this index among those sorted, CATALOGUE_NONE. */
static uint32_t
place_of(const struct unit *const *sorted, size_t count, uint32_t index)
{
	for (size_t i = 0; index != 0 && i < count; i++) {
		if (sorted[i]->index == index)
			return (uint32_t)i;
	}
	return CATALOGUE_NONE;
}

static void
fill_units(const struct catalogue_set *set, const struct structure *s,
	const struct unit *const *sorted, struct judge_shape *ret)
{
	for (size_t i = 0; i < s->unit_count; i++) {
		const struct software *sw;
		size_t count;
		struct judge_unit *u = &ret->units[i];

		make_unit(set, sorted[i], u);
		u->container = place_of(sorted, s->unit_count, sorted[i]->contained_in);
		sw = structure_software(s, sorted[i]->index, &count);
		u->first_bank = ret->bank_count;
		u->bank_count = (uint32_t)count;
		for (size_t n = 0; n < count; n++)
			make_bank(set, &sw[n], &ret->banks[ret->bank_count++]);
	}
	ret->unit_count = (uint32_t)s->unit_count;
}

static void
fill_device(const struct catalogue_set *set, const struct structure *s,
	struct judge_shape *ret)
{
	const struct unit *chassis = structure_unit(s, 1);
	const char *manufacturer = s->device.manufacturer, *model = s->device.model;

	if (manufacturer[0] == '\0' && model[0] == '\0' && chassis != NULL) {
		manufacturer = chassis->manufacturer;
		model = chassis->model;
	}
	(void)text_copy(ret->manufacturer, sizeof(ret->manufacturer), manufacturer);
	(void)text_copy(ret->model, sizeof(ret->model), model);
	ret->device_type = catalogue_device_type_match(set, manufacturer, model);
}

static void
fill_names(const struct structure *s, const struct unit *const *sorted,
	struct judge_names *ret)
{
	(void)text_copy(ret->device, sizeof(ret->device), s->device.id);
	(void)text_copy(ret->serial_number, sizeof(ret->serial_number),
	    s->device.serial_number);
	for (size_t i = 0; i < s->unit_count; i++) {
		struct judge_name *n = &ret->units[i];

		(void)text_copy(n->serial_number, sizeof(n->serial_number),
		    sorted[i]->serial_number);
		(void)text_copy(n->hardware_rev, sizeof(n->hardware_rev),
		    sorted[i]->hardware_rev);
		(void)text_copy(n->descr, sizeof(n->descr), sorted[i]->descr);
	}
	ret->unit_count = (uint32_t)s->unit_count;
}

int
judge_shape_make(const struct catalogue_set *set, const struct structure *s,
	struct judge_shape *ret, struct judge_names *ret_names, struct err *e)
{
	const struct unit **sorted = calloc(s->unit_count + 1, sizeof(*sorted));
	struct judge_shape shape = {0};
	struct judge_names names = {0};
	int rc = 0;

	shape.units = calloc(s->unit_count + 1, sizeof(*shape.units));
	shape.banks = calloc(s->software_count + 1, sizeof(*shape.banks));
	if (ret_names != NULL)
		names.units = calloc(s->unit_count + 1, sizeof(*names.units));
	if (sorted == NULL || shape.units == NULL || shape.banks == NULL ||
	    (ret_names != NULL && names.units == NULL)) {
		rc = err_set(e, -ENOMEM, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < s->unit_count; i++)
		sorted[i] = &s->units[i];
	qsort(sorted, s->unit_count, sizeof(*sorted), unit_by_symbol);
	fill_device(set, s, &shape);
	fill_units(set, s, sorted, &shape);
	if (ret_names != NULL) {
		fill_names(s, sorted, &names);
		*ret_names = names;
		names = (struct judge_names){0};
	}
	*ret = shape;
	shape = (struct judge_shape){0};
out:
	judge_names_release(&names);
	judge_shape_release(&shape);
	free(sorted);
	return rc;
}

void
judge_shape_release(struct judge_shape *shape)
{
	if (shape == NULL)
		return;
	free(shape->units);
	free(shape->banks);
	*shape = (struct judge_shape){0};
}

void
judge_names_release(struct judge_names *n)
{
	if (n == NULL)
		return;
	free(n->units);
	*n = (struct judge_names){0};
}

#include <config.h>

#include "manager/judge_device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_center.h"
#include "lib/store/store_order.h"

int
judge_policy_conf(const struct conf *c, struct judge_policy *ret, struct err *e)
{
	const char *hardware = conf_text(c, "judgeHardware");
	const char *profile = conf_text(c, "judgeProfile");
	struct judge_policy p;
	int64_t n;

	judge_policy_default(&p);
	if (hardware != NULL)
		p.hardware = strcmp(hardware, "none") == 0 ? JUDGE_HARDWARE_NONE :
			strcmp(hardware, "stock") == 0 ? JUDGE_HARDWARE_STOCK :
			JUDGE_HARDWARE_ANY;
	p.drafts = conf_number(c, "judgeDrafts", &n) && n != 0;
	p.tickets = conf_number(c, "judgeTickets", &n) && n != 0;
	p.trendy = conf_number(c, "judgeTrendy", &n) && n != 0;
	if (profile != NULL && !text_copy(p.profile, sizeof(p.profile), profile))
		return err_set(e, -EINVAL, "judgeProfile '%.40s...' is too long", profile);
	*ret = p;
	return 0;
}

void
judge_device_free(struct judge_device *d)
{
	if (d == NULL)
		return;
	judgement_release(&d->judgement);
	judge_problem_free(d->problem);
	judge_names_release(&d->names);
	judge_shape_release(&d->shape);
	structure_release(&d->structure);
	free(d);
}

static enum judge_owner
owner_of(enum update_owner o)
{
	switch (o) {
	case UPDATE_OWNER_CENTRE:
		return JUDGE_OWNER_CENTRE;
	case UPDATE_OWNER_LOCAL:
		return JUDGE_OWNER_LOCAL;
	case UPDATE_OWNER_LOCKED:
		return JUDGE_OWNER_LOCKED;
	}
	return JUDGE_OWNER_CENTRE;
}

int
judge_device_owners(struct store *s, int64_t device, struct judge_shape *shape, struct err *e)
{
	struct store_update *list = NULL;
	size_t count = 0;
	int rc = store_update_list(s, device, &list, &count, e);

	for (size_t i = 0; rc == 0 && i < count; i++)
		for (uint32_t u = 0; u < shape->unit_count; u++)
			if (strcmp(shape->units[u].symbol, list[i].symbol) == 0)
				shape->units[u].owner = owner_of(list[i].row.owner);
	free(list);
	return rc;
}

int
judge_device_of(struct store *s, int64_t device, struct structure *structure,
	const char *name,
	const struct catalogue_set *set, const struct judge_policy *policy, int64_t now_utc_s,
	struct judge_device **ret, struct err *e)
{
	struct judge_device *d = calloc(1, sizeof(*d));
	int rc;

	if (d == NULL) {
		structure_release(structure);
		return err_set(e, -ENOMEM, "out of memory for a device");
	}
	d->set = set;
	d->policy = *policy;
	d->now_utc_s = now_utc_s;
	d->structure = *structure;
	*structure = (struct structure){0};
	rc = judge_shape_make(set, &d->structure, &d->shape, &d->names, e);
	if (rc == 0)
		rc = judge_device_owners(s, device, &d->shape, e);
	if (rc == 0) {
		(void)text_copy(d->names.device, sizeof(d->names.device), name);
		rc = judge_problem_new(set, &d->shape, &d->policy, now_utc_s, &d->problem, e);
	}
	if (rc == 0)
		rc = judge(d->problem, &d->judgement, e);
	if (rc < 0) {
		err_prefix(e, "%s", name);
		judge_device_free(d);
		return rc;
	}
	*ret = d;
	return 0;
}

int
judge_device_open(struct store *s, const struct catalogue_set *set,
	const struct judge_policy *policy, int64_t now_utc_s, const char *name,
	struct judge_device **ret, struct err *e)
{
	struct structure structure = {0};
	char stored[STORE_NAME_MAX + 1];
	int64_t device;
	int rc;

	rc = store_device_key(s, name, &device, e);
	if (rc == 0)
		rc = store_judge_structure(s, device, stored, &structure, e);
	if (rc < 0)
		return rc;
	if (structure.unit_count == 0) {
		structure_release(&structure);
		return err_set(e, -ENODATA, "%s: nothing is known of its units so far: "
			"imgadm-poll asks it", name);
	}
	return judge_device_of(s, device, &structure, stored, set, policy, now_utc_s, ret, e);
}

static const char *
symbol_at(const void *user, size_t n)
{
	const struct judge_device *d = user;

	return n < d->shape.unit_count ? d->shape.units[n].symbol : NULL;
}

int
judge_device_unit(const struct judge_device *d, const char *symbol, uint32_t *ret_unit,
	struct err *e)
{
	char shown[STORE_TEXT_MAX + 1], near_shown[STORE_TEXT_MAX + 1];
	const char *near;

	for (uint32_t i = 0; i < d->shape.unit_count; i++) {
		if (strcmp(d->shape.units[i].symbol, symbol) != 0)
			continue;
		*ret_unit = i;
		return 0;
	}
	(void)text_escape(shown, sizeof(shown), symbol);
	near = text_nearest(symbol, symbol_at, d);
	if (near == NULL)
		return err_set(e, -ENOENT, "%s: it has no unit '%s'; imgadm-fleet show %s tells "
			"its units", d->names.device, shown, d->names.device);
	(void)text_escape(near_shown, sizeof(near_shown), near);
	return err_set(e, -ENOENT, "%s: it has no unit '%s'; did you mean '%s'?",
		d->names.device, shown, near_shown);
}

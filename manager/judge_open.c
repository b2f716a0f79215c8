#include <config.h>

#include "manager/judge_open.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

int
judge_open(struct cli *cli, const char *name, struct judge_opened *ret)
{
	int64_t now = clock_utc_s(clock_system());
	struct err e;
	int rc, status;

	*ret = (struct judge_opened){0};
	status = cli_open(cli, STORE_READ, &ret->store);
	if (status != EXIT_DONE)
		return status;
	rc = judge_policy_conf(cli->conf, &ret->policy, &e);
	if (rc == 0)
		rc = inforce_load(ret->store, cli->conf, now, &ret->catalogues, &e);
	if (rc < 0)
		return cli_error(&e, rc);
	(void)inforce_stale(ret->catalogues, &ret->stale);
	if (name == NULL)
		return EXIT_DONE;
	rc = judge_device_open(ret->store, inforce_set(ret->catalogues), &ret->policy,
		now, name, &ret->device, &e);
	if (rc == -ENOENT)
		return cli_no_device(ret->store, name, &e, rc);
	if (rc == -ENODATA) {
		log_error("%s", e.text);
		return EXIT_SOME_FAILED;
	}
	return rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
}

int
judge_open_by(struct judge_opened *o, const struct judge_policy *policy, struct err *e)
{
	struct judge_device *d;
	int rc;

	rc = judge_device_open(o->store, inforce_set(o->catalogues), policy,
		o->device->now_utc_s, o->device->names.device, &d, e);
	if (rc < 0)
		return rc;
	judge_device_free(o->device);
	o->device = d;
	o->policy = *policy;
	return 0;
}

void
judge_opened_close(struct judge_opened *o)
{
	judge_device_free(o->device);
	inforce_free(o->catalogues);
	store_close(o->store);
	*o = (struct judge_opened){0};
}

void
judge_open_warn(const struct judge_opened *o)
{
	if (o->stale != NULL)
		log_warning("the catalogues in force are stale: %s; what is said is by them "
			"as they were", o->stale);
}

/* --- a release by its names ------------------------------------------------------------ */

static const char *
software_at(const void *user, size_t n)
{
	const struct catalogue_set *set = user;

	return n < set->software_count ? set->software[n].id : NULL;
}

/* The software of that name; its creator may stand before it. */
static int
find_software(const struct catalogue_set *set, const char *name, uint32_t *ret, struct err *e)
{
	const char *id = strchr(name, ':') == NULL ? name : strchr(name, ':') + 1;
	size_t creator_len = (size_t)(id - name);
	uint32_t found = CATALOGUE_NONE;
	const char *near;

	for (uint32_t i = 0; i < set->software_count; i++) {
		const struct catalogue_software *s = &set->software[i];

		if (strcmp(s->id, id) != 0 || (creator_len > 0 &&
			(strlen(s->creator) != creator_len - 1 ||
			strncmp(s->creator, name, creator_len - 1) != 0)))
			continue;
		if (found != CATALOGUE_NONE)
			return err_set(e, -ENOTUNIQ, "%s: %s and %s make software of that name: "
				"write %s:%s", name, set->software[found].creator, s->creator,
				s->creator, id);
		found = i;
	}
	if (found != CATALOGUE_NONE) {
		*ret = found;
		return 0;
	}
	near = text_nearest(id, software_at, set);
	if (near != NULL)
		return err_set(e, -ENOENT, "no catalogue in force has software %s; did you mean "
			"%s?", name, near);
	return err_set(e, -ENOENT, "no catalogue in force has software %s: imgadm-judge catalogue "
		"list shows which are in force", name);
}

struct releases {
	const struct catalogue_set *set;
	const struct catalogue_software *software;
};

static const char *
release_at(const void *user, size_t n)
{
	const struct releases *r = user;

	return n < r->software->release_count ?
		r->set->releases[r->software->first_release + n].version : NULL;
}

int
judge_open_release(const struct judge_opened *o, const char *software, const char *version,
	uint32_t *ret_release, struct err *e)
{
	const struct catalogue_set *set = inforce_set(o->catalogues);
	struct releases r = { .set = set };
	uint32_t s = 0, found;
	const char *near;
	int rc = find_software(set, software, &s, e);

	if (rc < 0)
		return rc;
	found = catalogue_release_find(set, s, version);
	if (found != CATALOGUE_NONE) {
		*ret_release = found;
		return 0;
	}
	r.software = &set->software[s];
	near = text_nearest(version, release_at, &r);
	if (near == NULL && r.software->release_count > 0)
		near = release_at(&r, r.software->release_count - 1);
	return err_set(e, -ENOENT, "no release %s of %s is listed%s%s%s", version, software,
		near != NULL ? "; there is " : "", near != NULL ? near : "",
		near != NULL ? ", among others" : "");
}

/* --- the unit that it is for -------------------------------------------------------------- */

/* Whether the unit type is one that the release is made for. */
static bool
made_for(const struct catalogue_set *set, uint32_t release, uint32_t unit_type)
{
	const struct catalogue_software *s = &set->software[set->releases[release].software];

	for (uint32_t i = 0; i < s->type_count; i++) {
		if (set->software_types[s->first_type + i] == unit_type)
			return true;
	}
	return false;
}

int
judge_open_unit(const struct judge_device *d, const char *symbol, uint32_t release,
	uint32_t *ret_unit, struct err *e)
{
	const char *version = d->set->releases[release].version;
	uint32_t found = CATALOGUE_NONE;

	if (symbol != NULL)
		return judge_device_unit(d, symbol, ret_unit, e);
	for (uint32_t u = 0; u < d->shape.unit_count; u++) {
		if (d->shape.units[u].class != UNIT_UNIT ||
			!made_for(d->set, release, d->shape.units[u].unit_type))
			continue;
		if (found != CATALOGUE_NONE)
			return err_set(e, -EINVAL, "%s: %s fits more than one unit: say which "
				"with --unit %s or --unit %s", d->names.device, version,
				d->shape.units[found].symbol, d->shape.units[u].symbol);
		found = u;
	}
	if (found == CATALOGUE_NONE)
		return err_set(e, -ENOENT, "%s: has no unit that %s is made for: imgadm-fleet show "
			"%s lists its units", d->names.device, version, d->names.device);
	*ret_unit = found;
	return 0;
}

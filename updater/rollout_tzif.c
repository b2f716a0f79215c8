#include <config.h>

#include "updater/rollout_tzif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "updater/rollout_tzrule.h"

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, DAY_S = 86400 };

/* What a header counts, in its order. */
struct counts {
	uint32_t isut, isstd, leap, changes, types, chars;
};

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t
be64(const uint8_t *p)
{
	uint64_t v = (uint64_t)be32(p) << 32 | be32(p + 4);
	int64_t signed_v;

	memcpy(&signed_v, &v, sizeof(v));
	return signed_v;
}

static int
malformed(struct err *e, const char *why)
{
	return err_set(e, -EBADMSG, "is no time zone file that can be used: %s", why);
}

/* The header at p: -EBADMSG with why where it is none, or beyond the limits. */
static int
read_header(const uint8_t *p, size_t len, struct counts *ret, struct err *e)
{
	struct counts c;

	if (len < HEADER_SIZE || memcmp(p, "TZif", 4) != 0)
		return malformed(e, "it does not begin as one");
	if (p[4] < '2')
		return malformed(e, "version 1, which ends in 2038");
	c = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32),
		be32(p + 36), be32(p + 40) };
	if (c.changes > ROLLOUT_TZIF_CHANGES_MAX || c.types > ROLLOUT_TZIF_TYPES_MAX ||
		c.types == 0 || c.chars > ROLLOUT_TZIF_SIZE_MAX ||
		c.isut > c.types || c.isstd > c.types || c.leap > ROLLOUT_TZIF_SIZE_MAX)
		return malformed(e, "its counts make no sense");
	*ret = c;
	return 0;
}

/* Octets of what a header counts, with moments of time_size. */
static size_t
body_size(const struct counts *c, size_t time_size)
{
	return c->changes * (time_size + 1) + c->types * TYPE_SIZE + c->chars +
		c->leap * (time_size + 4) + c->isstd + c->isut;
}

static int
read_changes(const uint8_t *p, const struct counts *c, struct rollout_tzif *z, struct err *e)
{
	const uint8_t *which = p + c->changes * 8u;
	const uint8_t *types = which + c->changes;
	int32_t offset[ROLLOUT_TZIF_TYPES_MAX] = {0};

	for (uint32_t i = 0; i < c->types; i++) {
		uint32_t u = be32(types + i * TYPE_SIZE);

		memcpy(&offset[i], &u, sizeof(u));
		if (offset[i] < -2 * DAY_S || offset[i] > 2 * DAY_S)
			return malformed(e, "an offset of more than two days");
	}
	z->first_offset_s = offset[0];
	if (c->changes == 0)
		return 0;
	z->at = calloc(c->changes, sizeof(*z->at));
	z->offset_s = calloc(c->changes, sizeof(*z->offset_s));
	if (z->at == NULL || z->offset_s == NULL)
		return err_set(e, -ENOMEM, "no memory for a time zone");
	for (uint32_t i = 0; i < c->changes; i++) {
		z->at[i] = be64(p + i * 8u);
		if (which[i] >= c->types || (i > 0 && z->at[i] <= z->at[i - 1]))
			return malformed(e, "its changes make no sense");
		z->offset_s[i] = offset[which[i]];
	}
	z->count = c->changes;
	return 0;
}

/* \nRULE\n */
static int
read_footer(const uint8_t *p, size_t len, struct rollout_tzif *z, struct err *e)
{
	const uint8_t *end;
	struct rollout_tzrule rule;
	size_t n;

	if (len < 2 || p[0] != '\n' || (end = memchr(p + 1, '\n', len - 1)) == NULL)
		return malformed(e, "it has no footer");
	n = (size_t)(end - p) - 1;
	if (n > ROLLOUT_TZIF_RULE_MAX || memchr(p + 1, '\0', n) != NULL)
		return malformed(e, "its footer is too long");
	memcpy(z->rule, p + 1, n);
	z->rule[n] = '\0';
	if (n > 0 && rollout_tzrule_parse(z->rule, &rule) < 0)
		return malformed(e, "its footer is no rule");
	return 0;
}

int
rollout_tzif_parse(const void *data, size_t len, struct rollout_tzif *ret, struct err *e)
{
	struct rollout_tzif z = {0};
	const uint8_t *p = data;
	struct counts c;
	size_t at, size;
	int rc;

	if (len > ROLLOUT_TZIF_SIZE_MAX)
		return malformed(e, "it is too long");
	if ((rc = read_header(p, len, &c, e)) < 0)
		return rc;
	at = HEADER_SIZE + body_size(&c, 4);
	if (at >= len)
		return malformed(e, "it is cut");
	if ((rc = read_header(p + at, len - at, &c, e)) < 0)
		return rc;
	at += HEADER_SIZE;
	size = body_size(&c, 8);
	if (c.leap > 0)
		return malformed(e, "it counts leap seconds");
	if (size >= len - at)
		return malformed(e, "it is cut");
	rc = read_changes(p + at, &c, &z, e);
	if (rc == 0)
		rc = read_footer(p + at + size, len - at - size, &z, e);
	if (rc < 0)
		rollout_tzif_release(&z);
	else
		*ret = z;
	return rc;
}

void
rollout_tzif_release(struct rollout_tzif *z)
{
	free(z->at);
	free(z->offset_s);
	*z = (struct rollout_tzif){0};
}

int32_t
rollout_tzif_offset(const struct rollout_tzif *z, int64_t utc_s)
{
	size_t low = 0, high = z->count;	/* changes before low are past */
	struct rollout_tzrule rule;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->at[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	/* behind the last change its rule holds, where there is one */
	if (low == z->count && z->rule[0] != '\0' && rollout_tzrule_parse(z->rule, &rule) == 0)
		return rollout_tzrule_offset(&rule, utc_s);
	return low == 0 ? z->first_offset_s : z->offset_s[low - 1];
}

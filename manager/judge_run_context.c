#include <config.h>

#include "manager/judge_run_context.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge_device.h"

/* Of another version nothing is taken for the same: it may judge in another way. */
static const char version[] = PACKAGE_VERSION;

/* --- digests ----------------------------------------------------------------------- */

void
judge_run_context_key(const struct judge_run_context *c, const struct judge_shape *shape,
	utc_s now, uint8_t ret_key[STORE_JUDGE_KEY_SIZE])
{
	crypto_hash_sha256_state h;
	uint8_t key[JUDGE_KEY_SIZE];

	judge_shape_key(shape, c->set, &c->policy, now, key);
	(void)crypto_hash_sha256_init(&h);
	(void)crypto_hash_sha256_update(&h, key, sizeof(key));
	(void)crypto_hash_sha256_update(&h, (const unsigned char *)version, sizeof(version));
	(void)crypto_hash_sha256_final(&h, ret_key);
}

/* What is in force, by which keys it is believed, and who judges by it. */
static int
set_digest(struct store *s, const struct conf *conf, uint8_t ret[STRUCTURE_DIGEST_SIZE],
	struct err *e)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	const struct conf_catalogue_key *keys;
	crypto_hash_sha256_state h;
	size_t count, i;
	int rc;

	rc = store_catalogue_set_digest(s, digest, e);
	if (rc < 0)
		return rc;
	keys = conf_catalogue_keys(conf, &count);
	(void)crypto_hash_sha256_init(&h);
	(void)crypto_hash_sha256_update(&h, digest, sizeof(digest));
	(void)crypto_hash_sha256_update(&h, (const unsigned char *)version, sizeof(version));
	for (i = 0; i < count; i++) {
		(void)crypto_hash_sha256_update(&h, (const unsigned char *)&keys[i].key,
			sizeof(keys[i].key));
		(void)crypto_hash_sha256_update(&h, (const unsigned char *)keys[i].creators,
			strlen(keys[i].creators) + 1);
	}
	(void)crypto_hash_sha256_final(&h, ret);
	return 0;
}

/* --- moments ------------------------------------------------------------------------ */

static void
moment(struct store_judge_context *c, utc_s now, utc_s at)
{
	if (at == 0)
		return;
	/* Whether `at` itself is past or not: the next second it is. */
	if (at == now)
		at++;
	if (at > now && (c->until == 0 || at < c->until))
		c->until = at;
	if (at < now && at > c->from)
		c->from = at;
}

static void
moments(struct judge_run_context *c, utc_s now)
{
	for (uint32_t i = 0; i < c->set->catalogue_count; i++)
		moment(&c->kept, now, c->set->catalogues[i].expires_utc_s);
	for (uint32_t i = 0; i < c->set->release_count; i++)
		moment(&c->kept, now, c->set->releases[i].due_utc_s);
}

/* --- open ------------------------------------------------------------------------------ */

/* Whether all is as it was in the last run, and nothing pending. */
static int
is_idle(struct judge_run_context *c, struct store *s, utc_s now, int64_t device, bool *ret_idle,
	struct err *e)
{
	struct store_judge_pending *list = NULL;
	struct store_judge_context last;
	size_t count = 0;
	int rc;

	rc = store_judge_context_get(s, &last, e);
	if (rc <= 0)
		return rc;
	if (memcmp(last.set_digest, c->kept.set_digest, sizeof(last.set_digest)) != 0 ||
	    strcmp(last.policy, c->kept.policy) != 0 || now < last.from ||
	    (last.until != 0 && now >= last.until))
		return 0;
	rc = store_judge_pending(s, last.digest, false, device, &list, &count, e);
	free(list);
	if (rc < 0 || count > 0)
		return rc;
	c->kept = last;
	*ret_idle = true;
	return 0;
}

static int
read_catalogues(struct judge_run_context *c, struct store *s, const struct conf *conf, utc_s now,
	struct err *e)
{
	static const char serial[] = "serial:";
	struct judge_shape none = {0};
	const char *why = NULL;
	int rc;

	rc = inforce_load(s, conf, now, &c->catalogues, e);
	if (rc < 0)
		return rc;
	rc = inforce_alarms(s, c->catalogues, now, e);
	if (rc < 0)
		return rc;
	c->set = inforce_set(c->catalogues);
	for (uint32_t i = 0; i < c->set->unit_type_count; i++) {
		const struct catalogue_unit_type *t = &c->set->unit_types[i];

		if (t->part != NULL && strncmp(t->part, serial, sizeof(serial) - 1) == 0)
			c->by_serial[t->class] = true;
	}
	c->kept.stale = inforce_stale(c->catalogues, &why);
	if (c->kept.stale)
		(void)text_copy(c->kept.why, sizeof(c->kept.why), why);
	judge_run_context_key(c, &none, now, c->kept.digest);
	moments(c, now);
	return 0;
}

int
judge_run_context_open(struct judge_run_context *c, struct store *s, const struct conf *conf,
	utc_s now, int64_t device, bool all, bool *ret_idle, struct err *e)
{
	int rc;

	*c = (struct judge_run_context){ .kept.when = now };
	*ret_idle = false;
	rc = judge_policy_conf(conf, &c->policy, e);
	if (rc < 0)
		return rc;
	(void)judge_policy_text(&c->policy, c->kept.policy);
	rc = set_digest(s, conf, c->kept.set_digest, e);
	if (rc == 0 && !all)
		rc = is_idle(c, s, now, device, ret_idle, e);
	if (rc == 0 && !*ret_idle)
		rc = read_catalogues(c, s, conf, now, e);
	return rc;
}

void
judge_run_context_close(struct judge_run_context *c)
{
	inforce_free(c->catalogues);
	*c = (struct judge_run_context){0};
}

bool
judge_run_context_by_serial(const struct judge_run_context *c, const struct structure *s)
{
	for (size_t i = 0; i < s->unit_count; i++)
		if (c->by_serial[s->units[i].type])
			return true;
	return false;
}

/*
 * The key of a judgement: SHA-256 over all that the judge looks at.  Each field
 * has its own length or a fixed one, so that no two inputs give the same octets.
 */
#include <config.h>

#include "manager/judge/judge_shape.h"

#include <sodium.h>
#include <string.h>

struct hash { crypto_hash_sha256_state state; };

static void
add(struct hash *h, const void *data, size_t size)
{
	crypto_hash_sha256_update(&h->state, data, size);
}

static void
add_u32(struct hash *h, uint32_t v)
{
	const uint8_t octets[4] = {
		(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v,
	};

	add(h, octets, sizeof(octets));
}

static void
add_text(struct hash *h, const char *s)
{
	size_t length = strlen(s);

	add_u32(h, (uint32_t)length);
	add(h, s, length);
}

static void
add_bank(struct hash *h, const struct judge_bank *b)
{
	add_u32(h, b->bank);
	add_u32(h, (uint32_t)b->state);
	add_u32(h, (uint32_t)b->label);
	add_u32(h, b->software);
	add_u32(h, b->release);
	add_u32(h, b->floor_seq);
	add_text(h, b->id);
	add_text(h, b->creator);
	add_text(h, b->version);
}

static void
add_unit(struct hash *h, const struct judge_unit *u)
{
	add_text(h, u->symbol);
	add_text(h, u->manufacturer);
	add_text(h, u->model);
	add_u32(h, (uint32_t)u->class);
	add_u32(h, (uint32_t)u->type);
	add_u32(h, u->unit_type);
	add_u32(h, u->rev);
	add_u32(h, u->container);
	add_u32(h, (uint32_t)u->chassis << 2 | (uint32_t)u->in_service << 1 |
	    (uint32_t)u->absent);
	add_u32(h, u->banks);
	add_u32(h, (uint32_t)u->owner);
	add_u32(h, u->first_bank);
	add_u32(h, u->bank_count);
	add_u32(h, u->unconfirmed_release);
}

/*
 * Which moments of the set have passed.  Time goes one way: how many says
 * which.
 */
static void
add_moment(struct hash *h, const struct catalogue_set *set, int64_t now_utc_s)
{
	uint32_t due = 0, expired = 0;

	for (uint32_t i = 0; i < set->release_count; i++) {
		if (set->releases[i].urgency == CATALOGUE_CRITICAL &&
		    set->releases[i].due_utc_s <= now_utc_s)
			due++;
	}
	for (uint32_t i = 0; i < set->catalogue_count; i++) {
		if (set->catalogues[i].expires_utc_s != 0 &&
		    set->catalogues[i].expires_utc_s <= now_utc_s)
			expired++;
	}
	add_u32(h, due);
	add_u32(h, expired);
}

void
judge_shape_key(const struct judge_shape *shape, const struct catalogue_set *set,
	const struct judge_policy *policy, int64_t now_utc_s,
	uint8_t ret_key[JUDGE_KEY_SIZE])
{
	char text[JUDGE_POLICY_TEXT];
	struct hash h;

	(void)crypto_hash_sha256_init(&h.state); /* cannot fail */
	add_text(&h, "imgadm judgement 1");
	add(&h, set->digest, sizeof(set->digest));
	(void)judge_policy_text(policy, text);
	add_text(&h, text);
	add_moment(&h, set, now_utc_s);
	add_u32(&h, shape->device_type);
	add_text(&h, shape->manufacturer);
	add_text(&h, shape->model);
	add_u32(&h, shape->unit_count);
	for (uint32_t i = 0; i < shape->unit_count; i++)
		add_unit(&h, &shape->units[i]);
	add_u32(&h, shape->bank_count);
	for (uint32_t i = 0; i < shape->bank_count; i++)
		add_bank(&h, &shape->banks[i]);
	(void)crypto_hash_sha256_final(&h.state, ret_key);
}

#include <config.h>

#include "manager/trouble/trouble_device_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Big-endian: "ITRB", version; log known, generation, next index; the times and
 * the serial of 64 bits; count of states; of each unit, fingerprint, words and
 * the words; FNV-1a of all before.
 */
enum { MAGIC = 0x49545242, FORMAT = 1, HEAD_SIZE = 48, SLOT_SIZE = 16, HASH_SIZE = 8 };

static uint64_t
hash_of(const uint8_t *data, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size; i++) {
		hash ^= data[i];
		hash *= UINT64_C(1099511628211);
	}
	return hash;
}

static void
put32(struct buf *b, uint32_t value)
{
	const uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
		(uint8_t)(value >> 8), (uint8_t)value };

	(void)buf_add(b, bytes, sizeof(bytes));
}

static void
put64(struct buf *b, uint64_t value)
{
	put32(b, (uint32_t)(value >> 32));
	put32(b, (uint32_t)value);
}

int
trouble_device_pack(const struct trouble_device *d, struct buf *b)
{
	size_t from = b->len;

	put32(b, MAGIC);
	put32(b, FORMAT);
	put32(b, d->log_known);
	put32(b, d->generation);
	put32(b, d->next_index);
	put64(b, (uint64_t)d->entry_at_s);
	put64(b, (uint64_t)d->other_at_s);
	put64(b, d->serial);
	put32(b, d->slot_count);
	for (uint32_t i = 0; i < d->slot_count; i++) {
		const struct trouble_slot *s = &d->slots[i];
		const struct trouble_rule *r = &d->rules->list[s->rule];

		put32(b, s->unit);
		put64(b, r->fingerprint);
		put32(b, r->words);
		for (uint32_t n = 0; n < r->words; n++)
			put32(b, d->words[s->at + n]);
	}
	if (b->error == 0)
		put64(b, hash_of((const uint8_t *)b->data + from, b->len - from));
	return b->error;
}

struct cursor {
	const uint8_t *at;
	size_t left;
};

/* The caller has seen that there is enough left. */
static uint32_t
get32(struct cursor *c)
{
	const uint8_t *p = c->at;

	c->at += 4;
	c->left -= 4;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
get64(struct cursor *c)
{
	uint64_t high = get32(c);

	return high << 32 | get32(c);
}

/* One state; *last: unit and rank of the one before, ascending. */
static int
unpack_slot(struct trouble_device *d, struct cursor *c, uint64_t *last)
{
	uint32_t unit, words, rule, i;
	uint64_t fingerprint, order;
	uint32_t *w = d->words + d->word_count;

	if (c->left < SLOT_SIZE)
		return -EINVAL;
	unit = get32(c);
	fingerprint = get64(c);
	words = get32(c);
	if (unit == 0 || words < TROUBLE_HEAD_WORDS || words > CATALOGUE_RULE_MEMORY_MAX / 4 ||
	    c->left / 4 < words)
		return -EINVAL;
	rule = trouble_rules_find(d->rules, fingerprint);
	if (rule == CATALOGUE_NONE) {
		c->at += 4 * (size_t)words;
		c->left -= 4 * (size_t)words;
		return 0;
	}
	order = (uint64_t)unit << 32 | (d->rules->list[rule].rule->rank + 1);
	if (order <= *last || words != d->rules->list[rule].words)
		return -EINVAL;
	*last = order;
	for (i = 0; i < words; i++)
		w[i] = get32(c);
	if (!trouble_state_sound(&d->rules->list[rule], w))
		return -EINVAL;
	d->slots[d->slot_count++] = (struct trouble_slot){ unit, rule, d->word_count };
	d->word_count += words;
	return 0;
}

static int
unpack(struct trouble_device *d, const uint8_t *data, size_t size)
{
	struct cursor c = { data, size }, tail = { data + size - HASH_SIZE, HASH_SIZE };
	uint64_t last = 0;
	uint32_t known, count;

	if (get32(&c) != MAGIC || get32(&c) != FORMAT ||
	    get64(&tail) != hash_of(data, size - HASH_SIZE))
		return -EINVAL;
	c.left -= HASH_SIZE;
	known = get32(&c);
	d->log_known = known == 1;
	d->generation = get32(&c);
	d->next_index = get32(&c);
	d->entry_at_s = (int64_t)get64(&c);
	d->other_at_s = (int64_t)get64(&c);
	d->serial = get64(&c);
	count = get32(&c);
	if (known > 1 || d->entry_at_s < 0 || d->other_at_s < 0 || count > TROUBLE_SLOTS_MAX ||
	    count > c.left / (SLOT_SIZE + 4 * TROUBLE_HEAD_WORDS))
		return -EINVAL;
	d->slots = calloc((size_t)count + 1, sizeof(*d->slots));
	d->words = calloc(c.left / 4 + 1, sizeof(*d->words));
	if (d->slots == NULL || d->words == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		if (unpack_slot(d, &c, &last) < 0)
			return -EINVAL;
	return c.left == 0 ? 0 : -EINVAL;
}

int
trouble_device_unpack(const struct trouble_rules *rules, const void *data, size_t size,
	struct trouble_device **ret, struct err *e)
{
	struct trouble_device *d = trouble_device_new(rules);
	int rc = d == NULL ? -ENOMEM : size < HEAD_SIZE + HASH_SIZE || size > TROUBLE_PACKED_MAX ?
	    -EINVAL : unpack(d, data, size);

	if (rc < 0) {
		trouble_device_free(d);
		return err_set(e, rc, rc == -ENOMEM ? "troubles of a device: no memory" :
		    "troubles of a device: what was kept is damaged; they are judged anew from its "
		    "log");
	}
	*ret = d;
	return 0;
}

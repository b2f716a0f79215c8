#include <config.h>

#include "lib/structure/structure.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* --- arrays ------------------------------------------------------------------- */

enum { GROWTH = 16 };

/*
 * Room for one more.  The size is asked of realloc() each time and rounded up,
 * not remembered: so an array somebody else allocated to measure is safe here.
 */
static void *
add(void **array, size_t *count, size_t most, size_t size)
{
	size_t room = (*count / GROWTH + 1) * GROWTH;
	unsigned char *grown;
	void *element;

	if (*count >= most)
		return NULL;
	grown = realloc(*array, room * size);
	if (grown == NULL)
		return NULL;
	*array = grown;
	element = grown + *count * size;
	(void)memset(element, 0, size);
	++*count;
	return element;
}

struct unit *
structure_add_unit(struct structure *s)
{
	void *array = s->units;
	struct unit *u;

	u = add(&array, &s->unit_count, STRUCTURE_UNITS_MAX, sizeof(*u));
	s->units = array;
	return u;
}

struct software *
structure_add_software(struct structure *s)
{
	void *array = s->software;
	struct software *sw;

	sw = add(&array, &s->software_count,
	    (size_t)STRUCTURE_UNITS_MAX * STRUCTURE_BANKS_MAX, sizeof(*sw));
	s->software = array;
	return sw;
}

struct reading *
structure_add_reading(struct structure *s)
{
	void *array = s->readings;
	struct reading *r;

	r = add(&array, &s->reading_count, STRUCTURE_READINGS_MAX, sizeof(*r));
	s->readings = array;
	return r;
}

void
structure_release(struct structure *s)
{
	free(s->units);
	free(s->software);
	free(s->readings);
	*s = (struct structure){ 0 };
}

/* --- look-ups -------------------------------------------------------------------- */

const struct unit *
structure_unit(const struct structure *s, uint32_t index)
{
	size_t low = 0, high = s->unit_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->units[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->unit_count && s->units[low].index == index ? &s->units[low] : NULL;
}

const struct unit *
structure_unit_by_symbol(const struct structure *s, const char *symbol)
{
	size_t i;

	for (i = 0; i < s->unit_count; i++)
		if (strcmp(s->units[i].symbol, symbol) == 0)
			return &s->units[i];
	return NULL;
}

/* The first bank of the unit or behind it. */
static size_t
first_bank(const struct structure *s, uint32_t unit_index)
{
	size_t low = 0, high = s->software_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->software[middle].unit_index < unit_index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct software *
structure_software(const struct structure *s, uint32_t unit_index, size_t *ret_count)
{
	size_t first = first_bank(s, unit_index), end = first;

	while (end < s->software_count && s->software[end].unit_index == unit_index)
		end++;
	*ret_count = end - first;
	return end > first ? &s->software[first] : NULL;
}

/* --- digest ------------------------------------------------------------------------ */

static void
hash_octets(crypto_hash_sha256_state *h, const void *octets, size_t len)
{
	const uint8_t length[4] = {
		(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
		(uint8_t)len,
	};

	(void)crypto_hash_sha256_update(h, length, sizeof(length));
	(void)crypto_hash_sha256_update(h, octets, len);
}

static void
hash_text(crypto_hash_sha256_state *h, const char *text)
{
	hash_octets(h, text, strlen(text));
}

static void
hash_number(crypto_hash_sha256_state *h, uint64_t number)
{
	uint8_t octets[8];
	int i;

	for (i = 0; i < 8; i++)
		octets[i] = (uint8_t)(number >> (56 - 8 * i));
	hash_octets(h, octets, sizeof(octets));
}

static void
hash_unit(crypto_hash_sha256_state *h, const struct unit *u)
{
	hash_number(h, u->index);
	hash_text(h, u->symbol);
	hash_number(h, (uint64_t)u->class);
	hash_number(h, (uint64_t)u->type);
	hash_number(h, u->contained_in);
	hash_text(h, u->descr);
	hash_text(h, u->manufacturer);
	hash_text(h, u->model);
	hash_text(h, u->hardware_rev);
	hash_text(h, u->serial_number);
	hash_number(h, u->oper_state == UNIT_OPER_ABSENT ? 1 : 0);
	hash_number(h, (uint64_t)u->admin_state);
	hash_number(h, (uint64_t)u->use_unit);
	hash_number(h, u->banks);
}

static void
hash_software(crypto_hash_sha256_state *h, const struct software *sw)
{
	hash_number(h, sw->bank);
	hash_text(h, sw->id);
	hash_text(h, sw->creator);
	hash_text(h, sw->version);
	hash_octets(h, sw->digest, sw->digest_known ? sizeof(sw->digest) : 0);
	hash_number(h, (uint64_t)sw->state);
	hash_number(h, sw->floor);
}

void
structure_digest(const struct structure *s, uint8_t ret_digest[STRUCTURE_DIGEST_SIZE])
{
	crypto_hash_sha256_state h;
	const struct software *banks;
	size_t i, j, count;

	(void)crypto_hash_sha256_init(&h);
	for (i = 0; i < s->unit_count; i++) {
		hash_unit(&h, &s->units[i]);
		banks = structure_software(s, s->units[i].index, &count);
		for (j = 0; j < count; j++)
			hash_software(&h, &banks[j]);
	}
	(void)crypto_hash_sha256_final(&h, ret_digest);
}

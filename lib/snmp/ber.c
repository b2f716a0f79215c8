#include <config.h>

#include "lib/snmp/ber.h"

#include <string.h>

bool
ber_header(struct ber *b, uint8_t *ret_tag, size_t *ret_len)
{
	const uint8_t *p = b->p;
	size_t len;
	unsigned octets;

	if (b->end - p < 2)
		return false;
	*ret_tag = *p++;
	len = *p++;
	if (len >= 0x80) {
		octets = (unsigned)len & 0x7f;
		if (octets == 0 || octets > 4 || (size_t)(b->end - p) < octets)
			return false;
		for (len = 0; octets > 0; octets--)
			len = len << 8 | *p++;
	}
	b->p = p;
	*ret_len = len;
	return true;
}

bool
ber_enter(struct ber *b, uint8_t tag, struct ber *ret_inner)
{
	struct ber at = *b;
	uint8_t is;
	size_t len;

	if (!ber_header(&at, &is, &len) || is != tag || (size_t)(at.end - at.p) < len)
		return false;
	*ret_inner = (struct ber){ at.p, at.p + len };
	b->p = at.p + len;
	return true;
}

bool
ber_integer(struct ber *b, int64_t *ret_value)
{
	struct ber at = *b, inner;
	uint64_t v;

	if (!ber_enter(&at, BER_INTEGER, &inner) || inner.end - inner.p < 1 ||
	    inner.end - inner.p > 5)
		return false;
	*b = at;
	v = (*inner.p & 0x80) != 0 ? UINT64_MAX : 0;
	while (inner.p < inner.end)
		v = v << 8 | *inner.p++;
	*ret_value = (int64_t)v;
	return true;
}

bool
ber_number(struct ber *b, uint32_t least, uint32_t most, uint32_t *ret_value)
{
	int64_t v;

	if (!ber_integer(b, &v) || v < least || v > most)
		return false;
	*ret_value = (uint32_t)v;
	return true;
}

void
ber_put(struct ber_writer *w, const void *octets, size_t len)
{
	if (w->full || (size_t)(w->p - w->start) < len) {
		w->full = true;
		return;
	}
	w->p -= len;
	if (len > 0)
		(void)memcpy(w->p, octets, len);
}

void
ber_put_header(struct ber_writer *w, uint8_t tag, const uint8_t *mark)
{
	size_t len = (size_t)(mark - w->p), rest = len;
	uint8_t head[6];
	size_t at = sizeof(head);

	if (len < 0x80) {
		head[--at] = (uint8_t)len;
	} else {
		for (; rest > 0; rest >>= 8)
			head[--at] = (uint8_t)rest;
		head[at - 1] = (uint8_t)(0x80 | (sizeof(head) - at));
		at--;
	}
	head[--at] = tag;
	ber_put(w, head + at, sizeof(head) - at);
}

void
ber_put_octets(struct ber_writer *w, const void *octets, size_t len)
{
	const uint8_t *mark = w->p;

	ber_put(w, octets, len);
	ber_put_header(w, BER_OCTETS, mark);
}

void
ber_put_number(struct ber_writer *w, uint32_t value)
{
	const uint8_t *mark = w->p;
	uint8_t octet;

	do {
		octet = (uint8_t)value;
		ber_put(w, &octet, 1);
		value >>= 8;
	} while (value > 0);
	if ((octet & 0x80) != 0) {
		octet = 0;	/* it is no negative number */
		ber_put(w, &octet, 1);
	}
	ber_put_header(w, BER_INTEGER, mark);
}

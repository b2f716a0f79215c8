#include <config.h>

#include "tests/fake/sim_ber.h"

#include <string.h>

bool
ber_next(struct ber_in *in, uint8_t *ret_tag, struct ber_in *ret_content)
{
	const uint8_t *p = in->p;
	size_t len, octets;

	if (in->end - p < 2)
		return false;
	*ret_tag = *p++;
	len = *p++;
	if (len >= 0x80) {
		octets = len & 0x7f;
		if (octets == 0 || octets > 4 || (size_t)(in->end - p) < octets)
			return false;
		for (len = 0; octets > 0; octets--)
			len = len << 8 | *p++;
	}
	if ((size_t)(in->end - p) < len)
		return false;
	ret_content->p = p;
	ret_content->end = p + len;
	in->p = p + len;
	return true;
}

bool
ber_expect(struct ber_in *in, uint8_t tag, struct ber_in *ret_content)
{
	struct ber_in save = *in;
	uint8_t found;

	if (ber_next(in, &found, ret_content) && found == tag)
		return true;
	*in = save;
	return false;
}

bool
ber_get_int(struct ber_in *in, int64_t *ret_value)
{
	struct ber_in c;
	uint64_t v;

	if (!ber_expect(in, BER_INTEGER, &c) || c.p == c.end || c.end - c.p > 8)
		return false;
	v = *c.p & 0x80 ? UINT64_MAX : 0;
	while (c.p < c.end)
		v = v << 8 | *c.p++;
	*ret_value = (int64_t)v;
	return true;
}

bool
ber_get_oid(struct ber_in *in, uint32_t ret_sub[BER_OID_MAX], size_t *ret_len)
{
	struct ber_in c;
	uint64_t v;
	size_t n = 0;

	if (!ber_expect(in, BER_OID, &c) || c.p == c.end)
		return false;
	while (c.p < c.end) {
		v = 0;
		do {
			if (c.p == c.end)
				return false;
			v = v << 7 | (*c.p & 0x7f);
			if (v > UINT32_MAX)
				return false;
		} while (*c.p++ & 0x80);
		if (n == 0) {
			ret_sub[n++] = v < 80 ? (uint32_t)v / 40 : 2;
			v -= (uint64_t)ret_sub[0] * 40;
		}
		if (n == BER_OID_MAX)
			return false;
		ret_sub[n++] = (uint32_t)v;
	}
	*ret_len = n;
	return true;
}

void
ber_out_init(struct ber_out *out, void *buf, size_t size)
{
	out->start = out->p = buf;
	out->end = out->start + size;
	out->full = false;
}

void
ber_put_raw(struct ber_out *out, const void *octets, size_t len)
{
	if (out->full || (size_t)(out->end - out->p) < len) {
		out->full = true;
		return;
	}
	if (len > 0)
		memcpy(out->p, octets, len);
	out->p += len;
}

/* The length comes later, in the form of two octets. */
size_t
ber_open(struct ber_out *out, uint8_t tag)
{
	const uint8_t head[4] = { tag, 0x82 };

	ber_put_raw(out, head, sizeof(head));
	return (size_t)(out->p - out->start);
}

void
ber_close(struct ber_out *out, size_t opened)
{
	size_t len = (size_t)(out->p - out->start) - opened;
	uint8_t *p = out->start + opened;

	if (out->full)
		return;
	p[-2] = (uint8_t)(len >> 8);
	p[-1] = (uint8_t)len;
}

size_t
ber_header_size(size_t len)
{
	return len < 0x80 ? 2 : len < 0x100 ? 3 : 4;
}

uint8_t *
ber_header(uint8_t *p, uint8_t tag, size_t len)
{
	*p++ = tag;
	if (len >= 0x100) {
		*p++ = 0x82;
		*p++ = (uint8_t)(len >> 8);
	} else if (len >= 0x80) {
		*p++ = 0x81;
	}
	*p++ = (uint8_t)len;
	return p;
}

void
ber_put(struct ber_out *out, uint8_t tag, const void *octets, size_t len)
{
	if (out->full || (size_t)(out->end - out->p) < ber_header_size(len) + len) {
		out->full = true;
		return;
	}
	out->p = ber_header(out->p, tag, len);
	if (len > 0)
		memcpy(out->p, octets, len);
	out->p += len;
}

size_t
ber_unsigned_content(uint64_t value, uint8_t buf[9])
{
	size_t n = 1;
	size_t i;

	while (n < 9 && (n == 8 ? value >> 63 : value >> (8 * n - 1)) != 0)
		n++;
	for (i = 0; i < n; i++)
		buf[n - 1 - i] = i == 8 ? 0 : (uint8_t)(value >> (8 * i));
	return n;
}

size_t
ber_int_content(int64_t value, uint8_t buf[9])
{
	uint64_t v = (uint64_t)value;
	size_t n = 1;
	size_t i;

	/* As long as the octet before is no more than the sign. */
	while (n < 8 && (value < 0 ? value < -(INT64_C(1) << (8 * n - 1)) :
		    value >= INT64_C(1) << (8 * n - 1)))
		n++;
	for (i = 0; i < n; i++)
		buf[n - 1 - i] = (uint8_t)(v >> (8 * i));
	return n;
}

void
ber_put_int(struct ber_out *out, uint8_t tag, int64_t value)
{
	uint8_t buf[9];

	ber_put(out, tag, buf, ber_int_content(value, buf));
}

size_t
ber_sub_content(uint32_t sub, uint8_t *buf)
{
	size_t n = 1;
	size_t i;
	uint32_t v;

	for (v = sub >> 7; v != 0; v >>= 7)
		n++;
	for (i = 0; i < n; i++)
		buf[n - 1 - i] = (uint8_t)((sub >> (7 * i) & 0x7f) | (i > 0 ? 0x80 : 0));
	return n;
}

size_t
ber_oid_content(const uint32_t *sub, size_t len, uint8_t *buf)
{
	size_t n, i;

	n = ber_sub_content(sub[0] * 40 + sub[1], buf);
	for (i = 2; i < len; i++)
		n += ber_sub_content(sub[i], buf + n);
	return n;
}

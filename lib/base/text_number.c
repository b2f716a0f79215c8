#include <config.h>

#include "lib/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
text_hex(char *dst, size_t size, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;
	size_t i;

	if (size == 0)
		return;
	if (len > (size - 1) / 2)
		len = 0;
	for (i = 0; i < len; i++) {
		dst[2 * i] = digits[b[i] >> 4];
		dst[2 * i + 1] = digits[b[i] & 15];
	}
	dst[2 * len] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
text_unhex(const char *s, void *ret_bytes, size_t size)
{
	uint8_t *b = ret_bytes;
	size_t i;

	if (strlen(s) / 2 != size || strlen(s) % 2 != 0)
		return -EINVAL;
	/* Look at all before the first is written. */
	for (i = 0; i < 2 * size; i++)
		if (nibble(s[i]) < 0)
			return -EINVAL;
	for (i = 0; i < size; i++)
		b[i] = (uint8_t)(nibble(s[2 * i]) << 4 | nibble(s[2 * i + 1]));
	return 0;
}

/* INT64_MIN has no positive counterpart of its own type. */
static uint64_t
magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

void
text_decimal(char *dst, size_t size, int64_t value, int scale)
{
	static const char zeros[] = "000000000000000000";
	const char *sign = value < 0 ? "-" : "";
	char digits[TEXT_NUMBER_SIZE];
	size_t len, after;

	if (scale < -18 || scale > 18)
		scale = 0;
	if (scale >= 0) {
		(void)snprintf(dst, size, "%s%" PRIu64 "%.*s", sign, magnitude(value),
		    value != 0 ? scale : 0, zeros);
		return;
	}
	after = (size_t)-scale;
	/* One digit before the point at least. */
	(void)snprintf(digits, sizeof(digits), "%0*" PRIu64, (int)after + 1,
	    magnitude(value));
	len = strlen(digits);
	(void)snprintf(dst, size, "%s%.*s.%s", sign, (int)(len - after), digits,
	    digits + len - after);
}

static void
grouped(char *dst, size_t size, uint64_t number, bool negative)
{
	char digits[TEXT_NUMBER_SIZE], out[TEXT_NUMBER_SIZE];
	size_t len, i, o = 0;

	(void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	len = strlen(digits);
	if (negative)
		out[o++] = '-';
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[o++] = ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	(void)snprintf(dst, size, "%s", out);
}

void
text_grouped(char *dst, size_t size, int64_t value)
{
	grouped(dst, size, magnitude(value), value < 0);
}

void
text_grouped_u64(char *dst, size_t size, uint64_t value)
{
	grouped(dst, size, value, false);
}

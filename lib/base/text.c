#include <config.h>

#include "lib/base/text.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"	/* U+FFFD */

/* --- valid, bounded ---------------------------------------------------- */

/*
 * RFC 3629, section 4: the second byte's range depends on the first.
 * Returns the length, or 0 with *ret_wrong = the length of the maximal wrong
 * part (1..3), which is replaced by one U+FFFD.
 */
static size_t
scan(const unsigned char *s, size_t len, uint32_t *ret_char, size_t *ret_wrong)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t need, i;
	uint32_t c;

	*ret_wrong = 1;
	if (len == 0)
		return 0;
	c = s[0];
	if (c < 0x80) {
		*ret_char = c;
		return 1;
	} else if (c >= 0xC2 && c <= 0xDF) {
		need = 1;
		c &= 0x1F;
	} else if (c >= 0xE0 && c <= 0xEF) {
		need = 2;
		low = c == 0xE0 ? 0xA0 : 0x80;
		high = c == 0xED ? 0x9F : 0xBF;
		c &= 0x0F;
	} else if (c >= 0xF0 && c <= 0xF4) {
		need = 3;
		low = c == 0xF0 ? 0x90 : 0x80;
		high = c == 0xF4 ? 0x8F : 0xBF;
		c &= 0x07;
	} else {
		return 0;
	}
	for (i = 1; i <= need; i++) {
		if (i >= len || s[i] < low || s[i] > high) {
			*ret_wrong = i;
			return 0;
		}
		c = c << 6 | (s[i] & 0x3F);
		low = 0x80;
		high = 0xBF;
	}
	*ret_char = c;
	return need + 1;
}

size_t
text_char(const char *s, size_t len, uint32_t *ret_char)
{
	size_t wrong;

	return scan((const unsigned char *)s, len, ret_char, &wrong);
}

bool
text_is_utf8(const void *s, size_t len)
{
	const unsigned char *p = s;
	size_t n, wrong;
	uint32_t c;

	while (len > 0) {
		n = scan(p, len, &c, &wrong);
		if (n == 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

/* A bounded text that grows; full once something did not fit. */
struct sink {
	char *dst;
	size_t size, len;
	bool full;
};

static struct sink
sink_init(char *dst, size_t size)
{
	return (struct sink){ .dst = dst, .size = size, .full = size == 0 };
}

static bool
sink_add(struct sink *o, const void *part, size_t len)
{
	if (o->full || len >= o->size - o->len) {
		o->full = true;
		return false;
	}
	(void)memcpy(o->dst + o->len, part, len);
	o->len += len;
	return true;
}

static bool
sink_end(struct sink *o)
{
	if (o->size > 0)
		o->dst[o->len] = '\0';
	return !o->full;
}

bool
text_utf8(char *dst, size_t size, const void *src, size_t len)
{
	struct sink out = sink_init(dst, size);
	const unsigned char *p = src;
	bool valid = true;
	size_t n, wrong;
	uint32_t c;

	while (len > 0 && p[len - 1] == '\0')
		len--;
	while (len > 0) {
		n = scan(p, len, &c, &wrong);
		if (n == 0 || c == 0) {
			valid = false;
			n = n == 0 ? wrong : n;
			if (!sink_add(&out, REPLACEMENT, 3))
				break;
		} else if (!sink_add(&out, p, n)) {
			break;
		}
		p += n;
		len -= n;
	}
	return sink_end(&out) && valid;
}

bool
text_copy(char *dst, size_t size, const char *src)
{
	size_t len = src != NULL ? strlen(src) : 0;

	if (size == 0)
		return len == 0;
	if (len < size) {
		if (len > 0)
			(void)memmove(dst, src, len);
		dst[len] = '\0';
		return true;
	}
	/* Back to the start of the character that does not fit. */
	for (len = size - 1; len > 0 && ((unsigned char)src[len] & 0xC0) == 0x80;)
		len--;
	if (len > 0)
		(void)memmove(dst, src, len);
	dst[len] = '\0';
	return false;
}

/* --- shown -------------------------------------------------------------- */

bool
text_shell(char *dst, size_t size, const char *src)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._:,+-/@%";
	struct sink out = sink_init(dst, size);
	bool quoted = src[0] == '\0' || strspn(src, plain) != strlen(src);
	bool fits = !quoted || sink_add(&out, "'", 1);

	for (const char *p = src; fits && *p != '\0'; p++)
		fits = *p == '\'' ? sink_add(&out, "'\"'\"'", 5) : sink_add(&out, p, 1);
	if (fits && quoted)
		fits = sink_add(&out, "'", 1);
	if (sink_end(&out) && fits)
		return true;
	if (size > 0)
		dst[0] = '\0';
	return false;
}

/* Not a control character, but moves or hides what stands around it. */
static bool
is_invisible(uint32_t c)
{
	return c == 0x00AD || c == 0x034F || c == 0x061C || c == 0x180E ||
	    (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
	    (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	    (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

enum { PIECE_SIZE = 16 };

/*
 * The next character of s (len > 0), made harmless: piece holds what to print,
 * *ret_used says how much of s it stands for.  Returns the piece's length.
 */
static size_t
harmless(const unsigned char *s, size_t len, bool backslash, char piece[PIECE_SIZE],
	size_t *ret_used)
{
	size_t n, wrong;
	uint32_t c;
	int k;

	n = scan(s, len, &c, &wrong);
	*ret_used = n;
	if (n == 0) {
		*ret_used = 1;
		k = snprintf(piece, PIECE_SIZE, "\\x%02x", s[0]);
	} else if (is_control(c)) {
		k = snprintf(piece, PIECE_SIZE, "\\x%02x", (unsigned)c);
	} else if (is_invisible(c)) {
		k = snprintf(piece, PIECE_SIZE, "\\u{%x}", (unsigned)c);
	} else if (c == '\\' && backslash) {
		k = snprintf(piece, PIECE_SIZE, "\\\\");
	} else {
		(void)memcpy(piece, s, n);
		k = (int)n;
	}
	return k > 0 ? (size_t)k : 0;
}

static bool
escape(char *dst, size_t size, const char *src, bool backslash)
{
	struct sink out = sink_init(dst, size);
	const unsigned char *p = (const unsigned char *)src;
	size_t left = strlen(src), used, n;
	char piece[PIECE_SIZE];

	for (; left > 0; p += used, left -= used) {
		n = harmless(p, left, backslash, piece, &used);
		if (!sink_add(&out, piece, n))
			break;
	}
	return sink_end(&out);
}

bool
text_escape(char *dst, size_t size, const char *src)
{
	return escape(dst, size, src, true);
}

bool
text_escape_line(char *dst, size_t size, const char *src)
{
	return escape(dst, size, src, false);
}

int
text_escape_to(struct buf *b, const char *src)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t left = strlen(src), used, n;
	char piece[PIECE_SIZE];

	for (; left > 0; p += used, left -= used) {
		n = harmless(p, left, true, piece, &used);
		(void)buf_add(b, piece, n);
	}
	return b->error;
}

int
text_escape_json(struct buf *b, const char *json)
{
	const unsigned char *p = (const unsigned char *)json;
	size_t left = strlen(json), n, wrong;
	uint32_t c;

	for (; left > 0; p += n, left -= n) {
		n = scan(p, left, &c, &wrong);
		if (n == 0) {
			n = wrong;
			(void)buf_add(b, REPLACEMENT, 3);
		} else if (c >= 0x10000 && is_invisible(c)) {
			/* RFC 8259, section 7: as UTF-16 surrogates. */
			c -= 0x10000;
			(void)buf_printf(b, "\\u%04x\\u%04x", (unsigned)(0xD800 | c >> 10),
			    (unsigned)(0xDC00 | (c & 0x3FF)));
		} else if (is_invisible(c) || (c >= 0x7F && is_control(c))) {
			(void)buf_printf(b, "\\u%04x", (unsigned)c);
		} else {
			(void)buf_add(b, p, n);
		}
	}
	return b->error;
}

/* A plain number is no formula, though it may begin with a sign. */
static bool
is_number(const char *s)
{
	size_t n;

	if (*s == '-' || *s == '+')
		s++;
	n = strspn(s, "0123456789");
	if (n == 0)
		return false;
	s += n;
	if (*s == '.') {
		s++;
		n = strspn(s, "0123456789");
		if (n == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

static bool
is_formula(const char *s)
{
	/* Full-width = + - @ run as well, in East Asian spreadsheets. */
	static const char *const wide[] = {
		"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0",
	};
	const char *first = s + strspn(s, " ");
	size_t i;

	if (*first == '\0')
		return false;
	if (strchr("=+-@\t\r\n", *first) != NULL)
		return !is_number(s);
	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strncmp(first, wide[i], 3) == 0)
			return true;
	return false;
}

int
text_escape_csv(struct buf *b, const char *src)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t left = strlen(src), n, wrong;
	bool formula = is_formula(src), quote;
	uint32_t c;

	quote = strpbrk(src, ",\"\r\n\t;") != NULL || formula ||
	    (left > 0 && (src[0] == ' ' || src[left - 1] == ' '));
	if (quote)
		(void)buf_add_char(b, '"');
	if (formula)
		(void)buf_add_char(b, '\'');
	for (; left > 0; p += n, left -= n) {
		n = scan(p, left, &c, &wrong);
		if (n == 0) {
			n = wrong;
			(void)buf_add(b, REPLACEMENT, 3);
		} else if (is_control(c) && c != '\t' && c != '\r' && c != '\n') {
			(void)buf_add(b, REPLACEMENT, 3);
		} else {
			if (c == '"')
				(void)buf_add_char(b, '"');
			(void)buf_add(b, p, n);
		}
	}
	if (quote)
		(void)buf_add_char(b, '"');
	return b->error;
}

static const char *
entity(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

int
text_escape_xml(struct buf *b, const char *src)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t left = strlen(src), n, wrong;
	const char *named;
	uint32_t c;

	for (; left > 0; p += n, left -= n) {
		n = scan(p, left, &c, &wrong);
		if (n == 0) {
			n = wrong;
			(void)buf_add(b, REPLACEMENT, 3);
		} else if ((is_control(c) && c != '\t' && c != '\r' && c != '\n') ||
		    c == 0xFFFE || c == 0xFFFF) {
			(void)buf_add(b, REPLACEMENT, 3);
		} else if ((named = entity(c)) != NULL) {
			(void)buf_add_text(b, named);
		} else {
			(void)buf_add(b, p, n);
		}
	}
	return b->error;
}

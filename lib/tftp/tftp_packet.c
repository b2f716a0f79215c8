#include <config.h>

#include "lib/tftp/tftp_packet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

enum { OPCODE_LEN = 2 };

const char *
tftp_error_name(unsigned code)
{
	static const char *const names[] = {
		[TFTP_E_UNDEFINED] = "not defined, see the error message",
		[TFTP_E_NOT_FOUND] = "file not found",
		[TFTP_E_ACCESS] = "access violation",
		[TFTP_E_DISK_FULL] = "disk full or allocation exceeded",
		[TFTP_E_ILLEGAL] = "illegal TFTP operation",
		[TFTP_E_UNKNOWN_TID] = "unknown transfer ID",
		[TFTP_E_EXISTS] = "file already exists",
		[TFTP_E_NO_USER] = "no such user",
		[TFTP_E_OPTION] = "option negotiation failed",
	};

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown error code";
}

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* --- decoded -------------------------------------------------------------- */

/* The octets of a request or OACK that have not been read yet. */
struct rest {
	const char *p;
	size_t len;
};

/* The next terminated text; NULL where there is none. */
static const char *
next_text(struct rest *r)
{
	const char *text = r->p, *end = memchr(r->p, '\0', r->len);

	if (end == NULL)
		return NULL;
	r->len -= (size_t)(end + 1 - r->p);
	r->p = end + 1;
	return text;
}

static bool
only_padding(const struct rest *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->p[i] != '\0')
			return false;
	return true;
}

/*
 * A number of a known option.  Twice is wrong.  Out of its range it is wrong in
 * an OACK; in a request it counts as not asked, as RFC 2347 lets a server do.
 */
static int
number(bool *has, const char *value, uint64_t min, uint64_t max, bool lenient, uint64_t *ret)
{
	if (*has)
		return -EBADMSG;
	if (parse_u64(value, min, max, ret, NULL) < 0)
		return lenient ? 0 : -EBADMSG;
	*has = true;
	return 0;
}

static int
decode_option(const char *name, const char *value, bool lenient, struct tftp_options *o)
{
	uint64_t v = 0;
	int rc = 0;

	if (text_equal_nocase(name, "blksize")) {
		rc = number(&o->has_blksize, value, TFTP_BLOCK_MIN, TFTP_BLOCK_MAX, lenient, &v);
		o->blksize = (uint16_t)v;
	} else if (text_equal_nocase(name, "timeout")) {
		rc = number(&o->has_timeout, value, 1, TFTP_TIMEOUT_MAX, lenient, &v);
		o->timeout_s = (uint8_t)v;
	} else if (text_equal_nocase(name, "tsize")) {
		rc = number(&o->has_tsize, value, 0, TFTP_SIZE_MAX, lenient, &v);
		o->tsize = v;
	} else if (text_equal_nocase(name, "windowsize")) {
		rc = number(&o->has_windowsize, value, 1, TFTP_WINDOW_MAX, lenient, &v);
		o->windowsize = (uint16_t)v;
	}
	return rc;
}

static int
decode_options(struct rest *r, bool lenient, struct tftp_options *o)
{
	while (r->len > 0 && !only_padding(r)) {
		const char *name = next_text(r), *value;
		int rc;

		if (name == NULL || *name == '\0')
			return -EBADMSG;
		value = next_text(r);
		if (value == NULL)
			return -EBADMSG;
		rc = decode_option(name, value, lenient, o);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
decode_request(struct rest *r, struct tftp_packet *p)
{
	const char *mode;

	p->name = next_text(r);
	if (p->name == NULL || *p->name == '\0' || strlen(p->name) > TFTP_NAME_MAX)
		return -EBADMSG;
	mode = next_text(r);
	if (mode == NULL || *mode == '\0')
		return -EBADMSG;
	p->octet = text_equal_nocase(mode, "octet");
	return decode_options(r, true, &p->options);
}

/* A text that is not terminated is none: the code says enough. */
static void
decode_error(struct rest *r, struct tftp_packet *p)
{
	const char *text = next_text(r);

	p->text = text != NULL && strlen(text) <= TFTP_ERROR_TEXT_MAX ? text : "";
}

int
tftp_packet_decode(const void *datagram, size_t len, struct tftp_packet *ret)
{
	const uint8_t *d = datagram;
	struct tftp_packet p = { 0 };
	struct rest r;
	unsigned opcode;
	int rc = 0;

	if (len < OPCODE_LEN)
		return -EBADMSG;
	opcode = get16(d);
	r = (struct rest){ (const char *)d + OPCODE_LEN, len - OPCODE_LEN };
	if (opcode < TFTP_RRQ || opcode > TFTP_OACK)
		return -EBADMSG;
	p.opcode = (enum tftp_opcode)opcode;
	switch (p.opcode) {
	case TFTP_RRQ:
	case TFTP_WRQ:
		rc = len > TFTP_REQUEST_MAX ? -EBADMSG : decode_request(&r, &p);
		break;
	case TFTP_OACK:
		rc = len > TFTP_REQUEST_MAX ? -EBADMSG : decode_options(&r, false, &p.options);
		break;
	case TFTP_DATA:
	case TFTP_ACK:
	case TFTP_ERROR:
		if (len < TFTP_DATA_HEADER || len > TFTP_DATA_HEADER + TFTP_BLOCK_MAX)
			return -EBADMSG;
		r = (struct rest){ (const char *)d + TFTP_DATA_HEADER, len - TFTP_DATA_HEADER };
		p.block = p.code = get16(d + OPCODE_LEN);
		p.data = d + TFTP_DATA_HEADER;
		p.data_len = r.len;
		if (p.opcode == TFTP_ERROR)
			decode_error(&r, &p);
		break;
	}
	if (rc == 0)
		*ret = p;
	return rc;
}

/* --- encoded -------------------------------------------------------------- */

/* What is written; full: something did not fit, and nothing counts. */
struct writer {
	uint8_t *p;
	size_t size, len;
	bool full;
};

static struct writer
writer(void *dst, size_t size, enum tftp_opcode opcode)
{
	struct writer w = { dst, size, 0, size < OPCODE_LEN };

	if (!w.full) {
		put16(w.p, opcode);
		w.len = OPCODE_LEN;
	}
	return w;
}

static void
add_text(struct writer *w, const char *text)
{
	size_t len = strlen(text) + 1;

	if (w->full || len > w->size - w->len) {
		w->full = true;
		return;
	}
	memcpy(w->p + w->len, text, len);
	w->len += len;
}

static void
add_option(struct writer *w, bool has, const char *name, uint64_t value)
{
	char digits[24];

	if (!has)
		return;
	(void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	add_text(w, name);
	add_text(w, digits);
}

static size_t
finish_options(struct writer *w, const struct tftp_options *o)
{
	add_option(w, o->has_blksize, "blksize", o->blksize);
	add_option(w, o->has_timeout, "timeout", o->timeout_s);
	add_option(w, o->has_tsize, "tsize", o->tsize);
	add_option(w, o->has_windowsize, "windowsize", o->windowsize);
	return w->full || w->len > TFTP_REQUEST_MAX ? 0 : w->len;
}

size_t
tftp_packet_request(void *dst, size_t size, enum tftp_opcode opcode, const char *name,
    const struct tftp_options *o)
{
	struct writer w = writer(dst, size, opcode);

	if (*name == '\0' || strlen(name) > TFTP_NAME_MAX)
		return 0;
	add_text(&w, name);
	add_text(&w, "octet");
	return finish_options(&w, o);
}

size_t
tftp_packet_oack(void *dst, size_t size, const struct tftp_options *o)
{
	struct writer w = writer(dst, size, TFTP_OACK);

	return finish_options(&w, o);
}

static size_t
numbered(void *dst, size_t size, enum tftp_opcode opcode, unsigned number)
{
	uint8_t *p = dst;

	if (size < TFTP_DATA_HEADER)
		return 0;
	put16(p, opcode);
	put16(p + OPCODE_LEN, number);
	return TFTP_DATA_HEADER;
}

size_t
tftp_packet_ack(void *dst, size_t size, uint16_t block)
{
	return numbered(dst, size, TFTP_ACK, block);
}

size_t
tftp_packet_data(void *dst, size_t size, uint16_t block)
{
	return numbered(dst, size, TFTP_DATA, block);
}

size_t
tftp_packet_error(void *dst, size_t size, unsigned code, const char *text)
{
	size_t len = strnlen(text, TFTP_ERROR_TEXT_MAX), head;

	head = numbered(dst, size, TFTP_ERROR, code);
	if (head == 0 || code > UINT16_MAX || len + 1 > size - head)
		return 0;
	memcpy((uint8_t *)dst + head, text, len);
	((uint8_t *)dst)[head + len] = '\0';
	return head + len + 1;
}

/*
 * catalogue_scan: the bytes of a file before an XML parser sees them, and the
 * lines its tags begin in.
 *
 * What is not to be (DOCTYPE, other encodings, control characters, long
 * values) is refused here, in one pass without allocation, so that the parser
 * never meets it.  The parser itself tells where a tag ends; the scanner goes
 * beside it and tells where it begins.
 *
 * A parser takes time with the square of a tag's attributes; so they are
 * counted here.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_SCAN_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	SCAN_ATTRIBUTES_MAX = 32,	/* of a tag; the schema knows 14 at most */
	SCAN_TAG_MAX = 64 * 1024,	/* octets of a tag */
};

struct scan {
	const char *at, *end;
	uint32_t line;		/* of `at` */
};

/* From the beginning; a UTF-8 byte order mark is passed over. */
void scan_begin(struct scan *s, const char *data, size_t size);

/*
 * On to the next start tag, past all else.  Returns 1 with its line, 0 at the end,
 * -EINVAL for what is refused (e says what, *ret_line where).
 */
int scan_tag(struct scan *s, uint32_t *ret_line, struct err *e);

/* The declared encoding and the bytes as a whole; as scan_tag, 0 when all is well. */
int scan_bytes(const char *data, size_t size, uint32_t *ret_line, struct err *e);

#endif

/*
 * text: strings that came from somewhere, made safe to keep and to show.
 *
 * What a device says is bytes until text_utf8() made it text; a text is safe
 * to keep, but not to print: control characters and direction overrides in it
 * would move a terminal's cursor, a formula in it would run in a spreadsheet,
 * a tag in a web page.  Each way out has its own escape here.
 *
 * Invariants: every dst is terminated when size > 0; a cut falls between two
 * characters, and the caller is told.  A character is one Unicode scalar
 * value (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 */
#ifndef IMGADM_LIB_BASE_TEXT_H
#define IMGADM_LIB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

/* --- valid, bounded ---------------------------------------------------- */

/*
 * The character at s: returns its length 1..4 and sets *ret_char, or returns
 * 0 when the bytes at s (len of them) begin no valid character.
 */
size_t text_char(const char *s, size_t len, uint32_t *ret_char);

bool text_is_utf8(const void *s, size_t len);

/*
 * Make text of anything: what is no UTF-8 becomes U+FFFD, one for each
 * maximal wrong part, and so does a NUL, except that NULs at the very end
 * (padding) are dropped.  Returns true when nothing else was changed or cut.
 */
bool text_utf8(char *dst, size_t size, const void *src, size_t len);

/*
 * Copy a terminated, valid text.  Returns false when it was cut (at a
 * character).  src NULL counts as "".
 */
bool text_copy(char *dst, size_t size, const char *src);

/* --- shown -------------------------------------------------------------- */

/*
 * For a terminal or a log: C0 and C1 control characters and DEL become \xNN;
 * characters that change direction or cannot be seen (bidi controls, zero
 * width, BOM, line and paragraph separators, tags) become \u{N}; a
 * backslash \\; bytes that are no UTF-8 \xNN.  Returns false when it was cut
 * (never within an escape).  Four times the length always suffices for bytes
 * and control characters.
 */
bool text_escape(char *dst, size_t size, const char *src);
int text_escape_to(struct buf *b, const char *src);

/* The same, but a backslash stays: for a line whose parts were escaped. */
bool text_escape_line(char *dst, size_t size, const char *src);

/*
 * One CSV field (RFC 4180): quoted where it holds a comma, quote, CR, LF or
 * space at an end; what a spreadsheet would run as a formula (first character
 * = + - @ tab CR, also behind spaces; a plain number such as -3.5 is none) gets
 * an apostrophe before it.  Control characters but tab, CR, LF become U+FFFD.
 */
int text_escape_csv(struct buf *b, const char *src);

/*
 * As one word of a POSIX shell: as it is, or in single quotes where a shell would make
 * something else of it.  Returns false, and dst is "", when it does not fit; it adds
 * no backslash, so that text_escape() leaves its quotes as they are.  Five times the
 * length, and 3, always suffice.
 */
bool text_shell(char *dst, size_t size, const char *src);

/*
 * For XML and HTML, element content and quoted attributes: & < > " ' as
 * entities; characters XML 1.0 forbids become U+FFFD.
 */
int text_escape_xml(struct buf *b, const char *src);

/*
 * For JSON text that a library has dumped: what text_escape() would not let
 * out (DEL, C1, direction and invisible characters) becomes \uNNNN; JSON has
 * such characters only inside strings, so its meaning stays.
 */
int text_escape_json(struct buf *b, const char *json);

/*
 * Columns a terminal needs for it: 0 for combining and invisible characters,
 * 2 for wide East Asian ones and emoji, 1 otherwise.
 */
size_t text_width(const char *s);

/* Copy as many whole characters as fit in `width` columns; false when cut. */
bool text_copy_width(char *dst, size_t size, const char *src, size_t width);

/* --- numbers ------------------------------------------------------------ */

/* Lower-case hex.  size must be 2 * len + 1 at least, else dst is "". */
void text_hex(char *dst, size_t size, const void *bytes, size_t len);

/* Hex of exactly `size` octets, upper or lower case; 0 or -EINVAL. */
int text_unhex(const char *s, void *ret_bytes, size_t size);

/* value * 10^scale in plain digits, scale -18..18: (1234, -1) is "123.4". */
void text_decimal(char *dst, size_t size, int64_t value, int scale);

/* With commas: 1204 is "1,204". */
void text_grouped(char *dst, size_t size, int64_t value);
void text_grouped_u64(char *dst, size_t size, uint64_t value);

enum { TEXT_NUMBER_SIZE = 48 };	/* enough for each of them */

/* --- compared ------------------------------------------------------------ */

/* ASCII letters count as equal in either case; locale plays no part. */
bool text_equal_nocase(const char *a, const char *b);

/*
 * Wildcards: * any characters, ? one character; ASCII case does not count.
 * O(pattern * text), no recursion.
 */
bool text_match(const char *pattern, const char *text);

/*
 * The name most like word, for "did you mean": NULL when none is near (more
 * than a third of its letters differ).  next(user, n) gives the n-th name,
 * NULL at the end.  Words over 64 characters are like none.
 */
const char *text_nearest(const char *word,
	const char *(*next)(const void *user, size_t n), const void *user);

/* The same over an array that ends with NULL. */
const char *text_nearest_of(const char *word, const char *const names[]);

#endif

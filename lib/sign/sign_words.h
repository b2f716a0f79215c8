/*
 * sign_words: what a trusted comment says.
 *
 *	imgadm-catalogue 1 id=acme serial=43
 *
 * The first word is the purpose: what was signed for one is never taken for
 * another.  The second is the version of the form.  Then key=value, parted by
 * one blank each.  A key is a-z, 0-9 and -; a value is one or more of
 * A-Z a-z 0-9 . _ : * , + - and %XX for any other octet, and is UTF-8 without
 * control characters once these are undone.  In a list items are parted by
 * commas, and %2C is a comma within an item.
 *
 * Pure.  The caller says which keys there may be.  Errors, one a cause
 *   -EBADMSG	not of this form
 *   -ENOMSG	another purpose
 *   -ENOTSUP	another version
 *   -EINVAL	a key that is not in the table
 *   -EEXIST	a key that stands twice
 *   -ENODATA	a required key is missing
 *   -EILSEQ	a value with a character that may not stand there, or not UTF-8
 *   -EMSGSIZE	a value longer than the table allows
 */
#ifndef IMGADM_LIB_SIGN_SIGN_WORDS_H
#define IMGADM_LIB_SIGN_SIGN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/sign/sign.h"

enum { SIGN_WORDS_MAX = 32 };	/* rows of a table */

/* A key that may stand in a comment. */
struct sign_word {
	const char *key;
	bool required;
	size_t max;	/* octets of the value, %XX undone */
};

/* A comment taken apart; not to be copied, since values point into text. */
struct sign_words {
	const struct sign_word *table;	/* borrowed */
	size_t count;
	const char *value[SIGN_WORDS_MAX];	/* as written, by row; NULL = does not stand */
	char text[SIGN_FILE_MAX];
};

/* count at most SIGN_WORDS_MAX; table is borrowed as long as ret_words is used. */
int sign_words_parse(const char *comment, const char *purpose, const char *version,
	const struct sign_word *table, size_t count, struct sign_words *ret_words,
	struct err *e);

/* Whether the key stands; false also for one that is not in the table. */
bool sign_words_has(const struct sign_words *w, const char *key);

/*
 * The value of a key, or its n-th item from 0 where it is a list, with %XX
 * undone.  "" and false when there is none, or it does not fit into size
 * (max of the row and one octet more always suffice).
 */
bool sign_words_text(const struct sign_words *w, const char *key, char *dst, size_t size);
bool sign_words_item(const struct sign_words *w, const char *key, size_t n, char *dst,
	size_t size);

/*
 * Write: " key=value", with %XX where it must be; a comma stays a comma when
 * value is a list.  b->error as buf_add().
 */
int sign_words_add(struct buf *b, const char *key, const char *value, bool list);

#endif

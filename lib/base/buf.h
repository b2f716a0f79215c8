/*
 * buf: bytes or text that grow up to a stated limit.
 *
 * Invariants: data[len] is always NUL once anything was added; nothing is
 * added by half; after a failure (out of memory, limit) `error` stays set and
 * every further add fails with it, so that a caller may add many times and
 * look once.  Zero is a valid, empty buffer with limit 0, which takes
 * nothing: set the limit with buf_init().
 */
#ifndef IMGADM_LIB_BASE_BUF_H
#define IMGADM_LIB_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;	/* NULL while empty: see buf_text() */
	size_t len;
	size_t size;	/* allocated */
	size_t limit;	/* len never exceeds it */
	int error;	/* 0, -ENOMEM or -EMSGSIZE */
};

void buf_init(struct buf *b, size_t limit);
void buf_release(struct buf *b);	/* free; b is as after buf_init() */
void buf_clear(struct buf *b);		/* len 0, error 0, keeps memory */

/* All return b->error. */
int buf_add(struct buf *b, const void *data, size_t len);
int buf_add_text(struct buf *b, const char *text);
int buf_add_char(struct buf *b, char c);
int buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* The text so far, "" when empty.  Borrowed until the next call. */
const char *buf_text(const struct buf *b);

/* The text as the caller's own (free() it); b is empty. NULL on b->error or -ENOMEM. */
char *buf_steal(struct buf *b);

#endif

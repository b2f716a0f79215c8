#include <config.h>

#include "lib/base/buf.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST = 64 };

void
buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){ .limit = limit };
}

void
buf_release(struct buf *b)
{
	free(b->data);
	buf_init(b, b->limit);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->error = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Room for len more and a NUL. */
static int
reserve(struct buf *b, size_t len)
{
	size_t size;
	char *data;

	if (b->error != 0)
		return b->error;
	if (len > b->limit - b->len || b->limit == SIZE_MAX)
		return b->error = -EMSGSIZE;
	if (b->len + len < b->size)
		return 0;
	size = b->size < BUF_FIRST ? BUF_FIRST : b->size;
	while (size <= b->len + len)
		size = size > SIZE_MAX / 2 ? SIZE_MAX : size * 2;
	if (size > b->limit + 1)
		size = b->limit + 1;
	data = realloc(b->data, size);
	if (data == NULL)
		return b->error = -ENOMEM;
	b->data = data;
	b->size = size;
	return 0;
}

int
buf_add(struct buf *b, const void *data, size_t len)
{
	if (reserve(b, len) != 0)
		return b->error;
	if (len > 0)
		(void)memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_add_text(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

int
buf_add_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	if (b->error != 0)
		return b->error;
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return b->error = -EMSGSIZE;
	if (reserve(b, (size_t)n) != 0)
		return b->error;
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
	return 0;
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)buf_vprintf(b, fmt, ap);
	va_end(ap);
	return b->error;
}

const char *
buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *
buf_steal(struct buf *b)
{
	char *data = NULL;

	/* An empty text is one too: make sure that there is memory. */
	if (buf_add(b, "", 0) == 0) {
		data = b->data;
		buf_init(b, b->limit);
	}
	return data;
}

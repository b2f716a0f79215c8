#include <config.h>

#include "manager/graph_args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

void
graph_args_add(struct graph_args *a, const char *fmt, ...)
{
	char text[GRAPH_ARG_SIZE];
	va_list ap;
	int n;

	if (a->error != 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(text) || a->argc >= GRAPH_ARGS_MAX) {
		a->error = -E2BIG;
		return;
	}
	a->argv[a->argc] = strdup(text);
	if (a->argv[a->argc] == NULL)
		a->error = -ENOMEM;
	else
		a->argc++;
}

void
graph_args_release(struct graph_args *a)
{
	int i;

	for (i = 0; i < a->argc; i++)
		free(a->argv[i]);
	*a = (struct graph_args){0};
}

/* Control characters, and those that cannot be seen or turn the direction. */
static bool
is_unfit(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
		(c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
		(c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		(c >= 0xe0000 && c <= 0xe007f);
}

static void
make_fit(char *dst, size_t size, const char *src, bool escape)
{
	size_t left = strlen(src), len = 0, n;
	uint32_t c;

	while (left > 0) {
		bool marked;

		n = text_char(src, left, &c);
		marked = escape && n == 1 && *src == ':';
		if (len + (n == 0 ? 1 : n) + marked + 1 > size)
			break;
		if (marked)
			dst[len++] = '\\';
		if (n == 0 || is_unfit(c)) {
			dst[len++] = '?';
			n = n == 0 ? 1 : n;
		} else {
			(void)memcpy(dst + len, src, n);
			len += n;
		}
		src += n;
		left -= n;
	}
	dst[len] = '\0';
}

void
graph_args_escape(char *dst, size_t size, const char *src)
{
	make_fit(dst, size, src, true);
}

void
graph_args_clean(char *dst, size_t size, const char *src)
{
	make_fit(dst, size, src, false);
}

#include <config.h>

#include "lib/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

/* What vsnprintf() cut, it may have cut within a character. */
static void
drop_half_character(char *text)
{
	size_t len = strlen(text), n = len;
	uint32_t c;

	while (n > 0 && len - n < 4 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
		n--;
	if (n > 0 && text_char(text + n - 1, len - n + 1, &c) == 0)
		text[n - 1] = '\0';
}

__attribute__((format(printf, 2, 0))) static void
print(struct err *e, const char *fmt, va_list ap)
{
	int n = vsnprintf(e->text, sizeof(e->text), fmt, ap);

	if (n < 0)
		e->text[0] = '\0';
	else if ((size_t)n >= sizeof(e->text))
		drop_half_character(e->text);
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e != NULL) {
		va_start(ap, fmt);
		print(e, fmt, ap);
		va_end(ap);
	}
	return code;
}

int
err_exit_status(int rc)
{
	switch (rc) {
	case 0:
		return EXIT_DONE;
	case -EINVAL:
	case -ERANGE:
	case -ENOENT:
	case -EEXIST:
	case -ENOTEMPTY:
	case -EPERM:
		return EXIT_USAGE;
	}
	return EXIT_STORAGE;
}

void
err_prefix(struct err *e, const char *fmt, ...)
{
	struct err old;
	size_t len;
	va_list ap;

	if (e == NULL)
		return;
	old = *e;
	va_start(ap, fmt);
	print(e, fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	if (len + 2 < sizeof(e->text)) {
		(void)memcpy(e->text + len, ": ", 3);
		(void)text_copy(e->text + len + 2, sizeof(e->text) - len - 2, old.text);
	}
}

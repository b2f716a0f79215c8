#include <config.h>

#include "agent-module/state_input.h"

#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"

enum { SHOWN_MAX = 64 };	/* of what was given */

int
state_input_text(const char *what, const char *src, char *dst, size_t size,
	struct err *e)
{
	size_t len = strlen(src);

	if (len >= size)
		return err_set(e, -EINVAL, "%s: %zu octets; at most %zu", what, len, size - 1);
	if (!text_is_utf8(src, len))
		return err_set(e, -EINVAL, "%s: not UTF-8", what);
	(void)text_copy(dst, size, src);
	return 0;
}

static const char *
nth_name(const void *user, size_t n)
{
	const enum name_kind *kind = user;

	return structure_name_at(*kind, n);
}

int
state_input_name(enum name_kind kind, const char *what, const char *src,
	int *ret_value, struct err *e)
{
	char shown[SHOWN_MAX];
	const char *near, *name;
	struct buf names;
	int rc;

	if (structure_value(kind, src, ret_value) == 0)
		return 0;
	(void)text_escape(shown, sizeof(shown), src);
	buf_init(&names, ERR_TEXT_SIZE);
	near = text_nearest(src, nth_name, &kind);
	if (near != NULL)
		(void)buf_printf(&names, "did you mean '%s'? ", near);
	(void)buf_add_text(&names, "allowed are");
	for (size_t n = 0; (name = structure_name_at(kind, n)) != NULL; n++)
		(void)buf_printf(&names, "%s %s", n == 0 ? "" : ",", name);
	rc = err_set(e, -EINVAL, "%s: no such value '%s'; %s", what, shown, buf_text(&names));
	buf_release(&names);
	return rc;
}

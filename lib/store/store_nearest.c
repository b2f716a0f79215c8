/* The device's name most like one that is not there. */
#include <config.h>

#include "lib/store/store_read.h"

#include <stdlib.h>

#include "lib/base/text.h"
#include "lib/store/store.h"

struct names {
	char (*names)[STORE_NAME_MAX + 1];
	size_t count, size;
};

static const char *
nth_name(const void *user, size_t i)
{
	const struct names *n = user;

	return i < n->count ? n->names[i] : NULL;
}

static void
load_names(struct store *s, struct names *n)
{
	struct store_targets *t;
	struct store_target target;

	if (store_targets_open(s, NULL, &t, NULL) < 0)
		return;
	while (store_targets_next(t, &target, NULL) == 1) {
		if (n->count == n->size) {
			size_t size = n->size == 0 ? 64 : n->size * 2;
			void *more = realloc(n->names, size * sizeof(*n->names));

			if (more == NULL)
				break;
			n->names = more;
			n->size = size;
		}
		(void)text_copy(n->names[n->count++], sizeof(n->names[0]), target.name);
	}
	store_targets_close(t);
}

bool
store_device_nearest(struct store *s, const char *name, char *ret_name, size_t size)
{
	struct names n = {0};
	const char *near;

	load_names(s, &n);
	near = text_nearest(name, nth_name, &n);
	if (near != NULL)
		(void)text_copy(ret_name, size, near);
	free(n.names);
	return near != NULL;
}

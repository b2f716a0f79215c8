#include <config.h>

#include "manager/poll_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/resolve.h"
#include "manager/poll.h"

enum { RESOLVE_CHUNK = 256, NAMES_START = 64 };

struct poll_name {
	int64_t device;
	char *name;		/* NULL: not resolved, and told */
	char *address;
	bool has_numeric;	/* an older answer of the name server */
};

bool
poll_names_keep(struct poll_names *n, const struct store_target *t)
{
	struct poll_name *one;

	if (n->count == n->size) {
		size_t size = n->size == 0 ? NAMES_START : n->size * 2;

		if (n->count >= POLL_NAMES_MAX)
			return false;
		one = realloc(n->names, size * sizeof(*one));
		if (one == NULL)
			return false;
		n->names = one;
		n->size = size;
	}
	one = &n->names[n->count];
	one->device = t->device;
	one->name = strdup(t->name);
	one->address = strdup(t->address);
	one->has_numeric = t->numeric[0] != '\0';
	if (one->name == NULL || one->address == NULL) {
		free(one->name);
		free(one->address);
		return false;
	}
	n->count++;
	return true;
}

static int
store_names(const struct poll_names *n, struct poll_name *names,
	const struct snmp_resolve_item *items, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		struct store_target t = { .device = names[i].device };
		int rc;

		if (items[i].code == 0) {
			rc = store_device_set_numeric(n->store, names[i].device,
				items[i].numeric, e);
			if (rc < 0 && rc != -ENOENT)
				return rc;
			continue;
		}
		if (names[i].has_numeric)
			continue;
		(void)text_copy(t.name, sizeof(t.name), names[i].name);
		(void)text_copy(t.address, sizeof(t.address), names[i].address);
		n->failed(n->user, &t, items[i].err.text);
		free(names[i].name);
		names[i].name = NULL;
	}
	return 0;
}

int
poll_names_resolve(struct poll_names *n, struct err *e)
{
	struct snmp_resolve_item *items = calloc(RESOLVE_CHUNK, sizeof(*items));
	int rc = 0;

	if (items == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (size_t at = 0; at < n->count && rc >= 0; at += RESOLVE_CHUNK) {
		size_t count = n->count - at < RESOLVE_CHUNK ? n->count - at : RESOLVE_CHUNK;

		for (size_t i = 0; i < count; i++)
			items[i] = (struct snmp_resolve_item){ .spec = n->names[at + i].address };
		rc = snmp_resolve(items, count, POLL_RESOLVE_MS, e);
		if (rc >= 0)
			rc = store_names(n, n->names + at, items, count, e);
	}
	free(items);
	return rc;
}

const char *
poll_names_next(struct poll_names *n)
{
	while (n->at < n->count) {
		const char *name = n->names[n->at++].name;

		if (name != NULL)
			return name;
	}
	return NULL;
}

void
poll_names_release(struct poll_names *n)
{
	for (size_t i = 0; i < n->count; i++) {
		free(n->names[i].name);
		free(n->names[i].address);
	}
	free(n->names);
	*n = (struct poll_names){0};
}

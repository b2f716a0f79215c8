/*
 * beside: this project's other programs, as children (lib/base/child.h).
 */
#ifndef IMGADM_LIB_BASE_BESIDE_H
#define IMGADM_LIB_BASE_BESIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"

enum { BESIDE_ENV_MAX = 9, BESIDE_ENV_TEXT = 1024 };

/* What a child may know of our environment; env ends with NULL and points into text. */
struct beside_env {
	const char *env[BESIDE_ENV_MAX + 1];
	char text[BESIDE_ENV_MAX][BESIDE_ENV_TEXT];
};
void beside_env(struct beside_env *ret);

/*
 * Where the program `name` is to be run from: what the environment says under
 * `variable`, else this program's folder, else PATH.  0, -ENOENT with e.
 */
int beside_find(const char *name, const char *variable, char *ret_path, size_t size,
	struct err *e);

/* The path of the program `name` that stands in this one's folder; false when it is not known. */
bool beside_path(const char *name, char *ret_path, size_t size);

#endif

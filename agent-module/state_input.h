/*
 * state_input: what a caller gives as text becomes a column, or is refused
 * with what would have been right.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_INPUT_H
#define IMGADM_AGENT_MODULE_STATE_INPUT_H

#include <stddef.h>

#include "lib/base/err.h"
#include "lib/structure/structure.h"

/* Copy src; -EINVAL when it is no UTF-8 or longer than size - 1 octets. */
int state_input_text(const char *what, const char *src, char *dst, size_t size,
	struct err *e);

/* -EINVAL with the nearest name, or all there are, in e. */
int state_input_name(enum name_kind kind, const char *what, const char *src,
	int *ret_value, struct err *e);

#endif

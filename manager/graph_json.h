/*
 * graph_json: what was drawn, as numbers.
 */
#ifndef IMGADM_MANAGER_GRAPH_JSON_H
#define IMGADM_MANAGER_GRAPH_JSON_H

#include <stdio.h>

#include "manager/graph.h"

struct graph_json;

struct graph_json *graph_json_new(void);	/* NULL = no memory */
void graph_json_free(struct graph_json *j);	/* NULL is fine */

/* Add one picture.  -ENOMEM. */
int graph_json_add(struct graph_json *j, const struct graph_request *q,
	const struct graph_picture *p, const char *file);

/* One array of all; -EIO when it cannot be written. */
int graph_json_print(const struct graph_json *j, FILE *out, struct err *e);

#endif

/*
 * graph_args: the arguments of a graph, and what must be escaped in them.
 */
#ifndef IMGADM_MANAGER_GRAPH_ARGS_H
#define IMGADM_MANAGER_GRAPH_ARGS_H

#include <stddef.h>

enum { GRAPH_ARGS_MAX = 256, GRAPH_ARG_SIZE = 4096 };

/* Zero is valid and empty.  A failure is remembered in error. */
struct graph_args {
	int argc;
	char *argv[GRAPH_ARGS_MAX + 1];
	int error;		/* 0, -ENOMEM, -E2BIG */
};

void graph_args_add(struct graph_args *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void graph_args_release(struct graph_args *a);

/*
 * A path or a text within a colon-separated argument: colons as librrd wants
 * them (a backslash before anything else means itself); control characters and
 * what turns the direction of writing become '?'.  Cut at size, never within
 * an escape.  A text must not end in a backslash and a letter: pad it.
 */
void graph_args_escape(char *dst, size_t size, const char *src);

/* The same characters made harmless where colons mean nothing: a title. */
void graph_args_clean(char *dst, size_t size, const char *src);

#endif

/*
 * graph_theme: colours and strokes; the same for the same thing everywhere.
 *
 * Hues are Okabe and Ito's, which colour-blind people tell apart; lines differ
 * in width and dashes too, and stacked areas in lightness, so that a grey
 * print can be read.
 */
#ifndef IMGADM_MANAGER_GRAPH_THEME_H
#define IMGADM_MANAGER_GRAPH_THEME_H

#include <stddef.h>

#include "lib/structure/structure.h"
#include "manager/graph.h"
#include "manager/graph_args.h"

enum graph_colour {
	GRAPH_COLOUR_USE,	/* pages */
	GRAPH_COLOUR_SILENCE,	/* where nothing is known */
	GRAPH_COLOUR_NOW,	/* the line between past and forecast */
	GRAPH_COLOUR_BASE,	/* a line at zero */
};
/* RRGGBB. */
const char *graph_theme_colour(enum graph_theme theme, enum graph_colour colour);
const char *graph_theme_severity(enum graph_theme theme, enum severity severity);

/* How a slot's line looks. */
struct graph_stroke {
	const char *colour;	/* RRGGBB */
	double width;
	const char *dashes;	/* ":dashes=..." or "" */
};
enum { GRAPH_STROKES = 7 };
/* n from 0; begins again after GRAPH_STROKES. */
struct graph_stroke graph_theme_stroke(enum graph_theme theme, size_t n);

/* Background, grid, fonts, canvas. */
void graph_theme_add(struct graph_args *a, enum graph_theme theme,
	enum graph_size size, enum graph_format format);

#endif

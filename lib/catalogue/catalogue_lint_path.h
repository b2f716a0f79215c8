/*
 * catalogue_lint_path: the upgrade paths of one software, as ranges.
 *
 * Rank: a release's place by branch, then seq, so that what a <from> takes is
 * one span of ranks.  Then all is n log n, however many releases a span holds.
 * Private to the linter.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_LINT_PATH_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_LINT_PATH_H

#include "lib/catalogue/catalogue_lint_private.h"

/* Ranks low .. high - 1. */
struct span {
	uint32_t low, high;
};

/* A span that leads to the release of rank `to`. */
struct lead {
	struct span span;
	uint32_t to;
};

/* Work space for the greatest software; used again for each. */
struct paths {
	const struct catalogue_software *software;
	uint32_t count;		/* releases */
	const struct catalogue_release **rank;
	bool *reached;		/* by rank */
	struct lead *leads;	/* ascending by span.low */
	uint32_t lead_count;
	uint32_t *highest;	/* a tree over leads: greatest span.high below a node */
	uint32_t tree_size;	/* leaves of it, a power of two */
	uint32_t *next;		/* by rank, one more: the next not yet seen */
	uint32_t *stack;	/* ranks */
};

int paths_init(struct paths *p, const struct catalogue_set *set);
void paths_release(struct paths *p);

/* What the n-th <from> takes, of paths_span_count(); one for a release without any. */
struct span paths_span(const struct lint *l, const struct paths *p,
	const struct catalogue_release *r, uint32_t n);
uint32_t paths_span_count(const struct catalogue_release *r);

/* Mark what can be reached from the releases that are marked. */
void paths_reach(const struct lint *l, struct paths *p);
/* Of what cannot: those that lead in a circle. */
void paths_circles(struct lint *l, struct paths *p);
/* Releases from which no chain of qualified ones leads to the newest of a branch. */
void paths_dead_ends(struct lint *l, struct paths *p);

#endif

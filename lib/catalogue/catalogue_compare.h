/*
 * catalogue_compare: what a catalogue may not change from one serial to the next.
 *
 * A release that is not a draft is published: devices run it, and verdicts,
 * plans and floors stand on its seq.  So its label, its seq and its sha256 stay
 * as they are; it is withdrawn, never taken out, and never a draft again.  A
 * sha256 may be added, drafts may change or go, and releases come in between.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_COMPARE_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_COMPARE_H

#include "lib/catalogue/catalogue.h"

/*
 * Of catalogue `id`: what it published in the set `before` (the one in force)
 * against all of the set `after` (the same with a newer serial of it).  Findings,
 * all of them errors, are appended with file and line in `after`; what is gone
 * has the line of its software, or none.  0, or -EINVAL with e the first.
 * n log n in the releases.
 */
int catalogue_compare(const struct catalogue_set *before, const struct catalogue_set *after,
	const char *id, struct catalogue_findings *findings, struct err *e);

#endif

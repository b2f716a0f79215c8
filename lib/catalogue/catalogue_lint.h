/*
 * catalogue_lint: what obeys the schema, and is a mistake all the same.
 *
 * An error is what would make a verdict or a plan wrong, or that has no
 * solution: the catalogue is not taken.  A warning is what means nothing, or
 * what another catalogue may lawfully have brought about.
 *
 *	errors
 *	version		reads, under the scheme named, as lower than that of a lower seq
 *			of its branch
 *	patterns	of two unit types of a class (both with a part, or both without),
 *			two device types (both with wildcards in the model, or without), or
 *			two revs of a type match the same part
 *	floor		above the release's own seq
 *	instead		leads in a circle
 *	reach		no <from> of a release takes any other release or a fresh bank, and
 *			no rev ships it; or the releases that lead to it come from it only
 *	relation	can never hold: no rev or release of this catalogue is within its
 *			bounds, it has bounds on a type without revs, it asks for what
 *			cannot be on the unit itself, it forbids its own anchor; or two of
 *			one owner cannot hold together
 *	before, after	go in a circle
 *	profile		its releases violate a relation among themselves
 *	rule		remembers more than it may; counts in another unit than its unit
 *			type's use; can never fire; installs a withdrawn release, or one that
 *			it speaks of itself; or the treats of several send a unit in a circle
 *
 *	warnings
 *	version		is not of the scheme's form, or equal to another's under it
 *	patterns	longer than what a device can say; a rev that its type's part
 *			excludes
 *	instead		names a withdrawn release or a draft, or one below its floor, or a
 *			lower one that takes no way down from it
 *	from		one of several that holds no release
 *	reach		no chain of qualified releases leads on from a release to the newest
 *			of a branch
 *	relation	can never be violated, or one of its parts decides nothing; or can
 *			never hold, by what another catalogue defines
 *	release		an image without a sha256
 *	rev		ships a seq that no software of the type has
 *	profile		names a draft, or a withdrawn release
 *	rule		installs a draft; acts without a treat; speaks of a range that no
 *			release or rev is in
 *
 * Time: n log n in the set's things.  What compares pairs (patterns, relations
 * of one owner, profiles) does LINT_STEPS steps in all; where that is not
 * enough, a warning says at which line it stopped.  No clock: what has expired
 * or is not yet valid is asked elsewhere.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_LINT_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_LINT_H

#include "lib/catalogue/catalogue.h"

enum {
	LINT_STEPS = 16 * 1024 * 1024,	/* a quarter of a second or so */
};

/*
 * Append what is found in a linked set, by file, then line.  0, or -EINVAL with
 * e the first error, -ENOMEM.  Warnings alone are 0.
 */
int catalogue_lint(const struct catalogue_set *set, struct catalogue_findings *findings,
	struct err *e);

#endif

/*
 * catalogue_version: what a label says about its order, under a named scheme.
 *
 * Order is a release's seq; this only tells whether two labels read as up,
 * down or equal, or whether that cannot be said.  Nothing is decided by it:
 * it serves words for a person, and the linter.
 *
 * The schemes
 * - none: only the same label is equal; anything else cannot be said.
 * - dotted: numbers and letters in turn (G00-30 is G, 00, 30; 4010_9A is 4010,
 *   9, A); what stands between them (. - _ / : ( ) blank) only divides.  Numbers
 *   compare as numbers, of any length, one that is not there as 0; letters of
 *   the same length by the alphabet, either case.  A number against letters,
 *   letters of different length, letters against nothing: cannot be said.
 * - semver: Semantic Versioning 2.0.0, section 11, with one or two numbers
 *   left out as 0 (1.0 is 1.0.0); what follows a + does not count.
 * - dpkg: epoch, version and revision as Debian Policy 5.6.12 orders them; a
 *   version that begins with a letter is taken, as dpkg does.
 * - date: YYYYMMDD, YYYY-MM-DD or YYYY-MM (also with . _ /), of the years 1980 to
 *   2199, then numbers as in dotted.  A month against a day in it cannot be said.
 *
 * Invariants: the order is partial and strict: up and down are each other's
 * mirror, equal is an equivalence, up over up is up, and never "cannot be
 * said".  Every label is equal to itself, also one that is not of the scheme;
 * such a one against another cannot be said.
 * Linear in the labels' lengths; any octets are taken.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_VERSION_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_VERSION_H

#include <stdbool.h>

#include "lib/catalogue/catalogue.h"

/* Which way it goes from one label to another. */
enum catalogue_way {
	CATALOGUE_WAY_UNSAID = 1,	/* cannot be said */
	CATALOGUE_WAY_EQUAL, CATALOGUE_WAY_UP, CATALOGUE_WAY_DOWN,
};

enum catalogue_way catalogue_version_way(enum catalogue_scheme scheme, const char *from,
	const char *to);
/* Whether the label is of the scheme's form; always, for none. */
bool catalogue_version_fits(enum catalogue_scheme scheme, const char *label);
/* As the attribute `scheme` has it: "dotted". */
const char *catalogue_scheme_name(enum catalogue_scheme scheme);

#endif

/*
 * catalogue_fixture: a linked set from a few lines of XML.
 *
 * Each string is a catalogue without what all of them have in common.  It may
 * be written in three ways:
 *   "<unit-type .../><software ...>"	what is in it: catalogue and creator are "acme"
 *   "<catalogue id='beta'>...</catalogue>"	xmlns is added; serial (1), issued and a
 *			<creator> (as the id) too, where they are left out
 *   "<?xml ..."	taken as it is
 * The n-th file is called "1.xml", "2.xml", ...  Needs no Check: what is wrong is
 * said on standard error, and the program aborts.
 */
#ifndef IMGADM_TESTS_UNIT_CATALOGUE_FIXTURE_H
#define IMGADM_TESTS_UNIT_CATALOGUE_FIXTURE_H

#include "lib/catalogue/catalogue.h"

/* Strings up to NULL; at most 8 of them. */
struct catalogue_set *fixture_set(const char *xml, ...) __attribute__((sentinel));
/* The set and its catalogues. */
void fixture_free(struct catalogue_set *set);

/*
 * The findings of such files, as one text, a line each: for files that are
 * refused, or that warn.  Empty: nothing was found.  The caller frees it.
 */
char *fixture_findings(const char *xml, ...) __attribute__((sentinel));

/* The file that a string stands for; the caller frees it. */
char *fixture_xml(const char *xml);

/* Places by id (all unique in the set, else abort): for short tests. */
uint32_t fixture_type(const struct catalogue_set *set, const char *id);
uint32_t fixture_rev(const struct catalogue_set *set, const char *type, const char *rev);
uint32_t fixture_software(const struct catalogue_set *set, const char *id);
uint32_t fixture_release(const struct catalogue_set *set, const char *software,
	const char *version);
const struct catalogue_relation *fixture_relation(const struct catalogue_set *set,
	const char *id);

#endif

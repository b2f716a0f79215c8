/*
 * catalogue_lint_says: what the linter finds in a few lines of XML, and nothing else.
 */
#ifndef IMGADM_TESTS_UNIT_CATALOGUE_LINT_SAYS_H
#define IMGADM_TESTS_UNIT_CATALOGUE_LINT_SAYS_H

#include <stddef.h>

/*
 * Files as catalogue_fixture takes them, up to NULL; then what is found in
 * them, in that order, up to NULL: "E1:12 words" is an error in line 12 of the
 * first file whose text holds the words, W a warning.
 */
void says(const char *xml, ...) __attribute__((sentinel));

/* Unit types to put software on, in one line: E, F (engines), C (controller). */
#define UNITS "<unit-type id='E' class='engine' manufacturer='Acme' model='E'/>" \
	"<unit-type id='F' class='engine' manufacturer='Acme' model='F'/>" \
	"<unit-type id='C' class='controller' manufacturer='Acme' model='C'/>\n"
/* From line 2 on: releases of software s on E, until END. */
#define ON_E UNITS "<software id='s' unit-type='E'>\n"
#define END "</software>\n"

#endif

/*
 * catalogue_findings: what is wrong with files, gathered for a person.
 *
 * Private to lib/catalogue; what a caller sees is in catalogue.h.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_FINDINGS_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_FINDINGS_H

#include "lib/catalogue/catalogue.h"

/*
 * Count a finding and keep it while there are fewer than CATALOGUE_ERRORS_MAX.
 * name is the file's; line 0: none.  What came from a file may be among the
 * arguments: control characters and the like are escaped.
 */
void findings_add(struct catalogue_findings *f, bool warning, const char *name, uint32_t line,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * Move what was found in `from` behind that in f.  Where not all can be kept, an
 * error takes the place of the last warning.
 */
void findings_move(struct catalogue_findings *f, struct catalogue_findings *from);

/* Those from place `from` on, by the name of the file, then line. */
void findings_sort(struct catalogue_findings *f, size_t from);

/*
 * The end of a function that found things: 0 when no error came since `before`
 * (a count of errors), else -EINVAL with e the first error from place `from`.
 */
int findings_end(const struct catalogue_findings *f, size_t from, size_t before,
	struct err *e);

#endif

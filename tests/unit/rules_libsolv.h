/*
 * rules_libsolv: a rules_world given to libsolv: a package a unit, a version a
 * release.
 */
#ifndef IMGADM_TESTS_UNIT_RULES_LIBSOLV_H
#define IMGADM_TESTS_UNIT_RULES_LIBSOLV_H

#include "tests/unit/rules_world.h"

/*
 * Whether each unit can have a release so that all rules hold.  installed: the
 * device runs what it runs, and libsolv is asked to have each unit's package,
 * whichever version; else nothing is installed.  ret (may be NULL): the
 * releases that it chose.
 */
bool rules_libsolv(const struct rules_world *w, bool installed, uint32_t *ret);

#endif

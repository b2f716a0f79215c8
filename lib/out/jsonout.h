/*
 * jsonout: JSON that is more than a listing: values as listings have them,
 * and a whole tree printed so that a terminal may show it.
 */
#ifndef IMGADM_LIB_OUT_JSONOUT_H
#define IMGADM_LIB_OUT_JSONOUT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/err.h"

/* New references, NULL when out of memory, as jansson's own. */

/* UTC seconds as ISO 8601 with zone; null for 0, not known. */
json_t *jsonout_time(int64_t utc_s);
/* An integer; text for what JSON integers cannot hold (over 2^63-1). */
json_t *jsonout_u64(uint64_t value);

/*
 * Print root (borrowed; NULL is "out of memory", as json_pack() leaves it) and
 * a line feed, indented, and flush.  What would act on a terminal is escaped
 * (text_escape_json).  -ENOMEM, or the output's failure, with e filled.
 */
int jsonout_print(FILE *out, const json_t *root, struct err *e);

#endif

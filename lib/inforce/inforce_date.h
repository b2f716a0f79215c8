/*
 * inforce_date: days as catalogues have them.
 */
#ifndef IMGADM_LIB_INFORCE_INFORCE_DATE_H
#define IMGADM_LIB_INFORCE_INFORCE_DATE_H

#include "lib/structure/structure.h"

enum { INFORCE_DATE_SIZE = 16 };

/* "2026-11-01", in UTC; "never" for 0.  Returns dst. */
const char *inforce_date(utc_s utc, char dst[INFORCE_DATE_SIZE]);

#endif

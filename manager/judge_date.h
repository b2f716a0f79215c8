/*
 * judge_date: days as catalogues have them.
 */
#ifndef IMGADM_MANAGER_JUDGE_DATE_H
#define IMGADM_MANAGER_JUDGE_DATE_H

#include "lib/structure/structure.h"

enum { JUDGE_DATE_SIZE = 16 };

/* "2026-11-01", in UTC; "never" for 0.  Returns dst. */
const char *judge_date(utc_s utc, char dst[JUDGE_DATE_SIZE]);

#endif

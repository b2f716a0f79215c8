/*
 * poll_judge: the judge, after a poll.
 */
#ifndef IMGADM_MANAGER_POLL_JUDGE_H
#define IMGADM_MANAGER_POLL_JUDGE_H

#include "lib/store/store.h"

enum { POLL_JUDGE_LIMIT_MS = 30 * 60 * 1000 };

/*
 * Where catalogues are in force, start the imgadm-judge that stands beside this
 * program over the store db (open as s), and wait for it; what it says stands on
 * stderr.  That it failed is logged: the poll was none the worse for it.
 */
void poll_judge(struct store *s, const char *db);

#endif

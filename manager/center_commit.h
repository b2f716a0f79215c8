/*
 * center_commit: when what waits is put and committed.
 *
 * One commit that reaches the disk costs as much as some hundred reports, so
 * they share one: it is made when CENTER_COMMIT_REPORTS wait, or the first has
 * waited for CENTER_COMMIT_MS.  The store is locked for no longer than the
 * putting takes.  Pure.
 */
#ifndef IMGADM_MANAGER_CENTER_COMMIT_H
#define IMGADM_MANAGER_CENTER_COMMIT_H

#include <stddef.h>
#include <stdint.h>

enum {
	CENTER_COMMIT_REPORTS = 200,
	CENTER_COMMIT_MS = 20,
};

/*
 * How long to wait yet before a commit: 0 = now, -1 = nothing waits.  waiting
 * is how many wait, since_ms when the first of them came.
 */
int64_t center_commit_wait_ms(size_t waiting, int64_t since_ms, int64_t now_ms);

#endif

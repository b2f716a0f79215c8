/*
 * update_rollouts: `imgadm-update status` of rollouts: all of them, or one with its members.
 */
#ifndef IMGADM_UPDATER_UPDATE_ROLLOUTS_H
#define IMGADM_UPDATER_UPDATE_ROLLOUTS_H

#include "lib/store/store.h"
#include "updater/update_cli.h"

/* A line each, by when they were planned.  The program's exit status. */
int update_rollouts_list(struct update_cli *cli, struct store *s);
/*
 * How it stands, and its members: those that are not where they began and not committed, or
 * all.  The program's exit status.
 */
int update_rollouts_show(struct update_cli *cli, struct store *s, const char *id, bool all);

#endif

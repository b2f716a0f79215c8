/*
 * install: imgadm-install without its main: carries out what install_plan
 * decides: one update, or one group of units.
 *
 * Invariants
 * - What is fetched comes through a pipe from a process without rights into a
 *   file only we can write (mode 0600, new, in the folder STATE.updates, 0700),
 *   at most the signed size of it.
 * - The copy is verified and handed to the installer by one and the same open
 *   file, so a file that is exchanged under its name changes nothing.
 * - A record and the labels, floors and sequence numbers that belong to it are
 *   one transaction; a command that came meanwhile is seen before it.
 * - One process works on a unit, alone or in whatever group: a lock a unit, in
 *   the folder.
 */
#ifndef IMGADM_AGENT_MODULE_INSTALL_H
#define IMGADM_AGENT_MODULE_INSTALL_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

struct install_options {
	const char *state;	/* the state file */
	const char *unit;	/* symbol; with its group, where it is in one */
	uint32_t group;		/* instead of the unit; 0 = none */
	/* Of the unit alone, and no update: */
	const char *advise;	/* the installer is told this advice; NULL = none */
	bool reset;		/* a reset that was asked for (imgUnitAction) */
	const char *libexec;	/* folder of imgadm-fetch; NULL = beside us */
	const char *fetch_user;	/* as whom root fetches */
	const char *ca_file;	/* NULL = the system's */
	uint32_t trial_s, commit_after_s;
	uint32_t verb_limit_s;	/* of each verb; 0 = installer_limit_ms() */
	const volatile sig_atomic_t *stopping;	/* set: end at the next durable point */
};

/*
 * Until there is nothing to do now.  0; -EBUSY another process has it; -ENOENT no
 * such unit or group; -EIO the installer could not be told; else what the state
 * says, with e.
 */
int install_run(const struct install_options *o, struct err *e);

#endif

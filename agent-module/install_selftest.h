/*
 * install_selftest: what an installer has to pass before a device is trusted to
 * it: all verbs, each repeated, killed in the middle, and what must be refused.
 */
#ifndef IMGADM_AGENT_MODULE_INSTALL_SELFTEST_H
#define IMGADM_AGENT_MODULE_INSTALL_SELFTEST_H

#include <signal.h>
#include <stdint.h>

/*
 * Runs the installer with a state file in a new folder, and prints a line a
 * check.  An exit status: EXIT_DONE, EXIT_SOME_FAILED, EXIT_STORAGE where no
 * folder can be made.  verb_limit_s of each verb; 0 = as in an update.  *stopping
 * set: the verb that runs is ended, and no other begun; EXIT_SOME_FAILED.
 */
int install_selftest(const char *installer, uint32_t verb_limit_s,
	const volatile sig_atomic_t *stopping);

#endif

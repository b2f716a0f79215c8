/*
 * installer: a unit's installer: the program that knows how to write, verify
 * and switch that unit's banks; the contract is in imgadm-install(8).
 *
 *	NAME VERB SYMBOL BANK SOFTWARE VERSION SEQ SIZE
 *
 * It is run without a shell, in a process group of its own, for a limited
 * time, with this environment and no other:
 *	PATH, IMGADM_STATE (the state file), IMGADM_WHEN (now, idle),
 *	IMGADM_SHA256 (of the image that the bank shall hold, where it is known)
 * The image is its descriptor 3 (write alone), open for reading from its start.
 */
#ifndef IMGADM_AGENT_MODULE_INSTALLER_H
#define IMGADM_AGENT_MODULE_INSTALLER_H

#include <limits.h>

#include "agent-module/install_plan.h"

enum {
	INSTALLER_PATH_MAX = PATH_MAX,
	INSTALLER_WORDS_TEXT = 1024,
};

/*
 * Whether the program may be run: an absolute path to a regular, executable
 * file that root owns (or we, where we are not root) and nobody else may
 * write, in folders of which the same holds (a sticky one of root's may be
 * anybody's).  *ret_real is the path with its links followed: that one is run.
 * -EINVAL, -ENOENT, -EACCES, -EPERM; e says what is wrong with which part.
 */
int installer_check(const char *path, char ret_real[INSTALLER_PATH_MAX], struct err *e);

/* Milliseconds that a verb may take. */
int64_t installer_limit_ms(enum install_verb verb);

struct installer_call {
	const char *path;	/* as installer_check() gave it */
	const char *state;	/* the state file */
	enum install_verb verb;
	const char *symbol;
	unsigned bank;
	const char *software, *version;
	uint32_t sequence;
	uint64_t size;
	const uint8_t *sha256;	/* NULL = not known */
	const char *more;	/* one argument more (advise), or NULL */
	int image;		/* descriptor; -1 = none */
	const int *held;	/* a lock's; NULL = none */
	bool idle;
	int64_t limit_ms;
	bool (*stop)(void *user);	/* NULL: never */
	void (*progress)(void *user, unsigned percent);	/* NULL: nobody asks */
	void *user;
};

struct installer_end {
	enum install_answer answer;
	bool stopped;		/* by `stop`; the answer says nothing */
	struct err why;		/* what it said, or how it ended */
	bool has_version, has_sha256;	/* what it printed */
	char version[STRUCTURE_LABEL_MAX + 1];
	uint8_t sha256[STRUCTURE_DIGEST_SIZE];
};

/* How it ended; a program that cannot be run: FAILED. */
void installer_run(const struct installer_call *c, struct installer_end *ret);

#endif

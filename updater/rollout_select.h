/*
 * rollout_select: which devices a rollout is for, and what it brings them, as one line.
 *
 *	selection 1 software=acme-engine version=3.1 model=C650* site=berlin
 *	    running=acme-engine:20-29
 *
 * in one line, in the form of lib/sign/sign_words.h; what is not asked does not stand there.
 * It is what a rollout keeps as its selection (struct rollout) and what is hashed with the plan;
 * who plans anew for a late or changed device reads it again.  All conditions must hold.
 *
 *	software, version	the release; without them what the judge recommends
 *	unit			the unit that takes it, where several could
 *	with			drafts, tickets: releases of that kind, too
 *	model			pattern: * any characters, ? one; ASCII case does not count
 *	site
 *	unit-type		TYPE or TYPE/REV: has a unit that is one in the catalogues
 *	running			SOFTWARE, SOFTWARE:MIN or SOFTWARE:MIN-MAX: runs it, by sequence
 *	verdict			compatible, incompatible, unknown or notApplicable
 *	trouble			a rule's id: it has an open trouble of this rule
 *	devices			their names in the fleet, ascending
 *	list			sha256 of the names, a line each, where they are too many to stand
 *				here: COUNT:HEX; such a selection takes in nobody later
 *
 * Pure; SHA-256 by libsodium.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_SELECT_H
#define IMGADM_UPDATER_ROLLOUT_SELECT_H

#include "lib/structure/rollout.h"

enum { ROLLOUT_VERDICT_TEXT_MAX = 16, ROLLOUT_RULE_MAX = 160 };

/* Owns devices; zero is "all devices, what is recommended". */
struct rollout_selection {
	char software[STRUCTURE_NAME_MAX + 1];	/* empty = what is recommended */
	char version[STRUCTURE_LABEL_MAX + 1];
	char unit[STRUCTURE_LABEL_MAX + 1];
	bool drafts, tickets;
	char model[STRUCTURE_NAME_MAX + 1];
	char site[STRUCTURE_NAME_MAX + 1];
	char unit_type[STRUCTURE_NAME_MAX + 1];
	char revision[STRUCTURE_NAME_MAX + 1];	/* of the unit type; empty = any */
	char running[STRUCTURE_NAME_MAX + 1];
	uint32_t running_min, running_max;	/* both 0 = any, also an unlisted one */
	char verdict[ROLLOUT_VERDICT_TEXT_MAX + 1];
	char trouble[ROLLOUT_RULE_MAX + 1];
	char **devices;		/* own; as they came, or ascending after parse and text */
	size_t device_count;
	/* Parsed: the names stand elsewhere, so that nobody can be found by it. */
	bool list_only;
	size_t list_count;
	uint8_t list_digest[ROLLOUT_DIGEST_SIZE];
};
void rollout_selection_release(struct rollout_selection *s);

/* "TYPE" or "TYPE/REV"; "SOFTWARE[:MIN[-MAX]]"; a verdict's name.  -EINVAL. */
int rollout_select_unit_type(struct rollout_selection *s, const char *text, struct err *e);
int rollout_select_running(struct rollout_selection *s, const char *text, struct err *e);
int rollout_select_verdict(struct rollout_selection *s, const char *text, struct err *e);
/*
 * One more device; what stands there already changes nothing.  -EINVAL: no name;
 * -E2BIG: ROLLOUT_MEMBERS_MAX; -ENOMEM.
 */
int rollout_select_device(struct rollout_selection *s, const char *name, struct err *e);

/* Whether anything narrows it. */
bool rollout_select_narrows(const struct rollout_selection *s);
/* Whether it says which devices by name. */
bool rollout_select_names(const struct rollout_selection *s, const char *name);

/*
 * The one text of a selection; devices are sorted, and each stands once.  -EMSGSIZE: longer than
 * ROLLOUT_SELECTION_MAX all the same; -ENOMEM.
 */
int rollout_select_text(struct rollout_selection *s,
	char ret_text[ROLLOUT_SELECTION_MAX + 1], struct err *e);
/* -EINVAL: not of that form; -ENOMEM.  rollout_selection_release() it. */
int rollout_select_parse(const char *text, struct rollout_selection *ret, struct err *e);

#endif

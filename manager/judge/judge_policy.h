/*
 * judge_policy: what the operator allows the judge to recommend; plain data.
 *
 * The policy is part of what a judgement is kept under: another policy, another
 * judgement.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_POLICY_H
#define IMGADM_MANAGER_JUDGE_JUDGE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/catalogue/catalogue.h"

enum judge_hardware {
	JUDGE_HARDWARE_NONE = 1,	/* no part is replaced */
	JUDGE_HARDWARE_STOCK,	/* by parts with supply="stock" */
	JUDGE_HARDWARE_ANY,	/* by those with supply="order" too */
};

struct judge_policy {
	enum judge_hardware hardware;
	bool drafts;		/* releases in state draft may be chosen */
	bool tickets;		/* releases below a unit's floor may be chosen */
	bool trendy;		/* newer goes before fewer changed units */
	uint32_t nodes;		/* at most, of the search; counts, never time */
	char profile[CATALOGUE_ID_MAX + 1];	/* empty = the device type's last by id */
};

/* hardware any, no drafts, no tickets, not trendy, 100,000 nodes. */
void judge_policy_default(struct judge_policy *p);
/*
 * All of it as text, for the key and for --json: equal texts, equal policies.
 * Returns the length; ret has room for JUDGE_POLICY_TEXT octets.
 */
enum { JUDGE_POLICY_TEXT = 256 };
size_t judge_policy_text(const struct judge_policy *p, char ret[JUDGE_POLICY_TEXT]);

#endif

/*
 * trouble_rules: the rules of a set, ready to be evaluated.
 *
 * Each rule's nodes have their place in what the rule remembers of a unit
 * (trouble_state.h), and the rule a fingerprint of all that this depends on: a
 * state that was kept under another one is not taken for its own.
 * Borrows the set; never changes; may be shared.  Pure.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_RULES_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_RULES_H

#include "lib/base/err.h"
#include "lib/catalogue/catalogue.h"

struct trouble_rule {
	const struct catalogue_set *set;
	const struct catalogue_rule *rule;
	const struct catalogue_rule_node *nodes;	/* rule->node_count of them */
	uint32_t words;		/* of its state */
	uint8_t at[CATALOGUE_RULE_NODES_MAX];	/* first word of each node */
	uint8_t inhibits_at, blackouts_at, tally_at;
	uint64_t fingerprint;
	bool has_codes, has_readings;	/* whether entries, readings concern it at all */
};

struct trouble_rules {
	const struct catalogue_set *set;
	struct trouble_rule *list;	/* own; as in the set */
	uint32_t count;
	uint32_t *by_rank;	/* own; places in list, those that inhibit first */
};

/* -ENOMEM; -EINVAL: a rule remembers more than the linter allows. */
int trouble_rules_init(struct trouble_rules *r, const struct catalogue_set *set, struct err *e);
void trouble_rules_release(struct trouble_rules *r);

/* The rule of that fingerprint; CATALOGUE_NONE. */
uint32_t trouble_rules_find(const struct trouble_rules *r, uint64_t fingerprint);

/* What a unit is, in the places of the set; CATALOGUE_NONE = unlisted, none. */
struct trouble_subject {
	uint32_t device_type, type, rev;
	enum unit_type class;	/* as it reports itself */
	enum unit_use_unit use_unit;
	uint32_t software;	/* running */
	uint32_t release;
};

/*
 * Whether the rule speaks of it.  An unlisted revision or release is within no
 * bounds; a unit that counts its use in another unit than the rule is none of its.
 */
bool trouble_rule_speaks(const struct trouble_rule *r, const struct trouble_subject *s);

/* Whether any of the node's codes matches; of a sequence, its n-th. */
bool trouble_rule_code(const struct trouble_rule *r, const struct catalogue_rule_node *node,
	uint32_t n, const char *code);

#endif

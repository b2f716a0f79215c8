/*
 * trouble_leaf: the conditions of a rule: what a fact does to them, and whether they hold.
 *
 * Three values, joined as Kleene's: what is not known is neither trouble nor
 * the end of it.  Private to manager/trouble.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_LEAF_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_LEAF_H

#include "manager/trouble/trouble_state.h"

enum trouble_value { TROUBLE_NO, TROUBLE_UNKNOWN, TROUBLE_YES };

/* Take a fact of the unit into node n, a leaf; true: it was an entry that counted. */
bool trouble_leaf_take(const struct trouble_rule *r, uint32_t *w, uint32_t n,
	const struct trouble_fact *f);
/* What it comes to now; moves its windows on. */
enum trouble_value trouble_leaf_value(const struct trouble_rule *r, uint32_t *w, uint32_t n);

#endif

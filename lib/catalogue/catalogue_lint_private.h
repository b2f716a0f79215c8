/*
 * catalogue_lint_private: the parts of the linter, one file a theme.
 *
 * Each part looks at all of the set and adds what it finds; 0, or -ENOMEM.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_LINT_PRIVATE_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_LINT_PRIVATE_H

#include "lib/catalogue/catalogue.h"

struct lint {
	const struct catalogue_set *set;
	struct catalogue_findings errors, warnings;	/* own: neither crowds out the other */
	uint64_t steps;		/* left for what compares pairs */
	bool stopped;		/* they were used up, and it was said */
};

void lint_error(struct lint *l, struct catalogue_place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void lint_warning(struct lint *l, struct catalogue_place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void lint_finding(struct lint *l, bool warning, struct catalogue_place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Take n steps; false when they are used up, which is said once, with the place. */
bool lint_step(struct lint *l, uint64_t n, struct catalogue_place at);

/* "acme.xml:12" in ret, for another place than the finding's own. */
enum { LINT_PLACE_SIZE = 128 };
const char *lint_place(const struct lint *l, struct catalogue_place at,
	char ret[LINT_PLACE_SIZE]);
/* Whether a stands before b: by file, then line. */
bool lint_before(struct catalogue_place a, struct catalogue_place b);

/* NULL is no branch, which is the same as another NULL only. */
bool lint_same_branch(const char *a, const char *b);

/* --- Kleene's three values, and "does not apply" ----------------------------------- */

enum lint_value { LINT_NOTHING = 0, LINT_FALSE, LINT_UNKNOWN, LINT_TRUE };

/* What a leaf (not AND, not OR) comes to. */
typedef enum lint_value lint_leaf(struct lint *l, const struct catalogue_node *leaf,
	void *user);
/*
 * What the tree below a node comes to, each leaf asked once, in order.  Nothing
 * is dropped early: a leaf function may count on seeing all.
 */
enum lint_value lint_evaluate(struct lint *l, uint32_t root, lint_leaf *leaf, void *user);

/* --- the parts --------------------------------------------------------------------- */

int lint_versions(struct lint *l);
int lint_releases(struct lint *l);
int lint_matches(struct lint *l);
int lint_paths(struct lint *l);
int lint_orders(struct lint *l);
int lint_relations(struct lint *l);
int lint_pairs(struct lint *l);
int lint_profiles(struct lint *l);
int lint_rules(struct lint *l);

#endif

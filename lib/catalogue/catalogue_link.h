/*
 * catalogue_link: from files as they were read to one set.
 *
 * Everything is counted, allocated at once, and filled in the order of the set:
 * by id, then creator; what comes from several files for one owner in the order
 * of the files' ids.  Private to lib/catalogue.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_LINK_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_LINK_H

#include "lib/catalogue/catalogue_tree.h"

/* Something with an id of its own, in the order of the set. */
struct thing {
	const char *id, *creator;	/* creator NULL: has none */
	uint32_t catalogue, e;		/* where it stands */
};

struct things {
	struct thing *list;
	uint32_t count;
	const char *what;	/* "unit type" */
};

/* What catalogue_set.storage points to: the arrays of the set, and indexes over them. */
struct set_storage {
	struct catalogue_head *catalogues;
	struct catalogue_device_type *device_types;
	struct catalogue_slot *slots;
	struct catalogue_unit_type *unit_types;
	struct catalogue_rev *revs;
	uint32_t *replaces;
	struct catalogue_software *software;
	uint32_t *type_software, *software_types;
	struct catalogue_release *releases;
	struct catalogue_from *froms;
	struct catalogue_order *orders;
	struct catalogue_relation *relations;
	struct catalogue_node *nodes;
	struct catalogue_profile *profiles;
	struct catalogue_profile_entry *profile_entries;
	struct catalogue_rule *rules;
	struct catalogue_rule_node *rule_nodes;
	const char **rule_codes;
	char *code_texts;	/* of sequences, cut apart */
	struct catalogue_inhibit *inhibits;
	struct catalogue_blackout *blackouts;
	/* Places of revs (of releases), by id (by version) within their owner's range. */
	uint32_t *revs_by_id, *releases_by_version;
	uint32_t *literal_types, literal_count;	/* types whose model has no wildcard, by model */
	uint32_t *pattern_types, pattern_count;	/* the others */
};

struct linker {
	const struct catalogue *files[CATALOGUE_SET_MAX];	/* by id */
	struct catalogue_set *set;
	struct set_storage *s;
	struct catalogue_findings *findings;
	struct things device_types, unit_types, software, profiles;
	struct things abouts, withdrawals, qualifications, rules;
};

#define LINK_REPORT(l, at, ...) findings_add((l)->findings, false, \
	(l)->files[(at)->catalogue]->head.name, \
	(l)->files[(at)->catalogue]->elements[(at)->e].line, __VA_ARGS__)

/*
 * The place that id (and creator, if not NULL) means for one who says it at
 * `at`: the own file's, else the only one.  NONE: it was reported.
 */
uint32_t link_resolve(struct linker *l, const struct things *things, const char *id,
	const char *creator, const struct thing *at);
/* The same for attribute a of element at->e, whose creator= says whose. */
uint32_t link_attribute(struct linker *l, const struct things *things,
	enum catalogue_attribute a, const struct thing *at);
/* A rev of a type by id; NONE: it was reported at `at`. */
uint32_t link_rev(struct linker *l, uint32_t type, const char *id, const struct thing *at);
/* A release by seq; NONE: it was reported at `at`. */
uint32_t link_release(struct linker *l, uint32_t software, uint32_t seq,
	const struct thing *at);
/* How many elements of a kind all files hold, however deep. */
size_t link_count(const struct linker *l, enum catalogue_element kind);
/* Whether the file speaks for the operator; whether `creator` is among its creators. */
bool link_is_operator(const struct catalogue *file);
bool link_speaks_for(const struct catalogue *file, const char *creator);

/* Each fills its part; 0 or -ENOMEM; what is wrong is reported. In this order: */
int link_unit_types(struct linker *l);
int link_software(struct linker *l);
int link_device_types(struct linker *l);
int link_profiles(struct linker *l);
int link_states(struct linker *l);	/* <qualify>, <withdraw> */
int link_relations(struct linker *l);
int link_rules(struct linker *l);
int link_indexes(struct linker *l);

static inline struct catalogue_place
link_place(const struct linker *l, uint32_t catalogue, uint32_t e)
{
	return (struct catalogue_place){ catalogue, l->files[catalogue]->elements[e].line };
}

#endif

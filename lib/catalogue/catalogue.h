/*
 * catalogue: what the makers say fits together, as plain values.
 *
 * A *catalogue* is one XML file (imgadm-catalogue(5)): device types, unit
 * types with their revisions, software with its releases, relations between
 * them, profiles, trouble rules.  A *set* is the catalogues in force, linked: every reference
 * points at what it names, in whichever catalogue that stands.
 *
 * Invariants
 * - What catalogue_read() returned obeys the schema and every limit below;
 *   what catalogue_set_link() returned has no reference that leads nowhere.
 *   Both never change afterwards and may be shared by any number of readers.
 * - Order is `seq`: the releases of a software ascend by it, strictly.
 * - Everything is found by its place in an array; the places depend only on
 *   the contents of the files and their ids, never on the order they were
 *   given in, so that the same set gives the same bytes everywhere.
 * - Strings are UTF-8, without control characters, terminated, and live as long
 *   as the set; NULL where an attribute may be left out and was.
 * No I/O beyond the bytes given, no clock.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/structure/structure.h"

enum {
	CATALOGUE_SIZE_MAX = 64 * 1024 * 1024,	/* octets of a file */
	CATALOGUE_DEPTH_MAX = 16,
	CATALOGUE_ATTRIBUTE_MAX = 4096,	/* octets of an attribute's value */
	CATALOGUE_ID_MAX = 64,		/* octets of ids; letters, digits, ._:+- */
	CATALOGUE_SET_MAX = 64,		/* catalogues in a set */
	CATALOGUE_CREATORS_MAX = 64,	/* of a catalogue */
	CATALOGUE_ERRORS_MAX = 100,	/* findings that are kept; more are counted */
};

/* "No such thing", where a place in an array is asked for. */
#define CATALOGUE_NONE UINT32_MAX

/* Where something stands, for messages: file as it was given, line from 1. */
struct catalogue_place {
	uint32_t catalogue;	/* place in set->catalogues */
	uint32_t line;
};

/* --- trouble rules --------------------------------------------------------- */

#include "lib/catalogue/catalogue_rule.h"

/* --- conditions ------------------------------------------------------------ */

enum catalogue_where {
	CATALOGUE_DEVICE = 0,	/* any unit of the device, the one itself too */
	CATALOGUE_SELF, CATALOGUE_PARENT, CATALOGUE_CHILD, CATALOGUE_SIBLING,
};

enum catalogue_node_kind {
	CATALOGUE_AND = 1,	/* of its children */
	CATALOGUE_OR,		/* <any> */
	CATALOGUE_NEEDS_UNIT,	/* <unit> within requires, any, all */
	CATALOGUE_NEEDS_SOFTWARE,
	CATALOGUE_FORBIDS_UNIT,	/* <unit> within conflicts */
	CATALOGUE_FORBIDS_SOFTWARE,
};

/*
 * A condition; nodes of a set stand in one array.  A node's children are
 * child_count nodes from first_child on.
 */
struct catalogue_node {
	enum catalogue_node_kind kind;
	struct catalogue_place place;
	uint32_t first_child, child_count;	/* AND, OR */
	enum catalogue_where where;
	/*
	 * Units: of this type, with min_rev_seq <= seq of the revision <=
	 * max_rev_seq; or, type CATALOGUE_NONE, of this class.
	 */
	uint32_t type;
	enum unit_type class;
	bool any_rev;		/* no bounds were given: an unlisted revision matches */
	uint32_t min_rev_seq, max_rev_seq;
	/* Software: min_seq <= seq <= max_seq, and the branch, where one is given. */
	uint32_t software;
	uint32_t min_seq, max_seq;
	bool any_release;	/* neither bounds nor branch: an unlisted label matches */
	const char *branch;
	bool match_some;	/* match="some": one carrier is enough */
	bool if_present;	/* no candidate: not applicable */
};

enum catalogue_owner {
	CATALOGUE_OF_DEVICE_TYPE = 1, CATALOGUE_OF_UNIT_TYPE, CATALOGUE_OF_REV,
	CATALOGUE_OF_SOFTWARE, CATALOGUE_OF_RELEASE,
};

/*
 * <requires>, <conflicts> or <any> of a device type, unit type, rev, software
 * or release.  It is asked once for each unit that is or carries the owner.
 */
struct catalogue_relation {
	const char *id;		/* unique in its catalogue */
	const char *because;	/* NULL = not said */
	struct catalogue_place place;
	enum catalogue_owner owner;
	uint32_t owner_at;	/* place of the owner in its array */
	uint32_t root;		/* node */
	bool during_stop;	/* during="stop": may be violated in between */
};

/* Relations of an owner: count of them from first on in set->relations. */
struct catalogue_relations {
	uint32_t first, count;
};

/* --- things ---------------------------------------------------------------- */

/* How a label is ordered in words, in `from` without seq, and by the linter. */
enum catalogue_scheme {
	CATALOGUE_SCHEME_NONE = 0, CATALOGUE_DOTTED, CATALOGUE_SEMVER, CATALOGUE_DPKG,
	CATALOGUE_DATE,
};

struct catalogue_slot {
	enum unit_type class;
	uint32_t min, max;	/* units in service; max UINT32_MAX = any number */
	struct catalogue_place place;
};

struct catalogue_device_type {
	const char *id, *manufacturer, *model;	/* patterns with * and ? */
	bool closed;		/* a class without a slot has no place here */
	uint32_t first_slot, slot_count;
	struct catalogue_relations relations;
	struct catalogue_place place;
};

enum catalogue_supply { CATALOGUE_ENDED = 1, CATALOGUE_ORDER, CATALOGUE_STOCK };

struct catalogue_rev {
	const char *id, *hardware;	/* hardware: pattern of HardwareRev; NULL = any */
	uint32_t seq;		/* order of revisions; strict within the type */
	uint32_t type;
	enum catalogue_supply supply;
	uint32_t price;		/* in the catalogue's money; 0 = not said */
	/*
	 * What a new board comes with, of each software of the type by seq of
	 * `ships`; CATALOGUE_NONE = not said: unlisted.
	 */
	uint32_t ships_seq;
	struct catalogue_relations relations;
	struct catalogue_place place;
};

enum catalogue_recover { CATALOGUE_REWRITE = 1, CATALOGUE_SERVICE };

struct catalogue_unit_type {
	const char *id, *manufacturer, *model;	/* patterns, the id not */
	const char *part;	/* pattern of HardwareRev, or "serial:PATTERN"; NULL = any */
	const char *creator;
	enum unit_type class;
	uint8_t banks;		/* 0 = not said */
	enum unit_use_unit use;	/* what its use is counted in; 0 = not said */
	enum catalogue_recover recover;
	uint32_t first_rev, rev_count;	/* ascending by seq */
	/* Types that it can replace: places in set->replaces. */
	uint32_t first_replaces, replaces_count;
	/* Software for it: places in set->type_software, ascending. */
	uint32_t first_software, software_count;
	struct catalogue_relations relations;
	/* <transport>; 0 = not said. */
	uint16_t blksize, windowsize;
	uint64_t max_size;
	int8_t rollover;	/* 0, 1; -1 = not said */
	struct catalogue_place place;
};

enum catalogue_release_state { CATALOGUE_DRAFT = 1, CATALOGUE_QUALIFIED, CATALOGUE_WITHDRAWN };
enum catalogue_urgency { CATALOGUE_LOW = 1, CATALOGUE_MEDIUM, CATALOGUE_HIGH, CATALOGUE_CRITICAL };

/* <from>: which running release this one may be installed over. */
struct catalogue_from {
	bool fresh;		/* an empty bank, an unlisted label, another software id */
	bool down;		/* direction="down": over a higher seq */
	bool keep_settings;	/* settings="keep"; only with down */
	uint32_t min_seq, max_seq;	/* inclusive */
	const char *branch;	/* the running one's; NULL = the release's own */
};

struct catalogue_release {
	const char *version;	/* label, unique in its software */
	uint32_t seq;
	uint32_t software;
	enum catalogue_release_state state;
	enum catalogue_urgency urgency;
	int64_t due_utc_s;	/* when a critical one has to be there; 0 = at once */
	const char *because;	/* why withdrawn */
	uint32_t instead_seq;	/* CATALOGUE_NONE = not said */
	bool must_leave;	/* withdrawn with severity="must" */
	const char *branch;	/* NULL = the only one */
	uint64_t size;		/* octets of the image; 0 = not said */
	bool sha256_known;
	uint8_t sha256[STRUCTURE_DIGEST_SIZE];
	const char *file;
	uint32_t floor_seq;	/* 0 = does not change it */
	uint32_t minutes;	/* of an installation; 0 = not said */
	uint32_t first_from, from_count;	/* none = any lower seq of its branch */
	uint32_t first_order, order_count;	/* <before>, <after>: in set->orders */
	struct catalogue_relations relations;
	struct catalogue_place place;
};

/* Installation order against another software, if both are in the plan. */
struct catalogue_order {
	bool before;		/* this release before the other software; else after */
	uint32_t software;
	struct catalogue_place place;
};

struct catalogue_software {
	const char *id, *creator;
	enum catalogue_scheme scheme;
	uint32_t first_type, type_count;	/* unit types it is for: in set->software_types */
	uint32_t first_release, release_count;	/* ascending by seq */
	struct catalogue_relations relations;	/* of all its releases */
	struct catalogue_place place;
};

struct catalogue_profile_entry {
	uint32_t software;
	uint32_t seq;
};

struct catalogue_profile {
	const char *id;
	uint32_t device_type;
	uint32_t first_entry, entry_count;
	struct catalogue_place place;
};

struct catalogue_head {
	const char *id;		/* of the catalogue */
	const char *name;	/* of the file, as it was given */
	uint32_t serial;
	int64_t issued_utc_s, expires_utc_s;	/* expires 0 = never */
	const char *const *creators;	/* ids, creator_count of them */
	const char *const *creator_names;	/* NULL = as the id */
	uint32_t creator_count;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];	/* SHA-256 of its bytes */
};

/* The linked set; all arrays are its own. */
struct catalogue_set {
	const struct catalogue_head *catalogues;
	uint32_t catalogue_count;
	const struct catalogue_device_type *device_types;
	uint32_t device_type_count;
	const struct catalogue_slot *slots;
	uint32_t slot_count;
	const struct catalogue_unit_type *unit_types;	/* by id, then creator */
	uint32_t unit_type_count;
	const struct catalogue_rev *revs;
	uint32_t rev_count;
	const uint32_t *replaces;
	uint32_t replaces_count;
	const struct catalogue_software *software;	/* by id, then creator */
	uint32_t software_count;
	const uint32_t *type_software, *software_types;
	const struct catalogue_release *releases;
	uint32_t release_count;
	const struct catalogue_from *froms;
	uint32_t from_count;
	const struct catalogue_order *orders;
	uint32_t order_count;
	const struct catalogue_relation *relations;
	uint32_t relation_count;
	const struct catalogue_node *nodes;
	uint32_t node_count;
	const struct catalogue_profile *profiles;
	uint32_t profile_count;
	const struct catalogue_profile_entry *profile_entries;
	uint32_t profile_entry_count;
	const struct catalogue_rule *rules;	/* by catalogue, then as in the file */
	uint32_t rule_count;
	const struct catalogue_rule_node *rule_nodes;
	uint32_t rule_node_count;
	const char *const *rule_codes;
	uint32_t rule_code_count;
	const struct catalogue_inhibit *inhibits;
	uint32_t inhibit_count;
	const struct catalogue_blackout *blackouts;
	uint32_t blackout_count;
	/* SHA-256 over the catalogues' ids, serials and digests, by id. */
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	void *storage;		/* private */
};

/* --- findings ----------------------------------------------------------------- */

/* One line for a person: "acme.xml:812: what, why, what to do". */
struct catalogue_finding {
	bool warning;		/* else an error: the file is not taken */
	uint32_t line;
	char text[ERR_TEXT_SIZE];	/* with file and line in front */
};

/* What was found, by file, then line; at most CATALOGUE_ERRORS_MAX are kept. */
struct catalogue_findings {
	struct catalogue_finding *list;	/* own */
	size_t count;
	size_t errors, warnings;	/* all of them, kept or not */
};
void catalogue_findings_release(struct catalogue_findings *f);

/* --- reading ------------------------------------------------------------------ */

/* One file, read and checked against the schema, not linked. Opaque. */
struct catalogue;

/*
 * Read size octets of XML; name (for messages) is copied, data borrowed only
 * during the call.  A stream; memory follows the content, never the file's
 * nesting or the length of an attribute.  Everything that is wrong with the
 * file by itself (not UTF-8, DOCTYPE, schema, number ranges, duplicates) is
 * appended to findings.  -EINVAL when there is an error among them, -EFBIG,
 * -ENOMEM; e holds the first.
 */
int catalogue_read(const char *name, const char *data, size_t size,
	struct catalogue **ret, struct catalogue_findings *findings, struct err *e);
void catalogue_free(struct catalogue *c);
const struct catalogue_head *catalogue_head(const struct catalogue *c);
/* Bytes of a file, at most CATALOGUE_SIZE_MAX; caller frees. -ENOENT, -EFBIG, -EACCES. */
int catalogue_file(const char *path, char **ret_data, size_t *ret_size, struct err *e);

/*
 * Link the catalogues; they are borrowed until the set is freed.  Unknown
 * references (with the nearest name), things defined twice, a catalogue that
 * defines what is not its creators', are errors.  With more than
 * CATALOGUE_ERRORS_MAX of them linking ends, and the rest is not counted.
 * -EINVAL, -ENOMEM.
 */
int catalogue_set_link(const struct catalogue *const *list, size_t count,
	struct catalogue_set **ret, struct catalogue_findings *findings, struct err *e);
void catalogue_set_free(struct catalogue_set *s);

/* --- looking up ---------------------------------------------------------------- */

/* The software (creator, id), or CATALOGUE_NONE. */
uint32_t catalogue_software_find(const struct catalogue_set *s, const char *creator,
	const char *id);
/* Releases of a software by label, or by seq; CATALOGUE_NONE. */
uint32_t catalogue_release_find(const struct catalogue_set *s, uint32_t software,
	const char *version);
uint32_t catalogue_release_seq(const struct catalogue_set *s, uint32_t software, uint32_t seq);
/*
 * The unit type of a unit as it reports itself, and its revision; CATALOGUE_NONE =
 * unlisted.  All of manufacturer, model, class and part have to match (text_match():
 * the case of ASCII letters does not count); of several types one with a part, then
 * the first; the first revision by seq whose hardware matches.  A function is never one.
 */
uint32_t catalogue_unit_type_match(const struct catalogue_set *s, const struct unit *u,
	uint32_t *ret_rev);
/* By id, for command lines: FS-5, FS-5/B (the same); the first by creator; CATALOGUE_NONE. */
uint32_t catalogue_unit_type_find(const struct catalogue_set *s, const char *id);
/* Of several that match one whose model has no wildcard, then the first. */
uint32_t catalogue_device_type_match(const struct catalogue_set *s, const char *manufacturer,
	const char *model);
uint32_t catalogue_device_type_find(const struct catalogue_set *s, const char *id);
/* Whether the release may be installed over `running` (a release, or CATALOGUE_NONE: fresh). */
bool catalogue_from_allows(const struct catalogue_set *s, uint32_t release, uint32_t running);

#endif

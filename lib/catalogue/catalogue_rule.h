/*
 * catalogue_rule: trouble rules as a catalogue states them, linked, as plain values.
 *
 * A rule says of which units it speaks (scope), when a unit is in trouble (a
 * tree of conditions over its log, use count, state and readings), when that
 * is over, what holds it back, and what cures it.
 *
 * Invariants of what is in a set
 * - A rule's nodes stand together from first_node on, the root first, the
 *   children of a node side by side and behind it; a joint has children, a
 *   leaf has none.  At most CATALOGUE_RULE_NODES_MAX of them.
 * - All windows in use units of a rule are in one unit: rule->use_unit.
 * - All values of readings are in millionths; ratios and rates too.
 * - Rules that inhibit stand anywhere; they make no circle.
 * Included by catalogue.h; include that.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_RULE_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/structure/structure.h"

enum {
	CATALOGUE_RULES_MAX = 2048,	/* of a set */
	CATALOGUE_RULE_NODES_MAX = 32,
	CATALOGUE_RULE_HOLDERS_MAX = 8,	/* <inhibit> and <blackout> of a rule, each */
	CATALOGUE_COUNT_MAX = 16,	/* min of <count> */
	CATALOGUE_SEQUENCE_MAX = 8,	/* codes of <sequence> */
	CATALOGUE_DEVIATE_MAX = 32,	/* of of <deviate> */
	CATALOGUE_RULE_MEMORY_MAX = 200, /* octets that a rule remembers of a unit */
	CATALOGUE_MILLION = 1000000,	/* a value of 1 */
};

/* What a window is measured along. */
enum catalogue_axis {
	CATALOGUE_NO_AXIS = 0,	/* none was given */
	CATALOGUE_TIME,		/* seconds */
	CATALOGUE_USE,		/* the rule's use unit */
	CATALOGUE_RESTARTS,	/* of the device */
};

struct catalogue_window {
	enum catalogue_axis axis;
	uint32_t amount;	/* 1..2^31-1 */
};

enum catalogue_rule_kind {
	/* Joints. */
	CATALOGUE_RULE_ALL = 1, CATALOGUE_RULE_ANY,
	CATALOGUE_RULE_NOT,	/* none of its children */
	CATALOGUE_RULE_AT_LEAST,	/* min of its children */
	/* Leaves. */
	CATALOGUE_RULE_COUNT, CATALOGUE_RULE_RATE, CATALOGUE_RULE_SEQUENCE,
	CATALOGUE_RULE_ABSENT, CATALOGUE_RULE_LEVEL, CATALOGUE_RULE_CHANGE,
	CATALOGUE_RULE_TREND, CATALOGUE_RULE_DEVIATE, CATALOGUE_RULE_PEER,
};

/* What a level or change looks at. */
enum catalogue_source {
	CATALOGUE_READING = 1,	/* the reading of that name */
	CATALOGUE_USE_COUNT,	/* the unit's, in its use unit */
	CATALOGUE_LIFE,		/* the use count, in percent of the life expected */
	CATALOGUE_OPER_STATE,	/* equal to `state` or not */
};

/* Which side of a bound is trouble. */
enum catalogue_side { CATALOGUE_AT_LEAST = 1, CATALOGUE_AT_MOST };

struct catalogue_rule_node {
	enum catalogue_rule_kind kind;
	struct catalogue_place place;
	uint32_t first_child, child_count;	/* place in set->rule_nodes */
	struct catalogue_window hold;	/* joints: how long it has to be so */
	/* count, at-least: how many; deviate: outside the band. */
	uint32_t min;
	uint32_t clear_count;	/* count, deviate: no longer so at this many */
	/* Patterns of codes: code_count of them in set->rule_codes from first_code on. */
	uint32_t first_code, code_count;
	struct catalogue_window within;	/* count, sequence, absent, change, trend */
	struct catalogue_window gap;	/* sequence: greatest, between two codes */
	struct catalogue_window dedupe;	/* count, rate: nearer to the last is the same */
	struct catalogue_window per, over, exposure;	/* rate; trend: over */
	enum catalogue_source source;
	const char *reading;	/* its name */
	enum unit_oper_state state;
	enum catalogue_side side;	/* level, rate, peer */
	int64_t bound, clear;	/* level, rate, peer (ratio), trend (bound: limit), change (by) */
	bool band_given;	/* deviate; else the reading's own limits */
	int64_t low, high;
	uint32_t of;		/* deviate: of the last so many */
	uint32_t peers;		/* peer: at least so many, else unknown */
};

/* Which units a rule speaks of; what is CATALOGUE_NONE or 0 says nothing. */
struct catalogue_scope {
	uint32_t device_type;
	uint32_t type;		/* unit type */
	uint32_t min_rev_seq, max_rev_seq;	/* 0, UINT32_MAX: any, unlisted too */
	bool any_rev;
	enum unit_type class;	/* a class of units, or a function */
	uint32_t software;
	uint32_t min_seq, max_seq;
	bool any_release;
};

/* <inhibit>: the cause is known; either a code or a rule. */
struct catalogue_inhibit {
	const char *code;	/* pattern, of any unit of the device */
	uint32_t rule;		/* place in set->rules; while its trouble is open */
	struct catalogue_window window;	/* `for`; axis none: only while it is open */
	struct catalogue_place place;
};

enum catalogue_after { CATALOGUE_AFTER_INSTALL = 1, CATALOGUE_AFTER_SERVICE };

struct catalogue_blackout {
	enum catalogue_after after;
	struct catalogue_window window;
	struct catalogue_place place;
};

enum catalogue_against { CATALOGUE_OTHER_RELEASES = 1, CATALOGUE_OTHER_REVS };

/* <fleet>: how many devices have to be in trouble before a rule acts. */
struct catalogue_fleet {
	uint32_t devices;	/* 0 = no <fleet> */
	enum catalogue_against against;	/* 0 = not compared */
	uint64_t ratio;		/* millionths */
};

enum catalogue_treat_kind {
	CATALOGUE_NO_TREAT = 0, CATALOGUE_INSTALL, CATALOGUE_SWITCH_BANK,
	CATALOGUE_SWITCH_STANDBY, CATALOGUE_RESET, CATALOGUE_ADVISE,
};

struct catalogue_treat {
	enum catalogue_treat_kind kind;
	struct catalogue_place place;
	uint32_t software, to_seq;	/* install */
	const char *text;	/* advise */
	uint32_t confirm_drop;	/* percent, 1..100; 0 = not asked */
	struct catalogue_window over;	/* of confirm_drop */
	uint32_t quarantine_s;	/* 0 = none */
};

enum catalogue_rule_severity { CATALOGUE_MINOR = 1, CATALOGUE_MAJOR, CATALOGUE_GRAVE };

struct catalogue_rule {
	const char *id;		/* unique in its catalogue */
	const char *because;	/* NULL = not said */
	struct catalogue_place place;
	enum catalogue_rule_severity severity;
	bool acts;		/* mode="act"; else it only records */
	uint32_t daily;		/* devices that it may touch a day; 0 = any number */
	uint32_t rank;		/* those that inhibit it have a lower one; 0.. without holes */
	enum unit_use_unit use_unit;	/* of its windows; 0 = it has none in use */
	struct catalogue_scope scope;
	uint32_t first_node, node_count;
	struct catalogue_window clear;	/* hold of <clear>; axis none = at once */
	uint32_t first_inhibit, inhibit_count;
	uint32_t first_blackout, blackout_count;
	struct catalogue_fleet fleet;
	struct catalogue_treat treat;
};

struct catalogue_set;

/*
 * 32-bit words that a node, and a whole rule, remembers of a unit; what does
 * the remembering (manager/trouble_state.h) keeps to this.  A rule: the head,
 * a word for each inhibit and each blackout, its nodes in order, and the tally
 * where there is a confirm-drop.
 */
enum { CATALOGUE_RULE_HEAD_WORDS = 18, CATALOGUE_RULE_TALLY_WORDS = 6 };
uint32_t catalogue_rule_node_words(const struct catalogue_rule_node *node);
uint32_t catalogue_rule_words(const struct catalogue_set *s, const struct catalogue_rule *r);

/* The rule `id` of the catalogue of that id (NULL: of any, the first); CATALOGUE_NONE. */
uint32_t catalogue_rule_find(const struct catalogue_set *s, const char *catalogue,
	const char *id);

#endif

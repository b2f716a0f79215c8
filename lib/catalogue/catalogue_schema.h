/*
 * catalogue_schema: which elements a catalogue has, with which attributes and
 * children, as a table.
 *
 * The reader checks files against it, the messages say from it what was
 * expected, and dist/imgadm-catalogue.rng is made of it (tests/unit/catalogue_rng.h).
 *
 * Invariants: an element is known by its parent and its name (<software> is
 * three things), so that every kind has one list of attributes and children.
 * Constant data, no allocation.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_SCHEMA_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

#define CATALOGUE_NAMESPACE "urn:imgadm:catalogue:1"

enum catalogue_element {
	ELEMENT_NONE = 0,
	ELEMENT_CATALOGUE,
	ELEMENT_CREATOR,
	ELEMENT_DEVICE_TYPE, ELEMENT_SLOT,
	ELEMENT_UNIT_TYPE, ELEMENT_REV, ELEMENT_TRANSPORT, ELEMENT_REPLACES,
	ELEMENT_SOFTWARE, ELEMENT_RELEASE, ELEMENT_FROM, ELEMENT_BEFORE, ELEMENT_AFTER,
	ELEMENT_PROFILE, ELEMENT_PROFILE_SOFTWARE,
	ELEMENT_ABOUT, ELEMENT_WITHDRAW, ELEMENT_QUALIFY,
	/* Relations, which have an id. */
	ELEMENT_REQUIRES, ELEMENT_CONFLICTS, ELEMENT_ANY,
	/* Within them. */
	ELEMENT_IN_ANY, ELEMENT_IN_ALL, ELEMENT_IN_CONFLICTS,
	ELEMENT_NEEDS_UNIT, ELEMENT_NEEDS_SOFTWARE,
	ELEMENT_FORBIDS_UNIT, ELEMENT_FORBIDS_SOFTWARE,
	/* Trouble rules. */
	ELEMENT_RULE, ELEMENT_SCOPE, ELEMENT_WHEN, ELEMENT_CLEAR, ELEMENT_INHIBIT,
	ELEMENT_BLACKOUT, ELEMENT_FLEET, ELEMENT_TREAT,
	ELEMENT_RULE_ALL, ELEMENT_RULE_ANY, ELEMENT_RULE_NOT, ELEMENT_RULE_AT_LEAST,
	ELEMENT_COUNT, ELEMENT_RATE, ELEMENT_SEQUENCE, ELEMENT_ABSENT, ELEMENT_LEVEL,
	ELEMENT_CHANGE, ELEMENT_TREND, ELEMENT_DEVIATE, ELEMENT_PEER,
	ELEMENT_INSTALL, ELEMENT_SWITCH, ELEMENT_RESET, ELEMENT_ADVISE,
	ELEMENTS,
};

enum catalogue_attribute {
	ATTRIBUTE_NONE = 0,
	ATTRIBUTE_ID, ATTRIBUTE_SERIAL, ATTRIBUTE_ISSUED, ATTRIBUTE_EXPIRES,
	ATTRIBUTE_NAME, ATTRIBUTE_MANUFACTURER, ATTRIBUTE_MODEL, ATTRIBUTE_CLOSED,
	ATTRIBUTE_CREATOR, ATTRIBUTE_CLASS, ATTRIBUTE_MIN, ATTRIBUTE_MAX,
	ATTRIBUTE_PART, ATTRIBUTE_BANKS, ATTRIBUTE_RECOVER, ATTRIBUTE_SEQ,
	ATTRIBUTE_HARDWARE, ATTRIBUTE_SUPPLY, ATTRIBUTE_PRICE, ATTRIBUTE_SHIPS,
	ATTRIBUTE_BLKSIZE, ATTRIBUTE_WINDOWSIZE, ATTRIBUTE_MAX_SIZE, ATTRIBUTE_ROLLOVER,
	ATTRIBUTE_TYPE, ATTRIBUTE_UNIT_TYPE, ATTRIBUTE_SCHEME, ATTRIBUTE_VERSION,
	ATTRIBUTE_STATE, ATTRIBUTE_URGENCY, ATTRIBUTE_DUE, ATTRIBUTE_BECAUSE,
	ATTRIBUTE_INSTEAD, ATTRIBUTE_SEVERITY, ATTRIBUTE_BRANCH, ATTRIBUTE_SIZE,
	ATTRIBUTE_SHA256, ATTRIBUTE_FILE, ATTRIBUTE_FLOOR, ATTRIBUTE_MINUTES,
	ATTRIBUTE_MIN_SEQ, ATTRIBUTE_MAX_SEQ, ATTRIBUTE_FRESH, ATTRIBUTE_DIRECTION,
	ATTRIBUTE_SETTINGS, ATTRIBUTE_SOFTWARE, ATTRIBUTE_DEVICE_TYPE, ATTRIBUTE_REV,
	ATTRIBUTE_MIN_REV, ATTRIBUTE_MAX_REV, ATTRIBUTE_WHERE, ATTRIBUTE_IF_PRESENT,
	ATTRIBUTE_MATCH, ATTRIBUTE_DURING,
	ATTRIBUTE_MODE, ATTRIBUTE_DAILY, ATTRIBUTE_FUNCTION, ATTRIBUTE_HOLD, ATTRIBUTE_CODE,
	ATTRIBUTE_CODES, ATTRIBUTE_WITHIN, ATTRIBUTE_GAP, ATTRIBUTE_DEDUPE, ATTRIBUTE_CLEAR,
	ATTRIBUTE_PER, ATTRIBUTE_OVER, ATTRIBUTE_EXPOSURE, ATTRIBUTE_READING, ATTRIBUTE_USE,
	ATTRIBUTE_BY, ATTRIBUTE_LIMIT, ATTRIBUTE_LOW, ATTRIBUTE_HIGH, ATTRIBUTE_OF,
	ATTRIBUTE_PEERS, ATTRIBUTE_RULE, ATTRIBUTE_FOR, ATTRIBUTE_AFTER, ATTRIBUTE_DEVICES,
	ATTRIBUTE_AGAINST, ATTRIBUTE_RATIO, ATTRIBUTE_CONFIRM_DROP, ATTRIBUTE_QUARANTINE,
	ATTRIBUTE_TO_SEQ, ATTRIBUTE_TO, ATTRIBUTE_TEXT,
	ATTRIBUTES,
};

/* What a value looks like; catalogue_value.h parses them. */
enum catalogue_value_kind {
	VALUE_ID = 1,		/* [A-Za-z0-9._:+-]{1,64} */
	VALUE_IDS,		/* one or more, separated by blanks */
	VALUE_TEXT,		/* anything, 1 to most octets */
	VALUE_FILE,		/* a file's name, without folders */
	VALUE_NUMBER,		/* decimal, least..most */
	VALUE_SIZE,		/* octets: 1500, 64k, 10MiB; least..most */
	VALUE_DATE,		/* YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ */
	VALUE_CHOICE,		/* one of names; the value is its place */
	VALUE_CLASS,		/* a unit's type: controller, engine, ... */
	VALUE_DIGEST,		/* 64 hexadecimal digits */
	VALUE_DECIMAL,		/* -12.5, up to 9 digits and 6 decimals; least 1: above 0 */
	VALUE_WINDOW,		/* 2000 impressions, 3 restarts, 1h30min */
	VALUE_SPAN,		/* 1h30min; at most `most` seconds */
	VALUE_PERCENT,		/* 1% to 100% */
};

struct catalogue_schema_attribute {
	enum catalogue_attribute attribute;
	enum catalogue_value_kind kind;
	bool required;
	uint64_t least, most;
	const char *const *names;	/* CHOICE; ends with NULL */
};

struct catalogue_schema_child {
	enum catalogue_element element;
	bool once;		/* at most one */
	bool needed;		/* at least one (of all that are marked so) */
};

struct catalogue_schema_element {
	const char *name;
	const struct catalogue_schema_attribute *attributes;	/* end: NONE */
	const struct catalogue_schema_child *children;	/* NULL, or end: NONE */
};

/*
 * The number of a window: its amount * 16 + what it is in.  Use units are
 * `enum unit_use_unit`; time and restarts come behind them.
 */
enum { WINDOW_UNITS = 16, WINDOW_SECONDS = 14, WINDOW_RESTARTS = 15 };

const struct catalogue_schema_element *catalogue_schema(enum catalogue_element e);
const char *catalogue_attribute_name(enum catalogue_attribute a);

/* The child of that name below parent (NONE: the root); NULL. len octets of name. */
const struct catalogue_schema_child *catalogue_schema_child(enum catalogue_element parent,
	const char *name, size_t len);
const struct catalogue_schema_attribute *catalogue_schema_attribute(enum catalogue_element e,
	const char *name, size_t len);

/* The n-th name of a child or attribute, NULL past the end: for "did you mean". */
const char *catalogue_schema_child_at(enum catalogue_element parent, size_t n);
const char *catalogue_schema_attribute_at(enum catalogue_element e, size_t n);

/* The n-th class that a unit may have, NULL past the end: functions are none. */
const char *catalogue_class_at(size_t n);

#endif

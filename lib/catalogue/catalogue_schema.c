#include <config.h>

#include "lib/catalogue/catalogue_schema.h"

#include <string.h>

#include "lib/catalogue/catalogue.h"

static const char *const ATTRIBUTE_NAMES[ATTRIBUTES] = {
	[ATTRIBUTE_ID] = "id",
	[ATTRIBUTE_SERIAL] = "serial",
	[ATTRIBUTE_ISSUED] = "issued",
	[ATTRIBUTE_EXPIRES] = "expires",
	[ATTRIBUTE_NAME] = "name",
	[ATTRIBUTE_MANUFACTURER] = "manufacturer",
	[ATTRIBUTE_MODEL] = "model",
	[ATTRIBUTE_CLOSED] = "closed",
	[ATTRIBUTE_CREATOR] = "creator",
	[ATTRIBUTE_CLASS] = "class",
	[ATTRIBUTE_MIN] = "min",
	[ATTRIBUTE_MAX] = "max",
	[ATTRIBUTE_PART] = "part",
	[ATTRIBUTE_BANKS] = "banks",
	[ATTRIBUTE_RECOVER] = "recover",
	[ATTRIBUTE_SEQ] = "seq",
	[ATTRIBUTE_HARDWARE] = "hardware",
	[ATTRIBUTE_SUPPLY] = "supply",
	[ATTRIBUTE_PRICE] = "price",
	[ATTRIBUTE_SHIPS] = "ships",
	[ATTRIBUTE_BLKSIZE] = "blksize",
	[ATTRIBUTE_WINDOWSIZE] = "windowsize",
	[ATTRIBUTE_MAX_SIZE] = "max-size",
	[ATTRIBUTE_ROLLOVER] = "rollover",
	[ATTRIBUTE_TYPE] = "type",
	[ATTRIBUTE_UNIT_TYPE] = "unit-type",
	[ATTRIBUTE_SCHEME] = "scheme",
	[ATTRIBUTE_VERSION] = "version",
	[ATTRIBUTE_STATE] = "state",
	[ATTRIBUTE_URGENCY] = "urgency",
	[ATTRIBUTE_DUE] = "due",
	[ATTRIBUTE_BECAUSE] = "because",
	[ATTRIBUTE_INSTEAD] = "instead",
	[ATTRIBUTE_SEVERITY] = "severity",
	[ATTRIBUTE_BRANCH] = "branch",
	[ATTRIBUTE_SIZE] = "size",
	[ATTRIBUTE_SHA256] = "sha256",
	[ATTRIBUTE_FILE] = "file",
	[ATTRIBUTE_FLOOR] = "floor",
	[ATTRIBUTE_MINUTES] = "minutes",
	[ATTRIBUTE_MIN_SEQ] = "min-seq",
	[ATTRIBUTE_MAX_SEQ] = "max-seq",
	[ATTRIBUTE_FRESH] = "fresh",
	[ATTRIBUTE_DIRECTION] = "direction",
	[ATTRIBUTE_SETTINGS] = "settings",
	[ATTRIBUTE_SOFTWARE] = "software",
	[ATTRIBUTE_DEVICE_TYPE] = "device-type",
	[ATTRIBUTE_REV] = "rev",
	[ATTRIBUTE_MIN_REV] = "min-rev",
	[ATTRIBUTE_MAX_REV] = "max-rev",
	[ATTRIBUTE_WHERE] = "where",
	[ATTRIBUTE_IF_PRESENT] = "if-present",
	[ATTRIBUTE_MATCH] = "match",
	[ATTRIBUTE_DURING] = "during",
	[ATTRIBUTE_MODE] = "mode",
	[ATTRIBUTE_DAILY] = "daily",
	[ATTRIBUTE_FUNCTION] = "function",
	[ATTRIBUTE_HOLD] = "hold",
	[ATTRIBUTE_CODE] = "code",
	[ATTRIBUTE_CODES] = "codes",
	[ATTRIBUTE_WITHIN] = "within",
	[ATTRIBUTE_GAP] = "gap",
	[ATTRIBUTE_DEDUPE] = "dedupe",
	[ATTRIBUTE_CLEAR] = "clear",
	[ATTRIBUTE_PER] = "per",
	[ATTRIBUTE_OVER] = "over",
	[ATTRIBUTE_EXPOSURE] = "exposure",
	[ATTRIBUTE_READING] = "reading",
	[ATTRIBUTE_USE] = "use",
	[ATTRIBUTE_BY] = "by",
	[ATTRIBUTE_LIMIT] = "limit",
	[ATTRIBUTE_LOW] = "low",
	[ATTRIBUTE_HIGH] = "high",
	[ATTRIBUTE_OF] = "of",
	[ATTRIBUTE_PEERS] = "peers",
	[ATTRIBUTE_RULE] = "rule",
	[ATTRIBUTE_FOR] = "for",
	[ATTRIBUTE_AFTER] = "after",
	[ATTRIBUTE_DEVICES] = "devices",
	[ATTRIBUTE_AGAINST] = "against",
	[ATTRIBUTE_RATIO] = "ratio",
	[ATTRIBUTE_CONFIRM_DROP] = "confirm-drop",
	[ATTRIBUTE_QUARANTINE] = "quarantine",
	[ATTRIBUTE_TO_SEQ] = "to-seq",
	[ATTRIBUTE_TO] = "to",
	[ATTRIBUTE_TEXT] = "text",
};

/* Places in these lists are what the reader hands on; catalogue_link*.c use them. */
static const char *const NO_YES[] = { "no", "yes", NULL };
static const char *const FRESH[] = { "yes", NULL };
static const char *const RECOVER[] = { "rewrite", "service", NULL };
static const char *const SUPPLY[] = { "ended", "order", "stock", NULL };
static const char *const SCHEME[] = { "none", "dotted", "semver", "dpkg", "date", NULL };
static const char *const STATE[] = { "draft", "qualified", "withdrawn", NULL };
static const char *const URGENCY[] = { "low", "medium", "high", "critical", NULL };
static const char *const SEVERITY[] = { "should", "must", NULL };
static const char *const DIRECTION[] = { "up", "down", NULL };
static const char *const SETTINGS[] = { "reset", "keep", NULL };
static const char *const WHERE[] = { "device", "self", "parent", "child", "sibling", NULL };
static const char *const MATCH[] = { "every", "some", NULL };
static const char *const DURING[] = { "stop", NULL };
static const char *const USE[] = { "impressions", "sheets", "jobs", "hours", "cycles", NULL };
static const char *const FUNCTION[] = { "print", "copy", "scan", "faxSend", "faxReceive",
	"storeJob", NULL };
static const char *const GRAVITY[] = { "minor", "major", "critical", NULL };
static const char *const MODE[] = { "shadow", "act", NULL };
static const char *const OF_USE[] = { "count", "life", NULL };
static const char *const OPER[] = { "unknown", "ok", "warning", "failed", "absent", "updating",
	"standby", NULL };
static const char *const AFTER_WHAT[] = { "install", "service", NULL };
static const char *const AGAINST[] = { "other-releases", "other-revs", NULL };
static const char *const SWITCH_TO[] = { "bank", "standby", NULL };

#define MOST INT32_MAX	/* of seq, serial, price, ... */
#define ID(a, required) { ATTRIBUTE_##a, VALUE_ID, required, 0, 0, NULL }
#define IDS(a, required) { ATTRIBUTE_##a, VALUE_IDS, required, 0, 0, NULL }
#define TEXT(a, required, most) { ATTRIBUTE_##a, VALUE_TEXT, required, 1, most, NULL }
#define NUMBER(a, required, least, most) \
	{ ATTRIBUTE_##a, VALUE_NUMBER, required, least, most, NULL }
#define SIZE(a) { ATTRIBUTE_##a, VALUE_SIZE, false, 1, 1ULL << 40, NULL }
#define DATE(a, required) { ATTRIBUTE_##a, VALUE_DATE, required, 0, 0, NULL }
#define CHOICE(a, required, names) { ATTRIBUTE_##a, VALUE_CHOICE, required, 0, 0, names }
#define OTHER(a, kind, required) { ATTRIBUTE_##a, kind, required, 0, 0, NULL }
#define DECIMAL(a, required, least) { ATTRIBUTE_##a, VALUE_DECIMAL, required, least, 0, NULL }
#define WINDOW(a, required) { ATTRIBUTE_##a, VALUE_WINDOW, required, 1, MOST, NULL }
#define END_OF_ATTRIBUTES { ATTRIBUTE_NONE, VALUE_ID, false, 0, 0, NULL }
#define NAMES STRUCTURE_NAME_MAX
#define LABELS STRUCTURE_LABEL_MAX
#define LONG CATALOGUE_ATTRIBUTE_MAX

typedef const struct catalogue_schema_attribute attributes[];
typedef const struct catalogue_schema_child children[];

#define RELATIONS \
	{ ELEMENT_REQUIRES, false, false }, { ELEMENT_CONFLICTS, false, false }, \
	{ ELEMENT_ANY, false, false }
#define CONDITIONS \
	{ ELEMENT_NEEDS_UNIT, false, true }, { ELEMENT_NEEDS_SOFTWARE, false, true }, \
	{ ELEMENT_IN_ANY, false, true }, { ELEMENT_IN_ALL, false, true }, \
	{ ELEMENT_IN_CONFLICTS, false, true }
#define END_OF_CHILDREN { ELEMENT_NONE, false, false }
static children ROOT_CHILDREN = { { ELEMENT_CATALOGUE, true, true }, END_OF_CHILDREN };
static children CATALOGUE_CHILDREN = {
	{ ELEMENT_CREATOR, false, true }, { ELEMENT_DEVICE_TYPE, false, false },
	{ ELEMENT_UNIT_TYPE, false, false }, { ELEMENT_SOFTWARE, false, false },
	{ ELEMENT_PROFILE, false, false }, { ELEMENT_ABOUT, false, false },
	{ ELEMENT_WITHDRAW, false, false }, { ELEMENT_QUALIFY, false, false },
	{ ELEMENT_RULE, false, false }, END_OF_CHILDREN,
};
static children DEVICE_TYPE_CHILDREN = {
	{ ELEMENT_SLOT, false, false }, RELATIONS, END_OF_CHILDREN,
};
static children UNIT_TYPE_CHILDREN = {
	{ ELEMENT_REV, false, false }, { ELEMENT_TRANSPORT, true, false },
	{ ELEMENT_REPLACES, false, false }, RELATIONS, END_OF_CHILDREN,
};
static children SOFTWARE_CHILDREN = {
	{ ELEMENT_RELEASE, false, false }, RELATIONS, END_OF_CHILDREN,
};
static children RELEASE_CHILDREN = {
	{ ELEMENT_FROM, false, false }, { ELEMENT_BEFORE, false, false },
	{ ELEMENT_AFTER, false, false }, RELATIONS, END_OF_CHILDREN,
};
static children PROFILE_CHILDREN = {
	{ ELEMENT_PROFILE_SOFTWARE, false, true }, END_OF_CHILDREN,
};
static children RELATION_CHILDREN = { RELATIONS, END_OF_CHILDREN };
static children CONDITION_CHILDREN = { CONDITIONS, END_OF_CHILDREN };
static children CONFLICT_CHILDREN = {
	{ ELEMENT_FORBIDS_UNIT, false, true }, { ELEMENT_FORBIDS_SOFTWARE, false, true },
	END_OF_CHILDREN,
};

static children RULE_CHILDREN = {
	{ ELEMENT_SCOPE, true, false }, { ELEMENT_WHEN, true, false },
	{ ELEMENT_CLEAR, true, false },
	{ ELEMENT_INHIBIT, false, false }, { ELEMENT_BLACKOUT, false, false },
	{ ELEMENT_FLEET, true, false }, { ELEMENT_TREAT, true, false }, END_OF_CHILDREN,
};
static children JOINT_CHILDREN = {
	{ ELEMENT_RULE_ALL, false, true }, { ELEMENT_RULE_ANY, false, true },
	{ ELEMENT_RULE_NOT, false, true }, { ELEMENT_RULE_AT_LEAST, false, true },
	{ ELEMENT_COUNT, false, true }, { ELEMENT_RATE, false, true },
	{ ELEMENT_SEQUENCE, false, true }, { ELEMENT_ABSENT, false, true },
	{ ELEMENT_LEVEL, false, true }, { ELEMENT_CHANGE, false, true },
	{ ELEMENT_TREND, false, true }, { ELEMENT_DEVIATE, false, true },
	{ ELEMENT_PEER, false, true }, END_OF_CHILDREN,
};
static children TREAT_CHILDREN = {
	{ ELEMENT_INSTALL, false, true }, { ELEMENT_SWITCH, false, true },
	{ ELEMENT_RESET, false, true }, { ELEMENT_ADVISE, false, true }, END_OF_CHILDREN,
};

static attributes CATALOGUE_ATTRIBUTES = {
	ID(ID, true), NUMBER(SERIAL, true, 0, MOST), DATE(ISSUED, true), DATE(EXPIRES, false),
	END_OF_ATTRIBUTES,
};
static attributes CREATOR_ATTRIBUTES = {
	ID(ID, true), TEXT(NAME, false, LONG), END_OF_ATTRIBUTES,
};
static attributes DEVICE_TYPE_ATTRIBUTES = {
	ID(ID, true), TEXT(MANUFACTURER, true, NAMES), TEXT(MODEL, true, NAMES),
	CHOICE(CLOSED, false, NO_YES), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes SLOT_ATTRIBUTES = {
	OTHER(CLASS, VALUE_CLASS, true), NUMBER(MIN, false, 0, MOST), NUMBER(MAX, false, 0, MOST),
	END_OF_ATTRIBUTES,
};
static attributes UNIT_TYPE_ATTRIBUTES = {
	ID(ID, true), OTHER(CLASS, VALUE_CLASS, true), TEXT(MANUFACTURER, true, NAMES),
	TEXT(MODEL, true, NAMES), TEXT(PART, false, NAMES + 7),
	NUMBER(BANKS, false, 0, STRUCTURE_BANKS_MAX), CHOICE(RECOVER, false, RECOVER),
	ID(CREATOR, false), CHOICE(USE, false, USE), END_OF_ATTRIBUTES,
};
static attributes REV_ATTRIBUTES = {
	ID(ID, true), NUMBER(SEQ, true, 0, MOST), TEXT(HARDWARE, false, NAMES),
	CHOICE(SUPPLY, false, SUPPLY), NUMBER(PRICE, false, 0, MOST), NUMBER(SHIPS, false, 0, MOST),
	END_OF_ATTRIBUTES,
};
static attributes TRANSPORT_ATTRIBUTES = {
	NUMBER(BLKSIZE, false, 8, 65464), NUMBER(WINDOWSIZE, false, 1, 65535), SIZE(MAX_SIZE),
	NUMBER(ROLLOVER, false, 0, 1), END_OF_ATTRIBUTES,
};
static attributes REPLACES_ATTRIBUTES = {
	ID(TYPE, true), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes SOFTWARE_ATTRIBUTES = {
	ID(ID, true), ID(CREATOR, false), IDS(UNIT_TYPE, true), CHOICE(SCHEME, false, SCHEME),
	END_OF_ATTRIBUTES,
};
static attributes RELEASE_ATTRIBUTES = {
	TEXT(VERSION, true, LABELS), NUMBER(SEQ, true, 0, MOST), CHOICE(STATE, false, STATE),
	CHOICE(URGENCY, false, URGENCY), DATE(DUE, false), TEXT(BECAUSE, false, LONG),
	NUMBER(INSTEAD, false, 0, MOST), CHOICE(SEVERITY, false, SEVERITY), ID(BRANCH, false),
	SIZE(SIZE), OTHER(SHA256, VALUE_DIGEST, false), OTHER(FILE, VALUE_FILE, false),
	NUMBER(FLOOR, false, 0, MOST), NUMBER(MINUTES, false, 0, 10080), END_OF_ATTRIBUTES,
};
static attributes FROM_ATTRIBUTES = {
	NUMBER(MIN_SEQ, false, 0, MOST), NUMBER(MAX_SEQ, false, 0, MOST), ID(BRANCH, false),
	CHOICE(FRESH, false, FRESH), CHOICE(DIRECTION, false, DIRECTION),
	CHOICE(SETTINGS, false, SETTINGS), END_OF_ATTRIBUTES,
};
static attributes ORDER_ATTRIBUTES = {
	ID(SOFTWARE, true), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes PROFILE_ATTRIBUTES = {
	ID(ID, true), ID(DEVICE_TYPE, true), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes PROFILE_SOFTWARE_ATTRIBUTES = {
	ID(ID, true), ID(CREATOR, false), NUMBER(SEQ, true, 0, MOST), END_OF_ATTRIBUTES,
};
static attributes ABOUT_ATTRIBUTES = {
	ID(UNIT_TYPE, false), ID(REV, false), ID(SOFTWARE, false), NUMBER(SEQ, false, 0, MOST),
	ID(DEVICE_TYPE, false), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes WITHDRAW_ATTRIBUTES = {
	ID(SOFTWARE, true), ID(CREATOR, false), NUMBER(SEQ, true, 0, MOST),
	TEXT(BECAUSE, true, LONG), NUMBER(INSTEAD, false, 0, MOST),
	CHOICE(SEVERITY, false, SEVERITY), END_OF_ATTRIBUTES,
};
static attributes QUALIFY_ATTRIBUTES = {
	ID(SOFTWARE, true), ID(CREATOR, false), NUMBER(SEQ, true, 0, MOST), END_OF_ATTRIBUTES,
};
static attributes RELATION_ATTRIBUTES = {
	ID(ID, true), TEXT(BECAUSE, false, LONG), CHOICE(DURING, false, DURING),
	END_OF_ATTRIBUTES,
};
static attributes NO_ATTRIBUTES = { END_OF_ATTRIBUTES };
static attributes UNIT_ATTRIBUTES = {
	ID(TYPE, false), OTHER(CLASS, VALUE_CLASS, false), ID(REV, false), ID(MIN_REV, false),
	ID(MAX_REV, false), CHOICE(WHERE, false, WHERE), CHOICE(IF_PRESENT, false, NO_YES),
	ID(CREATOR, false), END_OF_ATTRIBUTES,
};
#define SOFTWARE_CONDITION \
	ID(ID, true), ID(CREATOR, false), NUMBER(SEQ, false, 0, MOST), \
	NUMBER(MIN_SEQ, false, 0, MOST), NUMBER(MAX_SEQ, false, 0, MOST), ID(BRANCH, false), \
	CHOICE(WHERE, false, WHERE), CHOICE(IF_PRESENT, false, NO_YES)
static attributes NEEDS_SOFTWARE_ATTRIBUTES = {
	SOFTWARE_CONDITION, CHOICE(MATCH, false, MATCH), END_OF_ATTRIBUTES,
};
static attributes FORBIDS_SOFTWARE_ATTRIBUTES = { SOFTWARE_CONDITION, END_OF_ATTRIBUTES };

static attributes RULE_ATTRIBUTES = {
	ID(ID, true), CHOICE(SEVERITY, false, GRAVITY), CHOICE(MODE, false, MODE),
	TEXT(BECAUSE, false, LONG), NUMBER(DAILY, false, 1, MOST), END_OF_ATTRIBUTES,
};
static attributes SCOPE_ATTRIBUTES = {
	ID(DEVICE_TYPE, false), ID(UNIT_TYPE, false), ID(REV, false), ID(MIN_REV, false),
	ID(MAX_REV, false), OTHER(CLASS, VALUE_CLASS, false), CHOICE(FUNCTION, false, FUNCTION),
	ID(SOFTWARE, false), NUMBER(SEQ, false, 0, MOST), NUMBER(MIN_SEQ, false, 0, MOST),
	NUMBER(MAX_SEQ, false, 0, MOST), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes CLEAR_ATTRIBUTES = { WINDOW(HOLD, true), END_OF_ATTRIBUTES };
static attributes INHIBIT_ATTRIBUTES = {
	TEXT(BY, false, LABELS), ID(RULE, false), WINDOW(FOR, false), END_OF_ATTRIBUTES,
};
static attributes BLACKOUT_ATTRIBUTES = {
	CHOICE(AFTER, true, AFTER_WHAT), WINDOW(FOR, true), END_OF_ATTRIBUTES,
};
static attributes FLEET_ATTRIBUTES = {
	NUMBER(DEVICES, true, 1, MOST), CHOICE(AGAINST, false, AGAINST), DECIMAL(RATIO, false, 1),
	END_OF_ATTRIBUTES,
};
static attributes TREAT_ATTRIBUTES = {
	OTHER(CONFIRM_DROP, VALUE_PERCENT, false), WINDOW(OVER, false),
	{ ATTRIBUTE_QUARANTINE, VALUE_SPAN, false, 1, MOST, NULL }, END_OF_ATTRIBUTES,
};
static attributes JOINT_ATTRIBUTES = { WINDOW(HOLD, false), END_OF_ATTRIBUTES };
static attributes AT_LEAST_ATTRIBUTES = {
	NUMBER(MIN, true, 1, 32), WINDOW(HOLD, false), END_OF_ATTRIBUTES,
};
static attributes COUNT_ATTRIBUTES = {
	TEXT(CODE, true, LABELS), NUMBER(MIN, true, 1, CATALOGUE_COUNT_MAX), WINDOW(WITHIN, true),
	NUMBER(CLEAR, false, 0, CATALOGUE_COUNT_MAX), WINDOW(DEDUPE, false), END_OF_ATTRIBUTES,
};
static attributes RATE_ATTRIBUTES = {
	TEXT(CODE, true, LABELS), DECIMAL(MIN, true, 1), DECIMAL(CLEAR, false, 0),
	WINDOW(PER, true),
	WINDOW(OVER, true), WINDOW(EXPOSURE, false), WINDOW(DEDUPE, false), END_OF_ATTRIBUTES,
};
static attributes SEQUENCE_ATTRIBUTES = {
	TEXT(CODES, true, LONG), WINDOW(GAP, true), WINDOW(WITHIN, true), END_OF_ATTRIBUTES,
};
static attributes ABSENT_ATTRIBUTES = {
	TEXT(CODE, true, LABELS), WINDOW(WITHIN, true), END_OF_ATTRIBUTES,
};
static attributes LEVEL_ATTRIBUTES = {
	TEXT(READING, false, NAMES), CHOICE(USE, false, OF_USE), CHOICE(STATE, false, OPER),
	DECIMAL(MIN, false, 0), DECIMAL(MAX, false, 0), DECIMAL(CLEAR, false, 0), END_OF_ATTRIBUTES,
};
static attributes CHANGE_ATTRIBUTES = {
	TEXT(READING, true, NAMES), DECIMAL(BY, true, 1), WINDOW(WITHIN, true), END_OF_ATTRIBUTES,
};
static attributes TREND_ATTRIBUTES = {
	TEXT(READING, true, NAMES), DECIMAL(LIMIT, true, 0), WINDOW(WITHIN, true),
	WINDOW(OVER, true), END_OF_ATTRIBUTES,
};
static attributes DEVIATE_ATTRIBUTES = {
	TEXT(READING, true, NAMES), NUMBER(MIN, true, 1, CATALOGUE_DEVIATE_MAX),
	NUMBER(OF, true, 1, CATALOGUE_DEVIATE_MAX), DECIMAL(LOW, false, 0), DECIMAL(HIGH, false, 0),
	NUMBER(CLEAR, false, 0, CATALOGUE_DEVIATE_MAX), END_OF_ATTRIBUTES,
};
static attributes PEER_ATTRIBUTES = {
	TEXT(READING, true, NAMES), DECIMAL(MIN, false, 1), DECIMAL(MAX, false, 1),
	DECIMAL(CLEAR, false, 1), NUMBER(PEERS, false, 1, MOST), END_OF_ATTRIBUTES,
};
static attributes INSTALL_ATTRIBUTES = {
	ID(SOFTWARE, true), NUMBER(TO_SEQ, true, 0, MOST), ID(CREATOR, false), END_OF_ATTRIBUTES,
};
static attributes SWITCH_ATTRIBUTES = { CHOICE(TO, true, SWITCH_TO), END_OF_ATTRIBUTES };
static attributes ADVISE_ATTRIBUTES = {
	TEXT(TEXT, true, STRUCTURE_TEXT_MAX), END_OF_ATTRIBUTES,
};

static const struct catalogue_schema_element ELEMENT_TABLE[ELEMENTS] = {
	[ELEMENT_NONE] = { "", NO_ATTRIBUTES, ROOT_CHILDREN },
	[ELEMENT_CATALOGUE] = { "catalogue", CATALOGUE_ATTRIBUTES, CATALOGUE_CHILDREN },
	[ELEMENT_CREATOR] = { "creator", CREATOR_ATTRIBUTES, NULL },
	[ELEMENT_DEVICE_TYPE] = { "device-type", DEVICE_TYPE_ATTRIBUTES, DEVICE_TYPE_CHILDREN },
	[ELEMENT_SLOT] = { "slot", SLOT_ATTRIBUTES, NULL },
	[ELEMENT_UNIT_TYPE] = { "unit-type", UNIT_TYPE_ATTRIBUTES, UNIT_TYPE_CHILDREN },
	[ELEMENT_REV] = { "rev", REV_ATTRIBUTES, RELATION_CHILDREN },
	[ELEMENT_TRANSPORT] = { "transport", TRANSPORT_ATTRIBUTES, NULL },
	[ELEMENT_REPLACES] = { "replaces", REPLACES_ATTRIBUTES, NULL },
	[ELEMENT_SOFTWARE] = { "software", SOFTWARE_ATTRIBUTES, SOFTWARE_CHILDREN },
	[ELEMENT_RELEASE] = { "release", RELEASE_ATTRIBUTES, RELEASE_CHILDREN },
	[ELEMENT_FROM] = { "from", FROM_ATTRIBUTES, NULL },
	[ELEMENT_BEFORE] = { "before", ORDER_ATTRIBUTES, NULL },
	[ELEMENT_AFTER] = { "after", ORDER_ATTRIBUTES, NULL },
	[ELEMENT_PROFILE] = { "profile", PROFILE_ATTRIBUTES, PROFILE_CHILDREN },
	[ELEMENT_PROFILE_SOFTWARE] = { "software", PROFILE_SOFTWARE_ATTRIBUTES, NULL },
	[ELEMENT_ABOUT] = { "about", ABOUT_ATTRIBUTES, RELATION_CHILDREN },
	[ELEMENT_WITHDRAW] = { "withdraw", WITHDRAW_ATTRIBUTES, NULL },
	[ELEMENT_QUALIFY] = { "qualify", QUALIFY_ATTRIBUTES, NULL },
	[ELEMENT_REQUIRES] = { "requires", RELATION_ATTRIBUTES, CONDITION_CHILDREN },
	[ELEMENT_CONFLICTS] = { "conflicts", RELATION_ATTRIBUTES, CONFLICT_CHILDREN },
	[ELEMENT_ANY] = { "any", RELATION_ATTRIBUTES, CONDITION_CHILDREN },
	[ELEMENT_IN_ANY] = { "any", NO_ATTRIBUTES, CONDITION_CHILDREN },
	[ELEMENT_IN_ALL] = { "all", NO_ATTRIBUTES, CONDITION_CHILDREN },
	[ELEMENT_IN_CONFLICTS] = { "conflicts", NO_ATTRIBUTES, CONFLICT_CHILDREN },
	[ELEMENT_NEEDS_UNIT] = { "unit", UNIT_ATTRIBUTES, NULL },
	[ELEMENT_NEEDS_SOFTWARE] = { "software", NEEDS_SOFTWARE_ATTRIBUTES, NULL },
	[ELEMENT_FORBIDS_UNIT] = { "unit", UNIT_ATTRIBUTES, NULL },
	[ELEMENT_FORBIDS_SOFTWARE] = { "software", FORBIDS_SOFTWARE_ATTRIBUTES, NULL },
	[ELEMENT_RULE] = { "rule", RULE_ATTRIBUTES, RULE_CHILDREN },
	[ELEMENT_SCOPE] = { "scope", SCOPE_ATTRIBUTES, NULL },
	[ELEMENT_WHEN] = { "when", NO_ATTRIBUTES, JOINT_CHILDREN },
	[ELEMENT_CLEAR] = { "clear", CLEAR_ATTRIBUTES, NULL },
	[ELEMENT_INHIBIT] = { "inhibit", INHIBIT_ATTRIBUTES, NULL },
	[ELEMENT_BLACKOUT] = { "blackout", BLACKOUT_ATTRIBUTES, NULL },
	[ELEMENT_FLEET] = { "fleet", FLEET_ATTRIBUTES, NULL },
	[ELEMENT_TREAT] = { "treat", TREAT_ATTRIBUTES, TREAT_CHILDREN },
	[ELEMENT_RULE_ALL] = { "all", JOINT_ATTRIBUTES, JOINT_CHILDREN },
	[ELEMENT_RULE_ANY] = { "any", JOINT_ATTRIBUTES, JOINT_CHILDREN },
	[ELEMENT_RULE_NOT] = { "not", JOINT_ATTRIBUTES, JOINT_CHILDREN },
	[ELEMENT_RULE_AT_LEAST] = { "at-least", AT_LEAST_ATTRIBUTES, JOINT_CHILDREN },
	[ELEMENT_COUNT] = { "count", COUNT_ATTRIBUTES, NULL },
	[ELEMENT_RATE] = { "rate", RATE_ATTRIBUTES, NULL },
	[ELEMENT_SEQUENCE] = { "sequence", SEQUENCE_ATTRIBUTES, NULL },
	[ELEMENT_ABSENT] = { "absent", ABSENT_ATTRIBUTES, NULL },
	[ELEMENT_LEVEL] = { "level", LEVEL_ATTRIBUTES, NULL },
	[ELEMENT_CHANGE] = { "change", CHANGE_ATTRIBUTES, NULL },
	[ELEMENT_TREND] = { "trend", TREND_ATTRIBUTES, NULL },
	[ELEMENT_DEVIATE] = { "deviate", DEVIATE_ATTRIBUTES, NULL },
	[ELEMENT_PEER] = { "peer", PEER_ATTRIBUTES, NULL },
	[ELEMENT_INSTALL] = { "install", INSTALL_ATTRIBUTES, NULL },
	[ELEMENT_SWITCH] = { "switch", SWITCH_ATTRIBUTES, NULL },
	[ELEMENT_RESET] = { "reset", NO_ATTRIBUTES, NULL },
	[ELEMENT_ADVISE] = { "advise", ADVISE_ATTRIBUTES, NULL },
};

const struct catalogue_schema_element *
catalogue_schema(enum catalogue_element e)
{
	return &ELEMENT_TABLE[e];
}

const char *
catalogue_attribute_name(enum catalogue_attribute a)
{
	return ATTRIBUTE_NAMES[a];
}

static bool
is_name(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && memcmp(name, text, len) == 0;
}

const struct catalogue_schema_child *
catalogue_schema_child(enum catalogue_element parent, const char *name, size_t len)
{
	const struct catalogue_schema_child *c = ELEMENT_TABLE[parent].children;

	for (; c != NULL && c->element != ELEMENT_NONE; c++)
		if (is_name(ELEMENT_TABLE[c->element].name, name, len))
			return c;
	return NULL;
}

const struct catalogue_schema_attribute *
catalogue_schema_attribute(enum catalogue_element e, const char *name, size_t len)
{
	const struct catalogue_schema_attribute *a = ELEMENT_TABLE[e].attributes;

	for (; a->attribute != ATTRIBUTE_NONE; a++)
		if (is_name(ATTRIBUTE_NAMES[a->attribute], name, len))
			return a;
	return NULL;
}

const char *
catalogue_schema_child_at(enum catalogue_element parent, size_t n)
{
	const struct catalogue_schema_child *c = ELEMENT_TABLE[parent].children;

	for (; c != NULL && c->element != ELEMENT_NONE; c++)
		if (n-- == 0)
			return ELEMENT_TABLE[c->element].name;
	return NULL;
}

const char *
catalogue_schema_attribute_at(enum catalogue_element e, size_t n)
{
	const struct catalogue_schema_attribute *a = ELEMENT_TABLE[e].attributes;

	for (; a->attribute != ATTRIBUTE_NONE; a++)
		if (n-- == 0)
			return ATTRIBUTE_NAMES[a->attribute];
	return NULL;
}

const char *
catalogue_class_at(size_t n)
{
	const char *name = structure_name_at(NAME_UNIT_TYPE, n);
	int value;

	/* The names stand in the order of the values, functions last. */
	if (name == NULL || structure_value(NAME_UNIT_TYPE, name, &value) < 0 ||
	    value >= UNIT_TYPE_PRINT)
		return NULL;
	return name;
}

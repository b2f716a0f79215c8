#include <config.h>

#include "lib/structure/structure.h"

#include <errno.h>
#include <string.h>

/* Each from value 1 on, as in IMGADM-MIB. */
static const char *const device_state[] = {
	"unknown", "operational", "warning", "stopped", "updating", NULL,
};
static const char *const unit_class[] = { "function", "unit", NULL };
static const char *const unit_type[] = {
	"other", "unknown", "device", "controller", "engine", "scanner",
	"documentFeeder", "fuser", "developer", "photoconductor", "transfer",
	"exposure", "paperFeed", "inputTray", "outputTray", "finisher", "duplexer",
	"panel", "networkInterface", "fax", "storage", "powerSupply", "print",
	"copy", "scan", "faxSend", "faxReceive", "storeJob", NULL,
};
static const char *const unit_oper[] = {
	"unknown", "ok", "warning", "failed", "absent", "updating", "standby", NULL,
};
static const char *const unit_admin[] = { "inService", "standby", NULL };
static const char *const use_unit[] = {
	"notCounted", "impressions", "sheets", "jobs", "hours", "cycles", "other", NULL,
};
static const char *const unit_action[] = {
	"none", "reset", "resetting", "done", "failed", NULL,
};
static const char *const software_state[] = {
	"running", "fallback", "staged", "trial", "proven", "empty", "invalid", NULL,
};
static const char *const severity[] = {
	"information", "warning", "error", "serviceCall", NULL,
};

static const char *const *
names_of(enum name_kind kind)
{
	switch (kind) {
	case NAME_DEVICE_STATE:
		return device_state;
	case NAME_UNIT_CLASS:
		return unit_class;
	case NAME_UNIT_TYPE:
		return unit_type;
	case NAME_UNIT_OPER:
		return unit_oper;
	case NAME_UNIT_ADMIN:
		return unit_admin;
	case NAME_USE_UNIT:
		return use_unit;
	case NAME_UNIT_ACTION:
		return unit_action;
	case NAME_SOFTWARE_STATE:
		return software_state;
	case NAME_SEVERITY:
		return severity;
	}
	return severity + 4;	/* no kind has no names */
}

const char *
structure_name_at(enum name_kind kind, size_t n)
{
	const char *const *names = names_of(kind);
	size_t i;

	for (i = 0; names[i] != NULL; i++)
		if (i == n)
			return names[i];
	return NULL;
}

const char *
structure_name(enum name_kind kind, int value)
{
	return value >= 1 ? structure_name_at(kind, (size_t)value - 1) : NULL;
}

int
structure_value(enum name_kind kind, const char *name, int *ret_value)
{
	const char *const *names = names_of(kind);
	int i;

	for (i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_value = i + 1;
			return 0;
		}
	}
	return -EINVAL;
}

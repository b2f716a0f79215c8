#include <config.h>

#include "lib/structure/rollout.h"

#include <errno.h>
#include <string.h>

static const char *const STATE[] = {
	"planned", "approved", "running", "paused", "stopped", "ended", "aborted",
};
static const char *const STOP[] = {
	"none", "share", "count", "needsService", "withdrawn", "person",
};
static const char *const MEMBER[] = {
	"planned", "approved", "waiting", "prechecked", "sending", "staged", "switching",
	"trial", "proven", "soaking", "committed", "failed", "rolledBack", "unknown",
	"needsService", "cancelled", "superseded",
};
static const char *const WISH[] = { "none", "cancel", "undo" };
static const char *const CAUSE[] = { "network", "image", "device", "start", "never" };
static const char *const REASON[] = {
	"silent", "slow", "notIdle", "wrongVersion", "notReadBack", "incompatible",
	"notJudged", "notUsed", "trouble", "needsService", "anotherShape", "notOurs",
	"otherUpdate", "stopped", "cancelled", "undone", "gone",
};

#define NAMES(a, from) { a, sizeof(a) / sizeof((a)[0]), from }
static const struct names {
	const char *const *names;	/* of from, from + 1, ... */
	size_t count;
	int from;
} KINDS[] = {
	[ROLLOUT_NAME_STATE] = NAMES(STATE, 1),
	[ROLLOUT_NAME_STOP] = NAMES(STOP, 1),
	[ROLLOUT_NAME_MEMBER] = NAMES(MEMBER, 1),
	[ROLLOUT_NAME_WISH] = NAMES(WISH, 1),
	[ROLLOUT_NAME_CAUSE] = NAMES(CAUSE, 1),
	[ROLLOUT_NAME_REASON] = NAMES(REASON, ROLLOUT_REASON_FIRST),
};

const char *
rollout_name(enum rollout_name_kind kind, int value)
{
	const struct names *k = &KINDS[kind];

	if (kind == ROLLOUT_NAME_REASON && value < ROLLOUT_REASON_FIRST)
		return update_name(UPDATE_NAME_REASON, value);
	if (value < k->from || (size_t)(value - k->from) >= k->count)
		return NULL;
	return k->names[value - k->from];
}

int
rollout_value(enum rollout_name_kind kind, const char *name, int *ret_value)
{
	const struct names *k = &KINDS[kind];

	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->names[i], name) == 0) {
			*ret_value = k->from + (int)i;
			return 0;
		}
	if (kind == ROLLOUT_NAME_REASON)
		return update_value(UPDATE_NAME_REASON, name, ret_value);
	return -EINVAL;
}

static enum rollout_cause
cause_of_device(enum update_reason reason)
{
	switch (reason) {
	case UPDATE_REASON_NONE:
		return ROLLOUT_CAUSE_NONE;
	case UPDATE_REASON_NO_ROUTE:
	case UPDATE_REASON_TIMEOUT:
		return ROLLOUT_CAUSE_NETWORK;
	case UPDATE_REASON_NOT_FOUND:
	case UPDATE_REASON_TOO_LARGE:
	case UPDATE_REASON_DIGEST_MISMATCH:
		return ROLLOUT_CAUSE_IMAGE;
	case UPDATE_REASON_NO_CLOCK:
	case UPDATE_REASON_EXPIRED:
	case UPDATE_REASON_NO_SPACE:
	case UPDATE_REASON_BUSY:
	case UPDATE_REASON_INSTALLER_FAILED:
	case UPDATE_REASON_POWER_LOST:
	case UPDATE_REASON_INTERNAL:
		return ROLLOUT_CAUSE_DEVICE;
	case UPDATE_REASON_DID_NOT_START:
	case UPDATE_REASON_NOT_CONFIRMED:
		return ROLLOUT_CAUSE_START;
	case UPDATE_REASON_BAD_SIGNATURE:
	case UPDATE_REASON_UNKNOWN_CREATOR:
	case UPDATE_REASON_WRONG_UNIT:
	case UPDATE_REASON_WRONG_HARDWARE:
	case UPDATE_REASON_VERSION_FLOOR:
	case UPDATE_REASON_REVOKED_KEY:
	case UPDATE_REASON_WITHDRAWN:
	case UPDATE_REASON_ABORTED:
		return ROLLOUT_CAUSE_NEVER;
	}
	return ROLLOUT_CAUSE_NEVER;	/* of a newer device: nobody knows that it passes */
}

enum rollout_cause
rollout_cause_of(int reason)
{
	if (reason < ROLLOUT_REASON_FIRST)
		return cause_of_device((enum update_reason)reason);
	switch ((enum rollout_reason)reason) {
	case ROLLOUT_REASON_SILENT:
	case ROLLOUT_REASON_SLOW:
		return ROLLOUT_CAUSE_NETWORK;
	case ROLLOUT_REASON_NOT_IDLE:
	case ROLLOUT_REASON_OTHER_UPDATE:
	case ROLLOUT_REASON_STOPPED:
	case ROLLOUT_REASON_CANCELLED:
	case ROLLOUT_REASON_UNDONE:
		return ROLLOUT_CAUSE_DEVICE;
	case ROLLOUT_REASON_WRONG_VERSION:
	case ROLLOUT_REASON_NOT_READ_BACK:
	case ROLLOUT_REASON_NOT_JUDGED:
	case ROLLOUT_REASON_NOT_USED:
	case ROLLOUT_REASON_TROUBLE:
		return ROLLOUT_CAUSE_START;
	case ROLLOUT_REASON_INCOMPATIBLE:
	case ROLLOUT_REASON_SERVICE:
	case ROLLOUT_REASON_SHAPE:
	case ROLLOUT_REASON_OWNER:
	case ROLLOUT_REASON_GONE:
		return ROLLOUT_CAUSE_NEVER;
	}
	return ROLLOUT_CAUSE_NEVER;
}

bool
rollout_member_ended(enum rollout_member_state state)
{
	return state >= ROLLOUT_MEMBER_COMMITTED;
}

bool
rollout_member_at_rest(enum rollout_member_state state)
{
	return state <= ROLLOUT_MEMBER_PRECHECKED || rollout_member_ended(state);
}

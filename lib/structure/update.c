#include <config.h>

#include "lib/structure/update.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"

static const char *const WHEN[] = { "stageOnly", "idle", "now", "at" };
static const char *const OWNER[] = { "centre", "local", "locked" };
static const char *const COMMAND[] = {
	"none", "start", "abort", "switch", "confirm", "rollback",
};
static const char *const STATE[] = {
	"idle", "requested", "downloading", "verifying", "staged", "switching", "trial",
	"proven", "committed", "failed", "rolledBack",
};
static const char *const REASON[] = {
	"none", "noRoute", "timeout", "notFound", "tooLarge", "digestMismatch", "badSignature",
	"unknownCreator", "wrongUnit", "wrongHardware", "versionFloor", "revokedKey",
	"withdrawn", "noClock", "expired", "noSpace", "busy", "installerFailed",
	"didNotStart", "notConfirmed", "aborted", "powerLost", "internal",
};

#define NAMES(a) { a, sizeof(a) / sizeof((a)[0]) }
static const struct names {
	const char *const *names;	/* of 1, 2, ... */
	size_t count;
} KINDS[] = {
	[UPDATE_NAME_WHEN] = NAMES(WHEN),
	[UPDATE_NAME_OWNER] = NAMES(OWNER),
	[UPDATE_NAME_COMMAND] = NAMES(COMMAND),
	[UPDATE_NAME_STATE] = NAMES(STATE),
	[UPDATE_NAME_REASON] = NAMES(REASON),
};

const char *
update_name(enum update_name_kind kind, int value)
{
	if (value < 1 || (size_t)value > KINDS[kind].count)
		return NULL;
	return KINDS[kind].names[value - 1];
}

int
update_value(enum update_name_kind kind, const char *name, int *ret_value)
{
	for (size_t i = 0; i < KINDS[kind].count; i++)
		if (strcmp(KINDS[kind].names[i], name) == 0) {
			*ret_value = (int)i + 1;
			return 0;
		}
	return -EINVAL;
}

bool
update_at_rest(enum update_state state)
{
	return state == UPDATE_IDLE || state == UPDATE_FAILED || state == UPDATE_COMMITTED ||
		state == UPDATE_ROLLED_BACK;
}

bool
update_command_fits(enum update_command command, enum update_state state, unsigned bank)
{
	switch (command) {
	case UPDATE_COMMAND_NONE:
		return true;
	case UPDATE_COMMAND_START:
		return update_at_rest(state);
	case UPDATE_COMMAND_ABORT:
		return update_at_rest(state) || state <= UPDATE_STAGED;
	case UPDATE_COMMAND_SWITCH:
		return state == UPDATE_STAGED || (update_at_rest(state) && bank != 0);
	case UPDATE_COMMAND_CONFIRM:
		return state == UPDATE_PROVEN;
	case UPDATE_COMMAND_ROLLBACK:
		return state == UPDATE_TRIAL || state == UPDATE_PROVEN;
	}
	return false;
}

/* UTF-8, and nothing that a terminal would act on. */
static bool
is_clean(const char *text)
{
	if (!text_is_utf8(text, strlen(text)))
		return false;
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

static int
uri_check(const char *uri, struct err *e)
{
	if (uri[0] == '\0')
		return 0;
	if (strncmp(uri, "tftp://", 7) != 0 && strncmp(uri, "https://", 8) != 0)
		return err_set(e, -EINVAL, "the URI is neither tftp:// nor https://");
	if (strpbrk(uri, " \"<>\\^`{|}") != NULL)
		return err_set(e, -EINVAL, "the URI has a character that may not stand in one");
	return 0;
}

int
update_want_check(const struct update_want *w, struct err *e)
{
	const struct { const char *what, *text; } texts[] = {
		{ "software id", w->software }, { "creator", w->creator },
		{ "version", w->version }, { "URI", w->uri },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!is_clean(texts[i].text))
			return err_set(e, -EINVAL, "the %s is not UTF-8 without control "
				"characters", texts[i].what);
	if (w->bank > STRUCTURE_BANKS_MAX)
		return err_set(e, -EINVAL, "bank %u: there are at most %d", w->bank,
			STRUCTURE_BANKS_MAX);
	if (update_name(UPDATE_NAME_WHEN, (int)w->when) == NULL)
		return err_set(e, -EINVAL, "%d is no 'when'", (int)w->when);
	if (w->when == UPDATE_WHEN_AT && w->at == 0)
		return err_set(e, -EINVAL, "'at' without a moment");
	if ((w->group == 0) != (w->group_size == 0) || w->group_size > UPDATE_GROUP_MAX)
		return err_set(e, -EINVAL, "group %u with %u units: both or neither, at most %d",
			w->group, w->group_size, UPDATE_GROUP_MAX);
	if (w->ticket_len > UPDATE_TICKET_MAX)
		return err_set(e, -EINVAL, "the ticket is longer than %d octets",
			UPDATE_TICKET_MAX);
	return uri_check(w->uri, e);
}

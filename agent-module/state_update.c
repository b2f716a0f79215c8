#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

/* --- reading ------------------------------------------------------------------------- */

int
state_update_list(struct state *s, struct state_update **ret, size_t *ret_count, struct err *e)
{
	struct state_update *rows = NULL;
	size_t count = 0;
	int rc = state_read_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_read_end(s, state_update_read(s, &rows, &count, e), e);
	if (rc < 0) {
		free(rows);
		return rc;
	}
	*ret = rows;
	*ret_count = count;
	return 0;
}

static bool
is_shown(const struct state_update *u)
{
	return u->row.unit_index == 1 || u->installer[0] != '\0';
}

/* The row, where it can be updated, or an error that says how to make it so. */
static int
row_find(struct state *s, const char *symbol, struct state_update *ret, struct err *e)
{
	struct unit unit;
	int rc = state_update_load(s, symbol, ret, e);

	if (rc == 0 && is_shown(ret))
		return 0;
	if (rc < 0 && rc != -ENOENT)
		return rc;
	rc = state_unit_find(s, symbol, &unit, e);
	return rc < 0 ? rc : err_set(e, -ENOENT, "%s: unit %s cannot be updated: it has no "
		"installer; name one with imgadm-device unit set %s --installer PATH",
		s->path, unit.symbol, unit.symbol);
}

int
state_update_get(struct state *s, const char *symbol, struct state_update *ret, struct err *e)
{
	struct state_update u;
	int rc = state_read_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_read_end(s, row_find(s, symbol, &u, e), e);
	if (rc == 0)
		*ret = u;
	return rc;
}

/* --- installer ------------------------------------------------------------------------ */

static int
installer_check(const struct state *s, const char *path, struct err *e)
{
	if (strlen(path) > STATE_INSTALLER_MAX)
		return err_set(e, -EINVAL, "%s: an installer's path has at most %d octets",
			s->path, STATE_INSTALLER_MAX);
	if (path[0] != '\0' && path[0] != '/')
		return err_set(e, -EINVAL, "%s: an installer is named by its full path, which "
			"begins with /", s->path);
	for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			return err_set(e, -EINVAL, "%s: a control character in the installer's "
				"path", s->path);
	return 0;
}

static int
installer_set(struct state *s, const char *symbol, const char *path, struct err *e)
{
	struct state_update u = { .pending = UPDATE_COMMAND_NONE, .row = {
		.want = { .when = UPDATE_WHEN_STAGE_ONLY, .expires_s = UPDATE_EXPIRES_DEFAULT_S },
		.owner = UPDATE_OWNER_CENTRE, .command = UPDATE_COMMAND_NONE,
		.state = UPDATE_IDLE, .reason = UPDATE_REASON_NONE } };
	struct unit unit;
	int rc = installer_check(s, path, e);

	if (rc == 0)
		rc = state_unit_find(s, symbol, &unit, e);
	if (rc < 0)
		return rc;
	rc = state_update_load(s, symbol, &u, e);
	if (rc == -ENOENT) {
		u.row.unit_index = unit.index;
		state_update_nonce(u.row.nonce);
	} else if (rc < 0) {
		return rc;
	}
	if (!update_at_rest(u.row.state) && strcmp(u.installer, path) != 0)
		return err_set(e, -EBUSY, "%s: an update of unit %s is under way: wait for its "
			"end, or abort it (imgadm-device update abort %s)", s->path, unit.symbol,
			unit.symbol);
	(void)text_copy(u.installer, sizeof(u.installer), path);
	return state_update_save(s, &u, e);
}

int
state_installer_set(struct state *s, const char *symbol, const char *path, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, installer_set(s, symbol, path, e), e);
}

int
state_unit_equip(struct state *s, const struct unit *u, const char *container,
	unsigned columns, const char *installer, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = state_unit_apply(s, u, container, columns, NULL, e);
	if (rc == 0 && installer != NULL)
		rc = installer_set(s, u->symbol, installer, e);
	return state_write_end(s, rc, e);
}

/* --- asking ------------------------------------------------------------------------------ */

static void
overlay(struct update_want *w, const struct update_want *said, unsigned columns)
{
	if ((columns & STATE_WANT_BANK) != 0)
		w->bank = said->bank;
	if ((columns & STATE_WANT_SOFTWARE) != 0)
		(void)text_copy(w->software, sizeof(w->software), said->software);
	if ((columns & STATE_WANT_CREATOR) != 0)
		(void)text_copy(w->creator, sizeof(w->creator), said->creator);
	if ((columns & STATE_WANT_VERSION) != 0)
		(void)text_copy(w->version, sizeof(w->version), said->version);
	if ((columns & STATE_WANT_SEQUENCE) != 0)
		w->sequence = said->sequence;
	if ((columns & STATE_WANT_URI) != 0)
		(void)text_copy(w->uri, sizeof(w->uri), said->uri);
	if ((columns & STATE_WANT_SIZE) != 0)
		w->size = said->size;
	if ((columns & STATE_WANT_DIGEST) != 0) {
		memcpy(w->digest, said->digest, sizeof(w->digest));
		w->digest_known = said->digest_known;
	}
	if ((columns & STATE_WANT_WHEN) != 0)
		w->when = said->when;
	if ((columns & STATE_WANT_AT) != 0)
		w->at = said->at;
	if ((columns & STATE_WANT_TICKET) != 0) {
		w->ticket_len = said->ticket_len;
		memcpy(w->ticket, said->ticket, said->ticket_len);
	}
	if ((columns & STATE_WANT_GROUP) != 0)
		w->group = said->group;
	if ((columns & STATE_WANT_GROUP_SIZE) != 0)
		w->group_size = said->group_size;
	if ((columns & STATE_WANT_EXPIRES) != 0)
		w->expires_s = said->expires_s;
	if ((columns & STATE_WANT_ORDER) != 0)
		w->order = said->order;
}

static int
owner_check(const struct update *u, enum update_owner owner, unsigned columns,
	enum update_command command, bool by_centre, struct err *e)
{
	enum update_owner then = (columns & STATE_WANT_OWNER) != 0 ? owner : u->owner;

	if ((columns & STATE_WANT_OWNER) != 0 && update_name(UPDATE_NAME_OWNER, (int)owner) == NULL)
		return err_set(e, -EINVAL, "%d is no owner", (int)owner);
	if (by_centre && u->owner == UPDATE_OWNER_LOCKED && (columns & STATE_WANT_OWNER) != 0)
		return err_set(e, -EPERM, "locked: that is undone on the device only "
			"(imgadm-device update owner SYMBOL centre)");
	if ((columns & ~(unsigned)STATE_WANT_OWNER) == 0 &&
	    (command == UPDATE_COMMAND_NONE || command == UPDATE_COMMAND_ABORT))
		return 0;
	if (columns == STATE_WANT_ORDER && command == UPDATE_COMMAND_ABORT)
		return 0;
	/* What was begun before is brought to its end by whoever stands there. */
	if (!by_centre && columns == 0 &&
	    (command == UPDATE_COMMAND_CONFIRM || command == UPDATE_COMMAND_ROLLBACK))
		return 0;
	if (by_centre ? then == UPDATE_OWNER_CENTRE : then != UPDATE_OWNER_LOCKED)
		return 0;
	return err_set(e, -EPERM, "the wanted version is %s, so nobody else changes it "
		"(imgadm-device update owner)", then == UPDATE_OWNER_LOCKED ? "locked" :
		"the device's own affair (owner local)");
}

/*
 * The number that a command carries out, 0 = none: what it says, or for a new
 * request what the row has and was not carried out yet.
 */
static uint32_t
number_of(const struct update *u, const struct update_want *want, unsigned columns,
	enum update_command command)
{
	if (command == UPDATE_COMMAND_NONE)
		return 0;
	if ((columns & STATE_WANT_ORDER) != 0)
		return want->order;
	if (command == UPDATE_COMMAND_ABORT || !update_at_rest(u->state))
		return 0;
	return u->want.order > u->order_done ? u->want.order : 0;
}

int
state_update_fits(const struct update *u, const struct update_want *want,
	enum update_owner owner, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e)
{
	struct update_want w = u->want;
	uint32_t number = number_of(u, want, columns, command);
	unsigned resting = columns & STATE_WANT_ALL;
	int rc;

	if (number != 0 && number == u->order_done) {
		*ret_done = false;
		return 0;
	}
	if (number != 0 && number < u->order_done)
		return err_set(e, -ESTALE, "order %u is older than order %u, which was carried "
			"out", number, u->order_done);
	rc = owner_check(u, owner, columns, command, by_centre, e);
	if (rc < 0)
		return rc;
	if (command != UPDATE_COMMAND_NONE)
		resting &= ~(unsigned)STATE_WANT_ORDER;
	if (resting != 0 && !update_at_rest(u->state))
		return err_set(e, -EBUSY, "an update is under way (%s): what is wanted can be "
			"changed when it has ended, or was aborted",
			update_name(UPDATE_NAME_STATE, (int)u->state));
	overlay(&w, want, columns);
	rc = update_want_check(&w, e);
	if (rc < 0)
		return rc;
	if (!update_command_fits(command, u->state, w.bank))
		return err_set(e, -EINVAL, "%s does not go with the state %s%s",
			update_name(UPDATE_NAME_COMMAND, (int)command) != NULL ?
			update_name(UPDATE_NAME_COMMAND, (int)command) : "no such command",
			update_name(UPDATE_NAME_STATE, (int)u->state),
			command == UPDATE_COMMAND_SWITCH && update_at_rest(u->state) ?
			": name the bank to switch to" : "");
	*ret_done = true;
	return 0;
}

/*
 * The centre tells a newer state from an older one by its order and then by
 * this time: so within one order it does not go back, whatever the clock does.
 */
static utc_s
changed_now(struct state *s, const struct state_update *u, bool anew)
{
	utc_s now = state_now(s);

	return !anew && now < u->row.changed ? u->row.changed : now;
}

static void
state_take(struct state *s, struct state_update *u, enum update_state state,
	enum update_reason reason, const char *text)
{
	u->row.state = state;
	u->row.reason = reason;
	(void)text_copy(u->row.reason_text, sizeof(u->row.reason_text), text);
	u->row.changed = changed_now(s, u, state == UPDATE_REQUESTED && u->row.want.order != 0);
	u->changes++;
	if (state == UPDATE_SWITCHING)
		u->reported_in = false;
	state_touch(s, STATE_TOUCHED_WAKE);
}

/* What was remembered of the request before goes; the kept copy stays. */
static void
request_begin(struct state *s, struct state_update *u)
{
	u->request++;
	u->row.bytes_done = 0;
	u->intent = UPDATE_INTENT_NONE;
	u->to_bank = u->from_bank = 0;
	u->label[0] = '\0';
	u->tries = 0;
	u->group_switching = false;
	u->heard = state_now(s);
	u->due = 0;
	u->reported_in = false;
	state_take(s, u, UPDATE_REQUESTED, UPDATE_REASON_NONE, "");
}

static void
command_take(struct state *s, struct state_update *u, enum update_command command)
{
	bool rest = update_at_rest(u->row.state);

	if (command == UPDATE_COMMAND_NONE)
		return;
	u->row.command = command;
	if (rest && command == UPDATE_COMMAND_ABORT)
		return;
	u->pending = command;
	if (rest)	/* start, and switch to a bank */
		request_begin(s, u);
	state_touch(s, STATE_TOUCHED_WAKE);
}

static int
update_ask(struct state *s, const char *symbol, const struct update_want *want,
	enum update_owner owner, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e)
{
	static const struct update_want nothing = { .when = UPDATE_WHEN_STAGE_ONLY };
	struct state_update u;
	struct err why = {0};
	uint32_t number;
	int rc = row_find(s, symbol, &u, e);

	if (rc < 0)
		return rc;
	if (want == NULL) {
		want = &nothing;
		columns &= STATE_WANT_OWNER;
	}
	rc = state_update_fits(&u.row, want, owner, columns, command, by_centre, ret_done, &why);
	if (rc < 0)
		return err_set(e, rc, "%s: unit %s: %s", s->path, u.symbol, why.text);
	if (!*ret_done)
		return 0;
	number = number_of(&u.row, want, columns, command);
	overlay(&u.row.want, want, columns);
	if ((columns & STATE_WANT_OWNER) != 0)
		u.row.owner = owner;
	if (number != 0)
		u.row.order_done = number;
	if (command == UPDATE_COMMAND_START || command == UPDATE_COMMAND_SWITCH)
		if (update_at_rest(u.row.state))
			u.row.want.order = number;
	command_take(s, &u, command);
	return state_update_save(s, &u, e);
}

int
state_update_ask(struct state *s, const char *symbol, const struct update_want *want,
	enum update_owner owner, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e)
{
	bool done = false;
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = update_ask(s, symbol, want, owner, columns, command, by_centre, &done, e);
	rc = state_write_end(s, rc, e);
	if (rc == 0 && ret_done != NULL)
		*ret_done = done;
	return rc;
}

/* --- steps of imgadm-install --------------------------------------------------------- */

static void
step_overlay(struct state *s, struct state_update *u, const struct state_update *said,
	unsigned columns)
{
	if ((columns & STATE_STEP_STATE) != 0)
		state_take(s, u, said->row.state, said->row.reason, said->row.reason_text);
	if ((columns & STATE_STEP_BYTES) != 0)
		u->row.bytes_done = said->row.bytes_done;
	if ((columns & STATE_STEP_INTENT) != 0)
		u->intent = said->intent;
	if ((columns & STATE_STEP_BANKS) != 0) {
		u->to_bank = said->to_bank;
		u->from_bank = said->from_bank;
	}
	if ((columns & STATE_STEP_LABEL) != 0)
		(void)text_copy(u->label, sizeof(u->label), said->label);
	if ((columns & STATE_STEP_KEPT) != 0)
		(void)text_copy(u->kept, sizeof(u->kept), said->kept);
	if ((columns & STATE_STEP_TRIES) != 0)
		u->tries = said->tries;
	if ((columns & STATE_STEP_GROUP) != 0)
		u->group_switching = said->group_switching;
	if ((columns & STATE_STEP_DUE) != 0)
		u->due = said->due;
	if ((columns & STATE_STEP_HEARD) != 0)
		u->heard = said->heard;
	/* One that came since the row was read stays. */
	if ((columns & STATE_STEP_TAKEN) != 0 && u->pending == said->pending)
		u->pending = UPDATE_COMMAND_NONE;
	if ((columns & STATE_STEP_NONCE) != 0)
		state_update_nonce(u->row.nonce);
	if ((columns & STATE_STEP_WANT) != 0)
		u->row.want = said->row.want;
}

static int
update_step(struct state *s, const struct state_update *said, unsigned columns, struct err *e)
{
	struct state_update u;
	int rc = row_find(s, said->symbol, &u, e);

	if (rc < 0)
		return rc;
	if (u.request != said->request)
		return err_set(e, -ESTALE, "%s: unit %s: request %u is over; %u is the row's",
			s->path, u.symbol, said->request, u.request);
	if ((columns & STATE_STEP_STATE) != 0 &&
	    (update_name(UPDATE_NAME_STATE, (int)said->row.state) == NULL ||
	    update_name(UPDATE_NAME_REASON, (int)said->row.reason) == NULL))
		return err_set(e, -EINVAL, "%s: unit %s: no such state or reason", s->path,
			u.symbol);
	step_overlay(s, &u, said, columns);
	return state_update_save(s, &u, e);
}

int
state_update_step(struct state *s, const struct state_update *u, unsigned columns,
	struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, update_step(s, u, columns, e), e);
}

/* Signatures and images, through imgadm-fetch, which has no rights. */
#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent-module/fetch.h"
#include "agent-module/install_child.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"

enum {
	LOOK_MS = 500,		/* how often a command is looked for meanwhile */
	TELL_MS = 2000,		/* how often imgUpdateBytesDone is written */
	FETCH_LIMIT_MS = 24 * 3600 * 1000,	/* stalls end it long before */
};

void
install_refuse(struct install_outcome *o, enum update_reason reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(o->why.text, sizeof(o->why.text), fmt, ap);
	va_end(ap);
	o->answer = INSTALL_FAILED;
	o->reason = reason;
}

/* --- while a child runs ---------------------------------------------------- */

static bool
is_aborted(struct install *in)
{
	struct state_update now;

	for (size_t i = 0; i < in->g.count; i++) {
		const struct state_update *row = &in->g.members[i].row;

		if (state_update_get(in->state, row->symbol, &now, NULL) < 0)
			continue;	/* the next load tells */
		if (now.request != row->request || now.pending == UPDATE_COMMAND_ABORT)
			return true;
	}
	return false;
}

static void
tell_bytes(struct install *in)
{
	struct state_update u = in->g.members[in->current].row;

	u.row.bytes_done = in->fetched > UINT32_MAX ? UINT32_MAX : (uint32_t)in->fetched;
	(void)state_update_step(in->state, &u, STATE_STEP_BYTES, NULL);	/* for the eye alone */
}

bool
install_stop(void *install)
{
	struct install *in = install;
	int64_t now_ms = install_now().ms;

	if (in->o->stopping != NULL && *in->o->stopping)
		return true;
	if (now_ms - in->asked_ms < LOOK_MS)
		return false;
	in->asked_ms = now_ms;
	if (in->fetched > 0 && now_ms - in->told_ms >= TELL_MS) {
		in->told_ms = now_ms;
		tell_bytes(in);
	}
	return is_aborted(in);
}

/* --- imgadm-fetch ---------------------------------------------------------- */

static void
fetch_answer(const struct install_child_end *end, struct install_outcome *o)
{
	static const struct { int status; enum update_reason reason; bool again; } ends[] = {
		{ FETCH_NO_ROUTE, UPDATE_REASON_NO_ROUTE, true },
		{ FETCH_TIMEOUT, UPDATE_REASON_TIMEOUT, true },
		{ FETCH_NOT_FOUND, UPDATE_REASON_NOT_FOUND, false },
		{ FETCH_TOO_LARGE, UPDATE_REASON_TOO_LARGE, false },
		{ FETCH_INTERNAL, UPDATE_REASON_INTERNAL, true },
		{ FETCH_USAGE, UPDATE_REASON_NOT_FOUND, false },	/* no address at all */
	};
	char how[64];

	if (end->rc == -ECANCELED) {
		o->stopped = true;
		return;
	}
	if (end->rc == -EFBIG) {
		install_refuse(o, UPDATE_REASON_TOO_LARGE, "more octets than were signed for");
		return;
	}
	if (end->rc < 0) {
		install_refuse(o, end->rc == -ENOSPC ? UPDATE_REASON_NO_SPACE :
			UPDATE_REASON_INTERNAL, "the copy cannot be written: %s",
			strerror(-end->rc));
		return;
	}
	if (end->end.status == FETCH_DONE)
		return;
	for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++)
		if (end->end.status == ends[n].status) {
			install_refuse(o, ends[n].reason, "%s", end->said);
			o->again = ends[n].again;
			return;
		}
	install_refuse(o, UPDATE_REASON_INTERNAL, "imgadm-fetch: %s%s%s",
		child_end_text(&end->end, how, sizeof(how)), end->said[0] == '\0' ? "" : ": ",
		end->said);
}

static void
fetch(struct install *in, const char *uri, uint64_t most,
	int (*take)(void *user, const void *data, size_t len), void *user,
	struct install_outcome *o)
{
	char number[24], ca[PATH_MAX + 32];
	const char *argv[] = { in->fetch, "--user", in->o->fetch_user, "--", uri, number, NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", NULL, NULL };
	const struct install_child child = { .argv = argv, .env = env, .third = -1,
		.limit_ms = FETCH_LIMIT_MS, .take = take, .user = user,
		.stop = install_stop, .stop_user = in };
	struct install_child_end end;
	struct err e;

	(void)snprintf(number, sizeof(number), "%" PRIu64, most);
	if (in->o->ca_file != NULL) {
		(void)snprintf(ca, sizeof(ca), "IMGADM_CA_FILE=%s", in->o->ca_file);
		env[1] = ca;
	}
	if (install_child_run(&child, &end, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
	else
		fetch_answer(&end, o);
}

/* --- signatures ------------------------------------------------------------ */

struct taking {
	struct install *in;
	char *dst;
	size_t size, len;
	int fd;
	uint64_t most;
};

static int
take_small(void *user, const void *data, size_t len)
{
	struct taking *t = user;

	if (len > t->size - t->len)
		return -EFBIG;
	memcpy(t->dst + t->len, data, len);
	t->len += len;
	return 0;
}

void
install_fetch_small(struct install *in, const char *uri, const char *end, char *dst, size_t size,
	size_t *ret_len, struct install_outcome *o)
{
	struct taking t = { .dst = dst, .size = size - 1 };
	char whole[INSTALL_URI_SIZE];

	(void)snprintf(whole, sizeof(whole), "%s%s", uri, end);
	fetch(in, whole, t.size, take_small, &t, o);
	dst[t.len] = '\0';
	*ret_len = t.len;
}

/* From the folder, where an earlier process had it, else fetched and kept there. */
static void
signature(struct install *in, size_t i, const char *end, char *dst, size_t *ret_len,
	struct install_outcome *o)
{
	const struct state_update *row = &in->g.members[i].row;
	char name[INSTALL_NAME_SIZE];
	struct err e;

	(void)snprintf(name, sizeof(name), "u%" PRIu32 "-r%" PRIu32 "%s", row->row.unit_index,
		row->request, end);
	if (install_file_get(in, name, dst, SIGN_FILE_MAX + 1, ret_len, &e) == 0)
		return;
	install_fetch_small(in, row->row.want.uri, end, dst, SIGN_FILE_MAX + 1, ret_len, o);
	if (o->answer != INSTALL_OK || o->stopped)
		return;
	if (install_file_put(in, name, dst, *ret_len, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
}

/* --- the label ------------------------------------------------------------- */

static int
unit_facts(struct install *in, size_t i, struct image_unit *ret, struct err *e)
{
	const struct install_member *m = &in->g.members[i];
	const struct structure *st = &in->view.structure;
	const struct unit *u = install_unit(in, i);
	struct image_unit f = { .device_id = st->device.id, .nonce = m->row.row.nonce };
	int rc = 0;

	f.manufacturer = u->manufacturer[0] != '\0' ? u->manufacturer : st->device.manufacturer;
	f.model = u->model[0] != '\0' ? u->model : st->device.model;
	f.hardware_rev = u->hardware_rev;
	f.serial_number = u->serial_number;
	f.type = u->type;
	f.room = install_file_room(in);
	if (m->unit.running != 0)
		rc = state_sequence_get(in->state, m->row.symbol, m->unit.running,
			&f.running_seq, e);
	f.running_known = f.running_seq != 0;
	if (rc == 0)
		rc = state_floor_get(in->state, u->serial_number, m->row.row.want.software,
			&f.floor, e);
	if (rc == 0)
		*ret = f;
	return rc;
}

struct files {
	char signature[SIGN_FILE_MAX + 1], operator_signature[SIGN_FILE_MAX + 1];
	size_t len, operator_len;
	bool has_operator;
};

static void
ticket_name(const struct install *in, size_t i, char ret[INSTALL_NAME_SIZE])
{
	const struct state_update *row = &in->g.members[i].row;

	(void)snprintf(ret, INSTALL_NAME_SIZE, "u%" PRIu32 "-r%" PRIu32 ".ticket",
		row->row.unit_index, row->request);
}

/* A ticket is spent when the bank is staged: the floor that it lets below is kept. */
static int
ticket_note(struct install *in, size_t i, uint32_t floor, struct err *e)
{
	char name[INSTALL_NAME_SIZE], text[16];

	ticket_name(in, i, name);
	(void)snprintf(text, sizeof(text), "%" PRIu32, floor);
	return install_file_put(in, name, text, strlen(text), e);
}

/* What is staged is not asked for room or a ticket again; a floor raised since then holds. */
static void
facts_of_staged(struct install *in, size_t i, struct image_unit *f)
{
	char name[INSTALL_NAME_SIZE], text[16];
	uint32_t floor;
	size_t len;

	f->room = UINT64_MAX;
	ticket_name(in, i, name);
	if (install_file_get(in, name, text, sizeof(text), &len, NULL) == 0 &&
		parse_u32(text, 1, UINT32_MAX, &floor, NULL) == 0 && f->floor <= floor)
		f->floor = 0;
}

static void
check_label(struct install *in, size_t i, const struct image_trust *t, const struct files *f,
	struct install_outcome *o)
{
	bool staged = in->g.members[i].row.row.state == UPDATE_STAGED;
	struct install_work *w = &in->work[i];
	struct image_unit unit;
	struct buf label;
	struct err e;

	if (unit_facts(in, i, &unit, &e) < 0) {
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
		return;
	}
	if (staged)
		facts_of_staged(in, i, &unit);
	if (image_check_label(t, &unit, &in->g.members[i].row.row.want, f->signature, f->len,
		f->has_operator ? f->operator_signature : NULL, f->operator_len, &w->passed,
		&o->reason, &e) < 0) {
		install_refuse(o, o->reason, "%s", e.text);
		return;
	}
	buf_init(&label, sizeof(w->label) - 1);
	if (image_label_write(&w->passed.label, &label, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
	else
		(void)snprintf(w->label, sizeof(w->label), "%s", label.data);
	buf_release(&label);
	if (o->answer == INSTALL_OK && w->passed.ticket_used && !staged &&
		ticket_note(in, i, unit.floor, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
	w->passed_known = o->answer == INSTALL_OK;
}

struct image_trust *
install_trust_load(struct install *in, struct install_outcome *o)
{
	struct state_trust st = {0};
	struct image_trust *t = NULL;
	struct err e;

	if (state_trust_get(in->state, &st, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
	else if (st.serial == 0)
		install_refuse(o, UPDATE_REASON_UNKNOWN_CREATOR, "no trust file is in force, so no "
			"key is trusted: imgadm-device trust import");
	else if (image_trust_parse(st.bytes, st.len, &t, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "the trust file in force: %s", e.text);
	state_trust_release(&st);
	return t;
}

/* No signature, or nothing there at all? */
static void
tell_unsigned(struct install *in, size_t i, struct install_outcome *o)
{
	struct install_outcome image = {0};
	char few[16];
	size_t len;

	install_fetch_small(in, in->g.members[i].row.row.want.uri, "", few, sizeof(few), &len, &image);
	if (image.stopped)
		o->stopped = true;
	else if (image.answer == INSTALL_OK || image.reason == UPDATE_REASON_TOO_LARGE)
		install_refuse(o, UPDATE_REASON_BAD_SIGNATURE,
			"the server has the image, but no signature (.minisig) beside it");
}

void
install_fetch_label(struct install *in, size_t i, struct install_outcome *o)
{
	struct image_trust *t = install_trust_load(in, o);
	struct files f = {0};

	if (t == NULL)
		return;
	signature(in, i, ".minisig", f.signature, &f.len, o);
	/* No signature is as bad as a wrong one; a server that is silent is another thing. */
	if (o->answer != INSTALL_OK && o->reason == UPDATE_REASON_TOO_LARGE)
		o->reason = UPDATE_REASON_BAD_SIGNATURE;
	if (o->answer != INSTALL_OK && o->reason == UPDATE_REASON_NOT_FOUND)
		tell_unsigned(in, i, o);
	if (o->answer == INSTALL_OK && !o->stopped && image_trust_operator_required(t)) {
		f.has_operator = true;
		signature(in, i, ".op.minisig", f.operator_signature, &f.operator_len, o);
		/* Without it image_check_label() says what is missing. */
		if (o->answer != INSTALL_OK && o->reason == UPDATE_REASON_NOT_FOUND) {
			f.has_operator = false;
			*o = (struct install_outcome){0};
		}
	}
	if (o->answer == INSTALL_OK && !o->stopped)
		check_label(in, i, t, &f, o);
	image_trust_free(t);
}

void
install_check_again(struct install *in, size_t i, struct install_outcome *o)
{
	install_fetch_label(in, i, o);
	if (o->answer == INSTALL_OK && !o->stopped &&
		strcmp(in->work[i].label, in->g.members[i].row.label) != 0)
		install_refuse(o, UPDATE_REASON_BAD_SIGNATURE,
			"the signature is not that of what was staged");
}

/* --- the image ------------------------------------------------------------- */

static int
take_image(void *user, const void *data, size_t len)
{
	struct taking *t = user;
	const char *at = data;
	ssize_t n;

	if (len > t->most - t->in->fetched)
		return -EFBIG;
	while (len > 0) {
		n = write(t->fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
		t->in->fetched += (uint64_t)n;
	}
	return 0;
}

static void
part_name(const struct install *in, size_t i, char ret[INSTALL_NAME_SIZE])
{
	(void)snprintf(ret, INSTALL_NAME_SIZE, "u%" PRIu32 ".part",
		in->g.members[i].row.row.unit_index);
}

void
install_fetch_image(struct install *in, size_t i, struct install_outcome *o)
{
	struct install_work *w = &in->work[i];
	struct taking t = { .in = in, .fd = -1, .most = w->passed.label.size };
	char name[INSTALL_NAME_SIZE];
	struct err e;

	/* Whole from an earlier try, so that a grant is not asked for twice. */
	install_name_of(w->unit_index, w->passed.label.sha256, "img", name);
	if (w->copy >= 0)
		(void)close(w->copy);
	w->copy = -1;
	w->copy_is_part = false;
	if (install_file_image(in, name, w->passed.label.size, w->passed.label.sha256, &w->copy,
		&e) == 0)
		return;
	part_name(in, i, name);
	if (install_file_new(in, name, &t.fd, &w->copy, &e) < 0) {
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
		return;
	}
	w->copy_is_part = true;
	in->current = i;
	in->fetched = 0;
	fetch(in, in->g.members[i].row.row.want.uri, t.most, take_image, &t, o);
	if (o->answer == INSTALL_OK && !o->stopped && fsync(t.fd) < 0)
		install_refuse(o, errno == ENOSPC ? UPDATE_REASON_NO_SPACE : UPDATE_REASON_INTERNAL,
			"the copy cannot be written: %s", strerror(errno));
	if (close(t.fd) < 0 && o->answer == INSTALL_OK)
		install_refuse(o, UPDATE_REASON_INTERNAL, "the copy cannot be written");
	if (o->answer == INSTALL_OK && !o->stopped)
		tell_bytes(in);
	else
		install_file_remove(in, name);
	in->fetched = 0;
}

/* --- checked, and kept ----------------------------------------------------- */

/* Under the name that says what it is, with its label beside it. */
static int
keep(struct install *in, size_t i, struct err *e)
{
	struct install_work *w = &in->work[i];
	char part[INSTALL_NAME_SIZE], name[INSTALL_NAME_SIZE];
	int rc;

	install_name_of(w->unit_index, w->passed.label.sha256, "label", name);
	rc = install_file_put(in, name, w->label, strlen(w->label), e);
	if (rc < 0 || !w->copy_is_part)
		return rc;
	part_name(in, i, part);
	install_name_of(w->unit_index, w->passed.label.sha256, "img", name);
	rc = install_file_keep(in, part, name, e);
	if (rc == 0)
		w->copy_is_part = false;
	return rc;
}

void
install_check_copy(struct install *in, size_t i, struct install_outcome *o)
{
	struct install_work *w = &in->work[i];
	struct stat st;
	struct err e;

	if (fstat(w->copy, &st) == 0 && (uint64_t)st.st_size < w->passed.label.size) {
		install_refuse(o, UPDATE_REASON_DIGEST_MISMATCH, "cut short: %lld of %" PRIu64
			" octets", (long long)st.st_size, w->passed.label.size);
	} else if (lseek(w->copy, 0, SEEK_SET) < 0) {
		install_refuse(o, UPDATE_REASON_INTERNAL, "the copy: %s", strerror(errno));
	} else if (image_check_file(&w->passed, w->copy, &o->reason, &e) < 0) {
		install_refuse(o, o->reason, "%s", e.text);
	} else if (keep(in, i, &e) < 0) {
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
	}
}

/* Copies that are kept, trust files, and the installer's verbs. */
#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent-module/trust_accept.h"
#include "lib/base/lock.h"
#include "lib/base/text.h"

/* --- kept copies ----------------------------------------------------------- */

static void
take_fd(int *place, int fd)
{
	if (*place >= 0)
		(void)close(*place);
	*place = fd;
}

void
install_check_kept(struct install *in, size_t i, struct install_outcome *o)
{
	const struct state_update *row = &in->g.members[i].row;
	char name[INSTALL_NAME_SIZE];
	struct install_target t;
	struct err e;
	int fd, rc = install_target(in, i, &t, &e);

	if (rc == 0) {
		install_name_of(row->row.unit_index, t.sha256, "img", name);
		rc = install_file_image(in, name, t.size, t.sha256, &fd, &e);
	}
	if (rc < 0)
		install_refuse(o, UPDATE_REASON_INSTALLER_FAILED, "the verified copy: %s", e.text);
	else
		take_fd(&in->work[i].copy, fd);
}

static void
back_name(const struct install *in, size_t i, char ret[INSTALL_NAME_SIZE])
{
	(void)snprintf(ret, INSTALL_NAME_SIZE, "u%" PRIu32 ".back",
		in->g.members[i].row.row.unit_index);
}

/* Before the only bank is written: the label of what it holds is put aside. */
static int
put_aside(struct install *in, size_t i, struct err *e)
{
	const struct state_update *row = &in->g.members[i].row;
	const struct software *w = install_bank(in, i, row->to_bank);
	char name[INSTALL_NAME_SIZE], text[STATE_LABEL_TEXT_MAX + 1];
	size_t len;
	int rc;

	back_name(in, i, name);
	install_file_remove(in, name);
	if (w == NULL || !w->digest_known)
		return err_set(e, -ENOENT, "the image of what runs is not known");
	install_name_of(row->row.unit_index, w->digest, "label", name);
	rc = install_file_get(in, name, text, sizeof(text), &len, e);
	if (rc < 0)
		return rc;
	back_name(in, i, name);
	return install_file_put(in, name, text, len, e);
}

void
install_check_previous(struct install *in, size_t i, struct install_outcome *o)
{
	struct install_work *w = &in->work[i];
	char name[INSTALL_NAME_SIZE], text[STATE_LABEL_TEXT_MAX + 1];
	struct err e;
	size_t len;
	int fd = -1, rc = 0;

	if (in->g.members[i].row.row.state == UPDATE_STAGED)
		rc = put_aside(in, i, &e);
	if (rc == 0) {
		back_name(in, i, name);
		rc = install_file_get(in, name, text, sizeof(text), &len, &e);
	}
	if (rc == 0)
		rc = image_label_parse(text, &w->previous_label, &e);
	if (rc == 0) {
		install_name_of(w->unit_index, w->previous_label.sha256, "img", name);
		rc = install_file_image(in, name, w->previous_label.size, w->previous_label.sha256,
			&fd, &e);
	}
	if (rc < 0) {
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
		back_name(in, i, name);
		if (in->g.members[i].row.row.state == UPDATE_STAGED)
			install_file_remove(in, name);
		return;
	}
	take_fd(&w->previous, fd);
}

/* --- the trust file -------------------------------------------------------- */

struct trust_texts {
	char bytes[TRUST_FILE_MAX + 1], signature[SIGN_FILE_MAX + 1], root[SIGN_FILE_MAX + 1];
	size_t len, signature_len, root_len;
};

static enum update_reason
trust_reason(int rc)
{
	switch (rc) {
	case -ESTALE:
	case -EALREADY:
		return UPDATE_REASON_VERSION_FLOOR;
	case -ENOKEY:
	case -ENOENT:
		return UPDATE_REASON_UNKNOWN_CREATOR;
	default:
		return UPDATE_REASON_BAD_SIGNATURE;
	}
}

static void
take_trust(struct install *in, size_t i, const struct trust_texts *f,
	const struct state_trust *old, struct install_outcome *o)
{
	const struct image_trust_file file = { .bytes = f->bytes, .len = f->len,
		.signature = f->signature, .signature_len = f->signature_len,
		.root_signature = f->root_len == 0 ? NULL : f->root,
		.root_signature_len = f->root_len };
	struct state_trust *row = calloc(1, sizeof(*row));
	struct err e;
	int rc = row == NULL ? err_set(&e, -ENOMEM, "out of memory") :
		trust_accept(&file, old, row, &e);

	if (rc == 0) {
		in->work[i].trust = row;
		in->work[i].trust_over = old->serial;
		return;
	}
	free(row);
	install_refuse(o, rc == -ENOMEM ? UPDATE_REASON_INTERNAL : trust_reason(rc), "%s", e.text);
}

void
install_trust_file(struct install *in, size_t i, struct install_outcome *o)
{
	const char *uri = in->g.members[i].row.row.want.uri;
	struct trust_texts *f = calloc(1, sizeof(*f));
	struct state_trust old = {0};
	struct err e;

	if (f == NULL) {
		install_refuse(o, UPDATE_REASON_INTERNAL, "out of memory");
		return;
	}
	if (state_trust_get(in->state, &old, &e) < 0)
		install_refuse(o, UPDATE_REASON_INTERNAL, "%s", e.text);
	else if (old.root[0] == '\0')
		install_refuse(o, UPDATE_REASON_UNKNOWN_CREATOR, "the device has no trust root");
	if (o->answer == INSTALL_OK)
		install_fetch_small(in, uri, ".minisig", f->signature, sizeof(f->signature),
			&f->signature_len, o);
	if (o->answer == INSTALL_OK && !o->stopped) {
		install_fetch_small(in, uri, ".root.minisig", f->root, sizeof(f->root),
			&f->root_len, o);
		if (o->answer != INSTALL_OK && o->reason == UPDATE_REASON_NOT_FOUND) {
			f->root_len = 0;	/* only a new root has one */
			*o = (struct install_outcome){0};
		}
	}
	/* Last: it is what a grant counts, and a grant that is spent has no signatures. */
	if (o->answer == INSTALL_OK && !o->stopped)
		install_fetch_small(in, uri, "", f->bytes, sizeof(f->bytes), &f->len, o);
	if (o->answer == INSTALL_OK && !o->stopped)
		take_trust(in, i, f, &old, o);
	state_trust_release(&old);
	free(f);
}

/* --- verbs ----------------------------------------------------------------- */

static bool
never_stop(void *user)
{
	(void)user;
	return false;
}

/* What it printed against what it should be. */
static void
compare(const struct install_step *s, const struct install_target *t,
	const struct installer_end *end, struct install_outcome *o)
{
	bool digest_differs = end->has_sha256 && t->sha256_known &&
		memcmp(end->sha256, t->sha256, sizeof(t->sha256)) != 0;

	if (o->answer != INSTALL_OK)
		return;
	if (s->verb == INSTALL_VERIFY && digest_differs) {
		o->answer = INSTALL_FAILED;
		(void)err_set(&o->why, 0, "verify: the bank reads as another image");
		return;
	}
	if (s->verb != INSTALL_PROBE)
		return;
	o->matches = end->has_version && strcmp(end->version, t->version) == 0 && !digest_differs;
	if (!end->has_version)
		(void)err_set(&o->why, 0, "probe: it says no version");
	else if (!o->matches)
		(void)err_set(&o->why, 0, "probe: version %s answers, not %s%s", end->version,
			t->version, digest_differs ? ", and another image" : "");
}

void
install_verb(struct install *in, const struct install_step *s, struct install_outcome *o)
{
	const struct state_update *row = &in->g.members[s->member].row;
	struct install_work *w = &in->work[s->member];
	struct installer_call call = { .state = in->o->state, .verb = s->verb, .bank = s->bank,
		.symbol = row->symbol, .image = -1, .idle = s->idle, .stop = never_stop,
		/* An installer that outlives us keeps another one from its bank. */
		.held = install_lock_descriptor(in, s->member) };
	char path[INSTALLER_PATH_MAX];
	struct installer_end end;
	struct install_target t;
	struct err e;
	int rc = installer_check(row->installer, path, &e);

	if (rc == 0 && s->about == INSTALL_PREVIOUS && in->g.members[s->member].unit.banks <= 1)
		install_target_of_label(&w->previous_label, &t);
	else if (rc == 0 && s->about == INSTALL_PREVIOUS)
		rc = install_target_of_bank(in, s->member, s->bank, &t, &e);
	else if (rc == 0)
		rc = install_target(in, s->member, &t, &e);
	if (rc == 0 && s->verb == INSTALL_WRITE) {
		call.image = s->about == INSTALL_PREVIOUS ? w->previous : w->copy;
		if (call.image < 0 || lseek(call.image, 0, SEEK_SET) < 0)
			rc = err_set(&e, -EBADF, "the verified copy is not open");
	}
	if (rc < 0) {
		/* At the first verb this is no lack of room; later it may yet go better. */
		o->answer = s->verb == INSTALL_SPACE ? INSTALL_SERVICE : INSTALL_FAILED;
		o->why = e;
		return;
	}
	call.path = path;
	call.software = t.software;
	call.version = t.version;
	call.sequence = t.sequence;
	call.size = t.size;
	call.sha256 = t.sha256_known ? t.sha256 : NULL;
	call.limit_ms = in->o->verb_limit_s == 0 ? installer_limit_ms(s->verb) :
		(int64_t)in->o->verb_limit_s * 1000;
	installer_run(&call, &end);
	o->answer = end.answer;
	o->why = end.why;
	compare(s, &t, &end, o);
}

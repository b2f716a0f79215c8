/* imgadm-device trust: whom this device believes. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/device_cli.h"
#include "agent-module/trust_accept.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/image/image_trust_read.h"

/* --- root ------------------------------------------------------------------------ */

int
device_trust_key(const char *text, char ret_key[SIGN_KEY_TEXT_SIZE], struct err *e)
{
	struct sign_key key;
	int rc = sign_key_parse(text, strlen(text), &key, NULL);

	/* Base64 may look like a path, a path hardly like a key. */
	if (rc < 0)
		rc = sign_key_read(text, &key, e);
	if (rc == 0)
		sign_key_text(&key, ret_key);
	return rc;
}

int
device_trust_root(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = { DEVICE_OPTION_STATE, { 0, NULL, NULL, NULL } };
	static const struct options OPTIONS = {
		.program = "imgadm-device trust root", .usage = "KEY | FILE",
		.summary = "Place the key by which trust files are believed, once for all.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	char key[SIGN_KEY_TEXT_SIZE];
	struct state *s = NULL;
	struct options_pass p;
	struct err e;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 1, 1, &status) != 0)
		return status;
	rc = device_trust_key(argv[p.index], key, &e);
	if (rc < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = state_trust_root(s, key, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

/* --- import ---------------------------------------------------------------------- */

/*
 * Checked against what is in force within one transaction: nothing comes in
 * between.  1 where these very bytes are in force.
 */
static int
import(struct state *s, const char *path, const struct image_trust_texts *t, uint32_t *ret_serial,
	struct err *e)
{
	struct state_trust old = { .serial = 0 }, new = { .serial = 0 };
	int rc = state_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_trust_get(s, &old, e);
	if (rc == 0)
		rc = trust_accept(&t->f, &old, &new, e);
	if (rc < 0 && rc != -EALREADY)
		err_prefix(e, "%s", path);
	if (rc == 0)
		rc = state_trust_put(s, &new, e);
	if (rc == 0)
		rc = state_commit(s, e);
	else
		state_rollback(s);
	*ret_serial = rc == -EALREADY ? old.serial : new.serial;
	state_trust_release(&old);
	state_trust_release(&new);
	return rc == -EALREADY ? 1 : rc;
}

/* What was refused is the user's matter, what the disk said is not. */
static int
failed(const struct err *e, int rc)
{
	log_err(e);
	return rc == -ENOMEM || rc == -EIO || rc == -ENOSPC || rc == -EROFS || rc == -EBUSY ?
		EXIT_STORAGE : EXIT_USAGE;
}

int
device_trust_import(void *user, int argc, char *argv[])
{
	enum { SIGNATURE = DEVICE_KEY_OWN, ROOT };
	static const struct option_row ROWS[] = {
		{ SIGNATURE, "signature", "SIG", "the root's signature; else FILE.minisig" },
		{ ROOT, "root-signature", "SIG", "a new root's; else FILE.root.minisig" },
		DEVICE_OPTION_STATE, { 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device trust import", .usage = "[--signature SIG] FILE",
		.summary = "Verify a trust file, and put it in force.", .rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	const char *signature = NULL, *root = NULL;
	struct image_trust_texts *t = NULL;
	struct state *s = NULL;
	struct options_pass p;
	uint32_t serial = 0;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 1, 1, &status)) > 0) {
		if (key == SIGNATURE)
			signature = p.argument;
		else
			root = p.argument;
	}
	if (key < 0)
		return status;
	t = calloc(1, sizeof(*t));
	rc = t == NULL ? err_set(&e, -ENOMEM, "out of memory") :
		image_trust_read(argv[p.index], signature, root, t, &e);
	if (rc == 0) {
		status = device_cli_state(&cli, &s);
		if (status == 0)
			rc = import(s, argv[p.index], t, &serial, &e);
		state_close(s);
	}
	free(t);
	if (rc < 0)
		return failed(&e, rc);
	if (status == 0)
		(void)printf("trust %" PRIu32 " is in force%s\n", serial, rc == 1 ? " already" :
			"");
	return status;
}

/* --- list ------------------------------------------------------------------------ */

static const struct listing_column COLUMNS[] = {
	{ "KIND", "kind", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "WHO", "who", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "KEY", "key_id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "WHAT", "what", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "REVOKED", "revoked", LISTING_BOOL, LISTING_EVERYWHERE },
};

static void
text_or_none(struct listing *l, const char *text)
{
	if (text[0] != '\0')
		listing_text(l, text);
	else
		listing_none(l);
}

static void
add_row(struct listing *l, const char *kind, const char *who, const char *key_id,
	const char *what, bool revoked)
{
	listing_text(l, kind);
	text_or_none(l, who);
	text_or_none(l, key_id);
	text_or_none(l, what);
	listing_mark(l, revoked ? LISTING_BAD : LISTING_PLAIN);
	listing_bool(l, revoked);
	listing_row(l);
}

/* The root in force, the serial, and each line of the file. */
static int
list(struct listing *l, const struct state_trust *row, struct err *e)
{
	struct image_trust_line line;
	struct image_trust *t = NULL;
	char id[SIGN_ID_TEXT_SIZE];
	struct sign_key root;
	int rc = 0;

	if (row->root[0] != '\0' &&
	    sign_key_parse(row->root, strlen(row->root), &root, NULL) == 0) {
		sign_id_text(root.id, id);
		add_row(l, "in force", "root", id, row->root, false);
	}
	if (row->serial == 0)
		return 0;
	(void)snprintf(id, sizeof(id), "%" PRIu32, row->serial);
	add_row(l, "serial", "", "", id, false);
	rc = image_trust_parse(row->bytes, row->len, &t, e);
	for (size_t n = 0; rc == 0 && image_trust_line_at(t, n, &line); n++)
		add_row(l, line.kind, line.who, line.key_id, line.what,
			line.revoked && strcmp(line.kind, "revoked") != 0);
	image_trust_free(t);
	return rc;
}

int
device_trust_list(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON, DEVICE_OPTION_STATE, { 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device trust list", .usage = "[--json]",
		.summary = "Whom this device believes: its root, and its trust file.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_trust row = { .serial = 0 };
	struct listing *l = NULL;
	struct state *s = NULL;
	struct options_pass p;
	struct err e;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_reader(&cli, &s);
	if (status != 0)
		return status;
	rc = state_trust_get(s, &row, &e);
	state_close(s);
	if (rc < 0)
		return device_cli_error(&e, rc);
	l = device_cli_listing(&cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
	rc = l != NULL ? list(l, &row, &e) : 0;
	state_trust_release(&row);
	status = l == NULL ? EXIT_STORAGE : device_cli_listed(&cli, l,
		"no trust root, so no update is believed; imgadm-device trust root KEY");
	return rc < 0 ? device_cli_error(&e, rc) : status;
}

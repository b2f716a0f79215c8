#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/snmp/keyfile.h"
#include "lib/store/store_advice.h"
#include "lib/store/store_center.h"
#include "manager/fleet_cli.h"

enum {
	OVERLAP_S = 7 * 86400,
	OVERLAP_MAX_S = 366 * 86400,
	USER_RANDOM = 8,	/* octets of a user's name, as 16 digits */
	OUTPUT_SIZE = STORE_NAME_MAX + 16,
};

struct enrol {
	struct cli *cli;
	const char *site, *address, *output, *auth, *priv;
	bool rotate, list, remove, protocols;
	int64_t overlap_s;	/* -1 = not given */
};

/* --- the list --------------------------------------------------------------------- */

static const struct listing_column columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "USER", "user", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "AUTH", "auth", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "PRIV", "priv", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "MADE", "made", LISTING_TIME, LISTING_EVERYWHERE },
	{ "ACCEPTED UNTIL", "until", LISTING_TIME, LISTING_EVERYWHERE },
};

static int
list(struct enrol *x)
{
	struct store_users *users;
	struct store_user u = {0};
	struct err e = {0};
	struct listing *l;
	struct store *s;
	int status, rc;

	status = cli_open(x->cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	l = cli_listing(x->cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL) {
		store_close(s);
		return EXIT_STORAGE;
	}
	rc = store_users_open(s, &users, &e);
	if (rc == 0) {
		while ((rc = store_users_next(users, &u, &e)) == 1) {
			listing_text(l, u.device == 0 ? NULL : u.device_name);
			listing_text(l, u.site[0] == '\0' ? NULL : u.site);
			listing_text(l, u.name);
			listing_text(l, u.auth);
			listing_text(l, u.priv);
			listing_number(l, u.made);
			listing_number(l, u.until);
			listing_row(l);
		}
		store_users_close(users);
	}
	sodium_memzero(&u, sizeof(u));
	status = cli_listed(x->cli, l, rc, &e,
		"nobody may report so far: imgadm-fleet enrol DEVICE --address CENTRE");
	store_close(s);
	return status;
}

/* --- keys ---------------------------------------------------------------------------- */

/* A name that says nothing of the device: it goes over the network in clear. */
static void
user_name(char dst[SNMP_USER_MAX + 1])
{
	uint8_t octets[USER_RANDOM];
	char hex[2 * USER_RANDOM + 1];

	randombytes_buf(octets, sizeof(octets));
	(void)sodium_bin2hex(hex, sizeof(hex), octets, sizeof(octets));
	(void)snprintf(dst, SNMP_USER_MAX + 1, "img-%s", hex);
}

static int
make_keys(struct enrol *x, struct store *s, struct keyfile *k, struct err *e)
{
	struct store_engine engine;
	int rc;

	if (sodium_init() < 0)
		return err_set(e, -EIO, "libsodium: no random numbers on this system");
	rc = keyfile_make_keys(k, x->auth, x->priv, e);
	if (rc == 0)
		rc = store_engine_get(s, &engine, e);
	if (rc < 0)
		return rc;
	user_name(k->user);
	memcpy(k->engine_id, engine.id, engine.id_len);
	k->engine_id_len = engine.id_len;
	if (x->address != NULL && !text_copy(k->centre, sizeof(k->centre), x->address))
		return err_set(e, -EINVAL, "--address: longer than %zu octets",
			sizeof(k->centre) - 1);
	return keyfile_check(k, e);
}

static void
print_hex(const char *name, const char *protocol, const uint8_t *octets, size_t len)
{
	char hex[2 * KEYFILE_KEY_MAX + 1];

	(void)sodium_bin2hex(hex, sizeof(hex), octets, len);
	(void)printf("%s %s%s%s\n", name, protocol, protocol[0] == '\0' ? "" : " ", hex);
	sodium_memzero(hex, sizeof(hex));
}

/* As keyfile_write does, on standard output: only where that was asked for. */
static int
print_keys(const struct keyfile *k, struct err *e)
{
	(void)printf("imgadm-key 1\nuser %s\n", k->user);
	print_hex("auth", k->auth_protocol, k->auth_key, k->auth_key_len);
	print_hex("priv", k->priv_protocol, k->priv_key, k->priv_key_len);
	if (k->centre[0] != '\0')
		(void)printf("centre %s\n", k->centre);
	print_hex("engine", "", k->engine_id, k->engine_id_len);
	if (fflush(stdout) != 0)
		return err_set(e, -EIO, "cannot write the keys: %s", strerror(errno));
	return 0;
}

static int
write_keys(const char *path, const struct keyfile *k, struct err *e)
{
	if (strcmp(path, "-") == 0)
		return print_keys(k, e);
	if (access(path, F_OK) == 0)
		return err_set(e, -EEXIST, "%s: there is such a file; keys are not written "
			"over others, name another with -o", path);
	return keyfile_write(path, k, e);
}

/* --- enrolling ------------------------------------------------------------------------- */

static void
user_of_keys(const struct keyfile *k, int64_t device, const char *site,
	struct store_user *ret)
{
	*ret = (struct store_user){
		.device = device, .auth_key_len = k->auth_key_len,
		.priv_key_len = k->priv_key_len, .made = clock_utc_s(clock_system()),
	};
	(void)text_copy(ret->name, sizeof(ret->name), k->user);
	(void)text_copy(ret->site, sizeof(ret->site), site == NULL ? "" : site);
	(void)text_copy(ret->auth, sizeof(ret->auth), k->auth_protocol);
	(void)text_copy(ret->priv, sizeof(ret->priv), k->priv_protocol);
	memcpy(ret->auth_key, k->auth_key, k->auth_key_len);
	memcpy(ret->priv_key, k->priv_key, k->priv_key_len);
}

/* The keys are in the file and in the store, or in neither. */
static int
enrol_in(struct enrol *x, struct store *s, int64_t device, const char *output, struct err *e)
{
	struct keyfile k = {0};
	struct store_user u = {0};
	bool written = false;
	int rc;

	rc = store_batch_begin(s, e);
	if (rc < 0)
		return rc;
	rc = make_keys(x, s, &k, e);
	if (rc == 0) {
		user_of_keys(&k, device, x->site, &u);
		rc = store_user_add(s, &u, x->rotate ? x->overlap_s : -1, e);
	}
	if (rc == -EEXIST && !x->rotate)
		(void)err_set(e, rc, "enrolled already: --rotate makes new keys, "
			"--remove takes the old ones away");
	if (rc == 0) {
		rc = write_keys(output, &k, e);
		written = rc == 0 && strcmp(output, "-") != 0;
	}
	if (rc == 0)
		rc = store_batch_commit(s, e);
	else
		store_batch_abort(s);
	if (rc < 0 && written)
		(void)unlink(output);
	keyfile_wipe(&k);
	sodium_memzero(&u, sizeof(u));
	return rc;
}

static int
enrol(struct enrol *x, const char *device)
{
	char file[OUTPUT_SIZE];
	const char *output = x->output;
	struct err e = {0};
	struct store *s;
	int64_t key = 0;
	int status, rc = 0;

	if (output == NULL) {
		(void)snprintf(file, sizeof(file), "%.64s.key", device != NULL ? device :
			x->site);
		output = file;
	}
	status = cli_open(x->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	if (device != NULL)
		rc = store_device_key(s, device, &key, &e);
	if (rc < 0) {
		status = cli_no_device(s, device, &e, rc);
		store_close(s);
		return status;
	}
	rc = enrol_in(x, s, key, output, &e);
	store_close(s);
	if (rc < 0) {
		err_prefix(&e, "%s", device != NULL ? device : x->site);
		return cli_error(&e, rc == -EEXIST ? -EINVAL : rc);
	}
	if (strcmp(output, "-") != 0)
		(void)printf("%s: keys are in %s; on the device: "
			"imgadm-device centre set --key-file %s%s%s\n",
			device != NULL ? device : x->site, output, output,
			device != NULL ? "" : " --site",
			x->address != NULL ? "" : " --address udp:CENTRE:162");
	return EXIT_DONE;
}

static int
remove_users(struct enrol *x, const char *device)
{
	struct err e = {0};
	struct store *s;
	int status, rc;

	status = cli_open(x->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = store_user_remove(s, device, device == NULL ? x->site : NULL, &e);
	store_close(s);
	return rc < 0 ? cli_error(&e, rc == -ENOENT ? -EINVAL : rc) : EXIT_DONE;
}

/* --- the command --------------------------------------------------------------------------- */

enum { SITE = 's', OUTPUT = 'o', AUTH = 'a', PRIV = 'x', ADDRESS = CLI_KEY_OWN, ROTATE,
	OVERLAP, LIST, REMOVE };

static int
set(struct enrol *x, int key, const char *argument, struct err *e)
{
	int rc = 0;

	if (key == SITE) {
		x->site = argument;
	} else if (key == OUTPUT) {
		x->output = argument;
	} else if (key == ADDRESS) {
		x->address = argument;
	} else if (key == ROTATE) {
		x->rotate = true;
	} else if (key == LIST) {
		x->list = true;
	} else if (key == REMOVE) {
		x->remove = true;
	} else if (key == OVERLAP) {
		rc = parse_duration(argument, 0, OVERLAP_MAX_S, &x->overlap_s, e);
		if (rc < 0)
			err_prefix(e, "--overlap");
	} else {
		*(key == AUTH ? &x->auth : &x->priv) = argument;
		x->protocols = true;
	}
	return rc;
}

/* What does not go together; NULL when all does. */
static const char *
clash(const struct enrol *x, const char *device)
{
	if (x->list)
		return device != NULL || x->site != NULL || x->rotate || x->remove ?
			"--list goes alone" : NULL;
	if ((device == NULL) == (x->site == NULL))
		return "name a DEVICE, or a site with --site";
	if (x->remove)
		return x->rotate || x->output != NULL || x->address != NULL || x->protocols ?
			"--remove goes with a DEVICE or --site alone" : NULL;
	if (x->overlap_s >= 0 && !x->rotate)
		return "--overlap goes with --rotate";
	return NULL;
}

int
fleet_enrol(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ SITE, "site", "SITE", "a site's enrolment user, instead of a device's" },
		{ ADDRESS, "address", "ADDRESS", "of the centre, for the key file: udp:HOST:162" },
		{ OUTPUT, "output", "FILE", "the key file (NAME.key); - is standard output" },
		{ AUTH, "auth", "PROTOCOL", "SHA-256 where not given" },
		{ PRIV, "priv", "PROTOCOL", "AES where not given" },
		{ ROTATE, "rotate", NULL, "new keys; the old ones are accepted for a time" },
		{ OVERLAP, "overlap", "TIME", "with --rotate: for how long, 7d" },
		{ LIST, "list", NULL, "who may report" },
		{ REMOVE, "remove", NULL, "who may not any more" },
		CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet enrol",
		.usage = "[options] DEVICE | --site SITE | --list",
		.summary = "Make the user and keys with which a device reports.",
		.rows = rows,
	};
	struct enrol x = { .cli = user, .auth = "SHA-256", .priv = "AES", .overlap_s = -1 };
	const char *device, *wrong;
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(x.cli, &p, 0, 1, &status)) > 0)
		if (set(&x, rc, p.argument, &e) < 0)
			return cli_error(&e, -EINVAL);
	if (rc < 0)
		return status;
	device = p.index < p.argc ? p.argv[p.index] : NULL;
	wrong = clash(&x, device);
	if (wrong != NULL) {
		log_error("enrol: %s", wrong);
		return EXIT_USAGE;
	}
	if (x.overlap_s < 0)
		x.overlap_s = OVERLAP_S;
	if (x.list)
		return list(&x);
	return x.remove ? remove_users(&x, device) : enrol(&x, device);
}

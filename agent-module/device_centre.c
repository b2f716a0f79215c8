/* imgadm-device centre set|show|remove: the centre that owns the reports. */
#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "agent-module/state_centre.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/snmp/keyfile.h"
#include "lib/snmp/resolve.h"

enum { KEY_ADDRESS = DEVICE_KEY_OWN, KEY_KEYS, KEY_SITE, SHOWN_SIZE = 1024 };

/* --- set ------------------------------------------------------------------------- */

struct said {
	const char *address, *keys;
	bool site;
};

/* The octets of a key file that keyfile_read() has taken. */
static int
read_octets(const char *path, char *dst, size_t size, size_t *ret_count, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	size_t count = 0;
	ssize_t n = 1;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	while (count < size && n > 0) {
		n = read(fd, dst + count, size - count);
		if (n > 0)
			count += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			rc = err_set(e, -errno, "%s: %s", path, strerror(errno));
	}
	(void)close(fd);	/* was only read */
	if (rc == 0)
		*ret_count = count;
	return rc;
}

/* The centre that a key file and the options speak of. */
static int
compose(const struct said *said, const struct keyfile *k, struct state_centre *c,
	struct err *e)
{
	const char *address = said->address != NULL ? said->address : k->centre;

	if (address[0] == '\0')
		return err_set(e, -EINVAL, "%s names no centre; give --address udp:HOST:PORT",
			said->keys);
	if (snmp_resolve_check(address, NULL, e) < 0)
		return -EINVAL;
	if (!text_copy(c->address, sizeof(c->address), address))
		return err_set(e, -EINVAL, "--address: at most %d octets",
			STATE_CENTRE_ADDRESS_MAX);
	if (!text_copy(c->user, sizeof(c->user), k->user))
		return err_set(e, -EINVAL, "%s: a user's name has at most %d octets",
			said->keys, STATE_CENTRE_USER_MAX);
	c->site = said->site;
	return 0;
}

/* The address moves, the keys stay. */
static int
move(struct state *s, const struct said *said, struct err *e)
{
	struct state_centre c;
	int rc = state_centre_load(s, &c, e);

	if (rc == 0 && !c.set)
		rc = err_set(e, -EINVAL, "no centre is set: give --key-file");
	if (rc == 0)
		rc = snmp_resolve_check(said->address, NULL, e) < 0 ? -EINVAL : 0;
	if (rc == 0 && !text_copy(c.address, sizeof(c.address), said->address))
		rc = err_set(e, -EINVAL, "--address: at most %d octets",
			STATE_CENTRE_ADDRESS_MAX);
	return rc < 0 ? rc : state_centre_set(s, &c, NULL, 0, e);
}

static int
set(struct state *s, const struct said *said, struct err *e)
{
	char octets[STATE_CENTRE_KEYS_MAX + 1];
	struct state_centre c = {0};
	struct keyfile k = {0};
	size_t count = 0;
	int rc = keyfile_read(said->keys, &k, e);

	if (rc == 0)
		rc = read_octets(said->keys, octets, sizeof(octets), &count, e);
	if (rc == 0)
		rc = compose(said, &k, &c, e);
	if (rc == 0)
		rc = state_centre_set(s, &c, octets, count, e);
	explicit_bzero(octets, sizeof(octets));
	keyfile_wipe(&k);
	return rc;
}

int
device_centre_set(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_KEYS, "key-file", "FILE", "as imgadm-fleet enrol made it; it is copied" },
		{ KEY_ADDRESS, "address", "ADDRESS",
			"where it is, such as udp:192.0.2.1:162 [as FILE says]" },
		{ KEY_SITE, "site", NULL,
			"the keys of a whole site: this device is new to the centre" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device centre set",
		.usage = "--key-file FILE [--address ADDRESS] | --address ADDRESS",
		.summary = "Say which centre the device reports to, and with which keys.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct said said = {0};
	struct options_pass p;
	struct state *s;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		if (key == KEY_KEYS)
			said.keys = p.argument;
		else if (key == KEY_ADDRESS)
			said.address = p.argument;
		else
			said.site = true;
	}
	if (key < 0)
		return status;
	if (said.keys == NULL && said.address == NULL) {
		rc = err_set(&e, -EINVAL, "--key-file is missing; imgadm-fleet enrol makes one");
		return device_cli_error(&e, rc);
	}
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = said.keys == NULL ? move(s, &said, &e) : set(s, &said, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

/* --- show ------------------------------------------------------------------------- */

static int
show(const struct state_centre *c, bool json)
{
	char address[SHOWN_SIZE], name[SHOWN_SIZE], keys[SHOWN_SIZE];
	struct err e = { "" };
	json_t *root;
	int rc;

	if (json) {
		root = !c->set ? json_pack("{s:b}", "set", 0) :
			json_pack("{s:b, s:s, s:s, s:b, s:s}", "set", 1, "address", c->address,
				"user", c->user, "site", c->site, "key_file", c->key_file);
		rc = jsonout_print(stdout, root, &e);
		json_decref(root);
		return rc == 0 ? EXIT_DONE : device_cli_error(&e, rc);
	}
	if (!c->set) {
		(void)printf("no centre is set\n");
		return EXIT_DONE;
	}
	(void)text_escape(address, sizeof(address), c->address);
	(void)text_escape(name, sizeof(name), c->user);
	(void)text_escape(keys, sizeof(keys), c->key_file);
	(void)printf("centre:   %s\nuser:     %s%s\nkeys:     %s\n", address, name,
		c->site ? " (of a site: structure only, until the centre approves)" : "", keys);
	return EXIT_DONE;
}

int
device_centre_show(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device centre show", .usage = "[--json]",
		.summary = "Show which centre the device reports to; no keys.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_centre c;
	struct options_pass p;
	struct state *s;
	struct err e;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = state_centre_load(s, &c, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : show(&c, cli.json);
}

int
device_centre_remove(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device centre remove", .usage = "",
		.summary = "Report to nobody any more; the keys are removed.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct options_pass p;
	struct state *s;
	struct err e;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = state_centre_remove(s, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>

#include "agent-module/state_update.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"

enum {
	KEY_ID = DEVICE_KEY_OWN, KEY_MANUFACTURER, KEY_MODEL, KEY_SERIAL, KEY_DEVICE_STATE,
	KEY_USE_COUNT, KEY_CAPACITY, KEY_TRUST_ROOT,
};

#define IDENTITY_ROWS \
	{ KEY_ID, "id", "ID", "stable key of the device: 1 to 64 octets" }, \
	{ KEY_MANUFACTURER, "manufacturer", "TEXT", "who makes it" }, \
	{ KEY_MODEL, "model", "TEXT", "its model" }, \
	{ KEY_SERIAL, "serial-number", "TEXT", "its serial number" }, \
	{ KEY_DEVICE_STATE, "device-state", "STATE", \
		"unknown, operational, warning, stopped, updating" }

/* Whether key was one of IDENTITY_ROWS. */
static bool
identity_option(int key, const char *argument, struct imgadm_identity *id)
{
	switch (key) {
	case KEY_ID:
		id->id = argument;
		return true;
	case KEY_MANUFACTURER:
		id->manufacturer = argument;
		return true;
	case KEY_MODEL:
		id->model = argument;
		return true;
	case KEY_SERIAL:
		id->serial_number = argument;
		return true;
	case KEY_DEVICE_STATE:
		id->state = argument;
		return true;
	default:
		return false;
	}
}

/* The exit status. */
static int
place_root(const struct device_cli *cli, const char *root)
{
	struct state *s = NULL;
	struct err e;
	int status = device_cli_state(cli, &s), rc;

	if (status != 0)
		return status;
	rc = state_trust_root(s, root, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

int
device_init(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		IDENTITY_ROWS,
		{ KEY_CAPACITY, "capacity", "N", "entries the error log holds [1000]" },
		{ KEY_TRUST_ROOT, "trust-root", "KEY", "who signs trust files: key, or its file" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device init", .usage = "--id ID [options]",
		.summary = "Make the state file of a device, with one unit: the device itself.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_identity id = IMGADM_IDENTITY_INIT;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	char root[SIGN_KEY_TEXT_SIZE] = "";
	uint32_t capacity = 0;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		if (key == KEY_CAPACITY) {
			rc = parse_u32(p.argument, 1, STATE_LOG_CAPACITY_MAX, &capacity, &e);
			if (rc < 0) {
				err_prefix(&e, "--capacity");
				return device_cli_error(&e, rc);
			}
		} else if (key == KEY_TRUST_ROOT) {
			if (device_trust_key(p.argument, root, &e) < 0) {
				err_prefix(&e, "--trust-root");
				return device_cli_error(&e, -EINVAL);
			}
		} else {
			(void)identity_option(key, p.argument, &id);
		}
	}
	if (key < 0)
		return status;
	if (id.id == NULL || id.id[0] == '\0') {
		log_error("--id is missing: the key by which this device is known for life");
		return EXIT_USAGE;
	}
	d = imgadm_device_new();
	rc = d == NULL ? -ENOMEM : imgadm_device_create(d, cli.state, &id, capacity);
	status = device_cli_done(d, rc);
	if (rc == 0 && root[0] != '\0')
		return place_root(&cli, root);
	/* Here it is the folder that is missing, not a unit. */
	return rc == -ENOENT ? EXIT_STORAGE : status;
}

int
device_set(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		IDENTITY_ROWS,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device set", .usage = "[options]",
		.summary = "Change the device's own columns; those not named stay.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_identity id = IMGADM_IDENTITY_INIT;
	struct imgadm_device *d;
	struct options_pass p;
	int key, status = EXIT_DONE;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0)
		(void)identity_option(key, p.argument, &id);
	if (key < 0)
		return status;
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, imgadm_device_identity_set(d, &id));
}

static int
boot(struct imgadm_device *d, char *argv[])
{
	(void)argv;
	return imgadm_device_boot(d);
}

int
device_boot(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device boot", .usage = "",
		.summary = "Say that the device has started: one start more, uptime from now.",
		.rows = device_cli_state_rows,
	};

	return device_cli_plain(user, &OPTIONS, argc, argv, 0, boot);
}

int
device_count(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device count", .usage = "SYMBOL [N]",
		.summary = "Raise a unit's use count by N (1); that of " STATE_DEVICE_SYMBOL
			" is the device's.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	uint64_t n = 1;
	int status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 1, 2, &status) != 0)
		return status;
	if (p.index + 1 < argc) {
		rc = parse_u64(argv[p.index + 1], 0, INT64_MAX, &n, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d,
		imgadm_device_count(d, argv[p.index], n));
}

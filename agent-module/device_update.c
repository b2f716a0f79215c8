/* imgadm-device update start|abort|switch|confirm|rollback|owner, and confirm. */
#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent-module/state_update.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

enum {
	KEY_URI = DEVICE_KEY_OWN, KEY_SOFTWARE, KEY_CREATOR, KEY_VERSION, KEY_SEQ, KEY_BANK,
	KEY_SIZE, KEY_DIGEST, KEY_WHEN, KEY_AT, KEY_TICKET, KEY_GROUP, KEY_GROUP_SIZE,
	KEY_EXPIRES, KEY_ORDER, KEY_FINAL,
};

/* What the options said. */
struct said {
	struct update_want want;
	unsigned columns;
};

static int
text_option(const char *option, const char *text, char *dst, size_t size, struct err *e)
{
	if (text_copy(dst, size, text))
		return 0;
	return err_set(e, -EINVAL, "%s: at most %zu octets", option, size - 1);
}

static int
u32_option(const char *option, const char *text, uint32_t most, uint32_t *ret, struct err *e)
{
	int rc = parse_u32(text, 0, most, ret, e);

	if (rc < 0)
		err_prefix(e, "%s", option);
	return rc;
}

static int
ticket_option(const char *path, struct update_want *w, struct err *e)
{
	uint8_t octets[UPDATE_TICKET_MAX + 1];
	char shown[256];
	size_t len = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), saved;

	(void)text_escape(shown, sizeof(shown), path);
	if (fd < 0)
		return err_set(e, -errno, "--ticket %s: %s", shown, strerror(errno));
	while (len < sizeof(octets) &&
	    ((n = read(fd, octets + len, sizeof(octets) - len)) > 0 || (n < 0 && errno == EINTR)))
		len += n > 0 ? (size_t)n : 0;
	saved = errno;
	(void)close(fd);	/* it was read only */
	if (n < 0)
		return err_set(e, -saved, "--ticket %s: %s", shown, strerror(saved));
	if (len > UPDATE_TICKET_MAX)
		return err_set(e, -EINVAL, "--ticket %s: a ticket has at most %d octets", shown,
			UPDATE_TICKET_MAX);
	memcpy(w->ticket, octets, len);
	w->ticket_len = (uint16_t)len;
	return 0;
}

static int
how_option(int key, const char *argument, struct said *s, struct err *e)
{
	struct update_want *w = &s->want;
	int when;

	switch (key) {
	case KEY_WHEN:
		s->columns |= STATE_WANT_WHEN;
		if (update_value(UPDATE_NAME_WHEN, argument, &when) < 0)
			return err_set(e, -EINVAL, "--when: stageOnly, idle, now or at");
		w->when = (enum update_when)when;
		return 0;
	case KEY_AT:
		s->columns |= STATE_WANT_AT;
		return device_cli_time("--at", argument, false, &w->at, e);
	case KEY_TICKET:
		s->columns |= STATE_WANT_TICKET;
		return ticket_option(argument, w, e);
	case KEY_GROUP:
		s->columns |= STATE_WANT_GROUP;
		return u32_option("--group", argument, UINT32_MAX, &w->group, e);
	case KEY_GROUP_SIZE:
		s->columns |= STATE_WANT_GROUP_SIZE;
		return u32_option("--group-size", argument, UPDATE_GROUP_MAX, &w->group_size, e);
	case KEY_EXPIRES:
		s->columns |= STATE_WANT_EXPIRES;
		return u32_option("--expires", argument, UINT32_MAX, &w->expires_s, e);
	case KEY_ORDER:
		s->columns |= STATE_WANT_ORDER;
		return u32_option("--order", argument, UINT32_MAX, &w->order, e);
	default:
		return 0;
	}
}

static int
bank_option(const char *argument, struct said *s, struct err *e)
{
	uint32_t bank = 0;
	int rc = u32_option("bank", argument, STRUCTURE_BANKS_MAX, &bank, e);

	s->want.bank = (uint8_t)bank;
	s->columns |= STATE_WANT_BANK;
	return rc;
}

static int
want_option(int key, const char *argument, struct said *s, struct err *e)
{
	struct update_want *w = &s->want;

	switch (key) {
	case KEY_URI:
		s->columns |= STATE_WANT_URI;
		return text_option("--uri", argument, w->uri, sizeof(w->uri), e);
	case KEY_SOFTWARE:
		s->columns |= STATE_WANT_SOFTWARE;
		return text_option("--software", argument, w->software, sizeof(w->software), e);
	case KEY_CREATOR:
		s->columns |= STATE_WANT_CREATOR;
		return text_option("--creator", argument, w->creator, sizeof(w->creator), e);
	case KEY_VERSION:
		s->columns |= STATE_WANT_VERSION;
		return text_option("--release", argument, w->version, sizeof(w->version), e);
	case KEY_SEQ:
		s->columns |= STATE_WANT_SEQUENCE;
		return u32_option("--seq", argument, UINT32_MAX, &w->sequence, e);
	case KEY_BANK:
		return bank_option(argument, s, e);
	case KEY_SIZE:
		s->columns |= STATE_WANT_SIZE;
		return u32_option("--size", argument, UINT32_MAX, &w->size, e);
	case KEY_DIGEST:
		s->columns |= STATE_WANT_DIGEST;
		w->digest_known = true;
		return text_unhex(argument, w->digest, sizeof(w->digest)) < 0 ?
			err_set(e, -EINVAL, "--digest: 64 hexadecimal digits") : 0;
	default:
		return how_option(key, argument, s, e);
	}
}

/* The ask itself, durable when it returns; tells where an order was had before. */
static int
ask(const struct device_cli *cli, const char *symbol, const struct said *said,
	enum update_command command)
{
	struct state *s;
	struct err e;
	bool done = true;
	int status = device_cli_state(cli, &s), rc;

	if (status != 0)
		return status;
	rc = state_update_ask(s, symbol, &said->want, UPDATE_OWNER_CENTRE, said->columns,
		command, false, &done, &e);
	state_close(s);
	if (rc < 0)
		return device_cli_error(&e, rc);
	if (!done)
		(void)printf("order %u was carried out before: nothing changed\n",
			said->want.order);
	return EXIT_DONE;
}

int
device_update_start(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_URI, "uri", "URI", "where the image is: tftp:// or https://" },
		{ KEY_SOFTWARE, "software", "ID", "which software, such as engine-fw" },
		{ KEY_CREATOR, "creator", "TEXT", "who made it" },
		{ KEY_VERSION, "release", "VERSION", "its version" },
		{ KEY_SEQ, "seq", "N", "its sequence number" },
		{ KEY_BANK, "bank", "N", "the bank to write; 0 = the device chooses" },
		{ KEY_SIZE, "size", "OCTETS", "the size of the image; 0 = not known" },
		{ KEY_DIGEST, "digest", "HEX", "SHA-256 of the image" },
		{ KEY_WHEN, "when", "WHEN", "stageOnly, idle, now or at [now]" },
		{ KEY_AT, "at", "TIME", "the moment, with --when at" },
		{ KEY_TICKET, "ticket", "FILE", "leave to go below the floor" },
		{ KEY_GROUP, "group", "N", "switched together with the units of that group" },
		{ KEY_GROUP_SIZE, "group-size", "N", "how many units it has" },
		{ KEY_EXPIRES, "expires", "SECONDS", "lapses when not begun by then [86400]" },
		{ KEY_ORDER, "order", "N", "the centre's number; the same twice is one" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device update start",
		.usage = "SYMBOL --uri URI --software ID [options]",
		.summary = "Fetch, verify and install signed software.  What is not named is "
			"not wanted.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct said said = { .want = { .when = UPDATE_WHEN_NOW,
		.expires_s = UPDATE_EXPIRES_DEFAULT_S } };
	struct options_pass p;
	struct err e;
	int key, status = EXIT_DONE, rc = 0;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 1, 1, &status)) > 0) {
		rc = want_option(key, p.argument, &said, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	if (said.want.uri[0] == '\0' || said.want.software[0] == '\0') {
		rc = err_set(&e, -EINVAL, "--uri and --software: what is to be fetched, and "
			"which software it is");
		return device_cli_error(&e, rc);
	}
	/* A row is a whole: nothing of the request before stays, but its order number. */
	said.columns |= STATE_WANT_ALL & ~(unsigned)STATE_WANT_ORDER;
	return ask(&cli, argv[p.index], &said, UPDATE_COMMAND_START);
}

static const struct option_row PLAIN[] = {
	DEVICE_OPTION_STATE,
	{ 0, NULL, NULL, NULL },
};

static int
command(void *user, int argc, char *argv[], const struct options *options,
	enum update_command command)
{
	static const struct said nothing = { .want = { .when = UPDATE_WHEN_STAGE_ONLY } };
	struct device_cli cli = *(struct device_cli *)user;
	struct options_pass p;
	int status = EXIT_DONE;

	options_begin(&p, options, argc, argv);
	if (device_cli_option(&cli, &p, 1, 1, &status) != 0)
		return status;
	return ask(&cli, argv[p.index], &nothing, command);
}

int
device_update_abort(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device update abort", .usage = "SYMBOL",
		.summary = "Stop an update, as long as the software is not switched.",
		.rows = PLAIN,
	};

	return command(user, argc, argv, &OPTIONS, UPDATE_COMMAND_ABORT);
}

int
device_update_confirm(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device update confirm", .usage = "SYMBOL",
		.summary = "Keep the software that is proven: the way back is given up.",
		.rows = PLAIN,
	};

	return command(user, argc, argv, &OPTIONS, UPDATE_COMMAND_CONFIRM);
}

int
device_update_rollback(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device update rollback", .usage = "SYMBOL",
		.summary = "Go back from software in trial, or proven, to what ran before.",
		.rows = PLAIN,
	};

	return command(user, argc, argv, &OPTIONS, UPDATE_COMMAND_ROLLBACK);
}

int
device_update_switch(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_BANK, "bank", "N", "run the software of this bank, without a download" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device update switch", .usage = "SYMBOL [--bank N]",
		.summary = "Run what is staged; or, with no update under way, another bank.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct said said = { .want = { .when = UPDATE_WHEN_NOW,
		.expires_s = UPDATE_EXPIRES_DEFAULT_S } };
	struct options_pass p;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 1, 1, &status)) > 0) {
		rc = bank_option(p.argument, &said, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	if (said.columns != 0)
		said.columns = STATE_WANT_ALL & ~(unsigned)STATE_WANT_ORDER;
	return ask(&cli, argv[p.index], &said, UPDATE_COMMAND_SWITCH);
}

int
device_update_owner(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device update owner", .usage = "SYMBOL centre|local|locked",
		.summary = "Say who decides which version is wanted.",
		.rows = PLAIN,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct options_pass p;
	struct state *s;
	struct err e;
	int status = EXIT_DONE, owner, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 2, 2, &status) != 0)
		return status;
	if (update_value(UPDATE_NAME_OWNER, argv[p.index + 1], &owner) < 0) {
		rc = err_set(&e, -EINVAL, "an owner is centre, local or locked");
		return device_cli_error(&e, rc);
	}
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = state_update_ask(s, argv[p.index], NULL, (enum update_owner)owner, STATE_WANT_OWNER,
		UPDATE_COMMAND_NONE, false, NULL, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

int
device_confirm(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_FINAL, "final", NULL, "keep it for good: the way back is given up" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device confirm", .usage = "[SYMBOL] [--final]",
		.summary = "The software of that unit, or of all units, has started and works.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_device *d;
	struct options_pass p;
	const char *symbol;
	struct err e;
	bool final = false;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 1, &status)) > 0)
		final = true;
	if (key < 0)
		return status;
	symbol = p.index < argc ? argv[p.index] : NULL;
	if (final && symbol == NULL) {
		rc = err_set(&e, -EINVAL, "--final: of which unit?");
		return device_cli_error(&e, rc);
	}
	d = device_cli_open(&cli);
	if (d == NULL)
		return EXIT_STORAGE;
	rc = final ? imgadm_device_commit_update(d, symbol) : imgadm_device_confirm(d, symbol);
	return device_cli_done(d, rc);
}

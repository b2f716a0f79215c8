/* imgadm-update tickets export: what an operator is to sign, a line for each unit. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/durable.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/image/image_ticket.h"
#include "lib/store/store_image.h"
#include "updater/update_image.h"
#include "updater/update_open.h"
#include "updater/update_row.h"
#include "updater/update_tickets.h"

enum { CREATOR = UPDATE_KEY_OWN, NONCE, OUTPUT = 'o' };

struct export {
	const char *device, *unit, *software, *version;	/* unit NULL: each that has it */
	const char *creator, *output;	/* NULL: any; our output */
	bool nonce_known;
	uint8_t nonce[UPDATE_NONCE_SIZE];
	struct update_opened o;
	struct store_image image;
};

/* Whether one of its banks holds this software. */
static bool
takes(const struct update_opened *o, const struct unit *u, const char *software)
{
	const struct structure *s = &o->device.structure;

	for (size_t i = 0; i < s->software_count; i++)
		if (s->software[i].unit_index == u->index &&
		    strcmp(s->software[i].id, software) == 0)
			return true;
	return false;
}

/* The unit's serial number and nonce, as it says them now; EXIT_DONE, or it was said why not. */
static int
asked(struct export *x, const struct unit *u, struct image_ticket *t)
{
	struct update_row_unit now;
	struct update row;
	struct ask_end end;
	uint32_t lock;

	if (!x->o.reachable) {
		log_error("%s: it cannot be asked for its nonce: --nonce says what "
			"imgadm-device update show %s shows there", x->device, u->symbol);
		return EXIT_SOME_FAILED;
	}
	update_row_unit(x->o.ask, u->index, &now, &end);
	if (end.how == ASK_DONE)
		update_row_get(x->o.ask, u->index, &row, &lock, &end);
	if (end.how != ASK_DONE) {
		log_error("%s: %s: %s", x->device, u->symbol,
			end.how == ASK_STOPPED ? "stopped" : end.reason);
		return EXIT_SOME_FAILED;
	}
	(void)text_copy(t->unit_serial, sizeof(t->unit_serial), now.serial_number);
	(void)memcpy(t->nonce, row.nonce, sizeof(t->nonce));
	return EXIT_DONE;
}

static int
add_unit(struct export *x, const struct unit *u, struct buf *lines)
{
	struct image_ticket t = { .seq = x->image.seq };
	struct err e = { "" };
	int rc, status = EXIT_DONE;

	(void)text_copy(t.device, sizeof(t.device), x->o.device.row.id);
	(void)text_copy(t.software, sizeof(t.software), x->image.software);
	(void)memcpy(t.sha256, x->image.sha256, sizeof(t.sha256));
	if (x->nonce_known) {
		(void)text_copy(t.unit_serial, sizeof(t.unit_serial), u->serial_number);
		(void)memcpy(t.nonce, x->nonce, sizeof(t.nonce));
	} else {
		status = asked(x, u, &t);
	}
	if (status != EXIT_DONE)
		return status;
	rc = image_ticket_write(&t, lines, &e);
	if (rc == 0)
		rc = buf_add_char(lines, '\n');
	if (rc < 0) {
		log_error("%s: %s: %s", x->device, u->symbol, e.text);
		status = rc == -ENOMEM ? EXIT_STORAGE : EXIT_SOME_FAILED;
	}
	return status;
}

static int
collect(struct export *x, struct buf *lines)
{
	const struct structure *s = &x->o.device.structure;
	const struct unit *one = NULL;
	size_t found = 0;
	int status = EXIT_DONE;

	if (x->unit != NULL && (one = update_open_unit(&x->o, x->unit)) == NULL)
		return EXIT_USAGE;
	for (size_t i = 0; i < s->unit_count; i++)
		found += one != NULL ? one == &s->units[i] :
			takes(&x->o, &s->units[i], x->image.software);
	if (found == 0) {
		log_error("%s: no unit of it has %s: say which is meant, by its symbol",
			x->device, x->image.software);
		return EXIT_USAGE;
	}
	if (found > 1 && x->nonce_known) {
		log_error("--nonce: %s has %zu units with %s: say whose nonce it is, by its symbol",
			x->device, found, x->image.software);
		return EXIT_USAGE;
	}
	for (size_t i = 0; status == EXIT_DONE && i < s->unit_count; i++)
		if (one != NULL ? one == &s->units[i] :
		    takes(&x->o, &s->units[i], x->image.software))
			status = add_unit(x, &s->units[i], lines);
	return status;
}

static int
write_out(const char *path, const struct buf *b)
{
	int rc;

	if (path == NULL)
		return fwrite(b->data, 1, b->len, stdout) == b->len && fflush(stdout) == 0 ?
			EXIT_DONE : EXIT_STORAGE;
	rc = durable_put(path, b->data, b->len, 0600);
	if (rc < 0) {
		log_error("%s: %s", path, strerror(-rc));
		return EXIT_STORAGE;
	}
	return EXIT_DONE;
}

static int
run(struct update_cli *cli, struct export *x)
{
	struct err e = { "" };
	struct buf lines;
	int rc, status;

	buf_init(&lines, TICKETS_FILE_MAX);
	status = update_open(cli, x->device, !x->nonce_known, &x->o);
	if (status == EXIT_DONE) {
		rc = update_image_find(x->o.store, x->creator, x->software, x->version, &x->image,
			&e);
		if (rc < 0)
			status = update_image_failed(&e, rc);
	}
	if (status == EXIT_DONE)
		status = collect(x, &lines);
	if (status == EXIT_DONE)
		status = write_out(x->output, &lines);
	update_opened_close(&x->o);
	buf_release(&lines);
	return status;
}

int
update_tickets_export(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ OUTPUT, "output", "FILE", "where to; otherwise to our output" },
		{ CREATOR, "creator", "ID", "whose, where two have such a release" },
		{ NONCE, "nonce", "HEX", "the unit's imgUpdateNonce, if it cannot be asked" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update tickets export",
		.usage = "[options] DEVICE [UNIT] SOFTWARE VERSION",
		.summary = "What an operator signs so that a unit may go below its floor, once.",
		.rows = rows,
	};
	struct export x = { .nonce_known = false };
	struct options_pass p;
	int key, status;

	options_begin(&p, &options, argc, argv);
	while ((key = update_cli_option(user, &p, 3, 4, &status)) > 0) {
		if (key == OUTPUT) {
			x.output = p.argument;
		} else if (key == CREATOR) {
			x.creator = p.argument;
		} else if (strlen(p.argument) != 2 * sizeof(x.nonce) ||
		    text_unhex(p.argument, x.nonce, sizeof(x.nonce)) < 0) {
			log_error("--nonce: want %zu hexadecimal digits", 2 * sizeof(x.nonce));
			return EXIT_USAGE;
		} else {
			x.nonce_known = true;
		}
	}
	if (key != 0)
		return status;
	argv += p.index;
	argc -= p.index;
	x.device = argv[0];
	x.unit = argc == 4 ? argv[1] : NULL;
	x.software = argv[argc - 2];
	x.version = argv[argc - 1];
	return run(user, &x);
}

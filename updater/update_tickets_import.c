#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/image/image_ticket.h"
#include "lib/store/store_read.h"
#include "lib/store/store_ticket.h"
#include "updater/update_cli.h"
#include "updater/update_image.h"
#include "updater/update_tickets.h"

enum { SIGNATURE_LINES = 4 };

/* What the operator signed, believed by an operatorKey; and as it goes on the wire. */
static int
read_ticket(const struct conf *c, const char *data, size_t len, struct image_ticket *ret,
	struct store_ticket *row, struct err *e)
{
	const struct conf_catalogue_key *key;
	char id[SIGN_ID_TEXT_SIZE];
	struct sign_signature s;
	int rc = sign_parse(data, len, &s, e);

	if (rc == 0) {
		key = conf_operator_key_find(c, s.key_id);
		sign_id_text(s.key_id, id);
		rc = key != NULL ? image_ticket_read(data, len, &key->key, ret, e) :
			err_set(e, -EACCES, "signed by the key %s, which no operatorKey of"
				" imgadm.conf names", id);
	}
	if (rc == 0)
		rc = image_ticket_wire(data, len, row->minisig, &row->minisig_len, e);
	return rc;
}

/* The device that says this id; two that do are no one. */
static int
find_device(struct store *s, const char *id, struct store_device_row *ret, struct err *e)
{
	char shown[4 * STRUCTURE_ID_MAX + 1];
	struct store_devices *devices = NULL;
	struct store_device_row row;
	size_t found = 0;
	int rc = store_devices_open(s, NULL, &devices, e);

	while (rc == 0 && (rc = store_devices_next(devices, &row, e)) == 1) {
		rc = 0;
		if (strcmp(row.id, id) == 0) {
			*ret = row;
			found++;
		}
	}
	store_devices_close(devices);
	(void)text_escape(shown, sizeof(shown), id);
	if (rc == 0 && found != 1)
		rc = err_set(e, -ENOENT, found == 0 ? "no device of the fleet has the id '%s'" :
			"several devices of the fleet say the id '%s'", shown);
	return rc;
}

static int
import(struct store *s, const struct conf *c, const char *data, size_t len, struct err *e)
{
	char name[4 * STORE_NAME_MAX + 1], serial[4 * STRUCTURE_NAME_MAX + 1];
	struct store_ticket row = { .imported = clock_utc_s(clock_system()) };
	struct store_device_row device;
	struct image_ticket t;
	int rc = read_ticket(c, data, len, &t, &row, e);

	if (rc == 0)
		rc = find_device(s, t.device, &device, e);
	if (rc < 0)
		return rc;
	row.device = device.device;
	row.seq = t.seq;
	(void)text_copy(row.unit_serial, sizeof(row.unit_serial), t.unit_serial);
	(void)text_copy(row.software, sizeof(row.software), t.software);
	(void)memcpy(row.sha256, t.sha256, sizeof(row.sha256));
	(void)memcpy(row.nonce, t.nonce, sizeof(row.nonce));
	cli_user(row.by, sizeof(row.by));
	rc = store_ticket_put(s, &row, e);
	if (rc < 0)
		return rc;
	(void)text_escape(name, sizeof(name), device.name);
	(void)text_escape(serial, sizeof(serial), t.unit_serial);
	(void)printf("%s, part '%s': a ticket for %s seq %" PRIu32 "\n", name, serial, t.software,
		t.seq);
	return 0;
}

/* Each stands by itself: one that is refused keeps no other out.  The first's status. */
static int
import_file(struct store *s, const struct conf *c, const char *path)
{
	int rc, failed = EXIT_DONE, first = EXIT_DONE;
	size_t at = 0, len, n = 0;
	struct err e = { "" };
	const char *data;
	struct buf b;

	rc = update_tickets_read(path, &b, &e);
	if (rc < 0)
		first = update_image_failed(&e, rc);
	while (rc == 0 && ((len = update_tickets_next(&b, &at, SIGNATURE_LINES, &data)) > 0 ||
	    n == 0)) {
		n++;
		rc = import(s, c, data, len, &e);
		if (rc < 0) {
			if (n > 1 || at < b.len)
				err_prefix(&e, "%s: ticket %zu", path, n);
			else
				err_prefix(&e, "%s", path);
			failed = update_image_failed(&e, rc);
			first = first == EXIT_DONE || failed == EXIT_STORAGE ? failed : first;
		}
		rc = 0;
	}
	buf_release(&b);
	return first;
}

int
update_tickets_import(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-update tickets import", .usage = "FILE.minisig ...",
		.summary = "Keep tickets that an operator signed, for the orders that need them.",
		.rows = rows,
	};
	struct update_cli *cli = user;
	int rc, first = 0, status;
	struct options_pass p;
	struct store *s;

	rc = update_cli_options(cli, &p, &options, argc, argv, 1, -1, &status);
	if (rc != 0)
		return status;
	status = cli_open(&cli->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	for (int i = p.index; i < argc; i++) {
		status = import_file(s, cli->cli.conf, argv[i]);
		first = first == 0 || status == EXIT_STORAGE ? status : first;
	}
	store_close(s);
	return first;
}

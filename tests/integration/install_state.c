/*
 * install_state: what tests of updates say to a device's state.
 *
 *	install_state STATE trust ROOT.pub TRUST TRUST.minisig
 *	install_state STATE row SYMBOL	what imgadm-install remembers, in one line
 *	install_state STATE all	of each row a line, `SYMBOL STATE REASON` and its banks,
 *				`1:running:1.0`
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent-module/state.h"
#include "agent-module/state_update.h"
#include "lib/image/image_trust.h"

static size_t
slurp(const char *path, char *dst, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, dst, size - 1);

	if (n < 0) {
		perror(path);
		exit(1);
	}
	(void)close(fd);
	dst[n] = '\0';
	return (size_t)n;
}

static int
trust(struct state *s, char *argv[], struct err *e)
{
	static char bytes[TRUST_FILE_MAX + 1], signature[SIGN_FILE_MAX + 1], pub[SIGN_FILE_MAX + 1];
	struct image_trust_file f = { .bytes = bytes, .signature = signature };
	struct state_trust row = { .bytes = bytes }, old = {0};
	struct sign_key root, next;
	struct image_trust *t;
	char *line;
	int rc;

	(void)slurp(argv[3], pub, sizeof(pub));
	line = strchr(pub, '\n') + 1;
	line[strcspn(line, "\n")] = '\0';
	row.len = f.len = slurp(argv[4], bytes, sizeof(bytes));
	f.signature_len = slurp(argv[5], signature, sizeof(signature));
	rc = sign_key_parse(line, strlen(line), &root, e);
	if (rc == 0)
		rc = state_trust_get(s, &old, e);
	if (rc == 0 && old.root[0] == '\0')
		rc = state_trust_root(s, line, e);
	state_trust_release(&old);
	if (rc == 0)
		rc = image_trust_accept(&f, &root, 0, NULL, &t, &next, e);
	if (rc < 0)
		return rc;
	row.serial = image_trust_serial(t);
	(void)snprintf(row.root, sizeof(row.root), "%s", line);
	row.key_count = image_trust_ids(t, row.key_ids, 64);
	row.operator_required = image_trust_operator_required(t);
	image_trust_free(t);
	return state_trust_put(s, &row, e);
}

static int
row(struct state *s, const char *symbol, struct err *e)
{
	struct state_update u;
	int rc = state_update_get(s, symbol, &u, e);

	if (rc == 0)
		(void)printf("%s %s intent=%d to=%u from=%u tries=%" PRIu32 " pending=%d\n",
			update_name(UPDATE_NAME_STATE, (int)u.row.state),
			update_name(UPDATE_NAME_REASON, (int)u.row.reason), (int)u.intent,
			u.to_bank, u.from_bank, u.tries, (int)u.pending);
	return rc;
}

static void
banks_print(const struct structure *st, uint32_t unit_index)
{
	size_t count;
	const struct software *w = structure_software(st, unit_index, &count);

	for (size_t n = 0; n < count; n++)
		(void)printf(" %u:%s:%s", w[n].bank,
			structure_name(NAME_SOFTWARE_STATE, (int)w[n].state), w[n].version);
}

static int
all(struct state *s, struct err *e)
{
	struct state_update *rows = NULL;
	struct state_view view = {0};
	size_t count = 0;
	int rc = state_update_list(s, &rows, &count, e);

	if (rc == 0)
		rc = state_view_refresh(s, &view, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		(void)printf("%s %s %s", rows[i].symbol,
			update_name(UPDATE_NAME_STATE, (int)rows[i].row.state),
			update_name(UPDATE_NAME_REASON, (int)rows[i].row.reason));
		banks_print(&view.structure, rows[i].row.unit_index);
		(void)putchar('\n');
	}
	state_view_release(&view);
	free(rows);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct state *s = NULL;
	struct err e;
	int rc = -EINVAL;

	if (argc < 3 || state_open(argv[1], STATE_WRITE, &s, &e) < 0) {
		fprintf(stderr, "install_state: %s\n", argc < 3 ? "usage" : e.text);
		return 1;
	}
	if (strcmp(argv[2], "trust") == 0 && argc == 6)
		rc = trust(s, argv, &e);
	else if (strcmp(argv[2], "row") == 0 && argc == 4)
		rc = row(s, argv[3], &e);
	else if (strcmp(argv[2], "all") == 0)
		rc = all(s, &e);
	else
		(void)err_set(&e, rc, "usage");
	if (rc < 0)
		fprintf(stderr, "install_state: %s\n", e.text);
	state_close(s);
	return rc < 0;
}

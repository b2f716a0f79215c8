#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/snmp/conf.h"
#include "manager/fleet_cli.h"
#include "manager/fleet_probe.h"

enum { ADDRESSES_MAX = 65536 };

/* A device of the store, for the question whether an answer is known. */
struct known {
	char name[STORE_NAME_MAX + 1];
	char numeric[SNMP_ADDRESS_MAX];
	char id[STRUCTURE_ID_MAX + 1];
};

struct discover {
	struct cli *cli;
	struct snmp_options snmp;
	struct snmp_credential *given;	/* of SNMP options, or NULL */
	const char *credential;	/* --credential, or NULL */
	const char *site;
	bool add;
	uint32_t port;
	struct known *by_address, *by_id;	/* sorted */
	size_t known_count, known_size;
	size_t added, new, refused;
};

/* --- what is known ---------------------------------------------------------------- */

static int
address_order(const void *a, const void *b)
{
	return strcmp(((const struct known *)a)->numeric, ((const struct known *)b)->numeric);
}

static int
id_order(const void *a, const void *b)
{
	return strcmp(((const struct known *)a)->id, ((const struct known *)b)->id);
}

static int
known_add(struct discover *d, const struct store_target *t, struct err *e)
{
	struct known *more;
	size_t size = d->known_size == 0 ? 64 : d->known_size * 2;

	if (d->known_count == d->known_size) {
		more = realloc(d->by_address, size * sizeof(*more));
		if (more == NULL)
			return err_set(e, -ENOMEM, "out of memory");
		d->by_address = more;
		d->known_size = size;
	}
	more = &d->by_address[d->known_count++];
	*more = (struct known){0};
	(void)text_copy(more->name, sizeof(more->name), t->name);
	(void)text_copy(more->id, sizeof(more->id), t->id);
	if (snmp_resolve_check(t->address, more->numeric, NULL) != 1)
		(void)text_copy(more->numeric, sizeof(more->numeric), t->numeric);
	return 0;
}

static int
load_known(struct discover *d, struct store *s, struct err *e)
{
	struct store_targets *t;
	struct store_target target;
	int rc;

	rc = store_targets_open(s, NULL, &t, e);
	if (rc < 0)
		return rc;
	while ((rc = store_targets_next(t, &target, e)) == 1) {
		rc = known_add(d, &target, e);
		if (rc < 0)
			break;
	}
	store_targets_close(t);
	if (rc < 0 || d->known_count == 0)
		return rc;
	d->by_id = malloc(d->known_count * sizeof(*d->by_id));
	if (d->by_id == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	(void)memcpy(d->by_id, d->by_address, d->known_count * sizeof(*d->by_id));
	qsort(d->by_address, d->known_count, sizeof(*d->by_address), address_order);
	qsort(d->by_id, d->known_count, sizeof(*d->by_id), id_order);
	return 0;
}

static const struct known *
find_known(const struct discover *d, const struct fleet_answer *a)
{
	struct known key = {0};
	const struct known *k;

	if (d->known_count == 0)
		return NULL;
	(void)text_copy(key.numeric, sizeof(key.numeric), a->numeric);
	(void)text_copy(key.id, sizeof(key.id), a->id);
	k = bsearch(&key, d->by_address, d->known_count, sizeof(key), address_order);
	if (k == NULL && a->id[0] != '\0')
		k = bsearch(&key, d->by_id, d->known_count, sizeof(key), id_order);
	return k;
}

/* --- adding -------------------------------------------------------------------------- */

/* A name from sysName, with what a name cannot hold as '-'; or the address. */
static void
make_name(const struct fleet_answer *a, bool with_address, char *dst, size_t size)
{
	char base[STORE_NAME_MAX / 2 + 1];
	size_t i, n = 0;

	for (i = 0; a->sys_name[i] != '\0' && n < STORE_NAME_MAX / 2; i++) {
		unsigned char c = (unsigned char)a->sys_name[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c == '.' || c == '_')
			base[n++] = (char)c;
		else if (n > 0 && base[n - 1] != '-')
			base[n++] = '-';
	}
	while (n > 0 && base[n - 1] == '-')
		n--;
	base[n] = '\0';
	if (n == 0)
		(void)snprintf(dst, size, "%.*s", STORE_NAME_MAX, a->address);
	else if (with_address)
		(void)snprintf(dst, size, "%s-%.*s", base, STORE_NAME_MAX / 2 - 1, a->address);
	else
		(void)snprintf(dst, size, "%s", base);
}

static int
add_answer(struct discover *d, struct store *s, const struct fleet_answer *a, char *name,
	size_t size, struct err *e)
{
	struct store_device_new new = { .name = name, .address = a->address,
		.site = d->site, .credential = d->credential };
	int rc;

	make_name(a, false, name, size);
	rc = store_device_add(s, &new, NULL, e);
	if (rc == -EEXIST) {
		make_name(a, true, name, size);
		rc = store_device_add(s, &new, NULL, e);
	}
	if (rc == 0)
		d->added++;
	return rc;
}

/* --- showing ---------------------------------------------------------------------------- */

static const struct listing_column columns[] = {
	{ "ADDRESS", "address", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SYSNAME", "sys_name", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "AGENT", "agent", LISTING_BOOL, LISTING_EVERYWHERE },
	{ "", "manufacturer", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "serial_number", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "ID", "id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "sys_object_id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "STATUS", "status", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
};

static void
cells(struct listing *l, const struct fleet_answer *a, const char *status, const char *name)
{
	const char *const texts[] = { a->manufacturer, a->model, a->serial_number, a->id,
		a->sys_object_id };
	size_t i;

	listing_text(l, a->address);
	listing_text(l, a->sys_name[0] == '\0' ? NULL : a->sys_name);
	if (a->kind == FLEET_REFUSED)
		listing_none(l);
	else
		listing_bool(l, a->id[0] != '\0');
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		listing_text(l, texts[i][0] == '\0' ? NULL : texts[i]);
	if (a->kind == FLEET_REFUSED)
		listing_mark(l, LISTING_WARN);
	listing_text(l, status);
	listing_text(l, name);
	listing_row(l);
}

static int
show(struct discover *d, struct store *s, const struct fleet_answers *answers,
	struct listing *l, struct err *e)
{
	char name[STORE_NAME_MAX + 1];
	const struct known *k;
	size_t i;
	int rc;

	for (i = 0; i < answers->count; i++) {
		const struct fleet_answer *a = &answers->items[i];

		k = find_known(d, a);
		if (a->kind == FLEET_REFUSED) {
			d->refused++;
			cells(l, a, "refused", k == NULL ? NULL : k->name);
		} else if (k != NULL) {
			cells(l, a, strcmp(k->numeric, a->numeric) == 0 ? "known" :
				"known elsewhere", k->name);
		} else if (!d->add) {
			d->new++;
			cells(l, a, "new", NULL);
		} else {
			rc = add_answer(d, s, a, name, sizeof(name), e);
			if (rc < 0)
				return rc;
			cells(l, a, "added", name);
		}
	}
	return 0;
}

static void
summary(const struct discover *d, const struct fleet_answers *a)
{
	(void)printf("%" PRIu64 " address%s asked, %zu answered", a->asked,
		a->asked == 1 ? "" : "es", a->count);
	if (d->added > 0)
		(void)printf(", %zu added", d->added);
	if (d->new > 0)
		(void)printf(", %zu new (--add adds %s)", d->new, d->new == 1 ? "it" : "them");
	if (d->refused > 0)
		(void)printf(", %zu refused the credential", d->refused);
	(void)printf("\n");
}

/* --- asking -------------------------------------------------------------------------------- */

static const struct snmp_credential *
credential(void *user, const char *numeric, struct err *e)
{
	struct discover *d = user;

	if (d->given != NULL)
		return d->given;
	return conf_credential_for(d->cli->conf, d->credential, "", numeric, e);
}

static int
parse_ranges(int count, char *const texts[], struct parse_range *ranges,
	uint64_t *ret_total, struct err *e)
{
	uint64_t total = 0;
	int i, rc;

	for (i = 0; i < count; i++) {
		rc = parse_cidr(texts[i], ADDRESSES_MAX, &ranges[i], e);
		if (rc < 0)
			return rc;
		total += parse_range_count(&ranges[i]);
		if (total > ADDRESSES_MAX)
			return err_set(e, -ERANGE, "more than %d addresses in all: ask them "
				"in several runs", ADDRESSES_MAX);
	}
	*ret_total = total;
	return 0;
}

static int
prepare(struct discover *d, struct err *e)
{
	int rc;

	rc = cli_conf(d->cli, e);
	if (rc == 0)
		rc = snmp_options_credential(&d->snmp, &d->given, e);
	if (rc < 0)
		return rc;
	if (d->credential != NULL && conf_credential(d->cli->conf, d->credential) == NULL)
		return err_set(e, -EINVAL, "no credential '%s' in imgadm.conf", d->credential);
	return 0;
}

/* The batch is only open while answers are added, not while addresses are asked. */
static int
report(struct discover *d, struct store *s, const struct fleet_answers *answers)
{
	struct err e = {0};
	struct listing *l;
	int rc = 0, status;

	l = cli_listing(d->cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL)
		return EXIT_STORAGE;
	if (d->add)
		rc = store_batch_begin(s, &e);
	if (rc == 0)
		rc = show(d, s, answers, l, &e);
	if (d->add && rc == 0)
		rc = store_batch_commit(s, &e);
	status = cli_listed(d->cli, l, rc, &e, NULL);
	if (status == EXIT_DONE && d->cli->format == LISTING_TABLE)
		summary(d, answers);
	if (status != EXIT_DONE || !answers->stopped)
		return status;
	log_warning("interrupted: the rest was not asked");
	return EXIT_SOME_FAILED;
}

static int
run(struct discover *d, int count, char *const texts[])
{
	struct fleet_probe p = { .range_count = (size_t)count, .port = d->port,
		.credential = credential, .user = d, .progress = isatty(STDERR_FILENO) };
	struct fleet_answers answers = {0};
	struct store *s = NULL;
	struct err e = {0};
	int rc, status;

	p.ranges = calloc((size_t)count, sizeof(*p.ranges));
	rc = p.ranges == NULL ? err_set(&e, -ENOMEM, "out of memory") :
		parse_ranges(count, texts, p.ranges, &p.total, &e);
	if (rc == 0)
		rc = prepare(d, &e);
	if (rc == 0) {
		/* What is asked may take minutes: know before that it can be kept. */
		status = cli_open(d->cli, STORE_TOLD, &s);
		if (status != EXIT_DONE) {
			free(p.ranges);
			return status;
		}
		rc = load_known(d, s, &e);
	}
	if (rc == 0)
		rc = fleet_probe_run(&p, &answers, &e);
	status = rc < 0 ? cli_error(&e, rc) : report(d, s, &answers);
	store_close(s);
	free(p.ranges);
	free(answers.items);
	return status;
}

int
fleet_discover(void *user, int argc, char *argv[])
{
	enum { SITE = 's', CREDENTIAL = 'C', ADD = CLI_KEY_OWN, PORT };
	static const struct option_row rows[] = {
		{ ADD, "add", NULL, "add what is new, named by its sysName" },
		{ SITE, "site", "SITE", "with --add: where it stands" },
		{ CREDENTIAL, "credential", "NAME", "a credential of imgadm.conf; kept with "
		  "--add" },
		{ PORT, "port", "PORT", "UDP port, 161 where not given" },
		CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB,
		SNMP_OPTION_ROWS,
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet discover",
		.usage = "[options] NETWORK|ADDRESS ...",
		.summary = "Ask each address of networks (10.1.4.0/24) who answers there.",
		.rows = rows,
	};
	struct discover d = { .cli = user, .port = SNMP_RESOLVE_PORT };
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(d.cli, &p, 1, -1, &status)) > 0) {
		if (rc == SITE) {
			d.site = p.argument;
		} else if (rc == CREDENTIAL) {
			d.credential = p.argument;
		} else if (rc == ADD) {
			d.add = true;
		} else if (rc == PORT && parse_u32(p.argument, 1, UINT16_MAX, &d.port, &e) < 0) {
			err_prefix(&e, "--port");
			return cli_error(&e, -EINVAL);
		} else if (rc != PORT) {
			(void)snmp_options_take(&d.snmp, rc, (char *)p.argument);
		}
	}
	if (rc < 0)
		return status;
	status = run(&d, p.argc - p.index, p.argv + p.index);
	snmp_credential_free(d.given);
	free(d.by_address);
	free(d.by_id);
	return status;
}

#include <config.h>

#include "updater/update_open.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/snmp/resolve.h"

static int
find_target(struct update_opened *o, const char *name, struct err *e)
{
	struct store_targets *targets;
	int rc = store_targets_open(o->store, name, &targets, e);

	if (rc < 0)
		return rc;
	rc = store_targets_next(targets, &o->target, e);
	store_targets_close(targets);
	if (rc == 0)
		return err_set(e, -ENOENT, "%s: was removed", name);
	return rc < 0 ? rc : 0;
}

int
update_open(struct update_cli *cli, const char *name, bool writes, struct update_opened *ret)
{
	struct update_opened *o = ret;
	struct err e = { 0 };
	int rc, status;

	*o = (struct update_opened){ 0 };
	status = cli_open(&cli->cli, STORE_TOLD, &o->store);
	if (status != EXIT_DONE)
		return status;
	rc = store_device_get(o->store, name, &o->device, &e);
	if (rc == -ENOENT)
		return cli_no_device(o->store, name, &e, rc);
	if (rc == 0)
		rc = cli_conf(&cli->cli, &e);
	if (rc == 0)
		rc = find_target(o, name, &e);
	if (rc == 0) {
		conf_site(cli->cli.conf, o->device.row.site, &o->site);
		o->reachable = o->device.row.polled &&
			(o->target.numeric[0] != '\0' || o->target.address[0] != '\0');
		rc = ask_open(cli->cli.conf, o->reachable ? &o->target : NULL, &o->ask, &e);
		if (rc == -EINVAL && !writes) {
			o->reachable = false;
			rc = ask_open(cli->cli.conf, NULL, &o->ask, &e);
		}
		if (rc < 0)
			err_prefix(&e, "%s", name);
	}
	return rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
}

void
update_opened_close(struct update_opened *o)
{
	ask_close(o->ask);
	store_device_release(&o->device);
	store_close(o->store);
	*o = (struct update_opened){ 0 };
}

static const char *
symbol_at(const void *user, size_t n)
{
	const struct structure *s = user;

	return n < s->unit_count ? s->units[n].symbol : NULL;
}

const struct unit *
update_open_unit(const struct update_opened *o, const char *symbol)
{
	const struct structure *s = &o->device.structure;
	char shown[4 * STRUCTURE_NAME_MAX + 1], near_shown[4 * STRUCTURE_LABEL_MAX + 1];
	const char *near;

	for (size_t i = 0; i < s->unit_count; i++)
		if (strcmp(s->units[i].symbol, symbol) == 0)
			return &s->units[i];
	near = text_nearest(symbol, symbol_at, s);
	(void)text_escape(shown, sizeof(shown), symbol);
	(void)text_escape(near_shown, sizeof(near_shown), near != NULL ? near : "");
	if (near != NULL)
		log_error("%s: has no unit '%s'; did you mean '%s'?", o->device.row.name, shown,
			near_shown);
	else
		log_error("%s: has no unit '%s'; imgadm-fleet show %s lists its units",
			o->device.row.name, shown, o->device.row.name);
	return NULL;
}

int
update_open_order(const struct update_opened *o, uint32_t unit_index, const char *symbol,
	const char *unit_serial, enum update_command command, uint32_t *ret_number,
	struct err *e)
{
	struct store_order order = { .device = o->device.row.device, .unit_index = unit_index,
		.command = command, .made = clock_utc_s(clock_system()) };

	(void)text_copy(order.symbol, sizeof(order.symbol), symbol);
	(void)text_copy(order.unit_serial, sizeof(order.unit_serial), unit_serial);
	cli_user(order.by, sizeof(order.by));
	return store_order_add(o->store, &order, ret_number, e);
}

/* "udp:192.0.2.1:161" or "udp:192.0.2.1" as a prefix of one address. */
static bool
single(const char *seen, char *dst, size_t size)
{
	char text[STORE_ADDRESS_MAX + 8], host[INET6_ADDRSTRLEN];
	struct sockaddr_storage address;
	char numeric[SNMP_ADDRESS_MAX];
	struct in6_addr six;
	struct in_addr four;
	size_t len;

	(void)text_copy(text, sizeof(text), seen);
	if (snmp_resolve_check(text, numeric, NULL) != 1 ||
	    snmp_address_parse(numeric, &address, &len, NULL) < 0)
		return false;
	if (address.ss_family == AF_INET) {
		memcpy(&four, (const char *)&address + offsetof(struct sockaddr_in, sin_addr),
			sizeof(four));
	} else {
		memcpy(&six, (const char *)&address + offsetof(struct sockaddr_in6, sin6_addr),
			sizeof(six));
		if (!IN6_IS_ADDR_V4MAPPED(&six)) {
			(void)inet_ntop(AF_INET6, &six, host, sizeof(host));
			return snprintf(dst, size, "%s/128", host) < (int)size;
		}
		memcpy(&four, &six.s6_addr[12], sizeof(four));
	}
	(void)inet_ntop(AF_INET, &four, host, sizeof(host));
	return snprintf(dst, size, "%s/32", host) < (int)size;
}

int
update_open_from(const struct update_opened *o, char *dst, size_t size, struct err *e)
{
	const struct store_device_row *d = &o->device.row;

	if (strcmp(o->site.grant_from, "lastSeen") != 0) {
		(void)text_copy(dst, size, o->site.grant_from);
		return 0;
	}
	if ((o->reachable && d->numeric[0] != '\0' && single(d->numeric, dst, size)) ||
	    (d->report_from[0] != '\0' && single(d->report_from, dst, size)) ||
	    (d->address[0] != '\0' && single(d->address, dst, size)))
		return 0;
	return err_set(e, -EINVAL, "%s was seen at no address so far that a grant could be for: "
		"imgadm.conf's site %s grantFrom says which network, or any", d->name,
		d->site[0] != '\0' ? d->site : "*");
}

#include <config.h>

#include "updater/update_owner.h"

#include <stdlib.h>
#include <string.h>

#include "mibs/imgadm-mib.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/report/row.h"
#include "lib/store/store_order.h"

enum { AT_ONCE = 32, NAME_LEN = IMGADM_LEN_imgUpdateEntry + 2 };

/* One request: of these units. */
struct owners {
	const struct unit *units[AT_ONCE];
	struct snmp_name names[AT_ONCE];
	enum update_owner owners[AT_ONCE];	/* 0 = it has no row, or says what has no name */
	size_t count;
};

static void
add(struct owners *x, const struct unit *u)
{
	static const snmp_sub entry[] = { IMGADM_OID_imgUpdateEntry };
	struct snmp_name *n = &x->names[x->count];

	snmp_name_set(n, entry, IMGADM_LEN_imgUpdateEntry);
	(void)snmp_name_append(n, IMGADM_COL_imgUpdateOwner);
	(void)snmp_name_append(n, u->index);
	x->owners[x->count] = 0;
	x->units[x->count++] = u;
}

static void
take(void *user, size_t n, const struct snmp_varbind *v)
{
	struct owners *x = user;
	uint64_t number;

	if (n < x->count && v->name_len == x->names[n].len &&
	    snmp_name_compare(x->names[n].sub, x->names[n].len, v->name, v->name_len) == 0 &&
	    row_number(v, &number) && number <= UPDATE_OWNER_LOCKED)
		x->owners[n] = (enum update_owner)number;
}

/* False: there is no use in asking on. */
static bool
ask(struct update_opened *o, struct owners *x)
{
	struct ask_end end;
	struct err e;

	if (x->count == 0)
		return true;
	ask_get(o->ask, x->names, x->count, take, x, &end);
	if (end.how != ASK_DONE)
		return false;
	for (size_t i = 0; i < x->count; i++)
		if (x->owners[i] != 0 && store_update_owner(o->store, o->device.row.device,
		    x->units[i]->symbol, x->units[i]->index, x->owners[i],
		    clock_utc_s(clock_system()), &e) < 0)
			log_debug("%s: %s: %s", o->device.row.name, x->units[i]->symbol, e.text);
	x->count = 0;
	return true;
}

void
update_owner_learn(struct update_opened *o)
{
	const struct structure *s = &o->device.structure;
	struct owners x = { .count = 0 };

	if (!o->reachable || o->device.row.silent_since != 0)
		return;
	for (size_t i = 0; i < s->unit_count; i++) {
		if (s->units[i].class == UNIT_UNIT)
			add(&x, &s->units[i]);
		if (x.count == AT_ONCE && !ask(o, &x))
			return;
	}
	(void)ask(o, &x);
}

void
update_owner_say(const struct update_opened *o, struct update_say *s)
{
	struct store_update *list = NULL;
	size_t count = 0;
	struct err e;

	if (store_update_list(o->store, o->device.row.device, &list, &count, &e) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (list[i].row.owner != UPDATE_OWNER_CENTRE)
			update_say_line(s, list[i].symbol, "is left alone: imgUpdateOwner is %s",
				update_name(UPDATE_NAME_OWNER, (int)list[i].row.owner));
	free(list);
}

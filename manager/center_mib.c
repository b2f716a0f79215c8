#include <config.h>

#include "manager/center_mib.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mib/table.h"
#include "lib/snmp/pdu.h"
#include "manager/center_facts.h"
#include "manager/center_tables.h"

enum {
	VARBINDS_MAX = 1024,	/* of an answer; some 20 octets each, so 20 KB at least */
	/* Around the varbinds: tags and lengths, request id, two numbers. */
	HEADER_MAX = 32,
};

/* A varbind that was answered, with what it points to. */
struct slot {
	table_sub name[CENTER_TABLES_NAME];
	struct cell cell;
};

struct center_mib {
	struct center_facts *facts;
	struct pdu_room room;
	size_t count, octets;	/* answered, and what they take */
	struct snmp_varbind varbinds[VARBINDS_MAX];
	struct slot slots[VARBINDS_MAX];
};

struct center_mib *
center_mib_new(struct store *store, const struct clock *clock)
{
	struct center_mib *m;

	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->facts = center_facts_new(store, clock);
	if (m->facts == NULL) {
		free(m);
		return NULL;
	}
	return m;
}

void
center_mib_free(struct center_mib *m)
{
	if (m == NULL)
		return;
	center_facts_free(m->facts);
	pdu_room_release(&m->room);
	free(m);
}

/* --- one varbind ---------------------------------------------------------- */

static void
value_put(struct snmp_varbind *v, const struct cell *c)
{
	switch (c->kind) {
	case CELL_INTEGER:
		v->type = SNMP_TYPE_INTEGER;
		v->integer = c->integer;
		break;
	case CELL_UNSIGNED32:
		v->type = SNMP_TYPE_GAUGE32;
		v->number = c->number;
		break;
	case CELL_COUNTER32:
		v->type = SNMP_TYPE_COUNTER32;
		v->number = c->number;
		break;
	case CELL_COUNTER64:
		v->type = SNMP_TYPE_COUNTER64;
		v->number = c->number;
		break;
	case CELL_TIMETICKS:
		v->type = SNMP_TYPE_TIMETICKS;
		v->number = c->number;
		break;
	case CELL_OCTETS:
		v->type = SNMP_TYPE_OCTETS;
		v->octets = c->octets;
		v->len = c->len;
		break;
	case CELL_OID:
		v->type = SNMP_TYPE_OID;
		v->oid = c->oid;
		v->len = c->len;
		break;
	}
}

/* False when there are more than an answer of ours has. */
static bool
add(struct center_mib *m, const struct snmp_varbind *v)
{
	if (m->count == VARBINDS_MAX)
		return false;
	if (v != &m->varbinds[m->count])
		m->varbinds[m->count] = *v;
	m->count++;
	m->octets += pdu_varbind_size(v);
	return true;
}

static bool
add_get(struct center_mib *m, const struct snapshot *s, const struct snmp_varbind *asked)
{
	struct snmp_varbind v = {
		.name = asked->name, .name_len = asked->name_len,
	};
	struct table_place place;

	if (m->count == VARBINDS_MAX)
		return false;
	switch (table_get(&center_tables, s, asked->name, asked->name_len, &place)) {
	case TABLE_FOUND:
		table_value(&place, s, &m->slots[m->count].cell);
		value_put(&v, &m->slots[m->count].cell);
		break;
	case TABLE_NO_OBJECT:
		v.type = SNMP_TYPE_NO_SUCH_OBJECT;
		break;
	case TABLE_NO_INSTANCE:
		v.type = SNMP_TYPE_NO_SUCH_INSTANCE;
		break;
	}
	return add(m, &v);
}

/* What comes after; at the end the name stays, RFC 3416 4.2.2. */
static bool
add_next(struct center_mib *m, const struct snapshot *s, const snmp_sub *name, size_t len)
{
	struct snmp_varbind v = { .name = name, .name_len = len };
	table_sub found[TABLE_NAME_MAX];
	struct table_place place;
	struct slot *slot;

	if (m->count == VARBINDS_MAX)
		return false;
	slot = &m->slots[m->count];
	if (!table_next(&center_tables, s, name, len, &place)) {
		v.type = SNMP_TYPE_END_OF_MIB_VIEW;
		return add(m, &v);
	}
	v.name_len = table_name(&place, s, found);
	if (v.name_len > CENTER_TABLES_NAME)
		return false;
	(void)memcpy(slot->name, found, v.name_len * sizeof(found[0]));
	v.name = slot->name;
	table_value(&place, s, &slot->cell);
	value_put(&v, &slot->cell);
	return add(m, &v);
}

/* --- GETBULK, RFC 3416 4.2.3 --------------------------------------------------------- */

/* The last ones that do not fit are left out: fewer is a good answer. */
static bool
fits(struct center_mib *m, size_t size)
{
	if (m->octets + HEADER_MAX <= size)
		return true;
	m->count--;
	m->octets -= pdu_varbind_size(&m->varbinds[m->count]);
	return false;
}

static void
bulk(struct center_mib *m, const struct snapshot *s, const struct pdu *asked, size_t size)
{
	size_t first = (size_t)asked->error_status, repeaters, i, from;
	int repetitions = asked->error_index, n;
	bool more;

	if (first > asked->count)
		first = asked->count;
	repeaters = asked->count - first;
	for (i = 0; i < first; i++)
		if (!add_next(m, s, asked->varbinds[i].name, asked->varbinds[i].name_len) ||
		    !fits(m, size))
			return;
	if (repeaters == 0)
		return;
	for (n = 0; n < repetitions; n++) {
		from = m->count - repeaters;	/* of the repetition before */
		more = false;
		for (i = 0; i < repeaters; i++) {
			const struct snmp_varbind *v = n == 0 ? &asked->varbinds[first + i] :
				&m->varbinds[from + i];

			if (!add_next(m, s, v->name, v->name_len) || !fits(m, size))
				return;
			if (m->varbinds[m->count - 1].type != SNMP_TYPE_END_OF_MIB_VIEW)
				more = true;
		}
		/* All at the end: the rest would say the same. */
		if (!more)
			return;
	}
}

/* --- answers ---------------------------------------------------------- */

static size_t
respond(const struct pdu *asked, enum pdu_error status, size_t index,
	const struct snmp_varbind *varbinds, size_t count, uint8_t *buf, size_t size)
{
	struct pdu r = {
		.tag = PDU_RESPONSE, .request_id = asked->request_id,
		.error_status = (int)status, .error_index = (int)index,
		.varbinds = varbinds, .count = count,
	};

	return pdu_write(&r, buf, size);
}

/* The asker's own varbinds come back with the error; too many are tooBig. */
static size_t
refuse(const struct pdu *asked, enum pdu_error status, uint8_t *buf, size_t size)
{
	size_t len;

	len = respond(asked, status, asked->count > 0, asked->varbinds, asked->count, buf, size);
	if (len == 0)
		len = respond(asked, PDU_TOO_BIG, 0, NULL, 0, buf, size);
	return len;
}

static bool
collect(struct center_mib *m, const struct snapshot *s, const struct pdu *asked, size_t size)
{
	const struct snmp_varbind *v;
	size_t i;

	m->count = 0;
	m->octets = 0;
	if (asked->tag == PDU_GETBULK) {
		bulk(m, s, asked, size);
		return m->count > 0 || asked->count == 0 || asked->error_index == 0;
	}
	for (i = 0; i < asked->count; i++) {
		v = &asked->varbinds[i];
		if (asked->tag == PDU_GET ? !add_get(m, s, v) :
		    !add_next(m, s, v->name, v->name_len))
			return false;
	}
	return true;
}

size_t
center_mib_answer(struct center_mib *m, int64_t device, const uint8_t *pdu, size_t pdu_len,
	uint8_t *buf, size_t size)
{
	const struct snapshot *s;
	struct pdu asked;
	size_t len = 0;

	if (pdu_read(pdu, pdu_len, &m->room, &asked) < 0)
		return 0;
	switch (asked.tag) {
	case PDU_GET:
	case PDU_GETNEXT:
	case PDU_GETBULK:
		break;
	case PDU_SET:
		return refuse(&asked, PDU_NOT_WRITABLE, buf, size);
	case PDU_RESPONSE:
	case PDU_TRAP1:
	case PDU_INFORM:
	case PDU_TRAP2:
	case PDU_REPORT:
		return 0;
	}
	if (center_facts_of(m->facts, device, &s) < 0)
		return refuse(&asked, PDU_GEN_ERR, buf, size);
	if (collect(m, s, &asked, size))
		len = respond(&asked, PDU_NO_ERROR, 0, m->varbinds, m->count, buf, size);
	if (len == 0)
		len = respond(&asked, PDU_TOO_BIG, 0, NULL, 0, buf, size);
	return len;
}

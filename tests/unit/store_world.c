#include <config.h>

#include "tests/unit/store_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not Check's: a program that fills a store is no test. */
static void
must(bool good)
{
	if (good)
		return;
	(void)fprintf(stderr, "store_world: out of memory, or no folder\n");
	abort();
}

const char *
world_folder(char *path, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(path, size, "%s/imgadm-store.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	must(mkdtemp(path) != NULL);
	return path;
}

void
world_folder_remove(const char *path)
{
	char name[4096];
	struct dirent *entry;
	DIR *dir;

	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		(void)unlink(name);
	}
	(void)closedir(dir);
	(void)rmdir(path);
}

/* splitmix64 */
uint64_t
world_random(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

struct unit *
world_unit_add(struct world_machine *m, const char *symbol, const char *serial)
{
	struct unit *u;
	struct software *w;
	uint32_t index = m->next_index++;

	u = structure_add_unit(&m->structure);
	must(u != NULL);
	u->index = index;
	(void)snprintf(u->symbol, sizeof(u->symbol), "%s", symbol);
	u->class = UNIT_UNIT;
	u->type = index == 1 ? UNIT_TYPE_DEVICE : UNIT_TYPE_INPUT_TRAY;
	u->contained_in = index == 1 ? 0 : 1;
	(void)snprintf(u->descr, sizeof(u->descr), "unit %s", symbol);
	(void)snprintf(u->manufacturer, sizeof(u->manufacturer), "acme");
	(void)snprintf(u->model, sizeof(u->model), "M-%s", symbol);
	(void)snprintf(u->hardware_rev, sizeof(u->hardware_rev), "A");
	(void)snprintf(u->serial_number, sizeof(u->serial_number), "%s",
		serial == NULL ? "" : serial);
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = USE_IMPRESSIONS;
	u->use_count = 1000 + index;
	u->life_expected = index % 2 == 0 ? 100000 : 0;
	u->banks = 2;
	u->action = UNIT_ACTION_NONE;
	if (index == 1)
		return u;
	w = structure_add_software(&m->structure);
	must(w != NULL);
	w->unit_index = index;
	w->bank = 1;
	(void)snprintf(w->id, sizeof(w->id), "fw-%s", symbol);
	(void)snprintf(w->creator, sizeof(w->creator), "acme");
	(void)snprintf(w->version, sizeof(w->version), "1.0");
	w->state = SOFTWARE_RUNNING;
	w->digest_known = true;
	w->digest[0] = (uint8_t)index;
	return &m->structure.units[m->structure.unit_count - 1];
}

void
world_unit_remove(struct world_machine *m, size_t position)
{
	struct structure *s = &m->structure;
	uint32_t index = s->units[position].index;
	size_t i, n = 0;

	(void)memmove(&s->units[position], &s->units[position + 1],
		(s->unit_count - position - 1) * sizeof(*s->units));
	s->unit_count--;
	for (i = 0; i < s->software_count; i++)
		if (s->software[i].unit_index != index)
			s->software[n++] = s->software[i];
	s->software_count = n;
	for (i = n = 0; i < s->reading_count; i++)
		if (s->readings[i].unit_index != index)
			s->readings[n++] = s->readings[i];
	s->reading_count = n;
}

void
world_changed(struct world_machine *m, utc_s when)
{
	structure_digest(&m->structure, m->structure.digest);
	m->structure.revision++;
	m->structure.last_change = when;
}

void
world_machine_init(struct world_machine *m, unsigned number, unsigned units,
	unsigned software, uint32_t capacity)
{
	struct device *d = &m->structure.device;
	char symbol[16], serial[32];
	struct reading *r;
	unsigned i;

	*m = (struct world_machine){ .next_index = 1 };
	(void)snprintf(d->id, sizeof(d->id), "acme-%u", number);
	(void)snprintf(d->manufacturer, sizeof(d->manufacturer), "acme");
	(void)snprintf(d->model, sizeof(d->model), "C650");
	(void)snprintf(d->serial_number, sizeof(d->serial_number), "S%u", number);
	d->state = DEVICE_OPERATIONAL;
	d->use_count = 1000;
	for (i = 0; i < units; i++) {
		(void)snprintf(symbol, sizeof(symbol), i == 0 ? "DEV" : "U%u", i);
		(void)snprintf(serial, sizeof(serial), "%u-%u", number, i);
		(void)world_unit_add(m, symbol, i % 5 == 4 ? NULL : serial);
	}
	if (m->structure.software_count > software)
		m->structure.software_count = software;
	r = structure_add_reading(&m->structure);
	must(r != NULL);
	*r = (struct reading){ .unit_index = 1, .index = 1, .name = "temperature",
		.value = 415, .scale = -1, .unit = "C", .low = 1, .high = 0 };
	m->log.capacity = capacity;
	m->log.generation = number * 100 + 1;
	m->entries = calloc(WORLD_LOG_MAX, sizeof(*m->entries));
	must(m->entries != NULL);
	world_changed(m, 1);
}

void
world_machine_release(struct world_machine *m)
{
	structure_release(&m->structure);
	free(m->entries);
}

void
world_log_add(struct world_machine *m, unsigned count)
{
	struct log_bounds *b = &m->log;
	struct log_entry *l;

	for (; count > 0 && b->newest < WORLD_LOG_MAX; count--) {
		l = &m->entries[b->newest++];
		*l = (struct log_entry){ .index = b->newest, .time = 1000000 + b->newest,
			.boots = 1, .uptime_s = b->newest, .severity = 1 + b->newest % 4,
			.use_count = m->structure.device.use_count, .repeats = 1,
			.unit = "DEV", .unit_serial = "S", .software_id = "fw",
			.software_version = "1.0" };
		(void)snprintf(l->code, sizeof(l->code), "C-%u", b->newest % 7);
		(void)snprintf(l->text, sizeof(l->text), "%s: entry %u of generation %u",
			m->structure.device.id, b->newest, b->generation);
		if (b->oldest == 0)
			b->oldest = 1;
		if (b->newest - b->oldest + 1 > b->capacity) {
			b->oldest++;
			b->overwritten++;
		}
	}
}

void
world_log_clear(struct world_machine *m)
{
	m->log.generation++;
	m->log.oldest = m->log.newest = m->log.overwritten = 0;
}

static void
poll_live(struct world_poll *p, const struct structure *s)
{
	size_t i;

	p->units = calloc(s->unit_count + 1, sizeof(*p->units));
	p->readings = calloc(s->reading_count + 1, sizeof(*p->readings));
	must(p->units != NULL && p->readings != NULL);
	for (i = 0; i < s->unit_count; i++)
		p->units[i] = (struct store_unit_live){ s->units[i].index,
			s->units[i].use_count, s->units[i].oper_state };
	for (i = 0; i < s->reading_count; i++)
		p->readings[i] = (struct store_reading_live){ s->readings[i].unit_index,
			s->readings[i].index, s->readings[i].value };
	p->result.units = p->units;
	p->result.unit_count = s->unit_count;
	p->result.readings = p->readings;
	p->result.reading_count = s->reading_count;
}

void
world_poll(struct world_poll *p, const struct world_machine *m,
	const struct store_target *target, utc_s when, size_t most)
{
	struct store_poll_result *r = &p->result;
	uint32_t from = 0;

	*p = (struct world_poll){ .result = {
		.device = target->device, .contact = STORE_ANSWERED, .when = when,
		.sys_uptime_cs = (uint64_t)when * 100, .sys_name = m->structure.device.id,
		.sys_object_id = "1.3.6.1.4.1.8072.3.2.10", .has_agent = true,
		.identity = &m->structure.device, .log_read = true, .log = m->log,
		.quirks = target->quirks, .max_varbinds = 100,
	} };
	if (strcmp(target->id, m->structure.device.id) != 0 ||
	    memcmp(target->digest, m->structure.digest, STRUCTURE_DIGEST_SIZE) != 0)
		r->structure = &m->structure;
	poll_live(p, &m->structure);
	if (strcmp(target->id, m->structure.device.id) == 0 &&
	    target->log_generation == m->log.generation)
		from = target->log_index;
	if (from + 1 < m->log.oldest)
		from = m->log.oldest - 1;
	if (m->log.newest <= from)
		return;
	r->entries = &m->entries[from];
	r->entry_count = m->log.newest - from;
	if (r->entry_count > most)
		r->entry_count = most;
}

void
world_poll_release(struct world_poll *p)
{
	free(p->units);
	free(p->readings);
}

bool
world_target(struct store *s, const char *name, struct store_target *ret)
{
	struct store_targets *t;
	int rc;

	if (store_targets_open(s, name, &t, NULL) < 0)
		return false;
	rc = store_targets_next(t, ret, NULL);
	store_targets_close(t);
	return rc == 1;
}

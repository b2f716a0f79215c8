/*
 * The store against a model: random fleets are polled in random ways, and
 * everything that can be read out of the store has to be what a plain model in
 * memory says.  IMGADM_SEED repeats a run.
 *
 * Over 600 lines: world, model and comparison are one argument, and are read
 * beside each other.
 */
#include <config.h>

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/store/store_read.h"
#include "tests/unit/store_world.h"

enum {
	DEVICES = 4, MACHINES = 5, GENERATIONS = 8, STAYS_MAX = 4000,
	STEPS = 400, RUNS = 12, T0 = 1700000000,
};

enum mark { UNKNOWN, STORED, LOST };

/* What one name heard of one machine's generation. */
struct model_log {
	bool heard;
	uint8_t mark[WORLD_LOG_MAX + 1];
	uint32_t read_to;
};

struct model_stay {
	unsigned device;
	struct unit unit;
	utc_s from, to;
};

struct model_software {
	unsigned device;
	size_t stay;		/* of the unit */
	struct software software;
	utc_s from, to;
};

struct model_device {
	int machine;		/* -1 = none heard */
	bool there[MACHINES];	/* machine was heard at this name */
	struct model_log *log[MACHINES][GENERATIONS];
	enum store_contact contact;
	utc_s silent_since, last_contact;
	uint32_t failures;
	struct unit units[64];	/* now */
	size_t unit_count;
	uint64_t use_count;
};

struct model {
	struct model_device devices[DEVICES];
	struct model_stay stays[STAYS_MAX];
	size_t stay_count;
	struct model_software software[STAYS_MAX];
	size_t software_count;
};

/* What really is, and where it stands. */
struct world {
	uint64_t random;
	struct world_machine machines[MACHINES];
	uint32_t first_generation[MACHINES];
	/* Entries of all generations, for the comparison. */
	struct log_entry *entries[MACHINES][GENERATIONS];
	int at[DEVICES];	/* machine behind a name */
	unsigned parts;
	utc_s now;
	struct store *store;
	char path[256];
	struct model *model, *saved;
	bool batch;
};

static const char *
device_name(unsigned d)
{
	static const char *const names[DEVICES] = { "alpha", "beta", "gamma", "delta" };

	return names[d];
}

/* --- the model takes a result ------------------------------------------------------ */

static bool
same_part(const struct unit *a, const struct unit *b)
{
	return strcmp(a->serial_number, b->serial_number) == 0 &&
		strcmp(a->symbol, b->symbol) == 0 && strcmp(a->model, b->model) == 0 &&
		strcmp(a->manufacturer, b->manufacturer) == 0 &&
		strcmp(a->hardware_rev, b->hardware_rev) == 0 && a->type == b->type &&
		a->class == b->class;
}

static const struct unit *
find_unit(const struct structure *s, uint32_t index)
{
	size_t i;

	for (i = 0; i < s->unit_count; i++)
		if (s->units[i].index == index)
			return &s->units[i];
	return NULL;
}

static void
model_units(struct model *m, unsigned device, const struct structure *s, bool other,
	utc_s when)
{
	struct model_device *d = &m->devices[device];
	size_t i, k;

	for (i = 0; i < m->stay_count; i++) {
		struct model_stay *stay = &m->stays[i];
		const struct unit *u = find_unit(s, stay->unit.index);

		if (stay->device != device || stay->to != 0)
			continue;
		for (k = 0; k < d->unit_count; k++)
			if (d->units[k].index == stay->unit.index)
				stay->unit.use_count = d->units[k].use_count;
		if (u == NULL || !same_part(u, &stay->unit) ||
		    (other && u->serial_number[0] == '\0'))
			stay->to = when;
		else
			stay->unit = *u;
	}
	for (k = 0; k < s->unit_count; k++) {
		for (i = 0; i < m->stay_count; i++)
			if (m->stays[i].device == device && m->stays[i].to == 0 &&
			    m->stays[i].unit.index == s->units[k].index)
				break;
		if (i < m->stay_count)
			continue;
		ck_assert_uint_lt(m->stay_count, STAYS_MAX);
		m->stays[m->stay_count++] = (struct model_stay){ device, s->units[k], when, 0 };
	}
}

static bool
same_software(const struct software *a, const struct software *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->version, b->version) == 0 &&
		strcmp(a->creator, b->creator) == 0 && a->state == b->state &&
		a->digest_known == b->digest_known &&
		(!a->digest_known || memcmp(a->digest, b->digest, sizeof(a->digest)) == 0);
}

static const struct software *
find_software(const struct structure *s, uint32_t unit, unsigned bank)
{
	size_t i;

	for (i = 0; i < s->software_count; i++)
		if (s->software[i].unit_index == unit && s->software[i].bank == bank)
			return &s->software[i];
	return NULL;
}

static void
model_software(struct model *m, unsigned device, const struct structure *s, utc_s when)
{
	size_t i, k, n;

	for (i = 0; i < m->software_count; i++) {
		struct model_software *w = &m->software[i];
		const struct software *now = find_software(s, w->software.unit_index,
			w->software.bank);

		if (w->device != device || w->to != 0)
			continue;
		if (m->stays[w->stay].to != 0 || now == NULL ||
		    !same_software(now, &w->software))
			w->to = when;
		else
			w->software = *now;
	}
	for (k = 0; k < s->software_count; k++) {
		const struct software *now = &s->software[k];

		for (i = 0; i < m->software_count; i++)
			if (m->software[i].device == device && m->software[i].to == 0 &&
			    m->software[i].software.unit_index == now->unit_index &&
			    m->software[i].software.bank == now->bank)
				break;
		if (i < m->software_count)
			continue;
		for (n = 0; m->stays[n].device != device || m->stays[n].to != 0 ||
		    m->stays[n].unit.index != now->unit_index; n++)
			ck_assert_uint_lt(n, m->stay_count);
		ck_assert_uint_lt(m->software_count, STAYS_MAX);
		m->software[m->software_count++] =
			(struct model_software){ device, n, *now, when, 0 };
	}
}

static void
model_log(struct world *w, struct model_device *d, int machine,
	const struct store_poll_result *r, struct store_poll_outcome *o)
{
	uint32_t g = r->log.generation - w->first_generation[machine], i, to;
	struct model_log *l = d->log[machine][g];

	if (!l->heard) {
		l->heard = true;
		if (r->log.overwritten < r->log.oldest)
			l->read_to = r->log.oldest - r->log.overwritten - 1;
	}
	for (i = 0; i < r->entry_count; i++) {
		uint32_t index = r->entries[i].index;

		if (l->mark[index] != STORED) {
			o->entries_new++;
			o->errors_by_severity[r->entries[i].severity]++;
		}
		l->mark[index] = STORED;
	}
	to = r->entry_count > 0 ? r->entries[r->entry_count - 1].index : 0;
	if (r->log.oldest > 0 && r->log.oldest - 1 > to)
		to = r->log.oldest - 1;
	for (i = l->read_to + 1; i <= to; i++) {
		if (l->mark[i] == UNKNOWN) {
			l->mark[i] = LOST;
			o->entries_gap++;
		}
	}
	if (to > l->read_to)
		l->read_to = to;
}

static void
model_put(struct world *w, unsigned device, int machine, const struct store_poll_result *r,
	struct store_poll_outcome *o)
{
	struct model *m = w->model;
	struct model_device *d = &m->devices[device];
	size_t i, k;

	*o = (struct store_poll_outcome){0};
	d->contact = r->contact;
	if (r->contact != STORE_ANSWERED) {
		d->failures++;
		if (d->silent_since == 0)
			d->silent_since = r->when;
		return;
	}
	d->failures = 0;
	d->silent_since = 0;
	d->last_contact = r->when;
	o->machine_new = d->machine >= 0 && d->machine != machine;
	d->machine = machine;
	d->there[machine] = true;
	d->use_count = r->identity->use_count;
	if (r->structure != NULL) {
		o->structure_new = true;
		model_units(m, device, r->structure, o->machine_new, r->when);
		model_software(m, device, r->structure, r->when);
		d->unit_count = r->structure->unit_count;
		(void)memcpy(d->units, r->structure->units,
			d->unit_count * sizeof(d->units[0]));
	}
	for (k = 0; k < r->unit_count; k++)
		for (i = 0; i < d->unit_count; i++)
			if (d->units[i].index == r->units[k].unit_index) {
				d->units[i].use_count = r->units[k].use_count;
				d->units[i].oper_state = r->units[k].oper_state;
			}
	model_log(w, d, machine, r, o);
}

/* --- comparing -------------------------------------------------------------------- */

static int
machine_of(const struct world *w, const char *id)
{
	int i;

	for (i = 0; i < MACHINES; i++)
		if (strcmp(w->machines[i].structure.device.id, id) == 0)
			return i;
	ck_abort_msg("no machine %s", id);
}

static void
compare_log(struct world *w)
{
	struct store_filter f = { .gaps = true };
	struct store_log_row row;
	struct store_log *l;
	struct err e;
	uint64_t expected = 0, got = 0;
	unsigned d, m, g, i;
	int rc;

	for (d = 0; d < DEVICES; d++)
		for (m = 0; m < MACHINES; m++)
			for (g = 0; g < GENERATIONS; g++)
				for (i = 1; i <= WORLD_LOG_MAX; i++)
					expected +=
						w->model->devices[d].log[m][g]->mark[i] != UNKNOWN;
	ck_assert_int_eq(store_log_open(w->store, &f, &l, &e), 0);
	while ((rc = store_log_next(l, &row, &e)) == 1) {
		const struct model_log *ml;

		for (d = 0; strcmp(device_name(d), row.device) != 0; d++)
			ck_assert_uint_lt(d + 1, DEVICES);
		m = (unsigned)machine_of(w, row.id);
		g = row.generation - w->first_generation[m];
		ck_assert_uint_lt(g, GENERATIONS);
		ml = w->model->devices[d].log[m][g];
		if (row.gap_to != 0) {
			for (i = row.entry.index; i <= row.gap_to; i++, got++)
				ck_assert_int_eq(ml->mark[i], LOST);
			continue;
		}
		got++;
		ck_assert_int_eq(ml->mark[row.entry.index], STORED);
		ck_assert_str_eq(row.entry.text,
			w->entries[m][g][row.entry.index - 1].text);
		ck_assert_str_eq(row.entry.code,
			w->entries[m][g][row.entry.index - 1].code);
		ck_assert_uint_eq(row.entry.use_count,
			w->entries[m][g][row.entry.index - 1].use_count);
	}
	ck_assert_int_eq(rc, 0);
	store_log_close(l);
	/* Each row was right, and none came twice (they ascend): so as many is all. */
	ck_assert_uint_eq(got, expected);
}

static void
compare_units(struct world *w)
{
	struct store_filter f = {0};
	struct store_units *u;
	struct store_unit_row row;
	struct model *m = w->model;
	size_t count = 0, i;
	struct err e;
	int rc;

	ck_assert_int_eq(store_units_open(w->store, &f, &u, &e), 0);
	while ((rc = store_units_next(u, &row, &e)) == 1) {
		count++;
		for (i = 0; i < m->stay_count; i++)
			if (strcmp(device_name(m->stays[i].device), row.device) == 0 &&
			    m->stays[i].from == row.from && m->stays[i].to == row.to &&
			    m->stays[i].unit.index == row.unit.index &&
			    same_part(&m->stays[i].unit, &row.unit) &&
			    (row.to == 0 || m->stays[i].unit.use_count == row.unit.use_count))
				break;
		ck_assert_msg(i < m->stay_count, "stay of %s %s/%u (%s) %" PRId64 "..%" PRId64,
			row.device, row.unit.symbol, row.unit.index, row.unit.serial_number,
			row.from, row.to);
	}
	ck_assert_int_eq(rc, 0);
	store_units_close(u);
	ck_assert_uint_eq(count, m->stay_count);
}

static void
compare_software(struct world *w)
{
	struct store_filter f = {0};
	struct store_softwares *u;
	struct store_software_row row;
	struct model *m = w->model;
	size_t count = 0, i;
	struct err e;
	int rc;

	ck_assert_int_eq(store_softwares_open(w->store, &f, &u, &e), 0);
	while ((rc = store_softwares_next(u, &row, &e)) == 1) {
		count++;
		for (i = 0; i < m->software_count; i++)
			if (strcmp(device_name(m->software[i].device), row.device) == 0 &&
			    m->software[i].from == row.from && m->software[i].to == row.to &&
			    m->software[i].software.unit_index == row.software.unit_index &&
			    same_software(&m->software[i].software, &row.software) &&
			    strcmp(m->stays[m->software[i].stay].unit.symbol, row.symbol) == 0 &&
			    strcmp(m->stays[m->software[i].stay].unit.serial_number,
				row.unit_serial) == 0)
				break;
		ck_assert_msg(i < m->software_count, "software %s %s in %s of %s",
			row.software.id, row.software.version, row.symbol, row.device);
	}
	ck_assert_int_eq(rc, 0);
	store_softwares_close(u);
	ck_assert_uint_eq(count, m->software_count);
}

static void
compare_devices(struct world *w)
{
	struct store_device got = {0};
	struct err e;
	unsigned d;
	size_t i;

	for (d = 0; d < DEVICES; d++) {
		const struct model_device *m = &w->model->devices[d];

		ck_assert_int_eq(store_device_get(w->store, device_name(d), &got, &e), 0);
		ck_assert_int_eq(got.row.contact, m->contact);
		ck_assert_int_eq(got.row.silent_since, m->silent_since);
		ck_assert_uint_eq(got.row.failures, m->failures);
		ck_assert_int_eq(got.row.last_contact, m->last_contact);
		ck_assert_uint_eq(got.row.use_count, m->use_count);
		ck_assert_uint_eq(got.structure.unit_count, m->unit_count);
		for (i = 0; i < m->unit_count; i++) {
			const struct unit *u = &got.structure.units[i];

			ck_assert_uint_eq(u->index, m->units[i].index);
			ck_assert_uint_eq(u->use_count, m->units[i].use_count);
			ck_assert_int_eq(u->oper_state, m->units[i].oper_state);
			ck_assert_str_eq(u->descr, m->units[i].descr);
			ck_assert_uint_eq(u->life_expected, m->units[i].life_expected);
		}
		if (m->machine >= 0) {
			ck_assert_str_eq(got.row.id,
				w->machines[m->machine].structure.device.id);
			ck_assert_int_eq(structure_check(&got.structure, &e), 0);
		}
		store_device_release(&got);
	}
}

static void
compare(struct world *w)
{
	compare_log(w);
	compare_units(w);
	compare_software(w);
	compare_devices(w);
}

/* --- what happens -------------------------------------------------------------------- */

static void
happen_to_structure(struct world *w, struct world_machine *m)
{
	struct structure *s = &m->structure;
	char symbol[24], serial[24];
	struct unit *u;
	size_t n;

	switch (world_random(&w->random, 6)) {
	case 0:
		if (s->unit_count >= 20)
			break;
		(void)snprintf(symbol, sizeof(symbol), "N%u", ++w->parts);
		/* Few serials, so that a part turns up again elsewhere. */
		(void)snprintf(serial, sizeof(serial), "P%u", w->parts % 10);
		(void)world_unit_add(m, symbol, world_random(&w->random, 4) == 0 ? NULL :
			serial);
		break;
	case 1:
		if (s->unit_count > 3)
			world_unit_remove(m, 1 + world_random(&w->random, s->unit_count - 1));
		break;
	case 2:
		if (s->software_count == 0)
			break;
		n = world_random(&w->random, s->software_count);
		(void)snprintf(s->software[n].version, sizeof(s->software[n].version), "%u.%u",
			(unsigned)world_random(&w->random, 3), ++w->parts);
		break;
	case 3:
		u = &s->units[world_random(&w->random, s->unit_count)];
		(void)snprintf(u->descr, sizeof(u->descr), "renamed %u", ++w->parts);
		break;
	case 4:
		u = &s->units[world_random(&w->random, s->unit_count)];
		(void)snprintf(u->hardware_rev, sizeof(u->hardware_rev), "%c",
			(char)('A' + world_random(&w->random, 3)));
		break;
	case 5:
		if (s->software_count > 0)
			s->software[0].state = s->software[0].state == SOFTWARE_RUNNING ?
				SOFTWARE_TRIAL : SOFTWARE_RUNNING;
		break;
	}
	world_changed(m, w->now);
}

static void
happen(struct world *w)
{
	int i = (int)world_random(&w->random, MACHINES);
	struct world_machine *m = &w->machines[i];
	unsigned a, b;
	int swap;

	switch (world_random(&w->random, 8)) {
	case 0: case 1:
		happen_to_structure(w, m);
		break;
	case 2: case 3: case 4:
		world_log_add(m, (unsigned)world_random(&w->random, 60));
		break;
	case 5:
		m->structure.device.use_count += world_random(&w->random, 1000);
		m->structure.units[0].use_count += world_random(&w->random, 1000);
		m->structure.units[1].oper_state = UNIT_OPER_OK +
			(int)world_random(&w->random, 3);
		break;
	case 6:
		if (world_random(&w->random, 8) != 0 ||
		    m->log.generation - w->first_generation[i] + 1 >= GENERATIONS)
			break;
		world_log_clear(m);
		m->entries = w->entries[i][m->log.generation - w->first_generation[i]];
		break;
	case 7:
		/* A device changes its address, or is replaced. */
		if (world_random(&w->random, 6) != 0)
			break;
		a = (unsigned)world_random(&w->random, DEVICES);
		b = (unsigned)world_random(&w->random, DEVICES);
		swap = w->at[a];
		w->at[a] = world_random(&w->random, 3) == 0 ? i : w->at[b];
		w->at[b] = swap;
		break;
	}
}

static void
poll(struct world *w, unsigned device)
{
	struct store_poll_outcome got, want;
	struct store_target target;
	struct world_poll p;
	struct err e;
	int machine = w->at[device], rc;

	ck_assert(world_target(w->store, device_name(device), &target));
	if (world_random(&w->random, 10) == 0) {
		/* A cursor from long ago, as after a restored or shared store. */
		target.log_generation = 0;
		target.digest[0] ^= 1;
	}
	world_poll(&p, &w->machines[machine], &target, w->now,
		world_random(&w->random, 3) == 0 ? world_random(&w->random, 20) : 100000);
	if (world_random(&w->random, 8) == 0) {
		p.result.contact = world_random(&w->random, 2) == 0 ? STORE_SILENT :
			STORE_FAILED;
		p.result.reason = "no answer";
	}
	/* A hole: overwritten between two requests. */
	if (p.result.entry_count > 4 && world_random(&w->random, 6) == 0) {
		size_t skip = world_random(&w->random, p.result.entry_count);

		p.result.entries += skip;
		p.result.entry_count -= skip;
	}
	model_put(w, device, machine, &p.result, &want);
	rc = store_poll_put(w->store, &p.result, &got, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
	ck_assert_uint_eq(got.entries_new, want.entries_new);
	ck_assert_uint_eq(got.entries_gap, want.entries_gap);
	ck_assert_uint_eq(got.entries_differ, 0);
	ck_assert_mem_eq(got.errors_by_severity, want.errors_by_severity,
		sizeof(got.errors_by_severity));
	ck_assert_int_eq(got.structure_new, want.structure_new);
	ck_assert_int_eq(got.machine_new, want.machine_new);
	if (world_random(&w->random, 10) == 0) {
		/* The same once more changes nothing, but counts another silence. */
		rc = store_poll_put(w->store, &p.result, &got, &e);
		ck_assert_msg(rc == 0, "%s", e.text);
		ck_assert_uint_eq(got.entries_new + got.entries_gap, 0);
		if (p.result.contact != STORE_ANSWERED)
			w->model->devices[device].failures++;
	}
	world_poll_release(&p);
}

/* --- a run --------------------------------------------------------------------------- */

static struct model *
model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));
	unsigned d, i, g;

	ck_assert_ptr_nonnull(m);
	for (d = 0; d < DEVICES; d++) {
		m->devices[d].machine = -1;
		for (i = 0; i < MACHINES; i++)
			for (g = 0; g < GENERATIONS; g++) {
				m->devices[d].log[i][g] = calloc(1, sizeof(struct model_log));
				ck_assert_ptr_nonnull(m->devices[d].log[i][g]);
			}
	}
	return m;
}

static void
model_copy(struct model *to, const struct model *from)
{
	struct model_log *logs[DEVICES][MACHINES][GENERATIONS];
	unsigned d;

	for (d = 0; d < DEVICES; d++)
		(void)memcpy(logs[d], to->devices[d].log, sizeof(logs[d]));
	*to = *from;
	for (d = 0; d < DEVICES; d++) {
		unsigned i, g;

		(void)memcpy(to->devices[d].log, logs[d], sizeof(logs[d]));
		for (i = 0; i < MACHINES; i++)
			for (g = 0; g < GENERATIONS; g++)
				*to->devices[d].log[i][g] = *from->devices[d].log[i][g];
	}
}

static void
model_free(struct model *m)
{
	unsigned d, i, g;

	for (d = 0; d < DEVICES; d++)
		for (i = 0; i < MACHINES; i++)
			for (g = 0; g < GENERATIONS; g++)
				free(m->devices[d].log[i][g]);
	free(m);
}

static void
world_open(struct world *w)
{
	struct err e;
	int rc;

	rc = store_open(w->path, STORE_POLL, &w->store, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
}

/* A batch begins, ends, is thrown away; the process ends and another one opens. */
static void
happen_to_store(struct world *w)
{
	struct err e;

	if (!w->batch) {
		ck_assert_int_eq(store_batch_begin(w->store, &e), 0);
		model_copy(w->saved, w->model);
		w->batch = true;
		return;
	}
	switch (world_random(&w->random, 4)) {
	case 0:
		store_batch_abort(w->store);
		model_copy(w->model, w->saved);
		break;
	case 1:
		store_close(w->store);
		world_open(w);
		model_copy(w->model, w->saved);
		break;
	case 2: case 3:
		ck_assert_int_eq(store_batch_commit(w->store, &e), 0);
		break;
	}
	w->batch = false;
}

static void
run(uint64_t seed)
{
	struct world w = { .random = seed, .now = T0 };
	char folder[200], address[32];
	struct err e;
	unsigned i, g, step;

	(void)snprintf(w.path, sizeof(w.path), "%s/store.db",
		world_folder(folder, sizeof(folder)));
	world_open(&w);
	w.model = model_new();
	w.saved = model_new();
	for (i = 0; i < MACHINES; i++) {
		struct world_machine *m = &w.machines[i];

		world_machine_init(m, i + 1, 3 + i, 100, 20 + 20 * i);
		free(m->entries);
		m->log.generation = 7;	/* the same of all: it tells no machine apart */
		w.first_generation[i] = m->log.generation;
		for (g = 0; g < GENERATIONS; g++)
			w.entries[i][g] = calloc(WORLD_LOG_MAX, sizeof(*m->entries));
		m->entries = w.entries[i][0];
	}
	for (i = 0; i < DEVICES; i++) {
		(void)snprintf(address, sizeof(address), "10.0.0.%u", i);
		ck_assert_int_eq(store_device_add(w.store, &(struct store_device_new){
			.name = device_name(i), .address = address }, NULL, &e), 0);
		w.at[i] = (int)i;
	}
	for (step = 0; step < STEPS; step++) {
		if (world_random(&w.random, 10) < 6)
			happen(&w);
		else if (world_random(&w.random, 10) < 8)
			poll(&w, (unsigned)world_random(&w.random, DEVICES));
		else
			happen_to_store(&w);
		w.now += (utc_s)world_random(&w.random, 900) + 1;
		if (step % 40 == 39)
			compare(&w);
	}
	if (w.batch)
		ck_assert_int_eq(store_batch_commit(w.store, &e), 0);
	compare(&w);
	store_close(w.store);
	for (i = 0; i < MACHINES; i++) {
		for (g = 0; g < GENERATIONS; g++)
			free(w.entries[i][g]);
		w.machines[i].entries = NULL;
		world_machine_release(&w.machines[i]);
	}
	model_free(w.model);
	model_free(w.saved);
	world_folder_remove(folder);
}

START_TEST(random_results_as_the_model_says)
{
	const char *given = getenv("IMGADM_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) :
		(uint64_t)time(NULL) * 1000 + (uint64_t)_i;

	(void)printf("# seed %" PRIu64 "\n", seed);
	(void)fflush(stdout);
	run(seed);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_model");
	TCase *t = tcase_create("model");
	SRunner *runner;
	int failed;

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, random_results_as_the_model_says, 0, RUNS);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

#include <config.h>

#include "tests/fake/sim_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The parts of a device; more units than these are trays. */
static const struct {
	const char *symbol, *descr, *model, *rev;
	enum unit_class class;
	enum unit_type type;
	enum unit_use_unit use;
	uint32_t contained_in, life, step;
	uint8_t software;
} parts[] = {
	{ "DEV", "color MFP, 65 pages a minute", "C650", "2.0", UNIT_UNIT, UNIT_TYPE_DEVICE,
	  USE_IMPRESSIONS, 0, 0, 10, 0 },
	{ "CTL", "controller board", "CB-12", "1.4", UNIT_UNIT, UNIT_TYPE_CONTROLLER,
	  USE_HOURS, 1, 0, 1, 2 },
	{ "ENG", "print engine", "E-30", "2.13", UNIT_UNIT, UNIT_TYPE_ENGINE,
	  USE_IMPRESSIONS, 1, 1500000, 10, 2 },
	{ "SCN", "scanner", "SU-7", "1.1", UNIT_UNIT, UNIT_TYPE_SCANNER,
	  USE_IMPRESSIONS, 1, 900000, 4, 1 },
	{ "ADF", "document feeder", "DF-714", "A", UNIT_UNIT, UNIT_TYPE_DOCUMENT_FEEDER,
	  USE_SHEETS, 4, 300000, 3, 1 },
	{ "FUS", "fuser", "FU-2", "B", UNIT_UNIT, UNIT_TYPE_FUSER,
	  USE_IMPRESSIONS, 3, 200000, 10, 1 },
	{ "PCU", "photoconductor, black", "DR-512K", "", UNIT_UNIT, UNIT_TYPE_PHOTOCONDUCTOR,
	  USE_IMPRESSIONS, 3, 120000, 10, 0 },
	{ "FED", "paper feed", "C650-feed", "A", UNIT_UNIT, UNIT_TYPE_PAPER_FEED,
	  USE_SHEETS, 1, 600000, 6, 1 },
	{ "T1", "tray 1", "PC-215", "A", UNIT_UNIT, UNIT_TYPE_INPUT_TRAY,
	  USE_SHEETS, 8, 0, 6, 0 },
	{ "FIN", "finisher with stapler", "FS-5", "1.0", UNIT_UNIT, UNIT_TYPE_FINISHER,
	  USE_SHEETS, 1, 500000, 5, 2 },
	{ "PRINT", "printing", "", "", UNIT_FUNCTION, UNIT_TYPE_PRINT, USE_JOBS, 0, 0, 2, 0 },
	{ "COPY", "copying", "", "", UNIT_FUNCTION, UNIT_TYPE_COPY, USE_JOBS, 0, 0, 1, 0 },
};

static const struct {
	const char *name, *unit;
	int32_t value, low, high;
	int8_t scale;
} reads[] = {
	{ "temperature", "Cel", 1985, 1700, 2150, -1 },
	{ "torque", "mN.m", 412, 200, 650, 0 },
	{ "retries", "", 3, 1, 0, 0 },
	{ "waste", "percent", 41, 0, 90, 0 },
	{ "lamp hours", "h", 812, 0, 4000, 0 },
	{ "free storage", "By", 734, 100, 100000, 6 },
};

/* --- the model ------------------------------------------------------------- */

static void
fill_unit(struct unit *u, size_t n)
{
	size_t p = n < COUNT(parts) ? n : 8;

	u->index = (uint32_t)n + 1;
	if (n < COUNT(parts))
		(void)snprintf(u->symbol, sizeof(u->symbol), "%s", parts[p].symbol);
	else
		(void)snprintf(u->symbol, sizeof(u->symbol), "T%zu", n - COUNT(parts) + 2);
	(void)snprintf(u->descr, sizeof(u->descr), "%s", parts[p].descr);
	(void)snprintf(u->model, sizeof(u->model), "%s", parts[p].model);
	(void)snprintf(u->hardware_rev, sizeof(u->hardware_rev), "%s", parts[p].rev);
	u->class = parts[p].class;
	u->type = parts[p].type;
	u->contained_in = parts[p].contained_in;
	if (u->class == UNIT_UNIT) {
		(void)snprintf(u->manufacturer, sizeof(u->manufacturer), "Acme");
		u->installed = SIM_EPOCH_S + (utc_s)n * 3600;
	}
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = parts[p].use;
	u->life_expected = parts[p].life;
	u->action = UNIT_ACTION_NONE;
}

static void
fill_software(struct software *sw, const struct unit *u, uint8_t bank)
{
	size_t i;

	sw->unit_index = u->index;
	sw->bank = bank;
	for (i = 0; u->symbol[i] != '\0'; i++)	/* "engine-fw" and the like */
		sw->id[i] = (char)(u->symbol[i] >= 'A' && u->symbol[i] <= 'Z' ?
		    u->symbol[i] + 'a' - 'A' : u->symbol[i]);
	(void)snprintf(sw->id + i, sizeof(sw->id) - i, "-fw");
	(void)snprintf(sw->creator, sizeof(sw->creator), "acme");
	(void)snprintf(sw->version, sizeof(sw->version), "G00-%02u", 30 - bank);
	for (i = 0; i < STRUCTURE_DIGEST_SIZE; i++)
		sw->digest[i] = (uint8_t)(u->index * 16 + bank + i);
	sw->digest_known = true;
	sw->state = bank == 1 ? SOFTWARE_RUNNING : SOFTWARE_FALLBACK;
	sw->installed = SIM_EPOCH_S + 86400 * (utc_s)bank;
	sw->floor = 2100;
}

/* How many banks each unit has: as the parts say, then one more a unit in turn. */
static void
spread_software(struct sim_model *m)
{
	struct structure *s = &m->structure;
	size_t left = m->size.software, i;
	uint8_t want;

	for (i = 0; i < s->unit_count && i < COUNT(parts); i++) {
		want = parts[i].software;
		s->units[i].banks = (uint8_t)(want < left ? want : left);
		left -= s->units[i].banks;
	}
	for (i = 0; left > 0; i = (i + 1) % s->unit_count) {
		if (s->units[i].banks < STRUCTURE_BANKS_MAX) {
			s->units[i].banks++;
			left--;
		}
	}
}

static void
fill_reading(struct reading *r, const struct sim_model *m, size_t n)
{
	size_t k = n % COUNT(reads), turn = n / COUNT(reads);

	/* In order: the first ones to unit 1, the next to unit 2. */
	r->unit_index = (uint32_t)(n * m->structure.unit_count / m->size.readings) + 1;
	r->index = (uint32_t)n + 1;
	if (turn == 0)
		(void)snprintf(r->name, sizeof(r->name), "%s", reads[k].name);
	else
		(void)snprintf(r->name, sizeof(r->name), "%s %zu", reads[k].name, turn + 1);
	r->value = reads[k].value;
	r->scale = reads[k].scale;
	(void)snprintf(r->unit, sizeof(r->unit), "%s", reads[k].unit);
	r->low = reads[k].low;
	r->high = reads[k].high;
	r->time = SIM_EPOCH_S + 86400;
}

bool
sim_model_fill(struct sim_model *m)
{
	struct structure *s = &m->structure;
	size_t i, k;

	s->units = calloc(m->size.units, sizeof(*s->units));
	s->software = calloc(m->size.software + 1, sizeof(*s->software));
	s->readings = calloc(m->size.readings + 1, sizeof(*s->readings));
	if (s->units == NULL || s->software == NULL || s->readings == NULL)
		return false;
	s->unit_count = m->size.units;
	for (i = 0; i < s->unit_count; i++)
		fill_unit(&s->units[i], i);
	spread_software(m);
	for (i = 0; i < s->unit_count; i++)
		for (k = 1; k <= s->units[i].banks; k++)
			fill_software(&s->software[s->software_count++], &s->units[i], (uint8_t)k);
	s->reading_count = m->size.readings;
	for (i = 0; i < s->reading_count; i++)
		fill_reading(&s->readings[i], m, i);
	return true;
}

uint32_t
sim_part_step(size_t unit)
{
	return parts[unit < COUNT(parts) ? unit : 8].step;
}

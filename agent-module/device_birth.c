#include <config.h>

#include "agent-module/device_life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent-module/device_chance.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

enum { DAY_S = 86400, PAST_ERRORS = 24, PAST_DAYS = 12 };

/* What a device is made with. */
struct birth {
	const struct model *m;
	struct state *s;
	struct chance chance;
	int64_t now;
	int64_t pages;		/* printed so far */
	struct err *e;
};

static uint64_t
use_so_far(struct birth *b, const struct model_unit *mu)
{
	int64_t percent;

	if (mu->use_unit == USE_NOT_COUNTED)
		return 0;
	if (mu->use_unit == USE_HOURS)
		return (uint64_t)(b->pages / 60);
	if (!mu->consumed)
		return (uint64_t)(b->pages * mu->use_per_1000 / 1000);
	percent = chance_between(&b->chance, mu->worn_least, mu->worn_most);
	return (uint64_t)((int64_t)mu->life * percent / 100 +
		chance_between(&b->chance, 0, mu->life / 100));
}

static int
unit_make(struct birth *b, const struct model_unit *mu)
{
	struct unit u = {0};
	size_t revs = mu->revs != NULL ? strlen(mu->revs) : 0;

	(void)text_copy(u.symbol, sizeof(u.symbol), mu->symbol);
	u.type = mu->type;
	u.class = mu->type >= UNIT_TYPE_PRINT ? UNIT_FUNCTION : UNIT_UNIT;
	(void)text_copy(u.descr, sizeof(u.descr), mu->descr);
	if (u.class == UNIT_UNIT) {
		(void)text_copy(u.manufacturer, sizeof(u.manufacturer), MODEL_MAKER);
		(void)text_copy(u.model, sizeof(u.model), mu->model);
		chance_serial(&b->chance, mu->serial_prefix, u.serial_number,
			sizeof(u.serial_number));
		u.installed = b->now - DAY_S * chance_between(&b->chance, 20, 900);
	}
	if (revs > 0)
		u.hardware_rev[0] = mu->revs[chance_next(&b->chance) % revs];
	u.oper_state = UNIT_OPER_OK;
	u.admin_state = UNIT_ADMIN_IN_SERVICE;
	u.use_count = use_so_far(b, mu);
	u.use_unit = mu->use_unit;
	u.life_expected = mu->life;
	u.banks = mu->software == NULL ? 0 : mu->versions[1] == NULL ? 1 : 2;
	u.action = UNIT_ACTION_NONE;
	return state_unit_set_in(b->s, &u, mu->in, STATE_UNIT_ALL | STATE_UNIT_NEW, NULL, b->e);
}

static int
bank_make(struct birth *b, const struct model_unit *mu, unsigned bank)
{
	struct software w = { .bank = (uint8_t)bank, .digest_known = true,
		.state = bank == 1 ? SOFTWARE_RUNNING : SOFTWARE_FALLBACK };

	(void)text_copy(w.id, sizeof(w.id), mu->software);
	(void)text_copy(w.creator, sizeof(w.creator), MODEL_MAKER);
	(void)text_copy(w.version, sizeof(w.version), mu->versions[bank - 1]);
	w.installed = b->now - DAY_S * chance_between(&b->chance, 10, 400);
	model_digest(w.id, w.version, w.digest);
	return state_software_set(b->s, mu->symbol, &w, STATE_SOFTWARE_ALL, b->e);
}

static int
reading_make(struct birth *b, const struct model_reading *mr)
{
	struct reading r = { .value = mr->normal, .scale = mr->scale, .low = mr->low,
		.high = mr->high, .time = b->now };

	(void)text_copy(r.name, sizeof(r.name), mr->name);
	(void)text_copy(r.unit, sizeof(r.unit), mr->unit);
	if (mr->rise > 0)
		r.value = (int32_t)chance_between(&b->chance, mr->low, mr->high * 3 / 4);
	return state_reading_set(b->s, mr->symbol, &r, STATE_READING_ALL, b->e);
}

/* Some errors of the last days, so that the log has a past. */
static int
past_make(struct birth *b)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < PAST_ERRORS; i++) {
		const struct model_error *me = &b->m->errors[chance_next(&b->chance) %
			b->m->error_count];
		struct state_error error = { .symbol = me->symbol, .code = me->code,
			.severity = me->severity, .text = me->text };
		int64_t each = (int64_t)PAST_DAYS * DAY_S / PAST_ERRORS;

		error.time = b->now - (PAST_ERRORS - i) * each +
			chance_between(&b->chance, 0, each - STATE_REPEAT_WINDOW_S - 1);
		rc = state_error_add(b->s, &error, NULL, b->e);
	}
	return rc;
}

static int
fill(struct birth *b, const char *name)
{
	struct unit chassis = {0};
	int rc = state_begin(b->s, b->e);

	if (rc < 0)
		return rc;
	(void)text_copy(chassis.symbol, sizeof(chassis.symbol), STATE_DEVICE_SYMBOL);
	(void)text_copy(chassis.descr, sizeof(chassis.descr), name);
	rc = state_unit_set(b->s, &chassis, STATE_UNIT_DESCR, NULL, b->e);
	for (size_t i = 0; rc == 0 && i < b->m->unit_count; i++) {
		const struct model_unit *mu = &b->m->units[i];

		rc = unit_make(b, mu);
		for (unsigned bank = 1; rc == 0 && mu->software != NULL && bank <= 2 &&
		    mu->versions[bank - 1] != NULL; bank++)
			rc = bank_make(b, mu, bank);
	}
	for (size_t i = 0; rc == 0 && i < b->m->reading_count; i++)
		rc = reading_make(b, &b->m->readings[i]);
	if (rc == 0)
		rc = past_make(b);
	if (rc == 0)
		return state_commit(b->s, b->e);
	state_rollback(b->s);
	return rc;
}

int
life_create(const char *path, const struct model *m, const char *id, const char *name,
	uint64_t seed, uint32_t log_capacity, struct err *e)
{
	struct birth b = { .m = m, .chance = { .state = seed }, .e = e,
		.now = clock_utc_s(clock_system()) };
	struct device device = { .state = DEVICE_OPERATIONAL };
	char made[2 * STRUCTURE_NAME_MAX + 16];
	int rc;

	b.pages = (int64_t)m->life_pages * chance_between(&b.chance, 60, 140) / 100;
	(void)text_copy(device.manufacturer, sizeof(device.manufacturer), MODEL_MAKER);
	(void)text_copy(device.model, sizeof(device.model), m->name);
	chance_serial(&b.chance, "8", device.serial_number, sizeof(device.serial_number));
	(void)snprintf(made, sizeof(made), "%s-%s-%s", MODEL_MAKER, m->name,
		device.serial_number);
	(void)text_copy(device.id, sizeof(device.id), id != NULL ? id : made);
	device.use_count = (uint64_t)b.pages;
	rc = state_create(path, &device, log_capacity, e);
	if (rc < 0)
		return rc;
	rc = state_open(path, STATE_WRITE, &b.s, e);
	if (rc < 0)
		return rc;
	rc = fill(&b, name != NULL ? name : device.id);
	state_close(b.s);
	return rc;
}

#include <config.h>

#include "agent-module/imgadm/device.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state.h"
#include "agent-module/state_input.h"
#include "lib/base/clock.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"

struct imgadm_device {
	struct state *state;	/* NULL: not open */
	struct err err;
};

/*
 * What the caller handed over, in the size this library knows: a caller built
 * with an older header leaves the rest unset; what a newer one sets beyond is
 * refused, since it would be lost.
 */
static int
take(struct imgadm_device *d, void *dst, size_t size, const void *src, size_t said)
{
	const unsigned char *octets = src;

	if (said < sizeof(size_t) || src == NULL)
		return err_set(&d->err, -EINVAL, "a struct without its size: use its _INIT");
	for (size_t i = size; i < said; i++)
		if (octets[i] != 0)
			return err_set(&d->err, -EINVAL, "a value that this version of "
				"libimgadm-device does not know: update the library");
	(void)memset(dst, 0, size);
	(void)memcpy(dst, src, said < size ? said : size);
	return 0;
}

/* A text that was said: copied, and its column set. */
static int
text(struct imgadm_device *d, const char *what, const char *said, char *dst, size_t size,
	unsigned column, unsigned *columns)
{
	if (said == NULL)
		return 0;
	*columns |= column;
	return state_input_text(what, said, dst, size, &d->err);
}

static int
name(struct imgadm_device *d, enum name_kind kind, const char *what, const char *said,
	int *ret_value, unsigned column, unsigned *columns)
{
	if (said == NULL)
		return 0;
	*columns |= column;
	return state_input_name(kind, what, said, ret_value, &d->err);
}

static int
number(struct imgadm_device *d, const char *what, int64_t said, int64_t most,
	int64_t *ret_value, unsigned column, unsigned *columns)
{
	if (said == 0)
		return 0;
	if (said < IMGADM_NONE || said > most)
		return err_set(&d->err, -ERANGE, "%s: %lld; 0 to %lld", what, (long long)said,
			(long long)most);
	*columns |= column;
	*ret_value = said == IMGADM_NONE ? 0 : said;
	return 0;
}

static int
symbol_check(struct imgadm_device *d, const char *symbol)
{
	char dst[STRUCTURE_LABEL_MAX + 1];

	if (symbol == NULL || symbol[0] == '\0')
		return err_set(&d->err, -EINVAL, "symbol: which unit?");
	return state_input_text("symbol", symbol, dst, sizeof(dst), &d->err);
}

static int
opened(struct imgadm_device *d)
{
	if (d->state != NULL)
		return 0;
	return err_set(&d->err, -EBADF, "no state file is open: imgadm_device_open first");
}

/* --- handle ------------------------------------------------------------------- */

struct imgadm_device *
imgadm_device_new(void)
{
	return calloc(1, sizeof(struct imgadm_device));
}

void
imgadm_device_free(struct imgadm_device *d)
{
	if (d == NULL)
		return;
	imgadm_device_close(d);
	free(d);
}

const char *
imgadm_device_error_text(const struct imgadm_device *d)
{
	return d == NULL ? "out of memory" : d->err.text;
}

int
imgadm_device_open(struct imgadm_device *d, const char *path)
{
	imgadm_device_close(d);
	return state_open(paths_state(path), STATE_WRITE, &d->state, &d->err);
}

void
imgadm_device_close(struct imgadm_device *d)
{
	state_close(d->state);
	d->state = NULL;
}

/* --- device -------------------------------------------------------------------- */

static int
identity_read(struct imgadm_device *d, const struct imgadm_identity *said,
	struct device *device, unsigned *columns)
{
	struct imgadm_identity in;
	int rc, state = 0;

	rc = take(d, &in, sizeof(in), said, said != NULL ? said->size : 0);
	if (rc == 0)
		rc = text(d, "id", in.id, device->id, sizeof(device->id), STATE_DEVICE_ID,
			columns);
	if (rc == 0)
		rc = text(d, "manufacturer", in.manufacturer, device->manufacturer,
			sizeof(device->manufacturer), STATE_DEVICE_MANUFACTURER, columns);
	if (rc == 0)
		rc = text(d, "model", in.model, device->model, sizeof(device->model),
			STATE_DEVICE_MODEL, columns);
	if (rc == 0)
		rc = text(d, "serial number", in.serial_number, device->serial_number,
			sizeof(device->serial_number), STATE_DEVICE_SERIAL_NUMBER, columns);
	if (rc == 0)
		rc = name(d, NAME_DEVICE_STATE, "device state", in.state, &state,
			STATE_DEVICE_STATE, columns);
	device->state = (*columns & STATE_DEVICE_STATE) != 0 ? (enum device_state)state :
		DEVICE_UNKNOWN;
	return rc;
}

int
imgadm_device_create(struct imgadm_device *d, const char *path,
	const struct imgadm_identity *identity, unsigned log_capacity)
{
	struct device device = {0};
	unsigned columns = 0;
	int rc = identity_read(d, identity, &device, &columns);

	return rc < 0 ? rc : state_create(paths_state(path), &device, log_capacity, &d->err);
}

int
imgadm_device_identity_set(struct imgadm_device *d,
	const struct imgadm_identity *identity)
{
	struct device device = {0};
	unsigned columns = 0;
	int rc = opened(d);

	if (rc == 0)
		rc = identity_read(d, identity, &device, &columns);
	return rc < 0 ? rc : state_device_set(d->state, &device, columns, &d->err);
}

int
imgadm_device_boot(struct imgadm_device *d)
{
	int rc = opened(d);

	return rc < 0 ? rc : state_boot(d->state, &d->err);
}

/* --- units --------------------------------------------------------------------- */

static int
unit_texts(struct imgadm_device *d, const struct imgadm_unit *in, struct unit *u,
	unsigned *columns)
{
	int rc = state_input_text("symbol", in->symbol, u->symbol, sizeof(u->symbol), &d->err);

	if (rc == 0)
		rc = text(d, "descr", in->descr, u->descr, sizeof(u->descr), STATE_UNIT_DESCR,
			columns);
	if (rc == 0)
		rc = text(d, "manufacturer", in->manufacturer, u->manufacturer,
			sizeof(u->manufacturer), STATE_UNIT_MANUFACTURER, columns);
	if (rc == 0)
		rc = text(d, "model", in->model, u->model, sizeof(u->model),
			STATE_UNIT_MODEL, columns);
	if (rc == 0)
		rc = text(d, "hardware revision", in->hardware_rev, u->hardware_rev,
			sizeof(u->hardware_rev), STATE_UNIT_HARDWARE_REV, columns);
	if (rc == 0)
		rc = text(d, "serial number", in->serial_number, u->serial_number,
			sizeof(u->serial_number), STATE_UNIT_SERIAL_NUMBER, columns);
	return rc;
}

static int
unit_names(struct imgadm_device *d, const struct imgadm_unit *in, struct unit *u,
	unsigned *columns)
{
	int class = 0, type = 0, oper = 0, admin = 0, use = 0;
	int rc = name(d, NAME_UNIT_CLASS, "class", in->unit_class, &class, STATE_UNIT_CLASS,
		columns);

	if (rc == 0)
		rc = name(d, NAME_UNIT_TYPE, "type", in->type, &type, STATE_UNIT_TYPE, columns);
	if (rc == 0)
		rc = name(d, NAME_UNIT_OPER, "operating state", in->oper_state, &oper,
			STATE_UNIT_OPER_STATE, columns);
	if (rc == 0)
		rc = name(d, NAME_UNIT_ADMIN, "administrative state", in->admin_state, &admin,
			STATE_UNIT_ADMIN_STATE, columns);
	if (rc == 0)
		rc = name(d, NAME_USE_UNIT, "use unit", in->use_unit, &use,
			STATE_UNIT_USE_UNIT, columns);
	u->class = (enum unit_class)class;
	u->type = (enum unit_type)type;
	u->oper_state = (enum unit_oper_state)oper;
	u->admin_state = (enum unit_admin_state)admin;
	u->use_unit = (enum unit_use_unit)use;
	return rc;
}

static int
unit_numbers(struct imgadm_device *d, const struct imgadm_unit *in, struct unit *u,
	unsigned *columns)
{
	int64_t use = 0, life = 0, installed = 0, banks = 0;
	int rc = number(d, "use count", in->use_count, INT64_MAX, &use,
		STATE_UNIT_USE_COUNT, columns);

	if (rc == 0)
		rc = number(d, "life expected", in->life_expected, UINT32_MAX, &life,
			STATE_UNIT_LIFE_EXPECTED, columns);
	if (rc == 0)
		rc = number(d, "installed", in->installed, INT64_MAX, &installed,
			STATE_UNIT_INSTALLED, columns);
	if (rc == 0)
		rc = number(d, "banks", in->banks, STRUCTURE_BANKS_MAX, &banks,
			STATE_UNIT_BANKS, columns);
	u->use_count = (uint64_t)use;
	u->life_expected = (uint32_t)life;
	u->installed = installed;
	u->banks = (uint8_t)banks;
	return rc;
}

int
imgadm_device_unit_set(struct imgadm_device *d, const struct imgadm_unit *unit)
{
	struct imgadm_unit in;
	struct unit u = {0};
	unsigned columns = 0;
	int rc = opened(d);

	if (rc == 0)
		rc = take(d, &in, sizeof(in), unit, unit != NULL ? unit->size : 0);
	if (rc == 0)
		rc = symbol_check(d, in.symbol);
	if (rc == 0)
		rc = unit_texts(d, &in, &u, &columns);
	if (rc == 0)
		rc = unit_names(d, &in, &u, &columns);
	if (rc == 0)
		rc = unit_numbers(d, &in, &u, &columns);
	if (rc < 0)
		return rc;
	if (in.must == IMGADM_MUST_BE_NEW)
		columns |= STATE_UNIT_NEW;
	else if (in.must == IMGADM_MUST_EXIST)
		columns |= STATE_UNIT_KEEP;
	return state_unit_equip(d->state, &u, in.contained_in, columns, in.installer, &d->err);
}

int
imgadm_device_unit_remove(struct imgadm_device *d, const char *symbol)
{
	int rc = opened(d);

	if (rc == 0)
		rc = symbol_check(d, symbol);
	return rc < 0 ? rc : state_unit_remove(d->state, symbol, &d->err);
}

/* --- software -------------------------------------------------------------------- */

static int
software_digest(struct imgadm_device *d, const char *hex, struct software *w,
	unsigned *columns)
{
	if (hex == NULL)
		return 0;
	*columns |= STATE_SOFTWARE_DIGEST;
	w->digest_known = hex[0] != '\0';
	if (w->digest_known && text_unhex(hex, w->digest, sizeof(w->digest)) < 0)
		return err_set(&d->err, -EINVAL, "SHA-256: 64 hexadecimal digits are wanted");
	return 0;
}

static int
software_read(struct imgadm_device *d, const struct imgadm_software *in,
	struct software *w, unsigned *columns)
{
	int64_t installed = 0, floor = 0;
	int state = 0;
	int rc = text(d, "id", in->id, w->id, sizeof(w->id), STATE_SOFTWARE_ID, columns);

	if (rc == 0)
		rc = text(d, "creator", in->creator, w->creator, sizeof(w->creator),
			STATE_SOFTWARE_CREATOR, columns);
	if (rc == 0)
		rc = text(d, "version", in->version, w->version, sizeof(w->version),
			STATE_SOFTWARE_VERSION, columns);
	if (rc == 0)
		rc = software_digest(d, in->sha256, w, columns);
	if (rc == 0)
		rc = name(d, NAME_SOFTWARE_STATE, "bank state", in->state, &state,
			STATE_SOFTWARE_STATE, columns);
	if (rc == 0)
		rc = number(d, "installed", in->installed, INT64_MAX, &installed,
			STATE_SOFTWARE_INSTALLED, columns);
	if (rc == 0)
		rc = number(d, "floor", in->floor, UINT32_MAX, &floor, STATE_SOFTWARE_FLOOR,
			columns);
	w->state = (enum software_state)state;
	w->installed = installed;
	w->floor = (uint32_t)floor;
	return rc;
}

static int
bank_check(struct imgadm_device *d, int bank)
{
	if (bank >= 1 && bank <= STRUCTURE_BANKS_MAX)
		return 0;
	return err_set(&d->err, -EINVAL, "bank: %d; 1 to %d", bank, STRUCTURE_BANKS_MAX);
}

int
imgadm_device_software_set(struct imgadm_device *d,
	const struct imgadm_software *software)
{
	struct imgadm_software in;
	struct software w = {0};
	unsigned columns = 0;
	int64_t sequence = 0;
	int rc = opened(d);

	if (rc == 0)
		rc = take(d, &in, sizeof(in), software, software != NULL ? software->size : 0);
	if (rc == 0)
		rc = symbol_check(d, in.symbol);
	if (rc == 0)
		rc = bank_check(d, in.bank);
	if (rc == 0)
		rc = software_read(d, &in, &w, &columns);
	if (rc < 0)
		return rc;
	w.bank = (uint8_t)in.bank;
	if (in.sequence == 0)
		return state_software_set(d->state, in.symbol, &w, columns, &d->err);
	rc = number(d, "sequence", in.sequence, UINT32_MAX, &sequence, 0, &columns);
	return rc < 0 ? rc : state_software_release(d->state, in.symbol, &w, columns,
		(uint32_t)sequence, &d->err);
}

int
imgadm_device_software_remove(struct imgadm_device *d, const char *symbol, int bank)
{
	int rc = opened(d);

	if (rc == 0)
		rc = symbol_check(d, symbol);
	if (rc == 0)
		rc = bank_check(d, bank);
	return rc < 0 ? rc : state_software_remove(d->state, symbol, (unsigned)bank, &d->err);
}

/* --- updates ------------------------------------------------------------------------ */

int
imgadm_device_confirm(struct imgadm_device *d, const char *symbol)
{
	int rc = opened(d);

	return rc < 0 ? rc : state_update_report_in(d->state, symbol, NULL, &d->err);
}

int
imgadm_device_commit_update(struct imgadm_device *d, const char *symbol)
{
	int rc = opened(d);

	if (rc == 0)
		rc = symbol_check(d, symbol);
	return rc < 0 ? rc : state_update_ask(d->state, symbol, NULL, UPDATE_OWNER_CENTRE, 0,
		UPDATE_COMMAND_CONFIRM, false, NULL, &d->err);
}

/* --- readings, counts --------------------------------------------------------------- */

int
imgadm_device_reading_set(struct imgadm_device *d,
	const struct imgadm_reading *reading)
{
	struct imgadm_reading in;
	struct reading r = {0};
	unsigned columns = STATE_READING_VALUE;
	int rc = opened(d);

	if (rc == 0)
		rc = take(d, &in, sizeof(in), reading, reading != NULL ? reading->size : 0);
	if (rc == 0)
		rc = symbol_check(d, in.symbol);
	if (rc == 0)
		rc = state_input_text("reading", in.name != NULL ? in.name : "", r.name,
			sizeof(r.name), &d->err);
	if (rc == 0)
		rc = text(d, "unit of the reading", in.unit, r.unit, sizeof(r.unit),
			STATE_READING_UNIT, &columns);
	if (rc < 0)
		return rc;
	r.value = in.value;
	r.scale = in.scale;
	columns |= STATE_READING_SCALE;
	r.low = in.low;
	r.high = in.high;
	if (in.has_limits != 0)
		columns |= STATE_READING_LIMITS;
	r.time = in.time;
	if (in.time != 0)
		columns |= STATE_READING_TIME;
	return state_reading_set(d->state, in.symbol, &r, columns, &d->err);
}

int
imgadm_device_reading_remove(struct imgadm_device *d, const char *symbol,
	const char *reading)
{
	int rc = opened(d);

	if (rc == 0)
		rc = symbol_check(d, symbol);
	return rc < 0 ? rc : state_reading_remove(d->state, symbol,
		reading != NULL ? reading : "", &d->err);
}

int
imgadm_device_count(struct imgadm_device *d, const char *symbol, uint64_t n)
{
	int rc = opened(d);

	if (rc == 0)
		rc = symbol_check(d, symbol);
	return rc < 0 ? rc : state_count(d->state, symbol, n, &d->err);
}

/* --- errors ------------------------------------------------------------------------ */

int
imgadm_device_error(struct imgadm_device *d, const struct imgadm_error *error)
{
	struct imgadm_error in = {0};
	struct state_error out = {0};
	int severity = SEVERITY_ERROR;
	int rc = opened(d);

	if (rc == 0)
		rc = take(d, &in, sizeof(in), error, error != NULL ? error->size : 0);
	if (rc == 0)
		rc = symbol_check(d, in.symbol);
	if (rc == 0 && in.severity != NULL)
		rc = state_input_name(NAME_SEVERITY, "severity", in.severity, &severity, &d->err);
	if (rc < 0)
		return rc;
	out.symbol = in.symbol;
	out.code = in.code != NULL ? in.code : "";
	out.severity = (enum severity)severity;
	out.text = in.text;
	out.time = in.time;
	return state_error_add(d->state, &out, NULL, &d->err);
}

int
imgadm_device_settle(struct imgadm_device *d)
{
	int rc = opened(d);

	return rc < 0 ? rc :
		state_log_settle(d->state, clock_utc_s(clock_system()), &d->err);
}

int
imgadm_device_log_clear(struct imgadm_device *d, unsigned capacity)
{
	int rc = opened(d);

	return rc < 0 ? rc : state_log_clear(d->state, capacity, &d->err);
}

/* --- several calls as one ------------------------------------------------------------ */

int
imgadm_device_begin(struct imgadm_device *d)
{
	int rc = opened(d);

	return rc < 0 ? rc : state_begin(d->state, &d->err);
}

int
imgadm_device_commit(struct imgadm_device *d)
{
	int rc = opened(d);

	return rc < 0 ? rc : state_commit(d->state, &d->err);
}

void
imgadm_device_rollback(struct imgadm_device *d)
{
	if (d->state != NULL)
		state_rollback(d->state);
}

#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

int64_t
state_kernel_s(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) < 0)
		return clock_monotonic_ms(clock_system()) / 1000;
	return ts.tv_sec;
}

void
state_kernel_id(char ret_id[STATE_KERNEL_ID_SIZE])
{
	char text[STATE_KERNEL_ID_SIZE];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd);	/* was only read */
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	(void)text_utf8(ret_id, STATE_KERNEL_ID_SIZE, text, strlen(text));
}

int
state_boot(struct state *s, struct err *e)
{
	struct db_stmt *q;
	char kernel[STATE_KERNEL_ID_SIZE];
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = state_statement(s, "UPDATE device SET boots = boots + 1,"
		" boot_ref_s = ?1, boot_kernel = ?2", &q, e);
	if (rc == 0) {
		state_kernel_id(kernel);
		db_bind_i64(q, 1, state_kernel_s());
		db_bind_text(q, 2, kernel);
		rc = db_run(q, e);
	}
	if (rc == 0 && db_rows_changed(s->db) != 1)
		rc = state_damaged(s, e, "no row of the device");
	return state_write_end(s, rc, e);
}

static int
head_save(struct state *s, const struct device *d, unsigned columns, struct err *e)
{
	struct state_head head;
	struct db_stmt *q;
	int rc = state_head_load(s, &head, e);

	if (rc == 0 && (columns & STATE_DEVICE_ID) != 0 &&
	    (d->id[0] == '\0' || !text_is_utf8(d->id, strlen(d->id))))
		rc = err_set(e, -EINVAL, "%s: a device's id is 1 to %d octets of UTF-8", s->path,
			STRUCTURE_ID_MAX);
	if (rc == 0 && (columns & STATE_DEVICE_STATE) != 0 &&
	    structure_name(NAME_DEVICE_STATE, (int)d->state) == NULL)
		rc = err_set(e, -EINVAL, "%s: no such device state: %d", s->path, (int)d->state);
	if (rc == 0)
		rc = state_statement(s, "UPDATE device SET id = ?1, state = ?2", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, (columns & STATE_DEVICE_ID) != 0 ? d->id : head.id);
	db_bind_i64(q, 2, (columns & STATE_DEVICE_STATE) != 0 ? d->state : head.state);
	return db_run(q, e);
}

/* Column of the device, and the same of unit 1. */
static const struct {
	unsigned device, unit;
} CHASSIS_COLUMNS[] = {
	{ STATE_DEVICE_MANUFACTURER, STATE_UNIT_MANUFACTURER },
	{ STATE_DEVICE_MODEL, STATE_UNIT_MODEL },
	{ STATE_DEVICE_SERIAL_NUMBER, STATE_UNIT_SERIAL_NUMBER },
	{ STATE_DEVICE_USE_COUNT, STATE_UNIT_USE_COUNT },
};

static int
chassis_save(struct state *s, const struct device *d, unsigned columns, struct err *e)
{
	struct unit u = {0};
	unsigned wanted = 0;
	int rc;

	for (size_t i = 0; i < sizeof(CHASSIS_COLUMNS) / sizeof(CHASSIS_COLUMNS[0]); i++)
		if ((columns & CHASSIS_COLUMNS[i].device) != 0)
			wanted |= CHASSIS_COLUMNS[i].unit;
	if (wanted == 0)
		return 0;
	rc = state_unit_load_at(s, 1, &u, e);
	if (rc < 0)
		return rc == -ENOENT ? state_damaged(s, e, "no row of the device itself") : rc;
	(void)text_copy(u.manufacturer, sizeof(u.manufacturer), d->manufacturer);
	(void)text_copy(u.model, sizeof(u.model), d->model);
	(void)text_copy(u.serial_number, sizeof(u.serial_number), d->serial_number);
	u.use_count = d->use_count;
	return state_unit_apply(s, &u, NULL, wanted, NULL, e);
}

int
state_device_set(struct state *s, const struct device *device,
	unsigned columns, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = head_save(s, device, columns, e);
	if (rc == 0)
		rc = chassis_save(s, device, columns, e);
	return state_write_end(s, rc, e);
}

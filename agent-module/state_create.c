#include <config.h>

#include "agent-module/state.h"

#include <errno.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

/* What fill_file needs. */
struct new_file {
	const struct structure *structure;
	const uint8_t *digest;
	uint32_t log_capacity;
	utc_s now;
};

static int
fill_device(struct db *db, const struct new_file *n, struct err *e)
{
	struct db_stmt *q;
	char kernel[STATE_KERNEL_ID_SIZE];
	int rc = db_prepare(db, "INSERT INTO device (one, id, state, digest, revision,"
		" last_change, next_unit, boots, boot_ref_s, boot_kernel, units_stamp,"
		" software_stamp, readings_stamp, log_generation, log_capacity,"
		" log_oldest, log_newest, log_overwritten)"
		" VALUES (1, ?1, ?2, ?3, 1, ?4, 2, 0, ?5, ?6, 1, 1, 1, ?7, ?8, 0, 0, 0)",
		&q, e);

	if (rc < 0)
		return rc;
	state_kernel_id(kernel);
	db_bind_text(q, 1, n->structure->device.id);
	db_bind_i64(q, 2, n->structure->device.state);
	db_bind_blob(q, 3, n->digest, STRUCTURE_DIGEST_SIZE);
	db_bind_i64(q, 4, n->now);
	db_bind_i64(q, 5, state_kernel_s());
	db_bind_text(q, 6, kernel);
	/* Random, so that a file made anew is told from the one before. */
	db_bind_i64(q, 7, (int64_t)(state_random() & 0x7fffffff));
	db_bind_i64(q, 8, n->log_capacity);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
fill_file(struct db *db, void *user, struct err *e)
{
	const struct new_file *n = user;
	/* state_unit_save wants a state: one of this transaction's own. */
	struct state s = { .path = (char *)db_path(db), .mode = STATE_WRITE, .db = db };
	int rc = fill_device(db, n, e);

	if (rc == 0)
		rc = state_unit_save(&s, &n->structure->units[0], e);
	for (size_t i = 0; i < s.statement_count; i++)
		db_stmt_free(s.statements[i].stmt);
	return rc;
}

static int
chassis_fill(struct structure *st, const struct device *device)
{
	struct unit *u = structure_add_unit(st);

	if (u == NULL)
		return -ENOMEM;
	st->device = *device;
	u->index = 1;
	(void)text_copy(u->symbol, sizeof(u->symbol), STATE_DEVICE_SYMBOL);
	u->class = UNIT_UNIT;
	u->type = UNIT_TYPE_DEVICE;
	(void)text_copy(u->manufacturer, sizeof(u->manufacturer), device->manufacturer);
	(void)text_copy(u->model, sizeof(u->model), device->model);
	(void)text_copy(u->serial_number, sizeof(u->serial_number), device->serial_number);
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_count = device->use_count;
	u->use_unit = USE_IMPRESSIONS;
	u->action = UNIT_ACTION_NONE;
	return 0;
}

int
state_create(const char *path, const struct device *device,
	uint32_t log_capacity, struct err *e)
{
	struct structure st = {0};
	struct new_file n = { .structure = &st, .log_capacity = log_capacity,
		.now = clock_utc_s(clock_system()) };
	struct db_options o = state_db_options(DB_CREATE, STATE_WAIT_MS);
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	struct db *db;
	int rc;

	if (n.log_capacity == 0)
		n.log_capacity = STATE_LOG_CAPACITY_DEFAULT;
	if (n.log_capacity > STATE_LOG_CAPACITY_MAX)
		return err_set(e, -EINVAL, "%s: an error log of %u entries; at most %d",
			path, n.log_capacity, STATE_LOG_CAPACITY_MAX);
	rc = chassis_fill(&st, device);
	if (rc < 0) {
		rc = err_set(e, rc, "%s: out of memory", path);
		goto out;
	}
	if (st.units[0].use_count > INT64_MAX) {
		rc = err_set(e, -ERANGE, "%s: a use count beyond 2^63-1", path);
		goto out;
	}
	rc = structure_check(&st, e);
	if (rc == 0 && device->id[0] == '\0')
		rc = err_set(e, -EINVAL, "%s: a device's id is 1 to %d octets of UTF-8", path,
			STRUCTURE_ID_MAX);
	if (rc < 0)
		goto out;
	structure_digest(&st, digest);
	n.digest = digest;
	o.fill = fill_file;
	o.fill_user = &n;
	rc = db_open(path, &o, &db, e);
	if (rc == -EEXIST)
		(void)err_set(e, rc, "%s: there is a file already; it is left as it is", path);
	if (rc == 0)
		db_close(db);
out:
	structure_release(&st);
	return rc;
}

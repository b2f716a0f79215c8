#include <config.h>

#include "lib/store/store_rollout.h"

#include <errno.h>
#include <string.h>

#include "lib/store/store_rollout_impl.h"

static int
check_step(const struct store_rollout_step *step, struct err *e)
{
	int rc = 0;

	if (step->rollout != NULL && step->version < 0)
		return err_set(e, -EINVAL, "rollout %s: want the version that it was decided on",
			step->id);
	if (step->rollout != NULL)
		rc = store_rollout_check(step->rollout, e);
	for (size_t i = 0; rc == 0 && i < step->change_count; i++)
		rc = store_member_check(&step->changes[i].member, e);
	for (size_t i = 0; rc == 0 && i < step->joiner_count; i++) {
		rc = store_member_check(&step->joiners[i], e);
		if (rc == 0 && !step->joiners[i].late)
			rc = err_set(e, -EINVAL, "member %s: who joins later is late",
				step->joiners[i].name);
	}
	for (size_t i = 0; rc == 0 && i < step->order_count; i++)
		if (step->orders[i].change >= step->change_count ||
		    step->changes[step->orders[i].change].member.attempt == 0)
			rc = err_set(e, -EINVAL, "rollout %s: an order is part of a member's"
				" attempt", step->id);
	return rc;
}

/* What may change of it. */
static int
rollout_set(struct store *s, int64_t number, const struct rollout *r, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "UPDATE rollout SET state = ?2, stop = ?3, text = ?4, undo = ?5,"
		" started = ?6, ended = ?7, wave = ?8, wave_opened = ?9, resumed = ?10"
		" WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	db_bind_i64(q, 2, r->state);
	db_bind_i64(q, 3, r->stop);
	db_bind_text_ref(q, 4, r->text);
	db_bind_i64(q, 5, r->undo);
	db_bind_i64(q, 6, r->started);
	db_bind_i64(q, 7, r->ended);
	db_bind_i64(q, 8, r->wave);
	db_bind_i64(q, 9, r->wave_opened);
	db_bind_i64(q, 10, r->resumed);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc < 0 || r->wave_opened == 0)
		return rc;
	rc = db_prepare(s->db, "INSERT OR IGNORE INTO rollout_wave (rollout, wave, opened) VALUES"
		" (?1, ?2, ?3)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	db_bind_i64(q, 2, r->wave);
	db_bind_i64(q, 3, r->wave_opened);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* One more version, and so many members. */
static int
raise(struct store *s, int64_t number, size_t joined, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "UPDATE rollout SET version = version + 1, members = members + ?2"
		" WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	db_bind_i64(q, 2, (int64_t)joined);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
orders_add(struct store *s, int64_t number, struct store_rollout_step *step, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "INSERT INTO rollout_order (rollout, member, attempt, symbol,"
		" device, number) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", &q, e);

	for (size_t i = 0; rc == 0 && i < step->order_count; i++) {
		struct store_step_order *o = &step->orders[i];
		const struct rollout_member *m = &step->changes[o->change].member;

		rc = store_order_add(s, &o->order, &o->number, e);
		if (rc < 0)
			break;
		db_bind_i64(q, 1, number);
		db_bind_text_ref(q, 2, m->device);
		db_bind_i64(q, 3, m->attempt);
		db_bind_text_ref(q, 4, o->order.symbol);
		db_bind_i64(q, 5, o->order.device);
		db_bind_i64(q, 6, o->number);
		rc = db_run(q, e);
		if (rc == -EEXIST)
			rc = err_set(e, -EINVAL, "member %s: unit %s has its order for attempt %u"
				" already", m->name, o->order.symbol, m->attempt);
	}
	db_stmt_free(q);
	return rc;
}

static int
apply(struct store *s, struct store_rollout_step *step, int64_t *ret_version, struct err *e)
{
	struct store_rollout r;
	int64_t number = 0;
	bool changed = step->rollout != NULL || step->joiner_count > 0;
	int rc = store_rollout_find(s, step->id, &number, &r, e);

	if (rc == 0 && step->version >= 0 && step->version != r.version)
		rc = err_set(e, -ESTALE, "rollout %s was changed meanwhile: begin the step anew",
			step->id);
	if (rc == 0 && step->rollout != NULL && strcmp(step->rollout->id, r.rollout.id) != 0)
		rc = err_set(e, -EINVAL, "rollout %s keeps its id", step->id);
	if (rc == 0 && step->rollout != NULL)
		rc = rollout_set(s, number, step->rollout, e);
	if (rc == 0)
		rc = store_members_set(s, number, step->changes, step->change_count, e);
	if (rc == 0)
		rc = store_members_add(s, number, step->joiners, step->joiner_count, e);
	if (rc == 0 && step->joiner_count + step->recipe_count > 0)
		rc = store_recipes_add(s, number, step->recipes, step->recipe_count, e);
	if (rc == 0)
		rc = orders_add(s, number, step, e);
	if (rc == 0 && changed)
		rc = raise(s, number, step->joiner_count, e);
	if (rc == 0)
		rc = store_audit_put(s, step->audit, step->audit_count, e);
	*ret_version = r.version + changed;
	return rc;
}

int
store_rollout_step(struct store *s, struct store_rollout_step *step, int64_t *ret_version,
	struct err *e)
{
	int64_t version = 0;
	bool own;
	int rc = check_step(step, e);

	if (rc == 0 && s->batch)
		rc = err_set(e, -EINVAL, "a step of a rollout is a transaction of its own");
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = apply(s, step, &version, e);
	rc = store_write_end(s, own, rc, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < step->change_count; i++)
		step->changes[i].version++;
	if (ret_version != NULL)
		*ret_version = version;
	return 0;
}

#include <config.h>

#include "lib/store/store_center.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "lib/store/store_impl.h"

enum {
	ENGINE_ID_SIZE = 17,
	BOOTS_MAX = 0x7fffffff,	/* RFC 3414 2.2.2: stays there */
};

static int
engine_new(struct store_engine *engine, struct err *e)
{
	/* RFC 3411 5: enterprise 8072 with the highest bit set; 5 = octets of our own. */
	static const uint8_t head[] = { 0x80, 0x00, 0x1f, 0x88, 0x05 };

	if (sodium_init() < 0)
		return err_set(e, -EIO, "libsodium: no random numbers on this system");
	memcpy(engine->id, head, sizeof(head));
	randombytes_buf(engine->id + sizeof(head), ENGINE_ID_SIZE - sizeof(head));
	engine->id_len = ENGINE_ID_SIZE;
	engine->boots = 0;
	return 0;
}

/* 1 with *ret, 0 when there is none yet. */
static int
engine_load(struct store *s, struct store_engine *ret, struct err *e)
{
	struct store_engine engine = {0};
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT engine_id, boots FROM center", &q, e);
	if (rc < 0)
		return rc;
	rc = db_step(q, e);
	if (rc == 1) {
		engine.id_len = db_blob(q, 0, engine.id, sizeof(engine.id));
		engine.boots = db_u32(q, 1);
		if (engine.id_len < 5 || engine.id_len > sizeof(engine.id))
			rc = err_set(e, -EINVAL, "%s: the centre's engine id is damaged; "
				"restore the store", db_path(s->db));
		else
			*ret = engine;
	}
	db_stmt_free(q);
	return rc;
}

static int
engine_save(struct store *s, const struct store_engine *engine, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT OR REPLACE INTO center (id, engine_id, boots)"
		" VALUES (1, ?1, ?2)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_blob(q, 1, engine->id, engine->id_len);
	db_bind_i64(q, 2, engine->boots);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
engine_get(struct store *s, uint32_t raise, struct store_engine *ret, struct err *e)
{
	struct store_engine engine;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = engine_load(s, &engine, e);
	if (rc == 1 && raise == 0) {
		*ret = engine;
		return store_write_refuse(s, own, 0);
	}
	if (rc == 0)
		rc = engine_new(&engine, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	if (engine.boots < BOOTS_MAX)
		engine.boots += raise;
	rc = store_write_end(s, own, engine_save(s, &engine, e), e);
	if (rc == 0)
		*ret = engine;
	return rc;
}

int
store_engine_begin(struct store *s, struct store_engine *ret, struct err *e)
{
	if (s->batch)
		return err_set(e, -EINVAL, "%s: a batch is open", db_path(s->db));
	return engine_get(s, 1, ret, e);
}

int
store_engine_get(struct store *s, struct store_engine *ret, struct err *e)
{
	return engine_get(s, 0, ret, e);
}

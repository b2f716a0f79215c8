#include <config.h>

#include "lib/store/store_schema.h"

#include <stddef.h>

/*
 * Why it is cut like this
 *
 * A steady poll writes one row: `live` holds all that moves, the units' and
 * readings' values packed (store_live.h), so that a page takes some twenty
 * devices.  `device` holds what was set and what is learned, and is written
 * when something of it changes.
 *
 * `unit` and `software` hold now and before in one table: a row is a stay,
 * until 0 while it lasts.  era counts the structures stored of a device and
 * keeps two stays of one index apart.
 *
 * The log is kept by memory: a machine (who answered at a name) and a
 * generation.  memory * 2^32 + index is the key, one integer: an entry's row
 * stands beside its neighbours, a batch of entries fills pages in order, and an
 * insert costs half of what a key of two columns does.
 *
 * Tables below another are found from above by their primary key; only what is
 * asked for from elsewhere has an index of its own.
 */
static const char step_1[] =
	"CREATE TABLE device ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"	/* names RRD files: never again */
	" name TEXT NOT NULL UNIQUE,"
	" site TEXT NOT NULL,"
	" address TEXT NOT NULL,"
	" numeric TEXT NOT NULL,"
	" credential TEXT NOT NULL,"
	" added INTEGER NOT NULL,"
	" machine INTEGER NOT NULL DEFAULT 0,"	/* who answers now; 0 = none yet */
	" has_agent INTEGER NOT NULL DEFAULT 0,"
	" quirks INTEGER NOT NULL DEFAULT 0,"
	" max_varbinds INTEGER NOT NULL DEFAULT 0,"
	" era INTEGER NOT NULL DEFAULT 0,"
	" unit_count INTEGER NOT NULL DEFAULT 0,"
	" reading_count INTEGER NOT NULL DEFAULT 0,"
	" revision INTEGER NOT NULL DEFAULT 0,"
	" last_change INTEGER NOT NULL DEFAULT 0,"
	" structure_since INTEGER NOT NULL DEFAULT 0,"
	" digest BLOB,"
	" engine_id BLOB,"
	" sys_name TEXT NOT NULL DEFAULT '',"
	" sys_object_id TEXT NOT NULL DEFAULT '',"
	" UNIQUE (address, credential));"

	"CREATE TABLE machine ("
	" id INTEGER PRIMARY KEY,"
	" device INTEGER NOT NULL,"
	" img_id TEXT NOT NULL,"
	" since INTEGER NOT NULL,"	/* first heard here */
	" manufacturer TEXT NOT NULL,"
	" model TEXT NOT NULL,"
	" serial TEXT NOT NULL,"
	" UNIQUE (device, img_id));"
	"CREATE INDEX machine_img_id ON machine (img_id);"	/* twins */

	"CREATE TABLE live ("
	" device INTEGER PRIMARY KEY,"
	" contact INTEGER NOT NULL DEFAULT 0,"
	" tried INTEGER NOT NULL DEFAULT 0,"
	" answered INTEGER NOT NULL DEFAULT 0,"
	" silent_since INTEGER NOT NULL DEFAULT 0,"
	" failures INTEGER NOT NULL DEFAULT 0,"
	" reason TEXT,"
	" uptime INTEGER NOT NULL DEFAULT 0,"
	" boots_seen INTEGER NOT NULL DEFAULT 0,"
	" state INTEGER NOT NULL DEFAULT 1,"
	" use_count INTEGER NOT NULL DEFAULT 0,"
	" memory INTEGER NOT NULL DEFAULT 0,"	/* the cursor: copies of memory's */
	" generation INTEGER NOT NULL DEFAULT 0,"
	" log_index INTEGER NOT NULL DEFAULT 0,"
	" engine_boots INTEGER NOT NULL DEFAULT 0,"
	" engine_time INTEGER NOT NULL DEFAULT 0,"
	" engine_heard INTEGER NOT NULL DEFAULT 0,"
	" sampled INTEGER NOT NULL DEFAULT 0,"
	" units BLOB,"
	" readings BLOB);"

	"CREATE TABLE unit ("
	" device INTEGER NOT NULL,"
	" idx INTEGER NOT NULL,"
	" era INTEGER NOT NULL,"
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" symbol TEXT NOT NULL,"
	" class INTEGER NOT NULL,"
	" type INTEGER NOT NULL,"
	" contained_in INTEGER NOT NULL,"
	" manufacturer TEXT NOT NULL,"
	" model TEXT NOT NULL,"
	" hardware_rev TEXT NOT NULL,"
	" serial TEXT NOT NULL,"
	" admin_state INTEGER NOT NULL,"
	" use_unit INTEGER NOT NULL,"
	" life INTEGER NOT NULL,"
	" installed INTEGER NOT NULL,"
	" banks INTEGER NOT NULL,"
	" action INTEGER NOT NULL,"
	" use_since INTEGER NOT NULL,"
	" use_until INTEGER NOT NULL,"	/* once it left */
	" descr TEXT NOT NULL,"
	" PRIMARY KEY (device, idx, era)) WITHOUT ROWID;"
	"CREATE INDEX unit_serial ON unit (serial) WHERE serial <> '';"

	"CREATE TABLE software ("
	" device INTEGER NOT NULL,"
	" unit INTEGER NOT NULL,"
	" bank INTEGER NOT NULL,"
	" era INTEGER NOT NULL,"
	" unit_era INTEGER NOT NULL,"	/* of the unit's row */
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" id TEXT NOT NULL,"
	" creator TEXT NOT NULL,"
	" version TEXT NOT NULL,"
	" digest BLOB,"
	" state INTEGER NOT NULL,"
	" installed INTEGER NOT NULL,"
	" floor INTEGER NOT NULL,"
	" PRIMARY KEY (device, unit, bank, era)) WITHOUT ROWID;"

	"CREATE TABLE reading ("
	" device INTEGER NOT NULL,"
	" unit INTEGER NOT NULL,"
	" idx INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" scale INTEGER NOT NULL,"
	" unit_text TEXT NOT NULL,"
	" low INTEGER NOT NULL,"
	" high INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" PRIMARY KEY (device, unit, idx)) WITHOUT ROWID;"

	"CREATE TABLE memory ("
	" id INTEGER PRIMARY KEY,"
	" machine INTEGER NOT NULL,"
	" generation INTEGER NOT NULL,"
	" capacity INTEGER NOT NULL,"
	" read_to INTEGER NOT NULL,"
	" pruned_to INTEGER NOT NULL,"
	" first_seen INTEGER NOT NULL,"
	" last_new INTEGER NOT NULL,"
	" UNIQUE (machine, generation));"

	"CREATE TABLE log ("
	" key INTEGER PRIMARY KEY,"
	" stored INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" boots INTEGER NOT NULL,"
	" uptime INTEGER NOT NULL,"
	" severity INTEGER NOT NULL,"
	" unit TEXT NOT NULL,"
	" code TEXT NOT NULL,"
	" serial TEXT NOT NULL,"
	" use_count INTEGER NOT NULL,"
	" software_id TEXT NOT NULL,"
	" software_version TEXT NOT NULL,"
	" repeats INTEGER NOT NULL,"
	" text TEXT NOT NULL);"

	"CREATE TABLE gap ("
	" memory INTEGER NOT NULL,"
	" lo INTEGER NOT NULL,"
	" hi INTEGER NOT NULL,"
	" noticed INTEGER NOT NULL,"
	" PRIMARY KEY (memory, lo)) WITHOUT ROWID;"

	"CREATE TABLE note ("
	" device INTEGER NOT NULL,"
	" kind INTEGER NOT NULL,"
	" generation INTEGER NOT NULL,"
	" idx INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" first INTEGER NOT NULL,"
	" last INTEGER NOT NULL,"
	" times INTEGER NOT NULL,"
	" PRIMARY KEY (device, kind, generation, idx, text)) WITHOUT ROWID;"

	"CREATE TABLE silence ("
	" device INTEGER NOT NULL,"
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" contact INTEGER NOT NULL,"
	" reason TEXT NOT NULL,"
	" PRIMARY KEY (device, since)) WITHOUT ROWID;"

	/* One an hour; after two days one a day (daily) is kept, for forty days. */
	"CREATE TABLE sample ("
	" device INTEGER NOT NULL,"
	" at INTEGER NOT NULL,"
	" machine INTEGER NOT NULL,"
	" daily INTEGER NOT NULL,"
	" use_count INTEGER NOT NULL,"
	" units BLOB,"
	" PRIMARY KEY (device, at)) WITHOUT ROWID;"

	"CREATE TABLE slot ("
	" device INTEGER NOT NULL,"
	" file INTEGER NOT NULL,"
	" slot INTEGER NOT NULL,"
	" unit INTEGER NOT NULL,"
	" symbol TEXT NOT NULL,"
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" PRIMARY KEY (device, file, slot)) WITHOUT ROWID;";

/*
 * A centre that is reported to.
 *
 * `device` is made anew: what is not polled needs no address, and many may have
 * none; its numbers go on where they were, since they name files.  Holes are
 * rows of `log` above a memory's cursor: `hole` only says that there are some,
 * up to where, and since when.
 */
static const char step_2[] =
	"CREATE TABLE device_2 ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" name TEXT NOT NULL UNIQUE,"
	" site TEXT NOT NULL,"
	" address TEXT NOT NULL,"	/* empty = none: not polled */
	" numeric TEXT NOT NULL,"
	" credential TEXT NOT NULL,"
	" added INTEGER NOT NULL,"
	" machine INTEGER NOT NULL DEFAULT 0,"
	" has_agent INTEGER NOT NULL DEFAULT 0,"
	" quirks INTEGER NOT NULL DEFAULT 0,"
	" max_varbinds INTEGER NOT NULL DEFAULT 0,"
	" era INTEGER NOT NULL DEFAULT 0,"
	" unit_count INTEGER NOT NULL DEFAULT 0,"
	" reading_count INTEGER NOT NULL DEFAULT 0,"
	" revision INTEGER NOT NULL DEFAULT 0,"
	" last_change INTEGER NOT NULL DEFAULT 0,"
	" structure_since INTEGER NOT NULL DEFAULT 0,"
	" digest BLOB,"
	" engine_id BLOB,"
	" sys_name TEXT NOT NULL DEFAULT '',"
	" sys_object_id TEXT NOT NULL DEFAULT '',"
	" polled INTEGER NOT NULL DEFAULT 1,"
	" is_new INTEGER NOT NULL DEFAULT 0,"	/* waits for approval */
	" report_id TEXT NOT NULL DEFAULT '',"	/* imgDeviceId that reports are bound to */
	" report_site TEXT NOT NULL DEFAULT '',"	/* by the enrolment user of this site */
	" report_from TEXT NOT NULL DEFAULT '');"	/* where the last one came from */
	"INSERT INTO device_2 (id, name, site, address, numeric, credential, added, machine,"
	" has_agent, quirks, max_varbinds, era, unit_count, reading_count, revision,"
	" last_change, structure_since, digest, engine_id, sys_name, sys_object_id)"
	" SELECT id, name, site, address, numeric, credential, added, machine,"
	" has_agent, quirks, max_varbinds, era, unit_count, reading_count, revision,"
	" last_change, structure_since, digest, engine_id, sys_name, sys_object_id"
	" FROM device;"
	"DELETE FROM sqlite_sequence WHERE name = 'device_2';"
	"INSERT INTO sqlite_sequence (name, seq)"
	" SELECT 'device_2', seq FROM sqlite_sequence WHERE name = 'device';"
	"DROP TABLE device;"
	"ALTER TABLE device_2 RENAME TO device;"
	"CREATE UNIQUE INDEX device_address ON device (address, credential)"
	" WHERE address <> '';"
	"CREATE INDEX device_report_id ON device (report_id) WHERE report_id <> '';"
	"CREATE INDEX device_report_from ON device (report_from) WHERE report_from <> '';"
	"CREATE INDEX device_numeric ON device (numeric) WHERE numeric <> '';"

	"ALTER TABLE live ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE live ADD COLUMN report_done INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE live ADD COLUMN report_done_at INTEGER NOT NULL DEFAULT 0;"

	"CREATE TABLE center ("
	" id INTEGER PRIMARY KEY CHECK (id = 1),"
	" engine_id BLOB NOT NULL,"
	" boots INTEGER NOT NULL);"

	"CREATE TABLE user ("
	" name TEXT PRIMARY KEY,"
	" device INTEGER NOT NULL,"	/* 0 = a site's enrolment user */
	" site TEXT NOT NULL,"
	" auth TEXT NOT NULL,"
	" priv TEXT NOT NULL,"
	" auth_key BLOB NOT NULL,"
	" priv_key BLOB NOT NULL,"
	" made INTEGER NOT NULL,"
	" until INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX user_device ON user (device, site);"

	"CREATE TABLE part ("
	" device INTEGER NOT NULL,"
	" report INTEGER NOT NULL,"
	" part INTEGER NOT NULL,"
	" head BLOB NOT NULL,"	/* what all parts of a report say alike */
	" rows BLOB NOT NULL,"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (device, report, part)) WITHOUT ROWID;"

	"CREATE TABLE hole ("
	" memory INTEGER PRIMARY KEY,"
	" since INTEGER NOT NULL,"
	" upto INTEGER NOT NULL);"	/* the highest entry that is stored */

	"CREATE TABLE soon ("
	" device INTEGER PRIMARY KEY,"
	" since INTEGER NOT NULL);";

/*
 * What is told to devices, and what is known of models.
 *
 * A row of `advice` is one of imgAdviceTable of the device, by its index there;
 * wanted, or to be removed.  `advice_order` outlives them: numbers only rise.
 */
static const char step_3[] =
	"CREATE TABLE advice ("
	" device INTEGER NOT NULL,"
	" idx INTEGER NOT NULL,"
	" source INTEGER NOT NULL,"
	" kind INTEGER NOT NULL,"
	" severity INTEGER NOT NULL,"
	" subject TEXT NOT NULL,"
	" rule TEXT NOT NULL,"
	" text TEXT NOT NULL,"
	" recommendation TEXT NOT NULL,"
	" serial INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"
	" wanted INTEGER NOT NULL,"
	" done INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" PRIMARY KEY (device, idx)) WITHOUT ROWID;"
	"CREATE INDEX advice_waiting ON advice (device) WHERE done = 0;"

	"CREATE TABLE advice_order ("
	" device INTEGER PRIMARY KEY,"
	" newest INTEGER NOT NULL);"

	"CREATE INDEX machine_model ON machine (manufacturer, model);";

/*
 * Devices of whose log a poll stored more than they were told: a run that was
 * killed before it could tell them leaves them to the next.
 */
static const char step_4[] =
	"CREATE TABLE acknowledge (device INTEGER PRIMARY KEY);";

/*
 * Catalogues as they came, in force and former, what was done to them, and what
 * stands against them.  The bytes stand apart: a mark on a row copies no megabytes.
 */
static const char step_5[] =
	"CREATE TABLE catalogue ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL,"
	" serial INTEGER NOT NULL,"
	" issued INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"	/* 0 = never */
	" key_id BLOB NOT NULL,"
	" digest BLOB NOT NULL,"
	" size INTEGER NOT NULL,"
	" imported INTEGER NOT NULL,"
	" imported_by TEXT NOT NULL,"
	" in_force INTEGER NOT NULL,"
	" since INTEGER NOT NULL,"
	" rolled_back INTEGER NOT NULL,"
	" UNIQUE (id, serial));"
	"CREATE UNIQUE INDEX catalogue_in_force ON catalogue (id) WHERE in_force;"

	"CREATE TABLE catalogue_bytes ("
	" number INTEGER PRIMARY KEY,"
	" bytes BLOB NOT NULL,"
	" signature BLOB NOT NULL);"

	"CREATE TABLE catalogue_act ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at INTEGER NOT NULL,"
	" done_by TEXT NOT NULL,"
	" id TEXT NOT NULL,"
	" rollback INTEGER NOT NULL,"
	" from_serial INTEGER NOT NULL,"	/* 0 = none was in force */
	" to_serial INTEGER NOT NULL);"

	"CREATE TABLE alarm ("
	" what INTEGER NOT NULL,"
	" subject TEXT NOT NULL,"
	" since INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" PRIMARY KEY (what, subject)) WITHOUT ROWID;";

/*
 * What the judge said.  A judgement is of a shape; many devices share it.  The
 * row of `judge` says on what was judged last; its `context`, the first octets
 * of the digest as a number, stands in each device's row.
 */
static const char step_6[] =
	"ALTER TABLE device ADD COLUMN kind BLOB;"
	"CREATE TABLE judgement ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" key BLOB NOT NULL UNIQUE,"
	" verdict INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" body BLOB NOT NULL);"

	"CREATE TABLE judged ("
	" device INTEGER PRIMARY KEY,"
	" judgement INTEGER NOT NULL,"
	" context INTEGER NOT NULL,"
	" structure BLOB NOT NULL,"
	" kind BLOB,"
	" at INTEGER NOT NULL);"

	"CREATE TABLE judge ("
	" id INTEGER PRIMARY KEY CHECK (id = 1),"
	" digest BLOB NOT NULL,"
	" context INTEGER NOT NULL,"
	" set_digest BLOB NOT NULL,"
	" policy TEXT NOT NULL,"
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" stale INTEGER NOT NULL,"
	" why TEXT NOT NULL,"
	" at INTEGER NOT NULL);";

/*
 * Updates that were ordered, by the numbers of `advice_order`, and the newest
 * that devices said of their rows of imgUpdateTable.
 */
static const char step_orders[] =
	"CREATE TABLE update_order ("
	" device INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"
	" symbol TEXT NOT NULL,"
	" unit INTEGER NOT NULL,"
	" serial TEXT NOT NULL,"
	" bank INTEGER NOT NULL,"
	" software TEXT NOT NULL,"
	" creator TEXT NOT NULL,"
	" version TEXT NOT NULL,"
	" seq INTEGER NOT NULL,"
	" uri TEXT NOT NULL,"
	" size INTEGER NOT NULL,"
	" digest BLOB,"
	" due INTEGER NOT NULL,"	/* imgUpdateWhen */
	" at INTEGER NOT NULL,"
	" ticket BLOB NOT NULL,"
	" grp INTEGER NOT NULL,"
	" group_size INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" command INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" made INTEGER NOT NULL,"
	" made_by TEXT NOT NULL,"
	" PRIMARY KEY (device, number)) WITHOUT ROWID;"

	"CREATE TABLE update_row ("
	" device INTEGER NOT NULL,"
	" symbol TEXT NOT NULL,"
	" unit INTEGER NOT NULL,"
	" bank INTEGER NOT NULL,"
	" software TEXT NOT NULL,"
	" creator TEXT NOT NULL,"
	" version TEXT NOT NULL,"
	" seq INTEGER NOT NULL,"
	" size INTEGER NOT NULL,"
	" digest BLOB,"
	" due INTEGER NOT NULL,"
	" at INTEGER NOT NULL,"
	" grp INTEGER NOT NULL,"
	" group_size INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"	/* imgUpdateOrder */
	" owner INTEGER NOT NULL,"
	" command INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL,"
	" reason INTEGER NOT NULL,"
	" reason_text TEXT NOT NULL,"
	" changed INTEGER NOT NULL,"
	" heard INTEGER NOT NULL,"
	" PRIMARY KEY (device, symbol)) WITHOUT ROWID;";

/*
 * Signed images, who may read them under which name, and tickets that operators
 * signed.
 */
static const char step_images[] =
	"CREATE TABLE image ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" software TEXT NOT NULL,"
	" creator TEXT NOT NULL,"
	" version TEXT NOT NULL,"
	" seq INTEGER NOT NULL,"
	" size INTEGER NOT NULL,"
	" sha256 BLOB NOT NULL UNIQUE,"
	" key_id BLOB NOT NULL,"
	" has_operator INTEGER NOT NULL,"
	" label TEXT NOT NULL,"
	" imported INTEGER NOT NULL,"
	" imported_by TEXT NOT NULL,"
	" UNIQUE (software, creator, seq));"

	"CREATE TABLE image_grant ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" token TEXT NOT NULL UNIQUE,"
	" image INTEGER NOT NULL,"
	" device INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" single_port INTEGER NOT NULL,"
	" made INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" started INTEGER NOT NULL,"
	" completed INTEGER NOT NULL,"
	" started_most INTEGER NOT NULL,"
	" completed_most INTEGER NOT NULL);"
	"CREATE INDEX image_grant_device ON image_grant (device);"
	"CREATE INDEX image_grant_image ON image_grant (image);"

	"CREATE TABLE ticket ("
	" device INTEGER NOT NULL,"
	" serial TEXT NOT NULL,"
	" software TEXT NOT NULL,"
	" seq INTEGER NOT NULL,"
	" sha256 BLOB NOT NULL,"
	" nonce BLOB NOT NULL,"
	" minisig BLOB NOT NULL,"
	" imported INTEGER NOT NULL,"
	" imported_by TEXT NOT NULL,"
	" PRIMARY KEY (device, serial, software)) WITHOUT ROWID;";

const struct db_step store_schema_steps[STORE_SCHEMA_VERSION] = {
	{ step_1, NULL },
	{ step_2, NULL },
	{ step_3, NULL },
	{ step_4, NULL },
	{ step_5, NULL },
	{ step_6, NULL },
	{ step_orders, NULL },
	{ step_images, NULL },
	{ store_schema_rollouts, NULL },
	{ store_schema_troubles, NULL },
	{ store_schema_notices, NULL },
};

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

const struct db_step store_schema_steps[STORE_SCHEMA_VERSION] = {
	{ step_1, NULL },
};

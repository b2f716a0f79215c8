#include <config.h>

#include "agent-module/state_schema.h"

/*
 * device holds one row: what belongs to the device as a whole.  Its maker,
 * model, serial number and use count are those of unit 1 and stand there.
 * *_stamp rise with each write to that table, so that a reader reloads what
 * changed and nothing else.  next_unit keeps row numbers from being taken
 * again.  boot_ref_s and boot_kernel say when state_boot was called, on the
 * kernel's clock that nobody sets.
 *
 * gathered is what stands outside the log: one row for each open window, with
 * what its entry will say.  A row with repeats 0 only remembers that an equal
 * error was entered a moment ago.
 */
static const char STEP_1[] =
	"CREATE TABLE device ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	id TEXT NOT NULL,"
	"	state INTEGER NOT NULL,"
	"	digest BLOB NOT NULL,"
	"	revision INTEGER NOT NULL,"
	"	last_change INTEGER NOT NULL,"
	"	next_unit INTEGER NOT NULL,"
	"	boots INTEGER NOT NULL,"
	"	boot_ref_s INTEGER NOT NULL,"
	"	boot_kernel TEXT NOT NULL,"
	"	units_stamp INTEGER NOT NULL,"
	"	software_stamp INTEGER NOT NULL,"
	"	readings_stamp INTEGER NOT NULL,"
	"	log_generation INTEGER NOT NULL,"
	"	log_capacity INTEGER NOT NULL,"
	"	log_oldest INTEGER NOT NULL,"
	"	log_newest INTEGER NOT NULL,"
	"	log_overwritten INTEGER NOT NULL"
	");"
	"CREATE TABLE unit ("
	"	idx INTEGER PRIMARY KEY,"
	"	symbol TEXT NOT NULL UNIQUE,"
	"	class INTEGER NOT NULL,"
	"	type INTEGER NOT NULL,"
	"	contained_in INTEGER NOT NULL,"
	"	descr TEXT NOT NULL,"
	"	manufacturer TEXT NOT NULL,"
	"	model TEXT NOT NULL,"
	"	hardware_rev TEXT NOT NULL,"
	"	serial_number TEXT NOT NULL,"
	"	oper_state INTEGER NOT NULL,"
	"	admin_state INTEGER NOT NULL,"
	"	use_count INTEGER NOT NULL,"
	"	use_unit INTEGER NOT NULL,"
	"	life_expected INTEGER NOT NULL,"
	"	installed INTEGER NOT NULL,"
	"	banks INTEGER NOT NULL,"
	"	action INTEGER NOT NULL"
	");"
	"CREATE TABLE software ("
	"	unit INTEGER NOT NULL REFERENCES unit (idx),"
	"	bank INTEGER NOT NULL,"
	"	id TEXT NOT NULL,"
	"	creator TEXT NOT NULL,"
	"	version TEXT NOT NULL,"
	"	digest BLOB NOT NULL,"
	"	state INTEGER NOT NULL,"
	"	installed INTEGER NOT NULL,"
	"	floor INTEGER NOT NULL,"
	"	PRIMARY KEY (unit, bank)"
	") WITHOUT ROWID;"
	"CREATE TABLE reading ("
	"	unit INTEGER NOT NULL REFERENCES unit (idx),"
	"	idx INTEGER NOT NULL,"
	"	name TEXT NOT NULL,"
	"	value INTEGER NOT NULL,"
	"	scale INTEGER NOT NULL,"
	"	measure TEXT NOT NULL,"
	"	low INTEGER NOT NULL,"
	"	high INTEGER NOT NULL,"
	"	time INTEGER NOT NULL,"
	"	PRIMARY KEY (unit, idx),"
	"	UNIQUE (unit, name)"
	") WITHOUT ROWID;"
	"CREATE TABLE log ("
	"	idx INTEGER PRIMARY KEY,"
	"	time INTEGER NOT NULL,"
	"	boots INTEGER NOT NULL,"
	"	uptime_s INTEGER NOT NULL,"
	"	unit TEXT NOT NULL,"
	"	unit_serial TEXT NOT NULL,"
	"	code TEXT NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	text TEXT NOT NULL,"
	"	use_count INTEGER NOT NULL,"
	"	software_id TEXT NOT NULL,"
	"	software_version TEXT NOT NULL,"
	"	repeats INTEGER NOT NULL"
	");"
	"CREATE TABLE gathered ("
	"	unit TEXT NOT NULL,"
	"	code TEXT NOT NULL,"
	"	opened INTEGER NOT NULL,"
	"	time INTEGER NOT NULL,"
	"	boots INTEGER NOT NULL,"
	"	uptime_s INTEGER NOT NULL,"
	"	unit_serial TEXT NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	text TEXT NOT NULL,"
	"	use_count INTEGER NOT NULL,"
	"	software_id TEXT NOT NULL,"
	"	software_version TEXT NOT NULL,"
	"	repeats INTEGER NOT NULL,"
	"	PRIMARY KEY (unit, code)"
	") WITHOUT ROWID;";

/*
 * report and centre hold one row each.  advice_stamp is as the stamps above.
 * next_id is the report id nobody had.  centre.keys names the key file beside
 * the state file ('' = none): FILE.key-KEYS.  An advice's serial is its age.
 */
static const char STEP_2[] =
	"CREATE TABLE report ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	structure_every_s INTEGER NOT NULL,"
	"	structure_by INTEGER NOT NULL,"
	"	errors_every_s INTEGER NOT NULL,"
	"	errors_by INTEGER NOT NULL,"
	"	threshold INTEGER NOT NULL,"
	"	severity_trigger INTEGER NOT NULL,"
	"	on_connect INTEGER NOT NULL,"
	"	on_change INTEGER NOT NULL,"
	"	request_id INTEGER NOT NULL,"
	"	structure_pending INTEGER NOT NULL,"
	"	structure_request INTEGER NOT NULL,"
	"	errors_pending INTEGER NOT NULL,"
	"	errors_request INTEGER NOT NULL,"
	"	acknowledged_generation INTEGER NOT NULL,"
	"	acknowledged_index INTEGER NOT NULL,"
	"	reported_revision INTEGER NOT NULL,"
	"	reported_digest BLOB NOT NULL,"
	"	structure_taken INTEGER NOT NULL,"
	"	errors_taken INTEGER NOT NULL,"
	"	next_id INTEGER NOT NULL,"
	"	advice_stamp INTEGER NOT NULL"
	");"
	"INSERT INTO report VALUES (1, 86400, 1, 3600, 1, 0, 3, 1, 1,"
	"	0, 0, 0, 0, 0, 0, 0, 0, x'', 0, 0, 1, 1);"
	"CREATE TABLE centre ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	serial INTEGER NOT NULL,"
	"	address TEXT NOT NULL,"
	"	user TEXT NOT NULL,"
	"	site INTEGER NOT NULL,"
	"	keys TEXT NOT NULL"
	");"
	"INSERT INTO centre VALUES (1, 0, '', '', 0, '');"
	"CREATE TABLE advice ("
	"	serial INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	idx INTEGER NOT NULL UNIQUE,"
	"	subject TEXT NOT NULL,"
	"	kind INTEGER NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	text TEXT NOT NULL,"
	"	recommendation TEXT NOT NULL,"
	"	rule_id TEXT NOT NULL,"
	"	catalogue_serial INTEGER NOT NULL,"
	"	created INTEGER NOT NULL,"
	"	acked INTEGER NOT NULL,"
	"	hooked INTEGER NOT NULL"
	");";

/*
 * unit_update: the columns of imgUpdateTable and what imgadm-install has to
 * remember (state_update.h).  Its row follows the place: it is moved when a
 * part is exchanged.  A row whose installer is '' (and not unit 1) is hidden.
 * changes and reported count state changes, and what the centre had of them.
 * update_head holds one row: imgUpdateLock, the stamp of rows, lock and trust.
 * floor is the truth of software.floor, which is its copy.
 */
static const char STEP_3[] =
	"CREATE TABLE unit_update ("
	"	unit INTEGER PRIMARY KEY,"
	"	installer TEXT NOT NULL DEFAULT '',"
	"	bank INTEGER NOT NULL DEFAULT 0,"
	"	software TEXT NOT NULL DEFAULT '',"
	"	creator TEXT NOT NULL DEFAULT '',"
	"	version TEXT NOT NULL DEFAULT '',"
	"	sequence INTEGER NOT NULL DEFAULT 0,"
	"	uri TEXT NOT NULL DEFAULT '',"
	"	size INTEGER NOT NULL DEFAULT 0,"
	"	digest BLOB NOT NULL DEFAULT x'',"
	"	at_when INTEGER NOT NULL DEFAULT 1,"
	"	at INTEGER NOT NULL DEFAULT 0,"
	"	ticket BLOB NOT NULL DEFAULT x'',"
	"	group_id INTEGER NOT NULL DEFAULT 0,"
	"	group_size INTEGER NOT NULL DEFAULT 0,"
	"	expires_s INTEGER NOT NULL DEFAULT 86400,"
	"	wanted_order INTEGER NOT NULL DEFAULT 0,"
	"	nonce BLOB NOT NULL DEFAULT (randomblob(16)),"
	"	owner INTEGER NOT NULL DEFAULT 1,"
	"	command INTEGER NOT NULL DEFAULT 1,"
	"	order_done INTEGER NOT NULL DEFAULT 0,"
	"	state INTEGER NOT NULL DEFAULT 1,"
	"	bytes_done INTEGER NOT NULL DEFAULT 0,"
	"	reason INTEGER NOT NULL DEFAULT 1,"
	"	reason_text TEXT NOT NULL DEFAULT '',"
	"	changed INTEGER NOT NULL DEFAULT 0,"
	"	pending INTEGER NOT NULL DEFAULT 1,"
	"	intent INTEGER NOT NULL DEFAULT 0,"
	"	to_bank INTEGER NOT NULL DEFAULT 0,"
	"	from_bank INTEGER NOT NULL DEFAULT 0,"
	"	label TEXT NOT NULL DEFAULT '',"
	"	kept TEXT NOT NULL DEFAULT '',"
	"	tries INTEGER NOT NULL DEFAULT 0,"
	"	request INTEGER NOT NULL DEFAULT 0,"
	"	group_switching INTEGER NOT NULL DEFAULT 0,"
	"	heard INTEGER NOT NULL DEFAULT 0,"
	"	due INTEGER NOT NULL DEFAULT 0,"
	"	reported_in INTEGER NOT NULL DEFAULT 0,"
	"	changes INTEGER NOT NULL DEFAULT 0,"
	"	reported INTEGER NOT NULL DEFAULT 0"
	");"
	"INSERT INTO unit_update (unit) VALUES (1);"
	"CREATE TABLE update_head ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	stamp INTEGER NOT NULL,"
	"	lock INTEGER NOT NULL"
	");"
	"INSERT INTO update_head VALUES (1, 1, 0);"
	"CREATE TABLE trust ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	serial INTEGER NOT NULL,"
	"	root TEXT NOT NULL,"
	"	bytes BLOB NOT NULL,"
	"	key_ids BLOB NOT NULL,"
	"	operator_required INTEGER NOT NULL"
	");"
	"INSERT INTO trust VALUES (1, 0, '', x'', x'', 0);"
	"CREATE TABLE floor ("
	"	serial TEXT NOT NULL,"
	"	software TEXT NOT NULL,"
	"	floor INTEGER NOT NULL,"
	"	PRIMARY KEY (serial, software)"
	") WITHOUT ROWID;"
	"INSERT INTO floor SELECT serial_number, id, max(floor) FROM software"
	"	JOIN unit ON idx = unit WHERE floor > 0 AND id <> '' GROUP BY 1, 2;"
	"ALTER TABLE software ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;";

/* How far the device has been through its centre's orders (state_orders.h). */
static const char STEP_4[] =
	"ALTER TABLE report ADD COLUMN orders_taken INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE report ADD COLUMN orders_told INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE report ADD COLUMN orders_every_s INTEGER NOT NULL DEFAULT 900;";

static const struct db_step STEPS[] = {
	{ STEP_1, NULL },
	{ STEP_2, NULL },
	{ STEP_3, NULL },
	{ STEP_4, NULL },
};

const struct db_step *
state_schema_steps(unsigned *ret_count)
{
	*ret_count = sizeof(STEPS) / sizeof(STEPS[0]);
	return STEPS;
}

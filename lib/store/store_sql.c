#include <config.h>

#include "lib/store/store_impl.h"

#define CONTACT_REPORTED \
	"contact = CASE WHEN ?2 THEN contact ELSE 1 END," \
	" tried = CASE WHEN ?2 THEN tried ELSE ?1 END," \
	" answered = CASE WHEN ?2 THEN answered ELSE ?1 END," \
	" silent_since = CASE WHEN ?2 THEN silent_since ELSE 0 END," \
	" failures = CASE WHEN ?2 THEN failures ELSE 0 END," \
	" reason = CASE WHEN ?2 THEN reason ELSE NULL END"
#define REPORTER_SELECT \
	"SELECT d.id, d.report_id, d.report_site, d.report_from, d.is_new, d.polled, m.img_id," \
	" l.contact, l.report_done, l.report_done_at, d.revision, d.digest, d.structure_since" \
	" FROM device d CROSS JOIN live l ON l.device = d.id" \
	" LEFT JOIN machine m ON m.id = d.machine"

#define HOLDS_SOMETHING \
	"EXISTS (SELECT 1 FROM log l WHERE " STORE_LOG_OF_MEMORY ")" \
	" OR EXISTS (SELECT 1 FROM gap WHERE memory = y.id)"

const char *const store_sql_text[SQL_COUNT] = {
	[SQL_DEVICE_ADD] =
		"INSERT INTO device (name, site, address, credential, added, numeric,"
		" polled) VALUES (?1, ?2, ?3, ?4, ?5, '', ?6)",
	[SQL_DEVICE_LIVE] = "INSERT INTO live (device) VALUES (?1)",
	[SQL_DEVICE_BY_NAME] = "SELECT id, address FROM device WHERE name = ?1",
	[SQL_DEVICE_BY_ADDRESS] =
		"SELECT name FROM device WHERE address = ?1 AND credential = ?2"
		" AND address <> ''",
	[SQL_DEVICE_NUMERIC] = "UPDATE device SET numeric = ?1 WHERE id = ?2",
	[SQL_USER] =
		"SELECT u.name, u.device, d.name, u.site, u.auth, u.priv, u.auth_key,"
		" u.priv_key, u.made, u.until FROM user u LEFT JOIN device d ON d.id = u.device"
		" WHERE u.name = ?1",
	[SQL_TARGET] =
		"SELECT d.id, d.name, d.site, d.address, d.numeric, d.credential, m.img_id,"
		" d.has_agent, l.contact, d.digest, d.revision, l.generation, l.log_index,"
		" l.boots_seen, l.uptime, d.quirks, d.max_varbinds, d.unit_count,"
		" d.reading_count, max(l.answered, l.reported), d.engine_id, l.engine_boots, l.engine_time,"
		" l.engine_heard"
		" FROM device d JOIN live l ON l.device = d.id"
		" LEFT JOIN machine m ON m.id = d.machine WHERE d.id = ?1",

	/* What a result is put onto, and the one row of a steady poll. */
	[SQL_BEFORE] =
		"SELECT d.machine, m.img_id, d.era, d.has_agent, d.quirks, d.max_varbinds,"
		" d.engine_id, d.sys_name, d.sys_object_id, l.contact, l.silent_since,"
		" l.reason, l.boots_seen, l.state, l.use_count, l.memory, l.generation,"
		" l.log_index, l.sampled, l.units, l.readings, d.polled"
		" FROM device d JOIN live l ON l.device = d.id"
		" LEFT JOIN machine m ON m.id = d.machine WHERE d.id = ?1",
	[SQL_LIVE] =
		"UPDATE live SET contact = 1, tried = ?1, answered = ?1, silent_since = 0,"
		" failures = 0, reason = NULL, uptime = ?2, boots_seen = ?3, state = ?4,"
		" use_count = ?5, memory = ?6, generation = ?7, log_index = ?8,"
		" engine_boots = ?9, engine_time = ?10, engine_heard = ?11, sampled = ?12,"
		" units = ?13, readings = ?14 WHERE device = ?15",
	[SQL_FAILED] =
		"UPDATE live SET contact = ?1, tried = ?2, failures = failures + 1,"
		" silent_since = ?3, reason = ?4 WHERE device = ?5",
	[SQL_LEARNED] =
		"UPDATE device SET machine = ?1, has_agent = ?2, quirks = ?3,"
		" max_varbinds = CASE WHEN ?4 = 0 THEN max_varbinds ELSE ?4 END,"
		" engine_id = COALESCE(?5, engine_id), sys_name = COALESCE(?6, sys_name),"
		" sys_object_id = COALESCE(?7, sys_object_id) WHERE id = ?8",
	[SQL_SOON_DONE] = "DELETE FROM soon WHERE device = ?1 AND since < ?2",
	[SQL_ACKNOWLEDGE] = "INSERT OR IGNORE INTO acknowledge (device) VALUES (?1)",
	[SQL_ACKNOWLEDGED] = "DELETE FROM acknowledge WHERE device = ?1",

	/* The same of a report; a contact only where the device is not polled. */
	[SQL_REPORTED] = "UPDATE device SET machine = ?1, has_agent = 1 WHERE id = ?2",
	[SQL_LIVE_REPORTED] =
		"UPDATE live SET reported = ?1, " CONTACT_REPORTED ", state = ?3,"
		" use_count = ?4, memory = ?5, generation = ?6, log_index = ?7, sampled = ?8,"
		" units = ?9, readings = ?10 WHERE device = ?11",
	[SQL_REPORT_CONTACT] =
		"UPDATE live SET reported = ?1, " CONTACT_REPORTED " WHERE device = ?3",
	[SQL_REPORT_DONE] =
		"UPDATE live SET report_done = ?2, report_done_at = ?3 WHERE device = ?1",
	[SQL_REPORTER] = REPORTER_SELECT " WHERE d.id = ?1",
	[SQL_REPORTER_BY_ID] = REPORTER_SELECT " WHERE d.report_id = ?1 AND d.report_id <> ''",
	[SQL_ID_HOLDER] =
		"SELECT name FROM device WHERE report_id = ?1 AND report_id <> '' AND id <> ?2"
		" AND NOT is_new"
		" UNION ALL SELECT d.name FROM machine m CROSS JOIN device d"
		" ON d.id = m.device AND d.machine = m.id"
		" WHERE m.img_id = ?1 AND m.device <> ?2 AND d.polled AND NOT ?3 LIMIT 1",
	[SQL_REPORT_BIND] =
		"UPDATE device SET report_id = ?2, report_site = ?3, is_new = ?4 WHERE id = ?1",
	[SQL_REPORT_FROM] = "UPDATE device SET report_from = ?2 WHERE id = ?1",
	[SQL_BY_HOST] =
		"SELECT id FROM device WHERE numeric <> '' AND numeric >= ?1 AND numeric < ?2"
		/* One that was given as a number was never looked up. */
		" UNION SELECT id FROM device WHERE numeric = '' AND address <> '' AND (address = ?3"
		" OR address = ?4 OR (address >= ?1 AND address < ?2)"
		" OR (address >= ?5 AND address < ?6))"
		" UNION SELECT id FROM device WHERE report_from <> '' AND report_from = ?3"
		" LIMIT 2",
	[SQL_PART_HEAD] =
		"SELECT report, head, at FROM part WHERE device = ?1"
		" ORDER BY report DESC LIMIT 1",
	[SQL_PART_GET] =
		"SELECT rows FROM part WHERE device = ?1 AND report = ?2 AND part = ?3",
	[SQL_PART_ADD] =
		"INSERT INTO part (device, report, part, head, rows, at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_PART_COUNT] = "SELECT count(*) FROM part WHERE device = ?1 AND report = ?2",
	[SQL_PARTS] =
		"SELECT rows FROM part WHERE device = ?1 AND report = ?2 ORDER BY part",
	[SQL_PARTS_DROP] = "DELETE FROM part WHERE device = ?1",

	[SQL_SILENCE_BEGIN] =
		"INSERT OR REPLACE INTO silence (device, since, until, contact, reason)"
		" VALUES (?1, ?2, 0, ?3, ?4)",
	[SQL_SILENCE_REASON] =
		"UPDATE silence SET contact = ?3, reason = ?4 WHERE device = ?1 AND since = ?2",
	[SQL_SILENCE_END] = "UPDATE silence SET until = ?3 WHERE device = ?1 AND since = ?2",
	[SQL_SAMPLE] =
		"INSERT OR REPLACE INTO sample (device, at, machine, daily, use_count, units)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_SAMPLE_THIN] =
		"DELETE FROM sample WHERE device = ?1"
		" AND (at < ?2 OR (at < ?3 AND daily = 0))",

	[SQL_MACHINE] = "SELECT id FROM machine WHERE device = ?1 AND img_id = ?2",
	[SQL_MACHINE_ADD] =
		"INSERT INTO machine (device, img_id, since, manufacturer, model, serial)"
		" VALUES (?1, ?2, ?3, '', '', '')",
	[SQL_MACHINE_SET] =
		"UPDATE machine SET manufacturer = ?2, model = ?3, serial = ?4 WHERE id = ?1",
	[SQL_TWINS] =
		"SELECT d.id, d.name FROM machine m CROSS JOIN device d"
		" ON d.id = m.device AND d.machine = m.id"
		" WHERE m.img_id = ?1 AND m.device <> ?2 LIMIT 10",
	[SQL_NOTE_AGAIN] =
		"UPDATE note SET last = ?6, times = times + 1 WHERE device = ?1 AND kind = ?2"
		" AND generation = ?3 AND idx = ?4 AND text = ?5",
	[SQL_NOTE] =
		"INSERT INTO note (device, kind, generation, idx, text, first, last, times)"
		" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, 1"
		" WHERE (SELECT count(*) FROM note WHERE device = ?1) < ?7",

	[SQL_UNITS] =
		"SELECT " STORE_UNIT_COLUMNS " FROM unit u"
		" WHERE u.device = ?1 AND u.until = 0 ORDER BY u.idx",
	[SQL_UNIT_ADD] =
		"INSERT INTO unit (device, idx, era, since, until, symbol, class, type,"
		" contained_in, manufacturer, model, hardware_rev, serial, admin_state,"
		" use_unit, life, installed, banks, action, use_since, use_until, descr)"
		" VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
		" ?15, ?16, ?17, ?18, ?19, 0, ?20)",
	[SQL_UNIT_SET] =
		"UPDATE unit SET contained_in = ?4, admin_state = ?5, use_unit = ?6, life = ?7,"
		" installed = ?8, banks = ?9, action = ?10, descr = ?11"
		" WHERE device = ?1 AND idx = ?2 AND era = ?3",
	[SQL_UNIT_END] =
		"UPDATE unit SET until = ?4, use_until = ?5"
		" WHERE device = ?1 AND idx = ?2 AND era = ?3",
	[SQL_SOFTWARE] =
		"SELECT " STORE_SOFTWARE_COLUMNS " FROM software w"
		" WHERE w.device = ?1 AND w.until = 0 ORDER BY w.unit, w.bank",
	[SQL_SOFTWARE_ADD] =
		"INSERT INTO software (device, unit, bank, era, unit_era, since, until, id,"
		" creator, version, digest, state, installed, floor)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	[SQL_SOFTWARE_SET] =
		"UPDATE software SET installed = ?5, floor = ?6"
		" WHERE device = ?1 AND unit = ?2 AND bank = ?3 AND era = ?4",
	[SQL_SOFTWARE_END] =
		"UPDATE software SET until = ?5"
		" WHERE device = ?1 AND unit = ?2 AND bank = ?3 AND era = ?4",
	[SQL_READINGS_CLEAR] = "DELETE FROM reading WHERE device = ?1",
	[SQL_READING_ADD] =
		"INSERT INTO reading (device, unit, idx, name, scale, unit_text, low, high, time)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[SQL_STRUCTURE] =
		"UPDATE device SET era = ?2, digest = ?3, revision = ?4, last_change = ?5,"
		" structure_since = ?6, unit_count = ?7, reading_count = ?8, kind = ?9"
		" WHERE id = ?1",
	[SQL_READING_COUNT] = "UPDATE device SET reading_count = ?2 WHERE id = ?1",

	[SQL_MEMORY] =
		"SELECT y.id, y.read_to, y.pruned_to, y.capacity, y.last_new, h.upto"
		" FROM memory y LEFT JOIN hole h ON h.memory = y.id"
		" WHERE y.machine = ?1 AND y.generation = ?2",
	[SQL_MEMORY_ADD] =
		"INSERT INTO memory (machine, generation, capacity, read_to, pruned_to,"
		" first_seen, last_new) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5)",
	[SQL_MEMORY_SET] =
		"UPDATE memory SET read_to = ?2, capacity = ?3, last_new = ?4 WHERE id = ?1",
	[SQL_ENTRY_ADD] =
		"INSERT INTO log (key, stored, time, boots, uptime, severity, unit, code,"
		" serial, use_count, software_id, software_version, repeats, text)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
		" ON CONFLICT DO NOTHING",
	[SQL_ENTRY_GET] =
		"SELECT time, boots, uptime, severity, unit, code, serial, use_count,"
		" software_id, software_version, repeats, text FROM log WHERE key = ?1",
	[SQL_ENTRY_NEXT] =
		"SELECT key & 4294967295 FROM log WHERE key > ?1 AND key <= ?2"
		" ORDER BY key LIMIT 1",
	[SQL_ENTRY_RUN] =
		/* (NOT EXISTS takes three times as long.) */
		"SELECT l.key & 4294967295 FROM log l LEFT JOIN log n ON n.key = l.key + 1"
		" WHERE l.key >= ?1 AND l.key <= ?2 AND (n.key IS NULL OR l.key = ?2)"
		" ORDER BY l.key LIMIT 1",
	[SQL_HOLE_SET] =
		"INSERT INTO hole (memory, since, upto) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (memory) DO UPDATE SET upto = excluded.upto,"
		" since = CASE WHEN ?4 THEN excluded.since ELSE since END",
	[SQL_HOLE_REMOVE] = "DELETE FROM hole WHERE memory = ?1",
	[SQL_GAP_ADD] =
		"INSERT OR REPLACE INTO gap (memory, lo, hi, noticed) VALUES (?1, ?2, ?3, ?4)",
	[SQL_GAP_AT] =
		"SELECT lo, hi, noticed FROM gap WHERE memory = ?1 AND lo <= ?2"
		" ORDER BY lo DESC LIMIT 1",
	[SQL_GAP_REMOVE] = "DELETE FROM gap WHERE memory = ?1 AND lo = ?2",

	[SQL_LIVE_USE] = "SELECT use_count FROM live WHERE device = ?1",
	/* What holds nothing goes first, then what brought nothing new for longest. */
	[SQL_MEMORY_OLDEST] =
		"SELECT y.id FROM memory y WHERE y.machine = ?1"
		" AND (SELECT count(*) FROM memory WHERE machine = ?1) >= ?2"
		" AND y.id <> COALESCE((SELECT l.memory FROM machine m CROSS JOIN live l"
		" ON l.device = m.device WHERE m.id = ?1), 0)"
		" ORDER BY " HOLDS_SOMETHING ", y.last_new, y.id LIMIT 1",
	[SQL_MACHINE_OLDEST] =
		"SELECT m.id FROM machine m WHERE m.device = ?1"
		" AND (SELECT count(*) FROM machine WHERE device = ?1) >= ?2"
		" AND m.id <> COALESCE((SELECT machine FROM device WHERE id = ?1), 0)"
		" ORDER BY EXISTS (SELECT 1 FROM memory y WHERE y.machine = m.id"
		" AND (" HOLDS_SOMETHING ")), max(m.since, COALESCE((SELECT max(last_new)"
		" FROM memory WHERE machine = m.id), 0)), m.id LIMIT 1",
	[SQL_MACHINE_MEMORY] = "SELECT id FROM memory WHERE machine = ?1 LIMIT 1",
	[SQL_FORGET_ENTRIES] =
		"DELETE FROM log WHERE key > (?1 << 32) AND key < ((?1 + 1) << 32)",
	[SQL_FORGET_GAPS] = "DELETE FROM gap WHERE memory = ?1",
	[SQL_FORGET_MEMORY] = "DELETE FROM memory WHERE id = ?1",
	[SQL_FORGET_SAMPLES] =
		"DELETE FROM sample WHERE machine = ?1"
		" AND device = (SELECT device FROM machine WHERE id = ?1)",
	[SQL_FORGET_MACHINE] = "DELETE FROM machine WHERE id = ?1",
	[SQL_NOTE_FORGOT_AGAIN] =
		"UPDATE note SET idx = min(idx + ?3, 4294967295), times = times + 1, last = ?4"
		" WHERE device = ?1 AND kind = ?2",
	[SQL_NOTE_FORGOT] =
		"INSERT INTO note (device, kind, generation, idx, text, first, last, times)"
		" VALUES (?1, ?2, 0, min(?3, 4294967295), '', ?4, ?4, 1)",

	[SQL_SLOTS] =
		"SELECT file, slot, unit, symbol, since, until FROM slot WHERE device = ?1"
		" ORDER BY file, slot",
	[SQL_SLOT_ADD] =
		"INSERT INTO slot (device, file, slot, unit, symbol, since, until)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT (device, file, slot) DO UPDATE SET until = excluded.until,"
		" unit = excluded.unit WHERE symbol = excluded.symbol",

	[SQL_LIVES] =
		"SELECT idx, symbol, life FROM unit WHERE device = ?1 AND until = 0"
		" AND life > 0 AND use_unit <> 1 ORDER BY idx",
	[SQL_SAMPLE_FROM] =
		"SELECT at, use_count, units FROM sample"
		" WHERE device = ?1 AND at >= ?2 AND machine = ?3 ORDER BY at LIMIT 1",
	[SQL_LOST] =
		"SELECT sum(g.hi - g.lo + 1) FROM machine m CROSS JOIN memory y ON y.machine = m.id"
		" CROSS JOIN gap g ON g.memory = y.id WHERE m.device = ?1",
	[SQL_LIVE_UNITS] = "SELECT units FROM live WHERE device = ?1",
	[SQL_LIVE_READINGS] = "SELECT readings FROM live WHERE device = ?1",
	[SQL_NOTE_COUNT] = "SELECT count(*) FROM note WHERE device = ?1",

	[SQL_ADVICE_LIST] =
		"SELECT idx, source, kind, severity, subject, rule, text, recommendation,"
		" number, wanted, done, created, serial FROM advice WHERE device = ?1"
		" ORDER BY number LIMIT ?2",
	[SQL_ADVICE_NEWEST] = "SELECT newest FROM advice_order WHERE device = ?1",
	[SQL_ADVICE_NUMBER] =
		"INSERT OR REPLACE INTO advice_order (device, newest) VALUES (?1, ?2)",
	[SQL_ADVICE_INDEX] =
		"WITH RECURSIVE c (i, n) AS (SELECT abs(random() % 4294967295) + 1, 1"
		" UNION ALL SELECT abs(random() % 4294967295) + 1, n + 1 FROM c WHERE n < 100)"
		" SELECT i FROM c WHERE NOT EXISTS (SELECT 1 FROM advice a WHERE a.device = ?1"
		" AND a.idx = c.i) LIMIT 1",
	[SQL_ADVICE_ADD] =
		"INSERT INTO advice (device, idx, source, kind, severity, subject, rule, text,"
		" recommendation, serial, number, wanted, done, created)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, 0, ?12)",

	/* A device beside others of its model; banks that run: running, trial, proven. */
	[SQL_FACTS] =
		"SELECT d.name, max(l.answered, l.reported), d.digest, d.revision,"
		" l.generation, l.log_index, d.machine, m.manufacturer, m.model, l.use_count"
		" FROM device d CROSS JOIN live l ON l.device = d.id"
		" LEFT JOIN machine m ON m.id = d.machine WHERE d.id = ?1",
	[SQL_FACTS_UNITS] =
		"SELECT u.idx, u.symbol, w.id, w.creator, w.version FROM unit u"
		" LEFT JOIN software w ON w.device = u.device AND w.unit = u.idx"
		" AND w.unit_era = u.era AND w.until = 0 AND w.state IN (1, 4, 5)"
		" WHERE u.device = ?1 AND u.until = 0 ORDER BY u.idx, w.state, w.bank",
	[SQL_FACTS_MEMORIES] =
		"SELECT id FROM memory WHERE machine = ?1 ORDER BY id DESC",
	[SQL_FACTS_ENTRIES] =
		"SELECT unit, severity, repeats, stored FROM log"
		" WHERE key > (?1 << 32) AND key < ((?1 + 1) << 32) ORDER BY key DESC LIMIT ?2",
	/* What the judge said; stale as store_judge.h says. */
	[SQL_JUDGE_FIND] = "SELECT id FROM judgement WHERE key = ?1",
	[SQL_JUDGE_GET] = "SELECT key, body FROM judgement WHERE id = ?1",
	[SQL_JUDGE_KEEP] =
		"INSERT INTO judgement (key, verdict, text, body) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (key) DO UPDATE SET verdict = excluded.verdict,"
		" text = excluded.text, body = excluded.body RETURNING id",
	[SQL_JUDGE_PUT] =
		"INSERT OR REPLACE INTO judged (device, judgement, context, structure, kind, at)"
		" SELECT id, ?2, ?3, ?4, ?5, ?6 FROM device WHERE id = ?1",
	[SQL_JUDGE_KIND] = "UPDATE device SET kind = ?2 WHERE id = ?1",
	[SQL_JUDGE_CONTEXT] =
		"SELECT digest, set_digest, policy, since, until, stale, why, at FROM judge",
	[SQL_JUDGE_CONTEXT_SET] =
		"INSERT OR REPLACE INTO judge (id, digest, context, set_digest, policy, since,"
		" until, stale, why, at) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[SQL_JUDGE_FORGET] =
		"DELETE FROM judgement WHERE id NOT IN (SELECT judgement FROM judged)",
	[SQL_JUDGE_DEVICE] =
		"SELECT d.name, m.img_id, m.manufacturer, m.model, m.serial, d.digest, d.revision"
		" FROM device d LEFT JOIN machine m ON m.id = d.machine WHERE d.id = ?1",
	[SQL_JUDGED] = STORE_JUDGED_SELECT " WHERE d.id = ?1",

#define MODEL \
		" FROM machine m CROSS JOIN device d ON d.id = m.device AND d.machine = m.id" \
		" AND NOT d.is_new"
	[SQL_MODEL_COUNT] =
		"SELECT count(*)" MODEL " WHERE m.manufacturer = ?1 AND m.model = ?2",
	[SQL_MODEL_SOFTWARE] =
		"SELECT u.symbol, w.id, w.creator, w.version, count(DISTINCT d.id)" MODEL
		" CROSS JOIN software w ON w.device = d.id AND w.until = 0"
		" AND w.state IN (1, 4, 5)"
		" CROSS JOIN unit u ON u.device = w.device AND u.idx = w.unit"
		" AND u.era = w.unit_era"
		" WHERE m.manufacturer = ?1 AND m.model = ?2 GROUP BY 1, 2, 3, 4"
		" ORDER BY 1, 2, 3, 4",
	[SQL_MODEL_DEVICES] =
		"SELECT d.id" MODEL " WHERE m.manufacturer = ?1 AND m.model = ?2"
		" ORDER BY d.id LIMIT ?3",
#undef MODEL
};

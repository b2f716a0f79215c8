#include <config.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/store/store_judge.h"
#include "manager/fleet_cli.h"

/*
 * json_pack takes what it is given ("o") also when it fails, so a tree is
 * built from the leaves and the root says whether all went well.
 */

static json_t *
known(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static json_t *
device_json(const struct store_device *d)
{
	const struct store_device_row *r = &d->row;
	char digest[2 * STRUCTURE_DIGEST_SIZE + 1];

	text_hex(digest, sizeof(digest), d->structure.digest, sizeof(d->structure.digest));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s,"
		" s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:i, s:s, s:i, s:o, s:I, s:o, s:I, s:o,"
		" s:b, s:b, s:o, s:i, s:s?, s:s?, s:b, s:o}",
		"device", r->name, "site", r->site, "address", r->address, "numeric", r->numeric,
		"credential", r->credential, "has_agent", r->has_agent, "id", r->id,
		"manufacturer", r->manufacturer, "model", r->model,
		"serial_number", r->serial_number, "sys_name", r->sys_name,
		"sys_object_id", r->sys_object_id,
		"state", structure_name(NAME_DEVICE_STATE, r->state),
		"use_count", jsonout_u64(r->use_count), "pages_per_day", known(r->pages_per_day),
		"contact", fleet_cli_contact(r->contact), "added", jsonout_time(r->added),
		"last_tried", jsonout_time(r->last_tried),
		"last_seen", jsonout_time(r->last_contact),
		"silent_since", jsonout_time(r->silent_since), "failures", (int)r->failures,
		"reason", r->reason, "restarts_seen", (int)r->boots_seen,
		"log_entries_lost", jsonout_u64(r->log_entries_lost),
		"rate_span_s", (json_int_t)r->rate_span_s,
		"structure_since", jsonout_time(d->structure_since),
		"revision", (json_int_t)d->structure.revision, "digest", json_string(digest),
		"polled", r->polled, "is_new", r->is_new,
		"last_report", jsonout_time(r->last_report), "users", (int)r->users,
		"verdict", store_verdict_name(r->verdict),
		"verdict_text", r->verdict == 0 ? NULL : r->verdict_text,
		"verdict_stale", r->verdict_stale, "judged", jsonout_time(r->judged));
}

static json_t *
unit_json(const struct unit *u)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s,"
		" s:o, s:s, s:I, s:o, s:i}",
		"index", (json_int_t)u->index, "symbol", u->symbol,
		"class", structure_name(NAME_UNIT_CLASS, u->class),
		"type", structure_name(NAME_UNIT_TYPE, u->type),
		"contained_in", (json_int_t)u->contained_in, "description", u->descr,
		"manufacturer", u->manufacturer, "model", u->model,
		"hardware_rev", u->hardware_rev, "serial_number", u->serial_number,
		"oper_state", structure_name(NAME_UNIT_OPER, u->oper_state),
		"admin_state", structure_name(NAME_UNIT_ADMIN, u->admin_state),
		"use_count", jsonout_u64(u->use_count),
		"use_unit", structure_name(NAME_USE_UNIT, u->use_unit),
		"life_expected", (json_int_t)u->life_expected,
		"installed", jsonout_time(u->installed),
		"banks", (int)u->banks);
}

static json_t *
software_json(const struct software *w)
{
	char digest[2 * STRUCTURE_DIGEST_SIZE + 1] = "";

	if (w->digest_known)
		text_hex(digest, sizeof(digest), w->digest, sizeof(w->digest));
	return json_pack("{s:I, s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:I}",
		"unit_index", (json_int_t)w->unit_index, "bank", (int)w->bank, "id", w->id,
		"creator", w->creator, "version", w->version, "digest", digest,
		"state", structure_name(NAME_SOFTWARE_STATE, w->state),
		"installed", jsonout_time(w->installed), "floor", (json_int_t)w->floor);
}

static json_t *
reading_json(const struct reading *r)
{
	bool limits = r->low <= r->high;

	return json_pack("{s:I, s:I, s:s, s:i, s:i, s:s, s:o, s:o}",
		"unit_index", (json_int_t)r->unit_index, "index", (json_int_t)r->index,
		"name", r->name, "value", (int)r->value, "scale", (int)r->scale,
		"unit", r->unit, "low", limits ? json_integer(r->low) : json_null(),
		"high", limits ? json_integer(r->high) : json_null());
}

static json_t *
forecast_json(const struct store_forecast *f)
{
	return json_pack("{s:s, s:o, s:I, s:o, s:o}", "unit", f->symbol,
		"use_count", jsonout_u64(f->use_count),
		"life_expected", (json_int_t)f->life_expected,
		"days_low", known(f->days_low), "days_high", known(f->days_high));
}

static json_t *
memory_json(const struct store_memory *m)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:I, s:b}", "id", m->id,
		"generation", (json_int_t)m->generation, "capacity", (json_int_t)m->capacity,
		"read_to", (json_int_t)m->read_to, "first_seen", jsonout_time(m->first_seen),
		"last_new", jsonout_time(m->last_new), "entries", (json_int_t)m->entries,
		"current", m->current);
}

static json_t *
gap_json(const struct store_gap *g)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:o}", "id", g->id,
		"generation", (json_int_t)g->generation, "from", (json_int_t)g->from,
		"to", (json_int_t)g->to, "noticed", jsonout_time(g->noticed));
}

static json_t *
silence_json(const struct store_silence *s)
{
	return json_pack("{s:o, s:o, s:s, s:s}", "from", jsonout_time(s->from),
		"to", jsonout_time(s->to),
		"contact", fleet_cli_contact(s->contact), "reason", s->reason);
}

static json_t *
note_json(const struct store_note *n)
{
	char text[FLEET_NOTE_SIZE];

	fleet_cli_note(n, text, sizeof(text));
	return json_pack("{s:s, s:o, s:o, s:I}", "note", text, "first", jsonout_time(n->first),
		"last", jsonout_time(n->last), "times", (json_int_t)n->times);
}

#define ARRAY(function, element) \
	static json_t * \
	element##s_json(const struct function *items, size_t count) \
	{ \
		json_t *list = json_array(); \
		size_t i; \
		for (i = 0; list != NULL && i < count; i++) { \
			if (json_array_append_new(list, element##_json(&items[i])) < 0) { \
				json_decref(list); \
				list = NULL; \
			} \
		} \
		return list; \
	}
ARRAY(unit, unit)
ARRAY(software, software)
ARRAY(reading, reading)
ARRAY(store_forecast, forecast)
ARRAY(store_memory, memory)
ARRAY(store_gap, gap)
ARRAY(store_silence, silence)
ARRAY(store_note, note)

int
fleet_show_json(const struct store_device *d, struct err *e)
{
	const struct structure *s = &d->structure;
	json_t *root = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"device", device_json(d),
		"units", units_json(s->units, s->unit_count),
		"software", softwares_json(s->software, s->software_count),
		"readings", readings_json(s->readings, s->reading_count),
		"forecasts", forecasts_json(d->forecasts, d->forecast_count),
		"log_memories", memorys_json(d->memories, d->memory_count),
		"log_gaps", gaps_json(d->gaps, d->gap_count),
		"silences", silences_json(d->silences, d->silence_count),
		"notes", notes_json(d->notes, d->note_count));
	int rc;

	rc = jsonout_print(stdout, root, e);
	json_decref(root);
	return rc;
}

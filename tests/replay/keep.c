#include <config.h>

#include "tests/replay/replay.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

static void
keep_entries(struct replay *r, const struct store_poll_result *res)
{
	struct store_target *t = &r->target;
	uint32_t cursor;

	if (t->log_generation != res->log.generation) {
		t->log_generation = res->log.generation;
		t->log_index = 0;
	}
	cursor = t->log_index;
	for (size_t i = 0; i < res->entry_count; i++) {
		const struct log_entry *e = &res->entries[i];

		if (e->index <= cursor)
			complain(r, "entry %u came again or out of order", e->index);
		if (e->index < res->log.oldest || e->index > res->log.newest)
			complain(r, "entry %u is outside the bounds", e->index);
		r->gap += e->index - cursor - 1;
		cursor = e->index;
		for (size_t k = 0; k < r->stored_count; k++)
			if (r->stored[k].generation == res->log.generation &&
			    r->stored[k].index == e->index &&
			    strcmp(r->stored[k].id, t->id) == 0)
				complain(r, "entry %u is stored twice", e->index);
		if (r->stored_count == STORED_MAX)
			abort();
		text_copy(r->stored[r->stored_count].id, sizeof(r->stored[0].id), t->id);
		r->stored[r->stored_count].generation = res->log.generation;
		r->stored[r->stored_count++].index = e->index;
		text_copy(r->text, sizeof(r->text), e->text);
	}
	if (res->log.oldest > 0 && cursor < res->log.oldest - 1) {
		r->gap += res->log.oldest - 1 - cursor;
		cursor = res->log.oldest - 1;
	}
	t->log_index = cursor;
	r->entries += res->entry_count;
}

static void
keep_structure(struct replay *r, const struct structure *s)
{
	struct err e = {0};

	if (structure_check(s, &e) < 0)
		complain(r, "the structure is none: %s", e.text);
	memcpy(r->target.digest, s->digest, sizeof(s->digest));
	r->target.revision = s->revision;
	r->target.unit_count = s->unit_count;
	r->target.reading_count = s->reading_count;
	r->structure = true;
	if (s->unit_count > 1)
		text_copy(r->symbol, sizeof(r->symbol), s->units[1].symbol);
}

static void
keep_answered(struct replay *r, const struct store_poll_result *res)
{
	struct store_target *t = &r->target;

	t->silent = false;
	t->last_contact_utc_s = res->when;
	t->sys_uptime_cs = res->sys_uptime_cs;
	t->has_agent = res->has_agent;
	r->restarted |= res->restarted;
	if (res->has_agent != (res->identity != NULL))
		complain(r, "an agent without identity, or the reverse");
	if (res->identity != NULL && strcmp(t->id, res->identity->id) != 0) {
		if (res->structure == NULL)
			complain(r, "another machine without a structure");
		text_copy(t->id, sizeof(t->id), res->identity->id);
		t->log_generation = t->log_index = 0;
	}
	if (res->structure != NULL)
		keep_structure(r, res->structure);
	if (res->readings_whole != NULL) {
		t->reading_count = res->readings_whole_count;
		r->readings_whole = true;
	}
	r->units_live += res->unit_count;
	if (res->unit_count > 0)
		r->unit_use = res->units[0].use_count;
	r->readings_live += res->reading_count;
	if (res->log_read)
		keep_entries(r, res);
}

void
keep(struct replay *r)
{
	const struct store_poll_result *res = poll_plan_result(r->plan);

	r->contact = res->contact;
	r->target.quirks = res->quirks;
	if (res->max_varbinds != 0)
		r->target.max_varbinds = res->max_varbinds;
	if (res->contact == STORE_ANSWERED)
		keep_answered(r, res);
	else
		r->target.silent = res->contact == STORE_SILENT;
	if (res->contact != STORE_ANSWERED && res->reason == NULL)
		complain(r, "a failure without a reason");
	if (res->reason != NULL)
		text_copy(r->reason, sizeof(r->reason), res->reason);
}

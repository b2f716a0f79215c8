#include <config.h>

#include "agent-module/report_content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct report_content {
	struct report_head head;
	struct structure structure;
	struct log_entry *entries;
	size_t entry_count;
	struct report_pack *pack;
	uint32_t parts;
	uint32_t last[REPORT_PLAN_ENTRIES_MAX];	/* entry of each part */
};

static void *
copy_of(const void *rows, size_t count, size_t size)
{
	void *copy = calloc(count == 0 ? 1 : count, size);

	if (copy != NULL && count > 0)
		memcpy(copy, rows, count * size);
	return copy;
}

static int
copy_structure(struct report_content *c, const struct structure *from, struct err *e)
{
	struct structure *to = &c->structure;

	*to = *from;
	to->units = copy_of(from->units, from->unit_count, sizeof(*to->units));
	to->software = copy_of(from->software, from->software_count, sizeof(*to->software));
	to->readings = copy_of(from->readings, from->reading_count, sizeof(*to->readings));
	if (to->units == NULL || to->software == NULL || to->readings == NULL)
		return err_set(e, -ENOMEM, "out of memory for %zu units", from->unit_count);
	return report_pack_structure(&c->head, to, &c->pack, e);
}

static int
copy_entries(struct report_content *c, const struct state_view *view, uint32_t from, uint32_t to,
	struct err *e)
{
	size_t count = to < from ? 0 : (size_t)(to - from) + 1;

	c->entries = calloc(count == 0 ? 1 : count, sizeof(*c->entries));
	if (c->entries == NULL)
		return err_set(e, -ENOMEM, "out of memory for %zu entries", count);
	for (size_t i = 0; i < count; i++) {
		const struct log_entry *entry = state_view_entry(view, from + (uint32_t)i);

		if (entry == NULL)
			return err_set(e, -ENOENT, "entry %u of the error log went meanwhile",
				(unsigned)(from + i));
		c->entries[i] = *entry;
	}
	c->entry_count = count;
	return report_pack_errors(&c->head, c->entries, count, &c->pack, e);
}

static int
copy_update(struct report_content *c, const struct state_view *view, uint32_t unit,
	struct err *e)
{
	const struct unit *u = structure_unit(&view->structure, unit);
	struct report_update update = {0};

	for (size_t i = 0; u != NULL && i < view->update_count; i++)
		if (view->updates[i].unit_index == unit) {
			memcpy(update.symbol, u->symbol, sizeof(update.symbol));
			update.row = view->updates[i];
			return report_pack_update(&c->head, &update, &c->pack, e);
		}
	return err_set(e, -ENOENT, "unit %u went meanwhile", unit);
}

/* Up to which entry each part goes. */
static int
note_parts(struct report_content *c, struct err *e)
{
	c->parts = report_pack_parts(c->pack);
	if (c->entry_count == 0)
		return 0;
	if (c->parts > REPORT_PLAN_ENTRIES_MAX)
		return err_set(e, -E2BIG, "%u parts", c->parts);
	for (uint32_t part = 1; part <= c->parts; part++) {
		size_t first, count;

		report_pack_entries(c->pack, part, &first, &count);
		c->last[part - 1] = count == 0 ? c->entries[0].index - 1 :
			c->entries[first + count - 1].index;
	}
	return 0;
}

int
report_content_new(const struct report_plan_order *o, const struct state_view *view, uint32_t id,
	uint32_t uptime_cs, struct report_content **ret_content, struct err *e)
{
	const struct structure *s = &view->structure;
	struct report_content *c = calloc(1, sizeof(*c));
	int r;

	if (c == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	c->head = (struct report_head){ .kind = o->kind, .id = id, .reason = o->reason,
		.request_id = o->request_id, .uptime_cs = uptime_cs, .revision = s->revision,
		.device = s->device, .last_change = s->last_change, .log = view->log };
	memcpy(c->head.device_id, s->device.id, sizeof(c->head.device_id));
	memcpy(c->head.digest, s->digest, sizeof(c->head.digest));
	r = o->kind == REPORT_STRUCTURE ? copy_structure(c, s, e) :
		o->kind == REPORT_UPDATE ? copy_update(c, view, o->unit, e) :
		copy_entries(c, view, o->from, o->to, e);
	if (r == 0)
		r = note_parts(c, e);
	if (r < 0) {
		report_content_free(c);
		return r;
	}
	*ret_content = c;
	return 0;
}

void
report_content_free(struct report_content *c)
{
	if (c == NULL)
		return;
	report_pack_free(c->pack);
	structure_release(&c->structure);
	free(c->entries);
	free(c);
}

uint32_t
report_content_id(const struct report_content *c)
{
	return c->head.id;
}

void
report_content_begun(const struct report_content *c, struct report_plan_begun *ret_begun)
{
	*ret_begun = (struct report_plan_begun){ .kind = c->head.kind, .id = c->head.id,
		.parts = c->parts, .last = c->entry_count == 0 ? NULL : c->last,
		.revision = c->structure.revision,
		.digest = c->head.kind == REPORT_STRUCTURE ? c->structure.digest : NULL };
}

size_t
report_content_part(struct report_content *c, uint32_t part, const struct snmp_varbind **ret_values)
{
	return report_pack_part(c->pack, part, ret_values);
}

#include <config.h>

#include "tests/unit/rollout_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"

struct audit_entry
audit_of(const char *what, const char *id)
{
	struct audit_entry en = { .at_utc_s = T0, .who = "anna" };

	(void)snprintf(en.what, sizeof(en.what), "%s", what);
	(void)snprintf(en.rollout, sizeof(en.rollout), "%s", id);
	return en;
}

static void
member_make(struct rollout_member *m, unsigned n)
{
	*m = (struct rollout_member){ .site = "berlin", .model = "C650", .revision = "1.2",
		.shape = { 9, (uint8_t)n }, .recipe = { (uint8_t)(1 + n % 2) },
		.wave = (uint8_t)(n / 2), .state = ROLLOUT_MEMBER_PLANNED,
		.wish = ROLLOUT_WISH_NONE, .reason = UPDATE_REASON_NONE, .since = T0 };
	(void)snprintf(m->device, sizeof(m->device), "id-%u", n);
	(void)snprintf(m->name, sizeof(m->name), "printer-%u", n);
}

void
plan_make(struct plan *p, const char *id, uint8_t hash)
{
	*p = (struct plan){
		.rollout = { .hash = { hash }, .selection = "model C650", .policy = "waves=1%",
			.set_digest = { 4 }, .by = "anna", .planned = T0, .state = ROLLOUT_PLANNED,
			.stop = ROLLOUT_STOP_NONE },
		.recipes = { { { 1 }, "install engine-fw 3000\n" }, { { 2 }, "switch 2\n" } },
		.images = { { "engine-fw", "acme", "G00-30", 3000, { 5 } } },
	};
	(void)snprintf(p->rollout.id, sizeof(p->rollout.id), "%s", id);
	for (unsigned n = 0; n < PLAN_MEMBERS; n++)
		member_make(&p->members[n], n);
	p->audit = audit_of("plan", id);
	p->plan = (struct store_rollout_plan){ &p->rollout, p->members, PLAN_MEMBERS, p->recipes, 2,
		p->images, 1, &p->audit, 1 };
}

void
plan_approve(const struct plan *p)
{
	struct audit_entry audit = audit_of("approve", p->rollout.id);
	struct store_approval a = { .by = "berta", .at = T0 + 1, .two_person = true,
		.audit = &audit };

	(void)memcpy(a.hash, p->rollout.hash, sizeof(a.hash));
	OK(store_rollout_approve(store, &a, NULL, &e));
}

void
plan_put(struct plan *p, const char *id, uint8_t hash)
{
	plan_make(p, id, hash);
	OK(store_rollout_put(store, &p->plan, &e));
	plan_approve(p);
}

void
step_make(struct step *t, const char *id)
{
	struct store_rollout r;

	*t = (struct step){ 0 };
	OK(store_rollout_get(store, id, &r, &e));
	t->rollout = r.rollout;
	t->rollout.state = ROLLOUT_RUNNING;
	t->rollout.started = t->rollout.wave_opened = T0 + 2;
	for (unsigned n = 0; n < 2; n++) {
		struct rollout_member *m = &t->changes[n].member;
		struct store_order *o = &t->orders[n].order;
		char device[8];

		(void)snprintf(device, sizeof(device), "id-%u", n);
		OK(store_rollout_member(store, id, device, &t->changes[n], &e));
		m->state = ROLLOUT_MEMBER_SENDING;
		m->attempt++;
		m->attempted = true;
		m->begun = m->acted = m->since = T0 + 2;
		t->orders[n].change = n;
		*o = (struct store_order){ .device = target.device, .unit_index = 4,
			.command = UPDATE_COMMAND_START, .made = T0, .by = "anna", .want = {
			.bank = 2, .software = "engine-fw", .creator = "acme", .version = "G00-30",
			.sequence = 3000, .when = UPDATE_WHEN_IDLE, .expires_s = 3600 } };
		(void)snprintf(o->symbol, sizeof(o->symbol), "ENG%u", n);
	}
	member_make(&t->joiner, 90);
	t->joiner.late = true;
	t->joiner.wave = 2;
	t->joiner.state = ROLLOUT_MEMBER_APPROVED;
	t->audit[0] = audit_of("move", id);
	t->audit[1] = audit_of("join", id);
	t->step = (struct store_rollout_step){ .id = t->rollout.id, .version = r.version,
		.rollout = &t->rollout, .changes = t->changes, .change_count = 2,
		.joiners = &t->joiner, .joiner_count = 1, .orders = t->orders, .order_count = 2,
		.audit = t->audit, .audit_count = 2 };
}

static void
picture_member(struct buf *b, const char *id, const struct store_member *sm)
{
	const struct rollout_member *m = &sm->member;
	struct store_rollout_order *orders;
	size_t count;

	(void)buf_printf(b, "%s v%" PRId64 " %s wave %u attempt %u%s%s\n", m->device, sm->version,
		rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state), m->wave, m->attempt,
		m->late ? " late" : "", m->attempted ? " attempted" : "");
	OK(store_rollout_orders(store, id, m->device, 0, &orders, &count, &e));
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(b, "  order %u of attempt %u: %s\n", orders[i].number,
			orders[i].attempt, orders[i].symbol);
	free(orders);
}

char *
rollout_picture(const char *id)
{
	const struct store_trouble_filter all = { 0 };
	struct store_trouble_mark mark;
	struct store_trouble *troubles;
	struct audit_entry *waiting;
	struct store_member *members;
	struct store_order *orders;
	struct store_stop *stops;
	struct store_rollout r;
	int64_t version;
	void *packed;
	size_t count;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (store_rollout_get(store, id, &r, &e) == 0) {
		(void)buf_printf(&b, "%s v%" PRId64 " %s of %u, approved by %s\n", r.rollout.id,
			r.version, rollout_name(ROLLOUT_NAME_STATE, (int)r.rollout.state),
			r.members, r.rollout.approval[0].by);
		OK(store_rollout_members(store, id, false, &members, &count, &e));
		for (size_t i = 0; i < count; i++)
			picture_member(&b, id, &members[i]);
		free(members);
	}
	OK(store_order_list(store, target.device, false, &orders, &count, &e));
	(void)buf_printf(&b, "%zu orders\n", count);
	free(orders);
	OK(store_stop_list(store, &stops, &count, &e));
	(void)buf_printf(&b, "%zu stops\n", count);
	free(stops);
	OK(store_trouble_list(store, &all, &troubles, &count, &e));
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(&b, "trouble %s %s: %d\n", troubles[i].unit, troubles[i].rule,
			(int)troubles[i].state);
	free(troubles);
	OK(store_trouble_state(store, target.device, &mark, &version, &packed, &count, &e));
	(void)buf_printf(&b, "fed %" PRId64 ", %zu\n", version, count);
	free(packed);
	OK(store_audit_waiting(store, &waiting, &count, &e));
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(&b, "audit: %s\n", waiting[i].what);
	free(waiting);
	return buf_steal(&b);
}

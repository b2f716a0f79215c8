/* The rows of a group, the units they are about, and what their banks hold. */
#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
install_work_release(struct install_work *w)
{
	close_fd(&w->copy);
	close_fd(&w->previous);
	if (w->trust != NULL) {
		state_trust_release(w->trust);
		free(w->trust);
	}
	*w = (struct install_work){ .copy = -1, .previous = -1 };
}

const struct unit *
install_unit(const struct install *in, size_t i)
{
	return structure_unit(&in->view.structure, in->g.members[i].row.row.unit_index);
}

static const struct software *
bank_of(const struct install *in, uint32_t unit_index, unsigned bank)
{
	size_t count;
	const struct software *w = structure_software(&in->view.structure, unit_index, &count);

	for (size_t n = 0; n < count; n++)
		if (w[n].bank == bank)
			return &w[n];
	return NULL;
}

const struct software *
install_bank(const struct install *in, size_t i, unsigned bank)
{
	return bank_of(in, in->g.members[i].row.row.unit_index, bank);
}

/* Whether what a bank holds may run, as far as its floor says. */
static int
floor_holds(struct install *in, const struct state_update *row, const struct unit *u,
	const struct software *w, bool *ret_below, struct err *e)
{
	uint32_t floor, sequence;
	int rc = state_floor_get(in->state, u->serial_number, w->id, &floor, e);

	if (rc == 0)
		rc = state_sequence_get(in->state, row->symbol, w->bank, &sequence, e);
	if (rc == 0)
		*ret_below = floor > 0 && sequence < floor;
	return rc;
}

/* Only who is about to switch to a bank by command asks for this. */
static int
withdrawn_load(struct install *in, struct install_member *m, const struct software *w,
	size_t count, struct err *e)
{
	struct install_outcome o = {0};
	struct image_trust *t;
	uint32_t sequence;
	int rc = 0;

	if (m->row.pending != UPDATE_COMMAND_SWITCH && m->row.intent != UPDATE_INTENT_SWITCH)
		return 0;
	t = install_trust_load(in, &o);
	if (t == NULL)
		return o.reason == UPDATE_REASON_UNKNOWN_CREATOR ? 0 :
			err_set(e, -EIO, "%s", o.why.text);
	for (size_t n = 0; rc == 0 && n < count; n++) {
		rc = state_sequence_get(in->state, m->row.symbol, w[n].bank, &sequence, e);
		if (rc == 0)
			m->unit.withdrawn[w[n].bank] = image_trust_withdrawn(t, w[n].id, sequence);
	}
	image_trust_free(t);
	return rc;
}

static int
unit_load(struct install *in, struct install_member *m, struct err *e)
{
	uint32_t index = m->row.row.unit_index;
	const struct unit *u = structure_unit(&in->view.structure, index);
	struct install_unit unit = { .banks = 1 };
	size_t count;
	const struct software *w = structure_software(&in->view.structure, index, &count);
	int rc = 0;

	if (u == NULL)
		return err_set(e, -ENOENT, "unit %s is gone", m->row.symbol);
	unit.trust = index == 1 && strcmp(m->row.row.want.software, UPDATE_TRUST_ID) == 0;
	if (u->banks > 1)
		unit.banks = u->banks;
	for (size_t n = 0; rc == 0 && n < count; n++) {
		unit.bank[w[n].bank] = w[n].state;
		if (w[n].state == SOFTWARE_RUNNING || ((w[n].state == SOFTWARE_TRIAL ||
			w[n].state == SOFTWARE_PROVEN) && unit.running == 0))
			unit.running = w[n].bank;
		rc = floor_holds(in, &m->row, u, &w[n], &unit.below_floor[w[n].bank], e);
	}
	m->unit = unit;
	return rc == 0 ? withdrawn_load(in, m, w, count, e) : rc;
}

static bool
leads(const struct install *in, const struct state_update *row)
{
	if (in->symbol[0] != '\0')
		return strcmp(row->symbol, in->symbol) == 0;
	return row->row.want.group == in->o->group && install_plan_grouped(row);
}

/* The member's memory and work of before, where it is the same request. */
static void
take_over(struct install *in, struct install_member *m, struct install_work *w,
	const struct install_member *old, size_t old_count)
{
	m->m = (struct install_memory){0};
	*w = (struct install_work){ .copy = -1, .previous = -1 };
	w->unit_index = m->row.row.unit_index;
	w->request = m->row.request;
	for (size_t n = 0; n < old_count; n++)
		if (in->work[n].unit_index == w->unit_index && in->work[n].request == w->request) {
			m->m = old[n].m;
			*w = in->work[n];
			in->work[n] = (struct install_work){ .copy = -1, .previous = -1 };
		}
}

static int
rows_take(struct install *in, const struct state_update *rows, size_t count, struct err *e)
{
	struct install_member *old = malloc(sizeof(in->g.members));
	struct install_work work[UPDATE_GROUP_MAX];
	const struct state_update *first = NULL;
	size_t old_count = in->g.count, n = 0;
	int rc = 0;

	if (old == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	memcpy(old, in->g.members, sizeof(in->g.members));
	for (size_t i = 0; i < count && first == NULL; i++)
		if (leads(in, &rows[i]))
			first = &rows[i];
	if (first == NULL)
		rc = err_set(e, -ENOENT, "no update of %s%s is asked for", in->symbol[0] == '\0' ?
			"that group" : "unit ", in->symbol);
	else
		(void)text_copy(in->symbol, sizeof(in->symbol), first->symbol);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!install_plan_belongs(first, &rows[i]))
			continue;
		if (n == UPDATE_GROUP_MAX) {
			rc = err_set(e, -E2BIG, "a group of more than %d units", UPDATE_GROUP_MAX);
			break;
		}
		in->g.members[n].row = rows[i];
		take_over(in, &in->g.members[n], &work[n], old, old_count);
		n++;
	}
	if (rc == 0) {
		for (size_t i = 0; i < UPDATE_GROUP_MAX; i++) {
			install_work_release(&in->work[i]);
			if (i < n)
				in->work[i] = work[i];
		}
		in->g.count = n;
	}
	free(old);
	return rc;
}

int
install_load(struct install *in, struct err *e)
{
	struct state_update *rows = NULL;
	size_t count = 0;
	int rc = state_update_list(in->state, &rows, &count, e);

	if (rc == 0)
		rc = rows_take(in, rows, count, e);
	free(rows);
	if (rc == 0)
		rc = state_view_refresh(in->state, &in->view, e);
	for (size_t i = 0; rc == 0 && i < in->g.count; i++)
		rc = unit_load(in, &in->g.members[i], e);
	return rc;
}

/* --- what a verb names ----------------------------------------------------- */

void
install_target_of_label(const struct image_label *l, struct install_target *ret)
{
	*ret = (struct install_target){ .sequence = l->seq, .size = l->size, .floor = l->floor,
		.sha256_known = true };
	(void)text_copy(ret->software, sizeof(ret->software), l->software);
	(void)text_copy(ret->creator, sizeof(ret->creator), l->creator);
	(void)text_copy(ret->version, sizeof(ret->version), l->version);
	memcpy(ret->sha256, l->sha256, sizeof(ret->sha256));
}

int
install_target_of_bank(struct install *in, size_t i, unsigned bank, struct install_target *ret,
	struct err *e)
{
	const struct software *w = install_bank(in, i, bank);
	struct install_target t = {0};
	int rc;

	if (w == NULL) {
		*ret = t;
		return 0;
	}
	rc = state_sequence_get(in->state, in->g.members[i].row.symbol, bank, &t.sequence, e);
	if (rc < 0)
		return rc;
	(void)text_copy(t.software, sizeof(t.software), w->id);
	(void)text_copy(t.creator, sizeof(t.creator), w->creator);
	(void)text_copy(t.version, sizeof(t.version), w->version);
	memcpy(t.sha256, w->digest, sizeof(t.sha256));
	t.sha256_known = w->digest_known;
	*ret = t;
	return 0;
}

int
install_target(struct install *in, size_t i, struct install_target *ret, struct err *e)
{
	const struct state_update *row = &in->g.members[i].row;
	struct image_label label;
	int rc;

	if (row->label[0] == '\0')
		return install_target_of_bank(in, i, row->to_bank, ret, e);
	rc = image_label_parse(row->label, &label, e);
	if (rc == 0)
		install_target_of_label(&label, ret);
	return rc;
}

#include <config.h>

#include "lib/store/store_models.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

/* --- errors of one device ------------------------------------------------------- */

/* A log entry, as far as it counts. */
struct entry {
	char unit[STRUCTURE_LABEL_MAX + 1];
	int severity;
	uint32_t repeats;
	utc_s stored;
};

/* The newest entries of a machine, over its memories; *ret_all: there are no more. */
static int
entries_read(struct store *s, int64_t machine, struct entry *entries, size_t *ret_count,
	bool *ret_all, struct err *e)
{
	int64_t memories[8];	/* cleared so often in 90 days: the rest is passed over */
	size_t memory_count = 0, count = 0, i;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_FACTS_MEMORIES, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, machine);
	while ((rc = db_step(q, e)) == 1 && memory_count < sizeof(memories) / sizeof(memories[0]))
		memories[memory_count++] = db_i64(q, 0);
	if (rc < 0)
		return rc;
	*ret_all = rc == 0;
	db_reset(q);
	q = store_stmt(s, SQL_FACTS_ENTRIES, &rc, e);
	if (q == NULL)
		return rc;
	for (i = 0; i < memory_count && count < STORE_FACTS_ENTRIES; i++) {
		db_bind_i64(q, 1, memories[i]);
		db_bind_i64(q, 2, (int64_t)(STORE_FACTS_ENTRIES - count));
		while ((rc = db_step(q, e)) == 1) {
			struct entry *n = &entries[count++];

			db_text(q, 0, n->unit, sizeof(n->unit));
			n->severity = (int)db_i64(q, 1);
			n->repeats = db_u32(q, 2);
			n->stored = db_i64(q, 3);
		}
		if (rc < 0)
			return rc;
	}
	if (count == STORE_FACTS_ENTRIES)
		*ret_all = false;
	*ret_count = count;
	return 0;
}

/* The first sample from `since` on; 0 = there is none. */
static int
sample_read(struct store *s, int64_t device, int64_t machine, utc_s since, utc_s *ret_at,
	uint64_t *ret_use, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_SAMPLE_FROM, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, since);
	db_bind_i64(q, 3, machine);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	*ret_at = 0;
	if (rc == 1) {
		*ret_at = db_i64(q, 0);
		*ret_use = db_u64(q, 1);
		db_reset(q);
	}
	return 0;
}

static int
by_unit(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->unit, ((const struct entry *)b)->unit);
}

/* Errors of each symbol, of the entries that came after `since`. */
static int
rates_count(struct store_rates *r, struct entry *entries, size_t count, utc_s since,
	struct err *e)
{
	size_t i;

	qsort(entries, count, sizeof(*entries), by_unit);
	r->of = calloc(count == 0 ? 1 : count, sizeof(*r->of));
	if (r->of == NULL)
		return err_set(e, -ENOMEM, "out of memory for a device's errors");
	for (i = 0; i < count; i++) {
		const struct entry *n = &entries[i];
		struct store_rate_of *o;

		if (n->severity < SEVERITY_WARNING || n->stored <= since)
			continue;
		if (r->count == 0 || strcmp(r->of[r->count - 1].symbol, n->unit) != 0)
			(void)text_copy(r->of[r->count++].symbol, sizeof(r->of->symbol), n->unit);
		o = &r->of[r->count - 1];
		o->errors += n->repeats;
	}
	return 0;
}

static int32_t
rate(uint64_t errors, uint64_t impressions)
{
	/* At most 1,000 entries of 32 bits: no product overflows. */
	uint64_t value = errors * 100000 / impressions;

	return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

int
store_rates_read(struct store *s, int64_t device, int64_t machine, uint64_t use_count,
	utc_s now, struct store_rates *ret, struct err *e)
{
	struct store_rates r = {0};
	struct entry *entries;
	utc_s since = now - STORE_FACTS_SPAN_S, at = 0;
	uint64_t use = 0;
	size_t count = 0, i;
	bool all = true;
	int rc;

	entries = malloc(STORE_FACTS_ENTRIES * sizeof(*entries));
	if (entries == NULL)
		return err_set(e, -ENOMEM, "out of memory for a device's errors");
	rc = entries_read(s, machine, entries, &count, &all, e);
	if (rc == 0 && !all && count > 0 && entries[count - 1].stored > since)
		since = entries[count - 1].stored;
	if (rc == 0)
		rc = sample_read(s, device, machine, since, &at, &use, e);
	if (rc == 0 && at != 0 && use_count >= use &&
	    use_count - use >= STORE_FACTS_IMPRESSIONS) {
		r.known = true;
		rc = rates_count(&r, entries, count, at, e);
		for (i = 0; i < r.count; i++)
			r.of[i].rate = rate(r.of[i].errors, use_count - use);
	}
	free(entries);
	if (rc == 0)
		*ret = r;
	else
		store_rates_release(&r);
	return rc;
}

void
store_rates_release(struct store_rates *r)
{
	free(r->of);
	*r = (struct store_rates){0};
}

static int
find_symbol(const void *key, const void *of)
{
	return strcmp(key, ((const struct store_rate_of *)of)->symbol);
}

int32_t
store_rates_find(const struct store_rates *r, const char *symbol)
{
	const struct store_rate_of *o;

	if (!r->known)
		return -1;
	if (r->count == 0)
		return 0;
	o = bsearch(symbol, r->of, r->count, sizeof(*r->of), find_symbol);
	return o == NULL ? 0 : o->rate;
}

/* --- a model ---------------------------------------------------------------------- */

/* So many devices run it on a unit of that symbol. */
struct running {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char id[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t devices;
};

struct store_model {
	char manufacturer[STRUCTURE_NAME_MAX + 1], model[STRUCTURE_NAME_MAX + 1];
	utc_s reckoned;		/* 0 = not */
	uint64_t used;		/* when last, in calls */
	uint32_t devices;
	struct running *running;	/* ascending, as SQLite sorts: by octets */
	size_t running_count;
	bool known;		/* enough devices have a rate */
	struct store_rate_of *medians;	/* ascending by symbol; of the others it is 0 */
	size_t median_count;
};

/* What medians are made of: of up to STORE_MODEL_DEVICES devices that have rates. */
struct sampled {
	struct store_rates rates[STORE_MODEL_DEVICES];
	size_t count;
};

struct store_models {
	uint64_t calls;
	struct store_model models[STORE_MODELS];
};

static void
model_clear(struct store_model *m)
{
	free(m->medians);
	free(m->running);
	*m = (struct store_model){0};
}

struct store_models *
store_models_new(void)
{
	return calloc(1, sizeof(struct store_models));
}

void
store_models_free(struct store_models *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < STORE_MODELS; i++)
		model_clear(&m->models[i]);
	free(m);
}

static struct db_stmt *
model_query(struct store *s, enum store_sql sql, const struct store_model *m, int *ret_rc,
	struct err *e)
{
	struct db_stmt *q;

	q = store_stmt(s, sql, ret_rc, e);
	if (q != NULL) {
		db_bind_text_ref(q, 1, m->manufacturer);
		db_bind_text_ref(q, 2, m->model);
	}
	return q;
}

static int
read_devices(struct store *s, struct store_model *m, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = model_query(s, SQL_MODEL_COUNT, m, &rc, e);
	if (q == NULL)
		return rc;
	rc = db_step(q, e);
	if (rc == 1) {
		m->devices = db_u32(q, 0);
		db_reset(q);
	}
	return rc < 0 ? rc : 0;
}

static int
read_software(struct store *s, struct store_model *m, struct err *e)
{
	struct running *more;
	size_t size = 0;
	struct db_stmt *q;
	int rc;

	q = model_query(s, SQL_MODEL_SOFTWARE, m, &rc, e);
	if (q == NULL)
		return rc;
	while ((rc = db_step(q, e)) == 1 && m->running_count < STORE_MODEL_SOFTWARE) {
		struct running *n;

		if (m->running_count == size) {
			size = size == 0 ? 16 : size * 2;
			more = realloc(m->running, size * sizeof(*more));
			if (more == NULL) {
				db_reset(q);
				return err_set(e, -ENOMEM, "out of memory for a model");
			}
			m->running = more;
		}
		n = &m->running[m->running_count++];
		db_text(q, 0, n->symbol, sizeof(n->symbol));
		db_text(q, 1, n->id, sizeof(n->id));
		db_text(q, 2, n->creator, sizeof(n->creator));
		db_text(q, 3, n->version, sizeof(n->version));
		n->devices = db_u32(q, 4);
	}
	if (rc == 1)
		db_reset(q);
	return rc < 0 ? rc : 0;
}

/* The rates of one device of the model; one that makes too few impressions has none. */
static int
read_rate(struct store *s, struct sampled *to, int64_t device, utc_s now, struct err *e)
{
	struct store_rates r = {0};
	int64_t machine = 0;
	uint64_t use = 0;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_FACTS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc <= 0)
		return rc;
	machine = db_i64(q, 6);
	use = db_u64(q, 9);
	db_reset(q);
	rc = store_rates_read(s, device, machine, use, now, &r, e);
	if (rc == 0 && r.known)
		to->rates[to->count++] = r;
	else
		store_rates_release(&r);
	return rc;
}

static int
by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static int32_t
median(const struct sampled *from, const char *symbol)
{
	int32_t values[STORE_MODEL_DEVICES] = {0};
	size_t count = from->count, i;

	for (i = 0; i < count; i++)
		values[i] = store_rates_find(&from->rates[i], symbol);
	qsort(values, count, sizeof(values[0]), by_value);
	if (count % 2 == 1)
		return values[count / 2];
	return (int32_t)(((int64_t)values[count / 2 - 1] + values[count / 2]) / 2);
}

static int
by_symbol(const void *a, const void *b)
{
	return strcmp(((const struct store_rate_of *)a)->symbol,
		((const struct store_rate_of *)b)->symbol);
}

/* Of every symbol that had an error somewhere. */
static int
set_medians(struct store_model *m, const struct sampled *from, struct err *e)
{
	size_t count = 0, i, n = 0;

	m->known = from->count >= STORE_MODEL_MEDIAN_MIN;
	if (!m->known)
		return 0;
	for (i = 0; i < from->count; i++)
		count += from->rates[i].count;
	m->medians = calloc(count == 0 ? 1 : count, sizeof(*m->medians));
	if (m->medians == NULL)
		return err_set(e, -ENOMEM, "out of memory for a model");
	for (i = 0; i < from->count; i++) {
		const struct store_rates *r = &from->rates[i];

		if (r->count > 0)
			(void)memcpy(m->medians + n, r->of, r->count * sizeof(*r->of));
		n += r->count;
	}
	qsort(m->medians, count, sizeof(*m->medians), by_symbol);
	for (i = 0; i < count; i++)
		if (i == 0 || by_symbol(&m->medians[i], &m->medians[m->median_count - 1]) != 0)
			m->medians[m->median_count++] = m->medians[i];
	for (i = 0; i < m->median_count; i++)
		m->medians[i].rate = median(from, m->medians[i].symbol);
	return 0;
}

static int
read_rates(struct store *s, struct store_model *m, utc_s now, struct err *e)
{
	int64_t devices[STORE_MODEL_DEVICES];
	struct sampled from = { .count = 0 };
	size_t count = 0, i;
	struct db_stmt *q;
	int rc;

	q = model_query(s, SQL_MODEL_DEVICES, m, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 3, STORE_MODEL_DEVICES);
	while ((rc = db_step(q, e)) == 1)
		if (count < STORE_MODEL_DEVICES)
			devices[count++] = db_i64(q, 0);
	for (i = 0; rc == 0 && i < count; i++)
		rc = read_rate(s, &from, devices[i], now, e);
	if (rc == 0)
		rc = set_medians(m, &from, e);
	for (i = 0; i < from.count; i++)
		store_rates_release(&from.rates[i]);
	return rc;
}

/* The place of a model: its own, or the one that was not used for longest. */
static struct store_model *
place(struct store_models *m, const char *manufacturer, const char *model)
{
	struct store_model *oldest = &m->models[0];

	for (size_t i = 0; i < STORE_MODELS; i++) {
		struct store_model *p = &m->models[i];

		if (p->reckoned != 0 && strcmp(p->model, model) == 0 &&
		    strcmp(p->manufacturer, manufacturer) == 0)
			return p;
		if (p->used < oldest->used)
			oldest = p;
	}
	return oldest;
}

int
store_models_get(struct store *s, struct store_models *m, const char *manufacturer,
	const char *model, utc_s now, const struct store_model **ret, struct err *e)
{
	struct store_model *p = place(m, manufacturer, model);
	int rc;

	if (p->reckoned == 0 || strcmp(p->model, model) != 0 ||
	    strcmp(p->manufacturer, manufacturer) != 0 || now < p->reckoned ||
	    now - p->reckoned >= STORE_MODEL_FRESH_S) {
		model_clear(p);
		(void)text_copy(p->manufacturer, sizeof(p->manufacturer), manufacturer);
		(void)text_copy(p->model, sizeof(p->model), model);
		rc = read_devices(s, p, e);
		if (rc == 0)
			rc = read_software(s, p, e);
		if (rc == 0)
			rc = read_rates(s, p, now, e);
		if (rc < 0) {
			model_clear(p);
			return rc;
		}
		p->reckoned = now;
	}
	p->used = ++m->calls;
	*ret = p;
	return 0;
}

uint32_t
store_model_devices(const struct store_model *m)
{
	return m->devices;
}

static int
running_compare(const void *a, const void *b)
{
	const struct running *x = a, *y = b;
	int order;

	order = strcmp(x->symbol, y->symbol);
	if (order == 0)
		order = strcmp(x->id, y->id);
	if (order == 0)
		order = strcmp(x->creator, y->creator);
	return order != 0 ? order : strcmp(x->version, y->version);
}

uint32_t
store_model_software(const struct store_model *m, const char *symbol, const char *id,
	const char *creator, const char *version)
{
	struct running key = {0};
	const struct running *n;

	if (m->running_count == 0)
		return 0;
	(void)text_copy(key.symbol, sizeof(key.symbol), symbol);
	(void)text_copy(key.id, sizeof(key.id), id);
	(void)text_copy(key.creator, sizeof(key.creator), creator);
	(void)text_copy(key.version, sizeof(key.version), version);
	n = bsearch(&key, m->running, m->running_count, sizeof(*m->running), running_compare);
	return n == NULL ? 0 : n->devices;
}

int32_t
store_model_rate(const struct store_model *m, const char *symbol)
{
	const struct store_rate_of *o;

	if (!m->known)
		return -1;
	if (m->median_count == 0)
		return 0;
	o = bsearch(symbol, m->medians, m->median_count, sizeof(*m->medians), find_symbol);
	return o == NULL ? 0 : o->rate;
}

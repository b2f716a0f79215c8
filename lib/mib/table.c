#include <config.h>

#include "lib/mib/table.h"

#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"

int
table_compare(const table_sub *a, size_t a_len, const table_sub *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;

	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	if (a_len == b_len)
		return 0;
	return a_len < b_len ? -1 : 1;
}

/* table->bound(); key may be shorter or longer than a row's. */
static size_t
row_bound(const struct table *t, const struct snapshot *s, const table_sub *key,
	size_t len, bool after)
{
	table_sub have[TABLE_KEY_MAX];
	size_t low = 0, high;

	if (t->bound != NULL)
		return t->bound(s, key, len, after);
	high = t->rows(s);
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order;

		t->key(s, mid, have);
		order = table_compare(have, t->key_len, key, len);
		if (order < 0 || (after && order == 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The first column that is not before number. */
static size_t
column_bound(const struct table *t, table_sub number)
{
	size_t i = 0;

	while (i < t->column_count && t->columns[i] < number)
		i++;
	return i;
}

/*
 * Whether name lies below the table's base (a base is shorter than it).
 * Tables of a tree differ near the end of their bases, so that is asked first.
 */
static bool
below(const struct table *t, const table_sub *name, size_t len)
{
	return len > t->base_len &&
		name[t->base_len - 1] == t->base[t->base_len - 1] &&
		memcmp(name, t->base, t->base_len * sizeof(*name)) == 0;
}

enum table_found
table_get(const struct table_tree *tree, const struct snapshot *s,
	const table_sub *name, size_t len, struct table_place *ret_place)
{
	for (size_t i = 0; i < tree->table_count; i++) {
		const struct table *t = tree->tables[i];
		table_sub have[TABLE_KEY_MAX];
		const table_sub *key;
		size_t column, row, key_len;

		if (!below(t, name, len))
			continue;
		column = column_bound(t, name[t->base_len]);
		/* Another table may lie below the same node: a group of scalars. */
		if (column == t->column_count ||
			t->columns[column] != name[t->base_len])
			continue;
		key = name + t->base_len + 1;
		key_len = len - t->base_len - 1;
		row = row_bound(t, s, key, key_len, false);
		if (row == t->rows(s))
			return TABLE_NO_INSTANCE;
		t->key(s, row, have);
		if (table_compare(have, t->key_len, key, key_len) != 0)
			return TABLE_NO_INSTANCE;
		*ret_place = (struct table_place){ t, column, row };
		return TABLE_FOUND;
	}
	return TABLE_NO_OBJECT;
}

/* The first value of t after name. */
static bool
next_in(const struct table *t, const struct snapshot *s, const table_sub *name,
	size_t len, struct table_place *ret_place)
{
	size_t rows = t->rows(s), column = 0, row = 0;

	if (rows == 0)
		return false;
	if (below(t, name, len)) {
		column = column_bound(t, name[t->base_len]);
		if (column < t->column_count &&
			t->columns[column] == name[t->base_len]) {
			row = row_bound(t, s, name + t->base_len + 1,
				len - t->base_len - 1, true);
			if (row == rows) {
				row = 0;
				column++;
			}
		}
	} else if (table_compare(t->base, t->base_len, name, len) < 0) {
		return false;	/* behind the whole table */
	}
	if (column == t->column_count)
		return false;
	*ret_place = (struct table_place){ t, column, row };
	return true;
}

bool
table_next(const struct table_tree *tree, const struct snapshot *s,
	const table_sub *name, size_t len, struct table_place *ret_place)
{
	for (size_t i = 0; i < tree->table_count; i++)
		if (next_in(tree->tables[i], s, name, len, ret_place))
			return true;
	return false;
}

size_t
table_name(const struct table_place *place, const struct snapshot *s,
	table_sub *ret_name)
{
	const struct table *t = place->table;

	memcpy(ret_name, t->base, t->base_len * sizeof(*ret_name));
	ret_name[t->base_len] = t->columns[place->column];
	t->key(s, place->row, ret_name + t->base_len + 1);
	return t->base_len + 1 + t->key_len;
}

void
table_value(const struct table_place *place, const struct snapshot *s,
	struct cell *ret_cell)
{
	const struct table *t = place->table;

	t->get(s, place->row, t->columns[place->column], ret_cell);
}

/* One table by itself: sizes and ascending columns. */
static int
check_table(const struct table_tree *tree, const struct table *t, struct err *e)
{
	if (t->base_len + 1 + TABLE_KEY_MAX > TABLE_NAME_MAX ||
		t->key_len < 1 || t->key_len > TABLE_KEY_MAX)
		return err_set(e, -EINVAL, "%s: name too long", t->name);
	if (t->base_len < tree->root_len || memcmp(t->base, tree->root,
		tree->root_len * sizeof(*tree->root)) != 0)
		return err_set(e, -EINVAL, "%s: outside %s", t->name, tree->name);
	if (t->column_count == 0)
		return err_set(e, -EINVAL, "%s: no columns", t->name);
	for (size_t i = 1; i < t->column_count; i++)
		if (t->columns[i - 1] >= t->columns[i])
			return err_set(e, -EINVAL, "%s: column %u after %u",
				t->name, t->columns[i], t->columns[i - 1]);
	return 0;
}

bool
table_is_secret(const struct table_place *place)
{
	const struct table *t = place->table;

	for (size_t i = 0; i < t->secret_count; i++)
		if (t->secrets[i] == t->columns[place->column])
			return true;
	return false;
}

int
table_tree_check(const struct table_tree *tree, struct err *e)
{
	table_sub last[TABLE_NAME_MAX], first[TABLE_NAME_MAX];
	size_t last_len = 0;

	for (size_t i = 0; i < tree->table_count; i++) {
		const struct table *t = tree->tables[i];
		int r = check_table(tree, t, e);

		if (r < 0)
			return r;
		memcpy(first, t->base, t->base_len * sizeof(*first));
		first[t->base_len] = t->columns[0];
		if (i > 0 && table_compare(last, last_len, first,
			t->base_len + 1) >= 0)
			return err_set(e, -EINVAL, "%s: not after %s", t->name,
				tree->tables[i - 1]->name);
		/* The node behind the last column. */
		memcpy(last, first, t->base_len * sizeof(*first));
		last[t->base_len] = t->columns[t->column_count - 1];
		last_len = t->base_len + 1;
	}
	return 0;
}

void
cell_integer(struct cell *c, int32_t value)
{
	c->kind = CELL_INTEGER;
	c->integer = value;
}

void
cell_number(struct cell *c, enum cell_kind kind, uint64_t value)
{
	c->kind = kind;
	c->number = value;
}

void
cell_octets(struct cell *c, const void *octets, size_t len)
{
	c->kind = CELL_OCTETS;
	c->octets = octets;
	c->len = len;
}

void
cell_text(struct cell *c, const char *text)
{
	cell_octets(c, text, strlen(text));
}

void
cell_date(struct cell *c, int64_t utc_s)
{
	clock_date_and_time(utc_s, c->buf);
	cell_octets(c, c->buf, sizeof(c->buf));
}

#include <config.h>

#include "lib/out/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

struct cell {
	char *text;	/* escaped for the terminal; NULL = none */
	enum listing_mark mark;
};

struct listing {
	FILE *out;
	enum listing_format format;
	const struct listing_column *columns;
	size_t column_count;
	int64_t now_utc_s;
	bool colour;
	int error;
	size_t rows;		/* since the beginning */
	size_t column;		/* of the next cell */
	enum listing_mark mark;	/* of the next cell */
	struct buf line;	/* CSV: the row so far; JSON: a row as text */
	json_t *object;		/* JSON: the row so far */
	/* Table: rows that are not written yet. */
	struct cell *cells;
	size_t cell_count, cell_room;
	bool titled;
};

enum { LINE_MAX_OCTETS = LISTING_COLUMNS_MAX * (12 * LISTING_CELL_MAX + 128) };

bool
listing_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	/* no-color.org: present and not empty. */
	if (no != NULL && no[0] != '\0')
		return false;
	return isatty(fileno(out)) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

static void
fail(struct listing *l, int error)
{
	if (l->error == 0)
		l->error = error;
}

static bool
is_shown(const struct listing *l, size_t column)
{
	switch (l->columns[column].where) {
	case LISTING_EVERYWHERE:
		return true;
	case LISTING_TABLE_ONLY:
		return l->format == LISTING_TABLE;
	case LISTING_DATA_ONLY:
		return l->format != LISTING_TABLE;
	}
	return true;
}

static bool
is_right(enum listing_type type)
{
	switch (type) {
	case LISTING_NUMBER:
	case LISTING_COUNT:
		return true;
	case LISTING_TEXT:
	case LISTING_BOOL:
	case LISTING_TIME:
	case LISTING_AGO:
		return false;
	}
	return false;
}

static bool
is_time(enum listing_type type)
{
	return type == LISTING_TIME || type == LISTING_AGO;
}

/* --- writing --------------------------------------------------------------------- */

static void
put(struct listing *l, const char *text)
{
	if (l->error == 0 && fputs(text, l->out) == EOF)
		fail(l, errno != 0 ? -errno : -EIO);
}

static void
write_csv_title(struct listing *l)
{
	const char *comma = "";
	size_t i;

	buf_clear(&l->line);
	for (i = 0; i < l->column_count; i++) {
		if (!is_shown(l, i))
			continue;
		(void)buf_add_text(&l->line, comma);
		(void)text_escape_csv(&l->line, l->columns[i].key);
		comma = ",";
	}
	(void)buf_add_text(&l->line, "\r\n");
	put(l, buf_text(&l->line));
	buf_clear(&l->line);
}

static void
pad(struct listing *l, size_t columns)
{
	static const char spaces[] = "                                ";
	size_t n;

	for (; columns > 0 && l->error == 0; columns -= n) {
		n = columns < sizeof(spaces) - 1 ? columns : sizeof(spaces) - 1;
		if (fwrite(spaces, 1, n, l->out) != n)
			fail(l, errno != 0 ? -errno : -EIO);
	}
}

static const char *
colour_of(enum listing_mark mark)
{
	switch (mark) {
	case LISTING_PLAIN:
		return "";
	case LISTING_GOOD:
		return "\033[32m";
	case LISTING_WARN:
		return "\033[33m";
	case LISTING_BAD:
		return "\033[1;31m";
	case LISTING_FAINT:
		return "\033[2m";
	}
	return "";
}

/* One cell of a table; nothing is padded behind the last column of a line. */
static void
write_cell(struct listing *l, const char *text, enum listing_mark mark, size_t width,
	bool right, bool last)
{
	bool coloured = l->colour && mark != LISTING_PLAIN;
	size_t used = text_width(text), gap = width > used ? width - used : 0;

	if (right)
		pad(l, gap);
	if (coloured)
		put(l, colour_of(mark));
	put(l, text);
	if (coloured)
		put(l, "\033[0m");
	if (!right && !last)
		pad(l, gap);
	put(l, last ? "\n" : "  ");
}

static const char *
cell_text(const struct cell *cell)
{
	return cell->text != NULL ? cell->text : "-";
}

static void
measure(const struct listing *l, size_t *widths)
{
	size_t i, w, column;

	for (i = 0; i < l->column_count; i++)
		widths[i] = text_width(l->columns[i].title);
	for (i = 0; i < l->cell_count; i++) {
		column = i % l->column_count;
		w = text_width(cell_text(&l->cells[i]));
		if (w > widths[column])
			widths[column] = w;
	}
}

static void
forget_cells(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->cell_count; i++)
		free(l->cells[i].text);
	l->cell_count = 0;
}

/* Write the rows that are kept, aligned among themselves. */
static void
write_table(struct listing *l)
{
	size_t widths[LISTING_COLUMNS_MAX], i, column, last = 0;
	enum listing_type type;

	if (l->cell_count == 0)
		return;
	measure(l, widths);
	for (i = 0; i < l->column_count; i++)
		if (is_shown(l, i))
			last = i;
	for (i = 0; i < l->column_count && !l->titled; i++)
		if (is_shown(l, i))
			write_cell(l, l->columns[i].title, LISTING_PLAIN, widths[i],
			    is_right(l->columns[i].type), i == last);
	l->titled = true;
	for (i = 0; i < l->cell_count; i++) {
		column = i % l->column_count;
		type = l->columns[column].type;
		if (is_shown(l, column))
			write_cell(l, cell_text(&l->cells[i]), l->cells[i].mark,
			    widths[column], is_right(type), column == last);
	}
	forget_cells(l);
}

static void
write_json_row(struct listing *l)
{
	char *text = json_dumps(l->object, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (text == NULL) {
		fail(l, -ENOMEM);
		return;
	}
	put(l, l->rows == 0 ? "[\n  " : ",\n  ");
	buf_clear(&l->line);
	if (text_escape_json(&l->line, text) != 0)
		fail(l, l->line.error);
	put(l, buf_text(&l->line));
	free(text);
}

/* --- cells ------------------------------------------------------------------------ */

/* A cell of a table: text is shown as it is. Takes a copy. */
static void
keep_cell(struct listing *l, const char *text)
{
	struct cell *grown;
	size_t room;

	if (l->cell_count == l->cell_room) {
		room = l->cell_room == 0 ? 16 * l->column_count : 2 * l->cell_room;
		grown = realloc(l->cells, room * sizeof(*grown));
		if (grown == NULL) {
			fail(l, -ENOMEM);
			return;
		}
		l->cells = grown;
		l->cell_room = room;
	}
	l->cells[l->cell_count] = (struct cell){ .mark = l->mark };
	if (text != NULL) {
		l->cells[l->cell_count].text = strdup(text);
		if (l->cells[l->cell_count].text == NULL) {
			fail(l, -ENOMEM);
			return;
		}
	}
	l->cell_count++;
}

static void
add_csv(struct listing *l, const char *text)
{
	if (l->line.len > 0 || l->column > 0) {
		size_t i;

		/* A comma, if any column before this one is shown. */
		for (i = 0; i < l->column; i++) {
			if (is_shown(l, i)) {
				(void)buf_add_char(&l->line, ',');
				break;
			}
		}
	}
	if (text != NULL)
		(void)text_escape_csv(&l->line, text);
	if (l->line.error != 0)
		fail(l, l->line.error);
}

/* Takes over value. */
static void
add_json(struct listing *l, json_t *value)
{
	if (value == NULL ||
	    json_object_set_new(l->object, l->columns[l->column].key, value) != 0)
		fail(l, -ENOMEM);
}

/* Whether the next cell is wanted; a cell too many is the caller's mistake. */
static bool
begin_cell(struct listing *l)
{
	if (l->error == 0 && l->column >= l->column_count)
		fail(l, -EINVAL);
	if (l->error != 0)
		return false;
	/* A table keeps every cell, so that their places tell their columns. */
	if (l->format != LISTING_TABLE && !is_shown(l, l->column)) {
		l->column++;
		return false;
	}
	return true;
}

static void
end_cell(struct listing *l)
{
	l->column++;
	l->mark = LISTING_PLAIN;
}

void
listing_none(struct listing *l)
{
	if (!begin_cell(l))
		return;
	switch (l->format) {
	case LISTING_TABLE:
		keep_cell(l, NULL);
		break;
	case LISTING_CSV:
		add_csv(l, NULL);
		break;
	case LISTING_JSON:
		add_json(l, json_null());
		break;
	}
	end_cell(l);
}

void
listing_text(struct listing *l, const char *text)
{
	char valid[LISTING_CELL_MAX], shown[LISTING_CELL_MAX];

	if (text == NULL) {
		listing_none(l);
		return;
	}
	if (!begin_cell(l))
		return;
	(void)text_utf8(valid, sizeof(valid), text, strlen(text));
	switch (l->format) {
	case LISTING_TABLE:
		(void)text_escape(shown, sizeof(shown), valid);
		keep_cell(l, shown[0] != '\0' ? shown : NULL);
		break;
	case LISTING_CSV:
		add_csv(l, valid);
		break;
	case LISTING_JSON:
		add_json(l, json_string(valid));
		break;
	}
	end_cell(l);
}

void
listing_bool(struct listing *l, bool value)
{
	if (!begin_cell(l))
		return;
	switch (l->format) {
	case LISTING_TABLE:
		keep_cell(l, value ? "yes" : "no");
		break;
	case LISTING_CSV:
		add_csv(l, value ? "true" : "false");
		break;
	case LISTING_JSON:
		add_json(l, json_boolean(value));
		break;
	}
	end_cell(l);
}

static void
add_time(struct listing *l, int64_t utc_s)
{
	char text[CLOCK_TEXT_SIZE];

	if (utc_s == 0) {
		listing_none(l);
		return;
	}
	if (!begin_cell(l))
		return;
	if (l->format == LISTING_TABLE) {
		if (l->columns[l->column].type == LISTING_AGO)
			clock_text_ago(l->now_utc_s, utc_s, text, sizeof(text));
		else
			clock_text(utc_s, text, sizeof(text));
		keep_cell(l, text);
	} else {
		clock_text_iso(utc_s, text, sizeof(text));
		if (l->format == LISTING_CSV)
			add_csv(l, text);
		else
			add_json(l, json_string(text));
	}
	end_cell(l);
}

static void
add_number(struct listing *l, uint64_t magnitude, bool negative)
{
	char text[TEXT_NUMBER_SIZE];

	if (!begin_cell(l))
		return;
	if (l->format != LISTING_TABLE || l->columns[l->column].type != LISTING_COUNT)
		(void)snprintf(text, sizeof(text), "%s%" PRIu64, negative ? "-" : "",
		    magnitude);
	else if (negative)
		text_grouped(text, sizeof(text), (int64_t)-magnitude);
	else
		text_grouped_u64(text, sizeof(text), magnitude);
	switch (l->format) {
	case LISTING_TABLE:
		keep_cell(l, text);
		break;
	case LISTING_CSV:
		add_csv(l, text);
		break;
	case LISTING_JSON:
		/* jansson's integers are signed: what is larger goes as text. */
		if (negative || magnitude <= INT64_MAX)
			add_json(l, json_integer((json_int_t)(negative ? -magnitude :
			    magnitude)));
		else
			add_json(l, json_string(text));
		break;
	}
	end_cell(l);
}

void
listing_number(struct listing *l, int64_t value)
{
	if (l->column < l->column_count && is_time(l->columns[l->column].type))
		add_time(l, value);
	else
		add_number(l, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0);
}

void
listing_unsigned(struct listing *l, uint64_t value)
{
	add_number(l, value, false);
}

void
listing_mark(struct listing *l, enum listing_mark mark)
{
	l->mark = mark;
}

/* --- rows, beginning and end ---------------------------------------------------------- */

void
listing_row(struct listing *l)
{
	while (l->error == 0 && l->column < l->column_count)
		listing_none(l);
	if (l->error != 0)
		return;
	switch (l->format) {
	case LISTING_TABLE:
		if (l->cell_count >= (size_t)LISTING_ROWS_MAX * l->column_count)
			write_table(l);
		break;
	case LISTING_CSV:
		(void)buf_add_text(&l->line, "\r\n");
		put(l, buf_text(&l->line));
		buf_clear(&l->line);
		break;
	case LISTING_JSON:
		write_json_row(l);
		(void)json_object_clear(l->object);
		break;
	}
	l->rows++;
	l->column = 0;
}

struct listing *
listing_new(FILE *out, enum listing_format format, const struct listing_column *columns,
	size_t count, int64_t now_utc_s)
{
	struct listing *l;

	if (count == 0 || count > LISTING_COLUMNS_MAX)
		return NULL;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	l->out = out;
	l->format = format;
	l->columns = columns;
	l->column_count = count;
	l->now_utc_s = now_utc_s;
	l->colour = format == LISTING_TABLE && listing_colour(out);
	buf_init(&l->line, LINE_MAX_OCTETS);
	if (format == LISTING_JSON) {
		l->object = json_object();
		if (l->object == NULL) {
			free(l);
			return NULL;
		}
	}
	if (format == LISTING_CSV)
		write_csv_title(l);
	return l;
}

size_t
listing_count(const struct listing *l)
{
	return l->rows;
}

int
listing_finish(struct listing *l, struct err *e)
{
	int rc;

	if (l == NULL)
		return 0;
	if (l->format == LISTING_TABLE)
		write_table(l);
	if (l->format == LISTING_JSON)
		put(l, l->rows == 0 ? "[]\n" : "\n]\n");
	errno = 0;
	if (fflush(l->out) != 0 || ferror(l->out))
		fail(l, errno != 0 ? -errno : -EIO);
	rc = l->error;
	if (rc != 0)
		(void)err_set(e, rc, "cannot write the listing: %s", strerror(-rc));
	forget_cells(l);
	free(l->cells);
	json_decref(l->object);
	buf_release(&l->line);
	free(l);
	return rc;
}

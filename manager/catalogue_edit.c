#include <config.h>

#include "manager/catalogue_edit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

enum { STEP = 100, NUMBER_SIZE = 16 };

/* A part of the text; not terminated. */
struct piece {
	const char *at;
	size_t len;
};

enum tag_kind { TAG_OPEN, TAG_CLOSE, TAG_EMPTY };

/* A tag from '<' to '>', both within. */
struct tag {
	enum tag_kind kind;
	struct piece whole, prefix, name;	/* prefix with its colon, or empty */
	const char *attributes;	/* behind the name */
};

static bool
is(const struct piece *p, const char *text)
{
	return p->len == strlen(text) && memcmp(p->at, text, p->len) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where text stands at or after at; end when it does not. */
static const char *
find(const char *at, const char *end, const char *text)
{
	const char *hit = memmem(at, (size_t)(end - at), text, strlen(text));

	return hit != NULL ? hit : end;
}

/* Behind what begins at '<' and is no tag: a comment, CDATA, an instruction; NULL for a tag. */
static const char *
skip_other(const char *at, const char *end)
{
	static const char *const ways[][2] = {
		{ "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t len = strlen(ways[i][0]);

		if ((size_t)(end - at) >= len && memcmp(at, ways[i][0], len) == 0) {
			const char *stop = find(at + len, end, ways[i][1]);

			return stop < end ? stop + strlen(ways[i][1]) : end;
		}
	}
	return NULL;
}

/* The '>' that ends a tag: one in quotes does not. */
static const char *
tag_end(const char *at, const char *end)
{
	char quote = '\0';

	for (; at < end; at++) {
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '>')
			return at;
	}
	return end;
}

/* The next tag at or after *at; false at the end. */
static bool
tag_next(const char **at, const char *end, struct tag *ret)
{
	const char *p = *at, *stop, *other, *colon;

	for (;;) {
		p = find(p, end, "<");
		if (p == end)
			return false;
		other = skip_other(p, end);
		if (other == NULL)
			break;
		p = other;
	}
	stop = tag_end(p, end);
	if (stop == end)
		return false;
	*at = stop + 1;
	ret->whole = (struct piece){ p, (size_t)(stop + 1 - p) };
	ret->kind = p[1] == '/' ? TAG_CLOSE : stop[-1] == '/' ? TAG_EMPTY : TAG_OPEN;
	p += ret->kind == TAG_CLOSE ? 2 : 1;
	ret->name.at = p;
	while (p < stop && !is_blank(*p) && *p != '/')
		p++;
	ret->name.len = (size_t)(p - ret->name.at);
	ret->attributes = p;
	colon = memchr(ret->name.at, ':', ret->name.len);
	ret->prefix = (struct piece){ ret->name.at, 0 };
	if (colon != NULL) {
		ret->prefix.len = (size_t)(colon + 1 - ret->name.at);
		ret->name.at += ret->prefix.len;
		ret->name.len -= ret->prefix.len;
	}
	return true;
}

/* The value of an attribute, as it is written, without its quotes; false when not there. */
static bool
attribute(const struct tag *t, const char *name, struct piece *ret)
{
	const char *p = t->attributes, *stop = t->whole.at + t->whole.len - 1;

	while (p < stop) {
		struct piece key;
		const char *from;

		while (p < stop && (is_blank(*p) || *p == '/'))
			p++;
		key.at = p;
		while (p < stop && !is_blank(*p) && *p != '=')
			p++;
		key.len = (size_t)(p - key.at);
		while (p < stop && *p != '"' && *p != '\'')
			p++;
		if (p == stop)
			return false;
		from = p + 1;
		p = memchr(from, *p, (size_t)(stop - from));
		if (p == NULL)
			return false;
		if (is(&key, name)) {
			*ret = (struct piece){ from, (size_t)(p - from) };
			return true;
		}
		p++;
	}
	return false;
}

static bool
attribute_is(const struct tag *t, const char *name, const char *want)
{
	struct piece value;

	return attribute(t, name, &value) && is(&value, want);
}

/* --- where it goes --------------------------------------------------------------- */

struct found {
	unsigned count;		/* of software that is meant */
	struct tag software;
	struct tag last;	/* its last release */
	const char *last_end;	/* behind that, with its children; NULL = it has none */
	uint32_t highest;	/* seq */
};

static bool
is_meant(const struct tag *t, const struct catalogue_edit *r)
{
	struct piece creator;

	if (!is(&t->name, "software") || !attribute_is(t, "id", r->software))
		return false;
	if (r->creator == NULL)
		return true;
	if (!attribute(t, "creator", &creator))
		return r->own != NULL && strcmp(r->own, r->creator) == 0;
	return is(&creator, r->creator);
}

static void
take_seq(struct found *f, const struct tag *release)
{
	char number[NUMBER_SIZE];
	struct piece value;
	uint32_t seq;

	if (!attribute(release, "seq", &value) || value.len >= sizeof(number))
		return;
	(void)memcpy(number, value.at, value.len);
	number[value.len] = '\0';
	if (parse_u32(number, 0, UINT32_MAX, &seq, NULL) == 0 && seq > f->highest)
		f->highest = seq;
}

/* The software is a child of the root, a release a child of it. */
static void
search(const char *xml, size_t len, const struct catalogue_edit *r, struct found *f)
{
	const char *at = xml, *end = xml + len;
	bool inside = false;
	unsigned depth = 0;
	struct tag t;

	while (tag_next(&at, end, &t)) {
		if (t.kind == TAG_CLOSE)
			depth--;
		if (depth == 1 && t.kind != TAG_CLOSE) {
			inside = is_meant(&t, r);
			f->count += inside;
			if (inside && f->count == 1)
				f->software = t;
		}
		if (depth == 2 && inside && f->count == 1 && is(&t.name, "release")) {
			if (t.kind != TAG_CLOSE) {
				f->last = t;
				take_seq(f, &t);
			}
			if (t.kind != TAG_OPEN && f->last.whole.at != NULL)
				f->last_end = at;
		}
		if (t.kind == TAG_OPEN)
			depth++;
	}
}

/* The line break and the blanks before p; empty when something else stands there. */
static struct piece
indent_of(const char *xml, const char *p)
{
	const char *from = p;

	while (from > xml && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	if (from == xml || from[-1] != '\n')
		return (struct piece){ p, 0 };
	from--;
	if (from > xml && from[-1] == '\r')
		from--;
	return (struct piece){ from, (size_t)(p - from) };
}

/* --- what is written ------------------------------------------------------------- */

static void
add_piece(struct buf *b, const struct piece *p)
{
	(void)buf_add(b, p->at, p->len);
}

static void
add_attribute(struct buf *b, const char *name, const char *value)
{
	(void)buf_printf(b, " %s=\"", name);
	(void)text_escape_xml(b, value);
	(void)buf_add_char(b, '"');
}

static void
add_release(struct buf *b, const struct catalogue_edit *r, uint32_t seq,
	const struct piece *prefix)
{
	(void)buf_add_char(b, '<');
	add_piece(b, prefix);
	(void)buf_add_text(b, "release");
	add_attribute(b, "version", r->version);
	(void)buf_printf(b, " seq=\"%" PRIu32 "\" state=\"draft\" size=\"%" PRIu64 "\"", seq,
		r->size);
	add_attribute(b, "sha256", r->sha256);
	add_attribute(b, "file", r->file);
	(void)buf_add_text(b, "/>");
}

/* Into software that has no release: one step further in than it stands itself. */
static const char *
add_first(struct buf *b, const char *xml, const struct found *f,
	const struct catalogue_edit *r, uint32_t seq)
{
	const struct tag *t = &f->software;
	struct piece indent = indent_of(xml, t->whole.at), step = indent;
	const char *behind = t->whole.at + t->whole.len;

	/* The root's children stand one step in: the step without its line break. */
	while (step.len > 0 && (*step.at == '\r' || *step.at == '\n')) {
		step.at++;
		step.len--;
	}
	(void)buf_add(b, xml, (size_t)(behind - xml) - (t->kind == TAG_EMPTY ? 2 : 1));
	(void)buf_add_char(b, '>');
	add_piece(b, &indent);
	add_piece(b, &step);
	add_release(b, r, seq, &t->prefix);
	if (t->kind == TAG_EMPTY) {
		add_piece(b, &indent);
		(void)buf_add_text(b, "</");
		add_piece(b, &t->prefix);
		(void)buf_add_text(b, "software>");
	}
	return behind;
}

int
catalogue_edit_add(const char *xml, size_t len, const struct catalogue_edit *r,
	struct buf *ret, uint32_t *ret_seq, struct err *e)
{
	struct found f = { 0 };
	const char *rest;
	struct piece indent;
	uint32_t seq;

	search(xml, len, r, &f);
	if (f.count == 0)
		return err_set(e, -ENOENT, "it has no software '%s'%s%s%s", r->software,
			r->creator != NULL ? " of '" : "", r->creator != NULL ? r->creator : "",
			r->creator != NULL ? "'" : "");
	if (f.count > 1)
		return err_set(e, -ENOTUNIQ, "it has software '%s' of more than one creator: say"
			" which with --creator", r->software);
	if (r->seq == 0 && f.highest > INT32_MAX - STEP)
		return err_set(e, -ERANGE, "the highest seq of '%s' is %" PRIu32 ", and no hundred"
			" is left above it: say --seq", r->software, f.highest);
	seq = r->seq != 0 ? r->seq : (f.highest / STEP + 1) * STEP;
	if (f.last_end == NULL) {
		rest = add_first(ret, xml, &f, r, seq);
	} else {
		indent = indent_of(xml, f.last.whole.at);
		rest = f.last_end;
		(void)buf_add(ret, xml, (size_t)(rest - xml));
		add_piece(ret, &indent);
		add_release(ret, r, seq, &f.last.prefix);
	}
	(void)buf_add(ret, rest, (size_t)(xml + len - rest));
	if (ret->error < 0)
		return err_set(e, ret->error, "out of memory, or the catalogue grows too large");
	*ret_seq = seq;
	return 0;
}

int
catalogue_edit_bump(const char *xml, size_t len, const char *issued, struct buf *ret,
	uint32_t *ret_serial, struct err *e)
{
	const char *at = xml, *rest = xml;
	struct piece serial, date, *order[2];
	char number[NUMBER_SIZE];
	uint32_t value = 0;
	struct tag root;

	if (!tag_next(&at, xml + len, &root) || !attribute(&root, "serial", &serial) ||
	    !attribute(&root, "issued", &date) || serial.len >= sizeof(number))
		return err_set(e, -EINVAL, "its root has no serial or no issued");
	(void)memcpy(number, serial.at, serial.len);
	number[serial.len] = '\0';
	if (parse_u32(number, 0, INT32_MAX - 1, &value, e) < 0)
		return -ERANGE;
	(void)snprintf(number, sizeof(number), "%" PRIu32, value + 1);
	order[0] = serial.at < date.at ? &serial : &date;
	order[1] = serial.at < date.at ? &date : &serial;
	for (size_t i = 0; i < 2; i++) {
		(void)buf_add(ret, rest, (size_t)(order[i]->at - rest));
		(void)buf_add_text(ret, order[i] == &serial ? number : issued);
		rest = order[i]->at + order[i]->len;
	}
	(void)buf_add(ret, rest, (size_t)(xml + len - rest));
	if (ret->error < 0)
		return err_set(e, ret->error, "out of memory, or the catalogue grows too large");
	*ret_serial = value + 1;
	return 0;
}

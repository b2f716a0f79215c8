/*
 * The reading of one file: libxml2's push parser calls element() and so on,
 * which check against the schema's table and append to the tree.
 */
#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <sodium.h>

#include "lib/base/text.h"
#include "lib/catalogue/catalogue_findings.h"
#include "lib/catalogue/catalogue_scan.h"
#include "lib/catalogue/catalogue_tree.h"
#include "lib/catalogue/catalogue_value.h"

enum { CHUNK = 16 * 1024 };

struct reader {
	struct catalogue *catalogue;
	struct catalogue_findings *findings;
	const char *name;
	xmlParserCtxtPtr parser;
	struct scan scan;
	uint32_t line;		/* of the tag that was last begun */
	uint32_t open[CATALOGUE_DEPTH_MAX];	/* places of elements; depth of them */
	uint32_t depth;
	uint32_t skip;		/* within an element that is unknown: how deep */
	int failed;		/* -EINVAL: stop, not well-formed; -ENOMEM */
};

#define REPORT(r, line, ...) \
	findings_add((r)->findings, false, (r)->name, line, __VA_ARGS__)

static void
stop(struct reader *r, int why)
{
	if (r->failed == 0)
		r->failed = why;
	xmlStopParser(r->parser);
}

/* "creator, device-type, ..." */
static void
list_names(struct buf *b, const char *(*at)(enum catalogue_element, size_t),
	enum catalogue_element e)
{
	const char *name;

	buf_init(b, 500);
	for (size_t i = 0; (name = at(e, i)) != NULL; i++)
		(void)buf_printf(b, "%s%s", i > 0 ? ", " : "", name);
	if (b->len == 0)
		(void)buf_add_text(b, "nothing");
}

struct names {
	const char *(*at)(enum catalogue_element, size_t);
	enum catalogue_element element;
};

static const char *
name_at(const void *user, size_t n)
{
	const struct names *names = user;

	return names->at(names->element, n);
}

/* "; did you mean 'model'?", or nothing. */
static void
did_you_mean(struct buf *b, const char *word,
	const char *(*at)(enum catalogue_element, size_t), enum catalogue_element e)
{
	const struct names names = { at, e };
	const char *near = text_nearest(word, name_at, &names);

	buf_init(b, 200);
	if (near != NULL)
		(void)buf_printf(b, "; did you mean '%s'?", near);
}

static enum catalogue_element
parent(const struct reader *r)
{
	return r->depth == 0 ? ELEMENT_NONE :
	    r->catalogue->elements[r->open[r->depth - 1]].element;
}

static void
refuse_element(struct reader *r, const char *name)
{
	enum catalogue_element in = parent(r);
	struct buf list, near;

	list_names(&list, catalogue_schema_child_at, in);
	did_you_mean(&near, name, catalogue_schema_child_at, in);
	if (in == ELEMENT_NONE)
		REPORT(r, r->line, "<%s> is no catalogue: the file has to begin with "
		    "<catalogue xmlns=\"%s\" ...>", name, CATALOGUE_NAMESPACE);
	else
		REPORT(r, r->line, "<%s> has no place in <%s>%s; expected there: %s", name,
		    catalogue_schema(in)->name, buf_text(&near), buf_text(&list));
	buf_release(&list);
	buf_release(&near);
}

static void
refuse_attribute(struct reader *r, enum catalogue_element e, const char *name)
{
	struct buf list, near;

	list_names(&list, catalogue_schema_attribute_at, e);
	did_you_mean(&near, name, catalogue_schema_attribute_at, e);
	REPORT(r, r->line, "<%s> has no attribute '%s'%s; it takes: %s",
	    catalogue_schema(e)->name, name, buf_text(&near), buf_text(&list));
	buf_release(&list);
	buf_release(&near);
}

/* A value may hold line ends and the like as &#10;. */
static bool
has_control(const char *text)
{
	uint32_t c;

	for (; *text != '\0'; text += text_char(text, strlen(text) < 4 ? strlen(text) : 4, &c)) {
		c = (unsigned char)*text;
		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0))
			return true;
	}
	return false;
}

/* One attribute as libxml2 gives it: name, prefix, namespace, value, its end. */
static void
take_attribute(struct reader *r, enum catalogue_element e, const xmlChar **given)
{
	const struct catalogue_schema_attribute *schema;
	struct tree_attribute *attribute;
	const char *name = (const char *)given[0];
	struct err err;
	uint64_t number = 0;
	char *text;

	if (given[1] != NULL) {
		REPORT(r, r->line, "attribute '%s:%s' of <%s> has a namespace; no attribute of "
		    "a catalogue has one", (const char *)given[1], name,
		    catalogue_schema(e)->name);
		return;
	}
	schema = catalogue_schema_attribute(e, name, strlen(name));
	if (schema == NULL) {
		refuse_attribute(r, e, name);
		return;
	}
	text = tree_text_keep(&r->catalogue->texts, (const char *)given[3],
	    (size_t)(given[4] - given[3]));
	if (text == NULL) {
		stop(r, -ENOMEM);
		return;
	}
	if (has_control(text)) {
		REPORT(r, r->line, "attribute '%s' of <%s> holds a control character", name,
		    catalogue_schema(e)->name);
	} else if (catalogue_value_parse(schema, text, &number, &err) < 0) {
		REPORT(r, r->line, "attribute '%s' of <%s>: %s", name,
		    catalogue_schema(e)->name, err.text);
	} else if ((attribute = tree_add_attribute(r->catalogue)) == NULL) {
		stop(r, -ENOMEM);
	} else {
		*attribute = (struct tree_attribute){ text, number, schema->attribute };
		r->catalogue->elements[r->open[r->depth - 1]].attribute_count++;
	}
}

static bool
was_given(const xmlChar **given, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (given[5 * i + 1] == NULL && strcmp((const char *)given[5 * i], name) == 0)
			return true;
	return false;
}

static void
take_attributes(struct reader *r, enum catalogue_element e, int count, const xmlChar **given)
{
	const struct catalogue_schema_attribute *a = catalogue_schema(e)->attributes;

	for (int i = 0; i < count && r->failed == 0; i++)
		take_attribute(r, e, given + 5 * i);
	for (; a->attribute != ATTRIBUTE_NONE; a++)
		if (a->required && !was_given(given, count, catalogue_attribute_name(a->attribute)))
			REPORT(r, r->line, "<%s> needs attribute '%s'", catalogue_schema(e)->name,
			    catalogue_attribute_name(a->attribute));
}

/* The kind of the element that begins here, or NONE: refused, passed over. */
static enum catalogue_element
element_here(struct reader *r, const char *name, const char *space)
{
	const struct catalogue_schema_child *child;

	if (space == NULL || strcmp(space, CATALOGUE_NAMESPACE) != 0) {
		if (space == NULL)
			REPORT(r, r->line, "<%s> has no namespace; say xmlns=\"%s\" in "
			    "<catalogue>", name, CATALOGUE_NAMESPACE);
		else
			REPORT(r, r->line, "<%s> is of namespace '%s'; expected: %s", name, space,
			    CATALOGUE_NAMESPACE);
		return ELEMENT_NONE;
	}
	child = catalogue_schema_child(parent(r), name, strlen(name));
	if (child == NULL) {
		refuse_element(r, name);
		return ELEMENT_NONE;
	}
	return child->element;
}

static void
on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
	int namespaces, const xmlChar **spaces, int count, int defaulted, const xmlChar **given)
{
	struct reader *r = user;
	enum catalogue_element e;
	struct tree_element *element;

	(void)prefix;
	(void)namespaces;
	(void)spaces;
	(void)defaulted;
	if (r->failed < 0)
		return;
	(void)scan_tag(&r->scan, &r->line, NULL);
	if (r->depth + r->skip == CATALOGUE_DEPTH_MAX) {
		REPORT(r, r->line, "<%s> is nested deeper than %d elements", (const char *)name,
		    CATALOGUE_DEPTH_MAX);
		stop(r, -EINVAL);
		return;
	}
	if (r->skip > 0) {
		r->skip++;
		return;
	}
	e = element_here(r, (const char *)name, (const char *)space);
	if (e == ELEMENT_NONE) {
		r->skip = 1;
		return;
	}
	element = tree_add_element(r->catalogue);
	if (element == NULL) {
		stop(r, -ENOMEM);
		return;
	}
	*element = (struct tree_element){ e, r->line, 0, r->catalogue->attribute_count, 0 };
	r->open[r->depth++] = r->catalogue->element_count - 1;
	take_attributes(r, e, count, given);
}

/* What has to be within and is not, or is too often. */
static void
check_children(struct reader *r, uint32_t e)
{
	const struct tree_element *elements = r->catalogue->elements;
	const struct catalogue_schema_child *child;
	uint32_t count, needed = 0, last;
	bool must = false;
	struct buf list;

	child = catalogue_schema(elements[e].element)->children;
	for (; child != NULL && child->element != ELEMENT_NONE; child++) {
		must |= child->needed;
		if (!child->once && !child->needed)
			continue;
		count = 0;
		for (uint32_t i = e + 1; i < r->catalogue->element_count; i = elements[i].end) {
			if (elements[i].element != child->element)
				continue;
			last = i;
			needed += child->needed;
			if (++count == 2 && child->once)
				REPORT(r, elements[last].line, "a second <%s> in <%s>",
				    catalogue_schema(child->element)->name,
				    catalogue_schema(elements[e].element)->name);
		}
	}
	if (must && needed == 0) {
		list_names(&list, catalogue_schema_child_at, elements[e].element);
		REPORT(r, elements[e].line, "<%s> is empty; expected there: %s",
		    catalogue_schema(elements[e].element)->name,
		    elements[e].element == ELEMENT_CATALOGUE ? "at least a <creator>" :
		    buf_text(&list));
		buf_release(&list);
	}
}

static void
on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct reader *r = user;
	uint32_t e;

	(void)name;
	(void)prefix;
	(void)space;
	if (r->failed < 0)
		return;
	if (r->skip > 0) {
		r->skip--;
		return;
	}
	e = r->open[--r->depth];
	r->catalogue->elements[e].end = r->catalogue->element_count;
	check_children(r, e);
}

static void
on_text(void *user, const xmlChar *text, int len)
{
	struct reader *r = user;
	const char *s = (const char *)text;

	if (r->failed < 0 || r->skip > 0)
		return;
	for (int i = 0; i < len; i++) {
		if (strchr(" \t\r\n", s[i]) == NULL) {
			REPORT(r, (uint32_t)r->parser->input->line, "text has no place in <%s>: "
			    "all is said in attributes", catalogue_schema(parent(r))->name);
			return;
		}
	}
}

static void
on_error(void *user, xmlErrorPtr error)
{
	struct reader *r = user;
	char what[300];

	if (r->failed < 0)
		return;
	text_utf8(what, sizeof(what), error->message == NULL ? "" : error->message,
	    error->message == NULL ? 0 : strcspn(error->message, "\n"));
	if (error->code == XML_ERR_NO_MEMORY) {
		stop(r, -ENOMEM);
		return;
	}
	REPORT(r, error->line > 0 ? (uint32_t)error->line : 1, "not well-formed XML: %s", what);
	stop(r, -EINVAL);
}

static int
parse(struct reader *r, const char *data, size_t size)
{
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.cdataBlock = on_text,
		.serror = on_error,
	};
	size_t at = 0, len;

	scan_begin(&r->scan, data, size);
	r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (r->parser == NULL)
		return -ENOMEM;
	if (xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_BIG_LINES) != 0)
		r->failed = -EINVAL;
	for (; at < size && r->failed == 0; at += len) {
		len = size - at < CHUNK ? size - at : CHUNK;
		(void)xmlParseChunk(r->parser, data + at, (int)len, 0);
	}
	if (r->failed == 0)
		(void)xmlParseChunk(r->parser, NULL, 0, 1);
	if (r->failed == 0 && !r->parser->wellFormed)
		r->failed = -EINVAL;
	xmlFreeParserCtxt(r->parser);
	return r->failed;
}

/* What of <catalogue> and its <creator>s everyone may ask for. */
static int
make_head(struct catalogue *c, const char *data, size_t size)
{
	struct catalogue_head *head = &c->head;
	uint32_t i, n = 0;

	for (i = 1; i < c->elements[0].end; i = c->elements[i].end)
		n += c->elements[i].element == ELEMENT_CREATOR;
	c->creators = calloc(n, sizeof(*c->creators));
	c->creator_names = calloc(n, sizeof(*c->creator_names));
	if (c->creators == NULL || c->creator_names == NULL)
		return -ENOMEM;
	for (i = 1, n = 0; i < c->elements[0].end; i = c->elements[i].end) {
		if (c->elements[i].element != ELEMENT_CREATOR)
			continue;
		c->creators[n] = tree_text(c, i, ATTRIBUTE_ID);
		c->creator_names[n++] = tree_text(c, i, ATTRIBUTE_NAME);
	}
	head->creators = c->creators;
	head->creator_names = c->creator_names;
	head->creator_count = n;
	head->id = tree_text(c, 0, ATTRIBUTE_ID);
	head->serial = (uint32_t)tree_number(c, 0, ATTRIBUTE_SERIAL, 0);
	head->issued_utc_s = (int64_t)tree_number(c, 0, ATTRIBUTE_ISSUED, 0);
	head->expires_utc_s = (int64_t)tree_number(c, 0, ATTRIBUTE_EXPIRES, 0);
	crypto_hash_sha256(head->digest, (const unsigned char *)data, size);
	return 0;
}

static int
read_bytes(struct catalogue *c, const char *name, const char *data, size_t size,
	struct catalogue_findings *findings)
{
	struct reader reader = { .catalogue = c, .findings = findings, .name = name };
	size_t before = findings->errors;
	struct scan scan;
	struct err err;
	uint32_t line = 1;
	size_t tags = 0;
	int rc;

	rc = scan_bytes(data, size, &line, &err);
	scan_begin(&scan, data, size);
	for (; rc == 0 && (rc = scan_tag(&scan, &line, &err)) == 1; rc = 0)
		tags++;
	if (rc == 0 && tags == 0)
		rc = err_set(&err, -EINVAL, "there is no element in it; a catalogue begins with "
		    "<catalogue xmlns=\"%s\" ...>", CATALOGUE_NAMESPACE);
	if (rc < 0) {
		findings_add(findings, false, name, line, "%s", err.text);
		return -EINVAL;
	}
	rc = parse(&reader, data, size);
	if (rc == -ENOMEM)
		return rc;
	if (rc < 0 && findings->errors == before)
		findings_add(findings, false, name, 0, "not well-formed XML");
	if (findings->errors > before)
		return -EINVAL;
	return tree_check(c, findings);
}

int
catalogue_read(const char *name, const char *data, size_t size, struct catalogue **ret,
	struct catalogue_findings *findings, struct err *e)
{
	size_t from = findings->count, before = findings->errors;
	struct catalogue *c;
	int rc = -ENOMEM;

	if (size > CATALOGUE_SIZE_MAX)
		return err_set(e, -EFBIG, "%s: %zu octets; a catalogue has at most %d MiB", name,
		    size, CATALOGUE_SIZE_MAX >> 20);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		goto out;
	c->head.name = tree_text_keep(&c->texts, name, strlen(name));
	if (c->head.name == NULL)
		goto out;
	rc = read_bytes(c, c->head.name, data, size, findings);
	findings_sort(findings, from);
	if (rc == 0)
		rc = findings_end(findings, from, before, e);
	else if (rc == -EINVAL)
		(void)findings_end(findings, from, before, e);
	if (rc == 0)
		rc = make_head(c, data, size);
	if (rc == 0) {
		*ret = c;
		c = NULL;
	}
out:
	catalogue_free(c);
	if (rc == -ENOMEM)
		return err_set(e, rc, "%s: no memory", name);
	return rc;
}

void
catalogue_free(struct catalogue *c)
{
	if (c == NULL)
		return;
	free(c->elements);
	free(c->attributes);
	free(c->creators);
	free(c->creator_names);
	tree_texts_release(&c->texts);
	free(c);
}

const struct catalogue_head *
catalogue_head(const struct catalogue *c)
{
	return &c->head;
}

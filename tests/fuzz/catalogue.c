/*
 * A catalogue of any octets: what is taken is whole, ordered and valid by the
 * installed schema; what is refused says why, in a line that can be printed.
 */
#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <stdio.h>
#include <string.h>

#include <libxml/relaxng.h>

#include "lib/base/text.h"
#include "lib/catalogue/catalogue_lint.h"
#include "tests/fuzz/fuzz.h"

static void
quiet(void *user, xmlErrorPtr error)
{
	(void)user;
	(void)error;
}

/* Parsed once; a fuzzer runs for long. */
static xmlRelaxNGPtr
schema(void)
{
	static xmlRelaxNGPtr parsed;
	const char *top = getenv("top_srcdir");
	xmlRelaxNGParserCtxtPtr parser;
	char path[4096];

	if (parsed != NULL)
		return parsed;
	(void)snprintf(path, sizeof(path), "%s/dist/imgadm-catalogue.rng",
	    top != NULL ? top : TOP_SRCDIR);
	parser = xmlRelaxNGNewParserCtxt(path);
	parsed = xmlRelaxNGParse(parser);
	xmlRelaxNGFreeParserCtxt(parser);
	FUZZ_CLAIM(parsed != NULL);
	return parsed;
}

static void
claim_valid(const uint8_t *data, size_t size)
{
	xmlDocPtr doc = xmlReadMemory((const char *)data, (int)size, "a.xml", NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlRelaxNGValidCtxtPtr valid = xmlRelaxNGNewValidCtxt(schema());

	FUZZ_CLAIM(doc != NULL && valid != NULL);
	xmlRelaxNGSetValidStructuredErrors(valid, quiet, NULL);
	FUZZ_CLAIM(xmlRelaxNGValidateDoc(valid, doc) == 0);
	xmlRelaxNGFreeValidCtxt(valid);
	xmlFreeDoc(doc);
}

static void
claim_findings(const struct catalogue_findings *f)
{
	uint32_t c;
	size_t n;

	FUZZ_CLAIM(f->count <= CATALOGUE_ERRORS_MAX && f->count <= f->errors + f->warnings);
	for (size_t i = 0; i < f->count; i++) {
		const char *text = f->list[i].text;

		FUZZ_CLAIM(strncmp(text, "a.xml", 5) == 0 && strchr(text, ' ') != NULL);
		for (; *text != '\0'; text += n) {
			n = text_char(text, strlen(text), &c);
			FUZZ_CLAIM(n > 0 && c >= 0x20 && (c < 0x7f || c >= 0xa0));
		}
	}
}

static void
claim_set(const struct catalogue_set *s)
{
	for (uint32_t i = 1; i < s->release_count; i++)
		FUZZ_CLAIM(s->releases[i].software != s->releases[i - 1].software ||
		    s->releases[i].seq > s->releases[i - 1].seq);
	for (uint32_t i = 0; i < s->release_count; i++) {
		FUZZ_CLAIM(catalogue_release_find(s, s->releases[i].software,
		    s->releases[i].version) == i);
		FUZZ_CLAIM(s->releases[i].first_from + s->releases[i].from_count <= s->from_count);
	}
	for (uint32_t i = 0; i < s->relation_count; i++)
		FUZZ_CLAIM(s->relations[i].root < s->node_count && s->relations[i].id != NULL);
	for (uint32_t i = 0; i < s->node_count; i++) {
		const struct catalogue_node *n = &s->nodes[i];
		bool inner = n->kind == CATALOGUE_AND || n->kind == CATALOGUE_OR;

		FUZZ_CLAIM((n->child_count > 0) == inner);
		FUZZ_CLAIM(n->child_count == 0 || n->first_child > i);
		FUZZ_CLAIM(n->first_child + n->child_count <= s->node_count);
		FUZZ_CLAIM(n->type == CATALOGUE_NONE || n->type < s->unit_type_count);
		FUZZ_CLAIM(n->software == CATALOGUE_NONE || n->software < s->software_count);
	}
}

static void
claim_rule(const struct catalogue_set *s, const struct catalogue_rule *r)
{
	FUZZ_CLAIM(r->id != NULL && r->rank < s->rule_count && r->node_count > 0);
	FUZZ_CLAIM(r->first_node + r->node_count <= s->rule_node_count);
	FUZZ_CLAIM(r->first_inhibit + r->inhibit_count <= s->inhibit_count);
	FUZZ_CLAIM(r->first_blackout + r->blackout_count <= s->blackout_count);
	for (uint32_t i = 0; i < r->node_count; i++) {
		const struct catalogue_rule_node *n = &s->rule_nodes[r->first_node + i];

		FUZZ_CLAIM((n->child_count > 0) == (n->kind < CATALOGUE_RULE_COUNT));
		FUZZ_CLAIM(n->child_count == 0 || n->first_child > r->first_node + i);
		FUZZ_CLAIM(n->first_child + n->child_count <= r->first_node + r->node_count);
		FUZZ_CLAIM(n->first_code + n->code_count <= s->rule_code_count);
	}
	for (uint32_t i = 0; i < r->inhibit_count; i++) {
		uint32_t by = s->inhibits[r->first_inhibit + i].rule;

		FUZZ_CLAIM(by == CATALOGUE_NONE || s->rules[by].rank < r->rank);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct catalogue_findings findings = {0};
	struct catalogue_set *set = NULL;
	struct catalogue *c = NULL;
	struct err e = { "" };
	int rc = catalogue_read("a.xml", (const char *)data, size, &c, &findings, &e);

	FUZZ_CLAIM((rc == 0) == (c != NULL));
	if (rc == 0) {
		claim_valid(data, size);
		rc = catalogue_set_link((const struct catalogue *const *)&c, 1, &set, &findings,
			&e);
		FUZZ_CLAIM((rc == 0) == (set != NULL));
	}
	FUZZ_CLAIM((rc == 0) == (findings.errors == 0));
	FUZZ_CLAIM(rc == 0 || e.text[0] != '\0');
	if (rc == 0) {
		claim_set(set);
		for (uint32_t i = 0; i < set->rule_count; i++)
			claim_rule(set, &set->rules[i]);
		rc = catalogue_lint(set, &findings, &e);
		FUZZ_CLAIM((rc == 0) == (findings.errors == 0));
	}
	claim_findings(&findings);
	catalogue_findings_release(&findings);
	catalogue_set_free(set);
	catalogue_free(c);
	return 0;
}

/*
 * What an inform of a report may hold: the varbinds of any PDU.  What is parsed
 * is of the MIB's ranges, valid text, ascending, and packed and parsed again
 * where it can be packed; one part alone is assembled or refused.
 */
#include <config.h>

#include "lib/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/report/row.h"
#include "tests/fuzz/fuzz.h"

static struct pdu_room room;

static void
claim_texts(enum row_tables table, const void *rows, size_t count)
{
	const struct row_table *t = row_table(table);

	for (size_t i = 0; i < count; i++) {
		for (size_t f = 0; f < t->field_count; f++) {
			const struct row_field *field = &t->fields[f];
			const char *text = (const char *)rows + i * t->stride + field->offset;

			if (field->kind != ROW_TEXT)
				continue;
			FUZZ_CLAIM(strnlen(text, field->size) < field->size);
			FUZZ_CLAIM(text_is_utf8(text, strlen(text)));
		}
	}
}

static void
claim_head(const struct report_head *h)
{
	FUZZ_CLAIM(h->device_id[0] != '\0' && text_is_utf8(h->device_id, strlen(h->device_id)));
	FUZZ_CLAIM(report_reason_name(h->reason) != NULL);
	FUZZ_CLAIM(h->part <= h->parts && h->parts <= REPORT_PARTS_MAX);
	FUZZ_CLAIM(h->part > 0 || h->kind == REPORT_ERRORS);
}

static void
claim_entries(const struct report *r)
{
	const struct log_entry *entries = r->entries;
	struct report_pack *p = NULL;
	bool within = true;

	for (size_t i = 0; i < r->entry_count; i++) {
		FUZZ_CLAIM(entries[i].index > 0 && entries[i].index <= r->head.log.newest);
		FUZZ_CLAIM(i == 0 || entries[i].index > entries[i - 1].index);
		within = within && entries[i].index >= r->head.log.oldest;
	}
	if (within && r->entry_count <= REPORT_ENTRIES_MAX) {
		int code = report_pack_errors(&r->head, entries, r->entry_count, &p, NULL);

		FUZZ_CLAIM(code == 0 || code == -E2BIG);
	}
	report_pack_free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct report_octets octets = { data, size };
	struct report report = { 0 };
	struct report_head head;
	struct structure s;
	struct pdu pdu;
	struct err e;
	int code;

	if (report_assemble(&octets, 1, &head, &s, &e) == 0) {
		FUZZ_CLAIM(structure_check(&s, &e) == 0);
		structure_release(&s);
	}
	if (pdu_read(data, size, &room, &pdu) < 0)
		return 0;
	code = report_parse(&pdu, &report, &e);
	FUZZ_CLAIM(code == 0 || code == -ENOMSG || code == -EBADMSG);
	if (code < 0)
		return 0;
	claim_head(&report.head);
	claim_texts(ROW_UNITS, report.rows.units, report.rows.unit_count);
	claim_texts(ROW_SOFTWARE, report.rows.software, report.rows.software_count);
	claim_texts(ROW_READINGS, report.rows.readings, report.rows.reading_count);
	claim_texts(ROW_LOG, report.entries, report.entry_count);
	claim_entries(&report);
	report_release(&report);
	return 0;
}

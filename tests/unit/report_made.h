/*
 * report_made: reports made by chance, packed into messages and parsed again.
 */
#ifndef IMGADM_TESTS_UNIT_REPORT_MADE_H
#define IMGADM_TESTS_UNIT_REPORT_MADE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/report/report.h"
#include "lib/report/row.h"
#include "tests/unit/support.h"

/* The messages that made_encode() made. */
struct made {
	uint8_t memory[REPORT_PARTS_MAX][REPORT_MESSAGE_MAX];
	struct report_octets parts[REPORT_PARTS_MAX];
	size_t count;
};

extern struct made made_whole;
extern struct pdu_room made_room;	/* of made_parse(); the test releases it */
extern struct err made_why;		/* of OK() */

/* made_why is empty where a function has none to give. */
#define OK(call) do { \
	made_why.text[0] = '\0'; \
	ck_assert_msg((call) == 0, "%s: %s", #call, made_why.text); \
} while (0)

size_t made_below(size_t n);
/* Text of at most size - 1 octets, now and then of more than ASCII. */
void made_text(char *dst, size_t size, bool empty);
utc_s made_date(void);
void made_unit(struct unit *u, uint32_t index, uint32_t container);
/* One that structure_check() finds right. */
void made_structure(struct structure *s);
void made_entry(struct log_entry *e, uint32_t index);
/* Units without software or readings. */
void made_plain_structure(struct structure *s, size_t units);
struct report_head made_head(const char *id);
/* All parts of a pack into made_whole, each checked for its size. */
void made_encode(struct report_pack *p);
int made_parse(const struct report_octets *o, struct report *ret);
/* By the columns, since padding and what follows a terminator may differ. */
void made_same_rows(enum row_tables table, const void *a, const void *b, size_t count);
void made_same_structure(const struct structure *a, const struct structure *b);
struct report_pack *made_pack(const struct report_head *h, const struct structure *s);

#endif

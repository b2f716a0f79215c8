/*
 * report: what a device tells its centre, packed into informs and parsed again.
 *
 * A report is one or more parts, each an inform: sysUpTime.0, snmpTrapOID.0, the
 * head's scalars, and then rows of IMGADM-MIB's tables, column by column, whole
 * rows, ascending; the form is written down at imgStructureReport and
 * imgErrorReport in IMGADM-MIB.  The device packs (one part in memory at a
 * time), the centre parses; both take a table's columns from row.h.
 *
 * Invariants
 * - A part's message is at most REPORT_MESSAGE_MAX octets at authPriv, with any
 *   user, engine id and protocols.
 * - One report id is one content: packed again, a part is the same octets.
 * - What was packed is parsed to the same values (a Date as far as
 *   DateAndTime can say it).
 * Pure: no I/O, no clock.
 */
#ifndef IMGADM_LIB_REPORT_REPORT_H
#define IMGADM_LIB_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/snmp/pdu.h"
#include "lib/structure/update.h"

enum {
	REPORT_MESSAGE_MAX = 1400,	/* octets: whole on any way */
	REPORT_PARTS_MAX = 256,		/* of a report; more are refused on both sides */
	REPORT_ENTRIES_MAX = 1024,	/* log entries of one report */
};

enum report_kind { REPORT_STRUCTURE = 1, REPORT_ERRORS, REPORT_UPDATE, REPORT_ORDERS };

/* imgReportReason */
enum report_reason {
	REPORT_CONNECT = 1,	/* start, a link or address that came, found the centre again */
	REPORT_REQUESTED,	/* imgReportRequest was written */
	REPORT_STANDING,	/* an interval that the centre set */
	REPORT_PERIODIC,	/* an interval that was set on the device */
	REPORT_CHANGE,		/* the structure changed */
	REPORT_OCCASION,	/* an entry of the severity that triggers */
	REPORT_ACCUMULATED,	/* so many entries are not acknowledged */
};
/* "connect", "request", ...; NULL for another value. */
const char *report_reason_name(enum report_reason reason);

struct report_head {
	enum report_kind kind;
	char device_id[STRUCTURE_ID_MAX + 1];	/* imgDeviceId */
	uint32_t id;		/* imgReportId; rises from report to report */
	uint32_t part, parts;	/* 1..parts; of an error report 0 of 0: see report_parse */
	enum report_reason reason;
	uint32_t request_id;	/* of the request that it answers, else 0 */
	uint32_t uptime_cs;	/* sysUpTime.0: of the moment the report was made */
	/* REPORT_STRUCTURE (revision also REPORT_UPDATE). */
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	/* Only in part 1; in others device.id alone is filled. */
	struct device device;
	utc_s last_change;
	uint32_t orders;	/* REPORT_ORDERS: imgReportOrders */
	/* REPORT_ERRORS; capacity and overwritten are 0 where part is 0. */
	struct log_bounds log;
};

/*
 * What REPORT_UPDATE says of a unit: of the row its index, of what is wanted bank,
 * software, creator, version, sequence and order, and state, reason, its text and
 * when it changed.  The rest is not said: parsed, it reads as nothing was wanted by
 * the centre.
 */
struct report_update {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	struct update row;
};

/* One part, parsed.  Owns its rows and entries.  Zero is valid and empty. */
struct report {
	struct report_head head;
	/* Units, software, readings of this part; its scalars are not filled. */
	struct structure rows;
	/*
	 * A unit's row that alone is too great for a part is given over two:
	 * this part's last unit has no column behind imgUnitSerialNumber,
	 * or its first unit only the columns behind it (the rest is zero).
	 */
	bool ends_within, begins_within;
	struct log_entry *entries;	/* ascending, each index once */
	size_t entry_count;
	struct report_update update;	/* REPORT_UPDATE */
	/*
	 * Something was put right that the device said: bytes that are no UTF-8, an
	 * enumeration's unknown value.  A digest over it cannot agree.
	 */
	bool repaired;
	/*
	 * The PDU as it came (pdu.octets): who keeps parts keeps this, for
	 * report_assemble().  Borrowed from what was parsed.
	 */
	const uint8_t *octets;
	size_t octets_len;
};
void report_release(struct report *r);

/* --- the device's side ---------------------------------------------------- */

struct report_pack;	/* opaque: where each part begins, and memory for one */

/*
 * Plan the parts of s under head (its part and parts are not read; revision,
 * digest, device and last_change are taken from s, but for the device id,
 * which is the head's).  s is borrowed until report_pack_free() and does not
 * change meanwhile.  A structure without units is one part.
 * -E2BIG with e when it takes more than REPORT_PARTS_MAX parts, -EINVAL when s
 * or head is none that could be reported (structure_check, the ranges above),
 * -ENOMEM.
 */
int report_pack_structure(const struct report_head *head, const struct structure *s,
	struct report_pack **ret_pack, struct err *e);
/*
 * The same of log entries, ascending, within head->log's oldest..newest, at
 * most REPORT_ENTRIES_MAX; none at all is one part without rows.  Borrowed.
 */
int report_pack_errors(const struct report_head *head, const struct log_entry *entries,
	size_t count, struct report_pack **ret_pack, struct err *e);
/* imgUpdateReport, one part; u is copied.  -EINVAL: no symbol; -ENOMEM. */
int report_pack_update(const struct report_head *head, const struct report_update *u,
	struct report_pack **ret_pack, struct err *e);
/* imgOrderReport: id, device id and orders of the head in one part.  -ENOMEM. */
int report_pack_orders(const struct report_head *head, struct report_pack **ret_pack,
	struct err *e);
void report_pack_free(struct report_pack *pack);	/* NULL is fine */

unsigned report_pack_parts(const struct report_pack *pack);
/*
 * The varbinds of part 1..parts, as an INFORM carries them; they live until the
 * next call for this pack.  Returns their number, at most
 * SNMP_REQUEST_VALUES_MAX.
 */
size_t report_pack_part(struct report_pack *pack, unsigned part,
	const struct snmp_varbind **ret_values);
/*
 * Of an error report: which entries (positions in the array) part holds; what
 * its response acknowledges.  *ret_count may be 0.
 */
void report_pack_entries(const struct report_pack *pack, unsigned part,
	size_t *ret_first, size_t *ret_count);

/* --- the centre's side ----------------------------------------------------- */

/*
 * Parse an inform (or trap) of ours.  *ret_report is the caller's to release.
 * -ENOMSG without e: no notification of IMGADM-MIB.  -EBADMSG with e: a scalar
 * of the head is missing, or of a wrong type, or out of range; rows are torn, a
 * column is missing, rows do not ascend, an index is impossible; part outside
 * 1..parts, parts over REPORT_PARTS_MAX.  -ENOMEM.
 *
 * Within a row of the structure, a value of a wrong type or out of range is
 * -EBADMSG as well; within a log entry, evidence counts more than form: the cell
 * has its default, and repaired says so.  Bytes that are no UTF-8 and unknown
 * values of enumerations are put right as they are when polled.
 *
 * Where an entry leaves no room for them, an error report says no part, parts,
 * capacity and overwritten: all 0 then.  Parts of an error report are
 * independent of each other.  REPORT_ORDERS has neither parts nor a reason.
 */
int report_parse(const struct pdu *pdu, struct report *ret_report, struct err *e);

/* A part as it came: report.octets. */
struct report_octets {
	const uint8_t *octets;
	size_t len;
};

/*
 * The structure that all parts of one report make, in the order 1..count.
 * *ret_head is the first part's.  *ret_structure (the caller's to release) is
 * whole: device, digest, revision, last_change, and rows that passed
 * structure_check().
 * -EBADMSG with e: a part cannot be parsed, is another's (device id, report id,
 * revision, digest), a part is missing, rows do not join or do not ascend;
 * -EILSEQ with e: the digest over the rows is not the head's, and nothing was
 * repaired; -ENOMEM.
 */
int report_assemble(const struct report_octets *parts, size_t count,
	struct report_head *ret_head, struct structure *ret_structure, struct err *e);

#endif

/*
 * store_advice: what shall be told to a device (IMGADM-MIB, imgAdviceTable).
 *
 * Who gives advice (a *source*) says which advices shall stand at a device now;
 * here they are kept, with the index that each has on the device and the
 * number of the order by which it gets there.  An advice is the same one as
 * long as source, kind, rule and subject are; when it says something else it
 * becomes another row of the device, and the old one has to go.
 *
 * Invariants
 * - At most STORE_ADVICE_MAX of a device are wanted; where a source wants more
 *   than is left, the lightest are left out.
 * - Numbers rise from order to order of a device, and are never given again,
 *   also not when the device is told the same anew.
 * - A row that is no more wanted stays until it is known to be gone from the
 *   device, at most STORE_ADVICE_MAX of them a device; the oldest are forgotten.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_ADVICE_H
#define IMGADM_LIB_STORE_STORE_ADVICE_H

#include "lib/store/store.h"

enum { STORE_ADVICE_MAX = 64 };	/* rows of imgAdviceTable */

enum store_advice_source {
	STORE_ADVICE_JUDGE = 1, STORE_ADVICE_TROUBLE, STORE_ADVICE_ROLLOUT,
	STORE_ADVICE_PERSON,	/* imgadm-fleet advise */
};

/* imgAdviceKind; the values of the MIB. */
enum store_advice_kind {
	STORE_ADVICE_INCOMPATIBLE = 1, STORE_ADVICE_OF_TROUBLE,
	STORE_ADVICE_UPDATE_PLANNED, STORE_ADVICE_UPDATE_DONE,
	STORE_ADVICE_INFORMATION,
};
/* As in the MIB ("updatePlanned"); NULL when it has none. */
const char *store_advice_kind_name(enum store_advice_kind kind);
/* "judge", "trouble", "rollout", "person"; NULL when it has none. */
const char *store_advice_source_name(enum store_advice_source source);

/* What an advice says; plain data. Strings are UTF-8. */
struct store_advice_item {
	char subject[STRUCTURE_LABEL_MAX + 1];	/* unit symbol; empty = the device */
	enum store_advice_kind kind;
	enum severity severity;
	char text[STRUCTURE_TEXT_MAX + 1];	/* not empty */
	char recommendation[STRUCTURE_TEXT_MAX + 1];
	char rule_id[STRUCTURE_NAME_MAX + 1];	/* what it comes from; may be empty */
	uint32_t catalogue_serial;	/* 0 = no catalogue's */
};

/* As it is kept. */
struct store_advice_row {
	struct store_advice_item item;
	enum store_advice_source source;
	uint32_t index;		/* imgAdviceIndex; not 0, one row's of the device */
	uint32_t number;	/* of its order: to put it, or, not wanted, to remove it */
	bool wanted;		/* else: to be removed from the device */
	bool done;		/* wanted: it was seen to stand on the device */
	utc_s created;
};

/* How many rows a set changed. */
struct store_advice_changes {
	size_t added, renewed, removed;
};

/*
 * These advices, and no others, shall stand at the device for this source.
 * What stands already is left as it is; a catalogue serial alone is no
 * difference, or each import would say everything anew.  Two items of the same kind, rule and
 * subject: -EINVAL, as are texts that are too long, not UTF-8, or empty where
 * they may not be.  -ENOENT: no such device.  ret may be NULL.
 */
int store_advice_set(struct store *s, int64_t device, enum store_advice_source source,
	const struct store_advice_item *items, size_t count, utc_s when,
	struct store_advice_changes *ret, struct err *e);

/*
 * All rows of a device by number, those to be removed too, at most twice
 * STORE_ADVICE_MAX.  Caller frees with free(); NULL with 0 when there are none.
 */
int store_advice_list(struct store *s, int64_t device, struct store_advice_row **ret_rows,
	size_t *ret_count, struct err *e);
/* The number of the newest order of the device; 0 = there never was one. */
int store_advice_newest(struct store *s, int64_t device, uint32_t *ret_number, struct err *e);

/* Devices with rows that are not carried out, ascending; caller frees with free(). */
int store_advice_waiting(struct store *s, int64_t **ret_devices, size_t *ret_count,
	struct err *e);

/* It stands (wanted), or is gone from the device (and is forgotten). -ENOENT: no such row. */
int store_advice_done(struct store *s, int64_t device, uint32_t index, struct err *e);
/* It was seen not to stand any more: an order again, with the same number. -ENOENT. */
int store_advice_undone(struct store *s, int64_t device, uint32_t index, struct err *e);
/* The index is another's on the device: a new one, and a new number. -ENOENT. */
int store_advice_reindex(struct store *s, int64_t device, uint32_t index,
	uint32_t *ret_index, struct err *e);

#endif

/*
 * store_ticket: tickets that an operator signed and that wait for the order they
 * are for: a unit's leave to run, once, a release below its floor
 * (lib/image/image_ticket.h).
 *
 * Of a unit and software the newest stands.  A ticket is spent on the device,
 * by its nonce; here it stands until it is replaced or removed.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_TICKET_H
#define IMGADM_LIB_STORE_STORE_TICKET_H

#include "lib/store/store.h"
#include "lib/structure/update.h"

struct store_ticket {
	int64_t device;		/* in the store */
	char unit_serial[STRUCTURE_NAME_MAX + 1];
	char software[STRUCTURE_NAME_MAX + 1];
	uint32_t seq;
	uint8_t sha256[STRUCTURE_DIGEST_SIZE];
	uint8_t nonce[UPDATE_NONCE_SIZE];
	uint8_t minisig[UPDATE_TICKET_MAX];	/* as imgUpdateTicket takes it */
	uint16_t minisig_len;
	utc_s imported;
	char by[STORE_NAME_MAX + 1];
};

/* Over the one of this unit and software.  -ENOENT: no such device; -EINVAL. */
int store_ticket_put(struct store *s, const struct store_ticket *t, struct err *e);
/* 1 with *ret, 0 there is none. */
int store_ticket_find(struct store *s, int64_t device, const char *unit_serial,
	const char *software, struct store_ticket *ret, struct err *e);
/* 0; also where there was none. */
int store_ticket_remove(struct store *s, int64_t device, const char *unit_serial,
	const char *software, struct err *e);
/* device 0 = all; by device, serial, software; free(). */
int store_ticket_list(struct store *s, int64_t device, struct store_ticket **ret,
	size_t *ret_count, struct err *e);

#endif

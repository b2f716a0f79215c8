/*
 * link_table: which links run and which addresses they have, from the kernel's
 * messages (rtnetlink(7)), to tell what is new from what is said again: an
 * address is announced at each renewal of its lease, a link at each change of
 * anything.
 *
 * Pure: octets in, an answer out.  Loopback, addresses of the link alone, those
 * not usable yet and temporary ones (RFC 8981) do not count.  What is more than
 * the table holds is not seen.
 */
#ifndef IMGADM_AGENT_MODULE_LINK_TABLE_H
#define IMGADM_AGENT_MODULE_LINK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_TABLE_LINKS_MAX = 64, LINK_TABLE_ADDRESSES_MAX = 256 };

/* Zero is empty. */
struct link_table {
	int links[LINK_TABLE_LINKS_MAX];	/* those that run: index, 0 = free */
	struct link_address {
		int link;		/* 0 = free */
		uint8_t family, length;
		uint8_t octets[16];
	} addresses[LINK_TABLE_ADDRESSES_MAX];
};

/* What a datagram of messages told; bits. */
enum link_table_told {
	LINK_TABLE_CAME = 1 << 0,	/* a link runs now, or a new address is there */
	LINK_TABLE_LISTED = 1 << 1,	/* the end of a list that was asked for */
	LINK_TABLE_FAILED = 1 << 2,	/* the list that was asked for was refused */
};

/*
 * Take a datagram.  What is an item of a list that was asked for is learnt, and
 * is not CAME.  Malformed ones are passed over.
 */
unsigned link_table_take(struct link_table *t, const void *data, size_t len);

#endif

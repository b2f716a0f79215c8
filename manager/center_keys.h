/*
 * center_keys: users that spoke lately, with their keys at our engine.
 *
 * Ten thousand users are enrolled, and any of them may speak: they stay in the
 * store, and the keys of those that were heard last are here, ready to use.
 * The least recently used goes when another needs its place.  What is here may
 * be old: who uses it reads an entry anew when it is older than it likes.
 *
 * Plain memory of a stated size (CENTER_KEYS entries of some 600 octets),
 * wiped when it is given up.  Looking up costs a hash and a comparison.
 */
#ifndef IMGADM_MANAGER_CENTER_KEYS_H
#define IMGADM_MANAGER_CENTER_KEYS_H

#include "lib/snmp/usm.h"

enum {
	CENTER_KEYS = 4096,	/* users, where 0 is given */
	CENTER_KEYS_MAX = 65536,
	CENTER_KEYS_SETS = 2,	/* a rotated user's new keys and its old ones */
};

struct center_keys;

struct center_keys_entry {
	char user[SNMP_USER_MAX + 1];
	size_t user_len;
	int64_t device;		/* in the store; 0 = a site's enrolment user */
	int64_t read_ms;	/* when it was read from the store */
	size_t set_count;
	struct usm_keys sets[CENTER_KEYS_SETS];
	uint32_t newer, older, next;	/* the table's own */
};

/* capacity 0 = CENTER_KEYS; more than CENTER_KEYS_MAX are as many.  NULL: no memory. */
struct center_keys *center_keys_new(size_t capacity);
void center_keys_free(struct center_keys *k);	/* NULL is fine */

/* NULL when it is not here.  Valid until the next center_keys_take() or _drop(). */
struct center_keys_entry *center_keys_find(struct center_keys *k, const void *user, size_t len);
/*
 * The entry of a user, or an empty one (set_count 0) made for it.  user is of
 * 1..SNMP_USER_MAX octets.
 */
struct center_keys_entry *center_keys_take(struct center_keys *k, const void *user, size_t len);
/* Forget it. */
void center_keys_drop(struct center_keys *k, struct center_keys_entry *entry);
size_t center_keys_count(const struct center_keys *k);

#endif

/*
 * conf_key: `catalogueKey NAME KEY creators ID,ID...` of imgadm.conf.
 *
 * Shared by the files of conf; others include conf.h.
 */
#ifndef IMGADM_LIB_SNMP_CONF_KEY_H
#define IMGADM_LIB_SNMP_CONF_KEY_H

#include "lib/snmp/conf.h"
#include "lib/snmp/conf_words.h"

/* All keys; zero is none. */
struct conf_keys {
	struct conf_catalogue_key *list;
	size_t count;
};

/* A line's words; place is "FILE:LINE". -EINVAL, -ENOMEM. */
int conf_key_line(struct conf_keys *keys, const struct conf_words *w, const char *place,
	struct err *e);
void conf_keys_release(struct conf_keys *keys);

#endif

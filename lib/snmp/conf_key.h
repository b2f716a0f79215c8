/*
 * conf_key: `catalogueKey NAME KEY creators ID,ID...` of imgadm.conf, `imageKey`
 * alike, and `operatorKey NAME KEY`.
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

/* In the order of the kinds of directives, from CONF_CATALOGUE_KEY on. */
enum conf_key_kind { CONF_KEY_CATALOGUE, CONF_KEY_IMAGE, CONF_KEY_OPERATOR, CONF_KEY_KINDS };

/* conf.c: those that were read. */
const struct conf_keys *conf_keys_of(const struct conf *c, enum conf_key_kind kind);

/*
 * A line's words; directive is its name, place "FILE:LINE"; with creators or
 * without. -EINVAL, -ENOMEM.
 */
int conf_key_line(struct conf_keys *keys, const char *directive, bool creators,
	const struct conf_words *w, const char *place, struct err *e);
void conf_keys_release(struct conf_keys *keys);

#endif

/*
 * conf_site: `site NAME imageBase|grantFrom|nat VALUE` of imgadm.conf.
 *
 * Shared by the files of conf; others include conf.h.
 */
#ifndef IMGADM_LIB_SNMP_CONF_SITE_H
#define IMGADM_LIB_SNMP_CONF_SITE_H

#include "lib/snmp/conf.h"
#include "lib/snmp/conf_words.h"

/* What the lines of one site say. */
struct conf_site_lines {
	char *name;
	char *image_base, *grant_from;	/* NULL = no line */
	char *place[3];		/* "FILE:LINE" of imageBase, grantFrom, nat */
	bool nat;
};

/* All sites; zero is none. */
struct conf_sites {
	struct conf_site_lines *list;
	size_t count;
};

/* A line's words; place is "FILE:LINE". -EINVAL, -ENOMEM. */
int conf_site_line(struct conf_sites *sites, const struct conf_words *w, const char *place,
	struct err *e);
/* What holds for a site: its own lines, then those of "*". */
void conf_site_find(const struct conf_sites *sites, const char *name, struct conf_site *ret);
void conf_sites_release(struct conf_sites *sites);

#endif

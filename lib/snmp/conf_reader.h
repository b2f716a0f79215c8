/*
 * conf_reader: Net-SNMP's configuration reader, made to tell.
 *
 * The library's reader logs what it does not like and goes on, gives a
 * handler neither file nor line, and passes over a file it may not open.
 * Here its log is listened to while it reads; see conf_reader.c for how.
 * The one file of lib/snmp with a static variable: handlers and log callback
 * of the library have no pointer of ours.
 */
#ifndef IMGADM_LIB_SNMP_CONF_READER_H
#define IMGADM_LIB_SNMP_CONF_READER_H

#include <stddef.h>

#include "lib/base/err.h"

struct conf_reader {
	/* A directive of imgadm.conf; place is "FILE:LINE". */
	int (*line)(void *user, const char *token, const char *value, const char *place,
		struct err *e);
	/* The nearest directive to a word, NULL when none is near. */
	const char *(*nearest)(void *user, const char *word);
	void *user;
};

/*
 * Set the library up (the first time) and read snmp.conf and imgadm.conf.
 * tokens end with NULL and live as long as the process.  The first error is
 * returned, by the line function or by the reader.
 */
int conf_reader_run(const struct conf_reader *r, const char *const tokens[], struct err *e);

#endif

/*
 * conf_open: imgadm.conf, as each program of the centre reads it: one warning to
 * the log where everybody may read the pass phrases in it.
 */
#ifndef IMGADM_LIB_CLI_CONF_OPEN_H
#define IMGADM_LIB_CLI_CONF_OPEN_H

#include "lib/snmp/conf.h"

/* As conf_read(), into a new one; the caller frees it. */
int conf_open(struct conf **ret, struct err *e);

#endif

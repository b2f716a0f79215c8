/*
 * catalogue_value: the value of an attribute, checked and made a number.
 *
 * Pure.  Texts given are UTF-8 without control characters and terminated.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_VALUE_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_VALUE_H

#include "lib/base/err.h"
#include "lib/catalogue/catalogue_schema.h"

/*
 * Whether text is a value of the attribute.  *ret_number is the number, the
 * octets, the moment (UTC seconds), the place in names, the enum unit_type,
 * millionths (an int64_t), a window (catalogue_schema.h), seconds, percent; 0
 * for what stays text.  -EINVAL with e saying what is expected there.
 */
int catalogue_value_parse(const struct catalogue_schema_attribute *a, const char *text,
	uint64_t *ret_number, struct err *e);

/* An identifier: [A-Za-z0-9._:+-], 1 to CATALOGUE_ID_MAX. */
bool catalogue_value_is_id(const char *text, size_t len);

#endif

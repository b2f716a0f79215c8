#include <config.h>

#include "lib/snmp/value.h"

#include <stdio.h>
#include <string.h>

void
snmp_name_set(struct snmp_name *n, const snmp_sub *sub, size_t len)
{
	if (len > SNMP_OID_MAX)
		len = SNMP_OID_MAX;
	if (len > 0)
		(void)memmove(n->sub, sub, len * sizeof(n->sub[0]));
	n->len = len;
}

bool
snmp_name_append(struct snmp_name *n, snmp_sub sub)
{
	if (n->len >= SNMP_OID_MAX)
		return false;
	n->sub[n->len++] = sub;
	return true;
}

int
snmp_name_compare(const snmp_sub *a, size_t a_len, const snmp_sub *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;

	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	if (a_len == b_len)
		return 0;
	return a_len < b_len ? -1 : 1;
}

bool
snmp_name_below(const snmp_sub *root, size_t root_len, const snmp_sub *sub, size_t len)
{
	return len >= root_len && snmp_name_compare(root, root_len, sub, root_len) == 0;
}

const char *
snmp_name_text(const snmp_sub *sub, size_t len, char *buf, size_t size)
{
	size_t at = 0;

	if (size == 0)
		return buf;
	buf[0] = '\0';
	for (size_t i = 0; i < len; i++) {
		char one[24];
		int n = snprintf(one, sizeof(one), i == 0 ? "%lu" : ".%lu", sub[i]);

		if (n < 0 || (size_t)n >= size - at)
			break;	/* whole sub-identifiers only */
		(void)memcpy(buf + at, one, (size_t)n + 1);
		at += (size_t)n;
	}
	return buf;
}

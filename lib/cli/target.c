#include <config.h>

#include "lib/cli/target.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/resolve.h"

enum { RETRIES = 2 };

/* The address in numbers; a name server would hold up all others. */
static int
numeric(const struct store_target *t, char dst[SNMP_ADDRESS_MAX], struct err *e)
{
	int rc;

	if (t->numeric[0] != '\0') {
		(void)text_copy(dst, SNMP_ADDRESS_MAX, t->numeric);
		return 0;
	}
	if (t->address[0] == '\0')
		return err_set(e, -EINVAL, "it has no address: it can only report");
	rc = snmp_resolve_check(t->address, dst, e);
	if (rc == 0)
		return err_set(e, -EINVAL, "its host name is not resolved so far: "
			"imgadm-poll --device %s does it", t->name);
	return rc < 0 ? rc : 0;
}

int
target_to_write(struct conf *conf, const struct snmp_credential *c, const struct store_target *t,
	struct snmp_target *ret, struct err *e)
{
	struct snmp_target to = {0};
	int rc;

	rc = numeric(t, to.address, e);
	if (rc < 0)
		return rc;
	if (c == NULL)
		c = conf_credential_for(conf, t->credential, t->name, to.address, e);
	if (c == NULL)
		return -EINVAL;
	if (!snmp_credential_is_auth_priv(c))
		return err_set(e, -EINVAL, "credential '%s' is not SNMPv3 authPriv; nothing is "
			"written with less (imgadm.conf(5), credential)",
			snmp_credential_name(c));
	to.credential = c;
	to.timeout_ms = snmp_credential_timeout_ms(c);
	to.retries = snmp_credential_retries(c) >= 0 ?
		(unsigned)snmp_credential_retries(c) : RETRIES;
	to.v3.engine_id_len = t->engine_id_len;
	memcpy(to.v3.engine_id, t->engine_id, t->engine_id_len);
	to.v3.boots = t->engine_boots;
	to.v3.time_s = t->engine_time_s;
	to.v3.heard_utc_s = t->engine_heard_utc_s;
	*ret = to;
	return 0;
}

/*
 * Copies for another receiver, such as snmptrapd: SNMPv1 and v2c as they came,
 * SNMPv3 as SNMPv2c traps of community "public" (its keys are ours alone) with
 * snmpTrapAddress.0, RFC 3584 3.1, for the sender's address is lost on the way.
 * A copy that cannot be sent is counted; nothing waits for it.
 */
#include <config.h>

#include "manager/center_private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/snmp/ber.h"

enum { COPY_MAX = CENTER_PDU_MAX + 256, TAG_IPADDRESS = 0x40, TAG_OID = 0x06 };

void
center_forward_close(struct center *c)
{
	if (c->forward_fd >= 0)
		(void)close(c->forward_fd);
	c->forward_fd = -1;
}

int
center_forward_open(struct center *c, const char *address, struct err *e)
{
	struct snmp_resolve_item item = { .spec = address };
	struct sockaddr_storage ss;
	char text[SNMP_ADDRESS_MAX];
	size_t len;
	int fd, rc = snmp_resolve_check(address, text, e);

	if (rc == 0) {
		(void)snmp_resolve(&item, 1, 5000, NULL);
		rc = item.code;
		if (rc < 0) {
			/* A wrong name is the configuration's, whatever the resolver calls it. */
			*e = item.err;
			err_prefix(e, "forward");
			return rc == -ENOMEM ? rc : -EINVAL;
		}
		(void)memcpy(text, item.numeric, sizeof(text));
	}
	if (rc >= 0)
		rc = snmp_address_parse(text, &ss, &len, e);
	if (rc < 0)
		return rc;
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&ss, (socklen_t)len) < 0) {
		rc = -errno;
		if (fd >= 0)
			(void)close(fd);
		return err_set(e, rc, "forward %s: %s", text, strerror(-rc));
	}
	center_forward_close(c);
	c->forward_fd = fd;
	return 0;
}

void
center_forward_raw(struct center *c, const uint8_t *data, size_t len)
{
	if (c->forward_fd < 0)
		return;
	/* The first send after an ICMP error only tells of it. */
	if (send(c->forward_fd, data, len, MSG_DONTWAIT) < 0 &&
	    send(c->forward_fd, data, len, MSG_DONTWAIT) < 0) {
		c->counts.not_forwarded++;
		center_say(c, "a copy cannot be forwarded", NULL, NULL, strerror(errno));
		return;
	}
	c->counts.forwarded++;
}

/* snmpTrapAddress.0 = the sender's IPv4 address. */
static void
put_address(struct ber_writer *w, const struct center_peer *from)
{
	static const uint8_t name[] = { TAG_OID, 9, 0x2b, 6, 1, 6, 3, 18, 1, 3, 0 };
	const uint8_t *mark = w->p;

	if (from->address.sa.sa_family != AF_INET)
		return;
	ber_put(w, &from->address.v4.sin_addr, 4);
	ber_put_header(w, TAG_IPADDRESS, mark);
	ber_put(w, name, sizeof(name));
	ber_put_header(w, BER_SEQUENCE, mark);
}

void
center_forward_pdu(struct center *c, const struct center_peer *from, const uint8_t *pdu,
	size_t len)
{
	uint8_t buf[COPY_MAX];
	struct ber_writer w = { .start = buf, .p = buf + sizeof(buf), .end = buf + sizeof(buf) };
	struct ber b = { pdu, pdu + len }, inner, varbinds;
	int64_t id, error;

	if (c->forward_fd < 0 || len == 0 || !ber_enter(&b, pdu[0], &inner) ||
	    !ber_integer(&inner, &id) || !ber_integer(&inner, &error) ||
	    !ber_integer(&inner, &error) || !ber_enter(&inner, BER_SEQUENCE, &varbinds))
		return;
	put_address(&w, from);
	ber_put(&w, varbinds.p, (size_t)(varbinds.end - varbinds.p));
	ber_put_header(&w, BER_SEQUENCE, w.end);
	ber_put_number(&w, 0);
	ber_put_number(&w, 0);
	ber_put_number(&w, (uint32_t)id & USM_NUMBER_MAX);
	ber_put_header(&w, PDU_TRAP2, w.end);
	ber_put_octets(&w, "public", 6);
	ber_put_number(&w, 1);	/* SNMPv2c */
	ber_put_header(&w, BER_SEQUENCE, w.end);
	if (!w.full)
		center_forward_raw(c, w.p, (size_t)(w.end - w.p));
}

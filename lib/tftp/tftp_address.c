#include <config.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lib/tftp/tftp_wire.h"

socklen_t
tftp_address_len(const union tftp_address *a)
{
	return a->any.sa_family == AF_INET ? sizeof(a->v4) : sizeof(a->v6);
}

void
tftp_address_octets(const union tftp_address *a, uint8_t ret[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a->any.sa_family == AF_INET) {
		(void)memcpy(ret, mapped, sizeof(mapped));
		(void)memcpy(ret + sizeof(mapped), &a->v4.sin_addr, 4);
	} else {
		(void)memcpy(ret, &a->v6.sin6_addr, 16);
	}
}

uint16_t
tftp_address_port(const union tftp_address *a)
{
	return ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port);
}

static uint32_t
scope(const union tftp_address *a)
{
	return a->any.sa_family == AF_INET6 ? a->v6.sin6_scope_id : 0;
}

bool
tftp_address_equal(const union tftp_address *a, const union tftp_address *b)
{
	uint8_t x[16], y[16];

	tftp_address_octets(a, x);
	tftp_address_octets(b, y);
	return memcmp(x, y, sizeof(x)) == 0 && scope(a) == scope(b) &&
	    tftp_address_port(a) == tftp_address_port(b);
}

void
tftp_address_text(const union tftp_address *a, char dst[TFTP_WIRE_TEXT])
{
	char text[INET6_ADDRSTRLEN] = "";
	bool mapped = a->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&a->v6.sin6_addr);

	if (a->any.sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &a->v4.sin_addr, text, sizeof(text));
	else if (mapped)
		(void)inet_ntop(AF_INET, &a->v6.sin6_addr.s6_addr[12], text, sizeof(text));
	else
		(void)inet_ntop(AF_INET6, &a->v6.sin6_addr, text, sizeof(text));
	if (scope(a) != 0)
		(void)snprintf(dst, TFTP_WIRE_TEXT, "%s%%%u", text, scope(a));
	else
		(void)snprintf(dst, TFTP_WIRE_TEXT, "%s", text);
}

void
tftp_address_text_port(const union tftp_address *a, char dst[TFTP_WIRE_TEXT])
{
	char text[TFTP_WIRE_TEXT];
	unsigned port = tftp_address_port(a);
	const char *open = "", *close = "";

	tftp_address_text(a, text);
	if (strchr(text, ':') != NULL) {
		open = "[";
		close = "]";
	}
	/* The longest address, its scope and a port fit. */
	(void)snprintf(dst, TFTP_WIRE_TEXT, "%s%.57s%s:%u", open, text, close, port);
}

#include <config.h>

#include "updater/tftpd_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/tftp/tftp_uri.h"
#include "lib/tftp/tftp_wire.h"

enum { HOST_SIZE = 128, PATH_SIZE = 4096 };

static int
refuse(const char *text, struct err *e)
{
	return err_set(e, -EINVAL, "'%.100s': want ADDRESS:PORT, as 192.0.2.1:69, 0.0.0.0:6969, "
		"[::]:69 or [2001:db8::1]:0", text);
}

/* Host and port; the host without brackets. */
static int
split(const char *text, char host[HOST_SIZE], const char **ret_port)
{
	const char *end, *from = text;
	size_t len;

	if (text[0] == '[') {
		from = text + 1;
		end = strchr(from, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		*ret_port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		/* More than one colon is an IPv6 address without brackets. */
		if (end == NULL || strchr(end + 1, ':') != NULL)
			end = text + strlen(text);
		*ret_port = *end == ':' ? end + 1 : NULL;
	}
	len = (size_t)(end - from);
	if (len == 0 || len >= HOST_SIZE)
		return -EINVAL;
	(void)memcpy(host, from, len);
	host[len] = '\0';
	return 0;
}

int
tftpd_listen_parse(const char *text, struct tftp_listen *ret, struct err *e)
{
	struct addrinfo *found, hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_DGRAM };
	union tftp_address at = { 0 };
	char host[HOST_SIZE];
	uint32_t port = TFTP_PORT;
	const char *port_text;

	if (split(text, host, &port_text) < 0 ||
	    (port_text != NULL && parse_u32(port_text, 0, UINT16_MAX, &port, NULL) < 0) ||
	    getaddrinfo(host, NULL, &hints, &found) != 0)
		return refuse(text, e);
	if (found->ai_addrlen <= sizeof(at))
		(void)memcpy(&at, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (at.any.sa_family == AF_INET)
		at.v4.sin_port = htons((uint16_t)port);
	else if (at.any.sa_family == AF_INET6)
		at.v6.sin6_port = htons((uint16_t)port);
	else
		return refuse(text, e);
	*ret = (struct tftp_listen){ .len = tftp_address_len(&at) };
	(void)memcpy(&ret->address, &at, sizeof(at));
	return 0;
}

void
tftpd_listen_settle(struct tftp_listen *l, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		union tftp_address at, other;

		(void)memcpy(&at, &l[i].address, sizeof(at));
		if (at.any.sa_family != AF_INET6 || !IN6_IS_ADDR_UNSPECIFIED(&at.v6.sin6_addr))
			continue;
		for (size_t k = 0; k < count; k++) {
			(void)memcpy(&other, &l[k].address, sizeof(other));
			if (other.any.sa_family == AF_INET &&
			    other.v4.sin_port == at.v6.sin6_port)
				l[i].only_v6 = true;
		}
	}
}

size_t
tftpd_listen_default(struct tftp_listen ret[2])
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t n = 0;

	if (fd >= 0) {
		(void)close(fd);
		if (tftpd_listen_parse("[::]", &ret[n], NULL) == 0)
			n++;
	}
	if (tftpd_listen_parse("0.0.0.0", &ret[n], NULL) == 0)
		n++;
	return n;
}

/* The n-th, as text; false past the end. */
static bool
nth(const struct tftp_server *s, size_t n, char text[TFTP_WIRE_TEXT])
{
	struct sockaddr_storage ss;
	union tftp_address at;

	if (tftp_server_address(s, n, &ss) < 0)
		return false;
	(void)memcpy(&at, &ss, sizeof(at));
	tftp_address_text_port(&at, text);
	return true;
}

int
tftpd_listen_write(const struct tftp_server *s, const char *path, struct err *e)
{
	char temporary[PATH_SIZE], text[TFTP_WIRE_TEXT];
	int rc = 0, n = snprintf(temporary, sizeof(temporary), "%s.new", path);
	FILE *f;

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return err_set(e, -EINVAL, "the name of the port file is too long");
	f = fopen(temporary, "we");
	if (f == NULL)
		return err_set(e, -errno, "%s: %s", temporary, strerror(errno));
	for (size_t i = 0; nth(s, i, text); i++)
		if (fprintf(f, "%s\n", text) < 0)
			rc = -EIO;
	if (fclose(f) != 0 || rc < 0 || rename(temporary, path) < 0) {
		rc = errno != 0 ? -errno : -EIO;
		(void)unlink(temporary);
		return err_set(e, rc, "%s: %s", path, strerror(-rc));
	}
	return 0;
}

void
tftpd_listen_log(const struct tftp_server *s)
{
	char text[TFTP_WIRE_TEXT];

	for (size_t i = 0; nth(s, i, text); i++)
		log_notice("listening on %s", text);
}

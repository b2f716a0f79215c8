#include <config.h>

#include "lib/tftp/tftp_uri.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

#define FORM "expected tftp://HOST[:PORT]/NAME"
enum { ZONE_MAX = 15, PORT_TEXT_MAX = 5 };

static bool
is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '.' || c == '-' || c == '_';
}

static bool
is_host(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (!is_host_char(s[i]))
			return false;
	return len > 0 && s[0] != '-';
}

static int
unhex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* An address between brackets; "%25eth0" behind it names a zone (RFC 6874). */
static int
set_v6(const char *s, size_t len, struct tftp_uri *u, struct err *e)
{
	struct in6_addr a;
	char *zone;

	if (len > TFTP_HOST_MAX)
		return err_set(e, -EINVAL, "the address in brackets is too long; " FORM);
	memcpy(u->host, s, len);
	u->host[len] = '\0';
	zone = strstr(u->host, "%25");
	if (zone != NULL) {
		if (!is_host(zone + 3) || strlen(zone + 3) > ZONE_MAX)
			return err_set(e, -EINVAL, "the zone of the address is no interface's "
			    "name; expected [ADDRESS%%25INTERFACE]");
		*zone = '\0';
	}
	if (inet_pton(AF_INET6, u->host, &a) != 1)
		return err_set(e, -EINVAL, "no IPv6 address stands between the brackets; " FORM);
	if (zone != NULL) {
		*zone = '%';
		memmove(zone + 1, zone + 3, strlen(zone + 3) + 1);
	}
	return 0;
}

static int
set_host(const char *s, size_t len, struct tftp_uri *u, struct err *e)
{
	if (len > TFTP_HOST_MAX)
		return err_set(e, -EINVAL, "the host's name is longer than %d characters",
		    (int)TFTP_HOST_MAX);
	memcpy(u->host, s, len);
	u->host[len] = '\0';
	if (!is_host(u->host))
		return err_set(e, -EINVAL, "no host's name or address stands before the name "
		    "of the file; " FORM ", an IPv6 address in brackets");
	return 0;
}

static int
set_port(const char *s, size_t len, struct tftp_uri *u, struct err *e)
{
	char text[PORT_TEXT_MAX + 1];
	uint32_t port;
	int rc;

	if (len > PORT_TEXT_MAX)
		return err_set(e, -EINVAL, "port: expected 1 to 65535");
	memcpy(text, s, len);
	text[len] = '\0';
	rc = parse_u32(text, 1, UINT16_MAX, &port, e);
	if (rc < 0) {
		err_prefix(e, "port");
		return -EINVAL;
	}
	u->port = (uint16_t)port;
	return 0;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT, len octets. */
static int
set_authority(const char *s, size_t len, struct tftp_uri *u, struct err *e)
{
	const char *end = s + len, *host_end;
	int rc;

	if (len > 0 && *s == '[') {
		host_end = memchr(s, ']', len);
		if (host_end == NULL)
			return err_set(e, -EINVAL, "a bracket is not closed; " FORM);
		rc = set_v6(s + 1, (size_t)(host_end - s - 1), u, e);
		host_end++;
	} else {
		host_end = memchr(s, ':', len);
		if (host_end == NULL)
			host_end = end;
		rc = set_host(s, (size_t)(host_end - s), u, e);
	}
	if (rc < 0 || host_end == end)
		return rc;
	if (*host_end != ':')
		return err_set(e, -EINVAL, "something stands between the host and the name; " FORM);
	return set_port(host_end + 1, (size_t)(end - host_end - 1), u, e);
}

static int
set_name(const char *s, struct tftp_uri *u, struct err *e)
{
	size_t len = 0;

	if (strstr(s, ";mode=") != NULL)
		return err_set(e, -EINVAL, "a mode is named; leave out ';mode=', only octet is spoken");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '?' || c == '#')
			return err_set(e, -EINVAL, "'%c' has no meaning here; in a file's name "
			    "write %%%02X", c, c);
		if (c == '%') {
			int hi = unhex(s[1]), lo = hi < 0 ? -1 : unhex(s[2]);

			if (lo < 0)
				return err_set(e, -EINVAL, "%% is not followed by two hexadecimal "
				    "digits; a %% itself is written %%25");
			c = (unsigned char)(hi << 4 | lo);
			s += 2;
		}
		if (c < ' ' || c == 0x7f)
			return err_set(e, -EINVAL, "the file's name holds a control character");
		if (len == TFTP_NAME_MAX)
			return err_set(e, -EINVAL, "the file's name is longer than %d octets",
			    (int)TFTP_NAME_MAX);
		u->name[len++] = (char)c;
	}
	u->name[len] = '\0';
	if (len == 0)
		return err_set(e, -EINVAL, "no file is named; " FORM);
	if (!text_is_utf8(u->name, len))
		return err_set(e, -EINVAL, "the file's name is no UTF-8");
	return 0;
}

int
tftp_uri_parse(const char *text, struct tftp_uri *ret, struct err *e)
{
	static const char scheme[] = "tftp://";
	struct tftp_uri u = { .port = TFTP_PORT };
	char head[sizeof(scheme)] = "";
	const char *authority, *slash;
	int rc;

	memcpy(head, text, strnlen(text, strlen(scheme)));
	if (!text_equal_nocase(head, scheme))
		return err_set(e, -EINVAL, "no TFTP URI; " FORM);
	authority = text + strlen(scheme);
	slash = strchr(authority, '/');
	if (slash == NULL)
		return err_set(e, -EINVAL, "no file is named; " FORM);
	rc = set_authority(authority, (size_t)(slash - authority), &u, e);
	if (rc == 0)
		rc = set_name(slash + 1, &u, e);
	if (rc == 0)
		*ret = u;
	return rc;
}

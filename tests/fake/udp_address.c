#include <config.h>

#include "tests/fake/udp_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"

bool
udp_address_parse(const char *text, struct udp_address *ret)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *list;
	char host[80];
	char *colon;
	bool bracket;

	if (!text_copy(host, sizeof(host), text) || (colon = strrchr(host, ':')) == NULL)
		return false;
	*colon = '\0';
	bracket = host[0] == '[' && colon > host && colon[-1] == ']';
	if (bracket)
		colon[-1] = '\0';
	if (getaddrinfo(host + (bracket ? 1 : 0), colon + 1, &hints, &list) != 0)
		return false;
	memset(ret, 0, sizeof(*ret));
	memcpy(&ret->sa, list->ai_addr, list->ai_addrlen);
	ret->len = list->ai_addrlen;
	freeaddrinfo(list);
	return true;
}

static uint16_t *
port_of(struct udp_address *a)
{
	return a->sa.ss_family == AF_INET6 ? &((struct sockaddr_in6 *)&a->sa)->sin6_port :
	    &((struct sockaddr_in *)&a->sa)->sin_port;
}

uint16_t
udp_address_port(const struct udp_address *a)
{
	struct udp_address copy = *a;

	return ntohs(*port_of(&copy));
}

void
udp_address_set_port(struct udp_address *a, uint16_t port)
{
	*port_of(a) = htons(port);
}

bool
udp_address_same_host(const struct udp_address *a, const struct udp_address *b)
{
	if (a->sa.ss_family != b->sa.ss_family)
		return false;
	if (a->sa.ss_family == AF_INET6)
		return memcmp(&((const struct sockaddr_in6 *)&a->sa)->sin6_addr,
		    &((const struct sockaddr_in6 *)&b->sa)->sin6_addr,
		    sizeof(struct in6_addr)) == 0;
	return ((const struct sockaddr_in *)&a->sa)->sin_addr.s_addr ==
	    ((const struct sockaddr_in *)&b->sa)->sin_addr.s_addr;
}

bool
udp_address_same(const struct udp_address *a, const struct udp_address *b)
{
	return udp_address_same_host(a, b) && udp_address_port(a) == udp_address_port(b);
}

int
udp_address_socket(const struct udp_address *local, int family, int buffer)
{
	int fd = socket(local != NULL ? local->sa.ss_family : family,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* More than the system's limit is for root. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (local != NULL && bind(fd, (const struct sockaddr *)&local->sa, local->len) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

bool
udp_address_of(int fd, struct udp_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->len = sizeof(ret->sa);
	return getsockname(fd, (struct sockaddr *)&ret->sa, &ret->len) == 0;
}

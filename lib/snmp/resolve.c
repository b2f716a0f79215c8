#include <config.h>

#include "lib/snmp/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"

enum { HOST_MAX = 255, SHOWN_MAX = 4 * HOST_MAX };

/* A specifier taken apart. */
struct spec {
	int family;		/* AF_INET, AF_INET6, AF_UNSPEC: as the name has it */
	char host[HOST_MAX + 1];
	uint16_t port;
	bool name;		/* host is a name to look up */
};

/* --- numeric text --------------------------------------------------------------- */

/* "fe80::1%eth0"; the zone may be a number. */
static bool
parse_v6(const char *host, struct sockaddr_in6 *ret)
{
	char address[INET6_ADDRSTRLEN];
	const char *zone = strchr(host, '%');
	size_t len = zone != NULL ? (size_t)(zone - host) : strlen(host);
	uint32_t scope = 0;

	if (len >= sizeof(address))
		return false;
	(void)memcpy(address, host, len);
	address[len] = '\0';
	*ret = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET6, address, &ret->sin6_addr) != 1)
		return false;
	if (zone != NULL && parse_u32(zone + 1, 1, UINT32_MAX, &scope, NULL) < 0) {
		scope = if_nametoindex(zone + 1);
		if (scope == 0)
			return false;
	}
	ret->sin6_scope_id = scope;
	return true;
}

int
snmp_address_parse(const char *numeric, struct sockaddr_storage *ret, size_t *ret_len,
	struct err *e)
{
	char host[SNMP_ADDRESS_MAX], shown[SHOWN_MAX];
	const char *from = numeric, *end;
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6;
	uint32_t port;
	bool is_v6 = strncmp(numeric, "udp6:[", 6) == 0;

	if (!is_v6 && strncmp(numeric, "udp:", 4) != 0)
		goto bad;
	from += is_v6 ? 6 : 4;
	end = strchr(from, is_v6 ? ']' : ':');
	if (end == NULL || (size_t)(end - from) >= sizeof(host) || (is_v6 && end[1] != ':'))
		goto bad;
	(void)memcpy(host, from, (size_t)(end - from));
	host[end - from] = '\0';
	if (parse_u32(end + (is_v6 ? 2 : 1), 1, UINT16_MAX, &port, NULL) < 0)
		goto bad;
	if (is_v6) {
		if (!parse_v6(host, &v6))
			goto bad;
		v6.sin6_port = htons((uint16_t)port);
		(void)memcpy(ret, &v6, sizeof(v6));
		*ret_len = sizeof(v6);
		return 0;
	}
	if (inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		goto bad;
	v4.sin_port = htons((uint16_t)port);
	(void)memcpy(ret, &v4, sizeof(v4));
	*ret_len = sizeof(v4);
	return 0;
bad:
	(void)text_escape(shown, sizeof(shown), numeric);
	return err_set(e, -EINVAL, "'%.*s' is no numeric address: want udp:10.1.2.3:161"
	    " or udp6:[fd00::1]:161", SNMP_ADDRESS_MAX, shown);
}

const char *
snmp_address_text(const struct sockaddr_storage *address, char buf[SNMP_ADDRESS_MAX])
{
	char host[INET6_ADDRSTRLEN] = "?", zone[IF_NAMESIZE + 1] = "", name[IF_NAMESIZE];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->ss_family == AF_INET) {
		(void)memcpy(&v4, address, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(buf, SNMP_ADDRESS_MAX, "udp:%s:%u", host, ntohs(v4.sin_port));
		return buf;
	}
	(void)memcpy(&v6, address, sizeof(v6));
	(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
	if (v6.sin6_scope_id != 0) {
		if (if_indextoname(v6.sin6_scope_id, name) == NULL)
			(void)snprintf(name, sizeof(name), "%u", v6.sin6_scope_id);
		(void)snprintf(zone, sizeof(zone), "%%%s", name);
	}
	(void)snprintf(buf, SNMP_ADDRESS_MAX, "udp6:[%s%s]:%u", host, zone, ntohs(v6.sin6_port));
	return buf;
}

/* --- specifiers ----------------------------------------------------------------- */

/* snmpcmd(1)'s names of transports; what follows the colon is *ret_rest. */
static int
spec_transport(const char *text, int *ret_family, const char **ret_rest, struct err *e)
{
	static const struct {
		const char *name;
		int family;	/* 0 = not spoken here */
	} transports[] = {
		{ "udp", AF_INET },
		{ "udp6", AF_INET6 }, { "udpv6", AF_INET6 }, { "udpipv6", AF_INET6 },
		{ "tcp", 0 }, { "tcp6", 0 }, { "tcpv6", 0 }, { "tcpipv6", 0 }, { "unix", 0 },
		{ "ssh", 0 }, { "dtlsudp", 0 }, { "tlstcp", 0 }, { "alias", 0 }, { "ipx", 0 },
	};
	const char *colon = strchr(text, ':');

	*ret_family = AF_UNSPEC;
	*ret_rest = text;
	if (colon == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		size_t len = strlen(transports[i].name);

		if ((size_t)(colon - text) != len ||
		    strncasecmp(text, transports[i].name, len) != 0)
			continue;
		if (transports[i].family == 0)
			return err_set(e, -EINVAL, "transport '%s' is not spoken here:"
			    " want udp or udp6", transports[i].name);
		*ret_family = transports[i].family;
		*ret_rest = colon + 1;
		return 0;
	}
	return 0;
}

static bool
is_host_name(const char *host)
{
	bool letter = false;

	if (host[0] == '\0' || host[0] == '-' || host[0] == '.')
		return false;
	for (const char *p = host; *p != '\0'; p++) {
		bool alpha = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_';

		if (!alpha && !(*p >= '0' && *p <= '9') && *p != '-' && *p != '.')
			return false;
		letter = letter || alpha;
	}
	return letter;	/* "300.1.1.1" and "161" are mistyped addresses */
}

static int
spec_parse(const char *text, struct spec *s, struct err *e)
{
	char shown[SHOWN_MAX];
	struct in_addr v4;
	struct sockaddr_in6 v6;
	const char *rest, *end, *port = NULL;
	uint32_t number = SNMP_RESOLVE_PORT;
	bool bracket;
	int code = spec_transport(text, &s->family, &rest, e);

	if (code < 0)
		return code;
	bracket = rest[0] == '[';
	if (bracket) {
		rest++;
		end = strchr(rest, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			goto bad;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(rest, ':');
		if (end != NULL && strchr(end + 1, ':') != NULL)
			end = NULL;	/* a bare IPv6 address */
		port = end != NULL ? end + 1 : NULL;
		if (end == NULL)
			end = rest + strlen(rest);
	}
	if ((size_t)(end - rest) > HOST_MAX ||
	    (port != NULL && parse_u32(port, 1, UINT16_MAX, &number, NULL) < 0))
		goto bad;
	(void)memcpy(s->host, rest, (size_t)(end - rest));
	s->host[end - rest] = '\0';
	s->port = (uint16_t)number;
	s->name = false;
	if (!bracket && s->family != AF_INET6 && inet_pton(AF_INET, s->host, &v4) == 1) {
		s->family = AF_INET;
		return 0;
	}
	if (strchr(s->host, ':') != NULL && s->family != AF_INET && parse_v6(s->host, &v6)) {
		s->family = AF_INET6;
		return 0;
	}
	if (!is_host_name(s->host))
		goto bad;
	s->name = true;
	return 0;
bad:
	(void)text_escape(shown, sizeof(shown), text);
	return err_set(e, -EINVAL, "'%.*s' is no address: want host, host:port, udp:host:port"
	    " or udp6:[address]:port", SNMP_ADDRESS_MAX, shown);
}

static void
spec_numeric(const struct spec *s, char ret_numeric[SNMP_ADDRESS_MAX])
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)s->family };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(s->port) };
	struct sockaddr_in6 v6;

	if (s->family == AF_INET) {
		(void)inet_pton(AF_INET, s->host, &v4.sin_addr);
		(void)memcpy(&address, &v4, sizeof(v4));
	} else {
		(void)parse_v6(s->host, &v6);
		v6.sin6_port = htons(s->port);
		(void)memcpy(&address, &v6, sizeof(v6));
	}
	(void)snmp_address_text(&address, ret_numeric);
}

int
snmp_resolve_check(const char *spec, char ret_numeric[SNMP_ADDRESS_MAX], struct err *e)
{
	struct spec s;
	int code = spec_parse(spec, &s, e);

	if (code < 0)
		return code;
	if (s.name)
		return 0;
	if (ret_numeric != NULL)
		spec_numeric(&s, ret_numeric);
	return 1;
}

/* --- names, in children --------------------------------------------------------- */

/* What a child says; one write, below PIPE_BUF. */
struct reply {
	int code;		/* getaddrinfo's */
	struct sockaddr_storage address;
};

struct child {
	pid_t pid;		/* 0 = idle */
	int fd;
	size_t item;
};

static void
child_run(const struct spec *s, int fd)
{
	struct addrinfo hints = { .ai_family = s->family, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	struct reply reply = { 0 };
	uint16_t port = htons(s->port);

	reply.code = getaddrinfo(s->host, NULL, &hints, &found);
	if (reply.code == 0 && found != NULL && found->ai_addrlen <= sizeof(reply.address)) {
		/* Net-SNMP's own order: IPv4 where the name has both. */
		for (struct addrinfo *a = found; a != NULL; a = a->ai_next) {
			if (a->ai_family == AF_INET && s->family != AF_INET6) {
				found = a;
				break;
			}
		}
		(void)memcpy(&reply.address, found->ai_addr, found->ai_addrlen);
		if (found->ai_family == AF_INET)
			(void)memcpy((char *)&reply.address +
			    offsetof(struct sockaddr_in, sin_port), &port, sizeof(port));
		else
			(void)memcpy((char *)&reply.address +
			    offsetof(struct sockaddr_in6, sin6_port), &port, sizeof(port));
	}
	_exit(write(fd, &reply, sizeof(reply)) == (ssize_t)sizeof(reply) ? 0 : 1);
}

static int
child_start(struct child *c, const struct spec *s, size_t item, struct err *e)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(e, -errno, "cannot look up names: pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		child_run(s, fds[1]);
	}
	(void)close(fds[1]);
	if (pid < 0) {
		(void)close(fds[0]);
		return err_set(e, -errno, "cannot look up names: fork: %s", strerror(errno));
	}
	*c = (struct child){ .pid = pid, .fd = fds[0], .item = item };
	return 0;
}

static int
item_fail(struct snmp_resolve_item *i, const char *host, int gai)
{
	switch (gai) {
	case EAI_AGAIN:
		return err_set(&i->err, -EAGAIN, "host '%s': the name server does not answer;"
		    " try again, or give the address as a number", host);
	case EAI_NONAME:
	case EAI_NODATA:
		return err_set(&i->err, -ENOENT, "host '%s' is not known: check its name", host);
	default:
		return err_set(&i->err, -ENOENT, "host '%s': %s", host, gai_strerror(gai));
	}
}

/* The child has spoken or died. */
static void
child_end(struct child *c, struct snmp_resolve_item *items)
{
	struct snmp_resolve_item *i = &items[c->item];
	struct reply reply;
	ssize_t n = read(c->fd, &reply, sizeof(reply));
	struct spec s;

	(void)spec_parse(i->spec, &s, NULL);	/* it was good before */
	(void)close(c->fd);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	if (n != (ssize_t)sizeof(reply))
		i->code = err_set(&i->err, -EIO, "host '%s': the look-up died", s.host);
	else if (reply.code != 0)
		i->code = item_fail(i, s.host, reply.code);
	else {
		i->code = 0;
		(void)snmp_address_text(&reply.address, i->numeric);
	}
}

static void
child_kill(struct child *c)
{
	(void)kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(c->fd);
	c->pid = 0;
}

/* Give idle children work from *next on.  Returns how many are busy. */
static int
children_feed(struct child children[SNMP_RESOLVE_CHILDREN], struct snmp_resolve_item *items,
	size_t count, size_t *next, struct err *e)
{
	int busy = 0;

	for (size_t c = 0; c < SNMP_RESOLVE_CHILDREN; c++) {
		while (children[c].pid == 0 && *next < count) {
			size_t at = (*next)++;
			struct spec s;
			int code;

			if (items[at].code != -EINPROGRESS)
				continue;
			(void)spec_parse(items[at].spec, &s, NULL);
			code = child_start(&children[c], &s, at, e);
			if (code < 0 && busy == 0)
				return code;
			if (code < 0) {
				(*next)--;	/* when another child has ended */
				return busy;
			}
		}
		busy += children[c].pid != 0;
	}
	return busy;
}

static int
children_wait(struct child children[SNMP_RESOLVE_CHILDREN], struct snmp_resolve_item *items,
	int64_t deadline)
{
	struct pollfd fds[SNMP_RESOLVE_CHILDREN];
	int64_t left = deadline - clock_monotonic_ms(clock_system());
	int n;

	for (size_t c = 0; c < SNMP_RESOLVE_CHILDREN; c++)
		fds[c] = (struct pollfd){ .fd = children[c].pid != 0 ? children[c].fd : -1,
		    .events = POLLIN };
	if (left <= 0)
		return -ETIMEDOUT;
	n = poll(fds, SNMP_RESOLVE_CHILDREN, (int)left);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (size_t c = 0; c < SNMP_RESOLVE_CHILDREN; c++) {
		if (children[c].pid != 0 && fds[c].revents != 0)
			child_end(&children[c], items);
	}
	return 0;
}

int
snmp_resolve(struct snmp_resolve_item *items, size_t count, unsigned deadline_ms, struct err *e)
{
	struct child children[SNMP_RESOLVE_CHILDREN] = { { 0 } };
	int64_t deadline = clock_monotonic_ms(clock_system()) + deadline_ms;
	size_t next = 0, failed = 0;
	int code = 0, busy = 0;

	for (size_t i = 0; i < count; i++) {
		int numeric = snmp_resolve_check(items[i].spec, items[i].numeric, &items[i].err);

		items[i].code = numeric < 0 ? numeric : numeric > 0 ? 0 : -EINPROGRESS;
	}
	do {
		busy = children_feed(children, items, count, &next, e);
		if (busy <= 0)
			break;
		code = children_wait(children, items, deadline);
	} while (code == 0);
	for (size_t c = 0; c < SNMP_RESOLVE_CHILDREN; c++) {
		if (children[c].pid != 0)
			child_kill(&children[c]);
	}
	if (busy < 0)
		return busy;
	for (size_t i = 0; i < count; i++) {
		if (items[i].code == -EINPROGRESS)
			items[i].code = err_set(&items[i].err, -ETIMEDOUT,
			    "'%s': its name was not looked up within %u ms; try again, or give the"
			    " address as a number", items[i].spec, deadline_ms);
		failed += items[i].code != 0;
	}
	return (int)failed;
}

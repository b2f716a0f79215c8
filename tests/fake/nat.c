/*
 * nat: a router's address translation for UDP, in user space, where the kernel has
 * no netfilter.
 *
 *	nat ADDRESS PORT...	what comes for ADDRESS:PORT goes on to ADDRESS:PORT from a
 *				port of our own, one a client; what comes back there goes
 *				back, but from that address and port only
 *
 * ADDRESS need not be ours (IP_TRANSPARENT): the routes say on which side it is whose.
 * A client is forgotten after IDLE_S, or when there are CLIENTS others.  Prints
 * "ready" when it is, and at SIGTERM ends.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORTS = 8, CLIENTS = 256, OCTETS = 65536, IDLE_S = 120 };

struct client {
	int fd;			/* -1: free */
	size_t port;		/* which of ours it speaks to */
	struct sockaddr_in at;
	time_t heard;
};

static struct client clients[CLIENTS];
static struct sockaddr_in outside[PORTS];
static struct pollfd fds[PORTS + CLIENTS];
static uint8_t octets[OCTETS];

static void
die(const char *what)
{
	perror(what);
	exit(3);
}

static int
inside(const char *address, const char *port, struct sockaddr_in *ret)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	*ret = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	if (inet_pton(AF_INET, address, &ret->sin_addr) != 1 || fd < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)ret, sizeof(*ret)) < 0)
		die(address);
	return fd;
}

/* The client's place; a new one in a free place, or that of the longest silent. */
static struct client *
client_of(size_t port, const struct sockaddr_in *at)
{
	struct client *c, *oldest = &clients[0];

	for (c = clients; c < clients + CLIENTS; c++) {
		if (c->fd >= 0 && c->port == port && c->at.sin_port == at->sin_port &&
		    c->at.sin_addr.s_addr == at->sin_addr.s_addr)
			return c;
		if (c->fd < 0 || (oldest->fd >= 0 && c->heard < oldest->heard))
			oldest = c;
	}
	if (oldest->fd >= 0)
		(void)close(oldest->fd);
	oldest->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (oldest->fd < 0 || connect(oldest->fd, (struct sockaddr *)&outside[port],
	    sizeof(outside[port])) < 0)
		die("socket");
	oldest->port = port;
	oldest->at = *at;
	return oldest;
}

static void
out(int fd, size_t port)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, octets, sizeof(octets), MSG_DONTWAIT,
		(struct sockaddr *)&from, &len);
	struct client *c;

	if (n < 0)
		return;
	c = client_of(port, &from);
	c->heard = time(NULL);
	(void)send(c->fd, octets, (size_t)n, 0);	/* lost, as on any way */
}

static void
back(struct client *c, int fd)
{
	ssize_t n = recv(c->fd, octets, sizeof(octets), MSG_DONTWAIT);

	if (n >= 0)
		(void)sendto(fd, octets, (size_t)n, 0, (struct sockaddr *)&c->at, sizeof(c->at));
	if (time(NULL) - c->heard > IDLE_S) {
		(void)close(c->fd);
		c->fd = -1;
	}
}

int
main(int argc, char *argv[])
{
	size_t ports = argc < 3 ? 0 : (size_t)argc - 2, i;

	if (ports == 0 || ports > PORTS)
		return 1;
	for (i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	for (i = 0; i < ports; i++)
		fds[i] = (struct pollfd){ inside(argv[1], argv[i + 2], &outside[i]), POLLIN, 0 };
	(void)printf("ready\n");
	(void)fflush(stdout);
	for (;;) {
		for (i = 0; i < CLIENTS; i++)
			fds[ports + i] = (struct pollfd){ clients[i].fd, POLLIN, 0 };
		if (poll(fds, ports + CLIENTS, -1) < 0 && errno != EINTR)
			die("poll");
		for (i = 0; i < CLIENTS; i++)
			if ((fds[ports + i].revents & (POLLIN | POLLERR)) != 0)
				back(&clients[i], fds[clients[i].port].fd);
		for (i = 0; i < ports; i++)
			if ((fds[i].revents & POLLIN) != 0)
				out(fds[i].fd, i);
	}
}

/*
 * wirecopy: what somebody on the wire can do with a datagram.
 *
 *	wirecopy relay LISTEN PORT FILE   stands between one sender and 127.0.0.1:PORT,
 *	                                  until it is ended; FILE is the last datagram
 *	                                  that the sender sent
 *	wirecopy send FILE PORT           sends it again; prints "answered",
 *	                                  "not-in-time" (a Report, RFC 3414 3.2 7) or
 *	                                  "silence" after two seconds
 */
#define _GNU_SOURCE 1	/* memmem */
#include <config.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OCTETS = 65536, ANSWER_MS = 2000 };

static uint8_t octets[OCTETS];

static void
die(const char *what)
{
	perror(what);
	exit(3);
}

static struct sockaddr_in
loopback(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int
connected(const char *port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die(port);
	return fd;
}

static void
keep(const char *path, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(octets, 1, len, f) != len || fclose(f) != 0)
		die(path);
}

static void
relay(const char *listen_port, const char *port, const char *path)
{
	struct sockaddr_in a = loopback(listen_port), sender = { 0 };
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	socklen_t alen;
	ssize_t n;

	p[0].fd = socket(AF_INET, SOCK_DGRAM, 0);
	p[1].fd = connected(port);
	if (p[0].fd < 0 || bind(p[0].fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die(listen_port);
	(void)puts("ready");
	(void)fflush(stdout);
	while (poll(p, 2, -1) > 0) {
		alen = sizeof(sender);
		if (p[0].revents != 0 && (n = recvfrom(p[0].fd, octets, OCTETS, 0,
		    (struct sockaddr *)&sender, &alen)) > 0) {
			keep(path, (size_t)n);
			(void)send(p[1].fd, octets, (size_t)n, 0);
		}
		if (p[1].revents != 0 && (n = recv(p[1].fd, octets, OCTETS, 0)) > 0)
			(void)sendto(p[0].fd, octets, (size_t)n, 0, (struct sockaddr *)&sender,
			    sizeof(sender));
	}
}

static void
send_again(const char *path, const char *port)
{
	/* usmStatsNotInTimeWindows.0, in a Report that is not encrypted */
	static const uint8_t oid[] = { 6, 10, 0x2b, 6, 1, 6, 3, 15, 1, 1, 2, 0 };
	struct pollfd p = { .events = POLLIN, .fd = connected(port) };
	FILE *f = fopen(path, "rb");
	size_t len = f == NULL ? 0 : fread(octets, 1, OCTETS, f);
	ssize_t n;

	if (len == 0 || send(p.fd, octets, len, 0) < 0)
		die(path);
	(void)fclose(f);
	if (poll(&p, 1, ANSWER_MS) <= 0 || (n = recv(p.fd, octets, OCTETS, 0)) < 0)
		(void)puts("silence");
	else if (memmem(octets, (size_t)n, oid, sizeof(oid)) != NULL)
		(void)puts("not-in-time");
	else
		(void)puts("answered");
	(void)close(p.fd);
}

int
main(int argc, char *argv[])
{
	if (argc == 5 && strcmp(argv[1], "relay") == 0) {
		relay(argv[2], argv[3], argv[4]);
		return 3;
	}
	if (argc != 4 || strcmp(argv[1], "send") != 0) {
		(void)fputs("wirecopy relay LISTEN PORT FILE | send FILE PORT\n", stderr);
		return 1;
	}
	send_again(argv[2], argv[3]);
	return 0;
}

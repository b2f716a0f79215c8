/*
 * tftp_hostile: what somebody who may send datagrams can try on a TFTP server.
 *
 *	tftp_hostile SERVER NAME CASE		("127.0.0.1:6969 image unanswered")
 *
 * A case prints one line of words and numbers, which the test judges:
 *	unanswered	requests of every kind from one who never answers (as with a
 *			forged address): "in OCTETS out OCTETS packets N most N"
 *	strangers	a transfer, with forged ACK, ERROR and DATA from other ports and
 *			addresses all the while: "blocks N same yes|no told N"
 *	ahead		ACKs of blocks never sent: "most BLOCK" that came, of 1 that was due
 *	repeated	10,000 times the ACK of a block: "data N" packets that came for
 *			it, and the block that came "next" when 3 was acknowledged
 *	flood		5,000 requests from ports of one address: "answered N refused N"
 *	odd		requests that are none: "sent N error N data N oack N"
 *	noise		20,000 random and spoilt datagrams: "sent N"
 * What it reads of the file is compared with FILE where a fourth argument names it.
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "tests/fake/udp_address.h"
#include "tests/fake/udp_tool.h"

enum {
	OCTETS_MAX = 65536, BUFFER = 1 << 22, BLOCK = 512, HEADER = 4,
	FLOOD = 5000, REPEATS = 10000, NOISE = 20000, QUIET_MS = 1500, SILENCE_MS = 5000,
};
enum { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };

static struct udp_address server;
static const char *name;
static uint8_t octets[OCTETS_MAX];

static int64_t
now_ms(void)
{
	return udp_tool_now_us() / 1000;
}

static int
open_socket(const char *address)
{
	struct udp_address own;
	int fd;

	if (!udp_address_parse(address, &own))
		udp_tool_die(address);
	fd = udp_address_socket(&own, 0, BUFFER);
	if (fd < 0)
		udp_tool_die(address);
	return fd;
}

static void
say(int fd, const struct udp_address *to, const void *data, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (sendto(fd, data, len, 0, (const struct sockaddr *)&to->sa, to->len) < 0 &&
	    errno == EAGAIN)
		(void)poll(&p, 1, 100);
}

/* The next datagram within `ms`: its length, or -1; who sent it. */
static ssize_t
hear(int fd, int ms, struct udp_address *ret_from)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, ms) <= 0)
		return -1;
	*ret_from = (struct udp_address){ .len = sizeof(ret_from->sa) };
	return recvfrom(fd, octets, sizeof(octets), 0, (struct sockaddr *)&ret_from->sa,
	    &ret_from->len);
}

/* A request; options as "blksize 1428", words by words, each ended with a zero octet. */
static size_t
request(uint8_t *dst, size_t size, int opcode, const char *file, const char *options)
{
	int n = snprintf((char *)dst, size, "%c%c%s%coctet%c", 0, opcode, file, 0, 0);
	const char *p;

	if (options == NULL || *options == '\0')
		return (size_t)n;
	for (p = options; ; p++) {
		dst[n++] = *p == ' ' ? '\0' : (uint8_t)*p;
		if (*p == '\0')
			return (size_t)n;
	}
}

static void
ask(int fd, int opcode, const char *options)
{
	uint8_t r[OCTETS_MAX];

	say(fd, &server, r, request(r, sizeof(r), opcode, name, options));
}

static void
reply(int fd, const struct udp_address *to, int opcode, uint16_t number, size_t more)
{
	uint8_t p[BLOCK + HEADER] = { 0, (uint8_t)opcode, (uint8_t)(number >> 8), (uint8_t)number };

	say(fd, to, p, HEADER + more);
}

static unsigned
number_of(void)
{
	return (unsigned)(octets[2] << 8 | octets[3]);
}

static void
unanswered(void)
{
	static const char *const kinds[] = { "", "tsize 0", "blksize 65464",
		"blksize 65464 windowsize 65535 tsize 0 timeout 1", "windowsize 64" };
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	uint64_t in = 0, out = 0, packets = 0, here, most = 0;
	uint8_t r[1024];
	struct udp_address from;
	int fd[KINDS];
	size_t i, len;
	ssize_t n;
	int64_t end;

	for (i = 0; i < KINDS; i++) {
		fd[i] = open_socket("127.8.0.1:0");
		len = request(r, sizeof(r), RRQ, name, kinds[i]);
		in += len;
		say(fd[i], &server, r, len);
	}
	end = now_ms() + SILENCE_MS;
	for (i = 0; i < KINDS; i++) {
		here = 0;
		while ((n = hear(fd[i], end > now_ms() ? (int)(end - now_ms()) : 0, &from)) >= 0) {
			out += (uint64_t)n;
			here++;
		}
		packets += here;
		most = here > most ? here : most;
		(void)close(fd[i]);
	}
	(void)printf("in %" PRIu64 " out %" PRIu64 " packets %" PRIu64 " most %" PRIu64 "\n",
	    in, out, packets, most);
}

/* What others send at the transfer whose port on our side is `to`, and at the server. */
static void
forge(int a, int b, const struct udp_address *to, uint16_t number)
{
	reply(a, to, ACK, number, 0);
	reply(b, to, ACK, (uint16_t)(number + 1), 0);
	reply(a, to, ERROR, 0, 6);
	reply(b, to, ERROR, 8, 6);
	reply(a, to, DATA, number, BLOCK);
	reply(b, to, OACK, 0, 0);
}

static void
strangers(const char *path)
{
	int fd = open_socket("127.8.0.2:0"), a = open_socket("127.8.0.2:0");
	int b = open_socket("127.8.0.3:0");
	static uint8_t want[BLOCK];
	struct udp_address from, peer = { 0 }, other;
	FILE *f = fopen(path, "rb");
	unsigned block = 0, told = 0;
	bool same = f != NULL;
	size_t wanted = 0;
	ssize_t n;

	if (f == NULL)
		udp_tool_die(path);
	ask(fd, RRQ, "");
	while ((n = hear(fd, 5000, &from)) >= HEADER && octets[1] == DATA) {
		if (number_of() == (uint16_t)(block + 1)) {
			wanted = fread(want, 1, sizeof(want), f);
			same = same && (size_t)n == HEADER + wanted &&
			    memcmp(want, octets + HEADER, wanted) == 0;
			block++;
			peer = from;
			forge(a, b, &from, (uint16_t)block);
		}
		reply(fd, &peer, ACK, (uint16_t)block, 0);
		if (n < BLOCK + HEADER)
			break;
		while (hear(a, 0, &other) >= 0 || hear(b, 0, &other) >= 0)
			told += octets[1] == ERROR && number_of() == 5;
	}
	same = same && n >= HEADER && n < BLOCK + HEADER && octets[1] == DATA;
	while (hear(a, 200, &other) >= 0 || hear(b, 0, &other) >= 0)
		told += octets[1] == ERROR && number_of() == 5;
	(void)printf("blocks %u same %s told %u\n", block, same ? "yes" : "no", told);
	(void)fclose(f);
	(void)close(fd);
	(void)close(a);
	(void)close(b);
}

static void
ahead(void)
{
	int fd = open_socket("127.8.0.4:0");
	struct udp_address from;
	unsigned most = 0;

	ask(fd, RRQ, "");
	if (hear(fd, 5000, &from) < HEADER || octets[1] != DATA)
		udp_tool_die("no first block");
	reply(fd, &from, ACK, 2, 0);
	reply(fd, &from, ACK, 500, 0);
	reply(fd, &from, ACK, 32768, 0);
	reply(fd, &from, ACK, 65535, 0);
	while (hear(fd, QUIET_MS, &from) >= HEADER && octets[1] == DATA)
		most = number_of() > most ? number_of() : most;
	(void)printf("most %u\n", most);
	(void)close(fd);
}

static void
repeated(void)
{
	int fd = open_socket("127.8.0.5:0"), i;
	struct udp_address from, other;
	unsigned data = 0, block = 0;
	int64_t end;

	ask(fd, RRQ, "");
	while (block < 3 && hear(fd, 5000, &from) >= HEADER && octets[1] == DATA) {
		block = number_of();
		if (block < 3)
			reply(fd, &from, ACK, (uint16_t)block, 0);
	}
	/* 3 is on its way; 2 is acknowledged again and again. */
	for (i = 0; i < REPEATS; i++)
		reply(fd, &from, ACK, 2, 0);
	end = now_ms() + QUIET_MS;
	while (now_ms() < end && hear(fd, (int)(end - now_ms()) + 1, &other) >= 0)
		data += octets[1] == DATA;
	reply(fd, &from, ACK, 3, 0);
	while (hear(fd, 5000, &other) >= HEADER && octets[1] == DATA && number_of() == 3)
		;
	(void)printf("data %u next %u\n", data, octets[1] == DATA ? number_of() : 0);
	(void)close(fd);
}

static void
flood(void)
{
	static int fd[FLOOD];
	struct rlimit files;
	unsigned answered = 0, refused = 0;
	struct udp_address from;
	size_t i;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	for (i = 0; i < FLOOD; i++) {
		fd[i] = open_socket("127.8.0.6:0");
		ask(fd[i], RRQ, i % 2 != 0 ? "windowsize 64 blksize 1428" : "");
	}
	for (i = 0; i < FLOOD; i++)
		if (hear(fd[i], i == 0 ? QUIET_MS : 0, &from) >= HEADER) {
			answered += octets[1] == DATA || octets[1] == OACK;
			refused += octets[1] == ERROR;
		}
	(void)printf("answered %u refused %u\n", answered, refused);
	for (i = 0; i < FLOOD; i++)
		(void)close(fd[i]);
}

static void
odd(void)
{
	static const char *const options[] = {
		"blksize 0", "blksize 7", "blksize 65465", "blksize -1", "blksize 99999999999999999999",
		"blksize", "blksize 1428 blksize 512", "windowsize 0", "windowsize 65536",
		"windowsize x", "tsize -1", "tsize 18446744073709551616", "timeout 0", "timeout 256",
		"blksize 0x200", "blksize 512\x1b[31m",
	};
	enum { OPTIONS = sizeof(options) / sizeof(options[0]), MORE = 6 };
	static uint8_t big[OCTETS_MAX];
	unsigned counts[OACK + 1] = { 0 };
	struct udp_address from;
	int fd[OPTIONS + MORE];
	size_t i, n = 0;

	for (i = 0; i < OPTIONS + MORE; i++)
		fd[i] = open_socket("127.8.0.7:0");
	for (; n < OPTIONS; n++)
		ask(fd[n], RRQ, options[n]);
	/* A name of 60,000 octets; options of as many; no end; no mode; no octet; nothing. */
	memset(big, 'a', sizeof(big));
	big[0] = 0;
	big[1] = RRQ;
	big[60000] = '\0';
	memcpy(big + 60001, "octet", 6);
	say(fd[n++], &server, big, 60007);
	for (i = request(big, sizeof(big), RRQ, name, ""); i < 60000; i += 2)
		memcpy(big + i, "x", 2);
	say(fd[n++], &server, big, i);
	say(fd[n++], &server, big, 10);
	say(fd[n++], &server, "\0\1a\0", 4);
	say(fd[n++], &server, "\0\1\0\0\0", 5);
	say(fd[n++], &server, "", 0);
	for (i = 0; i < n; i++) {
		if (hear(fd[i], i == 0 ? QUIET_MS : 100, &from) >= HEADER && octets[1] <= OACK)
			counts[octets[1]]++;
		(void)close(fd[i]);
	}
	(void)printf("sent %zu error %u data %u oack %u\n", n, counts[ERROR], counts[DATA],
	    counts[OACK]);
}

static void
noise(void)
{
	int fd = open_socket("127.8.0.8:0");
	uint64_t state = 1;
	uint8_t d[600];
	size_t i, k, len;

	for (i = 0; i < NOISE; i++) {
		len = request(d, sizeof(d), 1 + (int)(i % 2), name, "blksize 1428 windowsize 16 tsize 0");
		for (k = 0; k < 1 + i % 7; k++) {
			state = state * 6364136223846793005 + 1442695040888963407;
			d[(state >> 33) % len] = (uint8_t)(state >> 25);
		}
		d[1] = (uint8_t)(state >> 40) % 8;
		say(fd, &server, d, i % 3 == 0 ? (state >> 45) % (len + 1) : len);
	}
	(void)printf("sent %d\n", NOISE);
	(void)close(fd);
}

int
main(int argc, char *argv[])
{
	static const struct { const char *name; void (*run)(void); } cases[] = {
		{ "unanswered", unanswered }, { "ahead", ahead }, { "repeated", repeated },
		{ "flood", flood }, { "odd", odd }, { "noise", noise },
	};
	size_t i;

	log_open("tftp_hostile", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	if (argc < 4 || !udp_address_parse(argv[1], &server)) {
		(void)fputs("usage: tftp_hostile SERVER NAME CASE [FILE]\n", stderr);
		return 1;
	}
	name = argv[2];
	if (strcmp(argv[3], "strangers") == 0 && argc == 5) {
		strangers(argv[4]);
		return 0;
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(argv[3], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	(void)fprintf(stderr, "tftp_hostile: no case %s\n", argv[3]);
	return 1;
}

/*
 * A master agent that does not behave: imgadm-agentd has to outlive it.
 *
 *   agentx_master SOCKET MANNER
 *
 * The first BAD connections are treated as MANNER says, later ones well
 * (RFC 2741).  A line is printed for each: "bad" when it came, "good" once a
 * subtree was registered.  Ends when it is killed.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"

enum {
	BAD = 2, HEADER = 20, PAYLOAD_MAX = 65536, LINGER_MS = 3000, AGAIN_MS = 1500,
	PDU_OPEN = 1, PDU_REGISTER = 3, PDU_GET = 5, PDU_RESPONSE = 18,
	FLAG_NETWORK_ORDER = 0x10,
	OPEN_FAILED = 256, DUPLICATE_REGISTRATION = 263, SESSION = 7,
};

static const char *const manners[] = {
	"close-at-once", "close-in-header", "close-in-payload", "close-at-register",
	"open-error", "reset-after-open", "register-error", "late", "silent", "garbage",
	"version", "type",
	"too-long", "truncated", "get-no-range", "get-unfinished", "get-while-closing",
};

struct pdu {
	uint8_t octets[HEADER + PAYLOAD_MAX];
	uint8_t type;
	bool network;
};

static uint32_t
get32(const struct pdu *p, size_t at)
{
	const uint8_t *o = p->octets + at;

	return p->network ?
		(uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3] :
		(uint32_t)o[3] << 24 | (uint32_t)o[2] << 16 | (uint32_t)o[1] << 8 | o[0];
}

static void
put32(uint8_t *o, uint32_t v)
{
	o[0] = (uint8_t)(v >> 24);
	o[1] = (uint8_t)(v >> 16);
	o[2] = (uint8_t)(v >> 8);
	o[3] = (uint8_t)v;
}

/* false: the other end is gone, or until_ms has come. */
static bool
take(int fd, uint8_t *dst, size_t len, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left_ms;
	ssize_t n;

	while (len > 0) {
		left_ms = until_ms - clock_monotonic_ms(clock_system());
		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) <= 0)
			return false;
		n = read(fd, dst, len);
		if (n <= 0)
			return false;
		dst += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
take_pdu(int fd, struct pdu *p, int64_t until_ms)
{
	uint32_t len;

	if (!take(fd, p->octets, HEADER, until_ms))
		return false;
	p->type = p->octets[1];
	p->network = (p->octets[2] & FLAG_NETWORK_ORDER) != 0;
	len = get32(p, 16);
	return len <= PAYLOAD_MAX && take(fd, p->octets + HEADER, len, until_ms);
}

static void
give(int fd, const uint8_t *octets, size_t len)
{
	/* Whether it still listens is its own affair. */
	(void)!send(fd, octets, len, MSG_NOSIGNAL);
}

static void
header(uint8_t *o, uint8_t type, const struct pdu *to, uint32_t len)
{
	o[0] = 1;
	o[1] = type;
	o[2] = FLAG_NETWORK_ORDER;
	o[3] = 0;
	put32(o + 4, SESSION);
	put32(o + 8, to == NULL ? 99 : get32(to, 8));
	put32(o + 12, to == NULL ? 99 : get32(to, 12));
	put32(o + 16, len);
}

static void
respond(int fd, const struct pdu *to, uint16_t error)
{
	uint8_t o[HEADER + 8] = {0};

	header(o, PDU_RESPONSE, to, 8);
	o[HEADER + 4] = (uint8_t)(error >> 8);
	o[HEADER + 5] = (uint8_t)error;
	give(fd, o, sizeof(o));
}

/* A Get of this payload. */
static void
ask(int fd, const uint8_t *payload, size_t len, uint32_t said)
{
	uint8_t o[HEADER + 64];

	if (len > sizeof(o) - HEADER)
		return;
	header(o, PDU_GET, NULL, said);
	memcpy(o + HEADER, payload, len);
	give(fd, o, HEADER + len);
}

/* The answer to its Open; false: the connection is to be closed. */
static bool
spoil_open(int fd, const struct pdu *p, const char *manner)
{
	uint8_t o[HEADER + 8] = {0};
	size_t i;

	header(o, PDU_RESPONSE, p, 8);
	if (strcmp(manner, "close-in-header") == 0) {
		give(fd, o, 11);
		return false;
	}
	if (strcmp(manner, "close-in-payload") == 0) {
		give(fd, o, HEADER + 3);
		return false;
	}
	if (strcmp(manner, "open-error") == 0) {
		respond(fd, p, OPEN_FAILED);
	} else if (strcmp(manner, "late") == 0) {
		(void)poll(NULL, 0, LINGER_MS);
		respond(fd, p, 0);
	} else if (strcmp(manner, "garbage") == 0) {
		for (i = 0; i < sizeof(o); i++)
			o[i] = (uint8_t)(i * 89 + 201);
		give(fd, o, sizeof(o));
	} else if (strcmp(manner, "version") == 0) {
		o[0] = 9;
		give(fd, o, sizeof(o));
	} else if (strcmp(manner, "type") == 0) {
		o[1] = 200;
		give(fd, o, sizeof(o));
	} else if (strcmp(manner, "too-long") == 0) {
		put32(o + 16, UINT32_MAX);
		give(fd, o, sizeof(o));
	} else if (strcmp(manner, "truncated") == 0) {
		put32(o + 16, 4096);
		give(fd, o, sizeof(o));
	} else if (strcmp(manner, "reset-after-open") == 0) {
		/* So late that the Open came once more: closed with that unread. */
		(void)poll(NULL, 0, AGAIN_MS);
		respond(fd, p, 0);
		return false;
	} else if (strcmp(manner, "silent") != 0) {
		respond(fd, p, 0);
	}
	return true;
}

/* The same of what follows the Open. */
static bool
spoil(int fd, const struct pdu *p, const char *manner)
{
	static const uint8_t unfinished[] = { 5, 2, 0, 0, 0, 0, 0, 1 };	/* five said, one there */

	if (p->type == PDU_OPEN)
		return spoil_open(fd, p, manner);
	if (strcmp(manner, "silent") == 0)
		return true;
	if (p->type != PDU_REGISTER) {
		respond(fd, p, 0);
		return true;
	}
	if (strcmp(manner, "close-at-register") == 0)
		return false;
	respond(fd, p, strcmp(manner, "register-error") == 0 ? DUPLICATE_REGISTRATION : 0);
	if (strcmp(manner, "get-no-range") == 0)
		ask(fd, unfinished, 0, 0);
	else if (strcmp(manner, "get-unfinished") == 0)
		ask(fd, unfinished, sizeof(unfinished), sizeof(unfinished));
	else if (strcmp(manner, "get-while-closing") == 0)
		ask(fd, unfinished, sizeof(unfinished), 48);
	return strcmp(manner, "get-while-closing") != 0;
}

static void
serve(int fd, const char *manner, bool bad)
{
	static struct pdu p;
	bool told = false;
	int64_t until_ms = bad ? clock_monotonic_ms(clock_system()) + LINGER_MS : INT64_MAX / 2;

	if (bad)
		(void)printf("bad\n");
	if (bad && strcmp(manner, "close-at-once") == 0)
		return;
	for (;;) {
		if (!take_pdu(fd, &p, bad ? until_ms :
		    clock_monotonic_ms(clock_system()) + 600000))
			return;
		if (bad) {
			if (!spoil(fd, &p, manner))
				return;
			continue;
		}
		respond(fd, &p, 0);
		if (p.type == PDU_REGISTER && !told) {
			(void)printf("good\n");
			told = true;
		}
	}
}

int
main(int argc, char *argv[])
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t i, count = sizeof(manners) / sizeof(manners[0]);
	int fd, one, n;

	for (i = 0; argc == 3 && i < count && strcmp(manners[i], argv[2]) != 0; i++)
		;
	if (argc != 3 || i == count) {
		for (i = 0; i < count; i++)
			(void)printf("%s\n", manners[i]);
		return argc == 1 ? 0 : 1;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)text_copy(to.sun_path, sizeof(to.sun_path), argv[1]);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 || listen(fd, 8) < 0) {
		(void)fprintf(stderr, "agentx_master: %s: %s\n", argv[1], strerror(errno));
		return 3;
	}
	for (n = 0;; n++) {
		one = accept(fd, NULL, NULL);
		if (one < 0)
			return 3;
		serve(one, argv[2], n < BAD);
		(void)close(one);
	}
}

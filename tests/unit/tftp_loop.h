/*
 * tftp_loop: a server in this process, and clients that say exactly what a test wants.
 */
#ifndef IMGADM_TESTS_UNIT_TFTP_LOOP_H
#define IMGADM_TESTS_UNIT_TFTP_LOOP_H

#include <event2/event.h>

#include "lib/tftp/tftp_server.h"
#include "lib/tftp/tftp_wire.h"
#include "tests/unit/support.h"

/* What the test's server does; set before loop_start(). */
struct loop {
	struct event_base *base;
	struct tftp_server *server;
	struct tftp_files *files;
	struct tftp_server_options options;
	struct tftp_listen listen[2];
	union tftp_address at;		/* of the first listening socket */
	int dir;
	/* Answers of open() for all: */
	uint64_t one_of;
	bool single_port;
	int keep;			/* of what is written: 0 or why not */
	/* What was heard of transfers. */
	unsigned opened, began, ended;
	char from[TFTP_WIRE_TEXT];	/* of the last request */
	struct tftp_ended last;
	char text[64];			/* last.text */
	size_t written;
	unsigned kept;
};
extern struct loop loop;

/* Fixture: a folder of its own, 127.0.0.1, limits as they are by default. */
void loop_prepare(void);
void loop_release(void);
void loop_listen(const char *address, uint16_t port);
void loop_start(void);

/* A file of so many octets, each its offset's low octet times 7. */
void loop_file(const char *name, size_t size);

/* A client's socket at a numeric address. */
int loop_client(const char *address);
void loop_say(int fd, const union tftp_address *to, const void *data, size_t len);
/* RRQ or WRQ; o NULL: without options. */
void loop_ask(int fd, const union tftp_address *to, enum tftp_opcode opcode, const char *name,
	const struct tftp_options *o);
void loop_ack(int fd, const union tftp_address *to, uint16_t block);
/* The next packet, which must come; if it comes within a moment; whether none does. */
bool loop_hear(int fd, struct tftp_packet *ret, union tftp_address *ret_from);
bool loop_heard(int fd, struct tftp_packet *ret);
bool loop_quiet(int fd);
/* It is an ERROR of that code. */
void loop_hear_error(int fd, unsigned code);
/* The loop runs until that counter has the value. */
void loop_until(const unsigned *counter, unsigned value);

#endif

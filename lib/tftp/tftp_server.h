/*
 * tftp_server: many transfers in one process, on a libevent base.
 *
 * What is served is the caller's: it is asked once for each request, and says
 * which open file is read, or where what is written goes.  Names are never
 * paths here.
 *
 * Invariants
 * - A transfer costs less than 4 KiB and no descriptor: transfers share a few
 *   sockets and are told apart by the client's address and port.  One file is
 *   open once however many read it (tftp_file).
 * - A window goes out in one call: UDP_SEGMENT where the kernel has it, else
 *   sendmmsg.
 * - The same request again (same address, port and name) is answered by the same
 *   transfer.  Another one from there takes its place where the client has not answered
 *   yet or nothing went on for TFTP_OTHER_REQUEST_US: a transfer that goes on proves that
 *   its client has not begun another one, and is not ended by a forged request.  The same
 *   one begins anew after TFTP_SAME_REQUEST_US without progress: a client that was reset.
 * - What comes from an address and port that have no transfer is answered with
 *   ERROR 5 once, and no transfer is touched by it.
 * - A transfer that waits for the rate limit or a full send buffer has its own
 *   clock stopped: nothing is sent again because of it.
 * - ICMP is not listened to: it can be forged more easily than an ERROR; a client
 *   that is gone is found by the timer.
 * - IPv4 addresses that come mapped into IPv6 count as IPv4, everywhere.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_SERVER_H
#define IMGADM_LIB_TFTP_TFTP_SERVER_H

#include <sys/socket.h>

#include "lib/base/parse.h"
#include "lib/tftp/tftp_file.h"
#include "lib/tftp/tftp_machine.h"

struct event_base;
struct tftp_server;

enum {
	TFTP_LISTEN_MAX = 16,		/* addresses */
	TFTP_SERVER_PORTS_MAX = 64,	/* sockets for transfers, of each listening one */
	TFTP_SERVER_CLIENTS_MAX = 100000,
	TFTP_SERVER_SITES_MAX = 256,	/* with a rate of their own */
	TFTP_SERVER_CLIENTS = 4096, TFTP_SERVER_ADDRESS = 1024,	/* limits unless said */
	TFTP_OTHER_REQUEST_US = 1000000, TFTP_SAME_REQUEST_US = 5000000,
};

/* A request, to be allowed or refused. */
struct tftp_asked {
	bool write;
	const char *name;	/* not checked */
	bool has_size;
	uint64_t size;		/* write: as the client says */
	const char *from;	/* numeric address */
	uint16_t port;
};

/* Where what a client writes goes; each gets `sink`. */
struct tftp_sink_calls {
	/* The next octets.  Negative errno: ended with an ERROR. */
	int (*take)(void *sink, const void *data, size_t len);
	/*
	 * All is there: keep it; before the last ACK goes out.  Negative errno as above, but
	 * -EINPROGRESS: tftp_server_kept() will say; until then the client waits.
	 */
	int (*keep)(void *sink);
	/* The last call, always; drops what was not kept. */
	void (*free)(void *sink);
};

/* The answer to it; zero before the call. */
struct tftp_served {
	struct tftp_file *file;		/* read: a reference, taken over */
	const struct tftp_sink_calls *sink_calls;	/* write */
	void *sink;
	bool single_port;	/* answer from the listening port, whatever the option says */
	/* Not 0: a transfer that runs under this number is ended first. */
	uint64_t one_of;
	uint64_t tag;		/* the caller's, handed to began and ended */
	char *label;		/* the caller's words for it, taken over (free); or NULL */
};

/* What became of a transfer. */
struct tftp_ended {
	uint64_t tag, one_of;
	const char *label;	/* of struct tftp_served */
	const char *from;
	uint16_t port;
	bool write, good;
	enum tftp_reason reason;
	const char *text;	/* why: of the peer's ERROR (not escaped) or ours; may be NULL */
	uint64_t octets;	/* acknowledged, or taken */
	uint64_t size;		/* read: of the file */
	int64_t took_us;
};

struct tftp_server_calls {
	/*
	 * 0, or a negative errno that becomes the ERROR: -ENOENT 1, -EACCES 2, -ENOSPC and
	 * -EFBIG 3, -EINVAL 4, -EEXIST 6, else 0.  Must not wait.
	 */
	int (*open)(void *user, const struct tftp_asked *asked, struct tftp_served *ret);
	/* The client has answered for the first time.  May be NULL. */
	void (*began)(void *user, const struct tftp_served *s);
	/* May be NULL. */
	void (*ended)(void *user, const struct tftp_ended *end);
};

struct tftp_listen {
	struct sockaddr_storage address;	/* with its port; 0: one that is free */
	socklen_t len;
	bool only_v6;		/* [::] without IPv4 */
};

/* Octets a second for all clients of a network together. */
struct tftp_site_rate {
	struct parse_range network;
	uint64_t rate;
};

struct tftp_server_options {
	const struct tftp_listen *listen;
	size_t listen_count;
	bool single_port;
	uint16_t port_first, port_last;	/* of the transfers' ports; 0: any that is free */
	struct tftp_limits limits;
	unsigned clients_most, address_most;	/* transfers in all, and of an address */
	uint64_t rate;			/* octets a second in all; 0 = no limit */
	const struct tftp_site_rate *sites;	/* the first that fits counts */
	size_t site_count;
	bool no_segment;	/* sendmmsg even where UDP_SEGMENT would do */
};
void tftp_server_options_default(struct tftp_server_options *o);

/*
 * Bind all sockets (what needs privileges is over then) and listen.  o and calls are copied, not
 * what they point to as `user`.  -EADDRINUSE, -EACCES, ... with e naming the address.
 */
int tftp_server_new(struct event_base *base, const struct tftp_server_options *o,
	const struct tftp_server_calls *calls, void *user, struct tftp_server **ret,
	struct err *e);
/* What a listening socket was bound to; -ENOENT past the last one. */
int tftp_server_address(const struct tftp_server *s, size_t n, struct sockaddr_storage *ret);

struct tftp_server_counts {
	size_t running, running_most;
	uint64_t begun, good, failed, refused;
	uint64_t octets;		/* of DATA sent, with what was sent again */
	uint64_t calls;			/* of the kernel, to send them */
	uint64_t unknown;		/* datagrams of no transfer */
	bool segment;			/* UDP_SEGMENT is used */
};
const struct tftp_server_counts *tftp_server_counts(const struct tftp_server *s);

/* What sink.keep said -EINPROGRESS of is kept: 0, or why not.  sink may be freed by it. */
void tftp_server_kept(struct tftp_server *s, const void *sink, int rc);
/* The numbers (one_of) that transfers run under; at most so many.  How many. */
size_t tftp_server_numbers(const struct tftp_server *s, int64_t *ret, size_t most);
/* Ends those that run under this number with an ERROR, as when it was withdrawn. */
void tftp_server_end_one_of(struct tftp_server *s, uint64_t one_of, const char *why);

/* All transfers are ended with an ERROR.  NULL is fine. */
void tftp_server_free(struct tftp_server *s);

#endif

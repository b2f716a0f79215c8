/*
 * tftp_load: many TFTP clients in one process, which throw away what they read:
 * the same for every server that is measured, and light, so that the server is.
 *
 *	tftp_load [options] SERVER NAME		("127.0.0.1:6969 image")
 *
 * Each client has a socket, and where the server is on IPv4 loopback an address
 * of its own (127.7.0.1 and up).  A window is read with one call, of each
 * datagram only its head (the kernel tells the length); nothing is written.  What
 * is out of order is answered as RFC 7440 says; what does not come is asked for again.
 * Last line: "clients N failed N octets N us N cpu_us N repeated N gaps N window N server_us N":
 * cpu_us its own, server_us that of --cpu-of with all children, "-" where the kernel does not say.
 */
#define _GNU_SOURCE 1	/* recvmmsg */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "tests/fake/udp_address.h"
#include "tests/fake/udp_tool.h"

enum {
	CLIENTS_MAX = 20000, EVENTS = 64, BATCH = 64, HEAD = 64, REQUEST_MAX = 512,
	STARTING = 64,	/* requests without an answer at a time */
	BUFFER = 1 << 19, TRIES = 10, PER_NET = 250, LOOK_MS = 50,
};
enum { RRQ = 1, DATA = 3, ACK = 4, ERROR = 5, OACK = 6 };
enum state { IDLE, ASKED, READING, DONE, FAILED };

struct client {
	int fd;
	enum state state;
	unsigned tries;
	uint32_t blksize, window, in_window;
	uint64_t taken;		/* blocks */
	uint64_t octets, want;
	bool gap;		/* told; not again before something good came */
	int64_t deadline_us;
};

struct load {
	uint64_t clients, blksize, window, timeout_ms, limit_s, enough_ms, cpu_of;
	bool hold;
	struct udp_address server;
	struct client *client;
	char request[REQUEST_MAX];
	size_t request_len;
	int epoll, cpu;
	uint64_t started, starting, over, failed, held, repeated, gaps, octets;
	bool holding;
	const char *why;
	char text[HEAD + 1];
};

enum { O_CLIENTS = OPTIONS_LONG_ONLY, O_BLKSIZE, O_WINDOW, O_TIMEOUT, O_LIMIT, O_ENOUGH,
	O_CPU, O_HOLD, O_SEGMENT };
static const struct option_row rows[] = {
	{ O_CLIENTS, "clients", "N", "at a time, each reads the file once (1)" },
	{ O_BLKSIZE, "blksize", "N", "asked (1428); 512: not asked" },
	{ O_WINDOW, "window", "N", "asked (1: not asked)" },
	{ O_TIMEOUT, "timeout-ms", "N", "until the last packet is sent again (1000)" },
	{ O_LIMIT, "limit", "S", "give up (120)" },
	{ O_ENOUGH, "enough-ms", "N", "end then, and count what was read until then" },
	{ O_CPU, "cpu-of", "PID", "say what this process and its children take meanwhile" },
	{ O_HOLD, "hold", NULL, "when each has its first window, say 'held N' and wait for a line" },
	{ O_SEGMENT, "can-segment", NULL, "say whether this kernel has UDP_SEGMENT: yes or no" },
	{ 0 },
};
static const struct options program = {
	.program = "tftp_load", .usage = "[options] SERVER NAME",
	.summary = "Reads a file many times at once.", .rows = rows,
};

static void
end(struct load *l, struct client *c, bool good, const char *why)
{
	l->starting -= c->state == ASKED;
	c->state = good ? DONE : FAILED;
	l->over++;
	l->octets += c->octets;
	if (!good) {
		l->failed++;
		l->why = why;
	}
	(void)close(c->fd);
	c->fd = -1;
}

static void
again_at(const struct load *l, struct client *c)
{
	c->deadline_us = udp_tool_now_us() + (int64_t)l->timeout_ms * 1000;
}

static void
acknowledge(struct load *l, struct client *c)
{
	uint8_t ack[4] = { 0, ACK, (uint8_t)(c->taken >> 8), (uint8_t)c->taken };

	c->in_window = 0;
	(void)!send(c->fd, ack, sizeof(ack), 0);	/* lost is lost: the timer sees to it */
	again_at(l, c);
}

static void
ask(struct load *l, struct client *c)
{
	if (sendto(c->fd, l->request, l->request_len, 0, (struct sockaddr *)&l->server.sa,
	    l->server.len) < 0)
		udp_tool_die("send");
	again_at(l, c);
}

static void
start(struct load *l, uint64_t number)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct client *c = &l->client[number];
	struct udp_address own = { .len = sizeof(struct sockaddr_in) };
	struct sockaddr_in *in = (struct sockaddr_in *)&own.sa;
	const struct sockaddr_in *to = (const struct sockaddr_in *)&l->server.sa;
	bool loopback = to->sin_family == AF_INET && ntohl(to->sin_addr.s_addr) >> 24 == 127;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl((uint32_t)(0x7f070001 + number / PER_NET * 256 +
	    number % PER_NET));
	c->fd = udp_address_socket(loopback ? &own : NULL, l->server.sa.ss_family, BUFFER);
	if (c->fd < 0)
		udp_tool_die("socket");
	ev.data.ptr = c;
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		udp_tool_die("epoll");
	c->state = ASKED;
	c->blksize = 512;
	c->window = 1;
	l->starting++;
	ask(l, c);
}

static void
granted(struct client *c, const char *text, size_t len)
{
	const char *end = text + len, *name, *value;
	uint64_t n;

	while (text < end) {
		name = text;
		value = name + strnlen(name, (size_t)(end - name)) + 1;
		if (value >= end)
			return;
		text = value + strnlen(value, (size_t)(end - value)) + 1;
		if (text > end || parse_u64(value, 0, UINT64_MAX, &n, NULL) < 0)
			return;
		if (strcasecmp(name, "blksize") == 0)
			c->blksize = (uint32_t)n;
		else if (strcasecmp(name, "windowsize") == 0)
			c->window = (uint32_t)n;
		else if (strcasecmp(name, "tsize") == 0)
			c->want = n;
	}
}

/* The first window is there: the answer waits until all have it. */
static bool
hold(struct load *l, struct client *c)
{
	if (!l->holding || c->taken != c->window)
		return false;
	l->held++;
	c->deadline_us = INT64_MAX;
	return true;
}

static void
data(struct load *l, struct client *c, uint16_t block, size_t len)
{
	uint16_t next = (uint16_t)(c->taken + 1);

	if (block != next) {
		/* Ours again: its answer was lost.  One before: passed over. */
		if (block == (uint16_t)c->taken) {
			/* Who is held has not answered yet, however often it is asked. */
			if (!l->holding || c->deadline_us != INT64_MAX)
				acknowledge(l, c);
		} else if ((uint16_t)(block - next) < 0x8000 && !c->gap) {
			c->gap = true;
			l->gaps++;
			acknowledge(l, c);
		}
		return;
	}
	c->gap = false;
	c->tries = 0;
	c->taken++;
	c->octets += len;
	if (len < c->blksize) {
		acknowledge(l, c);
		end(l, c, c->want == 0 || c->octets == c->want, "another size than was told");
	} else if (++c->in_window >= c->window && !hold(l, c)) {
		acknowledge(l, c);
	}
}

/* False: nothing more is to be read of this client. */
static bool
packet(struct load *l, struct client *c, const uint8_t *p, size_t len)
{
	size_t head = len < HEAD ? len : HEAD;

	if (len < 4 || p[0] != 0)
		return true;
	switch (p[1]) {
	case OACK:
		if (c->taken == 0) {
			granted(c, (const char *)p + 2, head - 2);
			acknowledge(l, c);
		}
		break;
	case DATA:
		data(l, c, (uint16_t)(p[2] << 8 | p[3]), len - 4);
		break;
	case ERROR:
		memcpy(l->text, p + 4, head - 4);
		l->text[head - 4] = '\0';
		end(l, c, false, l->text);
		break;
	}
	return c->fd >= 0;
}

static void
drain(struct load *l, struct client *c)
{
	static uint8_t heads[BATCH][HEAD];
	static struct iovec iov[BATCH];
	static struct mmsghdr msgs[BATCH];
	struct udp_address from;
	int i, n;

	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ heads[i], HEAD };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	if (c->state == ASKED) {	/* the first answer's port is the transfer's */
		msgs[0].msg_hdr.msg_name = &from.sa;
		msgs[0].msg_hdr.msg_namelen = sizeof(from.sa);
	}
	n = recvmmsg(c->fd, msgs, c->state == ASKED ? 1 : BATCH, MSG_TRUNC, NULL);
	if (n < 0) {
		if (errno == ECONNREFUSED)
			end(l, c, false, "port unreachable");
		return;
	}
	if (c->state == ASKED) {
		if (connect(c->fd, (struct sockaddr *)&from.sa, msgs[0].msg_hdr.msg_namelen) < 0)
			udp_tool_die("connect");
		l->starting--;
		c->state = READING;
	}
	for (i = 0; i < n && packet(l, c, heads[i], msgs[i].msg_len); i++)
		;
}

static void
late(struct load *l, struct client *c)
{
	if (++c->tries > TRIES) {
		end(l, c, false, "no answer");
		return;
	}
	l->repeated++;
	if (c->state == ASKED)
		ask(l, c);
	else
		acknowledge(l, c);
}

static void
look(struct load *l)
{
	int64_t now = udp_tool_now_us();
	uint64_t i;

	for (i = 0; i < l->started; i++)
		if (l->client[i].fd >= 0 && l->client[i].deadline_us <= now)
			late(l, &l->client[i]);
}

/* Enough: servers are told, so that none goes on with it. */
static void
leave(struct load *l)
{
	static const uint8_t text[] = { 0, ERROR, 0, 0, 'e', 'n', 'o', 'u', 'g', 'h', 0 };
	struct client *c;
	uint64_t i;

	for (i = 0; i < l->started; i++) {
		c = &l->client[i];
		if (c->state == READING)
			(void)!send(c->fd, text, sizeof(text), 0);
		if (c->fd >= 0)
			end(l, c, true, NULL);
	}
}

static void
go_on(struct load *l)
{
	uint64_t i;
	int c;

	(void)printf("held %" PRIu64 "\n", l->held);
	(void)fflush(stdout);
	do
		c = getchar();
	while (c != EOF && c != '\n');
	l->holding = false;
	for (i = 0; i < l->clients; i++)
		if (l->client[i].fd >= 0 && l->client[i].deadline_us == INT64_MAX)
			acknowledge(l, &l->client[i]);
}

static void
run(struct load *l)
{
	struct epoll_event events[EVENTS];
	int64_t next_look = udp_tool_now_us(), begin = next_look, now;
	struct client *c;
	int i, n;

	while (l->over < l->clients) {
		while (l->started < l->clients && l->starting < STARTING)
			start(l, l->started++);
		n = epoll_wait(l->epoll, events, EVENTS, LOOK_MS);
		for (i = 0; i < n; i++) {
			c = events[i].data.ptr;
			if (c->fd >= 0)
				drain(l, c);
		}
		if (l->holding && l->held + l->over == l->clients)
			go_on(l);
		now = udp_tool_now_us();
		if (l->enough_ms > 0 && now >= begin + (int64_t)l->enough_ms * 1000) {
			leave(l);
			return;
		}
		if (now < next_look)
			continue;
		look(l);
		next_look = udp_tool_now_us() + LOOK_MS * 1000;
		if (next_look > begin + (int64_t)l->limit_s * 1000000) {
			l->why = "took too long";
			l->failed += l->clients - l->over;
			return;
		}
	}
}

static void
request(struct load *l, const char *name)
{
	int n = snprintf(l->request, sizeof(l->request), "%c%c%s%coctet%ctsize%c0%c", 0, RRQ,
	    name, 0, 0, 0, 0);

	if (l->blksize != 512)
		n += snprintf(l->request + n, sizeof(l->request) - (size_t)n, "blksize%c%" PRIu64 "%c",
		    0, l->blksize, 0);
	if (l->window != 1)
		n += snprintf(l->request + n, sizeof(l->request) - (size_t)n,
		    "windowsize%c%" PRIu64 "%c", 0, l->window, 0);
	l->request_len = (size_t)n;
}

/*
 * A clock of what a process does, its threads and the children that it starts, those too that
 * have ended and that nobody waited for.  -1 where the kernel does not let.
 */
static int
watch_cpu(uint64_t pid)
{
	struct perf_event_attr what = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(what),
		.config = PERF_COUNT_SW_TASK_CLOCK, .inherit = 1 };

	if (pid == 0)
		return -1;
	return (int)syscall(SYS_perf_event_open, &what, (pid_t)pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void
say_cpu(int fd)
{
	uint64_t ns;

	if (fd >= 0 && read(fd, &ns, sizeof(ns)) == (ssize_t)sizeof(ns))
		(void)printf(" server_us %" PRIu64 "\n", ns / 1000);
	else
		(void)printf(" server_us -\n");
}

static int
can_segment(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 1432;

	(void)puts(fd >= 0 && setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) == 0 ?
	    "yes" : "no");
	if (fd >= 0)
		(void)close(fd);
	return 0;
}

static bool
option(struct load *l, int key, const char *text)
{
	const struct udp_tool_number numbers[] = {
		{ O_CLIENTS, &l->clients, 1, CLIENTS_MAX }, { O_BLKSIZE, &l->blksize, 8, 65464 },
		{ O_WINDOW, &l->window, 1, 65535 }, { O_TIMEOUT, &l->timeout_ms, 1, 600000 },
		{ O_LIMIT, &l->limit_s, 1, 600 }, { O_ENOUGH, &l->enough_ms, 1, 600000 },
		{ O_CPU, &l->cpu_of, 1, INT32_MAX },
	};

	if (key == O_HOLD)
		return l->hold = true;
	return udp_tool_set(numbers, sizeof(numbers) / sizeof(numbers[0]), key, text);
}

static void
say(const struct load *l, int64_t us)
{
	struct rusage u;
	uint32_t window = 0;
	uint64_t i;

	(void)getrusage(RUSAGE_SELF, &u);
	for (i = 0; i < l->clients; i++)
		if (l->client[i].window > window)
			window = l->client[i].window;
	if (l->failed > 0)
		(void)fprintf(stderr, "tftp_load: %" PRIu64 " failed: %s\n", l->failed, l->why);
	(void)printf("clients %" PRIu64 " failed %" PRIu64 " octets %" PRIu64 " us %" PRId64
	    " cpu_us %" PRId64 " repeated %" PRIu64 " gaps %" PRIu64 " window %u", l->clients,
	    l->failed, l->octets, us, (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	    u.ru_utime.tv_usec + u.ru_stime.tv_usec, l->repeated, l->gaps, window);
	say_cpu(l->cpu);
}

int
main(int argc, char *argv[])
{
	struct load l = { .clients = 1, .blksize = 1428, .window = 1, .timeout_ms = 1000,
		.limit_s = 120, .cpu = -1 };
	struct rlimit files;
	struct options_pass p;
	int key, status = 1;
	int64_t begin;

	log_open("tftp_load", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	options_begin(&p, &program, argc, argv);
	if (argc == 2 && strcmp(argv[1], "--can-segment") == 0)
		return can_segment();
	while ((key = options_step(&p, 2, 2, &status)) > 0)
		if (!option(&l, key, p.argument))
			return 1;
	if (key < 0)
		return status;
	if (!udp_address_parse(argv[p.index], &l.server)) {
		(void)fprintf(stderr, "tftp_load: ADDRESS:PORT is wanted, IPv6 in brackets\n");
		return 1;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	request(&l, argv[p.index + 1]);
	l.holding = l.hold;
	l.client = calloc(l.clients, sizeof(*l.client));
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l.client == NULL || l.epoll < 0)
		udp_tool_die("start");
	l.cpu = watch_cpu(l.cpu_of);
	begin = udp_tool_now_us();
	run(&l);
	say(&l, udp_tool_now_us() - begin);
	free(l.client);
	return l.failed > 0 ? 2 : 0;
}

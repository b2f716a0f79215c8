#include <config.h>

#include "tests/unit/tftp_loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/text.h"

enum { DEADLINE_MS = 20000, MOMENT_MS = 150, PACKET = 65536 };

struct loop loop;
static uint8_t packet[PACKET];

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- what is served ------------------------------------------------------------- */

static int
sink_take(void *sink, const void *data, size_t len)
{
	(void)sink;
	(void)data;
	loop.written += len;
	return 0;
}

static int
sink_keep(void *sink)
{
	(void)sink;
	loop.kept++;
	return loop.keep;
}

static void
sink_free(void *sink)
{
	(void)sink;
}

static int
serve(void *user, const struct tftp_asked *asked, struct tftp_served *ret)
{
	static const struct tftp_sink_calls sink = { sink_take, sink_keep, sink_free };

	(void)user;
	loop.opened++;
	(void)text_copy(loop.from, sizeof(loop.from), asked->from);
	ret->one_of = loop.one_of;
	ret->single_port = loop.single_port;
	if (!asked->write)
		return tftp_files_open(loop.files, loop.dir, asked->name, &ret->file);
	ret->sink_calls = &sink;
	return 0;
}

static void
began(void *user, const struct tftp_served *s)
{
	(void)user;
	(void)s;
	loop.began++;
}

static void
ended(void *user, const struct tftp_ended *end)
{
	(void)user;
	loop.ended++;
	loop.last = *end;
	(void)text_copy(loop.text, sizeof(loop.text), end->text);
}

/* --- life ------------------------------------------------------------------------- */

void
loop_prepare(void)
{
	support_folder_make();
	loop = (struct loop){ .base = event_base_new() };
	ck_assert_ptr_nonnull(loop.base);
	ck_assert_int_eq(tftp_files_new(&loop.files), 0);
	loop.dir = open(support_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(loop.dir, 0);
	tftp_server_options_default(&loop.options);
	loop.options.listen = loop.listen;
}

void
loop_release(void)
{
	tftp_server_free(loop.server);
	tftp_files_free(loop.files);
	event_base_free(loop.base);
	(void)close(loop.dir);
	support_folder_remove();
}

void
loop_listen(const char *address, uint16_t port)
{
	struct tftp_listen *l = &loop.listen[loop.options.listen_count++];
	union tftp_address at = { 0 };

	if (strchr(address, ':') != NULL) {
		at.v6.sin6_family = AF_INET6;
		at.v6.sin6_port = htons(port);
		ck_assert_int_eq(inet_pton(AF_INET6, address, &at.v6.sin6_addr), 1);
	} else {
		at.v4.sin_family = AF_INET;
		at.v4.sin_port = htons(port);
		ck_assert_int_eq(inet_pton(AF_INET, address, &at.v4.sin_addr), 1);
	}
	l->len = tftp_address_len(&at);
	(void)memcpy(&l->address, &at, sizeof(at));
}

void
loop_start(void)
{
	static const struct tftp_server_calls calls = { serve, began, ended };
	struct sockaddr_storage ss;
	struct err e = { 0 };

	if (loop.options.listen_count == 0)
		loop_listen("127.0.0.1", 0);
	ck_assert_msg(tftp_server_new(loop.base, &loop.options, &calls, NULL, &loop.server,
		&e) == 0, "%s", e.text);
	ck_assert_int_eq(tftp_server_address(loop.server, 0, &ss), 0);
	(void)memcpy(&loop.at, &ss, sizeof(loop.at));
}

void
loop_file(const char *name, size_t size)
{
	uint8_t *data = malloc(size + 1);

	ck_assert_ptr_nonnull(data);
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7);
	support_write(support_path(name), data, size);
	free(data);
}

/* --- a client ---------------------------------------------------------------------- */

int
loop_client(const char *address)
{
	union tftp_address at = { 0 };
	int fd;

	if (strchr(address, ':') != NULL) {
		at.v6.sin6_family = AF_INET6;
		ck_assert_int_eq(inet_pton(AF_INET6, address, &at.v6.sin6_addr), 1);
	} else {
		at.v4.sin_family = AF_INET;
		ck_assert_int_eq(inet_pton(AF_INET, address, &at.v4.sin_addr), 1);
	}
	fd = socket(at.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, &at.any, tftp_address_len(&at)), 0);
	return fd;
}

void
loop_say(int fd, const union tftp_address *to, const void *data, size_t len)
{
	ck_assert_int_eq(sendto(fd, data, len, 0, &to->any, tftp_address_len(to)), (ssize_t)len);
}

void
loop_ask(int fd, const union tftp_address *to, enum tftp_opcode opcode, const char *name,
	const struct tftp_options *o)
{
	static const struct tftp_options none;
	uint8_t out[TFTP_REQUEST_MAX];

	loop_say(fd, to, out, tftp_packet_request(out, sizeof(out), opcode, name,
		o != NULL ? o : &none));
}

void
loop_ack(int fd, const union tftp_address *to, uint16_t block)
{
	uint8_t out[8];

	loop_say(fd, to, out, tftp_packet_ack(out, sizeof(out), block));
}

static bool
hear(int fd, int64_t within_ms, struct tftp_packet *ret, union tftp_address *ret_from)
{
	int64_t end_ms = now_ms() + within_ms;
	union tftp_address from;
	socklen_t len;
	ssize_t n;

	do {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		(void)event_base_loop(loop.base, EVLOOP_NONBLOCK);
		len = sizeof(from);
		n = recvfrom(fd, packet, sizeof(packet), 0, &from.any, &len);
		if (n < 0)
			(void)poll(&p, 1, 1);
	} while (n < 0 && now_ms() < end_ms);
	if (n < 0)
		return false;
	ck_assert_int_eq(tftp_packet_decode(packet, (size_t)n, ret), 0);
	if (ret_from != NULL)
		*ret_from = from;
	return true;
}

bool
loop_hear(int fd, struct tftp_packet *ret, union tftp_address *ret_from)
{
	ck_assert_msg(hear(fd, DEADLINE_MS, ret, ret_from), "no answer");
	return true;
}

bool
loop_heard(int fd, struct tftp_packet *ret)
{
	return hear(fd, MOMENT_MS, ret, NULL);
}

bool
loop_quiet(int fd)
{
	struct tftp_packet p;

	return !loop_heard(fd, &p);
}

void
loop_hear_error(int fd, unsigned code)
{
	struct tftp_packet p;

	(void)loop_hear(fd, &p, NULL);
	ck_assert_int_eq(p.opcode, TFTP_ERROR);
	ck_assert_uint_eq(p.code, code);
}

void
loop_until(const unsigned *counter, unsigned value)
{
	int64_t end_ms = now_ms() + DEADLINE_MS;

	while (*counter != value && now_ms() < end_ms)
		(void)event_base_loop(loop.base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(*counter, value);
}

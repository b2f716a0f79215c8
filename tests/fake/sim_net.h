/*
 * sim_net: one port on many loopback addresses; answers leave from the
 * address that was asked, at once or after a latency.
 *
 * Several sockets share the port where one receive buffer is not enough:
 * each device of a real fleet has a buffer of its own.  What does not come
 * from loopback is dropped.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_NET_H
#define IMGADM_TESTS_FAKE_SIM_NET_H

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIM_NET_SOCKETS_MAX = 16,
	SIM_NET_REQUEST_MAX = 4096,	/* octets; more is dropped */
	SIM_NET_PENDING_MAX = 65536,	/* answers that wait; more are dropped */
};

struct sim_net;

/*
 * Answer the message for the device at address (host order) into answer;
 * returns its length, 0 = none.  *from is the address it leaves from.
 */
typedef size_t sim_net_handler(void *user, uint32_t address, uint8_t *message,
	size_t len, uint8_t *answer, uint32_t *from);

/* port 0 = any that is free.  NULL with errno. */
struct sim_net *sim_net_open(uint16_t port, sim_net_handler *handler, void *user);
void sim_net_close(struct sim_net *n);
uint16_t sim_net_port(const struct sim_net *n);
void sim_net_set_latency(struct sim_net *n, int64_t latency_us);
/* Answers that could not be sent or held. */
uint64_t sim_net_dropped(const struct sim_net *n);

/* Fill fds (SIM_NET_SOCKETS_MAX); returns how many. */
size_t sim_net_fds(const struct sim_net *n, struct pollfd *fds);
/* Read what is there, answer it, and send what is due. */
void sim_net_run(struct sim_net *n, int64_t now_us);
/* When the next answer is due, by the caller's clock; -1 = none waits. */
int64_t sim_net_due_us(const struct sim_net *n);

#endif

/*
 * udp_address: "127.0.0.1:6969" and "[::1]:6969" for the programs that play
 * with datagrams.
 */
#ifndef IMGADM_TESTS_FAKE_UDP_ADDRESS_H
#define IMGADM_TESTS_FAKE_UDP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct udp_address {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* Numbers only; false: not of that form. */
bool udp_address_parse(const char *text, struct udp_address *ret);
/* Same address and port. */
bool udp_address_same(const struct udp_address *a, const struct udp_address *b);
/* Same address, any port. */
bool udp_address_same_host(const struct udp_address *a, const struct udp_address *b);
uint16_t udp_address_port(const struct udp_address *a);
void udp_address_set_port(struct udp_address *a, uint16_t port);

/*
 * A non-blocking socket, bound where `local` is given; both buffers of `buffer`
 * octets as far as the system lets.  -1 with errno.
 */
int udp_address_socket(const struct udp_address *local, int family, int buffer);
/* The socket's own address. */
bool udp_address_of(int fd, struct udp_address *ret);

#endif

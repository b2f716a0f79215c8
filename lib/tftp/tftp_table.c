#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/tftp/tftp_server_private.h"

int
tftp_table_init(struct tftp_server *s)
{
	s->slots = 64;
	while (s->slots < s->options.clients_most)
		s->slots *= 2;
	s->by_peer = calloc(s->slots, sizeof(struct tftp_transfer *));
	s->by_one = calloc(s->slots, sizeof(struct tftp_transfer *));
	s->hosts = calloc(s->slots, sizeof(struct tftp_host *));
	if (s->by_peer == NULL || s->by_one == NULL || s->hosts == NULL)
		return -ENOMEM;
	/* So that nobody chooses addresses which share a chain. */
	if (getrandom(&s->seed, sizeof(s->seed), GRND_NONBLOCK) != (ssize_t)sizeof(s->seed))
		s->seed = (uint64_t)(uintptr_t)s;
	return 0;
}

void
tftp_table_release(struct tftp_server *s)
{
	free(s->by_peer);
	free(s->by_one);
	free(s->hosts);
}

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

uint64_t
tftp_table_hash(const struct tftp_server *s, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t word, h = s->seed ^ len;

	for (; len > 0; p += word, len -= word) {
		uint64_t part = 0;

		word = len < sizeof(part) ? len : sizeof(part);
		(void)memcpy(&part, p, word);
		h = mix(h ^ part);
	}
	return h;
}

static size_t
slot(const struct tftp_server *s, const void *data, size_t len)
{
	return (size_t)tftp_table_hash(s, data, len) & (s->slots - 1);
}

static size_t
peer_slot(const struct tftp_server *s, const union tftp_address *a)
{
	uint8_t key[18];
	uint16_t port = tftp_address_port(a);

	tftp_address_octets(a, key);
	(void)memcpy(key + 16, &port, sizeof(port));
	return slot(s, key, sizeof(key));
}

struct tftp_transfer *
tftp_table_find(const struct tftp_server *s, const struct tftp_socket *listener,
	const union tftp_address *from)
{
	struct tftp_transfer *t = s->by_peer[peer_slot(s, from)];

	while (t != NULL &&
	    (t->listener != listener || !tftp_address_equal(&t->peer.address, from)))
		t = t->next_peer;
	return t;
}

struct tftp_transfer *
tftp_table_find_one(const struct tftp_server *s, uint64_t one_of)
{
	struct tftp_transfer *t = s->by_one[slot(s, &one_of, sizeof(one_of))];

	while (t != NULL && t->served.one_of != one_of)
		t = t->next_one;
	return t;
}

static struct tftp_host **
find_host(const struct tftp_server *s, const union tftp_address *from)
{
	uint8_t key[16];
	struct tftp_host **h;

	tftp_address_octets(from, key);
	h = &s->hosts[slot(s, key, sizeof(key))];
	while (*h != NULL && memcmp((*h)->address, key, sizeof(key)) != 0)
		h = &(*h)->next;
	return h;
}

unsigned
tftp_table_host_count(const struct tftp_server *s, const union tftp_address *from)
{
	const struct tftp_host *h = *find_host(s, from);

	return h != NULL ? h->count : 0;
}

int
tftp_table_add(struct tftp_server *s, struct tftp_transfer *t)
{
	struct tftp_transfer **peer = &s->by_peer[peer_slot(s, &t->peer.address)];
	struct tftp_host **h = find_host(s, &t->peer.address);

	if (*h == NULL) {
		*h = calloc(1, sizeof(**h));
		if (*h == NULL)
			return -ENOMEM;
		tftp_address_octets(&t->peer.address, (*h)->address);
	}
	(*h)->count++;
	t->host = *h;
	t->next_peer = *peer;
	*peer = t;
	if (t->served.one_of != 0) {
		struct tftp_transfer **one =
		    &s->by_one[slot(s, &t->served.one_of, sizeof(t->served.one_of))];

		t->next_one = *one;
		*one = t;
	}
	s->counts.running++;
	if (s->counts.running > s->counts.running_most)
		s->counts.running_most = s->counts.running;
	return 0;
}

void
tftp_table_remove(struct tftp_server *s, struct tftp_transfer *t)
{
	struct tftp_transfer **p = &s->by_peer[peer_slot(s, &t->peer.address)];
	struct tftp_host **h = find_host(s, &t->peer.address);

	while (*p != t)
		p = &(*p)->next_peer;
	*p = t->next_peer;
	if (t->served.one_of != 0) {
		p = &s->by_one[slot(s, &t->served.one_of, sizeof(t->served.one_of))];
		while (*p != t)
			p = &(*p)->next_one;
		*p = t->next_one;
	}
	if (--(*h)->count == 0) {
		struct tftp_host *gone = *h;

		*h = gone->next;
		free(gone);
	}
	s->counts.running--;
}

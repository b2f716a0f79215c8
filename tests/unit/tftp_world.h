/*
 * tftp_world: two TFTP machines over a network that loses, doubles and reorders,
 * in fake time.  What happens follows from the seed alone.
 *
 * Packets are encoded and decoded by lib/tftp/tftp_packet.  The file's content is
 * not there: each DATA carries, beside it, where in the file it was read, and the
 * receiver's side compares that with where it was told to put it.
 */
#ifndef IMGADM_TESTS_UNIT_TFTP_WORLD_H
#define IMGADM_TESTS_UNIT_TFTP_WORLD_H

#include "lib/tftp/tftp_machine.h"

struct world_options {
	uint64_t seed;
	bool write;		/* WRQ: the client sends */
	uint64_t size;
	struct tftp_options want;	/* of the client */
	struct tftp_limits client, server;
	bool deaf;		/* the server passes over all options */
	bool refuses;		/* the server answers options with ERROR 8 */
	/* Of each packet, in parts of a million, each way. */
	unsigned lost_ppm, doubled_ppm, late_ppm;
	int64_t delay_us;	/* one way */
	int64_t late_us;	/* more, at most, of a packet that is late */
	int64_t each_us;	/* the line is busy with a packet */
	int64_t room;		/* packets that wait for the line; more are dropped; 0 = any */
	int64_t limit_us;	/* the end of the world */
};

enum { WORLD_CLIENT, WORLD_SERVER };

struct world_side {
	bool began, done, failed, gone;
	enum tftp_reason reason;
	uint64_t out, in;	/* packets sent, and come */
	uint64_t data;		/* of the sent ones: DATA */
	uint64_t acks;
	uint64_t resent;	/* times that the timer sent something */
	int64_t done_us;
};

struct world_result {
	struct world_side side[2];
	const char *wrong;	/* an invariant that was broken; NULL = none */
	uint64_t taken;		/* octets */
	uint64_t last_acks_lost, last_acks_come;	/* of the last block */
	uint64_t blocks;	/* of the file */
	int64_t quiet_us;	/* longest time without progress of the sender */
	int64_t end_us;
};

/* splitmix64 */
uint64_t world_random(uint64_t *state);
/* less than n */
uint64_t world_below(uint64_t *state, uint64_t n);

/* A quiet network of 1 ms, 16 MiB limits as the library's. */
void world_options_default(struct world_options *o);
void world_run(const struct world_options *o, struct world_result *ret);
/* One line that says what it was, for a failure. */
void world_describe(const struct world_options *o, const struct world_result *r, char *dst,
	size_t size);

#endif

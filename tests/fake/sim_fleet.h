/*
 * sim_fleet: the devices of the simulation, and the commands that move them.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_FLEET_H
#define IMGADM_TESTS_FAKE_SIM_FLEET_H

#include "tests/fake/sim_agent.h"
#include "tests/fake/sim_net.h"

enum { FLEET_DEVICES_MAX = 100000, FLEET_LINE_SIZE = 256 };

struct fleet {
	struct sim_size size;
	struct sim_agent agent;
	struct sim_device *devices;
	uint32_t count;
	uint32_t first;		/* address of device 1, host order */
	uint16_t port;
	unsigned loss_percent;
	uint64_t random;
	uint64_t lost, silenced, strangers;
	int64_t tick_ms;	/* 0 = only when told */
	uint32_t tick_entries;
	int64_t next_tick_ms;
	struct sim_net *net;
	const char *user, *auth_pass, *priv_pass, *fleet_file, *request_file;
	int64_t latency_us;
	unsigned silent_percent;
	char line[FLEET_LINE_SIZE];	/* of stdin, not yet whole */
	size_t line_len;
	bool stdin_open, quit;
};

/* CLOCK_MONOTONIC. */
int64_t fleet_now_us(void);
/* A decimal number up to max; false for anything else. */
bool fleet_number(const char *text, uint64_t max, uint64_t *ret_value);

/* A sim_net_handler; user is the fleet. */
size_t fleet_handle(void *user, uint32_t address, uint8_t *message, size_t len,
	uint8_t *answer, uint32_t *from);

/* This share of the devices does not answer: spread evenly, the same ones each time. */
void fleet_set_silent(struct fleet *f, unsigned percent);
/* NAME[=DEVICE[-DEVICE]]; false when there is no such thing. */
bool fleet_set_quirk(struct fleet *f, const char *text);
/* Read stdin and do what it says. */
void fleet_read_commands(struct fleet *f);

#endif

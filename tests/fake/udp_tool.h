/*
 * udp_tool: what the programs that play with datagrams share beside addresses.
 */
#ifndef IMGADM_TESTS_FAKE_UDP_TOOL_H
#define IMGADM_TESTS_FAKE_UDP_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Monotonic. */
int64_t udp_tool_now_us(void);

/* Logs what failed, and errno; ends with status 3. */
void udp_tool_die(const char *what) __attribute__((noreturn));

/* An option whose value is a number. */
struct udp_tool_number {
	int key;
	uint64_t *value;
	uint64_t least, most;
};
/* Sets what belongs to the key; false: none does, or text is no such number (logged). */
bool udp_tool_set(const struct udp_tool_number *list, size_t count, int key, const char *text);

#endif

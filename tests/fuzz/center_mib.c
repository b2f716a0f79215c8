/*
 * What a device may ask of the centre: any PDU, for a device that is there and
 * for one that is not, into rooms of any size.
 */
#include <config.h>

#include "manager/center_mib.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/snmp/pdu.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/store_world.h"

static struct store *store;
static struct center_mib *mib;
static int64_t device;

/* One device in a store in memory of the file system; it goes with the process's folder. */
static void
begin(void)
{
	static char folder[256];
	struct world_machine m;
	struct store_target target;
	struct world_poll p;
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/db", world_folder(folder, sizeof(folder)));
	FUZZ_CLAIM(store_open(path, STORE_POLL, &store, NULL) == 0);
	FUZZ_CLAIM(store_device_add(store, &(struct store_device_new){ .name = "a",
		.address = "10.0.0.1" }, &device, NULL) == 0);
	world_machine_init(&m, 1, 6, 4, 50);
	FUZZ_CLAIM(world_target(store, "a", &target));
	world_poll(&p, &m, &target, 1700000000, SIZE_MAX);
	FUZZ_CLAIM(store_poll_put(store, &p.result, NULL, NULL) == 0);
	world_poll_release(&p);
	world_machine_release(&m);
	mib = center_mib_new(store, clock_system());
	FUZZ_CLAIM(mib != NULL);
	world_folder_remove(folder);
}

static void
claim(int64_t who, const uint8_t *data, size_t size, size_t room)
{
	static struct pdu_room asked_room, answer_room;
	uint8_t buf[4096];
	struct pdu asked, answer;
	size_t len, i;

	(void)memset(buf, 0x5a, sizeof(buf));
	len = center_mib_answer(mib, who, data, size, buf, room);
	FUZZ_CLAIM(len <= room);
	for (i = room; i < sizeof(buf); i++)
		FUZZ_CLAIM(buf[i] == 0x5a);
	if (len == 0)
		return;
	FUZZ_CLAIM(pdu_read(data, size, &asked_room, &asked) == 0);
	FUZZ_CLAIM(pdu_read(buf + room - len, len, &answer_room, &answer) == 0);
	FUZZ_CLAIM(answer.tag == PDU_RESPONSE && answer.request_id == asked.request_id);
	if (answer.error_status != 0) {
		FUZZ_CLAIM(answer.error_index <= (int)asked.count);
		return;
	}
	if (asked.tag == PDU_GET || asked.tag == PDU_GETNEXT)
		FUZZ_CLAIM(answer.count == asked.count);
	for (i = 0; asked.tag == PDU_GETNEXT && i < answer.count; i++)
		FUZZ_CLAIM(answer.varbinds[i].type == SNMP_TYPE_END_OF_MIB_VIEW ||
			snmp_name_compare(answer.varbinds[i].name, answer.varbinds[i].name_len,
			asked.varbinds[i].name, asked.varbinds[i].name_len) > 0);
	for (i = 0; who == 0 && i < answer.count; i++)
		FUZZ_CLAIM(answer.varbinds[i].type >= SNMP_TYPE_NO_SUCH_OBJECT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (mib == NULL)
		begin();
	claim(device, data, size, 4096);
	claim(device, data, size, 484);
	claim(device, data, size, size % 64);
	claim(0, data, size, 1400);
	return 0;
}

/*
 * What is remembered of troubles, as it was kept, with octets of it changed: it is
 * refused, or can be gone on with, whatever comes.  The input is taken as it is,
 * and as changes to a whole one: place (2 octets), exclusive or (4 octets).
 */
#include <config.h>

#include "manager/trouble/trouble_device.h"

#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define RULE(id, when) "<rule id='" id "'><scope unit-type='E'/><when>" when "</when>" \
	"<clear hold='5 impressions'/><inhibit by='P' for='9s'/><blackout after='install' for='3s'/>" \
	"<treat confirm-drop='50%' over='90 impressions'><reset/></treat></rule>"

static const char xml[] = "<catalogue xmlns='urn:imgadm:catalogue:1' id='a' serial='1' "
	"issued='2026-11-01'><creator id='a'/><unit-type id='E' class='engine' manufacturer='M' "
	"model='E'/>"
	RULE("x", "<all hold='3s'><count code='A' min='3' within='40 impressions'/><not><absent code='B' "
	"within='2 restarts'/></not></all>")
	RULE("y", "<any><rate code='A' min='2' per='9 impressions' over='90 impressions' dedupe='2 "
	"impressions'/><sequence codes='A B ?' gap='9s' within='9s'/></any>")
	"<rule id='z'><scope unit-type='E'/><when><change reading='t' by='5' within='16s'/></when>"
	"<inhibit rule='x' for='9s'/></rule>"
	"<rule id='u'><scope unit-type='E'/><when><trend reading='t' limit='9' within='9s' over='40s'/>"
	"</when></rule><rule id='v'><scope unit-type='E'/><when><any><level reading='t' min='6' clear='3'/>"
	"<deviate reading='t' min='3' of='5' low='2' high='6'/><peer reading='t' min='1.5' peers='2'/>"
	"</any></when></rule></catalogue>";

static struct trouble_rules *
the_rules(void)
{
	static struct trouble_rules rules;
	static struct catalogue *catalogue;
	static struct catalogue_set *set;
	struct catalogue_findings findings = {0};
	struct err e;

	if (set != NULL)
		return &rules;
	FUZZ_CLAIM(catalogue_read("a.xml", xml, sizeof(xml) - 1, &catalogue, &findings, &e) == 0);
	FUZZ_CLAIM(catalogue_set_link((const struct catalogue *const *)&catalogue, 1, &set,
	    &findings, &e) == 0);
	FUZZ_CLAIM(trouble_rules_init(&rules, set, &e) == 0);
	catalogue_findings_release(&findings);
	return &rules;
}

/* A little of everything, from where the device stands on. */
static void
live(struct trouble_device *d, uint32_t index, uint64_t serial, int64_t at_s)
{
	static const char *const codes[] = { "A", "A", "B", "C", "A", "P" };
	static const enum trouble_fact_kind kinds[] = { TROUBLE_USE, TROUBLE_READING,
		TROUBLE_READING, TROUBLE_PEERS, TROUBLE_STATE, TROUBLE_INSTALLED, TROUBLE_READING };
	struct trouble_fact f = { .kind = TROUBLE_LOG_FROM, .unit = 1, .at_s = at_s, .boots = 1,
		.use_known = true, .generation = 1, .index = index, .repeats = 2, .name = "t",
		.oper_state = UNIT_OPER_OK, .peers = 3 };

	(void)trouble_device_take(d, &f, NULL, NULL);
	for (uint32_t i = 0; i < 40; i++) {
		bool log = i % 3 != 0;

		f.kind = log ? TROUBLE_ENTRY : kinds[i / 3 % 7];
		f.code = codes[i % 6];
		f.index = index;
		f.serial = serial + i;
		f.at_s += 1 + i % 3;
		f.use += i % 11 == 7 ? UINT64_C(1) << 60 : i % 4;
		f.boots += i % 9 == 8;
		f.value = (int64_t)(i * 7 % 10) * CATALOGUE_MILLION;
		index += log;
		(void)trouble_device_take(d, &f, NULL, NULL);
	}
}

static void
claim(const void *data, size_t size)
{
	struct trouble_device *d = NULL, *again = NULL;
	struct buf one, other;
	struct err e = { "" };
	int rc = trouble_device_unpack(the_rules(), data, size, &d, &e);

	FUZZ_CLAIM((rc == 0) == (d != NULL));
	FUZZ_CLAIM(rc == 0 || e.text[0] != '\0');
	if (rc < 0)
		return;
	live(d, 1000, UINT64_C(1) << 40, INT64_C(1) << 31);
	buf_init(&one, TROUBLE_PACKED_MAX);
	buf_init(&other, TROUBLE_PACKED_MAX);
	FUZZ_CLAIM(trouble_device_pack(d, &one) == 0);
	FUZZ_CLAIM(trouble_device_unpack(the_rules(), one.data, one.len, &again, &e) == 0);
	FUZZ_CLAIM(trouble_device_pack(again, &other) == 0);
	FUZZ_CLAIM(one.len == other.len && memcmp(one.data, other.data, one.len) == 0);
	buf_release(&one);
	buf_release(&other);
	trouble_device_free(again);
	trouble_device_free(d);
}

/* A whole one, of two units. */
static void
make(struct buf *b)
{
	const struct trouble_rules *rules = the_rules();
	const struct trouble_subject s = { .device_type = CATALOGUE_NONE, .type = 0,
		.rev = CATALOGUE_NONE, .class = UNIT_TYPE_ENGINE, .use_unit = USE_IMPRESSIONS,
		.software = CATALOGUE_NONE, .release = CATALOGUE_NONE };
	struct trouble_device *d = trouble_device_new(rules);

	FUZZ_CLAIM(d != NULL && trouble_device_unit(d, 1, &s, 0, NULL, NULL) == 0 &&
	    trouble_device_unit(d, 2, &s, 0, NULL, NULL) == 0);
	live(d, 1, 1, 1000);
	FUZZ_CLAIM(trouble_device_pack(d, b) == 0);
	trouble_device_free(d);
}

/* FNV-1a over all but the last 8 octets, which it becomes. */
static void
seal(uint8_t *data, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size - 8; i++) {
		hash ^= data[i];
		hash *= UINT64_C(1099511628211);
	}
	for (int i = 0; i < 8; i++)
		data[size - 8 + i] = (uint8_t)(hash >> (56 - 8 * i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b;

	claim(data, size);
	buf_init(&b, TROUBLE_PACKED_MAX);
	make(&b);
	for (size_t i = 0; i + 6 <= size; i += 6)
		for (size_t n = 0; n < 4; n++)
			b.data[((size_t)data[i] << 8 | data[i + 1]) * 4 % (b.len - 8) + n] ^=
			    (char)data[i + 2 + n];
	seal((uint8_t *)b.data, b.len);
	claim(b.data, b.len);
	buf_release(&b);
	return 0;
}

/*
 * TFTP: any octets as a datagram, and as a peer's whole behaviour.  What is decoded
 * lies within the datagram and is written and read again as the same; a machine
 * that is sent anything keeps what tests/unit/tftp_hostile.h promises.
 *
 * As a behaviour the input is: which role and size (one octet), a request for the
 * servers, and then pairs of a datagram and how long it took, each behind its
 * length.
 */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/tftp/tftp_packet.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/tftp_hostile.h"

enum { EVENTS_MAX = 400 };

static bool
within(const void *p, size_t len, const uint8_t *data, size_t size)
{
	const uint8_t *at = p;

	return at >= data && at <= data + size && len <= (size_t)(data + size - at);
}

static void
claim_options(const struct tftp_options *o)
{
	FUZZ_CLAIM(!o->has_blksize || (o->blksize >= TFTP_BLOCK_MIN &&
	    o->blksize <= TFTP_BLOCK_MAX));
	FUZZ_CLAIM(!o->has_timeout || o->timeout_s > 0);
	FUZZ_CLAIM(!o->has_windowsize || o->windowsize > 0);
	FUZZ_CLAIM(!o->has_tsize || o->tsize <= TFTP_SIZE_MAX);
}

static void
claim_same_options(const struct tftp_options *a, const struct tftp_options *b)
{
	claim_options(a);
	FUZZ_CLAIM(a->has_blksize == b->has_blksize && a->has_timeout == b->has_timeout &&
	    a->has_tsize == b->has_tsize && a->has_windowsize == b->has_windowsize);
	FUZZ_CLAIM(a->blksize == b->blksize || !a->has_blksize);
	FUZZ_CLAIM(a->timeout_s == b->timeout_s || !a->has_timeout);
	FUZZ_CLAIM(a->tsize == b->tsize || !a->has_tsize);
	FUZZ_CLAIM(a->windowsize == b->windowsize || !a->has_windowsize);
}

/* Written and read again. */
static void
claim_again(const struct tftp_packet *p)
{
	uint8_t d[TFTP_REQUEST_MAX];
	struct tftp_packet again;
	size_t len = 0;

	switch (p->opcode) {
	case TFTP_RRQ:
	case TFTP_WRQ:
		len = tftp_packet_request(d, sizeof(d), p->opcode, p->name, &p->options);
		break;
	case TFTP_OACK:
		len = tftp_packet_oack(d, sizeof(d), &p->options);
		break;
	case TFTP_DATA:
		len = tftp_packet_data(d, sizeof(d), p->block);
		break;
	case TFTP_ACK:
		len = tftp_packet_ack(d, sizeof(d), p->block);
		break;
	case TFTP_ERROR:
		len = tftp_packet_error(d, sizeof(d), p->code, p->text);
		break;
	}
	FUZZ_CLAIM(len > 0 && tftp_packet_decode(d, len, &again) == 0);
	FUZZ_CLAIM(again.opcode == p->opcode && again.block == p->block &&
	    again.code == p->code);
	FUZZ_CLAIM(p->name == NULL || strcmp(again.name, p->name) == 0);
	FUZZ_CLAIM(p->text == NULL || strcmp(again.text, p->text) == 0);
	claim_same_options(&p->options, &again.options);
}

static void
claim_datagram(const uint8_t *data, size_t size)
{
	struct tftp_packet p;

	if (tftp_packet_decode(data, size, &p) < 0)
		return;
	FUZZ_CLAIM(p.name == NULL || within(p.name, strlen(p.name) + 1, data, size));
	FUZZ_CLAIM(p.data == NULL || within(p.data, p.data_len, data, size));
	FUZZ_CLAIM(p.text == NULL || *p.text == '\0' ||
	    within(p.text, strlen(p.text) + 1, data, size));
	claim_again(&p);
}

/* The next part, behind its length; NULL at the end. */
static const uint8_t *
part(const uint8_t **data, size_t *size, size_t *ret_len)
{
	const uint8_t *p = *data + 1;

	if (*size == 0 || **data >= *size)
		return NULL;
	*ret_len = **data;
	*data += 1 + *ret_len;
	*size -= 1 + *ret_len;
	return p;
}

static bool
begin(struct hostile *h, const uint8_t **data, size_t *size)
{
	static const uint64_t sizes[] = { 0, 1000, 100000, UINT64_C(1) << 40 };
	const struct tftp_options want = {
		.has_blksize = true, .blksize = 16, .has_windowsize = true, .windowsize = 4,
		.has_tsize = true,
	};
	struct tftp_limits l;
	const uint8_t *p;
	uint8_t how;
	size_t len;

	if (*size == 0)
		return false;
	how = *(*data)++;
	(*size)--;
	tftp_limits_default(&l);
	l.rollover = how >> 4 & 1;
	if (how & 1) {
		hostile_ask(h, how & 2 ? TFTP_READ : TFTP_WRITE, &l, sizes[how >> 2 & 3], &want);
		return true;
	}
	p = part(data, size, &len);
	return p != NULL && hostile_serve(h, &l, sizes[how >> 2 & 3], p, len);
}

static void
claim_behaviour(const uint8_t *data, size_t size)
{
	struct hostile h;
	const uint8_t *p;
	size_t len;

	if (!begin(&h, &data, &size))
		return;
	for (int i = 0; i < EVENTS_MAX && (p = part(&data, &size, &len)) != NULL; i++) {
		int64_t after_us = size > 0 ? (int64_t)*data * *data * 100 : 0;

		hostile_packet(&h, after_us, p, len);
		FUZZ_CLAIM(h.wrong == NULL);
		if (size > 0) {
			data++;
			size--;
		}
	}
	hostile_silence(&h);
	FUZZ_CLAIM(h.wrong == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	claim_datagram(data, size);
	claim_behaviour(data, size);
	return 0;
}

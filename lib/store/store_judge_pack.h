/*
 * store_judge_pack: a judgement as octets and back; private to this folder.
 *
 * Numbers are 8 octets, the highest first; a text is its length and its octets.
 */
#ifndef IMGADM_LIB_STORE_STORE_JUDGE_PACK_H
#define IMGADM_LIB_STORE_STORE_JUDGE_PACK_H

#include "lib/base/buf.h"
#include "lib/store/store_judge.h"

enum { STORE_JUDGE_BODY_MAX = 4 * 1024 * 1024 };

/* Appended to b (limit STORE_JUDGE_BODY_MAX); b->error says how it went. */
void store_judge_pack(const struct store_judgement *j, struct buf *b);
/*
 * All but the key; release in any case.  -EBADMSG: damaged, or written by a
 * version that packs otherwise (then it is judged anew); -ENOMEM.
 */
int store_judge_unpack(const uint8_t *data, size_t size, struct store_judgement *ret,
	struct err *e);

#endif

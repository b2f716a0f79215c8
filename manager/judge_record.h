/*
 * judge_record: a judgement as the store keeps it.
 *
 * Everything in it is about the shape, so that devices of one shape share it:
 * serial numbers stand as marks (judge_explain.h), and are put in for a
 * device by judge_record_fill().  Pure but for memory.
 */
#ifndef IMGADM_MANAGER_JUDGE_RECORD_H
#define IMGADM_MANAGER_JUDGE_RECORD_H

#include "lib/store/store_judge.h"
#include "manager/judge/judge.h"

/* The key stays the caller's.  -ENOMEM.  store_judgement_release() it. */
int judge_record_make(const struct judge_problem *p, const struct judgement *j,
	struct store_judgement *ret, struct err *e);

/* Whether a text has marks at all. */
bool judge_record_names_serials(const char *text);

/*
 * The advices of a judgement for a device (NULL = no unit of it has a serial
 * number), as the store takes them: each kind, rule and subject once.  ret has
 * room for STORE_ADVICE_MAX; returns how many.
 */
size_t judge_record_items(const struct store_judgement *j, const struct structure *device,
	struct store_advice_item *ret);

/* A text of the record for a device, as above; dst of size octets, cut between characters. */
void judge_record_fill(const char *text, const struct structure *device, char *dst, size_t size);

#endif

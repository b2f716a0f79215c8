/*
 * fuzz: what a fuzz target is, whoever drives it.
 */
#ifndef IMGADM_TESTS_FUZZ_FUZZ_H
#define IMGADM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The target: any octets at all.  Returns 0; aborts when something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A claim that must hold for every input, also without assert(). */
#define FUZZ_CLAIM(claim)		\
	do {				\
		if (!(claim))		\
			abort();	\
	} while (0)

/* The input as a terminated text, NULs made spaces.  Caller frees; never NULL. */
char *fuzz_text(const uint8_t *data, size_t size);

#endif

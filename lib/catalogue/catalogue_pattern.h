/*
 * catalogue_pattern: whether two patterns can match the same text.
 *
 * Patterns as text_match() has them: * any characters, ? one character, ASCII
 * case does not count; NULL is any text.  Texts are what a device says, so
 * they have a greatest length: patterns that only meet in a longer one do not
 * meet.  Pure.
 */
#ifndef IMGADM_LIB_CATALOGUE_CATALOGUE_PATTERN_H
#define IMGADM_LIB_CATALOGUE_CATALOGUE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CATALOGUE_PATTERN_TEXT_MAX = 64,	/* the greatest `max` below */
};

/*
 * Whether both match some text of at most max octets; ret_text (NULL = not
 * wanted; max + 1 octets of room) is a shortest one, the same for the same
 * patterns.  *steps goes down by what it cost, at most 17,000, never below 0.
 */
bool catalogue_patterns_meet(const char *a, const char *b, size_t max, uint64_t *steps,
	char *ret_text);

/*
 * By what stands before the first wildcard, ASCII case apart: < 0, 0, > 0.
 * Of two that are alike as far as the shorter goes, the shorter is first: so
 * all patterns that can meet one, and are not before it, follow it at once.
 */
int catalogue_pattern_order(const char *a, const char *b);
/* Whether what stands before the first wildcard of a begins that of b. */
bool catalogue_pattern_leads(const char *a, const char *b);

#endif

/*
 * conf_words: a directive's value taken apart into words.
 *
 * Words are parted by blanks; '...' and "..." hold blanks, \ takes the next
 * character as it is (not within '...'), # at the start of a word begins a
 * comment.  Pure.
 */
#ifndef IMGADM_LIB_SNMP_CONF_WORDS_H
#define IMGADM_LIB_SNMP_CONF_WORDS_H

#include "lib/base/err.h"
#include "lib/snmp/conf.h"

struct conf_words {
	int count;
	char *word[CONF_WORDS_MAX];	/* into text */
	char *text;
	size_t size;
};

/*
 * -EINVAL (a quote that does not end, a backslash at the end, more words than
 * CONF_WORDS_MAX, a control character), -ENOMEM.  Release in any case but failure.
 */
int conf_words_split(const char *line, struct conf_words *ret, struct err *e);
void conf_words_release(struct conf_words *w);	/* wiped: it may hold a pass phrase */

#endif

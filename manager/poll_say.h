/*
 * poll_say: what a poll says to a person: devices that failed, progress, and
 * the last line.
 */
#ifndef IMGADM_MANAGER_POLL_SAY_H
#define IMGADM_MANAGER_POLL_SAY_H

#include "manager/poll.h"

struct poll_say {
	bool progress;		/* stderr is a terminal and wants it */
	bool shown;		/* a progress line stands there */
	unsigned lines;		/* about devices, so far */
	uint64_t kept_back;	/* lines beyond POLL_LINES_MAX */
	int64_t shown_ms;
};

/* One line about a device; place is where its credential stands, or "". */
void poll_say_device(struct poll_say *s, const struct store_target *t,
	const char *reason, const char *place);
/* The progress line, ten times a second at most. */
void poll_say_progress(struct poll_say *s, const struct poll_counts *c, int64_t now_ms);
/* Take the progress line away, and tell of lines that were kept back. */
void poll_say_end(struct poll_say *s);
/* The last line, to stdout, for people or as one JSON object. */
void poll_say_summary(const struct poll_counts *c, bool json);

#endif

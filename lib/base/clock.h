/*
 * clock: what time it is, and how it is written.
 *
 * Whoever decides by time takes a `const struct clock *`, so that a test sets
 * the time.  Deadlines are monotonic milliseconds; moments that are kept are
 * UTC seconds, 0 = not known.
 */
#ifndef IMGADM_LIB_BASE_CLOCK_H
#define IMGADM_LIB_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
	int64_t (*monotonic_ms)(void *user);
	int64_t (*utc_s)(void *user);
	void *user;
};

/* The system's.  Never NULL. */
const struct clock *clock_system(void);

int64_t clock_monotonic_ms(const struct clock *clock);
int64_t clock_utc_s(const struct clock *clock);

enum { CLOCK_TEXT_SIZE = 40 };	/* enough for each text below */

/*
 * Local time, ISO 8601: "2026-11-22 09:12:05" for people, and with T and zone
 * "2026-11-22T09:12:05+01:00" for machines.  0 is "-" and "".
 */
void clock_text(int64_t utc_s, char *dst, size_t size);
void clock_text_iso(int64_t utc_s, char *dst, size_t size);

/* "45 s", "3 min", "6 min 10 s" (two units at most), "2 h 5 min", "3 days". */
void clock_text_span(int64_t span_s, char *dst, size_t size);

/* "now", "45 s ago", "3 min ago", "2 days ago"; "in 5 min"; "never" for 0. */
void clock_text_ago(int64_t now_utc_s, int64_t utc_s, char *dst, size_t size);

/* --- DateAndTime (RFC 2579) ---------------------------------------------- */

enum { CLOCK_DATE_AND_TIME_SIZE = 11 };

/*
 * Always 11 octets, with local zone of that moment; eight zero octets and
 * +0:0 for 0 and for what lies outside 1970..9999.
 */
void clock_date_and_time(int64_t utc_s, uint8_t ret_octets[CLOCK_DATE_AND_TIME_SIZE]);

/*
 * Read 8 octets (no zone: taken as UTC) or 11.  Eight zero octets are 0, and
 * so is a moment before 1970: the clock was not set.  -EINVAL: another
 * length, a month 13, a 30 February, a zone beyond 14 hours, a year over 9999.
 * Second 60 is read as 59; deciseconds are dropped.
 */
int clock_from_date_and_time(const uint8_t *octets, size_t len, int64_t *ret_utc_s);

#endif

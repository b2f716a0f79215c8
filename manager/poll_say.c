#include <config.h>

#include "manager/poll_say.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/log.h"
#include "lib/base/text.h"

enum { PROGRESS_MS = 100 };

static void
wipe(struct poll_say *s)
{
	if (s->shown)
		fputs("\r\033[K", stderr);
	s->shown = false;
}

void
poll_say_device(struct poll_say *s, const struct store_target *t, const char *reason,
	const char *place)
{
	const char *address = t->numeric[0] != '\0' ? t->numeric : t->address;

	if (s->lines == POLL_LINES_MAX) {
		s->kept_back++;
		return;
	}
	s->lines++;
	wipe(s);
	log_error("%s (%s): %s; kept its last values%s%s", t->name, address, reason,
		place[0] != '\0' ? "; see " : "", place);
}

void
poll_say_progress(struct poll_say *s, const struct poll_counts *c, int64_t now_ms)
{
	char polled[TEXT_NUMBER_SIZE], devices[TEXT_NUMBER_SIZE];

	if (!s->progress || now_ms - s->shown_ms < PROGRESS_MS)
		return;
	s->shown_ms = now_ms;
	s->shown = true;
	text_grouped(polled, sizeof(polled), (int64_t)c->polled);
	text_grouped(devices, sizeof(devices), (int64_t)c->devices);
	fprintf(stderr, "\rpolled %s of %s, silent %" PRIu64 ", failed %" PRIu64 "\033[K",
		polled, devices, c->silent, c->failed);
	fflush(stderr);
}

void
poll_say_end(struct poll_say *s)
{
	wipe(s);
	if (s->kept_back > 0)
		log_error("%" PRIu64 " more devices failed or fell silent; "
			"imgadm-fleet list shows them", s->kept_back);
}

static void
say_json(const struct poll_counts *c)
{
	printf("{\"devices\":%" PRIu64 ",\"polled\":%" PRIu64 ",\"unchanged\":%" PRIu64
		",\"changed\":%" PRIu64 ",\"silent\":%" PRIu64 ",\"failed\":%" PRIu64
		",\"log_entries\":%" PRIu64 ",\"log_entries_lost\":%" PRIu64
		",\"requests\":%" PRIu64 ",\"retries\":%" PRIu64 ",\"dropped\":%" PRIu64
		",\"acknowledged\":%" PRIu64 ",\"unacknowledged\":%" PRIu64
		",\"graphs_failed\":%" PRIu64 ",\"milliseconds\":%" PRId64
		",\"stopped\":%s}\n",
		c->devices, c->polled, c->unchanged, c->changed, c->silent, c->failed,
		c->log_entries, c->log_gaps, c->requests, c->retries, c->dropped,
		c->acknowledged, c->unacknowledged, c->graphs_failed, c->ms, c->stopped ? "true" : "false");
}

void
poll_say_summary(const struct poll_counts *c, bool json)
{
	char n[5][TEXT_NUMBER_SIZE];

	if (json) {
		say_json(c);
		return;
	}
	text_grouped(n[0], sizeof(n[0]), (int64_t)c->polled);
	text_grouped(n[1], sizeof(n[1]), (int64_t)c->unchanged);
	text_grouped(n[2], sizeof(n[2]), (int64_t)c->silent);
	text_grouped(n[3], sizeof(n[3]), (int64_t)c->failed);
	text_grouped(n[4], sizeof(n[4]), (int64_t)c->requests);
	printf("polled %s, unchanged %s, silent %s, failed %s, requests %s, "
		"%" PRId64 ".%02" PRId64 " s", n[0], n[1], n[2], n[3], n[4],
		c->ms / 1000, c->ms % 1000 / 10);
	if (c->log_entries > 0 || c->log_gaps > 0) {
		text_grouped(n[0], sizeof(n[0]), (int64_t)c->log_entries);
		printf("; log entries %s", n[0]);
	}
	if (c->log_gaps > 0) {
		text_grouped(n[1], sizeof(n[1]), (int64_t)c->log_gaps);
		printf(", lost %s", n[1]);
	}
	if (c->acknowledged > 0)
		printf(", acknowledged to %" PRIu64 " device%s", c->acknowledged,
			c->acknowledged == 1 ? "" : "s");
	putchar('\n');
}

#include <config.h>

#include "updater/update_heard.h"

#include <stdio.h>

#include "lib/base/clock.h"

void
update_heard_when(const struct store_device_row *d, utc_s now, char *dst, size_t size)
{
	utc_s last = d->last_contact > d->last_report ? d->last_contact : d->last_report;
	char ago[CLOCK_TEXT_SIZE];

	if (last == 0) {
		(void)snprintf(dst, size, "never heard so far");
		return;
	}
	clock_text_ago(now, last, ago, sizeof(ago));
	(void)snprintf(dst, size, "last heard %s, by a %s", ago,
		last == d->last_report ? "report" : "poll");
}

bool
update_heard_fetches(const struct store_device_row *d)
{
	return d->users > 0 || d->report_site[0] != '\0';
}

const char *
update_heard_next(const struct store_device_row *d)
{
	bool address = d->polled && (d->numeric[0] != '\0' || d->address[0] != '\0');

	if (update_heard_fetches(d) && d->last_report != 0)
		return "it fetches the order after its next report, or when it asks";
	if (update_heard_fetches(d))
		return "it has keys to fetch the order with, and has never reported: "
			"imgadm-device centre set gives it them";
	if (address)
		return "it fetches no orders: give the same command again when it answers";
	return "nothing brings it the order: imgadm-fleet enrol lets it fetch its orders";
}

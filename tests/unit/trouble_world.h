/*
 * trouble_world: a device of two engines and its rules, lived through from a few lines.
 *
 * Rules stand in the catalogue of trouble_world_xml(): unit type E (counts
 * impressions; revs A, B), software s for it (seq 100, 200, 300).  A script is
 * facts, one a line or parted by semicolons:
 *
 *	AT USE e CODE [REPEATS]	an entry of unit 1's log, at second AT, at that use
 *	AT USE r NAME VALUE	a reading, in units (VALUE is whole)
 *	AT USE l NAME VALUE LOW HIGH	with the device's own limits
 *	AT USE u [LIFE]		the use count alone
 *	AT USE s STATE		ok, warning, failed, ...
 *	AT USE p NAME MEDIAN PEERS
 *	AT USE i		other software was installed
 *	AT USE v		it was serviced
 *	AT USE g		entries were lost
 *	AT USE b		the device has started again
 *
 * "2/" in front: of unit 2; "0/": of none.  Needs Check.
 */
#ifndef IMGADM_TESTS_UNIT_TROUBLE_WORLD_H
#define IMGADM_TESTS_UNIT_TROUBLE_WORLD_H

#include "manager/trouble/trouble_device.h"

struct trouble_world {
	struct catalogue_set *set;
	struct trouble_rules rules;
	struct trouble_device *device;
	uint32_t index, boots;	/* of the next entry, of the device */
	uint64_t serial;
	char told[8192];	/* "opened x@100 cleared x@200"; of unit 2 "opened 2/x@100" */
	struct trouble_told last;
};

/* The world with these rules (XML) on both units; release 100, rev A. */
void trouble_world_begin(struct trouble_world *w, const char *rules);
void trouble_world_end(struct trouble_world *w);
/* Live through a script. */
void trouble_world_live(struct trouble_world *w, const char *script);
/* The unit is of revision rev and runs seq from now on; seq 0: it is gone. */
void trouble_world_runs(struct trouble_world *w, uint32_t unit, const char *rev, uint32_t seq);
struct trouble_subject trouble_world_subject(const struct trouble_world *w, const char *rev,
	uint32_t seq);
/* One line of a script as a fact; texts stand in `text`, of 200 octets. */
struct trouble_fact trouble_world_fact(struct trouble_world *w, const char *line, char *text);
/* Append what is told; a trouble_tell of a world. */
void trouble_world_tell(void *user, const struct trouble_told *told);

/* Begin, live, compare what was told, end. */
void trouble_world_says(const char *rules, const char *script, const char *told);

#endif

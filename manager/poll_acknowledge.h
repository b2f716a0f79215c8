/*
 * poll_acknowledge: devices are told how far their error log is stored.
 *
 * After a run one SET of imgReportAcknowledgedGeneration and
 * imgReportAcknowledgedIndex goes to each device of whose log the store has more
 * than the device was told, and which answered this run.  Which ones is kept in
 * the store, in one transaction with the entries: a run that was killed, and a
 * device that did not answer the SET, are made up for by the next run.  Only the
 * keys of these devices are in memory as a whole.
 */
#ifndef IMGADM_MANAGER_POLL_ACKNOWLEDGE_H
#define IMGADM_MANAGER_POLL_ACKNOWLEDGE_H

#include "manager/poll.h"

/*
 * s is of STORE_TOLD and has no open batch: all it holds was committed.  credential
 * NULL = what conf assigns; `since` is when the run began.  Adds to
 * counts->acknowledged and unacknowledged, and sets stopped on a signal; each
 * device that does not take it has a line, POLL_LINES_MAX in all.  0 also when
 * devices failed; negative with e when the store did, or there is no memory.
 */
int poll_acknowledge(struct store *s, struct conf *conf,
	const struct snmp_credential *credential, utc_s since, struct poll_counts *counts,
	struct err *e);

#endif

/*
 * center_private: what the files of the centre's daemon share.
 *
 *   center.c        the loop: signals, timers, start and end
 *   center_take.c   a datagram: who sent it, and what becomes of it
 *   center_put.c    what waits, into the store, and the answers
 *   center_graph.c  samples of what was put
 *   center_soon.c   polls that are wanted soon
 *   center_judge.c  the judge, after structures came
 *   center_forward.c  copies for another receiver
 */
#ifndef IMGADM_MANAGER_CENTER_PRIVATE_H
#define IMGADM_MANAGER_CENTER_PRIVATE_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "lib/base/child.h"
#include "lib/base/limit.h"
#include "lib/report/report.h"
#include "lib/snmp/pdu.h"
#include "manager/center.h"
#include "manager/center_commit.h"
#include "manager/center_engine.h"
#include "manager/center_mib.h"
#include "manager/center_net.h"
#include "manager/center_queue.h"

enum {
	CENTER_PDU_MAX = 4096,	/* octets of a report's PDU; a device's are 1,400 */
	CENTER_COMMUNITY_MAX = 64,
	CENTER_SOON_EVERY_MS = 5000,	/* polls are started no oftener */
	CENTER_SOON_LIMIT_MS = 10 * 60 * 1000,
	CENTER_JUDGE_EVERY_MS = 5000,	/* the judge is started no oftener */
	CENTER_JUDGE_LIMIT_MS = 30 * 60 * 1000,
	CENTER_HOLES_EVERY_MS = 30 * 1000,
	CENTER_HOLES_AGE_S = 60,	/* so long a later part may fill a hole */
	/*
	 * The store is another's: it is waited for so long, and asked again after
	 * the sockets had so long; what waits keeps its place.
	 */
	CENTER_STORE_WAIT_MS = 50,
	CENTER_STORE_AGAIN_MS = 10,
	CENTER_STORE_SAY_MS = 5000,	/* then it is said */
	CENTER_DRAWN = 8192,
	CENTER_SAY_EVERY_MS = 60 * 60 * 1000,	/* the counts, at info */
};

/* What waits to be put.  Its PDU stands behind it. */
struct center_item {
	struct center_queue_item queue;		/* first */
	enum { CENTER_ITEM_REPORT = 1, CENTER_ITEM_MARK } kind;
	bool answer;			/* wants a Response */
	struct center_peer from;
	int64_t device;			/* MARK: to be polled soon */
	struct center_engine_return to;	/* REPORT, and MARK by SNMPv3 */
	/* MARK by an SNMPv2c inform; to.user is empty. */
	uint8_t community[CENTER_COMMUNITY_MAX];
	size_t community_len;
	size_t pdu_len;
	uint8_t pdu[];
};

/* An item that was put, and how it is answered once committed. */
struct center_done {
	struct center_item *item;
	enum pdu_error error;
};

struct center_counts {
	uint64_t stored, parts, repeats;	/* acknowledged */
	uint64_t refused;	/* answered genErr */
	uint64_t malformed;	/* no report, or not whole */
	uint64_t marks, unknown_traps, bad_traps;
	uint64_t failed_commits;
	uint64_t forwarded, not_forwarded;
	uint64_t graphs_failed;
};

/* What the graphs get of one report. */
struct center_sample {
	int64_t device;
	utc_s when;
	uint64_t errors[RRDFILE_SEVERITIES];
	bool structure, discontinuous;
};

/* When a device's units were last drawn; places are shared, which draws anew. */
struct center_drawn {
	int64_t device;
	utc_s when;
};

struct center {
	struct center_options o;
	struct store *store;
	struct rrdfile *rrd;
	struct event_base *base;
	struct center_net *net;
	struct center_engine *engine;
	struct center_queue *queue;
	struct center_mib *mib;
	struct limit limit;
	struct center_counts counts;
	struct pdu_room room;
	struct event commit_timer, tick_timer;
	struct event *signals[4];
	size_t signal_count;
	bool events_made;
	/* The queue was empty until then, monotonic. */
	int64_t waiting_since_ms;
	/* The store is another's since then (0 = not), and asked again then. */
	int64_t busy_since_ms, again_ms;
	/* One batch. */
	struct center_done done[CENTER_COMMIT_REPORTS];
	struct center_sample samples[CENTER_COMMIT_REPORTS];
	size_t done_count, sample_count;
	bool marked;
	struct center_drawn drawn[CENTER_DRAWN];
	/* Polls wanted soon. */
	struct child *child;
	int64_t child_started_ms;
	bool soon;		/* look whether there are marks */
	/* The judge, after structures came. */
	struct child *judge_child;
	int64_t judge_started_ms;
	bool judge_wanted;
	int64_t holes_ms, begin_ms, said_ms;
	/* Copies. */
	int forward_fd;		/* -1 = none */
};

int64_t center_now_ms(const struct center *c);
/*
 * Warn of something that the network causes, once a minute a cause; `about` is
 * escaped text, or NULL.
 */
void center_say(struct center *c, const char *cause, const struct center_peer *from,
	const char *user, const char *about);

/* center_take.c */
void center_take(void *center, const struct center_peer *from, uint8_t *data, size_t len);

/* center_put.c: a batch of what waits. */
void center_put(struct center *c);
void center_item_free(struct center_queue_item *item);

/* center_graph.c: after a commit. */
void center_graph_note(struct center *c, const struct store_report_outcome *o,
	const struct report *r, utc_s when);
void center_graph_write(struct center *c);

/* center_soon.c */
void center_soon_tick(struct center *c);
void center_soon_child(struct center *c);	/* after SIGCHLD */

/* center_judge.c */
void center_judge_note(struct center *c, const struct store_report_outcome *o);
void center_judge_tick(struct center *c);
void center_judge_child(struct center *c);	/* after SIGCHLD */

/* center_forward.c */
int center_forward_open(struct center *c, const char *address, struct err *e);
void center_forward_close(struct center *c);
/* As it came (SNMPv1, v2c). */
void center_forward_raw(struct center *c, const uint8_t *data, size_t len);
/* An authentic notification of SNMPv3, as one of SNMPv2c. */
void center_forward_pdu(struct center *c, const struct center_peer *from, const uint8_t *pdu,
	size_t len);

#endif

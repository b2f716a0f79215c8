/*
 * ask: what the centre knows of this device, read from its IMGADM-CENTER-MIB.
 *
 * One GETBULK walk as the device's own user, of all or of the orders alone; what is
 * answered is taken cell by cell and checked, since an answer is from outside as any
 * other.  Pure but for ask_run(): who has an engine of its own (imgadm-agentd) puts
 * ask_step() into a job.
 */
#ifndef IMGADM_AGENT_MODULE_ASK_H
#define IMGADM_AGENT_MODULE_ASK_H

#include "lib/snmp/engine.h"
#include "lib/structure/update.h"

enum {
	ASK_UNITS_MAX = STRUCTURE_UNITS_MAX,
	ASK_ADVICE_MAX = 64,	/* as the MIB says */
	ASK_PLANS_MAX = 64,
	ASK_ORDERS_MAX = 256,	/* of each kind */
	ASK_DEADLINE_MS = 5000,	/* to look a name up */
	ASK_PORT = 162,		/* where the centre's address names none */
};

enum ask_verdict {
	ASK_COMPATIBLE = 1, ASK_INCOMPATIBLE, ASK_UNKNOWN, ASK_NOT_APPLICABLE,
};

/* imgCenterUnitTable */
struct ask_unit {
	uint32_t index;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char software[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	char advised[STRUCTURE_NAME_MAX + 1];
	char advised_creator[STRUCTURE_NAME_MAX + 1];
	char advised_version[STRUCTURE_LABEL_MAX + 1];
	uint32_t same_model, same_software;
	int32_t error_rate, model_error_rate;	/* hundredths; -1 = not known */
};

/* imgCenterAdviceTable and imgCenterAdviceOrderTable */
struct ask_advice {
	uint32_t index;		/* number of the row; of an order: its number */
	uint32_t verb;		/* orders: enum ask_verb */
	uint32_t advice;	/* orders: imgAdviceIndex */
	unsigned cells;		/* that were taken */
	char subject[STRUCTURE_LABEL_MAX + 1];
	uint32_t kind;		/* imgAdviceKind */
	uint32_t severity;	/* enum severity */
	char text[STRUCTURE_TEXT_MAX + 1];
	char recommendation[STRUCTURE_TEXT_MAX + 1];
	char rule_id[STRUCTURE_NAME_MAX + 1];
	uint32_t catalogue_serial;
	utc_s created;
};

enum ask_verb { ASK_PUT = 1, ASK_REMOVE };

/* imgCenterUpdateOrderTable */
struct ask_update {
	uint32_t index;		/* the order's number */
	uint32_t unit;		/* imgUnitIndex */
	unsigned cells;		/* that were taken */
	char unit_serial[STRUCTURE_NAME_MAX + 1];
	uint32_t command;	/* enum update_command */
	struct update_want want;	/* but for its order */
};

/* imgCenterPlanTable */
struct ask_plan {
	uint32_t index;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char software[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	utc_s when;
};

/*
 * Whether a row of orders has all its columns: it has not where the centre changed it
 * during the walk, or says what makes no sense.
 */
bool ask_order_is_whole(const struct ask_advice *order);
bool ask_update_is_whole(const struct ask_update *order);

/* Rows ascend by index.  Owns its arrays; zero is valid and empty. */
struct ask_facts {
	bool known;		/* the centre answered anything */
	char name[STRUCTURE_NAME_MAX + 1];
	utc_s last_contact;
	uint32_t verdict;	/* enum ask_verdict */
	char verdict_text[STRUCTURE_TEXT_MAX + 1];
	utc_s judged;
	uint32_t troubles;
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	bool has_digest;
	uint32_t log_generation, log_index;
	uint32_t orders_newest;
	struct ask_unit *units;
	size_t unit_count;
	struct ask_advice *advice;
	size_t advice_count;
	struct ask_plan *plans;
	size_t plan_count;
	struct ask_advice *orders;
	size_t order_count;
	struct ask_update *updates;	/* orders, too */
	size_t update_count;
	unsigned left_out;	/* cells that made no sense */
};
void ask_facts_release(struct ask_facts *f);

/*
 * Take a varbind of the walk: 0 (also one of a column or row that is not known
 * here; a cell that makes no sense is counted and left out), -ENOMEM, -E2BIG
 * (more rows than there may be).
 */
int ask_take(struct ask_facts *f, const struct snmp_varbind *vb);

enum ask_what {
	ASK_ALL,
	/* What an update of a device needs: the orders, and what is said of log and structure. */
	ASK_ORDERS,
};

/* A walk under way.  Zero but for what and e is its begin; facts are the caller's to release. */
struct ask_walk {
	enum ask_what what;
	struct ask_facts facts;
	struct snmp_name at;	/* the last name that came */
	unsigned answers;
	int rc;			/* how it ended */
	struct err *e;		/* borrowed */
};
/* As snmp_job.step: the next request, or false at the end. */
bool ask_step(struct ask_walk *w, const struct snmp_answer *answer,
	struct snmp_request *ret_request);

/*
 * Ask the centre at address (a transport specifier) with a credential; waits.
 * -EHOSTUNREACH: no answer; -EACCES: it does not take the user or its keys;
 * -EBADMSG: nonsense; -EINVAL: the address; -ENOMEM; all with e.
 */
int ask_run(const char *address, const struct snmp_credential *credential,
	enum ask_what what, struct ask_facts *ret, struct err *e);

/*
 * An engine for one thing after another, that waits: job runs to its end.  target's
 * address is filled from `address` as ask_run() takes it; -errno as there, else 0.
 */
int ask_wait(const char *address, struct snmp_job *job, struct err *e);

#endif

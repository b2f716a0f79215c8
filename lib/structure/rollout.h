/*
 * rollout: the record of a rollout as plain values: what was planned, how far it is,
 * and each member of it.  What the centre keeps (lib/store), carries out (updater/) and
 * shows; nobody decides here.
 *
 * What is what
 * - A *rollout* brings software to the devices of a selection.  Its plan was hashed
 *   (updater/rollout_plan.h says over what), and what is approved is that hash.
 * - A *recipe* is what is done to one device, as text: a line a step, without serial
 *   numbers, so that devices of one shape share it.  Its digest is its name.
 * - A *stage* of a recipe is one step, or the steps of one atomic group, which are done
 *   together.  A member goes through the stages of its recipe one after the other.
 * - An *attempt* is one order, or one for each unit of a group, given to a device
 *   for one stage; they are numbered 1, 2, ... within a member, over all its stages.
 *
 * Invariants
 * - A member is at one stage; what lies before it was read back from the device.
 * - `attempt` and `tries` only rise, but that a person's retry clears `tries`.
 * - What is written down comes before what is done, so that after a crash the same
 *   thing is done again under the same number.
 */
#ifndef IMGADM_LIB_STRUCTURE_ROLLOUT_H
#define IMGADM_LIB_STRUCTURE_ROLLOUT_H

#include "lib/structure/update.h"

enum {
	ROLLOUT_MEMBERS_MAX = 200000,
	ROLLOUT_RECIPES_MAX = 4096,	/* of a rollout */
	ROLLOUT_RECIPE_MAX = 64 * 1024,	/* octets of its text */
	ROLLOUT_STEPS_MAX = 64,		/* of a recipe */
	ROLLOUT_IMAGES_MAX = 4096,
	ROLLOUT_WAVES_MAX = 8,
	ROLLOUT_ID_MAX = 32,		/* octets of a rollout's name */
	ROLLOUT_SELECTION_MAX = 1023,
	ROLLOUT_POLICY_MAX = 4095,	/* octets of a policy's text */
	ROLLOUT_PERSON_MAX = 64,
	ROLLOUT_APPROVALS_MAX = 2,
	ROLLOUT_DIGEST_SIZE = 32,	/* SHA-256 */
	ROLLOUT_CAUSES = 5,		/* enum rollout_cause */
};

/* What a rollout is. */
enum rollout_state {
	ROLLOUT_PLANNED = 1,
	ROLLOUT_APPROVED,
	ROLLOUT_RUNNING,
	ROLLOUT_PAUSED,		/* nothing is begun; what is under way is seen through */
	ROLLOUT_STOPPED,	/* by itself: enum rollout_stop; what is not switching yet ends */
	ROLLOUT_ENDED,		/* nobody is under way any more */
	ROLLOUT_ABORTED,	/* by a person; as stopped */
};

/* Why it stopped. */
enum rollout_stop {
	ROLLOUT_STOP_NONE = 1,
	ROLLOUT_STOP_SHARE,	/* more than the share of those attempted went wrong */
	ROLLOUT_STOP_COUNT,	/* in a small wave: more than the count */
	ROLLOUT_STOP_SERVICE,	/* one device needs service */
	ROLLOUT_STOP_WITHDRAWN,	/* the release was withdrawn, or its key */
	ROLLOUT_STOP_PERSON,	/* imgadm-update stop, or the file STOP */
};

/* What a member is. */
enum rollout_member_state {
	ROLLOUT_MEMBER_PLANNED = 1,	/* not approved so far */
	ROLLOUT_MEMBER_APPROVED,	/* its wave is not open */
	ROLLOUT_MEMBER_WAITING,		/* for a window, the device, its turn at the site */
	ROLLOUT_MEMBER_PRECHECKED,	/* read again: its steps are those approved */
	ROLLOUT_MEMBER_SENDING,		/* ordered; the device loads */
	ROLLOUT_MEMBER_STAGED,
	ROLLOUT_MEMBER_SWITCHING,
	ROLLOUT_MEMBER_TRIAL,
	ROLLOUT_MEMBER_PROVEN,		/* the device says so; not yet read back and judged */
	ROLLOUT_MEMBER_SOAKING,		/* read back, compatible; time and impressions pass */
	ROLLOUT_MEMBER_COMMITTED,	/* all its stages: success */
	ROLLOUT_MEMBER_FAILED,
	ROLLOUT_MEMBER_ROLLED_BACK,
	ROLLOUT_MEMBER_UNKNOWN,		/* past its deadline, and nobody knows how it stands */
	ROLLOUT_MEMBER_NEEDS_SERVICE,
	ROLLOUT_MEMBER_CANCELLED,
	ROLLOUT_MEMBER_SUPERSEDED,	/* the device changed: it is planned anew */
};

/* Why a member is so: a value of enum update_reason where the device said it, or one of these. */
enum rollout_reason {
	ROLLOUT_REASON_FIRST = 100,
	ROLLOUT_REASON_SILENT = ROLLOUT_REASON_FIRST,	/* not heard of in time */
	ROLLOUT_REASON_SLOW,		/* heard of, and not done in time */
	ROLLOUT_REASON_NOT_IDLE,	/* never idle in its windows */
	ROLLOUT_REASON_WRONG_VERSION,	/* it said proven, and runs another version */
	ROLLOUT_REASON_NOT_READ_BACK,	/* the version could not be read in time */
	ROLLOUT_REASON_INCOMPATIBLE,	/* judged so with the new software */
	ROLLOUT_REASON_NOT_JUDGED,
	ROLLOUT_REASON_NOT_USED,	/* too few impressions within the soak's limit */
	ROLLOUT_REASON_TROUBLE,		/* a new trouble since the software was switched */
	ROLLOUT_REASON_SERVICE,		/* the device says that it needs service */
	ROLLOUT_REASON_SHAPE,		/* the device is not what was planned for */
	ROLLOUT_REASON_OWNER,		/* another than the centre decides: local or locked */
	ROLLOUT_REASON_OTHER_UPDATE,	/* another update than ours runs in the unit */
	ROLLOUT_REASON_STOPPED,		/* the rollout stopped */
	ROLLOUT_REASON_CANCELLED,	/* by a person */
	ROLLOUT_REASON_UNDONE,		/* by `undo` */
	ROLLOUT_REASON_GONE,		/* forgotten by the fleet, or its address is another's */
	ROLLOUT_REASON_LAST = ROLLOUT_REASON_GONE,
};

/* Failures of one cause share a budget of tries. */
enum rollout_cause {
	ROLLOUT_CAUSE_NONE,	/* no failure */
	ROLLOUT_CAUSE_NETWORK,	/* noRoute, timeout, slow */
	ROLLOUT_CAUSE_IMAGE,	/* notFound, digestMismatch, tooLarge: what the centre serves */
	ROLLOUT_CAUSE_DEVICE,	/* busy, noSpace, noClock, expired, powerLost, internal,
				 * installerFailed, otherUpdate */
	ROLLOUT_CAUSE_START,	/* didNotStart, notConfirmed */
	ROLLOUT_CAUSE_NEVER,	/* badSignature, wrongHardware, aborted, ...: never again */
};

/* What a person asked for; kept until it is done. */
enum rollout_wish {
	ROLLOUT_WISH_NONE = 1,
	ROLLOUT_WISH_CANCEL,	/* this member: abort, or back while it can */
	ROLLOUT_WISH_UNDO,
};

/* A member; plain data. */
struct rollout_member {
	char device[STRUCTURE_ID_MAX + 1];	/* device id: the key within the rollout */
	char name[STRUCTURE_NAME_MAX + 1];	/* in the fleet, when planned; not hashed */
	char site[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	char revision[STRUCTURE_LABEL_MAX + 1];	/* HardwareRev of the first step's unit */
	uint8_t shape[ROLLOUT_DIGEST_SIZE];	/* the judgement's key when planned */
	uint8_t recipe[ROLLOUT_DIGEST_SIZE];
	uint8_t wave;		/* from 0; hashed */
	bool deferred;		/* could not begin in its wave: goes with the last */
	bool late;		/* joined after the approval: not part of the hash */

	enum rollout_member_state state;
	enum rollout_wish wish;
	int reason;		/* enum update_reason or enum rollout_reason; UPDATE_REASON_NONE */
	char text[STRUCTURE_TEXT_MAX + 1];	/* in the device's words; hostile until escaped */
	/* The first failure is kept apart from the last; a person's retry keeps it too. */
	int first_reason;
	char first_text[STRUCTURE_TEXT_MAX + 1];
	utc_s first_failed;	/* 0 = never */

	uint16_t stage;		/* from 0 */
	uint32_t attempt;	/* the last one that was given out; 0 = none */
	uint16_t tries[ROLLOUT_CAUSES + 1];	/* failed attempts in this stage, by cause */
	bool attempted;		/* counts among the attempted, for ever */
	bool trouble;		/* a new trouble was seen: counts for ever */
	bool accepted;		/* went wrong before a person resumed the rollout: not counted */
	bool back;		/* being taken back (abort, rollback): `reason` says why */
	utc_s since;		/* in this state, or `back` in it */
	utc_s begun;		/* when the attempt was first sent; 0 = not */
	utc_s acted;		/* when something was sent last; it is sent again later */
	utc_s not_before;	/* the next try */
	utc_s soak_since;	/* 0 = does not soak */
	uint64_t soak_from;	/* impressions then */
	uint32_t soak_troubles;	/* of the device, when the attempt began: only new ones count */
};

/* Who approved, and when. */
struct rollout_approval {
	char by[ROLLOUT_PERSON_MAX + 1];	/* Unix user; "policy" for auto */
	utc_s at;		/* 0 = none */
};

/* A rollout without its members; plain data. */
struct rollout {
	char id[ROLLOUT_ID_MAX + 1];	/* [a-z0-9-], unique in the centre */
	uint8_t hash[ROLLOUT_DIGEST_SIZE];	/* of the plan */
	char selection[ROLLOUT_SELECTION_MAX + 1];
	char policy[ROLLOUT_POLICY_MAX + 1];	/* updater/rollout_policy.h: its text */
	uint8_t set_digest[ROLLOUT_DIGEST_SIZE];	/* of the catalogues it was planned on */
	char by[ROLLOUT_PERSON_MAX + 1];	/* who planned it */
	utc_s planned;
	/* In order; two-person: one of them is by another than planned it. */
	struct rollout_approval approval[ROLLOUT_APPROVALS_MAX];

	enum rollout_state state;
	enum rollout_stop stop;
	char text[STRUCTURE_TEXT_MAX + 1];	/* why, with the figures */
	bool undo;		/* what was done is taken back */
	utc_s started, ended;	/* 0 = not */
	uint8_t wave;		/* the newest that is open */
	utc_s wave_opened;	/* 0 = none is */
	utc_s resumed;		/* by a person, last; 0 = never */
};

/*
 * The enumerations' names: "rolledBack", "wrongVersion"; NULL for a value that has none.
 * ROLLOUT_NAME_REASON: enum update_reason's names and enum rollout_reason's.
 * rollout_value: -EINVAL for a name that there is not.
 */
enum rollout_name_kind {
	ROLLOUT_NAME_STATE, ROLLOUT_NAME_STOP, ROLLOUT_NAME_MEMBER, ROLLOUT_NAME_WISH,
	ROLLOUT_NAME_CAUSE, ROLLOUT_NAME_REASON,
};
const char *rollout_name(enum rollout_name_kind kind, int value);
int rollout_value(enum rollout_name_kind kind, const char *name, int *ret_value);

/* The cause of a reason of either enumeration; whose budget a new try is taken from. */
enum rollout_cause rollout_cause_of(int reason);

/* No order of the member is open: planned, approved, waiting, prechecked, and all ends. */
bool rollout_member_at_rest(enum rollout_member_state state);
/* It came to an end: committed, failed, rolledBack, unknown, and what comes behind. */
bool rollout_member_ended(enum rollout_member_state state);

#endif

/* install_private: what the files of install share.  Nobody else includes it. */
#ifndef IMGADM_AGENT_MODULE_INSTALL_PRIVATE_H
#define IMGADM_AGENT_MODULE_INSTALL_PRIVATE_H

#include "agent-module/install.h"
#include "agent-module/install_plan.h"
#include "agent-module/installer.h"
#include "agent-module/state.h"
#include "lib/base/lock.h"
#include "lib/image/image_check.h"

enum { INSTALL_NAME_SIZE = 64, INSTALL_URI_SIZE = UPDATE_URI_MAX + 32 };

/* What this process holds of a member, beside the plan's memory. */
struct install_work {
	uint32_t unit_index, request;	/* whose it is; 0 = nobody's */
	bool passed_known;
	struct image_passed passed;
	char label[STATE_LABEL_TEXT_MAX + 1];	/* of what passed */
	int copy;		/* the copy, open for reading; -1 = none */
	bool copy_is_part;	/* not yet kept under its name */
	int previous;		/* the image of what ran before; -1 = none */
	struct image_label previous_label;
	struct state_trust *trust;	/* checked, to be put in force */
	uint32_t trust_over;	/* the serial that it takes the place of */
};

struct install_lock {
	uint32_t unit_index;	/* 0 = free */
	struct lock *lock;
};

struct install {
	const struct install_options *o;
	struct state *state;
	struct state_view view;
	int folder;		/* STATE.updates; -1 = not open */
	char folder_path[PATH_MAX];
	char fetch[PATH_MAX];
	char symbol[STRUCTURE_LABEL_MAX + 1];	/* who leads */
	struct install_lock locks[UPDATE_GROUP_MAX];	/* of the members */
	struct install_group g;
	struct install_work work[UPDATE_GROUP_MAX];
	size_t current;		/* the member that is worked on */
	int64_t asked_ms, told_ms;	/* when a child was looked after last */
	uint64_t fetched;
	struct install_step step;
};

struct install_now install_now(void);

/* --- rows and units (install_load.c) ------------------------------------------------ */

/* The rows of the group as they are, memories and work going with them. */
int install_load(struct install *in, struct err *e);
void install_work_release(struct install_work *w);
const struct unit *install_unit(const struct install *in, size_t i);
/* What a bank's row says; NULL: none. */
const struct software *install_bank(const struct install *in, size_t i, unsigned bank);
/* The software that a member's verbs name: by its label, or that of its bank. */
struct install_target {
	char software[STRUCTURE_NAME_MAX + 1], creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t sequence;
	uint64_t size;
	uint8_t sha256[STRUCTURE_DIGEST_SIZE];
	bool sha256_known;
	uint32_t floor;
};
int install_target(struct install *in, size_t i, struct install_target *ret, struct err *e);
int install_target_of_bank(struct install *in, size_t i, unsigned bank,
	struct install_target *ret, struct err *e);
void install_target_of_label(const struct image_label *l, struct install_target *ret);

/* --- locks (install_lock.c) -------------------------------------------------------------- */

/*
 * Of the units of g, and of no others.  0: they were held already; 1: some were
 * taken only now, so that what was loaded before may be old; -EBUSY: another
 * process works on one of them.
 */
int install_lock(struct install *in, struct err *e);
/* Of a member's, for an installer to hold too. */
const int *install_lock_descriptor(struct install *in, size_t i);
void install_lock_release(struct install *in);

/* --- advise and reset (install_say.c) ---------------------------------------------------- */

int install_say(struct install *in, struct err *e);

/* --- one transaction (install_record.c) ---------------------------------------------- */

/* -EAGAIN: a command came meanwhile, nothing is changed. */
int install_record(struct install *in, const struct install_step *s, struct err *e);

/* --- files (install_file.c) ------------------------------------------------------------ */

int install_folder_open(struct install *in, struct err *e);
/* u3-0123456789abcdef0123456789abcdef.img (or .label) */
void install_name_of(uint32_t unit, const uint8_t sha256[STRUCTURE_DIGEST_SIZE],
	const char *end, char ret_name[INSTALL_NAME_SIZE]);
/* A small file, whole or not at all, durable. */
int install_file_put(struct install *in, const char *name, const void *data, size_t len,
	struct err *e);
/* -ENOENT; -EMSGSIZE beyond size; *ret_len octets, and a NUL behind them. */
int install_file_get(struct install *in, const char *name, char *dst, size_t size,
	size_t *ret_len, struct err *e);
void install_file_remove(struct install *in, const char *name);
/* A new file, 0600; and the same file open for reading alone. */
int install_file_new(struct install *in, const char *name, int *ret_write, int *ret_read,
	struct err *e);
/* From one name to another, durable. */
int install_file_keep(struct install *in, const char *from, const char *to, struct err *e);
/* An image that is kept: open for reading, its size and digest as told; -ENOENT, -EBADMSG. */
int install_file_image(struct install *in, const char *name, uint64_t size,
	const uint8_t sha256[STRUCTURE_DIGEST_SIZE], int *ret_fd, struct err *e);
/* What no row needs any more goes, of all units and of those that are gone. */
void install_file_sweep(struct install *in);
/* Octets that are free. */
uint64_t install_file_room(const struct install *in);

/* --- steps (install_fetch.c, install_check.c) -------------------------------------------- */

/* Of a URI with `end` behind it: a small file, or the image. */
void install_fetch_small(struct install *in, const char *uri, const char *end, char *dst,
	size_t size, size_t *ret_len, struct install_outcome *o);
void install_fetch_label(struct install *in, size_t i, struct install_outcome *o);
/* The label of what is staged: as trust, floor and unit are now; *o as of the one above. */
void install_check_again(struct install *in, size_t i, struct install_outcome *o);
/* The trust file in force; NULL with *o where there is none. */
struct image_trust *install_trust_load(struct install *in, struct install_outcome *o);
void install_fetch_image(struct install *in, size_t i, struct install_outcome *o);
void install_check_copy(struct install *in, size_t i, struct install_outcome *o);
void install_check_kept(struct install *in, size_t i, struct install_outcome *o);
void install_check_previous(struct install *in, size_t i, struct install_outcome *o);
void install_trust_file(struct install *in, size_t i, struct install_outcome *o);
void install_verb(struct install *in, const struct install_step *s, struct install_outcome *o);

void install_refuse(struct install_outcome *o, enum update_reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A child runs: is it to be ended (signal, abort, another request)? */
bool install_stop(void *install);

#endif

#include <config.h>

#include "updater/update_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/beside.h"
#include "lib/base/buf.h"
#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

enum { PATH_SIZE = 4096, WORDS = 16, POLL_MS = 100, EARS = 2, ERRORS_MAX = 64 * 1024 };

void
update_plan_release(struct update_plan *p)
{
	free(p->text);
	free(p->steps);
	*p = (struct update_plan){ 0 };
}

/* --- what it says ----------------------------------------------------------- */

/* A text that fits; false where it is missing or too long. */
static bool
text_of(const json_t *o, const char *key, char *dst, size_t size)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL && text_copy(dst, size, text);
}

static bool
number_of(const json_t *o, const char *key, uint32_t *ret)
{
	const json_t *n = json_object_get(o, key);
	json_int_t value = json_integer_value(n);

	if (!json_is_integer(n) || value < 0 || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool
truth_of(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static bool
kind_of(const json_t *o, enum update_step_kind *ret)
{
	static const char *const kinds[] = { "install", "switch", "standby", "visit" };
	const char *text = json_string_value(json_object_get(o, "kind"));

	for (size_t i = 0; text != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], text) == 0) {
			*ret = (enum update_step_kind)(i + 1);
			return true;
		}
	return false;
}

static bool
step_of(const json_t *o, struct update_step *s)
{
	const char *digest = json_string_value(json_object_get(o, "sha256"));
	uint32_t bank = 0;

	if (!kind_of(o, &s->kind) || !text_of(o, "unit", s->symbol, sizeof(s->symbol)) ||
	    !number_of(o, "unitIndex", &s->unit_index) ||
	    !text_of(o, "serial", s->serial_number, sizeof(s->serial_number)) ||
	    !text_of(o, "model", s->model, sizeof(s->model)) ||
	    !number_of(o, "group", &s->group) || !number_of(o, "groupSize", &s->group_size))
		return false;
	if (s->kind == UPDATE_STEP_STANDBY || s->kind == UPDATE_STEP_VISIT)
		return true;
	if (!number_of(o, "bank", &bank) || bank > STRUCTURE_BANKS_MAX ||
	    !text_of(o, "software", s->software, sizeof(s->software)) ||
	    !text_of(o, "creator", s->creator, sizeof(s->creator)) ||
	    !text_of(o, "version", s->version, sizeof(s->version)) ||
	    !number_of(o, "seq", &s->seq) || !number_of(o, "minutes", &s->minutes) ||
	    !text_of(o, "fromSoftware", s->from_software, sizeof(s->from_software)) ||
	    !text_of(o, "fromVersion", s->from_version, sizeof(s->from_version)))
		return false;
	s->bank = (uint8_t)bank;
	s->stepping_stone = truth_of(o, "steppingStone");
	s->stop = truth_of(o, "stop");
	s->way_back = truth_of(o, "wayBack");
	s->ticket = truth_of(o, "ticket");
	s->down = truth_of(o, "down");
	s->digest_known = digest != NULL;
	return digest == NULL || text_unhex(digest, s->digest, sizeof(s->digest)) == 0;
}

int
update_plan_parse(const char *json, size_t len, struct update_plan *ret, struct err *e)
{
	struct update_plan p = { 0 };
	json_t *root = json_loadb(json, len, 0, NULL);
	const json_t *steps = json_object_get(root, "steps");
	const char *text = json_string_value(json_object_get(root, "text"));
	bool good = text != NULL && json_is_array(steps) &&
		json_array_size(steps) <= UPDATE_PLAN_STEPS_MAX &&
		text_of(root, "end", p.end, sizeof(p.end));
	int rc = 0;

	if (good) {
		p.stale = truth_of(root, "stale");
		p.count = json_array_size(steps);
		p.text = strdup(text);
		p.steps = calloc(p.count + 1, sizeof(*p.steps));
		if (p.text == NULL || p.steps == NULL)
			rc = err_set(e, -ENOMEM, "out of memory for a plan");
	}
	for (size_t i = 0; good && rc == 0 && i < p.count; i++)
		good = step_of(json_array_get(steps, i), &p.steps[i]);
	if (rc == 0 && !good)
		rc = err_set(e, -EIO, "what imgadm-judge says makes no sense: are the programs "
			"of one version?");
	json_decref(root);
	if (rc < 0)
		update_plan_release(&p);
	else
		*ret = p;
	return rc;
}

/* --- the child ---------------------------------------------------------------- */

/* A descriptor that is read until its end, and what came from it. */
struct ear {
	int fd;			/* -1 = its end was reached */
	struct buf *b;
};

static void
hear(struct ear *ear, short events)
{
	char piece[4096];
	ssize_t n = events == 0 ? -1 : read(ear->fd, piece, sizeof(piece));

	if (n > 0)
		(void)buf_add(ear->b, piece, (size_t)n);
	else if (n == 0 || (events != 0 && errno != EINTR && errno != EAGAIN))
		ear->fd = -1;
}

/* All that it says, and how it ended. */
static int
listen_to(struct child *child, struct ear *ears, size_t count, struct child_end *ret_end,
	struct err *e)
{
	int64_t limit_ms = clock_monotonic_ms(clock_system()) + UPDATE_PLAN_LIMIT_MS + 10000;
	bool open = true, ended = false;

	while (open || !ended) {
		struct pollfd p[EARS];

		if (clock_monotonic_ms(clock_system()) > limit_ms)
			return err_set(e, -EIO, "imgadm-judge does not end");
		for (size_t i = 0; i < count; i++)
			p[i] = (struct pollfd){ .fd = ears[i].fd, .events = POLLIN };
		(void)poll(p, (nfds_t)count, POLL_MS);
		open = false;
		for (size_t i = 0; i < count; i++) {
			if (ears[i].fd >= 0)
				hear(&ears[i], p[i].revents);
			open |= ears[i].fd >= 0;
		}
		if (!ended)
			ended = child_check(child, clock_monotonic_ms(clock_system()),
				ret_end) == 1;
	}
	for (size_t i = 0; i < count; i++)
		if (ears[i].b->error != 0)
			return err_set(e, -EIO, "imgadm-judge says too much");
	return 0;
}

/* What it says on stdout, and on stderr. */
static int
run(const char *const *argv, struct buf *out, struct buf *errors, struct child_end *ret_end,
	struct err *e)
{
	struct ear ears[EARS] = { { .b = out }, { .b = errors } };
	int ends[EARS][2] = { { -1, -1 }, { -1, -1 } }, rc = 0;
	struct child *child = NULL;
	struct beside_env env;

	for (size_t i = 0; rc == 0 && i < EARS; i++) {
		if (pipe2(ends[i], O_CLOEXEC) < 0)
			rc = err_set(e, -errno, "cannot make a pipe: %s", strerror(errno));
		ears[i].fd = ends[i][0];
	}
	beside_env(&env);
	if (rc == 0)
		rc = child_start(&(struct child_options){ .argv = argv, .env = env.env,
			.limit_ms = UPDATE_PLAN_LIMIT_MS, .output = &ends[0][1],
			.errors = &ends[1][1] }, clock_monotonic_ms(clock_system()), &child, e);
	for (size_t i = 0; i < EARS; i++)
		if (ends[i][1] >= 0)
			(void)close(ends[i][1]);
	if (rc == 0)
		rc = listen_to(child, ears, EARS, ret_end, e);
	child_free(child);
	for (size_t i = 0; i < EARS; i++)
		if (ends[i][0] >= 0)
			(void)close(ends[i][0]);
	return rc;
}

/* The judge's lines as ours: who asks need not know whom we asked. */
static void
pass_on(const char *text)
{
	static const char name[] = "imgadm-judge: ";

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (strncmp(text, name, sizeof(name) - 1) == 0) {
			text += sizeof(name) - 1;
			len -= sizeof(name) - 1;
		}
		if (len > 0)
			log_error("%.*s", (int)len, text);
		text += len;
		text += *text == '\n';
	}
}

/* Its first line, for who passes it on himself. */
static void
first_line(const char *text, struct err *e)
{
	static const char name[] = "imgadm-judge: ";

	if (strncmp(text, name, sizeof(name) - 1) == 0)
		text += sizeof(name) - 1;
	(void)err_set(e, -EINVAL, "%.*s", (int)strcspn(text, "\n"), text);
}

/* A program beside us, of which only what it does is wanted. */
static void
run_quietly(const char *program, const char *environment, const char *argv[])
{
	char path[PATH_SIZE];
	struct child_end end;
	struct buf out, errors;
	struct err e;

	if (beside_find(program, environment, path, sizeof(path), &e) < 0)
		return;
	argv[0] = path;
	buf_init(&out, UPDATE_PLAN_OUTPUT_MAX);
	buf_init(&errors, ERRORS_MAX);
	(void)run(argv, &out, &errors, &end, &e);
	buf_release(&out);
	buf_release(&errors);
}

/* A poll that fails, or finds another one at work, leaves what is known as it is. */
void
update_plan_refresh(const char *db, const char *device)
{
	const char *argv[] = { NULL, "--no-rrd", "--no-judge", "--db", db, "--device", device,
		NULL };

	run_quietly("imgadm-poll", "IMGADM_POLL", argv);
}

void
update_plan_judge(const char *db)
{
	const char *argv[] = { NULL, "run", "--db", db, NULL };

	run_quietly("imgadm-judge", "IMGADM_JUDGE", argv);
}

int
update_plan_get(const struct update_plan_ask *a, struct update_plan *ret, struct err *e)
{
	const char *argv[WORDS];
	char path[PATH_SIZE], text[64];
	struct child_end end = { 0 };
	struct buf out, errors;
	size_t n = 0;
	int rc;

	rc = beside_find("imgadm-judge", "IMGADM_JUDGE", path, sizeof(path), e);
	if (rc < 0)
		return rc;
	argv[n++] = path;
	argv[n++] = "plan";
	argv[n++] = "--json";
	argv[n++] = "--db";
	argv[n++] = a->db;
	if (a->drafts)
		argv[n++] = "--drafts";
	if (a->tickets)
		argv[n++] = "--tickets";
	if (a->symbol != NULL) {
		argv[n++] = "--unit";
		argv[n++] = a->symbol;
	}
	argv[n++] = "--";
	argv[n++] = a->device;
	if (a->software != NULL) {
		argv[n++] = a->software;
		argv[n++] = a->version;
	}
	argv[n] = NULL;
	buf_init(&out, UPDATE_PLAN_OUTPUT_MAX);
	buf_init(&errors, ERRORS_MAX);
	rc = run(argv, &out, &errors, &end, e);
	if (!a->quiet)
		pass_on(buf_text(&errors));
	if (rc == 0 && (end.status == EXIT_DONE || (end.status == EXIT_SOME_FAILED &&
	    out.len > 0)))
		rc = update_plan_parse(buf_text(&out), out.len, ret, e);
	else if (rc == 0 && (end.status == EXIT_USAGE || end.status == EXIT_SOME_FAILED)) {
		e->text[0] = '\0';
		if (a->quiet)
			first_line(buf_text(&errors), e);
		rc = -EINVAL;
	} else if (rc == 0)
		rc = err_set(e, -EIO, "imgadm-judge plan failed: %s",
			child_end_text(&end, text, sizeof(text)));
	buf_release(&out);
	buf_release(&errors);
	return rc;
}

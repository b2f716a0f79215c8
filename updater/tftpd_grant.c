#include <config.h>

#include "updater/tftpd_grant.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/limit.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

enum {
	TOKEN_LEN = STORE_TOKEN_SIZE - 1,
	SLOTS = 1024,
	BATCH = 1024,		/* of a transaction */
	RETRY_FIRST_MS = 20, RETRY_MOST_MS = 1000, RETRY_BROKEN_MS = 5000,
	KINDS = 5,		/* a tag is number * KINDS + kind */
};

/* What of an image is read; its file's name is the digest and this. */
enum kind { IMAGE = 1, SIGNATURE, OPERATOR, ROOT };
static const char *const suffixes[KINDS] = { NULL, "", ".minisig", ".op.minisig",
	".root.minisig" };

/* Reads that are not in the store yet. */
struct pending {
	struct pending *next;
	struct store_grant_use use;
};

struct tftpd_grants {
	struct store *store;
	int images;
	struct tftp_files *files;
	struct event *flush;
	bool scheduled;
	int64_t retry_ms;
	struct pending *pending[SLOTS];
	size_t pending_count;
	int64_t seen;		/* of the store, when it was looked for withdrawn ones */
	struct limit limit;
};

/* --- counting ---------------------------------------------------------------------- */

static struct pending **
slot(struct tftpd_grants *g, int64_t number)
{
	return &g->pending[(uint64_t)number % SLOTS];
}

static const struct store_grant_use *
find(struct tftpd_grants *g, int64_t number)
{
	static const struct store_grant_use none = { 0 };
	struct pending *p = *slot(g, number);

	while (p != NULL && p->use.number != number)
		p = p->next;
	return p != NULL ? &p->use : &none;
}

static void
schedule(struct tftpd_grants *g, int64_t wait_ms)
{
	struct timeval t = { .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };

	if (!g->scheduled && event_add(g->flush, &t) == 0)
		g->scheduled = true;
}

static void
count(struct tftpd_grants *g, int64_t number, uint32_t started, uint32_t completed)
{
	struct pending **s = slot(g, number), *p = *s;

	while (p != NULL && p->use.number != number)
		p = p->next;
	if (p == NULL) {
		p = calloc(1, sizeof(*p));
		if (p == NULL) {
			log_error("grant %lld: no memory to count its read", (long long)number);
			return;
		}
		p->use.number = number;
		p->next = *s;
		*s = p;
		g->pending_count++;
	}
	p->use.started += started;
	p->use.completed += completed;
	schedule(g, 0);
}

/* Those of a batch are in the store: forget them. */
static void
forget(struct tftpd_grants *g, const struct store_grant_use *uses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct pending **s = slot(g, uses[i].number), *p;

		while ((*s)->use.number != uses[i].number)
			s = &(*s)->next;
		p = *s;
		*s = p->next;
		free(p);
		g->pending_count--;
	}
}

/* A transaction's worth; how many are left, or negative with e. */
static int
write_some(struct tftpd_grants *g, struct err *e)
{
	struct store_grant_use uses[BATCH];
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < SLOTS && n < BATCH; i++)
		for (const struct pending *p = g->pending[i]; p != NULL && n < BATCH; p = p->next)
			uses[n++] = p->use;
	if (n == 0)
		return 0;
	rc = store_grant_used(g->store, uses, n, e);
	if (rc < 0)
		return rc;
	forget(g, uses, n);
	return g->pending_count > 0;
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct tftpd_grants *g = arg;
	uint64_t held;
	struct err e;
	int rc;

	(void)fd;
	(void)what;
	g->scheduled = false;
	rc = write_some(g, &e);
	if (rc > 0) {
		schedule(g, 0);
	} else if (rc == 0) {
		g->retry_ms = RETRY_FIRST_MS;
	} else if (rc == -EBUSY) {
		schedule(g, g->retry_ms);
		g->retry_ms = 2 * g->retry_ms < RETRY_MOST_MS ? 2 * g->retry_ms : RETRY_MOST_MS;
	} else {
		if (limit_pass(&g->limit, "write", clock_monotonic_ms(clock_system()), &held))
			log_error("reads of %zu grants are not written yet: %s", g->pending_count,
				e.text);
		schedule(g, RETRY_BROKEN_MS);
	}
}

/* --- names ---------------------------------------------------------------------------- */

static enum kind
kind_of(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz234567");

	if (n != TOKEN_LEN)
		return 0;
	for (int kind = IMAGE; kind < KINDS; kind++)
		if (strcmp(name + TOKEN_LEN, suffixes[kind]) == 0)
			return (enum kind)kind;
	return 0;
}

bool
tftpd_grants_is(const char *name)
{
	return kind_of(name) != 0;
}

static bool
is_from(const struct store_grant *grant, const char *from)
{
	struct parse_range range;

	if (strcmp(grant->from, "any") == 0)
		return true;
	return parse_cidr(grant->from, 0, &range, NULL) == 0 && parse_range_holds(&range, from);
}

/* Whether a grant that the store has may be read, with what is not yet written. */
static bool
may_read(struct tftpd_grants *g, const struct store_grant *grant, const char *from)
{
	const struct store_grant_use *more = find(g, grant->number);

	return (uint64_t)grant->started + more->started < grant->started_most &&
	    (uint64_t)grant->completed + more->completed < grant->completed_most &&
	    is_from(grant, from);
}

static int
open_file(struct tftpd_grants *g, const struct store_grant *grant,
	const struct store_image *image, enum kind kind, struct tftp_file **ret)
{
	char name[2 * STRUCTURE_DIGEST_SIZE + 16], hex[2 * STRUCTURE_DIGEST_SIZE + 1];
	struct tftp_file *file;
	int rc;

	text_hex(hex, sizeof(hex), image->sha256, sizeof(image->sha256));
	(void)snprintf(name, sizeof(name), "%s%s", hex, suffixes[kind]);
	if (kind == OPERATOR && !image->has_operator)
		return -ENOENT;
	if (kind == ROOT && strcmp(image->software, UPDATE_TRUST_ID) != 0)
		return -ENOENT;
	rc = tftp_files_open(g->files, g->images, name, &file);
	if (rc == -ENOENT && kind == ROOT)
		return rc;	/* only a new root has one */
	if (rc < 0) {
		log_error("grant %lld: %s in the folder of images: %s; import the image again",
			(long long)grant->number, name, strerror(-rc));
		return rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM ? rc : -ENOENT;
	}
	if (kind == IMAGE && tftp_file_size(file) != image->size) {
		log_error("grant %lld: %s in the folder of images has %llu octets, not %llu; "
			"import the image again", (long long)grant->number, name,
			(unsigned long long)tftp_file_size(file),
			(unsigned long long)image->size);
		tftp_file_release(file);
		return -ENOENT;
	}
	*ret = file;
	return 0;
}

int
tftpd_grants_serve(struct tftpd_grants *g, const struct tftp_asked *asked,
	struct tftp_served *ret)
{
	struct store_grant grant;
	struct store_image image;
	enum kind kind = kind_of(asked->name);
	char token[STORE_TOKEN_SIZE];
	uint64_t held;
	struct err e;
	int rc;

	if (asked->write)
		return -EACCES;
	(void)snprintf(token, sizeof(token), "%s", asked->name);
	rc = store_grant_find(g->store, token, clock_utc_s(clock_system()), &grant, &image, &e);
	if (rc < 0) {
		if (limit_pass(&g->limit, "read", clock_monotonic_ms(clock_system()), &held))
			log_error("grants cannot be read: %s", e.text);
		return -EAGAIN;
	}
	if (rc == 0 || !may_read(g, &grant, asked->from))
		return -ENOENT;
	rc = open_file(g, &grant, &image, kind, &ret->file);
	if (rc < 0)
		return rc;
	ret->single_port = grant.single_port;
	ret->one_of = (uint64_t)grant.number;
	ret->tag = (uint64_t)grant.number * KINDS + kind;
	return 0;
}

/* Signatures are read as often as one likes. */
void
tftpd_grants_began(struct tftpd_grants *g, const struct tftp_served *s)
{
	if (s->tag % KINDS == IMAGE)
		count(g, (int64_t)(s->tag / KINDS), 1, 0);
}

void
tftpd_grants_ended(struct tftpd_grants *g, const struct tftp_ended *end)
{
	if (end->good && end->tag % KINDS == IMAGE)
		count(g, (int64_t)(end->tag / KINDS), 0, 1);
}

void
tftpd_grants_look(struct tftpd_grants *g, struct tftp_server *server)
{
	size_t count = tftp_server_counts(server)->running;
	int64_t *numbers;
	uint64_t held;
	struct err e;
	int rc;

	if (count == 0)
		return;
	numbers = calloc(count, sizeof(*numbers));
	if (numbers == NULL)
		return; /* the next time */
	count = tftp_server_numbers(server, numbers, count);
	rc = store_grant_gone(g->store, &g->seen, numbers, &count, &e);
	for (size_t i = 0; rc == 0 && i < count; i++)
		tftp_server_end_one_of(server, (uint64_t)numbers[i], "the grant was withdrawn");
	if (rc < 0 && rc != -EBUSY &&
	    limit_pass(&g->limit, "read", clock_monotonic_ms(clock_system()), &held))
		log_error("grants cannot be read: %s", e.text);
	free(numbers);
}

void
tftpd_grants_text(uint64_t tag, char *dst, size_t size)
{
	static const char *const words[KINDS] = { "", "image", "signature",
		"operator's signature", "new root's signature" };

	(void)snprintf(dst, size, "grant %llu, %s", (unsigned long long)(tag / KINDS),
		words[tag % KINDS]);
}

/* --- life ------------------------------------------------------------------------------- */

int
tftpd_grants_open(struct event_base *base, const char *db, const char *images,
	struct tftp_files *files, struct tftpd_grants **ret, struct err *e)
{
	struct tftpd_grants *g = calloc(1, sizeof(*g));
	int rc = 0;

	if (g == NULL)
		return err_set(e, -ENOMEM, "no memory");
	g->files = files;
	g->retry_ms = RETRY_FIRST_MS;
	g->images = open(images, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (g->images < 0)
		rc = err_set(e, -errno, "%s: %s; imgadm-update image import makes it", images,
			strerror(errno));
	if (rc == 0)
		rc = store_open(db, STORE_POLL, &g->store, e);
	if (rc == 0) {
		store_set_wait(g->store, TFTPD_GRANT_WAIT_MS);
		g->flush = event_new(base, -1, 0, on_flush, g);
		if (g->flush == NULL)
			rc = err_set(e, -ENOMEM, "no memory");
	}
	if (rc < 0) {
		tftpd_grants_close(g);
		return rc;
	}
	*ret = g;
	return 0;
}

void
tftpd_grants_close(struct tftpd_grants *g)
{
	struct err e;
	int rc = 1;

	if (g == NULL)
		return;
	if (g->store != NULL)
		store_set_wait(g->store, TFTPD_GRANT_END_WAIT_MS);
	while (rc > 0 && g->pending_count > 0)
		rc = write_some(g, &e);
	if (rc < 0)
		log_error("reads of %zu grants are lost: %s", g->pending_count, e.text);
	for (size_t i = 0; i < SLOTS; i++)
		while (g->pending[i] != NULL) {
			struct pending *p = g->pending[i];

			g->pending[i] = p->next;
			free(p);
		}
	if (g->flush != NULL)
		event_free(g->flush);
	store_close(g->store);
	if (g->images >= 0)
		(void)close(g->images);
	free(g);
}

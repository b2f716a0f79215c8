#include <config.h>

#include "updater/tftpd.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/base/clock.h"
#include "lib/base/limit.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/base/user.h"
#include "lib/store/store_image.h"
#include "updater/tftpd_grant.h"

enum {
	SIGNALS = 3,
	LOOK_S = 1,		/* for grants that were withdrawn */
	SPARE_FILES = 64,	/* the store's, the log's, the loop's */
};

struct tftpd {
	struct tftpd_options options;
	struct event_base *base;
	struct event *signals[SIGNALS], *look;
	struct tftp_server *server;
	struct tftp_files *files;
	struct tftpd_grants *grants;
	struct tftpd_folder *folder;
	struct limit limit;
};

/* --- what is asked for ------------------------------------------------------------- */

/* A token, or a longer name that has one in it: of another site, mistyped, behind a slash. */
static bool
has_token(const char *name)
{
	for (size_t n; *name != '\0'; name += n > 0 ? n : 1) {
		n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
		if (n >= STORE_TOKEN_SIZE - 1)
			return true;
	}
	return false;
}

static void
log_refusal(struct tftpd *d, const struct tftp_asked *asked, int rc, bool grant)
{
	char name[4 * TFTP_NAME_MAX + 1];
	uint64_t held;

	if (!limit_pass(&d->limit, asked->from, clock_monotonic_ms(clock_system()), &held))
		return;
	if (grant || has_token(asked->name) || !text_escape(name, sizeof(name), asked->name))
		(void)snprintf(name, sizeof(name), "%s", grant ? "a grant" : "a name");
	log_notice("%s: refused %s of %s: %s%s", asked->from, asked->write ? "writing" : "reading",
		name, grant && rc == -ENOENT ? "unknown, spent, expired or another's" :
		strerror(-rc), held > 0 ? "; and others before" : "");
}

static int
serve(void *user, const struct tftp_asked *asked, struct tftp_served *ret)
{
	struct tftpd *d = user;
	bool grant = d->grants != NULL && tftpd_grants_is(asked->name);
	int rc = -ENOENT;

	if (grant)
		rc = tftpd_grants_serve(d->grants, asked, ret);
	else if (d->folder != NULL)
		rc = tftpd_folder_serve(d->folder, asked, ret);
	if (rc < 0)
		log_refusal(d, asked, rc, grant);
	return rc;
}

static void
began(void *user, const struct tftp_served *s)
{
	struct tftpd *d = user;

	if (s->one_of != 0)
		tftpd_grants_began(d->grants, s);
}

static const char *
reason_text(enum tftp_reason reason)
{
	switch (reason) {
	case TFTP_R_NO_ANSWER:
		return "never answered";
	case TFTP_R_STALLED:
		return "went silent";
	case TFTP_R_PEER_ERROR:
		return "gave up";
	case TFTP_R_BAD_PACKET:
		return "sent what is no TFTP";
	case TFTP_R_OPTIONS:
		return "could not agree on options";
	case TFTP_R_ABORTED:
		return "was ended";
	case TFTP_R_LAST_ACK:
		return "did not acknowledge the end";
	case TFTP_R_PROBE:
		return "asked for the size";
	case TFTP_R_NONE:
		break;
	}
	return "ended";
}

static void
ended(void *user, const struct tftp_ended *end)
{
	struct tftpd *d = user;
	char what[4 * TFTP_NAME_MAX + 1] = "a file", text[4 * TFTP_ERROR_TEXT_MAX + 1] = "";
	uint64_t held;

	if (end->one_of != 0) {
		tftpd_grants_ended(d->grants, end);
		tftpd_grants_text(end->tag, what, sizeof(what));
	}
	if (end->label != NULL && !text_escape(what, sizeof(what), end->label))
		(void)snprintf(what, sizeof(what), "a file");
	if (end->text != NULL)
		(void)text_escape(text, sizeof(text), end->text);
	if (end->good)
		log_info("%s: %s, %s, %llu octets in %lld ms", end->from, what,
			end->write ? "written" : "read", (unsigned long long)end->octets,
			(long long)end->took_us / 1000);
	else if (end->reason == TFTP_R_PROBE)
		log_info("%s: %s: asked for the size", end->from, what);
	else if (limit_pass(&d->limit, end->from, clock_monotonic_ms(clock_system()), &held))
		log_notice("%s: %s: %s after %llu octets%s%s", end->from, what,
			reason_text(end->reason), (unsigned long long)end->octets,
			text[0] != '\0' ? ": " : "", text);
}

/* --- life ------------------------------------------------------------------------------ */

static void
log_counts(const struct tftpd *d, const char *word)
{
	const struct tftp_server_counts *c = tftp_server_counts(d->server);

	log_notice("%s: %zu transfers now, %zu at most; %llu good, %llu failed, %llu requests "
		"refused; %llu octets in %llu calls%s", word, c->running, c->running_most,
		(unsigned long long)c->good, (unsigned long long)c->failed,
		(unsigned long long)c->refused, (unsigned long long)c->octets,
		(unsigned long long)c->calls, c->segment ? ", cut by the kernel" : "");
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct tftpd *d = arg;

	(void)what;
	if (number == SIGUSR1)
		log_counts(d, "so far");
	else
		(void)event_base_loopbreak(d->base);
}

static int
add_signals(struct tftpd *d)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGUSR1 };

	for (size_t i = 0; i < SIGNALS; i++) {
		d->signals[i] = evsignal_new(d->base, numbers[i], on_signal, d);
		if (d->signals[i] == NULL || event_add(d->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct tftpd *d = arg;

	(void)fd;
	(void)what;
	tftpd_grants_look(d->grants, d->server);
}

static int
add_look(struct tftpd *d, struct err *e)
{
	static const struct timeval every = { .tv_sec = LOOK_S };

	d->look = event_new(d->base, -1, EV_PERSIST, on_look, d);
	if (d->look == NULL || event_add(d->look, &every) < 0)
		return err_set(e, -ENOMEM, "no memory");
	return 0;
}

/* Transfers share sockets and files, so that this is no matter of thousands. */
static void
raise_files(const struct tftpd *d)
{
	const struct tftp_server_options *o = &d->options.server;
	rlim_t want = TFTP_FILES_MAX + SPARE_FILES +
	    o->listen_count * (1 + TFTP_SERVER_PORTS_MAX);
	struct rlimit r;

	/* Two descriptors for each file that is written. */
	if (d->options.folder.write)
		want += 2 * (rlim_t)o->clients_most;
	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || (r.rlim_cur != RLIM_INFINITY && r.rlim_cur >= want))
		return;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_max < want) {
		struct rlimit more = { want, want };

		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			return;
		log_warning("only %llu files may be open at once, not %llu: raise LimitNOFILE",
			(unsigned long long)r.rlim_max, (unsigned long long)want);
		want = r.rlim_max;
	}
	r.rlim_cur = want;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0)
		log_warning("only %llu files may be open at once: %s",
			(unsigned long long)r.rlim_cur, strerror(errno));
}

/* What needs privileges, and giving them up. */
static int
bind_all(struct tftpd *d, struct err *e)
{
	static const struct tftp_server_calls calls = { serve, began, ended };
	const struct tftpd_options *o = &d->options;
	struct user user = { 0 };
	int rc = 0;

	if (o->user != NULL) {
		rc = user_find(o->user, &user, e);
		if (rc < 0)
			err_prefix(e, "option --user");
	}
	if (rc == 0) {
		raise_files(d);
		rc = tftp_server_new(d->base, &o->server, &calls, d, &d->server, e);
	}
	if (rc == 0 && o->port_file != NULL)
		rc = tftpd_listen_write(d->server, o->port_file, e);
	if (rc == 0 && o->user != NULL)
		rc = user_become(&user, e);
	return rc;
}

int
tftpd_new(const struct tftpd_options *o, struct tftpd **ret, struct err *e)
{
	struct tftpd *d = calloc(1, sizeof(*d));
	int rc = 0;

	if (d == NULL)
		return err_set(e, -ENOMEM, "no memory");
	d->options = *o;
	d->base = event_base_new();
	if (d->base == NULL || tftp_files_new(&d->files) < 0 || add_signals(d) < 0)
		rc = err_set(e, -ENOMEM, "no memory");
	if (rc == 0)
		rc = bind_all(d, e);
	if (rc == 0 && o->folder.path != NULL)
		rc = tftpd_folder_open(&o->folder, d->base, d->server, d->files, &d->folder, e);
	if (rc == 0 && o->grants)
		rc = tftpd_grants_open(d->base, o->db, o->images, d->files, &d->grants, e);
	if (rc == 0 && o->grants)
		rc = add_look(d, e);
	if (rc < 0) {
		tftpd_free(d);
		return rc;
	}
	*ret = d;
	return 0;
}

int
tftpd_run(struct tftpd *d, struct err *e)
{
	tftpd_listen_log(d->server);
	if (event_base_dispatch(d->base) < 0)
		return err_set(e, -EIO, "the event loop failed");
	log_counts(d, "stopped");
	return 0;
}

void
tftpd_free(struct tftpd *d)
{
	if (d == NULL)
		return;
	tftp_server_free(d->server);
	tftpd_grants_close(d->grants);
	tftpd_folder_close(d->folder);
	tftp_files_free(d->files);
	for (size_t i = 0; i < SIGNALS; i++)
		if (d->signals[i] != NULL)
			event_free(d->signals[i]);
	if (d->look != NULL)
		event_free(d->look);
	if (d->base != NULL)
		event_base_free(d->base);
	free(d);
}

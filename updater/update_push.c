#include <config.h>

#include "updater/update_push.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/sign/sign.h"
#include "lib/tftp/tftp_client.h"

enum { PATH_SIZE = 4096, PIECE = 4096 };

/* A transfer under way: the file, and how it ended. */
struct transfer {
	struct event_base *base;
	int fd;
	uint64_t size, compared;
	bool over, differs;
	int rc;
	struct err e;
};

/* --- the file ------------------------------------------------------------------- */

static int
open_file(const struct update_push *p, const char *suffix, struct transfer *t, struct err *e)
{
	char path[PATH_SIZE], hex[2 * STRUCTURE_DIGEST_SIZE + 1];
	struct stat is;
	int n;

	text_hex(hex, sizeof(hex), p->image->sha256, sizeof(p->image->sha256));
	n = snprintf(path, sizeof(path), "%s/%s%s", p->images, hex, suffix);
	if (n < 0 || n >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "the folder of images has too long a name");
	t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (t->fd < 0 || fstat(t->fd, &is) < 0 || !S_ISREG(is.st_mode))
		return err_set(e, -ENOENT, "%s: cannot be read: %s; import the image again", path,
			t->fd < 0 ? strerror(errno) : "no file");
	t->size = (uint64_t)is.st_size;
	return 0;
}

/* The library's file is what was imported. */
static int
check_file(const struct update_push *p, struct transfer *t, struct err *e)
{
	struct sign_content content;
	int rc = sign_content_fd(t->fd, p->image->size, &content, e);

	if (rc == 0 && (content.size != p->image->size || memcmp(content.sha256,
	    p->image->sha256, sizeof(content.sha256)) != 0))
		rc = err_set(e, -EBADE, "the library's file of %s %s is damaged: import it again",
			p->image->software, p->image->version);
	return rc;
}

/* --- a transfer -------------------------------------------------------------------- */

static long
give(void *user, uint64_t offset, void *dst, size_t len)
{
	struct transfer *t = user;
	ssize_t n;

	do {
		n = pread(t->fd, dst, len, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n == 0 ? -EIO : n;
}

/* What comes back, against the file. */
static int
take(void *user, const void *data, size_t len)
{
	struct transfer *t = user;
	const char *at = data;
	char own[PIECE];

	while (len > 0) {
		size_t want = len < sizeof(own) ? len : sizeof(own);
		ssize_t n = pread(t->fd, own, want, (off_t)t->compared);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || memcmp(own, at, (size_t)n) != 0) {
			t->differs = true;
			return -EBADE;
		}
		t->compared += (uint64_t)n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static void
done(void *user, int rc, const struct err *e)
{
	struct transfer *t = user;

	t->over = true;
	t->rc = rc;
	if (rc < 0)
		t->e = *e;
	(void)event_base_loopbreak(t->base);
}

/* Until it is over, or the caller's loop was ended. */
static int
transfer(const struct update_push *p, struct transfer *t, const struct tftp_uri *uri, bool put,
	struct err *e)
{
	const struct tftp_client_calls calls = { .take = take, .give = give, .done = done };
	struct tftp_client_options o;
	struct tftp_client *client = NULL;
	int rc;

	tftp_client_options_default(&o);
	o.uri = *uri;
	o.put = put;
	o.size = t->size;
	t->base = p->base;
	t->over = false;
	t->compared = 0;
	rc = tftp_client_start(p->base, &o, &calls, t, &client, e);
	if (rc < 0)
		return rc;
	if (!t->over)
		(void)event_base_dispatch(p->base);
	tftp_client_free(client);
	if (!t->over)
		return err_set(e, -EINTR, "stopped");
	if (t->rc < 0 && e != NULL)
		*e = t->e;
	return t->rc;
}

static int
signature(const struct update_push *p, struct err *e)
{
	static const char suffix[] = ".minisig";
	struct transfer t = { .fd = -1 };
	struct tftp_uri uri = p->uri;
	size_t len = strlen(uri.name);
	int rc;

	if (len + sizeof(suffix) > sizeof(uri.name))
		return err_set(e, -EINVAL, "--push: the name is too long");
	memcpy(uri.name + len, suffix, sizeof(suffix));
	rc = open_file(p, suffix, &t, e);
	if (rc == 0)
		rc = transfer(p, &t, &uri, true, e);
	if (t.fd >= 0)
		(void)close(t.fd);
	return rc;
}

int
update_push_run(const struct update_push *p, bool *ret_same, struct err *e)
{
	struct transfer t = { .fd = -1 };
	int rc = open_file(p, "", &t, e);

	if (rc == 0)
		rc = check_file(p, &t, e);
	if (rc == 0 && p->signature)
		rc = signature(p, e);
	if (rc == 0)
		rc = transfer(p, &t, &p->uri, true, e);
	if (rc == 0) {
		rc = transfer(p, &t, &p->uri, false, e);
		*ret_same = rc == 0 && t.compared == t.size;
		if (t.differs || (rc == 0 && !*ret_same))
			rc = err_set(e, -EBADE, "what was read back is another file");
		else if (rc != -EINTR)
			rc = 0;	/* it cannot be read: e says why */
	}
	if (t.fd >= 0)
		(void)close(t.fd);
	return rc;
}

#include <config.h>

#include "lib/image/image_trust_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static int
read_bytes(const char *path, struct image_trust_texts *t, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = 1;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	while (n != 0 && t->f.len < sizeof(t->bytes)) {
		n = read(fd, t->bytes + t->f.len, sizeof(t->bytes) - t->f.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int rc = err_set(e, -errno, "%s: %s", path, strerror(errno));

			(void)close(fd);
			return rc;
		}
		t->f.len += (size_t)n;
	}
	(void)close(fd);
	t->f.bytes = t->bytes;
	/* One octet too many is what image_trust_accept() refuses. */
	return 0;
}

static int
read_signatures(const char *path, const char *signature, const char *root,
	struct image_trust_texts *t, struct err *e)
{
	char beside[PATH_SIZE];
	int rc, n = snprintf(beside, sizeof(beside), "%s.minisig", path);

	if (n < 0 || n >= (int)sizeof(beside) - (int)sizeof(".root"))
		return err_set(e, -ENAMETOOLONG, "%s: the name is too long", path);
	rc = sign_file_read(signature != NULL ? signature : beside, t->signature,
		&t->f.signature_len, e);
	t->f.signature = t->signature;
	if (rc < 0)
		return rc;
	(void)snprintf(beside, sizeof(beside), "%s.root.minisig", path);
	if (root == NULL && access(beside, F_OK) < 0 && errno == ENOENT)
		return 0;	/* only a new root has one */
	rc = sign_file_read(root != NULL ? root : beside, t->root, &t->f.root_signature_len, e);
	t->f.root_signature = t->root;
	return rc;
}

int
image_trust_read(const char *path, const char *signature, const char *root,
	struct image_trust_texts *ret, struct err *e)
{
	int rc = read_bytes(path, ret, e);

	return rc < 0 ? rc : read_signatures(path, signature, root, ret, e);
}

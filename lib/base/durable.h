/*
 * durable: files that are whole, or as they were, also after a power cut.
 *
 * What was put is on the disk when the call returns: the file's octets before
 * its name, the folder's entry after it.
 *
 * Errors are negative errno: -ENOSPC, -EROFS, -EACCES, -EIO, -ENOENT, ...
 */
#ifndef IMGADM_LIB_BASE_DURABLE_H
#define IMGADM_LIB_BASE_DURABLE_H

#include <stddef.h>
#include <sys/types.h>

/* All of it to fd, however often it takes. */
int durable_write(int fd, const void *data, size_t len);
/* The folder that path is in: its entries are on the disk. */
int durable_folder(const char *path);
/*
 * A new file beside path, open for reading and writing, mode 0600: its name,
 * path.XXXXXX, is *ret_temporary (free() it); unlink() it when all fails.
 */
int durable_begin(const char *path, char **ret_temporary, int *ret_fd);
/* fd, which stays open, is synced, and what is called temporary becomes path. */
int durable_end(const char *path, const char *temporary, int fd);
/* All of this for a few octets. */
int durable_put(const char *path, const void *data, size_t len, mode_t mode);

#endif

/*
 * tftp_file: a file that is served, open once however many read it.
 *
 * It is mapped, and the kernel copies from the mapping (sendmsg); this process
 * never touches it, so that a file cut short is an error of a call (EFAULT)
 * and not a signal.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_FILE_H
#define IMGADM_LIB_TFTP_TFTP_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct tftp_files;
struct tftp_file;

enum { TFTP_FILES_MAX = 1024 };	/* open at once */

/* The table of what is open. -ENOMEM. */
int tftp_files_new(struct tftp_files **ret);
/* Files that are still held live on without it.  NULL is fine. */
void tftp_files_free(struct tftp_files *fs);
size_t tftp_files_count(const struct tftp_files *fs);

/*
 * A reference to the file at path below the folder dir (a descriptor, which outlives
 * it): opened, or the one that is open already where it is the same (device, inode,
 * size, time).  Links are followed in no part of the path; what ".." means is the
 * caller's matter.  Only a regular file is taken: -EISDIR.  -ENOENT, -ELOOP, -ENOTDIR,
 * -EACCES, -EMFILE (TFTP_FILES_MAX too).
 */
int tftp_files_open(struct tftp_files *fs, int dir, const char *path, struct tftp_file **ret);
/* The folder that path's last part is in (a descriptor, O_PATH), and that part.  As above. */
int tftp_files_folder(int dir, const char *path, char *ret_name, size_t size);
/* One reference less; the last one closes.  NULL is fine. */
void tftp_file_release(struct tftp_file *f);

uint64_t tftp_file_size(const struct tftp_file *f);
/* The file's octets, mapped: only for the kernel to read; NULL where size is 0. */
const uint8_t *tftp_file_data(const struct tftp_file *f);

/*
 * Whether it is still there whole: 0; -ESTALE it is shorter, was written to, or
 * is gone from its folder.  One that was replaced by another of the same name is read on
 * as it was.  Looked up once for each new value of `tick`.
 */
int tftp_file_check(struct tftp_file *f, uint64_t tick);

#endif

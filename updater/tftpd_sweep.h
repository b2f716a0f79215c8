/*
 * tftpd_sweep: what a server that was killed left of files that clients were writing.
 */
#ifndef IMGADM_UPDATER_TFTPD_SWEEP_H
#define IMGADM_UPDATER_TFTPD_SWEEP_H

#include <stddef.h>
#include <stdint.h>

enum {
	TFTPD_PART_SIZE = 48,
	TFTPD_SWEEP_DEPTH = 32,		/* folders below each other */
	TFTPD_SWEEP_MOST = 1000000,	/* names that are looked at */
};

/* The name of a file that is not complete: ".imgadm-tftpd." and 32 hexadecimal digits. */
void tftpd_part_name(char dst[TFTPD_PART_SIZE], const uint64_t random[2]);
/*
 * A new file of such a name in the folder, for this process alone as long as it is open
 * (flock): a descriptor, or negative errno.
 */
int tftpd_part_create(int dir, const char *name);

/*
 * Remove such files from the folder and those below it, but for those that a running server
 * holds; links are not followed, hidden folders are not entered.  How many were removed.
 */
size_t tftpd_sweep(int dir);

#endif

/*
 * wake: a word to imgadm-agentd that the state has something to do at once.
 *
 * One octet in a datagram to the unix socket STATE.wake beside the state file,
 * sent without waiting and without a word when it fails: agentd looks each
 * second by itself, so a lost one is late and not lost.  Who may write the
 * state file may send.
 *
 * The state sends it itself, after each commit that concerns agentd: a new log
 * entry, another revision, a setting, a request, a centre, an advice.
 */
#ifndef IMGADM_AGENT_MODULE_WAKE_H
#define IMGADM_AGENT_MODULE_WAKE_H

#include "lib/base/err.h"

/* Tell whoever listens at this state file.  errno is kept. */
void wake_send(const char *state);

/*
 * Listen: a non-blocking datagram socket in *ret_fd.  A socket that a killed
 * listener left is replaced.  -ENAMETOOLONG: the path does not fit a socket's
 * (107 octets); -EACCES, -ENOENT (the folder), -EMFILE and such: go on without.
 */
int wake_open(const char *state, int *ret_fd, struct err *e);
/* Take all that has come off the socket. */
void wake_drain(int fd);
/* Close, and remove the socket's file.  fd < 0 is fine. */
void wake_close(const char *state, int fd);

#endif

#include <config.h>

#include "updater/tftpd_sync.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EVENTS = 16 };

/* One that runs. */
struct job {
	struct iocb what;
	tftpd_sync_done *done;
	void *user;
};

struct tftpd_sync {
	aio_context_t context;	/* 0: not to be had */
	int told;		/* an eventfd: some are done */
	struct event *readable;
	unsigned running;
};

/* Those that are done, `least` of them at least. */
static void
collect(struct tftpd_sync *y, long least)
{
	struct io_event events[EVENTS];
	struct timespec none = { 0 };
	long n;

	do {
		n = syscall(SYS_io_getevents, y->context, least, (long)EVENTS, events,
			least > 0 ? NULL : &none);
		for (long i = 0; i < n; i++) {
			struct job *j = (struct job *)(uintptr_t)events[i].data;

			y->running--;
			j->done(j->user, (int)events[i].res);
			free(j);
		}
	} while (n == EVENTS && y->running > 0); /* none may be left to wait for */
}

static void
on_told(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count;

	(void)what;
	(void)!read(fd, &count, sizeof(count));
	collect(arg, 0);
}

int
tftpd_sync_new(struct event_base *base, struct tftpd_sync **ret)
{
	struct tftpd_sync *y = calloc(1, sizeof(*y));

	if (y == NULL)
		return -ENOMEM;
	y->told = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (y->told >= 0)
		y->readable = event_new(base, y->told, EV_READ | EV_PERSIST, on_told, y);
	if (y->readable == NULL || event_add(y->readable, NULL) < 0) {
		tftpd_sync_free(y);
		return -ENOMEM;
	}
	if (syscall(SYS_io_setup, (unsigned)TFTPD_SYNC_MAX, &y->context) < 0)
		y->context = 0;
	*ret = y;
	return 0;
}

void
tftpd_sync_free(struct tftpd_sync *y)
{
	if (y == NULL)
		return;
	while (y->running > 0)
		collect(y, 1);
	if (y->context != 0)
		(void)syscall(SYS_io_destroy, y->context);
	if (y->readable != NULL)
		event_free(y->readable);
	if (y->told >= 0)
		(void)close(y->told);
	free(y);
}

bool
tftpd_sync_start(struct tftpd_sync *y, int fd, tftpd_sync_done *done, void *user)
{
	struct job *j;
	struct iocb *list[1];

	if (y->context == 0 || y->running >= TFTPD_SYNC_MAX)
		return false;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return false;
	j->done = done;
	j->user = user;
	j->what = (struct iocb){ .aio_data = (uint64_t)(uintptr_t)j,
		.aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = (uint32_t)fd,
		.aio_flags = IOCB_FLAG_RESFD, .aio_resfd = (uint32_t)y->told };
	list[0] = &j->what;
	if (syscall(SYS_io_submit, y->context, 1L, list) != 1) {
		free(j);
		return false;
	}
	y->running++;
	return true;
}

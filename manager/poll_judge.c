#include <config.h>

#include "manager/poll_judge.h"

#include <signal.h>
#include <time.h>

#include "lib/base/beside.h"
#include "lib/base/child.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/store/store_judge.h"

enum { PATH_SIZE = 4096 };

/* Until the child ended; SIGCHLD is blocked, so that none is missed. */
static void
wait_for(struct child *child, const sigset_t *ended, struct child_end *ret_end)
{
	int64_t now_ms, left_ms;

	while (now_ms = clock_monotonic_ms(clock_system()),
	    child_check(child, now_ms, ret_end) == 0) {
		left_ms = child_deadline_ms(child) - now_ms;
		if (left_ms > 0)
			(void)sigtimedwait(ended, NULL, &(struct timespec){
				.tv_sec = left_ms / 1000,
				.tv_nsec = left_ms % 1000 * 1000000 });
	}
}

static void
run(const char *path, const char *db)
{
	const char *const argv[] = { path, "run", "--quiet", "--db", db, NULL };
	struct child *child = NULL;
	sigset_t ended, before;
	struct beside_env env;
	struct child_end end;
	struct err e = {0};
	char text[64];

	beside_env(&env);
	(void)sigemptyset(&ended);
	(void)sigaddset(&ended, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &ended, &before);
	if (child_start(&(struct child_options){ .argv = argv, .env = env.env,
	    .limit_ms = POLL_JUDGE_LIMIT_MS }, clock_monotonic_ms(clock_system()), &child,
	    &e) < 0) {
		log_warning("imgadm-judge cannot be started: %s", e.text);
	} else {
		wait_for(child, &ended, &end);
		child_free(child);
		/* That some devices cannot be judged, it has said. */
		if (end.status != EXIT_DONE && end.status != EXIT_SOME_FAILED)
			log_warning("imgadm-judge run: %s",
				child_end_text(&end, text, sizeof(text)));
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void
poll_judge(struct store *s, const char *db)
{
	char path[PATH_SIZE];
	bool in_use = false;
	struct err e = {0};

	if (store_judge_in_use(s, &in_use, &e) < 0)
		log_err(&e);
	else if (in_use && beside_path("imgadm-judge", path, sizeof(path)))
		run(path, db);
}

#include <config.h>

#include "lib/base/log.h"

#include <stdio.h>
#include <syslog.h>

#include "lib/base/text.h"

/* See log.h for why this is the one static of the library. */
static struct {
	const char *program;
	enum log_level most;
	enum log_target target;
	void (*sink)(void *user, enum log_level level, const char *text);
	void *sink_user;
	bool syslog_open;
} state = { .most = LOG_LEVEL_WARNING };

void
log_open(const char *program, enum log_level most, enum log_target target)
{
	if (state.syslog_open)
		closelog();
	state.program = program;
	state.most = most;
	state.target = target;
	state.syslog_open = target == LOG_TO_SYSLOG;
	if (state.syslog_open)
		openlog(program, LOG_PID, LOG_DAEMON);
}

void
log_sink(void (*sink)(void *user, enum log_level level, const char *text), void *user)
{
	state.sink = sink;
	state.sink_user = user;
}

void
log_close(void)
{
	log_sink(NULL, NULL);
	log_open(NULL, LOG_LEVEL_WARNING, LOG_TO_STDERR);
}

bool
log_wants(enum log_level level)
{
	return level <= state.most;
}

static int
priority(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return LOG_ERR;
	case LOG_LEVEL_WARNING:
		return LOG_WARNING;
	case LOG_LEVEL_NOTICE:
		return LOG_NOTICE;
	case LOG_LEVEL_INFO:
		return LOG_INFO;
	case LOG_LEVEL_DEBUG:
		return LOG_DEBUG;
	}
	return LOG_ERR;
}

void
log_vtext(enum log_level level, const char *fmt, va_list ap)
{
	char raw[LOG_TEXT_MAX], text[LOG_TEXT_MAX];

	if (!log_wants(level))
		return;
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	(void)text_escape_line(text, sizeof(text), raw);
	if (state.sink != NULL)
		state.sink(state.sink_user, level, text);
	else if (state.target == LOG_TO_SYSLOG)
		syslog(priority(level), "%s", text);
	else if (state.program != NULL)
		(void)fprintf(stderr, "%s: %s\n", state.program, text);
	else
		(void)fprintf(stderr, "%s\n", text);
}

void
log_text(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vtext(level, fmt, ap);
	va_end(ap);
}

#define LOG_FUNCTION(name, level)			\
	void						\
	name(const char *fmt, ...)			\
	{						\
		va_list ap;				\
							\
		va_start(ap, fmt);			\
		log_vtext(level, fmt, ap);		\
		va_end(ap);				\
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_notice, LOG_LEVEL_NOTICE)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void
log_err(const struct err *e)
{
	log_error("%s", e->text);
}

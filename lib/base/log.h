/*
 * log: what a program says while it runs, one line a message.
 *
 * Invariants: a message is one line "prog: text" on stderr, or one syslog
 * message; control characters in it are escaped, so that a text from outside
 * never makes a second line.  Library code logs at debug only: who decides,
 * logs, once.
 *
 * Where messages go is the one thing of a process that has no owner to hand
 * it about, as stderr itself has none: log.c keeps it in one static struct.
 * Before log_open(), warnings and errors go to stderr without a name.
 */
#ifndef IMGADM_LIB_BASE_LOG_H
#define IMGADM_LIB_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "lib/base/err.h"

enum { LOG_TEXT_MAX = 2048 };	/* longer messages are cut */

enum log_level {
	LOG_LEVEL_ERROR = 1,	/* someone must act */
	LOG_LEVEL_WARNING,	/* we went on */
	LOG_LEVEL_NOTICE,	/* start, stop */
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG };

/*
 * Say who speaks, which messages pass (`most` and those weightier), and where
 * to.  program is borrowed for the life of the process or until log_close().
 */
void log_open(const char *program, enum log_level most, enum log_target target);

/*
 * Hand messages to a function instead, such as the log of a host program that
 * loaded us; text is escaped and without a newline.  NULL: back to the target.
 */
void log_sink(void (*sink)(void *user, enum log_level level, const char *text),
	void *user);

/* Forget name and sink.  For a loaded module, before it is unloaded. */
void log_close(void);

/* Whether a message of this level would be shown: for texts costly to make. */
bool log_wants(enum log_level level);

void log_text(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void log_vtext(enum log_level level, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* log_error() of what e says. */
void log_err(const struct err *e);

#endif

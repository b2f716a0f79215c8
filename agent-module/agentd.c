#include <config.h>

#include "agent-module/agentd.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

#include "agent-module/advice_hook.h"
#include "agent-module/agentx_loop.h"
#include "agent-module/config_change.h"
#include "agent-module/link_watch.h"
#include "agent-module/orders_run.h"
#include "agent-module/report_send.h"
#include "agent-module/serve.h"
#include "agent-module/state.h"
#include "agent-module/view.h"
#include "agent-module/wake.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

#define APPLICATION "imgadm-agentd"	/* reads imgadm-agentd.conf */

enum { WATCH_MS = 1000 };	/* how often the state is looked at unasked */

/* Net-SNMP calls what reads a directive without an argument of ours. */
static struct serve *config_serve;

struct agentd {
	struct agentd_options options;
	struct event_base *base;
	struct agentx_loop *loop;
	struct event *terminated, *interrupted, *watch, *woken;
	int wake_fd;
	struct serve *serve;
	struct state *state;	/* for writing; NULL until that was possible */
	char state_failure[ERR_TEXT_SIZE];	/* why not, so that it is said once */
	struct report_send *reports;
	struct orders_run *orders;
	struct link_watch *links;
	struct advice_hook *hook;
	char install[PATH_MAX];		/* imgadm-install */
	struct install_watch *updates;
	struct config_change change;
	bool connected;
	bool breaking;	/* break_off() comes */
	netsnmp_session *session;	/* libnetsnmp's; where connected */
	bool started;	/* init_snmp() was called */
};

static enum log_level
level_of(int priority)
{
	if (priority <= LOG_ERR)
		return LOG_LEVEL_ERROR;
	if (priority == LOG_WARNING)
		return LOG_LEVEL_WARNING;
	if (priority == LOG_NOTICE)
		return LOG_LEVEL_NOTICE;
	return priority == LOG_INFO ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

/* --- the master agent ------------------------------------------------------- */

/*
 * libnetsnmp's alarms are the ping and the attempts to connect: without them, and
 * with the connection broken off, it takes the one way that it has for a
 * master that is gone: detach all, connect in a while, attach all.
 */
static void
break_off(evutil_socket_t fd, short what, void *user)
{
	struct agentd *a = user;
	netsnmp_transport *t;

	(void)fd;
	(void)what;
	a->breaking = false;
	if (!a->connected)
		return;
	log_notice("the master agent closed while tables were registered: connecting anew");
	snmp_alarm_unregister_all();
	t = snmp_sess_transport(snmp_sess_pointer(a->session));
	if (t != NULL && t->sock >= 0)
		(void)shutdown(t->sock, SHUT_RDWR);
	agentx_loop_update(a->loop);
}

/*
 * A master that closes in the middle of a registration makes libnetsnmp attach
 * tables to a session that is no more, and count them as attached, and leaves two
 * attempts to connect behind: the second one says that there is a session, and
 * by that it shows.  Not from within libnetsnmp: in the next turn of the loop.
 */
static void
connect_anew(struct agentd *a)
{
	static const struct timeval at_once = {0};

	if (a != NULL && !a->breaking && a->connected &&
		event_base_once(a->base, -1, EV_TIMEOUT, break_off, a, &at_once) == 0)
		a->breaking = true;
}

/* libnetsnmp's log goes through ours. */
static int
snmp_says(int major, int minor, void *message, void *user)
{
	static const char refused[] = "registering pdu failed: ";
	static const char twice[] = "AgentX session to master agent attempted to be re-opened";
	const struct snmp_log_message *m = message;
	struct agentd *a = user;
	int length = (int)strlen(m->msg);

	(void)major;
	(void)minor;
	if (length > 0 && m->msg[length - 1] == '\n')
		length--;
	if (strncmp(m->msg, twice, sizeof(twice) - 1) == 0)
		connect_anew(a);
	else if (strncmp(m->msg, refused, sizeof(refused) - 1) == 0)
		log_warning("the master agent did not take a table (AgentX error "
			"%.*s): another module serves it, left to it",
			(int)strspn(m->msg + sizeof(refused) - 1, "0123456789"),
			m->msg + sizeof(refused) - 1);
	else
		log_text(level_of(m->priority), "%.*s", length, m->msg);
	return 0;
}

/* agentXPingInterval of imgadm-agentd.conf may say another than ours. */
static int
reconnect_s(void)
{
	return netsnmp_ds_get_int(NETSNMP_DS_APPLICATION_ID,
		NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL);
}

static int
connected(int major, int minor, void *session, void *user)
{
	struct agentd *a = user;

	(void)major;
	(void)minor;
	a->connected = true;
	a->session = session;
	serve_forget(a->serve);
	log_notice("connected to the master agent");
	return 0;
}

static int
disconnected(int major, int minor, void *session, void *user)
{
	struct agentd *a = user;

	(void)major;
	(void)minor;
	(void)session;
	if (a->connected)
		log_warning("the master agent is gone, connecting every %d s",
			reconnect_s());
	a->connected = false;
	a->session = NULL;
	return 0;
}

/* entConfigChange (RFC 6933) has no objects of its own. */
static void
send_config_change(struct agentd *a)
{
	static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	static const oid config_change[] = { 1, 3, 6, 1, 2, 1, 47, 2, 0, 1 };
	netsnmp_variable_list *varbinds = NULL;

	if (snmp_varlist_add_variable(&varbinds, trap_oid, OID_LENGTH(trap_oid),
		ASN_OBJECT_ID, config_change, sizeof(config_change)) == NULL) {
		log_error("entConfigChange not sent: out of memory");
		return;
	}
	send_v2trap(varbinds);
	snmp_free_varbind(varbinds);
	agentx_loop_update(a->loop);
}

/* --- the state ------------------------------------------------------------- */

static const struct state_view *
newest(void *user)
{
	static const struct state_view none;
	struct agentd *a = user;
	const struct snapshot *s = serve_look(a->serve);

	return s->entries == NULL ? &none : s->entries;
}

static struct state *
writer(void *user)
{
	struct agentd *a = user;
	struct err e;

	if (a->state != NULL)
		return a->state;
	if (state_open(a->options.state, STATE_WRITE, &a->state, &e) < 0) {
		if (strcmp(a->state_failure, e.text) != 0)
			log_warning("the state cannot be written, so nothing is reported: %s",
				e.text);
		memcpy(a->state_failure, e.text, sizeof(a->state_failure));
		return NULL;
	}
	a->state_failure[0] = '\0';
	state_set_wait(a->state, AGENTD_WRITE_WAIT_MS);
	return a->state;
}

static void
look(struct agentd *a)
{
	const struct snapshot *s = serve_look(a->serve);
	const struct state_view *view;

	if (s->loaded && a->options.connect && config_change_due(&a->change, &s->structure,
		clock_monotonic_ms(clock_system()), a->connected))
		send_config_change(a);
	report_send_look(a->reports);
	orders_run_look(a->orders);
	if (a->updates != NULL && s->loaded && writer(a) != NULL) {
		install_watch_look(a->updates, a->state);
		install_watch_resets(a->updates, &s->structure);
	}
	if (a->hook == NULL)
		return;
	view = newest(a);
	if (view->loaded && view->advice_count > 0 && writer(a) != NULL)
		advice_hook_look(a->hook, view, a->state);
}

static void
each_second(evutil_socket_t fd, short what, void *user)
{
	struct agentd *a = user;

	(void)fd;
	(void)what;
	/* What was gathered is an entry now, though nobody writes. */
	if (a->state != NULL)
		(void)state_log_settle(a->state, clock_utc_s(clock_system()), NULL);
	look(a);
}

static void
woken(evutil_socket_t fd, short what, void *user)
{
	(void)what;
	wake_drain(fd);
	look(user);
}

static void
acknowledged(void *user)
{
	struct agentd *a = user;

	orders_run_acknowledged(a->orders);
}

static void
link_came(void *user)
{
	struct agentd *a = user;

	report_send_link(a->reports);
}

static void
child_ended(void *user)
{
	look(user);
}

static void
stop(evutil_socket_t signal, short what, void *user)
{
	struct agentd *a = user;

	(void)signal;
	(void)what;
	(void)event_base_loopbreak(a->base);
}

/*
 * AgentX does not say how a SET came to the master: its administrator does.
 */
static void
trust_master(const char *token, char *line)
{
	bool trust = strcmp(line, "yes") == 0;

	(void)token;
	if (!trust && strcmp(line, "no") != 0)
		config_perror("want yes or no");
	else if (config_serve != NULL)
		serve_allow_set(config_serve, false, trust);
}

/* What an agent must not do, and where it finds its master. */
static void
set_defaults(const struct agentd_options *options)
{
	(void)setenv("MIBS", "", 1);
	snmp_disable_log();
	(void)netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	/* (DONT_PERSIST_STATE would keep imgadm-agentd.conf from being read.) */
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
		NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	if (!options->connect)
		return;
	netsnmp_enable_subagent();
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
		NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS, 1);
	if (options->socket != NULL)
		(void)netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
			NETSNMP_DS_AGENT_X_SOCKET, options->socket);
}

static void
start_agent(struct agentd *a)
{
	(void)snmp_register_callback(SNMP_CALLBACK_LIBRARY,
		SNMP_CALLBACK_LOGGING, snmp_says, a);
	set_defaults(&a->options);
	a->started = true;
	serve_allow_set(a->serve, false, a->options.trust_master);
	config_serve = a->serve;
	(void)register_config_handler(APPLICATION, "imgadmTrustMaster", trust_master, NULL,
		"yes|no");
	if (!a->options.connect) {
		init_snmp(APPLICATION);
		return;
	}
	/* A master that is gone is an error of a write, not the end of us. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)init_agent(APPLICATION);	/* sets the interval to its own default */
	(void)netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID,
		NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, AGENTD_RECONNECT_S);
	(void)snmp_register_callback(SNMP_CALLBACK_APPLICATION,
		SNMPD_CALLBACK_INDEX_START, connected, a);
	(void)snmp_register_callback(SNMP_CALLBACK_APPLICATION,
		SNMPD_CALLBACK_INDEX_STOP, disconnected, a);
	if (a->options.serve)
		serve_register(a->serve);
	init_snmp(APPLICATION);
	if (!a->connected)
		log_warning("no master agent answers at %s: trying every %d s; "
			"does its snmpd.conf say 'master agentx'?",
			a->options.socket == NULL ? "its usual place" :
			a->options.socket, reconnect_s());
}

/*
 * The session's end takes the registrations with it.  libnetsnmp would free
 * what our callbacks were registered with, so they go first.
 */
static void
stop_agent(struct agentd *a)
{
	(void)snmp_unregister_callback(SNMP_CALLBACK_LIBRARY,
		SNMP_CALLBACK_LOGGING, snmp_says, a, 1);
	(void)snmp_register_callback(SNMP_CALLBACK_LIBRARY,
		SNMP_CALLBACK_LOGGING, snmp_says, NULL);
	if (!a->options.connect) {
		snmp_shutdown(APPLICATION);
		return;
	}
	(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION,
		SNMPD_CALLBACK_INDEX_START, connected, a, 1);
	(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION,
		SNMPD_CALLBACK_INDEX_STOP, disconnected, a, 1);
	unregister_config_handler(APPLICATION, "imgadmTrustMaster");
	config_serve = NULL;
	snmp_shutdown(APPLICATION);
	shutdown_agent();
	serve_unregistered(a->serve);
}

static int
start_events(struct agentd *a, struct err *e)
{
	struct timeval every = { .tv_sec = WATCH_MS / 1000,
		.tv_usec = WATCH_MS % 1000 * 1000 };

	a->terminated = evsignal_new(a->base, SIGTERM, stop, a);
	a->interrupted = evsignal_new(a->base, SIGINT, stop, a);
	a->watch = event_new(a->base, -1, EV_PERSIST, each_second, a);
	if (a->terminated == NULL || a->interrupted == NULL || a->watch == NULL ||
		event_add(a->terminated, NULL) < 0 ||
		event_add(a->interrupted, NULL) < 0 ||
		event_add(a->watch, &every) < 0)
		return err_set(e, -ENOMEM, "event loop: out of memory");
	return 0;
}

/* Who is told of advice: a program, and units through their installers. */
static int
start_hook(struct agentd *a, struct err *e)
{
	struct advice_hook_options o = { .program = a->options.advice_hook,
		.state = a->options.state, .log = a->options.updates.log };

	if (!a->options.no_updates) {
		install_watch_program(&a->options.updates, a->install, sizeof(a->install));
		o.install = a->install;
	}
	if (o.program == NULL && o.install == NULL)
		return 0;
	a->hook = advice_hook_new(a->base, &o, e);
	if (a->hook == NULL)
		return -ENOMEM;
	advice_hook_on_end(a->hook, child_ended, a);
	return 0;
}

/* Reports, and what makes them come at once rather than within a second. */
static int
start_reports(struct agentd *a, struct err *e)
{
	const struct report_send_options options = { .base = a->base, .view = newest,
		.writer = writer, .acknowledged = acknowledged, .user = a };
	struct orders_run_options orders = { .base = a->base, .view = newest,
		.writer = writer, .user = a };
	struct err why;

	a->reports = report_send_new(&options, e);
	orders.send = a->reports;
	a->orders = a->reports == NULL ? NULL : orders_run_new(&orders, e);
	if (a->orders == NULL)
		return -ENOMEM;
	if (start_hook(a, e) < 0)
		return -ENOMEM;
	if (!a->options.no_updates) {
		a->options.updates.state = a->options.state;
		a->updates = install_watch_new(a->base, &a->options.updates, child_ended, a, e);
		if (a->updates == NULL)
			return -ENOMEM;
	}
	a->links = link_watch_new(a->base, link_came, a, &why);
	if (a->links == NULL)
		log_warning("%s", why.text);
	if (wake_open(a->options.state, &a->wake_fd, &why) < 0) {
		log_warning("%s", why.text);
		return 0;
	}
	a->woken = event_new(a->base, a->wake_fd, EV_READ | EV_PERSIST, woken, a);
	if (a->woken == NULL || event_add(a->woken, NULL) < 0)
		return err_set(e, -ENOMEM, "event loop: out of memory");
	return 0;
}

struct agentd *
agentd_new(const struct agentd_options *options, struct err *e)
{
	struct agentd *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		(void)err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	a->options = *options;
	a->wake_fd = -1;
	a->base = agentx_loop_base();
	if (a->base == NULL) {
		(void)err_set(e, -ENOMEM, "event loop: out of memory");
		goto fail;
	}
	a->serve = serve_new(options->state, e);
	if (a->serve == NULL || start_events(a, e) < 0)
		goto fail;
	start_agent(a);
	a->loop = agentx_loop_new(a->base, e);
	if (a->loop == NULL || start_reports(a, e) < 0)
		goto fail;
	return a;
fail:
	agentd_free(a);
	return NULL;
}

void
agentd_free(struct agentd *a)
{
	if (a == NULL)
		return;
	advice_hook_free(a->hook);
	install_watch_free(a->updates);
	link_watch_free(a->links);
	if (a->woken != NULL)
		event_free(a->woken);
	wake_close(a->options.state, a->wake_fd);
	report_send_free(a->reports);	/* ends what goes over it */
	orders_run_free(a->orders);
	state_close(a->state);
	agentx_loop_free(a->loop);
	if (a->started)
		stop_agent(a);
	serve_free(a->serve);
	if (a->terminated != NULL)
		event_free(a->terminated);
	if (a->interrupted != NULL)
		event_free(a->interrupted);
	if (a->watch != NULL)
		event_free(a->watch);
	if (a->base != NULL)
		event_base_free(a->base);
	free(a);
}

int
agentd_run(struct agentd *a, struct err *e)
{
	look(a);	/* tell what is wrong before the first request */
	if (event_base_dispatch(a->base) < 0)
		return err_set(e, -EIO, "the event loop broke");
	return 0;
}

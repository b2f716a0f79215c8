#include <config.h>

#include "agent-module/fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>

#include <curl/curl.h>

#include "lib/base/clock.h"

enum { REDIRECTS_MAX = 3, CONNECT_S = 15, HTTP_SERVER_ERROR = 500, HTTP_TOO_MANY = 429 };

struct get {
	const struct fetch_options *o;
	uint64_t taken;
	int rc;		/* of taking */
	curl_off_t seen;	/* octets, when some came last */
	int64_t seen_ms;
};

static size_t
take(char *data, size_t one, size_t len, void *user)
{
	struct get *g = user;

	g->rc = fetch_take(g->o, &g->taken, data, one * len);
	return g->rc == 0 ? one * len : 0;
}

/* Asked about once a second, also in silence: libcurl's own measure is an average of seconds. */
static int
silent(void *user, curl_off_t size, curl_off_t came, curl_off_t to_send, curl_off_t sent)
{
	int64_t now_ms = clock_monotonic_ms(clock_system());
	struct get *g = user;

	(void)size;
	(void)to_send;
	(void)sent;
	if (came != g->seen) {
		g->seen = came;
		g->seen_ms = now_ms;
	}
	return now_ms - g->seen_ms >= (int64_t)g->o->stall_s * 1000;
}

static CURLcode
set_up(CURL *c, struct get *g, char *why)
{
	const struct fetch_options *o = g->o;
	struct curl_blob ca = { .data = (void *)(uintptr_t)o->ca, .len = o->ca_len,
		.flags = CURL_BLOB_COPY };
	CURLcode r = curl_easy_setopt(c, CURLOPT_URL, o->uri);

#define SET(option, value) if (r == CURLE_OK) r = curl_easy_setopt(c, option, value)
	SET(CURLOPT_ERRORBUFFER, why);
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_FAILONERROR, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, silent);
	SET(CURLOPT_XFERINFODATA, (void *)g);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->most);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, (void *)g);
	if (o->ca != NULL) {
		SET(CURLOPT_CAINFO_BLOB, &ca);
		SET(CURLOPT_CAPATH, NULL);	/* the system's, which libcurl would ask too */
	}
#undef SET
	return r;
}

/* libcurl has some hundred codes; what is not named here is a matter of the line. */
static int
status_of(CURL *c, CURLcode r, const struct get *g)
{
	long code = 0;

	if (r == CURLE_FILESIZE_EXCEEDED || g->rc == -EFBIG)
		return FETCH_TOO_LARGE;
	if (r == CURLE_WRITE_ERROR || r == CURLE_OUT_OF_MEMORY || r == CURLE_FAILED_INIT ||
		r == CURLE_SSL_CACERT_BADFILE)
		return FETCH_INTERNAL;
	if (r == CURLE_URL_MALFORMAT)
		return FETCH_USAGE;
	if (r == CURLE_HTTP_RETURNED_ERROR) {
		(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
		return code >= HTTP_SERVER_ERROR || code == HTTP_TOO_MANY ? FETCH_TIMEOUT :
			FETCH_NOT_FOUND;
	}
	if (r == CURLE_ABORTED_BY_CALLBACK || r == CURLE_OPERATION_TIMEDOUT ||
		r == CURLE_PARTIAL_FILE || r == CURLE_GOT_NOTHING || r == CURLE_RECV_ERROR ||
		r == CURLE_SEND_ERROR)
		return FETCH_TIMEOUT;
	if (r == CURLE_UNSUPPORTED_PROTOCOL || r == CURLE_TOO_MANY_REDIRECTS)
		return FETCH_NOT_FOUND;
	/* No name, no connection, no certificate that holds: not the server that is meant. */
	return FETCH_NO_ROUTE;
}

/* For a person on the device: where, and why, in what is kept of a line. */
static void
tell(const struct get *g, int status, CURLcode r, const char *why, struct err *e)
{
	const struct fetch_options *o = g->o;
	char where[FETCH_WHERE_SIZE];

	(void)fetch_where(o->uri, where);
	if (status == FETCH_TOO_LARGE)
		(void)err_set(e, -EFBIG, "%s: more than %" PRIu64 " octets", where, o->most);
	else if (r == CURLE_UNSUPPORTED_PROTOCOL)
		(void)err_set(e, -EPROTO, "%s: it redirects to what is not https", where);
	else if (r == CURLE_ABORTED_BY_CALLBACK)
		(void)err_set(e, -ETIMEDOUT, "%s: went silent after %" PRIu64 " octets", where,
			g->taken);
	else if (r == CURLE_SSL_CACERT_BADFILE)
		(void)err_set(e, -EINVAL, "%s: the file of authorities cannot be read", where);
	else
		(void)err_set(e, -EIO, "%s: %s", where, why[0] == '\0' ? curl_easy_strerror(r) :
			why);
}

int
fetch_https(const struct fetch_options *o, struct err *e)
{
	struct get g = { .o = o, .seen_ms = clock_monotonic_ms(clock_system()) };
	char why[CURL_ERROR_SIZE] = "";
	int status = FETCH_INTERNAL;
	CURL *c = NULL;
	CURLcode r = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (r == CURLE_OK)
		c = curl_easy_init();
	if (c == NULL) {
		(void)err_set(e, -ENOMEM, "libcurl cannot be set up");
		goto out;
	}
	r = set_up(c, &g, why);
	if (r == CURLE_OK)
		r = curl_easy_perform(c);
	status = r == CURLE_OK ? FETCH_DONE : status_of(c, r, &g);
	if (status != FETCH_DONE)
		tell(&g, status, r, why, e);
out:
	curl_easy_cleanup(c);
	curl_global_cleanup();
	return status;
}

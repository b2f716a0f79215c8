#include <config.h>

#include "agent-module/fetch.h"

#include <errno.h>
#include <inttypes.h>

#include <curl/curl.h>

enum { REDIRECTS_MAX = 3, CONNECT_S = 15, HTTP_SERVER_ERROR = 500, HTTP_TOO_MANY = 429 };

struct get {
	const struct fetch_options *o;
	uint64_t taken;
	int rc;		/* of taking */
};

static size_t
take(char *data, size_t one, size_t len, void *user)
{
	struct get *g = user;

	g->rc = fetch_take(g->o, &g->taken, data, one * len);
	return g->rc == 0 ? one * len : 0;
}

static CURLcode
set_up(CURL *c, struct get *g, char *why)
{
	const struct fetch_options *o = g->o;
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
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, (long)o->stall_s);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->most);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, (void *)g);
	if (o->ca_file != NULL)
		SET(CURLOPT_CAINFO, o->ca_file);
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
	if (r == CURLE_WRITE_ERROR || r == CURLE_OUT_OF_MEMORY || r == CURLE_FAILED_INIT)
		return FETCH_INTERNAL;
	if (r == CURLE_URL_MALFORMAT)
		return FETCH_USAGE;
	if (r == CURLE_HTTP_RETURNED_ERROR) {
		(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
		return code >= HTTP_SERVER_ERROR || code == HTTP_TOO_MANY ? FETCH_TIMEOUT :
			FETCH_NOT_FOUND;
	}
	if (r == CURLE_OPERATION_TIMEDOUT || r == CURLE_PARTIAL_FILE || r == CURLE_GOT_NOTHING ||
		r == CURLE_RECV_ERROR || r == CURLE_SEND_ERROR)
		return FETCH_TIMEOUT;
	if (r == CURLE_UNSUPPORTED_PROTOCOL || r == CURLE_TOO_MANY_REDIRECTS)
		return FETCH_NOT_FOUND;
	/* No name, no connection, no certificate that holds: not the server that is meant. */
	return FETCH_NO_ROUTE;
}

int
fetch_https(const struct fetch_options *o, struct err *e)
{
	struct get g = { .o = o };
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
	if (status == FETCH_TOO_LARGE)
		(void)err_set(e, -EFBIG, "%s: more than %" PRIu64 " octets", o->uri, o->most);
	else if (status != FETCH_DONE)
		(void)err_set(e, -EIO, "%s: %s", o->uri, why[0] == '\0' ? curl_easy_strerror(r) :
			why);
out:
	curl_easy_cleanup(c);
	curl_global_cleanup();
	return status;
}

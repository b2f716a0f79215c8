#include <config.h>

#include "lib/base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

static unsigned
bits(const struct parse_range *r)
{
	return r->v6 ? 128 : 32;
}

static size_t
octets(const struct parse_range *r)
{
	return r->v6 ? 16 : 4;
}

static int
family(const struct parse_range *r)
{
	return r->v6 ? AF_INET6 : AF_INET;
}

/* Clear or set every bit behind the prefix. */
static void
fill(const struct parse_range *r, uint8_t *address, bool set)
{
	unsigned i;

	for (i = r->prefix; i < bits(r); i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		if (set)
			address[i / 8] |= bit;
		else
			address[i / 8] &= (uint8_t)~bit;
	}
}

static void
add_one(const struct parse_range *r, uint8_t *address)
{
	size_t i = octets(r);

	while (i-- > 0)
		if (++address[i] != 0)
			return;
}

static void
subtract_one(const struct parse_range *r, uint8_t *address)
{
	size_t i = octets(r);

	while (i-- > 0)
		if (address[i]-- != 0)
			return;
}

static void
set_iteration(struct parse_range *r)
{
	(void)memcpy(r->next, r->network, sizeof(r->next));
	(void)memcpy(r->last, r->network, sizeof(r->last));
	fill(r, r->last, true);
	r->done = false;
	/* Of two addresses both are hosts: RFC 3021, RFC 6164. */
	if (bits(r) - r->prefix > 1) {
		add_one(r, r->next);
		if (!r->v6)
			subtract_one(r, r->last);
	}
}

uint64_t
parse_range_count(const struct parse_range *r)
{
	unsigned host = bits(r) - r->prefix;
	uint64_t whole;

	if (host >= 64)
		return UINT64_MAX;
	whole = UINT64_C(1) << host;
	if (host <= 1)
		return whole;
	return whole - (r->v6 ? 1 : 2);
}

/* "did you mean 10.0.0.0/24 or 10.0.0.5?" */
static int
refuse_host_bits(const struct parse_range *r, const uint8_t *network,
	const char *address, const char *shown, struct err *e)
{
	char meant[PARSE_ADDRESS_SIZE] = "";

	(void)inet_ntop(family(r), network, meant, sizeof(meant));
	return err_set(e, -EINVAL, "'%s' has bits set behind the prefix; did you mean "
	    "%s/%u (the network) or %s (one address)?", shown, meant, r->prefix,
	    address);
}

int
parse_cidr(const char *text, uint64_t most, struct parse_range *ret_range,
	struct err *e)
{
	struct parse_range r = { 0 };
	char address[PARSE_ADDRESS_SIZE], shown[96];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint8_t network[16];
	uint32_t prefix;

	(void)text_escape(shown, sizeof(shown), text);
	if (len >= sizeof(address))
		goto wrong;
	(void)memcpy(address, text, len);
	address[len] = '\0';
	r.v6 = strchr(address, ':') != NULL;
	if (inet_pton(family(&r), address, r.network) != 1)
		goto wrong;
	prefix = bits(&r);
	if (slash != NULL && parse_u32(slash + 1, 0, bits(&r), &prefix, NULL) != 0)
		goto wrong;
	r.prefix = prefix;
	(void)memcpy(network, r.network, sizeof(network));
	fill(&r, network, false);
	if (memcmp(network, r.network, sizeof(network)) != 0)
		return refuse_host_bits(&r, network, address, shown, e);
	set_iteration(&r);
	if (most > 0 && parse_range_count(&r) > most)
		return err_set(e, -ERANGE, "'%s' has more than %" PRIu64 " addresses; "
		    "name smaller networks", shown, most);
	*ret_range = r;
	return 0;
wrong:
	return err_set(e, -EINVAL, "'%s' is not a network; expected an address or one "
	    "with a prefix length, such as 10.1.4.0/24 or 2001:db8::/120", shown);
}

bool
parse_range_next(struct parse_range *r, char ret_address[PARSE_ADDRESS_SIZE])
{
	if (r->done)
		return false;
	if (inet_ntop(family(r), r->next, ret_address, PARSE_ADDRESS_SIZE) == NULL)
		return false;
	if (memcmp(r->next, r->last, octets(r)) == 0)
		r->done = true;
	else
		add_one(r, r->next);
	return true;
}

bool
parse_range_holds(const struct parse_range *r, const char *address)
{
	uint8_t a[16] = { 0 };

	if ((strchr(address, ':') != NULL) != r->v6 ||
	    inet_pton(family(r), address, a) != 1)
		return false;
	fill(r, a, false);
	return memcmp(a, r->network, octets(r)) == 0;
}

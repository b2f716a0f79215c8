#include <config.h>

#include "lib/snmp/credential.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/snmp/credential_internal.h"

_Static_assert(sizeof(snmp_sub) == sizeof(oid), "names are shared with libnetsnmp");

enum {
	RETRIES_MAX = 10,
	TIMEOUT_MAX_MS = 600000,
	LIBRARY_RETRIES = 5,	/* libnetsnmp's own; not told from "retries 5" */
	SHOWN_MAX = 64,
};

/* The option list taken apart; everything is borrowed. */
struct option_list {
	const char *name;	/* of the credential, for messages */
	const char *value[128];	/* by letter; NULL = not given */
};

static const char letters[] = "vcluaAxXnrt";

/* A word from outside, fit for a message. */
static const char *
shown(const char *word, char buf[SHOWN_MAX])
{
	(void)text_escape(buf, SHOWN_MAX, word);
	return buf;
}

static int
option_list_read(struct option_list *o, int argc, char *const argv[], struct err *e)
{
	char buf[SHOWN_MAX];

	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		unsigned char letter = word[0] == '-' ? (unsigned char)word[1] : 0;

		if (letter == 0)
			return err_set(e, -EINVAL,
			    "'%s' is no option: want -v, -c, -l, -u, -a, -A, -x, -X, -n, -r or -t"
			    " (a value with blanks needs quotes)", shown(word, buf));
		if (strchr(letters, letter) == NULL)
			return err_set(e, -EINVAL, "unknown option '%.2s': want -v, -c, -l, -u,"
			    " -a, -A, -x, -X, -n, -r or -t", shown(word, buf));
		if (o->value[letter] != NULL)
			return err_set(e, -EINVAL, "option -%c is given twice", letter);
		if (word[2] != '\0') {
			o->value[letter] = word + 2;
		} else if (i + 1 < argc) {
			o->value[letter] = argv[++i];
		} else {
			return err_set(e, -EINVAL, "option -%c has no value", letter);
		}
	}
	return 0;
}

static const char *
library_string(int which)
{
	const char *s = netsnmp_ds_get_string(NETSNMP_DS_LIBRARY_ID, which);

	return s != NULL && s[0] != '\0' ? s : NULL;
}

static int
read_version(struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	const char *v = o->value['v'];
	char buf[SHOWN_MAX];

	if (v == NULL) {
		switch (netsnmp_ds_get_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_SNMPVERSION)) {
		case NETSNMP_DS_SNMP_VERSION_1:
			c->version = 1;
			break;
		case NETSNMP_DS_SNMP_VERSION_2c:
			c->version = 2;
			break;
		default:	/* snmp.conf says 3 or nothing, and 3 is Net-SNMP's own */
			c->version = 3;
			break;
		}
		return 0;
	}
	if (strcmp(v, "1") == 0)
		c->version = 1;
	else if (strcmp(v, "2c") == 0 || strcmp(v, "2C") == 0)
		c->version = 2;
	else if (strcmp(v, "3") == 0)
		c->version = 3;
	else
		return err_set(e, -EINVAL, "-v %s: want 1, 2c or 3", shown(v, buf));
	return 0;
}

/* Options of the other kind of SNMP are a mistake, not a spare. */
static int
check_kind(const struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	const char *wrong = c->version == 3 ? "c" : "luaAxXn";

	for (; *wrong != '\0'; wrong++) {
		if (o->value[(unsigned char)*wrong] == NULL)
			continue;
		if (c->version == 3)
			return err_set(e, -EINVAL, "-c goes with -v 1 and -v 2c,"
			    " but the version is 3: add -v 2c, or give -u and -l");
		return err_set(e, -EINVAL, "-%c goes with -v 3, but the version is %s: add -v 3",
		    *wrong, c->version == 1 ? "1" : "2c");
	}
	return 0;
}

/* Seconds with at most three decimals. */
static int
read_timeout(struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	const char *t = o->value['t'];
	char whole[12], thousandths[4] = "000", buf[SHOWN_MAX];
	uint32_t s = 0, ms = 0;
	const char *dot;
	size_t len, decimals;

	if (t == NULL) {
		int seconds = netsnmp_ds_get_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_TIMEOUT);

		if (seconds > 0 && seconds <= TIMEOUT_MAX_MS / 1000)
			c->timeout_ms = (unsigned)seconds * 1000;
		return 0;
	}
	dot = strchr(t, '.');
	len = dot != NULL ? (size_t)(dot - t) : strlen(t);
	decimals = dot != NULL ? strlen(dot + 1) : 0;
	if (len >= sizeof(whole) || decimals >= sizeof(thousandths) ||
	    (dot != NULL && decimals == 0))
		goto bad;
	(void)memcpy(whole, t, len);
	whole[len] = '\0';
	if (decimals > 0)
		(void)memcpy(thousandths, dot + 1, decimals);
	if (parse_u32(len > 0 ? whole : "0", 0, TIMEOUT_MAX_MS / 1000, &s, NULL) < 0 ||
	    parse_u32(thousandths, 0, 999, &ms, NULL) < 0 ||
	    s * 1000 + ms == 0 || s * 1000 + ms > TIMEOUT_MAX_MS)
		goto bad;
	c->timeout_ms = s * 1000 + ms;
	return 0;
bad:
	return err_set(e, -EINVAL, "-t %s: want seconds, 0.001 to %d", shown(t, buf),
	    TIMEOUT_MAX_MS / 1000);
}

static int
read_retries(struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	const char *r = o->value['r'];
	uint32_t n = 0;
	int code;

	c->retries = -1;
	if (r == NULL) {
		int said = netsnmp_ds_get_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_RETRIES);

		if (said >= 0 && said <= RETRIES_MAX && said != LIBRARY_RETRIES)
			c->retries = said;
		return 0;
	}
	code = parse_u32(r, 0, RETRIES_MAX, &n, e);
	if (code < 0) {
		err_prefix(e, "-r");
		return code;
	}
	c->retries = (int)n;
	return 0;
}

static int
read_community(struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	const char *s = o->value['c'];

	if (s == NULL)
		s = library_string(NETSNMP_DS_LIB_COMMUNITY);
	if (s == NULL || s[0] == '\0')
		return err_set(e, -EINVAL, "SNMPv%s needs a community: add -c COMMUNITY,"
		    " or defCommunity in snmp.conf", c->version == 1 ? "1" : "2c");
	c->community_len = strlen(s);
	if (c->community_len > SNMP_COMMUNITY_MAX)
		return err_set(e, -EINVAL, "the community has %zu octets: at most %d",
		    c->community_len, SNMP_COMMUNITY_MAX);
	(void)memcpy(c->community, s, c->community_len + 1);
	return 0;
}

/* A name of v3, from its option or snmp.conf; "" when there is none. */
static int
read_word(char *dst, size_t size, const struct option_list *o, unsigned char letter,
	int library, struct err *e)
{
	const char *s = o->value[letter];

	if (s == NULL)
		s = library_string(library);
	if (s == NULL)
		s = "";
	if (strlen(s) >= size)
		return err_set(e, -EINVAL, "-%c: %zu octets are too many: at most %zu", letter,
		    strlen(s), size - 1);
	(void)memcpy(dst, s, strlen(s) + 1);
	return 0;
}

static int
read_level(struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{ "noAuthNoPriv", SNMP_SEC_LEVEL_NOAUTH },
		{ "authNoPriv", SNMP_SEC_LEVEL_AUTHNOPRIV },
		{ "authPriv", SNMP_SEC_LEVEL_AUTHPRIV },
		/* snmpcmd(1) takes these too */
		{ "nanp", SNMP_SEC_LEVEL_NOAUTH }, { "1", SNMP_SEC_LEVEL_NOAUTH },
		{ "anp", SNMP_SEC_LEVEL_AUTHNOPRIV }, { "2", SNMP_SEC_LEVEL_AUTHNOPRIV },
		{ "ap", SNMP_SEC_LEVEL_AUTHPRIV }, { "3", SNMP_SEC_LEVEL_AUTHPRIV },
	};
	const char *l = o->value['l'];
	char buf[SHOWN_MAX];

	if (l != NULL) {
		for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
			if (text_equal_nocase(l, levels[i].name))
				c->level = levels[i].level;
		}
		if (c->level == 0)
			return err_set(e, -EINVAL,
			    "-l %s: want noAuthNoPriv, authNoPriv or authPriv", shown(l, buf));
	} else {
		c->level = netsnmp_ds_get_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_SECLEVEL);
		if (c->level <= 0)
			c->level = SNMP_SEC_LEVEL_NOAUTH;
	}
	/* snmpcmd(1) would pass over them in silence and send in the clear. */
	if (c->level < SNMP_SEC_LEVEL_AUTHNOPRIV &&
	    (o->value['a'] != NULL || o->value['A'] != NULL))
		return err_set(e, -EINVAL, "-a or -A is given, but the level is noAuthNoPriv:"
		    " add -l authNoPriv or -l authPriv");
	if (c->level < SNMP_SEC_LEVEL_AUTHPRIV &&
	    (o->value['x'] != NULL || o->value['X'] != NULL))
		return err_set(e, -EINVAL, "-x or -X is given, but the level does not encrypt:"
		    " add -l authPriv");
	return 0;
}

/*
 * libnetsnmp's own look-up takes any beginning of a name ("SHA-2" is SHA-224
 * there), so names are compared here.
 */
struct protocol {
	const char *name;
	int type;
};
static const struct protocol auth_protocols[] = {
	{ "MD5", NETSNMP_USMAUTH_HMACMD5 },
	{ "SHA", NETSNMP_USMAUTH_HMACSHA1 }, { "SHA-1", NETSNMP_USMAUTH_HMACSHA1 },
	{ "SHA1", NETSNMP_USMAUTH_HMACSHA1 },
	{ "SHA-224", NETSNMP_USMAUTH_HMAC128SHA224 },
	{ "SHA224", NETSNMP_USMAUTH_HMAC128SHA224 },
	{ "SHA-256", NETSNMP_USMAUTH_HMAC192SHA256 },
	{ "SHA256", NETSNMP_USMAUTH_HMAC192SHA256 },
	{ "SHA-384", NETSNMP_USMAUTH_HMAC256SHA384 },
	{ "SHA384", NETSNMP_USMAUTH_HMAC256SHA384 },
	{ "SHA-512", NETSNMP_USMAUTH_HMAC384SHA512 },
	{ "SHA512", NETSNMP_USMAUTH_HMAC384SHA512 },
	{ NULL, 0 },
};
static const struct protocol priv_protocols[] = {
	{ "DES", USM_CREATE_USER_PRIV_DES },
	{ "AES", USM_CREATE_USER_PRIV_AES }, { "AES-128", USM_CREATE_USER_PRIV_AES },
	{ "AES128", USM_CREATE_USER_PRIV_AES },
	{ "AES-192", USM_CREATE_USER_PRIV_AES192 },
	{ "AES192", USM_CREATE_USER_PRIV_AES192 },
	{ "AES-256", USM_CREATE_USER_PRIV_AES256 },
	{ "AES256", USM_CREATE_USER_PRIV_AES256 },
	/* with the other way to lengthen a key */
	{ "AES-192-C", USM_CREATE_USER_PRIV_AES192_CISCO },
	{ "AES192C", USM_CREATE_USER_PRIV_AES192_CISCO },
	{ "AES-256-C", USM_CREATE_USER_PRIV_AES256_CISCO },
	{ "AES256C", USM_CREATE_USER_PRIV_AES256_CISCO },
	{ NULL, 0 },
};

/* -1 when there is none of that name. */
static int
protocol_type(const struct protocol *p, const char *name)
{
	for (; p->name != NULL; p++) {
		if (text_equal_nocase(p->name, name))
			return p->type;
	}
	return -1;
}

static int
read_auth_protocol(struct credential_key *k, const char *said, struct err *e)
{
	char buf[SHOWN_MAX];
	int type;

	if (said == NULL) {
		k->protocol = get_default_authtype(&k->protocol_len);
		return k->protocol != NULL ? 0 :
		    err_set(e, -EINVAL, "no authentication protocol: add -a SHA-256");
	}
	type = protocol_type(auth_protocols, said);
	if (type < 0)
		return err_set(e, -EINVAL, "-a %s: want MD5, SHA, SHA-224, SHA-256, SHA-384"
		    " or SHA-512", shown(said, buf));
	k->protocol = sc_get_auth_oid(type, &k->protocol_len);
	return k->protocol != NULL ? 0 :
	    err_set(e, -EINVAL, "-a %s: this system's Net-SNMP does not have it", shown(said, buf));
}

static int
read_priv_protocol(struct credential_key *k, const char *said, struct err *e)
{
	char buf[SHOWN_MAX];
	int type;

	if (said == NULL) {
		k->protocol = get_default_privtype(&k->protocol_len);
		return k->protocol != NULL ? 0 :
		    err_set(e, -EINVAL, "no privacy protocol: add -x AES");
	}
	type = protocol_type(priv_protocols, said);
	if (type < 0)
		return err_set(e, -EINVAL, "-x %s: want DES, AES, AES-192 or AES-256",
		    shown(said, buf));
	k->protocol = sc_get_priv_oid(type, &k->protocol_len);
	return k->protocol != NULL ? 0 :
	    err_set(e, -EINVAL, "-x %s: this system's Net-SNMP does not have it", shown(said, buf));
}

/*
 * The master key: from the option, from snmp.conf's master key (hex), from
 * snmp.conf's pass phrases.  It is always the authentication protocol's
 * digest that makes it (RFC 3414 A.2, RFC 3826 3.1.2.1).
 */
static int
read_key(struct credential_key *k, const struct credential_key *auth, unsigned char letter,
	const char *pass, int master, int phrase, struct err *e)
{
	const char *what = letter == 'A' ? "authentication" : "privacy";
	const char *hex = pass == NULL ? library_string(master) : NULL;

	if (hex != NULL) {
		if (strncmp(hex, "0x", 2) == 0)
			hex += 2;
		k->master_len = strlen(hex) / 2;
		if (k->master_len < 16 || k->master_len > sizeof(k->master) ||
		    text_unhex(hex, k->master, k->master_len) < 0)
			return err_set(e, -EINVAL, "snmp.conf's %s master key is no key:"
			    " want 16 to 64 octets in hex", what);
		return 0;
	}
	if (pass == NULL)
		pass = library_string(phrase);
	if (pass == NULL)
		pass = library_string(NETSNMP_DS_LIB_PASSPHRASE);
	if (pass == NULL)
		return err_set(e, -EINVAL, "the level needs an %s pass phrase: add -%c PASSPHRASE",
		    what, letter);
	if (strlen(pass) < SNMP_PASSPHRASE_MIN)
		return err_set(e, -EINVAL, "the %s pass phrase (-%c) is shorter than %d characters",
		    what, letter, SNMP_PASSPHRASE_MIN);
	k->master_len = sizeof(k->master);
	if (generate_Ku(auth->protocol, (u_int)auth->protocol_len, (const u_char *)pass,
	    strlen(pass), k->master, &k->master_len) != SNMPERR_SUCCESS)
		return err_set(e, -EINVAL, "no key could be made of the %s pass phrase:"
		    " the system's cryptography does not allow the protocol", what);
	return 0;
}

static int
read_v3(struct snmp_credential *c, const struct option_list *o, struct err *e)
{
	int code = read_word(c->user, sizeof(c->user), o, 'u', NETSNMP_DS_LIB_SECNAME, e);

	if (code == 0)
		code = read_word(c->context, sizeof(c->context), o, 'n', NETSNMP_DS_LIB_CONTEXT, e);
	if (code == 0 && c->user[0] == '\0')
		return err_set(e, -EINVAL, "SNMPv3 needs a user: add -u USER,"
		    " or defSecurityName in snmp.conf (or -v 2c -c COMMUNITY)");
	if (code == 0)
		code = read_level(c, o, e);
	if (code == 0 && c->level >= SNMP_SEC_LEVEL_AUTHNOPRIV) {
		code = read_auth_protocol(&c->auth, o->value['a'], e);
		if (code == 0)
			code = read_key(&c->auth, &c->auth, 'A', o->value['A'],
			    NETSNMP_DS_LIB_AUTHMASTERKEY, NETSNMP_DS_LIB_AUTHPASSPHRASE, e);
	}
	if (code == 0 && c->level >= SNMP_SEC_LEVEL_AUTHPRIV) {
		code = read_priv_protocol(&c->priv, o->value['x'], e);
		if (code == 0)
			code = read_key(&c->priv, &c->auth, 'X', o->value['X'],
			    NETSNMP_DS_LIB_PRIVMASTERKEY, NETSNMP_DS_LIB_PRIVPASSPHRASE, e);
	}
	return code;
}

struct snmp_credential *
snmp_credential_new(const char *name, int argc, char *const argv[], struct err *e)
{
	struct option_list o = { .name = name };
	struct snmp_credential *c = calloc(1, sizeof(*c));
	int code = -ENOMEM;

	if (c != NULL)
		c->name = strdup(name);
	if (c == NULL || c->name == NULL) {
		(void)err_set(e, -ENOMEM, "out of memory");
		goto out;
	}
	code = option_list_read(&o, argc, argv, e);
	if (code == 0)
		code = read_version(c, &o, e);
	if (code == 0)
		code = check_kind(c, &o, e);
	if (code == 0)
		code = read_timeout(c, &o, e);
	if (code == 0)
		code = read_retries(c, &o, e);
	if (code == 0)
		code = c->version == 3 ? read_v3(c, &o, e) : read_community(c, &o, e);
out:
	if (code < 0) {
		snmp_credential_free(c);
		return NULL;
	}
	return c;
}

/* A master key is as long as the digest that made it. */
static int
take_key(struct credential_key *k, const struct credential_key *auth, const char *what,
	const uint8_t *key, size_t len, struct err *e)
{
	int want = sc_get_properlength(auth->protocol, (u_int)auth->protocol_len);

	if (want <= 0 || len != (size_t)want || len > sizeof(k->master))
		return err_set(e, -EINVAL, "%s key of %zu octets: want %d", what, len, want);
	(void)memcpy(k->master, key, len);
	k->master_len = len;
	return 0;
}

struct snmp_credential *
snmp_credential_of_keys(const char *user, const char *auth, const uint8_t *auth_key,
	size_t auth_key_len, const char *priv, const uint8_t *priv_key, size_t priv_key_len,
	struct err *e)
{
	struct snmp_credential *c = calloc(1, sizeof(*c));
	int code = 0;

	if (c == NULL || (c->name = strdup(user)) == NULL)
		code = err_set(e, -ENOMEM, "out of memory");
	else if (user[0] == '\0' || strlen(user) >= sizeof(c->user))
		code = err_set(e, -EINVAL, "a user of %zu octets: want 1 to %d", strlen(user),
		    SNMP_USER_MAX);
	if (code == 0) {
		(void)memcpy(c->user, user, strlen(user) + 1);
		c->version = 3;
		c->level = SNMP_SEC_LEVEL_AUTHPRIV;
		c->retries = -1;
		code = read_auth_protocol(&c->auth, auth, e);
	}
	if (code == 0)
		code = read_priv_protocol(&c->priv, priv, e);
	if (code == 0)
		code = take_key(&c->auth, &c->auth, "authentication", auth_key, auth_key_len, e);
	if (code == 0)
		code = take_key(&c->priv, &c->auth, "privacy", priv_key, priv_key_len, e);
	if (code < 0) {
		snmp_credential_free(c);
		return NULL;
	}
	return c;
}

void
snmp_credential_free(struct snmp_credential *c)
{
	if (c == NULL)
		return;
	free(c->name);
	explicit_bzero(c, sizeof(*c));
	free(c);
}

const char *
snmp_credential_name(const struct snmp_credential *c)
{
	return c->name;
}

int
snmp_credential_version(const struct snmp_credential *c)
{
	return c->version;
}

const char *
snmp_credential_user(const struct snmp_credential *c)
{
	return c->version == 3 ? c->user : NULL;
}

bool
snmp_credential_is_auth_priv(const struct snmp_credential *c)
{
	return c->version == 3 && c->level == SNMP_SEC_LEVEL_AUTHPRIV;
}

bool
snmp_credential_has_keys(const struct snmp_credential *c)
{
	return c->version == 3 && c->level != SNMP_SEC_LEVEL_NOAUTH;
}

unsigned
snmp_credential_timeout_ms(const struct snmp_credential *c)
{
	return c->timeout_ms;
}

int
snmp_credential_retries(const struct snmp_credential *c)
{
	return c->retries;
}

bool
snmp_options_take(struct snmp_options *o, int option, char *value)
{
	char *flag;

	if (option <= 0 || option > 127 || strchr(letters, option) == NULL || value == NULL)
		return false;
	if (o->argc + 2 > SNMP_OPTIONS_MAX)
		return true;	/* given twice, and noted so before: told when read */
	flag = o->flags[o->argc / 2];
	flag[0] = '-';
	flag[1] = (char)option;
	flag[2] = '\0';
	o->argv[o->argc++] = flag;
	o->argv[o->argc++] = value;
	return true;
}

int
snmp_options_credential(const struct snmp_options *o, struct snmp_credential **ret_credential,
	struct err *e)
{
	struct snmp_credential *c;

	if (o->argc == 0)
		return 0;
	c = snmp_credential_new("command line", o->argc, o->argv, e);
	if (c == NULL)
		return -EINVAL;
	*ret_credential = c;
	return 1;
}

#include <config.h>

#include "lib/snmp/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"

enum { ENGINE_MIN = 5, PATH_SIZE = 4096, SHOWN_SIZE = 4 * 64 + 1 };

/* --- what a key file may say ------------------------------------------------------ */

/* Printable ASCII without spaces: it goes through configuration files and shells. */
static bool
is_word(const char *s, size_t size)
{
	size_t len = strnlen(s, size);

	if (len == 0 || len == size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	return true;
}

/*
 * What a credential takes is what a key file may hold: its protocols and the
 * lengths of its keys.
 */
int
keyfile_check(const struct keyfile *k, struct err *e)
{
	struct snmp_credential *c;

	if (!is_word(k->user, sizeof(k->user)))
		return err_set(e, -EINVAL, "the user is no word of 1 to %d printable characters",
		    SNMP_USER_MAX);
	if (!is_word(k->auth_protocol, sizeof(k->auth_protocol)) ||
	    !is_word(k->priv_protocol, sizeof(k->priv_protocol)))
		return err_set(e, -EINVAL, "a protocol is missing");
	if (k->centre[0] != '\0' && !is_word(k->centre, sizeof(k->centre)))
		return err_set(e, -EINVAL, "the centre's address is no word of printable"
		    " characters");
	if (k->engine_id_len != 0 && (k->engine_id_len < ENGINE_MIN ||
	    k->engine_id_len > sizeof(k->engine_id)))
		return err_set(e, -EINVAL, "an engine id of %zu octets: want %d to %d",
		    k->engine_id_len, ENGINE_MIN, KEYFILE_ENGINE_MAX);
	if (k->auth_key_len > sizeof(k->auth_key) || k->priv_key_len > sizeof(k->priv_key))
		return err_set(e, -EINVAL, "a key is longer than %d octets", KEYFILE_KEY_MAX);
	c = keyfile_credential(k, e);
	if (c == NULL)
		return -EINVAL;
	snmp_credential_free(c);
	return 0;
}

struct snmp_credential *
keyfile_credential(const struct keyfile *k, struct err *e)
{
	return snmp_credential_of_keys(k->user, k->auth_protocol, k->auth_key, k->auth_key_len,
	    k->priv_protocol, k->priv_key, k->priv_key_len, e);
}

void
keyfile_wipe(struct keyfile *k)
{
	explicit_bzero(k, sizeof(*k));
}

int
keyfile_make_keys(struct keyfile *k, const char *auth_protocol, const char *priv_protocol,
	struct err *e)
{
	static const size_t lengths[] = { 16, 20, 28, 32, 48, 64 };
	struct keyfile made = *k;
	struct err why;
	int code = -EINVAL;

	if (!text_copy(made.auth_protocol, sizeof(made.auth_protocol), auth_protocol) ||
	    !text_copy(made.priv_protocol, sizeof(made.priv_protocol), priv_protocol))
		return err_set(e, -EINVAL, "no protocol has so long a name");
	if (made.user[0] == '\0')
		(void)text_copy(made.user, sizeof(made.user), "-");	/* to be checked with */
	/* Bytes from a generator of keys are as good as a digest of a pass phrase, or better. */
	if (RAND_priv_bytes(made.auth_key, sizeof(made.auth_key)) != 1 ||
	    RAND_priv_bytes(made.priv_key, sizeof(made.priv_key)) != 1) {
		keyfile_wipe(&made);
		return err_set(e, -EIO, "the system gives no random bytes");
	}
	/* The length is the digest's, and the credential knows it. */
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]) && code < 0; i++) {
		made.auth_key_len = made.priv_key_len = lengths[i];
		code = keyfile_check(&made, &why);
	}
	if (code == 0) {
		memcpy(made.user, k->user, sizeof(made.user));
		memset(made.auth_key + made.auth_key_len, 0,
		    sizeof(made.auth_key) - made.auth_key_len);
		memset(made.priv_key + made.priv_key_len, 0,
		    sizeof(made.priv_key) - made.priv_key_len);
		*k = made;
	} else {
		code = err_set(e, code, "%s", why.text);
	}
	keyfile_wipe(&made);
	return code;
}

/* --- writing ----------------------------------------------------------------------- */

static void
add_key(struct buf *b, const char *word, const char *protocol, const uint8_t *key, size_t len)
{
	char hex[2 * KEYFILE_KEY_MAX + 1];

	text_hex(hex, sizeof(hex), key, len);
	(void)buf_printf(b, "%s %s %s\n", word, protocol, hex);
	explicit_bzero(hex, sizeof(hex));
}

static void
add_all(struct buf *b, const struct keyfile *k)
{
	char hex[2 * KEYFILE_ENGINE_MAX + 1];

	(void)buf_printf(b, "imgadm-key 1\nuser %s\n", k->user);
	add_key(b, "auth", k->auth_protocol, k->auth_key, k->auth_key_len);
	add_key(b, "priv", k->priv_protocol, k->priv_key, k->priv_key_len);
	if (k->centre[0] != '\0')
		(void)buf_printf(b, "centre %s\n", k->centre);
	if (k->engine_id_len > 0) {
		text_hex(hex, sizeof(hex), k->engine_id, k->engine_id_len);
		(void)buf_printf(b, "engine %s\n", hex);
	}
}

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* The folder's entry is durable only when the folder is. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : slash == path ? strdup("/") :
	    strndup(path, (size_t)(slash - path));
	int fd, code = 0;

	if (folder == NULL)
		return -ENOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		code = -errno;
	if (fd >= 0)
		(void)close(fd);
	free(folder);
	return code;
}

/* A new file with this content takes path's place. */
static int
replace(const char *path, const char *data, size_t len)
{
	char temporary[PATH_SIZE];
	int fd, code, n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);	/* mode 0600 */
	if (fd < 0)
		return -errno;
	code = write_all(fd, data, len);
	if (close(fd) < 0 && code == 0)
		code = -errno;
	if (code == 0 && rename(temporary, path) < 0)
		code = -errno;
	if (code < 0) {
		(void)unlink(temporary);	/* already failing */
		return code;
	}
	return sync_folder(path);
}

int
keyfile_write(const char *path, const struct keyfile *k, struct err *e)
{
	char shown[SHOWN_SIZE];
	struct buf b;
	int code = keyfile_check(k, e);

	(void)text_escape(shown, sizeof(shown), path);
	if (code < 0) {
		err_prefix(e, "%s", shown);
		return code;
	}
	buf_init(&b, KEYFILE_OCTETS_MAX);
	add_all(&b, k);
	code = b.error;
	if (code == 0)
		code = replace(path, b.data, b.len);
	if (code < 0)
		(void)err_set(e, code, "%s: cannot be written: %s", shown, strerror(-code));
	if (b.data != NULL)
		explicit_bzero(b.data, b.size);
	buf_release(&b);
	return code;
}

/* --- reading ------------------------------------------------------------------------ */

enum word { WORD_USER, WORD_AUTH, WORD_PRIV, WORD_CENTRE, WORD_ENGINE, WORDS };
static const char *const words[WORDS + 1] = { "user", "auth", "priv", "centre", "engine", NULL };

/* One line, cut into words by spaces and tabs; in place. */
struct line {
	char *word[3];
	size_t count;		/* 4: more than three */
};

static void
cut(char *text, struct line *l)
{
	*l = (struct line){ .count = 0 };
	for (;;) {
		text += strspn(text, " \t\r");
		if (*text == '\0' || (l->count == 0 && *text == '#'))
			return;
		if (l->count == 3) {
			l->count = 4;
			return;
		}
		l->word[l->count++] = text;
		text += strcspn(text, " \t\r");
		if (*text != '\0')
			*text++ = '\0';
	}
}

static int
take_hex(const char *what, const char *hex, uint8_t *dst, size_t size, size_t *len, struct err *e)
{
	size_t n = strlen(hex);

	/* What stands there is not shown: it may be a key. */
	if (n == 0 || n % 2 != 0 || n / 2 > size || text_unhex(hex, dst, n / 2) < 0)
		return err_set(e, -EINVAL, "the %s is not hex of 1 to %zu octets", what, size);
	*len = n / 2;
	return 0;
}

static int
take_text(const char *what, const char *text, char *dst, size_t size, struct err *e)
{
	if (!is_word(text, size))
		return err_set(e, -EINVAL, "the %s is not 1 to %zu printable characters", what,
		    size - 1);
	(void)text_copy(dst, size, text);
	return 0;
}

static int
take_line(struct keyfile *k, enum word word, const struct line *l, struct err *e)
{
	size_t want = word == WORD_AUTH || word == WORD_PRIV ? 3 : 2;
	int code;

	if (l->count != want)
		return err_set(e, -EINVAL, "%s: want %s", words[word], want == 3 ?
		    "a protocol and a key in hex" : "one value");
	switch (word) {
	case WORD_USER:
		return take_text("user", l->word[1], k->user, sizeof(k->user), e);
	case WORD_AUTH:
		code = take_text("protocol", l->word[1], k->auth_protocol,
		    sizeof(k->auth_protocol), e);
		return code < 0 ? code : take_hex("key", l->word[2], k->auth_key,
		    sizeof(k->auth_key), &k->auth_key_len, e);
	case WORD_PRIV:
		code = take_text("protocol", l->word[1], k->priv_protocol,
		    sizeof(k->priv_protocol), e);
		return code < 0 ? code : take_hex("key", l->word[2], k->priv_key,
		    sizeof(k->priv_key), &k->priv_key_len, e);
	case WORD_CENTRE:
		return take_text("centre", l->word[1], k->centre, sizeof(k->centre), e);
	case WORD_ENGINE:
		return take_hex("engine id", l->word[1], k->engine_id, sizeof(k->engine_id),
		    &k->engine_id_len, e);
	case WORDS:
		break;
	}
	return 0;
}

static int
read_line(struct keyfile *k, char *text, bool *headed, unsigned *seen, struct err *e)
{
	char shown[SHOWN_SIZE];
	struct line l;
	enum word word = WORD_USER;

	cut(text, &l);
	if (l.count == 0)
		return 0;
	if (!*headed) {
		if (l.count != 2 || strcmp(l.word[0], "imgadm-key") != 0 ||
		    strcmp(l.word[1], "1") != 0)
			return err_set(e, -EINVAL, "it is no key file of imgadm: it begins with"
			    " 'imgadm-key 1'");
		*headed = true;
		return 0;
	}
	while (word < WORDS && strcmp(l.word[0], words[word]) != 0)
		word++;
	if (word == WORDS) {
		const char *like = text_nearest_of(l.word[0], words);

		(void)text_escape(shown, sizeof(shown), strlen(l.word[0]) <= 32 ? l.word[0] : "?");
		return like != NULL ? err_set(e, -EINVAL, "'%s' is not known; did you mean '%s'?",
		    shown, like) : err_set(e, -EINVAL, "'%s' is not known", shown);
	}
	if ((*seen & 1U << word) != 0)
		return err_set(e, -EINVAL, "%s is there twice", words[word]);
	*seen |= 1U << word;
	return take_line(k, word, &l, e);
}

/* text is changed. */
static int
read_lines(char *text, struct keyfile *k, size_t *line, struct err *e)
{
	enum { NEEDED = 1U << WORD_USER | 1U << WORD_AUTH | 1U << WORD_PRIV };
	bool headed = false;
	unsigned seen = 0;
	int code = 0;

	for (*line = 0; code == 0 && *text != '\0';) {
		char *end = text + strcspn(text, "\n");
		bool last = *end == '\0';

		*end = '\0';
		++*line;
		code = read_line(k, text, &headed, &seen, e);
		text = last ? end : end + 1;
	}
	if (code < 0)
		return code;
	if (!headed)
		return err_set(e, -EINVAL, "it is empty: a key file begins with 'imgadm-key 1'");
	if ((seen & NEEDED) != NEEDED)
		return err_set(e, -EINVAL, "want user, auth and priv: one is missing");
	return keyfile_check(k, e);
}

/* The whole file into text[KEYFILE_OCTETS_MAX + 1]; only its owner may read it. */
static int
slurp(const char *path, char *text, const char *shown, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;
	int code = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		code = err_set(e, -errno, "%s: cannot be read: %s", shown, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		code = err_set(e, -EINVAL, "%s: is no file", shown);
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		code = err_set(e, -EPERM, "%s: holds keys, and others than its owner may read or"
		    " write it: chmod 600", shown);
	while (code == 0 && n > 0 && len <= KEYFILE_OCTETS_MAX) {
		n = read(fd, text + len, KEYFILE_OCTETS_MAX + 1 - len);
		if (n < 0 && errno != EINTR)
			code = err_set(e, -errno, "%s: cannot be read: %s", shown,
			    strerror(errno));
		len += n > 0 ? (size_t)n : 0;
		if (n < 0)
			n = 1;	/* interrupted */
	}
	if (code == 0 && (len > KEYFILE_OCTETS_MAX || memchr(text, '\0', len) != NULL))
		code = err_set(e, -EINVAL, "%s: it is no key file of imgadm", shown);
	if (fd >= 0)
		(void)close(fd);
	if (code == 0)
		text[len] = '\0';
	return code;
}

int
keyfile_read(const char *path, struct keyfile *ret_keyfile, struct err *e)
{
	char text[KEYFILE_OCTETS_MAX + 1], shown[SHOWN_SIZE];
	struct keyfile k = { .user = "" };
	size_t line = 0;
	int code;

	(void)text_escape(shown, sizeof(shown), path);
	code = slurp(path, text, shown, e);
	if (code == 0) {
		code = read_lines(text, &k, &line, e);
		if (code < 0)
			err_prefix(e, "%s:%zu", shown, line > 0 ? line : 1);
	}
	if (code == 0)
		*ret_keyfile = k;
	explicit_bzero(text, sizeof(text));
	keyfile_wipe(&k);
	return code;
}

#include <config.h>

#include "lib/snmp/conf_rollout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"

enum { SHOWN_MAX = 160, NAME_MAX_OCTETS = 64 };

void
conf_rollouts_release(struct conf_rollouts *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->list[i].name);
		free(r->list[i].text);
	}
	free(r->list);
	*r = (struct conf_rollouts){ 0 };
}

static struct conf_rollout *
find(const struct conf_rollouts *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->list[i].name, name) == 0)
			return &r->list[i];
	return NULL;
}

const char *
conf_rollout_find(const struct conf_rollouts *r, const char *name)
{
	const struct conf_rollout *found = find(r, name);

	return found != NULL ? found->text : NULL;
}

static int
add(struct conf_rollouts *r, const char *name, char *text, struct err *e)
{
	struct conf_rollout *more;

	if (r->count == CONF_ROLLOUTS_MAX)
		return err_set(e, -EINVAL, "more than %d rollout policies", CONF_ROLLOUTS_MAX);
	more = realloc(r->list, (r->count + 1) * sizeof(*more));
	if (more == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	r->list = more;
	more[r->count] = (struct conf_rollout){ .name = strdup(name), .text = text };
	if (more[r->count].name == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	r->count++;
	return 0;
}

/* What stood there, and a line a word. */
static int
join(const char *before, const struct conf_words *w, char **ret, struct err *e)
{
	char shown[SHOWN_MAX];
	struct buf b;
	int rc = 0;

	buf_init(&b, CONF_ROLLOUT_TEXT_MAX);
	(void)buf_add_text(&b, before);
	for (int i = 1; rc == 0 && i < w->count; i++) {
		const char *equals = strchr(w->word[i], '=');

		if (equals == NULL || equals == w->word[i] || equals[1] == '\0' ||
		    strpbrk(w->word[i], "#") != NULL) {
			(void)text_escape(shown, sizeof(shown), w->word[i]);
			rc = err_set(e, -EINVAL, "rollout '%s': want KEY=VALUE, as soak=1d or"
			    " waves=\"5 10%% rest\"", shown);
			break;
		}
		(void)buf_printf(&b, "%.*s %s\n", (int)(equals - w->word[i]), w->word[i],
		    equals + 1);
	}
	if (rc == 0 && b.error != 0)
		rc = err_set(e, b.error == -ENOMEM ? -ENOMEM : -EINVAL,
		    "rollout %s: more than %d octets", w->word[0], CONF_ROLLOUT_TEXT_MAX);
	if (rc == 0) {
		*ret = buf_steal(&b);
		if (*ret == NULL)
			rc = err_set(e, -ENOMEM, "out of memory");
	}
	buf_release(&b);
	return rc;
}

int
conf_rollout_line(struct conf_rollouts *r, const struct conf_words *w, struct err *e)
{
	struct conf_rollout *found;
	char *text = NULL;
	int rc;

	if (w->count < 2 || w->word[0][0] == '\0' || strlen(w->word[0]) > NAME_MAX_OCTETS ||
	    strchr(w->word[0], '=') != NULL)
		return err_set(e, -EINVAL, "rollout wants a name and KEY=VALUE ...");
	found = find(r, w->word[0]);
	rc = join(found != NULL ? found->text : "", w, &text, e);
	if (rc < 0)
		return rc;
	if (found != NULL) {
		free(found->text);
		found->text = text;
		return 0;
	}
	rc = add(r, w->word[0], text, e);
	if (rc < 0)
		free(text);
	return rc;
}

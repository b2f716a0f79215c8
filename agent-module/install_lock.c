/*
 * One process works on a unit: a lock for each, whether it is alone or in a group.
 *
 * A row may be asked for anew, alone or in another group, while a process that
 * had it before still lives.  So what is locked follows the rows, not the
 * command line: after each load the locks are those of the members.
 */
#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static struct install_lock *
find(struct install *in, uint32_t unit_index)
{
	for (size_t n = 0; n < UPDATE_GROUP_MAX; n++)
		if (in->locks[n].unit_index == unit_index)
			return &in->locks[n];
	return NULL;
}

static bool
is_member(const struct install *in, uint32_t unit_index)
{
	for (size_t i = 0; i < in->g.count; i++)
		if (in->g.members[i].row.row.unit_index == unit_index)
			return true;
	return false;
}

static void
drop(struct install_lock *l)
{
	lock_release(l->lock);
	*l = (struct install_lock){0};
}

static int
take(struct install *in, uint32_t unit_index, struct err *e)
{
	char name[PATH_MAX + INSTALL_NAME_SIZE];
	struct install_lock *l = find(in, 0);
	int rc;

	if (l == NULL)		/* there are as many as members */
		return err_set(e, -E2BIG, "more than %d units", UPDATE_GROUP_MAX);
	(void)snprintf(name, sizeof(name), "%s/u%" PRIu32 ".lock", in->folder_path, unit_index);
	rc = lock_take(name, &l->lock, NULL, e);
	if (rc == 0)
		l->unit_index = unit_index;
	return rc;
}

int
install_lock(struct install *in, struct err *e)
{
	bool some = false;
	int rc = 0;

	for (size_t n = 0; n < UPDATE_GROUP_MAX; n++)
		if (in->locks[n].unit_index != 0 && !is_member(in, in->locks[n].unit_index))
			drop(&in->locks[n]);
	for (size_t i = 0; rc == 0 && i < in->g.count; i++) {
		uint32_t unit_index = in->g.members[i].row.row.unit_index;

		if (find(in, unit_index) != NULL)
			continue;
		rc = take(in, unit_index, e);
		some = true;
	}
	return rc < 0 ? rc : some;
}

const int *
install_lock_descriptor(struct install *in, size_t i)
{
	const struct install_lock *l = find(in, in->g.members[i].row.row.unit_index);

	return l == NULL ? NULL : lock_descriptor(l->lock);
}

void
install_lock_release(struct install *in)
{
	for (size_t n = 0; n < UPDATE_GROUP_MAX; n++)
		drop(&in->locks[n]);
}

#include <config.h>

#include "manager/center_commit.h"

int64_t
center_commit_wait_ms(size_t waiting, int64_t since_ms, int64_t now_ms)
{
	int64_t waited = now_ms - since_ms;

	if (waiting == 0)
		return -1;
	if (waiting >= CENTER_COMMIT_REPORTS || waited >= CENTER_COMMIT_MS)
		return 0;
	return waited < 0 ? CENTER_COMMIT_MS : CENTER_COMMIT_MS - waited;
}

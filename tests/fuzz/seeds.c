/*
 * seeds: a main for a fuzz target where there is no libFuzzer: runs it over
 * each file in tests/fuzz/seeds/NAME and over each beginning of that file,
 * NAME being the program's own name.  TAP on stdout.
 */
#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { SEED_MAX = 65536, BEGINNINGS_MAX = 2048 };

/* In memory of just that size, so that a reader past the end is caught. */
static void
run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	if (size > 0)
		(void)memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int
run_file(const char *path)
{
	static uint8_t data[SEED_MAX];
	FILE *f = fopen(path, "rb");
	size_t size, n;

	if (f == NULL)
		return -1;
	size = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	run(data, size);
	for (n = 0; n < size && n < BEGINNINGS_MAX; n++)
		run(data, n);
	return 0;
}

static int
no_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char *argv[])
{
	const char *top = getenv("top_srcdir"), *name = strrchr(argv[0], '/');
	char folder[2048], path[4096];
	struct dirent **entries;
	int count, i, failed = 0;

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s",
	    top != NULL ? top : ".", name);
	count = scandir(folder, &entries, no_dots, alphasort);
	if (count <= 0) {
		(void)printf("Bail out! no seeds in %s\n", folder);
		return EXIT_FAILURE;
	}
	(void)printf("1..%d\n", count);
	for (i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		/* Said before it runs: a crash leaves the name of its seed. */
		(void)printf("# %s\n", entries[i]->d_name);
		(void)fflush(stdout);
		if (run_file(path) != 0)
			failed++;
		(void)printf("%s %d - %s\n", failed == 0 ? "ok" : "not ok", i + 1,
		    entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

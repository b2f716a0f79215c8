/*
 * What loading catalogues costs: read and link a set as great as a large
 * maker's.
 *
 *   catalogue_bench [UNIT-TYPES [RELEASES]]	time and memory, a line each
 *   catalogue_bench -x [UNIT-TYPES [RELEASES]]	the file itself, on standard output
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/parse.h"
#include "lib/catalogue/catalogue.h"

enum { PER_SOFTWARE = 20, ROUNDS = 5 };

static void
unit_type(struct buf *b, uint32_t i, uint32_t types)
{
	buf_printf(b, "  <unit-type id=\"T-%u\" class=\"finisher\" manufacturer=\"Acme\" "
	    "model=\"Model %u\" banks=\"2\" recover=\"rewrite\">\n", i, i);
	for (int rev = 1; rev <= 3; rev++)
		buf_printf(b, "    <rev id=\"%c\" seq=\"%d\" hardware=\"%d.*\" supply=\"stock\" "
		    "price=\"310\"/>\n", 'A' + rev - 1, rev, rev);
	buf_printf(b, "    <transport blksize=\"1428\" windowsize=\"16\" max-size=\"64MiB\"/>\n"
	    "    <requires id=\"R-%u\" because=\"it needs the heavy paper path\">"
	    "<unit type=\"T-%u\" min-rev=\"B\" if-present=\"yes\"/></requires>\n"
	    "    <conflicts id=\"C-%u\"><unit type=\"T-%u\" rev=\"C\"/></conflicts>\n"
	    "  </unit-type>\n", i, (i * 7 + 1) % types, i, (i * 13 + 5) % types);
}

static void
release(struct buf *b, uint32_t software, uint32_t i, uint32_t softwares)
{
	uint32_t seq = 100 * (i + 1);

	buf_printf(b, "    <release version=\"G%02u-%02u\" seq=\"%u\" urgency=\"medium\" "
	    "size=\"8388608\" sha256=\"%064x\" file=\"fw-%u-%u.img\" minutes=\"6\">\n"
	    "      <from min-seq=\"%u\"/><from fresh=\"yes\"/>\n"
	    "      <requires id=\"S-%u-%u\" because=\"new tables\"><software id=\"fw-%u\" "
	    "min-seq=\"%u\" if-present=\"yes\"/></requires>\n"
	    "      <any id=\"A-%u-%u\"><unit class=\"finisher\"/><conflicts><unit class=\"fax\"/>"
	    "</conflicts></any>\n"
	    "    </release>\n", software % 100, i, seq, software * PER_SOFTWARE + i, software, seq,
	    seq > 500 ? seq - 500 : 0, software, i, (software * 3 + 1) % softwares, seq / 2,
	    software, i);
}

/* The file; releases in softwares of PER_SOFTWARE each. */
static void
generate(struct buf *b, uint32_t types, uint32_t releases)
{
	uint32_t softwares = (releases + PER_SOFTWARE - 1) / PER_SOFTWARE;

	buf_add_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<catalogue xmlns=\"urn:imgadm:catalogue:1\" id=\"acme\" serial=\"1\" "
	    "issued=\"2026-11-01\" expires=\"2027-11-01\">\n  <creator id=\"acme\"/>\n");
	for (uint32_t i = 0; i < types; i++)
		unit_type(b, i, types);
	for (uint32_t i = 0; i < softwares; i++) {
		buf_printf(b, "  <software id=\"fw-%u\" unit-type=\"T-%u\" scheme=\"dotted\">\n", i,
		    i % types);
		for (uint32_t j = 0; j < PER_SOFTWARE && i * PER_SOFTWARE + j < releases; j++)
			release(b, i, j, softwares);
		buf_add_text(b, "  </software>\n");
	}
	buf_add_text(b, "</catalogue>\n");
}

static double
cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
memory_mib(void)
{
	struct rusage usage = {0};

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss / 1024;
}

/* CPU seconds of one reading and linking; ends the program when it fails. */
static double
load(const struct buf *b, uint32_t types, uint32_t releases)
{
	struct catalogue_findings findings = {0};
	struct catalogue *c = NULL;
	struct catalogue_set *set = NULL;
	struct err e;
	double began = cpu(), took;
	int rc = catalogue_read("acme.xml", b->data, b->len, &c, &findings, &e);

	if (rc == 0)
		rc = catalogue_set_link((const struct catalogue *const *)&c, 1, &set, &findings,
			&e);
	took = cpu() - began;
	if (rc < 0 || set->unit_type_count != types || set->release_count != releases) {
		(void)fprintf(stderr, "catalogue_bench: %s\n", rc < 0 ? e.text : "another count");
		exit(EXIT_STORAGE);
	}
	catalogue_set_free(set);
	catalogue_free(c);
	catalogue_findings_release(&findings);
	return took;
}

static void
figures(const struct buf *b, uint32_t types, uint32_t releases)
{
	double took, best = 0, before = memory_mib();

	for (int i = 0; i < ROUNDS; i++) {
		took = load(b, types, releases);
		if (i == 0 || took < best)
			best = took;
	}
	(void)printf("judge.catalogue.load %.3f s\n", best);
	(void)printf("judge.catalogue.memory %.1f MiB\n", memory_mib() - before);
	(void)fprintf(stderr, "catalogue_bench: %u unit types, %u releases, a file of %.1f MiB; "
	    "bars: 1 s, 100 MB\n", types, releases, (double)b->len / (1024 * 1024));
}

int
main(int argc, char **argv)
{
	int print = argc > 1 && strcmp(argv[1], "-x") == 0;
	uint32_t types = 2000, releases = 10000;
	struct buf b;
	struct err e;

	if ((argc > 1 + print && parse_u32(argv[1 + print], 1, 1000000, &types, &e) < 0) ||
	    (argc > 2 + print && parse_u32(argv[2 + print], 0, 1000000, &releases, &e) < 0)) {
		(void)fprintf(stderr, "catalogue_bench: %s\n", e.text);
		return EXIT_USAGE;
	}
	buf_init(&b, CATALOGUE_SIZE_MAX);
	generate(&b, types, releases);
	if (b.error < 0) {
		(void)fprintf(stderr, "catalogue_bench: a file of more than 64 MiB\n");
		return EXIT_USAGE;
	}
	if (print)
		(void)fwrite(b.data, 1, b.len, stdout);
	else
		figures(&b, types, releases);
	buf_release(&b);
	return EXIT_DONE;
}

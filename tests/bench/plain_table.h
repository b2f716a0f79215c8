/*
 * plain_table: the peer's table, and what a row of it says; the state that the
 * agent is measured with says the same (tests/integration/agent_state.c).
 */
#ifndef IMGADM_TESTS_BENCH_PLAIN_TABLE_H
#define IMGADM_TESTS_BENCH_PLAIN_TABLE_H

/* As long as imgErrorTable's. */
#define PLAIN_OID ".1.3.6.1.4.1.8072.9999.9999.77.1.3.6"

#define PLAIN_UNIT "FUS"
#define PLAIN_SERIAL "F-00012345"
#define PLAIN_CODE "C-%06lu"
#define PLAIN_TEXT "Fuser did not reach its temperature in time"
#define PLAIN_SOFTWARE "fuser-fw"
#define PLAIN_VERSION "1.20"

void init_plain_table(void);
void deinit_plain_table(void);

#endif

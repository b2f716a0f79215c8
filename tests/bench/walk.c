/*
 * walk ADDRESS COLUMNS REPETITIONS TIMES OID: GETBULK walks of COLUMNS columns
 * side by side, the first being OID, over v2c "public"; prints how many
 * varbinds of those columns came.
 */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

enum { COLUMNS_MAX = 16 };

struct walk {
	void *session;
	unsigned columns, repetitions;
	oid first[MAX_OID_LEN];
	size_t first_len;
	unsigned long varbinds;
};

static bool
in_first_column(const struct walk *w, const netsnmp_variable_list *vb)
{
	return vb->name_length > w->first_len && snmp_oidtree_compare(vb->name,
		w->first_len, w->first, w->first_len) == 0 &&
		vb->type != SNMP_ENDOFMIBVIEW;
}

/* Next request from the last row of an answer; false at the end of the table. */
static bool
take(struct walk *w, const netsnmp_pdu *answer, netsnmp_pdu *next)
{
	const netsnmp_variable_list *vb = answer->variables;

	while (vb != NULL) {
		const netsnmp_variable_list *row = vb;

		if (!in_first_column(w, vb))
			return false;
		for (unsigned c = 0; c < w->columns && vb != NULL; c++) {
			w->varbinds++;
			vb = vb->next_variable;
		}
		if (vb != NULL && vb->next_variable != NULL)
			continue;
		for (unsigned c = 0; c < w->columns && row != NULL; c++) {
			(void)snmp_add_null_var(next, row->name, row->name_length);
			row = row->next_variable;
		}
	}
	return next->variables != NULL;
}

static netsnmp_pdu *
request(const struct walk *w)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);

	if (pdu == NULL)
		exit(EXIT_FAILURE);
	pdu->non_repeaters = 0;
	pdu->max_repetitions = w->repetitions;
	return pdu;
}

static void
walk_once(struct walk *w)
{
	netsnmp_pdu *pdu = request(w), *answer;
	oid name[MAX_OID_LEN];

	memcpy(name, w->first, w->first_len * sizeof(*name));
	for (unsigned c = 0; c < w->columns; c++) {
		(void)snmp_add_null_var(pdu, name, w->first_len);
		name[w->first_len - 1]++;
	}
	for (;;) {
		netsnmp_pdu *next = request(w);
		bool more;

		if (snmp_sess_synch_response(w->session, pdu, &answer) !=
			STAT_SUCCESS || answer->errstat != SNMP_ERR_NOERROR) {
			(void)fprintf(stderr, "walk: no answer\n");
			exit(EXIT_FAILURE);
		}
		more = take(w, answer, next);
		snmp_free_pdu(answer);
		if (!more) {
			snmp_free_pdu(next);
			return;
		}
		pdu = next;
	}
}

int
main(int argc, char *argv[])
{
	static u_char community[] = "public";
	struct walk w = { 0 };
	netsnmp_session session;
	unsigned long times;

	(void)setenv("MIBS", "", 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
		NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_snmp("walk");
	snmp_sess_init(&session);
	w.first_len = MAX_OID_LEN;
	if (argc != 6 || !read_objid(argv[5], w.first, &w.first_len)) {
		(void)fprintf(stderr,
			"usage: walk ADDRESS COLUMNS REPETITIONS TIMES OID\n");
		return EXIT_FAILURE;
	}
	w.columns = (unsigned)strtoul(argv[2], NULL, 10);
	w.repetitions = (unsigned)strtoul(argv[3], NULL, 10);
	times = strtoul(argv[4], NULL, 10);
	if (w.columns < 1 || w.columns > COLUMNS_MAX || w.repetitions < 1)
		return EXIT_FAILURE;
	session.version = SNMP_VERSION_2c;
	session.peername = argv[1];
	session.community = community;
	session.community_len = sizeof(community) - 1;
	session.timeout = 10 * 1000 * 1000;
	session.retries = 0;
	w.session = snmp_sess_open(&session);
	if (w.session == NULL) {
		snmp_sess_perror("walk", &session);
		return EXIT_FAILURE;
	}
	while (times-- > 0)
		walk_once(&w);
	snmp_sess_close(w.session);
	(void)printf("%lu\n", w.varbinds);
	return EXIT_SUCCESS;
}

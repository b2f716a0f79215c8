/*
 * judge_rule: what a rule is of a device, for tests that say it line by line.
 */
#ifndef IMGADM_TESTS_UNIT_JUDGE_RULE_H
#define IMGADM_TESTS_UNIT_JUDGE_RULE_H

#include "manager/judge/judge_problem.h"
#include "tests/unit/judge_world.h"

/*
 * Two finishers, an engine with revisions, a controller; software for the last
 * two.  The rule stands in finisher FIN unless a test says otherwise.
 */
#define TYPES "<device-type id='D' manufacturer='Acme' model='D*'/>" \
	"<unit-type id='SD' class='finisher' manufacturer='Acme' model='SD'/>" \
	"<unit-type id='ENG' class='engine' manufacturer='Acme' model='ENG'>" \
	"<rev id='A' seq='1' hardware='a'/><rev id='B' seq='2' hardware='b'/>" \
	"<rev id='C' seq='3' hardware='c'/></unit-type>" \
	"<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'/>" \
	"<software id='cfw' unit-type='CTL'>" \
	"<release version='c1' seq='100'/>" \
	"<release version='c2' seq='200' sha256='abababababababababababababababab" \
	"abababababababababababababababab'/>" \
	"<release version='c3' seq='300' branch='x'/></software>" \
	"<software id='efw' unit-type='ENG'><release version='e1' seq='100'/></software>"
#define FIN(rules) "<unit-type id='FIN' class='finisher' manufacturer='Acme' model='FIN'>" \
	rules "</unit-type>"
#define NEEDS(what) FIN("<requires id='R'>" what "</requires>")
#define CONFLICTS(what) FIN("<conflicts id='R'>" what "</conflicts>")
#define ANY(what) FIN("<any id='R'>" what "</any>")

#define NA JUDGE_NOT_APPLICABLE
#define T JUDGE_TRUE
#define U JUDGE_UNKNOWN
#define F JUDGE_VIOLATED

/* The heaviest of rule `id` at `symbol` in the device, all other types listed. */
enum judge_truth rule_truth_at(const char *rules, const char *device, const char *id,
	const char *symbol);
/* Rule R of FIN in a chassis CHS; what else there is follows. */
enum judge_truth rule_truth(const char *rules, const char *others);
/* Of the device as it is. */
enum judge_verdict rule_verdict(const char *rules, const char *device);

#define IS(truth, rules, others) ck_assert_int_eq(rule_truth(rules, others), truth)

#define CTL1 "CTL controller CTL in=CHS sw=cfw/c1"
#define CTL2 "CTL controller CTL in=CHS sw=cfw/c2"
#define CTL3 "CTL controller CTL in=CHS sw=cfw/c3"
#define ENGA "ENG engine ENG in=CHS hw=a sw=efw/e1"
#define ENGB "ENG engine ENG in=CHS hw=b sw=efw/e1"
#define ENGX "ENG engine ENG in=CHS hw=x sw=efw/e1"	/* rev not listed */
#define ODD "ODD engine ODD in=CHS"			/* unit not listed */

#endif

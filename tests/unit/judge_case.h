/*
 * judge_case: a small world, and what the judge says of it.
 */
#ifndef IMGADM_TESTS_UNIT_JUDGE_CASE_H
#define IMGADM_TESTS_UNIT_JUDGE_CASE_H

#include "manager/judge/judge.h"
#include "tests/unit/judge_world.h"

struct case_of {
	struct world w;
	struct judgement j;
};

/* Between the two, a test changes shape and policy; then case_run(). */
void case_begin(struct case_of *c, const char *xml, const char *device);
void case_end(struct case_of *c);
void case_run(struct case_of *c);

/* "CTL c2, FIN standby, ENG B": what the recommended structure changes. */
const char *case_recommended(const struct case_of *c);
/* "R-1 R-2" */
const char *case_conflict(const struct case_of *c);
struct judge_unit *case_unit(struct case_of *c, const char *symbol);
/* The values of the unit, "now, 12, standby, C*"; * behind those that are only passed. */
const char *case_values(const struct case_of *c, const char *symbol);
int64_t case_cost(const struct case_of *c, enum judge_cost position);

#define UNIT "<unit-type id='U' class='fax' manufacturer='Acme' model='U'>" \
	"<rev id='A' seq='1' hardware='a' supply='stock'/><rev id='B' seq='2' hardware='b' " \
	"supply='order'/><rev id='C' seq='3' hardware='c' supply='ended'/></unit-type>" \
	"<unit-type id='V' class='fax' manufacturer='Acme' model='V'><replaces type='U'/>" \
	"</unit-type>"
#define SOFTWARE(releases) "<software id='ufw' unit-type='U'>" releases "</software>"

/* The finisher needs a newer controller, which does not run on board B. */
#define CONTROLLER "<unit-type id='CTL' class='controller' manufacturer='Acme' model='CTL'>" \
	"<rev id='B' seq='2' hardware='b'/>" \
	"<rev id='C' seq='3' hardware='c' supply='stock' price='310'/></unit-type>" \
	"<software id='cfw' unit-type='CTL'><release version='11' seq='1100'/>" \
	"<release version='12' seq='1200' minutes='9'><conflicts id='R-3'>" \
	"<unit type='CTL' max-rev='B' where='self'/></conflicts></release></software>"
#define FINISHER "<unit-type id='FIN' class='finisher' manufacturer='Acme' model='FIN'>" \
	"<requires id='R-7'><software id='cfw' min-seq='1200'/></requires></unit-type>"
#define LOBBY "CHS device D;CTL controller CTL in=CHS hw=%s sw=cfw/11;FIN finisher FIN in=CHS;" \
	"P function print in=CTL;S function staple in=FIN"

/* A lobby whose controller has a board of that revision. */
void case_begin_lobby(struct case_of *c, const char *rev);

#endif

#include <config.h>

#include "tests/unit/judge_rule.h"

#include <stdio.h>

enum judge_truth
rule_truth_at(const char *rules, const char *device, const char *id, const char *symbol)
{
	enum judge_truth truth = NA;
	char xml[8192];
	struct world w;
	uint32_t i;

	(void)snprintf(xml, sizeof(xml), "%s%s", TYPES, rules);
	world_begin(&w, xml, NULL, device);
	world_problem(&w);
	i = world_instance(&w, id, symbol);
	if (i != CATALOGUE_NONE)
		truth = w.p->instances[i].now;
	world_end(&w);
	return truth;
}

enum judge_truth
rule_truth(const char *rules, const char *others)
{
	char device[1024];

	(void)snprintf(device, sizeof(device), "CHS device D1;FIN finisher FIN in=CHS;%s",
	    others);
	return rule_truth_at(rules, device, "R", "FIN");
}

enum judge_verdict
rule_verdict(const char *rules, const char *device)
{
	enum judge_verdict verdict;
	char xml[8192];
	struct world w;
	uint32_t state[16] = {0};

	(void)snprintf(xml, sizeof(xml), "%s%s", TYPES, rules);
	world_begin(&w, xml, NULL, device);
	world_problem(&w);
	verdict = judge_problem_verdict(w.p, state);
	world_end(&w);
	return verdict;
}

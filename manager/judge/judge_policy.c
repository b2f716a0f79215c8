#include <config.h>

#include "manager/judge/judge_policy.h"

#include <stdio.h>

void
judge_policy_default(struct judge_policy *p)
{
	*p = (struct judge_policy){
		.hardware = JUDGE_HARDWARE_ANY,
		.nodes = 100000,
	};
}

static const char *
hardware_name(enum judge_hardware h)
{
	switch (h) {
	case JUDGE_HARDWARE_NONE:
		return "none";
	case JUDGE_HARDWARE_STOCK:
		return "stock";
	case JUDGE_HARDWARE_ANY:
		return "any";
	}
	return "none";
}

size_t
judge_policy_text(const struct judge_policy *p, char ret[JUDGE_POLICY_TEXT])
{
	int n = snprintf(ret, JUDGE_POLICY_TEXT,
		"hardware=%s drafts=%s tickets=%s trendy=%s nodes=%u profile=%s",
		hardware_name(p->hardware), p->drafts ? "yes" : "no",
		p->tickets ? "yes" : "no", p->trendy ? "yes" : "no", (unsigned)p->nodes,
		p->profile[0] != '\0' ? p->profile : "-");

	return n < 0 ? 0 : (size_t)n;
}

# manager/judge: the judge as a pure function; a line a module.
noinst_LTLIBRARIES += manager/libjudge.la
manager_libjudge_la_SOURCES =
manager_libjudge_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
manager_libjudge_la_LIBADD = $(SODIUM_LIBS) -lm
manager_libjudge_la_SOURCES += %D%/judge_policy.c %D%/judge_policy.h
manager_libjudge_la_SOURCES += %D%/judge_shape.c %D%/judge_shape.h %D%/judge_key.c
manager_libjudge_la_SOURCES += %D%/judge_problem.c %D%/judge_problem.h
manager_libjudge_la_SOURCES += %D%/judge_parts.c %D%/judge_parts.h
manager_libjudge_la_SOURCES += %D%/judge_values.c %D%/judge_price.c %D%/judge_carriers.c
manager_libjudge_la_SOURCES += %D%/judge_instances.c %D%/judge_match.c %D%/judge_truth.c
manager_libjudge_la_SOURCES += %D%/judge_clauses.c %D%/judge_clauses.h
manager_libjudge_la_SOURCES += %D%/judge_pool.c %D%/judge_groups.c
manager_libjudge_la_SOURCES += %D%/judge_solve.c %D%/judge_solve.h \
	%D%/judge_solve_build.c %D%/judge_solve_check.c %D%/judge_solve_clauses.c \
	%D%/judge_solve_conflict.c %D%/judge_solve_price.c %D%/judge_solve_private.h \
	%D%/judge_solve_propagate.c %D%/judge_solve_search.c
manager_libjudge_la_SOURCES += %D%/judge_path.c %D%/judge_path.h
manager_libjudge_la_SOURCES += %D%/judge_plan.c %D%/judge_plan.h
manager_libjudge_la_SOURCES += %D%/judge_plan_world.c %D%/judge_plan_ask.c %D%/judge_plan_world.h
manager_libjudge_la_SOURCES += %D%/judge_plan_search.c %D%/judge_plan_search.h
manager_libjudge_la_SOURCES += %D%/judge_plan_nodes.c %D%/judge_plan_nodes.h
manager_libjudge_la_SOURCES += %D%/judge_say_plan.c
manager_libjudge_la_SOURCES += %D%/judge_words.c %D%/judge_words.h
manager_libjudge_la_SOURCES += %D%/judge_explain.c %D%/judge_explain.h
manager_libjudge_la_SOURCES += %D%/judge_facts.c %D%/judge_why_not.c %D%/judge_advices.c
manager_libjudge_la_SOURCES += %D%/judge.c %D%/judge.h

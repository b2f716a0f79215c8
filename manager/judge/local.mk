# manager/judge: the judge as a pure function; a line a module.
noinst_LTLIBRARIES += manager/libjudge.la
manager_libjudge_la_SOURCES =
manager_libjudge_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
manager_libjudge_la_LIBADD = $(SODIUM_LIBS) -lm
manager_libjudge_la_SOURCES += %D%/judge_policy.c %D%/judge_policy.h
manager_libjudge_la_SOURCES += %D%/judge_shape.h
manager_libjudge_la_SOURCES += %D%/judge_problem.h
manager_libjudge_la_SOURCES += %D%/judge_solve.h
manager_libjudge_la_SOURCES += %D%/judge_path.c %D%/judge_path.h
manager_libjudge_la_SOURCES += %D%/judge_plan.h
manager_libjudge_la_SOURCES += %D%/judge_plan_search.c %D%/judge_plan_search.h
manager_libjudge_la_SOURCES += %D%/judge_plan_nodes.c %D%/judge_plan_nodes.h
manager_libjudge_la_SOURCES += %D%/judge_words.c %D%/judge_words.h
manager_libjudge_la_SOURCES += %D%/judge_explain.c %D%/judge_explain.h
manager_libjudge_la_SOURCES += %D%/judge_facts.c %D%/judge_why_not.c %D%/judge_advices.c
manager_libjudge_la_SOURCES += %D%/judge.h

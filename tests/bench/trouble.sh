#!/bin/sh
# What trouble rules cost: entries judged a second, memory of a unit and rule,
# a year of the logs of a fleet.  CPU of the process.  BENCH_DEVICES: how many (1,000).
bench=${top_builddir:?}/tests/bench
[ -x "$bench/trouble_bench" ] || { echo "bench: trouble_bench is not built" >&2; exit 3; }
"$bench/trouble_bench" "${BENCH_DEVICES:-1000}"

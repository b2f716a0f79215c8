#!/bin/sh
# What judging costs: loading the catalogues, a judgement.  CPU of the process.
# BENCH_DEVICES: how many problems (1,000).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
bench=${top_builddir:?}/tests/bench
[ -x "$bench/catalogue_bench" ] || { echo "bench: catalogue_bench is not built" >&2; exit 3; }
"$bench/catalogue_bench"
[ -x "$bench/judge_bench" ] || { echo "bench: judge_bench is not built" >&2; exit 3; }
pkg-config --exists libsolv 2>/dev/null || echo 'bench: libsolv is not installed: left out' >&2
"$bench/judge_bench" "${BENCH_DEVICES:-1000}"

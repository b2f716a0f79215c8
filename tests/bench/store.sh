#!/bin/sh
# What storing costs: first and steady results of 10,000 devices put into a
# store, without a network.  CPU of the process, in microseconds.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
[ -x "${top_builddir:?}/tests/bench/store_bench" ] || { echo "bench: store_bench is not built" >&2; exit 3; }
"$top_builddir/tests/bench/store_bench" "$T/store.db" "${BENCH_DEVICES:-10000}"

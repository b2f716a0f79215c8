#!/bin/sh
# What judging costs: loading the catalogues.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
bench=${top_builddir:?}/tests/bench
[ -x "$bench/catalogue_bench" ] || { echo "bench: catalogue_bench is not built" >&2; exit 3; }
"$bench/catalogue_bench"

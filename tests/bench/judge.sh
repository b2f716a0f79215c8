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

# A whole fleet from its store: shapes that nobody knows yet, all anew, and when nothing changed.
command -v minisign >/dev/null || { echo 'bench: minisign is not installed: judge.fleet is left out' >&2; exit 0; }
. "$top_srcdir/tests/integration/catalogue-lib.sh"
judge=$top_builddir/manager/imgadm-judge device=
. "$top_srcdir/tests/integration/judge-lib.sh"
"$bench/judge_fleet" "$IMGADM_DB" "${BENCH_FLEET:-100000}" 500 || exit
sync	# else the first run waits for the disk to write what filled the store
key acme
trust acme acme
releases=$(for i in $(seq 1 50); do
	printf '    <release version="G01-%d" seq="%d" state="qualified" minutes="6"/>\n' "$i" $((4000 + i * 10))
done)
force 1 "$releases
" >/dev/null || exit
# figure NAME KEY [OPTION...]: seconds of a run, as it says itself
figure()
{
	figure_name=$1; shift
	"$judge" run --no-tell --json "$@" 2>/dev/null |
		sed -n 's/.*"ms": \([0-9]*\).*/\1/p' | awk -v n="$figure_name" '{ printf "%s %.2f s\n", n, $1 / 1000 }'
}
figure judge.fleet
figure judge.fleet.all --all
figure judge.fleet.idle

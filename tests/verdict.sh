#!/bin/sh
# verdict.sh BUILD [part]: what make check left in BUILD, judged: nothing failed,
# nothing was skipped (but for tests of recordings that are not there, or of what
# the machine cannot give: network or mount namespaces, IPv6, another user), every
# delivered claim has a test that passed (with `part`, claims are not looked at).
# Prints the sum last.
build=${1:?build folder}
here=$(cd "$(dirname "$0")/.." && pwd) || exit 3
status=0
results=$(find "$build/tests" -name '*.log' -exec \
	grep -hE '^(PASS|FAIL|SKIP|ERROR|XPASS|XFAIL): tests/' {} +)
count() { printf '%s\n' "$results" | grep -c "^$1: "; }
passed=$(count PASS) failed=$(($(count FAIL) + $(count ERROR) + $(count XPASS)))
skipped=$(count SKIP)
[ "$passed" -gt 0 ] || { echo "verdict: no test ran in $build"; status=2; }
printf '%s\n' "$results" | grep -E '^(FAIL|ERROR|XPASS): ' && status=2
if printf '%s\n' "$results" | grep '^SKIP: ' | \
	grep -v -e 'walks' -e 'network namespace' -e 'mount namespace' -e 'no IPv6 here' \
	-e 'only root becomes'; then
	echo "verdict: a test was skipped that has all it needs here"
	status=2
fi
if [ "${2:-}" != part ]; then
	sh "$here/tests/lint/claims.sh" "$build" | grep -v '^ok ' | grep -v '^1\.\.' && status=2
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit $status

#!/bin/sh
# tests/claims: each of C1..C23 once; a delivered or decided claim names tests that exist.
# TAP; runs from any folder.  With a build folder as argument it also wants each
# named test to have passed there (after make check).
here=$(cd "$(dirname "$0")/../.." && pwd) || exit 99
build=${1:-}
n=0 failed=0
result()
{
	n=$((n + 1))
	if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
	echo "not ok $n - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
	failed=1
}
claims=$here/tests/claims
want=$(seq -f 'C%g' 1 23 | sort)
got=$(sed -n 's/^\(C[0-9]*\) .*/\1/p' "$claims" | sort)
result "each of C1..C23 stands once" "$([ "$want" = "$got" ] || echo "have: $got" | tr '\n' ' ')"
result "every claim is delivered, decided or later" \
	"$(grep -E '^C' "$claims" | grep -vE '^C[0-9]+ (delivered|decided|later)( |$)')"
for c in $(sed -n 's/^\(C[0-9]*\) de[lc]i.*/\1/p' "$claims"); do
	bad=$(awk -v c="$c" '$1 == c {on = 1; next} /^C/ {on = 0} on && /^\t/ {sub(/^\t/, ""); print}' "$claims" |
	{
		tests=0
		while IFS=: read -r file case; do
			tests=$((tests + 1))
			case=${case# }
			src=$here/$file
			[ -e "$src" ] || src=$here/$file.c
			[ -e "$src" ] || { echo "$file: no such test"; continue; }
			grep -qF -e "$case" "$src" || echo "$file: has no case '$case'"
			[ -n "$build" ] || continue
			# The TAP driver's own lines: RESULT: FILE NUMBER - CASE
			results=$(grep -E '^(PASS|FAIL|SKIP|ERROR|XPASS|XFAIL): ' "$build/${file%.sh}.log" 2>/dev/null |
				grep -F -e "$case")
			[ -n "$results" ] || { echo "$file: '$case' did not run"; continue; }
			! printf '%s\n' "$results" | grep -qv '^PASS: ' || echo "$file: '$case' did not pass"
		done
		[ "$tests" -gt 0 ] || echo "no test named"
	})
	result "$c is shown by tests${build:+ that passed}" "$bad"
done
echo "1..$n"
exit $failed

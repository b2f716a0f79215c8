#!/bin/sh
# What a reader should never find.  TAP; runs from any folder.
cd "$(dirname "$0")/../.." || exit 99
n=0 failed=0
check()
{
	n=$((n + 1))
	if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
	echo "not ok $n - $1"
	printf '%s\n' "$2" | head -20 | sed 's/^/# /'
	failed=1
}
src='lib agent-module manager updater tests'
check "every C file includes config.h first" "$(for f in $(find $src -name '*.c'); do
	grep -m1 -E '^#[[:space:]]*include' "$f" | grep -qE '[<"]config\.h[>"]' || echo "$f"; done)"
# A text that a person reads, or that a test compares, is not broken up.
check "lines of at most 100 columns" "$(find $src -name '*.[ch]' -exec awk '!/"/ {
	l = $0; w = 0; for (i = 1; i <= length(l); i++) w += substr(l, i, 1) == "\t" ? 8 - w % 8 : 1
	if (w > 100) print FILENAME ":" FNR ": " w " columns" }' {} +)"
check "no white space at the end of a line" "$(grep -rnE --include='*.[ch]' '[[:space:]]+$' $src | head)"
check "headers have a guard" "$(for f in $(find $src -name '*.h'); do
	grep -qE '^#ifndef IMGADM_' "$f" || echo "$f"; done)"
check "no switch over an enumeration hides new values" \
	"$(grep -rnE --include='*.[ch]' '^[[:space:]]*default:[[:space:]]*(break;)?[[:space:]]*/\* *enum' $src)"
echo "1..$n"
exit $failed

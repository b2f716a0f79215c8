#!/bin/sh
# Shell scripts under shellcheck; tests can be executed.  TAP; runs from any folder.
cd "$(dirname "$0")/../.." || exit 99
command -v shellcheck >/dev/null 2>&1 || { echo "1..0 # SKIP shellcheck is not installed"; exit 0; }
n=0 failed=0
for f in setup .ci/run $(find tests mibs dist -name '*.sh' | sort); do
	n=$((n + 1))
	if out=$(shellcheck -S warning -s "$(head -1 "$f" | grep -q bash && echo bash || echo sh)" \
		-e SC1091,SC2034,SC2044,SC3043 "$f" 2>&1); then
		echo "ok $n - $f"
	else
		echo "not ok $n - $f"; printf '%s\n' "$out" | head -30 | sed 's/^/# /'; failed=1
	fi
done
n=$((n + 1))
bad=$(for f in tests/integration/*.sh tests/lint/*.sh; do
	case $f in *-lib.sh) ;; *) [ -x "$f" ] || echo "$f" ;; esac
done)
if [ -z "$bad" ]; then echo "ok $n - every test can be executed"; else
	echo "not ok $n - every test can be executed"; printf '%s\n' "$bad" | sed 's/^/# /'; failed=1
fi
echo "1..$n"
exit $failed

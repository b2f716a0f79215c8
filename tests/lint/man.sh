#!/bin/sh
# Man pages: clean.  TAP; runs from any folder.  (That a page and its program say the same
# options is shown by tests/integration/options.sh, which asks the programs.)
cd "$(dirname "$0")/../.." || exit 99
command -v mandoc >/dev/null 2>&1 || { echo "1..0 # SKIP mandoc is not installed"; exit 0; }
n=0 failed=0
for f in man/*.[1-8]; do
	n=$((n + 1))
	# Pages of other projects are named in SEE ALSO; whether they are here is the reader's machine.
	if out=$(mandoc -T lint -W warning "$f" 2>&1 | grep -vE 'referenced manual not found|cross reference to'; true); [ -z "$out" ]; then
		echo "ok $n - $f"
	else
		echo "not ok $n - $f"; printf '%s\n' "$out" | sed 's/^/# /'; failed=1
	fi
done
echo "1..$n"
exit $failed

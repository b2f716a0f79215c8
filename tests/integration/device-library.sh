#!/bin/sh
# libimgadm-device, the door for firmware: the example in dist/examples runs,
# a stranger can build it, and nothing else is exported.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
: "${top_builddir:?}"
need nm

example=$top_srcdir/dist/examples/firmware.c
lib=$top_builddir/agent-module/.libs/libimgadm-device.so
state=$T/device.db

ok "the example runs" "$top_builddir/dist/examples/firmware" "$state"
ok "and again, on the file there is" "$top_builddir/dist/examples/firmware" "$state"
imgadm-device --state "$state" unit list --json >"$T/units"
like "its engine is there" "$(cat "$T/units")" '"symbol":"ENG".*"serial_number":"E1180".*"use_count":20'
like "its fuser is in the engine" "$(cat "$T/units")" '"symbol":"FUS".*"contained_in":"ENG"'
like "its software" "$(imgadm-device --state "$state" software list)" 'ENG +1 +engine-fw +acme +D04-11 +running'
like "its reading" "$(imgadm-device --state "$state" reading list)" 'temperature +164\.2 +C +170\.0 +195\.0'
like "its error, once: the second is being gathered" \
	"$(imgadm-device --state "$state" error list)" '1 .* error +FUS +C-0557 +1 '
status "a file that cannot be made is told" 1 "$top_builddir/dist/examples/firmware" "$T/none/device.db"
like "with the reason" "$(cat "$T/err")" 'firmware: .*/none/device\.db: .*No such file'

is "nothing but imgadm_device_* is exported" \
	"$(nm -D --defined-only "$lib" | awk '$2 ~ /[A-Z]/ {print $3}' | grep -v '^imgadm_device_')" ""
for f in $(grep -oE '\bimgadm_device_[a-z_]+\(' "$top_srcdir/agent-module/imgadm/device.h" | tr -d '(' | sort -u); do
	nm -D --defined-only "$lib" | grep -q " T $f\$" || echo "$f"
done >"$T/missing"
is "every function of the header is exported" "$(cat "$T/missing")" ""

# As a stranger builds it: with the installed header and library alone.
if nm -D "$lib" | grep -q __asan; then
	tap_n=$((tap_n + 1)); echo "ok $tap_n - a stranger builds it # SKIP the library is built with sanitizers"
else
	mkdir -p "$T/include/imgadm"
	cp "$top_srcdir/agent-module/imgadm/device.h" "$T/include/imgadm/"
	stranger()
	{
		${CC:-cc} -std=c99 -Wall -Wextra -pedantic -Werror -I"$T/include" "$example" -o "$T/firmware" \
			-L"${lib%/*}" -limgadm-device &&
			LD_LIBRARY_PATH=${lib%/*} "$T/firmware" "$T/stranger.db"
	}
	ok "a stranger builds it" stranger
fi
done_testing

#!/bin/sh
# ./setup demo: a release goes from its maker to a device by the commands of
# imgadm-publish(7), which the demo runs as they stand there; read back by snmpwalk.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need minisign snmpwalk
: "${top_builddir:?}" "${top_srcdir:?}"
build=$(cd "$top_builddir" && pwd) demo=$T/demo
for f in agent-module/imgadm-install updater/imgadm-tftpd updater/imgadm-update manager/imgadm-judge; do
	[ -x "$build/$f" ] || skip_all "$f is not built"
done
end() { sh "$top_srcdir/dist/demo.sh" stop "$build" "$demo" >"$T/stop" 2>&1; }
trap 'end; exit 1' INT TERM HUP
status 'the demo' 0 env IMGADM_DEMO_LIVE_S=15 sh "$top_srcdir/dist/demo.sh" start "$build" "$demo"
said=$(cat "$T/out")
like 'two do not fit at first' "$said" '2 incompatible'
like 'what would be done' "$said" 'controller-fw 13\.2 → 13\.3 → 13\.5 \(stepping stone: 13\.3\)'
like 'the stepping stone is read back' "$said" 'CTL: runs controller-fw 13\.3 \(read back\)'
like 'and the release' "$said" 'CTL: runs controller-fw 13\.5 \(read back\)'
like 'it fits' "$said" 'room-215 .* is compatible'
# Each command of the page was run, in the demo's log or on its screen.
awk '/^\.Bd -literal/ {on = 1; next} /^\.Ed/ {on = 0} on' "$top_srcdir/man/imgadm-publish.7" |
	sed 's/\\e$/\\/' >"$T/page"
printf '%s\n' "$said" | sed 's/^\$ //' | cat - "$demo/log/publish.log" >"$T/ran"
ok 'the page has commands' test "$(wc -l <"$T/page")" -gt 10
is 'none was left out' "$(grep -v '^imgadm-poll' "$T/page" | grep -vxF -f "$T/ran")" ''
# walk DEVICE COLUMN
walk()
{
	port=$(sed -n "s/^$1 udp:127.0.0.1:\([0-9]*\) .*/\1/p" "$demo/fleet")
	snmpwalk -v2c -c public -M "$build/mibs:$build/mibs/ietf" -m IMGADM-MIB -OqvU "127.0.0.1:$port" "$2" 2>&1
}
like 'snmpwalk: that runs' "$(walk room-215 imgSoftwareVersion)" '13\.5'
like 'snmpwalk: and is kept' "$(walk room-215 imgUpdateState)" committed
like 'snmpwalk: what does not fit stands in the other' "$(walk lobby-mfp imgAdviceKind)" incompatible
unlike 'snmpwalk: nothing stands that does not fit' "$(walk room-215 imgAdviceKind)" incompatible
end
like 'it is ended' "$(cat "$T/stop")" '^stopped [0-9]+ processes'
is 'nothing of it is left' "$(pgrep -f "$demo/" | head -3)" ''
done_testing

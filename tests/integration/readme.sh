#!/bin/sh
# What README shows in "A device, by hand" and "Updates" works as it is printed, in that order:
# with our paths, ports and addresses, and keys without a password.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
: "${v3:?}" "${port:=}" "${top_builddir:?}"
need minisign
top=$(cd "$top_builddir" && pwd)
PATH=$top/agent-module:$top/manager:$top/updater:$PATH
IMGADM_DEVICE_STATE=$T/device.db IMGADM_IMAGES=$T/images
export PATH IMGADM_DEVICE_STATE IMGADM_IMAGES
mkdir "$T/here" "$T/images"
cp -R "$top_srcdir/dist" "$T/here/dist"
# block TITLE N: the N-th indented block of that section, ready to be run here
block()
{
	awk -v title="$1" -v want="$2" '
		/^---/ {here = (last == title); n = 0}
		here && /^    / {if (!on) {n++; on = 1} if (n == want) print substr($0, 5)}
		!/^    / {on = 0}
		{last = $0}' "$top_srcdir/README" |
		sed -e "s|/usr/libexec/imgadm/|$top/agent-module/|g" -e 's/^minisign -G/minisign -G -W/' \
			-e "s|/var/lib/imgadm-device/device.db|$T/device.db|" \
			-e "s|/etc/snmp/imgadm.conf|$T/conf/imgadm.conf|" \
			-e "s|192\\.0\\.2\\.1/|$(cat "$T/tftp.port" 2>/dev/null)/|" \
			-e "s|192\\.0\\.2\\.30|udp:127.0.0.1:$port|" -e 's/^imgadm-poll$/& --no-rrd --quiet/' \
			-e '/^imgadm-tftpd /d'
}
# runs NAME TITLE N
runs()
{
	block "$2" "$3" >"$T/block.sh"
	ok "$1: there are lines" test -s "$T/block.sh"
	ok "$1" sh -c 'cd "$1" && sh -e "$2"' sh "$T/here" "$T/block.sh"
}
runs 'the device' 'A device, by hand' 1
like 'it is shown' "$(imgadm-device show)" 'developer bias out of range'
runs "the maker's keys" Updates 1
runs "the device's trust, and its installer" Updates 2
like 'the trust is in force' "$(imgadm-device trust list)" 'creator +acme'
runs 'it is given what runs' Updates 3
agentd_options=--trust-master
agent_start agentx "$IMGADM_DEVICE_STATE" || { ok 'snmpd answers' false; done_testing; exit; }
echo "credential office $v3 -t 5 -r 1" >"$T/conf/imgadm.conf"
runs 'a signed release' Updates 5
spawn tftpd imgadm-tftpd -f --db "$IMGADM_DB" --images "$T/images" --listen 127.0.0.1:0 --port-file "$T/tftp.port"
ok 'imgadm-tftpd serves' wait_for 30 test -s "$T/tftp.port"
runs 'imgadm.conf' Updates 6
block Updates 7 >"$T/all.sh"
grep -v '^imgadm-update rollback' "$T/all.sh" >"$T/block.sh"
ok 'on the centre: up to the new release' sh -c 'cd "$1" && sh -e "$2"' sh "$T/here" "$T/block.sh"
like 'it runs' "$(imgadm-device software list ENG)" 'engine-fw +acme +G00-30 +proven'
grep '^imgadm-update rollback' "$T/all.sh" >"$T/block.sh"
# On a machine under load it may take longer than the command looks at it: exit status 2.
sh "$T/block.sh" >"$T/out" 2>&1
like 'and back' "$(cat "$T/out")" '^ENG: rollback was sent$'
back() { imgadm-device software list ENG | grep -qE 'G00-21 .*running'; }
ok 'what ran runs again' wait_for 60 back
stop tftpd
agent_stop
done_testing

#!/bin/sh
# imgadm-integrate(7): what it shows a device's maker works, pasted in its order.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
need minisign
: "${module:?}" "${device:?}" "${port:=}" "${top_builddir:?}"
. "$top_srcdir/tests/integration/center-lib.sh"
IMGADM_DB=$T/db IMGADM_DEVICE_STATE=$T/device.db
export IMGADM_DB IMGADM_DEVICE_STATE
[ -x "$top_builddir/agent-module/imgadm-install" ] || skip_all 'imgadm-install is not built'
# block WORD: the example that has the word, as a person would paste it; with our paths
block()
{
	awk -v word="$1" '/^\.Bd -literal/ {on = 1; text = ""; next}
		/^\.Ed/ {if (on && index(text, word)) last = text; on = 0; next}
		on {text = text $0 "\n"}
		END {printf "%s", last}' "$top_srcdir/man/imgadm-integrate.7" |
	sed -e 's/\\e/\\/g' -e "s|/usr/libexec/imgadm/|$top_builddir/agent-module/|" \
		-e "s|[^ ]*/imgadm\.so|$module|" -e "s|[^ =]*/device\.db|$T/device.db|" \
		-e "s|G00-28\.img|$T/G00-28.img|g" -e "s|room-214.key|$T/room-214.key|" -e "s|root\.pub|$T/root.pub|"
}
paste() { block "$1" >"$T/pasted.sh" && [ -s "$T/pasted.sh" ] && sh -e "$T/pasted.sh"; }
ok 'the device' paste 'init --id'
like 'is there' "$("$device" unit list)" 'ENG'
ok 'counts and errors' paste 'count DEV'
like 'are there' "$("$device" error list)" 'Fan slow'
ok 'the installer passes, and is set' paste selftest
like 'so that the unit can be updated' "$("$device" update list)" 'ENG'
head -c 3000 /dev/urandom >"$T/G00-28.img"
verify() { IMGADM_STATE=$T/device.db "$top_builddir/agent-module/imgadm-install-dir" verify ENG 1 engine-fw G00-28 2800 0; }
status 'what runs now cannot be gone back to' 1 verify
ok 'it is written into its bank' paste 'for verb in'
ok 'and can be' verify
cd "$T" || exit 1
for name in root acme; do minisign -G -W -f -p "$T/$name.pub" -s "$T/$name.key" >"$T/minisign.log" 2>&1; done
ok 'trust' paste 'trust root'
like 'is in force' "$(cat "$T/out")" "acme"
ok 'each start' paste 'imgadm-device boot'
ok 'snmpd' agent_start module "$T/device.db"
agent_stop
port=$(free_port)
ok 'with the lines of the page' snmpd_start agent "$port" "$(block dlmod)"
is 'the tables answer' "$(get imgDeviceId.0)" acme-4711
is 'the centre may write' "$(snmpset -v3 -l authPriv -u centre -a SHA-256 -A 'a long passphrase' -x AES \
	-X 'another one' -m IMGADM-MIB -t 5 -OqvU "127.0.0.1:$port" imgUnitAdminState.1 i inService 2>&1)" inService
snmpd_stop agent
center_port=$(free_port)
ok 'a centre' fleet add --no-poll room-214
ok 'makes keys' fleet enrol --address "udp:127.0.0.1:$center_port" -o "$T/room-214.key" room-214
ok 'and listens' center_start
ok 'its keys are set, and it is asked' paste 'centre set'
center_stop
done_testing

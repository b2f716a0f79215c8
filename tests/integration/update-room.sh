#!/bin/sh
# From the centre to the machine, with nothing in the place of anything: catalogue and images
# signed by the real minisign, imgadm-judge, imgadm-update, imgadm-tftpd, real snmpd with the
# module, imgadm-install, and banks as folders.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
: "${device:?}" "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${update:?}" "${top_builddir:?}"
need minisign python3 sqlite3
install_state=$top_builddir/tests/integration/install_state
install=$top_builddir/agent-module/imgadm-install
for f in "$install" "$install-dir" "$install_state" "$top_builddir/updater/imgadm-tftpd"; do
	[ -x "$f" ] || skip_all "$f is not built"
done
db=$IMGADM_DB
state=$T/room.db
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
mkdir "$T/made"

# library SOFTWARE VERSION: signed as its catalogue says, and imported
library()
{
	sign "$T/made/$2" acme "$("$update" image comment "$T/acme.xml" "$1" "$2")" &&
	"$update" image import "$T/made/$2"
}
# truth: the version whose octets the running bank holds
truth()
{
	truth_dir=$T/room.db.banks/ENG
	for v in "$T/made"/*; do
		case $v in *.minisig) continue ;; esac
		cmp -s "$v" "$truth_dir/$(readlink "$truth_dir/running")/image" && echo "${v##*/}"
	done
}
polled() { ok 'it is polled' "$poll" --no-rrd --quiet --no-judge; }
judged() { "$judge" run --quiet; }
to() { "$update" device room "$@" --timeout 120; }
machine=room

# --- the device -------------------------------------------------------------------------------------
ok 'keys' key acme
ok 'of a root' key root
ok 'of nobody' key stranger
ok 'a device' machine room 2.0
ok 'an engine of rev A' unit room ENG engine E-30 1.1 2 E-room --in DEV
for v in G00-21 G00-28 G00-30 G00-32 G00-40 E1; do
	head -c 300000 /dev/urandom >"$T/made/$v"
done
cat >"$T/installer" <<END
#!/bin/sh
exec $install-dir "\$@"
END
chmod 755 "$T/installer"
ok 'an installer' dev room unit set ENG --installer "$T/installer"
ok 'it runs G00-21' dev room software set ENG 1 --id engine-fw --creator acme --version G00-21 \
	--seq 2100 --bank-state running
for verb in write switch; do
	ok "in truth: $verb" env IMGADM_STATE="$state" "$T/installer" $verb ENG 1 engine-fw G00-21 2100 300000 \
		3<"$T/made/G00-21"
done
is 'these octets' "$(truth)" G00-21
printf 'imgadm-trust 1\nserial 1\ncreator acme %s software=engine-fw,engine-eco class=engine\n' \
	"$(key_of acme)" >"$T/trust"
ok 'whom it believes' sign "$T/trust" root 'imgadm-trust 1 serial=1'
ok 'is in force' "$install_state" "$state" trust "$T/root.pub" "$T/trust" "$T/trust.minisig"
agent_start module "$state" || { ok 'snmpd answers' false; done_testing; exit; }
spawn agentd imgadm-agentd -f --state "$state" --trial 30

# --- the centre ---------------------------------------------------------------------------------------
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 5 -r 1
END
trust acme acme
echo "imageKey acme $(key_of acme) creators acme" >>"$T/conf/imgadm.conf"
ok 'it is added' "$fleet" add --credential centre --site berlin room "udp:127.0.0.1:$port"
ok 'a catalogue is put in force' updates 1
ok 'the image of a stepping stone' library engine-fw G00-28
ok 'of the release that fits rev A' library engine-fw G00-30
ok 'of the next' library engine-fw G00-32
ok 'of the newest, for rev B' library engine-fw G00-40
spawn tftpd "$top_builddir/updater/imgadm-tftpd" --foreground --db "$db" --images "$T/images" \
	--listen 127.0.0.1:0 --port-file "$T/tftp.port" --log stderr
ok 'imgadm-tftpd serves them' wait_for 30 test -s "$T/tftp.port"
echo "site berlin imageBase tftp://$(cat "$T/tftp.port")/" >>"$T/conf/imgadm.conf"
polled
ok 'it is judged' judged
is 'it does not fit' "$(verdict room)" incompatible

# --- C12 -------------------------------------------------------------------------------------------------
status 'C12: the version that fits this revision, not the newest, is downloaded' 0 to --plan
like 'over a stepping stone' "$(head -1 "$T/out")" 'engine-fw G00-21 → G00-28 → G00-30 \(stepping stone: G00-28\)'
is 'each was read back' "$(grep -c 'read back' "$T/out")" 2
is 'C12: its octets run' "$(truth)" G00-30
is 'as the device says' "$(runs room ENG) $(row ENG State)" 'engine-fw G00-30 committed'
is 'each was read once' "$(sqlite3 "$db" 'SELECT count(*) FROM update_order WHERE state = 2')" 2
polled
ok 'it is judged' judged
is 'C12: it fits' "$(verdict room)" compatible

# --- C16: four ways --------------------------------------------------------------------------------------------
ok 'the controller that the next wants' bank room CTL 1 controller-fw 14 running
polled
status 'C16: version up' 0 to engine-fw G00-32
is 'its octets run' "$(truth) $(runs room ENG)" 'G00-32 engine-fw G00-32'
polled
status 'C16: bank switched' 0 to engine-fw G00-30
like 'without a download' "$(cat "$T/out")" 'stands in bank [12]'
unlike 'none at all' "$(cat "$T/out")" 'downloading'
is 'its octets run' "$(truth) $(runs room ENG)" 'G00-30 engine-fw G00-30'
polled
status 'C16: bank switched back' 0 to engine-fw G00-32
is 'its octets run' "$(truth) $(runs room ENG)" 'G00-32 engine-fw G00-32'
other=$(dev room software list ENG --json | python3 -c 'import json, sys
print([s["bank"] for s in json.load(sys.stdin) if s["version"] == "G00-30"][0])')
ok 'the other bank is empty' dev room software set ENG "$other" --bank-state empty
polled
status 'C16: version down' 0 to engine-fw G00-30
like 'downloaded' "$(cat "$T/out")" '^ENG: (downloading|verifying|staged|switching|trial|proven)'
is 'its octets run' "$(truth) $(runs room ENG)" 'G00-30 engine-fw G00-30'
status 'C16: standby' 0 "$update" unit room FIN --state standby
is 'it is' "$(dev room unit list --json | python3 -c 'import json, sys
print([u["admin_state"] for u in json.load(sys.stdin) if u["symbol"] == "FIN"][0])')" standby
ok 'in service again' "$update" unit room FIN --state inService

# --- C18: what cures a trouble, on the device ----------------------------------------------------------------------
more_software='<software id="engine-eco" unit-type="E-30" scheme="none"><release version="E1" seq="100" state="qualified"><from fresh="yes"/></release></software>'
ok 'another software for the engine' env true
r50=
updates 2 >/dev/null || ok 'is put in force' false
ok 'and its image' library engine-eco E1
polled
status 'C18: changed to another software' 0 to acme:engine-eco E1
is 'its octets run' "$(truth) $(runs room ENG)" 'E1 engine-eco E1'
polled
status 'C18: corrected: the bank before' 0 to engine-fw G00-30
is 'its octets run' "$(truth) $(runs room ENG)" 'G00-30 engine-fw G00-30'
polled
status 'C18: upgraded' 0 to engine-fw G00-32
is 'its octets run' "$(truth) $(runs room ENG)" 'G00-32 engine-fw G00-32'

# --- what the device refuses -----------------------------------------------------------------------------------------
polled
other=$(dev room software list ENG --json | python3 -c 'import json, sys
print([s["bank"] for s in json.load(sys.stdin) if s["state"] != "running"][0])')
ok 'the other bank is empty' dev room software set ENG "$other" --bank-state empty
polled
sum=$(sha256sum "$T/made/G00-30" | cut -d' ' -f1)
ok 'a signature of a stranger' sign "$T/made/G00-30" stranger "$(sed -n 's/^trusted comment: //p' "$T/made/G00-30.minisig")"
ok 'comes into the library' cp -f "$T/made/G00-30.minisig" "$T/images/$sum.minisig"
status 'is refused by the device' 2 to engine-fw G00-30
like 'with its reason' "$(cat "$T/err")" 'room: ENG: failed: (badSignature|unknownCreator)'
is 'what ran runs' "$(truth) $(runs room ENG)" 'G00-32 engine-fw G00-32'
done_testing

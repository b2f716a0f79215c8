#!/bin/sh
# Below the floor, once: the ticket is exported from the device's nonce, signed by the real
# minisign, imported and spent, over real snmpd with the module and imgadm-install.
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
state=$T/room.db
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
mkdir "$T/made"
machine=room
library()
{
	sign "$T/made/$1" acme "$("$update" image comment "$T/acme.xml" engine-fw "$1")" &&
	"$update" image import "$T/made/$1"
}
polled() { ok 'it is polled' "$poll" --no-rrd --quiet --no-judge; }
to() { "$update" device room "$@" --timeout 120; }
nonce() { dev room update show ENG --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["nonce"])'; }
says() { like "$1" "$(cat "$T/err")" "$2"; }

# --- the device, which runs G00-32; its floor is above that before ----------------------------
for name in acme root operator stranger; do ok "a key: $name" key $name; done
ok 'a device' machine room 2.0
ok 'an engine' unit room ENG engine E-30 1.1 2 E-room --in DEV
for v in G00-32 G00-30; do head -c 100000 /dev/urandom >"$T/made/$v"; done
printf '#!/bin/sh\nexec %s "$@"\n' "$install-dir" >"$T/installer"
chmod 755 "$T/installer"
ok 'the controller that it wants' bank room CTL 1 controller-fw 14 running
ok 'an installer' dev room unit set ENG --installer "$T/installer"
ok 'it runs G00-32' dev room software set ENG 1 --id engine-fw --creator acme --version G00-32 \
	--seq 3200 --bank-state running --floor 3100
for verb in write switch; do
	ok "in truth: $verb" env IMGADM_STATE="$state" "$T/installer" $verb ENG 1 engine-fw G00-32 3200 100000 \
		3<"$T/made/G00-32"
done
printf 'imgadm-trust 1\nserial 1\ncreator acme %s\noperator %s optional\n' \
	"$(key_of acme)" "$(key_of operator)" >"$T/trust"
ok 'whom it believes' sign "$T/trust" root 'imgadm-trust 1 serial=1'
ok 'is in force' "$install_state" "$state" trust "$T/root.pub" "$T/trust" "$T/trust.minisig"
agent_start module "$state" || { ok 'snmpd answers' false; done_testing; exit; }
spawn agentd imgadm-agentd -f --state "$state" --trial 30

# --- the centre -------------------------------------------------------------------------------
echo "credential centre $v3 -t 5 -r 1" >"$T/conf/imgadm.conf"
trust acme acme
cat >>"$T/conf/imgadm.conf" <<END
imageKey acme $(key_of acme) creators acme
operatorKey ops $(key_of operator)
END
ok 'it is added' "$fleet" add --credential centre --site berlin room "udp:127.0.0.1:$port"
r50=
ok 'a catalogue is put in force' updates 1
ok 'the image' library G00-30
spawn tftpd "$top_builddir/updater/imgadm-tftpd" --foreground --db "$IMGADM_DB" --images "$T/images" \
	--listen 127.0.0.1:0 --port-file "$T/tftp.port" --log stderr
ok 'imgadm-tftpd serves it' wait_for 30 test -s "$T/tftp.port"
echo "site berlin imageBase tftp://$(cat "$T/tftp.port")/" >>"$T/conf/imgadm.conf"
polled

# --- export -------------------------------------------------------------------------------------
status 'without a ticket' 2 to engine-fw G00-30
status 'without a ticket, though one is allowed' 1 to engine-fw G00-30 --tickets
says 'how one is made' 'tickets export'
status 'export' 0 "$update" tickets export room engine-fw G00-30 -o "$T/tickets"
line="imgadm-ticket 1 device=$(sqlite3 "$IMGADM_DB" 'SELECT img_id FROM machine') unit-serial=E-room software=engine-fw seq=3000 sha256=$(sha256sum "$T/made/G00-30" | cut -d' ' -f1) nonce=$(nonce)"
is 'a line with what the device says' "$(cat "$T/tickets")" "$line"
is 'to the output, for this unit' "$("$update" tickets export room ENG engine-fw G00-30)" "$line"
is '--creator' "$("$update" tickets export --creator acme room ENG engine-fw G00-30)" "$line"
status '--creator: another' 1 "$update" tickets export --creator other room ENG engine-fw G00-30
other=000102030405060708090a0b0c0d0e0f
is '--nonce' "$("$update" tickets export --nonce $other room ENG engine-fw G00-30)" "${line%nonce=*}nonce=$other"
status '--nonce: too short' 1 "$update" tickets export --nonce 0001 room ENG engine-fw G00-30
status 'no such release' 1 "$update" tickets export room engine-fw G00-99
status 'no such unit' 1 "$update" tickets export room ENGG engine-fw G00-30
status 'no such device' 1 "$update" tickets export rom engine-fw G00-30
status 'a unit that no installer serves' 2 "$update" tickets export room FIN engine-fw G00-30

# --- sign and import ----------------------------------------------------------------------------
status 'sign: with which key' 1 "$update" tickets sign "$T/tickets"
status 'sign: no such key' 1 "$update" tickets sign "$T/tickets" --key "$T/none.key"
not_ok 'nothing is written' test -e "$T/tickets.minisig"
echo 'imgadm-ticket 1 device=x' >"$T/wrong"
status 'sign: no ticket' 1 "$update" tickets sign "$T/wrong" --key "$T/operator.key"
says 'which' 'wrong: ticket 1'
status 'sign, by a stranger' 0 "$update" tickets sign "$T/tickets" --key "$T/stranger.key" -o "$T/strange"
status 'import: refused' 1 "$update" tickets import "$T/strange"
says 'why' 'no operatorKey'
# A key with a password: asked for on the terminal, for each ticket.
cat >"$T/type.py" <<'END'
import os, pty, sys
times, pid, fd = int(sys.argv[1]), *pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    seen += got
    if times > 0 and seen.rstrip().endswith((b"assword:", b"one more time):")):
        os.write(fd, b"secret12\n")
        seen, times = b"", times - 1
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) + times)
END
ok 'a key with a password' python3 "$T/type.py" 2 minisign -G -f -p "$T/locked.pub" -s "$T/locked.key"
status 'sign: it is asked for' 0 python3 "$T/type.py" 1 "$update" tickets sign "$T/tickets" --key "$T/locked.key" \
	-o "$T/locked.minisig"
ok 'and it is signed' sh -c "printf %s \"\$(cat '$T/tickets')\" >'$T/signed' &&
	minisign -V -q -p '$T/locked.pub' -m '$T/signed' -x '$T/locked.minisig'"
status 'sign: without a terminal' 1 "$update" tickets sign "$T/tickets" --key "$T/locked.key" -o "$T/none.minisig" \
	</dev/null
says 'says so' "asks for the key's password, for each ticket, and our input is no terminal"
not_ok 'and nothing is written' test -e "$T/none.minisig"
# Several in one file; the one of a device that nobody knows keeps no other out.
{ echo "$line" | sed 's/device=[^ ]*/device=nobody/'; echo "$line"; } >"$T/both"
status 'sign: several' 0 "$update" tickets sign --key "$T/operator.key" "$T/both"
is 'a signature for each' "$(wc -l <"$T/both.minisig")" 8
status 'import: the one that nobody knows is refused' 1 "$update" tickets import "$T/both.minisig"
says 'which' 'both.minisig: ticket 1: .*nobody'
like 'the other is kept' "$(cat "$T/out")" "room, part 'E-room': a ticket for engine-fw seq 3000"
status 'sign' 0 "$update" tickets sign "$T/tickets" --key "$T/operator.key"
ok 'as minisign makes it' sh -c "printf %s \"\$(cat '$T/tickets')\" >'$T/signed' &&
	minisign -V -q -p '$T/operator.pub' -m '$T/signed' -x '$T/tickets.minisig'"
status 'import' 0 "$update" tickets import "$T/tickets.minisig"

# --- once -----------------------------------------------------------------------------------------
status 'with the ticket' 0 to engine-fw G00-30 --tickets
is 'it runs' "$(runs room ENG) $(row ENG State)" 'engine-fw G00-30 committed'
unlike 'the nonce is another' "$(nonce)" "${line##*nonce=}"
polled
status 'up again' 0 to engine-fw G00-32
is 'it runs again' "$(runs room ENG)" 'engine-fw G00-32'
bank=$(dev room software list ENG --json | python3 -c 'import json, sys
print([s["bank"] for s in json.load(sys.stdin) if s["version"] == "G00-30"][0])')
ok 'the other bank is empty' dev room software set ENG "$bank" --bank-state empty
polled
status 'the same ticket again' 2 to engine-fw G00-30 --tickets
says 'is refused: the nonce is another' 'its ticket was used'
is 'and leaves it alone' "$(runs room ENG)" 'engine-fw G00-32'
status 'a new one: export' 0 "$update" tickets export room engine-fw G00-30 -o "$T/tickets"
status 'a new one: sign' 0 "$update" tickets sign "$T/tickets" --key "$T/operator.key"
status 'a new one: import' 0 "$update" tickets import "$T/tickets.minisig"
status 'a new one is taken' 0 to engine-fw G00-30 --tickets
is 'it runs once more' "$(runs room ENG)" 'engine-fw G00-30'
done_testing

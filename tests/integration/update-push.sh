#!/bin/sh
# An image sent to a device that is a TFTP server itself: imgadm-tftpd, and, where they are,
# atftpd and tftpd-hpa; read back, or shown by the version over SNMP.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
: "${device:?}" "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${update:?}" "${top_builddir:?}"
need minisign python3 sqlite3
tftpd=$top_builddir/updater/imgadm-tftpd
[ -x "$tftpd" ] || skip_all "$tftpd is not built"
db=$IMGADM_DB
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
mkdir "$T/images" "$T/device"

# image VERSION SEQ OCTETS: as if it had been imported; its path is told
image()
{
	head -c "$3" /dev/urandom >"$T/image"
	image_sum=$(sha256sum "$T/image" | cut -d' ' -f1)
	mv "$T/image" "$T/images/$image_sum"
	echo signature >"$T/images/$image_sum.minisig"
	sqlite3 "$db" "INSERT INTO image (software, creator, version, seq, size, sha256, key_id,
		has_operator, label, imported, imported_by) VALUES ('engine-fw', 'acme', '$1', $2, $3,
		x'$image_sum', zeroblob(8), 0, '', 1, 'test')"
	echo "$T/images/$image_sum"
}
# push URI [OPTION...]
push()
{
	push_uri=$1; shift
	"$update" device room engine-fw G00-28 --push "$push_uri" --timeout 3 "$@"
}

ok 'a key' key acme
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 2 -r 1
credential weak -v 2c -c public -t 2
END
trust acme acme
ok 'a device' machine room 2.0
ok 'an older engine' bank room ENG 1 engine-fw G00-21 running
agent_start module "$T/room.db" || { ok 'snmpd answers' false; done_testing; exit; }
ok 'it is added' "$fleet" add --credential centre room "udp:127.0.0.1:$port"
ok 'a catalogue is put in force' updates 1
ok 'it is polled' "$poll" --no-rrd --quiet --no-judge
file=$(image G00-28 2800 1000000)

spawn tftpd "$tftpd" --foreground --root "$T/device" --write --listen 127.0.0.1:0 \
	--port-file "$T/tftp.port" --log stderr
ok 'a device that is a TFTP server' wait_for 30 test -s "$T/tftp.port"
tftp=$(cat "$T/tftp.port")

status 'sent' 0 push "tftp://$tftp/engine.img"
like 'it says what shows it' "$(cat "$T/out")" "^ENG: sent to tftp://$tftp/engine.img, and read back the same\$"
ok 'it is there' cmp "$file" "$T/device/engine.img"
status 'with its signature' 0 push "tftp://$tftp/signed.img" --push-signature
ok 'both are there' cmp "$file.minisig" "$T/device/signed.img.minisig"
status 'what is there is not written over' 2 push "tftp://$tftp/engine.img"
like 'says so' "$(cat "$T/err")" 'room: ENG: .*exist'
status 'nobody listens' 2 push "tftp://127.0.0.1:$(free_port)/x.img"
status 'no URI' 1 push "http://$tftp/x.img"
status 'a signature of nothing' 1 "$update" device room engine-fw G00-28 --push-signature
status 'two steps' 1 "$update" device room engine-fw G00-30 --push "tftp://$tftp/x.img"
status 'an image that is not there' 1 "$update" device room engine-fw G00-40 --push "tftp://$tftp/x.img"
stop tftpd

# --- a server that lets nobody read: others may write only what is there -------------------------
cat >"$T/deaf.py" <<'END'
import os, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    d, peer = s.recvfrom(2048)
    t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); t.bind(("127.0.0.1", 0))
    if d[:2] == b"\0\1":
        t.sendto(b"\0\5\0\2write only\0", peer); continue
    out = open(sys.argv[1], "wb"); t.sendto(b"\0\4\0\0", peer)
    while True:
        d, peer = t.recvfrom(2048)
        out.write(d[4:]); out.flush(); t.sendto(b"\0\4" + d[2:4], peer)
        if len(d) < 516: break
END
spawn deaf python3 "$T/deaf.py" "$T/device/deaf.img"
ok 'a server that lets nobody read' wait_for 30 test -s "$T/deaf.log"
deaf=tftp://127.0.0.1:$(head -1 "$T/deaf.log")/fw
status 'sent, and not shown' 2 push "$deaf"
like 'it says that it cannot be read back' "$(cat "$T/out")" 'it cannot be read back \(.*write only.*\)'
like 'nor does the unit run it' "$(cat "$T/err")" 'does not say that it runs it'
ok 'it is there' cmp "$file" "$T/device/deaf.img"
ok 'the unit starts it' bank room ENG 1 engine-fw G00-28 running
status 'sent, and shown by the version' 0 push "$deaf" --drafts --unit ENG
like 'which way is said' "$(cat "$T/out")" 'runs engine-fw G00-28 \(read back over SNMP\)'
ok 'as before' bank room ENG 1 engine-fw G00-21 running
sqlite3 "$db" "UPDATE device SET credential = 'weak'"
status 'a device that cannot be asked' 2 push "$deaf"
like 'says so' "$(cat "$T/err")" 'whether it came whole is not known'
sqlite3 "$db" "UPDATE device SET credential = 'centre'"

# --- servers of others ----------------------------------------------------------------------------
peers=${peers:-$top_builddir/peers}
if [ -x "$peers/atftpd" ]; then
	peer_port=$(free_port)
	chmod 0777 "$T/device"
	spawn atftpd "$peers/atftpd" --daemon --no-fork --logfile - --port "$peer_port" \
		--bind-address 127.0.0.1 --user "$(id -un)" --group "$(id -gn)" "$T/device"
	sent() { push "tftp://127.0.0.1:$peer_port/atftpd.img" >"$T/out" 2>"$T/err"; }
	ok 'atftpd takes it' wait_for 30 sent
	like 'and gives it back' "$(cat "$T/out")" 'read back the same'
	ok 'it is there' cmp "$file" "$T/device/atftpd.img"
	stop atftpd
fi
if [ -x "$peers/in.tftpd" ]; then
	peer_port=$(free_port)
	spawn hpa "$peers/in.tftpd" -L -a "127.0.0.1:$peer_port" -u "$(id -un)" -c -p "$T/device"
	sent() { push "tftp://127.0.0.1:$peer_port/$T/device/hpa.img" >"$T/out" 2>"$T/err"; }
	ok 'tftpd-hpa takes it' wait_for 30 sent
	like 'and gives it back' "$(cat "$T/out")" 'read back the same'
	ok 'it is there' cmp "$file" "$T/device/hpa.img"
	stop hpa
fi

# --- the library ------------------------------------------------------------------------------------
printf X | dd of="$file" conv=notrunc bs=1 2>/dev/null
status 'an image that was changed in the library' 2 push "tftp://$tftp/late.img"
like 'is not sent' "$(cat "$T/err")" 'is damaged'
done_testing

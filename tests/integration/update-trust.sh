#!/bin/sh
# What a device believes, from the centre's library: the trust file, also with a new root, by
# imgadm-tftpd and over https; and an image over https, whole way.  Real snmpd, imgadm-agentd and
# imgadm-install; signatures by the real minisign.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
. "$top_srcdir/tests/integration/https-lib.sh"
: "${device:?}" "${v3:?}" "${judge:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${update:?}" "${top_builddir:?}" "${pki:?}" "${https_ports:=}"
need minisign sqlite3
dir=$top_builddir/agent-module
for f in "$dir/imgadm-install" "$dir/imgadm-agentd" "$top_builddir/updater/imgadm-tftpd"; do
	[ -x "$f" ] || skip_all "$f is not built"
done
state=$T/room.db
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
mkdir "$T/made" "$T/images"
to() { "$update" device room "$@" --timeout 120; }
says() { like "$1" "$(cat "$T/err")" "$2"; }
serial() { get imgTrustSerial.0; }
id_of() { sed -n 's/.*public key //p' "$T/$1.pub"; }
# made SERIAL KEY [LINE...]: $T/trust-SERIAL, signed
made()
{
	made_file=$T/trust-$1 made_serial=$1 made_key=$2; shift 2
	{ echo 'imgadm-trust 1'; echo "serial $made_serial"; for l; do echo "$l"; done; } >"$made_file"
	sign "$made_file" "$made_key" "imgadm-trust 1 serial=$made_serial"
}
keep() { "$update" trust import --key "$T/$1.pub" "$T/trust-$2"; }

# --- a device that believes its maker, by root ----------------------------------------------------
for k in acme root next last stranger; do ok "a key: $k" key $k; done
ok 'a device' machine room 2.0
ok 'an engine' unit room ENG engine E-30 1.1 2 E-room --in DEV
for v in G00-28 G00-30; do head -c 100000 /dev/urandom >"$T/made/$v"; done
printf '#!/bin/sh\nexec %s "$@"\n' "$dir/imgadm-install-dir" >"$T/installer"
chmod 755 "$T/installer"
ok 'an installer' dev room unit set ENG --installer "$T/installer"
ok 'it runs G00-28' dev room software set ENG 1 --id engine-fw --creator acme --version G00-28 \
	--seq 2800 --bank-state running
for verb in write switch; do
	ok "in truth: $verb" env IMGADM_STATE="$state" "$T/installer" $verb ENG 1 engine-fw G00-28 2800 100000 \
		3<"$T/made/G00-28"
done
ok 'its root' dev room trust root "$T/root.pub"
ok 'its first trust file' made 1 root "creator acme $(key_of acme)"
ok 'is in force' dev room trust import "$T/trust-1"
authority ours; certificate right ours IP:127.0.0.1
agentd_options="--trust-master --trial 30 --ca-file $pki/ours.pem"
agent_start agentx "$state" || { ok 'snmpd answers' false; done_testing; exit; }
is 'snmpd says so' "$(serial)" 1

# --- the centre ---------------------------------------------------------------------------------------
echo "credential centre $v3 -t 5 -r 1" >"$T/conf/imgadm.conf"
trust acme acme
echo "imageKey acme $(key_of acme) creators acme" >>"$T/conf/imgadm.conf"
ok 'it is added' "$fleet" add --credential centre --site berlin room "udp:127.0.0.1:$port"
spawn tftpd "$top_builddir/updater/imgadm-tftpd" --foreground --db "$IMGADM_DB" --images "$T/images" \
	--listen 127.0.0.1:0 --port-file "$T/tftp.port" --log stderr -v
ok 'imgadm-tftpd serves' wait_for 30 test -s "$T/tftp.port"
echo "site berlin imageBase tftp://$(cat "$T/tftp.port")/" >>"$T/conf/imgadm.conf"
status 'a device that was not polled' 1 to imgadm-trust 2
ok 'it is polled' "$poll" --no-rrd --quiet --no-judge
status 'a trust file that is not there' 1 to imgadm-trust 2
says 'which' 'no image of imgadm-trust 2'

# --- import --------------------------------------------------------------------------------------------
made 2 root "creator acme $(key_of acme)" "withdrawn engine-fw 2000"
status 'import: whose key' 1 "$update" trust import "$T/trust-2"
says 'is asked' '--key'
status "import: by a stranger's key" 1 keep stranger 2
made 3 root "root $(key_of next)"
status 'import: a new root without its signature' 1 keep root 3
says 'is told' 'TRUST.root.minisig'
is 'nothing was kept' "$("$update" image list --json | tr -d ' \n')" '[]'
status 'import' 0 keep root 2
is 'says whose' "$(cat "$T/out")" "imgadm-trust 2: imported, signed by $(id_of root)"
status 'again' 0 keep root 2
made 3 root "creator acme $(key_of acme)" "root $(key_of next)"
minisign -S -s "$T/next.key" -m "$T/trust-3" -x "$T/trust-3.root.minisig" -t 'imgadm-trust 1 serial=3' >"$T/minisign.log" 2>&1
status 'with a new root' 0 keep root 3
like 'says which' "$(cat "$T/out")" "and by the new root $(id_of next)"
made 4 next "creator acme $(key_of acme)"
status 'and one by that' 0 keep next 4
made 5 stranger "creator stranger $(key_of stranger)"
status "and one that this device does not believe" 0 keep stranger 5

# --- onto the device, by TFTP -------------------------------------------------------------------------------
status 'what would be done' 0 to imgadm-trust 2 --dry-run
is 'nothing was' "$(serial)" 1
status 'not with --when' 1 to imgadm-trust 2 --when idle
status 'the next' 0 to imgadm-trust 2
like 'read back' "$(cat "$T/out")" '^DEV: trust file 2 is in force \(read back\)$'
is 'snmpd says so' "$(serial)" 2
like 'what it names counts' "$(dev room trust list)" 'withdrawn +engine-fw'
status 'once more' 0 to imgadm-trust 2
status 'a later one, by a root that it does not know' 2 to imgadm-trust 4
says 'is refused' 'failed: unknownCreator'
status 'with a new root' 0 to imgadm-trust 3
is 'it is in force' "$(serial)" 3
like 'so is the root' "$(dev room trust list)" "in force +root +$(id_of next)"
like 'its signature was served' "$(cat "$T/tftpd.log")" "new root's signature, read"
unlike 'and missed where there is none, without a complaint' "$(cat "$T/tftpd.log")" 'import the image again'
status 'then the one after it' 0 to imgadm-trust 4
is 'is in force' "$(serial)" 4
status "a stranger's" 2 to imgadm-trust 5
says 'is refused' 'failed: unknownCreator'
status 'an older one is behind it' 0 to imgadm-trust 2
like 'says so' "$(cat "$T/out")" '4 is in force already'
is 'the serial stays' "$(serial)" 4
is 'no grant is left' "$("$update" grants --json | tr -d ' \n')" '[]'

# --- over https, an image and a trust file ----------------------------------------------------------------
stop tftpd
ok 'a web server over the folder of images' https_start "$T/images" right
sed -i '/imageBase/d' "$T/conf/imgadm.conf"
echo "site berlin imageBase https://127.0.0.1:${https_ports%% *}/" >>"$T/conf/imgadm.conf"
r50=
ok 'a catalogue is put in force' updates 1
ok 'an image is signed' sign "$T/made/G00-30" acme "$("$update" image comment "$T/acme.xml" engine-fw G00-30)"
ok 'and imported' "$update" image import "$T/made/G00-30"
status 'https: an image' 0 to engine-fw G00-30
like 'read back' "$(cat "$T/out")" '^ENG: runs engine-fw G00-30 \(read back\)$'
is 'its octets run' "$(sha256sum <"$state.banks/ENG/$(readlink "$state.banks/ENG/running")/image")" "$(sha256sum <"$T/made/G00-30")"
is 'by its digest' "$(grep -c "^GET /$(sha256sum "$T/made/G00-30" | cut -d' ' -f1) 200" "$T/https.log")" 1
made 6 next "creator acme $(key_of acme)" "root $(key_of last)"
minisign -S -s "$T/last.key" -m "$T/trust-6" -x "$T/trust-6.root.minisig" -t 'imgadm-trust 1 serial=6' >"$T/minisign.log" 2>&1
ok 'a trust file with one more root' keep next 6
status 'https: a trust file' 0 to imgadm-trust 6
is 'is in force' "$(serial)" 6
like 'and its root' "$(dev room trust list)" "in force +root +$(id_of last)"
ok 'it is removed from the library' "$update" image remove imgadm-trust 6
is 'with its signatures' "$(find "$T/images" -name '*.root.minisig' | wc -l)" 1
stop https
agent_stop
done_testing

#!/bin/sh
# imgadm-device trust: the root, trust files signed by the real minisign, and each
# way in which one is refused.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
device=${top_builddir:?}/agent-module/imgadm-device
IMGADM_DEVICE_STATE=$T/device.db
export IMGADM_DEVICE_STATE
key() { minisign -G -W -f -p "$T/$1.pub" -s "$T/$1.key" >"$T/minisign.log" 2>&1; }
key_of() { sed -n 2p "$T/$1.pub"; }
id_of() { sed -n 's/.*public key //p' "$T/$1.pub"; }
says() { like "$1" "$(cat "$T/err")" "$2"; }
# made SERIAL KEY [LINE...]: $t, signed
made()
{
	made_serial=$1 made_key=$2; shift 2
	{ echo 'imgadm-trust 1'; echo "serial $made_serial"; for l; do echo "$l"; done; } >"$t"
	rm -f "$t.root.minisig"
	minisign -S -s "$T/$made_key.key" -m "$t" -t "imgadm-trust 1 serial=$made_serial" >"$T/minisign.log" 2>&1
}
serial() { "$device" trust list --json | python3 -c 'import json, sys
print(*[r["what"] for r in json.load(sys.stdin) if r["kind"] == "serial"])'; }
# refused NAME RE: exit 1, says why, serial 7 stays
refused()
{
	status "$1: refused" 1 "$device" trust import "$t"
	says "$1: says why" "$2"
	is "$1: 7 stays in force" "$(serial)" 7
}
for k in root next acme ops stranger; do key $k; done
t=$T/trust

status 'init: a root that is none' 1 "$device" init --id 4711 --trust-root "$T/root.key"
not_ok 'init: nothing was made' test -e "$IMGADM_DEVICE_STATE"
status 'init' 0 "$device" init --id 4711
status 'list: none' 0 "$device" trust list
like 'list: says what to do' "$(cat "$T/out")" 'trust root KEY'
made 7 root
status 'import without a root' 1 "$device" trust import "$t"
says 'says what to do' 'trust root KEY'
status 'root: a file' 0 "$device" trust root "$T/root.pub"
status 'root: only once' 1 "$device" trust root "$(key_of next)"
rm "$IMGADM_DEVICE_STATE"*
status 'init with a root' 0 "$device" init --id 4711 --trust-root "$(key_of root)"
like 'list: it is there' "$("$device" trust list)" "in force +root +$(id_of root)"

made 7 root "creator acme $(key_of acme) software=engine-fw class=engine" \
	"operator $(key_of ops) required" "withdrawn engine-fw 2900" 'revoked 12AB'
status 'import' 0 "$device" trust import "$t"
is 'import: says so' "$(cat "$T/out")" 'trust 7 is in force'
like 'list: the creator' "$("$device" trust list)" \
	"creator +acme +$(id_of acme) +software=engine-fw class=engine +no"
like 'list: what was withdrawn' "$("$device" trust list)" 'withdrawn +engine-fw +- +2900'
status 'import again' 0 "$device" trust import "$t"
is 'import again: says so' "$(cat "$T/out")" 'trust 7 is in force already'
cp "$t" "$T/elsewhere"
status '--signature' 0 "$device" trust import --signature "$t.minisig" "$T/elsewhere"

made 6 root; refused 'a lower serial' 'never falls'
made 7 root; refused 'the same serial with other bytes' 'other contents'
made 8 stranger; refused 'a stranger' 'signed by the key'
made 8 root; echo '# more' >>"$t"; refused 'other octets' 'does not fit'
made 8 root; rm "$t.minisig"; refused 'no signature' 'minisig'
made 8 root 'trusts everybody'; refused 'an unknown word' "line 3: 'trusts'"
made 8 root "revoked $(id_of root)"; refused 'one that revokes its root' 'its own root'
made 8 root; minisign -S -s "$T/root.key" -m "$t" -t 'imgadm-catalogue 1 id=a serial=8' >"$T/minisign.log" 2>&1
refused 'a comment of another purpose' "not as 'imgadm-trust'"
made 8 root; minisign -S -l -s "$T/root.key" -m "$t" -t 'imgadm-trust 1 serial=8' >"$T/minisign.log" 2>&1
refused 'a legacy signature' 'legacy'
made 8 root; minisign -S -s "$T/root.key" -m "$t" -t 'imgadm-trust 1 serial=9' >"$T/minisign.log" 2>&1
refused 'another serial in the comment' 'signed as serial 9'
{ echo 'imgadm-trust 1'; echo 'serial 8'; head -c 70000 /dev/zero | tr '\0' '#'; } >"$t"
minisign -S -s "$T/root.key" -m "$t" -t 'imgadm-trust 1 serial=8' >"$T/minisign.log" 2>&1
refused 'too big' 'at most 65536 octets'
made 8 root "root $(key_of next)"; refused 'a new root without its signature' 'TRUST.root.minisig'
minisign -S -s "$T/stranger.key" -m "$t" -x "$t.root.minisig" -t 'imgadm-trust 1 serial=8' >"$T/minisign.log" 2>&1
refused "a new root with a stranger's" "the new root's signature"
minisign -S -s "$T/next.key" -m "$t" -x "$t.root.minisig" -t 'imgadm-trust 1 serial=8' >"$T/minisign.log" 2>&1
mv "$t.root.minisig" "$T/by-next"
status 'a new root that signed too' 0 "$device" trust import --root-signature "$T/by-next" "$t"
is 'it is in force' "$(serial)" 8
like 'list: so is the root' "$("$device" trust list)" "in force +root +$(id_of next)"
status 'the same again, though the old root signed it' 0 "$device" trust import "$t"
made 9 root
status 'the old root counts no more' 1 "$device" trust import "$t"
made 9 next
status 'the new one does' 0 "$device" trust import "$t"
done_testing

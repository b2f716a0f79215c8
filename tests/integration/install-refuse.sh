#!/bin/sh
# What a device refuses to install, each with the reason that the MIB names; signatures by the
# real minisign, real imgadm-install, real imgadm-tftpd.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3 openssl
. "$top_srcdir/tests/integration/install-lib.sh"
: "${device:?}" "${state:?}" "${served:?}" "${uri:=}"
ok 'keys, images, a server, a device' world
ok 'a unit' unit E 2
rm -f "$T/installer.ran"
# From here on the installer notes each write.
# shellcheck disable=SC2016 # the script's own
installer_before='[ "$1" != write ] || echo "$*" >>'"$T/installer.ran"
installer_make

# refuses NAME VERSION SEQ REASON [OPTION...]: and neither writes nor switches
refuses()
{
	refuse_name=$1 refuse_version=$2 refuse_seq=$3 refuse_reason=$4
	shift 4
	start E "$refuse_version" "$refuse_seq" "$@"
	run E
	is "$refuse_name" "$(row E)" "failed $refuse_reason"
	[ -n "$(reason_text E)" ] || not_ok "$refuse_name: says why" true
	if [ -e "$T/installer.ran" ] || [ "$(truth E)" != 1.0 ]; then
		not_ok "$refuse_name: leaves the unit alone" true; rm -f "$T/installer.ran"
	fi
}
image 2.1 210; rm "$served/fw-2.1.minisig"
refuses 'no signature' 2.1 210 badSignature
sign "$served/fw-2.1" stranger "$(label "$served/fw-2.1" 2.1 210)"
refuses 'signed by a stranger' 2.1 210 unknownCreator
sign "$served/fw-2.1" acme "$(label "$served/fw-2.1" 2.1 210)" -l
refuses 'a legacy signature' 2.1 210 badSignature
sign "$served/fw-2.1" acme "imgadm-catalogue 1 id=acme serial=1"
refuses 'a signature with another purpose' 2.1 210 badSignature
sign "$served/fw-2.1" acme "$(label "$served/fw-2.1" 2.1 210)"
sed -i 's/seq=210/seq=211/' "$served/fw-2.1.minisig"
refuses 'a comment that was changed' 2.1 211 badSignature
sign "$served/fw-2.1" acme "$(label "$served/fw-2.1" 2.1 210)"
refuses 'another sequence than was asked for' 2.1 212 badSignature
head -c 5000 /dev/zero >"$served/fw-2.1.minisig"
refuses 'a signature file that is too long' 2.1 210 badSignature
for change in 's/model=E-30/model=E-31/;wrongUnit;another model' \
	's/manufacturer=Acme/manufacturer=Other/;wrongUnit;another maker' \
	's/class=engine/class=fuser/;wrongUnit;another kind of unit' \
	's/hardware=2[.][*]/hardware=3.*/;wrongHardware;another hardware' \
	's/sha256=..../sha256=0000/;digestMismatch;another digest than its own' \
	's/$/ from=150/;versionFloor;only from a later release'; do
	sign "$served/fw-2.1" acme "$(label "$served/fw-2.1" 2.1 210 "${change%%;*}")"
	rest=${change#*;}
	refuses "signed for ${rest#*;}" 2.1 210 "${rest%%;*}"
done
# The bytes: signed ones, and then others are served.
image 2.2 220
cp "$served/fw-2.2" "$T/whole"
head -c 60000 "$T/whole" >"$served/fw-2.2"
refuses 'cut short' 2.2 220 digestMismatch
{ cat "$T/whole"; echo more; } >"$served/fw-2.2"
refuses 'longer than was signed for' 2.2 220 tooLarge
{ head -c 60000 "$T/whole"; tail -c 10000 /dev/zero | head -c 10000; } >"$served/fw-2.2"
head -c 10000 /dev/urandom >"$T/tail"; { head -c 60000 "$T/whole"; cat "$T/tail"; } >"$served/fw-2.2"
like 'as long as the signed one' "$(stat -c %s "$served/fw-2.2")" '^70000$'
start E 2.2 220; run E
like 'altered' "$(row E)" 'failed (digestMismatch|badSignature)'
is 'and not written' "$(truth E)" 1.0
refuses 'not there' 2.9 290 notFound
start E 2.0 200; "$device" update abort E >/dev/null; run E
is 'aborted before it was begun' "$(row E)" 'failed aborted'
"$device" update start E --uri tftp://127.0.0.1:9/x --software fw --creator acme --release 2.0 --seq 200 >/dev/null
run E
is 'nobody serves there' "$(row E)" 'failed noRoute'
"$device" update start E --uri "$uri/fw-2.0" --software other --creator acme --release 2.0 --seq 200 >/dev/null
run E
like 'another software' "$(row E)" 'failed (badSignature|wrongUnit)'

# Trust: revoked, withdrawn, another creator, no key for this software, operators.
trust 2 "creator acme $(key_of acme)
withdrawn fw 200"
refuses 'withdrawn' 2.0 200 withdrawn
trust 3 "creator acme $(key_of acme)
revoked $(key_id acme)"
refuses 'a revoked key' 2.0 200 revokedKey
trust 4 "creator acme $(key_of acme) software=other"
refuses 'a key for another software' 2.0 200 unknownCreator
trust 5 "creator acme $(key_of acme) class=fuser"
refuses 'a key for another kind of unit' 2.0 200 unknownCreator
trust 6 "creator acme $(key_of acme)
operator $(key_of operator) required"
refuses "without the operator's signature" 2.0 200 badSignature
cp "$served/fw-2.0" "$T/op"
sign "$T/op" operator "imgadm-image-operator 1 software=fw version=2.0 seq=200 sha256=$(sha256sum "$T/op" | cut -d' ' -f1)"
cp "$T/op.minisig" "$served/fw-2.0.op.minisig"
start E 2.0 200; run E
is "with it" "$(row E)" 'proven none'
"$device" update rollback E >/dev/null; run E
rm -f "$T/installer.ran"
is 'taken back' "$(truth E)" 1.0

# Below the floor, and once with a ticket.
trust 7 "creator acme $(key_of acme)
operator $(key_of operator) optional"
"$device" software set E 1 --floor 100 >/dev/null
image 0.9 90
refuses 'below the floor' 0.9 90 versionFloor
ticket()
{
	ticket_nonce=$("$device" update show E --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["nonce"])')
	printf 'imgadm-ticket 1 device=dev unit-serial=S-E software=fw seq=90 sha256=%s nonce=%s' \
		"$(sha256sum "$served/fw-0.9" | cut -d' ' -f1)" "$ticket_nonce" >"$T/ticket"
	sign "$T/ticket" "$1" "$(cat "$T/ticket")"
}
ticket stranger
refuses "a stranger's ticket" 0.9 90 versionFloor --ticket "$T/ticket.minisig"
ticket operator
cp "$T/ticket" "$T/right"
for change in 's/device=dev/device=other/;device' 's/S-E/S-F/;part' 's/software=fw/software=other/;software' \
	's/seq=90/seq=91/;release' 's/sha256=..../sha256=0000/;image' 's/nonce=..../nonce=0000/;nonce'; do
	sed "${change%%;*}" "$T/right" | tr -d '\n' >"$T/ticket"
	sign "$T/ticket" operator "$(cat "$T/ticket")"
	refuses "a ticket of another ${change#*;}" 0.9 90 versionFloor --ticket "$T/ticket.minisig"
done
ticket operator
cp "$T/ticket.minisig" "$T/once"
start E 0.9 90 --ticket "$T/once"; run E
is 'with a ticket' "$(row E)" 'proven none'
is 'the old release runs' "$(truth E)" 0.9
"$device" update rollback E >/dev/null; run E
rm -f "$T/installer.ran"
refuses 'the ticket a second time' 0.9 90 versionFloor --ticket "$T/once"

# A bank that runs and cannot be gone back to.
ok 'a unit whose installer was never given what runs' unit N 2
mv "$state.banks/N/1/image" "$T/image"
start N 2.0 200; run N
is 'nothing is switched' "$(row N), $(banks N)" 'failed installerFailed, 1:running:1.0 2:staged:2.0'
is 'what ran runs' "$(readlink "$state.banks/N/running")" 1
like 'why is told' "$(reason_text N)" 'no way back: bank 1, .*imgadm-integrate\(7\)'
"$device" update switch N --bank 2 >/dev/null; run N
is 'nor by command' "$(row N)" 'failed installerFailed'
mv "$T/image" "$state.banks/N/1/image"
"$device" update switch N --bank 2 >/dev/null; run N
is 'once it is there it is' "$(row N) $(truth N)" 'proven none 2.0'
"$device" update rollback N >/dev/null; run N
is 'and goes back' "$(row N) $(truth N)" 'rolledBack aborted 1.0'

# The floor rises when the release is committed, and a switch obeys it too.
image 2.5 250 's/$/ floor=250/'
start E 2.5 250; run E; "$device" update confirm E >/dev/null; run E
is 'a release with a floor is committed' "$(row E) $(truth E)" 'committed none 2.5'
"$device" update switch E --bank 1 >/dev/null; run E
is 'no switch to what is below it' "$(row E) $(truth E)" 'failed versionFloor 2.5'

# An image that is exchanged under its name between check and write is not what is written.
# shellcheck disable=SC2016 # the script's own
installer_before='case $1 in write) for f in '"$state.updates"'/u*.img; do
	head -c 70000 /dev/zero >"$f.x"; mv "$f.x" "$f"; done; echo exchanged >>'"$T/exchanged;; esac"
installer_make
image 2.6 260
start E 2.6 260; run E
ok 'the copy is exchanged before the write' test -s "$T/exchanged"
is 'and what was verified is written and runs' "$(row E) $(truth E)" 'proven none 2.6'
"$device" update rollback E >/dev/null; run E
installer_before=; installer_make

# The trust file itself, as an update of unit 1.
trust_served()
{
	printf 'imgadm-trust 1\nserial %s\n%s\n' "$1" "$2" >"$served/trust"
	sign "$served/trust" "$3" "imgadm-trust 1 serial=$1"
	"$device" update start DEV --uri "$uri/trust" --software imgadm-trust >/dev/null
	run DEV
}
trust_served 9 "creator acme $(key_of acme)" root
is 'a trust file comes as an update' "$(row DEV)" 'committed none'
trust_served 8 "creator acme $(key_of acme)" root
is 'an older one is refused' "$(row DEV)" 'failed versionFloor'
trust_served 10 "creator stranger $(key_of stranger)" stranger
like "a stranger's is refused" "$(row DEV)" 'failed (unknownCreator|badSignature)'
trust_served 10 "creator acme $(key_of acme)
root $(key_of stranger)" root
like 'a new root without its own signature is refused' "$(row DEV)" 'failed (unknownCreator|badSignature)'
cp "$served/trust" "$T/rooted"; sign "$T/rooted" stranger 'imgadm-trust 1 serial=10'
cp "$T/rooted.minisig" "$served/trust.root.minisig"
trust_served 10 "creator acme $(key_of acme)
root $(key_of stranger)" root
is 'with both it is taken' "$(row DEV)" 'committed none'
rm "$served/trust.root.minisig"
trust_served 11 "creator acme $(key_of acme)" root
like 'and the old root is none any more' "$(row DEV)" 'failed (unknownCreator|badSignature)'
stop tftpd
done_testing

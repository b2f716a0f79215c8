#!/bin/sh
# What was staged or kept in a bank, and may not run any more when it is to be switched to.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
. "$top_srcdir/tests/integration/install-lib.sh"
: "${device:?}" "${install:?}" "${install_state:?}" "${state:?}" "${T:?}" "${served:?}" "${uri:=}"

ok 'keys, images, a server, a device' world
creator="creator acme $(key_of acme)"
ok 'a unit with two banks' unit E 2
# At a moment: staged before, switched then and not earlier.
ok 'another' unit W 2
start W 2.0 200 --when at --at 2040-01-02T03:04:05Z
run W
is 'what is for a moment far away is staged, and nobody waits there' "$(row W), $(truth W)" 'staged none, 1.0'
"$device" update abort W >>"$T/install.log" 2>&1; run W
is 'and can be aborted' "$(row W)" 'failed aborted'
moment=$(($(date +%s) + 4))
start W 2.0 200 --when at --at "$(date -u -d "@$moment" +%Y-%m-%dT%H:%M:%SZ)"
run W
is 'what is for one that is near is switched' "$(row W), $(truth W)" 'proven none, 2.0'
ok 'not before it' test "$(date +%s)" -ge $moment
# staged VERSION SEQ [OPTION...]
staged() { start E "$@" --when stageOnly && run E && [ "$(row E)" = 'staged none' ]; }
# switched: the command, carried out
switched() { "$device" update switch E "$@" >>"$T/install.log" 2>&1; run E; }

ok 'staged' staged 2.0 200
ok 'its release is withdrawn meanwhile' trust 2 "$creator
withdrawn fw 200"
switched
is 'it is not switched to' "$(row E)" 'failed withdrawn'
is 'what ran runs' "$(truth E)" 1.0
is 'and the bank is good for nothing' "$(banks E)" '1:running:1.0 2:invalid:2.0'

image 3.0 300
ok 'another is staged' staged 3.0 300
ok 'its key is revoked meanwhile' trust 3 "$creator
revoked $(key_id acme)"
switched
is 'it is not switched to' "$(row E)" 'failed revokedKey'
is 'what ran runs' "$(truth E)" 1.0

ok 'trusted again' trust 4 "$creator"
ok 'staged once more' staged 3.0 300
ok 'the server is gone' stop tftpd
switched
is 'what is still trusted is switched to, with nothing fetched' "$(row E)" 'proven none'
"$device" confirm --final E >/dev/null 2>&1; run E
is 'and committed' "$(row E)" 'committed none'

ok 'what the other bank holds is withdrawn' trust 5 "$creator
withdrawn fw 100"
switched --bank 1
is 'nobody goes back to it' "$(row E)" 'failed withdrawn'
is 'what ran runs' "$(truth E)" 3.0

# A trust file that comes into force while an older one is fetched.
trust_file() { printf 'imgadm-trust 1\nserial %s\n%s\n' "$2" "$creator" >"$1"; sign "$1" root "imgadm-trust 1 serial=$2"; }
trust_file "$served/trust" 6
trust_file "$T/newer" 7
mkdir "$T/libexec"
cat >"$T/libexec/imgadm-fetch" <<-SH
	#!/bin/sh
	case \$4 in
	*.root.minisig) "$install_state" "$state" trust "$T/root.pub" "$T/newer" "$T/newer.minisig"; exit 12 ;;
	*.minisig) cat "$served/trust.minisig" ;;
	*) cat "$served/trust" ;;
	esac
SH
chmod 755 "$T/libexec/imgadm-fetch"
"$device" update start DEV --uri "$uri/trust" --software imgadm-trust >/dev/null
ok 'it comes to an end' timeout 30 "$install" --unit DEV --libexec "$T/libexec"
is 'the older one is refused' "$(row DEV)" 'failed versionFloor'
like 'the newer one is in force' "$("$device" trust list)" 'serial +- +- +7'
done_testing

#!/bin/sh
# What imgadm-image(5), imgadm-install(8), imgadm-tftp(1) and imgadm-tftpd(8) show as examples
# works as it is printed there: each block is taken out of the page and run, with our paths, ports
# and addresses, and keys without a password.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
: "${v3:?}" "${fleet:?}" "${poll:?}" "${port:=}" "${update:?}" "${top_builddir:?}"
need minisign
top=$(cd "$top_builddir" && pwd)
IMGADM_DEVICE_STATE=$T/room.db IMGADM_IMAGES=$T/images
export IMGADM_DEVICE_STATE IMGADM_IMAGES
# blocks PAGE: its blocks below EXAMPLES, as $T/PAGE.1, .2, ...; how many
blocks()
{
	awk -v to="$T/$1." '/^\.Sh/ {examples = ($2 == "EXAMPLES")}
		/^\.Bd -literal/ && examples {on = 1; n++; next}
		/^\.Ed/ {on = 0}
		on {print >(to n)}
		END {print n + 0}' "$top_srcdir/man/$1"
}
# named PAGE WORD: any other block of it that has the word
named()
{
	awk -v word="$2" '/^\.Bd -literal/ {on = 1; text = ""; next}
		/^\.Ed/ {if (on && index(text, word)) last = text; on = 0; next}
		on {text = text $0 "\n"}
		END {printf "%s", last}' "$top_srcdir/man/$1"
}
# pasted FILE [SED]: as a person would
pasted()
{
	sed -e 's/\\e$/\\/' -e 's/^\$ //' -e "s|/usr/libexec/imgadm/|$top/agent-module/|g" \
		-e 's/^minisign -G/minisign -G -W/' -e "${2:-}" "$1" >"$T/pasted.sh"
	(cd "$T/here" && sh -e "$T/pasted.sh")
}
mkdir "$T/here" "$T/images"

# --- imgadm-install(8) ------------------------------------------------------------------------
is 'imgadm-install(8): a block' "$(blocks imgadm-install.8)" 1
ok 'imgadm-install(8): the selftest' pasted "$T/imgadm-install.8.1"
unlike 'nothing of it failed' "$(cat "$T/out")" '^not ok'

# --- imgadm-tftpd(8), imgadm-tftp(1) -------------------------------------------------------------
is 'imgadm-tftpd(8): a block' "$(blocks imgadm-tftpd.8)" 1
mkdir "$T/srv"
head -c 100000 /dev/urandom >"$T/srv/engine-fw-3.1.img"
echo '<catalogue/>' >"$T/srv/catalogue.xml"
: >"$T/srv/firmware"
sed -e 's/\\e$/\\/' -e "s|^imgadm-tftpd|exec imgadm-tftpd --port-file $T/tftp.port --write --overwrite|" -e "s|/srv/tftp|$T/srv|" \
	-e 's|0\.0\.0\.0:6969|127.0.0.1:0 --listen [::1]:0|' "$T/imgadm-tftpd.8.1" >"$T/tftpd.sh"
spawn tftpd sh "$T/tftpd.sh"
ok 'imgadm-tftpd(8): it serves' wait_for 30 test -s "$T/tftp.port"
four=$(grep -o '127\.0\.0\.1:[0-9]*' "$T/tftp.port") six=$(grep -o '\[::1\]:[0-9]*' "$T/tftp.port")
is 'imgadm-tftp(1): a block' "$(blocks imgadm-tftp.1)" 1
ok 'imgadm-tftp(1): gets and puts' pasted "$T/imgadm-tftp.1.1" \
	"s|192\.0\.2\.[17]/|${four:-none}/|; s|\[2001:db8::1\]:6969|${six:-$four}|"
ok 'what was got is the same' cmp "$T/srv/engine-fw-3.1.img" "$T/here/engine-fw-3.1.img"
ok 'and what was put' cmp "$T/srv/firmware" "$T/here/engine-fw-3.1.img"
stop tftpd
rm "$T/tftp.port"

# --- imgadm-image(5) ----------------------------------------------------------------------------------
is 'imgadm-image(5): three blocks' "$(blocks imgadm-image.5)" 3
machine=room
ok 'a device' machine room 2.0
ok 'imgadm-image(5): keys' pasted "$T/imgadm-image.5.1"
ok 'imgadm-image(5): a trust file' pasted "$T/imgadm-image.5.2"
like 'is in force' "$(cat "$T/out")" '^trust 7 is in force$'
like 'with what it says' "$("${device:?}" trust list)" 'creator +acme .*class=engine,controller'
agentd_options=--trust-master
agent_start agentx "$IMGADM_DEVICE_STATE" || { ok 'snmpd answers' false; done_testing; exit; }
spawn centre-tftpd imgadm-tftpd -f --db "$IMGADM_DB" --images "$T/images" --listen 127.0.0.1:0 --port-file "$T/tftp.port"
(cd "$T/here" && minisign -G -W -p operator.pub -s operator.key >"$T/minisign.log" 2>&1)
cat >"$T/conf/imgadm.conf" <<END
credential centre $v3 -t 5 -r 1
operatorKey ops $(tail -n 1 "$T/here/operator.pub")
site * imageBase tftp://none/
END
ok 'a centre' "$fleet" add --credential centre room-214 "udp:127.0.0.1:$port"
ok 'knows it' "$poll" --no-rrd --quiet --no-judge
ok 'and serves' wait_for 30 test -s "$T/tftp.port"
sed -i "s|tftp://none/|tftp://$(cat "$T/tftp.port")/|" "$T/conf/imgadm.conf"
ok 'imgadm-image(5): with a new root, from the centre' pasted "$T/imgadm-image.5.3"
is 'is in force' "$(get imgTrustSerial.0)" 8
like 'so is the new root' "$("$device" trust list)" "in force +root .* $(tail -n 1 "$T/here/next.pub" | cut -c1-8)"
named imgadm-image.5 'tickets import' >"$T/ticket"
t="imgadm-ticket 1 device=acme-room unit-serial=E-room software=engine-fw seq=2000 sha256=$(printf '%064d' 1) nonce=$(printf '%032d' 7)"
export t
ok 'imgadm-image(5): a ticket by hand' pasted "$T/ticket"
like 'is kept' "$(cat "$T/out")" "room-214, part 'E-room'"
stop centre-tftpd
agent_stop
done_testing

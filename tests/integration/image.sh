#!/bin/sh
# imgadm-update image: from the catalogue's line over the real minisign into the
# folder of images, and each way in which an image is refused.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3 sqlite3
. "$top_srcdir/tests/integration/catalogue-lib.sh"
: "${judge:?}"
update=${top_builddir:?}/updater/imgadm-update
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
says() { like "$1" "$(cat "$T/err")" "$2"; }
# refused NAME RE ARGUMENT...: import says why, exit 1, and nothing is kept
refused()
{
	refused_name=$1 refused_re=$2; shift 2
	status "$refused_name: refused" 1 "$update" image import "$@"
	says "$refused_name: says why" "$refused_re"
	is "$refused_name: nothing is kept" "$(sqlite3 "$IMGADM_DB" 'SELECT COUNT(*) FROM image') $(
		find "$IMGADM_IMAGES" -type f ! -name .lock 2>/dev/null | wc -l)" '0 0'
}
# image_catalogue SERIAL
image_catalogue()
{
	cat <<-XML
	<catalogue xmlns="urn:imgadm:catalogue:1" id="acme" serial="$1" issued="2026-01-01" expires="2099-01-01">
	  <creator id="acme"/>
	  <unit-type id="E-30" class="engine" manufacturer="Acme" model="E-3*" banks="2">
	    <rev id="A" seq="1" hardware="1.*"/> <rev id="B" seq="2" hardware="2.*"/>
	    <rev id="C" seq="3" hardware="3.*"/>
	  </unit-type>
	  <unit-type id="S-1" class="scanner" manufacturer="Acme" model="S-1" part="7,?"/>
	  <software id="engine-fw" unit-type="E-30" scheme="dotted">
	    <release version="1.0" seq="100" state="qualified"><from fresh="yes"/></release>
	    <release version="2.0" seq="200" state="qualified" size="$size" sha256="$digest" floor="150">
	      <from min-seq="100"/> <from fresh="yes"/>
	      <requires id="R-1"><unit type="E-30" min-rev="B" where="self"/></requires>
	    </release>
	  </software>
	  <software id="scan-fw" unit-type="S-1">
	    <release version="1 a" seq="1" state="qualified" size="$size" sha256="$digest"><from fresh="yes"/></release>
	  </software>
	</catalogue>
	XML
}
for k in acme maker ops stranger; do key $k; done
trust acme acme
echo "imageKey maker $(key_of maker) creators acme" >>"$T/conf/imgadm.conf"
echo "operatorKey ops $(key_of ops)" >>"$T/conf/imgadm.conf"
i=$T/engine-2.0.img cat=$T/acme.xml
head -c 200000 /dev/urandom >"$i"
size=200000
digest=$(sha256sum "$i" | cut -d' ' -f1)
image_catalogue 1 >"$cat"
sign "$cat" acme 'imgadm-catalogue 1 id=acme serial=1'
imgadm-fleet add --no-poll alpha >"$T/out"

# --- the line -----------------------------------------------------------------
line="imgadm-image 1 software=engine-fw creator=acme version=2.0 seq=200 manufacturer=Acme model=E-3* hardware=2.*,3.* class=engine size=$size sha256=$digest floor=150 from=100"
is 'comment: the line, without the revision that it may not run on' \
	"$("$update" image comment "$cat" engine-fw 2.0)" "$line"
is 'comment: what is no plain octet is written as %XX' \
	"$("$update" image comment "$cat" scan-fw '1 a')" \
	"imgadm-image 1 software=scan-fw creator=acme version=1%20a seq=1 manufacturer=Acme model=S-1 hardware=7%2C%3F class=scanner size=$size sha256=$digest"
is "comment: the operator's" "$("$update" image comment --operator "$cat" engine-fw 2.0)" \
	"imgadm-image-operator 1 software=engine-fw version=2.0 seq=200 sha256=$digest"
status 'comment: no such release' 1 "$update" image comment "$cat" engine-fw 2.1
says 'comment: did you mean' "did you mean '2.0'"
status 'comment: no such software' 1 "$update" image comment "$cat" engin-fw 2.0
says 'comment: did you mean' "did you mean 'engine-fw'"
status 'comment: a release without image data' 1 "$update" image comment "$cat" engine-fw 1.0
says 'comment: what to do' 'add-release'
status 'comment: no such file' 1 "$update" image comment "$T/none.xml" engine-fw 2.0

# --- refused ------------------------------------------------------------------
refused 'no signature' 'minisig' "$i"
sign "$i" maker "$line"
refused 'no catalogue in force' 'catalogue import' "$i"
status 'the catalogue is put in force' 0 "$judge" catalogue import "$cat"
sign "$i" stranger "$line"
refused 'a key that nobody named' 'no imageKey' "$i"
sign "$i" acme "$line"
refused 'a key of catalogues' 'no imageKey' "$i"
sign "$i" maker "$line" -l
refused 'a legacy signature' 'legacy' "$i"
minisign -S -s "$T/maker.key" -m "$i" >"$T/minisign.log" 2>&1
refused "minisign's own comment" "not as 'imgadm-image'" "$i"
says 'how it is signed is told' "^imgadm-update: sign it so: minisign -Sm $i -t 'imgadm-image 1 software=engine-fw "
sed -n "s|^imgadm-update: sign it so: minisign -Sm|minisign -Ss '$T/maker.key' -m|p" "$T/err" >"$T/said"
ok 'as it is typed' sh "$T/said"
is 'that is what the catalogue says' "$(sed -n 's/^trusted comment: //p' "$i.minisig")" "$line"
rm "$i.minisig"
refused 'an image without a signature' 'is not signed: there is no [^/]*minisig beside it' "$i"
says 'how it is signed is told' "sign it so: minisign -Sm $i -t 'imgadm-image 1 "
status 'check tells it, too' 1 "$update" image check "$i"
says 'how it is signed is told' "sign it so: minisign -Sm $i -t 'imgadm-image 1 "
status 'also by a file of a catalogue' 1 env IMGADM_DB="$T/none" "$update" image check --catalogue "$cat" "$i"
says 'how it is signed is told' "sign it so: minisign -Sm $i -t 'imgadm-image 1 "
odd="$T/it's \$(touch x) & so.img"
ln -s "$i" "$odd"
status 'a name that a shell would read otherwise' 1 "$update" image check "$odd"
sed -n "s|^imgadm-update: sign it so: minisign -Sm|minisign -Ss '$T/maker.key' -m|p" "$T/err" >"$T/said"
ok 'is typed as one word' sh "$T/said"
ok 'and signed' test -s "$odd.minisig"
rm "$odd" "$odd.minisig"
echo other >"$T/other.img"
refused 'what no catalogue lists' 'no catalogue lists an image of these octets' "$T/other.img"
refused 'no image at all' 'none.img: No such file or directory: want the file of an image' "$T/none.img"
status 'a catalogue by its name' 1 "$update" image comment acme engine-fw 2.0
says 'is a file' 'CATALOGUE is a file, such as acme.xml'
sign "$i" maker 'imgadm-catalogue 1 id=acme serial=2'
refused 'a comment of another purpose' "not as 'imgadm-image'" "$i"
sign "$i" maker "$line colour=red"
refused 'an unknown word' 'no such key' "$i"
sign "$i" maker "$(echo "$line" | sed 's/hardware=[^ ]*/hardware=*/')"
refused 'other hardware than the catalogue says' "signed with 'hardware=\*', and the catalogue says 'hardware=2" "$i"
sign "$i" maker "$(echo "$line" | sed 's/ from=100//')"
refused 'less than the catalogue says' "'nothing more', and the catalogue says 'from=100'" "$i"
sign "$i" maker "$(echo "$line" | sed 's/creator=acme/creator=beta/')"
refused 'another creator' "does not believe for images of 'beta'" "$i"
sign "$i" maker "$(echo "$line" | sed 's/version=2.0/version=2.1/')"
refused 'a release that the catalogue has not' "no release '2.1'" "$i"
sign "$i" maker "$(echo "$line" | sed 's/version=2.0/version=1.0/')"
refused 'a release without image data' 'add-release' "$i"
sign "$i" maker "$line"
sed 's/seq=200/seq=201/' "$i.minisig" >"$i.sig2"
refused 'a changed comment' 'comment is not what was signed' --signature "$i.sig2" "$i"
cp "$i" "$T/other.img"
printf xxxxxxxx | dd of="$T/other.img" bs=1 seek=1000 conv=notrunc 2>"$T/dd"
refused 'another octet' 'another SHA-256' --signature "$i.minisig" "$T/other.img"
head -c 199999 "$i" >"$T/other.img"
refused 'the end is missing' '199999 octets' --signature "$i.minisig" "$T/other.img"
{ cat "$i"; echo; } >"$T/other.img"
refused 'too long' 'more than the 200000 octets' --signature "$i.minisig" "$T/other.img"
minisign -S -s "$T/maker.key" -m "$T/acme.pub" -x "$i.sig2" -t "$line" >"$T/minisign.log" 2>&1
refused 'a signature over something else' 'does not fit' --signature "$i.sig2" "$i"
minisign -S -s "$T/stranger.key" -m "$i" -x "$i.op.minisig" \
	-t "$("$update" image comment --operator "$cat" engine-fw 2.0)" >"$T/minisign.log" 2>&1
refused 'an operator whom nobody named' 'no operatorKey' "$i"
minisign -S -s "$T/ops.key" -m "$i" -x "$i.op.minisig" -t "$line" >"$T/minisign.log" 2>&1
refused "an operator's comment of another purpose" "not as 'imgadm-image-operator'" "$i"
rm "$i.op.minisig"

# --- checked and taken --------------------------------------------------------
status 'check: with what is in force' 0 "$update" image check "$i"
like 'check: says what it is' "$(cat "$T/out")" '^engine-fw 2\.0 \(seq 200\) by acme, 200,000 octets'
like 'check: and for what' "$(cat "$T/out")" 'for: Acme; model E-3\*; hardware 2\.\*, 3\.\*; class engine'
status 'check: with a file, without a store' 0 env IMGADM_DB="$T/none" SNMPCONFPATH="$T/nothing" \
	"$update" image check --catalogue "$cat" --key "$T/maker.pub" "$i"
status 'check: a key as text' 0 "$update" image check --key "$(key_of maker)" "$i"
status 'check: another key' 1 "$update" image check --key "$T/acme.pub" "$i"
status 'import' 0 "$update" image import "$i"
like 'import: says it' "$(cat "$T/out")" '^engine-fw 2\.0 .* imported, signed by maker$'
ok 'import: the image is there' cmp -s "$i" "$IMGADM_IMAGES/$digest"
ok 'import: its signature too' cmp -s "$i.minisig" "$IMGADM_IMAGES/$digest.minisig"
is 'import: nothing else' "$(find "$IMGADM_IMAGES" -type f ! -name .lock | wc -l)" 2
is 'import: what minisign says of it' "$(minisign -V -Q -p "$T/maker.pub" -m "$IMGADM_IMAGES/$digest")" "$line"
minisign -S -s "$T/ops.key" -m "$i" -x "$i.op.minisig" \
	-t "$("$update" image comment --operator "$cat" engine-fw 2.0)" >"$T/minisign.log" 2>&1
echo left >"$IMGADM_IMAGES/$digest.AbCdEf"
echo left >"$IMGADM_IMAGES/$digest.minisig.AbCdEf"
status "import again, with the operator's signature" 0 "$update" image import "$i"
like 'import: says so' "$(cat "$T/out")" 'signed by maker and by the operator ops'
is 'import: what was left behind is gone' "$(find "$IMGADM_IMAGES" -type f ! -name .lock | sort | sed 's/.*[0-9a-f]\{64\}//' | tr '\n' ' ')" ' .minisig .op.minisig '
rm "$i.op.minisig"
status 'import again, without it' 0 "$update" image import "$i"
is 'it stays' "$("$update" image list --json | python3 -c 'import json, sys
for i in json.load(sys.stdin): print(i["software"], i["version"], i["seq"], i["size"], i["operator"], i["sha256"])')" \
	"engine-fw 2.0 200 $size True $digest"
rm "$IMGADM_IMAGES/$digest"
status 'import again mends what was lost' 0 "$update" image import "$i"
ok 'it is whole' cmp -s "$i" "$IMGADM_IMAGES/$digest"
status 'list' 0 "$update" image list
like 'list: a line' "$(cat "$T/out")" 'engine-fw +2\.0 +200 +acme +200,000'
status 'remove: no such' 1 "$update" image remove engine-fw 2.1
status 'remove: another creator' 1 "$update" image remove --creator beta engine-fw 2.0
status 'remove' 0 "$update" image remove --creator acme engine-fw 2.0
is 'remove: files too' "$(find "$IMGADM_IMAGES" -type f ! -name .lock | wc -l)" 0
status 'list: none' 0 "$update" image list
like 'list: says what makes one' "$(cat "$T/out")" 'image import'
status 'did you mean' 1 "$update" image imprt "$i"
says 'did you mean: says it' "image import"
status '--images' 0 "$update" --images "$T/elsewhere" image import "$i"
ok '--images: there it is' test -f "$T/elsewhere/$digest"

# --- tickets ------------------------------------------------------------------
# ticket KEY LINE: $T/ticket.minisig, as the page says
ticket()
{
	printf %s "$2" >"$T/ticket"
	minisign -S -s "$T/$1.key" -m "$T/ticket" -t "$2" >"$T/minisign.log" 2>&1
}
tickets() { sqlite3 "$IMGADM_DB" 'SELECT serial, software, seq FROM ticket'; }
t="imgadm-ticket 1 device=4711 unit-serial=E1180 software=engine-fw seq=200 sha256=$digest nonce=000102030405060708090a0b0c0d0e0f"
ticket ops "$t"
status 'ticket: for a device that nobody knows' 1 "$update" tickets import "$T/ticket.minisig"
says 'ticket: says so' "no device of the fleet has the id '4711'"
sqlite3 "$IMGADM_DB" "INSERT INTO machine (device, img_id, since, manufacturer, model, serial)
	SELECT id, '4711', 1, '', '', '' FROM device; UPDATE device SET machine = (SELECT id FROM machine)"
ticket maker "$t"
status 'ticket: by no operator' 1 "$update" tickets import "$T/ticket.minisig"
says 'ticket: says so' 'no operatorKey'
ticket ops "$(echo "$t" | sed 's/nonce=.*/nonce=00000000000000000000000000000000/')"
status 'ticket: without a nonce' 1 "$update" tickets import "$T/ticket.minisig"
ticket ops "$line"
status 'ticket: another purpose' 1 "$update" tickets import "$T/ticket.minisig"
is 'ticket: none is kept' "$(tickets)" ''
ticket ops "$t"
status 'ticket: imported' 0 "$update" tickets import "$T/ticket.minisig"
is 'ticket: it is kept' "$(tickets)" 'E1180|engine-fw|200'
done_testing

#!/bin/sh
# Catalogues and their signatures: what is imported, what is refused and why, that
# the last good one stays in force, and that an alarm says so.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
. "$top_srcdir/tests/integration/catalogue-lib.sh"
: "${judge:?}"

# says NAME RE: what the last command wrote to stderr
says() { like "$1" "$(cat "$T/err")" "$2"; }
# refused NAME FILE RE: import says why, exit 1, 42 stays in force, and an alarm stands
refused()
{
	status "$1: refused" 1 "$judge" catalogue import "$2"
	says "$1: says why" "$3"
	is "$1: the last good one stays in force" "$(in_force)" 'acme 42'
	like "$1: an alarm stands" "$(alarms)" "^refused .*a catalogue was refused: .*"
	sqlite3 "$IMGADM_DB" 'DELETE FROM alarm'
}
need sqlite3
for k in acme beta stranger operator; do key $k; done
trust acme acme
trust beta beta,gamma
f=$T/acme.xml

status 'no store' 3 "$judge" catalogue list
says 'says what makes one' 'imgadm-fleet add'
imgadm-fleet add --no-poll alpha >"$T/out"
status 'none in force' 0 "$judge" catalogue list
like 'the list says what to do' "$(cat "$T/out")" 'imgadm-judge catalogue import FILE'

catalogue acme 2147483647 beta >"$f"
sign "$f" beta 'imgadm-catalogue 1 id=acme serial=2147483647'
status "another's name, before anybody came" 1 "$judge" catalogue import "$f"
says 'says why' "its id 'acme' is a creator's"
sqlite3 "$IMGADM_DB" 'DELETE FROM alarm'

made "$f" acme 42
status 'a good one is imported' 0 "$judge" catalogue import "$f"
like 'it says so' "$(cat "$T/out")" '^acme 42 is in force, signed by acme$'
is 'it is in force' "$(in_force)" 'acme 42'
is 'no alarm' "$(alarms)" ''
like 'the list names key and day' "$("$judge" catalogue list)" "^acme +42 +in force +2026-01-01 +2099-01-01 +acme "
status 'again is no error' 0 "$judge" catalogue import "$f"
like 'and says that it was' "$(cat "$T/out")" 'already'
is 'its bytes are kept as they are' "$(sqlite3 "$IMGADM_DB" 'SELECT hex(bytes) FROM catalogue_bytes')" \
	"$(xxd -p "$f" | tr -d '\n' | tr a-f A-F)"

# What a signature can be wrong in.
n=$T/next.xml
catalogue acme 43 >"$n"
refused 'no signature' "$n" 'next.xml.minisig: there is no signature here'
sign "$n" stranger 'imgadm-catalogue 1 id=acme serial=43'
refused 'a key that nobody named' "$n" "signed by the key $(key_id stranger), which no catalogueKey"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43' -l
refused 'a legacy signature' "$n" 'legacy signature'
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
sed -i 's/kept by hand/kept by Hand/' "$n"
refused 'a changed byte' "$n" 'these are not the octets that were signed'
catalogue acme 43 >"$n"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
sed -i 's/serial=43/serial=44/' "$n.minisig"
refused 'a changed comment' "$n" 'the trusted comment is not what was signed'
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
sed -i '2s/^.*$/RUR/' "$n.minisig"
refused 'half a signature' "$n" 'line 2'
sign "$n" acme 'imgadm-image 1 id=acme serial=43'
refused 'signed as an image' "$n" "signed as 'imgadm-image', not as 'imgadm-catalogue'"
sign "$n" acme 'imgadm-catalogue 2 id=acme serial=43'
refused 'a comment of another version' "$n" "version '2'"
sign "$n" acme 'imgadm-catalogue 1 id=acme'
refused 'a comment without a serial' "$n" 'serial='
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43 serial=43'
refused 'a key twice' "$n" 'twice'
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43 color=red'
refused 'a key unknown' "$n" "color=red"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=44'
refused 'a comment that says another serial' "$n" 'signed as acme 44, and says that it is acme 43'
minisign -S -s "$T/acme.key" -m "$n" >"$T/minisign.log" 2>&1
refused "minisign's own comment" "$n" "signed as 'timestamp:"
head -c 5000 /dev/zero | tr '\0' x >"$n.minisig"
refused 'a signature of 5,000 octets' "$n" '4096'

# What the catalogue itself can be wrong in.
made "$n" acme 41
refused 'a lower serial' "$n" 'acme 41 is not newer than acme 42'
made "$n" acme 42 acme 2098-01-01
refused 'the same serial with other bytes' "$n" 'acme 42 was imported already, with other contents'
made "$n" acme 43 acme 2026-01-02
refused 'an expired one' "$n" 'it expired on 2026-01-02'
made "$n" acme 43 gamma
refused 'a creator that the key is not for' "$n" "does not believe for 'gamma'"
catalogue acme 43 beta >"$n"
sign "$n" beta 'imgadm-catalogue 1 id=acme serial=43'
refused "another's name" "$n" "its id 'acme' is a creator's, whom .* does not believe the key beta for"
made "$n" acme 43 acme 2099-01-01 '    <release version="1.0" seq="300"/>'
refused 'what the reader refuses' "$n" "next.xml:1[0-9]:"
catalogue acme 43 | sed 's/unit-type="E-30-acme"/unit-type="E-31"/' >"$n"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
refused 'an unknown reference' "$n" "next.xml:[0-9]+:.*E-31"
catalogue acme 43 | sed 's/seq="100"/seq="110"/' >"$n"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
refused 'another seq of what was published' "$n" "next.xml:9: '1.0' of engine-fw is published with seq 100 and has 110 here"
catalogue acme 43 | sed 's/version="1.0" seq/version="1.1" seq/' >"$n"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
refused 'another label' "$n" "seq 100 of engine-fw is published as '1.0' and is called '1.1' here"
catalogue acme 43 | sed 's/sha256="01/sha256="02/' >"$n"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
refused 'another digest' "$n" 'published with another sha256'
catalogue acme 43 | sed '/<software/,/<\/software/d' >"$n"
sign "$n" acme 'imgadm-catalogue 1 id=acme serial=43'
refused 'software left out' "$n" 'software engine-fw of acme is published and is not here'

# A file that is not there is a mistake at the terminal, no alarm.
status 'no such file' 1 "$judge" catalogue import "$T/none.xml"
is 'no alarm of that' "$(alarms)" ''

# Alarms stand with the fleet, and end with the next good one.
sign "$f" stranger 'imgadm-catalogue 1 id=acme serial=42'
status 'an alarm is raised' 1 "$judge" catalogue import "$f"
like 'imgadm-fleet list ends with it' "$(imgadm-fleet list | tail -1)" \
	'^alarm since 20.*: a catalogue was refused: .*acme.xml: signed by the key'
made "$n" acme 43
cp "$n.minisig" "$T/elsewhere.sig"; rm "$n.minisig"
status 'a signature elsewhere' 0 "$judge" catalogue import --signature "$T/elsewhere.sig" "$n"
is 'the next good one is in force' "$(in_force)" 'acme 43'
is 'and the alarm is gone' "$(alarms)" ''
unlike 'also from the fleet' "$(imgadm-fleet list)" 'alarm'

# Another maker's beside it; then the rollback.
made "$T/beta.xml" beta 7
status "another maker's" 0 "$judge" catalogue import "$T/beta.xml"
is 'both are in force' "$(in_force)" "acme 43
beta 7"
status 'rollback' 0 "$judge" catalogue rollback acme
like 'says from where to where' "$(cat "$T/out")" '^acme 42 is in force again, 43 is not any more'
is 'the former one is in force' "$(in_force | head -1)" 'acme 42'
cp "$T/elsewhere.sig" "$n.minisig"
status 'what was rolled back comes not again by an import' 1 "$judge" catalogue import "$n"
like 'it is listed who did it' "$("$judge" catalogue list --all)" "^20.* $(id -un) rolled acme back: 43 -> 42\$"
like 'and what was' "$("$judge" catalogue list --all)" '^acme +43 +rolled back'
status 'forward again, by its serial' 0 "$judge" catalogue rollback --to 43 acme
is 'it is in force again' "$(in_force | head -1)" 'acme 43'
status 'a former one that is not kept' 1 "$judge" catalogue rollback --to 9 acme
says 'says what to look at' 'catalogue list --all'
status 'an id that is not there' 1 "$judge" catalogue rollback delta
status 'nothing before it' 1 "$judge" catalogue rollback beta
says 'says so' 'no catalogue beta from before 7'

# A maker changes keys: both are believed; then the old one goes.
key next
trust next acme
sign "$n" next 'imgadm-catalogue 1 id=acme serial=43'
status 'the same with the next key' 0 "$judge" catalogue import "$n"
like 'is listed so' "$("$judge" catalogue list)" '^acme +43 +in force .* next '
sed -i '/^catalogueKey next/d' "$T/conf/imgadm.conf"
like 'a key that is gone' "$("$judge" catalogue list)" '^acme +43 +in force, key gone'
sed -i '/^catalogueKey acme/s/creators acme/creators none/' "$T/conf/imgadm.conf"
made "$T/again.xml" acme 44
status 'a key for nobody' 1 "$judge" catalogue import "$T/again.xml"
sed -i '/^catalogueKey acme/s/creators none/creators acme/' "$T/conf/imgadm.conf"
status 'a newer one takes its place' 0 "$judge" catalogue import "$T/again.xml"
is 'and is in force' "$(in_force | head -1)" 'acme 44'

# Under an id that is nobody's name: who came first.
catalogue fleet 1 acme | sed s/engine-fw/fleet-fw/ >"$T/fleet.xml"
sign "$T/fleet.xml" acme 'imgadm-catalogue 1 id=fleet serial=1'
status 'a second file of a maker' 0 "$judge" catalogue import "$T/fleet.xml"
catalogue fleet 2 beta | sed s/engine-fw/fleet-fw/ >"$T/fleet.xml"
sign "$T/fleet.xml" beta 'imgadm-catalogue 1 id=fleet serial=2'
status "another's place" 1 "$judge" catalogue import "$T/fleet.xml"
says 'says whose' "would take the place of fleet 1, which speaks for 'acme'"

# Bytes that were changed in the store are not judged by.
sqlite3 "$IMGADM_DB" "UPDATE catalogue_bytes SET bytes = CAST(replace(CAST(bytes AS TEXT), 'hand', 'Hand') AS BLOB)"
made "$T/beta.xml" beta 8
status 'a store that was changed' 1 "$judge" catalogue import "$T/beta.xml"
says 'says so' 'not what was put into it'
done_testing

# tests/integration/catalogue-lib.sh: keys, catalogues and signatures, made by the real minisign.
# shellcheck shell=sh
judge=${top_builddir:?}/manager/imgadm-judge
IMGADM_DB=$T/db
export IMGADM_DB

# key NAME: $T/NAME.pub and $T/NAME.key, without a pass phrase
key() { minisign -G -W -f -p "$T/$1.pub" -s "$T/$1.key" >"$T/minisign.log" 2>&1; }
key_of() { sed -n 2p "$T/$1.pub"; }
key_id() { sed -n 's/.*public key //p' "$T/$1.pub"; }
# trust KEY CREATORS: one line more in imgadm.conf
trust() { echo "catalogueKey $1 $(key_of "$1") creators $2" >>"$T/conf/imgadm.conf"; }
# catalogue ID SERIAL [CREATOR [EXPIRES [RELEASES]]]: on stdout
catalogue()
{
	cat <<-XML
	<?xml version="1.0" encoding="UTF-8"?>
	<!-- kept by hand -->
	<catalogue xmlns="urn:imgadm:catalogue:1" id="$1" serial="$2" issued="2026-01-01" expires="${4:-2099-01-01}">
	  <creator id="${3:-$1}" name="Imaging of $1"/>
	  <unit-type id="E-30-$1" class="engine" manufacturer="$1" model="E-30" banks="2">
	    <rev id="A" seq="1"/>
	  </unit-type>
	  <software id="engine-fw" unit-type="E-30-$1" scheme="dotted">
	    <release version="1.0" seq="100" state="qualified" sha256="$digest_1" size="10">
	      <from fresh="yes"/>
	    </release>
	${5:-}  </software>
	</catalogue>
	XML
}
digest_1=0101010101010101010101010101010101010101010101010101010101010101
# sign FILE KEY COMMENT [OPTION...]
sign()
{
	sign_file=$1 sign_key=$2 sign_comment=$3; shift 3
	minisign -S "$@" -s "$T/$sign_key.key" -m "$sign_file" -t "$sign_comment" >"$T/minisign.log" 2>&1
}
# made FILE ID SERIAL [CREATOR [EXPIRES [RELEASES]]]: a catalogue, signed with the key of its id
made()
{
	made_file=$1; shift
	catalogue "$@" >"$made_file"
	sign "$made_file" "$1" "imgadm-catalogue 1 id=$1 serial=$2"
}
# in_force: "ID SERIAL", a line each
in_force()
{
	"$judge" catalogue list --json | python3 -c 'import json, sys
for c in json.load(sys.stdin)["catalogues"]: print(c["id"], c["serial"])'
}
alarms()
{
	"$judge" catalogue list --json | python3 -c 'import json, sys
for a in json.load(sys.stdin)["alarms"]: print(a["what"], a["id"], a["text"])'
}

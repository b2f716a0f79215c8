# tests/integration/update-lib.sh: a centre that updates a device; sourced after tests/lib.sh,
# agent-lib.sh, catalogue-lib.sh and judge-lib.sh.
#
#   updates SERIAL [RELEASES]  a catalogue is put in force: FS-5 needs engine-fw G00-30, which
#                       G00-21 gets to over G00-28; G00-40 is newer, and for rev B only
#   row UNIT COLUMN     a column of imgUpdateTable, as snmpd tells it
#   runs NAME UNIT      what the unit runs by its device's own word: "engine-fw G00-30"
# shellcheck shell=sh
update=${update:-${top_builddir:?}/updater/imgadm-update}
r50='<requires id="R-50" because="its stapler speaks to G00-30"><software id="engine-fw" min-seq="3000"/></requires>'
# listed: releases of which an image stands in $T/made have its size and digest
listed()
{
	python3 -c 'import hashlib, os, re, sys
text, folder = sys.stdin.read(), sys.argv[1]
for v in [f for f in os.listdir(folder) if not f.endswith(".minisig")] if os.path.isdir(folder) else []:
    octets = open(os.path.join(folder, v), "rb").read()
    text = re.sub("<release version=[\"\x27]%s[\"\x27]" % re.escape(v), lambda m: "%s size=\"%d\" sha256=\"%s\""
        % (m.group(0), len(octets), hashlib.sha256(octets).hexdigest()), text)
sys.stdout.write(text)' "$T/made"
}
updates()
{
	acme "$1" "
<release version='G00-21' seq='2100' state='qualified' minutes='6'/>
<release version='G00-30' seq='3000' state='qualified' minutes='6'>
  <from min-seq='2800'/><from direction='down' settings='keep'/><from fresh='yes'/>
</release>
<release version='G00-32' seq='3200' state='qualified' minutes='6'>
  <requires id='R-32' because='it has the long belt'><software id='controller-fw' min-seq='1400'/></requires>
</release>
<release version='G00-40' seq='4000' state='qualified' minutes='6'>
  <requires id='R-40' because='it drives the new laser'><unit type='E-30' min-rev='B'/></requires>
</release>
${2:-}" | sed "s|<requires id=\"R-101\"|$r50&|; s|</catalogue>|${more_software:-}&|" | listed >"$T/acme.xml" &&
	sign "$T/acme.xml" acme "imgadm-catalogue 1 id=acme serial=$1" &&
	"${judge:?}" catalogue import "$T/acme.xml"
}
# shellcheck disable=SC2086 # word lists
row() { snmpget ${v3:?} -m IMGADM-MIB -t 5 -OqvU "127.0.0.1:${port:?}" "imgUpdate$2.$(index_of "$1")" 2>&1; }
index_of()
{
	dev "${machine:-room}" unit list --json | python3 -c 'import json, sys
for u in json.load(sys.stdin):
    if u["symbol"] == sys.argv[1]: print(u["index"])' "$1"
}
runs()
{
	dev "$1" software list "$2" --json | python3 -c 'import json, sys
for s in json.load(sys.stdin):
    if s["state"] in ("running", "trial", "proven"): print(s["id"], s["version"])'
}

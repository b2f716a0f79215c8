# tests/integration/judge-lib.sh: a centre with a catalogue, and devices that are made by hand;
# sourced after tests/lib.sh, agent-lib.sh and catalogue-lib.sh.
#
#   machine NAME [FEED [FIN]]  a C650's state in $T/NAME.db: feed with that hardware
#                revision [1.3: rev A], FS-5 with that one [2.0: rev B; - = none]
#   acme SERIAL [RELEASES]  the catalogue, on stdout; RELEASES are added to engine-fw
#   force SERIAL [RELEASES]  make it, sign it, put it in force
#   verdict NAME  what imgadm-fleet list says of a device
#   col NAME [PORT]  a column of its imgAdviceTable
# shellcheck shell=sh
fleet=${top_builddir:?}/manager/imgadm-fleet
poll=$top_builddir/manager/imgadm-poll

dev() { dev_name=$1; shift; "${device:?}" "$@" --state "$T/$dev_name.db"; }
# unit NAME SYMBOL TYPE MODEL HARDWARE BANKS SERIAL [OPTION...]
unit()
{
	unit_name=$1 unit_symbol=$2 unit_type=$3 unit_model=$4 unit_rev=$5 unit_banks=$6 unit_serial=$7
	shift 7
	dev "$unit_name" unit set "$unit_symbol" --type "$unit_type" --manufacturer Acme \
		--model "$unit_model" --hardware-rev "$unit_rev" --banks "$unit_banks" \
		--serial-number "$unit_serial" --oper-state ok --admin-state inService "$@"
}
# bank NAME SYMBOL BANK ID VERSION STATE
bank()
{
	dev "$1" software set "$2" "$3" --id "$4" --creator "${creator:-acme}" --version "$5" \
		--bank-state "$6"
}
machine()
{
	machine_fin=${3:-2.0}
	dev "$1" init --id "acme-$1" --manufacturer Acme --model C650 --serial-number "S-$1" &&
	unit "$1" CTL controller C650-ctl 1.0 2 "C-$1" --in DEV &&
	bank "$1" CTL 1 controller-fw 12 running &&
	unit "$1" ENG engine E-30 2.1 2 "E-$1" --in DEV &&
	bank "$1" ENG 1 engine-fw G00-28 running &&
	unit "$1" FED paperFeed C650-feed "${2:-1.3}" 0 "77-$1" --in ENG || return 1
	[ "$machine_fin" = - ] ||
		unit "$1" FIN finisher FS-5 "$machine_fin" 0 "F-$1" --in DEV
}
acme()
{
	cat <<-XML
	<?xml version="1.0" encoding="UTF-8"?>
	<catalogue xmlns="urn:imgadm:catalogue:1" id="acme" serial="$1" issued="2026-01-01">
	  <creator id="acme" name="Acme Imaging"/>
	  <device-type id="C650" manufacturer="Acme" model="C650*">
	    <slot class="engine" min="1" max="1"/>
	    <slot class="finisher" max="1"/>
	  </device-type>
	  <unit-type id="C650-ctl" class="controller" manufacturer="Acme" model="C650-ctl" banks="2">
	    <rev id="A" seq="1" hardware="1.*"/>
	  </unit-type>
	  <unit-type id="E-30" class="engine" manufacturer="Acme" model="E-30" banks="2">
	    <rev id="A" seq="1" hardware="1.*" supply="ended"/>
	    <rev id="B" seq="2" hardware="2.*"/>
	  </unit-type>
	  <unit-type id="C650-feed" class="paperFeed" manufacturer="Acme" model="C650-feed">
	    <rev id="A" seq="1" hardware="1.*" supply="ended"/>
	    <rev id="B" seq="2" hardware="2.*" supply="stock" price="310"/>
	  </unit-type>
	  <unit-type id="FS-5" class="finisher" manufacturer="Acme" model="FS-5">
	    <rev id="A" seq="1" hardware="1.*" supply="ended"/>
	    <rev id="B" seq="2" hardware="2.*" supply="stock" price="900"/>
	    <requires id="R-101" because="FS-5 needs the heavy paper path">
	      <unit type="C650-feed" min-rev="B"/>
	    </requires>
	  </unit-type>
	  <software id="controller-fw" unit-type="C650-ctl" scheme="none">
	    <release version="12" seq="1200" state="qualified"><from fresh="yes"/></release>
	    <release version="14" seq="1400" state="qualified" minutes="3"/>
	  </software>
	  <software id="engine-fw" unit-type="E-30" scheme="dotted">
	    <release version="G00-20" seq="2000" state="withdrawn" because="it jams" severity="must" instead="2800"/>
	    <release version="G00-28" seq="2800" state="qualified" minutes="6"/>
	    <release version="G00-31" seq="3100" state="qualified" minutes="6">
	      <requires id="R-11" because="new fuser table"><software id="controller-fw" min-seq="1400"/></requires>
	    </release>
	${2:-}  </software>
	</catalogue>
	XML
}
force()
{
	acme "$@" >"$T/acme.xml" &&
	sign "$T/acme.xml" acme "imgadm-catalogue 1 id=acme serial=$1" &&
	"${judge:?}" catalogue import "$T/acme.xml"
}
verdict()
{
	"$fleet" list --json | python3 -c 'import json, sys
for d in json.load(sys.stdin):
    if d["device"] == sys.argv[1]: print(d["verdict"], "(old)" if d["verdict_stale"] else "")' "$1" |
	sed 's/ $//'
}
# shellcheck disable=SC2086 # a word list
col()
{
	snmpbulkwalk ${v2c:?} -m IMGADM-MIB -t 5 -OqvU "127.0.0.1:${2:-${port:?}}" "imgAdvice$1" 2>&1 |
		grep -v 'No Such'
}

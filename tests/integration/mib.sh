#!/bin/sh
# IMGADM-MIB and IMGADM-CENTER-MIB: clean SMIv2, loadable, and one with its header and its map, at
# the root that configure was given and at others.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need smilint snmptranslate
mibs=${top_builddir:?}/mibs
map=$mibs/oid-map.txt
awk=${AWK:-awk}

ietf=
for d in "$mibs/ietf" $(printf '%s' "${SMIPATH:-}" | tr ':' ' '); do
	for f in "$d/SNMPv2-SMI" "$d/SNMPv2-SMI.mib" "$d/SNMPv2-SMI.txt"; do
		[ -n "$ietf" ] || ! [ -s "$f" ] || ietf=$d
	done
done
[ -n "$ietf" ] ||
	skip_all "no IETF MIB modules in $mibs/ietf nor SMIPATH; mibs/fetch-ietf.sh $mibs/ietf gets them"

# lint FILE: every severity, errors and warnings as text
lint() { SMIPATH=$ietf:${1%/*} smilint -l 6 "$1" 2>&1; }
# translate FOLDER OPTION... NAME...: with the module in FOLDER alone
translate()
{
	translate_dir=$1
	shift
	snmptranslate -M "$translate_dir:$ietf" -m IMGADM-MIB:IMGADM-CENTER-MIB "$@" 2>&1
}
# gen MODE ROOT FILE [MODULE]
gen() { "$awk" -v mode="$1" -v root="$2" -v module="${4:-}" -f "${top_srcdir:?}/mibs/mib.awk" "$3"; }
# agree FOLDER MODULE MAP LEAST: every name of the map translates to its OID,
# both ways, and there are at least so many
agree()
{
	cut -f1 "$1/$3" | sed "s/^/$2::/" >"$T/names"
	cut -f2 "$1/$3" | sed 's/^/./' >"$T/oids"
	# shellcheck disable=SC2046 # word lists
	translate "$1" -On $(cat "$T/names") | grep . >"$T/oids.got"
	# shellcheck disable=SC2046
	translate "$1" $(cat "$T/oids") | grep . >"$T/names.got"
	diff "$T/oids" "$T/oids.got" && diff "$T/names" "$T/names.got" &&
		[ "$(wc -l <"$T/names")" -ge "$4" ]
}
# header_agrees FOLDER HEADER MAP LEAST: OID, LEN, OIDTXT and COL say the same as the map
header_agrees()
{
	"$awk" -F '\t' -v least="$4" '
	FNR == 1 { file++ }
	file == 1 && /^#define IMGADM_(OID|LEN|OIDTXT|COL)_/ {
		split($0, w, " ")
		text = $0
		sub(/^#define [^ ]* /, "", text)
		gsub(/[ "]/, "", text)
		gsub(/,/, ".", text)
		def[w[2]] = text
	}
	file == 2 {
		n = split($2, arcs, ".")
		leaf = $4 != "-" && $3 !~ /^(SEQUENCE OF|Img.*Entry)/
		if (def["IMGADM_OID_" $1] != $2 || def["IMGADM_OIDTXT_" $1] != $2 ||
		    def["IMGADM_LEN_" $1] != n ||
		    def["IMGADM_COL_" $1] != (leaf ? arcs[n] : "")) {
			print "differs: " $1
			bad = 1
		}
		names++
	}
	END { exit bad || names < least }' "$1/$2" "$1/$3"
}

is 'smilint -l 6 says nothing' "$(lint "$mibs/IMGADM-MIB.txt")" ''
is 'Net-SNMP loads it without a word' \
	"$(translate "$mibs" -On IMGADM-MIB::imgUnitSymbol)" \
	".$(sed -n 's/^imgUnitSymbol	\([0-9.]*\)	.*/\1/p' "$map")"
is 'and warns of nothing in it' "$(translate "$mibs" -Pw IMGADM-MIB::imgDeviceId |
	grep -v 'parsed and ignored')" 'IMGADM-MIB::imgDeviceId'
device='IMGADM-MIB oid-map.txt 150' center='IMGADM-CENTER-MIB center-oid-map.txt 70'
device_h='imgadm-mib.h oid-map.txt 150' center_h='imgadm-center-mib.h center-oid-map.txt 70'
# shellcheck disable=SC2086 # word lists
{
	ok 'every name translates, both ways' agree "$mibs" $device
	ok 'the header says the same' header_agrees "$mibs" $device_h
	is 'smilint -l 6 says nothing of the centre'"'"'s' "$(lint "$mibs/IMGADM-CENTER-MIB.txt")" ''
	ok 'every name of it translates, both ways' agree "$mibs" $center
	ok 'its header says the same' header_agrees "$mibs" $center_h
}
is 'each object has an access and a syntax' \
	"$("$awk" -F '\t' '$4 != "-" && $3 == ""' "$map")" ''
is 'no object that is not in the tree of its group' \
	"$(cut -f2 "$map" | sort | uniq -d)" ''
ok 'units have all their columns, in order' \
	sh -c 'sed -n "s/^#define IMGADM_COL_imgUnit\([A-Za-z]*\) \([0-9]*\)$/\2 \1/p" "$1" |
	tr "\n" "," | grep -qx "1 Index,2 Symbol,3 Class,4 Type,5 ContainedIn,6 Descr,7 Manufacturer,8 Model,9 HardwareRev,10 SerialNumber,11 OperState,12 AdminState,13 UseCount,14 UseUnit,15 LifeExpected,16 Installed,17 Banks,18 Action,"' \
	sh "$mibs/imgadm-mib.h"

for root in 1.3.6.1.4.1.8072.9999.9999 1.3.6.1.4.1.99999 1.3.6.1.4.1.99999.5.1 \
	1.3.6.1.3.42 1.2.840.113556.7; do
	other=$T/$root
	mkdir -p "$other"
	gen text "$root" "$top_srcdir/mibs/IMGADM-MIB.in" >"$other/IMGADM-MIB.txt"
	gen header "$root" "$other/IMGADM-MIB.txt" >"$other/imgadm-mib.h"
	gen map "$root" "$other/IMGADM-MIB.txt" >"$other/oid-map.txt"
	is "rooted at $root: smilint" \
		"$(lint "$other/IMGADM-MIB.txt" | grep -v 'uncontrolled MODULE-IDENTITY')" ''
	gen text "$root" "$top_srcdir/mibs/IMGADM-CENTER-MIB.in" IMGADM-CENTER-MIB >"$other/IMGADM-CENTER-MIB.txt"
	gen header "$root" "$other/IMGADM-CENTER-MIB.txt" IMGADM-CENTER-MIB >"$other/imgadm-center-mib.h"
	gen map "$root" "$other/IMGADM-CENTER-MIB.txt" IMGADM-CENTER-MIB >"$other/center-oid-map.txt"
	# shellcheck disable=SC2086 # word lists
	{
		ok "rooted at $root: names translate" agree "$other" $device
		ok "rooted at $root: header agrees" header_agrees "$other" $device_h
		ok "rooted at $root: the centre's names translate" agree "$other" $center
		ok "rooted at $root: the centre's header agrees" header_agrees "$other" $center_h
	}
	is "rooted at $root: the root is" "$(sed -n 's/^imgadmMIB	\([0-9.]*\)	.*/\1/p' "$other/oid-map.txt")" \
		"$root.1"
done
for root in 1.3 2.999.1.1 1.3.06.1.4 1.3.6.1.4294967296 1.3.6.x.4 ''; do
	not_ok "'$root' is refused as a root" gen text "$root" "$top_srcdir/mibs/IMGADM-MIB.in"
done
sed '/^imgDeviceId OBJECT-TYPE/,/::=/s/{ imgDevice 1 }/{ imgNowhere 1 }/' \
	"$mibs/IMGADM-MIB.txt" >"$T/broken.txt"
not_ok 'a parent that is not there is an error' gen header 1.3.6.1.4.1.1 "$T/broken.txt"
like 'which names it' "$(cat "$T/err")" 'broken.txt: parent imgNowhere'

ok 'fetch-ietf.sh leaves alone what is there' sh -c '
	mkdir "$1" && for m in SNMPv2-SMI SNMPv2-TC SNMPv2-CONF SNMPv2-MIB SNMP-FRAMEWORK-MIB \
		INET-ADDRESS-MIB; do echo mine >"$1/$m.mib"; done
	sh "$2/mibs/fetch-ietf.sh" "$1" && grep -qx mine "$1/SNMPv2-TC.mib"' sh "$T/have" "$top_srcdir"
status 'fetch-ietf.sh wants one folder' 1 sh "$top_srcdir/mibs/fetch-ietf.sh"
done_testing

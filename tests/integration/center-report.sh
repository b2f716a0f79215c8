#!/bin/sh
# Reports to imgadm-centerd: stored whole, once, and only of whom they are.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
need snmpinform
entries() { fleet export --csv --what log --device "$1" | tail -n +2 | wc -l; }
units() { fleet export --csv --what units --device "$1" | tail -n +2 | wc -l; }

enrol_many 8
enrol_one room '' me maplesyrup
center_start --no-poll

# --- good ones -----------------------------------------------------------------
ok 'structures and log entries are acknowledged' reporter --devices 3 --structure --entries 21
is 'none refused' "$(refused)" 0
is 'the structure is there' "$(units d0) $(units d1) $(units d2)" '12 12 12'
is 'and the log' "$(entries d0) $(entries d1) $(entries d2)" '21 21 21'
like 'a device that is never polled is seen' "$(fleet list)" 'd1 .*C650 .* (reported )?(now|[0-9]+ s ago)'
like 'with its model and serial' "$(fleet show d2)" 'd2: acme C650, serial S2'
ok 'graphs are fed' wait_for 20 sh -c 'ls "$1"/rrd/*/*/* "$1"/rrd/journal.* 2>/dev/null | grep -q .' sh "$T"

# --- again -----------------------------------------------------------------------
ok 'the same from the start, each inform three times' \
	reporter --devices 3 --structure --entries 21 --repeat 3
is 'stores nothing' "$(entries d0) $(units d0)" '21 12'
ok 'more entries' reporter --devices 3 --entries 30 --each 7
is 'only they are new' "$(entries d0) $(entries d1) $(entries d2)" '30 30 30'

# --- not whole, not true -----------------------------------------------------------
reporter --devices 4 --structure --without-last-part
is 'a part that never comes: no structure' "$(units d3)" 0
is 'though the others were acknowledged' "$(refused)" 0
ok 'a new report brings it' reporter --devices 4 --structure
is 'whole' "$(units d3)" 12
reporter --devices 5 --structure --spoil-digest
is 'a digest that does not agree is refused' "$(refused)" 5
is 'and nothing of it is stored' "$(units d4)" 0
like 'and logged' "$(cat "$T/centerd.log")" 'digest do not agree'

# --- whose it is ---------------------------------------------------------------------
reporter --devices 1 --machine 77 --structure
is "another device's id is refused" "$(refused)" 1
like 'and logged' "$(cat "$T/centerd.log")" "another device than the user's"
reporter --devices 1 --machine 77 --entries 3
is 'its log, too' "$(refused) $(entries d0)" '1 30'
reporter --devices 1 --machine 1 --entries 40
is 'also the id of one that is enrolled' "$(refused) $(entries d1)" '1 30'
reporter --from 7 --devices 1 --machine 1 --structure
is 'also as the first report of another' "$(refused) $(units d7)" '1 0'
like 'and logged with whose it is' "$(cat "$T/centerd.log")" 'imgDeviceId of another device: .*: d1'
reporter --devices 1 --wrong-key --entries 3
is 'a wrong key' "$(refused)" 1
reporter --devices 1 --user nobody --entries 3
is 'an unknown user' "$(refused)" 1

# --- by hand, with net-snmp's own sender ------------------------------------------------
# oid NAME: from the header that the MIB makes
oid() { sed -n "s/^#define IMGADM_OIDTXT_$1 \"\(.*\)\"$/\1/p" "${top_builddir:?}/mibs/imgadm-mib.h"; }
# An error report of one entry of acme-99: head, then the row's columns.
head_of()
{
	printf '%s\n' "$(oid imgDeviceId).0 s acme-99" "$(oid imgReportId).0 u $1" \
		"$(oid imgErrorLogGeneration).0 u 7" "$(oid imgReportReason).0 i 1" \
		"$(oid imgReportRequestId).0 u 0" "$(oid imgErrorLogOldest).0 u 1" \
		"$(oid imgErrorLogNewest).0 u $2" "$(oid imgReportPart).0 u 1" \
		"$(oid imgReportParts).0 u 1" "$(oid imgErrorLogCapacity).0 u 100" \
		"$(oid imgErrorLogOverwritten).0 c 0"
}
row_of()
{
	printf '%s\n' "$(oid imgErrorTime).$1 x 07EA0B16100000002B0000" "$(oid imgErrorBoots).$1 u 3" \
		"$(oid imgErrorUpTime).$1 u 77" "$(oid imgErrorUnit).$1 s TRAY1" \
		"$(oid imgErrorUnitSerial).$1 s T-1" "$(oid imgErrorCode).$1 s J-021" \
		"$(oid imgErrorSeverity).$1 i 3" "$(oid imgErrorText).$1 s jam" \
		"$(oid imgErrorUseCount).$1 C 123456789012" "$(oid imgErrorSoftwareId).$1 s fw" \
		"$(oid imgErrorSoftwareVersion).$1 s 1.0" "$(oid imgErrorRepeats).$1 u 1"
}
# shellcheck disable=SC2046 # words are wanted
inform() { v3 snmpinform -- 100 "$(oid imgErrorReport)" $(cat); }
{ head_of 1 1; row_of 1; } >"$T/good"
ok 'an error report made by hand is acknowledged' inform <"$T/good"
is 'and stored' "$(entries room)" 1
like 'as it was said' "$(fleet log room --json)" '"use_count":123456789012'
# snmpinform does not tell a Response's error: what is counted at the end does.
{ head_of 2 2; row_of 2 | grep -v J-021; } | inform
{ head_of 3 2 | grep -v ' u 7$'; row_of 2; } | inform
{ head_of 4 3; row_of 3; row_of 2; } | inform
{ head_of 5 2; row_of 2 | sed 's/^.*J-021$/1.3.6.1.2.1.1.5.0 s x/'; } | inform
is 'a missing column, a missing scalar, rows that do not ascend, a foreign object' \
	"$(entries room)" 1
is 'no device but its own got anything' "$(entries d0) $(entries d3)" '30 0'
center_stop
is 'what was malformed was counted' "$(counted malformed)" 4
is 'and refused, with the spoilt, and those of others' "$(counted refused)" 13
done_testing

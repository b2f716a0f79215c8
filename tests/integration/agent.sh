#!/bin/sh
# The tables in a real snmpd, as module and as AgentX subagent: every table
# over v2c and v3, dense, in order, true to imgadm-device; SETs; a state that
# changes, goes, comes, or is no state.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${device:?}" "${module:?}" "${v2c:?}" "${v3:?}" "${agent_conf:?}" "${top_builddir:?}"
need sqlite3
state=$T/device.db
entries=150
digest_oid=$(sed -n 's/^#define IMGADM_OIDTXT_imgStructureDigest "\(.*\)"/.\1/p' \
	"$top_builddir/mibs/imgadm-mib.h")
make_state() { rm -f "$state" "$state-wal" "$state-shm"; "$agent_state" make "$state" $entries 1000; }

lines() { grep -c . || true; }
# rows TABLE: how many rows snmptable prints
rows() { table "$(target)" "$1" | lines; }
json_rows() { grep '^  {'; }
# json_field NAME: from lines of imgadm-device --json; null is empty
json_field()
{
	sed -n 's/.*"'"$1"'": *\(null\|"\([^"]*\)"\|\([^,}]*\)\).*/\2\3/p'
}
# listed KEY LISTING...: one field of each row of an imgadm-device listing
listed()
{
	listed_key=$1; shift
	IMGADM_DEVICE_STATE=$state "$device" "$@" --json | json_rows | json_field "$listed_key"
}
# column NAME: the values of a column, unquoted
column() { walk -OqvU "$1" | sed 's/^"\(.*\)"$/\1/'; }
same_column()
{
	same_name=$1 same_key=$2; shift 2
	is "$mode: $same_name is what imgadm-device lists" "$(column "$same_name")" "$(listed "$same_key" "$@")"
}
ascending()
{
	walk -On imgObjects | sed -n 's/^\(\.1[0-9.]*\) = .*/\1/p' >"$T/names"
	[ -s "$T/names" ] && sort -uV "$T/names" | cmp - "$T/names"
}
# errors_logged: how often the state's error was logged
errors_logged() { agent_log | grep -c "$state" || true; }
not_writable()
{
	# shellcheck disable=SC2086 # word list
	snmpset $v3 -m IMGADM-MIB -t 5 "$(target)" "$@" 2>&1 | grep -q notWritable
}
empty_but_well_formed()
{
	is "$mode: $1: no object below imgObjects" \
		"$(walk -On imgObjects | grep -cv 'No Such Object' || true)" 0
	like "$mode: $1: a scalar answers noSuchInstance" "$(get imgDeviceId.0)" 'No Such Instance'
	is "$mode: $1: no row in entPhysicalTable" \
		"$(walk -On .1.3.6.1.2.1.47.1.1.1 | grep -c '^\.1.*47\.1\.1\.1\.1\.' || true)" 0
	is "$mode: $1: entLastChangeTime is 0" "$(ticks .1.3.6.1.2.1.47.1.4.1.0)" 0
}

for mode in module agentx; do
	make_state
	ok "$mode: starts" agent_start "$mode" "$state"

	# 8 units and functions, 4 banks, 7 readings, the update row of unit 1
	want=$((6 + 3 + 5 + 12 + 8 * 17 + 4 * 7 + 7 * 7 + entries * 12 + 23 + 1 + 3))
	walk imgObjects >"$T/v2c"
	is "$mode: v2c bulkwalk, every row answers every column" \
		"$(grep -c '^IMGADM-MIB::' "$T/v2c")" $want
	unlike "$mode: every value is of its type and range" "$(cat "$T/v2c")" \
		'Wrong Type|No Such|INTEGER: [0-9]+$.*UNKNOWN'
	session=$v3 walk imgObjects >"$T/v3"
	is "$mode: v3 sees the nonce, where it may" "$(diff "$T/v2c" "$T/v3" | grep -c '^>')" \
		"$([ "$mode" = module ] && echo 1 || echo 0)"
	grep -v 'imgUpdateNonce' "$T/v2c" >"$T/v2c.same"
	grep -v 'imgUpdateNonce' "$T/v3" >"$T/v3.same"
	ok "$mode: v3 authPriv SHA-256/AES bulkwalk says the same" cmp "$T/v2c.same" "$T/v3.same"
	# shellcheck disable=SC2086
	snmpwalk $v3 -m IMGADM-MIB -t 5 "$(target)" imgObjects >"$T/getnext" 2>&1
	ok "$mode: GETNEXT steps through the same" cmp "$T/v3" "$T/getnext"
	ok "$mode: names ascend" ascending

	is "$mode: snmptable imgUnitTable" "$(rows imgUnitTable)" 8
	is "$mode: snmptable imgSoftwareTable" "$(rows imgSoftwareTable)" 4
	is "$mode: snmptable imgReadingTable" "$(rows imgReadingTable)" 7
	is "$mode: snmptable imgErrorTable" "$(rows imgErrorTable)" $entries
	like "$mode: snmptable names enumerations" "$(table "$(target)" imgUnitTable)" \
		'^FUS\|unit\|fuser\|2\|0\|'

	same_column imgUnitSymbol symbol unit list
	same_column imgUnitClass class unit list
	same_column imgUnitType type unit list
	same_column imgUnitDescr descr unit list
	same_column imgUnitModel model unit list
	same_column imgUnitHardwareRev hardware_rev unit list
	same_column imgUnitSerialNumber serial_number unit list
	same_column imgUnitOperState oper_state unit list
	same_column imgUnitAdminState admin_state unit list
	same_column imgUnitBanks banks unit list
	same_column imgUnitAction action unit list
	same_column imgSoftwareId id software list
	same_column imgSoftwareCreator creator software list
	same_column imgSoftwareVersion version software list
	same_column imgSoftwareState state software list
	same_column imgReadingName name reading list
	same_column imgErrorCode code error list
	same_column imgErrorUnit unit error list
	same_column imgErrorSeverity severity error list
	same_column imgErrorText text error list
	same_column imgErrorRepeats repeats error list
	# shellcheck disable=SC2086 # word list
	# By number: the MIB's display hint drops leading zeros.
	is "$mode: the digest is imgadm-device's" \
		"$(snmpget $v2c -m '' -Oqvx "$(target)" "$digest_oid.0" | tr -dc '0-9A-F' | tr A-F a-f)" \
		"$(IMGADM_DEVICE_STATE=$state "$device" show --json | json_field digest)"

	# ENTITY-MIB: six units are physical, two functions are not
	walk -On .1.3.6.1.2.1.47.1.1.1 >"$T/entity"
	is "$mode: entPhysicalTable is dense" \
		"$(grep -c '^\.1\.3\.6\.1\.2\.1\.47\.1\.1\.1\.1\.' "$T/entity")" $((6 * 18))
	is "$mode: entPhysicalName" "$(walk -Oqv .1.3.6.1.2.1.47.1.1.1.1.7 | tr -d '"' | xargs)" \
		'DEV ENG FUS T1 T2 NET'
	is "$mode: entPhysicalContainedIn" "$(walk -Oqv .1.3.6.1.2.1.47.1.1.1.1.4 | xargs)" '0 1 2 1 1 1'
	is "$mode: entPhysicalClass" "$(walk -Oqv .1.3.6.1.2.1.47.1.1.1.1.5 | xargs)" '3 9 9 9 9 9'
	is "$mode: entLastChangeTime before the agent's start is 0" \
		"$(ticks .1.3.6.1.2.1.47.1.4.1.0)" 0

	# A change shows at the next request.
	revision=$(get imgStructureRevision.0)
	IMGADM_DEVICE_STATE=$state "$device" unit set FUS --model FS-7 >/dev/null
	is "$mode: a change of a unit shows at the next request" "$(get imgUnitModel.3)" FS-7
	is "$mode: ... and with it the revision" "$(get imgStructureRevision.0)" $((revision + 1))
	changed=$(ticks .1.3.6.1.2.1.47.1.4.1.0)
	ok "$mode: ... and entLastChangeTime, now after the start" test "$changed" -gt 0
	ok "$mode: ... and not after now" test "$changed" -le "$(ticks .1.3.6.1.2.1.1.3.0)"
	is "$mode: ... and does not waver" "$(ticks .1.3.6.1.2.1.47.1.4.1.0)" "$changed"
	IMGADM_DEVICE_STATE=$state "$device" error add FUS C-2557 >/dev/null
	is "$mode: an error shows at the next request" \
		"$(get imgErrorCode.$((entries + 1)) imgErrorLogNewest.0 | xargs)" "C-2557 $((entries + 1))"

	ok "$mode: SET of a read-only scalar is notWritable" not_writable imgDeviceModel.0 s x
	ok "$mode: SET of an object that is not served is notWritable" not_writable IMGADM-MIB::imgTrust.9.0 i 1
	ok "$mode: SET of entPhysicalAlias is notWritable" not_writable .1.3.6.1.2.1.47.1.1.1.1.14.1 s x
	like "$mode: GET of an object that is not served" "$(get IMGADM-MIB::imgTrust.9.0)" 'No Such Object'
	like "$mode: GET of a row that is not there" "$(get imgUnitModel.99)" 'No Such Instance'
	like "$mode: GET of a not-accessible column" "$(get imgUnitIndex.1)" 'No Such Object'

	# No state, no good state, a newer state; each back again.
	is "$mode: nothing was wrong so far" "$(errors_logged)" 0
	sqlite3 "$state" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	mv "$state" "$T/away"; rm -f "$state-wal" "$state-shm"
	empty_but_well_formed "a missing state"
	is "$mode: a missing state is one error in the log" "$(errors_logged)" 1
	mv "$T/away" "$state"
	is "$mode: it recovers when the file is there" "$(get imgUnitModel.3)" FS-7
	like "$mode: ... and says so" "$(agent_log)" 'is read again'

	cp "$state" "$T/good"
	head -c 40000 /dev/urandom >"$T/noise"; mv "$T/noise" "$state"; rm -f "$state-wal" "$state-shm"
	before=$(errors_logged)
	empty_but_well_formed "a file of noise"
	is "$mode: a file of noise is one error in the log" "$(errors_logged)" $((before + 1))
	cp "$T/good" "$T/newer"
	sqlite3 "$T/newer" 'PRAGMA journal_mode=DELETE; PRAGMA user_version=999' >/dev/null
	rm -f "$state-wal" "$state-shm"; mv "$T/newer" "$state"
	before=$(errors_logged)
	empty_but_well_formed "a newer state"
	is "$mode: a newer state is one error in the log" "$(errors_logged)" $((before + 1))
	like "$mode: ... that says what to do" "$(agent_log | tail -1)" 'newer'
	: >"$T/empty"; mv "$T/empty" "$state"
	empty_but_well_formed "an empty file"
	rm -f "$state-wal" "$state-shm"; mv "$T/good" "$state"
	is "$mode: it recovers from that too" "$(get imgUnitModel.3)" FS-7
	agent_stop
done

# A state that was never there: the agent starts, says so once, and serves it later.
for mode in module agentx; do
	rm -f "$state" "$state-wal" "$state-shm"
	ok "$mode: starts without a state" agent_start "$mode" "$state"
	ok "$mode: says so before the first request for it" wait_for 10 sh -c \
		"$(case $mode in module) echo "grep -q '^imgadm: .*$state' '$T/agent.log'" ;; *) echo "grep -q '$state' '$T/agentd.log'" ;; esac)"
	"$agent_state" make "$state" 5 10
	is "$mode: serves it when it is made" "$(get imgErrorLogNewest.0)" 5
	agent_stop
done

# ENTITY-MIB is somebody else's.
make_state
PLAIN_OID=.1.3.6.1.2.1.47.1.1.1
export PLAIN_OID
plain=$top_builddir/tests/bench/.libs/plain_table.so
agent_mode=module port=$(free_port)
ok "module: starts beside another ENTITY-MIB" snmpd_start agent "$port" "dlmod plain_table $plain
dlmod imgadm $module
imgadmState $state"
like "module: the other module's entPhysicalTable is left to it" "$(agent_log)" \
	'entPhysicalTable: served by another module'
is "module: ... and answers" "$(get .1.3.6.1.2.1.47.1.1.1.1.5.1)" '"FUS"'
is "module: ... IMGADM-MIB is served" "$(get imgDeviceId.0)" lobby-mfp
agent_stop
done_testing

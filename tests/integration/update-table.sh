#!/bin/sh
# imgUpdateTable and what belongs to it: read with MIB names, secrets below
# authPriv, SETs as one transaction (values, owner, order, lock, floor), undone
# when another module fails, kill -9; in snmpd and as subagent; and the same by
# imgadm-device.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${device:?}" "${module:?}" "${v2c:?}" "${v3:?}" "${agent_conf:?}" "${top_builddir:?}"
need snmpset snmptranslate sqlite3 jq python3
late=$top_builddir/tests/fake/.libs/late_module.so
[ -e "$late" ] || skip_all "$late is not built"
foreign=.1.3.6.1.4.1.8072.9999.9999.4711.0
state=$T/device.db
entry=$(snmptranslate -m IMGADM-MIB -On IMGADM-MIB::imgUpdateEntry)
weak='-v3 -l authNoPriv -u weak -a SHA-256 -A authpass12'
conf="createUser weak SHA-256 authpass12
rwuser weak auth
dlmod late_module $late"
# shellcheck disable=SC2086 # word lists
put() { snmpset ${session:-$v3} -m "${mib-IMGADM-MIB}" -t "${patience:-10}" -r 0 -OqvU "$(target)" "$@" 2>&1; }
# shellcheck disable=SC2086
priv() { snmpget $v3 -m IMGADM-MIB -t 5 -OqvU "$(target)" "$@" 2>&1; }
refused() { refused_name=$1 refused_as=$2; shift 2; like "$refused_name: $refused_as" "$(put "$@")" "Reason: .*($refused_as)|Reason: \($refused_as"; }
d() { "$device" --state "$state" "$@"; }
sql() { sqlite3 "$state" "$1"; }
# All that a SET can change, as one line.
all() { sql "SELECT bank, software, version, sequence, uri, hex(digest), at_when, at, hex(ticket), group_id, group_size, expires_s, wanted_order, owner, command, order_done, state, pending FROM unit_update ORDER BY unit; SELECT lock FROM update_head; SELECT * FROM floor; SELECT floor FROM software ORDER BY unit, bank" | tr '\n' ' '; }
become() { sql "UPDATE unit_update SET state = $2, pending = 1, changes = changes + 1 WHERE unit = $1; UPDATE update_head SET stamp = stamp + 1"; }
clean() { sql "UPDATE unit_update SET bank = 0, software = '', creator = '', version = '', sequence = 0, uri = '', size = 0, digest = x'', at_when = 1, at = 0, ticket = x'', group_id = 0, group_size = 0, expires_s = 86400, wanted_order = 0, owner = 1, command = 1, order_done = 0, state = 1, pending = 1, reason = 1; UPDATE update_head SET stamp = stamp + 1, lock = 0"; }

d init --id lobby --manufacturer Acme --model C650 >/dev/null || bail "no state"
d unit set ENG --type engine --serial-number E1 --banks 2
d software set ENG 1 --id engine-fw --version 1.0 --bank-state running --seq 10
d software set ENG 2 --id engine-fw --version 0.9 --bank-state fallback
d unit set FUS --type fuser --serial-number F1
is "no installer yet" "$(d update list --json | jq -c '[.[].symbol]')" '["DEV"]'
d unit set ENG --installer /usr/libexec/imgadm/none
is "with one" "$(d update list --json | jq -c '[.[].symbol]')" '["DEV","ENG"]'
eng=$(sql "SELECT idx FROM unit WHERE symbol = 'ENG'")
is "a sequence number" "$(sql "SELECT sequence FROM software WHERE bank = 1")" 10

reads()
{
	mode=$1
	is "$mode: the rows" "$(walk imgUpdateState | wc -l)" 2
	is "$mode: every column of both" "$(walk imgUpdateTable | wc -l)" 46
	is "$mode: a walk of the MIB ends well" "$(walk imgObjects | grep -ci 'no such\|error:\|increasing\|timeout')" 0
	# The lock and the trust stand behind the table, before the notifications.
	like "$mode: in order" "$(walk imgUpdate | tail -1)" '::imgUpdateLock.0 = '
	is "$mode: state" "$(get "imgUpdateState.$eng")" idle
	is "$mode: owner" "$(get "imgUpdateOwner.$eng")" centre
	is "$mode: expires" "$(get "imgUpdateExpires.$eng")" 86400
	like "$mode: no row for what has no installer" "$(get imgUpdateState.999)" 'No Such Instance'
	is "$mode: no trust" "$(get imgTrustSerial.0)" 0
	is "$mode: no operator" "$(get imgTrustOperatorRequired.0)" false
}

secrets()
{
	mode=$1
	put "imgUpdateUri.$eng" s tftp://192.0.2.1/tok "imgUpdateTicket.$eng" x 0a0b >/dev/null
	is "$mode: v2c sees no URI" "$(get "imgUpdateUri.$eng")" ""
	is "$mode: no ticket" "$(get "imgUpdateTicket.$eng")" '""'
	is "$mode: no nonce" "$(get "imgUpdateNonce.$eng")" '""'
	is "$mode: nor by GETBULK" "$(walk "imgUpdateUri.$eng" | grep -c tok)" 0
	# shellcheck disable=SC2086 # word list
	is "$mode: authNoPriv neither" "$(snmpget $weak -m IMGADM-MIB -t 5 -OqvU "$(target)" "imgUpdateUri.$eng")" ""
	is "$mode: authPriv does" "$(priv "imgUpdateUri.$eng")" tftp://192.0.2.1/tok
	is "$mode: the ticket" "$(priv -Ox "imgUpdateTicket.$eng" | tr -dc '0-9A-F')" 0A0B
	is "$mode: the nonce" "$(priv -Ox "imgUpdateNonce.$eng" | tr -dc '0-9A-F' | wc -c)" 32
	clean
}

listen()
{
	# Where imgadm-agentd is the agent, it listens there itself.
	rm -f "$T/woken" "$T/woken.up" "$state.wake"
	spawn listener python3 -c 'import socket,sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
open(sys.argv[2] + ".up", "w")
while s.recv(10): open(sys.argv[2], "w")' "$state.wake" "$T/woken"
	wait_for 20 test -e "$T/woken.up"
}

values()
{
	mode=$1
	refused "$mode: a bank beyond" wrongValue "imgUpdateBank.$eng" u 9
	mib='' refused "$mode: another type" wrongType "$entry.1.$eng" i 1
	mib='' refused "$mode: a digest of 31 octets" wrongLength "$entry.8.$eng" x "$(printf '%062d' 0)"
	mib='' refused "$mode: a ticket too long" wrongLength "$entry.11.$eng" x "$(printf '%02050d' 0)"
	refused "$mode: no URI" wrongValue "imgUpdateUri.$eng" s file:///etc/passwd
	refused "$mode: a control character" wrongValue "imgUpdateVersion.$eng" x 310a
	refused "$mode: what cannot be written" notWritable "imgUpdateState.$eng" i idle
	refused "$mode: a unit that cannot be updated" noCreation imgUpdateVersion.999 s 1
	refused "$mode: 'at' without a moment" inconsistentValue "imgUpdateWhen.$eng" i at
	refused "$mode: a group without its size" inconsistentValue "imgUpdateGroup.$eng" u 3
	refused "$mode: a confirm of nothing" inconsistentValue "imgUpdateCommand.$eng" i confirm
	refused "$mode: a switch without a bank" inconsistentValue "imgUpdateCommand.$eng" i switch
	is "$mode: nothing changed by all that" "$(sql 'SELECT count(*) FROM unit_update WHERE state <> 1 OR version <> "" OR order_done <> 0')" 0

	ok "$mode: somebody listens" listen
	# Any order of varbinds, the command in the middle.
	is "$mode: a start" "$(put "imgUpdateVersion.$eng" s 1.1 "imgUpdateCommand.$eng" i start "imgUpdateOrder.$eng" u 5 \
		imgUpdateLock.0 i 0 "imgUpdateUri.$eng" s tftp://192.0.2.1/tok "imgUpdateSoftwareId.$eng" s engine-fw \
		"imgUpdateSequence.$eng" u 11 "imgUpdateWhen.$eng" i at "imgUpdateAt.$eng" x 07ea0c01040000002b0000 | sed -n 2p)" start
	is "$mode: requested" "$(get "imgUpdateState.$eng")" requested
	ok "$mode: and agentd is told" wait_for 20 test -e "$T/woken"
	stop listener
	rm -f "$state.wake"
	is "$mode: all of it" "$(sql "SELECT version, sequence, uri, software, at_when, at, order_done, pending FROM unit_update WHERE unit = $eng")" \
		'1.1|11|tftp://192.0.2.1/tok|engine-fw|4|1796097600|5|2'
	is "$mode: the lock rose" "$(get imgUpdateLock.0)" 1
	refused "$mode: the lock of before" inconsistentValue imgUpdateLock.0 i 0 "imgUpdateCommand.$eng" i abort
	refused "$mode: a column under way" inconsistentValue "imgUpdateVersion.$eng" s 1.2
	refused "$mode: another start" inconsistentValue "imgUpdateCommand.$eng" i start "imgUpdateOrder.$eng" u 6
	is "$mode: the same order is had" "$(put "imgUpdateOrder.$eng" u 5 "imgUpdateCommand.$eng" i start "imgUpdateVersion.$eng" s 9.9 | head -1)" 5
	is "$mode: and changes nothing" "$(get "imgUpdateVersion.$eng")" 1.1
	refused "$mode: an older order" inconsistentValue "imgUpdateOrder.$eng" u 4 "imgUpdateCommand.$eng" i abort
	is "$mode: an abort" "$(put "imgUpdateCommand.$eng" i abort)" abort
	is "$mode: is pending" "$(sql "SELECT pending FROM unit_update WHERE unit = $eng")" 3
	become "$eng" 8
	is "$mode: proven" "$(get "imgUpdateState.$eng")" proven
	is "$mode: a confirm, as order 6" "$(put "imgUpdateOrder.$eng" u 6 "imgUpdateCommand.$eng" i confirm | tail -1)" confirm
	become "$eng" 9
	is "$mode: at rest again" "$(put "imgUpdateVersion.$eng" s 1.2)" 1.2

	is "$mode: local" "$(put "imgUpdateOwner.$eng" i local)" local
	refused "$mode: the centre leaves it alone" inconsistentValue "imgUpdateCommand.$eng" i start
	is "$mode: locked" "$(put "imgUpdateOwner.$eng" i locked)" locked
	refused "$mode: stays" inconsistentValue "imgUpdateOwner.$eng" i centre
	ok "$mode: unlocked on the device" d update owner ENG centre
	is "$mode: the centre's again" "$(get "imgUpdateOwner.$eng")" centre

	refused "$mode: a floor of no bank" noCreation "imgSoftwareFloor.$eng.7" u 5
	next=$(($(get "imgSoftwareFloor.$eng.1") + 7))
	is "$mode: a floor" "$(put "imgSoftwareFloor.$eng.1" u $next)" "$next"
	is "$mode: of every bank with that software" "$(get "imgSoftwareFloor.$eng.2")" "$next"
	refused "$mode: never lower" inconsistentValue "imgSoftwareFloor.$eng.2" u $((next - 1))
	clean
}

# fails NAME VALUE WANTED: the foreign varbind before and after ours
fails()
{
	lock=$(get imgUpdateLock.0) floor=$(get "imgSoftwareFloor.$eng.1")
	before=$(all)
	like "$1, behind ours" "$(put imgUpdateLock.0 i "$lock" "imgUpdateVersion.$eng" s 1.1 "imgUpdateOrder.$eng" u 9 \
		"imgUpdateCommand.$eng" i start "imgSoftwareFloor.$eng.1" u $((floor + 1)) "$foreign" i "$2")" "$3"
	is "$1, behind ours: nothing changed" "$(all)" "$before"
	like "$1, before ours" "$(put "$foreign" i "$2" imgUpdateLock.0 i "$lock" "imgUpdateVersion.$eng" s 1.1 \
		"imgUpdateOrder.$eng" u 9 "imgUpdateCommand.$eng" i start "imgSoftwareFloor.$eng.1" u $((floor + 1)))" "$3"
	is "$1, before ours: nothing changed" "$(all)" "$before"
}

# --- in snmpd
ok "snmpd" agent_start module "$state" "$conf"
session='-v2c -c public'
refused "v2c" 'authorizationError|noAccess' "imgUpdateVersion.$eng" s 1
session=$weak
refused "authNoPriv" authorizationError "imgUpdateCommand.$eng" i start
session=
reads module
secrets module
values module
for p in 1:RESERVE1:wrongValue 2:RESERVE2:wrongValue 3:ACTION:commitFailed; do
	fails "a foreign varbind that fails in $(echo "$p" | cut -d: -f2)" "${p%%:*}1" "${p##*:}"
done
for p in 1:RESERVE1 2:RESERVE2 3:ACTION 4:COMMIT; do
	clean
	before=$(all) patience=2
	put "imgUpdateVersion.$eng" s 1.1 "imgUpdateCommand.$eng" i start "$foreign" i "${p%%:*}2" >/dev/null
	patience=
	ok "kill -9 in ${p##*:}: snmpd is gone" wait_for 20 gone "$(cat "$T/agent.pid")"
	case $p in
	4:*) is "kill -9 in ${p##*:}: all of it" "$(sql "SELECT version, state, pending FROM unit_update WHERE unit = $eng")" '1.1|2|2' ;;
	*) is "kill -9 in ${p##*:}: nothing of it" "$(all)" "$before" ;;
	esac
	agent_stop
	ok "and starts again" agent_start module "$state" "$conf"
done
clean

# Another part in the place: another row number, another nonce, wrongUnit.
nonce=$(priv "imgUpdateNonce.$eng")
put "imgUpdateVersion.$eng" s 1.1 "imgUpdateCommand.$eng" i start >/dev/null
d unit set ENG --serial-number E2
new=$(sql "SELECT idx FROM unit WHERE symbol = 'ENG'")
like "the old row is gone" "$(get "imgUpdateState.$eng")" 'No Such Instance'
is "the new one tells" "$(get "imgUpdateState.$new")" failed
is "why" "$(get "imgUpdateReason.$new")" wrongUnit
ok "another nonce" test "$nonce" != "$(priv "imgUpdateNonce.$new")"
eng=$new
clean
d software set ENG 1 --id engine-fw --version 1.0 --bank-state running
d software set ENG 2 --id engine-fw --version 0.9 --bank-state fallback
agent_stop

# --- as subagent
ok "a subagent that does not trust its master" agent_start agentx "$state" "$conf"
refused "authPriv" notWritable "imgUpdateVersion.$eng" s 1
is "and shows nobody a nonce" "$(priv "imgUpdateNonce.$eng")" '""'
agent_stop
agentd_options='--trust-master --no-updates'
ok "one that does" agent_start agentx "$state" "$conf"
is "shows it to whom the master lets in" "$(priv -Ox "imgUpdateNonce.$eng" | tr -dc '0-9A-F' | wc -c)" 32
reads agentx
values agentx
for p in 1:RESERVE1:wrongValue 2:RESERVE2:wrongValue 3:ACTION:commitFailed; do
	fails "agentx: a foreign varbind that fails in $(echo "$p" | cut -d: -f2)" "${p%%:*}1" "${p##*:}"
done
agent_stop

# --- on the device
like "what is missing is told" "$(d update start ENG 2>&1)" 'uri and --software'
d update start ENG --uri tftp://192.0.2.1/x --software engine-fw --release 2.0 --seq 20 --when at --at 2040-01-02T03:04:05Z --size 1000 --order 7
is "a start" "$(d update show ENG --json | jq -c '[.state, .pending, .wanted.version, .wanted.sequence, .wanted.when, .wanted.at, .wanted.size, .order_done]')" '["requested","start","2.0",20,"at","2040-01-02T03:04:05+00:00",1000,7]'
like "in words" "$(d update show ENG)" 'version +2.0'
like "the same order" "$(d update start ENG --uri tftp://192.0.2.1/x --software engine-fw --order 7)" 'carried out before'
like "what does not go" "$(d update confirm ENG 2>&1)" 'confirm does not go with the state requested'
like "a size that is none" "$(d update start ENG --uri tftp://192.0.2.1/x --software engine-fw --size -1 2>&1)" '[-][-]size'
ok "an abort" d update abort ENG
is "is pending" "$(d update show ENG --json | jq -r .pending)" abort
become "$eng" 7
ok "the new software reports in" d confirm
is "which is kept" "$(d update show ENG --json | jq .reported_in)" true
like "to keep it for good is too early" "$(d confirm ENG --final 2>&1)" 'confirm does not go'
like "final, of what?" "$(d confirm --final 2>&1)" 'of which unit'
become "$eng" 8
ok "for good" d confirm ENG --final
is "is pending" "$(d update show ENG --json | jq -r .pending)" confirm
ok "a rollback" d update rollback ENG
become "$eng" 9
like "a switch of nothing" "$(d update switch ENG 2>&1)" 'name the bank'
ok "a switch to a bank" d update switch ENG --bank 2
is "requested" "$(d update show ENG --json | jq -c '[.state, .pending, .wanted.bank]')" '["requested","switch",2]'
become "$eng" 10
sql "UPDATE unit_update SET reason = 4, reason_text = 'no such file' WHERE unit = $eng; UPDATE update_head SET stamp = stamp + 1"
like "a failure needs attention" "$(d show)" 'ENG.*update to .* failed \(notFound\): no such file'
become "$eng" 1
ok "locked" d update owner ENG locked
like "nobody may" "$(d update switch ENG --bank 2 2>&1)" 'locked'
like "no such owner" "$(d update owner ENG me 2>&1)" 'centre, local or locked'
like "no such unit" "$(d update show ENH 2>&1)" "did you mean 'ENG'"
like "no installer" "$(d update show FUS 2>&1)" 'unit set FUS --installer PATH'
like "no path" "$(d unit set FUS --installer x 2>&1)" 'begins with /'
done_testing

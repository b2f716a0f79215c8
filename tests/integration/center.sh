#!/bin/sh
# imgadm-centerd with net-snmp's own senders: who is let in, traps, copies, engine, signals.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
need snmpinform snmptrap snmptrapd snmpget
cold=1.3.6.1.6.3.1.1.5.1 up=1.3.6.1.6.3.1.1.5.4 alert=1.3.6.1.2.1.43.18.2.0.1

# --- options -------------------------------------------------------------------
status 'a wrong option is EXIT_USAGE' 1 imgadm-centerd --nonsense
status 'an address without a number' 1 imgadm-centerd --db "$T/db" --no-rrd --listen nonsense:x:y
status '--engine wants show' 1 imgadm-centerd --db "$T/db" --engine hide
status '--json alone' 1 imgadm-centerd --db "$T/db" --json
status '--poll and --no-poll' 1 imgadm-centerd --poll /bin/true --no-poll
status 'a host to forward to that is none' 1 imgadm-centerd --db "$T/db" --no-rrd --no-poll \
	--listen "udp:127.0.0.1:$(free_port)" --forward no-such-host.invalid
like 'and says which' "$(cat "$T/err")" "forward: .*no-such-host.invalid"
status 'a folder that is not there' 3 imgadm-centerd --db "$T/nowhere/db" --no-rrd --listen udp:1
ok '--help names every option' sh -c 'imgadm-centerd --help | grep -q -- --forward'

# --- the engine ------------------------------------------------------------------
ok 'the engine is made' imgadm-centerd --db "$T/db" --engine show
engine=$(sed -n 's/^engine id *//p' "$T/out")
like 'its id' "$engine" '^80[0-9a-f]{32}$'
like 'as JSON' "$(imgadm-centerd --db "$T/db" --engine show --json)" \
	"^{\"engineId\": \"$engine\", \"boots\": [0-9]+}\$"

# --- who is let in ----------------------------------------------------------------
enrol_one room '' me maplesyrup
trapd_port=$(free_port)
spawn trapd snmptrapd -f -Lo -n -C -OQn --disableAuthorization=yes "udp:127.0.0.1:$trapd_port"
wait_for 20 grep -q NET-SNMP "$T/trapd.log"
center_start --no-poll --forward "udp:127.0.0.1:$trapd_port"
ok 'an inform of an enrolled user is acknowledged' v3 snmpinform -- 100 "$cold"
pass=anothersyrup
not_ok 'a wrong key is not' v3 snmpinform -- 100 "$cold"
like 'and is told so' "$(cat "$T/err")" 'Authentication failure'
pass=maplesyrup user=nobody
not_ok 'an unknown user is not' v3 snmpinform -- 100 "$cold"
like 'and is told so' "$(cat "$T/err")" 'Unknown user name'
user=me
not_ok 'authNoPriv is not enough' snmpinform -v3 -l authNoPriv -u me -a SHA-256 -A maplesyrup \
	-t 3 -r 0 "127.0.0.1:${center_port:?}" 100 "$cold"
like 'and is told so' "$(cat "$T/err")" 'Unsupported security level'
not_ok 'noAuthNoPriv neither' snmpinform -v3 -l noAuthNoPriv -u me \
	-t 3 -r 0 "127.0.0.1:$center_port" 100 "$cold"
ok 'a question is answered' v3 snmpget -- 1.3.6.1.2.1.1.1.0
like 'with what is there' "$(cat "$T/out")" 'No Such'
not_ok 'a SET is refused' v3 snmpset -- 1.3.6.1.2.1.1.1.0 s x
like 'as not writable' "$(cat "$T/err")" 'notWritable'
ok 'a trap of the user, by its own engine' v3 snmptrap -e 0x8000000001020304 -- 100 "$up"
ok 'boots of the past are corrected' v3 snmpinform -Z 1,1 -- 100 "$cold"

# --- traps of no user ---------------------------------------------------------------
snmptrap -v2c -c public "127.0.0.1:$center_port" 100 "$alert"
snmptrap -v1 -c public "127.0.0.1:$center_port" 1.3.6.1.4.1.8072 10.1.2.3 3 0 100
ok 'each is copied' wait_for 20 sh -c '[ "$(grep -c "= \|Link Up" "$1")" -ge 5 ]' sh "$T/trapd.log"
like 'SNMPv3 with the address it came from' "$(cat "$T/trapd.log")" \
	'\.1\.3\.6\.1\.6\.3\.18\.1\.3\.0 = 127\.0\.0\.1'
like 'SNMPv1 as it came' "$(cat "$T/trapd.log")" 'TRAP, SNMP v1, community public'
for i in 1 2 3; do
	pass=anothersyrup
	not_ok "a wrong key again ($i)" v3 snmpinform -r 0 -- 100 "$cold"
done
pass=maplesyrup
is 'is logged once a minute at most' "$(grep -c 'a wrong key$' "$T/centerd.log")" 1

# --- signals, and a second one -----------------------------------------------------------
status 'a second centre of one database ends' 3 imgadm-centerd --db "$T/db" --no-rrd \
	--listen "udp:127.0.0.1:$(free_port)"
like 'and says why' "$(cat "$T/err")" 'db.center'
status 'a port that is taken' 1 imgadm-centerd --db "$T/db2" --no-rrd --no-poll \
	--listen "udp:127.0.0.1:$center_port"
like 'and says so' "$(cat "$T/err")" "$center_port: cannot listen"
echo 'forward udp:127.0.0.1:9' >"$T/conf/imgadm.conf"
kill -HUP "$(cat "$T/centerd.pid")"
ok 'SIGHUP reads the configuration' wait_for 20 grep -q 'was read again' "$T/centerd.log"
echo 'nonsense' >"$T/conf/imgadm.conf"
kill -HUP "$(cat "$T/centerd.pid")"
ok 'a wrong one is told' wait_for 20 grep -q 'stays as it was' "$T/centerd.log"
rm "$T/conf/imgadm.conf"
pass=maplesyrup user=me
ok 'and nothing else changed' v3 snmpinform -- 100 "$cold"
center_stop
like 'SIGTERM ends it with the counts' "$(tail -1 "$T/centerd.log")" 'datagrams; .* copies forwarded$'
is 'wrong keys were counted' "$(counted_after 'keys wrong')" 4
is 'unknown users, too' "$(counted_after 'users unknown')" 1
boots=$(imgadm-centerd --db "$T/db" --engine show | sed -n 's/^boots *//p')
center_start --no-poll
ok 'after a restart it answers at once' v3 snmpinform -- 100 "$cold"
is 'the boots were raised' "$(imgadm-centerd --db "$T/db" --engine show | sed -n 's/^boots *//p')" \
	$((boots + 1))
is 'the id is the same' "$(imgadm-centerd --db "$T/db" --engine show | sed -n 's/^engine id *//p')" \
	"$engine"
center_stop

# --- who fills a device's line in its name -----------------------------------------------
# Octets that wait at the centre's socket.
waiting()
{
	port_hex=$(printf ':%04X' "$center_port")
	awk -v port="$port_hex" '$2 ~ port "$" { sub(/.*:/, "", $5); print $5 }' /proc/net/udp
}
waits_beyond() { [ "$((0x$(waiting)))" -gt "$1" ]; }
center_db=$T/db3 user=one
engine=$(imgadm-centerd --db "$center_db" --engine show | sed -n 's/^engine id *//p')
enrol_one hall 'udp:127.0.0.1:1161' one maplesyrup
center_start --no-poll
boots=$(imgadm-centerd --db "$center_db" --engine show | sed -n 's/^boots *//p')
ok 'it is heard' v3 snmpinform -- 100 "$cold"
kill -STOP "$(cat "$T/centerd.pid")"
i=0
while [ $i -lt 80 ]; do
	snmpinform -v2c -c public -t 1 -r 0 "127.0.0.1:$center_port" $i "$cold" \
		>"$T/flood" 2>&1 &
	i=$((i + 1))
	[ $((i % 10)) -ne 0 ] || wait_for 30 waits_beyond $((i * 512))
done
ok 'informs that anybody may send wait' waits_beyond 40000
before=$((0x$(waiting)))
{ v3 snmpinform -e "0x$engine" -Z "$boots,5" -t 30 -r 0 -- 100 "$up" >/dev/null && echo taken; } \
	>"$T/proven" 2>/dev/null &
proven=$!
ok "and behind them the device's own" wait_for 30 waits_beyond "$before"
kill -CONT "$(cat "$T/centerd.pid")"
wait $proven
is 'which is taken' "$(cat "$T/proven")" taken

# --- another process holds the database ----------------------------------------------------
if command -v sqlite3 >/dev/null 2>&1; then
	mkfifo "$T/sql"
	sqlite3 "$center_db" <"$T/sql" >"$T/holds" 2>&1 &
	exec 9>"$T/sql"
	echo "BEGIN IMMEDIATE; SELECT 'held';" >&9
	ok 'the database is held' wait_for 20 grep -q held "$T/holds"
	{ v3 snmpinform -t 60 -r 0 -- 100 "$up" >/dev/null && echo taken; } >"$T/later" 2>/dev/null &
	later=$!
	for i in 1 2 3; do
		ok "questions are answered meanwhile ($i)" v3 snmpget -t 2 -r 0 -- 1.3.6.1.2.1.1.1.0
	done
	is 'and nothing is acknowledged' "$(cat "$T/later")" ''
	echo 'COMMIT;' >&9
	exec 9>&-
	wait $later
	is 'it is when the database is free' "$(cat "$T/later")" taken
fi

# --- the database is moved away under it ----------------------------------------------------
mkdir "$T/away"
mv "$T"/db* "$T/away/"
not_ok 'nothing is acknowledged into a file that is gone' v3 snmpinform -t 1 -r 1 -- 100 "$up"
ok 'and it says so' wait_for 20 grep -q 'not acknowledged: .*db3: was replaced or removed' \
	"$T/centerd.log"
mv "$T/away"/db* "$T/"
ok 'into the file at its place it is' v3 snmpinform -- 100 "$up"
center_stop
done_testing

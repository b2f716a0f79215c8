#!/bin/sh
# imgUpdateReport: each state of an update comes to the centre, in order, also
# what changed while the centre was away or imgadm-agentd was killed; a new
# centre is told what stands; nothing without a centre.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need sqlite3
IMGADM_DB=$T/imgadm.db IMGADM_RRD_DIR=$T/rrd IMGADM_DEVICE_STATE=$T/device.db
export IMGADM_DB IMGADM_RRD_DIR IMGADM_DEVICE_STATE
state=$IMGADM_DEVICE_STATE
d() { imgadm-device "$@"; }
# The state as imgadm-install would write it; agentd sees it within a second.
# Both programs write at any moment: who comes waits.
sql() { sqlite3 -cmd '.timeout 30000' "$@"; }
become() { sql "$state" "UPDATE unit_update SET state = $1, reason = ${2:-1}, changes = changes + 1, changed = strftime('%s', 'now') WHERE unit > 1; UPDATE update_head SET stamp = stamp + 1"; }
row() { sqlite3 "$IMGADM_DB" "SELECT symbol, software, version, seq, number, state, reason FROM update_row WHERE symbol = 'ENG'" 2>/dev/null; }
has() { [ "$(row)" = "$1" ]; }
owed() { sqlite3 "$state" 'SELECT changes - reported FROM unit_update WHERE unit > 1'; }
none_owed() { [ "$(owed)" = 0 ]; }
centre_up()
{
	rm -f "$T/centerd.log"
	spawn centerd imgadm-centerd --listen "udp:127.0.0.1:$port"
	wait_for 20 grep -q 'ready; engine boots' "$T/centerd.log"
}
agentd_up() { spawn agentd imgadm-agentd -f --no-updates --state "$state"; }

d init --id lobby --manufacturer Acme --model C650 >/dev/null || bail "no state"
d unit set ENG --type engine --serial-number E1 --banks 2 --installer /usr/libexec/imgadm/none
d software set ENG 1 --id engine-fw --version 1.0 --bank-state running
d report set --structure-every 0 --errors-every 0 --on-connect no
echo 'pollInterval 1' >"$T/conf/imgadm.conf"
port=$(free_port)
status 'a device is added' 0 imgadm-fleet add lobby 127.0.0.1
ok 'the centre' centre_up
status 'enrolled' 0 imgadm-fleet enrol lobby --address "udp:127.0.0.1:$port" -o "$T/key"
ok 'imgadm-agentd' agentd_up
d update start ENG --uri tftp://192.0.2.1/secret --software engine-fw --release 1.1 --seq 11 --order 5
ok 'a start' wait_for 20 test "$(owed)" = 1
ok 'given its keys' d centre set --key-file "$T/key"
ok 'what stood before the centre was set arrives' wait_for 60 has 'ENG|engine-fw|1.1|11|5|2|1'
ok 'and is acknowledged' wait_for 20 none_owed
is 'no URI is told' "$(cat "$IMGADM_DB" "$IMGADM_DB-wal" 2>/dev/null | grep -ac tftp:)" 0
for s in 3 4 5; do
	become $s
	ok "state $s" wait_for 30 has "ENG|engine-fw|1.1|11|5|$s|1"
done

# --- the centre is away ------------------------------------------------------------------
stop centerd
become 6
become 7
ok 'imgadm-agentd sees that nobody answers' wait_for 60 grep -q 'does not take reports' "$T/agentd.log"
stop agentd KILL
become 8
is 'nothing is acknowledged meanwhile' "$(row)" 'ENG|engine-fw|1.1|11|5|5|1'
ok 'imgadm-agentd again' agentd_up
ok 'the centre again' centre_up
ok 'the newest state arrives' wait_for 90 has 'ENG|engine-fw|1.1|11|5|8|1'
ok 'acknowledged' wait_for 20 none_owed

# --- killed between -----------------------------------------------------------------------
for i in 1 2 3; do
	become 10 $((i + 1))
	stop agentd KILL
	ok "killed, and again" agentd_up
	ok "reason $i" wait_for 60 has "ENG|engine-fw|1.1|11|5|10|$((i + 1))"
done
become 9
ok 'committed' wait_for 30 has 'ENG|engine-fw|1.1|11|5|9|1'
ok 'acknowledged at last' wait_for 20 none_owed

# --- another part, another centre -----------------------------------------------------------
d unit set ENG --serial-number E2
ok "a part that was exchanged is idle" wait_for 30 has "ENG|||0|5|1|1"
ok 'which is acknowledged' wait_for 20 none_owed
d centre remove
ok 'another centre has nothing yet' wait_for 20 sh -c "[ \"\$(sqlite3 '$state' 'SELECT reported FROM unit_update WHERE unit > 1')\" = 0 ]"
sql "$IMGADM_DB" 'DELETE FROM update_row'
ok 'it is set' d centre set --key-file "$T/key"
ok 'and told what stands' wait_for 60 has 'ENG|||0|5|1|1'
stop agentd
stop centerd
done_testing

#!/bin/sh
# `acknowledge yes` in imgadm.conf: a device with a real agent is told how far its
# log is stored; what is not told; a run that was killed before it could tell.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${agent_state:?}" "${device:?}" "${top_builddir:?}"
need python3 sqlite3
poll=$top_builddir/manager/imgadm-poll
IMGADM_DB=$T/fleet.db
export IMGADM_DB
state=$T/device.db
d() { "$device" --state "$state" "$@"; }
conf()
{
	echo 'credential weak -v2c -c public -t 5
credential admin -v3 -l authPriv -u admin -a SHA-256 -A authpass12 -x AES -X privpass12 -t 5
credential reader -v3 -l authPriv -u reader -a SHA-256 -A readpass12 -x AES -X readpriv12 -t 5'
	printf 'assign 127.0.0.0/8 %s\n%s\n' "$1" "${2:-}"
} >"$T/conf/imgadm.conf"
run() { status "$1" 0 "$poll" --no-rrd --json; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$T/out"; }
outstanding() { get imgReportUnacknowledged.0; }
noted() { sqlite3 "$IMGADM_DB" 'SELECT count(*) FROM acknowledge'; }
# sets: SET requests that the agent was sent so far
sets() { get .1.3.6.1.2.1.11.17.0; }
error()
{
	error_number=$((${error_number:-0} + 1))
	ok "$1" d error add DEV "X-$error_number"
}
# A network before the agent: what is sent to it goes on, until the store at
# $IMGADM_DB says that there is something to acknowledge; that is held.
relay='import os, select, socket, sqlite3, sys
front, agent, db, held = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
inside.bind(("127.0.0.1", front))
outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
outside.connect(("127.0.0.1", agent))
asker = None
def noted():
    if not os.path.exists(held + ".on"): return False
    c = sqlite3.connect(db, timeout=10)
    n = c.execute("SELECT count(*) FROM acknowledge").fetchone()[0]
    c.close()
    return n > 0
print("ready", flush=True)
while True:
    for s in select.select([inside, outside], [], [])[0]:
        if s is outside:
            inside.sendto(s.recv(65536), asker)
            continue
        data, asker = s.recvfrom(65536)
        if noted(): open(held, "w").close()
        else: outside.send(data)'

ok "a device" "$agent_state" make "$state" 3 50
hex=$(printf '%064d' 7)
printf 'imgadm-key 1\nuser room-1\nauth SHA-256 %s\npriv AES %s\ncentre udp:127.0.0.1:9\n' \
	"$hex" "$hex" >"$T/room.key"
chmod 0600 "$T/room.key"
ok "has a centre" d centre set --key-file "$T/room.key"
ok "its agent" agent_start module "$state" 'createUser reader SHA-256 readpass12 AES readpriv12
rouser reader priv'
front=$(free_port)
spawn relay python3 -c "$relay" "$front" "${port:?}" "$IMGADM_DB" "$T/held"
ok "a network before it" wait_for 20 grep -q ready "$T/relay.log"
status "add it" 0 "$top_builddir/manager/imgadm-fleet" add room-1 "127.0.0.1:$front"
is "nothing is acknowledged" "$(outstanding)" 3

# --- not told ---------------------------------------------------------------------
conf admin
run "without the directive"
is "its log is stored" "$(number log_entries)" 3
is "nobody is told" "$(number acknowledged) $(sets) $(noted)" '0 0 0'
conf admin 'acknowledge no'
error "an error"
run "acknowledge no"
is "nobody is told so either" "$(number acknowledged) $(sets) $(outstanding)" '0 0 4'
run "a steady run"
steady=$(number requests)
conf weak 'acknowledge yes'
error "an error more"
run "with v2c"
is "its log is stored with v2c" "$(number log_entries)" 1
is "nothing is written with v2c" "$(number acknowledged) $(number unacknowledged) $(sets) $(noted)" '0 0 0 0'

# --- told -------------------------------------------------------------------------
conf admin 'acknowledge yes'
run "with authPriv, and nothing new"
is "nothing is sent" "$(number acknowledged) $(sets)" '0 0'
is "it costs nothing" "$(number requests)" "$steady"
error "something new"
run "with authPriv"
is "it is told" "$(number acknowledged) $(number unacknowledged) $(noted)" '1 0 0'
is "all is acknowledged" "$(outstanding)" 0
is "by one SET" "$(sets)" 1
is "up to the newest" "$(get imgReportAcknowledgedIndex.0)" "$(get imgErrorLogNewest.0)"
error "for people"
status "for people" 0 "$poll" --no-rrd
like "says so" "$(cat "$T/out")" 'log entries 1, acknowledged to 1 device$'

# --- killed between the commit and the SET ----------------------------------------
error "before it is killed"
: >"$T/held.on"
spawn killed "$poll" --no-rrd
ok "it stores, and would tell" wait_for 60 test -e "$T/held"
stop killed KILL
is "it is noted" "$(noted)" 1
is "the device was not told" "$(outstanding)" 1
rm -f "$T/held.on"
run "the next run"
is "has nothing new" "$(number log_entries)" 0
is "but tells" "$(number acknowledged) $(outstanding) $(noted)" '1 0 0'
before=$(sets)
run "one more"
is "tells no more" "$(number acknowledged) $(sets)" "0 $before"

# --- not taken --------------------------------------------------------------------
error "for who may only read"
conf reader 'acknowledge yes'
run "a user that may not write"
is "is counted" "$(number acknowledged) $(number unacknowledged) $(number failed)" '0 1 0'
like "is told once" "$(grep -c . "$T/err") $(cat "$T/err")" \
	'^1 imgadm-poll: .*room-1: .*(noAccess|authorizationError|notWritable)'
is "and not tried again" "$(noted)" 0
conf admin 'acknowledge yes'
error "while its state is busy"
spawn locker python3 -c 'import sqlite3,sys,time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w")
while True: time.sleep(1)' "$state" "$T/locked"
ok "its state is busy" wait_for 20 test -e "$T/locked"
run "while it is"
is "it is kept for the next run" "$(number acknowledged) $(number unacknowledged) $(noted)" '0 1 1'
stop locker KILL
run "when it is not"
is "it is told then" "$(number acknowledged) $(outstanding) $(noted)" '1 0 0'
error "that another centre has first"
generation=$(get imgErrorLogGeneration.0)
newest=$(get imgErrorLogNewest.0)
: >"$T/held.on"
rm -f "$T/held"
spawn beaten "$poll" --no-rrd --json
ok "one is about to tell" wait_for 60 test -e "$T/held"
error "newer"
# shellcheck disable=SC2086 # word lists
ok "another centre acknowledges more" snmpset ${v3:?} -m IMGADM-MIB -t 5 "$(target)" \
	imgReportAcknowledgedGeneration.0 u "$generation" \
	imgReportAcknowledgedIndex.0 u "$((newest + 1))"
rm -f "$T/held.on"
ok "it asks again, and ends" wait_for 60 grep -q unacknowledged "$T/beaten.log"
like "is told so" "$(cat "$T/beaten.log")" 'room-1: .*inconsistentValue.*another centre'
like "and counts it" "$(cat "$T/beaten.log")" '"acknowledged":0,"unacknowledged":1,'
is "that is not tried again" "$(noted)" 0
stop beaten
run "what is newer"
is "ends well" "$(number acknowledged) $(outstanding) $(noted)" '1 0 0'
stop relay
agent_stop
done_testing

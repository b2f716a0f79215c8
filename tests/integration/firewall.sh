#!/bin/sh
# A device behind a firewall that drops every poll: listed with all its structure,
# its log and its graphs, from reports alone.  A second one comes with its site's
# enrolment user and waits for approve.
#
# Two network namespaces and a cable: the centre here, the devices in the other,
# whose routing drops what comes from outside for port 161.
if [ "${1:-}" != inside ]; then
	if unshare -rn true 2>/dev/null && command -v ip >/dev/null 2>&1 && command -v nsenter >/dev/null 2>&1; then
		exec unshare -rn "$0" inside
	fi
	echo "1..0 # SKIP no network namespaces here (unshare -rn, ip, nsenter)"
	exit 0
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need snmpget rrdtool
: "${SNMPD:?}" "${top_builddir:?}"
IMGADM_DB=$T/imgadm.db IMGADM_RRD_DIR=$T/rrd
export IMGADM_DB IMGADM_RRD_DIR
fleet() { imgadm-fleet "$@"; }
device() { device_name=$1; shift; imgadm-device --state "$T/$device_name.db" "$@"; }

# --- the firewall ----------------------------------------------------------------------
spawn device-net unshare -n sleep 3600
elsewhere=$(cat "$T/device-net.pid")
other_net() { [ "$(readlink "/proc/$elsewhere/ns/net")" != "$(readlink /proc/$$/ns/net)" ]; }
ok 'a network for the devices' wait_for 10 other_net
behind() { nsenter -t "$elsewhere" -n "$@"; }
ip link set lo up
behind ip link set lo up
ok 'a cable' ip link add centre0 type veth peer name dev0 netns "$elsewhere"
ip addr add 192.0.2.1/24 dev centre0
ip link set centre0 up
for n in 2 3; do behind ip addr add 192.0.2.$n/24 dev dev0; done
behind ip link set dev0 up
# What comes in is looked at before it is found to be ours.
behind ip rule add pref 100 lookup local
behind ip rule del pref 0
if ! behind ip rule add pref 1 iif dev0 ipproto udp dport 161 blackhole 2>"$T/err"; then
	skip_all "no network namespace with routing rules by port: $(cat "$T/err")"
fi

# --- a device: snmpd with the module, imgadm-agentd beside it ----------------------------
# device_up NAME ADDRESS
device_up()
{
	mkdir -p "$T/$1/persist"
	cat >"$T/$1/snmpd.conf" <<-EOF
	rocommunity public
	dlmod imgadm $top_builddir/agent-module/.libs/imgadm.so
	imgadmState $T/$1.db
	EOF
	SNMP_PERSISTENT_DIR=$T/$1/persist spawn "$1-snmpd" nsenter -t "$elsewhere" -n \
		"$SNMPD" -f -C -c "$T/$1/snmpd.conf" -Lo -r "udp:$2:161"
	wait_for 20 behind snmpget -v2c -c public -t 0.5 -r 0 "$2:161" 1.3.6.1.2.1.1.3.0 || {
		diag "snmpd of $1:"; sed 's/^/# /' "$T/$1-snmpd.log"; return 1; }
}
agentd_up() { spawn "$1-agentd" nsenter -t "$elsewhere" -n imgadm-agentd -f --state "$T/$1.db"; }
device room-214 demo --model C650 --seed 4 --name 'room 214' >/dev/null
device room-215 demo --model P40 --seed 5 --name 'room 215' >/dev/null
ok 'a device whose snmpd answers' device_up room-214 192.0.2.2
not_ok 'though not to who asks from outside' \
	snmpget -v2c -c public -t 0.5 -r 1 192.0.2.2:161 1.3.6.1.2.1.1.3.0
like 'which hears nothing at all' "$(cat "$T/err")" 'Timeout'

# --- the centre ----------------------------------------------------------------------------
cat >"$T/conf/imgadm.conf" <<EOF
pollInterval 1
credential public -v2c -c public -t 0.5 -r 1
assign 192.0.2.0/24 public
EOF
status 'the device is added' 0 fleet add room-214 192.0.2.2 --site berlin
status 'and polled: silent' 2 imgadm-poll
port=$(free_port)
centre_up()
{
	spawn centerd imgadm-centerd --listen "udp:192.0.2.1:$port"
	wait_for 20 grep -q 'ready; engine boots' "$T/centerd.log"
}
ok 'the centre listens' centre_up
status 'the device is enrolled' 0 fleet enrol room-214 --address "udp:192.0.2.1:$port" -o "$T/room-214.key"
ok 'and given its keys' device room-214 centre set --key-file "$T/room-214.key"
ok 'what it reports is said' device room-214 report set --structure-every 1s --errors-every 1s --on-connect yes
entries=$(device room-214 error list --json | grep -c '"code"')
units=$(device room-214 unit list --json | grep -c '"symbol"')
diag "$units units, $entries entries"
agentd_up room-214

# --- from reports alone --------------------------------------------------------------------
# stored WHAT DEVICE: rows of an export
stored() { fleet export --csv --what "$1" --device "$2" | tail -n +2 | wc -l; }
has() { [ "$(stored "$1" room-214)" -eq "$2" ]; }
ok 'its structure arrives' wait_for 60 has units "$units"
ok 'and its log' wait_for 60 has log "$entries"
# Nothing of what the device knows is lost on the way: the same columns here as there.
serials() { grep -o '"serial_number": *"[^"]*"' | sed 's/.*: *//' | grep -v '""' | sort -u; }
is 'each serial number' "$(fleet show room-214 --json | serials)" \
	"$(device room-214 unit list --json | serials)"
versions() { grep -o '"version": *"[^"]*"' | sed 's/.*: *//' | grep -v '""' | sort; }
is 'each version of software' "$(fleet show room-214 --json | versions)" \
	"$(device room-214 software list --json | versions)"
readings() { tr -d ' \n' | sed 's/},{/}\n{/g' | grep -o '"name":.*"high":[^,}]*' | sort; }
ok 'it has readings' test -n "$(device room-214 reading list --json | readings)"
is 'each reading' "$(fleet show room-214 --json | sed -n '/"readings"/,/\]/p' | readings)" \
	"$(device room-214 reading list --json | readings)"
like 'it is listed' "$(fleet list)" 'room-214 .*reported'
like 'it shows who it is' "$(fleet show room-214)" 'C650'
ok 'its log shows' fleet log room-214
like 'the newest error' "$(cat "$T/out")" "$(device room-214 error list --last 1 --json |
	sed -n 's/.*"code": *"\([^"]*\)".*/\1/p')"

# --- it works, and fails: what comes by itself -----------------------------------------------
# use: the samples of pages and the entries in the file
samples()
{
	imgadm-graph --flush >/dev/null 2>&1
	file=$(find "$T/rrd" -name 'use-*.rrd' | head -1)
	[ -n "$file" ] && rrdtool fetch "$file" AVERAGE -s -2min 2>/dev/null |
		awk '$2 ~ /^[0-9]/ && $2 > 0 {pages = 1} $5 ~ /^[0-9]/ && $5 > 0 {errors = 1}
			END {exit !(pages && errors)}'
}
lived=0
works()
{
	lived=$((lived + 1))
	device room-214 count DEV 3 >/dev/null
	device room-214 error add DEV "T-$lived" --severity error >/dev/null
	samples
}
ok 'pages and errors reach the graphs' wait_for 90 works
entries=$((entries + lived))
device room-214 error settle >/dev/null
ok 'each error is stored' wait_for 60 has log "$entries"
# The file of lives has a longer step.
drawn()
{
	imgadm-graph room-214 all --span 10min -o "$T/graphs" &&
		for graph in use errors life; do
			[ -s "$T/graphs/room-214-$graph.png" ] || return 1
		done
}
ok 'use, errors and life are drawn' wait_for 60 drawn
device room-214 unit set FUS --serial-number F-NEW --hardware-rev Z >/dev/null
part() { fleet history F-NEW | grep -q room-214; }
ok 'another part is seen' wait_for 60 part

# --- a poll breaks nothing --------------------------------------------------------------------
device room-214 report set --structure-every off --errors-every off --on-change no >/dev/null
before="$(stored units room-214) $(stored log room-214) $(stored software room-214)"
status 'a poll gets no answer' 2 imgadm-poll
is 'and takes nothing away' "$(stored units room-214) $(stored log room-214) $(stored software room-214)" "$before"
like 'it is silent to polls, and reports' "$(fleet list)" 'room-214 .*silent .*reported'

# --- nobody enrolled it ------------------------------------------------------------------------
status 'a user for a site' 0 fleet enrol --site jena --address "udp:192.0.2.1:$port" -o "$T/jena.key"
ok 'is given to a device' device room-215 centre set --key-file "$T/jena.key" --site
ok 'which reports' device room-215 report set --on-connect yes --errors-every 1s
agentd_up room-215
new() { fleet list | grep -E ' new' ; }
ok 'it is listed as new' wait_for 60 new
name=$(fleet list --json | tr '{' '\n' | grep jena | sed -n 's/.*"device": *"\([^"]*\)".*/\1/p')
units=$(device room-215 unit list --json | grep -c '"symbol"')
entries=$(device room-215 error list --json | grep -c '"code"')
is 'with its structure' "$(stored units "$name")" "$units"
is 'and without its log' "$(stored log "$name")" 0
status 'it is approved' 0 fleet approve "$name" --as room-215
log_came() { [ "$(stored log room-215)" -eq "$entries" ]; }
ok 'its log arrives' wait_for 90 log_came
unlike 'it is new no more' "$(fleet list)" ' new'
stop room-214-agentd
stop room-215-agentd
stop centerd
diag "$(tail -1 "$T/centerd.log")"
like 'nothing was malformed' "$(tail -1 "$T/centerd.log")" ' 0 malformed'
unlike 'nor anything said of a device that is as it should be' "$(cat "$T/centerd.log")" 192.0.2.2:.*time
done_testing

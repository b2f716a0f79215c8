#!/bin/sh
# Reports over a network that is cut: the device and its centre in two network namespaces. What
# accumulates meanwhile arrives after, in order; a link or an address that comes is a connect.
if [ "${1:-}" != inside ]; then
	if unshare -rn true 2>/dev/null && command -v ip >/dev/null 2>&1 && command -v nsenter >/dev/null 2>&1; then
		exec unshare -rn "$0" inside
	fi
	echo "1..0 # SKIP no network namespaces here (unshare -rn, ip, nsenter)"
	exit 0
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/reports-lib.sh"
: "${device:?}" "${state:?}" "${report_state:?}" "${receivers:?}"

spawn centre-net unshare -n sleep 3600
elsewhere=$(cat "$T/centre-net.pid")
other_net() { [ "$(readlink "/proc/$elsewhere/ns/net")" != "$(readlink /proc/$$/ns/net)" ]; }
ok "a network for the centre" wait_for 10 other_net
centre() { nsenter -t "$elsewhere" -n "$@"; }
ip link set lo up
centre ip link set lo up
ok "a cable" ip link add dev0 type veth peer name centre0 netns "$elsewhere"
ip addr add 192.0.2.2/24 dev dev0
ip link set dev0 up
centre ip addr add 192.0.2.1/24 dev centre0
centre ip link set centre0 up
carrier() { [ "$(cat /sys/class/net/dev0/carrier 2>/dev/null)" = 1 ] || ip -o link show dev0 | grep -q LOWER_UP; }
ok "the link runs" wait_for 10 carrier

receiver_in="nsenter -t $elsewhere -n"
ok "a receiver" receiver_start udp:192.0.2.1:10162
ok "a device" state_make
settings on-connect=1 trigger=3
reporter_start
ok "the start is a connect" wait_for 30 came "structure connect 0 1/"
error_add E-1 error
ok "an error comes" wait_for 30 came "errors occasion 0 1/1 [0-9]+ 1$"

# --- the link goes, errors accumulate, the link comes
forget
centre ip link set centre0 down
no_carrier() { ! ip -o link show dev0 | grep -q LOWER_UP; }
ok "the cable is pulled" wait_for 10 no_carrier
made=1
while [ $made -lt 60 ]; do
	made=$((made + 1))
	error_add "E-$made" error
done
ok "the device says that its centre is silent" wait_for 60 silent
is "nothing came" "$(reports)" ""
centre ip link set centre0 up
ok "the cable is plugged in: all 60 come" wait_for 120 all_acknowledged
is "in order, none missing, none before its turn" "$(entries | awk '!seen[$1]++' | tr '\n' ' ')" "$(seq -s ' ' 1 60) "
ok "and the structure, as a connect" wait_for 30 came "structure connect 0 1/"
ok "it says that the centre answers again" wait_for 10 grep -q 'answers again' "$T/reporter.log"

# --- an address
forget
ip addr add 192.0.2.3/24 dev dev0
ok "an address that came is a connect" wait_for 30 came "structure connect 0 1/"
forget
ip addr change 192.0.2.3/24 dev dev0 valid_lft 3600 preferred_lft 3600
made=$((made + 1))
error_add "E-$made" error
ok "an error comes after a lease was renewed" wait_for 30 came "errors occasion 0 "
# More than the time in which what comes is gathered: see that nothing followed.
settings on-connect=1 errors-every=3
ok "... and a while after" wait_for 30 came "errors periodic 0 "
not_ok "a lease that is renewed is no connect" came structure
settings on-connect=1 trigger=3
forget
ip addr del 192.0.2.3/24 dev dev0
ip addr del 192.0.2.2/24 dev dev0
made=$((made + 1))
error_add "E-$made" error
ip addr add 192.0.2.4/24 dev dev0
ok "another address in its place is a connect" wait_for 30 came "structure connect 0 1/"
ok "and what waited comes" wait_for 60 all_acknowledged

# --- silence without a word: the network stays, the centre does not answer
ok "all quiet before" wait_for 10 all_acknowledged
reporter_stop
reporter_start
kill -STOP "$(cat "$T/receiver$receivers.pid")"
for i in 1 2 3 4 5; do
	made=$((made + 1))
	error_add "E-$made" error
done
ok "the device says that its centre is silent" wait_for 60 silent
reporter_stop KILL
made=$((made + 1))
error_add "E-$made" error
reporter_start
kill -CONT "$(cat "$T/receiver$receivers.pid")"
ok "all come when it answers again, also over a restart" wait_for 120 all_acknowledged
is "none is missing" "$(entries | sort -n | uniq | wc -l)" "$made"
reporter_stop
done_testing

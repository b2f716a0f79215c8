#!/bin/sh
# Something happened at a device: imgadm-centerd has it polled, and that alone.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
need snmptrap snmptrapd snmpd snmpinform
cold=1.3.6.1.6.3.1.1.5.1 alert=1.3.6.1.2.1.43.18.2.0.1
export SNMP_PERSISTENT_DIR
port=$(free_port)
snmpd_start agent "$port" 'sysName first' || exit 99
echo 'credential any -v2c -c public -t 2 -r 2
assign 0.0.0.0/0 any' >"$T/conf/imgadm.conf"
fleet add room "127.0.0.1:$port" >/dev/null || exit 99
imgadm-poll --db "$T/db" --rrd-dir "$T/rrd" --quiet || exit 99
name_is() { fleet export --json | grep -q "\"$1\""; }
ok 'polled once' name_is first
snmpd_stop agent
snmpd_start agent "$port" 'sysName second' || exit 99
center_start
snmptrap -v2c -c public "127.0.0.1:${center_port:?}" 100 $cold
ok 'coldStart: it is polled soon' wait_for 60 name_is second

# By way of snmptrapd: `forward default` in snmptrapd.conf.
trapd_port=$(free_port)
{ echo "disableAuthorization yes"; echo "forward default udp:127.0.0.1:$center_port"; } >"$T/snmptrapd.conf"
spawn trapd snmptrapd -f -Lo -n -C -c "$T/snmptrapd.conf" "udp:127.0.0.1:$trapd_port"
wait_for 20 grep -q NET-SNMP "$T/trapd.log"
snmpd_stop agent
snmpd_start agent "$port" 'sysName third' || exit 99
snmptrap -v2c -c public "127.0.0.1:$trapd_port" 100 $alert
ok 'printerV2Alert, handed on by snmptrapd' wait_for 60 name_is third
snmpd_stop agent
snmpd_start agent "$port" 'sysName fourth' || exit 99
snmptrap -v1 -c public "127.0.0.1:$trapd_port" 1.3.6.1.4.1.8072 127.0.0.1 3 0 100
ok 'linkUp of SNMPv1, handed on by snmptrapd' wait_for 60 name_is fourth
ok 'an SNMPv2c inform is answered' snmpinform -v2c -c public -t 3 -r 1 \
	"127.0.0.1:$center_port" 100 $cold
center_stop
like 'the polls were counted' "$(counted 'polls wanted')" '^[3-9]$'
unlike 'and none failed' "$(cat "$T/centerd.log")" 'failed$|cannot be started'

# Without a poll that works.
center_start --poll /nowhere/imgadm-poll
snmptrap -v2c -c public "127.0.0.1:$center_port" 100 $cold
ok 'a program that cannot be run is told' wait_for 30 grep -q 'cannot be started' "$T/centerd.log"
center_stop
printf '#!/bin/sh\necho $$ >%s/slow.started\nsleep 1000 &\nwait\n' "$T" >"$T/slow"
chmod +x "$T/slow"
center_start --poll "$T/slow"
snmptrap -v2c -c public "127.0.0.1:$center_port" 100 $cold
ok 'a slow one holds up nobody' wait_for 30 test -s "$T/slow.started"
ok 'others are answered' snmpinform -v2c -c public -t 3 -r 1 "127.0.0.1:$center_port" 100 $cold
center_stop
ok 'and it ends with its parent' gone "$(cat "$T/slow.started")"
done_testing

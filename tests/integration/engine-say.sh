#!/bin/sh
# engine-say: SET and INFORM through lib/snmp, to a real snmpd and snmptrapd, with
# SNMPv2c and with a key file's SHA-256 and AES; the receiver's engine restarts.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need "$SNMPD" snmpget snmptrapd
say=${top_builddir:?}/tests/fake/snmpsay
auth=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
priv=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405060708090a0b0c0d0e0f
printf 'imgadm-key 1\nuser room\nauth SHA-256 %s\npriv AES %s\n' "$auth" "$priv" >"$T/key"
printf 'imgadm-key 1\nuser room\nauth SHA-256 %s\npriv AES %s\n' "$auth" "$auth" >"$T/wrong-priv"
printf 'imgadm-key 1\nuser room\nauth SHA-256 %s\npriv AES %s\n' "$priv" "$priv" >"$T/wrong-auth"
printf 'imgadm-key 1\nuser nobody\nauth SHA-256 %s\npriv AES %s\n' "$auth" "$priv" >"$T/nobody"
chmod 600 "$T/key" "$T/wrong-priv" "$T/wrong-auth" "$T/nobody"
user="createUser room SHA-256 -m 0x$auth AES -m 0x$priv"

# --- SET ---------------------------------------------------------------------
port=$(free_port)
snmpd_start agent "$port" "rwcommunity private 127.0.0.1
$user
rwuser room priv" || exit 1
contact() { snmpget -v2c -c private -Oqv "127.0.0.1:$port" 1.3.6.1.2.1.1.4.0; }
is 'a SET with SNMPv2c is answered' "$("$say" community:private set "udp:127.0.0.1:$port" one)" \
	'answered error 0 index 0 varbinds 1 '
is 'and done' "$(contact)" '"one"'
is 'SETs with a key file are answered' "$("$say" "$T/key" set "udp:127.0.0.1:$port" two three)" \
	'answered error 0 index 0 varbinds 1 
answered error 0 index 0 varbinds 1 '
is 'and done in order' "$(contact)" '"three"'
is 'a value of a wrong type is refused' \
	"$("$say" "$T/key" set-number "udp:127.0.0.1:$port" x)" \
	'answered error 7 index 1 varbinds 1 '
is 'and changes nothing' "$(contact)" '"three"'
like 'a wrong key is told' "$("$say" "$T/wrong-auth" set "udp:127.0.0.1:$port" x 2>&1)" \
	'^auth-failed .*usmStatsWrongDigests'
like 'a user that is not there, too' "$("$say" "$T/nobody" set "udp:127.0.0.1:$port" x 2>&1)" \
	'^auth-failed .*usmStatsUnknownUserNames'
snmpd_stop agent

# --- INFORM --------------------------------------------------------------------
trap_port=$(free_port)
mkdir -p "$T/trapd/persist"
printf 'disableAuthorization yes\n%s\n' "$user" >"$T/trapd/snmptrapd.conf"
trapd_start()
{
	SNMP_PERSISTENT_DIR=$T/trapd/persist SNMPCONFPATH=$T/trapd spawn trapd snmptrapd -f -Lo -n \
		-OQn "udp:127.0.0.1:$trap_port"
	wait_for 20 "$say" community:public inform "udp:127.0.0.1:$trap_port" hello || exit 1
}
trapd_start
has() { grep -q "1.3.6.1.6.3.1.1.5.1.*$1" "$T/trapd.log"; }
is 'an INFORM with SNMPv2c is answered' \
	"$("$say" community:public inform "udp:127.0.0.1:$trap_port" plain)" \
	'answered error 0 index 0 varbinds 3 '
ok 'and was heard' wait_for 20 has plain
is 'INFORMs with a key file are answered' \
	"$("$say" "$T/key" inform "udp:127.0.0.1:$trap_port" secret-1 secret-2 | sort -u)" \
	'answered error 0 index 0 varbinds 3 '
ok 'the first was heard' wait_for 20 has secret-1
ok 'the second was heard' wait_for 20 has secret-2
like 'a wrong digest is told' \
	"$("$say" "$T/wrong-auth" inform "udp:127.0.0.1:$trap_port" x)" '^auth-failed .*WrongDigests'
like 'a wrong privacy key is told' \
	"$("$say" "$T/wrong-priv" inform "udp:127.0.0.1:$trap_port" x)" '^auth-failed .*privacy'
stop trapd
like 'nobody there is refused' "$("$say" "$T/key" inform "udp:127.0.0.1:$trap_port" x)" '^refused'
trapd_start
is 'after a restart an INFORM is answered' \
	"$("$say" "$T/key" inform "udp:127.0.0.1:$trap_port" secret-3)" \
	'answered error 0 index 0 varbinds 3 '
stop trapd
done_testing

#!/bin/sh
# C13: advice whose subject is a unit reaches that unit, by its installer's verb `advise`; and a
# unit is reset when a manager asks for it.  Real snmpd with imgadm.so, real imgadm-agentd; an
# installer that notes what it is told.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
: "${device:?}" "${v3:?}" "${top_builddir:?}"
need snmpset sqlite3
state=$T/device.db
install=$top_builddir/agent-module/imgadm-install
# A state that is just being written is resourceUnavailable: asked again.
put()
{
	put_n=0
	while [ $put_n -lt 100 ]; do
		# shellcheck disable=SC2086 # a word list
		put_said=$(snmpset $v3 -m IMGADM-MIB -t 20 -r 0 -OqvU "$(target)" "$@" 2>&1)
		case $put_said in *resourceUnavailable*) put_n=$((put_n + 1)) ;; *) break ;; esac
	done
	echo "$put_said"
}
d() { "$device" --state "$state" "$@"; }
cat >"$T/installer" <<SH
#!/bin/sh
for word in "\$@"; do printf '[%s]' "\$word"; done >>'$T/said'
printf '\n' >>'$T/said'
[ "\$1" != reset ] || while [ -e '$T/hold' ]; do sleep 0.05; done
[ ! -e '$T/end' ] || exit "\$(cat '$T/end')"
SH
chmod 755 "$T/installer"
: >"$T/said"
said() { grep -c "^\[$1\]" "$T/said"; }
lines() { [ "$(wc -l <"$T/said")" -ge "$1" ]; }
is_action() { [ "$(get "imgUnitAction.$fus")" = "$1" ]; }

d init --id lobby --manufacturer Acme --model C650 >/dev/null
d unit set FUS --type fuser --serial-number F1 --banks 2 --installer "$T/installer" >/dev/null
d unit set OLD --type fuser --serial-number F2 >/dev/null
d software set FUS 2 --id fuser-fw --creator acme --version 1.7 --seq 17 --bank-state running >/dev/null
fus=$(sqlite3 "$state" "SELECT idx FROM unit WHERE symbol = 'FUS'")
old=$(sqlite3 "$state" "SELECT idx FROM unit WHERE symbol = 'OLD'")
ok 'snmpd with imgadm.so' agent_start module "$state"
agentd() { spawn updates "$top_builddir/agent-module/imgadm-agentd" -f --state "$state" "$@"; }
agentd

# --- advice ------------------------------------------------------------------------------
advise()
{
	advise_n=$1 advise_of=$2 advise_text=$3; shift 3
	put "imgAdviceSubject.$advise_n" s "$advise_of" "imgAdviceText.$advise_n" s "$advise_text" \
		"$@" "imgAdviceRowStatus.$advise_n" i createAndGo >>"$T/put"
}
advise 7 FUS 'worn; $(id)' imgAdviceRecommendation.7 s 'fuser-fw 2.1'
ok 'advice about a unit reaches it' wait_for 30 lines 2
is 'the verb, what runs, and the text as it came' "$(tr '\n' '|' <"$T/said")" \
	'[advise][FUS][2][fuser-fw][1.7][17][0][worn; $(id)|fuser-fw 2.1]|'
advise 8 '' 'about the device'
advise 9 OLD 'about one without an installer'
advise 10 FUS 'the next'
ok 'the next one, too' wait_for 30 lines 3
stop updates KILL
advise 11 FUS 'while imgadm-agentd was away'
agentd
ok 'also what came while imgadm-agentd was away' wait_for 30 lines 4
is 'each once, and nothing of what is not about it' "$(sed -n 's/.*\[0\]\[\([a-z -]*\).*/\1/p' "$T/said" | tr '\n' ',')" \
	'worn,the next,while imgadm-agentd was away,'
stop updates
# A program for all advice has it too.
printf '#!/bin/sh\necho "$1" >>%s/hooked\n' "$T" >"$T/hook"; chmod 755 "$T/hook"
agentd --advice-hook "$T/hook"
echo 3 >"$T/end"
advise 12 FUS 'both'
ok 'where there is a program, it has that advice as well' wait_for 30 grep -qx 12 "$T/hooked"
is 'and the unit was told' "$(said advise)" 4
ok 'one that shows no advice has not failed' sh -c "! grep -q 'of advice 12' '$T/updates.log'"
echo 1 >"$T/end"
advise 13 FUS 'fails'
ok 'one that fails is told of' wait_for 30 grep -q 'of advice 13: exit status' "$T/updates.log"
rm "$T/end"

# --- reset -------------------------------------------------------------------------------
is 'nothing was asked' "$(get "imgUnitAction.$fus")" none
: >"$T/hold"
is 'a reset is asked for' "$(put "imgUnitAction.$fus" i reset)" reset
ok 'it is under way' wait_for 30 is_action resetting
ok 'the installer has the verb' wait_for 30 said reset
like 'it cannot be asked for again meanwhile' "$(put "imgUnitAction.$fus" i reset)" inconsistentValue
rm "$T/hold"
ok 'it is done' wait_for 30 is_action 'done'
is 'once' "$(said reset)" 1
like 'the verb, and what runs' "$(grep '^\[reset' "$T/said")" '^\[reset\]\[FUS\]\[2\]\[fuser-fw\]\[1.7\]\[17\]\[0\]$'
put "imgUnitAction.$fus" i none >>"$T/put"
is 'none, and it reads so' "$(get "imgUnitAction.$fus")" none
echo 1 >"$T/end"
put "imgUnitAction.$fus" i reset >>"$T/put"
ok 'one that fails' wait_for 30 is_action failed
ok 'is told of' wait_for 30 grep -q 'FUS: not reset' "$T/updates.log"
rm "$T/end"
like 'a unit that nobody can reset' "$(put "imgUnitAction.$old" i reset)" inconsistentValue
like 'another value' "$(put "imgUnitAction.$fus" i 'done')" 'wrongValue|Bad value'
is 'with another column of the unit' "$(put "imgUnitAction.$fus" i reset "imgUnitAdminState.$fus" i standby | tr '\n' ' ')" 'reset standby '
ok 'both are done' wait_for 30 is_action 'done'
is 'and both read so' "$(get "imgUnitAdminState.$fus")" standby
# Its end was not seen: it is not begun again, the unit says whether it runs.
stop updates
resets=$(said reset)
sqlite3 -cmd '.timeout 20000' "$state" "UPDATE unit SET action = 3 WHERE idx = $fus"
ok 'one whose end was not seen' "$install" --state "$state" --unit FUS --reset
is 'is not begun again' "$(said reset)" "$resets"
is 'the unit is asked whether it runs' "$(said probe), $(d unit list --json | tr -d ' \n' | grep -o '"action":"done"' | wc -l)" '1, 1'
# It is stopped while the unit is busy: nothing was begun, and the next one begins it.
echo 2 >"$T/end"
sqlite3 -cmd '.timeout 20000' "$state" "UPDATE unit SET action = 2 WHERE idx = $fus"
more_resets() { [ "$(said reset)" -gt "$resets" ]; }
spawn busy "$install" --state "$state" --unit FUS --reset
ok 'a busy unit is asked' wait_for 30 more_resets
stop busy
action() { sqlite3 -cmd '.timeout 20000' "$state" "SELECT action FROM unit WHERE idx = $fus"; }
is 'and its reset is still asked for when that ends' "$(action)" 2
rm "$T/end"; resets=$(said reset)
ok 'which the next one does' "$install" --state "$state" --unit FUS --reset
is 'not by asking whether it runs' "$(($(said reset) - resets)) $(action)" '1 4'
status 'neither without a unit' 1 "$install" --state "$state" --group 3 --reset
status 'nor both' 1 "$install" --state "$state" --unit FUS --reset --advise x
agent_stop
done_testing

#!/bin/sh
# Updates carried out on a device: real imgadm-agentd, real imgadm-install, real imgadm-tftpd,
# signatures by the real minisign, banks as directories.
. "${top_srcdir:?}/tests/lib.sh"
need minisign python3
. "$top_srcdir/tests/integration/install-lib.sh"
: "${device:?}" "${install:?}" "${install_dir:?}" "${state:?}" "${served:?}" "${top_builddir:?}"
trial=3

ok 'keys, images, a server, a device' world
for unit in E1 E2 E3; do ok "unit $unit with two banks" unit $unit 2; done
ok 'unit F with one bank' unit F 1
banks_of=$state.banks
agentd() { spawn agentd imgadm-agentd -f --state "$state" --trial 3 "$@"; }
is_row() { [ "$(row "$1")" = "$2" ]; }
# comes SYMBOL STATE: within a minute
comes() { wait_for 60 is_row "$1" "$2" || { diag "$1: $(row "$1") $(reason_text "$1")"; tail -5 "$T/agentd.log" | sed 's/^/# /'; return 1; }; }

agentd
# --- two banks ---------------------------------------------------------------------------
ok 'a version up is asked for' start E1 2.0 200
ok 'it is fetched, verified, staged, switched, and proven' comes E1 'proven none'
is 'the new software runs, whole' "$(truth E1)" 2.0
is 'and the old one is the fallback' "$(banks E1)" '1:fallback:1.0 2:proven:2.0'
ok 'it is confirmed' "$device" update confirm E1
ok 'and committed' comes E1 'committed none'
is 'the banks say so' "$(banks E1)" '1:fallback:1.0 2:running:2.0'
is 'nothing is left in the folder' "$(find "$state.updates" -name 'u*' ! -name '*.lock' | wc -l)" 0

ok 'the other bank is switched to, without a download' \
	"$device" update switch E1 --bank 1
ok 'proven' comes E1 'proven none'
is 'the old one runs again' "$(truth E1)" 1.0
ok 'taken back' "$device" update rollback E1
ok 'by command' comes E1 'rolledBack aborted'
is 'and 2.0 runs' "$(truth E1) $(banks E1)" '2.0 1:fallback:1.0 2:running:2.0'

# --- a release that does not start, and one that nobody confirms -----------------------------
image 3.0 300
echo 'probe 1 3.0' >"$banks_of/E1/hook"
ok 'a release that does not start' start E1 3.0 300
ok 'falls back by itself' comes E1 'rolledBack didNotStart'
is 'what ran before runs, and the other bank is not said to be good' "$(truth E1) $(banks E1)" \
	'2.0 1:invalid:3.0 2:running:2.0'
like 'the reason is told' "$(reason_text E1)" 'no good probe within 3 s: .*as the hook says'
echo 'probe 3' >"$banks_of/E1/hook"
ok 'one that must be confirmed' start E1 3.0 300
ok 'and is not' comes E1 'rolledBack notConfirmed'
is 'falls back, too' "$(truth E1)" 2.0
ok 'one that reports in' start E1 3.0 300
ok 'is tried' comes E1 'trial none'
ok 'says so' "$device" confirm E1
ok 'and is proven' comes E1 'proven none'
rm "$banks_of/E1/hook"
"$device" update rollback E1 >/dev/null; comes E1 'rolledBack aborted'

# --- abort, stage only, installers that fail ---------------------------------------------------
ok 'staged only' start E1 3.0 300 --when stageOnly
ok 'it waits' comes E1 'staged none'
is 'and what ran runs' "$(truth E1)" 2.0
ok 'aborted' "$device" update abort E1
ok 'is told' comes E1 'failed aborted'
is 'nothing was switched' "$(truth E1)" 2.0
start E1 3.0 300 --when stageOnly; comes E1 'staged none'
ok 'switched by command' "$device" update switch E1
ok 'is proven' comes E1 'proven none'
"$device" update rollback E1 >/dev/null; comes E1 'rolledBack aborted'
echo 'write 1' >"$banks_of/E1/hook"
start E1 3.0 300
ok 'a write that fails' comes E1 'failed installerFailed'
is 'leaves what ran' "$(truth E1)" 2.0
echo 'switch 4' >"$banks_of/E1/hook"
start E1 3.0 300
ok 'a switch that needs service' comes E1 'failed installerFailed'
like 'says so' "$(reason_text E1)" 'needs service'
is 'and what ran runs' "$(truth E1)" 2.0
echo 'space 1' >"$banks_of/E1/hook"
start E1 3.0 300
ok 'a bank without room' comes E1 'failed noSpace'
rm "$banks_of/E1/hook"
touch "$banks_of/E1/in-use"
start E1 3.0 300 --when idle --expires 6
ok 'a unit that is in use for too long' comes E1 'failed busy'
start E1 3.0 300 --when idle
ok 'is waited for' comes E1 'staged none'
rm "$banks_of/E1/in-use"
ok 'and switched when it is idle' comes E1 'proven none'
"$device" update rollback E1 >/dev/null; comes E1 'rolledBack aborted'
chmod o+w "$T/installer"
start E1 3.0 300
ok 'an installer that others may write is not run' comes E1 'failed installerFailed'
like 'for that reason' "$(reason_text E1)" 'can be written by others'
chmod o-w "$T/installer"

# --- one bank ----------------------------------------------------------------------------------
ok 'one bank, and no way back' start F 2.0 200
ok 'is proven' comes F 'proven none'
like 'that there is none is told' "$(reason_text F)" 'no way back'
is 'the new software runs' "$(truth F) $(banks F)" '2.0 1:proven:2.0'
"$device" update confirm F >/dev/null
ok 'and committed' comes F 'committed none'
ok 'its image is kept' test "$(find "$state.updates" -name 'u*.img' | wc -l)" = 1
echo 'probe 1 3.0' >"$banks_of/F/hook"
ok 'a release that does not start' start F 3.0 300
ok 'on one bank' comes F 'rolledBack didNotStart'
is 'the image of before is written again' "$(truth F) $(banks F)" '2.0 1:running:2.0'
rm "$banks_of/F/hook"
start F 3.0 300 --when stageOnly
ok 'one bank is not staged only' comes F 'failed wrongUnit'
echo 'switch 4 3.0' >"$banks_of/F/hook"
start F 3.0 300
ok 'one that needs service' comes F 'failed installerFailed'
is 'went back' "$(truth F)" 2.0
rm "$banks_of/F/hook"

# --- a group ---------------------------------------------------------------------------------------
group() { start E2 "$1" "$2" --group 5 --group-size 2; }
ok 'one of a group' group 2.0 200
ok 'waits staged' comes E2 'staged none'
ok 'for the other' start E3 2.0 200 --group 5 --group-size 2
ok 'both' comes E2 'proven none'
ok 'are proven' comes E3 'proven none'
"$device" update confirm E2 >/dev/null
"$device" update confirm E3 >/dev/null
ok 'both' comes E2 'committed none'
ok 'are committed' comes E3 'committed none'
echo 'probe 1 3.0' >"$banks_of/E3/hook"
group 3.0 300; start E3 3.0 300 --group 5 --group-size 2
ok 'one fails its trial' comes E3 'rolledBack didNotStart'
ok 'and takes the other back' comes E2 'rolledBack aborted'
is 'both are as before' "$(truth E2) $(truth E3)" '2.0 2.0'
echo 'write 1 3.0' >"$banks_of/E3/hook"
group 3.0 300; start E3 3.0 300 --group 5 --group-size 2
ok 'one cannot be written' comes E3 'failed installerFailed'
ok 'and the other is not switched' comes E2 'failed aborted'
like 'which is told' "$(reason_text E2)" '^E3 of the group: '
rm "$banks_of/E3/hook"

# --- by itself ---------------------------------------------------------------------------------------
stop agentd
start E2 3.0 300
agentd --commit-after 3
ok 'without word it is committed after its time' comes E2 'committed none'
stop agentd
agentd --no-updates
start E3 3.0 300
"$device" update show E3 >"$T/out"
is 'with --no-updates nothing is done' "$(row E3)" 'requested none'
stop agentd
agentd --libexec "$T"
ok 'a wrong --libexec is told' wait_for 20 grep -q "updates are not carried out: $T/imgadm-install" "$T/agentd.log"
stop agentd
agentd --libexec "${top_builddir:?}/agent-module" --fetch-user nobody --ca-file "$T/none"
ok 'with --libexec it goes on' comes E3 'proven none'
stop agentd
status 'a wrong time is refused' 1 imgadm-agentd -f --state "$state" --trial soon
stop tftpd
done_testing

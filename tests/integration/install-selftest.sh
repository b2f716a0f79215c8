#!/bin/sh
# imgadm-install --selftest: the shipped installer passes; each of those that are wrong in one
# way does not.
. "${top_srcdir:?}/tests/lib.sh"
dir=${top_builddir:?}/agent-module
selftest() { "$dir/imgadm-install" --verb-limit 5 --selftest "$1"; }
status 'the shipped installer passes' 0 selftest "$dir/imgadm-install-dir"
like 'a line a check' "$(cat "$T/out")" '^ok 14 - verify: a torn write is seen'
is 'and none failed' "$(grep -c '^not ok' "$T/out")" 0
# wrong NAME CHECK CODE: code comes before the shipped one, and CHECK is what it fails
wrong()
{
	printf '#!/bin/sh\n%s\nexec %s "$@"\n' "$3" "$dir/imgadm-install-dir" >"$T/wrong"
	chmod 755 "$T/wrong"
	rc=0
	selftest "$T/wrong" >"$T/out" 2>"$T/err" || rc=$?
	is "$1: it fails" "$rc" 2
	like "$1: where it should" "$(grep '^not ok' "$T/out")" "$2"
}
# shellcheck disable=SC2016 # the script's own
{
wrong 'verify that always says yes' 'a torn write is seen' '[ "$1" != verify ] || exit 0'
wrong 'verify that always says no' 'bank 1 reads back' '[ "$1" != verify ] || exit 1'
wrong 'write that does nothing' 'bank 1 reads back' '[ "$1" != write ] || exit 0'
wrong 'write that cannot be repeated' 'may be repeated' \
	'[ "$1" != write ] || { mkdir "$IMGADM_STATE.$3" 2>/dev/null || exit 1; }'
wrong 'switch that cannot be repeated' 'switch: may be repeated' \
	'case $1 in switch) mkdir "$IMGADM_STATE.s$3" 2>/dev/null || exit 1;; esac'
wrong 'switch that does nothing' 'probe: bank 1 runs' '[ "$1" != switch ] || exit 0'
wrong 'probe that says another version' 'says its version' '[ "$1" != probe ] || { echo version=9; exit 0; }'
wrong 'probe that says no version' 'says its version' '[ "$1" != probe ] || exit 0'
wrong 'confirm that cannot be repeated' 'confirm: may be repeated' \
	'case $1 in confirm) mkdir "$IMGADM_STATE.c" 2>/dev/null || exit 1;; esac'
wrong 'fallback that does nothing' 'bank 1 runs again' '[ "$1" != fallback ] || exit 0'
wrong 'every verb is known' 'does not know ends with 3' '[ "$1" != dance ] || exit 0'
wrong 'room for all' 'none for 2\^60' '[ "$1" != space ] || exit 0'
wrong 'one that never ends' 'there is room' '[ "$1" != space ] || exec sleep 60'
}
cp "$dir/imgadm-install-dir" "$T/open"; chmod 777 "$T/open"
status 'one that others may write' 2 selftest "$T/open"
mkdir "$T/folder"; cp "$dir/imgadm-install-dir" "$T/folder/it"; chmod 755 "$T/folder/it"; chmod 777 "$T/folder"
status 'one in a folder that others may write' 2 selftest "$T/folder/it"
status 'none at all' 2 selftest "$T/none"
# Ended in the middle of a verb: the verb is, too, and what was made is removed.
printf '#!/bin/sh\n[ "$1" != space ] || { echo $$ >%s; exec sleep 600; }\nexit 3\n' "$T/running" >"$T/slow"
chmod 755 "$T/slow"
spawn selftest "$dir/imgadm-install" --selftest "$T/slow"
ok 'a verb that takes its time' wait_for 30 test -s "$T/running"
kill -TERM "$(cat "$T/selftest.pid")"
ok 'it is ended' wait_for 30 gone "$(cat "$T/selftest.pid")"
ok 'and the installer' wait_for 30 gone "$(cat "$T/running")"
like 'says so' "$(cat "$T/selftest.log")" 'stopped before the last check'
is 'nothing is left behind' "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'imgadm-selftest.*' -newer "$T/wrong" | wc -l)" 0
done_testing

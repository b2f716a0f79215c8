#!/bin/sh
# The program that imgadm-agentd runs for new advice.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/reports-lib.sh"
: "${agentd:?}" "${device:?}" "${report_state:?}" "${state:?}"

# The hook writes each of its words in brackets, and its environment.
cat >"$T/hook" <<EOF
#!/bin/sh
for word in "\$@"; do printf '[%s]' "\$word"; done >>"$T/hooked"
echo >>"$T/hooked"
/usr/bin/env >"$T/environment"
case \$1 in
7) sleep 1000 & echo \$! >"$T/sleeper" ; exit 3 ;;
esac
EOF
chmod +x "$T/hook"
touch "$T/hooked"
hooked() { [ "$(wc -l <"$T/hooked")" = "$1" ]; }
advise() { "$report_state" "$state" advise "$@"; }

"$device" -s "$state" init --id lobby-mfp >/dev/null
"$device" -s "$state" unit set FUS >/dev/null
advise 5 FUS 2 3 "before the start" "clean it"
status "a path that is not whole" 1 "$agentd" -f --state "$state" --advice-hook hook
like "... is told what is wanted" "$(cat "$T/err")" '^imgadm-agentd: .*--advice-hook.*whole path'
status "a program that is not there" 1 "$agentd" -f --state "$state" --advice-hook "$T/none"
like "... is named" "$(cat "$T/err")" "$T/none"

SECRET=1 reporter_start --advice-hook "$T/hook"
ok "advice from before the start" wait_for 30 hooked 1
is "its words" "$(cat "$T/hooked")" "[5][FUS][trouble][error][before the start][clean it]"
is "its environment is PATH" "$(grep -vc -e '^PATH=' -e '^_=' -e '^PWD=' -e '^SHLVL=' -e '^OLDPWD=' "$T/environment")" 0
# shellcheck disable=SC2016 # not to be expanded, here or there
advise 6 "" 5 1 '$(touch '"$T"'/bad); `id` "x" * | > y' '-rf / ; exit'
ok "new advice, with what a shell would take" wait_for 30 hooked 2
# shellcheck disable=SC2016
is "it came as it is" "$(sed -n 2p "$T/hooked")" \
	'[6][][information][information][$(touch '"$T"'/bad); `id` "x" * | > y][-rf / ; exit]'
not_ok "no shell saw it" test -e "$T/bad"

advise 7 "" 5 1 "a hook that fails" ""
ok "a hook that fails ran" wait_for 30 hooked 3
ok "its status is told" wait_for 30 grep -q 'of advice 7: exit status 3' "$T/reporter.log"
sleeper_gone() { gone "$(cat "$T/sleeper")"; }
ok "what it left running is ended" wait_for 30 sleeper_gone
for i in 11 12 13 14 15; do advise $i "" 5 1 "many $i" ""; done
ok "many, one after another" wait_for 30 hooked 8
is "in the order they came" "$(sed -n 's/^\[\(1[1-5]\)\].*/\1/p' "$T/hooked" | tr '\n' ' ')" "11 12 13 14 15 "

reporter_stop KILL
advise 20 "" 5 1 "after a kill" ""
reporter_start --advice-hook "$T/hook"
ok "after a restart the new one" wait_for 30 hooked 9
advise 21 "" 5 1 "and the next" ""
ok "and the next" wait_for 30 hooked 10
is "each ran once" "$(cut -d']' -f1 "$T/hooked" | sort | uniq -d)" ""
reporter_stop
done_testing

#!/bin/sh
# imgadm.conf with pass phrases that every user can read: each program that reads
# it says so, once.
. "${top_srcdir:?}/tests/lib.sh"
chmod 0755 "$T" "$T/conf"
folder=$T
while [ "$folder" != / ]; do
	case $(stat -c %A "$folder") in *x|*t) ;; *) skip_all "$folder is not for every user" ;; esac
	folder=$(dirname "$folder")
done
conf=$T/conf/imgadm.conf
secret="credential one -v 3 -u me -l authPriv -a SHA-256 -A maplesyrup -x AES -X maplesyrup"
printf '%s\n' "db $T/db" "rrdDir $T/rrd" "$secret" "$secret" | sed '4s/one/two/' >"$conf"
mkdir "$T/rrd"
warned() { grep -c 'every user of this system can read' "$T/err"; }
# reads NAME CMD...
reads()
{
	reads_name=$1
	shift
	chmod 0644 "$conf"
	status "$reads_name: works" 0 "$@"
	is "$reads_name: says so once" "$(warned)" 1
	like "$reads_name: and what to do" "$(cat "$T/err")" "$conf:3: .*chmod o-r"
	chmod 0640 "$conf"
	status "$reads_name: with a file of its own" 0 "$@"
	is "$reads_name: says nothing" "$(warned)" 0
}
ok 'a store with nobody to ask' imgadm-fleet add --no-poll lobby
reads imgadm-fleet imgadm-fleet list
reads imgadm-poll imgadm-poll
reads imgadm-centerd imgadm-centerd --engine show
reads imgadm-graph imgadm-graph --flush
chmod 0644 "$conf"
chmod 0700 "$T/conf"
status 'a folder that is closed' 0 imgadm-fleet list
is 'is good enough' "$(warned)" 0
chmod 0755 "$T/conf"
sed -i 's/^credential \([a-z]*\) .*/credential \1 -v 2c -c public/' "$conf"
status 'without pass phrases' 0 imgadm-fleet list
is 'nothing is said' "$(warned)" 0
done_testing

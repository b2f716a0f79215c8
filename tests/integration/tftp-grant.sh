#!/bin/sh
# imgadm-tftpd: grants from the store: spent, expired, another's, counted over kills.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/tftp-lib.sh"
need sha256sum

mkdir "$T/images"
head -c 300000 /dev/urandom >"$T/image"
sum=$(sha256sum "$T/image" | cut -c1-64)
cp "$T/image" "$T/images/$sum"
echo 'its signature' >"$T/images/$sum.minisig"
same() { cmp "$T/got" "$T/image"; }
# grant [FROM [SECONDS [STARTED COMPLETED]]]: $number and $token
grant()
{
	# shellcheck disable=SC2046 # two words
	set -- $("${top_builddir:?}/tests/fake/grant_make" "$T/db" make "$sum" 300000 "$@")
	number=$1 token=$2
}
counts() { "${top_builddir:?}/tests/fake/grant_make" "$T/db" show "$number"; }
counted() { [ "$(counts)" = "$1" ]; }
start() { tftpd "$@" --db "$T/db" --images "$T/images" --listen 127.0.0.1:0; }
denied()
{
	status "$1" 2 get "$2"
	is "$1: nothing learned" "$(sed 's/.*refused: //' "$T/err")" 'file not found (error 1)'
}

grant
start d
denied "an unknown token" aaaaaaaaaaaaaaaaaaaaaaaaaa
denied "what is no token" "$sum"
denied "nor the file's own name" "../images/$sum"
ok "the signature beside it" get "$token.minisig"
is "is its own" "$(cat "$T/got")" 'its signature'
denied "no operator's signature where there is none" "$token.op.minisig"
is "signatures are not counted" "$(counts)" 'started 0 completed 0'
ok "the image" get "$token"
ok "the same octets" same
ok "is counted as spent" wait_for 20 counted none
denied "a spent grant" "$token"
denied "its signature, too" "$token.minisig"
grant any -60
denied "an expired grant" "$token"
grant 192.0.2.0/24
denied "another's grant" "$token"
grant 127.0.0.0/8
ok "a grant of our network" get "$token"
grant any 600 9 3
not_ok "a read that was given up" get "$token" /dev/full/x
for n in 1 2; do ok "read $n of several" get "$token"; done
ok "are counted" wait_for 20 counted 'started 2 completed 2'
unlike "the log has no token" "$(cat "$T/d.log")" "$token"
like "but numbers" "$(cat "$T/d.log")" "grant $number, image, read"

# --- what is not completed is started
grant any 600 2 1
abandon() { imgadm-tftp get --windowsize 1 --blksize 8 "tftp://$A/$token" - 2>"$T/abandoned" | head -c 100 >"$T/part"; }
abandon
ok "a read that broke off is counted as started" wait_for 20 counted 'started 1 completed 0'
abandon
ok "so is the next" wait_for 20 counted none
denied "started too often" "$token"

# --- one at a time: the newer request ends the older one
grant any 600 9 9
mkfifo "$T/slow"
spawn older sh -c "exec imgadm-tftp get --windowsize 1 --blksize 8 'tftp://$A/$token' - >'$T/slow'"
exec 3<"$T/slow"
ok "one reads" wait_for 20 counted 'started 1 completed 0'
ok "a newer request is served" get "$token"
ok "whole" same
cat <&3 >"$T/part"
exec 3<&-
ok "the older one was ended" wait_for 20 grep -q 'a newer request took its place' "$T/older.log"
ok "it was not completed" wait_for 20 counted 'started 2 completed 1'

# --- the store is locked: nobody waits, and nothing is forgotten
grant any 600 1 1
mkfifo "$T/hold"
spawn locker sh -c "exec '$top_builddir/tests/fake/grant_make' '$T/db' lock <'$T/hold'"
exec 4>"$T/hold"
ok "another program holds the store" wait_for 20 grep -q locked "$T/locker.log"
ok "the image is served all the same" get "$token"
is "the store does not know yet" "$(counts)" 'started 0 completed 0'
denied "but it is spent" "$token"
exec 4>&-
ok "and written when it can be" wait_for 20 counted none
stop locker

# --- kills
grant any 600 9 3
ok "one more grant" get "$token"
ok "counted before the kill" wait_for 20 counted 'started 1 completed 1'
stop d KILL
start d2
ok "after kill -9 it is served again" get "$token"
ok "and counted on" wait_for 20 counted 'started 2 completed 2'
ok "the third time" get "$token"
stop d2
is "an orderly end loses no count" "$(counts)" none
start d3
denied "spent after a restart" "$token"

# --- the folder of images
grant
printf x >>"$T/images/$sum"
denied "an image that is not as it was imported" "$token"
ok "which is told to who can mend it" logged d3 "grant $number: .*has 300001 octets, not 300000"
rm "$T/images/$sum"
denied "an image that is not there" "$token"
ok "which is told, too" logged d3 "grant $number: .*No such file"
stop d3

# --- withdrawn: what runs is ended, and not another's
cp "$T/image" "$T/images/$sum"
start d6
grant any 600 9 9
mkfifo "$T/slow2" "$T/slow3"
spawn stays sh -c "exec imgadm-tftp get --windowsize 1 --blksize 512 'tftp://$A/$token' - >'$T/slow3'"
exec 5<"$T/slow3"
ok "another reads" wait_for 20 counted 'started 1 completed 0'
grant any 600 9 9
spawn withdrawn sh -c "exec imgadm-tftp get --windowsize 1 --blksize 8 'tftp://$A/$token' - >'$T/slow2'"
exec 3<"$T/slow2"
ok "one reads again" wait_for 20 counted 'started 1 completed 0'
ok "its grant is withdrawn" imgadm-update grants --db "$T/db" --withdraw "$number"
ok "the server ends it" wait_for 20 logged d6 "grant $number, image: was ended.*withdrawn"
cat <&3 >"$T/part"
exec 3<&-
ok "its client hears why" wait_for 20 grep -q 'the grant was withdrawn' "$T/withdrawn.log"
cat <&5 >"$T/got"
exec 5<&-
ok "the other one goes on to its end" same
stop d6

# --- names with a token in them: nothing that could be one is logged
grant
n=0
for name in "/$token" "$(printf %s "$token" | tr a-z A-Z)" "images/$token.minisig" "$token.sig"; do
	n=$((n + 1))
	start "t$n"
	denied "a name with a token in it, $n" "$name"
	ok "is told, $n" wait_for 20 logged "t$n" 'refused reading of a name: '
	stop "t$n"
	not_ok "without the token, $n" grep -qiF "$token" "$T/t$n.log"
done

# --- beside a folder
mkdir "$T/root"; echo plain >"$T/root/plain"
cp "$T/image" "$T/images/$sum"
grant
start d4 --root "$T/root"
ok "a file of the folder" get plain
ok "a grant beside it" get "$token"
stop d4
tftpd d5 --root "$T/root" --listen 127.0.0.1:0
grant
status "no grants with --root alone" 2 get "$token"
stop d5
not_ok "and no token in its log" grep -qF "$token" "$T/d5.log"
status "a store that cannot be" 1 imgadm-tftpd -f --db "$T/nowhere/db" --images "$T/images" --listen 127.0.0.1:0
status "no folder of images" 1 imgadm-tftpd -f --db "$T/db" --images "$T/nowhere" --listen 127.0.0.1:0
done_testing

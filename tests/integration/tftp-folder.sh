#!/bin/sh
# imgadm-tftpd --root: what of a folder is served and taken, and what is not.
. "${top_srcdir:?}/tests/lib.sh"
. "$top_srcdir/tests/integration/tftp-lib.sh"

mkdir -p "$T/root/sub" "$T/else"
head -c 100000 /dev/urandom >"$T/root/image"
head -c 51200 /dev/urandom >"$T/root/sub/full"	# 100 blocks of 512: an empty one follows
: >"$T/root/empty"
echo secret >"$T/else/secret"
echo hidden >"$T/root/.hidden"
mkdir "$T/root/.git"; echo hidden >"$T/root/.git/config"
ln -s ../else/secret "$T/root/link"
ln -s "$T/else" "$T/root/outside"
ln -s sub "$T/root/inside"
mkfifo "$T/root/pipe"
same() { cmp "$T/got" "$1"; }

tftpd d --root "$T/root" --listen 127.0.0.1:0
for w in 1 16 64; do
	get_options="--windowsize $w"
	ok "a file comes whole, window $w" get image
	ok "the same octets, window $w" same "$T/root/image"
done
get_options='--windowsize 1 --blksize 512'
ok "without options, the last block exactly full" get sub/full
ok "the same octets without options" same "$T/root/sub/full"
get_options=
ok "a slash before the name is passed over" get /image
ok "an empty file" get empty
is "and it is empty" "$(wc -c <"$T/got")" 0
ok "to standard output" sh -c "imgadm-tftp get tftp://$A/image - | cmp - '$T/root/image'"

for name in nothing ../else/secret sub/../../else/secret .hidden .git/config link outside/secret \
	inside/full sub pipe sub//full ./image sub/; do
	status "refused: $name" 2 get "$name"
	like "not found: $name" "$(cat "$T/err")" 'file not found \(error 1\)'
done
ok "nothing stays of what was refused" test ! -e "$T/got"
is "nor beside it" "$(find "$T" -maxdepth 1 -name '.got*')" ''
status "writing is off" 2 put "$T/root/image" new
like "and says so" "$(cat "$T/err")" 'error 2'
not_ok "nothing was written" test -e "$T/root/new"
ok "-v names files" logged d ': 127\.0\.0\.1: sub/full, read, 51200 octets'
stop d
tftpd n --root "$T/root" --listen 127.0.0.1:0 --no-segment
get_options='--windowsize 64'
ok "block by block, not cut in the kernel" get image
ok "the same octets" same "$T/root/image"
get_options=
stop n
ok "it says what it did" logged d 'stopped: 0 transfers now'

# --- writing
part=.imgadm-tftpd.0123456789abcdef0123456789abcdef
mkdir "$T/root/deep" "$T/root/deep/er"
for name in $part deep/er/$part "$part"0 .imgadm-tftpd.0 deep/x$part .git/$part; do
	echo part >"$T/root/$name"
done
mkdir "$T/root/deep/$part"
echo part >"$T/else/$part"
tftpd w --root "$T/root" --listen 127.0.0.1:0 --write --write-most 200000
is "what a killed server left is removed, and nothing else" \
	"$(cd "$T" && find root else -name '*.imgadm-tftpd.*' | sort | sed "s/$part/PART/" | tr '\n' ' ')" \
	'else/PART root/.git/PART root/.imgadm-tftpd.0 root/PART0 root/deep/PART root/deep/xPART '
ok "and it says so" logged w '2 files that were not complete removed'
rm -rf "$T/root/$part"0 "$T/root/.imgadm-tftpd.0" "$T/root/deep" "$T/else/$part" "$T/root/.git/$part"
ok "a file is taken" put "$T/root/image" new
ok "the same octets are there" cmp "$T/root/image" "$T/root/new"
ok "in a folder below" put "$T/root/image" sub/new
status "not over one that is there" 2 put "$T/root/empty" new
like "which is ERROR 6" "$(cat "$T/err")" 'error 6'
ok "and it is what it was" cmp "$T/root/image" "$T/root/new"
for name in .dot ../else/new outside/new link inside/new nowhere/new; do
	status "not written: $name" 2 put "$T/root/image" "$name"
done
is "outside is as it was" "$(ls "$T/else")" secret
is "and the secret" "$(cat "$T/else/secret")" secret
head -c 200001 /dev/zero >"$T/large"
status "not larger than it may be" 2 put "$T/large" large
like "which is ERROR 3" "$(cat "$T/err")" 'error 3'
is "nothing is left over" "$(find "$T/root" -name '.imgadm*' -o -name large)" ''
stop w
tftpd o --root "$T/root" --listen 127.0.0.1:0 --write --overwrite
ok "with --overwrite, over one that is there" put "$T/root/sub/full" new
ok "which is the new one" cmp "$T/root/sub/full" "$T/root/new"
status "but not over a link" 2 put "$T/root/image" link
is "nor where it leads" "$(cat "$T/else/secret")" secret
stop o

# --- addresses and ports
tftpd s --root "$T/root" --listen 127.0.0.1:0 --single-port
ok "--single-port" get image
ok "the same octets from one port" same "$T/root/image"
stop s
# A range that others may be in: as many as are free.
first=$(free_port)
tftpd r --root "$T/root" --listen 127.0.0.1:0 --port-range "$first-$((first + 200))"
ok "--port-range" get image
stop r
if [ -e /proc/net/if_inet6 ] && grep -q '^0*1 ' /proc/net/if_inet6; then
	tftpd v6 --root "$T/root" --listen '[::]:0'
	port=${A##*:}
	A="[::1]:$port"
	ok "IPv6" get image
	A=127.0.0.1:$port
	get_options=-4
	ok "IPv4 that comes mapped" get image
	get_options=
	ok "is IPv4 in the log" logged v6 ': 127\.0\.0\.1: image, read'
	stop v6
else
	echo "ok $((tap_n += 1)) # SKIP no IPv6 here"
fi
tftpd slow --root "$T/root" --listen 127.0.0.1:0 --limit-rate 127.0.0.0/8=50k
start=$(date +%s%N)
ok "with --limit-rate of a network" get image
ok "100,000 octets at 50 kB/s take more than a second" \
	test $(($(date +%s%N) - start)) -gt 1000000000
stop slow
tftpd few --root "$T/root" --listen 127.0.0.1:0 --blksize 1024 --windowsize 4
ok "maxima of block and window are granted to who asks for more" get image
stop few
ok "4 of 1024: 98 blocks in 25 calls and no fewer" logged few '100000 octets in (2[5-9]|3[0-9]) calls'

# --- the daemon
status "a second one with the same pid file ends" 3 sh -c "
	imgadm-tftpd --root '$T/root' --listen 127.0.0.1:0 --pid-file '$T/pid' &&
	imgadm-tftpd -f --root '$T/root' --listen 127.0.0.1:0 --pid-file '$T/pid'"
like "and says who it is" "$(cat "$T/err")" 'another run \(pid'
cp "$T/pid" "$T/back.num"
head -1 "$T/back.num" | cut -d' ' -f1 >"$T/back.pid"
ok "the first one is in the background" kill -0 "$(cat "$T/back.pid")"
stop back
for wrong in '--write' '--root / --listen nowhere' '--root / --port-range 9-5' '--root / extra' \
	'--root / --single-port --port-range 6900-6999' '--root / --limit-rate 10.0.0.0/33=1k' \
	'--root / --overwrite' '--root / --images x' '--root /nowhere --listen 127.0.0.1:0' \
	'--root / --listen 127.0.0.1:0 --user nobody-here' '--root / --blksize 7' '--root / --timeout 0'
do
	# shellcheck disable=SC2086 # a word list
	status "wrong: $wrong" 1 imgadm-tftpd -f $wrong
	ok "one line says why: $wrong" test "$(wc -l <"$T/err")" = 1
done
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$T" "$T/root"
	tftpd user --root "$T/root" --listen 127.0.0.1:0 --user nobody
	ok "as another user" get image
	is "it is that user" "$(stat -c %U "/proc/$(cat "$T/user.pid")")" nobody
	stop user
else
	echo "ok $((tap_n += 1)) # SKIP only root becomes another user"
fi
done_testing

#!/bin/sh
# imgadm-install-dir as a stranger would break it: names that lead elsewhere, links in the folder
# of banks, a disk that is full, more octets than were said, and a link that is always there.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
program=${top_builddir:?}/agent-module/imgadm-install-dir
banks=$T/banks
umask 022
octets() { head -c "$1" /dev/urandom >"$2"; }
octets 100000 "$T/a"; octets 100000 "$T/b"
# it VERB SYMBOL BANK [VERSION [SIZE]] <IMAGE
it() { "$program" --banks "$banks" "$1" "$2" "$3" fw "${4:-1.0}" 100 "${5:-100000}" 3<&0; }
says() { like "$1" "$(cat "$T/err")" "$2"; }
put() { it write "$1" "$2" "${4:-1.0}" <"$3" >/dev/null; }
runs() { readlink "$banks/$1/running"; }

# --- what it should do ----------------------------------------------------------------------
ok 'a bank is written' put E 1 "$T/a"
ok 'is the image' cmp "$T/a" "$banks/E/1/image"
ok 'reads back' it verify E 1 </dev/null
ok 'runs' it switch E 1 </dev/null
ok 'another one' put E 2 "$T/b" 2.0
is 'and the first still runs' "$(runs E)" 1
status 'a switch to what is another release' 1 it switch E 2 3.0 </dev/null

# --- names ----------------------------------------------------------------------------------
for symbol in .. . '' a/b ../../x /etc .hidden "$(printf 'a\nb')" 'a b'; do
	status "symbol '$(printf %s "$symbol" | tr '\n' '?')'" 1 it space "$symbol" 1 </dev/null
done
for bank in 0 9 -1 ../1 1/../2 1x ''; do status "bank '$bank'" 1 it space E "$bank" </dev/null; done
status 'a version of two lines' 1 it write E 1 "$(printf '1.0 sha256=0\nversion=9')" <"$T/a"
says 'is told' 'a word each'
is 'nothing was made' "$(find "$banks" -mindepth 1 -maxdepth 1 | wc -l)" 1
status 'a verb that it does not know' 3 it dance E 1 </dev/null

# --- links, and who else may write -----------------------------------------------------------
mkdir "$T/else"; octets 5000 "$T/else/kept"; cp "$T/else/kept" "$T/kept"
ln -s "$T/else" "$banks/LINK"
status 'a unit that is a link' 1 it write LINK 1 <"$T/a"
mkdir -p "$banks/F"; ln -s "$T/else" "$banks/F/1"
status 'a bank that is a link' 1 it write F 1 <"$T/a"
is 'nothing came there' "$(ls "$T/else")" kept
mkdir "$banks/F/2"
for name in image new label; do ln -s "$T/else/kept" "$banks/F/2/$name"; done
ok 'a bank whose files are links is written' put F 2 "$T/a"
ok 'what they led to is as before' cmp "$T/kept" "$T/else/kept"
ok 'and the image is a file' test ! -L "$banks/F/2/image"
ln -f "$T/else/kept" "$banks/F/2/image"
ok 'an image with another name is not written into' put F 2 "$T/a"
ok 'what has that name is as before' cmp "$T/kept" "$T/else/kept"
rm "$banks/F/2/image"; ln -s "$T/a" "$banks/F/2/image"
status 'an image that is a link is not read' 1 it verify F 2 </dev/null
mkfifo "$banks/F/hook"
ok 'nobody waits for a pipe' timeout 20 "$program" --banks "$banks" space F 2 fw 1.0 100 1
mkdir -p "$banks/G"; chmod 777 "$banks/G"
status 'a unit that others may write' 1 it write G 1 <"$T/a"
says 'why' 'Operation not permitted'
mkdir "$T/open"; chmod 777 "$T/open"
status 'banks that others may write' 1 "$program" --banks "$T/open" space E 1 fw 1.0 100 1
says 'what to do' 'chmod go-w'
ln -s "$banks" "$T/linked"
ok 'where the banks are may be a link' "$program" --banks "$T/linked" space E 1 fw 1.0 100 1

# --- more, less, and no room --------------------------------------------------------------------
status 'more than was said' 1 it write E 2 2.0 60000 <"$T/a"
says 'is told' 'more than 60000'
status 'less than was said' 1 it write E 2 2.0 200000 <"$T/a"
says 'is told' 'less than 200000'
is 'nothing of it is left' "$(ls "$banks/E/2")" ''
status 'and it is not switched to' 1 it switch E 2 2.0 </dev/null
status 'nor fallen back to' 1 it fallback E 2 2.0 </dev/null
is 'what ran runs' "$(runs E)" 1
# A disk of its own, of 1 MiB.
# shellcheck disable=SC2016,SC2046 # the inner shell's own
small='mount -t tmpfs -o size=1m,mode=755 none "$2" && umask 022 &&
	it() { verb=$1 size=$3; "$program" --banks "$2" "$verb" E "$4" fw 1.0 100 "$size" 3<"$5"; }
	program=$1
	it space "$2" 2000000 1 "$3"; echo "space $?"
	it write "$2" 2000000 1 "$3" 2>&1; echo "write $?"
	ls "$2/E/1"; echo left $(df --output=used "$2" | tail -1)
	it write "$2" 700000 1 "$4"; echo "write $?"
	it space "$2" 700000 2 "$4"; echo "other $?"
	it space "$2" 700000 1 "$4"; echo "same $?"
	it write "$2" 700000 1 "$4"; echo "again $?"
	it verify "$2" 700000 1 "$4" >/dev/null; echo "verify $?"'
octets 2000000 "$T/large"; octets 700000 "$T/middle"
if unshare -rm mount -t tmpfs none "$T/else" 2>/dev/null; then
	mkdir "$T/disk"
	unshare -rm sh -c "$small" sh "$program" "$T/disk" "$T/large" "$T/middle" >"$T/out" 2>"$T/err"
	small_said=$(cat "$T/out")
	like 'a disk that is too small: space' "$small_said" '^space 1'
	like 'write' "$small_said" '^write 1'
	like 'says why' "$small_said" 'No space left'
	is 'and gives the room back' "$(printf '%s\n' "$small_said" | sed -n 's/^left //p')" 0
	like 'a smaller one is written' "$small_said" '^write 0'
	like 'there is no room for a second' "$small_said" '^other 1'
	like 'but for one in its place' "$small_said" '^same 0'
	like 'which is written' "$small_said" '^again 0'
	like 'and whole' "$small_said" '^verify 0'
else
	diag 'no disk of its own here (unshare -rm): not tried'
fi

# --- the link is always there -------------------------------------------------------------------------
ok 'the second again' put E 2 "$T/b" 2.0
watch()
{
	while [ ! -e "$T/enough" ]; do
		case $(readlink "$banks/E/running") in 1|2) ;; *) echo gap ;; esac
	done
}
watch >"$T/gaps" 2>&1 &
watcher=$!
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	it switch E 2 2.0 </dev/null && it fallback E 1 </dev/null || echo "$n failed" >>"$T/switches"
done
: >"$T/enough"
wait "$watcher"
not_ok 'forty switches' test -e "$T/switches"
is 'and never a moment without' "$(cat "$T/gaps")" ''
done_testing

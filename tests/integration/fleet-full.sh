#!/bin/sh
# A disk that is full while devices are added: one clear line, and what was
# there stays.  In a mount namespace of its own.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
if [ -z "${FLEET_FULL_INSIDE:-}" ]; then
	need unshare mount
	flags=-m
	[ "$(id -u)" = 0 ] || flags=-rm
	unshare $flags true 2>/dev/null || skip_all "no mount namespace may be made here"
	FLEET_FULL_INSIDE=1; export FLEET_FULL_INSIDE
	unshare $flags sh "$0"
	exit
fi
fleet=${top_builddir:?}/manager/imgadm-fleet
mkdir "$T/disk"
mount -t tmpfs -o size=1m tmpfs "$T/disk" || skip_all "no mount namespace with a tmpfs of its own"
IMGADM_DB=$T/disk/fleet.db
export IMGADM_DB
lines() { i=$1; while [ "$i" -lt "$2" ]; do i=$((i + 1)); echo "device-$i 10.9.$((i / 250)).$((i % 250))"; done; }
lines 0 200 >"$T/some"
lines 200 20000 >"$T/many"
status "some fit" 0 "$fleet" add -f "$T/some"
status "many do not" 3 "$fleet" add -f "$T/many"
like "says what is full" "$(cat "$T/err")" '^imgadm-fleet: .*fleet.db.*no space left'
is "in one line" "$(wc -l <"$T/err" | tr -d ' ')" 1
status "the list is there" 0 "$fleet" list
like "with what was there before" "$(tail -1 "$T/out")" '^200 devices'
mount -o remount,size=16m "$T/disk"
status "with room again it goes on" 0 "$fleet" add -f "$T/many"
like "and all are there" "$("$fleet" list | tail -1)" '^20000 devices'
mount -o remount,ro "$T/disk"
status "a file system that is read only can be read" 0 "$fleet" list
status "and not written" 3 "$fleet" remove device-1
like "says so" "$(cat "$T/err")" '^imgadm-fleet: .*fleet.db.*[Rr]ead-only'
umount "$T/disk"
done_testing

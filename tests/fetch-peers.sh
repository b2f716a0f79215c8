#!/bin/sh
# fetch-peers.sh DIR: put the TFTP servers of others that ours are proved against
# into DIR: atftpd and in.tftpd (tftpd-hpa).
#
# A system that has them gives its own.  As Debian packages they conflict with
# each other and start services, so they are downloaded and unpacked, not installed.
set -u
[ $# = 1 ] || { echo "usage: fetch-peers.sh DIR" >&2; exit 1; }
dir=$1
work=
fail() { echo "fetch-peers.sh: $*" >&2; exit 3; }
finish() { status=$?; [ -z "$work" ] || rm -rf "$work"; exit "$status"; }
trap finish EXIT
trap 'exit 143' TERM INT HUP

# fetch PROGRAM PACKAGE
fetch()
{
	[ ! -x "$dir/$1" ] || return 0
	own=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$1") && {
		ln -sf "$own" "$dir/$1" || fail "$dir cannot be written"
		return 0
	}
	hint="put $1 of $2 into $dir by hand"
	command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 ||
		fail "this system has no $1 and no apt-get to get it with: $hint"
	(cd "$work" && apt-get -q download "$2") >"$work/log" 2>&1 || {
		sed 's/^/fetch-peers.sh: apt-get: /' "$work/log" >&2
		fail "'apt-get download $2' failed (try 'apt-get update' first): $hint"
	}
	deb=$(find "$work" -name "$2_*.deb" | head -1)
	[ -n "$deb" ] && dpkg-deb -x "$deb" "$work/$2" && mv "$work/$2/usr/sbin/$1" "$dir/$1" ||
		fail "$2 cannot be unpacked: $hint"
	# A library that is missing is told now, not by a test.
	if ldd "$dir/$1" 2>/dev/null | grep 'not found' >&2; then
		rm -f "$dir/$1"
		fail "$1 does not find these libraries; install what $2 depends on"
	fi
}

mkdir -p "$dir" || fail "$dir cannot be made"
dir=$(cd "$dir" && pwd) || exit 3
# Beside the programs, so that mv is a rename.
work=$(mktemp -d "$dir/.fetch.XXXXXX") || fail "$dir cannot be written"
fetch atftpd atftpd
fetch in.tftpd tftpd-hpa

#!/bin/sh
# fetch-ietf.sh DIR: put the IETF's modules that IMGADM-MIB imports into DIR.
#
# A system that has them (snmp-mibs-downloader, libsmi, ...) gives its own.
# Debian's main archive carries none of them but inside erlang-snmp: that
# package is downloaded and unpacked, not installed.
set -u
modules='SNMPv2-SMI SNMPv2-TC SNMPv2-CONF SNMPv2-MIB SNMP-FRAMEWORK-MIB INET-ADDRESS-MIB'
own='/usr/share/snmp/mibs /usr/share/snmp/mibs/ietf /usr/local/share/snmp/mibs
/var/lib/mibs/ietf /var/lib/snmp/mibs/ietf /usr/share/mibs/ietf'
package=erlang-snmp

[ $# = 1 ] || { echo "usage: fetch-ietf.sh DIR" >&2; exit 1; }
dir=$1
work=
fail() { echo "fetch-ietf.sh: $*" >&2; exit 3; }
finish() { status=$?; [ -z "$work" ] || rm -rf "$work"; exit "$status"; }
trap finish EXIT
trap 'exit 143' TERM INT HUP

# find_in MODULE FOLDER...: the file that holds MODULE
find_in()
{
	find_module=$1
	shift
	for find_dir in "$@"; do
		for find_file in "$find_dir/$find_module" "$find_dir/$find_module.txt" \
			"$find_dir/$find_module.mib" "$find_dir/$find_module.my"; do
			[ -s "$find_file" ] && { echo "$find_file"; return 0; }
		done
	done
	return 1
}

# take FOLDER...: all modules into DIR, or nothing
take()
{
	for m in $modules; do
		find_in "$m" "$@" >/dev/null || return 1
	done
	for m in $modules; do
		cp "$(find_in "$m" "$@")" "$work/$m.mib" && mv -f "$work/$m.mib" "$dir/$m.mib" ||
			fail "$dir cannot be written"
	done
}

mkdir -p "$dir" || fail "$dir cannot be made"
dir=$(cd "$dir" && pwd) || exit 3
have=yes
for m in $modules; do
	[ -s "$dir/$m.mib" ] || have=
done
[ -z "$have" ] || exit 0
# Beside DIR, so that mv is a rename.
work=$(mktemp -d "$dir/.fetch.XXXXXX") || fail "$dir cannot be written"
# shellcheck disable=SC2086 # a word list
take $own && exit 0

hint="put $modules (RFC 2578, 2579, 2580, 3418, 3411, 4001) into $dir by hand"
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 ||
	fail "this system has no IETF MIB modules and no apt-get to get them with: $hint"
(cd "$work" && apt-get -q download "$package") >"$work/log" 2>&1 || {
	sed 's/^/fetch-ietf.sh: apt-get: /' "$work/log" >&2
	fail "'apt-get download $package' failed (try 'apt-get update' first): $hint"
}
deb=$(find "$work" -name "$package*.deb" | head -1)
[ -n "$deb" ] && dpkg-deb -x "$deb" "$work/x" || fail "$package cannot be unpacked: $hint"
smi=$(find "$work/x" -name SNMPv2-SMI.mib | head -1)
[ -n "$smi" ] || fail "$package holds no SNMPv2-SMI: $hint"
take "${smi%/*}" || fail "$package does not hold all of $modules: $hint"

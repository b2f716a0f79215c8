#!/bin/sh
# installer-swupdate.sh: an installer for a unit whose two banks SWUpdate writes; the contract is
# in imgadm-install(8).
#
#	NAME VERB SYMBOL BANK SOFTWARE VERSION SEQ SIZE
#
# The image is a .swu whose sw-description has a selection for each bank ("stable,bank1" and
# "stable,bank2", or what `selection` says), with the sha256 of each of its images.  imgadm has
# verified who made it, and for which unit, before it comes here; SWUpdate verifies its own
# signature, too.  To use it: copy it, set in CONF what differs below, and name it by
# imgadm-device unit set SYMBOL --installer PATH.
# verify proves that a bank is as SWUpdate left it: a bank is to be a read-only file system.
#
# What was run: SWUpdate 2022.12 as Debian builds it (signed by CMS), raw images into files, all
# of imgadm-install --selftest (tests/integration/installers.sh).
# What was not: a real boot loader (fw_setenv below), a machine that restarts, other handlers.
set -u
conf=/etc/imgadm/installer-swupdate.conf

# --- what CONF may set ------------------------------------------------------------------
device1=/dev/disk/by-partlabel/bank1 device2=/dev/disk/by-partlabel/bank2
notes=/var/lib/imgadm-device/swupdate	# what is in each bank; root's alone
update() { swupdate -k /etc/swupdate/public.pem "$@"; }
selection() { echo "stable,bank$1"; }
booted() { fw_printenv -n bank; }	# the bank that runs: 1 or 2
boot_next() { fw_setenv bank "$1" && fw_setenv upgrade_available 1 && fw_setenv bootcount 0; }
boot_keep() { fw_setenv upgrade_available 0; }
restart() { systemctl --no-block reboot; }
busy() { false; }	# whether the device is in use; asked where IMGADM_WHEN is idle
# shellcheck source=/dev/null
[ ! -r "$conf" ] || . "$conf"

# --- the call ---------------------------------------------------------------------------
die() { echo "$*" >&2; exit 1; }
case ${1:-} in
space|write|verify|switch|probe|confirm|fallback|reset) ;;
*) exit 3 ;;
esac
[ $# -ge 7 ] || die 'want VERB SYMBOL BANK SOFTWARE VERSION SEQ SIZE'
verb=$1 symbol=$2 bank=$3 what="$4 $5 $6" size=$7
case $bank in
1) device=$device1 ;;
2) device=$device2 ;;
*) die "bank '$bank': there are 1 and 2" ;;
esac
case $symbol in ''|.*|*/*|*[[:space:]]*) die 'the symbol is no name of a file' ;; esac
case $size in ''|*[!0-9]*) die 'the size is no number' ;; esac
note=$notes/$symbol.$bank

runs() { now=$(booted) || die 'which bank runs cannot be read'; [ "$now" = "$bank" ]; }
# The note: software, version, seq; the digest of what was installed; that of the bank.
noted() { [ -r "$note" ] && read -r n_software n_version n_seq n_image n_sum <"$note"; }
is_noted() { noted && [ "$n_software $n_version $n_seq" = "$what" ]; }
note_write()
{
	echo "$what $1 $2" >"$note.new" && sync "$note.new" && mv "$note.new" "$note" &&
	sync "$notes"
}
note_forget() { rm -f "$note" && sync "$notes"; }
not_whole() { die "bank $bank: $what is not there, whole"; }
idle() { [ "${IMGADM_WHEN:-now}" != idle ] || ! busy || exit 2; }
activate()
{
	boot_next "$bank" >&2 || die 'the boot loader cannot be told'
	restart >&2 || die 'it cannot be restarted'
}

case $verb in
space)
	room=$(blockdev --getsize64 "$device" 2>/dev/null) || room=$(stat -Lc %s "$device") || exit 1
	[ "$size" -le "$room" ] || die "$device has $room octets" ;;
write)
	! runs || die "bank $bank runs: it is not written"
	{ mkdir -p "$notes" && note_forget; } || die "$notes: cannot be written"
	[ "$(stat -Lc %s /proc/self/fd/3)" = "$size" ] || die "descriptor 3 has not $size octets"
	echo 'progress 0'
	said=$(update -i /proc/self/fd/3 -e "$(selection "$bank")" 2>&1) ||
		die "$(printf '%s\n' "$said" | grep ERROR | tail -1)"
	sync "$device" || die "$device: cannot be written"
	image=$(sha256sum </proc/self/fd/3) || die 'descriptor 3 cannot be read'
	sum=$(sha256sum <"$device") || die "$device: cannot be read"
	note_write "${image%% *}" "${sum%% *}" || die "$note: cannot be written"
	echo 'progress 100' ;;
verify)
	# What came from the factory cannot be told; fallback needs no note of it.
	[ -e "$note" ] || ! runs || exit 3
	is_noted || not_whole
	sum=$(sha256sum <"$device") || die "$device: cannot be read"
	[ "${sum%% *}" = "$n_sum" ] || die "bank $bank: damaged"
	[ "${IMGADM_SHA256:-$n_image}" = "$n_image" ] || die "bank $bank: holds another image"
	echo "sha256=$n_image" ;;
switch)
	is_noted || not_whole
	runs || { idle && activate; } ;;
probe)
	runs || die "bank $bank does not run"
	noted || die "bank $bank: what runs is not known: $note"
	echo "version=$n_version sha256=$n_image" ;;
confirm)
	runs || die "bank $bank does not run"
	boot_keep >&2 || die 'the boot loader cannot be told' ;;
fallback)
	runs || activate ;;
reset)
	restart >&2 || die 'it cannot be restarted' ;;
esac

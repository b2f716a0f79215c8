#!/bin/sh
# installer-rauc.sh: an installer for a unit whose banks are two slots of RAUC; the contract is
# in imgadm-install(8).
#
#	NAME VERB SYMBOL BANK SOFTWARE VERSION SEQ SIZE
#
# The image is a RAUC bundle.  imgadm has verified who made it, and for which unit, before it
# comes here; RAUC verifies its own signature, too.  To use it: copy it, set in CONF what differs
# below, write `activate-installed=false` into the [system] section of RAUC's system.conf, so
# that an installation alone does not switch, and name it by
# imgadm-device unit set SYMBOL --installer PATH.  RAUC chooses the slot that does not run: a
# unit has two, no more.  A slot is read back as it was written: it is to be a read-only one.
#
# What was run: RAUC 1.8, the service on a session bus, raw slots that are files, the custom
# boot loader backend, all of imgadm-install --selftest (tests/integration/installers.sh).
# What was not: a real boot loader, a machine that restarts, other kinds of slot.
set -u
conf=/etc/imgadm/installer-rauc.conf

# --- what CONF may set ------------------------------------------------------------------
slot1=rootfs.0 slot2=rootfs.1		# banks 1 and 2
notes=/var/lib/imgadm-device/rauc	# what is in each bank; root's alone
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
1) slot=$slot1 ;;
2) slot=$slot2 ;;
*) die "bank '$bank': there are 1 and 2" ;;
esac
case $symbol in ''|.*|*/*|*[[:space:]]*) die 'the symbol is no name of a file' ;; esac
case $size in ''|*[!0-9]*) die 'the size is no number' ;; esac
note=$notes/$symbol.$bank

# What RAUC says of our slot, in these:
state='' device='' sum='' octets=0 count=0 bundle=''
look()
{
	told=$(rauc status --detailed --output-format=shell 2>&1) || die "$(printf '%s\n' "$told" | tail -1)"
	eval "$(printf '%s\n' "$told" | grep '^RAUC_[A-Z0-9_]*=')"
	n=0 at=
	for name in $RAUC_SYSTEM_SLOTS; do
		n=$((n + 1))
		[ "$name" != "$slot" ] || at=$n
	done
	[ -n "$at" ] || die "RAUC has no slot $slot"
	eval "state=\$RAUC_SLOT_STATE_$at device=\$RAUC_SLOT_DEVICE_$at
		sum=\$RAUC_SLOT_STATUS_CHECKSUM_SHA256_$at octets=\$RAUC_SLOT_STATUS_CHECKSUM_SIZE_$at
		count=\$RAUC_SLOT_STATUS_INSTALLED_COUNT_$at bundle=\$RAUC_SLOT_STATUS_BUNDLE_VERSION_$at"
}
# The note: software, version, seq; the bundle's digest; the slot's, and how many octets of it.
noted() { [ -r "$note" ] && read -r n_software n_version n_seq n_bundle n_sum n_octets <"$note"; }
is_noted() { noted && [ "$n_software $n_version $n_seq" = "$what" ]; }
note_write()
{
	echo "$what $1 $sum $octets" >"$note.new" && sync "$note.new" &&
	mv "$note.new" "$note" && sync "$notes"
}
note_forget() { rm -f "$note" && sync "$notes"; }
not_whole() { die "$slot: $what is not there, whole"; }
idle() { [ "${IMGADM_WHEN:-now}" != idle ] || ! busy || exit 2; }
activate()
{
	said=$(rauc status mark-active "$slot" 2>&1) || die "$(printf '%s\n' "$said" | tail -1)"
	restart >&2 || die 'it cannot be restarted'
}

case $verb in
space)
	look
	room=$(blockdev --getsize64 "$device" 2>/dev/null) || room=$(stat -Lc %s "$device") || exit 1
	# What a bundle unpacks to is known to RAUC alone, which looks, too.
	[ "$size" -le "$room" ] || die "$slot has $room octets" ;;
write)
	look
	[ "$state" != booted ] || die "$slot runs: it is not written"
	{ mkdir -p "$notes" && note_forget; } || die "$notes: cannot be written"
	[ "$(stat -Lc %s /proc/self/fd/3)" = "$size" ] || die "descriptor 3 has not $size octets"
	before=$count
	echo 'progress 0'
	# One that was begun before this was killed goes on in the service: it is waited for.
	until said=$(rauc install "/proc/$$/fd/3" 2>&1); do
		case $said in
		*'Already processing'*) sleep 1 ;;
		*) die "$(printf '%s\n' "$said" | tail -1)" ;;
		esac
	done
	look
	[ "$count" -gt "$before" ] || die "RAUC wrote another slot than $slot"
	digest=$(sha256sum </proc/self/fd/3) || die 'descriptor 3 cannot be read'
	sync "$device" && note_write "${digest%% *}" || die "$note: cannot be written"
	echo 'progress 100' ;;
verify)
	look
	# What came from the factory cannot be told; fallback needs no note of it.
	[ -e "$note" ] || [ "$state" != booted ] || exit 3
	is_noted || not_whole
	digest=$(head -c "$n_octets" "$device" | sha256sum) || die "$device: cannot be read"
	[ "${digest%% *}" = "$n_sum" ] || die "$slot: damaged"
	[ "${IMGADM_SHA256:-$n_bundle}" = "$n_bundle" ] || die "$slot: holds another image"
	echo "sha256=$n_bundle" ;;
switch)
	is_noted || not_whole
	look
	[ "$state" = booted ] || { idle && activate; } ;;
probe)
	look
	[ "$state" = booted ] || die "$slot does not run"
	if noted; then
		echo "version=$n_version sha256=$n_bundle"
	else
		[ -n "$bundle" ] || die "$slot: what runs is not known: $note, or RAUC's status"
		echo "version=$bundle"
	fi ;;
confirm)
	look
	[ "$state" = booted ] || die "$slot does not run"
	said=$(rauc status mark-good "$slot" 2>&1) || die "$(printf '%s\n' "$said" | tail -1)" ;;
fallback)
	look
	[ "$state" = booted ] || activate ;;
reset)
	restart >&2 || die 'it cannot be restarted' ;;
esac

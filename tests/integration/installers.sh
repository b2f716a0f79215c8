#!/bin/sh
# The example installers of dist/examples with the real RAUC and the real SWUpdate: the whole
# imgadm-install --selftest, which kills each verb in the middle.
#
# The selftest's images are no bundles: a script between makes them, and tells of each by the
# digest of what it was made of.  A restart is played: what would boot is what runs next.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
: "${top_builddir:?}"
need openssl python3 sha256sum
install=$(cd "$top_builddir/agent-module" && pwd)/imgadm-install
examples=$(cd "${top_srcdir:?}/dist/examples" && pwd)
# example NAME: a copy that reads $T/NAME.conf
example()
{
	sed "s|^conf=.*|conf=$T/$1.conf|" "$examples/installer-$1.sh" >"$T/$1" && chmod 755 "$T/$1"
}
# between NAME: $T/NAME.wrap, the script between; make_NAME IN OUT makes an image of octets
between()
{
	cat >"$T/$1.wrap" <<-SH
	#!/bin/sh
	made=$T/$1.made
	. $T/$1.env
	[ "\$1" = advise ] && exec $T/$1 "\$@"
	if [ "\$1" = write ] && [ "\$(stat -Lc %s /proc/self/fd/3)" = "\$7" ]; then
		sum=\$(sha256sum </proc/self/fd/3) sum=\${sum%% *}
		if [ ! -e \$made/\$sum ]; then
			cat /proc/self/fd/3 >\$made/octets && make_image \$made/octets \$made/new >&2 || exit 1
			mv \$made/new \$made/\$sum
		fi
		exec 3<\$made/\$sum
		set -- "\$1" "\$2" "\$3" "\$4" "\$5" "\$6" "\$(stat -Lc %s \$made/\$sum)"
	fi
	of=none
	if [ -n "\${IMGADM_SHA256:-}" ] && [ -e \$made/\$IMGADM_SHA256 ]; then
		of=\$(sha256sum <\$made/\$IMGADM_SHA256) of=\${of%% *} was=\$IMGADM_SHA256
		IMGADM_SHA256=\$of
	fi
	case \$1 in
	verify|probe)
		said=\$($T/$1 "\$@"); rc=\$?
		printf '%s\n' "\$said" | sed "s/\$of/\${was:-}/"
		exit \$rc ;;
	esac
	exec $T/$1 "\$@"
	SH
	chmod 755 "$T/$1.wrap"
	mkdir -p "$T/$1.made"
}
# begin NAME, selftest NAME: all checks, each said; both examples are tried at once
begin()
{
	spawn "$1-selftest" sh -c "'$install' --verb-limit 120 --selftest '$T/$1.wrap' >'$T/$1.said' 2>'$T/$1.err'
		echo \$? >'$T/$1.rc'"
}
selftest()
{
	ok "$1: the selftest ends" wait_for 300 test -s "$T/$1.rc"
	is "$1: passes the selftest" "$(cat "$T/$1.rc")" 0
	is "$1: no check failed" "$(grep -A1 '^not ok' "$T/$1.said")" ''
	is "$1: all were made" "$(grep -c '^ok' "$T/$1.said")" 35
}
# contract NAME: what needs no update program
contract()
{
	status "$1: a verb that is not known" 3 "$T/$1" dance U 1 fw 1.0 1 1
	status "$1: advise is not supported" 3 "$T/$1" advise U 1 fw 1.0 1 1 text
	status "$1: too few words" 1 "$T/$1" space U 1
	status "$1: a bank that is not there" 1 "$T/$1" space U 3 fw 1.0 1 1
	for symbol in .. a/b '' 'a b'; do
		status "$1: symbol '$symbol'" 1 "$T/$1" switch "$symbol" 1 fw 1.0 1 1
	done
	status "$1: a bank of which nothing is noted" 1 "$T/$1" switch U 1 fw 1.0 1 1
	like "$1: says so" "$(cat "$T/err")" 'is not there, whole'
}
ok 'keys of RAUC and SWUpdate' openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test \
	-addext extendedKeyUsage=emailProtection,codeSigning -keyout "$T/k.pem" -out "$T/c.pem"

# --- SWUpdate -------------------------------------------------------------------------------
cat >"$T/swupdate.conf" <<END
device1=$T/sw1 device2=$T/sw2 notes=$T/swupdate.notes
update() { TMPDIR=$T swupdate -k $T/c.pem -H test:1.0 "\$@"; }
booted() { cat $T/sw.booted; }
boot_next() { echo "\$1" >$T/sw.next; }
boot_keep() { cp $T/sw.next $T/sw.kept; }
restart() { cp $T/sw.next $T/sw.booted.new && mv $T/sw.booted.new $T/sw.booted; }
END
cat >"$T/swu.py" <<'END'
# A .swu is a cpio archive with sums (070702).
import os, sys

def member(name, data, mode):
    name = name.encode() + b"\0"
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), sum(data) & 0xffffffff]
    head = b"070702" + b"".join(b"%08X" % f for f in fields) + name
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)

with open(sys.argv[1], "wb") as out:
    for path in sys.argv[2:]:
        with open(path, "rb") as f:
            out.write(member(os.path.basename(path), f.read(), 0o100644))
    out.write(member("TRAILER!!!", b"", 0))
END
cat >"$T/swupdate.env" <<END
make_image()
{
	rm -rf $T/swu && mkdir $T/swu && cp "\$1" $T/swu/image && (cd $T/swu &&
	sum=\$(sha256sum <image) && sum=\${sum%% *} &&
	image="images: ( { filename = \"image\"; type = \"raw\"; sha256 = \"\$sum\"; device" &&
	echo "software = { version = \"1\"; hardware-compatibility: [ \"1.0\" ]; stable = {
		bank1: { \$image = \"$T/sw1\"; } ); };
		bank2: { \$image = \"$T/sw2\"; } ); }; }; }" >sw-description &&
	openssl cms -sign -in sw-description -out sw-description.sig -signer $T/c.pem -inkey $T/k.pem \\
		-outform DER -nosmimecap -binary) &&
	python3 $T/swu.py "\$2" $T/swu/sw-description $T/swu/sw-description.sig $T/swu/image
}
END
truncate -s 5M "$T/sw1" "$T/sw2"
echo 2 >"$T/sw.booted"
ok 'swupdate: the example' example swupdate
contract swupdate
# What is said of it at the end.
swupdate_end()
{
	if ! command -v swupdate >/dev/null; then
		diag 'swupdate is not installed: its selftest was not run'
		return
	fi
	selftest swupdate
	printf 'no image at all' >"$T/none"
	# shellcheck disable=SC2094 # read alone
	status 'swupdate: what is none is refused' 1 "$T/swupdate" write U 1 fw 9 9 15 3<"$T/none"
	like 'swupdate: why' "$(cat "$T/err")" 'ERROR'
	status 'swupdate: what runs is not written' 1 "$T/swupdate" write U "$(cat "$T/sw.booted")" fw 9 9 15 3<"$T/none"
	echo 'busy() { true; }' >>"$T/swupdate.conf"
	status 'swupdate: busy' 2 env IMGADM_WHEN=idle "$T/swupdate" switch SELFTEST 1 selftest 1.0 100 1
}
if command -v swupdate >/dev/null; then
	between swupdate
	begin swupdate
fi

# --- RAUC -------------------------------------------------------------------------------------
ok 'rauc: the example' example rauc
echo "notes=$T/rauc.notes" >"$T/rauc.conf"
contract rauc
# RAUC mounts a bundle: that wants root, a loop device and a mount namespace.
if ! command -v rauc >/dev/null || ! command -v mksquashfs >/dev/null ||
	! command -v dbus-daemon >/dev/null; then
	diag 'rauc, mksquashfs or dbus-daemon is not installed: its selftest was not run'
	swupdate_end; done_testing; exit
fi
mkdir "$T/probe" && echo x >"$T/probe/x"
loop_mounts()
{
	mksquashfs "$T/probe" "$T/probe.img" -quiet -no-progress &&
	unshare -m mount -t squashfs -o loop,ro "$T/probe.img" "$T/probe"
}
if [ "$(id -u)" != 0 ] || ! loop_mounts >/dev/null 2>&1; then
	diag 'no root that mounts a squashfs by a loop device: the selftest of RAUC was not run'
	swupdate_end; done_testing; exit
fi
cat >"$T/system.conf" <<END
[system]
compatible=test
bootloader=custom
statusfile=$T/central.raucs
mountprefix=$T/mnt
activate-installed=false
[keyring]
path=$T/c.pem
[handlers]
bootloader-custom-backend=$T/boot
[slot.rootfs.0]
device=$T/slot0
type=raw
bootname=A
[slot.rootfs.1]
device=$T/slot1
type=raw
bootname=B
END
cat >"$T/boot" <<END
#!/bin/sh
case \$1 in
get-primary) cat $T/primary ;;
set-primary) echo "\$2" >$T/primary.new && mv $T/primary.new $T/primary ;;
get-state) cat $T/state.\$2 2>/dev/null || echo good ;;
set-state) echo "\$3" >$T/state.\$2 ;;
esac
END
chmod 755 "$T/boot"
truncate -s 5M "$T/slot0" "$T/slot1"
echo B >"$T/primary"; echo B >"$T/booted"
cat >"$T/bus.conf" <<END
<busconfig><type>session</type><listen>unix:path=$T/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
END
spawn bus dbus-daemon --nofork --config-file="$T/bus.conf"
wait_for 20 test -S "$T/bus"
# The machine: RAUC's service, begun again with what boots whenever it is ended.
cat >"$T/machine" <<END
export DBUS_STARTER_BUS_TYPE=session DBUS_SESSION_BUS_ADDRESS=unix:path=$T/bus
trap 'kill \$service; exit' TERM
while :; do
	rauc -c $T/system.conf service --override-boot-slot="\$(cat $T/booted)" &
	service=\$!
	echo \$service >$T/service
	wait \$service
done
END
spawn machine unshare -m sh "$T/machine"
cat >"$T/rauc.env" <<END
export DBUS_STARTER_BUS_TYPE=session DBUS_SESSION_BUS_ADDRESS=unix:path=$T/bus
make_image()
{
	rm -rf $T/bundle \$2 && mkdir $T/bundle && cp "\$1" $T/bundle/rootfs.img &&
	printf '[update]\ncompatible=test\nversion=1\n[bundle]\nformat=plain\n[image.rootfs]\nfilename=rootfs.img\n' \\
		>$T/bundle/manifest.raucm &&
	rauc bundle --cert=$T/c.pem --key=$T/k.pem $T/bundle \$2
}
up()
{
	up=0
	until rauc status >/dev/null 2>&1 || [ \$up = 400 ]; do up=\$((up + 1)); sleep 0.05; done
}
up
END
cat >>"$T/rauc.conf" <<END
restart()
{
	cp $T/primary $T/booted.new && mv $T/booted.new $T/booted && kill "\$(cat $T/service)" || return 1
	until rauc status --output-format=shell 2>/dev/null | grep -q "BOOTED_BOOTNAME='\$(cat $T/booted)'"; do
		sleep 0.05
	done
}
END
between rauc
begin rauc
swupdate_end
selftest rauc
status 'rauc: what is no bundle is refused' 1 sh -c ". $T/rauc.env; exec '$T/rauc' write U 1 fw 9 9 10 3<'$T/boot'"
like 'rauc: for its size' "$(cat "$T/err")" 'has not 10 octets'
size=$(stat -c %s "$T/boot")
status 'rauc: what is no bundle is refused' 1 sh -c ". $T/rauc.env; exec '$T/rauc' write U 1 fw 9 9 $size 3<'$T/boot'"
like 'rauc: why' "$(cat "$T/err")" '[a-z]'
status 'rauc: what runs is not written' 1 sh -c ". $T/rauc.env; exec '$T/rauc' write U 2 fw 9 9 $size 3<'$T/boot'"
like 'rauc: says so' "$(cat "$T/err")" 'rootfs.1 runs'
stop machine
stop bus
done_testing

#!/bin/sh
# Two devices behind one address, which nobody can reach from outside: told, updated
# over a stepping stone and back in order, by the orders that they fetch themselves.
#
# Four network namespaces: the centre here, a router, and a device in each of the other
# two.  The router translates UDP in user space (tests/fake/nat), so that it needs no
# netfilter: an answer from another port than was asked does not come back.
if [ "${1:-}" != inside ]; then
	if unshare -rn true 2>/dev/null && command -v ip >/dev/null 2>&1 && command -v nsenter >/dev/null 2>&1; then
		exec unshare -rn "$0" inside
	fi
	echo "1..0 # SKIP no network namespaces here (unshare -rn, ip, nsenter)"
	exit 0
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need minisign python3 sqlite3
: "${top_builddir:?}"
nat=$top_builddir/tests/fake/nat
[ -x "$nat" ] || skip_all "$nat is not built"
IMGADM_DB=$T/imgadm.db IMGADM_RRD_DIR=$T/rrd IMGADM_IMAGES=$T/images
export IMGADM_DB IMGADM_RRD_DIR IMGADM_IMAGES
fleet() { imgadm-fleet "$@"; }
device() { device_name=$1; shift; imgadm-device --state "$T/$device_name/device.db" "$@"; }

# --- the networks ------------------------------------------------------------------------
net() { spawn "$1-net" unshare -n sleep 3600; }
pid_of() { cat "$T/$1-net.pid"; }
in_net() { in_net=$1; shift; nsenter -t "$(pid_of "$in_net")" -n "$@"; }
apart() { [ "$(readlink "/proc/$(pid_of "$1")/ns/net")" != "$(readlink /proc/$$/ns/net)" ]; }
ip link set lo up
for n in router one two; do
	net $n
	ok "a network: $n" wait_for 10 apart $n
	in_net $n ip link set lo up
done
ok 'a cable to the router' ip link add out0 type veth peer name out1 netns "$(pid_of router)"
ip addr add 192.0.2.1/24 dev out0
ip link set out0 up
in_net router ip addr add 192.0.2.254/24 dev out1
in_net router ip link set out1 up
at=1
for n in one two; do
	at=$((at + 1))
	ok "a cable to $n" in_net router ip link add "in-$n" type veth peer name dev0 netns "$(pid_of $n)"
	in_net router ip addr add 10.0.$at.1/24 dev "in-$n"
	in_net router ip link set "in-$n" up
	in_net $n ip addr add 10.0.$at.2/24 dev dev0
	in_net $n ip link set dev0 up
	in_net $n ip route add default via 10.0.$at.1
	# From inside, the centre's address is the router's.
	if ! in_net router ip rule add pref $at iif "in-$n" lookup 100 2>"$T/err"; then
		skip_all "no network namespace with routing rules: $(cat "$T/err")"
	fi
done
in_net router ip route add local 192.0.2.1 dev lo table 100
port=$(free_port) tftp=$(free_port)
spawn nat nsenter -t "$(pid_of router)" -n "$nat" 192.0.2.1 "$port" "$tftp"
ok 'the router translates' wait_for 10 grep -q ready "$T/nat.log"
# A device refuses the connection, which is an answer of it.
cat >"$T/reach.py" <<'END'
import socket
try:
    socket.create_connection(("10.0.2.2", 9), timeout=2)
except ConnectionRefusedError:
    pass
END
ok 'the router reaches a device' in_net router python3 "$T/reach.py"
not_ok 'nobody from outside does' python3 "$T/reach.py"

# --- the centre ----------------------------------------------------------------------------
key() { minisign -G -W -f -p "$T/$1.pub" -s "$T/$1.key" >"$T/minisign.log" 2>&1; }
key_of() { sed -n 2p "$T/$1.pub"; }
sign() { minisign -S -s "$T/$2.key" -m "$1" -t "$3" >"$T/minisign.log" 2>&1; }
ok 'a maker' key acme
ok 'and who is trusted by devices' key root
cat >"$T/conf/imgadm.conf" <<EOF
catalogueKey acme $(key_of acme) creators acme
site berlin imageBase tftp://192.0.2.1:$tftp/
site berlin nat yes
EOF
spawn centerd imgadm-centerd --listen "udp:192.0.2.1:$port"
ok 'the centre listens' wait_for 20 grep -q 'ready; engine boots' "$T/centerd.log"
mkdir -p "$T/images"

# --- two devices -----------------------------------------------------------------------------
# What an engine runs, as a release of the catalogue; 2.0 is got to over 1.5.
cat >"$T/acme.xml" <<'EOF'
<?xml version="1.0" encoding="UTF-8"?>
<catalogue xmlns="urn:imgadm:catalogue:1" id="acme" serial="1" issued="2026-01-01">
  <creator id="acme" name="Acme Imaging"/>
  <device-type id="C650" manufacturer="Acme" model="C650*">
    <slot class="engine" min="1" max="1"/>
  </device-type>
  <unit-type id="E-30" class="engine" manufacturer="Acme" model="E-30" banks="2">
    <rev id="B" seq="2" hardware="2.*"/>
  </unit-type>
  <software id="fw" unit-type="E-30" scheme="dotted">
    <release version="1.0" seq="100" state="qualified"/>
    <release version="1.5" seq="150" state="qualified" minutes="2"/>
    <release version="2.0" seq="200" state="qualified" minutes="2"><from min-seq="150"/></release>
  </software>
</catalogue>
EOF
sign "$T/acme.xml" acme 'imgadm-catalogue 1 id=acme serial=1'
ok 'a catalogue is in force' imgadm-judge catalogue import "$T/acme.xml"
# What a device trusts.
printf 'imgadm-trust 1\nserial 1\ncreator acme %s\n' "$(key_of acme)" >"$T/trust"
sign "$T/trust" root 'imgadm-trust 1 serial=1'
# An image of a release, signed by its maker, in the centre's library.
image()
{
	head -c 200000 /dev/urandom >"$T/image"
	image_sum=$(sha256sum "$T/image" | cut -d' ' -f1)
	image_label="imgadm-image 1 software=fw creator=acme version=$1 seq=$2 manufacturer=Acme model=E-30 hardware=2.* class=engine size=200000 sha256=$image_sum"
	sign "$T/image" acme "$image_label" &&
	mv "$T/image" "$T/images/$image_sum" && mv "$T/image.minisig" "$T/images/$image_sum.minisig" &&
	sqlite3 -cmd '.timeout 5000' "$T/imgadm.db" "INSERT INTO image (software, creator, version, seq, size,
		sha256, key_id, has_operator, label, imported, imported_by) VALUES ('fw', 'acme', '$1', $2,
		200000, x'$image_sum', zeroblob(8), 0, '$image_label', 1, 'test')"
}
for release in '1.0 100' '1.5 150' '2.0 200'; do
	# shellcheck disable=SC2086 # two words
	ok "an image of $release" image $release
done
spawn tftpd imgadm-tftpd -f --db "$T/imgadm.db" --images "$T/images" --listen "192.0.2.1:$tftp" --single-port
# A namespace has no other user than us: the fetch keeps its rights.
mkdir "$T/libexec"
printf '#!/bin/sh\n[ "$1" = --user ] && shift 2\nexec %s "$@"\n' "$top_builddir/agent-module/imgadm-fetch" >"$T/libexec/imgadm-fetch"
ln -s "$top_builddir/agent-module/imgadm-install" "$T/libexec/imgadm-install"
chmod 755 "$T/libexec/imgadm-fetch"
# What runs stands in its bank: the way back.
runs_now()
{
	head -c 20000 /dev/urandom >"$T/$1/fw-1.0"
	for verb in write switch; do
		IMGADM_STATE="$T/$1/device.db" "$T/installer" $verb ENG 1 fw 1.0 100 20000 3<"$T/$1/fw-1.0" || return 1
	done
}
device_make()
{
	mkdir -p "$T/$1" &&
	device "$1" init --id "acme-$1" --manufacturer Acme --model C650 --serial-number "S-$1" &&
	device "$1" unit set ENG --type engine --manufacturer Acme --model E-30 --hardware-rev 2.1 \
		--serial-number "E-$1" --banks 2 --in DEV --oper-state ok &&
	device "$1" software set ENG 1 --id fw --creator acme --version 1.0 --seq 100 --bank-state running &&
	"$top_builddir/tests/integration/install_state" "$T/$1/device.db" trust "$T/root.pub" "$T/trust" "$T/trust.minisig" &&
	device "$1" unit set ENG --installer "$T/installer" &&
	runs_now "$1" &&
	fleet add --no-poll --site berlin "$1" &&
	fleet enrol "$1" --address "udp:192.0.2.1:$port" -o "$T/$1.key" &&
	device "$1" centre set --key-file "$T/$1.key" &&
	device "$1" report set --on-connect yes --on-change yes --orders-every 2s
}
printf '#!/bin/sh\nexec %s "$@"\n' "$top_builddir/agent-module/imgadm-install-dir" >"$T/installer"
chmod 755 "$T/installer"
for n in one two; do
	ok "device $n" device_make $n
	spawn $n-agentd nsenter -t "$(pid_of $n)" -n imgadm-agentd -f --libexec "$T/libexec" \
		--state "$T/$n/device.db"
done
reported() { [ "$(fleet list | grep -c 'room-\|C650')" = 2 ]; }
ok 'both report' wait_for 60 reported
is 'from one address' "$(sqlite3 "$T/imgadm.db" 'SELECT DISTINCT report_from FROM device')" udp:192.0.2.254

# --- they are told -------------------------------------------------------------------------
ok 'one is advised' fleet advise --severity error one 'Only for one.'
ok 'the other, too' fleet advise --severity error two 'Only for two.'
advised() { device "$1" advice list | grep -q "Only for $1"; }
ok 'one is told' wait_for 60 advised one
ok 'the other is told' wait_for 60 advised two
unlike 'each its own' "$(device one advice list)" 'Only for two'
stands() { fleet advise --list "$1" | grep -q ' stands'; }
ok 'the centre knows it of one' wait_for 60 stands one
ok 'and of the other' wait_for 60 stands two

# --- they are updated -----------------------------------------------------------------------
# version DEVICE: as the centre knows it from reports
version()
{
	fleet export --json --what software --device "$1" | python3 -c 'import json, sys
print(" ".join(s["version"] for s in json.load(sys.stdin) if s["state"] in ("running", "trial", "proven")))'
}
is 'nothing that is older runs' "$(version one) $(version two)" '1.0 1.0'
ok 'the one is judged' imgadm-judge run --quiet
for n in one two; do
	spawn $n-update imgadm-update device $n fw 2.0 --wait --timeout 120
done
ended() { gone "$(cat "$T/$1-update.pid")"; }
ok 'the update of one ends' wait_for 150 ended one
ok 'and that of the other' wait_for 150 ended two
for n in one two; do
	like "$n is planned over a stepping stone" "$(cat "$T/$n-update.log")" 'fw 1\.0 → 1\.5 → 2\.0'
	like "$n: proven, kept, and read back" "$(cat "$T/$n-update.log")" 'ENG: runs fw 2\.0'
	is "$n: committed" "$(imgadm-update status $n --json | tr -d ' \n' | grep -o '"state":"[a-z]*"')" '"state":"committed"'
	is "$n: what runs in truth" "$(sed -n 's/.*2\.0.*/2.0/p' "$T/$n/device.db.banks/ENG/$(readlink "$T/$n/device.db.banks/ENG/running")/label" | head -1)" 2.0
	is "$n: the centre knows" "$(version $n)" 2.0
done
is 'no order is open' "$(sqlite3 "$T/imgadm.db" 'SELECT count(*) FROM update_order WHERE state = 1')" 0

for n in one two; do stop $n-agentd; done
stop tftpd
stop centerd
done_testing

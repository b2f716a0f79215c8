# tests/integration/install-lib.sh: a device with banks as folders, images that the real
# minisign signs, and a TFTP server.
# shellcheck shell=sh
device=${top_builddir:?}/agent-module/imgadm-device
install=$top_builddir/agent-module/imgadm-install
install_dir=$top_builddir/agent-module/imgadm-install-dir
install_state=$top_builddir/tests/integration/install_state
: "${state_dir:=$T/dev}"
state=$state_dir/device.db
IMGADM_DEVICE_STATE=$state
export IMGADM_DEVICE_STATE
served=$T/served
mkdir -p "$served" "$state_dir"

# key NAME: without a pass phrase
key() { minisign -G -W -f -p "$T/$1.pub" -s "$T/$1.key" >"$T/minisign.log" 2>&1; }
key_of() { sed -n 2p "$T/$1.pub"; }
key_id() { sed -n 's/.*public key //p' "$T/$1.pub"; }
# sign FILE KEY COMMENT [OPTION...]
sign()
{
	sign_file=$1 sign_key=$2 sign_comment=$3; shift 3
	minisign -S "$@" -s "$T/$sign_key.key" -m "$sign_file" -t "$sign_comment" >"$T/minisign.log" 2>&1
}
# label FILE VERSION SEQ [CHANGES]: the trusted comment; CHANGES is a sed script on it
label()
{
	printf 'imgadm-image 1 software=fw creator=acme version=%s seq=%s manufacturer=Acme model=E-30 hardware=2.* class=engine size=%s sha256=%s\n' \
		"$2" "$3" "$(stat -c %s "$1")" "$(sha256sum "$1" | cut -d' ' -f1)" | sed -e "${4:-}"
}
# image VERSION SEQ [CHANGES]: $served/fw-VERSION, signed
image()
{
	head -c "${image_size:-70000}" /dev/urandom >"$served/fw-$1"
	sign "$served/fw-$1" acme "$(label "$served/fw-$1" "$1" "$2" "${3:-}")"
}
# trust SERIAL LINES: put in force
trust()
{
	printf 'imgadm-trust 1\nserial %s\n%s\n' "$1" "$2" >"$T/trust"
	sign "$T/trust" root "imgadm-trust 1 serial=$1"
	"$install_state" "$state" trust "$T/root.pub" "$T/trust" "$T/trust.minisig"
}
# A script, since an installer has no environment of ours: $installer_env is put before it.
installer_make()
{
	cat >"$T/installer" <<-SH
	#!/bin/sh
	${installer_before:-}
	${installer_env:-} exec $install_dir "\$@"
	SH
	chmod 755 "$T/installer"
}
# unit SYMBOL BANKS: an engine that runs version 1.0, seq 100, in bank 1
unit()
{
	"$device" unit set "$1" --type engine --manufacturer Acme --model E-30 --hardware-rev 2.13 \
		--serial-number "S-$1" --banks "$2" --installer "$T/installer" >/dev/null &&
	"$device" software set "$1" 1 --id fw --creator acme --version 1.0 --seq 100 \
		--digest "$(sha256sum "$served/fw-1.0" | cut -d' ' -f1)" >/dev/null
	size=$(stat -c %s "$served/fw-1.0")
	for verb in write switch; do
		IMGADM_STATE=$state "$T/installer" $verb "$1" 1 fw 1.0 100 "$size" 3<"$served/fw-1.0" \
			>/dev/null || return 1
	done
}
# The image of what runs is on the device already, as after an update before.
kept_image()
{
	kept_sum=$(sha256sum "$served/fw-1.0" | cut -d' ' -f1 | cut -c1-32)
	kept_unit=$("$device" unit list --json | python3 -c 'import json, sys
print([u["index"] for u in json.load(sys.stdin) if u["symbol"] == sys.argv[1]][0])' "$1")
	mkdir -p "$state.updates" && chmod 700 "$state.updates"
	cp "$served/fw-1.0" "$state.updates/u$kept_unit-$kept_sum.img"
	printf '%s' "$(label "$served/fw-1.0" 1.0 100)" >"$state.updates/u$kept_unit-$kept_sum.label"
	chmod 600 "$state.updates/"*
}
# The world: keys, trust, images 1.0 and 2.0, a server, a device.
world()
{
	for name in acme root stranger operator; do key $name; done
	image 1.0 100
	image 2.0 200
	"$device" init --id dev --manufacturer Acme --model M >/dev/null
	trust "${trust_serial:-1}" "creator acme $(key_of acme)"
	installer_make
	port_file=$T/tftpd.port
	spawn tftpd "$top_builddir/updater/imgadm-tftpd" --foreground --root "$served" \
		--listen 127.0.0.1:0 --port-file "$port_file"
	wait_for 20 test -s "$port_file" || { diag "imgadm-tftpd: $(cat "$T/tftpd.log")"; return 1; }
	uri=tftp://$(cat "$port_file")
}
# start SYMBOL VERSION SEQ [OPTION...]
start()
{
	start_unit=$1 start_version=$2 start_seq=$3; shift 3
	"$device" update start "$start_unit" --uri "$uri/fw-$start_version" --software fw --creator acme \
		--release "$start_version" --seq "$start_seq" "$@" >"$T/start.log" 2>&1 ||
		{ diag "start: $(cat "$T/start.log")"; return 1; }
}
# run SYMBOL [OPTION...]: imgadm-install, once, until it has nothing to do
run() { run_unit=$1; shift; "$install" --unit "$run_unit" --trial "${trial:-5}" "$@" >>"$T/install.log" 2>&1; }
# row SYMBOL: "committed none"
row() { "$install_state" "$state" row "$1" | cut -d' ' -f1,2; }
reason_text()
{
	"$device" update show "$1" --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["reason_text"])'
}
# banks SYMBOL: "1:running:1.0 2:proven:2.0"
banks()
{
	"$device" software list --json | python3 -c 'import json, sys
print(" ".join("%s:%s:%s" % (s["bank"], s["state"], s["version"])
    for s in json.load(sys.stdin) if s["symbol"] == sys.argv[1]))' "$1"
}
# truth SYMBOL: what runs in truth, whole: 1.0, 2.0, or torn
truth()
{
	truth_dir=${truth_state:-$state}.banks/$1
	truth_dir=$truth_dir/$(readlink "$truth_dir/running")
	for v in "$served"/fw-*.*; do
		case $v in *.minisig) continue ;; esac
		if cmp -s "$v" "$truth_dir/image"; then echo "${v##*/fw-}"; return; fi
	done
	echo torn
}

#!/bin/sh
# demo.sh start|stop BUILD DIR: six devices on loopback, each a real snmpd with
# imgadm.so and imgadm-agentd beside it, living fast, and a seventh that nobody can
# poll; a centre that polls them every few seconds, takes what they report, and draws;
# and a release that goes from its maker to one of them, by imgadm-publish(7)'s own words.
# `./setup demo` calls it.  All of it is in DIR; nothing needs root.
set -u
do_what=${1:?start or stop} build=${2:?build folder} dir=${3:?demo folder}
PATH=$build/manager:$build/agent-module:$build/updater:$PATH:/usr/sbin:/sbin
MIBS=	# nothing here needs names; snmpd would complain about modules it lacks
export PATH MIBS
INTERVAL_S=${IMGADM_DEMO_INTERVAL_S:-1}	# between polls
LIVE_S=${IMGADM_DEMO_LIVE_S:-40}	# before the first graphs
here=$(cd "$(dirname "$0")" && pwd) || exit 3
example=$here/catalogue-example.xml
page=${here%/*}/man/imgadm-publish.7
SPEED=600	# device seconds a second: a day in under three minutes
say() { printf '%s' "$*"; }
die() { echo; echo "demo: $*" >&2; stop_all; exit 3; }

# name model port site; one has no snmpd, and so cannot be polled
UNPOLLED=kiosk-9
devices()
{
	cat <<-E
	lobby-mfp  C650  1  berlin
	room-214   C650  2  berlin
	room-215   C650  3  berlin
	plant-3    P40   4  gera
	plant-4    P40   5  gera
	cellar-1   P40   6  gera
	kiosk-9    P40   7  jena
	E
}

# Start a program of ours in a session of its own; its pid in DIR/run/NAME.pid,
# and beside it when it started: by both it is known as ours.
daemon()
{
	daemon_name=$1; shift
	setsid "$@" >"$dir/log/$daemon_name.log" 2>&1 </dev/null 3>&- &
	echo $! >"$dir/run/$daemon_name.pid"
	start_time $! >"$dir/run/$daemon_name.start"
}

# Nothing for one that has ended and was not waited for.
start_time() { sed -n 's/.*) \([^Z]\)/\1/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

stop_one()
{
	read -r pid <"$1" || return 0
	was=$(cat "${1%.pid}.start" 2>/dev/null)
	[ -n "$was" ] && [ "$(start_time "$pid")" = "$was" ] || return 0
	kill "$pid" 2>/dev/null
	n=0
	while [ "$(start_time "$pid")" = "$was" ] && [ $n -lt 100 ]; do
		n=$((n + 1)); sleep 0.05
	done
	[ "$(start_time "$pid")" != "$was" ] || kill -9 "$pid" 2>/dev/null
}

stop_all()
{
	# The loops first, so that they start nothing more.
	for f in "$dir"/run/centre.pid "$dir"/run/*.pid; do
		[ -e "$f" ] || continue
		stop_one "$f"
		rm -f "$f" "${f%.pid}.start"
	done
}

stop()
{
	[ -d "$dir/run" ] || { echo "no demo is running in $dir"; exit 0; }
	count=$(find "$dir/run" -name '*.pid' | wc -l)
	stop_all
	echo "stopped $count processes; what they left is in $dir"
}

# Eight ports in a row that nobody has, from 16101 on: six devices, the centre, and images.
choose_ports()
{
	base=16100
	while [ $base -lt 20000 ]; do
		taken=
		for i in 1 2 3 4 5 6 7 8; do
			grep -qs "$(printf ':%04X ' $((base + i)))" /proc/net/udp /proc/net/udp6 && taken=1
		done
		[ -n "$taken" ] || return 0
		base=$((base + 100))
	done
	return 1
}

# Two that do not fit, as dist/catalogue-example.xml says: a finisher of rev C on a paper
# path of rev A, and engine firmware that wants another controller firmware.
unfit()
{
	case $1 in
	lobby-mfp)
		imgadm-device --state "$2" unit set FIN --hardware-rev C &&
			imgadm-device --state "$2" unit set FED --hardware-rev A ;;
	room-215)
		imgadm-device --state "$2" software set ENG 1 --version G00-30 --digest "$(release G00-30)" ;;
	esac
}
# The digest of a release in the example.
release() { sed -n "/version=\"$1\"/,/sha256/s/.*sha256=\"\([0-9a-f]*\)\".*/\1/p" "$example" | head -1; }

# The maker's folder: keys, images, and the example, in which 13.3 has an image that is
# there; signed with the real minisign, and in force.  Keys without pass phrases.
catalogue()
{
	command -v minisign >/dev/null 2>&1 || { say 'no minisign: no catalogue   '; return 0; }
	mkdir "$dir/maker" "$dir/images" && cd "$dir/maker" || return 1
	for k in minisign operator root; do
		minisign -G -W -f -p "$k.pub" -s "$k.key" || return 1
	done
	for v in 13.2 13.3 13.5; do
		head -c 3000000 /dev/urandom >"controller-$v.img" || return 1
	done
	sum=$(sha256sum controller-13.3.img | cut -d' ' -f1)
	sed -e '/version="13\.3"/,/sha256=/{' -e 's/size="[0-9]*"/size="3000000"/' \
		-e "s/sha256=\"[0-9a-f]*\"/sha256=\"$sum\"/" -e '}' "$example" >acme.xml &&
		minisign -Sm acme.xml -t "imgadm-catalogue 1 id=acme serial=$(
			sed -n 's/.* serial="\([0-9]*\)".*/\1/p' acme.xml | head -1)" || return 1
	cat >>"$dir/conf/imgadm.conf" <<-E
	catalogueKey acme $(sed -n 2p minisign.pub) creators acme
	imageKey acme $(sed -n 2p minisign.pub) creators acme
	operatorKey operator $(sed -n 2p operator.pub)
	site * imageBase tftp://127.0.0.1:$((base + 8))/
	E
	imgadm-judge catalogue import acme.xml || return 1
	say 'catalogue signed and in force ok   ' >&3
}

# What the maker of room-215 gave it: an installer for its controller, and whom it trusts.
updatable()
{
	[ -e "$dir/maker" ] || return 0
	d=$dir/device/room-215 installer=$build/agent-module/imgadm-install-dir
	printf 'imgadm-trust 1\nserial 1\ncreator acme %s software=controller-fw class=controller\noperator %s required\n' \
		"$(sed -n 2p minisign.pub)" "$(sed -n 2p operator.pub)" >trust
	minisign -S -s root.key -m trust -t 'imgadm-trust 1 serial=1' || return 1
	for verb in write switch; do
		IMGADM_STATE=$d/device.db "$installer" $verb CTL 1 controller-fw 13.2 1320 3000000 \
			<controller-13.2.img 3<controller-13.2.img || return 1
	done
	# The bank holds this image, and no longer the one that the catalogue lists.
	imgadm-device --state "$d/device.db" software set CTL 1 --digest '' &&
	imgadm-device --state "$d/device.db" trust root root.pub &&
		imgadm-device --state "$d/device.db" trust import trust &&
		imgadm-device --state "$d/device.db" unit set CTL --installer "$installer" || return 1
	daemon tftpd imgadm-tftpd -f --listen "127.0.0.1:$((base + 8))"
}

make_device()
{
	name=$1 model=$2 port=$((base + $3)) n=$3
	d=$dir/device/$name
	mkdir -p "$d/persist"
	imgadm-device --state "$d/device.db" demo --model "$model" --name "$name" --seed "$n" ||
		die "imgadm-device demo failed for $name"
	unfit "$name" "$d/device.db" || die "$name cannot be changed"
	daemon "$name-life" imgadm-device --state "$d/device.db" \
		demo --live --model "$model" --seed "$n" --speed $SPEED
	[ "$name" != $UNPOLLED ] || return 0
	cat >"$d/snmpd.conf" <<-E
	# $name ($model): read with v2c from loopback; the centre polls and advises with v3
	rocommunity public 127.0.0.1
	createUser centre SHA-256 demo-passphrase AES demo-passphrase
	rwuser centre priv
	sysName $name
	maxGetbulkResponses 1000
	dontLogTCPWrappersConnects yes
	dlmod imgadm $build/agent-module/.libs/imgadm.so
	imgadmState $d/device.db
	E
	SNMP_PERSISTENT_DIR=$d/persist daemon "$name-snmpd" \
		snmpd -f -C -c "$d/snmpd.conf" -Lo "udp:127.0.0.1:$port"
}

# Keys from the centre to the device, and imgadm-agentd, which reports with them: the
# structure when it changes, errors of weight at once; the seventh all of it, by the clock.
make_reports()
{
	d=$dir/device/$1
	imgadm-fleet enrol "$1" --address "udp:127.0.0.1:$((base + 7))" -o "$d/report.key" &&
		imgadm-device --state "$d/device.db" centre set --key-file "$d/report.key" || return 1
	if [ "$1" = $UNPOLLED ]; then
		imgadm-device --state "$d/device.db" report set --on-connect yes --on-change yes \
			--structure-every 1s --errors-every 2s || return 1
	else
		imgadm-device --state "$d/device.db" report set --on-connect yes --on-change yes \
			--severity error --threshold 5 || return 1
	fi
	SNMP_PERSISTENT_DIR=$d/persist daemon "$1-agentd" imgadm-agentd -f --state "$d/device.db"
}

# The device that is switched off after a while.
switch_off() { for i in agentd snmpd life; do stop_one "$dir/run/$1-$i.pid"; done; }

centre_loop()
{
	rounds=0
	silent_at=$((LIVE_S * 2 / 3 / INTERVAL_S))
	while :; do
		rounds=$((rounds + 1))
		imgadm-poll --interval "$INTERVAL_S" >>"$dir/log/poll.log" 2>&1
		[ $rounds != $silent_at ] || switch_off cellar-1
		[ $((rounds % 10)) != 0 ] || draw
		sleep "$INTERVAL_S"
	done
}

draw() { imgadm-graph --all --span 10min -o "$dir/graphs" >>"$dir/log/graph.log" 2>&1; }

answering()
{
	count=0
	for port in $(seq $((base + 1)) $((base + 6))); do
		snmpget -v2c -c public -t 0.3 -r 0 "127.0.0.1:$port" 1.3.6.1.2.1.1.3.0 >/dev/null 2>&1 &&
			count=$((count + 1))
	done
	[ $count = 6 ]
}

start()
{
	for f in "$dir"/run/*.pid; do
		if [ -e "$f" ] && [ "$(start_time "$(cat "$f")")" = "$(cat "${f%.pid}.start")" ]; then
			echo "demo: one runs already in $dir; stop it first: ./setup demo --stop" >&2
			exit 1
		fi
	done
	rm -rf "$dir"
	mkdir -p "$dir/run" "$dir/log" "$dir/conf" "$dir/graphs" "$dir/persist"
	export IMGADM_DB="$dir/imgadm.db" IMGADM_RRD_DIR="$dir/rrd"
	export IMGADM_IMAGES="$dir/images" MINISIGN_CONFIG_DIR="$dir/maker"
	export SNMPCONFPATH="$dir/conf" SNMP_PERSISTENT_DIR="$dir/persist"
	unset RRDCACHED_ADDRESS
	: >"$dir/conf/imgadm.conf" && chmod 600 "$dir/conf/imgadm.conf"
	cat >"$dir/conf/imgadm.conf" <<-E
	# The demo's centre.
	credential demo -v3 -l authPriv -u centre -a SHA-256 -A demo-passphrase -x AES -X demo-passphrase
	assign 127.0.0.0/8 demo
	pollInterval $INTERVAL_S
	E
	choose_ports || die "no eight free UDP ports in a row between 16101 and 20000"
	say 'six devices … '
	devices | while read -r name model n site; do
		make_device "$name" "$model" "$n" || exit 3
		[ "$name" = $UNPOLLED ] || echo "$name udp:127.0.0.1:$((base + n)) $site"
	done >"$dir/fleet" || exit 3
	n=0
	until answering; do
		n=$((n + 1))
		[ $n -lt 60 ] || die "the devices do not answer; see $dir/log"
		sleep 0.1
	done
	say "on udp:127.0.0.1:$((base + 1))-$((base + 6)) ok   "
	imgadm-fleet add -f "$dir/fleet" >"$dir/log/fleet.log" 2>&1 || die "$(cat "$dir/log/fleet.log")"
	imgadm-fleet add --no-poll $UNPOLLED --site jena >>"$dir/log/fleet.log" 2>&1 ||
		die "$(cat "$dir/log/fleet.log")"
	daemon centerd imgadm-centerd --listen "udp:127.0.0.1:$((base + 7))"
	devices | while read -r name _; do
		make_reports "$name" >>"$dir/log/enrol.log" 2>&1 || exit 3
	done || die "reports cannot be set up: $(tail -1 "$dir/log/enrol.log")"
	say "reports to udp:127.0.0.1:$((base + 7)) ok   "
	{ catalogue && updatable; } 3>&1 >"$dir/log/sign.log" 2>&1 ||
		die "the catalogue cannot be put in force: $(tail -1 "$dir/log/sign.log")"
	line=$(imgadm-poll --interval "$INTERVAL_S" 2>&1 | tail -1)
	printf '%s\n' "$line"
	export build dir base INTERVAL_S LIVE_S
	daemon centre sh "$here/demo.sh" loop "$build" "$dir"
	i=$LIVE_S
	while [ "$i" -gt 0 ]; do
		[ -t 2 ] && printf '\rthey live … %d s to the first graphs ' "$i" >&2
		sleep 1
		i=$((i - 1))
	done
	[ -t 2 ] && printf '\r%50s\r' '' >&2
	draw || die "no graphs: $(tail -1 "$dir/log/graph.log")"
	imgadm-fleet list
	echo "(they live $SPEED times as fast as real ones: pages a day are theirs times $SPEED)"
	judged
	published || die "the update did not go well; see $dir/log/publish.log"
	advice
}

# What does not fit, why, and what stands on the device.
judged()
{
	[ -e "$dir/maker" ] || return 0
	printf '\n$ imgadm-judge explain lobby-mfp\n'
	imgadm-judge explain lobby-mfp
	printf '\n$ imgadm-device show\t(on lobby-mfp; what needs attention)\n'
	imgadm-device --state "$dir/device/lobby-mfp/device.db" show 2>&1 | sed -n '/^ATTENTION/,/^$/p'
}

# The page's commands: the example in which a word stands, or that for another release.
from_page()
{
	awk -v word="$1" '/^\.Bd -literal/ {on = 1; text = ""; next}
		/^\.Ed/ {if (on && index(text, word)) printf "%s", text; on = 0; next}
		on {text = text $0 "\n"}' "$page" | sed -e 's/\\e$/\\/' -e "s/13\.5/${2:-13.5}/g"
}

# Run them as a person would paste them; what they say goes into the log.
paste()
{
	from_page "$@" >"$dir/pasted.sh"
	[ -s "$dir/pasted.sh" ] || { echo "$page has no example with '$1'"; return 1; }
	cat "$dir/pasted.sh" && sh -e "$dir/pasted.sh"
}

# A release from its maker to the machine, and what the judge says then.
published()
{
	[ -e "$dir/maker" ] || return 0
	cd "$dir/maker" || return 1
	{
		paste add-release && paste image\ comment\ acme && paste image\ comment\ acme 13.3 &&
			paste 'catalogue check' && paste 'catalogue import' &&
			paste operator.key && paste operator.key 13.3 &&
			paste 'image import' && paste 'image import' 13.3
	} >"$dir/log/publish.log" 2>&1 || return 1
	printf '\ncontroller-fw 13.5, by man imgadm-publish: added, signed, catalogue 43 in force, image imported\n'
	printf '(each command and its answer: %s)\n\n' "$dir/log/publish.log"
	from_page 'update device' | grep -v imgadm-poll >"$dir/pasted.sh"
	while read -r line; do
		printf '$ %s\n' "$line"
		case $line in *explain*) fits || return 1 ;; esac
		sh -c "$line" </dev/null || return 1
	done <"$dir/pasted.sh"
}

# Until the judge has seen what runs now.
fits()
{
	n=0
	until imgadm-judge explain room-215 2>/dev/null | grep -q '^room-215 .* is compatible'; do
		n=$((n + 1))
		[ $n -lt 40 ] || return 1
		sleep 0.25
	done
}

advice()
{
	mibs="-M $build/mibs:$build/mibs/ietf:/usr/share/snmp/mibs"
	p=127.0.0.1:$((base + 1))
	cat <<-E

	Polled: snmpwalk -v2c -c public $mibs -m IMGADM-MIB $p imgUnitTable
	        snmptable -v2c -c public $mibs -m IMGADM-MIB $p imgSoftwareTable
	        export IMGADM_DB=$dir/imgadm.db IMGADM_RRD_DIR=$dir/rrd IMGADM_IMAGES=$dir/images SNMPCONFPATH=$dir/conf PATH=$build/manager:$build/agent-module:$build/updater:\$PATH
	        imgadm-fleet show lobby-mfp; imgadm-fleet log lobby-mfp
	        imgadm-graph lobby-mfp life --span 10min -o lobby-mfp.png
	        imgadm-device --state $dir/device/lobby-mfp/device.db show
	Fits:   imgadm-judge show; imgadm-judge explain room-215; imgadm-judge plan room-215
	        imgadm-judge what-if lobby-mfp --unit FED=C650-feed/B; imgadm-judge fleet
	        snmpwalk -v2c -c public $mibs -m IMGADM-MIB $p imgAdviceTable
	Update: man -l $page   # what was done; then
	        imgadm-update status room-215; imgadm-update image list
	        imgadm-device --state $dir/device/room-215/device.db update list
	        imgadm-device --state $dir/device/room-215/device.db trust list
	Told:   imgadm-fleet show $UNPOLLED   # nobody can poll it: all this is from its reports
	        imgadm-device --state $dir/device/$UNPOLLED/device.db report show
	        imgadm-device --state $dir/device/$UNPOLLED/device.db error add DEV X-1 --severity error
	        imgadm-fleet log $UNPOLLED -n 3
	Graphs: $dir/graphs/lobby-mfp-use.png and $(($(find "$dir/graphs" -type f | wc -l) - 1)) more, drawn anew every $((INTERVAL_S * 10)) s
	Stop:   ./setup demo --stop
	E
}

case $do_what in
start) start ;;
stop) stop ;;
loop) centre_loop ;;
*) echo "demo.sh: start or stop, not '$do_what'" >&2; exit 1 ;;
esac

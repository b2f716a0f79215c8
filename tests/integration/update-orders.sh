#!/bin/sh
# The update of a device that nobody can reach: ordered at the centre, fetched by
# imgadm-agentd, installed by imgadm-install, followed by what the device reports, confirmed by
# another order; and what ends it.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
. "${top_srcdir:?}/tests/integration/agent-lib.sh"
. "$top_srcdir/tests/integration/catalogue-lib.sh"
. "$top_srcdir/tests/integration/judge-lib.sh"
. "$top_srcdir/tests/integration/update-lib.sh"
. "$top_srcdir/tests/integration/center-lib.sh"
: "${device:?}" "${judge:?}" "${fleet:?}" "${update:?}" "${center_port:=}" "${top_builddir:?}"
need minisign python3 sqlite3
install=$top_builddir/agent-module/imgadm-install
install_state=$top_builddir/tests/integration/install_state
[ -x "$install_state" ] && [ -x "$install" ] || skip_all "$install or $install_state is not built"
center_db=$IMGADM_DB
state=$T/plant.db
IMGADM_IMAGES=$T/images
export IMGADM_IMAGES
mkdir "$T/images" "$T/made"
sql() { sqlite3 -cmd '.timeout 10000' "$center_db" "$1"; }

# made VERSION SEQ: $T/made/VERSION, signed
made()
{
	head -c 100000 /dev/urandom >"$T/made/$1"
	sign "$T/made/$1" acme "imgadm-image 1 software=engine-fw creator=acme version=$1 seq=$2 manufacturer=Acme model=E-30 hardware=* class=engine size=100000 sha256=$(sha256sum "$T/made/$1" | cut -d' ' -f1)"
}
library()
{
	library_sum=$(sha256sum "$T/made/$1" | cut -d' ' -f1)
	cp "$T/made/$1" "$T/images/$library_sum" &&
	cp "$T/made/$1.minisig" "$T/images/$library_sum.minisig" &&
	sql "INSERT INTO image (software, creator, version, seq, size, sha256, key_id, has_operator,
		label, imported, imported_by) VALUES ('engine-fw', 'acme', '$1', $2, 100000,
		x'$library_sum', zeroblob(8), 0, '', 1, 'test')"
}

ok 'a key' key acme
ok 'a root' key root
ok 'a device' machine plant 2.0
ok 'what it runs' made G00-21 2100
cat >"$T/installer" <<END
#!/bin/sh
exec $install-dir "\$@"
END
chmod 755 "$T/installer"
dev plant unit set ENG --installer "$T/installer"
dev plant software set ENG 1 --id engine-fw --creator acme --version G00-21 --seq 2100 --bank-state running
for verb in write switch; do
	ok "in truth: $verb" env IMGADM_STATE="$state" "$T/installer" $verb ENG 1 engine-fw G00-21 2100 100000 \
		3<"$T/made/G00-21"
done
printf 'imgadm-trust 1\nserial 1\ncreator acme %s\n' "$(key_of acme)" >"$T/trust"
sign "$T/trust" root 'imgadm-trust 1 serial=1'
ok 'whom it believes' "$install_state" "$state" trust "$T/root.pub" "$T/trust" "$T/trust.minisig"

center_port=$(free_port)
: >"$T/conf/imgadm.conf"
trust acme acme
ok 'the centre never polls it' "$fleet" add --no-poll --site gera plant
ok 'it is enrolled' "$fleet" enrol --address "udp:127.0.0.1:$center_port" -o "$T/plant.key" plant
ok 'it has its keys' dev plant centre set --key-file "$T/plant.key"
ok 'it asks often' dev plant report set --on-connect yes --on-change yes --orders-every 1s
ok 'a catalogue is put in force' updates 1
made G00-28 2800; made G00-30 3000
ok 'images' library G00-28 2800
ok 'of both releases' library G00-30 3000
spawn tftpd "$top_builddir/updater/imgadm-tftpd" --foreground --db "$center_db" --images "$T/images" \
	--listen 127.0.0.1:0 --port-file "$T/tftp.port" --log stderr
ok 'imgadm-tftpd serves them' wait_for 30 test -s "$T/tftp.port"
echo "site gera imageBase tftp://$(cat "$T/tftp.port")/
site gera nat yes" >>"$T/conf/imgadm.conf"
ok 'the centre listens' center_start
spawn agentd imgadm-agentd -f --state "$state"
reported() { "$fleet" list | grep -q 'plant.*C650'; }
ok 'it reports' wait_for 40 reported
stop agentd TERM

status 'not waited for: the order stays open' 2 "$update" device plant engine-fw G00-28 --timeout 60
like 'says so' "$(cat "$T/err")" 'it has no address; the order stays open \(order [0-9]+\)'
is 'its grant is for where it reports from, by one port' "$("$update" grants --json | python3 -c 'import json, sys
for g in json.load(sys.stdin): print(g["from"], g["single_port"])')" '127.0.0.1/32 True'
status 'withdrawn before it was fetched' 0 "$update" abort plant
is 'none is open' "$(sql 'SELECT count(*) FROM update_order WHERE state = 1')" 0
spawn agentd imgadm-agentd -f --state "$state"
status 'waited for: over a stepping stone' 0 "$update" device plant engine-fw G00-30 --wait --timeout 120
like 'as it reported' "$(cat "$T/out")" '^ENG: proven$'
is 'each version was read back from its structure' "$(grep -c 'read back' "$T/out")" 2
is 'it runs' "$(runs plant ENG)" 'engine-fw G00-30'
is 'it is kept' "$("$install_state" "$state" row ENG | cut -d' ' -f1)" committed
is 'no order is open' "$(sql 'SELECT count(*) FROM update_order WHERE state = 1')" 0
is 'no grant is left' "$("$update" grants --json | tr -d ' \n')" '[]'
done_testing

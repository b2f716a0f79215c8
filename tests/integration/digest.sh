#!/bin/sh
# imgStructureDigest, computed by someone who has read its DESCRIPTION only,
# from what a walk says.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need snmpbulkwalk snmpget python3
root=$(sed -n 's/^#define IMGADM_OIDTXT_imgStructure "\(.*\)"/\1/p' "${top_builddir:?}/mibs/imgadm-mib.h")
spawn sim "$top_builddir/tests/fake/fleetsim" --devices 3 --units 15 --software 17
wait_for 10 grep -q '^ready ' "$T/sim.log" || { cat "$T/sim.log"; exit 99; }
port=$(sed -n 's/^ready [0-9.]*:\([0-9]*\) .*/\1/p' "$T/sim.log")

cat >"$T/digest.py" <<'PY'
import hashlib, struct, sys

root = sys.argv[1]
tables = {"4": {}, "5": {}}		# imgUnitTable, imgSoftwareTable: row -> column -> value
for line in sys.stdin:
    name, _, value = line.strip().partition(" = ")
    table, *rest = name[len(root) + 1:].split(".")
    if table not in tables:
        continue
    _, column, *row = rest
    if value == '""' or value.startswith("Hex-STRING") or value.startswith("STRING"):
        value = bytes.fromhex(value.partition(":")[2].strip())
    else:
        value = int(value.partition(":")[2])
    tables[table].setdefault(tuple(map(int, row)), {})[int(column)] = value

def octets(value):
    if isinstance(value, int):
        value = struct.pack(">Q", value)
    return struct.pack(">I", len(value)) + value

digest = hashlib.sha256()
for unit in sorted(tables["4"]):
    columns = tables["4"][unit]
    columns[1] = unit[0]		# the index columns are columns
    columns[11] = int(columns[11] == 5)	# absent or not
    for c in sorted(set(columns) - {13, 15, 16, 18}):	# UseCount, LifeExpected, Installed, Action
        digest.update(octets(columns[c]))
    for row in sorted(r for r in tables["5"] if r[0] == unit[0]):
        columns = tables["5"][row]
        columns[1] = row[1]
        for c in sorted(set(columns) - {7}):		# Installed
            digest.update(octets(columns[c]))
print(digest.hexdigest())
PY

for device in 1 2 3; do
	want=$(snmpget -v2c -c public -On -Ox -Oq -Ov "127.1.0.$device:$port" "$root.1.0" | tr -d '" \n' | tr A-F a-f)
	got=$(snmpbulkwalk -v2c -c public -On -Ox -Oe -Cr50 "127.1.0.$device:$port" "$root" |
		awk '/^\./ { if (line != "") print line; line = $0; next } { line = line " " $0 }
			END { print line }' | python3 "$T/digest.py" ".$root")
	is "device $device" "$got" "$want"
done
done_testing

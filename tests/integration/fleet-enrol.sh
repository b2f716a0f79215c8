#!/bin/sh
# imgadm-fleet enrol: keys are in the file and the store or in neither, are shown
# to nobody, and old ones end.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need sqlite3
fleet=${top_builddir:?}/manager/imgadm-fleet
IMGADM_DB=$T/fleet.db
export IMGADM_DB
says() { like "$1: says so" "$(cat "$T/err")" "$2"; }
line() { sed -n "s/^$1 //p" "$2"; }
stored() { sqlite3 "$IMGADM_DB" "SELECT lower(hex($1)) FROM user WHERE name = '$2'"; }
lower() { tr 'A-F' 'a-f'; }
cd "$T" || exit 99

status "add" 0 "$fleet" add room-1 10.0.0.1 --site berlin
status "add" 0 "$fleet" add --no-poll room-2
status "enrol nobody" 1 "$fleet" enrol
status "enrol who is not there" 1 "$fleet" enrol room-11
says "enrol who is not there" room-1
status "a device and a site" 1 "$fleet" enrol room-1 --site berlin
status "an unknown protocol" 1 "$fleet" enrol room-1 -a SHA-3
not_ok "made no file" test -e room-1.key
is "and no user" "$(sqlite3 "$IMGADM_DB" 'SELECT count(*) FROM user')" 0
status "--overlap alone" 1 "$fleet" enrol room-1 --overlap 1d
status "--list with a device" 1 "$fleet" enrol --list room-1
status "nobody may report" 0 "$fleet" enrol --list
like "and it says so" "$(cat "$T/out")" 'imgadm-fleet enrol DEVICE'

status "enrol" 0 "$fleet" enrol room-1 --address udp:192.0.2.1:162
like "tells what to do" "$(cat "$T/out")" 'imgadm-device centre set --key-file room-1.key'
is "the file is its owner's" "$(stat -c %a room-1.key)" 600
is "its first line" "$(sed -n 1p room-1.key)" 'imgadm-key 1'
is "the centre" "$(line centre room-1.key)" udp:192.0.2.1:162
user=$(line user room-1.key)
like "the user" "$user" '^img-[0-9a-f]{16}$'
auth=$(line auth room-1.key | cut -d' ' -f2 | lower)
is "the key is the store's" "$auth" "$(stored auth_key "$user")"
is "and the other" "$(line priv room-1.key | cut -d' ' -f2 | lower)" "$(stored priv_key "$user")"
is "SHA-256 keys are of 32 octets" "${#auth}" 64
is "the engine" "$(line engine room-1.key | lower)" "$(sqlite3 "$IMGADM_DB" 'SELECT lower(hex(engine_id)) FROM center')"
not_ok "no key was shown" grep -qi "$auth" "$T/out" "$T/err"
is "others are shut out" "$(stat -c %a "$IMGADM_DB" | cut -c3)" 0
status "enrol it again" 1 "$fleet" enrol room-1 -o other.key
says "enrol it again" '--rotate'
not_ok "made no other file" test -e other.key

status "a file that is there" 1 "$fleet" enrol room-2 -o room-1.key
says "a file that is there" 'room-1.key'
is "it is as it was" "$(line user room-1.key)" "$user"
status "a folder that is not there" 1 "$fleet" enrol room-2 -o "$T/nowhere/x.key"
is "made no user" "$(sqlite3 "$IMGADM_DB" 'SELECT count(*) FROM user')" 1
status "to standard output" 0 "$fleet" enrol room-2 -o - -a SHA-512 -x AES-256
cp "$T/out" two.key
like "the keys are there" "$(cat two.key)" 'auth SHA-512 [0-9a-f]{128}'
status "a site" 0 "$fleet" enrol --site berlin
ok "has its file" test -s berlin.key

status "rotate" 0 "$fleet" enrol room-1 --rotate --overlap 1h -o new.key
ok "is another user" test "$user" != "$(line user new.key)"
status "list" 0 "$fleet" enrol --list --csv
is "three are current, one is old" "$(tr -d '\r' <"$T/out" | grep -c ',$'):$(grep -c "$user,SHA-256,AES,.*T.*,.*T" "$T/out")" 3:1
not_ok "the list shows no key" grep -qi "$auth" "$T/out"
status "list as JSON" 0 "$fleet" enrol --list --json
status "remove" 0 "$fleet" enrol --remove room-1
status "remove again" 1 "$fleet" enrol --remove room-1
status "remove a site" 0 "$fleet" enrol --remove --site berlin
is "one is left" "$(sqlite3 "$IMGADM_DB" 'SELECT count(*) FROM user')" 1
status "enrol it anew" 0 "$fleet" enrol room-1 -o third.key
done_testing

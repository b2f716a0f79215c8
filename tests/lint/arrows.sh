#!/bin/sh
# Who may include whom; a grep an arrow.  TAP; runs from any folder.
cd "$(dirname "$0")/../.." || exit 99
n=0 failed=0
check()
{
	n=$((n + 1))
	if [ -z "$2" ]; then echo "ok $n - $1"; return; fi
	echo "not ok $n - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
	failed=1
}
# includes FOLDER REGEX: lines of sources below FOLDER that include REGEX
includes()
{
	grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$1" 2>/dev/null
}
except() { grep -vE "^($1)" || true; }

check "lib does not know agent-module, manager, updater" \
	"$(includes lib '(agent-module|manager|updater)/')"
check "manager includes lib and itself only" "$(includes manager '(agent-module|updater)/')"
check "updater includes lib and itself only" "$(includes updater '(agent-module|manager)/')"
check "agent-module never includes store or catalogue, nor the centre" \
	"$(includes agent-module '(manager|updater|lib/store|lib/catalogue)/')"
check "lib/base knows no library but libc" \
	"$(includes lib/base '(lib/[^b]|net-snmp|sqlite3|event|jansson|sodium|rrd|libxml|check)')"
check "lib/structure knows lib/base and libsodium" \
	"$(includes lib/structure '(lib/(db|snmp|store|out)|net-snmp|sqlite3|event|jansson|rrd)')"
check "lib/sign knows lib/base and libsodium" \
	"$(includes lib/sign '(lib/[^bs]|lib/s(n|t)|net-snmp|sqlite3|event|jansson|rrd|libxml|openssl)')"
check "lib/image knows lib/base, sign, structure and libsodium" \
	"$(includes lib/image '(lib/(db|snmp|store|out|mib|report|cli|catalogue|tftp)|net-snmp|sqlite3|event|jansson|rrd|libxml)')"
check "lib/audit knows lib/base, sign and libsodium" \
	"$(includes lib/audit '(lib/[^abs]|lib/s(n|t)|net-snmp|sqlite3|event|jansson|rrd|libxml)')"
check "lib/mib knows lib/base only" \
	"$(includes lib/mib '(lib/(db|snmp|store|out|structure|report)|net-snmp|sqlite3|event|jansson|rrd|sodium)')"
check "lib/report knows lib/base, structure and what is pure of lib/snmp" \
	"$(includes lib/report '(lib/(db|store|out|mib)|lib/snmp/[^pv]|net-snmp|sqlite3|event|jansson|rrd)')"
check "only lib/db includes sqlite3.h" "$(includes . 'sqlite3' | except '\./lib/db/|\./tests/')"
check "only one file includes rrd.h" \
	"$(f=$(grep -rlE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*<rrd' lib manager updater agent-module); [ "$(printf '%s\n' "$f" | grep -c .)" -le 1 ] || printf '%s\n' "$f")"
check "only lib/snmp and the agent include Net-SNMP" \
	"$(includes . 'net-snmp' | except '\./lib/snmp/|\./agent-module/|\./tests/')"
check "the poll plan has no I/O and no clock" \
	"$(grep -nE '#[[:space:]]*include[[:space:]]*<(stdio|unistd|time|sys/|net|event|fcntl)' manager/poll_plan*.[ch] 2>/dev/null)"
check "the report plan has no I/O and no clock" \
	"$(grep -nE '#[[:space:]]*include[[:space:]]*(<(stdio|unistd|time|sys/|net|event|fcntl)|"lib/base/(clock|log))' agent-module/report_plan*.[ch] agent-module/report_due.c 2>/dev/null)"
check "the install plan has no I/O and no clock" \
	"$(grep -nE '#[[:space:]]*include[[:space:]]*(<(stdio|unistd|time|sys/|net|event|fcntl)|"lib/base/(clock|log|child))' agent-module/install_plan*.[ch] 2>/dev/null)"
check "the rollout's decision has no I/O and no clock" \
	"$(grep -nE '#[[:space:]]*include[[:space:]]*(<(unistd|time|sys/|net|event|fcntl|jansson|sqlite)|"(lib/(db|snmp|store|out|report|cli|tftp)|lib/base/(clock|log|child)))' updater/rollout*.[ch] 2>/dev/null | grep -vE '^updater/rollout_(zone\.c|(gather|load|make|say)\.[ch]):')"
check "lib/catalogue knows lib/base, structure and libxml2" \
	"$(includes lib/catalogue '(lib/(db|snmp|store|out|mib|report|advice)|net-snmp|sqlite3|event|jansson|rrd)')"
check "only lib/catalogue includes libxml2" "$(includes . 'libxml' | except '\./lib/catalogue/|\./tests/')"
check "the judge knows catalogues and facts: no I/O, no clock, no store" \
	"$(grep -nE '#[[:space:]]*include[[:space:]]*(<(unistd|time|sys/|net|event|fcntl|jansson|sqlite)|"(lib/(db|snmp|store|out|mib|report|advice)|lib/base/(clock|log)|manager/[a-z_]*\.h))' manager/judge/*.[ch] 2>/dev/null)"
check "trouble rules know catalogues and facts: no I/O, no clock, no store" \
	"$(grep -nE '#[[:space:]]*include[[:space:]]*(<(stdio|unistd|time|sys/|net|event|fcntl|jansson|sqlite)|"(lib/(db|snmp|store|out|mib|report|advice)|lib/base/(clock|log)|manager/([a-z_]*\.h|judge/)))' manager/trouble/*.[ch] 2>/dev/null)"
check "the module knows state, tables, lib base, db, mib, structure only" \
	"$(includes agent-module 'lib/' | grep -E '/(table|view|plugin|entity|state)' | grep -vE 'lib/(base|db|mib|structure)/')"
echo "1..$n"
exit $failed

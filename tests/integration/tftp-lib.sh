# shellcheck shell=sh
# tests/integration/tftp-lib.sh: imgadm-tftpd on a port of its own.  Sourced after tests/lib.sh.
#
#   tftpd NAME [OPTION...]  start it; $A is its first address:port; log in $T/NAME.log
#   get NAME [FILE]         fetch from $A into $T/got (or FILE); $get_options are added
#   put FILE NAME
#   logged NAME RE          that daemon's log has such a line
tftpd()
{
	tftpd_name=$1; shift
	rm -f "$T/port"
	spawn "$tftpd_name" imgadm-tftpd -f -v --port-file "$T/port" "$@"
	wait_for 20 test -s "$T/port" || { diag "imgadm-tftpd does not start"; sed 's/^/# /' "$T/$tftpd_name.log"; }
	A=$(head -1 "$T/port")
}
# shellcheck disable=SC2086 # a word list
get() { rm -f "$T/got"; imgadm-tftp get ${get_options:-} "tftp://$A/$1" "${2:-$T/got}"; }
put() { imgadm-tftp put "$1" "tftp://$A/$2"; }
logged() { grep -Eq -e "$2" "$T/$1.log"; }

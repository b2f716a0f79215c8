# shellcheck shell=sh
# tests/integration/tftp-peers-lib.sh: TFTP servers and clients of others, and
# ours beside them, on loopback.  Sourced after tests/lib.sh.
#
#   peer PROGRAM            its path: what ./setup check fetched, or the system's
#   peer_version NAME       "atftpd-0.8.0", ...
#   serve NAME PEER ADDRESS PORT FOLDER [OPTION...]   starts it and waits until it listens;
#                           NAME as for spawn; dnsmasq's port is always 69
#   bound PORT [ADDRESS]    something listens there, on IPv6 where the address is one
#
# $serve_wrap, where set, runs the server (taskset).
peers_dir=${top_builddir:?}/peers
peer()
{
	if [ -x "$peers_dir/$1" ]; then echo "$peers_dir/$1"; else command -v "$1"; fi
}
peer_version()
{
	case $1 in
	atftpd) peer_says=$("$(peer atftpd)" -V 2>&1 | sed -n '1s/.*[ -]\([0-9][0-9.]*\).*/\1/p') ;;
	tftpd-hpa) peer_says=$("$(peer in.tftpd)" -V 2>&1 | sed -n '1s/^tftp-hpa \([0-9.]*\).*/\1/p') ;;
	dnsmasq) peer_says=$(dnsmasq -v | sed -n '1s/.*[Vv]ersion \([0-9.]*\).*/\1/p') ;;
	*) peer_says= ;;
	esac
	echo "$1${peer_says:+-$peer_says}"
}
bound()
{
	bound_hex=$(printf ':%04X ' "$1")
	case ${2:-} in *:*) set -- /proc/net/udp6 ;; *) set -- /proc/net/udp /proc/net/udp6 ;; esac
	# The sockets' own address is the second word.
	awk -v p="$bound_hex" 'substr($2 " ", length($2) - 4) == p { found = 1 } END { exit !found }' "$@"
}
# brackets ADDRESS: as it stands before a port
brackets() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }
serve()
{
	serve_name=$1 serve_peer=$2 serve_address=$3 serve_port=$4 serve_dir=$5
	shift 5
	case $serve_peer in
	atftpd)
		set -- "$(peer atftpd)" --daemon --no-fork --logfile "$T/$serve_name.atftpd" --port "$serve_port" \
			--bind-address "$serve_address" --maxthread 4000 --user "$(id -un).$(id -gn)" "$@" "$serve_dir" ;;
	tftpd-hpa)
		set -- "$(peer in.tftpd)" -L -a "$(brackets "$serve_address"):$serve_port" -u "$(id -un)" "$@" \
			-s "$serve_dir" ;;
	dnsmasq)
		set -- dnsmasq --no-daemon --conf-file=/dev/null --port=0 --enable-tftp --tftp-root="$serve_dir" \
			--tftp-max=4000 --listen-address="$serve_address" --bind-interfaces \
			--user="$(id -un)" --group="$(id -gn)" --quiet-tftp --pid-file= "$@" ;;
	imgadm)
		set -- imgadm-tftpd -f --listen "$(brackets "$serve_address"):$serve_port" --root "$serve_dir" "$@" ;;
	esac
	# shellcheck disable=SC2086 # a word list
	spawn "$serve_name" ${serve_wrap:-} "$@"
	wait_for 20 bound "$serve_port" "$serve_address" || {
		diag "$serve_peer does not listen on $serve_address port $serve_port:"
		sed 's/^/# /' "$T/$serve_name.log"
		return 1
	}
}

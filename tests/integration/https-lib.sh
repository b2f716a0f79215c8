# tests/integration/https-lib.sh: certificates of an authority of our own, and a server.
#
#   authority NAME          $pki/NAME.pem and its key
#   certificate NAME AUTHORITY SAN [OPTION...]  $pki/NAME.pem for what SAN says
#   https_start FOLDER NAME...  tests/fake/https.py with these certificates; $https_ports
#                 are their ports and that of a plain server
# shellcheck shell=sh
need openssl python3
pki=$T/pki
mkdir -p "$pki"
authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=$1" -addext 'basicConstraints=critical,CA:TRUE' \
		-addext 'keyUsage=critical,keyCertSign' -keyout "$pki/$1.key" -out "$pki/$1.pem" 2>"$pki/log"
}
certificate()
{
	cert_name=$1 cert_by=$2 cert_san=$3; shift 3
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$cert_name" \
		-keyout "$pki/$cert_name.key" -out "$pki/$cert_name.csr" 2>"$pki/log" &&
	printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$cert_san" >"$pki/$cert_name.ext" &&
	openssl x509 -req -in "$pki/$cert_name.csr" -CA "$pki/$cert_by.pem" -CAkey "$pki/$cert_by.key" \
		-CAcreateserial -extfile "$pki/$cert_name.ext" -days 1 "$@" -out "$pki/$cert_name.pem" 2>"$pki/log"
}
https_start()
{
	https_folder=$1 https_pairs=; shift
	for name in "$@"; do
		https_pairs=${https_pairs:+$https_pairs,}$pki/$name.pem=$pki/$name.key
	done
	spawn https python3 "${top_srcdir:?}/tests/fake/https.py" "$https_folder" "$T/https.ports" "$https_pairs"
	wait_for 30 test -s "$T/https.ports" || { diag "https.py: $(cat "$T/https.log")"; return 1; }
	# shellcheck disable=SC2034 # for who sources this
	https_ports=$(cat "$T/https.ports")
}

#!/bin/sh
# notify-mail: a mail for each notice; what a notify program may look like.
#
#	notify-mail.sh raised|changed|cleared KEY TEXT
#
# Exit status 0 says that it was told: a mail that the mail system did not take
# is tried again later.  KEY and TEXT are one line of UTF-8 each.
to=root
sendmail=${SENDMAIL:-/usr/sbin/sendmail}
[ $# = 3 ] || { echo 'usage: notify-mail.sh raised|changed|cleared KEY TEXT' >&2; exit 1; }
event=$1 key=$2 text=$3

# A header is ASCII without line breaks; the rest stands in the body.
subject=$(printf '%s' "$key" | LC_ALL=C tr -c ' -~' '?' | cut -c 1-60)
{
	printf 'To: %s\nSubject: imgadm: %s %s\n' "$to" "$event" "$subject"
	printf 'Auto-Submitted: auto-generated\nMIME-Version: 1.0\n'
	printf 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'
	printf '%s: %s\n\n%s\n' "$event" "$key" "$text"
} | "$sendmail" -t -oi

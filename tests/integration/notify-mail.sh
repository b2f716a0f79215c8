#!/bin/sh
# The mail that the example of a notify program writes.
. "${top_srcdir:?}/tests/lib.sh"
mail=$top_srcdir/dist/examples/notify-mail.sh
cat >"$T/sendmail" <<END
#!/bin/sh
echo "\$*" >'$T/words'
cat >'$T/mail'
exit \$(cat '$T/exit')
END
chmod +x "$T/sendmail"
echo 0 >"$T/exit"
SENDMAIL=$T/sendmail
export SENDMAIL
ok 'it is told' "$mail" raised 'verdict büro-3
Bcc: all' 'engine-fw 3000: -rf $(id) \x1b'
is 'to whom says the mail' "$(cat "$T/words")" '-t -oi'
is 'its head is one line each, in ASCII' "$(sed -n '1,/^$/s/^Subject: //p' "$T/mail")" \
	'imgadm: raised verdict b??ro-3?Bcc: all'
is 'no header came from outside' "$(sed '/^$/q' "$T/mail" | grep -c '^Bcc')" 0
is 'the text is as it was' "$(tail -n 1 "$T/mail")" 'engine-fw 3000: -rf $(id) \x1b'
echo 75 >"$T/exit"
status 'what the mail system does not take was not told' 75 "$mail" cleared a b
status 'other words are none' 1 "$mail" raised
done_testing

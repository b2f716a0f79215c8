# man/

dist_man_MANS += man/imgadm.1 man/imgadm-poll.8

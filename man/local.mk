# man/

dist_man_MANS += man/imgadm.1 man/imgadm-poll.8

dist_man_MANS += man/imgadm-graph.1 man/imgadm-rrd.5

dist_man_MANS += man/imgadm.so.8 man/imgadm-agentd.8 man/imgadm-install.8

dist_man_MANS += man/imgadm-device.1 man/imgadm-device.3
dist_man_MANS += man/imgadm-fleet.8

dist_man_MANS += man/imgadm.conf.5

dist_man_MANS += man/imgadm-centerd.8

dist_man_MANS += man/imgadm-judge.8 man/imgadm-catalogue.5

dist_man_MANS += man/imgadm-tftp.1 man/imgadm-tftpd.8

dist_man_MANS += man/imgadm-integrate.7

dist_man_MANS += man/imgadm-update.8 man/imgadm-image.5

dist_man_MANS += man/imgadm-publish.7

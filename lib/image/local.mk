# lib/image: signed images: label, trust, what a device checks; lib/sign and libsodium only.
noinst_HEADERS += %D%/image.h %D%/image_trust.h %D%/image_check.h

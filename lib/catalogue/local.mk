# lib/catalogue: what the makers say fits together; the one folder that knows libxml2.
noinst_HEADERS += lib/catalogue/catalogue.h

# lib/store: the centre's database, as whole operations.
noinst_HEADERS += %D%/store.h %D%/store_read.h

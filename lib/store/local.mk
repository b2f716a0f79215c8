# lib/store: the centre's database, as whole operations.

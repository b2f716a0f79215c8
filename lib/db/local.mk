# lib/db: a thin layer over SQLite; the only folder that includes sqlite3.h.

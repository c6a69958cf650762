-- SQLite counts those whom its trigrams name.
SELECT 1;

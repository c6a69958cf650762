-- SQLite compares names by their bytes already.
SELECT 1;

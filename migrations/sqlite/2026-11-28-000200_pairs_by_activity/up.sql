-- SQLite's index of activity has them already.
SELECT 1;

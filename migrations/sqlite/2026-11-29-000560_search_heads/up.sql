-- SQLite's index of activity has the whole texts.
SELECT 1;

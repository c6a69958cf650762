-- How many hold a text, the desk asks a sample of its own. For the planner's a hundred texts do, as for any column: it compares
-- each with every pattern of a search, whenever that is planned.
ALTER TABLE customers ALTER COLUMN search_text SET STATISTICS -1;
ANALYZE customers (search_text);

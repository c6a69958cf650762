-- Whom a batch is still about: a thousand customers a row, in the order of their numbers, each as its distance from the one
-- before. A row for each took seconds to write of a million customers, in which nobody else can write on SQLite.
CREATE TABLE batch_parts (
  batch_id BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  place BIGINT NOT NULL,
  customers TEXT NOT NULL,
  PRIMARY KEY (batch_id, place)
);
INSERT INTO batch_parts (batch_id, place, customers)
SELECT batch_id, n / 1000, string_agg(CAST(step AS TEXT), ' ' ORDER BY n)
FROM (
  SELECT batch_id, n, CASE WHEN n % 1000 = 0 THEN customer_id ELSE customer_id - earlier END AS step
  FROM (
    SELECT batch_id, customer_id, row_number() OVER numbers - 1 AS n, lag(customer_id) OVER numbers AS earlier
    FROM batch_items WHERE error IS NULL
    WINDOW numbers AS (PARTITION BY batch_id ORDER BY customer_id)
  ) AS numbered
) AS steps
GROUP BY batch_id, n / 1000;
-- What stays are those to whom it was not done.
DELETE FROM batch_items WHERE error IS NULL;
DROP INDEX batch_items_failed;

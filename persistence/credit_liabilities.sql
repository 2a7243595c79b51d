-- By how much each month has changed what was paid for credits that are still there, by type of movement: $1 the
-- beginnings of the months and the end of the last, $2 the currency. Month 0 is all that was before.
WITH moved AS (
    SELECT l.id AS lot_id, l.cost_minor, l.quantity, t.id AS movement_id, t.type,
        -- A hold is posted when it is captured.
        CASE t.type WHEN 'HOLD' THEN t.updated_at ELSE t.created_at END AS at,
        CASE c.direction WHEN 'IN' THEN c.quantity ELSE -c.quantity END AS credits
    FROM credit_lots l
    JOIN credit_consumptions c ON c.lot_id = l.id
    JOIN credit_transactions t ON t.id = c.transaction_id
    WHERE l.currency = $2::text AND t.status = 'POSTED'
),
gone AS (
    SELECT lot_id, movement_id, type, at, cost_minor, quantity,
        quantity - sum(credits) OVER (PARTITION BY lot_id ORDER BY at, movement_id) AS credits
    FROM moved
),
-- The cost of a lot less the part of those that have left, rounded once and half up, in whole numbers throughout.
left_of AS (
    SELECT lot_id, movement_id, type, at, cost_minor - div(2 * cost_minor * credits + quantity, 2 * quantity) AS minor
    FROM gone
),
changes AS (
    SELECT type, at, minor - lag(minor, 1, 0) OVER (PARTITION BY lot_id ORDER BY at, movement_id) AS minor FROM left_of
)
SELECT width_bucket(at, $1::timestamptz[]) AS month, type, sum(minor) AS minor
FROM changes WHERE at < ($1::timestamptz[])[cardinality($1::timestamptz[])]
GROUP BY month, type

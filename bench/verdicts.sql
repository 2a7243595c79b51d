-- What is lost, stuck or there twice after the processes were killed: one row for each, with what it is and which.
SELECT 'an event without a position' AS what, id::text FROM outbox WHERE position IS NULL
UNION ALL
SELECT 'a position without its event', missing::text
FROM generate_series(1, (SELECT position FROM outbox_head)) AS missing
WHERE NOT EXISTS (SELECT FROM outbox WHERE position = missing)
UNION ALL
SELECT 'events of one object out of order', id::text FROM (
    SELECT id, subject_version < lag(subject_version) OVER (PARTITION BY subject_id ORDER BY position) AS is_behind
    FROM outbox
) AS placed WHERE is_behind
UNION ALL
SELECT 'a job ' || status, reaction || ' at ' || position || coalesce(': ' || error, '')
FROM outbox_reactions WHERE status <> 'SUCCEEDED'
UNION ALL
SELECT 'a scheduled run ' || status, name || ' of ' || scheduled_for FROM scheduled_runs WHERE status <> 'SUCCEEDED'
UNION ALL
SELECT 'a webhook ' || status, id::text FROM webhook_deliveries WHERE status <> 'DELIVERED'
UNION ALL
SELECT 'an event without its webhook', id::text FROM outbox
WHERE subject_id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.event_id = outbox.id)
UNION ALL
SELECT 'an event with two webhooks', event_id::text FROM webhook_deliveries GROUP BY event_id HAVING count(*) > 1
UNION ALL
-- Who dies between noting that a charge is sent and sending it leaves one that never arrives: it fails, for nothing.
SELECT 'credits bought that are ' || status, id::text FROM credit_purchases bought
WHERE status <> 'PAID' AND NOT EXISTS (
    SELECT FROM sales s JOIN payments p ON p.sale_id = s.id
    WHERE s.subject_id = bought.id AND bought.status = 'FAILED' AND p.failure_code = 'NEVER_ARRIVED' AND NOT EXISTS (
        SELECT FROM payment_attempts a JOIN simulator_charges c ON c.key = a.id WHERE a.payment_id = p.id
    )
)
UNION ALL
SELECT 'a sale charged twice', p.sale_id::text
FROM payments p JOIN payment_attempts a ON a.payment_id = p.id JOIN simulator_charges c ON c.key = a.id
WHERE c.decline_code IS NULL GROUP BY p.sale_id HAVING count(*) > 1
UNION ALL
SELECT 'a gig made twice', title FROM gigs GROUP BY title HAVING count(*) > 1
UNION ALL
SELECT 'a key without its answer', mutation || ' ' || key FROM idempotency_records WHERE result IS NULL

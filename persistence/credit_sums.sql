WITH
-- What a movement leaves of its account and of the lots that it touched, whose rows are locked by the account's.
account AS (
    UPDATE credit_accounts SET available = $2, held = $3, lapses = $4::jsonb, alert_armed = $5, version = version + 1,
        updated_at = $6
    WHERE id = $1
),
lots AS (
    UPDATE credit_lots l SET remaining = left_of.remaining, held = left_of.held, version = l.version + 1, updated_at = $6
    FROM unnest($7::uuid[], $8::bigint[], $9::bigint[]) AS left_of (id, remaining, held)
    WHERE l.id = left_of.id
)
INSERT INTO credit_consumptions (id, transaction_id, lot_id, organization_id, position, quantity, direction)
SELECT t.id, $10, t.lot_id, $11, t.position, t.quantity, t.direction
FROM unnest($12::uuid[], $13::uuid[], $14::integer[], $15::bigint[], $16::text[])
    AS t (id, lot_id, position, quantity, direction)

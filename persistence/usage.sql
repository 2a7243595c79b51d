WITH
wanted AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::numeric[], $6::text[])
        WITH ORDINALITY AS wanted (id, meter_code, event_id, occurred_at, value, unique_key, place)
),
known AS (
    SELECT w.*, m.id AS meter_id, m.aggregation FROM wanted w
    JOIN meters m ON m.code = w.meter_code AND m.app_id IS NOT DISTINCT FROM $7::uuid
),
-- What happened in a period that has closed counts in the one that is open now.
placed AS (
    SELECT k.*, EXISTS (
        SELECT FROM subscription_periods p
        WHERE p.organization_id = $8 AND k.occurred_at >= p.period_start AND k.occurred_at < p.period_end
            AND p.status <> 'FAILED' AND p.terms -> 'metered' ? k.meter_id::text
            AND (p.period_end <= $10 OR EXISTS (SELECT FROM usage_closings c WHERE c.period_id = p.id))
    ) AS is_late
    FROM known k WHERE k.aggregation <> 'UNIQUE_COUNT' OR k.unique_key IS NOT NULL
),
written AS (
    INSERT INTO usage_events (id, meter_id, organization_id, event_id, occurred_at, counted_at, recorded_at, value,
        unique_key, is_late)
    SELECT id, meter_id, $8, event_id, occurred_at, CASE WHEN is_late THEN $9 ELSE occurred_at END, $9, value,
        unique_key, is_late
    FROM placed ORDER BY meter_id, event_id
    ON CONFLICT (meter_id, event_id) DO NOTHING
    RETURNING id
)
-- By place: the meter, whether it is new, and what was there before this statement began.
SELECT k.place, k.meter_id, k.aggregation, written.id IS NOT NULL, e.organization_id, e.occurred_at, e.value, e.unique_key
FROM known k
LEFT JOIN written USING (id)
LEFT JOIN usage_events e ON e.meter_id = k.meter_id AND e.event_id = k.event_id

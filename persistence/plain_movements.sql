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
),
-- The movement itself, which lots it touched, and what it tells: rows as JSON, by the names of their columns.
moved AS (
    INSERT INTO credit_transactions SELECT * FROM json_populate_record(NULL::credit_transactions, $10::json)
),
touched AS (
    INSERT INTO credit_consumptions SELECT * FROM json_populate_recordset(NULL::credit_consumptions, $11::json)
),
begun AS (
    INSERT INTO status_changes SELECT * FROM json_populate_recordset(NULL::status_changes, $12::json)
)
INSERT INTO outbox (id, type, subject_type, subject_id, subject_version, organization_ids, topics, actor_kind,
    actor_user_id, actor_key_id, actor_organization_id, request_id, data, occurred_at)
SELECT id, type, subject_type, subject_id, subject_version, organization_ids, topics, actor_kind, actor_user_id,
    actor_key_id, actor_organization_id, request_id, data, occurred_at
FROM json_populate_recordset(NULL::outbox, $13::json)

WITH
-- How much each balance moves.
wanted AS (
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::boolean[]) AS wanted (account_id, change_minor, is_wallet)
),
-- What is owed by those whose wallets get something, where anything ever was.
debts AS (
    SELECT a.id AS account_id, a.organization_id, a.currency
    FROM unnest($4::uuid[], $5::text[]) AS owed (organization_id, currency)
    JOIN ledger_accounts a ON a.code = 'org_debt' AND a.currency = owed.currency
        AND a.organization_id = owed.organization_id AND a.provider IS NULL AND a.customer_id IS NULL
),
-- In ascending order, so that no two transactions can wait for each other.
locked AS MATERIALIZED (
    SELECT b.account_id, b.balance_minor FROM ledger_balances b
    WHERE b.account_id IN (SELECT account_id FROM wanted UNION SELECT account_id FROM debts)
    ORDER BY b.account_id FOR UPDATE OF b
),
-- Nothing is written unless all accounts and balances are there and the wallets cover what is taken from them.
possible AS MATERIALIZED (
    SELECT count(*) = cardinality($1) AND coalesce(bool_and(NOT is_wallet OR balance_minor + change_minor >= 0), true)
        AND (SELECT count(*) = $6::bigint FROM ledger_accounts WHERE id = ANY ($7::uuid[])) AS is_so
    FROM wanted JOIN locked USING (account_id)
),
transfers AS (
    INSERT INTO ledger_transfers (id, kind, source_type, source_id, ordinal, entry_count, posted_at, actor_user_id,
        actor_key_id, actor_organization_id, reason, reverses_id)
    SELECT t.id, t.kind, t.source_type, t.source_id, t.ordinal, t.entry_count, t.posted_at, t.actor_user_id,
        t.actor_key_id, t.actor_organization_id, t.reason, coalesce(t.reverses_id, reversed.id)
    FROM unnest($8::uuid[], $9::text[], $10::text[], $11::uuid[], $12::integer[], $13::integer[], $14::timestamptz[],
        $15::uuid[], $16::uuid[], $17::uuid[], $18::text[], $19::uuid[], $20::text[], $21::integer[])
        AS t (id, kind, source_type, source_id, ordinal, entry_count, posted_at, actor_user_id, actor_key_id,
            actor_organization_id, reason, reverses_id, reversed_kind, reversed_ordinal)
    LEFT JOIN ledger_transfers reversed ON reversed.kind = t.reversed_kind AND reversed.source_type = t.source_type
        AND reversed.source_id = t.source_id AND reversed.ordinal = t.reversed_ordinal
    WHERE (SELECT is_so FROM possible)
),
-- The ids of entries follow each other in the order of the locks.
written AS (
    INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency, invoice_id, payment_id, hold_id, payout_id)
    SELECT * FROM unnest($22::uuid[], $7::uuid[], $23::bigint[], $24::text[], $25::uuid[], $26::uuid[], $27::uuid[],
        $28::uuid[])
    WHERE (SELECT is_so FROM possible)
    RETURNING account_id, id
),
moved AS (
    UPDATE ledger_balances b SET balance_minor = b.balance_minor + wanted.change_minor, last_entry_id = newest.id,
        version = b.version + 1
    FROM wanted JOIN (SELECT account_id, max(id) AS id FROM written GROUP BY account_id) newest USING (account_id)
    WHERE b.account_id = wanted.account_id
    RETURNING b.account_id, b.version
)
-- Each locked balance as it was, with its version if it has moved; at last, without an account, how much was written.
SELECT l.account_id, l.balance_minor, m.version, d.organization_id, d.currency
FROM locked l LEFT JOIN moved m USING (account_id) LEFT JOIN debts d USING (account_id)
UNION ALL
SELECT NULL, count(*), NULL, NULL, NULL FROM written

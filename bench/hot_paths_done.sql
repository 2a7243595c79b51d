-- What has become of an organization, whoever did it: its account, lots, movements, postings and usage.
SELECT jsonb_build_object(
    'account', (
        SELECT jsonb_build_array(available, held, lapses, alert_armed, version) FROM credit_accounts
        WHERE organization_id = $1
    ),
    'lots', (
        SELECT jsonb_agg(jsonb_build_array(source, quantity, remaining, held, version) ORDER BY priority) FROM credit_lots
        WHERE organization_id = $1
    ),
    'movements', (
        SELECT jsonb_agg(jsonb_build_array(t.type, t.quantity, t.balance_after, t.status, c.position, c.quantity,
            c.direction, l.source) ORDER BY t.balance_after, c.position)
        FROM credit_transactions t JOIN credit_consumptions c ON c.transaction_id = t.id JOIN credit_lots l ON l.id = c.lot_id
        WHERE t.organization_id = $1
    ),
    'postings', (
        SELECT jsonb_agg(jsonb_build_array(p.kind, p.source_type, p.ordinal, p.entry_count, a.code, e.amount_minor, e.currency)
            ORDER BY t.balance_after, a.code)
        FROM credit_transactions t JOIN ledger_transfers p ON p.id = t.ledger_transfer_id
        JOIN ledger_entries e ON e.transfer_id = p.id JOIN ledger_accounts a ON a.id = e.account_id
        WHERE t.organization_id = $1
    ),
    'balances', (
        SELECT jsonb_agg(jsonb_build_array(a.code, b.balance_minor, b.version) ORDER BY a.code)
        FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id WHERE a.organization_id = $1
    ),
    'usage', (
        SELECT jsonb_agg(jsonb_build_array(m.code, e.value, e.is_late, e.counted_at = e.occurred_at))
        FROM usage_events e JOIN meters m ON m.id = e.meter_id WHERE e.organization_id = $1
    )
)::text

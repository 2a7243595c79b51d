SELECT concat('{"data":{"wallets":{"nodes":[', string_agg(concat('{"id":"', a.id, '","currency":"', a.currency,
    '","version":', b.version, ',"available":{"amountMinor":"', b.balance_minor, '","currency":"', a.currency,
    '"},"organization":{"id":"', o.id, '","name":', to_json(o.name), '}}'), ',' ORDER BY a.currency, a.id), ']}}}')
FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id JOIN organizations o ON o.id = a.organization_id
WHERE a.organization_id = $1 AND a.code = 'wallet_available'

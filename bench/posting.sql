-- The same posting as persistence/ledger.py writes, by hand in one function: the limit it is measured against. It assumes
-- that the accounts and their balance rows exist, and leaves everything else to the same triggers.

CREATE FUNCTION post_two(kind text, source_type text, source uuid, at timestamptz, from_code text, to_code text,
    owner uuid, held_by text, amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    debit ledger_accounts;
    credit ledger_accounts;
    transfer uuid := uuidv7();
    debit_entry bigint;
    credit_entry bigint;
BEGIN
    SELECT * INTO STRICT debit FROM ledger_accounts a WHERE a.code = from_code AND a.currency = 'EUR'
        AND a.organization_id IS NOT DISTINCT FROM owner AND a.customer_id IS NULL AND (owner IS NOT NULL
        OR a.provider IS NOT DISTINCT FROM CASE a.code WHEN 'provider_cash' THEN held_by END);
    SELECT * INTO STRICT credit FROM ledger_accounts a WHERE a.code = to_code AND a.currency = 'EUR'
        AND a.organization_id IS NOT DISTINCT FROM owner AND a.customer_id IS NULL AND (owner IS NOT NULL
        OR a.provider IS NOT DISTINCT FROM CASE a.code WHEN 'provider_cash' THEN held_by END);
    IF debit.guarded OR credit.guarded THEN
        PERFORM FROM ledger_balances WHERE account_id IN (debit.id, credit.id) ORDER BY account_id FOR UPDATE;
    END IF;
    INSERT INTO ledger_transfers (id, kind, source_type, source_id, ordinal, entry_count, posted_at)
        VALUES (transfer, kind, source_type, source, 1, 2, at);
    INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency)
        VALUES (transfer, debit.id, amount, 'EUR') RETURNING id INTO debit_entry;
    INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency)
        VALUES (transfer, credit.id, -amount, 'EUR') RETURNING id INTO credit_entry;
    UPDATE ledger_balances SET balance_minor = balance_minor + CASE debit.side WHEN 'DEBIT' THEN amount ELSE -amount END,
        last_entry_id = debit_entry, version = version + 1 WHERE account_id = debit.id AND debit.guarded;
    UPDATE ledger_balances SET balance_minor = balance_minor + CASE credit.side WHEN 'DEBIT' THEN -amount ELSE amount END,
        last_entry_id = credit_entry, version = version + 1 WHERE account_id = credit.id AND credit.guarded;
END $$;

-- Every issuer sets something aside once, so that all accounts are there.
INSERT INTO ledger_accounts (id, code, currency, organization_id, provider, side, guarded)
SELECT gen_random_uuid(), 'wallet_held', 'EUR', organization_id, NULL, 'CREDIT', true
FROM ledger_accounts WHERE code = 'wallet_available'
UNION ALL SELECT gen_random_uuid(), 'processor_fee', 'EUR', NULL, NULL, 'DEBIT', false;
INSERT INTO ledger_balances (account_id, balance_minor, last_entry_id, version)
SELECT id, 0, 0, 0 FROM ledger_accounts WHERE code = 'wallet_held';

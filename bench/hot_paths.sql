-- The same as Milepost does on its hot paths, by hand in one function each: the limit that it is measured against. They
-- know what the data of the bench has, and no more: nobody's rights, no keys, no events, no audit log.

-- Credits are taken under the lock of their account, in burn order, with their posting in the ledger.
CREATE FUNCTION spend_by_hand(owner uuid, wanted bigint, movement uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    account credit_accounts;
    lot record;
    missing bigint := wanted;
    taken bigint;
    place integer := 0;
    transfer uuid := uuidv7();
    available_id uuid;
    spent_id uuid;
    newest bigint;
BEGIN
    SELECT * INTO STRICT account FROM credit_accounts WHERE organization_id = owner FOR NO KEY UPDATE;
    IF account.status <> 'ACTIVE' OR account.available < wanted THEN
        RAISE EXCEPTION '% credits cannot be spent: % are available of an account that is %', wanted, account.available,
            account.status;
    END IF;
    FOR lot IN SELECT id, remaining FROM credit_lots WHERE account_id = account.id AND remaining > 0
        AND (expires_at IS NULL OR expires_at > now()) ORDER BY priority, expires_at NULLS LAST, created_at, id
    LOOP
        taken := least(lot.remaining, missing);
        UPDATE credit_lots SET remaining = remaining - taken, version = version + 1, updated_at = now() WHERE id = lot.id;
        INSERT INTO credit_consumptions (id, transaction_id, lot_id, organization_id, position, quantity, direction)
            VALUES (uuidv7(), movement, lot.id, owner, place, taken, 'OUT');
        missing := missing - taken;
        place := place + 1;
        EXIT WHEN missing = 0;
    END LOOP;
    UPDATE credit_accounts SET available = available - wanted, version = version + 1, updated_at = now(),
        alert_armed = available - wanted >= low_balance_threshold WHERE id = account.id;
    INSERT INTO credit_transactions (id, account_id, organization_id, type, quantity, actor_kind, ledger_transfer_id,
        balance_after, status, version, created_at, updated_at)
        VALUES (movement, account.id, owner, 'SPEND', wanted, 'USER', transfer, account.available - wanted, 'POSTED', 1,
            now(), now());
    SELECT id INTO STRICT available_id FROM ledger_accounts WHERE code = 'credit_available' AND currency = 'CREDIT'
        AND organization_id = owner AND provider IS NULL AND customer_id IS NULL;
    SELECT id INTO STRICT spent_id FROM ledger_accounts WHERE code = 'credit_spent' AND currency = 'CREDIT'
        AND organization_id IS NULL AND provider IS NULL AND customer_id IS NULL;
    PERFORM FROM ledger_balances WHERE account_id = available_id FOR UPDATE;
    INSERT INTO ledger_transfers (id, kind, source_type, source_id, ordinal, entry_count, posted_at)
        VALUES (transfer, 'CREDIT_SPEND', 'CreditTransaction', movement, 1, 2, now());
    INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency)
        VALUES (transfer, available_id, wanted, 'CREDIT') RETURNING id INTO newest;
    INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency)
        VALUES (transfer, spent_id, -wanted, 'CREDIT');
    UPDATE ledger_balances SET balance_minor = balance_minor - wanted, last_entry_id = newest, version = version + 1
        WHERE account_id = available_id;
    RETURN concat('{"data":{"spendCredits":{"transaction":{"id":"', movement, '","quantity":"', wanted,
        '","balanceAfter":"', account.available - wanted, '"},"balance":"', account.available - wanted, '"}}}');
END $$;

CREATE FUNCTION report_by_hand(owner uuid, meter text, event text, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    written integer;
BEGIN
    INSERT INTO usage_events (id, meter_id, organization_id, event_id, occurred_at, counted_at, recorded_at, value, is_late)
        SELECT uuidv7(), id, owner, event, at, at, now(), 1, false FROM meters WHERE code = meter AND app_id IS NULL
        ON CONFLICT (meter_id, event_id) DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN concat('{"data":{"recordUsage":{"accepted":', written, ',"duplicates":', 1 - written, '}}}');
END $$;

-- Of all that gives a feature it looks at grants alone, as they are the only thing here that does.
CREATE FUNCTION check_by_hand(owner uuid, wanted text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat('{"data":{"checkEntitlement":{"featureCode":"', f.code, '","isActive":', to_json(g.id IS NOT NULL), ',"state":',
        to_json(CASE WHEN g.id IS NOT NULL THEN 'ACTIVE' END), ',"limit":', to_json(coalesce(g.value, 0)::text), ',"used":"',
        coalesce(q.used, 0), '"}}}')
    FROM features f
    LEFT JOIN entitlement_grants g ON g.feature_id = f.id AND g.organization_id = owner AND g.revoked_at IS NULL
        AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now())
    LEFT JOIN quota_counters q ON q.feature_id = f.id AND q.organization_id = owner
        AND q.window_starts_at = date_trunc('month', now(), 'UTC')
    WHERE f.code = wanted AND f.app_id IS NULL
$$;

CREATE FUNCTION account_by_hand(owner uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat('{"data":{"creditAccount":{"id":"', id, '","status":"', status, '","available":"', available,
        '","held":"', held, '","lowBalanceThreshold":"', low_balance_threshold, '"}}}')
    FROM credit_accounts WHERE organization_id = owner
$$;

-- Books of about $1 entries: paid and open invoices of 100 issuers with their postings. Written as a whole and without
-- triggers; check-books says afterwards whether they hold.

CREATE TEMP TABLE party ON COMMIT DROP AS
SELECT number, md5('issuer ' || number)::uuid AS issuer, md5('payer ' || number)::uuid AS payer,
    md5('customer ' || number)::uuid AS customer, md5('method ' || number)::uuid AS method
FROM generate_series(0, 99) AS number;

CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT i, md5('invoice ' || i)::uuid AS invoice, md5('payment ' || i)::uuid AS payment, md5('opened ' || i)::uuid AS opened,
    md5('paid ' || i)::uuid AS paid, i / 100 + 1 AS sequence, 10000 + i % 977 AS total, (10000 + i % 977) / 20 AS fee,
    i % 7 <> 6 AS is_paid, timestamptz '2026-01-01' + i * interval '1 second' AS at, party.*
FROM generate_series(0, $1 * 7 / 44 - 1) AS i JOIN party ON party.number = i % 100;

INSERT INTO organizations (id, kind, name, time_zone, billing_email, requires_two_factor, status, version, created_at,
    updated_at)
SELECT issuer, 'FREELANCER', 'Issuer', 'UTC', 'issuer@example.com', false, 'ACTIVE', 1, now(), now() FROM party
UNION ALL SELECT payer, 'CLIENT', 'Payer', 'UTC', 'payer@example.com', false, 'ACTIVE', 1, now(), now() FROM party;

INSERT INTO customers (id, organization_id, linked_organization_id, name, payment_terms_days, version, created_at, updated_at)
SELECT customer, issuer, payer, 'Payer', 14, 1, now(), now() FROM party;

INSERT INTO payment_methods (id, organization_id, provider, kind, token, label, last4, currency, is_default, status, version,
    created_at, updated_at)
SELECT method, payer, 'SIMULATOR', 'CARD', 'sim_ok', 'Card', '4242', 'EUR', true, 'ACTIVE', 1, now(), now() FROM party;

INSERT INTO invoices (id, kind, issuer_id, customer_id, recipient_id, series, year, sequence, number, issue_on, supply_on,
    due_on, time_zone, currency, tax_mode, tax_level, subtotal_minor, discount_total_minor, net_total_minor,
    tax_total_minor, total_minor, advances_applied_minor, credited_due_minor, paid_minor, written_off_minor,
    amount_due_minor, fee_bps, fee_flat_minor, fee_minor, net_minor, is_frozen, collection_mode, collection_attempts, note,
    opened_at, paid_at, status, awaits_release, version, created_at, updated_at)
SELECT invoice, 'STANDARD', issuer, customer, payer, 'INV', 2026, sequence, 'INV-2026-' || sequence, '2026-01-01',
    '2026-01-01', '2026-01-15', 'UTC', 'EUR', 'EXCLUSIVE', 'DOCUMENT', total, 0, total, 0, total, 0, 0,
    CASE WHEN is_paid THEN total ELSE 0 END, 0, CASE WHEN is_paid THEN 0 ELSE total END, 500, 0, fee, total - fee, false,
    'MANUAL', 0, '', at, CASE WHEN is_paid THEN at END, CASE WHEN is_paid THEN 'PAID' ELSE 'OPEN' END, false, 1, at, at
FROM made;

INSERT INTO invoice_lines (id, invoice_id, position, description, quantity, currency, unit_price_minor, tax_type_ids,
    gross_minor, discount_amount_minor, share_minor, base_minor, net_minor, tax_minor, taxes)
SELECT md5('line ' || i)::uuid, invoice, 1, 'Design', 1, 'EUR', total, '{}', total, 0, 0, total, total, 0, '[]' FROM made;

INSERT INTO number_series (organization_id, document_type, series, year, last_sequence, last_issue_on)
SELECT issuer, 'INVOICE', 'INV', 2026, max(sequence), '2026-01-01' FROM made GROUP BY issuer;

INSERT INTO payments (id, invoice_id, payer_id, issuer_id, source, method_id, provider, capture_mode, amount_minor,
    captured_minor, refunded_minor, currency, trigger, asked, status, version, created_at, updated_at)
SELECT payment, invoice, payer, issuer, 'METHOD', method, 'SIMULATOR', 'AUTOMATIC', total, total, 0, 'EUR', 'PAYER', 0, 'SUCCEEDED', 1,
    at, at
FROM made WHERE is_paid;

INSERT INTO ledger_accounts (id, code, currency, organization_id, provider, side, guarded)
SELECT md5(code || number)::uuid, code, 'EUR', issuer, NULL, side, true
FROM party CROSS JOIN (VALUES ('receivable', 'DEBIT'), ('billed', 'CREDIT'), ('wallet_available', 'CREDIT')) AS c (code, side)
UNION ALL SELECT md5('provider_cash')::uuid, 'provider_cash', 'EUR', NULL, 'SIMULATOR', 'DEBIT', false
UNION ALL SELECT md5('platform_fee')::uuid, 'platform_fee', 'EUR', NULL, NULL, 'CREDIT', false;

INSERT INTO ledger_transfers (id, kind, source_type, source_id, ordinal, entry_count, posted_at)
SELECT opened, 'P1', 'Invoice', invoice, 1, 2, at FROM made
UNION ALL SELECT paid, 'P3', 'Payment', payment, 1, 5, at FROM made WHERE is_paid;

INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency, invoice_id, payment_id)
SELECT transfer, md5(account)::uuid, amount, 'EUR', invoice, lines.payment
FROM made CROSS JOIN LATERAL (VALUES
    (opened, 'receivable' || number, total, NULL::uuid),
    (opened, 'billed' || number, -total, NULL),
    (paid, 'provider_cash', total, made.payment),
    (paid, 'billed' || number, total, made.payment),
    (paid, 'receivable' || number, -total, made.payment),
    (paid, 'wallet_available' || number, fee - total, made.payment),
    (paid, 'platform_fee', -fee, made.payment)
) AS lines (transfer, account, amount, payment)
WHERE is_paid OR transfer = opened ORDER BY i;

INSERT INTO ledger_balances (account_id, balance_minor, last_entry_id, version)
SELECT a.id, sum(CASE a.side WHEN 'DEBIT' THEN e.amount_minor ELSE -e.amount_minor END), max(e.id), count(*)
FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.guarded GROUP BY a.id;

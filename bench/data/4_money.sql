-- An invoice of three lines for each approved milestone, and two more that the freelancer wrote in each project that is
-- not completed. Seven of eight of the former and fifteen of sixteen of the latter are paid, fees are kept, all is posted.

INSERT INTO payment_methods (id, organization_id, provider, kind, token, label, last4, currency, is_default, status, version,
    created_at, updated_at)
SELECT method_id, organization_id, 'SIMULATOR', 'CARD', 'sim_ok', 'Simulated card', '4242', 'EUR', true, 'ACTIVE', 1, joined_at, joined_at
FROM parties WHERE side = 0;

INSERT INTO customers (id, organization_id, linked_organization_id, name, payment_terms_days, version, created_at,
    updated_at)
SELECT DISTINCT ON (pair) pg_temp.id_of(14, pair), freelancer_id, client_id, o.name, 14, 1, at, at
FROM works JOIN organizations o ON o.id = client_id ORDER BY pair, i;

CREATE TEMP TABLE bills AS
WITH billed AS (
    SELECT stages.*, 'MILESTONE' AS kind, stage % 10 > 0 AS is_paid FROM stages WHERE is_approved
    UNION ALL SELECT stages.*, 'STANDARD', (i * 2 + m) % 32 > 1 FROM stages WHERE NOT is_done AND m < 2
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY approved_at, stage, kind) AS number,
        extract(year FROM approved_at AT TIME ZONE 'Europe/Skopje')::int AS year,
        (approved_at AT TIME ZONE 'Europe/Skopje')::date AS issue_on
    FROM billed
)
SELECT *, row_number() OVER (PARTITION BY freelancer_id, year ORDER BY number) AS sequence,
    pg_temp.id_of(15, number, approved_at) AS invoice_id, pg_temp.id_of(17, number, approved_at) AS payment_id,
    amount_minor / 5 AS tax_minor, amount_minor + amount_minor / 5 AS total_minor,
    CASE kind WHEN 'MILESTONE' THEN amount_minor / 20 ELSE 0 END AS fee_minor, approved_at + interval '1 hour' AS paid_at
FROM numbered;
ANALYZE bills;

INSERT INTO invoices (id, kind, issuer_id, customer_id, recipient_id, project_id, milestone_id, agreed_minor, series, year,
    sequence, number, issue_on, supply_on, due_on, time_zone, currency, tax_mode, tax_level, subtotal_minor,
    discount_total_minor, net_total_minor, tax_total_minor, total_minor, advances_applied_minor, credited_due_minor,
    paid_minor, written_off_minor, amount_due_minor, fee_policy_id, fee_bps, fee_flat_minor, fee_minor, net_minor,
    is_frozen, awaits_release, collection_mode, collection_attempts, note, opened_at, paid_at, status, version, created_at, updated_at)
SELECT invoice_id, kind, freelancer_id, pg_temp.id_of(14, pair), client_id,
    CASE kind WHEN 'MILESTONE' THEN project_id END, CASE kind WHEN 'MILESTONE' THEN milestone_id END,
    CASE kind WHEN 'MILESTONE' THEN amount_minor END, 'INV', year, sequence,
    'INV-' || year || '-' || lpad(sequence::text, greatest(4, length(sequence::text)), '0'), issue_on, issue_on,
    issue_on + 14, 'Europe/Skopje', 'EUR', 'EXCLUSIVE', 'LINE', amount_minor, 0, amount_minor, tax_minor, total_minor, 0, 0,
    CASE WHEN is_paid THEN total_minor ELSE 0 END, 0, CASE WHEN is_paid THEN 0 ELSE total_minor END, policy.id, policy.bps,
    coalesce((policy.minimum_fees_minor ->> 'EUR')::bigint, 0), fee_minor, total_minor - fee_minor, false, false,
    'MANUAL', 0, '', approved_at, CASE WHEN is_paid THEN paid_at END,
    CASE WHEN is_paid THEN 'PAID' ELSE 'OPEN' END, 1 + is_paid::int, approved_at, approved_at
FROM bills JOIN fee_policies policy
    ON policy.scope = CASE kind WHEN 'MILESTONE' THEN 'PROJECT' ELSE 'STANDARD' END ORDER BY bills.number;

INSERT INTO tax_types (id, organization_id, name, rate_bps, category, is_default, is_active, version, created_at, updated_at)
SELECT pg_temp.id_of(16, number), organization_id, 'VAT 20 %', 2000, 'S', true, true, 1, joined_at, joined_at
FROM parties WHERE side = 1;

INSERT INTO invoice_lines (id, invoice_id, position, description, quantity, currency, unit_price_minor, tax_type_ids,
    gross_minor, discount_amount_minor, share_minor, base_minor, net_minor, tax_minor, taxes)
SELECT pg_temp.id_of(18, bills.number * 3 + l, approved_at), invoice_id, l + 1,
    stage_title || ': ' || lower((ARRAY['Draft', 'Build', 'Check'])[l + 1]), 1, 'EUR', part, ARRAY[tax.id], part, 0, 0, part,
    part, part / 5, jsonb_build_array(jsonb_build_object('tax_type_id', tax.id, 'name', tax.name, 'rate_bps', tax.rate_bps,
        'category', tax.category, 'amount_minor', part / 5))
FROM bills JOIN tax_types tax ON tax.organization_id = freelancer_id, generate_series(0, 2) l,
    LATERAL (SELECT amount_minor / 10 * (ARRAY[5, 3, 2])[l + 1] AS part) parts
ORDER BY bills.number, l;

INSERT INTO number_series (organization_id, document_type, series, year, last_sequence, last_issue_on)
SELECT freelancer_id, 'INVOICE', 'INV', year, max(sequence), max(issue_on) FROM bills GROUP BY freelancer_id, year;

INSERT INTO payments (id, invoice_id, payer_id, issuer_id, source, method_id, provider, capture_mode, amount_minor,
    captured_minor, refunded_minor, currency, trigger, asked, status, version, created_at, updated_at)
SELECT payment_id, invoice_id, client_id, freelancer_id, 'METHOD', method_id, 'SIMULATOR', 'AUTOMATIC', total_minor,
    total_minor, 0, 'EUR',
    'PAYER', 0, 'SUCCEEDED', 3, approved_at, paid_at
FROM bills WHERE is_paid ORDER BY number;

INSERT INTO payment_attempts (id, payment_id, number, status, provider_id, created_at, sent_at, answer)
SELECT pg_temp.id_of(19, number, approved_at), payment_id, 1, 'SUCCEEDED', 'sim_' || number, approved_at, approved_at, '{}'
FROM bills WHERE is_paid ORDER BY number;

INSERT INTO ledger_accounts (id, code, currency, organization_id, provider, side, guarded)
SELECT pg_temp.id_of(20, number * 3 + kind), (ARRAY['receivable', 'billed', 'wallet_available'])[kind + 1], 'EUR',
    organization_id, NULL, (ARRAY['DEBIT', 'CREDIT', 'CREDIT'])[kind + 1], true
FROM parties, generate_series(0, 2) kind WHERE side = 1
UNION ALL SELECT pg_temp.id_of(21, 0), 'provider_cash', 'EUR', NULL, 'SIMULATOR', 'DEBIT', false
UNION ALL SELECT pg_temp.id_of(21, 1), 'platform_fee', 'EUR', NULL, NULL, 'CREDIT', false;

INSERT INTO ledger_balances (account_id, balance_minor, last_entry_id, version)
SELECT id, 0, 0, 0 FROM ledger_accounts WHERE guarded;

CREATE TEMP TABLE postings AS
SELECT number, 1 AS step, approved_at AS at, freelancer_id, invoice_id, NULL::uuid AS payment_id, code, amount
FROM bills, LATERAL (VALUES ('receivable', total_minor), ('billed', -total_minor)) lines (code, amount)
UNION ALL
SELECT number, 2, paid_at, freelancer_id, invoice_id, payment_id, code, amount
FROM bills, LATERAL (VALUES ('provider_cash', total_minor), ('billed', total_minor), ('receivable', -total_minor),
    ('wallet_available', fee_minor - total_minor), ('platform_fee', -fee_minor)) lines (code, amount)
WHERE is_paid AND amount <> 0;
ANALYZE postings;

INSERT INTO ledger_transfers (id, kind, source_type, source_id, ordinal, entry_count, posted_at)
SELECT pg_temp.id_of(22 + step, number, at), (ARRAY['P1', 'P3'])[step], (ARRAY['Invoice', 'Payment'])[step],
    coalesce(payment_id, invoice_id), 1, count(*), at
FROM postings GROUP BY number, step, at, invoice_id, payment_id ORDER BY at, number, step;

INSERT INTO ledger_entries (transfer_id, account_id, amount_minor, currency, invoice_id, payment_id)
SELECT pg_temp.id_of(22 + step, number, at), account.id, amount, 'EUR', invoice_id, payment_id
FROM postings JOIN ledger_accounts account ON account.code = postings.code
    AND (account.organization_id = freelancer_id OR account.organization_id IS NULL)
ORDER BY at, number, step, amount;

WITH summed AS (
    SELECT account_id, max(entry.id) AS newest,
        sum(CASE account.side WHEN 'DEBIT' THEN amount_minor ELSE -amount_minor END) AS balance
    FROM ledger_entries entry JOIN ledger_accounts account ON account.id = account_id GROUP BY account_id
)
UPDATE ledger_balances b SET balance_minor = balance, last_entry_id = newest, version = 1
FROM summed WHERE summed.account_id = b.account_id;

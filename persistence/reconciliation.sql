-- The statements of a reconciliation, each under its name. All of them work on sets: none is run for each line.

-- match
-- Lines without a subject get that of the attempt with our key or with the provider's id; chargebacks are also found
-- by the charge that they take back, where that has only one.
UPDATE provider_report_lines AS line SET subject_type = found.type, subject_id = found.id
FROM (
    SELECT unmatched.id AS line_id, subject.type, subject.id
    FROM provider_report_lines unmatched
    CROSS JOIN LATERAL (
        SELECT 'Payment' AS type, coalesce(
            (SELECT a.payment_id FROM payment_attempts a WHERE a.id = unmatched.key),
            (SELECT a.payment_id FROM payment_attempts a JOIN payments p ON p.id = a.payment_id
             WHERE a.provider_id = unmatched.external_id AND p.provider = :provider)
        ) AS id WHERE unmatched.kind = 'CHARGE'
        UNION ALL
        SELECT 'Refund', coalesce(
            (SELECT a.refund_id FROM refund_attempts a WHERE a.id = unmatched.key),
            (SELECT a.refund_id FROM refund_attempts a JOIN refunds r ON r.id = a.refund_id
             WHERE a.provider_id = unmatched.external_id AND r.provider = :provider)
        ) WHERE unmatched.kind IN ('REFUND', 'REFUND_FAILED')
        UNION ALL
        SELECT 'Payout', coalesce(
            (SELECT a.payout_id FROM payout_attempts a WHERE a.id = unmatched.key),
            (SELECT a.payout_id FROM payout_attempts a JOIN payouts p ON p.id = a.payout_id
             WHERE a.provider_id = unmatched.external_id AND p.provider = :provider)
        ) WHERE unmatched.kind IN ('PAYOUT', 'PAYOUT_RETURNED')
        UNION ALL
        SELECT 'Chargeback', coalesce(
            (SELECT c.id FROM chargebacks c WHERE c.provider = :provider AND c.external_id = unmatched.external_id),
            (SELECT max(CAST(c.id AS text)) FROM chargebacks c JOIN payment_attempts a ON a.payment_id = c.payment_id
             WHERE a.id = unmatched.key HAVING count(*) = 1)::uuid
        ) WHERE unmatched.kind IN ('CHARGEBACK', 'CHARGEBACK_WON')
    ) AS subject
    WHERE unmatched.provider = :provider AND unmatched.subject_id IS NULL AND subject.id IS NOT NULL
) AS found
WHERE line.id = found.line_id

-- sides
-- Both sides of every object that moved money in the period, or that somebody was told of and that is still so.
WITH RECURSIVE scope (type, id) AS (
    SELECT coalesce(subject_type, 'ProviderReportLine'), coalesce(subject_id, id) FROM provider_report_lines
    WHERE provider = :provider AND at >= :since AND at < :day_end
    UNION
    SELECT t.source_type, t.source_id
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.posted_at >= :since AND a.code = 'provider_cash' AND a.provider = :provider
        AND t.source_type IN ('Payment', 'Refund', 'Payout', 'Chargeback', 'ProviderReportLine')
    UNION
    SELECT subject_type, CAST(subject_key AS uuid) FROM money_exceptions
    WHERE provider = :provider AND status <> 'RESOLVED'
        AND subject_type IN ('Payment', 'Refund', 'Payout', 'Chargeback', 'ProviderReportLine')
),
subjects (type, id) AS (
    -- Fees of a line are posted for the line: it counts as part of what it moved money for.
    SELECT DISTINCT coalesce(l.subject_type, s.type), coalesce(l.subject_id, s.id)
    FROM scope s LEFT JOIN provider_report_lines l ON s.type = 'ProviderReportLine' AND l.id = s.id
),
related (type, id, transfer_id) AS (
    SELECT s.type, s.id, t.id FROM subjects s
    JOIN ledger_transfers t ON t.source_id = s.id AND t.source_type = s.type
    UNION
    SELECT s.type, s.id, t.id FROM subjects s JOIN provider_report_lines l ON l.subject_id = s.id
    JOIN ledger_transfers t ON t.source_id = l.id AND t.source_type = 'ProviderReportLine'
    UNION
    SELECT s.type, s.id, t.id FROM subjects s
    JOIN money_exceptions x ON x.subject_key = CAST(s.id AS text) AND x.subject_type = s.type
    JOIN ledger_transfers t ON t.source_id = x.id AND t.source_type = 'MoneyException'
    UNION
    -- Corrections are posted for the approval of a transfer, corrections of corrections likewise.
    SELECT r.type, r.id, t.id FROM related r JOIN approval_requests q ON q.subject_id = r.transfer_id
    JOIN ledger_transfers t ON t.source_id = q.id AND t.source_type = 'ApprovalRequest'
),
posted AS (
    SELECT r.type, r.id, e.currency, sum(e.amount_minor) AS minor,
        coalesce(sum(e.amount_minor) FILTER (WHERE a.code = 'processor_fee'), 0) AS fee_minor,
        coalesce(sum(e.amount_minor) FILTER (
            WHERE a.code = 'provider_cash' AND t.posted_at >= :known_from AND t.posted_at < :day_end
        ), 0) AS by_then_minor,
        -- What is posted because of a report waits for no other line.
        max(t.posted_at) FILTER (WHERE t.source_type = r.type AND r.type <> 'ProviderReportLine') AS last_at,
        count(*) FILTER (WHERE t.source_type = r.type AND a.code = 'provider_cash') AS entries,
        bool_or(t.source_type = 'MoneyException') AS is_decided
    FROM related r
    JOIN ledger_transfers t ON t.id = r.transfer_id
    JOIN ledger_entries e ON e.transfer_id = t.id
    JOIN ledger_accounts a ON a.id = e.account_id
    WHERE a.code = 'processor_fee' OR (a.code = 'provider_cash' AND a.provider = :provider)
    GROUP BY r.type, r.id, e.currency
),
lines AS (
    SELECT s.type, s.id AS about, l.* FROM subjects s JOIN provider_report_lines l ON l.subject_id = s.id
    WHERE s.type <> 'ProviderReportLine' AND l.provider = :provider AND l.at >= :known_from
    UNION ALL
    SELECT s.type, s.id, l.* FROM subjects s JOIN provider_report_lines l ON l.id = s.id
    WHERE s.type = 'ProviderReportLine'
),
signed AS (
    SELECT l.*,
        CASE WHEN l.kind = 'FEE' THEN 0
            WHEN l.kind IN ('CHARGE', 'REFUND_FAILED', 'PAYOUT_RETURNED', 'CHARGEBACK_WON', 'ADJUSTMENT')
            THEN l.amount_minor ELSE -l.amount_minor END AS gross,
        l.fee_minor + CASE WHEN l.kind = 'FEE' THEN l.amount_minor ELSE 0 END AS fee,
        l.kind IN ('REFUND_FAILED', 'PAYOUT_RETURNED', 'CHARGEBACK_WON') AS gives_back,
        NOT EXISTS (
            SELECT FROM ledger_transfers t WHERE t.source_id = l.id AND t.source_type = 'ProviderReportLine'
        ) AND NOT (l.type = 'Payment' AND EXISTS (
            SELECT FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id
            JOIN ledger_accounts a ON a.id = e.account_id
            WHERE t.source_id = l.about AND t.source_type = 'Payment' AND a.code = 'processor_fee'
        )) AS is_unposted
    FROM lines l
),
reported AS (
    SELECT type, about AS id, currency, sum(gross) AS minor, sum(fee) AS fee_minor,
        sum(CASE WHEN is_unposted THEN fee ELSE 0 END) AS unposted_fee_minor,
        count(*) FILTER (WHERE NOT gives_back) AS lines, bool_or(gives_back) AS is_reversed, max(at) AS last_at,
        coalesce(sum(gross - fee) FILTER (WHERE at < :day_end), 0) AS by_then_minor,
        (array_agg(kind ORDER BY at DESC, lines.id))[1] AS line_kind,
        (array_agg(external_id ORDER BY at DESC, lines.id))[1] AS external_id,
        (array_agg(key ORDER BY at DESC, lines.id))[1] AS key
    FROM signed AS lines GROUP BY type, about, currency
),
compared AS (
    SELECT coalesce(r.type, p.type) AS type, coalesce(r.id, p.id) AS id, coalesce(r.currency, p.currency) AS currency,
        coalesce(r.minor, 0) AS reported_minor, coalesce(p.minor, 0) AS posted_minor,
        coalesce(r.fee_minor, 0) AS reported_fee_minor, coalesce(r.unposted_fee_minor, 0) AS unposted_fee_minor,
        coalesce(p.fee_minor, 0) AS posted_fee_minor, coalesce(r.lines, 0) AS line_count,
        coalesce(r.is_reversed, false) AS is_reversed, coalesce(p.entries, 0) > 0 AS has_postings,
        coalesce(p.is_decided, false) AS is_decided,
        r.line_kind, r.external_id, r.key, r.last_at AS last_line_at, p.last_at AS last_posted_at,
        coalesce(r.by_then_minor, 0) - coalesce(p.by_then_minor, 0) AS timing_minor
    FROM reported r FULL JOIN posted p ON (p.type, p.id, p.currency) = (r.type, r.id, r.currency)
),
facts AS (
    SELECT f.*, coalesce(p.status, r.status, o.status, c.status) AS status,
        coalesce(p.issuer_id, r.issuer_id, o.organization_id, c.issuer_id) AS organization_id,
        coalesce(p.created_at, r.created_at, o.created_at, c.created_at) AS begun_at
    FROM compared f
    LEFT JOIN payments p ON f.type = 'Payment' AND p.id = f.id
    LEFT JOIN refunds r ON f.type = 'Refund' AND r.id = f.id
    LEFT JOIN payouts o ON f.type = 'Payout' AND o.id = f.id
    LEFT JOIN chargebacks c ON f.type = 'Chargeback' AND c.id = f.id
)

-- facts
-- What does not fit. Where people have decided what a difference is, a fee or not, only all of the cash has to fit.
SELECT type AS subject_type, id AS subject_id, currency, CAST(reported_minor AS bigint) AS reported_minor,
    CAST(posted_minor AS bigint) AS posted_minor, CAST(reported_fee_minor AS bigint) AS reported_fee_minor,
    CAST(unposted_fee_minor AS bigint) AS unposted_fee_minor, CAST(posted_fee_minor AS bigint) AS posted_fee_minor,
    line_count, is_reversed, has_postings, line_kind, external_id, key, last_line_at, last_posted_at, status,
    organization_id, begun_at
FROM facts
WHERE (reported_minor <> posted_minor OR reported_fee_minor - unposted_fee_minor <> posted_fee_minor)
    AND NOT (
        is_decided
        AND reported_minor - reported_fee_minor + unposted_fee_minor = posted_minor - posted_fee_minor
    )
ORDER BY type, id, currency LIMIT :most

-- timing
-- By how much what is on its way, and what does not fit, part both sides at the end of the day, in each currency.
SELECT currency, CAST(sum(timing_minor) AS bigint) AS minor FROM facts
WHERE timing_minor <> 0 AND (begun_at IS NULL OR begun_at >= :known_from OR line_count > 0 OR is_reversed)
GROUP BY currency

-- fees
-- The next lines of the period with a fee that neither the line nor the payment it charged has posted.
SELECT l.id, l.currency, CAST(l.fee_minor + CASE WHEN l.kind = 'FEE' THEN l.amount_minor ELSE 0 END AS bigint) AS minor,
    CASE WHEN l.subject_type = 'Payment' THEN l.subject_id END AS payment_id
FROM provider_report_lines l
LEFT JOIN payments p ON l.subject_type = 'Payment' AND p.id = l.subject_id
WHERE l.provider = :provider AND l.at >= :since AND l.at < :lines_before AND l.at < :day_end
    AND (l.fee_minor <> 0 OR (l.kind = 'FEE' AND l.amount_minor <> 0))
    AND (p.id IS NULL OR p.status NOT IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN'))
    AND NOT EXISTS (
        SELECT FROM ledger_transfers t WHERE t.source_id = l.id AND t.source_type = 'ProviderReportLine'
    )
    AND NOT EXISTS (
        SELECT FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id
        JOIN ledger_accounts a ON a.id = e.account_id
        WHERE l.subject_type = 'Payment' AND t.source_id = l.subject_id AND t.source_type = 'Payment'
            AND a.code = 'processor_fee'
    )
ORDER BY l.id LIMIT :most

-- totals
-- What the lines of the day come to, and what the ledger had at its end, in each currency.
SELECT coalesce(l.currency, b.currency) AS currency, coalesce(l.line_count, 0) AS line_count,
    coalesce(l.matched, 0) AS matched_count, CAST(coalesce(l.in_minor, 0) AS bigint) AS in_minor,
    CAST(coalesce(l.out_minor, 0) AS bigint) AS out_minor, CAST(coalesce(l.fee_minor, 0) AS bigint) AS fee_minor,
    CAST(coalesce(b.minor, 0) AS bigint) AS ledger_minor
FROM (
    SELECT currency, count(*) AS line_count, count(subject_id) AS matched,
        sum(amount_minor) FILTER (
            WHERE kind IN ('CHARGE', 'REFUND_FAILED', 'PAYOUT_RETURNED', 'CHARGEBACK_WON', 'ADJUSTMENT')
        ) AS in_minor,
        sum(amount_minor) FILTER (WHERE kind IN ('REFUND', 'PAYOUT', 'CHARGEBACK')) AS out_minor,
        sum(fee_minor + CASE WHEN kind = 'FEE' THEN amount_minor ELSE 0 END) AS fee_minor
    FROM provider_report_lines WHERE provider = :provider AND at >= :day_start AND at < :day_end GROUP BY currency
) AS l
FULL JOIN (
    SELECT a.currency, sum(e.amount_minor) AS minor
    FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id JOIN ledger_transfers t ON t.id = e.transfer_id
    WHERE a.code = 'provider_cash' AND a.provider = :provider AND t.posted_at < :day_end GROUP BY a.currency
) AS b USING (currency)
ORDER BY 1

-- drifts
-- What of earlier drifts was let be, or was posted after the day, in each currency.
SELECT x.actual_currency AS currency, CAST(sum(x.actual_minor - x.expected_minor) AS bigint) AS minor
FROM money_exceptions x
WHERE x.provider = :provider AND x.kind = 'BALANCE_DRIFT' AND x.day <= :day AND (
    x.status = 'WAIVED' OR EXISTS (
        SELECT FROM ledger_transfers t WHERE t.source_id = x.id AND t.source_type = 'MoneyException'
            AND t.posted_at >= :day_end
    )
)
GROUP BY x.actual_currency

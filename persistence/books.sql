-- What must hold in the books. Each rule is a heading (its code and the API's type of the objects it is about), one
-- sentence, and a query that finds where it does not hold: id, expected and actual. `:now` is the instant of the check.

-- TRIAL_BALANCE
-- All entries of a currency add up to zero.
SELECT currency AS id, 0 AS expected, sum(amount_minor) AS actual
FROM ledger_entries GROUP BY currency HAVING sum(amount_minor) <> 0

-- TRANSFER_BALANCE of LedgerTransfer
-- The entries of a transfer add up to zero in each currency.
SELECT transfer_id AS id, '0 ' || currency AS expected, sum(amount_minor) || ' ' || currency AS actual
FROM ledger_entries GROUP BY transfer_id, currency HAVING sum(amount_minor) <> 0

-- TRANSFER_ENTRIES of LedgerTransfer
-- A transfer has all the entries it was written with.
SELECT t.id, t.entry_count AS expected, count(e.id) AS actual
FROM ledger_transfers t LEFT JOIN ledger_entries e ON e.transfer_id = t.id
GROUP BY t.id HAVING count(e.id) <> t.entry_count

-- ENTRY_CURRENCY of LedgerTransfer
-- An entry has the currency of its account.
SELECT e.transfer_id AS id, a.currency AS expected, e.currency AS actual
FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.currency <> e.currency

-- BALANCE_ROW of LedgerAccount
-- Guarded accounts have a balance row, the others have none.
SELECT a.id, a.guarded::int AS expected, count(b.account_id) AS actual
FROM ledger_accounts a LEFT JOIN ledger_balances b ON b.account_id = a.id
GROUP BY a.id HAVING a.guarded::int <> count(b.account_id)

-- BALANCE of LedgerAccount
-- A balance row is the sum of all entries of its account, up to the last.
WITH summed AS (
    SELECT account_id, sum(amount_minor) AS amount, max(id) AS newest FROM ledger_entries GROUP BY account_id
), recomputed AS (
    SELECT b.*, coalesce(CASE a.side WHEN 'DEBIT' THEN s.amount ELSE -s.amount END, 0) AS total,
        coalesce(s.newest, 0) AS newest
    FROM ledger_balances b JOIN ledger_accounts a ON a.id = b.account_id
    LEFT JOIN summed s ON s.account_id = b.account_id
)
SELECT account_id AS id, total || ' up to entry ' || newest AS expected,
    balance_minor || ' up to entry ' || last_entry_id AS actual
FROM recomputed WHERE balance_minor <> total OR last_entry_id <> newest

-- RECEIVABLE of Invoice
-- What is receivable on an open invoice is its amount due, on any other nothing.
WITH due AS (
    SELECT id, CASE status WHEN 'OPEN' THEN amount_due_minor ELSE 0 END AS amount FROM invoices
), posted AS (
    SELECT e.invoice_id, sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.code = 'receivable'
    GROUP BY e.invoice_id
)
SELECT coalesce(d.id, p.invoice_id) AS id, coalesce(d.amount, 0) AS expected, coalesce(p.amount, 0) AS actual
FROM due d FULL JOIN posted p ON p.invoice_id = d.id WHERE coalesce(d.amount, 0) <> coalesce(p.amount, 0)

-- BILLED of Invoice
-- What is billed on an open invoice is its amount due, on any other nothing.
WITH due AS (
    SELECT id, CASE status WHEN 'OPEN' THEN amount_due_minor ELSE 0 END AS amount FROM invoices
), posted AS (
    SELECT e.invoice_id, -sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.code = 'billed'
    GROUP BY e.invoice_id
)
SELECT coalesce(d.id, p.invoice_id) AS id, coalesce(d.amount, 0) AS expected, coalesce(p.amount, 0) AS actual
FROM due d FULL JOIN posted p ON p.invoice_id = d.id WHERE coalesce(d.amount, 0) <> coalesce(p.amount, 0)

-- INVOICE_PAID of Invoice
-- What the postings of payments settled is what counts as paid, and on a paid invoice it is all of it.
WITH settled AS (
    SELECT e.invoice_id, -sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transfers t ON t.id = e.transfer_id
    WHERE a.code = 'receivable' AND t.kind IN ('P3', 'P4', 'P5', 'P7', 'P16', 'P20', 'P22') GROUP BY e.invoice_id
), claims AS (
    SELECT id, CASE status WHEN 'PAID'
        THEN total_minor - advances_applied_minor - credited_due_minor - written_off_minor
        ELSE paid_minor END AS amount
    FROM invoices
)
SELECT c.id, c.amount AS expected, coalesce(s.amount, 0) AS actual
FROM claims c LEFT JOIN settled s ON s.invoice_id = c.id WHERE c.amount <> coalesce(s.amount, 0)

-- WALLET of Invoice
-- An issuer other than the platform got what is paid through it and not returned, less what it keeps of the fee.
WITH notes AS (
    SELECT invoice_id, sum(returned_minor - outside_minor) AS returned, sum(fee_minor) AS fee
    FROM credit_notes WHERE status = 'ISSUED' GROUP BY invoice_id
), outside AS (
    SELECT invoice_id, sum(allocated_minor) AS amount FROM recorded_payments WHERE status = 'RECORDED' GROUP BY invoice_id
), released AS (
    SELECT invoice_id, hold_id, sum(amount_minor) AS amount, sum(fee_minor) AS fee
    FROM hold_movements WHERE kind = 'RELEASE' GROUP BY invoice_id, hold_id
), lost AS (
    SELECT e.invoice_id, p.hold_id, sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transfers t ON t.id = e.transfer_id
    JOIN payments p ON p.id = e.payment_id
    WHERE a.code = 'receivable' AND t.kind = 'P16' GROUP BY e.invoice_id, p.hold_id
), held AS (
    SELECT r.invoice_id, sum(r.amount - coalesce(l.amount, 0)) AS amount,
        sum(div(2 * r.fee * (r.amount - coalesce(l.amount, 0)) + r.amount, 2 * r.amount)) AS fee
    FROM released r LEFT JOIN lost l ON l.invoice_id = r.invoice_id AND l.hold_id = r.hold_id GROUP BY r.invoice_id
), base AS (
    SELECT i.id, i.issuer_id, i.paid_minor AS paid, coalesce(i.fee_minor, 0) AS fee, coalesce(h.amount, 0) AS held,
        coalesce(h.fee, 0) AS held_fee, coalesce(n.fee, 0) AS given_back,
        nullif(i.total_minor - i.advances_applied_minor - coalesce(h.amount, 0), 0) AS rest
    FROM invoices i LEFT JOIN held h ON h.invoice_id = i.id LEFT JOIN notes n ON n.invoice_id = i.id
    WHERE i.kind <> 'PLATFORM'
), kept AS (
    SELECT id, issuer_id, paid, greatest(0, held_fee - given_back
        + coalesce(div(2 * (fee - held_fee) * (paid - held) + rest, 2 * rest), 0)) AS fee FROM base
), net AS (
    SELECT k.id, k.issuer_id, k.paid - coalesce(o.amount, 0) - coalesce(n.returned, 0) - k.fee AS amount
    FROM kept k LEFT JOIN outside o ON o.invoice_id = k.id LEFT JOIN notes n ON n.invoice_id = k.id
), posted AS (
    SELECT e.invoice_id, -sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN net n ON n.id = e.invoice_id
    LEFT JOIN ledger_transfers t ON t.id = e.transfer_id
    WHERE a.code IN ('wallet_available', 'wallet_held', 'org_debt') AND a.organization_id = n.issuer_id
        AND t.source_type IS DISTINCT FROM 'ApprovalRequest'
    GROUP BY e.invoice_id
)
SELECT n.id, n.amount AS expected, coalesce(p.amount, 0) AS actual
FROM net n LEFT JOIN posted p ON p.invoice_id = n.id WHERE n.amount <> coalesce(p.amount, 0)

-- WRITTEN_OFF of Invoice
-- What is posted as given up is what the invoice says was written off or, given up as a whole, all that is due too.
WITH claims AS (
    SELECT id, written_off_minor + CASE status WHEN 'UNCOLLECTIBLE' THEN amount_due_minor ELSE 0 END AS amount
    FROM invoices WHERE status <> 'VOID'
), posted AS (
    SELECT t.source_id, -sum(e.amount_minor) AS amount
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'Invoice' AND t.kind IN ('P2', 'REVERSAL') AND a.code = 'receivable' GROUP BY t.source_id
)
SELECT c.id, c.amount AS expected, coalesce(p.amount, 0) AS actual
FROM claims c LEFT JOIN posted p ON p.source_id = c.id WHERE c.amount <> coalesce(p.amount, 0)

-- RECORDED_PAYMENT of RecordedPayment
-- A recorded payment is posted with what it pays and what was too much of it; a removed one leaves nothing.
WITH posted AS (
    SELECT t.source_id, coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'receivable'), 0) AS allocated,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'external_credit'), 0) AS surplus
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'RecordedPayment' GROUP BY t.source_id
), wanted AS (
    SELECT id, CASE status WHEN 'RECORDED' THEN allocated_minor ELSE 0 END AS allocated,
        CASE status WHEN 'RECORDED' THEN amount_minor - allocated_minor ELSE 0 END AS surplus
    FROM recorded_payments
)
SELECT coalesce(w.id, p.source_id) AS id, w.allocated || ' and ' || w.surplus AS expected,
    coalesce(p.allocated, 0) || ' and ' || coalesce(p.surplus, 0) AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE (w.allocated, w.surplus) IS DISTINCT FROM (coalesce(p.allocated, 0), coalesce(p.surplus, 0))

-- CHARGEBACK of Chargeback
-- What a chargeback took, and what the issuer's wallet holds for it, is set aside until it is decided, and no longer.
WITH posted AS (
    SELECT t.source_id, coalesce(sum(e.amount_minor) FILTER (WHERE a.code = 'chargeback_reserve'), 0) AS reserved,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'wallet_held'), 0) AS held
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'Chargeback' GROUP BY t.source_id
), wanted AS (
    SELECT id, CASE WHEN status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW') THEN amount_minor ELSE 0 END AS reserved,
        CASE WHEN status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW') THEN held_minor ELSE 0 END AS held
    FROM chargebacks
)
SELECT coalesce(w.id, p.source_id) AS id, w.reserved || ' and ' || w.held AS expected,
    coalesce(p.reserved, 0) || ' and ' || coalesce(p.held, 0) AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE (w.reserved, w.held) IS DISTINCT FROM (coalesce(p.reserved, 0), coalesce(p.held, 0))

-- PLATFORM_FEE of Invoice
-- Of an invoice's fee the platform has what releases say, its share of what else is paid, less what notes gave back.
WITH notes AS (
    SELECT invoice_id, sum(fee_minor) AS fee FROM credit_notes WHERE status = 'ISSUED' GROUP BY invoice_id
), released AS (
    SELECT invoice_id, hold_id, sum(amount_minor) AS amount, sum(fee_minor) AS fee
    FROM hold_movements WHERE kind = 'RELEASE' GROUP BY invoice_id, hold_id
), lost AS (
    SELECT e.invoice_id, p.hold_id, sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transfers t ON t.id = e.transfer_id
    JOIN payments p ON p.id = e.payment_id
    WHERE a.code = 'receivable' AND t.kind = 'P16' GROUP BY e.invoice_id, p.hold_id
), held AS (
    SELECT r.invoice_id, sum(r.amount - coalesce(l.amount, 0)) AS amount,
        sum(div(2 * r.fee * (r.amount - coalesce(l.amount, 0)) + r.amount, 2 * r.amount)) AS fee
    FROM released r LEFT JOIN lost l ON l.invoice_id = r.invoice_id AND l.hold_id = r.hold_id GROUP BY r.invoice_id
), base AS (
    SELECT i.id, i.issuer_id, i.paid_minor AS paid, coalesce(i.fee_minor, 0) AS fee, coalesce(h.amount, 0) AS held,
        coalesce(h.fee, 0) AS held_fee, coalesce(n.fee, 0) AS given_back,
        nullif(i.total_minor - i.advances_applied_minor - coalesce(h.amount, 0), 0) AS rest
    FROM invoices i LEFT JOIN held h ON h.invoice_id = i.id LEFT JOIN notes n ON n.invoice_id = i.id
), kept AS (
    SELECT id, issuer_id, paid, greatest(0, held_fee - given_back
        + coalesce(div(2 * (fee - held_fee) * (paid - held) + rest, 2 * rest), 0)) AS fee FROM base
), posted AS (
    SELECT e.invoice_id, -sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
    LEFT JOIN ledger_transfers t ON t.id = e.transfer_id
    WHERE a.code = 'platform_fee' AND t.source_type IS DISTINCT FROM 'ApprovalRequest'
    GROUP BY e.invoice_id
)
SELECT coalesce(k.id, p.invoice_id) AS id, coalesce(k.fee, 0) AS expected, coalesce(p.amount, 0) AS actual
FROM kept k FULL JOIN posted p ON p.invoice_id = k.id WHERE coalesce(k.fee, 0) <> coalesce(p.amount, 0)

-- INVOICE_TOTALS of Invoice
-- The lines of an invoice add up to its totals.
WITH summed AS (
    SELECT i.id, i.net_total_minor, i.tax_total_minor,
        coalesce(sum(l.net_minor), 0) AS net, coalesce(sum(l.tax_minor), 0) AS tax
    FROM invoices i LEFT JOIN invoice_lines l ON l.invoice_id = i.id GROUP BY i.id
)
SELECT id, net_total_minor || ' net, ' || tax_total_minor || ' tax' AS expected, net || ' net, ' || tax || ' tax' AS actual
FROM summed WHERE net <> net_total_minor OR tax <> tax_total_minor

-- NUMBER_GAP of Organization
-- The numbers of an issuer's series and year run from 1 without a gap or a repetition.
WITH documents AS (
    SELECT issuer_id, series, year, sequence FROM invoices
    UNION ALL SELECT issuer_id, series, year, sequence FROM credit_notes
)
SELECT issuer_id AS id, series || '-' || year || ' from 1 to ' || count(*) AS expected,
    series || '-' || year || ' from ' || min(sequence) || ' to ' || max(sequence) AS actual
FROM documents WHERE sequence IS NOT NULL GROUP BY issuer_id, series, year
HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)

-- NUMBER_COUNTER of Organization
-- The counter of a series stands at its last number.
WITH taken AS (
    SELECT issuer_id, series, year, max(sequence) AS last
    FROM (
        SELECT issuer_id, series, year, sequence FROM invoices
        UNION ALL SELECT issuer_id, series, year, sequence FROM credit_notes
    ) AS documents WHERE sequence IS NOT NULL GROUP BY issuer_id, series, year
), counters AS (
    SELECT organization_id, series, year, last_sequence FROM number_series
    WHERE document_type IN ('INVOICE', 'CREDIT_NOTE')
)
SELECT coalesce(t.issuer_id, c.organization_id) AS id, coalesce(t.last, 0) AS expected,
    coalesce(c.last_sequence, 0) AS actual
FROM taken t FULL JOIN counters c ON c.organization_id = t.issuer_id AND c.series = t.series AND c.year = t.year
WHERE coalesce(t.last, 0) <> coalesce(c.last_sequence, 0)

-- CREDIT_NOTE of CreditNote
-- An issued credit note is posted with what it applies, returns and gives back of the fee; any other leaves nothing.
WITH posted AS (
    SELECT t.source_id, coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'receivable'), 0) AS applied,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code IN ('customer_credit', 'external_credit')), 0) AS returned,
        coalesce(sum(e.amount_minor) FILTER (WHERE a.code = 'platform_fee'), 0) AS fee
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'CreditNote' GROUP BY t.source_id
), wanted AS (
    SELECT id, applied_minor * (status = 'ISSUED')::int AS applied, returned_minor * (status = 'ISSUED')::int AS returned,
        fee_minor * (status = 'ISSUED')::int AS fee
    FROM credit_notes
)
SELECT coalesce(w.id, p.source_id) AS id, w.applied || ', ' || w.returned || ' and ' || w.fee AS expected,
    coalesce(p.applied, 0) || ', ' || coalesce(p.returned, 0) || ' and ' || coalesce(p.fee, 0) AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE (w.applied, w.returned, w.fee)
    IS DISTINCT FROM (coalesce(p.applied, 0), coalesce(p.returned, 0), coalesce(p.fee, 0))

-- CREDIT_NOTE_TOTALS of CreditNote
-- The lines of a credit note add up to its totals.
WITH summed AS (
    SELECT n.id, n.net_total_minor, n.tax_total_minor,
        coalesce(sum(l.net_minor), 0) AS net, coalesce(sum(l.tax_minor), 0) AS tax
    FROM credit_notes n LEFT JOIN credit_note_lines l ON l.credit_note_id = n.id GROUP BY n.id
)
SELECT id, net_total_minor || ' net, ' || tax_total_minor || ' tax' AS expected, net || ' net, ' || tax || ' tax' AS actual
FROM summed WHERE net <> net_total_minor OR tax <> tax_total_minor

-- CREDITED of Invoice
-- What credit notes applied is what the invoice counts as credited, and all of them take off no more than there is.
WITH credited AS (
    SELECT invoice_id, sum(applied_minor) AS applied, sum(total_minor) AS total
    FROM credit_notes WHERE status = 'ISSUED' GROUP BY invoice_id
)
SELECT i.id, i.credited_due_minor || ' of at most ' || i.total_minor - i.advances_applied_minor AS expected,
    coalesce(c.applied, 0) || ' of ' || coalesce(c.total, 0) AS actual
FROM invoices i LEFT JOIN credited c ON c.invoice_id = i.id
WHERE i.credited_due_minor <> coalesce(c.applied, 0)
    OR coalesce(c.total, 0) > greatest(0, i.total_minor - i.advances_applied_minor)

-- REFUND of Refund
-- A refund's amount lies on refund_payable until its outcome is known; then it has left the provider, or came back.
WITH posted AS (
    SELECT t.source_id, coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'refund_payable'), 0) AS payable,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'provider_cash'), 0) AS cash
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'Refund' GROUP BY t.source_id
), wanted AS (
    SELECT id, amount_minor * (status IN ('PENDING', 'PROCESSING', 'UNKNOWN'))::int AS payable,
        amount_minor * (status = 'SUCCEEDED')::int AS cash
    FROM refunds
)
SELECT coalesce(w.id, p.source_id) AS id, w.payable || ' payable, ' || w.cash || ' gone' AS expected,
    coalesce(p.payable, 0) || ' payable, ' || coalesce(p.cash, 0) || ' gone' AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE (w.payable, w.cash) IS DISTINCT FROM (coalesce(p.payable, 0), coalesce(p.cash, 0))

-- REFUND_UNKNOWN of Refund
-- The outcome of a refund is known within 72 hours.
SELECT id, 'an answer' AS expected, 'none since ' || unknown_since AS actual FROM refunds
WHERE status = 'UNKNOWN' AND unknown_since < CAST(:now AS timestamptz) - interval '72 hours'

-- REFUNDED of Payment
-- The refunds of a payment that did not come to nothing are what it counts as refunded, never more than was captured.
WITH refunded AS (
    SELECT payment_id, sum(amount_minor) AS amount
    FROM refunds WHERE status NOT IN ('FAILED', 'CANCELED') GROUP BY payment_id
)
SELECT p.id, p.refunded_minor || ' of ' || p.captured_minor AS expected, coalesce(r.amount, 0) AS actual
FROM payments p LEFT JOIN refunded r ON r.payment_id = p.id
WHERE p.refunded_minor <> coalesce(r.amount, 0) OR p.refunded_minor > p.captured_minor

-- PAYMENT of Payment
-- A succeeded payment is posted once, with what was captured; any other is not posted.
WITH posted AS (
    SELECT t.source_id, count(DISTINCT t.id) AS times,
        coalesce(sum(e.amount_minor) FILTER (
            WHERE a.code = 'provider_cash' OR t.kind = 'P4' AND a.code = 'wallet_available' AND e.amount_minor > 0
        ), 0) AS cash
    FROM ledger_transfers t
    JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'Payment' AND t.kind IN ('P3', 'P4', 'P6', 'P20') GROUP BY t.source_id
), wanted AS (
    SELECT id, (status = 'SUCCEEDED')::int AS times, CASE status WHEN 'SUCCEEDED' THEN captured_minor ELSE 0 END AS cash
    FROM payments
)
SELECT coalesce(w.id, p.source_id) AS id, w.times || ' times ' || w.cash AS expected,
    coalesce(p.times, 0) || ' times ' || coalesce(p.cash, 0) AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE (w.times, w.cash) IS DISTINCT FROM (coalesce(p.times, 0), coalesce(p.cash, 0))

-- PAYMENT_UNKNOWN of Payment
-- The outcome of a payment is known within 72 hours; of one that was taken otherwise, staff decide what it is.
SELECT id, 'an answer' AS expected, 'none since ' || unknown_since AS actual FROM payments p
WHERE status = 'UNKNOWN' AND unknown_since < CAST(:now AS timestamptz) - interval '72 hours'
AND NOT EXISTS (SELECT FROM money_exceptions e WHERE e.subject_type = 'Payment' AND e.subject_key = p.id::text
    AND e.kind IN ('AMOUNT_MISMATCH', 'CURRENCY_MISMATCH') AND e.status IN ('OPEN', 'ASSIGNED'))

-- SALE of Sale
-- What is kept of a sale that cost something has a paid invoice over its total, any other one that only asks, or none.
WITH kept AS (
    SELECT *, total_minor > 0 AND status NOT IN ('PENDING', 'FAILED', 'CANCELED') AS is_paid FROM sales
)
SELECT s.id, CASE WHEN s.is_paid THEN s.total_minor || ' paid by ' || s.total_minor - s.lost_minor
    WHEN s.invoice_id IS NULL THEN 'no invoice'
    ELSE s.total_minor || ' paid by 0, ' || CASE s.status WHEN 'PENDING' THEN 'OPEN' ELSE 'VOID' END END AS expected,
    coalesce(i.total_minor || ' paid by ' || i.paid_minor || CASE WHEN s.is_paid THEN '' ELSE ', ' || i.status END,
        'no invoice') AS actual
FROM kept s LEFT JOIN invoices i ON i.id = s.invoice_id AND i.kind = 'PLATFORM'
WHERE CASE WHEN s.is_paid
    THEN (i.total_minor, i.paid_minor) IS DISTINCT FROM (s.total_minor, s.total_minor - s.lost_minor)
    ELSE s.invoice_id IS NOT NULL AND (i.total_minor, i.paid_minor, i.status)
        IS DISTINCT FROM (s.total_minor, 0, CASE s.status WHEN 'PENDING' THEN 'OPEN' ELSE 'VOID' END) END

-- SALE_BOOKED of Sale
-- A paid sale is booked once (P20): its net to be earned, its tax to be paid on; an unpaid one is not.
WITH posted AS (
    SELECT e.invoice_id, count(DISTINCT t.id) AS times,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'deferred_revenue'), 0) AS net,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'tax_payable'), 0) AS tax
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.kind = 'P20' GROUP BY e.invoice_id
)
SELECT coalesce(s.id, p.invoice_id) AS id, 'once ' || s.net_minor || ' and ' || s.tax_minor AS expected,
    coalesce(p.times, 0) || ' times ' || coalesce(p.net, 0) || ' and ' || coalesce(p.tax, 0) AS actual
FROM (
    SELECT * FROM sales WHERE invoice_id IS NOT NULL AND status NOT IN ('PENDING', 'FAILED', 'CANCELED')
) s FULL JOIN posted p ON p.invoice_id = s.invoice_id
WHERE (s.net_minor, s.tax_minor, 1) IS DISTINCT FROM (p.net, p.tax, p.times)

-- SALE_EARNED of Sale
-- Of what is kept of a sale's net is deferred what is neither earned (of credits: by their lots) nor given back.
WITH posted AS (
    SELECT e.invoice_id, -sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
    WHERE a.code = 'deferred_revenue' AND e.invoice_id IS NOT NULL GROUP BY e.invoice_id
)
SELECT s.id, s.net_minor - s.delivered_minor - s.undone_minor AS expected, coalesce(p.amount, 0) AS actual
FROM sales s LEFT JOIN posted p ON p.invoice_id = s.invoice_id
WHERE s.invoice_id IS NOT NULL AND s.status NOT IN ('PENDING', 'FAILED', 'CANCELED') AND s.kind <> 'CREDIT_PURCHASE'
    AND s.net_minor - s.delivered_minor - s.undone_minor <> coalesce(p.amount, 0)

-- SALE_TAKEN_BACK of Sale
-- What a sale counts as refunded is on its credit notes, and what it counts as lost was taken by its chargebacks.
WITH refunded AS (
    SELECT invoice_id, sum(returned_minor) AS amount FROM credit_notes WHERE status = 'ISSUED' GROUP BY invoice_id
), lost AS (
    SELECT e.invoice_id, sum(e.amount_minor) AS amount
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.kind = 'P22' AND t.source_type = 'Chargeback' AND a.code = 'receivable' GROUP BY e.invoice_id
)
SELECT s.id, s.refunded_minor || ' refunded, ' || s.lost_minor || ' lost' AS expected,
    coalesce(r.amount, 0) || ' refunded, ' || coalesce(l.amount, 0) || ' lost' AS actual
FROM sales s LEFT JOIN refunded r ON r.invoice_id = s.invoice_id LEFT JOIN lost l ON l.invoice_id = s.invoice_id
WHERE (s.refunded_minor, s.lost_minor) IS DISTINCT FROM (coalesce(r.amount, 0), coalesce(l.amount, 0))

-- ESCROW of EscrowHold
-- Escrow has what is left of a hold while there is money in it, and nothing of any other.
WITH posted AS (
    SELECT e.hold_id, -sum(e.amount_minor) AS amount FROM ledger_entries e
    JOIN ledger_accounts a ON a.id = e.account_id WHERE a.code = 'escrow' GROUP BY e.hold_id
), kept AS (
    SELECT id, CASE WHEN status IN ('HELD', 'PARTIALLY_RELEASED') THEN remaining_minor ELSE 0 END AS amount
    FROM escrow_holds
)
SELECT coalesce(k.id, p.hold_id) AS id, coalesce(k.amount, 0) AS expected, coalesce(p.amount, 0) AS actual
FROM kept k FULL JOIN posted p ON p.hold_id = k.id WHERE coalesce(k.amount, 0) <> coalesce(p.amount, 0)

-- HOLD_MOVEMENTS of EscrowHold
-- What a hold says was released and refunded are its movements, and their fees are its fee's share of what was released.
WITH moved AS (
    SELECT hold_id, coalesce(sum(amount_minor) FILTER (WHERE kind = 'RELEASE'), 0) AS released,
        coalesce(sum(amount_minor) FILTER (WHERE kind = 'REFUND'), 0) AS refunded, sum(fee_minor) AS fee
    FROM hold_movements GROUP BY hold_id
), wanted AS (
    SELECT id, released_minor AS released, refunded_minor AS refunded,
        round(fee_minor::numeric * released_minor / amount_minor) AS fee
    FROM escrow_holds
)
SELECT w.id, w.released || ', ' || w.refunded || ' and ' || w.fee AS expected,
    coalesce(m.released, 0) || ', ' || coalesce(m.refunded, 0) || ' and ' || coalesce(m.fee, 0) AS actual
FROM wanted w LEFT JOIN moved m ON m.hold_id = w.id
WHERE (w.released, w.refunded, w.fee) IS DISTINCT FROM (coalesce(m.released, 0), coalesce(m.refunded, 0), coalesce(m.fee, 0))

-- HOLD_RELEASE of HoldMovement
-- Each release is posted once and pays its invoice with all of it.
WITH posted AS (
    SELECT t.source_id, count(DISTINCT t.id) AS times, coalesce(sum(e.amount_minor) FILTER (
        WHERE a.code = 'billed' AND e.invoice_id = m.invoice_id AND e.hold_id = m.hold_id
    ), 0) AS amount
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    JOIN hold_movements m ON m.id = t.source_id WHERE t.kind = 'P7' GROUP BY t.source_id
)
SELECT m.id, 'once ' || m.amount_minor AS expected,
    coalesce(p.times, 0) || ' times ' || coalesce(p.amount, 0) AS actual
FROM hold_movements m LEFT JOIN posted p ON p.source_id = m.id
WHERE m.kind = 'RELEASE' AND (1, m.amount_minor) IS DISTINCT FROM (p.times, p.amount)

-- INVOICE_RELEASED of Invoice
-- An invoice that held money pays is paid by its releases and by nothing else, unless a chargeback took of it.
WITH lost AS (
    SELECT e.invoice_id FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id
    WHERE t.kind = 'P16' AND e.invoice_id IS NOT NULL
), released AS (
    SELECT invoice_id, sum(amount_minor) AS amount FROM hold_movements
    WHERE kind = 'RELEASE' AND invoice_id NOT IN (SELECT invoice_id FROM lost) GROUP BY invoice_id
)
SELECT i.id, r.amount AS expected, i.paid_minor AS actual
FROM released r JOIN invoices i ON i.id = r.invoice_id WHERE i.paid_minor <> r.amount

-- ADVANCE of Invoice
-- An invoice settles the advances that it says, none of them beyond what was paid of it or taken back by a bank later.
WITH applied AS (
    SELECT invoice_id, sum(amount_minor) AS amount FROM advance_applications GROUP BY invoice_id
), used AS (
    SELECT advance_id, sum(amount_minor) AS amount FROM advance_applications GROUP BY advance_id
), taken_back AS (
    SELECT e.invoice_id, sum(e.amount_minor) AS amount
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transfers t ON t.id = e.transfer_id
    WHERE a.code = 'receivable' AND t.kind = 'P16' GROUP BY e.invoice_id
)
SELECT i.id, coalesce(a.amount, 0) AS expected, i.advances_applied_minor AS actual
FROM invoices i LEFT JOIN applied a ON a.invoice_id = i.id WHERE i.advances_applied_minor <> coalesce(a.amount, 0)
UNION ALL
SELECT i.id, i.paid_minor + coalesce(t.amount, 0), u.amount
FROM used u JOIN invoices i ON i.id = u.advance_id LEFT JOIN taken_back t ON t.invoice_id = i.id
WHERE u.amount > i.paid_minor + coalesce(t.amount, 0)

-- MILESTONE_FUNDING of Milestone
-- A milestone says where the newest money for it is.
WITH newest AS (
    SELECT DISTINCT ON (milestone_id) milestone_id, CASE status WHEN 'PENDING' THEN 'FUNDING' WHEN 'HELD' THEN 'FUNDED'
        WHEN 'FAILED' THEN 'UNFUNDED' WHEN 'CANCELED' THEN 'UNFUNDED' ELSE status END AS funding
    FROM escrow_holds ORDER BY milestone_id, (status IN ('PENDING', 'HELD', 'PARTIALLY_RELEASED')) DESC, created_at DESC
)
SELECT m.id, coalesce(n.funding, CASE m.funding_status WHEN 'NOT_REQUIRED' THEN 'NOT_REQUIRED' ELSE 'UNFUNDED' END)
    AS expected, m.funding_status AS actual
FROM milestones m LEFT JOIN newest n ON n.milestone_id = m.id
WHERE m.funding_status <> coalesce(n.funding,
    CASE m.funding_status WHEN 'NOT_REQUIRED' THEN 'NOT_REQUIRED' ELSE 'UNFUNDED' END)

-- PAYOUT of Payout
-- A payout's money is where its state says: set aside, on its way, paid, or back in the wallet.
WITH posted AS (
    SELECT e.payout_id, coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'wallet_held'), 0) AS held,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'payout_in_transit'), 0) AS sent,
        coalesce(-sum(e.amount_minor) FILTER (WHERE a.code = 'provider_cash'), 0) AS paid,
        coalesce(sum(e.amount_minor) FILTER (WHERE a.code = 'wallet_available'), 0) AS taken
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
    WHERE e.payout_id IS NOT NULL GROUP BY e.payout_id
), wanted AS (
    SELECT id,
        CASE WHEN status IN ('REQUESTED', 'PENDING_APPROVAL', 'HELD', 'PENDING') THEN amount_minor ELSE 0 END AS held,
        CASE status WHEN 'IN_TRANSIT' THEN amount_minor ELSE 0 END AS sent,
        CASE status WHEN 'PAID' THEN amount_minor ELSE 0 END AS paid
    FROM payouts
)
SELECT w.id, w.held || ' held, ' || w.sent || ' sent, ' || w.paid || ' paid' AS expected,
    coalesce(p.held, 0) || ' held, ' || coalesce(p.sent, 0) || ' sent, ' || coalesce(p.paid, 0) || ' paid' AS actual
FROM wanted w LEFT JOIN posted p ON p.payout_id = w.id
WHERE (w.held, w.sent, w.paid, w.held + w.sent + w.paid)
    IS DISTINCT FROM (coalesce(p.held, 0), coalesce(p.sent, 0), coalesce(p.paid, 0), coalesce(p.taken, 0))

-- WALLET_HELD of LedgerAccount
-- What a wallet has set aside is for payouts that are not sent and for undecided chargebacks.
WITH reasons AS (
    SELECT organization_id, currency, amount_minor AS amount FROM payouts
    WHERE status IN ('REQUESTED', 'PENDING_APPROVAL', 'HELD', 'PENDING')
    UNION ALL
    SELECT a.organization_id, a.currency, -e.amount_minor
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.source_type = 'Chargeback' AND a.code = 'wallet_held'
), wanted AS (
    SELECT organization_id, currency, sum(amount) AS amount FROM reasons GROUP BY organization_id, currency
)
SELECT a.id, coalesce(w.amount, 0) AS expected, b.balance_minor AS actual
FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
LEFT JOIN wanted w ON w.organization_id = a.organization_id AND w.currency = a.currency
WHERE a.code = 'wallet_held' AND b.balance_minor <> coalesce(w.amount, 0)

-- WALLET_FIGURES of Wallet
-- What a wallet has available, held, in transit and paid out is what it earned less what it spent and gave back.
WITH moved AS (
    SELECT a.organization_id, a.currency, -sum(e.amount_minor) AS kept,
        -coalesce(sum(e.amount_minor) FILTER (WHERE t.kind NOT IN ('P12', 'P13')), 0) AS earned
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transfers t ON t.id = e.transfer_id
    WHERE a.code IN ('wallet_available', 'wallet_held') GROUP BY a.organization_id, a.currency
), sent AS (
    SELECT organization_id, currency, sum(amount_minor) AS amount FROM payouts
    WHERE status IN ('IN_TRANSIT', 'PAID') GROUP BY organization_id, currency
)
SELECT a.id, m.earned AS expected, m.kept + coalesce(s.amount, 0) AS actual
FROM moved m
JOIN ledger_accounts a ON a.organization_id = m.organization_id AND a.currency = m.currency AND a.code = 'wallet_available'
LEFT JOIN sent s ON s.organization_id = m.organization_id AND s.currency = m.currency
WHERE m.earned <> m.kept + coalesce(s.amount, 0)

-- CONVERSION of WalletConversion
-- A conversion is posted once with both of its amounts; a quote is not posted.
WITH posted AS (
    SELECT t.source_id, coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0), 0) AS given,
        coalesce(-sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0), 0) AS received
    FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.kind = 'P19' AND a.code = 'wallet_available' GROUP BY t.source_id
), wanted AS (
    SELECT id, CASE status WHEN 'CONVERTED' THEN from_minor ELSE 0 END AS given,
        CASE status WHEN 'CONVERTED' THEN to_minor ELSE 0 END AS received
    FROM wallet_conversions
)
SELECT coalesce(w.id, p.source_id) AS id, w.given || ' for ' || w.received AS expected,
    coalesce(p.given, 0) || ' for ' || coalesce(p.received, 0) AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE (w.given, w.received) IS DISTINCT FROM (coalesce(p.given, 0), coalesce(p.received, 0))

-- MILESTONE_INVOICE of Milestone
-- Under MILESTONE an approved milestone has one valid invoice over its amount, any other milestone has none.
WITH billed AS (
    SELECT milestone_id, count(*) AS times, sum(agreed_minor) AS amount
    FROM invoices WHERE kind = 'MILESTONE' AND status <> 'VOID' GROUP BY milestone_id
), wanted AS (
    SELECT m.id, (m.status = 'APPROVED')::int AS times,
        CASE m.status WHEN 'APPROVED' THEN m.amount_minor ELSE 0 END AS amount
    FROM milestones m JOIN projects p ON p.id = m.project_id WHERE p.terms ->> 'invoicing_method' = 'MILESTONE'
)
SELECT w.id, w.times || ' over ' || w.amount AS expected,
    coalesce(b.times, 0) || ' over ' || coalesce(b.amount, 0) AS actual
FROM wanted w LEFT JOIN billed b ON b.milestone_id = w.id
WHERE (w.times, w.amount) IS DISTINCT FROM (coalesce(b.times, 0), coalesce(b.amount, 0))

-- PROJECT_BILLED of Project
-- Valid invoices bill at most the budget less reductions, and all of it when a COMPLETION project is completed.
WITH billed AS (
    SELECT project_id, sum(agreed_minor) AS amount FROM invoices i WHERE status <> 'VOID'
    AND NOT EXISTS (SELECT FROM advance_applications a WHERE a.advance_id = i.id) GROUP BY project_id
), budgets AS (
    SELECT p.id, p.budget_minor - p.reduction_minor AS amount, coalesce(b.amount, 0) AS billed,
        p.status = 'COMPLETED' AND p.terms ->> 'invoicing_method' = 'COMPLETION' AS is_finished
    FROM projects p LEFT JOIN billed b ON b.project_id = p.id
)
SELECT id, amount AS expected, billed AS actual FROM budgets WHERE billed > amount OR is_finished AND billed <> amount

-- PROJECT_PLAN of Project
-- The upfront share and the milestones of a project add up to the budget less reductions.
WITH planned AS (
    SELECT project_id, sum(amount_minor) AS amount FROM milestones WHERE status <> 'CANCELLED' GROUP BY project_id
), budgets AS (
    SELECT p.id, p.budget_minor - p.reduction_minor AS amount, p.upfront_minor + coalesce(m.amount, 0) AS planned
    FROM projects p LEFT JOIN planned m ON m.project_id = p.id WHERE p.status <> 'CANCELLED'
)
SELECT id, amount AS expected, planned AS actual FROM budgets WHERE planned <> amount

-- ADJUSTMENT of ApprovalRequest
-- An approved adjustment has one reversal and at most one correction; any other approval has posted neither.
WITH posted AS (
    SELECT source_id, count(*) FILTER (WHERE kind = 'REVERSAL') AS reversals,
        count(*) FILTER (WHERE kind = 'ADJUSTMENT') AS corrections
    FROM ledger_transfers WHERE source_type = 'ApprovalRequest' AND kind IN ('REVERSAL', 'ADJUSTMENT') GROUP BY source_id
), wanted AS (
    SELECT id, (kind = 'LEDGER_ADJUSTMENT' AND status = 'APPROVED')::int AS reversals FROM approval_requests
)
SELECT coalesce(w.id, p.source_id) AS id, coalesce(w.reversals, 0) || ' reversed' AS expected,
    coalesce(p.reversals, 0) || ' reversed, ' || coalesce(p.corrections, 0) || ' corrected' AS actual
FROM wanted w FULL JOIN posted p ON p.source_id = w.id
WHERE coalesce(w.reversals, 0) <> coalesce(p.reversals, 0) OR coalesce(p.corrections, 0) > coalesce(w.reversals, 0)

-- INVOICE_CONVERSION of Invoice
-- What an invoice comes to in its issuer's own currency is its total at the rate that was frozen.
SELECT c.id, round(i.total_minor * c.minor_rate) AS expected, c.total_minor AS actual
FROM invoice_conversions c JOIN invoices i ON i.id = c.id WHERE c.total_minor <> round(i.total_minor * c.minor_rate)

-- FEE_POLICY of FeePolicy
-- The fee policies of a scope follow each other without a gap.
WITH followed AS (
    SELECT id, effective_to, lead(effective_from) OVER (PARTITION BY scope ORDER BY effective_from) AS next
    FROM fee_policies
)
SELECT id, 'until ' || coalesce(CAST(next AS text), 'ever') AS expected,
    'until ' || coalesce(CAST(effective_to AS text), 'ever') AS actual
FROM followed WHERE effective_to IS DISTINCT FROM next

-- CREDIT_UNMIXED of LedgerTransfer
-- No transfer moves credits and money at once.
SELECT transfer_id AS id, 'one unit' AS expected, string_agg(DISTINCT currency, ', ') AS actual
FROM ledger_entries GROUP BY transfer_id HAVING bool_or(currency = 'CREDIT') AND bool_or(currency <> 'CREDIT')

-- CREDIT_BALANCE of CreditAccount
-- What an organization has available and held is what its lots have, and what is posted on its accounts of credits.
WITH lots AS (
    SELECT account_id, sum(remaining) AS available, sum(held) AS held FROM credit_lots GROUP BY account_id
), posted AS (
    SELECT a.organization_id, coalesce(sum(b.balance_minor) FILTER (WHERE a.code = 'credit_available'), 0) AS available,
        coalesce(sum(b.balance_minor) FILTER (WHERE a.code = 'credit_held'), 0) AS held
    FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
    WHERE a.code IN ('credit_available', 'credit_held') GROUP BY a.organization_id
)
SELECT c.id, coalesce(p.available, 0) || ' and ' || coalesce(p.held, 0) || ' held' AS expected,
    c.available || ' and ' || c.held || ' held, in lots ' || coalesce(l.available, 0) || ' and ' || coalesce(l.held, 0)
    AS actual
FROM credit_accounts c LEFT JOIN lots l ON l.account_id = c.id
LEFT JOIN posted p ON p.organization_id = c.organization_id
WHERE (c.available, c.held) IS DISTINCT FROM (coalesce(l.available, 0), coalesce(l.held, 0))
    OR (c.available, c.held) IS DISTINCT FROM (coalesce(p.available, 0), coalesce(p.held, 0))

-- CREDIT_LOT of CreditLot
-- What is in a lot is what came into it less what left it by posted movements; what it holds is set aside by holds.
WITH moved AS (
    SELECT c.lot_id,
        coalesce(sum(CASE c.direction WHEN 'IN' THEN c.quantity ELSE -c.quantity END)
            FILTER (WHERE t.status = 'POSTED'), 0) AS kept,
        coalesce(sum(c.quantity) FILTER (WHERE t.status = 'PENDING'), 0) AS held
    FROM credit_consumptions c JOIN credit_transactions t ON t.id = c.transaction_id GROUP BY c.lot_id
)
SELECT l.id, coalesce(m.kept, 0) || ', ' || coalesce(m.held, 0) || ' held' AS expected,
    l.remaining + l.held || ', ' || l.held || ' held' AS actual
FROM credit_lots l LEFT JOIN moved m ON m.lot_id = l.id
WHERE (l.remaining + l.held, l.held) IS DISTINCT FROM (coalesce(m.kept, 0), coalesce(m.held, 0))

-- CREDIT_MOVEMENT of CreditTransaction
-- A movement touches lots for what it moves, a rollover on both sides; what is given back of one is at most all of it.
WITH touched AS (
    SELECT transaction_id, sum(quantity) AS quantity FROM credit_consumptions GROUP BY transaction_id
), undone AS (
    SELECT reverses_id, sum(quantity) AS quantity FROM credit_transactions WHERE reverses_id IS NOT NULL
    GROUP BY reverses_id
), wanted AS (
    SELECT id, coalesce(captured_quantity, quantity) AS moved,
        coalesce(captured_quantity, quantity) * CASE type WHEN 'ROLLOVER' THEN 2 ELSE 1 END AS touches
    FROM credit_transactions
)
SELECT w.id, w.touches || ' touched, at most ' || w.moved || ' given back' AS expected,
    coalesce(t.quantity, 0) || ' touched, ' || coalesce(u.quantity, 0) || ' given back' AS actual
FROM wanted w LEFT JOIN touched t ON t.transaction_id = w.id LEFT JOIN undone u ON u.reverses_id = w.id
WHERE coalesce(t.quantity, 0) <> w.touches OR coalesce(u.quantity, 0) > w.moved

-- CREDIT_PURCHASE of CreditPurchase
-- A purchase that was paid has brought one lot of all its credits, any other none; what was taken back says so.
WITH taken AS (
    SELECT reference_id, sum(quantity) AS quantity FROM credit_transactions
    WHERE type = 'CLAWBACK' AND reference_kind = 'credit_purchase' GROUP BY reference_id
)
SELECT p.id, CASE WHEN p.paid_at IS NULL THEN 0 ELSE p.quantity END || ' bought, ' || p.clawed_back - p.missing
    || ' taken back' AS expected,
    coalesce(l.quantity, 0) || ' bought, ' || coalesce(t.quantity, 0) || ' taken back' AS actual
FROM credit_purchases p LEFT JOIN credit_lots l ON l.source = 'PURCHASE' AND l.source_id = p.id
LEFT JOIN taken t ON t.reference_id = CAST(p.id AS text)
WHERE CASE WHEN p.paid_at IS NULL THEN 0 ELSE p.quantity END <> coalesce(l.quantity, 0)
    OR p.clawed_back - p.missing <> coalesce(t.quantity, 0)

-- PROMOTION_USES of CreditPromotion
-- A code was used as often as it is reserved and applied.
WITH used AS (
    SELECT promotion_id, count(*) AS times FROM promotion_redemptions WHERE status <> 'RELEASED' GROUP BY promotion_id
)
SELECT c.id, coalesce(u.times, 0) AS expected, c.uses AS actual
FROM credit_promotions c LEFT JOIN used u ON u.promotion_id = c.id WHERE c.uses <> coalesce(u.times, 0)

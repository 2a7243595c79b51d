-- One row for each place where a rule of money does not hold: the rule and the object. These are the invariants that
-- the books promise, said a second time and from the tables alone, so that a mistake in one of both is found.
WITH sides AS (
    SELECT e.*, a.code, a.organization_id FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
), moved AS (
    SELECT hold_id, coalesce(sum(amount_minor) FILTER (WHERE kind = 'RELEASE'), 0) AS released,
        coalesce(sum(amount_minor) FILTER (WHERE kind = 'REFUND'), 0) AS refunded,
        coalesce(sum(fee_minor) FILTER (WHERE kind = 'RELEASE'), 0) AS fee
    FROM hold_movements GROUP BY hold_id
)
SELECT 'every currency adds up to zero' AS rule, currency AS id
FROM sides GROUP BY currency HAVING sum(amount_minor) <> 0
UNION ALL
SELECT 'every transfer adds up to zero', transfer_id::text
FROM sides GROUP BY transfer_id, currency HAVING sum(amount_minor) <> 0
UNION ALL
SELECT 'a hold is what was released, refunded and remains', h.id::text
FROM escrow_holds h LEFT JOIN moved m ON m.hold_id = h.id
WHERE h.remaining_minor < 0 OR h.amount_minor <> h.released_minor + h.refunded_minor + h.remaining_minor
    OR h.released_minor <> coalesce(m.released, 0) OR h.refunded_minor <> coalesce(m.refunded, 0)
UNION ALL
SELECT 'escrow has what remains of holds with money in them, and nothing else', h.id::text
FROM escrow_holds h LEFT JOIN sides s ON s.hold_id = h.id AND s.code = 'escrow' GROUP BY h.id
HAVING -coalesce(sum(s.amount_minor), 0)
    <> CASE WHEN h.status IN ('HELD', 'PARTIALLY_RELEASED') THEN h.remaining_minor ELSE 0 END
UNION ALL
SELECT 'the fees of a hold that is released as a whole are its fee', h.id::text
FROM escrow_holds h JOIN moved m ON m.hold_id = h.id WHERE m.released = h.amount_minor AND m.fee <> h.fee_minor
UNION ALL
SELECT 'no balance that is guarded is below zero, and each is the sum of its entries', b.account_id::text
FROM ledger_balances b JOIN ledger_accounts a ON a.id = b.account_id LEFT JOIN sides s ON s.account_id = a.id
GROUP BY b.account_id, a.side, b.balance_minor
HAVING b.balance_minor < 0
    OR b.balance_minor <> CASE a.side WHEN 'DEBIT' THEN 1 ELSE -1 END * coalesce(sum(s.amount_minor), 0)
UNION ALL
SELECT 'money on its way out is never less than nothing, for each payout and refund', transfer.source_id::text
FROM sides s JOIN ledger_transfers transfer ON transfer.id = s.transfer_id
WHERE s.code IN ('payout_in_transit', 'refund_payable') AND transfer.source_type IN ('Payout', 'Refund')
GROUP BY transfer.source_id, s.code HAVING sum(s.amount_minor) > 0
UNION ALL
SELECT 'a chargeback takes back no less than nothing', transfer.source_id::text
FROM sides s JOIN ledger_transfers transfer ON transfer.id = s.transfer_id
WHERE s.code = 'chargeback_reserve' AND transfer.source_type = 'Chargeback'
GROUP BY transfer.source_id HAVING sum(s.amount_minor) < 0
UNION ALL
SELECT 'no more is refunded of a payment than was captured', p.id::text
FROM payments p JOIN refunds r ON r.payment_id = p.id AND r.status NOT IN ('FAILED', 'CANCELED')
GROUP BY p.id HAVING sum(r.amount_minor) > p.captured_minor
UNION ALL
SELECT 'an invoice and a hold are being paid once at a time', (array_agg(id))[1]::text
FROM payments WHERE status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')
GROUP BY coalesce(invoice_id, hold_id) HAVING count(*) > 1
UNION ALL
SELECT 'a milestone has one hold at a time', milestone_id::text
FROM escrow_holds WHERE status IN ('PENDING', 'HELD', 'PARTIALLY_RELEASED')
GROUP BY milestone_id HAVING count(*) > 1
UNION ALL
SELECT 'nobody approves what they have asked for, and no payee its own release', id::text
FROM approval_requests WHERE decided_by_id = requested_by_id OR status = 'APPROVED' AND kind = 'RELEASE' AND EXISTS (
    SELECT FROM memberships m WHERE m.user_id = decided_by_id AND m.organization_id = ANY (excluded_organization_ids))
UNION ALL
SELECT 'what is billed of an open invoice is what is due, and nothing of any other', i.id::text
FROM invoices i LEFT JOIN sides s ON s.invoice_id = i.id AND s.code IN ('receivable', 'billed') GROUP BY i.id
HAVING (coalesce(sum(s.amount_minor) FILTER (WHERE s.code = 'receivable'), 0),
        -coalesce(sum(s.amount_minor) FILTER (WHERE s.code = 'billed'), 0))
    IS DISTINCT FROM (CASE i.status WHEN 'OPEN' THEN i.amount_due_minor ELSE 0 END::numeric,
        CASE i.status WHEN 'OPEN' THEN i.amount_due_minor ELSE 0 END::numeric)
UNION ALL
SELECT 'what is owed is owed by nobody who has free money', d.id::text
FROM ledger_accounts d JOIN ledger_balances owed ON owed.account_id = d.id AND owed.balance_minor > 0
JOIN ledger_accounts w ON w.code = 'wallet_available' AND w.organization_id = d.organization_id
    AND w.currency = d.currency
JOIN ledger_balances free ON free.account_id = w.id AND free.balance_minor > 0
WHERE d.code = 'org_debt'

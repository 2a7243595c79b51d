-- One row for each place where a rule of agreed work does not hold: the rule and the object.
WITH lives AS (
    SELECT id, status FROM gigs UNION ALL SELECT id, status FROM proposals UNION ALL SELECT id, status FROM projects
    UNION ALL SELECT id, status FROM milestones UNION ALL SELECT id, status FROM tasks
    UNION ALL SELECT id, status FROM pause_requests UNION ALL SELECT id, status FROM invoices
    UNION ALL SELECT id, status FROM payments UNION ALL SELECT id, status FROM escrow_holds
    UNION ALL SELECT id, status FROM sales UNION ALL SELECT id, status FROM purchases
    UNION ALL SELECT id, status FROM checkout_sessions UNION ALL SELECT id, status FROM credit_accounts
), steps AS (
    SELECT subject_id, was, now, lag(now) OVER own AS before, lead(now) OVER own IS NULL AS is_last
    FROM status_changes WINDOW own AS (PARTITION BY subject_id ORDER BY id)
), billed AS (
    SELECT * FROM invoices WHERE project_id IS NOT NULL AND status <> 'VOID'
), deliveries AS (
    SELECT task_id, count(*) AS number, max(revision) AS newest, count(*) FILTER (WHERE decision = 'PENDING') AS waiting,
        max(revision) FILTER (WHERE decision = 'PENDING') AS waits
    FROM task_submissions GROUP BY task_id
)
SELECT 'a history leads to where its object is' AS rule, l.id
FROM lives l LEFT JOIN steps s ON s.subject_id = l.id AND s.is_last WHERE s.now IS DISTINCT FROM l.status
UNION ALL
SELECT 'each step of a history begins where the last one ended', subject_id
FROM steps WHERE was IS DISTINCT FROM before
UNION ALL
SELECT 'a seat is within the gig and taken once, by an accepted proposal', p.id
FROM proposals p JOIN gigs g ON g.id = p.gig_id
WHERE p.seat_no IS NOT NULL AND (p.status <> 'ACCEPTED' OR p.seat_no NOT BETWEEN 1 AND g.seats
    OR EXISTS (SELECT FROM proposals o WHERE o.gig_id = p.gig_id AND o.seat_no = p.seat_no AND o.id <> p.id))
UNION ALL
SELECT 'a project has an accepted proposal', p.id
FROM projects p JOIN proposals a ON a.id = p.proposal_id WHERE a.status <> 'ACCEPTED'
UNION ALL
SELECT 'a milestone has a task', m.id
FROM milestones m WHERE NOT EXISTS (SELECT FROM tasks t WHERE t.milestone_id = m.id)
UNION ALL
SELECT 'a task is of the project of its milestone', t.id
FROM tasks t JOIN milestones m ON m.id = t.milestone_id WHERE t.project_id <> m.project_id
UNION ALL
SELECT 'an approved milestone has approved tasks only, and one at least', m.id
FROM milestones m WHERE m.status = 'APPROVED' AND m.approved_via <> 'RULING' AND (
    EXISTS (SELECT FROM tasks t WHERE t.milestone_id = m.id AND t.status NOT IN ('APPROVED', 'CANCELLED'))
    OR NOT EXISTS (SELECT FROM tasks t WHERE t.milestone_id = m.id AND t.status = 'APPROVED'))
UNION ALL
SELECT 'a milestone is submitted when everything of it is delivered', m.id
FROM milestones m WHERE m.status IN ('PLANNED', 'IN_PROGRESS', 'CHANGES_REQUESTED', 'SUBMITTED')
AND (m.status = 'SUBMITTED') = EXISTS (
    SELECT FROM tasks t WHERE t.milestone_id = m.id AND t.status NOT IN ('SUBMITTED', 'APPROVED', 'CANCELLED'))
UNION ALL
SELECT 'work is done in active projects only', t.id
FROM tasks t JOIN projects p ON p.id = t.project_id
WHERE p.activated_at IS NULL AND t.status NOT IN ('TODO', 'CANCELLED')
UNION ALL
SELECT 'a project is completed exactly when none of its milestones is open', p.id
FROM projects p WHERE p.status IN ('ACTIVE', 'ON_HOLD', 'COMPLETED') AND (p.status = 'COMPLETED') = EXISTS (
    SELECT FROM milestones m WHERE m.project_id = p.id AND m.status NOT IN ('APPROVED', 'CANCELLED'))
UNION ALL
SELECT 'a completion project began after its upfront was paid', p.id
FROM projects p WHERE p.upfront_minor > 0 AND p.activated_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM billed b WHERE b.project_id = p.id AND b.kind = 'UPFRONT' AND b.paid_at <= p.activated_at)
UNION ALL
SELECT 'the rest is billed at the end', p.id
FROM projects p JOIN billed b ON b.project_id = p.id WHERE b.kind = 'FINAL' AND p.status <> 'COMPLETED'
UNION ALL
SELECT 'nothing is billed twice', (array_agg(id))[1]
FROM billed WHERE kind <> 'ADVANCE' GROUP BY kind, coalesce(milestone_id, project_id) HAVING count(*) > 1
UNION ALL
SELECT 'a project that is cancelled before it has begun bills nothing', p.id
FROM projects p JOIN billed b ON b.project_id = p.id WHERE p.status = 'CANCELLED' AND p.activated_at IS NULL
UNION ALL
SELECT 'never more than the budget is paid', p.id
FROM projects p JOIN billed b ON b.project_id = p.id
WHERE NOT EXISTS (SELECT FROM advance_applications a WHERE a.advance_id = b.id) GROUP BY p.id
HAVING sum(round(b.agreed_minor::numeric * (b.paid_minor + b.advances_applied_minor) / b.total_minor))
    > p.budget_minor - p.reduction_minor
UNION ALL
SELECT 'revisions have no gaps and only the last one waits, while its task is submitted', t.id
FROM tasks t LEFT JOIN deliveries d ON d.task_id = t.id
WHERE t.revision <> coalesce(d.number, 0) OR t.revision <> coalesce(d.newest, 0)
    OR coalesce(d.waiting, 0) <> (t.status = 'SUBMITTED')::int OR d.waits <> t.revision
UNION ALL
SELECT 'what is due is the total less what lowers it, and nothing exactly when paid', id
FROM invoices WHERE status <> 'DRAFT' AND (
    amount_due_minor <> total_minor - advances_applied_minor - credited_due_minor - paid_minor - written_off_minor
    OR amount_due_minor < 0 OR (status <> 'VOID' AND (status = 'PAID') <> (amount_due_minor = 0)))
UNION ALL
SELECT 'fee and net are the total', id
FROM invoices WHERE status <> 'DRAFT' AND fee_minor + net_minor <> total_minor - advances_applied_minor
UNION ALL
SELECT 'one payment at a time may take the money', coalesce(invoice_id, hold_id, sale_id)
FROM payments WHERE status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')
GROUP BY coalesce(invoice_id, hold_id, sale_id) HAVING count(*) > 1
UNION ALL
SELECT 'collection gives up after three failures and not before', id
FROM invoices i WHERE (collection_mode = 'STOPPED') <> (collection_attempts = 3)
AND NOT EXISTS (
    SELECT FROM ledger_entries e JOIN ledger_transfers t ON t.id = e.transfer_id WHERE e.invoice_id = i.id AND t.kind IN ('P16', 'P22'))
UNION ALL
SELECT 'an open invoice that is collected is being paid or waits for its next charge', i.id
FROM invoices i WHERE i.status = 'OPEN' AND i.collection_mode = 'AUTO' AND i.collection_next_at IS NULL
AND NOT EXISTS (
    SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN'))
UNION ALL
SELECT 'no work was done before its money was there', t.id
FROM tasks t JOIN milestones m ON m.id = t.milestone_id
WHERE t.status NOT IN ('TODO', 'CANCELLED') AND m.funding_status <> 'NOT_REQUIRED'
AND NOT EXISTS (SELECT FROM escrow_holds h WHERE h.milestone_id = m.id AND h.funded_at IS NOT NULL)
UNION ALL
SELECT 'a project waits for an answer to one request at most', project_id
FROM pause_requests WHERE status = 'PENDING' GROUP BY project_id HAVING count(*) > 1

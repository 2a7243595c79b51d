SELECT concat('{"data":{"invoice":{"id":"', i.id, '","number":', to_json(i.number), ',"status":"', i.status,
    '","kind":"', i.kind, '","issueOn":"', i.issue_on, '","dueOn":"', i.due_on,
    '","netTotal":{"amountMinor":"', i.net_total_minor, '","currency":"', i.currency,
    '"},"taxTotal":{"amountMinor":"', i.tax_total_minor, '","currency":"', i.currency,
    '"},"total":{"amountMinor":"', i.total_minor, '","currency":"', i.currency,
    '"},"amountDue":{"amountMinor":"', i.amount_due_minor, '","currency":"', i.currency,
    '"},"issuer":{"id":"', issuer.id, '","name":', to_json(issuer.name),
    '},"recipient":{"id":"', recipient.id, '","name":', to_json(recipient.name), '},"lines":[', (
        SELECT string_agg(concat('{"id":"', l.id, '","position":', l.position, ',"description":', to_json(l.description),
            ',"quantity":"', l.quantity, '","unitPrice":{"amountMinor":"', l.unit_price_minor, '","currency":"', l.currency,
            '"},"net":{"amountMinor":"', l.net_minor, '","currency":"', l.currency,
            '"},"tax":{"amountMinor":"', l.tax_minor, '","currency":"', l.currency, '"}}'), ',' ORDER BY l.position)
        FROM invoice_lines l WHERE l.invoice_id = i.id
    ), ']}}}')
FROM invoices i JOIN organizations issuer ON issuer.id = i.issuer_id
LEFT JOIN organizations recipient ON recipient.id = i.recipient_id
WHERE i.id = $1
